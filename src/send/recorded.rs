//! Answers of real servers, recorded by others and kept outside the project.
//!
//! Looked for in `$FORKFUL_SHARED/provider-traffic`, else in `../shared/provider-traffic` beside the
//! repository; without them the test says so and passes. The form of the files is in their
//! `SOURCES.md`: YAML with `when` and `then`, bodies as block scalars or quoted strings.

use std::fs;
use std::future::{pending, ready};
use std::path::PathBuf;

use serde_json::Value;

use super::*;
use crate::net::{Method, Recorded, Replay, Url};

struct Exchange {
    path: String,
    status: u16,
    content_type: String,
    body: String,
}

/// Reads the few forms of YAML that the recordings use.
fn exchanges(yaml: &str) -> Vec<Exchange> {
    yaml.split("\n---\n").filter_map(exchange).collect()
}

fn exchange(yaml: &str) -> Option<Exchange> {
    let (when, then) = yaml.split_once("\nthen:\n")?;
    let field = |text: &str, name: &str| {
        text.lines().find_map(|line| line.trim_start().strip_prefix(name)).map(|value| value.trim().to_owned())
    };
    let content_type = then.split("- name: content-type\n").nth(1).and_then(|rest| field(rest, "value:"));
    let (_, body) = then.split_once("\n  body: ")?;
    let body = if let Some(block) = body.strip_prefix('|') {
        let lines = block.split_once('\n')?.1.split_inclusive('\n');
        lines.map(|line| line.strip_prefix("    ").unwrap_or(line)).collect()
    } else {
        body.trim_end().strip_prefix('\'')?.strip_suffix('\'')?.replace("''", "'")
    };
    Some(Exchange {
        path: field(when, "path:")?,
        status: field(then, "status:")?.parse().ok()?,
        content_type: content_type.unwrap_or_default(),
        body,
    })
}

fn outcome(exchange: &Exchange, chunks: Vec<Vec<u8>>) -> Outcome {
    let request = Request {
        method: Method::Post,
        url: Url::parse("https://h/v1").expect("an address"),
        headers: Vec::new(),
        credential: None,
        body: Vec::new(),
    };
    let transport = Replay::new(vec![Recorded::new(exchange.status, &exchange.content_type, chunks)]);
    let patience = Patience { n_retries: 0, ..Patience::STANDARD };
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(answer(&transport, &request, &PROTOCOLS[0], &patience, |_| ready(()), |_| {}, pending()))
}

/// What the recorded JSON says: text, reasoning, refusal, finish reason, last usage, error message.
fn walk(exchange: &Exchange) -> [Value; 6] {
    let streamed = exchange.body.lines().filter_map(|line| line.strip_prefix("data: "));
    let whole = [exchange.body.as_str()].into_iter().filter(|body| body.starts_with('{'));
    let chunks = streamed.chain(whole).filter_map(|json| serde_json::from_str(json).ok());
    // One recording asked for two answers at once; the first is meant.
    let chunks: Vec<Value> = chunks.filter(|chunk: &Value| chunk["choices"][0]["index"] != 1).collect();
    let words = |names: &[&str]| {
        let each = chunks.iter().flat_map(|chunk| {
            let said = ["delta", "message"].map(|said| &chunk["choices"][0][said]);
            names.iter().flat_map(move |name| said.map(|said| said[*name].as_str().unwrap_or_default()))
        });
        Value::String(each.collect())
    };
    let last = |pointer: &str| {
        chunks.iter().filter_map(|chunk| chunk.pointer(pointer)).rfind(|value| !value.is_null()).cloned()
    };
    let usage = last("/usage").map(|usage| {
        let counts = [
            "/prompt_tokens",
            "/prompt_tokens_details/cached_tokens",
            "/prompt_tokens_details/cache_write_tokens",
            "/completion_tokens",
            "/completion_tokens_details/reasoning_tokens",
        ];
        Value::from(counts.map(|count| usage.pointer(count).cloned().unwrap_or_default()).to_vec())
    });
    [
        words(&["content"]),
        words(&["reasoning_content", "reasoning"]),
        words(&["refusal"]),
        last("/choices/0/finish_reason").unwrap_or_default(),
        usage.unwrap_or(Value::from(vec![Value::Null; 5])),
        last("/error/message").unwrap_or_default(),
    ]
}

