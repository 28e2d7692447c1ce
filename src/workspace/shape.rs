//! The JSON shapes that scripts build on, versioned by `schema` and additive only.
//!
//! Offsets are byte offsets into a document's text, ends exclusive; absent is absent. The schemas
//! stand in `schemas/`, and a test holds real output against them.

mod check;
mod reading;

use std::collections::BTreeMap;

use serde::Serialize;

pub use super::web::shape::{Fetch, Link};
use crate::content::{Digest, Kind, Problem, Quality, Role, Usage};
use crate::store::record::CitationRecord;
use crate::tokens::{Tokenizer, Tokens};
pub use check::{Check, CheckAnswer, CheckCitation, CheckPiece, CheckQuotation};
pub use reading::{Count, CountSource, Fetched, Read, ReadSource};

/// What lies behind the numbers where `exact` is false: they are counts of `base` times `factor`.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "the schema documents the fields")]
pub struct Estimate {
    pub base: &'static str,
    pub counted: u32,
    pub factor: f64,
    pub low: u32,
    pub high: u32,
    pub basis: String,
}

impl Estimate {
    /// The estimate behind a total of `counted` tokens; none where counts are exact.
    pub(super) fn of(tokenizer: &Tokenizer, counted: Tokens) -> Option<Self> {
        let scale = tokenizer.scale()?;
        let (low, high) = tokenizer.range(counted);
        Some(Self {
            base: scale.base.name(),
            counted: counted.0,
            factor: f64::from(scale.factor.thousandths()) / 1000.0,
            low: low.0,
            high: high.0,
            basis: scale.basis.clone(),
        })
    }
}

/// What the model's provider counts, its message frame included.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "the schema documents the fields")]
pub struct ByProvider {
    pub origin: String,
    pub model: String,
    pub total: u32,
    pub counts: Vec<u32>,
}

/// `forkful.plan/1`
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "the schema documents the fields")]
pub struct Plan {
    pub schema: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    pub encoding: &'static str,
    pub exact: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub window: Option<u32>,
    pub reserve: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub budget: Option<u32>,
    pub frame_tokens: u32,
    pub total_tokens: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub estimate: Option<Estimate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by_provider: Option<ByProvider>,
    pub level: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<PlanNext>,
    pub sources: Vec<PlanSource>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<Link>,
    pub duplicates: Vec<PlanDuplicate>,
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
    pub quality: Quality,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quality_reason: Option<String>,
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
    pub unit: usize,
    pub start: usize,
    pub end: usize,
    pub tokens: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub needs: Option<u32>,
}

/// The unit that enters next.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "the schema documents the fields")]
pub struct PlanNext {
    pub source: String,
    pub unit: usize,
    pub tokens: u32,
    pub needs: u32,
}

/// `forkful.cut/1`
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "the schema documents the fields")]
pub struct Cuts {
    pub schema: &'static str,
    pub exact: bool,
    pub id: String,
    pub locator: String,
    pub tokens: u32,
    pub kept_tokens: u32,
    pub cut_tokens: u32,
    pub duplicate_tokens: u32,
    pub gaps: usize,
    pub level: u64,
    pub units: Vec<CutsUnit>,
}

/// One cut of a source.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "the schema documents the fields")]
pub struct CutsUnit {
    pub unit: usize,
    pub start: usize,
    pub end: usize,
    pub place: String,
    pub tokens: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub needs: Option<u32>,
    pub text: String,
}

/// `forkful.why/1`
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "the schema documents the fields")]
pub struct Why {
    pub schema: &'static str,
    pub exact: bool,
    pub id: String,
    pub unit: usize,
    pub units: usize,
    pub start: usize,
    pub end: usize,
    pub place: String,
    pub tokens: u32,
    pub fate: &'static str,
    pub reserved: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<u64>,
    pub level_reached: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub turn: Option<usize>,
    pub turns: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub needs: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub more: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asked_by: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repeats: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rank: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub terms: Option<Vec<WhyTerm>>,
    pub text: String,
}

/// A word of the question in a unit, as its stem.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "the schema documents the fields")]
pub struct WhyTerm {
    pub term: String,
    pub times: u32,
}

/// A passage that a reference stands for, and where it is kept.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "the schema documents the fields")]
pub struct PlanDuplicate {
    pub source: String,
    pub start: usize,
    pub end: usize,
    pub of: String,
    pub of_start: usize,
    pub of_end: usize,
    pub tokens: u32,
    pub exact: bool,
}

/// `forkful.pack/1`
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "the schema documents the fields")]
pub struct Pack {
    pub schema: &'static str,
    pub bundle: Digest,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    pub encoding: &'static str,
    pub exact: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub budget: Option<u32>,
    pub total_tokens: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub estimate: Option<Estimate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by_provider: Option<ByProvider>,
    pub sources: Vec<PlanSource>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<Link>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output: Option<String>,
    pub problems: Vec<Problem>,
}

/// `forkful.add/1`
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "the schema documents the fields")]
pub struct Add {
    pub schema: &'static str,
    pub project: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    pub sources: Vec<AddSource>,
}

/// A source that was added, or stood in the file.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "the schema documents the fields")]
pub struct AddSource {
    pub path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    pub state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    pub about: String,
    pub tokens: u32,
}

/// `forkful.config/1`
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "the schema documents the fields")]
pub struct Config {
    pub schema: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    pub choices: Vec<ConfigChoice>,
    pub sources: Vec<ConfigSource>,
    pub profiles: Vec<String>,
}

/// A value that holds, and where it was said.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "the schema documents the fields")]
pub struct ConfigChoice {
    pub key: &'static str,
    pub value: String,
    pub origin: String,
}

/// A source in use with what the file wishes for it.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "the schema documents the fields")]
pub struct ConfigSource {
    pub path: String,
    pub origin: String,
    pub wishes: BTreeMap<&'static str, String>,
}

/// `forkful.split/1`
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "the schema documents the fields")]
pub struct Split {
    pub schema: &'static str,
    pub size: u32,
    pub bundles: Vec<Pack>,
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
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub citations: Vec<CitationRecord>,
    pub run: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub question: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub estimated: Option<Usage>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
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
    #[serde(skip_serializing_if = "Option::is_none")]
    pub moved: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
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
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rating: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub edited: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stale: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub taken: Option<String>,
}
