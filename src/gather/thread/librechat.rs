//! LibreChat's conversation export, flat or as a tree.
//!
//! Shape read from LibreChat's own importer and its fixtures (`api/server/utils/import`, commits
//! 70e7331 and 6acce5d): messages with the id of the message before them, or with their `children`
//! in them; the words in `text`, and in newer ones as parts in `content`. What has no text but a tool
//! call is left out and counted.

use super::blocks::{self, LeftOut};
use super::collect::{self, Collected};
use super::tree::{Item, Order, State, Talk};
use crate::content::Kind;
use crate::gather::tape::Json;
use crate::gather::{Confidence, Error, Format, Input, Reading, moment};

pub(crate) const FORMAT: Format = Format {
    name: "librechat",
    kind: Kind::Chat,
    about: "LibreChat conversation export (JSON)",
    extensions: &["json"],
    sniff,
    read,
    stream: None,
};

/// What the first message of a conversation follows.
const NOBODY: &str = "00000000-0000-0000-0000-000000000000";

fn sniff(input: &Input) -> Confidence {
    input.certain(is_conversation)
}

fn is_conversation(json: Json) -> bool {
    json.has("conversationId") && messages(json).items().any(|message| message.has("messageId"))
}

/// The messages at the top, whatever the export calls them.
fn messages(json: Json) -> Json {
    json.either(&["messagesTree", "messages"])
}

fn read(input: &Input) -> Result<Reading, Error> {
    collect::each(input, &FORMAT, "conversations", conversation)
}

fn conversation(json: Json, collected: &mut Collected) -> Result<(), &'static str> {
    if !is_conversation(json) {
        return Err("not a conversation: no `messages` with a `messageId`");
    }
    let mut left_out = LeftOut::default();
    let mut talk = Talk {
        id: json.at("conversationId").name().map(str::to_owned),
        title: json.at("title").words().map(str::to_owned),
        ..Talk::default()
    };
    // With its own stack: each answer of a long talk stands one level deeper.
    let mut stack: Vec<(Json, Option<&str>)> = messages(json).items().map(|message| (message, None)).collect();
    stack.reverse();
    while let Some((message, above)) = stack.pop() {
        let id = message.at("messageId").name();
        let mut children: Vec<_> = message.at("children").items().map(|child| (child, id)).collect();
        children.reverse();
        stack.extend(children);
        let parent = message.at("parentMessageId").name().filter(|id| *id != NOBODY);
        talk.items.push(item(message, above.or(parent), collected, &mut left_out));
    }
    if talk.items.iter().any(|item| item.parent.is_some()) {
        talk.order = Order::Current(None);
    }
    talk.notes.extend(left_out.notes());
    collected.push(talk);
    Ok(())
}

fn item(message: Json, parent: Option<&str>, collected: &Collected, left_out: &mut LeftOut) -> Item {
    let mut own = LeftOut::default();
    let content = message.at("content");
    let parts = blocks::text(content, &mut own);
    let text = if parts.trim().is_empty() { message.at("text").text().unwrap_or_default() } else { &parts };
    let is_user = message.at("isCreatedByUser").is_true();
    let state = match text.trim() {
        "" if !own.is_only("") => State::Hidden("tool calls, tool results or reasoning"),
        _ if message.at("error").is_true() => State::Hidden("errors"),
        _ => State::Shown,
    };
    let is_plain = state == State::Shown && own.is_only("reasoning");
    left_out.extend(&own);
    Item {
        id: message.at("messageId").name().unwrap_or_default().to_owned(),
        parent: parent.map(str::to_owned),
        author: Some(if is_user { "user" } else { "assistant" }.to_owned()),
        time: moment::moment(message.at("createdAt")),
        exact: moment::exact(message.at("createdAt")),
        model: message.at("model").words().filter(|_| !is_user).map(str::to_owned),
        reasoning: blocks::reasoning(content),
        raw: if is_plain { None } else { collected.raw(message) },
        text: text.to_owned(),
        state,
        ..Item::default()
    }
}
