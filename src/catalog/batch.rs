//! What questions cost that may wait a day: half, where the provider takes them so.
//!
//! As `OpenAI` and Anthropic publish it (2026-10); the discount of Anthropic's is on cached tokens
//! too. There the shared beginning is kept for an hour, and writing it costs twice what reading does.

use super::{Model, Prices};

/// The providers whose batches cost half.
const HALF: [&str; 2] = ["OpenAI", "Anthropic"];

impl Model {
    /// The model at the prices of a batch; as it is where no discount is known.
    #[must_use]
    pub fn in_batch(&self) -> Self {
        if !HALF.contains(&self.provider.as_str()) {
            return self.clone();
        }
        let is_kept_longer = self.provider == "Anthropic";
        let halved = |prices: Prices| {
            // Twice the price of reading, halved.
            let cache_write = if is_kept_longer { prices.input } else { prices.halved().cache_write };
            Prices { cache_write, ..prices.halved() }
        };
        let long = self.long.map(|(above, prices)| (above, halved(prices)));
        Self { prices: halved(self.prices), long, ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use crate::catalog::Catalog;
    use crate::content::Usage;

    #[test]
    fn a_batch_costs_half_where_that_is_known() {
        let check = |model: &str, expected: [&str; 2]| {
            let model = Catalog::built_in().find(model).model;
            let usage = Usage {
                input: Some(100_000),
                cached: Some(10_000),
                cache_write: Some(80_000),
                output: Some(1000),
                reasoning: None,
            };
            let told = [&model, &model.in_batch()].map(|model| model.cost(&usage).unwrap().to_string());
            assert_eq!(told, expected, "{}", model.id);
        };
        check("claude-opus-4-8", ["$0.5800", "$0.4400"]);
        check("gpt-5", ["$0.1238", "$0.0619"]);
        check("gemini-2.5-pro", ["$0.1238", "$0.1238"]);
    }
}
