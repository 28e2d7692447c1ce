//! A provider that nobody pays: it speaks every protocol, and caches prompts as real ones do.
//!
//! [`Mock::answer`] takes a request and a moment and gives the head of a response with what happens
//! on its body, byte by byte. What a prompt reads from the cache, writes into it and costs follows
//! the rule of the model's provider ([`CacheRule`]) and the prices of the catalog; answers follow from
//! the request alone. Limits a minute, faults and delays are wishes of the person who starts it.
//! The room reads requests by itself and knows nothing of how forkful writes them: it is the other
//! side of the wire. It opens no socket, reads no clock and keeps no key.

mod batch;
mod cache;
mod entry;
mod fault;
mod meter;
mod reading;
mod words;
mod write;

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};

pub use cache::Settling;
pub use entry::Entry;
pub use fault::{Fault, Mishap, ParseFaultError};
pub use reading::{Block, Mark, Reading, Wire, Wish};

use crate::catalog::{CacheRule, Catalog, Model, takes_breakpoints};
use crate::content::{Digest, Timestamp, Usage};
use crate::tokens::{Tokens, encode_ordinary};
use cache::{Cache, Portions, Prompt};
use meter::Meter;
use write::Answer;

/// How the provider behaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Habits {
    /// From the request to the first byte of its answer.
    pub first_byte: Duration,
    /// Between words.
    pub word: Duration,
    /// Words of an answer that nobody has written.
    pub n_words: usize,
    /// Answers by question.
    pub answers: BTreeMap<String, String>,
    /// Whether a beginning can be missed in its first moments.
    pub settling: Option<Settling>,
    /// Requests a minute, for all models together.
    pub requests_a_minute: Option<u64>,
    /// Tokens of questions a minute.
    pub tokens_a_minute: Option<u64>,
    /// Whether a request without a key is refused.
    pub wants_key: bool,
    /// How long a batch takes.
    pub batch_time: Duration,
    /// What goes wrong, and when.
    pub faults: Vec<Fault>,
}

impl Habits {
    /// Answers at once, in forty words, without limits or faults.
    pub fn plain() -> Self {
        Self {
            first_byte: Duration::ZERO,
            word: Duration::ZERO,
            n_words: 40,
            answers: BTreeMap::new(),
            settling: None,
            requests_a_minute: None,
            tokens_a_minute: None,
            wants_key: false,
            batch_time: Duration::ZERO,
            faults: Vec::new(),
        }
    }
}

/// The provider with all that it remembers.
#[derive(Debug)]
pub struct Mock {
    catalog: Catalog,
    habits: Habits,
    cache: Cache,
    meter: Meter,
    /// How often a request came, by the hash of its body.
    takes: BTreeMap<Digest, u32>,
    n_requests: u64,
    batches: batch::Batches,
}

/// A request as it comes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked<'a> {
    /// `GET`, `POST`.
    pub method: &'a str,
    /// The path with its query.
    pub path: &'a str,
    /// Whether it carries a key.
    pub has_key: bool,
    /// The body.
    pub body: &'a [u8],
}

/// A response: its head, and what happens then.
#[derive(Debug, Clone, PartialEq)]
pub struct Reply {
    /// The status code.
    pub status: u16,
    /// Headers, names in lower case.
    pub headers: Vec<(&'static str, String)>,
    /// What happens on the body, in order.
    pub acts: Vec<Act>,
    /// What the log says of it; absent for requests that ask no model.
    pub entry: Option<Entry>,
}

/// One thing that happens on the body of a response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// These bytes go out as one piece.
    Send(Vec<u8>),
    /// Nothing happens for so long.
    Wait(Duration),
    /// The connection breaks.
    Break,
    /// Nothing happens any more.
    Hang,
}

/// A request that is refused: status, the provider's words for it, hints for later.
struct Refusal {
    status: u16,
    kind: &'static str,
    message: String,
    headers: Vec<(&'static str, String)>,
}

impl Mock {
    /// A provider that has heard nothing yet.
    pub fn new(catalog: Catalog, habits: Habits) -> Self {
        let meter = Meter::new(habits.requests_a_minute, habits.tokens_a_minute);
        let cache = Cache::new(habits.settling);
        Self {
            catalog,
            habits,
            cache,
            meter,
            takes: BTreeMap::new(),
            n_requests: 0,
            batches: batch::Batches::default(),
        }
    }

