//! Signal's own export of chats in plain text: `main.jsonl`.
//!
//! One frame a line, the frames of a backup as JSON (`Backup.proto` of Signal; export of Desktop and
//! Android 8 from 2026, read from test data of public importers). Recipients and chats come before the
//! messages that name them by number. An answer names the moment and the author of what it quotes.

use std::collections::{BTreeMap, BTreeSet};

use super::collect;
use super::tree::{Item, State, Talk};
use super::tweets::quoted;
use crate::content::Kind;
use crate::gather::tape::Json;
use crate::gather::{Confidence, Error, Format, Input, Reading, moment};

pub(crate) const FORMAT: Format = Format {
    name: "signal",
    kind: Kind::Chat,
    about: "Signal's plain text export of chats (`main.jsonl`); chats as text are `whatsapp`",
    extensions: &["jsonl"],
    sniff,
    read,
    stream: None,
};

/// Signal shows one link of a message.
const MAX_PREVIEWS: usize = 8;
const RECIPIENTS: &[&str] = &["contact", "group", "self", "releaseNotes", "distributionList", "callLink"];

fn sniff(input: &Input) -> Confidence {
    input.certain(|json| {
        let recipient = json.at("recipient");
        json.has("backupTimeMs") && json.has("version")
            || json.at("chatItem").has("chatId")
            || recipient.has("id") && RECIPIENTS.iter().any(|kind| recipient.has(kind))
    })
}

fn read(input: &Input) -> Result<Reading, Error> {
    collect::together(input, &FORMAT, "messages", |frames, collected| {
        let people = People::of(frames);
        let mut talks: BTreeMap<&str, Talk> = BTreeMap::new();
        // Chats in their order in the file.
        let mut order = Vec::new();
        let messages = || frames.iter().map(|frame| frame.at("chatItem")).filter(|item| item.is_object());
        let known: BTreeSet<(&str, String)> = messages().map(|item| (chat(item), id(item))).collect();
        for frame in frames {
            let Some(id) = frame.at("chat").at("id").name() else { continue };
            let title = frame.at("chat").at("recipientId").name().and_then(|id| people.name(id));
            order.push(id);
            talks.insert(id, Talk { id: Some(id.to_owned()), title, ..Talk::default() });
        }
        for message in messages() {
            let talk = talks.entry(chat(message)).or_insert_with(|| {
                order.push(chat(message));
                Talk::default()
            });
            let item = item(message, &people, &known);
            let earlier = message.at("revisions").items().enumerate().map(|(index, _)| Item {
                id: format!("{}/{index}", item.id),
                parent: Some(item.id.clone()),
                state: State::Hidden("earlier versions of edited messages"),
                ..Item::default()
            });
            let earlier: Vec<Item> = earlier.collect();
            talk.items.push(item);
            talk.items.extend(earlier);
        }
        let mut found: Vec<Talk> = order.into_iter().filter_map(|id| talks.remove(id)).collect();
        found.retain(|talk| !talk.items.is_empty());
        collected.push_all(found);
    })
}

fn chat(message: Json<'_>) -> &str {
    message.at("chatId").name().unwrap_or_default()
}

/// A message is named by its moment and its author.
fn id(message: Json) -> String {
    let part = |name: &str| message.at(name).name().unwrap_or_default();
    format!("{}/{}", part("dateSent"), part("authorId"))
}

/// The names of those who talk.
struct People<'j> {
    names: BTreeMap<&'j str, String>,
    /// By the account that a mention names.
    accounts: BTreeMap<&'j str, String>,
}

