//! Sessions of Codex: one JSON value a line.
//!
//! Shape read from the schema of `Sinity/polylogue` (commit d250e57): a line wraps its message in
//! `payload`, or is the message itself in older sessions. Tool calls, reasoning and the instructions
//! that the program sends on its own are left out and counted.

use super::blocks::{self, LeftOut};
use super::collect::{self, Collected};
use super::tree::{Item, State, Talk};
use crate::content::Kind;
use crate::gather::tape::Json;
use crate::gather::{Confidence, Error, Format, Input, Reading, moment};

pub(crate) const FORMAT: Format = Format {
    name: "codex",
    kind: Kind::Chat,
    about: "Codex sessions (JSON lines)",
    extensions: &["jsonl"],
    sniff,
    read,
    stream: None,
};

/// Openings of messages that the program writes in the user's name.
const OWN_WORDS: &[&str] =
    &["<environment_context>", "<user_instructions>", "<permissions", "# AGENTS.md instructions"];

fn sniff(input: &Input) -> Confidence {
    input.certain(|json| {
        let wrapped = json.at("payload").is_object()
            && matches!(json.at("type").text(), Some("session_meta" | "response_item" | "event_msg" | "turn_context"));
        let bare = json.at("type").text() == Some("message") && json.at("role").words().is_some();
        let is_text = |block: Json| matches!(block.at("type").text(), Some("input_text" | "output_text"));
        wrapped || bare && json.at("content").items().any(is_text)
    })
}

fn read(input: &Input) -> Result<Reading, Error> {
    collect::together(input, &FORMAT, "messages", session)
}

fn session(lines: &[Json], collected: &mut Collected) {
    let mut left_out = LeftOut::default();
    let mut talk = Talk::default();
    for line in lines {
        let payload = if line.at("payload").is_object() { line.at("payload") } else { *line };
        if talk.id.is_none() {
            talk.id = payload.either(&["session_id", "id"]).name().map(str::to_owned);
            talk.date = moment::moment(payload.at("timestamp"));
        }
        match (line.at("type").text().unwrap_or_default(), payload.at("type").text().unwrap_or_default()) {
            // Events repeat what the items say.
            ("event_msg" | "session_meta" | "turn_context", _) | (_, "") => continue,
            (_, "message") => {}
            (_, "reasoning") => {
                left_out.count("reasoning");
                continue;
            }
            _ => {
                left_out.count("tool calls and results");
                continue;
            }
        }
        let role = payload.at("role").words().unwrap_or_default();
        let text = blocks::text(payload.at("content"), &mut left_out);
        let own = OWN_WORDS.iter().any(|words| text.trim_start().starts_with(words));
        let state = if own || matches!(role, "system" | "developer") {
            State::Hidden("from the program")
        } else {
            State::Shown
        };
        talk.items.push(Item {
            author: Some(role.to_owned()),
            time: moment::moment(line.at("timestamp")),
            text,
            state,
            ..Item::default()
        });
    }
    talk.notes.extend(left_out.notes());
    collected.push(talk);
}
