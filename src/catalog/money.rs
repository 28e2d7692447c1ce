//! What calls cost: token counts times prices, in whole numbers.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, Sub};
use std::str::FromStr;

use super::{Model, Price, Prices};
use crate::content::Usage;

/// US dollars, to the millionth of a millionth; written `$0.0412`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Money(pub u64);

/// The text is no amount of dollars.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an amount: {0} (dollars, as 0.50)")]
pub struct ParseMoneyError(pub String);

impl Money {
    const DOLLAR: u64 = 1_000_000_000_000;

    /// Dollars as a number for JSON.
    pub fn dollars(self) -> f64 {
        let (whole, rest) = (self.0 / Self::DOLLAR, self.0 % Self::DOLLAR);
        format!("{whole}.{rest:012}").parse().unwrap_or(f64::MAX)
    }
}

impl Price {
    /// The price of so many tokens.
    pub fn of(self, n_tokens: u64) -> Money {
        Money(self.millionths().saturating_mul(n_tokens))
    }
}

impl Prices {
    /// What a call costs; none where a price that it needs, or a count, is unknown.
    ///
    /// Where a cache's prices are unknown its tokens cost as others do.
    pub fn cost(&self, usage: &Usage) -> Option<Money> {
        let input = self.input?;
        let (read, written) = (usage.cached.unwrap_or(0), usage.cache_write.unwrap_or(0));
        let rest = usage.input?.saturating_sub(read).saturating_sub(written);
        let of_cache = self.cache_read.unwrap_or(input).of(read) + self.cache_write.unwrap_or(input).of(written);
        Some(input.of(rest) + of_cache + self.output?.of(usage.output?))
    }

    /// What the same call costs where nothing is cached.
    pub fn uncached(&self, usage: &Usage) -> Option<Money> {
        self.cost(&Usage { cached: None, cache_write: None, ..*usage })
    }
}

impl Model {
    /// The prices of a question of so many tokens.
    pub fn prices_at(&self, n_input: u64) -> Prices {
        match &self.long {
            Some((above, prices)) if n_input > u64::from(above.0) => prices.or(self.prices),
            _ => self.prices,
        }
    }

    /// What a call of this model costs; none where that is unknown.
    pub fn cost(&self, usage: &Usage) -> Option<Money> {
        self.prices_at(usage.input?).cost(usage)
    }

    /// What the same call costs where nothing is cached.
    pub fn uncached(&self, usage: &Usage) -> Option<Money> {
        self.prices_at(usage.input?).uncached(usage)
    }
}

impl Add for Money {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

/// Never below nothing.
impl Sub for Money {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Sum for Money {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::default(), Add::add)
    }
}

impl FromStr for Money {
    type Err = ParseMoneyError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let price: Result<Price, _> = text.trim().trim_start_matches('$').parse();
        price.map(|price| price.of(1_000_000)).map_err(|_| ParseMoneyError(text.to_owned()))
    }
}

impl fmt::Display for Money {
    /// Four digits after the point below a dollar, two from a hundred on, three between; rounded up.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits: u32 = match self.0 / Self::DOLLAR {
            0 => 4,
            1..100 => 3,
            _ => 2,
        };
        let unit = Self::DOLLAR / 10_u64.pow(digits);
        let units = self.0.div_ceil(unit);
        let (whole, rest) = (units / 10_u64.pow(digits), units % 10_u64.pow(digits));
        f.pad(&format!("${whole}.{rest:0width$}", width = usize::try_from(digits).unwrap_or(0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;

    #[test]
    fn money_prints_short_and_never_too_little() {
        let check = |text: &str, expected: &str| {
            assert_eq!(text.parse::<Money>().map(|money| money.to_string()).as_deref(), Ok(expected), "{text}");
        };
        check("0", "$0.0000");
        check("$0.5", "$0.5000");
        check("0.000001", "$0.0001");
        check("1.2345", "$1.235");
        check("250", "$250.00");
        assert!("much".parse::<Money>().is_err() && "-1".parse::<Money>().is_err());
        assert_eq!("0.25".parse::<Money>().map(Money::dollars), Ok(0.25));
    }

    #[test]
    fn a_call_costs_what_its_parts_cost() {
        let catalog = Catalog::built_in();
        let check = |model: &str, counts: [Option<u64>; 4], cost: Option<&str>, uncached: Option<&str>| {
            let model = catalog.find(model).model;
            let [input, cached, cache_write, output] = counts;
            let usage = Usage { input, cached, cache_write, output, reasoning: None };
            let told = [model.cost(&usage), model.uncached(&usage)].map(|cost| cost.map(|cost| cost.to_string()));
            assert_eq!(told, [cost, uncached].map(|cost| cost.map(str::to_owned)), "{counts:?}");
        };
        let m = Some(1_000_000);
        check("claude-opus-4-8", [m, None, None, Some(0)], Some("$5.000"), Some("$5.000"));
        check("claude-opus-4-8", [m, m, None, Some(0)], Some("$0.5000"), Some("$5.000"));
        check("claude-opus-4-8", [m, None, m, Some(0)], Some("$6.250"), Some("$5.000"));
        check("gpt-5", [m, Some(500_000), Some(0), Some(100_000)], Some("$1.688"), Some("$2.250"));
        check("gpt-5", [m, None, None, None], None, None);
        check("nobody", [m, None, None, Some(0)], None, None);
    }
}
