//! ShareGPT: one record for each branch, from the first message to its end.

use serde_json::{Value, json};

use super::{Dialect, list, speaker};
use crate::content::Conversation;

pub(super) const DIALECT: Dialect = Dialect {
    name: "sharegpt",
    about: "ShareGPT conversations, a record for each branch",
    has_attachments: false,
    has_ids: false,
    is_single: false,
    write,
};

fn write(conversations: &[Conversation]) -> String {
    list(conversations.iter().flat_map(|conversation| {
        let leaves = conversation.leaves().into_iter().enumerate();
        leaves.map(|(number, leaf)| {
            let turn = |role, text: &str| json!({"from": speaker(role, "human", "gpt"), "value": text});
            let path = conversation.path(leaf);
            let turns: Vec<Value> = path.into_iter().map(|node| turn(node.role, &node.text)).collect();
            let mut record = json!({ "conversations": turns });
            if let Some(id) = &conversation.id {
                let id = if number == 0 { id.clone() } else { format!("{id}-{}", number + 1) };
                record["id"] = id.into();
            }
            record.to_string()
        })
    }))
}
