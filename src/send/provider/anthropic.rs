//! Anthropic Messages.
//!
//! Fields and events as in Anthropic's Python SDK 0.121.0 (2026-08-07) and in recorded traffic
//! (2026-08). The bundle is a block of its own that ends in a cache breakpoint, and so does the turn
//! before the question: forks of one place read everything before it from the cache.
//! Where the provider shall cite, the bundle's documents are blocks of their own in its place. Thinking comes
//! with a signature and goes back unchanged; without one it does not go back at all.

use serde_json::{Value, json};

use super::body::{Body, raw, sealed, turns};
use super::{Decoder, Framing, Garbled, Protocol, filled};
use crate::content::{Part, Role, Sheet, Usage, line};
use crate::net::Request;
use crate::send::sse::Event;
use crate::send::{Citation, Delta, Effort, Endpoint, Failure, Prompt, Stop};

pub(super) const PROTOCOL: Protocol = Protocol {
    name: NAME,
    about: "Anthropic Messages, the bundle ending in a cache breakpoint",
    root: "v1",
    framing: Framing::Events,
    encode,
    texts,
    decoder: || Box::new(Answer::default()),
};

const NAME: &str = "anthropic";

fn encode(prompt: &Prompt, endpoint: &Endpoint) -> Request {
    let thinking = prompt.reasoning.map(|effort| thinking(&prompt.model, effort));
    let (budget, effort) = thinking.map_or((None, None), |thinking| match thinking {
        Thinking::Budget(tokens) => (Some(tokens), None),
        Thinking::Adaptive(effort) => (None, Some(effort)),
    });
    // The limit counts what is thought too.
    let max_tokens = prompt.max_output.unwrap_or_else(|| longest(&prompt.model)).saturating_add(budget.unwrap_or(0));
    let enabled = budget.map(|tokens| json!({ "type": "enabled", "budget_tokens": tokens }));
    let mut request = Body::default()
        .with("model", &prompt.model)
        .with("max_tokens", max_tokens)
        .with("stream", prompt.stream)
        .with_some("temperature", prompt.temperature.map(f64::from))
        .with_some("thinking", enabled.or_else(|| effort.map(|_| json!({ "type": "adaptive" }))))
        .with_some("output_config", effort.map(|effort| json!({ "effort": effort.name() })))
        .with_some("system", prompt.system.as_ref())
        .with("messages", messages(prompt))
        .request(prompt, endpoint, endpoint.base_url.join("messages"), ("x-api-key", ""));
    request.headers.push(("anthropic-version", "2023-06-01".to_owned()));
    request
}

/// How a model is told to think.
enum Thinking {
    Budget(u32),
    Adaptive(Effort),
}

fn thinking(model: &str, effort: Effort) -> Thinking {
    let takes_budget = version(model).is_some_and(|version| version < (4, 6));
    match effort {
        _ if !takes_budget => Thinking::Adaptive(effort),
        Effort::Low => Thinking::Budget(2048),
        Effort::Medium => Thinking::Budget(8192),
        Effort::High => Thinking::Budget(24_576),
    }
}

/// The version in a model's name: 4.5 of `claude-sonnet-4-5-20250929`, 3.7 of `claude-3-7-sonnet-latest`.
fn version(model: &str) -> Option<(u32, u32)> {
    let (_, name) = model.split_once("claude-")?;
    let numbers = name.split('-').map(|word| word.parse::<u32>().ok().filter(|number| *number < 100));
    let mut numbers = numbers.skip_while(Option::is_none);
    let major = numbers.next()??;
    Some((major, numbers.next().flatten().unwrap_or(0)))
}

/// The longest answer where nobody names a limit, since this protocol wants one: what every model of
/// that version grants.
fn longest(model: &str) -> u32 {
    match version(model) {
        Some((..3, _) | (3, ..5)) => 4096,
        Some((3, 5..7)) => 8192,
        _ => 32_000,
    }
}

