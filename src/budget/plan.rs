//! The plan: which bytes stay, what was left out and what it would take.

use std::ops::Range;

use crate::tokens::Tokens;

/// The result of a fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// What the kept text, the markers and the frame cost together.
    pub total: Tokens,
    /// The highest entry level that got in: normal sources up to this size are whole.
    pub level: u64,
    /// What it would take to keep everything.
    pub whole: Tokens,
    /// The unit that enters next, where one waits.
    pub next: Option<Waiting>,
    /// One portion a source, in order.
    pub portions: Vec<Portion>,
}

/// A unit in front of the door.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// Index of the source.
    pub source: usize,
    /// Index of the unit.
    pub unit: usize,
    /// What it would cost.
    pub tokens: Tokens,
    /// The smallest capacity that keeps it.
    pub needs: Tokens,
}

/// What one source got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Portion {
    /// Cost of the whole text.
    pub tokens: Tokens,
    /// Cost of the kept text, without markers.
    pub kept_tokens: Tokens,
    /// Kept byte ranges, in order, none touching the next.
    pub segments: Vec<Segment>,
    /// What was left out between and around them, as the markers tell it.
    pub gaps: Vec<Gap>,
    /// Passages that stand elsewhere in the bundle, as the references tell it.
    pub folds: Vec<Fold>,
    /// Every unit that was left out, in order.
    pub cuts: Vec<Cut>,
}

/// A kept byte range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    /// Bytes of the document's text.
    pub range: Range<usize>,
    /// Exact cost.
    pub tokens: Tokens,
}

/// A byte range that a marker stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// Bytes of the document's text.
    pub range: Range<usize>,
    /// What the bytes would cost, the marker not counted.
    pub tokens: Tokens,
    /// Why they are not there.
    pub absence: Absence,
}

/// Why the bytes of a gap are not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Absence {
    /// The budget left them out.
    Cut,
    /// They stand in an earlier part of a split bundle.
    Earlier,
    /// They stand in a later part of a split bundle.
    Later,
}

/// A byte range that a reference stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fold {
    /// Bytes of the document's text.
    pub range: Range<usize>,
    /// What the bytes would cost, the reference not counted.
    pub tokens: Tokens,
    /// Index of the source that keeps the passage.
    pub of: usize,
    /// Its bytes there, all of them kept; all of the source for another rendering of it.
    pub of_range: Range<usize>,
    /// Whether it stands there word for word.
    pub exact: bool,
    /// What the reference says.
    pub reference: String,
}

/// A unit, or the rest of one, that was left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cut {
    /// Index of the unit.
    pub unit: usize,
    /// Bytes of the document's text.
    pub range: Range<usize>,
    /// What they would cost.
    pub tokens: Tokens,
    /// The level at which the unit enters; absent when the source's ceiling keeps it out.
    pub level: Option<u64>,
    /// The smallest capacity that keeps it; absent when the source's ceiling keeps it out.
    pub needs: Option<Tokens>,
}

/// The fit is refused; nothing is dropped in silence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Frame and markers leave no room for a word of any source.
    #[error("the frame and a first passage need {needed} tokens, the budget leaves {capacity}")]
    Frame {
        /// What there is.
        capacity: Tokens,
        /// What it takes at least.
        needed: Tokens,
    },
    /// Pinned sources and floors are more than the capacity.
    #[error("pinned sources and floors need {needed} tokens with their frame, the budget leaves {capacity}")]
    Reserved {
        /// What there is.
        capacity: Tokens,
        /// What it takes at least.
        needed: Tokens,
        /// Who asks for it, by index of the source.
        needs: Vec<Need>,
    },
}

impl Portion {
    /// What the folded passages would cost.
    pub fn duplicate_tokens(&self) -> Tokens {
        self.folds.iter().map(|fold| fold.tokens).sum()
    }

    /// What the gaps would cost.
    pub fn cut_tokens(&self) -> Tokens {
        self.gaps.iter().map(|gap| gap.tokens).sum()
    }
}

/// One source that insists on its share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Need {
    /// Index of the source.
    pub source: usize,
    /// Whether the whole source is pinned; else it has a floor.
    pub pinned: bool,
    /// What it insists on.
    pub tokens: Tokens,
}
