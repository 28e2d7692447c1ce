//! LibreChat's export of one conversation: messages with the id of the one before them.

use serde_json::{Value, json};

use super::Dialect;
use crate::content::{Conversation, Node, Role, Timestamp};

pub(super) const DIALECT: Dialect = Dialect {
    name: "librechat",
    about: "LibreChat's export, one conversation a file",
    has_attachments: false,
    has_ids: true,
    is_single: true,
    write,
};

/// What the first message of a conversation follows.
const NOBODY: &str = "00000000-0000-0000-0000-000000000000";

fn write(conversations: &[Conversation]) -> String {
    conversations.iter().map(|one| conversation(one).to_string() + "\n").collect()
}

fn conversation(conversation: &Conversation) -> Value {
    // It opens at the message that came last, so the one where it stands comes last.
    let standing = conversation.current.map(|current| conversation.path(current).len()).unwrap_or_default();
    let message = |node: &Node| {
        let parent = node.parent.map_or(NOBODY, |parent| &conversation.nodes[parent].id);
        message(node, parent, conversation.id.as_deref())
    };
    let messages: Vec<Value> = conversation.nodes.iter().map(message).collect();
    json!({
        "conversationId": conversation.id,
        "endpoint": "openAI",
        "title": conversation.title.as_deref().unwrap_or("Conversation"),
        "branches": standing < messages.len(),
        "recursive": false,
        "options": {},
        "messages": messages,
    })
}

fn message(node: &Node, parent: &str, conversation: Option<&str>) -> Value {
    let is_user = node.role == Role::User;
    let sender = match node.role {
        Role::User => "User",
        Role::System => "System",
        Role::Assistant => node.model.as_deref().unwrap_or("Assistant"),
    };
    let raw = node.raw.as_deref().and_then(|raw| serde_json::from_str::<Value>(raw).ok());
    let is_raw = raw.is_some();
    let mut value = raw.unwrap_or_else(|| {
        json!({
            "sender": sender,
            "isCreatedByUser": is_user,
            "model": node.model,
            "text": node.text,
            "createdAt": node.time.map(Timestamp::millisecond),
            "unfinished": false,
            "error": false,
        })
    });
    value["messageId"] = node.id.as_str().into();
    value["conversationId"] = conversation.into();
    value["parentMessageId"] = parent.into();
    if let Some(fields) = value.as_object_mut() {
        fields.remove("children");
    }
    if let (false, Some(reasoning)) = (is_raw, &node.reasoning) {
        value["content"] = json!([{"type": "think", "think": reasoning}, {"type": "text", "text": node.text}]);
    }
    value
}