    /// What comes back for a request that arrives at a moment.
    pub fn answer(&mut self, asked: &Asked, now: Timestamp) -> Reply {
        let path = asked.path.split('?').next().unwrap_or_default().trim_end_matches('/');
        if let Some(reply) = self.batch(asked, path, now) {
            return reply;
        }
        if asked.method == "GET" {
            return self.look(path);
        }
        if let Some(reply) = self.count(path, asked.body) {
            return reply;
        }
        let Some(wire) = Wire::of_path(asked.path) else {
            let message = format!("{path} is no path of a chat API");
            return json_reply(404, &json!({ "error": { "message": message, "type": "not_found_error" } }));
        };
        self.n_requests += 1;
        let reading = Reading::new(wire, asked.path, asked.body);
        let mut entry = Entry::of(asked, self.n_requests, now, wire.name());
        entry.model = reading.as_ref().map(|reading| reading.model.clone()).unwrap_or_default();
        let mishap =
            self.habits.faults.iter().find(|fault| fault.hits(self.n_requests)).map(|fault| fault.mishap.clone());
        entry.remark = mishap.as_ref().map(Mishap::to_string);
        let Some(reading) = reading else {
            let refusal = refuse(400, "invalid_request_error", "the body is no JSON object");
            return refused(wire, refusal, entry);
        };
        let model = self.catalog.find(&reading.model).model;
        if let Some(reply) = mishap.as_ref().and_then(|mishap| mishap.instead(wire, now)) {
            let (status, headers, body) = reply;
            let acts = vec![Act::Wait(self.habits.first_byte), Act::Send(body)];
            return Reply { status, headers, acts, entry: Some(Entry { status, ..entry }) };
        }
        if let Err(refusal) = self.check(&reading, asked.has_key) {
            return refused(wire, refusal, entry);
        }
        let prompt = Prompt::new(&reading, model.tokenizer.encoding());
        let of_model =
            |n: usize| u64::from(model.tokenizer.told(Tokens(u32::try_from(n).unwrap_or(u32::MAX))).tokens.0);
        let n_input = of_model(prompt.len());
        if n_input > u64::from(model.context.0) && !model.provider.is_empty() {
            let message = format!("prompt is too long: {n_input} tokens > {} maximum", model.context.0);
            return refused(wire, refuse(400, "invalid_request_error", &message), entry);
        }
        let limits = match self.meter.take(n_input, now) {
            Ok(limits) => limits,
            Err(wait) => {
                let seconds = wait.as_millis().div_ceil(1000).max(1);
                let mut refusal = refuse(429, "rate_limit_error", "too many requests for this minute");
                refusal.headers = vec![("retry-after", seconds.to_string())];
                refusal.headers.extend(self.meter.headers(wire, now));
                return refused(wire, refusal, entry);
            }
        };
        let rule = CacheRule::of(&model, wire.name());
        let scope = format!("{} {}", reading.model, reading.key.as_deref().unwrap_or_default());
        let visible = Timestamp(now.0 + i64::try_from(self.habits.first_byte.as_millis()).unwrap_or(0));
        let portions = self.cache.ask(&scope, &prompt, &rule, now, visible);
        let answer = self.write(&reading, &model, portions, &of_model, asked.body);
        let told = answer.usage;
        entry.usage =
            Usage { cached: Some(of_model(portions.read)), cache_write: Some(of_model(portions.written)), ..told };
        (entry.cost, entry.uncached) = (model.cost(&entry.usage), model.uncached(&entry.usage));
        let mut headers = vec![(if wire == Wire::Messages { "request-id" } else { "x-request-id" }, answer.id.clone())];
        headers.extend(limits.then(|| self.meter.headers(wire, now)).into_iter().flatten());
        let mut reply = write::reply(&reading, &answer, &self.habits, mishap.as_ref());
        reply.headers.extend(headers);
        reply.entry = Some(entry);
        reply
    }

    /// What a provider refuses before it reads a prompt.
    fn check(&self, reading: &Reading, has_key: bool) -> Result<(), Refusal> {
        let invalid = |message: &str| Err(refuse(400, "invalid_request_error", message));
        if self.habits.wants_key && !has_key {
            return Err(refuse(401, "authentication_error", "there is no key in this request"));
        }
        let bare = reading.model.rsplit('/').next().unwrap_or_default();
        match reading.wire {
            _ if reading.model.is_empty() => invalid("no model is named"),
            _ if reading.blocks.is_empty() => invalid("there is no message"),
            Wire::Messages if reading.n_marks() > 4 => invalid(&format!(
                "A maximum of 4 blocks with cache_control may be provided. Found {}.",
                reading.n_marks()
            )),
            Wire::Messages if reading.max_output.is_none() => invalid("max_tokens: Field required"),
            Wire::Messages if reading.max_output == Some(0) && (reading.stream || reading.thinks) => {
                invalid("max_tokens: 0 cannot be combined with stream, thinking or a forced tool")
            }
            Wire::Chat | Wire::Responses
                if reading.wish != Wish::None && bare.starts_with("gpt-") && !takes_breakpoints(bare) =>
            {
                invalid("Unknown parameter: 'prompt_cache_options'.")
            }
            _ => Ok(()),
        }
    }

