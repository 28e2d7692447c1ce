//! `count`: tokens of sources, nothing else.

use super::shape::{Count, CountSource};
use super::{Sources, markdown};
use crate::tokens::{self, Encoding, Tokens};

/// Tokens of several sources.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    /// The encoding that counted.
    pub encoding: Encoding,
    /// Locator and tokens, in the order they were named.
    pub sources: Vec<(String, Tokens)>,
}

/// Counts what `read` gives of each source.
pub fn count(sources: &Sources, encoding: Encoding) -> Counted {
    let one = |sourced: &super::Sourced| {
        let texts = sourced.gathered.documents.iter().map(markdown);
        let tokens = texts.map(|text| tokens::count(encoding, &text)).sum();
        (sourced.gathered.locator.clone(), tokens)
    };
    Counted { encoding, sources: sources.read.iter().map(one).collect() }
}

/// Counts texts as they stand, each with its locator.
pub fn count_raw(texts: &[(String, String)], encoding: Encoding) -> Counted {
    let one = |(locator, text): &(String, String)| (locator.clone(), tokens::count(encoding, text));
    Counted { encoding, sources: texts.iter().map(one).collect() }
}

impl Counted {
    /// Tokens of all sources together.
    pub fn total(&self) -> Tokens {
        self.sources.iter().map(|(_, tokens)| *tokens).sum()
    }

    /// The `forkful.count/1` value.
    pub fn shape(&self) -> Count {
        Count {
            schema: "forkful.count/1",
            encoding: self.encoding.name(),
            exact: true,
            total: self.total().0,
            sources: self
                .sources
                .iter()
                .map(|(locator, tokens)| CountSource { locator: locator.clone(), tokens: tokens.0 })
                .collect(),
        }
    }
}
