//! A discussion with a model, kept as the tree it is.
//!
//! Readers give the same items for the text that people read and for this: here nothing is laid
//! flat, and what the text leaves out stays as a hidden message. Where an export does not say who
//! follows whom, its messages follow each other.

use super::tree::{Item, Order, State, Talk, Tree};
use crate::content::{Attachment, Conversation, Node, Role, Timestamp};
use crate::gather::moment;

/// The conversation of a talk; none where somebody speaks who is neither a person nor a model.
pub(super) fn conversation(talk: &Talk) -> Option<Conversation> {
    let items = &talk.items;
    let roles: Vec<Option<Role>> = items.iter().map(|item| role(item.author.as_deref())).collect();
    let shows = |item: &Item| item.state == State::Shown && !(item.text.trim().is_empty() && item.reasoning.is_none());
    if items.iter().zip(&roles).any(|(item, role)| shows(item) && role.is_none()) {
        return None;
    }
    let mut tree = Tree::new(items);
    if items.iter().all(|item| item.parent.is_none()) {
        tree = Tree::line(items.len());
    }
    let sequence = tree.depth_first_by(|index| items[index].place);
    let mut places = vec![None; items.len()];
    for (place, index) in sequence.iter().enumerate() {
        places[*index] = Some(place);
    }
    let node = |index: &usize| {
        let item = &items[*index];
        Node {
            id: item.id.clone(),
            parent: tree.parent(*index).and_then(|parent| places[parent]),
            role: roles[*index].unwrap_or(Role::System),
            text: item.text.clone(),
            reasoning: item.reasoning.clone(),
            time: time(item),
            model: item.model.clone(),
            is_hidden: !shows(item),
            raw: item.raw.clone(),
        }
    };
    let current = match &talk.order {
        Order::Current(Some(id)) => items.iter().position(|item| item.id == *id),
        Order::Current(None) | Order::Given | Order::Replies => None,
    };
    let newest = || {
        let leaves = tree.leaves();
        leaves.into_iter().max_by_key(|index| (time(&items[*index]), *index))
    };
    Some(Conversation {
        id: talk.id.clone().filter(|_| !talk.is_kin),
        title: talk.title.clone(),
        started: talk.started.or_else(|| items.iter().find_map(time)),
        nodes: sequence.iter().map(node).collect(),
        current: current.or_else(newest).and_then(|index| places[index]),
        attachments: talk.attachments.iter().map(attachment).collect(),
    })
}

fn time(item: &Item) -> Option<Timestamp> {
    item.exact.or_else(|| moment::told(item.time.as_deref()?))
}

fn attachment((name, text): &(String, String)) -> Attachment {
    Attachment { name: name.clone(), text: text.clone() }
}

/// Who speaks, by the words that exports have for a person and a model.
fn role(author: Option<&str>) -> Option<Role> {
    match author?.to_lowercase().as_str() {
        "user" | "human" | "you" | "prompter" => Some(Role::User),
        "system" | "developer" => Some(Role::System),
        "assistant" | "gpt" | "chatgpt" | "model" | "bot" | "ai" | "claude" | "gemini" | "bard" | "bing"
        | "copilot" | "grok" => Some(Role::Assistant),
        _ => None,
    }
}
