//! What a piece of text costs in the format that will carry it.

use std::borrow::Cow;

use crate::tokens::{Encoding, Tokens, count_each, count_piece};

/// An encoding, and how the format writes source text.
///
/// `escape` works character by character, except that it may treat the first character of a
/// document in its own way; it changes neither line ends nor blanks, so cuts stay cuts.
#[derive(Debug, Clone, Copy)]
pub struct Measure {
    /// The encoding that counts.
    pub encoding: Encoding,
    /// Source text as the format writes it.
    pub escape: fn(&str) -> Cow<'_, str>,
}

impl Measure {
    /// A number that costs what `n` costs wherever it stands: the same for many where numbers cost by
    /// their length.
    pub(super) fn number_like(&self, n: u32) -> u32 {
        if self.encoding.is_additive() { n.checked_ilog10().unwrap_or(0) } else { n }
    }

    /// Tokens of `text` as written: exact where counts add up.
    pub fn count(&self, text: &str) -> Tokens {
        count_piece(self.encoding, &(self.escape)(text))
    }

    /// What each piece of `text` costs; they end at `ends`, which are cuts and the end of the text.
    pub(super) fn count_each(&self, text: &str, ends: &[usize]) -> Vec<Tokens> {
        // A text that is written as it stands is counted in one go.
        if let Cow::Borrowed(text) = (self.escape)(text) {
            return count_each(self.encoding, text, ends);
        }
        let starts = [0].into_iter().chain(ends.iter().copied());
        starts.zip(ends).map(|(start, end)| self.count(&text[start..*end])).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_cost_by_their_length() {
        for encoding in Encoding::ALL {
            let measure = Measure { encoding, escape: |text| Cow::Borrowed(text) };
            let cost = |n: u32| measure.count(&format!(" [… {n} tokens]\n"));
            let first: Vec<_> = (0..10).map(|digits| cost(10_u32.pow(digits))).collect();
            for n in (0..2000).chain((0..4000).map(|n| n * 1_073_741)) {
                assert_eq!(cost(n), first[measure.number_like(n) as usize], "{encoding} {n}");
            }
        }
    }
}