impl<'j> People<'j> {
    fn of(frames: &[Json<'j>]) -> Self {
        let mut people = Self { names: BTreeMap::new(), accounts: BTreeMap::new() };
        let account = frames.iter().map(|frame| frame.at("account")).find(|account| account.is_object());
        let own = account.and_then(|account| full(account, "givenName", "familyName"));
        for recipient in frames.iter().map(|frame| frame.at("recipient")) {
            let Some(id) = recipient.at("id").name() else { continue };
            let contact = recipient.at("contact");
            let number = || contact.at("e164").name().map(|number| format!("+{}", number.trim_start_matches('+')));
            let plain = || contact.at("username").words().map(str::to_owned).or_else(number);
            let group = || recipient.at("group").at("snapshot").at("title").at("title").words().map(str::to_owned);
            let list = || recipient.at("distributionList").at("distributionList").at("name").words().map(str::to_owned);
            let call = || recipient.at("callLink").at("name").words().map(str::to_owned);
            let name = match () {
                () if recipient.has("self") => Some(own.clone().unwrap_or_else(|| "me".to_owned())),
                () if recipient.has("releaseNotes") => Some("Signal".to_owned()),
                () => full(contact.at("nickname"), "given", "family")
                    .or_else(|| full(contact, "systemGivenName", "systemFamilyName"))
                    .or_else(|| full(contact, "profileGivenName", "profileFamilyName"))
                    .or_else(plain)
                    .or_else(group)
                    .or_else(list)
                    .or_else(call),
            };
            let Some(name) = name else { continue };
            if let Some(account) = contact.at("aci").words() {
                people.accounts.insert(account, name.clone());
            }
            people.names.insert(id, name);
        }
        people
    }

    fn name(&self, id: &str) -> Option<String> {
        self.names.get(id).cloned()
    }
}

fn full(json: Json, given: &str, family: &str) -> Option<String> {
    let words: Vec<&str> = [given, family].into_iter().filter_map(|name| json.at(name).words()).collect();
    (!words.is_empty()).then(|| words.join(" "))
}

fn item(message: Json, people: &People, known: &BTreeSet<(&str, String)>) -> Item {
    let standard = message.at("standardMessage");
    let quote = if standard.is_object() { standard.at("quote") } else { message.at("directStoryReplyMessage") };
    let target = quote.at("targetSentTimestamp").name().filter(|moment| *moment != "0");
    let author = quote.at("authorId").name();
    let parent = target.zip(author).map(|(moment, author)| format!("{moment}/{author}"));
    let (mut text, state) = said(message, people);
    let is_known = parent.as_ref().is_some_and(|parent| known.contains(&(chat(message), parent.clone())));
    if let (false, Some(words)) = (is_known, quote.at("text").at("body").words()) {
        let whom = author.and_then(|id| people.name(id)).unwrap_or_else(|| "unknown".to_owned());
        text = format!("{}\n\n{text}", quoted(&whom, words).trim_start());
    }
    Item {
        id: id(message),
        // What is quoted word for word need not be named as missing, too.
        parent: parent.filter(|_| is_known || quote.at("text").at("body").words().is_none()),
        whom: author.and_then(|id| people.name(id)),
        author: message.at("authorId").name().and_then(|id| people.name(id)),
        time: moment::moment(message.at("dateSent")),
        text: text.trim().to_owned(),
        state,
        ..Item::default()
    }
}

/// What a message says, and whether it is one that is read.
fn said(message: Json, people: &People) -> (String, State) {
    let standard = message.at("standardMessage");
    if standard.is_object() {
        return (words(standard, people), State::Shown);
    }
    if message.has("remoteDeletedMessage") || message.has("adminDeletedMessage") {
        return (String::new(), State::Gone("deleted"));
    }
    let poll = message.at("poll");
    let text = match () {
        () if message.has("stickerMessage") => {
            let emoji = message.at("stickerMessage").at("sticker").at("emoji").words().unwrap_or_default();
            format!("[sticker {emoji}]").replace(" ]", "]")
        }
        () if message.has("contactMessage") => "[contact]".to_owned(),
        () if message.has("viewOnceMessage") => "[media to be seen once]".to_owned(),
        () if message.has("directStoryReplyMessage") => {
            let reply = message.at("directStoryReplyMessage");
            let words = reply.at("textReply").at("text").at("body").words().or_else(|| reply.at("emoji").words());
            words.unwrap_or_default().to_owned()
        }
        () if poll.is_object() => {
            let options = poll.at("options").items().filter_map(|option| option.at("option").words());
            let lines: Vec<String> = options.map(|option| format!("- {option}\n")).collect();
            format!("{}\n{}[poll]", poll.at("question").words().unwrap_or_default(), lines.concat())
        }
        () => return (String::new(), State::Hidden("service messages")),
    };
    (text, State::Shown)
}

fn words(standard: Json, people: &People) -> String {
    let body = standard.at("text").at("body").text().unwrap_or_default();
    let mut mentions: Vec<(usize, &str)> = standard
        .at("text")
        .at("bodyRanges")
        .items()
        .filter_map(|range| Some((range.at("start").index().unwrap_or(0), range.at("mentionAci").words()?)))
        .collect();
    mentions.sort_by_key(|(start, _)| *start);
    let mut mentions = mentions.into_iter();
    let mut pieces = body.split('\u{fffc}');
    let mut text = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        match mentions.next() {
            Some((_, account)) => {
                text += &format!("@{}", people.accounts.get(account).map_or("someone", String::as_str));
            }
            None => text.push('\u{fffc}'),
        }
        text += piece;
    }
    for preview in standard.at("linkPreview").items().take(MAX_PREVIEWS) {
        let url = preview.at("url").words().filter(|url| !text.contains(*url)).map(str::to_owned);
        if let Some(url) = url {
            text +=
                &preview.at("title").words().map_or_else(|| format!("\n{url}"), |title| format!("\n[{title}]({url})"));
        }
    }
    for attachment in standard.at("attachments").items() {
        let pointer = attachment.at("pointer");
        let kind = pointer.at("contentType").text().unwrap_or_default().split('/').next().unwrap_or_default();
        let word = match (attachment.at("flag").text(), kind) {
            (Some("VOICE_MESSAGE"), _) => "voice message",
            (_, "image") => "image",
            (_, "video") => "video",
            (_, "audio") => "audio",
            _ => "file",
        };
        let name = pointer.at("fileName").words().filter(|_| word == "file");
        text += &name.map_or_else(|| format!("\n[{word}]"), |name| format!("\n[{word}: {name}]"));
    }
    text
}