    fn write(
        &mut self,
        reading: &Reading,
        model: &Model,
        portions: Portions,
        of_model: &dyn Fn(usize) -> u64,
        body: &[u8],
    ) -> Answer {
        let hash = Digest::of(body);
        let take = self.takes.entry(hash).or_default();
        *take += 1;
        let input = of_model(portions.input);
        let said = reading.last_words().trim();
        let question = said.rsplit("\n\n").next().unwrap_or_default();
        let is_asked =
            |asked: &str| said.strip_suffix(asked).is_some_and(|rest| rest.is_empty() || rest.ends_with('\n'));
        let own =
            self.habits.answers.iter().find(|(asked, _)| is_asked(asked.trim())).map(|(_, answer)| answer.clone());
        let text = own.unwrap_or_else(|| words::answer(question, input, self.habits.n_words, hash, *take));
        let mut pieces: Vec<String> = text.split_inclusive(' ').map(str::to_owned).collect();
        let encoding = model.tokenizer.encoding();
        let length = |pieces: &[String]| of_model(encode_ordinary(encoding, &pieces.concat()).len());
        let whole = pieces.len();
        while reading.max_output.is_some_and(|most| length(&pieces) > most) {
            pieces.pop();
        }
        let is_cut = pieces.len() < whole;
        let rule = CacheRule::of(model, reading.wire.name());
        let (cached, written) = (of_model(portions.read), of_model(portions.written));
        let usage = Usage {
            input: Some(input),
            cached: Some(cached).filter(|cached| rule.is_told && (reading.wire != Wire::Gemini || *cached > 0)),
            cache_write: Some(written).filter(|_| matches!(rule.ends, crate::catalog::Ends::Marks { .. })),
            output: Some(length(&pieces)),
            reasoning: None,
        };
        Answer { id: format!("mock-{}", self.n_requests), model: reading.model.clone(), pieces, is_cut, usage }
    }

    /// Lists of models, and whether anybody is there.
    fn look(&self, path: &str) -> Reply {
        let models = self.catalog.models();
        let body = if path.ends_with("/tags") {
            json!({ "models": models.iter().map(|model| json!({ "name": model.id, "model": model.id })).collect::<Vec<_>>() })
        } else if path.contains("v1beta") && path.ends_with("/models") {
            let row =
                |model: &Model| json!({ "name": format!("models/{}", model.id), "inputTokenLimit": model.context.0 });
            json!({ "models": models.iter().map(row).collect::<Vec<_>>() })
        } else if path.ends_with("/models") {
            let row = |model: &Model| json!({ "id": model.id, "object": "model", "owned_by": model.provider });
            json!({ "object": "list", "data": models.iter().map(row).collect::<Vec<_>>() })
        } else if path.is_empty() || path.ends_with("/health") {
            json!({ "status": "ok" })
        } else {
            return json_reply(404, &json!({ "error": { "message": format!("{path} is not here") } }));
        };
        json_reply(200, &body)
    }

    /// Counts of a prompt, in the three ways in which providers are asked for them.
    fn count(&self, path: &str, body: &[u8]) -> Option<Reply> {
        let (wire, path, field) = match path {
            _ if path.ends_with("/messages/count_tokens") => (Wire::Messages, path, "input_tokens"),
            _ if path.ends_with("/responses/input_tokens") => (Wire::Responses, path, "input_tokens"),
            _ if path.ends_with(":countTokens") => (Wire::Gemini, path, "totalTokens"),
            _ => return None,
        };
        let Some(reading) = Reading::new(wire, path, body) else {
            return Some(json_reply(
                400,
                &error_body(wire, 400, "invalid_request_error", "the body is no JSON object"),
            ));
        };
        let model = self.catalog.find(&reading.model).model;
        let n_tokens = Prompt::new(&reading, model.tokenizer.encoding()).len();
        let told = model.tokenizer.told(Tokens(u32::try_from(n_tokens).unwrap_or(u32::MAX))).tokens.0;
        Some(json_reply(200, &json!({ field: told })))
    }
}

fn refuse(status: u16, kind: &'static str, message: &str) -> Refusal {
    Refusal { status, kind, message: message.to_owned(), headers: Vec::new() }
}

fn refused(wire: Wire, refusal: Refusal, entry: Entry) -> Reply {
    let Refusal { status, kind, message, headers } = refusal;
    let mut reply = json_reply(status, &error_body(wire, status, kind, &message));
    reply.headers.extend(headers);
    reply.entry = Some(Entry { status, remark: Some(message), ..entry });
    reply
}

/// An error in the provider's own shape.
fn error_body(wire: Wire, status: u16, kind: &str, message: &str) -> Value {
    match wire {
        Wire::Messages => json!({ "type": "error", "error": { "type": kind, "message": message } }),
        Wire::Gemini => json!({ "error": { "code": status, "message": message, "status": kind.to_uppercase() } }),
        Wire::Ollama => json!({ "error": message }),
        Wire::Chat | Wire::Responses => {
            json!({ "error": { "message": message, "type": kind, "param": null, "code": null } })
        }
    }
}

fn json_reply(status: u16, body: &Value) -> Reply {
    let headers = vec![("content-type", "application/json".to_owned())];
    Reply { status, headers, acts: vec![Act::Send(body.to_string().into_bytes())], entry: None }
}

#[cfg(test)]
mod tests;
