//! ChatGPT's data export: `conversations.json`, its 2026 shards, one conversation.
//!
//! A conversation is a map of nodes with parents; `current_node` says where it stands. Shape read
//! from `mitkury/chatgpt-export-parser` (commit 9eaa1d9), LibreChat's import fixtures (6acce5d) and
//! the schema of `Sinity/polylogue` (d250e57). Shown are texts of the user and the assistant on the
//! current path; tools, reasoning and hidden nodes are counted, what was written on a canvas
//! becomes a document of its own.

use std::collections::{BTreeMap, BTreeSet};

use super::collect::{self, Collected};
use super::share_page;
use super::tree::{Item, Note, Order, State, Talk};
use crate::content::Kind;
use crate::gather::stream::{Outlines, Stream};
use crate::gather::tape::{Json, Tape};
use crate::gather::{Confidence, Error, Format, Input, Outline, Reading, moment};

pub(crate) const FORMAT: Format = Format {
    name: "chatgpt",
    kind: Kind::Chat,
    about: "ChatGPT data export: `conversations.json`, its shards and zip, one conversation; a shared chat saved as a page",
    extensions: &["json", "html"],
    sniff,
    read,
    stream: Some(Stream::Alone(Outlines { within: &["conversations"], outline, passed: PASSED, named: true })),
};

/// Members of which an outline tells nothing.
const PASSED: &[&str] = &[
    "children",
    "thoughts",
    "attachments",
    "citations",
    "content_references",
    "search_result_groups",
    "aggregate_result",
    "serialization_metadata",
    "safe_urls",
    "moderation_results",
];

fn sniff(input: &Input) -> Confidence {
    let is_conversation = |json: Json| {
        json.at("mapping").members().any(|(_, node)| node.has("message") || node.has("parent") || node.has("children"))
    };
    if input.json.is_empty() && share_page::is_one(input) {
        return Confidence::Certain;
    }
    input.certain(|json| is_conversation(json) || json.at("conversations").items().any(is_conversation))
}

fn read(input: &Input) -> Result<Reading, Error> {
    if input.json.is_empty() {
        return page(input);
    }
    collect::each(input, &FORMAT, "conversations", |json, collected| {
        if json.has("mapping") {
            return conversation(json, collected);
        }
        let inner: Vec<Json> = json.at("conversations").items().collect();
        if inner.is_empty() {
            return Err("not a conversation: no `mapping`");
        }
        inner.into_iter().try_for_each(|json| conversation(json, collected))
    })
}

/// Reads a shared chat that was saved as a page.
fn page(input: &Input) -> Result<Reading, Error> {
    let mut collected = Collected::new(input, &FORMAT, "conversations");
    let data = share_page::data(input.text).unwrap_or_default();
    let tape = Tape::parse(&data);
    match share_page::conversation(tape.root()).map(|json| conversation(json, &mut collected)) {
        Some(Ok(())) => {}
        Some(Err(why)) => collected.warn(format!("skipped: {why}")),
        None => collected.warn("skipped: the page holds no conversation"),
    }
    collected.finish()
}

fn conversation(json: Json, collected: &mut Collected) -> Result<(), &'static str> {
    if json.at("is_do_not_remember").is_true() && !collected.wants_private() {
        return Err("marked not to be remembered");
    }
    let nodes: BTreeMap<&str, Json> = json.at("mapping").members().collect();
    if nodes.is_empty() {
        return Err("not a conversation: no `mapping`");
    }
    let current = json.at("current_node").name();
    let path = climb(&nodes, current).collect::<BTreeSet<_>>();
    let mut talk = Talk {
        id: json.either(&["conversation_id", "id"]).name().map(str::to_owned),
        title: json.at("title").words().map(str::to_owned),
        date: moment::moment(json.at("create_time")),
        started: moment::exact(json.at("create_time")),
        order: Order::Current(current.filter(|id| nodes.contains_key(id)).map(str::to_owned)),
        ..Talk::default()
    };
    let places: BTreeMap<&str, usize> = if collected.wants_tree() { places(json) } else { BTreeMap::new() };
    let mut canvas = Canvas::default();
    // In the order of the file, which breaks ties between leaves of one moment.
    for (id, node) in json.at("mapping").members() {
        let message = node.at("message");
        if !message.is_object() {
            continue;
        }
        if path.is_empty() || path.contains(id) {
            canvas.follow(message);
        }
        // Nodes without a message only hold the tree together.
        let above = climb(&nodes, node.at("parent").name());
        let parent = above.into_iter().find(|id| nodes.get(id).is_some_and(|node| node.at("message").is_object()));
        let text = cited(&text(message.at("content")), message.at("metadata"));
        let state = state(message);
        let raw = if state == State::Shown && is_plain(message, &text) { None } else { collected.raw(message) };
        talk.items.push(Item {
            id: id.to_owned(),
            parent: parent.map(str::to_owned),
            author: message.at("author").at("role").words().map(str::to_owned),
            time: moment::moment(message.at("create_time")),
            text,
            state,
            place: places.get(id).copied().unwrap_or(usize::MAX),
            exact: moment::exact(message.at("create_time")),
            model: message.at("metadata").at("model_slug").words().map(str::to_owned),
            raw,
            ..Item::default()
        });
    }
    if canvas.n_edits > 0 {
        talk.notes.push(Note::new("edits of a canvas that are not applied", canvas.n_edits));
    }
    talk.attachments = canvas.documents;
    collected.push(talk);
    Ok(())
}

