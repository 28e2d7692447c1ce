//! What a fan-out will cost, as far as anybody can know before.

use super::schedule::Load;
use crate::catalog::{CacheRule, Ends, Model, Money, Price};

/// Tokens of an answer where nothing limits it and none has come yet.
const ANSWER: u64 = 1000;

/// The price of the questions of one lane, and of its answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Estimate {
    /// Questions without any cache.
    pub uncached: Money,
    /// Questions all at once: each one writes its own.
    pub at_once: Money,
    /// Questions as planned: one writes, the others read.
    pub planned: Money,
    /// Answers: what they may cost at most where a limit is named, else for a thousand tokens each.
    pub answers: Money,
}

/// What one question of `n_tokens`, of which `n_shared` are those of every fork, is priced at.
pub(super) fn load(
    lane: usize,
    model: &Model,
    rule: Option<&CacheRule>,
    [n_tokens, n_shared]: [u64; 2],
    max_output: Option<u32>,
) -> Load {
    let prices = model.prices_at(n_tokens);
    let input = prices.input;
    let n_own = n_tokens.saturating_sub(n_shared);
    let is_written = rule.is_some_and(|rule| matches!(rule.ends, Ends::Marks { .. }));
    let write = prices.cache_write.filter(|_| is_written).or(input);
    let read = prices.cache_read.filter(|_| rule.is_some()).or(input);
    let n_answer = max_output.map_or(ANSWER, u64::from);
    Load {
        lane,
        n_tokens,
        cold: of(write, n_shared) + of(input, n_own),
        warm: of(read, n_shared) + of(input, n_own),
        answer: of(prices.output, n_answer),
        is_bounded: max_output.is_some(),
    }
}

/// What so many tokens cost; nothing where nobody knows.
fn of(price: Option<Price>, n_tokens: u64) -> Money {
    price.map_or(Money::default(), |price| price.of(n_tokens))
}

impl Estimate {
    /// The most that all of it can cost where the length of answers is bounded.
    pub fn most(&self) -> Money {
        self.at_once.max(self.uncached) + self.answers
    }

    /// The sum over the loads of one lane; none where prices are unknown.
    pub fn of(model: &Model, loads: &[Load]) -> Option<Self> {
        model.prices.input?;
        model.prices.output?;
        let input = |load: &Load| of(model.prices_at(load.n_tokens).input, load.n_tokens);
        let warm: Money = loads.iter().skip(1).map(|load| load.warm).sum();
        Some(Self {
            uncached: loads.iter().map(input).sum(),
            at_once: loads.iter().map(|load| load.cold).sum(),
            planned: loads.first().map(|load| load.cold).unwrap_or_default() + warm,
            answers: loads.iter().map(|load| load.answer).sum(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;

    /// Twenty forks over 100,000 tokens, in hundredths of one question's price.
    fn check(model: &str, expected: [u64; 2]) {
        let model = Catalog::built_in().find(model).model;
        let rule = CacheRule::of(&model, "openai-chat");
        let loads = vec![load(0, &model, Some(&rule), [100_000, 100_000], None); 20];
        let estimate = Estimate::of(&model, &loads).unwrap();
        let unit = model.prices.input.unwrap().of(1000).0;
        assert_eq!(estimate.uncached.0 / unit, 2000);
        assert_eq!([estimate.at_once.0 / unit, estimate.planned.0 / unit], expected, "{}", model.id);
    }

    #[test]
    fn twenty_forks_cost_what_the_table_says() {
        check("claude-opus-4-8", [2500, 315]);
        check("gpt-5.6-sol", [2500, 315]);
        check("gpt-5", [2000, 290]);
        check("gpt-4o", [2000, 1050]);
        check("gemini-2.5-pro", [2000, 290]);
        check("deepseek-v3.2", [2000, 290]);
    }
}
