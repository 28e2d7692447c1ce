//! Exact token counts, and where text may be cut without changing one.
//!
//! [`count`] is the number of tokens that a model of an [`Encoding`] reads, all text taken as
//! ordinary text: the characters of a special token are characters.
//! Counts of two neighbouring pieces add up to the count of both only at some places; [`cuts`]
//! finds those places and [`prefixes`] counts up to each of them.
//! A [`Tokenizer`] says how a model counts: by an encoding, or by a scale that makes an estimate with
//! its range and basis of an encoding's count.
//! A [`Local`] encoding is a tokenizer from a file; where its counts add up nobody knows.
//! The engine is forkful's own: it starts without work, takes linear time on any text, and is held to
//! tiktoken's ids by its tests.

mod ascii;
mod calibration;
mod class;
mod cut;
mod encoding;
mod engine;
mod greedy;
mod local;
mod memo;
mod merge;
mod pieces;
mod tokenizer;
mod vocabulary;
mod window;

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Sub};

pub use calibration::Sample;
pub use cut::{Cut, Grade, cuts, is_cut};
pub use encoding::{Encoding, ParseEncodingError};
pub use engine::{count, count_each, count_piece, encode_ordinary};
#[cfg(all(test, feature = "tokenizers"))]
pub(crate) use local::samples as local_samples;
pub use local::{Local, LocalError};
pub use tokenizer::{Factor, ParseFactorError, Scale, Tokenizer, Told};

/// A number of tokens of one encoding; shown with thousands separators.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Tokens(pub u32);

/// Tokens from the start of `text` up to each of `cuts`, which must come from [`cuts`] in order.
pub fn prefixes(encoding: Encoding, text: &str, cuts: &[Cut]) -> Vec<Tokens> {
    let ends: Vec<usize> = cuts.iter().map(|cut| cut.at).collect();
    let text = &text[..ends.last().copied().unwrap_or(0)];
    let mut total = Tokens(0);
    let counted = count_each(encoding, text, &ends).into_iter().map(|tokens| {
        total += tokens;
        total
    });
    counted.collect()
}

impl fmt::Display for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.0.to_string();
        let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
        for (index, digit) in digits.chars().enumerate() {
            if index > 0 && (digits.len() - index).is_multiple_of(3) {
                grouped.push(',');
            }
            grouped.push(digit);
        }
        f.pad_integral(true, "", &grouped)
    }
}

impl Add for Tokens {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl AddAssign for Tokens {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sub for Tokens {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Sum for Tokens {
    fn sum<I: Iterator<Item = Self>>(counts: I) -> Self {
        counts.fold(Self(0), Add::add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_grouped_and_columns_align() {
        for (n, shown) in [(0, "0"), (999, "999"), (1000, "1,000"), (12_345_678, "12,345,678")] {
            assert_eq!(Tokens(n).to_string(), shown);
        }
        assert_eq!(format!("{:>7}|{:<7}|", Tokens(1234), Tokens(12)), "  1,234|12     |");
    }

    #[test]
    fn prefixes_are_counts_of_the_prefix() {
        let text = "One sentence here. Another one there!\n\nA paragraph\n  indented\n";
        for encoding in Encoding::ALL {
            let places: Vec<Cut> = cuts(text).collect();
            for (cut, tokens) in places.iter().zip(prefixes(encoding, text, &places)) {
                assert_eq!(tokens, count(encoding, &text[..cut.at]));
            }
        }
    }
}
