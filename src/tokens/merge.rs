//! Byte-pair encoding of a short piece, merge by merge.
//!
//! The merge of the lowest rank goes first, of equal ones the first in the piece. It is enough to look
//! for tokens whose last merge is of the very two that stand side by side: what stands in the bytes
//! of a token is what encoding these bytes alone would have at that moment.

use super::vocabulary::Vocabulary;

/// Longest piece that is merged here.
pub(super) const LONGEST: usize = 32;

/// A piece of at most `N` bytes, encoded.
#[derive(Debug)]
pub(super) struct Merged<const N: usize> {
    /// The tokens, each at the place where it starts.
    tokens: [u32; N],
    /// A bit for each place where a token starts.
    starts: u32,
}

/// Rank and place of a merge as one number; this one is no merge.
const NONE: u32 = u32::MAX;
const PLACE_BITS: u32 = LONGEST.ilog2();

impl<const N: usize> Merged<N> {
    pub(super) fn new(vocabulary: &Vocabulary, piece: &[u8]) -> Self {
        let mut tokens = [0; N];
        for (token, byte) in tokens.iter_mut().zip(piece) {
            *token = vocabulary.byte(*byte);
        }
        let merge = |left: u32, right: u32, place: u32| {
            vocabulary.merge(left, right).map_or(NONE, |rank| rank << PLACE_BITS | place)
        };
        // What it takes to merge the token at each place with the next one.
        let mut merges = [NONE; N];
        for ((merged, pair), place) in merges.iter_mut().zip(tokens[..piece.len()].windows(2)).zip(0..) {
            *merged = merge(pair[0], pair[1], place);
        }
        let mut starts = u32::MAX >> (LONGEST - piece.len());
        loop {
            let lowest = merges.iter().fold(NONE, |lowest, merge| lowest.min(*merge));
            if lowest == NONE {
                return Self { tokens, starts };
            }
            let (token, place) = (lowest >> PLACE_BITS, lowest % (1 << PLACE_BITS));
            let after = starts & u32::MAX << place << 1;
            let second = after.trailing_zeros();
            starts ^= 1 << second;
            tokens[place as usize] = token;
            merges[second as usize] = NONE;
            let after = after & (after - 1);
            merges[place as usize] = match after {
                0 => NONE,
                _ => merge(token, tokens[after.trailing_zeros() as usize], place),
            };
            if let Some(before) = (starts & ((1 << place) - 1)).checked_ilog2() {
                merges[before as usize] = merge(tokens[before as usize], token, before);
            }
        }
    }

    /// How many tokens it has.
    pub(super) fn count(&self) -> usize {
        self.starts.count_ones() as usize
    }

    /// Its tokens in order.
    pub(super) fn tokens(&self) -> impl Iterator<Item = u32> {
        self.tokens.iter().zip(0..).filter(|(_, place)| self.starts >> place & 1 == 1).map(|(token, _)| *token)
    }
}
