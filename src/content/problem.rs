//! What a reader noticed without giving up.

use serde::{Deserialize, Serialize};

/// One thing a person should know about a source that was read all the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// How much it matters.
    pub severity: Severity,
    /// Which source and place: `thread.md, post 2`.
    #[serde(rename = "where")]
    pub place: String,
    /// A lower-case clause without a full stop.
    pub message: String,
}

/// How much a problem matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing, nothing is missing.
    Note,
    /// Something is missing or doubtful.
    Warning,
    /// A source or item could not be read.
    Error,
}

impl Problem {
    /// A note at `place`.
    pub fn note(place: impl Into<String>, message: impl Into<String>) -> Self {
        Self { severity: Severity::Note, place: place.into(), message: message.into() }
    }

    /// A warning at `place`.
    pub fn warning(place: impl Into<String>, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, place: place.into(), message: message.into() }
    }

    /// An error at `place`.
    pub fn error(place: impl Into<String>, message: impl Into<String>) -> Self {
        Self { severity: Severity::Error, place: place.into(), message: message.into() }
    }
}
