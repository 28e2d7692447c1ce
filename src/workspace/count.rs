//! `count`: tokens of sources, nothing else.

use super::shape::{Count, CountSource, Estimate};
use super::{Counting, Sources, markdown};
use crate::tokens::{self, Tokens, Told};

/// Tokens of several sources.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    /// How it was counted.
    pub counting: Counting,
    /// Locator and tokens of the encoding, in the order they were named.
    pub sources: Vec<(String, Tokens)>,
}

/// Counts what `read` gives of each source.
pub fn count(sources: &Sources, counting: Counting) -> Counted {
    let encoding = counting.tokenizer.encoding();
    let one = |sourced: &super::Sourced| {
        let texts = sourced.gathered.documents.iter().map(markdown);
        let tokens = texts.map(|text| tokens::count(encoding, &text)).sum();
        (sourced.gathered.locator.clone(), tokens)
    };
    let sources = sources.read.iter().map(one).collect();
    Counted { counting, sources }
}

/// Counts texts as they stand, each with its locator.
pub fn count_raw(texts: &[(String, String)], counting: Counting) -> Counted {
    let encoding = counting.tokenizer.encoding();
    let one = |(locator, text): &(String, String)| (locator.clone(), tokens::count(encoding, text));
    let sources = texts.iter().map(one).collect();
    Counted { counting, sources }
}

impl Counted {
    /// Tokens of all sources together, in the encoding.
    pub fn total(&self) -> Tokens {
        self.sources.iter().map(|(_, tokens)| *tokens).sum()
    }

    /// What tokens of the encoding are for the model.
    pub fn told(&self, counted: Tokens) -> Told {
        self.counting.tokenizer.told(counted)
    }

    /// The `forkful.count/1` value.
    pub fn shape(&self) -> Count {
        let Counting { tokenizer, model } = &self.counting;
        let told = |counted| tokenizer.told(counted).tokens.0;
        Count {
            schema: "forkful.count/1",
            model: model.as_ref().map(|model| model.id.clone()),
            encoding: tokenizer.encoding().name(),
            exact: tokenizer.scale().is_none(),
            total: told(self.total()),
            estimate: Estimate::of(tokenizer, self.total()),
            sources: self
                .sources
                .iter()
                .map(|(locator, tokens)| CountSource { locator: locator.clone(), tokens: told(*tokens) })
                .collect(),
        }
    }
}
