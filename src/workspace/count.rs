//! `count`: tokens of sources, nothing else.

use super::shape::{Count, CountSource, Estimate};
use super::{Counting, Sources, markdown};
use crate::cores;
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
    count_raw(&texts(sources), counting)
}

/// What `read` gives of each source, with its locator.
pub fn texts(sources: &Sources) -> Vec<(String, String)> {
    let one = |sourced: &super::Sourced| {
        let texts: Vec<String> = sourced.gathered.documents.iter().map(|document| markdown(document)).collect();
        (sourced.gathered.locator.clone(), texts.join("\n"))
    };
    sources.read.iter().map(one).collect()
}

/// Counts texts as they stand, each with its locator.
pub fn count_raw(texts: &[(String, String)], counting: Counting) -> Counted {
    let encoding = counting.tokenizer.encoding();
    let one = |(locator, text): &(String, String)| (locator.clone(), tokens::count(encoding, text));
    Counted { counting, sources: cores::each(texts, |(_, text)| text.len(), one) }
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
            by_provider: None,
            sources: self
                .sources
                .iter()
                .map(|(locator, tokens)| CountSource { locator: locator.clone(), tokens: told(*tokens) })
                .collect(),
            problems: Vec::new(),
        }
    }
}
