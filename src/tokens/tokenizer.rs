//! How the tokens of a model are counted: exactly, or scaled from an encoding that is.

use std::fmt;
use std::str::FromStr;

use super::{Encoding, Tokens};

/// How the tokens of a model are counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tokenizer {
    /// The encoding is the model's own.
    Exact(Encoding),
    /// The model's own tokenizer is not here: its counts are estimates.
    Scaled(Scale),
}

/// How far the counts of a model lie from those of an encoding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scale {
    /// The encoding whose counts are multiplied.
    pub base: Encoding,
    /// What one token of the base is most likely to be.
    pub factor: Factor,
    /// What it is at least.
    pub low: Factor,
    /// What it is at most; what is fitted to a window is fitted by this.
    pub high: Factor,
    /// Where the factor comes from, in a few words.
    pub basis: String,
}

/// A positive factor in thousandths, at most 100; written `1.18`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Factor(u32);

/// A factor cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a factor: {0} (0.001 to 100, as 1.18)")]
pub struct ParseFactorError(pub String);

/// Tokens as a person sees them: `31,900`, or `~31,900` where they are estimated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Told {
    /// The number.
    pub tokens: Tokens,
    /// Whether it is a count and no estimate.
    pub exact: bool,
}

impl Tokenizer {
    /// The encoding that does the counting.
    pub fn encoding(&self) -> Encoding {
        match self {
            Self::Exact(encoding) => *encoding,
            Self::Scaled(scale) => scale.base,
        }
    }

    /// The scale of an estimate; none where counts are exact.
    pub fn scale(&self) -> Option<&Scale> {
        match self {
            Self::Exact(_) => None,
            Self::Scaled(scale) => Some(scale),
        }
    }

    /// What `counted` tokens of the encoding are for the model.
    pub fn told(&self, counted: Tokens) -> Told {
        match self {
            Self::Exact(_) => Told { tokens: counted, exact: true },
            Self::Scaled(scale) => Told { tokens: scale.factor.times(counted), exact: false },
        }
    }

    /// The least and the most that `counted` tokens of the encoding may be for the model.
    pub fn range(&self, counted: Tokens) -> (Tokens, Tokens) {
        match self {
            Self::Exact(_) => (counted, counted),
            Self::Scaled(scale) => (scale.low.times_at_least(counted), scale.high.times(counted)),
        }
    }

    /// How many tokens of the encoding are sure to fit into `room` tokens of the model.
    pub fn within(&self, room: Tokens) -> Tokens {
        match self {
            Self::Exact(_) => room,
            Self::Scaled(scale) => scale.high.within(room),
        }
    }
}

impl fmt::Display for Tokenizer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact(encoding) => write!(f, "exact, {encoding}"),
            Self::Scaled(scale) => write!(f, "{scale}"),
        }
    }
}

impl fmt::Display for Scale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} x {}", self.base.short(), self.factor)
    }
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.exact {
            return self.tokens.fmt(f);
        }
        f.pad(&format!("~{}", self.tokens))
    }
}

impl Factor {
    /// A token is a token.
    pub const ONE: Self = Self(1000);

    /// The factor of so many thousandths, if it is one.
    pub fn of_thousandths(thousandths: u64) -> Option<Self> {
        u32::try_from(thousandths).ok().filter(|n| (1..=100_000).contains(n)).map(Self)
    }

    /// The factor in thousandths.
    pub fn thousandths(self) -> u32 {
        self.0
    }

    /// The product, rounded up.
    #[must_use]
    pub fn times(self, tokens: Tokens) -> Tokens {
        clamped((u64::from(tokens.0) * u64::from(self.0)).div_ceil(1000))
    }

    /// The product, rounded down.
    #[must_use]
    fn times_at_least(self, tokens: Tokens) -> Tokens {
        clamped(u64::from(tokens.0) * u64::from(self.0) / 1000)
    }

    /// The largest number whose product is at most `tokens`.
    #[must_use]
    pub fn within(self, tokens: Tokens) -> Tokens {
        clamped(u64::from(tokens.0) * 1000 / u64::from(self.0))
    }
}

fn clamped(tokens: u64) -> Tokens {
    Tokens(u32::try_from(tokens).unwrap_or(u32::MAX))
}

impl fmt::Display for Factor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = format!("{}.{:03}", self.0 / 1000, self.0 % 1000);
        f.write_str(text.trim_end_matches('0').trim_end_matches('.'))
    }
}

impl FromStr for Factor {
    type Err = ParseFactorError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refuse = || ParseFactorError(text.to_owned());
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || fraction.len() > 3 || !digits(whole) || !digits(fraction) {
            return Err(refuse());
        }
        let thousandths = format!("{whole}{fraction:0<3}").parse().map_err(|_| refuse())?;
        Self::of_thousandths(thousandths).ok_or_else(refuse)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn scaled(low: &str, factor: &str, high: &str) -> Tokenizer {
        let factor_of = |text: &str| text.parse().unwrap();
        let (low, factor, high) = (factor_of(low), factor_of(factor), factor_of(high));
        Tokenizer::Scaled(Scale { base: Encoding::O200kBase, factor, low, high, basis: "a test".to_owned() })
    }

    #[test]
    fn factors_read_as_they_print() {
        for (text, thousandths) in [("1", 1000), ("1.18", 1180), ("0.5", 500), ("0.001", 1), ("100", 100_000)] {
            let factor: Factor = text.parse().unwrap();
            assert_eq!((factor.thousandths(), factor.to_string().as_str()), (thousandths, text));
        }
        for text in ["", "0", "0.0001", "-1", "1e3", "1,5", ".5", "100.001", "99999999999999999999"] {
            assert!(text.parse::<Factor>().is_err(), "{text}");
        }
    }

    #[test]
    fn an_estimate_carries_its_mark_its_basis_and_its_range() {
        let claude = scaled("1.05", "1.18", "1.36");
        let counted = Tokens(27_034);
        assert_eq!(format!("{} ({claude})", claude.told(counted)), "~31,901 (o200k x 1.18)");
        assert_eq!(claude.range(counted), (Tokens(28_385), Tokens(36_767)));
        assert_eq!(format!("{:>9}|{:<9}|", claude.told(Tokens(1000)), claude.told(Tokens(10))), "   ~1,180|~12      |");
        let exact = Tokenizer::Exact(Encoding::Cl100kBase);
        assert_eq!(format!("{} ({exact})", exact.told(counted)), "27,034 (exact, cl100k_base)");
        assert_eq!((exact.range(counted), exact.within(counted)), ((counted, counted), counted));
    }

    proptest! {
        #[test]
        fn what_is_fitted_is_never_over_at_the_upper_end(room: u32, low in 1_u64..2000, wide in 0_u64..2000) {
            let [low, high] = [low, low + wide].map(|n| Factor::of_thousandths(n).unwrap());
            let scale = Scale { base: Encoding::O200kBase, factor: low, low, high, basis: String::new() };
            let tokenizer = Tokenizer::Scaled(scale);
            let fitted = tokenizer.within(Tokens(room));
            let (least, most) = tokenizer.range(fitted);
            prop_assert!(most <= Tokens(room) && least <= tokenizer.told(fitted).tokens);
            prop_assert!(fitted == Tokens(u32::MAX) || tokenizer.range(fitted + Tokens(1)).1 > Tokens(room));
        }
    }
}
