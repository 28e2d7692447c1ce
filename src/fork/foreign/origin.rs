//! What the run of an imported message remembers of where it stood.

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::content::Timestamp;
use crate::store::record::RunRecord;

/// Where a message stood in the program it came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// The format it was read in.
    pub format: String,
    /// The conversation, as its program names it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub conversation: Option<String>,
    /// The message, as its program names it.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub node: String,
    /// The message it followed there, hidden or not.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub parent: Option<String>,
    /// Its place among all messages of the conversation.
    pub place: usize,
    /// Its JSON, where the message does not say all of it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub raw: Option<String>,
    /// What stood beside the talk since the message before.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub asides: Vec<Aside>,
}

/// A message that is no part of the talk: a tool call, its result, an instruction of the program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Aside {
    /// The message, as its program names it.
    pub node: String,
    /// The message it followed there.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub parent: Option<String>,
    /// Its place among all messages of the conversation.
    pub place: usize,
    /// When it was said.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub time: Option<Timestamp>,
    /// Its JSON.
    pub raw: String,
}

impl Origin {
    /// As the parameters of a run hold it.
    pub(super) fn params(&self) -> serde_json::Value {
        json!({ "import": self })
    }

    /// What a run says of the origin of its message; nothing for one that asked a model.
    pub fn of(run: &RunRecord) -> Option<Self> {
        if !run.is_import() {
            return None;
        }
        serde_json::from_value(run.params.get("import")?.clone()).ok()
    }
}
