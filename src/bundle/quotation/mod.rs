//! Whether an answer quotes its sources word for word, and whether its citations point somewhere.
//!
//! Takes an answer, the documents of its bundle with what was kept of them, and the texts of the
//! conversation before it; returns every quotation with a [`Verdict`] and every citation with its
//! passage. Words are compared, not bytes: case, quotation marks, dashes, blanks and Markdown do not
//! count, an ellipsis joins two parts. A quotation that is nearly there is laid beside its passage
//! word by word. Pure and the same everywhere; it asks no model and judges no meaning.

mod align;
mod corpus;
mod judge;
mod marks;
mod place;
mod quotes;
#[cfg(test)]
mod tests;
mod words;

use std::ops::Range;

use crate::content::Document;

pub use judge::check;
pub use marks::{Mark, Nowhere, Target, marks, resolve};
pub use place::{place, seconds};
pub use quotes::{Quote, quotes};

/// A document of a bundle under its citation.
#[derive(Debug, Clone)]
pub struct Source<'a> {
    /// `s2`.
    pub id: &'a str,
    /// The document, whole.
    pub document: &'a Document,
    /// The bytes of its text that the bundle holds.
    pub kept: Vec<Range<usize>>,
}

/// A text of the conversation before the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Said<'a> {
    /// The text.
    pub text: &'a str,
}

/// A passage of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passage {
    /// Which source, by its index.
    pub source: usize,
    /// Which bytes of its text.
    pub range: Range<usize>,
    /// Whether the bundle holds it; else it was cut, and no model read it there.
    pub is_kept: bool,
}

/// What is said of one quotation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quoted {
    /// The quotation.
    pub quote: Quote,
    /// The citation that it carries.
    pub cited: Option<Target>,
    /// What was found.
    pub verdict: Verdict,
}

/// Whether the quoted words stand in a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Word for word, where it is cited if it is cited.
    Found(Passage),
    /// Word for word, and cited to another place.
    Elsewhere(Passage),
    /// Word for word in the conversation before the answer, not in a source.
    Said,
    /// Nearly: these words of a passage were changed.
    Altered {
        /// The passage.
        passage: Passage,
        /// Both sides in order.
        difference: Vec<Piece>,
    },
    /// Every part word for word, joined as no source joins them.
    Spliced(Vec<Passage>),
    /// Nowhere, or too little of it.
    Missing,
    /// Nowhere, and of too few words to be more than a term in quotation marks.
    Term,
    /// Nowhere here, and it may stand in a source whose text was withheld.
    Withheld,
}

/// A piece of a difference, in the words of either side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// On both sides.
    Same(String),
    /// In the source only.
    Source(String),
    /// In the answer only.
    Answer(String),
}

/// What is said of one citation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cited {
    /// Where the mark stands in the answer.
    pub range: Range<usize>,
    /// What it points to.
    pub target: Target,
    /// The passage, or why there is none.
    pub found: Result<Passage, Nowhere>,
}

/// An answer, looked through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// Its quotations, in order.
    pub quotations: Vec<Quoted>,
    /// Its citations, in order.
    pub citations: Vec<Cited>,
}

impl Passage {
    /// The citation of the passage: `s2 4:55`.
    pub fn name(&self, sources: &[Source<'_>]) -> String {
        let source = &sources[self.source];
        let mut before = source.document.sections.iter().rev().filter(|section| section.start <= self.range.start);
        match before.find_map(|section| section.label.as_deref()) {
            Some(label) => format!("{} {label}", source.id),
            None => source.id.to_owned(),
        }
    }

    /// The words of the passage.
    pub fn text<'a>(&self, sources: &[Source<'a>]) -> &'a str {
        sources[self.source].document.text.get(self.range.clone()).unwrap_or_default()
    }
}

impl Verdict {
    /// Whether the answer says something of a source that is not so.
    pub fn is_wrong(&self) -> bool {
        matches!(self, Self::Elsewhere(_) | Self::Altered { .. } | Self::Spliced(_) | Self::Missing)
    }

    /// The verdict in a word, as JSON and people see it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Found(_) => "found",
            Self::Elsewhere(_) => "elsewhere",
            Self::Said => "said",
            Self::Altered { .. } => "altered",
            Self::Spliced(_) => "spliced",
            Self::Missing => "missing",
            Self::Term => "term",
            Self::Withheld => "withheld",
        }
    }
}

impl Checked {
    /// Whether every quotation is word for word where it is cited, and every citation points somewhere,
    /// as far as the texts are here.
    pub fn is_clean(&self) -> bool {
        let quoted = self.quotations.iter().all(|one| !one.verdict.is_wrong());
        quoted && self.citations.iter().all(|one| matches!(one.found, Ok(_) | Err(Nowhere::Withheld)))
    }
}
