//! Answers of real servers, recorded by others and kept outside the project.
//!
//! Looked for in `$FORKFUL_SHARED/provider-traffic`, else in `../shared/provider-traffic` beside the
//! repository; without them the tests say so and pass. The form of the files is in their
//! `SOURCES.md`: YAML with `when` and `then`, bodies as block scalars or quoted strings.
//! What an answer holds is read here a second time, from its JSON as a whole.

use std::fs;
use std::future::{pending, ready};
use std::path::PathBuf;

use proptest::prelude::*;
use serde_json::Value;

use super::provider::protocol;
use super::*;
use crate::net::{Method, Recorded, Replay, Url};

#[derive(Debug)]
struct Exchange {
    name: String,
    path: String,
    status: u16,
    content_type: String,
    body: String,
}

/// What an exchange holds: text, reasoning, refusal, stop, usage, error.
#[derive(Debug, PartialEq)]
struct Held {
    text: String,
    reasoning: String,
    refusal: String,
    stop: Option<String>,
    usage: [Option<u64>; 5],
    /// The words that are cited, one line each.
    quotes: Vec<String>,
    error: Option<String>,
}

impl Exchange {
    /// The protocol of its path; none for lists of models and the like.
    fn protocol(&self) -> Option<&'static Protocol> {
        let path = &self.path;
        let name = match () {
            () if path.ends_with("/chat/completions") => "openai-chat",
            () if path.ends_with("/responses") => "openai-responses",
            () if path.ends_with("/messages") => "anthropic",
            () if path.contains("enerateContent") => "gemini",
            () if path.ends_with("/api/chat") => "ollama",
            () => return None,
        };
        protocol(name)
    }

    fn outcome(&self, chunks: Vec<Vec<u8>>) -> Outcome {
        let request = Request {
            method: Method::Post,
            url: Url::parse("https://h/v1").expect("an address"),
            headers: Vec::new(),
            credential: None,
            more: Vec::new(),
            body: Vec::new(),
        };
        let transport = Replay::new(vec![Recorded::new(self.status, &self.content_type, chunks)]);
        let patience = Patience { n_retries: 0, ..Patience::STANDARD };
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let protocol = self.protocol().expect("a chat");
        runtime.block_on(answer(&transport, &request, protocol, &patience, |_| ready(()), |_| {}, pending()))
    }

    /// The objects of the body, one an event or line.
    fn objects(&self) -> Vec<Value> {
        let whole = serde_json::from_str::<Value>(&self.body).ok();
        let pieces = self.body.lines().map(|line| line.strip_prefix("data: ").unwrap_or(line));
        whole.map_or_else(|| pieces.filter_map(|piece| serde_json::from_str(piece).ok()).collect(), |whole| vec![whole])
    }

    fn held(&self) -> Held {
        let objects = self.objects();
        let held = match self.protocol().expect("a chat").name {
            "openai-chat" => chat(&objects),
            "openai-responses" => responses(&objects),
            "anthropic" => anthropic(&objects),
            "gemini" => gemini(&objects),
            _ => ollama(&objects),
        };
        let error = objects.iter().find_map(|object| object.pointer("/error/message")?.as_str());
        Held { error: error.filter(|_| self.status >= 400).map(str::to_owned), ..held.parted() }
    }
}

impl Held {
    /// The same with a thought that stands in the text taken for one.
    fn parted(self) -> Self {
        let Some(rest) = self.text.trim_start().strip_prefix("<think>") else { return self };
        let (thought, said) = rest.split_once("</think>").unwrap_or((rest, ""));
        let (reasoning, text) = (thought.trim_start().to_owned(), said.trim_start().to_owned());
        Self { text, reasoning, ..self }
    }
}

/// Reads the few forms of YAML that the recordings use.
fn exchanges(yaml: &str, name: &str) -> Vec<Exchange> {
    yaml.split("\n---\n").filter_map(|yaml| exchange(yaml, name)).collect()
}

