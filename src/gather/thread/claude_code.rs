//! Sessions of Claude Code: one JSON value a line.
//!
//! Shape read from `daaain/claude-code-log` (commit a641071) and `simonw/claude-code-transcripts`
//! (cad133d). Lines that are no objects, side chains and what the program tells the model on its own
//! are left out and counted.

use std::collections::BTreeMap;

use super::blocks::{self, LeftOut};
use super::collect::{self, Collected};
use super::tree::{Item, State, Talk};
use crate::content::Kind;
use crate::gather::tape::Json;
use crate::gather::{Confidence, Error, Format, Input, Reading, moment};

pub(crate) const FORMAT: Format = Format {
    name: "claude-code",
    kind: Kind::Chat,
    about: "Claude Code sessions (JSON lines)",
    extensions: &["jsonl"],
    sniff,
    read,
    stream: None,
};

fn sniff(input: &Input) -> Confidence {
    input.certain(|json| json.has("parentUuid") && json.has("type") || json.has("leafUuid") && json.has("summary"))
}

fn read(input: &Input) -> Result<Reading, Error> {
    collect::together(input, &FORMAT, "messages", session)
}

fn session(lines: &[Json], collected: &mut Collected) {
    let mut left_out = LeftOut::default();
    let mut talk = Talk::default();
    let mut n_odd = 0;
    // What follows a line of the program follows what that line followed.
    let mut above: BTreeMap<&str, Option<String>> = BTreeMap::new();
    for line in lines {
        let uuid = line.at("uuid").name().unwrap_or_default();
        let before = line.at("parentUuid").name();
        let parent = before.and_then(|id| above.get(id).cloned().unwrap_or_else(|| Some(id.to_owned())));
        let kind = line.at("type").text().unwrap_or_default();
        if talk.id.is_none() {
            talk.id = line.at("sessionId").name().map(str::to_owned);
        }
        if kind == "summary" {
            talk.title = line.at("summary").words().map(str::to_owned);
            continue;
        }
        let message = line.at("message");
        if !matches!(kind, "user" | "assistant") || !message.is_object() {
            n_odd += usize::from(!line.is_object());
            left_out.count("lines of the program");
            above.insert(uuid, parent);
            continue;
        }
        above.insert(uuid, Some(uuid.to_owned()));
        let text = blocks::text(message.at("content"), &mut left_out);
        let state = match text.trim() {
            _ if line.at("isSidechain").is_true() => State::Hidden("on side chains"),
            _ if line.at("isMeta").is_true() => State::Hidden("from the program"),
            "" => State::Hidden("tool calls, tool results or reasoning"),
            _ => State::Shown,
        };
        talk.items.push(Item {
            id: uuid.to_owned(),
            parent: parent.filter(|_| collected.wants_tree()),
            author: message.at("role").words().or(Some(kind)).map(str::to_owned),
            time: moment::moment(line.at("timestamp")),
            exact: moment::exact(line.at("timestamp")),
            model: message.at("model").words().map(str::to_owned),
            reasoning: blocks::reasoning(message.at("content")).filter(|_| state == State::Shown),
            text,
            state,
            ..Item::default()
        });
    }
    if n_odd > 0 {
        collected.warn(format!("lines that are no objects: {n_odd}"));
    }
    talk.notes.extend(left_out.notes());
    collected.push(talk);
}
