//! Claude's data export, and one conversation as its API gives it.
//!
//! Shape read from `osteele/claude-chat-viewer` (commit 76e0550) and the schema of `Sinity/polylogue`
//! (d250e57). The blocks of `content` come before `text`, which account exports fill with excuses.
//! Pasted texts and artifacts become documents of their own.

use super::blocks::{self, LeftOut};
use super::collect::{self, Collected};
use super::tree::{Item, Order, Talk};
use crate::content::Kind;
use crate::gather::stream::{Outlines, Stream};
use crate::gather::tape::Json;
use crate::gather::{Confidence, Error, Format, Input, Outline, Reading, fragment, moment};

pub(crate) const FORMAT: Format = Format {
    name: "claude",
    kind: Kind::Chat,
    about: "Claude data export: `conversations.json`, its zip, one conversation",
    extensions: &["json"],
    sniff,
    read,
    stream: Some(Stream::Alone(Outlines { within: &[], outline, passed: &["input", "citations"], named: true })),
};

/// What the first message of a conversation answers.
const NOBODY: &str = "00000000-0000-4000-8000-000000000000";

fn sniff(input: &Input) -> Confidence {
    input.certain(|json| json.at("chat_messages").is_array())
}

fn read(input: &Input) -> Result<Reading, Error> {
    collect::each(input, &FORMAT, "conversations", conversation)
}

fn conversation(json: Json, collected: &mut Collected) -> Result<(), &'static str> {
    if !json.at("chat_messages").is_array() {
        return Err("not a conversation: no `chat_messages`");
    }
    let mut left_out = LeftOut::default();
    let mut talk = Talk {
        id: json.at("uuid").name().map(str::to_owned),
        title: json.either(&["name", "title"]).words().map(str::to_owned),
        date: moment::moment(json.at("created_at")),
        started: moment::exact(json.at("created_at")),
        ..Talk::default()
    };
    for message in json.at("chat_messages").items() {
        let mut own = LeftOut::default();
        let blocks = blocks::text(message.at("content"), &mut own);
        let reasoning = blocks::reasoning(message.at("content"));
        let mut text =
            if blocks.trim().is_empty() { message.at("text").text().unwrap_or_default() } else { &blocks }.to_owned();
        if !collected.wants_tree() && message.at("sender").text() == Some("assistant") {
            text = without_tags(&text, &mut own, &mut talk.attachments);
        }
        for artifact in message.at("content").items().filter(|block| block.at("name").text() == Some("artifacts")) {
            take_artifact(artifact.at("input"), &mut talk.attachments);
        }
        let mut names = Vec::new();
        for attached in message.at("attachments").items().chain(message.at("files").items()) {
            let name = attached.either(&["file_name", "name"]).words().unwrap_or("file");
            if names.contains(&name) {
                continue;
            }
            names.push(name);
            match attached.at("extracted_content").words() {
                Some(content) => {
                    let attachment = (name.to_owned(), content.to_owned());
                    if !talk.attachments.contains(&attachment) {
                        talk.attachments.push(attachment);
                    }
                }
                None => text += &format!("\n\n[file: {name}]"),
            }
        }
        let is_blank = text.trim().is_empty() && reasoning.is_none();
        let raw = if own.is_only("reasoning") && !is_blank { None } else { collected.raw(message) };
        left_out.extend(&own);
        talk.items.push(Item {
            id: message.at("uuid").name().unwrap_or_default().to_owned(),
            parent: message.at("parent_message_uuid").name().filter(|id| *id != NOBODY).map(str::to_owned),
            author: message.at("sender").words().map(str::to_owned),
            time: moment::moment(message.at("created_at")),
            exact: moment::exact(message.at("created_at")),
            model: message.at("model").words().map(str::to_owned),
            text,
            reasoning,
            raw,
            ..Item::default()
        });
    }
    if talk.items.iter().any(|item| item.parent.is_some()) {
        talk.order = Order::Current(json.at("current_leaf_message_uuid").name().map(str::to_owned));
    }
    talk.notes.extend(left_out.notes());
    collected.push(talk);
    Ok(())
}

