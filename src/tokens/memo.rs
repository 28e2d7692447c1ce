//! The counts of pieces seen before.
//!
//! Most pieces are short tokens and found at once. The others cost more, and texts repeat their
//! names: a small table keeps the last ones, each at the one place that its bytes lead to.

use super::pieces::Grammar;
use super::vocabulary::{MIX, first, home, word};

/// Longest piece that is kept.
const LONGEST: usize = 16;

const N_ENTRIES: usize = 1 << 13;

/// A table of pieces with their counts: the bytes with zeros after their end, then grammar, length and count.
///
/// Numbers only, so that a new table is memory as the system hands it out.
#[derive(Debug)]
pub(super) struct Memo(Vec<[u64; 3]>);

impl Memo {
    pub(super) fn new() -> Self {
        Self(vec![[0; 3]; N_ENTRIES])
    }

    /// The count of the first `length` bytes of `text` in the vocabulary of `grammar`, remembered or else
    /// found by `count`.
    #[inline]
    pub(super) fn count(
        &mut self,
        grammar: Grammar,
        text: &[u8],
        length: usize,
        count: impl FnOnce() -> usize,
    ) -> usize {
        if length > LONGEST {
            return count();
        }
        let low = first(word(text), length.min(8));
        let high = if length > 8 { first(word(&text[8..]), length - 8) } else { 0 };
        let label = (grammar as u64) << 8 | length as u64;
        let hash = (low ^ high.rotate_left(32) ^ label).wrapping_mul(MIX);
        let entry = &mut self.0[home(hash, N_ENTRIES)];
        if (entry[0], entry[1], entry[2] >> 8) != (low, high, label) {
            *entry = [low, high, label << 8 | count() as u64];
        }
        usize::from(entry[2].to_le_bytes()[0])
    }
}
