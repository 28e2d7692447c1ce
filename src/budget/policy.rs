//! What the owner of a source asks for.

use std::fmt;
use std::str::FromStr;

use crate::tokens::Tokens;

/// Weight, floor, ceiling, tier and cut order of one source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// Share against the other sources of its tier.
    pub weight: Weight,
    /// Tokens that must stay, or the fit is refused.
    pub floor: Tokens,
    /// Tokens that may stay at most.
    pub ceiling: Option<Tokens>,
    /// When the source's units enter.
    pub tier: Tier,
    /// Which units enter first.
    pub keep: Keep,
}

impl Policy {
    /// Equal weight, no floor, no ceiling, normal tier, from the start.
    pub const PLAIN: Self =
        Self { weight: Weight::ONE, floor: Tokens(0), ceiling: None, tier: Tier::Normal, keep: Keep::Head };
}

/// A positive share in thousandths, written `2`, `0.5` or `1.25`; or `auto`, by what a source says to
/// the question in focus.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Weight(u32);

/// When the units of a source enter, first tier first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tier {
    /// Whole, or the fit is refused.
    Pin,
    /// Before every normal source.
    Must,
    /// Beside the other normal sources.
    Normal,
    /// Only in what the others leave.
    Spare,
}

/// The cut order: which units enter first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// From the start.
    Head,
    /// From the end.
    Tail,
    /// From both ends towards the middle.
    Ends,
    /// Spread evenly over the text.
    Even,
    /// By what they say to the question in focus; without one, from the start.
    Focus,
    /// By what they add to what is covered already; no question needed.
    Summary,
}

impl Keep {
    /// Every cut order, the default first.
    pub const ALL: [Self; 6] = [Self::Head, Self::Tail, Self::Ends, Self::Even, Self::Focus, Self::Summary];
}

/// A word or number of a policy cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a {what}: {text} ({want})")]
pub struct ParsePolicyError {
    /// What was to be read.
    pub what: &'static str,
    /// What stood there.
    pub text: String,
    /// What may stand there.
    pub want: &'static str,
}

impl Weight {
    /// The weight of a source that asks for nothing.
    pub const ONE: Self = Self(1000);
    /// A share by relevance, whatever the cut order.
    pub const AUTO: Self = Self(0);

    /// Whether the share is that of the source's relevance.
    pub fn is_auto(self) -> bool {
        self == Self::AUTO
    }

    /// The share in thousandths, before relevance has its say.
    pub fn thousandths(self) -> u32 {
        if self.is_auto() { 1000 } else { self.0 }
    }

    /// This weight times a share in thousandths; never nothing.
    #[must_use]
    pub fn scaled(self, share: u32) -> Self {
        let scaled = u64::from(self.thousandths()) * u64::from(share) / 1000;
        Self(u32::try_from(scaled).unwrap_or(u32::MAX).max(1))
    }
}

impl FromStr for Weight {
    type Err = ParsePolicyError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "auto" {
            return Ok(Self::AUTO);
        }
        let want = "0.001 to 1000, as 2 or 0.5, or auto";
        let refuse = || ParsePolicyError { what: "weight", text: text.to_owned(), want };
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || fraction.len() > 3 || !digits(whole) || !digits(fraction) {
            return Err(refuse());
        }
        let thousandths = format!("{whole}{fraction:0<3}").parse::<u32>().map_err(|_| refuse())?;
        if (1..=1_000_000).contains(&thousandths) { Ok(Self(thousandths)) } else { Err(refuse()) }
    }
}

impl fmt::Display for Weight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_auto() {
            return f.write_str("auto");
        }
        let text = format!("{}.{:03}", self.0 / 1000, self.0 % 1000);
        f.write_str(text.trim_end_matches('0').trim_end_matches('.'))
    }
}

impl FromStr for Tier {
    type Err = ParsePolicyError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "pin" => Ok(Self::Pin),
            "must" => Ok(Self::Must),
            "normal" => Ok(Self::Normal),
            "spare" => Ok(Self::Spare),
            _ => Err(ParsePolicyError { what: "tier", text: text.to_owned(), want: "pin, must, normal or spare" }),
        }
    }
}

impl fmt::Display for Keep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Head => "head",
            Self::Tail => "tail",
            Self::Ends => "ends",
            Self::Even => "even",
            Self::Focus => "focus",
            Self::Summary => "summary",
        })
    }
}

impl FromStr for Keep {
    type Err = ParsePolicyError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "head" => Ok(Self::Head),
            "tail" => Ok(Self::Tail),
            "ends" => Ok(Self::Ends),
            "even" => Ok(Self::Even),
            "focus" => Ok(Self::Focus),
            "summary" => Ok(Self::Summary),
            _ => Err(ParsePolicyError {
                what: "cut order",
                text: text.to_owned(),
                want: "head, tail, ends, even, focus or summary",
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_read_as_they_print() {
        for (text, thousandths) in [("1", 1000), ("0.5", 500), ("2.25", 2250), ("1000", 1_000_000), ("0.001", 1)] {
            let weight: Weight = text.parse().unwrap();
            assert!(!weight.is_auto());
            assert_eq!((weight.thousandths(), weight.to_string().as_str()), (thousandths, text));
        }
        assert_eq!(("auto".parse(), Weight::AUTO.to_string().as_str()), (Ok(Weight::AUTO), "auto"));
        for text in ["", "0", "Auto", "0.0001", "-1", "1e3", "1,5", ".5", "1001", "99999999999"] {
            assert!(text.parse::<Weight>().is_err(), "{text}");
        }
    }
}
