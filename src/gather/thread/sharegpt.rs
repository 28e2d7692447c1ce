//! Conversations in the forms that models are trained on.
//!
//! ShareGPT (`conversations` of `from` and `value`, read from `lm-sys/FastChat`) and OpenAI's JSON
//! lines (`messages` of `role` and `content`).

use super::blocks::{self, LeftOut};
use super::collect::{self, Collected};
use super::tree::{Item, State, Talk};
use crate::content::Kind;
use crate::gather::tape::Json;
use crate::gather::{Confidence, Error, Format, Input, Reading, Stream, moment};

pub(crate) const FORMAT: Format = Format {
    name: "sharegpt",
    kind: Kind::Chat,
    about: "ShareGPT conversations and OpenAI-style `messages`, as JSON or JSON lines",
    extensions: &["json", "jsonl"],
    sniff,
    read,
    stream: Some(Stream::within(&[])),
};

fn sniff(input: &Input) -> Confidence {
    input.certain(|json| {
        let turn = |turn: Json| turn.at("from").text().is_some() && turn.has("value");
        let message = |message: Json| {
            message.at("role").text().is_some() && (message.has("content") || message.has("tool_calls"))
        };
        json.at("conversations").items().any(turn) || json.at("messages").items().any(message)
    })
}

fn read(input: &Input) -> Result<Reading, Error> {
    collect::each(input, &FORMAT, "conversations", conversation)
}

fn conversation(json: Json, collected: &mut Collected) -> Result<(), &'static str> {
    let messages = json.either(&["conversations", "messages"]);
    if !messages.is_array() {
        return Err("not a conversation: neither `conversations` nor `messages`");
    }
    let mut left_out = LeftOut::default();
    let mut talk = Talk {
        id: json.either(&["id", "conversation_id"]).name().map(str::to_owned),
        title: json.either(&["title", "name"]).words().map(str::to_owned),
        ..Talk::default()
    };
    for message in messages.items() {
        let role = message.either(&["from", "role"]).words().unwrap_or("unknown");
        talk.items.push(Item {
            author: Some(role.to_owned()),
            time: moment::moment(message.either(&["created_at", "timestamp"])),
            exact: moment::exact(message.either(&["created_at", "timestamp"])),
            text: blocks::text(message.either(&["value", "content"]), &mut left_out),
            state: if matches!(role, "tool" | "function") { State::Hidden("tool results") } else { State::Shown },
            ..Item::default()
        });
    }
    talk.notes.extend(left_out.notes());
    collected.push(talk);
    Ok(())
}
