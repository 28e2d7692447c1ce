//! What a provider remembers of a request: a line of its log.

use serde_json::{Value, json};

use super::Asked;
use crate::catalog::Money;
use crate::content::{Digest, Timestamp, Usage};

/// One line of the log.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Which request it was, from 1.
    pub number: u64,
    /// When it came.
    pub time: Timestamp,
    /// How it was written.
    pub protocol: &'static str,
    /// The model that was asked.
    pub model: String,
    /// The status code.
    pub status: u16,
    /// Whether it carried a key, which is kept nowhere.
    pub has_key: bool,
    /// The hash of its body.
    pub request_sha256: Digest,
    /// The tokens of the question, and of the answer.
    pub usage: Usage,
    /// What it costs; absent where the model's prices are unknown.
    pub cost: Option<Money>,
    /// What it would cost without a cache.
    pub uncached: Option<Money>,
    /// What went wrong on purpose, or why it was refused.
    pub remark: Option<String>,
}

impl Entry {
    /// A request before anything went wrong with it.
    pub(super) fn of(asked: &Asked, number: u64, time: Timestamp, protocol: &'static str) -> Self {
        Self {
            number,
            time,
            protocol,
            model: String::new(),
            status: 200,
            has_key: asked.has_key,
            request_sha256: Digest::of(asked.body),
            usage: Usage::default(),
            cost: None,
            uncached: None,
            remark: None,
        }
    }

    /// The line as JSON: `forkful.mock/1`.
    pub fn shape(&self) -> Value {
        let mut value = json!({
            "schema": "forkful.mock/1", "number": self.number, "time": self.time.to_string(), "protocol": self.protocol,
            "model": self.model, "status": self.status, "key": self.has_key, "request_sha256": self.request_sha256,
            "usage": self.usage,
        });
        for (name, money) in [("cost", self.cost), ("uncached", self.uncached)] {
            if let Some(money) = money {
                value[name] = json!(money.dollars());
            }
        }
        if let Some(remark) = &self.remark {
            value["remark"] = json!(remark);
        }
        value
    }
}