/// The place of each node among those that follow the same one.
fn places(json: Json<'_>) -> BTreeMap<&str, usize> {
    let children = json.at("mapping").members().flat_map(|(_, node)| node.at("children").items().enumerate());
    children.filter_map(|(place, child)| Some((child.name()?, place))).collect()
}

/// Whether a message says nothing beside this text.
fn is_plain(message: Json, text: &str) -> bool {
    let content = message.at("content");
    let mut parts = content.at("parts").items();
    content.at("content_type").text() == Some("text")
        && parts.next().is_some_and(|part| part.text() == Some(text))
        && parts.next().is_none()
        && !text.trim().is_empty()
}

/// The ids from a node up to its root; a circle ends it.
fn climb<'j>(nodes: &BTreeMap<&'j str, Json<'j>>, from: Option<&'j str>) -> impl Iterator<Item = &'j str> + use<'j> {
    let mut seen = BTreeSet::new();
    let mut path = Vec::new();
    let mut at = from;
    while let Some((id, node)) = at.and_then(|id| nodes.get_key_value(id)) {
        if !seen.insert(*id) {
            break;
        }
        path.push(*id);
        at = node.at("parent").name();
    }
    path.into_iter()
}

/// The conversation in outline, where it says which of its branches is the current one.
fn outline(json: Json) -> Option<Outline> {
    if !json.has("mapping") || json.at("is_do_not_remember").is_true() {
        return None;
    }
    let mut nodes: Vec<(&str, Json)> = json.at("mapping").members().collect();
    nodes.sort_by_key(|(id, _)| *id);
    let find = |id: &str| nodes.binary_search_by_key(&id, |(id, _)| *id).ok();
    let mut at = find(json.at("current_node").name()?);
    let date = moment::moment(json.at("create_time"));
    let (mut n_messages, mut n_bytes, mut last) = (0, 0, None);
    // A circle of parents is no longer than there are nodes.
    for _ in 0..nodes.len() {
        let Some(node) = at.map(|at| nodes[at].1) else { break };
        let message = node.at("message");
        let n_written = if message.is_object() { n_written(message.at("content")) } else { 0 };
        if n_written > 0 && state(message) == State::Shown {
            n_messages += 1;
            n_bytes += n_written;
            last = last.or_else(|| moment::moment(message.at("create_time")));
        }
        at = node.at("parent").name().and_then(find);
    }
    Some(Outline {
        id: json.either(&["conversation_id", "id"]).name().map(Into::into),
        title: json.at("title").words().map(Into::into),
        last: last.filter(|last| Some(last) != date.as_ref()).map(Into::into),
        date: date.map(Into::into),
        n_messages,
        n_bytes: u32::try_from(n_bytes).unwrap_or(u32::MAX),
        tokens: None,
    })
}

/// Bytes of the texts of a message as they are written; none where there is nothing but white space.
fn n_written(content: Json) -> usize {
    let blank = |part: &Json| part.n_written() < 200 && part.text().is_some_and(|text| text.trim().is_empty());
    let part = |part: Json| if part.is_object() { part.at("text").n_written().max(8) } else { part.n_written() };
    let parts: usize = content.at("parts").items().filter(|part| !blank(part)).map(part).sum();
    if parts > 0 { parts } else { content.either(&["text", "content", "result"]).n_written() }
}

fn state(message: Json) -> State {
    let metadata = message.at("metadata");
    if metadata.at("is_visually_hidden_from_conversation").is_true() || message.at("weight").number() == Some(0.0) {
        return State::Hidden("hidden messages");
    }
    let recipient = message.at("recipient").words().unwrap_or("all");
    let content_type = message.at("content").at("content_type").words().unwrap_or("text");
    match (message.at("author").at("role").text().unwrap_or_default(), content_type) {
        ("system", _) => State::Hidden("system messages"),
        ("tool", _) => State::Hidden("tool results"),
        (_, "user_editable_context" | "model_editable_context") => State::Hidden("custom instructions"),
        (_, "thoughts" | "reasoning_recap") => State::Hidden("reasoning"),
        (_, "execution_output" | "tether_quote" | "tether_browsing_display" | "computer_output" | "system_error") => {
            State::Hidden("tool results")
        }
        ("assistant", "code") => State::Hidden("tool calls"),
        ("assistant", _) if recipient != "all" => State::Hidden("tool calls"),
        _ => State::Shown,
    }
}

