//! The JSON shapes that scripts build on, versioned by `schema` and additive only.
//!
//! Offsets are byte offsets into a document's text, ends exclusive; absent is absent. The schemas
//! stand in `schemas/`, and a test holds real output against them.

use serde::Serialize;

use crate::content::{Digest, Document, Kind, Problem, Role, Usage};

/// `forkful.read/1`
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "the schema documents the fields")]
pub struct Read {
    pub schema: &'static str,
    pub source: ReadSource,
    pub documents: Vec<Document>,
    pub problems: Vec<Problem>,
}

/// Where a reading came from.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "the schema documents the fields")]
pub struct ReadSource {
    pub locator: String,
    pub bytes: usize,
    pub sha256: Digest,
}

/// `forkful.count/1`
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "the schema documents the fields")]
pub struct Count {
    pub schema: &'static str,
    pub encoding: &'static str,
    pub exact: bool,
    pub total: u32,
    pub sources: Vec<CountSource>,
}

/// Tokens of one source.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "the schema documents the fields")]
pub struct CountSource {
    pub locator: String,
    pub tokens: u32,
}

/// `forkful.plan/1`
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "the schema documents the fields")]
pub struct Plan {
    pub schema: &'static str,
    pub encoding: &'static str,
    pub exact: bool,
    pub reserve: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub budget: Option<u32>,
    pub frame_tokens: u32,
    pub total_tokens: u32,
    pub level: u64,
    pub sources: Vec<PlanSource>,
    pub duplicates: Vec<serde_json::Value>,
    pub problems: Vec<Problem>,
}

/// One source of a plan or a pack.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "the schema documents the fields")]
pub struct PlanSource {
    pub id: String,
    pub locator: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    pub kind: Kind,
    pub format: String,
    pub tokens: u32,
    pub kept_tokens: u32,
    pub duplicate_tokens: u32,
    pub kept: Vec<[usize; 2]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cut: Option<Vec<PlanCut>>,
}

/// A unit that was left out, and the budget that would keep it.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "the schema documents the fields")]
pub struct PlanCut {
    pub start: usize,
    pub end: usize,
    pub tokens: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub needs: Option<u32>,
}

/// `forkful.pack/1`
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "the schema documents the fields")]
pub struct Pack {
    pub schema: &'static str,
    pub bundle: Digest,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    pub encoding: &'static str,
    pub exact: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub budget: Option<u32>,
    pub total_tokens: u32,
    pub sources: Vec<PlanSource>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output: Option<String>,
}

/// `forkful.ask/1`
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "the schema documents the fields")]
pub struct Ask {
    pub schema: &'static str,
    pub branch: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<Digest>,
    pub text: String,
    pub status: &'static str,
    pub model: String,
    pub usage: Usage,
    pub run: String,
}

/// `forkful.log/1`
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "the schema documents the fields")]
pub struct Log {
    pub schema: &'static str,
    pub bundles: Vec<LogBundle>,
    pub branches: Vec<LogBranch>,
    pub messages: Vec<LogMessage>,
}

/// A bundle in the log.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "the schema documents the fields")]
pub struct LogBundle {
    pub id: Digest,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    pub tokens: u32,
}

/// A branch in the log.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "the schema documents the fields")]
pub struct LogBranch {
    pub name: String,
    pub tip: Digest,
    pub bundle: Digest,
    pub turns: usize,
}

/// A message in the log.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "the schema documents the fields")]
pub struct LogMessage {
    pub id: Digest,
    pub parent: Digest,
    pub role: Role,
    pub preview: String,
    pub branches: Vec<String>,
}

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
    #[serde(skip_serializing_if = "Option::is_none")]
    pub passage: Option<[usize; 2]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kept: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'static str>,
}
