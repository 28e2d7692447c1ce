//! One entry of a conversation.

use serde::{Deserialize, Serialize};

/// A role and its parts; its parent is what makes it an entry of a branch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Who speaks.
    pub role: Role,
    /// What is said, in order.
    pub parts: Vec<Part>,
}

/// Who speaks in a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Instructions of the tool.
    System,
    /// The person.
    User,
    /// The model.
    Assistant,
}

/// A typed piece of a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum Part {
    /// Words for the other side.
    Text {
        /// The words, byte for byte.
        text: String,
    },
    /// What a reasoning model thought aloud.
    Reasoning {
        /// The words, byte for byte.
        text: String,
    },
    /// What a provider wants back unchanged with the next question: signed or encrypted reasoning.
    Sealed {
        /// The protocol that can read it.
        protocol: String,
        /// The model that made it, by the name it was asked under.
        model: String,
        /// One JSON object of that protocol, byte for byte.
        item: String,
    },
}

impl Message {
    /// A message of one text part.
    pub fn text(role: Role, text: impl Into<String>) -> Self {
        Self { role, parts: vec![Part::Text { text: text.into() }] }
    }

    /// The text parts joined, without reasoning.
    pub fn spoken(&self) -> String {
        let texts = self.parts.iter().filter_map(|part| match part {
            Part::Text { text } => Some(text.as_str()),
            Part::Reasoning { .. } | Part::Sealed { .. } => None,
        });
        texts.collect()
    }
}

impl Role {
    /// The lower-case word, as in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::User => "user",
            Self::Assistant => "assistant",
        }
    }
}