fn text(content: Json) -> String {
    let part = |part: Json| {
        if let Some(text) = part.text() {
            return text.to_owned();
        }
        match part.at("content_type").text().unwrap_or_default() {
            "" => String::new(),
            "image_asset_pointer" => "[image]".to_owned(),
            "audio_transcription" => part.at("text").text().unwrap_or_default().to_owned(),
            kind if kind.starts_with("audio") || kind.starts_with("real_time") => "[audio]".to_owned(),
            kind => part.at("text").text().map_or_else(|| format!("[{kind}]"), str::to_owned),
        }
    };
    let parts: Vec<String> = content.at("parts").items().map(part).filter(|part| !part.trim().is_empty()).collect();
    match content.either(&["text", "content", "result"]).words() {
        Some(text) if parts.is_empty() => text.to_owned(),
        _ => parts.join("\n"),
    }
}

/// The text with its citation marks replaced by the links they stand for.
fn cited(text: &str, metadata: Json) -> String {
    if !text.contains(['\u{e200}', '\u{3010}']) {
        return text.to_owned();
    }
    let link = |source: Json| {
        let url = source.at("url").words()?;
        Some(format!("([{}]({url}))", source.at("title").words().unwrap_or(url)))
    };
    let mut text = text.to_owned();
    for reference in metadata.at("content_references").items() {
        let Some(mark) = reference.at("matched_text").words().filter(|mark| mark.contains('\u{e200}')) else {
            continue;
        };
        let links = || reference.at("items").items().chain([reference]).find_map(link);
        let stands_for = reference.at("alt").words().map(str::to_owned).or_else(links).unwrap_or_default();
        text = text.replacen(mark, &stands_for, 1);
    }
    let sources: Vec<Json> = metadata.at("_cite_metadata").at("metadata_list").items().collect();
    let text = replace_marks(&text, '\u{3010}', '\u{3011}', |mark| {
        let number: usize = mark.split(['\u{2020}', ':']).next()?.trim().parse().ok()?;
        link(*sources.get(number)?)
    });
    // A mark that nothing explains is chrome.
    replace_marks(&text, '\u{e200}', '\u{e201}', |_| Some(String::new()))
}

/// Replaces what stands between two marks, the marks included, where `replacement` knows it.
fn replace_marks(text: &str, open: char, close: char, replacement: impl Fn(&str) -> Option<String>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(open) {
        let inside = &rest[start + open.len_utf8()..];
        let Some(end) = inside.find(close) else { break };
        out.push_str(&rest[..start]);
        let after = end + close.len_utf8();
        match replacement(&inside[..end]) {
            Some(words) => out.push_str(&words),
            None => out.push_str(&rest[start..start + open.len_utf8() + after]),
        }
        rest = &inside[after..];
    }
    out + rest
}

/// The documents that assistant and user wrote together.
#[derive(Debug, Default)]
struct Canvas {
    /// Name and text.
    documents: Vec<(String, String)>,
    n_edits: usize,
}

impl Canvas {
    fn follow(&mut self, message: Json) {
        let Some(verb) = message.at("recipient").text().and_then(|to| to.strip_prefix("canmore.")) else { return };
        let call = text(message.at("content"));
        let tape = Tape::parse(&call);
        let call = tape.root();
        match (verb, call.at("content").words()) {
            ("create_textdoc", Some(content)) => {
                let name = call.at("name").words().unwrap_or("canvas").to_owned();
                self.documents.retain(|(known, _)| *known != name);
                self.documents.push((name, content.to_owned()));
            }
            ("update_textdoc", _) => {
                for update in call.at("updates").items() {
                    let whole = matches!(update.at("pattern").text(), Some(".*" | "^.*$" | "[\\s\\S]*"));
                    match (update.at("replacement").text(), self.documents.last_mut()) {
                        (Some(replacement), Some((_, content))) if whole => replacement.clone_into(content),
                        _ => self.n_edits += 1,
                    }
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn citation_marks_become_links() {
        let metadata = r#"{"content_references":[
            {"matched_text":"\ue200cite\ue202turn0search0\ue201","alt":"([a.example](https://a.example))"},
            {"matched_text":"\ue200cite\ue202turn0search1\ue201","items":[{"title":"B","url":"https://b.example"}]}],
            "_cite_metadata":{"metadata_list":[{"title":"C","url":"https://c.example"}]}}"#;
        let tape = Tape::parse(metadata);
        let text = "x \u{e200}cite\u{e202}turn0search0\u{e201}, \u{e200}cite\u{e202}turn0search1\u{e201}, \u{e200}navlist\u{e201}y \u{3010}0\u{2020}C\u{2020}c\u{3011} \u{3010}9\u{3011}";
        assert_eq!(
            cited(text, tape.root()),
            "x ([a.example](https://a.example)), ([B](https://b.example)), y ([C](https://c.example)) \u{3010}9\u{3011}"
        );
    }
}
