//! JSON lines of OpenAI-style messages, as models are fine-tuned on: a line for each branch.

use serde_json::{Value, json};

use super::{Dialect, speaker};
use crate::content::Conversation;

pub(super) const DIALECT: Dialect = Dialect {
    name: "jsonl",
    about: "OpenAI-style `messages` for fine-tuning, a line for each branch",
    has_attachments: false,
    has_ids: false,
    is_single: false,
    write,
};

fn write(conversations: &[Conversation]) -> String {
    let lines = conversations.iter().flat_map(|conversation| {
        conversation.leaves().into_iter().map(|leaf| {
            let message = |role, text: &str| json!({"role": speaker(role, "user", "assistant"), "content": text});
            let path = conversation.path(leaf);
            let messages: Vec<Value> = path.into_iter().map(|node| message(node.role, &node.text)).collect();
            json!({ "messages": messages }).to_string() + "\n"
        })
    });
    lines.collect()
}
