//! Gemini `generateContent` and `streamGenerateContent`.
//!
//! Fields as in Google's Python SDK (2026-08-21) and in recorded traffic (2026-08). The key travels
//! in a header, never in the address. A stream has no end mark, and more text may follow a finish
//! reason, so it is read to its end. A thought signature goes back in a part of its own.

use serde_json::{Value, json};

use super::body::{Body, raw, sealed, turns};
use super::{Decoder, Framing, Garbled, Protocol, filled};
use crate::content::{Message, Part, Role, Usage, line};
use crate::net::Request;
use crate::send::sse::Event;
use crate::send::{Citation, Delta, Effort, Endpoint, Failure, Prompt, Stop};

pub(super) const PROTOCOL: Protocol = Protocol {
    name: NAME,
    about: "Gemini generateContent, thought signatures kept between questions",
    root: "v1beta",
    framing: Framing::Events,
    encode,
    texts,
    decoder: || Box::new(Answer::default()),
};

const NAME: &str = "gemini";

fn encode(prompt: &Prompt, endpoint: &Endpoint) -> Request {
    let verb = if prompt.stream { "streamGenerateContent" } else { "generateContent" };
    let is_path = prompt.model.contains('/');
    let url = endpoint.base_url.join(&format!("{}{}:{verb}", if is_path { "" } else { "models/" }, prompt.model));
    let url = if prompt.stream { url.with_parameter("alt", "sse") } else { url };
    let config = Body::default()
        .with_some("maxOutputTokens", prompt.max_output)
        .with_some("temperature", prompt.temperature.map(f64::from))
        .with_some("thinkingConfig", prompt.reasoning.map(|effort| thinking(&prompt.model, effort)));
    let system = prompt.system.as_ref().map(|text| json!({ "parts": [{ "text": text }] }));
    Body::default()
        .with_some("generationConfig", (!config.is_empty()).then_some(config))
        .with_some("systemInstruction", system)
        .with("contents", contents(prompt))
        .request(prompt, endpoint, url, ("x-goog-api-key", ""))
}

/// Models before the third generation take a number of tokens, later ones a level.
fn thinking(model: &str, effort: Effort) -> Body {
    let shown = Body::default().with("includeThoughts", true);
    if model.contains("gemini-2") || model.contains("gemini-1") {
        let tokens = match effort {
            Effort::Low => 1024,
            Effort::Medium => 8192,
            Effort::High => 24_576,
        };
        shown.with("thinkingBudget", tokens)
    } else {
        shown.with("thinkingLevel", effort.name())
    }
}

fn contents(prompt: &Prompt) -> Vec<Body> {
    let write = |turn: super::body::Turn| {
        let is_answer = turn.role == Role::Assistant;
        let parts: Vec<Body> = if is_answer {
            turn.messages.iter().flat_map(|message| answered(message, prompt)).collect()
        } else {
            turn.texts().into_iter().map(|text| Body::default().with("text", text)).collect()
        };
        Body::default().with("role", if is_answer { "model" } else { "user" }).with("parts", parts)
    };
    turns(&prompt.messages).into_iter().map(write).collect()
}

/// The parts of an answer as they go back.
fn answered(message: &Message, prompt: &Prompt) -> Vec<Body> {
    let part = |part: &Part| match part {
        Part::Text { text } => filled(text).map(|text| Body::default().with("text", text)),
        Part::Reasoning { .. } => None,
        Part::Sealed { .. } => {
            let item = sealed(part, NAME, prompt)?;
            Some(Body::default().with("text", "").with("thoughtSignature", item["thoughtSignature"].as_str()?))
        }
    };
    message.parts.iter().filter_map(part).collect()
}

fn texts(body: &[u8]) -> Vec<String> {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let text = |content: &Value| -> String {
        content["parts"].as_array().into_iter().flatten().filter_map(|part| part["text"].as_str()).collect()
    };
    let system = body.get("systemInstruction").map(text);
    system.into_iter().chain(body["contents"].as_array().into_iter().flatten().map(text)).collect()
}

/// Reads chunks of a stream, and an unstreamed response as its only chunk.
#[derive(Default)]
struct Answer {
    is_named: bool,
}

