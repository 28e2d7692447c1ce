//! What `check` found, as JSON.

use serde::Serialize;

use crate::content::Digest;

/// `forkful.check/1`
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "the schema documents the fields")]
pub struct Check {
    pub schema: &'static str,
    pub bundle: Digest,
    pub clean: bool,
    pub withheld: Vec<String>,
    pub answers: Vec<CheckAnswer>,
}

/// One answer, looked through.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "the schema documents the fields")]
pub struct CheckAnswer {
    pub message: Digest,
    pub clean: bool,
    pub quotations: Vec<CheckQuotation>,
    pub citations: Vec<CheckCitation>,
}

/// A quotation and whether a source has it.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "the schema documents the fields")]
pub struct CheckQuotation {
    pub start: usize,
    pub end: usize,
    pub text: String,
    pub verdict: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cited: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub passage: Option<[usize; 2]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kept: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub difference: Option<Vec<CheckPiece>>,
}

/// Words that both sides have, or one of them.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the schema documents the fields")]
pub enum CheckPiece {
    Same(String),
    Source(String),
    Answer(String),
}

/// A citation mark and whether it points somewhere.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "the schema documents the fields")]
pub struct CheckCitation {
    pub start: usize,
    pub end: usize,
    pub cited: String,
    pub found: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub withheld: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub passage: Option<[usize; 2]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kept: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}
