//! The JSON of rows beside the objects: runs, operations, provenance.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::content::{Digest, Timestamp, Usage};

/// Names and the ids that they stand for, in the order of the names.
pub type Pointers = BTreeMap<String, Digest>;

/// One model call; a row that no hash covers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunRecord {
    /// Names the call, given by the caller.
    pub attempt: String,
    /// How far it came.
    pub state: RunState,
    /// The tip that was asked from.
    pub parent: Digest,
    /// The message of the question.
    pub question: Digest,
    /// The message of the answer, whole or partial.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub answer: Option<Digest>,
    /// What had come of an answer that is still under way, saved from time to time.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub partial: Option<String>,
    /// The branch that was to move.
    pub branch: String,
    /// The model that was asked for.
    pub model: String,
    /// The model that answered, as the provider names it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub served_model: Option<String>,
    /// Where it was sent.
    pub base_url: String,
    /// The protocol: `anthropic-messages`.
    pub protocol: String,
    /// Parameters of the request, floats and all.
    pub params: serde_json::Value,
    /// The hash of the request body.
    pub request_sha256: Digest,
    /// What the provider says the answer rests on.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub citations: Vec<CitationRecord>,
    /// What the provider counted.
    #[serde(default)]
    pub usage: Usage,
    /// What was counted here of an answer that broke off before the provider could.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub estimate: Option<Usage>,
    /// Why the model stopped, in one word, as far as told: `done`, `length`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub stop: Option<String>,
    /// The batch in which it was sent, if it was.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub batch: Option<BatchRecord>,
    /// Why it failed, without secrets.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub error: Option<String>,
    /// When the intent was stored.
    pub started: Timestamp,
    /// When the last byte came.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub ended: Option<Timestamp>,
}

impl RunRecord {
    /// The protocol of what came in with an import: no model was called for it here.
    pub const IMPORT: &str = "import";

    /// Whether it only says where its message came from.
    pub fn is_import(&self) -> bool {
        self.protocol == Self::IMPORT
    }

    /// What is paid for: the estimate of a call that broke off, else what the provider counted.
    pub fn billed(&self) -> Usage {
        self.estimate.unwrap_or(self.usage)
    }

    /// Whether a limit ended the answer: what came is all that there was to be.
    pub fn is_limited(&self) -> bool {
        let at_limit = matches!(self.stop.as_deref(), Some("length" | "window"));
        self.state == RunState::Truncated && at_limit && self.answer.is_some()
    }

    /// Whether its answer is still to come, with a batch.
    pub fn is_waiting(&self) -> bool {
        self.state == RunState::Streaming && self.batch.is_some()
    }
}

/// A batch as each run in it remembers it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchRecord {
    /// Our own name of it, given before anything is sent.
    pub id: String,
    /// The provider's name of it, once that is told.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub remote: Option<String>,
    /// The tip of its branch that the answer replaces: an answer that broke off.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub replaces: Option<Digest>,
}

/// One thing that a provider says an answer rests on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CitationRecord {
    /// The place of a source that has the words, or stands at the address: `s2 41:07`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub place: Option<String>,
    /// The words that are cited.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub quote: Option<String>,
    /// What the provider calls the source.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub title: Option<String>,
    /// Where it stands on the web.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub url: Option<String>,
}

/// How far a run came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RunState {
    /// Begun, or waiting in a batch; after a crash it stays so.
    Streaming,
    /// The whole answer is there.
    Complete,
    /// The answer stops early.
    Truncated,
    /// The model declined.
    Refused,
    /// No answer came.
    Error,
}

/// One entry of the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperationRecord {
    /// Its place, from 1 without gaps.
    pub number: u64,
    /// When.
    pub time: Timestamp,
    /// What it did, for people.
    pub description: String,
    /// The words of the command, without secrets.
    pub command: Vec<String>,
    /// Which pointers moved; only the first of them while parts are to follow.
    pub moves: Vec<Move>,
    /// How many parts with further moves stand in rows of their own.
    #[serde(skip_serializing_if = "is_none", default)]
    pub parts: u32,
    /// Where `@` went, if it did.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub at: Option<AtMove>,
    /// Which remarks changed.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub remarks: Vec<RemarkMove>,
    /// The operation that this one takes back.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub undoes: Option<u64>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the form that serde asks for")]
fn is_none(parts: &u32) -> bool {
    *parts == 0
}

/// Further moves of an operation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartRecord {
    /// The operation.
    pub operation: u64,
    /// Which part of it, from 1.
    pub number: u32,
    /// The moves that follow those of the part before.
    pub moves: Vec<Move>,
}

/// A pointer's way; absent is "not there".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Move {
    /// The pointer: `branches/main`.
    pub name: String,
    /// Where it was.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub from: Option<Digest>,
    /// Where it went.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub to: Option<Digest>,
}

/// The way of `@`: names of pointers or ids in hex.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AtMove {
    /// Where it was.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub from: Option<String>,
    /// Where it went.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub to: Option<String>,
}

/// A remark's change; absent is "not there".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemarkMove {
    /// What it is about: a message's id in hex, or a pointer.
    pub subject: String,
    /// What it says of it: `rating`, `note`.
    pub topic: String,
    /// What it said.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub from: Option<String>,
    /// What it says.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub to: Option<String>,
}

/// Where a document came from; a row that no hash covers, one a reading.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ProvenanceRecord {
    /// The path or URL that the user named.
    pub locator: String,
    /// The plain hash of the bytes that were read.
    pub sha256: Digest,
    /// The document made of them.
    pub document: Digest,
    /// When.
    pub time: Timestamp,
}
