//! Ollama's own chat API: one JSON object a line.
//!
//! Fields as in `ollama/ollama` (2026-08-21) and in recorded traffic (2026-08). Unasked, Ollama holds
//! a few thousand tokens and cuts a longer prompt in silence; so every request says how much to hold
//! and forbids cutting. The size is a power of two, since a model is loaded anew when it changes.

use serde_json::Value;

use super::body::{Body, JOINT, turns};
use super::openai_chat::text_of;
use super::{Decoder, Framing, Garbled, Protocol, filled};
use crate::content::{Usage, line};
use crate::net::Request;
use crate::send::sse::Event;
use crate::send::{Delta, Endpoint, Failure, Prompt, Stop};

pub(super) const PROTOCOL: Protocol = Protocol {
    name: "ollama",
    about: "Ollama chat, with a window that holds the whole prompt",
    root: "api",
    framing: Framing::Lines,
    encode,
    texts,
    decoder: || Box::new(Answer::default()),
};

/// The smallest window asked for.
const SMALLEST: u32 = 8192;
/// Room for an answer whose length nobody limits.
const ANSWER: u32 = 4096;

fn encode(prompt: &Prompt, endpoint: &Endpoint) -> Request {
    // Its models count otherwise: a quarter more is room for that.
    let window = prompt.n_tokens.map(|tokens| {
        let needed = tokens.saturating_add(tokens / 4).saturating_add(prompt.max_output.unwrap_or(ANSWER));
        needed.checked_next_power_of_two().unwrap_or(needed).max(SMALLEST)
    });
    let options = Body::default()
        .with_some("num_ctx", window)
        .with_some("num_predict", prompt.max_output)
        .with_some("temperature", prompt.temperature.map(f64::from));
    Body::default()
        .with("model", &prompt.model)
        .with("stream", prompt.stream)
        .with("truncate", false)
        .with("shift", false)
        .with_some("think", prompt.reasoning.map(super::super::Effort::name))
        .with_some("options", (!options.is_empty()).then_some(options))
        .with("messages", messages(prompt))
        .request(prompt, endpoint, endpoint.base_url.join("chat"), ("authorization", "Bearer "))
}

fn messages(prompt: &Prompt) -> Vec<Body> {
    let said = |role: &str, text: String| Body::default().with("role", role).with("content", text);
    let system = prompt.system.iter().map(|text| said("system", text.clone()));
    let turns = turns(&prompt.messages).into_iter().map(|turn| said(turn.role.name(), turn.texts().join(JOINT)));
    system.chain(turns).collect()
}

fn texts(body: &[u8]) -> Vec<String> {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    body["messages"].as_array().into_iter().flatten().map(text_of).collect()
}

/// Reads the lines of a stream, and an unstreamed answer as its only line.
#[derive(Default)]
struct Answer {
    is_named: bool,
}

impl Decoder for Answer {
    fn decode(&mut self, event: &Event, deltas: &mut Vec<Delta>) -> Result<(), Garbled> {
        let json: Value = serde_json::from_str(&event.data).map_err(|_| Garbled)?;
        if !json["message"].is_object() && json.get("error").is_none() && json["done"].as_bool().is_none() {
            return Err(Garbled);
        }
        if !self.is_named {
            deltas.extend(json["model"].as_str().map(line).filter(|word| !word.is_empty()).map(Delta::Model));
            self.is_named = true;
        }
        let message = &json["message"];
        deltas.extend(message["thinking"].as_str().and_then(filled).map(Delta::Reasoning));
        deltas.extend(message["content"].as_str().and_then(filled).map(Delta::Text));
        if json["done"].as_bool().unwrap_or(false) {
            let is_called = message["tool_calls"].as_array().is_some_and(|calls| !calls.is_empty());
            let reason = json["done_reason"].as_str().unwrap_or("stop");
            deltas.push(Delta::Stop(if is_called { Stop::Tool } else { stop(reason) }));
            let usage = Usage {
                input: json["prompt_eval_count"].as_u64(),
                output: json["eval_count"].as_u64(),
                ..Usage::default()
            };
            deltas.push(Delta::Usage(usage));
            deltas.push(Delta::End);
        }
        if json.get("error").is_some() {
            deltas.extend(Failure::from_json(&json).map(Delta::Failed));
        }
        Ok(())
    }
}

fn stop(reason: &str) -> Stop {
    match reason {
        "stop" => Stop::Done,
        "length" => Stop::Length,
        other => Stop::Other(line(other)),
    }
}

#[cfg(test)]
#[path = "ollama_tests.rs"]
mod tests;
