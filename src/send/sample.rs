//! Small prompts that the tests of the protocols start from.

use serde_json::Map;

use super::{Endpoint, Host, Prompt};
use crate::content::{Message, Role};
use crate::net::{Secret, Url};

/// A key that no output may show.
pub(super) const KEY: &str = "sk-harbour-4711";

/// A bundle, a turn and a question.
pub(super) const TALK: &[(Role, &str)] =
    &[(Role::User, "<bundle>\n"), (Role::User, "Why?"), (Role::Assistant, "So."), (Role::User, "And?")];

/// A server at an address, with a key.
pub(super) fn endpoint(base_url: &str) -> Endpoint {
    let base_url = Url::parse(base_url).expect("an address");
    let host = Host::at(&base_url);
    Endpoint { base_url, key: Some(Secret::new(KEY)), key_from: None, host }
}

/// A streamed prompt of these messages, with a system text and nothing else.
pub(super) fn prompt(model: &str, texts: &[(Role, &str)]) -> Prompt {
    Prompt {
        model: model.to_owned(),
        system: Some("Answer from the sources.".to_owned()),
        messages: texts.iter().map(|(role, text)| Message::text(*role, *text)).collect(),
        max_output: None,
        temperature: None,
        reasoning: None,
        stream: true,
        sheets: Vec::new(),
        lasting: false,
        prefix: Some("forkful-1".to_owned()),
        n_tokens: Some(100),
        extra: Map::new(),
        headers: Vec::new(),
    }
}

/// The body that a protocol writes, as text.
pub(super) fn body(protocol: &str, prompt: &Prompt, base_url: &str) -> String {
    let protocol = super::provider::protocol(protocol).expect("a protocol");
    String::from_utf8((protocol.encode)(prompt, &endpoint(base_url)).body).expect("JSON is UTF-8")
}

/// What a protocol's decoder says of events, each its data.
pub(super) fn deltas(protocol: &str, events: &[&str]) -> Vec<super::Delta> {
    let mut decoder = (super::provider::protocol(protocol).expect("a protocol").decoder)();
    let mut deltas = Vec::new();
    for data in events {
        let event = super::sse::Event { name: String::new(), data: (*data).to_owned() };
        decoder.decode(&event, &mut deltas).expect("events of the protocol");
    }
    deltas
}
