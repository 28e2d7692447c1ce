//! `OpenAI` Chat Completions, and the many servers that speak it.
//!
//! Fields as in the `OpenAI` specification 2.3.0 (2026-08-21) and in recorded traffic of eight
//! servers (2026-08). The body's order is fixed: settings first, `messages` last, the bundle before
//! everything that varies, so that forks share the bytes up to the bundle's end.
//! Neighbouring messages of one role become one message, since chat templates refuse two in a row.

use serde::Serialize;
use serde_json::Value;

use super::{Decoder, Garbled, Protocol};
use crate::content::{Role, Usage, line};
use crate::net::{Credential, Method, Request};
use crate::send::sse::Event;
use crate::send::{Delta, Endpoint, Failure, Prompt, Stop};

pub(super) const PROTOCOL: Protocol = Protocol {
    name: "openai-chat",
    about: "OpenAI Chat Completions and the servers compatible with it",
    encode,
    texts,
    decoder: || Box::new(Answer::default()),
};

/// What stands between two texts of one message where a server takes only one string.
const JOINT: &str = "\n\n";

/// How a server departs from what all compatible servers understand.
struct Host {
    name: &'static str,
    limit: Limit,
    texts: Texts,
    usage: Asking,
}

/// The name of the output limit.
#[derive(Clone, Copy)]
enum Limit {
    MaxTokens,
    MaxCompletionTokens,
}

/// How several texts of a user message are written.
#[derive(Clone, Copy)]
enum Texts {
    /// As parts, each cached by itself.
    Parts,
    /// As one string: `DeepSeek` refuses parts, Ollama makes messages of them.
    Joined,
}

/// Whether a stream tells its usage only when asked.
#[derive(Clone, Copy)]
enum Asking {
    Needed,
    /// The server tells it unasked and refuses the question.
    Refused,
}

const HOSTS: &[Host] = &[
    Host { name: "api.openai.com", limit: Limit::MaxCompletionTokens, texts: Texts::Parts, usage: Asking::Needed },
    Host { name: "api.mistral.ai", limit: Limit::MaxTokens, texts: Texts::Joined, usage: Asking::Refused },
];
const ANY_HOST: Host = Host { name: "", limit: Limit::MaxTokens, texts: Texts::Joined, usage: Asking::Needed };

/// The order of the fields is the order on the wire.
#[derive(Serialize)]
struct Body<'a> {
    model: &'a str,
    stream: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    stream_options: Option<StreamOptions>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_completion_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f64>,
    messages: Vec<WireMessage>,
}

#[derive(Serialize)]
struct StreamOptions {
    include_usage: bool,
}

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
}

fn encode(prompt: &Prompt, endpoint: &Endpoint) -> Request {
    let host = HOSTS.iter().find(|host| host.name == endpoint.base_url.host()).unwrap_or(&ANY_HOST);
    let asks_usage = prompt.stream && matches!(host.usage, Asking::Needed);
    let (max_completion_tokens, max_tokens) = match host.limit {
        Limit::MaxCompletionTokens => (prompt.max_output, None),
        Limit::MaxTokens => (None, prompt.max_output),
    };
    let body = Body {
        model: &prompt.model,
        stream: prompt.stream,
        stream_options: asks_usage.then_some(StreamOptions { include_usage: true }),
        max_completion_tokens,
        max_tokens,
        temperature: prompt.temperature.map(f64::from),
        messages: messages(prompt, host.texts),
    };
    let accept = if prompt.stream { "text/event-stream" } else { "application/json" };
    Request {
        method: Method::Post,
        url: endpoint.base_url.join("chat/completions"),
        headers: vec![("accept", accept.to_owned()), ("content-type", "application/json".to_owned())],
        credential: endpoint.key.clone().map(|secret| Credential {
            header: "authorization",
            prefix: "Bearer ",
            secret,
        }),
        body: serde_json::to_vec(&body).expect("strings and finite numbers are JSON"),
    }
}

fn texts(body: &[u8]) -> Vec<String> {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let text = |message: &Value| match &message["content"] {
        Value::Array(parts) => parts.iter().filter_map(|part| part["text"].as_str()).collect(),
        content => content.as_str().unwrap_or_default().to_owned(),
    };
    body["messages"].as_array().map_or_else(Vec::new, |messages| messages.iter().map(text).collect())
}

fn messages(prompt: &Prompt, texts: Texts) -> Vec<WireMessage> {
    let mut turns: Vec<(Role, Vec<String>)> = Vec::new();
    let system = prompt.system.iter().map(|text| (Role::System, text.clone()));
    for (role, text) in system.chain(prompt.messages.iter().map(|message| (message.role, message.spoken()))) {
        match turns.last_mut() {
            Some((last, texts)) if *last == role => texts.push(text),
            _ => turns.push((role, vec![text])),
        }
    }
    let write = |(role, pieces): (Role, Vec<String>)| {
        let content = match (role, texts) {
            (Role::User, Texts::Parts) => {
                Content::Parts(pieces.into_iter().map(|text| TextPart { r#type: "text", text }).collect())
            }
            _ => Content::Text(pieces.join(JOINT)),
        };
        WireMessage { role: role.name(), content }
    };
    turns.into_iter().map(write).collect()
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
}

fn filled(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
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
