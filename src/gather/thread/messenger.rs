//! Messenger and Instagram: `message_1.json` of a download from Meta.
//!
//! Read from a sample of `mlomb/chat-analytics`. The writer puts the bytes of UTF-8 into `\u00xx`
//! escapes, so that every string is mended, if that gives valid text. Messages come newest first.

use super::collect;
use super::tree::{Item, State, Talk};
use crate::content::Kind;
use crate::gather::tape::Json;
use crate::gather::{Confidence, Error, Format, Input, Reading, moment};

pub(crate) const FORMAT: Format = Format {
    name: "messenger",
    kind: Kind::Chat,
    about: "Messenger and Instagram conversations (`message_1.json`)",
    extensions: &["json"],
    sniff,
    read,
    stream: None,
};

fn sniff(input: &Input) -> Confidence {
    let is_message = |message: Json| message.has("sender_name") && message.has("timestamp_ms");
    input.certain(|json| json.at("participants").is_array() && json.at("messages").items().any(is_message))
}

fn read(input: &Input) -> Result<Reading, Error> {
    collect::each(input, &FORMAT, "messages", |json, collected| {
        if !json.at("messages").is_array() {
            return Err("not a conversation: no `messages`");
        }
        collected.push(conversation(json));
        Ok(())
    })
}

/// Text whose characters are the bytes of UTF-8, made text again.
fn mended(text: &str) -> String {
    let bytes: Option<Vec<u8>> = text.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect();
    bytes.and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_else(|| text.to_owned())
}

fn conversation(json: Json) -> Talk {
    let names: Vec<String> =
        json.at("participants").items().filter_map(|person| person.at("name").words()).map(mended).collect();
    let title = json.at("title").words().map(mended).or_else(|| Some(names.join(", ")));
    let mut talk = Talk {
        id: json.at("thread_path").name().map(str::to_owned),
        title: title.filter(|title| !title.is_empty()),
        ..Talk::default()
    };
    talk.items = json.at("messages").items().map(item).collect();
    let times: Vec<Option<f64>> =
        json.at("messages").items().map(|message| message.at("timestamp_ms").number()).collect();
    if times.first() > times.last() {
        talk.items.reverse();
    }
    talk
}

fn item(message: Json) -> Item {
    let mut text = mended(message.at("content").text().unwrap_or_default());
    for (name, word) in
        [("photos", "image"), ("videos", "video"), ("gifs", "image"), ("audio_files", "audio"), ("files", "file")]
    {
        text += &format!("\n[{word}]").repeat(message.at(name).items().count());
    }
    if message.at("sticker").is_object() {
        text += "\n[sticker]";
    }
    let link = message.at("share").at("link").words().map(mended);
    if let Some(link) = link.filter(|link| !text.contains(link.as_str())) {
        text += &format!("\n{link}");
    }
    let is_service = matches!(message.at("type").text(), Some("Subscribe" | "Unsubscribe"));
    Item {
        author: message.at("sender_name").words().map(mended),
        time: moment::moment(message.at("timestamp_ms")),
        text: text.trim_start().to_owned(),
        state: match () {
            () if message.at("is_unsent").is_true() => State::Gone("unsent"),
            () if is_service => State::Hidden("service messages"),
            () => State::Shown,
        },
        ..Item::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_in_the_place_of_characters_are_mended() {
        for (text, expected) in [("caf\u{c3}\u{a9}", "café"), ("café", "café"), ("漢", "漢"), ("plain", "plain")] {
            assert_eq!(mended(text), expected);
        }
    }
}
