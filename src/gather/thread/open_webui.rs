//! Open WebUI's chat export.
//!
//! Shape read from LibreChat's import fixtures (commit 6acce5d): a map of messages with parents, and
//! the clean form of an answer in `output`; its text otherwise holds `<details>` of reasoning and
//! tool calls, which are left out.

use super::blocks::{self, LeftOut};
use super::collect::{self, Collected};
use super::tree::{Item, Order, State, Talk};
use crate::content::Kind;
use crate::gather::tape::Json;
use crate::gather::{Confidence, Error, Format, Input, Reading, Stream, moment};

pub(crate) const FORMAT: Format = Format {
    name: "open-webui",
    kind: Kind::Chat,
    about: "Open WebUI chat export",
    extensions: &["json"],
    sniff,
    read,
    stream: Some(Stream::within(&[])),
};

fn sniff(input: &Input) -> Confidence {
    input.certain(|json| json.at("chat").at("history").at("messages").is_object())
}

fn read(input: &Input) -> Result<Reading, Error> {
    collect::each(input, &FORMAT, "chats", chat)
}

fn chat(json: Json, collected: &mut Collected) -> Result<(), &'static str> {
    let chat = json.at("chat");
    let history = chat.at("history");
    if !history.at("messages").is_object() {
        return Err("not a chat: no `chat.history.messages`");
    }
    let mut left_out = LeftOut::default();
    let title = json.at("title").words().or_else(|| chat.at("title").words());
    let mut talk = Talk {
        id: json.at("id").name().map(str::to_owned),
        title: title.map(str::to_owned),
        date: moment::moment(json.at("created_at")),
        started: moment::exact(json.at("created_at")),
        order: Order::Current(history.at("currentId").name().map(str::to_owned)),
        ..Talk::default()
    };
    for (id, message) in history.at("messages").members() {
        let role = message.at("role").words().unwrap_or("assistant");
        let mut own = LeftOut::default();
        let content = message.at("content").text().unwrap_or_default();
        let mut text = output(message.at("output"), &mut own);
        if text.is_empty() {
            text = without_details(content, &mut own);
        }
        let reasoning = reasoning(message.at("output")).or_else(|| folded_reasoning(content));
        for file in message.at("files").items() {
            let name = file.at("name").words().or_else(|| file.at("file").at("filename").words()).unwrap_or("file");
            match file.at("file").at("data").at("content").words() {
                Some(content) => {
                    let attachment = (name.to_owned(), content.to_owned());
                    if !talk.attachments.contains(&attachment) {
                        talk.attachments.push(attachment);
                    }
                }
                None => text += &format!("\n\n[file: {name}]"),
            }
        }
        let is_hidden = role == "system" || text.trim().is_empty();
        let raw = if !is_hidden && own.is_only("reasoning") { None } else { collected.raw(message) };
        left_out.extend(&own);
        let siblings = history.at("messages").at(message.at("parentId").name().unwrap_or_default()).at("childrenIds");
        let place = siblings.items().position(|child| child.name() == Some(id));
        talk.items.push(Item {
            id: id.to_owned(),
            parent: message.at("parentId").name().map(str::to_owned),
            author: Some(role.to_owned()),
            time: moment::moment(message.at("timestamp")),
            exact: moment::exact(message.at("timestamp")),
            model: message.either(&["model", "modelName"]).words().map(str::to_owned),
            place: place.unwrap_or(usize::MAX),
            reasoning,
            raw,
            text,
            state: if role == "system" { State::Hidden("system messages") } else { State::Shown },
            ..Item::default()
        });
    }
    talk.notes.extend(left_out.notes());
    collected.push(talk);
    Ok(())
}

/// The texts of an answer's clean form.
fn output(output: Json, left_out: &mut LeftOut) -> String {
    let mut parts = Vec::new();
    for entry in output.items() {
        match entry.at("type").text().unwrap_or_default() {
            "message" => parts.extend(entry.at("content").items().filter_map(|block| block.at("text").words())),
            "reasoning" => left_out.count("reasoning"),
            _ => left_out.count("tool calls and results"),
        }
    }
    parts.join("\n\n")
}

/// What an answer's clean form says was thought before it.
fn reasoning(output: Json) -> Option<String> {
    let thoughts = output.items().filter(|entry| entry.at("type").text() == Some("reasoning"));
    let mut left_out = LeftOut::default();
    let thoughts: Vec<String> = thoughts
        .map(|entry| blocks::text(entry.at("content"), &mut left_out))
        .filter(|text| !text.trim().is_empty())
        .collect();
    (!thoughts.is_empty()).then(|| thoughts.join("\n\n"))
}

/// What `<details type="reasoning">` folds away: a summary, then the thoughts as a quotation, as HTML.
fn folded_reasoning(text: &str) -> Option<String> {
    let mut thoughts = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find("<details type=\"reasoning\"") {
        let inside = &rest[start..];
        let Some(end) = inside.find("</details>") else { break };
        let (fold, after) = inside.split_at(end);
        rest = after;
        let body = fold.find("</summary>").map(|at| at + "</summary>".len()).or_else(|| Some(fold.find('>')? + 1));
        let body = html_escape::decode_html_entities(&fold[body.unwrap_or(0)..]).into_owned();
        let line = |line: &str| line.strip_prefix("> ").or(line.strip_prefix('>')).unwrap_or(line).to_owned();
        let body: Vec<String> = body.trim().lines().map(line).collect();
        thoughts.push(body.join("\n"));
    }
    thoughts.retain(|thought| !thought.trim().is_empty());
    (!thoughts.is_empty()).then(|| thoughts.join("\n\n"))
}

/// The text without what a `<details type="...">` folds away.
fn without_details(text: &str, left_out: &mut LeftOut) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(start) = rest.find("<details type=\"") {
        let Some(end) = rest[start..].find("</details>") else { break };
        let is_reasoning = rest[start..].starts_with("<details type=\"reasoning\"");
        left_out.count(if is_reasoning { "reasoning" } else { "tool calls and results" });
        out.push_str(&rest[..start]);
        rest = rest[start + end + "</details>".len()..].trim_start_matches('\n');
    }
    out + rest
}
