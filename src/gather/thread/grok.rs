//! Grok's data export, `prod-grok-backend.json`.
//!
//! Follows the shape that `codeface-io/mac-stack` and `hugoamorales/grok_export_toolkit` document;
//! no export of a real account was at hand.

use super::collect::{self, Collected};
use super::tree::{Item, Order, Talk};
use crate::content::Kind;
use crate::gather::tape::Json;
use crate::gather::{Confidence, Error, Format, Input, Reading, Stream, moment};

pub(crate) const FORMAT: Format = Format {
    name: "grok",
    kind: Kind::Chat,
    about: "Grok data export (from its documented shape)",
    extensions: &["json"],
    sniff,
    read,
    stream: Some(Stream::within(&["conversations"])),
};

fn sniff(input: &Input) -> Confidence {
    let is_entry = |entry: Json| entry.at("responses").items().any(|wrapped| wrapped.has("response"));
    input.certain(|json| json.at("conversations").items().any(is_entry) || is_entry(json))
}

fn read(input: &Input) -> Result<Reading, Error> {
    collect::each(input, &FORMAT, "conversations", |json, collected| {
        if json.has("responses") {
            conversation(json, collected);
            return Ok(());
        }
        if !json.at("conversations").is_array() {
            return Err("not a conversation: no `responses`");
        }
        json.at("conversations").items().for_each(|entry| conversation(entry, collected));
        Ok(())
    })
}

fn conversation(entry: Json, collected: &mut Collected) {
    let conversation = entry.at("conversation");
    let mut talk = Talk {
        id: conversation.at("id").name().map(str::to_owned),
        title: conversation.at("title").words().map(str::to_owned),
        date: moment::moment(conversation.at("create_time")),
        ..Talk::default()
    };
    for wrapped in entry.at("responses").items() {
        let response = wrapped.at("response");
        let created = response.at("create_time");
        let since = created.at("$date");
        talk.items.push(Item {
            id: response.at("_id").name().unwrap_or_default().to_owned(),
            parent: response.at("parent_response_id").name().map(str::to_owned),
            author: response.at("sender").words().map(str::to_lowercase),
            time: moment::moment(since.at("$numberLong"))
                .or_else(|| moment::moment(since))
                .or_else(|| moment::moment(created)),
            text: response.at("message").text().unwrap_or_default().to_owned(),
            ..Item::default()
        });
    }
    if talk.items.iter().any(|item| item.parent.is_some()) {
        talk.order = Order::Current(None);
    }
    collected.push(talk);
}
