//! The JSON of what was read, counted and fetched.

use serde::Serialize;

use super::{ByProvider, Estimate, Fetch};
use crate::content::{Digest, Document, Problem};

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
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    pub encoding: &'static str,
    pub exact: bool,
    pub total: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub estimate: Option<Estimate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by_provider: Option<ByProvider>,
    pub sources: Vec<CountSource>,
    pub problems: Vec<Problem>,
}

/// Tokens of one source.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "the schema documents the fields")]
pub struct CountSource {
    pub locator: String,
    pub tokens: u32,
}

/// `forkful.fetch/1` with the sources that are gone on without.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "the schema documents the fields")]
pub struct Fetched {
    #[serde(flatten)]
    pub fetch: Fetch,
    pub problems: Vec<Problem>,
}
