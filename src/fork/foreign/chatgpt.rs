//! `conversations.json` of ChatGPT's data export: a map of nodes with their parents and children.

use serde_json::{Value, json};

use super::{Dialect, list, speaker};
use crate::content::{Conversation, Node, Timestamp};

pub(super) const DIALECT: Dialect = Dialect {
    name: "chatgpt",
    about: "ChatGPT's `conversations.json`",
    has_attachments: false,
    has_ids: true,
    is_single: false,
    write,
};

/// The node without a message that every conversation hangs on.
const ROOT: &str = "client-created-root";

fn write(conversations: &[Conversation]) -> String {
    list(conversations.iter().map(conversation))
}

fn conversation(conversation: &Conversation) -> String {
    let (children, roots) = conversation.children();
    let names = |indexes: &[usize]| -> Vec<&str> {
        indexes.iter().map(|index| conversation.nodes[*index].id.as_str()).collect()
    };
    // Written by hand, so that the nodes stand in the order of the talk.
    let mut mapping =
        vec![member(ROOT, &json!({"id": ROOT, "message": null, "parent": null, "children": names(&roots)}))];
    for (index, node) in conversation.nodes.iter().enumerate() {
        let parent = node.parent.map_or(ROOT, |parent| &conversation.nodes[parent].id);
        let value =
            json!({"id": node.id, "message": message(node), "parent": parent, "children": names(&children[index])});
        mapping.push(member(&node.id, &value));
    }
    let last = conversation.nodes.iter().filter_map(|node| node.time).max();
    let head = json!({
        "id": conversation.id,
        "conversation_id": conversation.id,
        "title": conversation.title,
        "create_time": seconds(conversation.started),
        "update_time": seconds(last.or(conversation.started)),
        "current_node": conversation.current.map(|current| &conversation.nodes[current].id),
        "moderation_results": [],
    });
    let head = head.to_string();
    let open = head.strip_suffix('}').unwrap_or(&head);
    format!("{open},\"mapping\":{{\n{}}}}}", mapping.join(",\n"))
}

fn member(name: &str, value: &Value) -> String {
    format!("{}:{value}", Value::from(name))
}

fn message(node: &Node) -> Value {
    if let Some(raw) = node.raw.as_deref().and_then(|raw| serde_json::from_str(raw).ok()) {
        return raw;
    }
    let metadata = node.model.as_ref().map_or_else(|| json!({}), |model| json!({"model_slug": model}));
    json!({
        "id": node.id,
        "author": {"role": speaker(node.role, "user", "assistant"), "name": null, "metadata": {}},
        "create_time": seconds(node.time),
        "update_time": null,
        "content": {"content_type": "text", "parts": [node.text]},
        "status": "finished_successfully",
        "end_turn": true,
        "weight": 1.0,
        "metadata": metadata,
        "recipient": "all",
    })
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 are far below 2^53")]
fn seconds(time: Option<Timestamp>) -> Option<f64> {
    time.map(|time| time.0 as f64 / 1000.0)
}