fn exchange(yaml: &str, name: &str) -> Option<Exchange> {
    let (when, then) = yaml.split_once("\nthen:\n")?;
    let field = |text: &str, name: &str| {
        text.lines().find_map(|line| line.trim_start().strip_prefix(name)).map(|value| value.trim().to_owned())
    };
    let content_type = then.split("- name: content-type\n").nth(1).and_then(|rest| field(rest, "value:"));
    let (_, body) = then.split_once("\n  body: ").unwrap_or((then, "''"));
    let body = if let Some(block) = body.strip_prefix('|') {
        let lines = block.split_once('\n')?.1.split_inclusive('\n');
        lines.map(|line| line.strip_prefix("    ").unwrap_or(line)).collect()
    } else if body.starts_with('"') {
        serde_json::from_str(body.trim_end()).ok()?
    } else {
        body.trim_end().strip_prefix('\'')?.strip_suffix('\'')?.replace("''", "'")
    };
    Some(Exchange {
        name: name.to_owned(),
        path: field(when, "path:")?,
        status: field(then, "status:")?.parse().ok()?,
        content_type: content_type.unwrap_or_default(),
        body,
    })
}

/// Every recorded exchange; none where there are no recordings.
fn recorded() -> Vec<Exchange> {
    #[expect(clippy::disallowed_methods, reason = "where the recordings lie is no concern of the room")]
    let shared = std::env::var_os("FORKFUL_SHARED")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let traffic = shared.join("provider-traffic");
    if !traffic.is_dir() {
        eprintln!("skipped: no recordings in {}", traffic.display());
        return Vec::new();
    }
    let listed = |folder: PathBuf| {
        let entries = fs::read_dir(folder).into_iter().flatten();
        let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
        paths.sort();
        paths
    };
    let mut all = Vec::new();
    for file in listed(traffic).into_iter().flat_map(listed) {
        let yaml = fs::read_to_string(&file).expect("a recording is UTF-8");
        let read = exchanges(&yaml, &file.display().to_string());
        assert_eq!(read.len(), yaml.lines().filter(|line| *line == "then:").count(), "{}", file.display());
        all.extend(read);
    }
    all
}

fn texts<'a>(values: impl IntoIterator<Item = &'a Value>) -> String {
    values.into_iter().filter_map(Value::as_str).collect()
}

/// The last value at a place that is not null.
fn last<'a>(objects: &'a [Value], places: &[&str]) -> Option<&'a Value> {
    let mut found = objects.iter().flat_map(|object| places.iter().filter_map(move |place| object.pointer(place)));
    found.rfind(|value| !value.is_null())
}

fn counts(usage: Option<&Value>, places: [&str; 5]) -> [Option<u64>; 5] {
    places.map(|place| usage?.pointer(place)?.as_u64())
}

fn word(value: Option<&Value>, words: &[(&str, &str)]) -> Option<String> {
    let told = value?.as_str()?;
    Some(words.iter().find(|(own, _)| *own == told).map_or(told, |(_, ours)| *ours).to_owned())
}

fn chat(objects: &[Value]) -> Held {
    // One recording asked for two answers at once; the first is meant.
    let chunks: Vec<Value> = objects.iter().filter(|chunk| chunk["choices"][0]["index"] != 1).cloned().collect();
    let words = |names: &[&str]| {
        let each = chunks.iter().flat_map(|chunk| {
            let said = ["delta", "message"].map(|said| &chunk["choices"][0][said]);
            names.iter().flat_map(move |name| said.map(|said| &said[*name]))
        });
        texts(each)
    };
    let places = [
        "/prompt_tokens",
        "/prompt_tokens_details/cached_tokens",
        "/prompt_tokens_details/cache_write_tokens",
        "/completion_tokens",
        "/completion_tokens_details/reasoning_tokens",
    ];
    Held {
        text: words(&["content"]),
        reasoning: words(&["reasoning_content", "reasoning"]),
        refusal: words(&["refusal"]),
        stop: word(last(&chunks, &["/choices/0/finish_reason"]), &[("stop", "done"), ("tool_calls", "tool")]),
        usage: counts(last(&chunks, &["/usage"]), places),
        quotes: Vec::new(),
        error: None,
    }
}

