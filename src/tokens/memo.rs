//! The counts of pieces seen before in the text.
//!
//! Most pieces are short tokens and found at once. The others cost more, and a text repeats its
//! names: a small table keeps the last ones, each at the one place that its bytes lead to.

use super::vocabulary::{MIX, first, home, word};

/// Longest piece that is kept.
const LONGEST: usize = 16;

const N_ENTRIES: usize = 1 << 13;

/// A table of pieces with their counts.
#[derive(Debug)]
pub(super) struct Memo(Vec<Entry>);

#[derive(Debug, Clone, Copy, Default)]
struct Entry {
    /// The bytes, zeros after their end.
    bytes: [u64; 2],
    length: u8,
    n_tokens: u8,
}

impl Memo {
    pub(super) fn new() -> Self {
        Self(vec![Entry::default(); N_ENTRIES])
    }

    /// The count of the first `length` bytes of `text`, remembered or else found by `count`.
    #[inline]
    pub(super) fn count(&mut self, text: &[u8], length: usize, count: impl FnOnce() -> usize) -> usize {
        if length > LONGEST {
            return count();
        }
        let low = first(word(text), length.min(8));
        let high = if length > 8 { first(word(&text[8..]), length - 8) } else { 0 };
        let hash = (low ^ high.rotate_left(32)).wrapping_mul(MIX);
        let entry = &mut self.0[home(hash, N_ENTRIES)];
        if entry.bytes != [low, high] || usize::from(entry.length) != length {
            let byte = |n| u8::try_from(n).expect("a piece has no more tokens than bytes, and few of these");
            *entry = Entry { bytes: [low, high], length: byte(length), n_tokens: byte(count()) };
        }
        entry.n_tokens.into()
    }
}
