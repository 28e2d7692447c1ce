//! Discord, as DiscordChatExporter writes it.
//!
//! Read from `mlomb/chat-analytics` samples and the exporter's `JsonMessageWriter.cs`.

use super::collect;
use super::tree::{Item, State, Talk};
use super::tweets::quoted;
use crate::content::{Kind, line};
use crate::gather::tape::Json;
use crate::gather::{Confidence, Error, Format, Input, Reading, moment};

pub(crate) const FORMAT: Format = Format {
    name: "discord",
    kind: Kind::Chat,
    about: "Discord channels and threads (DiscordChatExporter JSON)",
    extensions: &["json"],
    sniff,
    read,
    stream: None,
};

fn sniff(input: &Input) -> Confidence {
    input.certain(|json| {
        json.at("guild").is_object() && json.at("channel").is_object() && json.at("messages").is_array()
    })
}

fn read(input: &Input) -> Result<Reading, Error> {
    collect::each(input, &FORMAT, "messages", |json, collected| {
        if !json.at("messages").is_array() {
            return Err("not a channel: no `messages`");
        }
        collected.push(channel(json));
        Ok(())
    })
}

fn channel(json: Json) -> Talk {
    let channel = json.at("channel");
    let names = [json.at("guild").at("name").words(), channel.at("category").words(), channel.at("name").words()];
    let title: Vec<&str> = names.into_iter().flatten().filter(|name| *name != "Direct Messages").collect();
    let mut talk = Talk {
        id: channel.at("id").name().map(str::to_owned),
        title: (!title.is_empty()).then(|| title.join(" / ")),
        ..Talk::default()
    };
    for message in json.at("messages").items() {
        talk.items.push(item(message));
    }
    talk
}

fn item(message: Json) -> Item {
    let mut text = message.at("content").text().unwrap_or_default().to_owned();
    let forwarded = message.at("forwardedMessage");
    if let Some(words) = forwarded.at("content").words() {
        text += &quoted("forwarded", words);
    }
    for attachment in message.at("attachments").items() {
        text += &format!("\n[file: {}]", line(attachment.at("fileName").words().unwrap_or("file")));
    }
    for sticker in message.at("stickers").items() {
        text += &format!("\n[sticker: {}]", line(sticker.at("name").words().unwrap_or("sticker")));
    }
    for embed in message.at("embeds").items() {
        let title = line(embed.at("title").text().unwrap_or_default());
        match embed.at("url").words().filter(|url| !text.contains(url)) {
            Some(url) if title.is_empty() => text += &format!("\n{url}"),
            Some(url) => text += &format!("\n[{title}]({url})"),
            None => {}
        }
    }
    let author = message.at("author");
    let is_joined = matches!(
        message.at("type").text(),
        Some(
            "GuildMemberJoin"
                | "RecipientAdd"
                | "RecipientRemove"
                | "ChannelNameChange"
                | "ChannelPinnedMessage"
                | "ChannelIconChange"
        )
    );
    Item {
        id: message.at("id").name().unwrap_or_default().to_owned(),
        parent: message.at("reference").at("messageId").name().filter(|_| !forwarded.is_object()).map(str::to_owned),
        author: author.either(&["nickname", "name"]).words().map(str::to_owned),
        time: moment::moment(message.at("timestamp")),
        text: text.trim_start().to_owned(),
        state: if is_joined { State::Hidden("service messages") } else { State::Shown },
        ..Item::default()
    }
}
