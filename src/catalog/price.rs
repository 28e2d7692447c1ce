//! What tokens cost.

use std::fmt;
use std::str::FromStr;

use serde::de::{self, Deserialize, Deserializer, Visitor};

/// Dollars for a million tokens, to the millionth; written `1.25`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Price(u64);

/// Prices of one model; absent is unknown, which is not free.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
pub struct Prices {
    /// Tokens read for the first time.
    pub input: Option<Price>,
    /// Tokens written, reasoning included.
    pub output: Option<Price>,
    /// Tokens read again from a cache.
    pub cache_read: Option<Price>,
    /// Tokens read and put into a cache.
    pub cache_write: Option<Price>,
}

/// A price cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a price: {0} (dollars for a million tokens, as 1.25)")]
pub struct ParsePriceError(pub String);

impl Price {
    /// Millionths of a dollar for a million tokens: what one token costs in millionths of a millionth.
    pub fn millionths(self) -> u64 {
        self.0
    }
}

impl Prices {
    /// Each of them halved.
    pub(super) fn halved(self) -> Self {
        let half = |price: Option<Price>| price.map(|price| Price(price.0 / 2));
        Self {
            input: half(self.input),
            output: half(self.output),
            cache_read: half(self.cache_read),
            cache_write: half(self.cache_write),
        }
    }

    /// These prices, and those of `other` where there are none.
    pub(super) fn or(self, other: Self) -> Self {
        Self {
            input: self.input.or(other.input),
            output: self.output.or(other.output),
            cache_read: self.cache_read.or(other.cache_read),
            cache_write: self.cache_write.or(other.cache_write),
        }
    }
}

impl FromStr for Price {
    type Err = ParsePriceError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refuse = || ParsePriceError(text.to_owned());
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || whole.len() > 9 || fraction.len() > 6 || !digits(whole) || !digits(fraction) {
            return Err(refuse());
        }
        format!("{whole}{fraction:0<6}").parse().map(Self).map_err(|_| refuse())
    }
}

impl fmt::Display for Price {
    /// At least two digits after the point, unless there are none at all.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fraction = format!("{:06}", self.0 % 1_000_000);
        let short = fraction.trim_end_matches('0');
        let dollars = self.0 / 1_000_000;
        f.pad(&if short.is_empty() { dollars.to_string() } else { format!("{dollars}.{short:0<2}") })
    }
}

/// Reads a number of a file by what it looks like, so that no rounding gets in.
pub(super) fn decimal<'de, D: Deserializer<'de>, T>(deserializer: D) -> Result<T, D::Error>
where
    T: FromStr,
    T::Err: fmt::Display,
{
    deserializer.deserialize_any(Shown).and_then(|text| text.parse().map_err(de::Error::custom))
}

/// A number as text.
struct Shown;

impl Visitor<'_> for Shown {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number")
    }

    fn visit_f64<E>(self, number: f64) -> Result<String, E> {
        Ok(number.to_string())
    }

    fn visit_u64<E>(self, number: u64) -> Result<String, E> {
        Ok(number.to_string())
    }

    fn visit_i64<E>(self, number: i64) -> Result<String, E> {
        Ok(number.to_string())
    }
}

impl<'de> Deserialize<'de> for Price {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        decimal(deserializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_read_as_they_print() {
        for (text, shown) in
            [("1.25", "1.25"), ("10", "10"), ("0.5", "0.50"), ("0.075", "0.075"), ("0.000001", "0.000001"), ("0", "0")]
        {
            assert_eq!(text.parse::<Price>().unwrap().to_string(), shown);
        }
        for text in ["", "-1", "1e3", "1.0000001", "1234567890", "$1"] {
            assert!(text.parse::<Price>().is_err(), "{text}");
        }
        assert_eq!(serde_json::from_str::<Price>("0.1").unwrap().millionths(), 100_000);
    }
}
