//! Telegram's `result.json`, one chat or a whole account, and chats exported as pages.
//!
//! Read from `joweich/chat-miner` and `mlomb/chat-analytics` samples. Text is a string or a list of
//! pieces; moments are local unless `date_unixtime` says otherwise.

use super::collect::{self, Collected};
use super::telegram_page;
use super::tree::{Item, State, Talk};
use super::tweets::quoted;
use crate::content::Kind;
use crate::gather::tape::Json;
use crate::gather::{Confidence, Error, Format, Input, Reading, Stream, moment};

pub(crate) const FORMAT: Format = Format {
    name: "telegram",
    kind: Kind::Chat,
    about: "Telegram chats and accounts (`result.json`), chats as pages (`messages.html`)",
    extensions: &["json", "html"],
    sniff,
    read,
    stream: Some(Stream::within(&["chats", "list"])),
};

fn sniff(input: &Input) -> Confidence {
    if input.json.is_empty() && telegram_page::is_one(input) {
        return Confidence::Certain;
    }
    let is_message = |message: Json| {
        (message.has("date") || message.has("date_unixtime")) && message.has("text") && message.has("type")
    };
    let is_chat = |chat: Json| chat.at("messages").items().any(is_message);
    input.certain(|json| is_chat(json) || json.at("chats").at("list").items().any(is_chat))
}

fn read(input: &Input) -> Result<Reading, Error> {
    if input.json.is_empty() {
        let mut collected = Collected::new(input, &FORMAT, "messages");
        collected.push(telegram_page::chat(input.text));
        return collected.finish();
    }
    collect::each(input, &FORMAT, "chats", |json, collected| {
        let chats: Vec<Json> =
            ["chats", "left_chats"].into_iter().flat_map(|name| json.at(name).at("list").items()).collect();
        if !json.at("messages").is_array() && chats.is_empty() {
            return Err("not a chat: no `messages`");
        }
        if json.at("messages").is_array() {
            chat(json, collected);
        }
        for json in chats {
            chat(json, collected);
        }
        Ok(())
    })
}

fn chat(json: Json, collected: &mut Collected) {
    let mut talk = Talk {
        id: json.at("id").name().map(str::to_owned),
        title: json.at("name").words().map(str::to_owned),
        ..Talk::default()
    };
    for message in json.at("messages").items() {
        let mut words = text(message.at("text"));
        if let Some(from) = message.at("forwarded_from").words() {
            quoted(from, &words.clone()).trim_start().clone_into(&mut words);
        }
        if let Some(kind) = media(message) {
            words += &format!("\n[{kind}]");
        }
        let is_service = message.at("type").text() == Some("service");
        talk.items.push(Item {
            id: message.at("id").name().unwrap_or_default().to_owned(),
            parent: message.at("reply_to_message_id").name().map(str::to_owned),
            author: message.either(&["from", "actor"]).words().map(str::to_owned),
            time: moment::moment(message.either(&["date_unixtime", "date"])),
            text: words.trim_start().to_owned(),
            state: if is_service { State::Hidden("service messages") } else { State::Shown },
            ..Item::default()
        });
    }
    collected.push(talk);
}

fn text(json: Json) -> String {
    if let Some(text) = json.text() {
        return text.to_owned();
    }
    let piece = |piece: Json| {
        let words = piece.text().or_else(|| piece.at("text").text()).unwrap_or_default();
        match (piece.at("type").text(), piece.at("href").words()) {
            (Some("text_link"), Some(url)) => format!("[{words}]({url})"),
            (Some("code"), _) => format!("`{words}`"),
            (Some("pre"), _) => {
                format!("\n```{}\n{}\n```\n", piece.at("language").text().unwrap_or_default(), words.trim_end())
            }
            _ => words.to_owned(),
        }
    };
    json.items().map(piece).collect()
}

fn media(message: Json) -> Option<String> {
    let kind = message.at("media_type").words().map(|kind| kind.replace('_', " "));
    match message.at("sticker_emoji").words() {
        Some(emoji) => Some(format!("sticker {emoji}")),
        None if message.has("photo") => Some("image".to_owned()),
        None => kind.or_else(|| message.has("file").then(|| "file".to_owned())),
    }
}
