//! `OpenAI` Chat Completions, and the many servers that speak it.
//!
//! Fields as in the `OpenAI` specification 2.3.0 (2026-08-21) and in recorded traffic of eight
//! servers (2026-08). The body's order is fixed: settings first, `messages` last, the bundle before
//! everything that varies, so that forks share the bytes up to the bundle's end.
//! Neighbouring messages of one role become one message, since chat templates refuse two in a row.

use serde::Serialize;
use serde_json::{Value, json};

use super::body::{Body, JOINT, Turn, turns};
use super::{Decoder, Framing, Garbled, Protocol, filled};
use crate::catalog::takes_breakpoints;
use crate::content::{Role, Usage, line};
use crate::net::Request;
use crate::send::host::{Asking, Caching, EffortField, Limit, Texts};
use crate::send::sse::Event;
use crate::send::{Citation, Delta, Endpoint, Failure, Prompt, Stop};

pub(super) const PROTOCOL: Protocol = Protocol {
    name: "openai-chat",
    about: "OpenAI Chat Completions and the servers compatible with it",
    root: "",
    framing: Framing::Events,
    encode,
    texts,
    decoder: || Box::new(Answer::default()),
};

#[derive(Serialize)]
struct WireMessage {
    role: &'static str,
    content: Content,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Content {
    Text(String),
    Parts(Vec<TextPart>),
}

#[derive(Serialize)]
struct TextPart {
    r#type: &'static str,
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    cache_control: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    prompt_cache_breakpoint: Option<Value>,
}

fn encode(prompt: &Prompt, endpoint: &Endpoint) -> Request {
    let dialect = endpoint.host.dialect;
    let asks_usage = prompt.stream && dialect.usage == Asking::Needed;
    let (max_completion_tokens, max_tokens) = match dialect.limit {
        Limit::MaxCompletionTokens => (prompt.max_output, None),
        Limit::MaxTokens => (None, prompt.max_output),
    };
    let effort = prompt.reasoning.map(super::super::Effort::name);
    let (word, object) = match dialect.effort {
        EffortField::Word => (effort, None),
        EffortField::Object => (None, effort.map(|effort| json!({ "effort": effort }))),
    };
    let is_keyed = dialect.caching == Caching::Keyed;
    Body::default()
        .with("model", &prompt.model)
        .with("stream", prompt.stream)
        .with_some("stream_options", asks_usage.then(|| json!({ "include_usage": true })))
        .with_some("max_completion_tokens", max_completion_tokens)
        .with_some("max_tokens", max_tokens)
        .with_some("temperature", prompt.temperature.map(f64::from))
        .with_some("reasoning_effort", word)
        .with_some("reasoning", object)
        .with_some("prompt_cache_key", prompt.prefix.as_ref().filter(|_| is_keyed))
        .with_some(
            "prompt_cache_options",
            (is_keyed && takes_breakpoints(&prompt.model)).then(|| json!({ "mode": "explicit" })),
        )
        .with("messages", messages(prompt, endpoint))
        .request(prompt, endpoint, endpoint.base_url.join("chat/completions"), ("authorization", "Bearer "))
}

fn texts(body: &[u8]) -> Vec<String> {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    body["messages"].as_array().map_or_else(Vec::new, |messages| messages.iter().map(text_of).collect())
}

/// The text of a message whose content is a string or parts.
pub(super) fn text_of(message: &Value) -> String {
    match &message["content"] {
        Value::Array(parts) => parts.iter().filter_map(|part| part["text"].as_str()).collect(),
        content => content.as_str().unwrap_or_default().to_owned(),
    }
}

fn messages(prompt: &Prompt, endpoint: &Endpoint) -> Vec<WireMessage> {
    let dialect = endpoint.host.dialect;
    let is_marked = dialect.caching == Caching::Marked && prompt.model.starts_with("anthropic/");
    let has_breakpoint = dialect.caching == Caching::Keyed && takes_breakpoints(&prompt.model);
    let system = prompt.system.iter().map(|text| WireMessage { role: "system", content: Content::Text(text.clone()) });
    let mut ends_bundle = true;
    let write = |turn: Turn| {
        let pieces = turn.texts();
        let content = if turn.role == Role::User && dialect.texts == Texts::Parts {
            let part = |text| {
                let ends_bundle = std::mem::take(&mut ends_bundle);
                TextPart {
                    r#type: "text",
                    text,
                    cache_control: (ends_bundle && is_marked).then(|| json!({ "type": "ephemeral" })),
                    prompt_cache_breakpoint: (ends_bundle && has_breakpoint).then(|| json!({ "mode": "explicit" })),
                }
            };
            Content::Parts(pieces.into_iter().map(part).collect())
        } else {
            Content::Text(pieces.join(JOINT))
        };
        WireMessage { role: turn.role.name(), content }
    };
    system.chain(turns(&prompt.messages).into_iter().map(write)).collect()
}

/// Reads chunks of a stream, and an unstreamed answer as its only chunk.
#[derive(Default)]
struct Answer {
    is_named: bool,
}

impl Decoder for Answer {
    fn decode(&mut self, event: &Event, deltas: &mut Vec<Delta>) -> Result<(), Garbled> {
        if event.data.trim() == "[DONE]" {
            deltas.push(Delta::End);
            return Ok(());
        }
        let chunk: Value = serde_json::from_str(&event.data).map_err(|_| Garbled)?;
        if !self.is_named {
            let word = |name: &str| chunk[name].as_str().map(line).filter(|word| !word.is_empty());
            deltas.extend(word("model").map(Delta::Model));
            deltas.extend(word("id").map(Delta::Id));
            self.is_named = !deltas.is_empty();
        }
        let choices = chunk["choices"].as_array().into_iter().flatten();
        for choice in choices.filter(|choice| choice["index"].as_u64().unwrap_or(0) == 0) {
            let said = if choice["delta"].is_object() { &choice["delta"] } else { &choice["message"] };
            speak(said, deltas);
            deltas.extend(choice["finish_reason"].as_str().map(stop).map(Delta::Stop));
        }
        // Perplexity says with every chunk what it has searched.
        let searched = [&chunk["search_results"], &chunk["citations"]].into_iter().find(|list| list.is_array());
        deltas.extend(searched.map(Citation::all).unwrap_or_default().into_iter().map(Delta::Citation));
        deltas.extend(usage(&chunk).map(Delta::Usage));
        // OpenRouter puts the failure of a routed model into its choice.
        let places = [&chunk, &chunk["choices"][0]].into_iter().filter(|place| place.get("error").is_some());
        let failure = places.chain((event.name == "error").then_some(&chunk)).find_map(Failure::from_json);
        deltas.extend(failure.map(Delta::Failed));
        Ok(())
    }
}

/// A `delta` or a `message`.
fn speak(said: &Value, deltas: &mut Vec<Delta>) {
    // Two names of one thing; a server that sends both sends it twice.
    let thought = ["reasoning_content", "reasoning"].iter().find_map(|name| said[*name].as_str());
    deltas.extend(thought.and_then(filled).map(Delta::Reasoning));
    match &said["content"] {
        Value::Array(parts) => {
            for part in parts {
                deltas.extend(part["text"].as_str().and_then(filled).map(Delta::Text));
                // Mistral's reasoning models: {"type": "thinking", "thinking": [{"type": "text", "text"}]}.
                let thoughts = part["thinking"].as_array().into_iter().flatten();
                deltas
                    .extend(thoughts.filter_map(|part| part["text"].as_str()).filter_map(filled).map(Delta::Reasoning));
            }
        }
        content => deltas.extend(content.as_str().and_then(filled).map(Delta::Text)),
    }
    deltas.extend(said["refusal"].as_str().and_then(filled).map(Delta::Refusal));
    deltas.extend(Citation::all(&said["annotations"]).into_iter().map(Delta::Citation));
}

fn stop(reason: &str) -> Stop {
    match reason {
        "stop" => Stop::Done,
        "length" => Stop::Length,
        "content_filter" => Stop::Filter,
        "tool_calls" | "function_call" => Stop::Tool,
        other => Stop::Other(line(other)),
    }
}

/// On the last chunk, on the finish chunk, on both, on all: counts replace each other, never add.
fn usage(chunk: &Value) -> Option<Usage> {
    let told = [&chunk["usage"], &chunk["x_groq"]["usage"]].into_iter().find(|usage| usage.is_object())?;
    let (input, output) = (&told["prompt_tokens_details"], &told["completion_tokens_details"]);
    Some(Usage {
        input: told["prompt_tokens"].as_u64(),
        cached: input["cached_tokens"].as_u64().or_else(|| told["prompt_cache_hit_tokens"].as_u64()),
        cache_write: input["cache_write_tokens"].as_u64(),
        output: told["completion_tokens"].as_u64(),
        reasoning: output["reasoning_tokens"].as_u64(),
    })
}

#[cfg(test)]
#[path = "openai_chat_tests.rs"]
mod tests;