/// From the response at the end, which repeats what the events said.
fn responses(objects: &[Value]) -> Held {
    let end = last(objects, &["", "/response"]).cloned().unwrap_or_default();
    let items = || end["output"].as_array().into_iter().flatten();
    let parts = |kind: &'static str| {
        let parts = items().flat_map(|item| item["content"].as_array().into_iter().flatten());
        texts(parts.map(move |part| &part[kind]))
    };
    let summaries = items().flat_map(|item| item["summary"].as_array().into_iter().flatten());
    let summaries: Vec<&str> = summaries.filter_map(|part| part["text"].as_str()).collect();
    let stop = last(std::slice::from_ref(&end), &["/status", "/incomplete_details/reason"]);
    let is_called = items().any(|item| item["type"] == "function_call");
    let places = [
        "/input_tokens",
        "/input_tokens_details/cached_tokens",
        "/input_tokens_details/cache_write_tokens",
        "/output_tokens",
        "/output_tokens_details/reasoning_tokens",
    ];
    let stop = word(stop, &[("completed", "done"), ("max_output_tokens", "length")]);
    Held {
        text: parts("text"),
        reasoning: summaries.join("\n\n"),
        refusal: parts("refusal"),
        stop: if is_called { Some("tool".to_owned()) } else { stop },
        usage: counts(end.get("usage"), places),
        quotes: Vec::new(),
        error: None,
    }
}

fn anthropic(objects: &[Value]) -> Held {
    let blocks = |name: &'static str| {
        let events = objects.iter().flat_map(move |object| [&object["content_block"][name], &object["delta"][name]]);
        let whole = objects.iter().flat_map(|object| object["content"].as_array().into_iter().flatten());
        texts(events.chain(whole.map(move |block| &block[name])))
    };
    let count = |name: &str| {
        let places = [format!("/message/usage/{name}"), format!("/usage/{name}")];
        last(objects, &places.each_ref().map(String::as_str)).and_then(Value::as_u64)
    };
    let names = ["input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens", "output_tokens"];
    let [rest, cached, written, output] = names.map(count);
    let reasoning = count("output_tokens_details/thinking_tokens");
    let stops = [("end_turn", "done"), ("stop_sequence", "done"), ("max_tokens", "length"), ("tool_use", "tool")];
    let events = objects.iter().map(|object| &object["delta"]["citation"]["cited_text"]);
    let whole = objects.iter().flat_map(|object| object["content"].as_array().into_iter().flatten());
    let whole =
        whole.flat_map(|block| block["citations"].as_array().into_iter().flatten()).map(|one| &one["cited_text"]);
    let cited = events.chain(whole).filter_map(Value::as_str).map(line);
    Held {
        text: blocks("text"),
        reasoning: blocks("thinking"),
        refusal: String::new(),
        stop: word(last(objects, &["/stop_reason", "/delta/stop_reason"]), &stops),
        usage: [rest.map(|rest| rest + cached.unwrap_or(0) + written.unwrap_or(0)), cached, written, output, reasoning],
        quotes: cited.collect(),
        error: None,
    }
}

fn gemini(objects: &[Value]) -> Held {
    let words = |is_thought: bool| {
        let parts = objects.iter().flat_map(|chunk| {
            chunk.pointer("/candidates/0/content/parts").and_then(Value::as_array).into_iter().flatten()
        });
        texts(parts.filter(move |part| (part["thought"] == true) == is_thought).map(|part| &part["text"]))
    };
    let usage = last(objects, &["/usageMetadata"]);
    let places = ["/promptTokenCount", "/cachedContentTokenCount", "/none", "/totalTokenCount", "/thoughtsTokenCount"];
    let [input, cached, none, total, thoughts] = counts(usage, places);
    let tool = usage.and_then(|usage| usage["toolUsePromptTokenCount"].as_u64()).unwrap_or(0);
    let input = input.map(|input| input + tool);
    // The total is the sum of what went in and what came out.
    let output = total.zip(input).map(|(total, input)| total - input);
    Held {
        text: words(false),
        reasoning: words(true),
        refusal: String::new(),
        stop: word(last(objects, &["/candidates/0/finishReason"]), &[("STOP", "done"), ("MAX_TOKENS", "length")]),
        usage: [input, cached, none, output, thoughts],
        quotes: Vec::new(),
        error: None,
    }
}

