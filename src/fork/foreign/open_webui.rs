//! Open WebUI's chats: a map of messages with their parents and children, and the current line again.

use serde_json::{Map, Value, json};

use super::{Dialect, list, speaker};
use crate::content::{Attachment, Conversation, Node, Role, Timestamp};

pub(super) const DIALECT: Dialect = Dialect {
    name: "open-webui",
    about: "Open WebUI's chat export, sources as files",
    has_attachments: true,
    has_ids: true,
    is_single: false,
    write,
};

fn write(conversations: &[Conversation]) -> String {
    list(conversations.iter().map(|one| chat(one).to_string()))
}

fn chat(conversation: &Conversation) -> Value {
    let (children, _) = conversation.children();
    let name = |index: usize| conversation.nodes[index].id.as_str();
    let carrier = conversation.nodes.iter().position(|node| node.role == Role::User && !node.is_hidden);
    let mut messages = Map::new();
    for (index, node) in conversation.nodes.iter().enumerate() {
        let mut value = message(node);
        value["id"] = name(index).into();
        value["parentId"] = node.parent.map(name).into();
        value["childrenIds"] = children[index].iter().map(|child| name(*child)).collect();
        if Some(index) == carrier && !conversation.attachments.is_empty() {
            let attached = conversation.attachments.iter().map(file);
            let kept = value["files"].as_array().into_iter().flatten();
            let kept =
                kept.filter(|file| file["file"]["data"]["content"].as_str().is_none_or(|text| text.trim().is_empty()));
            value["files"] = attached.chain(kept.cloned()).collect();
        }
        messages.insert(node.id.clone(), value);
    }
    let path = conversation.current.map(|current| conversation.path(current)).unwrap_or_default();
    let path: Vec<&Value> = path.iter().filter_map(|node| messages.get(&node.id)).collect();
    let mut models: Vec<&str> = conversation.nodes.iter().filter_map(|node| node.model.as_deref()).collect();
    models.sort_unstable();
    models.dedup();
    let title = conversation.title.as_deref().unwrap_or("Chat");
    let last = conversation.nodes.iter().filter_map(|node| node.time).max();
    json!({
        "id": conversation.id,
        "user_id": "",
        "title": title,
        "chat": {
            "id": "",
            "title": title,
            "models": models,
            "params": {},
            "history": {"messages": &messages, "currentId": conversation.current.map(name)},
            "messages": path,
            "tags": [],
            "timestamp": conversation.started.map(|time| time.0),
            "files": [],
        },
        "created_at": seconds(conversation.started),
        "updated_at": seconds(last.or(conversation.started)),
        "share_id": null,
        "archived": false,
        "pinned": false,
        "meta": {},
        "folder_id": null,
    })
}

fn message(node: &Node) -> Value {
    if let Some(raw) = node.raw.as_deref().and_then(|raw| serde_json::from_str(raw).ok()) {
        return raw;
    }
    let content = match &node.reasoning {
        Some(reasoning) => format!("{}{}", folded(reasoning), node.text),
        None => node.text.clone(),
    };
    let mut value = json!({
        "role": speaker(node.role, "user", "assistant"),
        "content": content,
        "timestamp": seconds(node.time),
        "done": true,
    });
    if let Some(model) = &node.model {
        value["model"] = model.as_str().into();
        value["modelName"] = model.as_str().into();
    }
    value
}

/// Thoughts as Open WebUI folds them away: a quotation, as HTML.
fn folded(reasoning: &str) -> String {
    let quoted = reasoning.lines().map(|line| format!("> {line}")).collect::<Vec<_>>().join("\n");
    let quoted = quoted.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    format!("<details type=\"reasoning\" done=\"true\">\n<summary>Thought</summary>\n{quoted}\n</details>\n")
}

fn file(attachment: &Attachment) -> Value {
    let Attachment { name, text } = attachment;
    json!({"type": "file", "name": name, "file": {"filename": name, "data": {"content": text}}})
}

/// Whole seconds, which is all that its columns hold.
fn seconds(time: Option<Timestamp>) -> Option<i64> {
    time.map(|time| time.0.div_euclid(1000))
}
