//! Messages: a JSON array as the `messages` field of OpenAI-style chat requests takes it.
//!
//! The text is the Markdown render. JSON writes line ends as letters, so counts of parts do not add
//! up; the joint count of the printed bytes decides.

use serde::Serialize;

use super::{Renderer, markdown};

/// For scripts that send the bundle themselves.
pub(super) const RENDERER: Renderer = Renderer {
    name: "messages",
    about: "JSON messages of OpenAI-style chat APIs",
    version: 1,
    wrap: Some(wrap),
    ..markdown::RENDERER
};

#[derive(Serialize)]
struct Message<'a> {
    role: &'a str,
    content: &'a str,
}

fn wrap(text: &str) -> String {
    let json = serde_json::to_string(&[Message { role: "user", content: text }]);
    json.expect("strings always serialise") + "\n"
}