impl Decoder for Answer {
    fn decode(&mut self, event: &Event, deltas: &mut Vec<Delta>) -> Result<(), Garbled> {
        let json: Value = serde_json::from_str(&event.data).map_err(|_| Garbled)?;
        // Without `alt=sse` a stream is one list of chunks.
        let chunks = json.as_array().map_or(std::slice::from_ref(&json), Vec::as_slice);
        for chunk in chunks {
            self.chunk(chunk, deltas);
        }
        Ok(())
    }
}

impl Answer {
    fn chunk(&mut self, chunk: &Value, deltas: &mut Vec<Delta>) {
        if !self.is_named {
            let word = |name: &str| chunk[name].as_str().map(line).filter(|word| !word.is_empty());
            deltas.extend(word("modelVersion").map(Delta::Model));
            deltas.extend(word("responseId").map(Delta::Id));
            self.is_named = !deltas.is_empty();
        }
        let candidates = chunk["candidates"].as_array().into_iter().flatten();
        for candidate in candidates.filter(|candidate| candidate["index"].as_u64().unwrap_or(0) == 0) {
            let mut is_called = false;
            for part in candidate["content"]["parts"].as_array().into_iter().flatten() {
                let words = part["text"].as_str().and_then(filled);
                let is_thought = part["thought"].as_bool().unwrap_or(false);
                deltas.extend(words.map(if is_thought { Delta::Reasoning } else { Delta::Text }));
                deltas.extend(part["thoughtSignature"].as_str().map(signature).map(Delta::Sealed));
                is_called |= part.get("functionCall").is_some();
            }
            let grounding = candidate["groundingMetadata"]["groundingChunks"].as_array().into_iter().flatten();
            let grounds =
                grounding.filter_map(|chunk| Citation::read(chunk.get("web").unwrap_or(&chunk["retrievedContext"])));
            let recited = &candidate["citationMetadata"];
            let recited = recited.get("citationSources").unwrap_or(&recited["citations"]);
            deltas.extend(grounds.chain(Citation::all(recited)).map(Delta::Citation));
            let reason = candidate["finishReason"].as_str();
            let reason = if is_called { reason.map(|_| Stop::Tool) } else { reason.and_then(stop) };
            deltas.extend(reason.map(Delta::Stop));
        }
        let blocked = chunk["promptFeedback"]["blockReason"].as_str();
        deltas.extend(blocked.map(|_| Delta::Stop(Stop::Filter)));
        deltas.extend(usage(&chunk["usageMetadata"]).map(Delta::Usage));
        if chunk.get("error").is_some() {
            deltas.extend(Failure::from_json(chunk).map(Delta::Failed));
        }
    }
}

fn signature(value: &str) -> String {
    raw(&Body::default().with("thoughtSignature", value)).get().to_owned()
}

fn stop(reason: &str) -> Option<Stop> {
    Some(match reason {
        "FINISH_REASON_UNSPECIFIED" => return None,
        "STOP" => Stop::Done,
        "MAX_TOKENS" => Stop::Length,
        "SAFETY" | "PROHIBITED_CONTENT" | "SPII" | "BLOCKLIST" | "IMAGE_SAFETY" => Stop::Filter,
        "RECITATION" => Stop::Recitation,
        other => Stop::Other(line(&other.to_ascii_lowercase())),
    })
}

/// Counts grow from chunk to chunk; what is thought stands beside what is said.
fn usage(told: &Value) -> Option<Usage> {
    let count = |name: &str| told[name].as_u64();
    let sum = |one: Option<u64>, other: Option<u64>| match (one, other) {
        (None, None) => None,
        (one, other) => Some(one.unwrap_or(0) + other.unwrap_or(0)),
    };
    told.is_object().then(|| Usage {
        input: count("promptTokenCount").map(|prompt| prompt + count("toolUsePromptTokenCount").unwrap_or(0)),
        cached: count("cachedContentTokenCount"),
        cache_write: None,
        output: sum(count("candidatesTokenCount"), count("thoughtsTokenCount")),
        reasoning: count("thoughtsTokenCount"),
    })
}

#[cfg(test)]
#[path = "gemini_tests.rs"]
mod tests;