/// The conversation in outline, where none of its messages answers another than the one before.
fn outline(json: Json) -> Option<Outline> {
    let messages = json.at("chat_messages");
    if !messages.is_array() || json.has("current_leaf_message_uuid") {
        return None;
    }
    let date = moment::moment(json.at("created_at"));
    let (mut n_messages, mut n_bytes, mut last) = (0, 0, None);
    for message in messages.items() {
        if message.at("parent_message_uuid").name().is_some_and(|id| id != NOBODY) {
            return None;
        }
        let blocks = message.at("content").items().map(|block| block.at("text").n_written()).sum::<usize>();
        // An upload stands as its name at least.
        let files = message.at("attachments").items().chain(message.at("files").items()).count() * 8;
        let n_written = if blocks > 0 { blocks } else { message.at("text").n_written() } + files;
        let own = message.at("text").text().unwrap_or_default();
        if blocks == 0 && files == 0 && own.trim().is_empty() {
            continue;
        }
        n_messages += 1;
        n_bytes += n_written;
        last = moment::moment(message.at("created_at")).max(last);
    }
    Some(Outline {
        id: json.at("uuid").name().map(Into::into),
        title: json.either(&["name", "title"]).words().map(Into::into),
        last: last.filter(|last| Some(last) != date.as_ref()).map(Into::into),
        date: date.map(Into::into),
        n_messages,
        n_bytes: u32::try_from(n_bytes).unwrap_or(u32::MAX),
        tokens: None,
    })
}

/// Takes out the tags that Claude wrote into its texts in 2024: what it thought is no part of an
/// answer, and an artifact is a document.
fn without_tags(text: &str, left_out: &mut LeftOut, attachments: &mut Vec<(String, String)>) -> String {
    // What is never closed is looked for once, not from every tag.
    let kinds = [("Thinking>", "</antThinking>"), ("Artifact ", "</antArtifact>")];
    let kinds = kinds.map(|(open, close)| (open, close, text.rfind(close).unwrap_or(0)));
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, tag)) = rest.split_once("<ant") {
        out.push_str(before);
        let at = text.len() - tag.len();
        let kind = kinds.iter().find(|(open, _, last)| tag.starts_with(open) && at < *last);
        let close = kind.map_or("", |(_, close, _)| close);
        let found = kind.and_then(|_| tag.split_once('>'));
        let Some((tag, (inside, after))) = found.and_then(|(tag, rest)| Some((tag, rest.split_once(close)?))) else {
            out.push_str("<ant");
            rest = tag;
            continue;
        };
        if tag == "Thinking" {
            left_out.count("reasoning");
        } else {
            let name = fragment::attribute(tag, "title").unwrap_or_else(|| "artifact".to_owned());
            out.push_str(&format!("[artifact: {name}]"));
            attachments.retain(|(known, _)| *known != name);
            attachments.push((name, inside.trim().to_owned()));
        }
        rest = after;
    }
    out + rest
}

/// Keeps the last state of an artifact under its title.
fn take_artifact(input: Json, attachments: &mut Vec<(String, String)>) {
    let name = input.either(&["title", "id"]).words().unwrap_or("artifact");
    let known = attachments.iter_mut().find(|(known, _)| known == name);
    match (input.at("content").words(), known) {
        (Some(content), Some((_, text))) => content.clone_into(text),
        (Some(content), None) => attachments.push((name.to_owned(), content.to_owned())),
        (None, Some((_, text))) => {
            let (old, new) = (input.at("old_str").text(), input.at("new_str").text());
            if let (Some(old), Some(new)) = (old, new) {
                *text = text.replacen(old, new, 1);
            }
        }
        (None, None) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_in_old_texts_become_what_they_stand_for() {
        let check = |text: &str, expected: &str, documents: &[(&str, &str)]| {
            let mut attachments = Vec::new();
            assert_eq!(without_tags(text, &mut LeftOut::default(), &mut attachments), expected);
            let found: Vec<(&str, &str)> =
                attachments.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
            assert_eq!(found, documents, "{text}");
        };
        check("plain <b> <antelope>", "plain <b> <antelope>", &[]);
        check("<antThinking>hm</antThinking>\nyes", "\nyes", &[]);
        check(
            "Here: <antArtifact type=\"text/html\" title=\"A page\">\n<p>x\n</antArtifact>.",
            "Here: [artifact: A page].",
            &[("A page", "<p>x")],
        );
        check("<antArtifact title=\"cut\">never closed", "<antArtifact title=\"cut\">never closed", &[]);
    }
}
