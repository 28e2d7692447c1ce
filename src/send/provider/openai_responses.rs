//! `OpenAI` Responses, and the servers compatible with it.
//!
//! Fields and events as in the `OpenAI` specification 2.3.0 (2026-08-21) and in recorded traffic of
//! `OpenAI`, vLLM and llama.cpp (2026-08). The whole history travels with every question and nothing
//! is kept there (`store: false`): a fork depends on no chain of the server's. Encrypted reasoning
//! comes back with an answer and is sent again in its place.

use serde_json::{Value, json};

use super::body::{Body, raw, sealed, turns};
use super::openai_chat::text_of;
use super::{Decoder, Framing, Garbled, Protocol, filled};
use crate::catalog::takes_breakpoints;
use crate::content::{Message, Part, Role, Usage, line};
use crate::net::Request;
use crate::send::host::Caching;
use crate::send::sse::Event;
use crate::send::{Citation, Delta, Endpoint, Failure, Prompt, Stop};

pub(super) const PROTOCOL: Protocol = Protocol {
    name: NAME,
    about: "OpenAI Responses, reasoning kept encrypted between questions",
    root: "",
    framing: Framing::Events,
    encode,
    texts,
    decoder: || Box::new(Answer::default()),
};

const NAME: &str = "openai-responses";

fn encode(prompt: &Prompt, endpoint: &Endpoint) -> Request {
    let is_openai = endpoint.host.dialect.caching == Caching::Keyed;
    let include = (is_openai && thinks(&prompt.model)).then(|| json!(["reasoning.encrypted_content"]));
    let has_breakpoint = is_openai && takes_breakpoints(&prompt.model);
    Body::default()
        .with("model", &prompt.model)
        .with("stream", prompt.stream)
        .with("store", false)
        .with_some("include", include)
        // Fewer are refused.
        .with_some("max_output_tokens", prompt.max_output.map(|tokens| tokens.max(16)))
        .with_some("temperature", prompt.temperature.map(f64::from))
        .with_some("reasoning", prompt.reasoning.map(|effort| json!({ "effort": effort.name() })))
        .with_some("prompt_cache_key", prompt.prefix.as_ref().filter(|_| is_openai))
        .with_some("prompt_cache_options", has_breakpoint.then(|| json!({ "mode": "explicit" })))
        .with_some("instructions", prompt.system.as_ref())
        .with("input", input(prompt, has_breakpoint))
        .request(prompt, endpoint, endpoint.base_url.join("responses"), ("authorization", "Bearer "))
}

/// Whether a model of `OpenAI`'s reasons; the others refuse to be asked for its traces.
fn thinks(model: &str) -> bool {
    let is_o = model.strip_prefix('o').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    let version = model.strip_prefix("gpt-").and_then(|rest| rest.chars().next()).and_then(|c| c.to_digit(10));
    is_o || model.starts_with("codex-") || (version.is_some_and(|version| version >= 5) && !model.contains("-chat"))
}

fn input(prompt: &Prompt, has_breakpoint: bool) -> Vec<Box<serde_json::value::RawValue>> {
    let mut items = Vec::new();
    let mut ends_bundle = true;
    for turn in turns(&prompt.messages) {
        if turn.role == Role::Assistant {
            turn.messages.iter().for_each(|message| answered(message, prompt, &mut items));
            continue;
        }
        let part = |text: String| {
            let marked = std::mem::take(&mut ends_bundle) && has_breakpoint;
            let body = Body::default().with("type", "input_text").with("text", text);
            body.with_some("prompt_cache_breakpoint", marked.then(|| json!({ "mode": "explicit" })))
        };
        let content: Vec<Body> = turn.texts().into_iter().map(part).collect();
        items.push(raw(&Body::default().with("role", turn.role.name()).with("content", content)));
    }
    items
}

/// An answer: encrypted reasoning before the words that followed it.
fn answered(message: &Message, prompt: &Prompt, items: &mut Vec<Box<serde_json::value::RawValue>>) {
    let mut words = String::new();
    let say = |words: &mut String, items: &mut Vec<_>| {
        if !words.is_empty() {
            let content = std::mem::take(words);
            items.push(raw(&Body::default().with("role", "assistant").with("content", content)));
        }
    };
    for part in &message.parts {
        if let Part::Text { text } = part {
            words.push_str(text);
        } else if let Some(item) = sealed(part, NAME, prompt) {
            say(&mut words, items);
            items.extend(reasoning_item(&item).map(|item| raw(&item)));
        }
    }
    say(&mut words, items);
    // Reasoning without what followed it is refused.
    let is_reasoning = |item: &serde_json::value::RawValue| item.get().starts_with("{\"type\":\"reasoning\"");
    while items.last().is_some_and(|item| is_reasoning(item)) {
        items.pop();
    }
}

/// The fields of a reasoning item that go back, in their order.
fn reasoning_item(item: &Value) -> Option<Body> {
    let encrypted = item["encrypted_content"].as_str().filter(|_| item["type"] == "reasoning")?;
    let texts = item["summary"].as_array().into_iter().flatten().filter_map(|part| part["text"].as_str());
    let summary = texts.map(|text| Body::default().with("type", "summary_text").with("text", text));
    Some(
        Body::default()
            .with("type", "reasoning")
            .with_some("id", item["id"].as_str())
            .with("summary", summary.collect::<Vec<_>>())
            .with("encrypted_content", encrypted),
    )
}

