//! What is asked of a model, before any protocol.

use std::fmt;
use std::str::FromStr;

use serde_json::{Map, Value};

use crate::content::{Message, Sheet};
use crate::net::Header;

/// One question with everything the model sees before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prompt {
    /// The model by the server's own name.
    pub model: String,
    /// Short and fixed instructions, the same for every fork of a bundle.
    pub system: Option<String>,
    /// The bundle as the first user message, then the turns, the question last.
    pub messages: Vec<Message>,
    /// The bundle's documents one by one, for a provider that cites them itself; without any the bundle is
    /// the first message as it stands.
    pub sheets: Vec<Sheet>,
    /// How many tokens the answer may have; the server's own limit where absent.
    pub max_output: Option<u32>,
    /// How freely the model draws; the server's own value where absent.
    pub temperature: Option<Temperature>,
    /// How hard the model thinks before it speaks; the server's own value where absent.
    pub reasoning: Option<Effort>,
    /// Whether the answer comes word by word.
    pub stream: bool,
    /// Whether what forks share is to be kept for an hour rather than minutes, where a server lets one choose.
    pub lasting: bool,
    /// Names the prefix that all forks of the bundle share, for servers that sort their caches by it.
    pub prefix: Option<String>,
    /// Tokens of all texts as counted here, for servers that must be told how much to hold.
    pub n_tokens: Option<u32>,
    /// Fields of the protocol that a person adds.
    pub extra: Map<String, Value>,
    /// Headers that a person adds.
    pub headers: Vec<Header>,
}

/// How hard a model thinks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effort {
    /// A little.
    Low,
    /// As much as it takes.
    Medium,
    /// Long.
    High,
}

/// The text is none of `low`, `medium`, `high`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an effort: {0} (low, medium or high)")]
pub struct ParseEffortError(pub String);

impl Effort {
    /// The lower-case word, as servers read it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

impl FromStr for Effort {
    type Err = ParseEffortError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let all = [Self::Low, Self::Medium, Self::High];
        all.into_iter().find(|effort| effort.name() == text).ok_or_else(|| ParseEffortError(text.to_owned()))
    }
}

/// A sampling temperature in thousandths, so that equal settings are equal bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Temperature {
    /// 700 for `0.7`.
    pub thousandths: u16,
}

/// The text is not a number from 0 to 2 with at most three decimals.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a temperature: {0} (0 to 2, as 0.7)")]
pub struct ParseTemperatureError(pub String);

impl Temperature {
    /// The most that any server takes.
    const MOST: Self = Self { thousandths: 2000 };
}

impl FromStr for Temperature {
    type Err = ParseTemperatureError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refuse = || ParseTemperatureError(text.to_owned());
        let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |part: &str| (1..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(whole) || !digits(decimals) {
            return Err(refuse());
        }
        let thousandths: u32 = format!("{whole}{decimals:0<3}").parse().map_err(|_| refuse())?;
        let most = Self::MOST.thousandths;
        thousandths.try_into().ok().filter(|n| *n <= most).map(|thousandths| Self { thousandths }).ok_or_else(refuse)
    }
}

impl From<Temperature> for f64 {
    fn from(temperature: Temperature) -> Self {
        Self::from(temperature.thousandths) / 1000.0
    }
}

impl fmt::Display for Temperature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", f64::from(*self))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_temperature_is_a_short_decimal_number() {
        let check = |text: &str, expected: Option<&str>| {
            let read = text.parse::<Temperature>().map(|temperature| temperature.to_string());
            assert_eq!(read.ok().as_deref(), expected, "{text}");
        };
        for (text, shown) in [("0", "0"), ("0.7", "0.7"), ("1.0", "1"), ("0.125", "0.125"), ("02", "2"), ("2.000", "2")]
        {
            check(text, Some(shown));
        }
        for bad in ["", ".5", "1.", "-1", "+1", "1e1", "0.1234", "2.001", "3", "66", "999", "1.0.0", "one", "١"] {
            check(bad, None);
        }
    }
}