fn messages(prompt: &Prompt) -> Vec<Body> {
    let mut turns: Vec<(&str, Vec<Body>)> = turns_of(prompt).collect();
    if let Some((_, blocks)) = turns.first_mut().filter(|(_, blocks)| !blocks.is_empty()) {
        let n_blocks = prompt.sheets.len().max(1);
        if !prompt.sheets.is_empty() {
            blocks.splice(..1, prompt.sheets.iter().map(document));
        }
        mark(&mut blocks[n_blocks - 1], prompt);
    }
    // The question stands in the last turn; the one before it ends what its forks share.
    let n_before = turns.len().saturating_sub(1);
    if let Some(last) = turns[..n_before].iter_mut().skip(1).rev().find_map(|(_, blocks)| blocks.last_mut()) {
        mark(last, prompt);
    }
    turns.into_iter().map(|(role, blocks)| Body::default().with("role", role).with("content", blocks)).collect()
}

fn turns_of(prompt: &Prompt) -> impl Iterator<Item = (&'static str, Vec<Body>)> {
    turns(&prompt.messages).into_iter().map(|turn| {
        let is_answer = turn.role == Role::Assistant;
        let blocks = if is_answer {
            let parts = turn.messages.iter().flat_map(|message| &message.parts);
            parts.filter_map(|part| answered(part, prompt)).collect()
        } else {
            turn.texts().into_iter().map(|text| block(&text)).collect()
        };
        (if is_answer { "assistant" } else { "user" }, blocks)
    })
}

fn block(text: &str) -> Body {
    Body::default().with("type", "text").with("text", text)
}

/// A document that the model cites by its characters.
fn document(sheet: &Sheet) -> Body {
    let source = Body::default().with("type", "text").with("media_type", "text/plain").with("data", &sheet.text);
    Body::default()
        .with("type", "document")
        .with("source", source)
        .with("title", &sheet.title)
        .with("context", &sheet.context)
        .with("citations", json!({ "enabled": true }))
}

fn mark(block: &mut Body, prompt: &Prompt) {
    let mark = Body::default().with("type", "ephemeral").with_some("ttl", prompt.lasting.then_some("1h"));
    *block = std::mem::take(block).with("cache_control", mark);
}

/// A part of an answer as it goes back.
fn answered(part: &Part, prompt: &Prompt) -> Option<Body> {
    match part {
        Part::Text { text } => (!text.trim().is_empty()).then(|| block(text)),
        Part::Reasoning { .. } => None,
        Part::Sealed { .. } => thinking_block(&sealed(part, NAME, prompt)?),
    }
}

/// The fields of a thinking block that go back, in their order.
fn thinking_block(block: &Value) -> Option<Body> {
    let body = Body::default().with("type", block["type"].as_str()?);
    match block["type"].as_str()? {
        "thinking" => {
            let signature = block["signature"].as_str().filter(|signature| !signature.is_empty())?;
            Some(body.with("thinking", block["thinking"].as_str()?).with("signature", signature))
        }
        "redacted_thinking" => Some(body.with("data", block["data"].as_str()?)),
        _ => None,
    }
}

fn texts(body: &[u8]) -> Vec<String> {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let system = body["system"].as_str().map(str::to_owned);
    system.into_iter().chain(body["messages"].as_array().into_iter().flatten().map(words)).collect()
}

/// The words of a message, those of documents with their titles too.
fn words(message: &Value) -> String {
    let mut words = String::new();
    for part in message["content"].as_array().into_iter().flatten() {
        let fields = [&part["title"], &part["context"], &part["source"]["data"], &part["text"]];
        fields.iter().filter_map(|field| field.as_str()).for_each(|field| words += field);
    }
    words
}

/// Reads the events of a stream, and an unstreamed message as one.
#[derive(Default)]
struct Answer {
    /// The thinking block that is under way, and its signature.
    thought: Option<(String, String)>,
    usage: Usage,
}

impl Decoder for Answer {
    fn decode(&mut self, event: &Event, deltas: &mut Vec<Delta>) -> Result<(), Garbled> {
        if event.data.trim() == "[DONE]" {
            return Ok(());
        }
        let json: Value = serde_json::from_str(&event.data).map_err(|_| Garbled)?;
        match json["type"].as_str().unwrap_or_default() {
            "message_start" => self.begin(&json["message"], deltas),
            "content_block_start" => self.start(&json["content_block"], deltas),
            "content_block_delta" => self.add(&json["delta"], deltas),
            "content_block_stop" => self.close(deltas),
            "message_delta" => {
                self.count(&json["usage"], deltas);
                deltas.extend(json["delta"]["stop_reason"].as_str().map(stop).map(Delta::Stop));
            }
            "message_stop" => deltas.push(Delta::End),
            "message" => {
                self.begin(&json, deltas);
                for block in json["content"].as_array().into_iter().flatten() {
                    self.start(block, deltas);
                    self.close(deltas);
                }
                deltas.extend(json["stop_reason"].as_str().map(stop).map(Delta::Stop));
            }
            _ if json.get("error").is_some() => deltas.extend(Failure::from_json(&json).map(Delta::Failed)),
            _ => {}
        }
        Ok(())
    }
}