fn ollama(objects: &[Value]) -> Held {
    let words = |name: &'static str| texts(objects.iter().map(move |line| &line["message"][name]));
    let count = |name: &str| last(objects, &[name]).and_then(Value::as_u64);
    Held {
        text: words("content"),
        reasoning: words("thinking"),
        refusal: String::new(),
        stop: word(last(objects, &["/done_reason"]), &[("stop", "done")]),
        usage: [count("/prompt_eval_count"), None, None, count("/eval_count"), None],
        quotes: Vec::new(),
        error: None,
    }
}

/// The same from an outcome.
fn told(outcome: &Outcome) -> Held {
    let usage = outcome.usage;
    let failure = match &outcome.ending {
        Ending::Failed(Error::Status { failure, .. } | Error::WindowExceeded { failure, .. }) => Some(&failure.message),
        _ => None,
    };
    Held {
        text: outcome.text.clone(),
        reasoning: outcome.reasoning.clone(),
        refusal: outcome.refusal.clone(),
        stop: outcome.stop.as_ref().map(|stop| stop.name().to_owned()),
        usage: [usage.input, usage.cached, usage.cache_write, usage.output, usage.reasoning],
        quotes: outcome.citations.iter().filter_map(|citation| citation.quote.clone()).collect(),
        error: failure.cloned(),
    }
}

/// Everything of an outcome but the bytes, of which those after the end mark may come or not.
fn shown(outcome: Outcome) -> String {
    format!("{:?}", Outcome { raw: Vec::new(), ..outcome })
}

#[test]
fn recorded_answers_of_real_servers_are_read_as_they_are() {
    let all = recorded();
    let chats: Vec<&Exchange> = all.iter().filter(|exchange| exchange.protocol().is_some()).collect();
    for exchange in &chats {
        let bytes = exchange.body.as_bytes();
        let whole = exchange.outcome(vec![bytes.to_vec()]);
        assert_eq!(told(&whole), exchange.held(), "{}", exchange.name);
        let expected = match (exchange.status, told(&whole).stop.as_deref(), whole.refusal.is_empty()) {
            (400.., ..) => "error",
            (_, Some("length"), _) => "truncated",
            (_, _, false) => "refused",
            _ if whole.text.trim().is_empty() => "error",
            _ => "complete",
        };
        assert_eq!(whole.status(), expected, "{}", exchange.name);
        let by_byte = exchange.outcome(bytes.chunks(1).map(<[u8]>::to_vec).collect());
        assert_eq!(shown(by_byte), shown(whole), "{}", exchange.name);
    }
    for protocol in PROTOCOLS {
        let n = chats.iter().filter(|exchange| exchange.protocol().map(|own| own.name) == Some(protocol.name)).count();
        eprintln!("{}: {n} exchanges decoded right of {n}", protocol.name);
        assert!(all.is_empty() || n >= 3, "{}: only {n} exchanges", protocol.name);
    }
    eprintln!("{} exchanges are chats of {}", chats.len(), all.len());
    assert!(all.is_empty() || chats.len() >= 77, "only {} chats", chats.len());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn recorded_answers_are_read_the_same_however_they_are_cut(
        picked in any::<proptest::sample::Index>(),
        borders in proptest::collection::vec(any::<proptest::sample::Index>(), 0..40),
    ) {
        let all: Vec<Exchange> = recorded().into_iter().filter(|exchange| exchange.protocol().is_some()).collect();
        if all.is_empty() {
            return Ok(());
        }
        let exchange = picked.get(&all);
        let bytes = exchange.body.as_bytes();
        let mut cuts: Vec<usize> = borders.iter().map(|border| border.index(bytes.len() + 1)).collect();
        cuts.extend([0, bytes.len()]);
        cuts.sort_unstable();
        let chunks = cuts.windows(2).map(|pair| bytes[pair[0]..pair[1]].to_vec()).collect();
        let cut = exchange.outcome(chunks);
        prop_assert_eq!(told(&cut), exchange.held());
        prop_assert_eq!(shown(cut), shown(exchange.outcome(vec![bytes.to_vec()])));
    }
}
