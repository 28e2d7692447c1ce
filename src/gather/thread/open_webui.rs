//! Open WebUI's chat export.
//!
//! Shape read from LibreChat's import fixtures (commit 6acce5d): a map of messages with parents, and
//! the clean form of an answer in `output`; its text otherwise holds `<details>` of reasoning and
//! tool calls, which are left out.

use super::blocks::LeftOut;
use super::collect::{self, Collected};
use super::tree::{Item, Order, State, Talk};
use crate::content::Kind;
use crate::gather::tape::Json;
use crate::gather::{Confidence, Error, Format, Input, Reading, moment};

pub(crate) const FORMAT: Format = Format {
    name: "open-webui",
    kind: Kind::Chat,
    about: "Open WebUI chat export",
    extensions: &["json"],
    sniff,
    read,
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
        order: Order::Current(history.at("currentId").name().map(str::to_owned)),
        ..Talk::default()
    };
    for (id, message) in history.at("messages").members() {
        let role = message.at("role").words().unwrap_or("assistant");
        let mut text = output(message.at("output"), &mut left_out);
        if text.is_empty() {
            text = without_details(message.at("content").text().unwrap_or_default(), &mut left_out);
        }
        for file in message.at("files").items() {
            let name = file.at("name").words().or_else(|| file.at("file").at("filename").words()).unwrap_or("file");
            text += &format!("\n\n[file: {name}]");
        }
        talk.items.push(Item {
            id: id.to_owned(),
            parent: message.at("parentId").name().map(str::to_owned),
            author: Some(role.to_owned()),
            time: moment::moment(message.at("timestamp")),
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