fn texts(body: &[u8]) -> Vec<String> {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let instructions = body["instructions"].as_str().map(str::to_owned);
    let input = body["input"].as_array().into_iter().flatten();
    instructions.into_iter().chain(input.filter(|item| item["type"] != "reasoning").map(text_of)).collect()
}

/// Reads the events of a stream, and an unstreamed response as one.
#[derive(Default)]
struct Answer {
    is_named: bool,
}

impl Decoder for Answer {
    fn decode(&mut self, event: &Event, deltas: &mut Vec<Delta>) -> Result<(), Garbled> {
        if event.data.trim() == "[DONE]" {
            return Ok(());
        }
        let json: Value = serde_json::from_str(&event.data).map_err(|_| Garbled)?;
        let response = if json["object"] == "response" { &json } else { &json["response"] };
        if !self.is_named {
            let word = |name: &str| response[name].as_str().map(line).filter(|word| !word.is_empty());
            deltas.extend(word("model").map(Delta::Model));
            deltas.extend(word("id").map(Delta::Id));
            self.is_named = !deltas.is_empty();
        }
        let words = || json["delta"].as_str().and_then(filled);
        match json["type"].as_str().unwrap_or_default() {
            "response.output_text.delta" => deltas.extend(words().map(Delta::Text)),
            "response.refusal.delta" => deltas.extend(words().map(Delta::Refusal)),
            "response.reasoning_summary_text.delta" | "response.reasoning_text.delta" => {
                deltas.extend(words().map(Delta::Reasoning));
            }
            "response.reasoning_summary_part.added"
                if json["summary_index"].as_u64().is_some_and(|index| index > 0) =>
            {
                deltas.push(Delta::Reasoning("\n\n".to_owned()));
            }
            "response.output_text.annotation.added" => {
                deltas.extend(Citation::read(&json["annotation"]).map(Delta::Citation));
            }
            "response.output_item.done" => item_done(&json["item"], deltas),
            "response.completed" | "response.incomplete" | "response.failed" | "response.cancelled" => {
                ended(response, deltas);
                deltas.push(Delta::End);
            }
            "error" => deltas.push(Delta::Failed(Failure::from_json(&json).unwrap_or_default())),
            _ if json["object"] == "response" => {
                whole(response, deltas);
                ended(response, deltas);
            }
            _ if json.get("error").is_some_and(|error| !error.is_null()) => {
                deltas.extend(Failure::from_json(&json).map(Delta::Failed));
            }
            _ => {}
        }
        Ok(())
    }
}

/// What of a whole item must go back.
fn item_done(item: &Value, deltas: &mut Vec<Delta>) {
    let body = reasoning_item(item).map(|body| raw(&body).get().to_owned());
    deltas.extend(body.map(Delta::Sealed));
}

/// Whether an item of the output wants something done, which nobody here does.
fn is_call(item: &Value) -> bool {
    ["function_call", "custom_tool_call", "mcp_approval_request"].iter().any(|kind| item["type"] == *kind)
}

/// The output of an unstreamed response.
fn whole(response: &Value, deltas: &mut Vec<Delta>) {
    for item in response["output"].as_array().into_iter().flatten() {
        let texts = |name: &str| {
            let parts = item[name].as_array().into_iter().flatten();
            parts.filter_map(|part| part["text"].as_str()).filter(|text| !text.is_empty()).collect::<Vec<_>>()
        };
        if item["type"] == "reasoning" {
            let thought = [texts("summary"), texts("content")].concat().join("\n\n");
            deltas.extend(filled(&thought).map(Delta::Reasoning));
        } else {
            for part in item["content"].as_array().into_iter().flatten() {
                deltas.extend(part["text"].as_str().and_then(filled).map(Delta::Text));
                deltas.extend(part["refusal"].as_str().and_then(filled).map(Delta::Refusal));
                deltas.extend(Citation::all(&part["annotations"]).into_iter().map(Delta::Citation));
            }
        }
        item_done(item, deltas);
    }
}

/// How a response ended, and what it used.
fn ended(response: &Value, deltas: &mut Vec<Delta>) {
    deltas.extend(usage(&response["usage"]).map(Delta::Usage));
    let stop = match (response["status"].as_str(), response["incomplete_details"]["reason"].as_str()) {
        (Some("completed"), _) => {
            let mut items = response["output"].as_array().into_iter().flatten();
            Some(if items.any(is_call) { Stop::Tool } else { Stop::Done })
        }
        (Some("incomplete"), Some("max_output_tokens")) => Some(Stop::Length),
        (Some("incomplete"), Some("content_filter")) => Some(Stop::Filter),
        (Some("incomplete"), reason) => Some(Stop::Other(line(reason.unwrap_or("incomplete")))),
        (Some("failed" | "cancelled"), _) => {
            deltas.push(Delta::Failed(Failure::from_json(response).unwrap_or_default()));
            None
        }
        _ => None,
    };
    deltas.extend(stop.map(Delta::Stop));
}

fn usage(told: &Value) -> Option<Usage> {
    let (input, output) = (&told["input_tokens_details"], &told["output_tokens_details"]);
    told.is_object().then(|| Usage {
        input: told["input_tokens"].as_u64(),
        cached: input["cached_tokens"].as_u64(),
        cache_write: input["cache_write_tokens"].as_u64(),
        output: told["output_tokens"].as_u64(),
        reasoning: output["reasoning_tokens"].as_u64(),
    })
}

#[cfg(test)]
#[path = "openai_responses_tests.rs"]
mod tests;