impl Answer {
    fn begin(&mut self, message: &Value, deltas: &mut Vec<Delta>) {
        let word = |name: &str| message[name].as_str().map(line).filter(|word| !word.is_empty());
        deltas.extend(word("model").map(Delta::Model));
        deltas.extend(word("id").map(Delta::Id));
        self.count(&message["usage"], deltas);
    }

    /// The beginning of a block, which unstreamed is the whole of it.
    fn start(&mut self, block: &Value, deltas: &mut Vec<Delta>) {
        match block["type"].as_str().unwrap_or_default() {
            "thinking" => {
                self.thought = Some(Default::default());
                self.think(&block["thinking"], &block["signature"], deltas);
            }
            "redacted_thinking" => {
                deltas.extend(thinking_block(block).map(|block| Delta::Sealed(raw(&block).get().to_owned())));
            }
            "text" => {
                deltas.extend(block["text"].as_str().and_then(filled).map(Delta::Text));
                deltas.extend(Citation::all(&block["citations"]).into_iter().map(Delta::Citation));
            }
            _ => {}
        }
    }

    fn add(&mut self, delta: &Value, deltas: &mut Vec<Delta>) {
        match delta["type"].as_str().unwrap_or_default() {
            "text_delta" => deltas.extend(delta["text"].as_str().and_then(filled).map(Delta::Text)),
            "citations_delta" => deltas.extend(Citation::read(&delta["citation"]).map(Delta::Citation)),
            "thinking_delta" | "signature_delta" => self.think(&delta["thinking"], &delta["signature"], deltas),
            _ => {}
        }
    }

    fn think(&mut self, words: &Value, signature: &Value, deltas: &mut Vec<Delta>) {
        let (thought, signed) = self.thought.get_or_insert_default();
        thought.push_str(words.as_str().unwrap_or_default());
        signed.push_str(signature.as_str().unwrap_or_default());
        deltas.extend(words.as_str().and_then(filled).map(Delta::Reasoning));
    }

    fn close(&mut self, deltas: &mut Vec<Delta>) {
        if let Some((thinking, signature)) = self.thought.take() {
            let block = json!({ "type": "thinking", "thinking": thinking, "signature": signature });
            deltas.extend(thinking_block(&block).map(|block| Delta::Sealed(raw(&block).get().to_owned())));
        }
    }

    /// Counts come in parts: the three of the input are disjoint, the output grows.
    fn count(&mut self, told: &Value, deltas: &mut Vec<Delta>) {
        if !told.is_object() {
            return;
        }
        let (cached, written) =
            (told["cache_read_input_tokens"].as_u64(), told["cache_creation_input_tokens"].as_u64());
        let input = told["input_tokens"].as_u64().map(|rest| {
            let cached = cached.or(self.usage.cached).unwrap_or(0);
            rest + cached + written.or(self.usage.cache_write).unwrap_or(0)
        });
        let usage = Usage {
            input,
            cached,
            cache_write: written,
            output: told["output_tokens"].as_u64(),
            reasoning: told["output_tokens_details"]["thinking_tokens"].as_u64(),
        };
        self.usage = usage.or(self.usage);
        deltas.push(Delta::Usage(self.usage));
    }
}

fn stop(reason: &str) -> Stop {
    match reason {
        "end_turn" | "stop_sequence" => Stop::Done,
        "max_tokens" => Stop::Length,
        "model_context_window_exceeded" => Stop::Window,
        "refusal" => Stop::Refusal,
        "tool_use" | "pause_turn" => Stop::Tool,
        other => Stop::Other(line(other)),
    }
}

#[cfg(test)]
#[path = "anthropic_tests.rs"]
mod tests;
