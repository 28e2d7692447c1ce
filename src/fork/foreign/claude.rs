//! Claude's data export: a list of messages, each with the one before it.

use serde_json::{Value, json};

use super::{Dialect, list, speaker};
use crate::content::{Attachment, Conversation, Node, Role, Timestamp};

pub(super) const DIALECT: Dialect = Dialect {
    name: "claude",
    about: "Claude's `conversations.json`, sources as attachments",
    has_attachments: true,
    has_ids: true,
    is_single: false,
    write,
};

/// What the first message of a conversation follows.
const NOBODY: &str = "00000000-0000-4000-8000-000000000000";

fn write(conversations: &[Conversation]) -> String {
    list(conversations.iter().map(|one| conversation(one).to_string()))
}

fn conversation(conversation: &Conversation) -> Value {
    let carrier = conversation.nodes.iter().position(|node| node.role == Role::User && !node.is_hidden);
    let message = |(index, node): (usize, &Node)| {
        let parent = node.parent.map_or(NOBODY, |parent| &conversation.nodes[parent].id);
        let attachments = if Some(index) == carrier { &conversation.attachments[..] } else { &[] };
        message(node, index, parent, attachments)
    };
    let last = conversation.nodes.iter().filter_map(|node| node.time).max();
    json!({
        "uuid": conversation.id,
        "name": conversation.title.as_deref().unwrap_or_default(),
        "created_at": moment(conversation.started),
        "updated_at": moment(last.or(conversation.started)),
        "current_leaf_message_uuid": conversation.current.map(|current| &conversation.nodes[current].id),
        "chat_messages": conversation.nodes.iter().enumerate().map(message).collect::<Vec<_>>(),
    })
}

fn message(node: &Node, index: usize, parent: &str, attachments: &[Attachment]) -> Value {
    let attached: Vec<Value> = attachments.iter().map(attachment).collect();
    if let Some(mut raw) = node.raw.as_deref().and_then(|raw| serde_json::from_str::<Value>(raw).ok()) {
        raw["uuid"] = node.id.as_str().into();
        raw["index"] = index.into();
        raw["parent_message_uuid"] = parent.into();
        if !attached.is_empty() {
            let kept = raw["attachments"].as_array().into_iter().flatten();
            // What has its text is among those that come anyway.
            let kept = kept.filter(|one| one["extracted_content"].as_str().is_none_or(|text| text.trim().is_empty()));
            raw["attachments"] = attached.into_iter().chain(kept.cloned()).collect();
        }
        return raw;
    }
    let thoughts = node.reasoning.iter().map(|text| json!({"type": "thinking", "thinking": text}));
    let words = Some(&node.text).filter(|text| !text.is_empty()).map(|text| json!({"type": "text", "text": text}));
    let mut value = json!({
        "uuid": node.id,
        "index": index,
        "parent_message_uuid": parent,
        "sender": speaker(node.role, "human", "assistant"),
        "text": node.text,
        "content": thoughts.chain(words).collect::<Vec<_>>(),
        "created_at": moment(node.time),
        "updated_at": moment(node.time),
        "attachments": attached,
        "files": [],
    });
    if let Some(model) = &node.model {
        value["model"] = model.as_str().into();
    }
    value
}

fn attachment(attachment: &Attachment) -> Value {
    json!({
        "file_name": attachment.name,
        "file_size": attachment.text.len(),
        "file_type": "text/plain",
        "extracted_content": attachment.text,
    })
}

fn moment(time: Option<Timestamp>) -> Option<String> {
    time.map(Timestamp::millisecond)
}