/// The same from an outcome.
fn told(outcome: &Outcome) -> [Value; 6] {
    let stop = outcome.stop.as_ref().map(|stop| match stop {
        Stop::Done => "stop",
        Stop::Length => "length",
        Stop::Filter => "content_filter",
        Stop::Tool => "tool_calls",
        Stop::Other(word) => word,
    });
    let usage = outcome.usage;
    let counts = [usage.input, usage.cached, usage.cache_write, usage.output, usage.reasoning];
    let failure = match &outcome.ending {
        Ending::Failed(Error::Status { failure, .. } | Error::WindowExceeded { failure, .. }) => Some(&failure.message),
        _ => None,
    };
    [
        Value::from(outcome.text.as_str()),
        Value::from(outcome.reasoning.as_str()),
        Value::from(outcome.refusal.as_str()),
        Value::from(stop),
        Value::from(counts.map(Value::from).to_vec()),
        Value::from(failure.map(String::as_str)),
    ]
}

#[test]
fn recorded_answers_of_real_servers_are_read_the_same_however_they_are_cut() {
    #[expect(clippy::disallowed_methods, reason = "where the recordings lie is no concern of the room")]
    let shared = std::env::var_os("FORKFUL_SHARED")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let traffic = shared.join("provider-traffic");
    if !traffic.is_dir() {
        eprintln!("skipped: no recordings in {}", traffic.display());
        return;
    }
    let mut n_exchanges = 0;
    for server in ["openai", "deepseek", "openrouter", "groq", "mistral", "llamacpp", "mistralrs", "ollama"] {
        let mut files: Vec<PathBuf> =
            fs::read_dir(traffic.join(server)).expect(server).map(|entry| entry.expect(server).path()).collect();
        files.sort();
        for file in files.iter().filter(|file| file.extension().is_some_and(|extension| extension == "yaml")) {
            let yaml = fs::read_to_string(file).expect("a recording is UTF-8");
            let n_recorded = yaml.lines().filter(|line| *line == "then:").count();
            let read = exchanges(&yaml);
            assert_eq!(read.len(), n_recorded, "{}", file.display());
            for exchange in read.iter().filter(|exchange| exchange.path.ends_with("/chat/completions")) {
                check(exchange, &file.display().to_string());
                n_exchanges += 1;
            }
        }
    }
    assert!(n_exchanges >= 29, "only {n_exchanges} exchanges");
}

fn check(exchange: &Exchange, name: &str) {
    let bytes = exchange.body.as_bytes();
    let whole = outcome(exchange, vec![bytes.to_vec()]);
    assert_eq!(told(&whole), walk(exchange), "{name}");
    let expected = match (exchange.status, told(&whole)[3].as_str(), whole.refusal.is_empty()) {
        (400.., ..) => "error",
        (_, Some("length"), _) => "truncated",
        (_, _, false) => "refused",
        _ => "complete",
    };
    assert_eq!(whole.status(), expected, "{name}");
    let whole = format!("{whole:?}");
    assert_eq!(format!("{:?}", outcome(exchange, bytes.chunks(1).map(<[u8]>::to_vec).collect())), whole, "{name}");
    // Chunks of 1 to 499 bytes, drawn by a fixed rule.
    for seed in 1..9 {
        let (mut chunks, mut rest, mut drawn) = (Vec::new(), bytes, seed);
        while !rest.is_empty() {
            drawn = (drawn * 7919 + 104_729) % 499;
            let (chunk, after) = rest.split_at((drawn + 1).min(rest.len()));
            chunks.push(chunk.to_vec());
            rest = after;
        }
        assert_eq!(format!("{:?}", outcome(exchange, chunks)), whole, "{name}");
    }
}
