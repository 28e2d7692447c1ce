//! The test provider from the other side of the wire: what forkful writes it reads, what it writes forkful reads.

use std::future::{pending, ready};
use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use forkful::catalog::Catalog;
use forkful::content::{Message, Role, Timestamp};
use forkful::mock::{Act, Asked, Habits, Mock, Reply};
use forkful::net::{Recorded, Replay, Request, Step, Url};
use forkful::send::{self, Endpoint, Host, Outcome, PROTOCOLS, Patience, Prompt, Protocol};

use crate::support::Desk;

/// A prompt of a bundle and a question, as a host's dialect writes it.
fn request(protocol: &Protocol, host: &str, model: &str, stream: bool, question: &str) -> Request {
    let bundle = "The bench keeps one card a job and burns the rest of them every spring. ".repeat(120);
    let messages = [bundle.as_str(), question].map(|text| Message::text(Role::User, text)).to_vec();
    let prompt = Prompt {
        model: model.to_owned(),
        system: Some("Answer from the sources.".to_owned()),
        messages,
        max_output: Some(200),
        temperature: None,
        reasoning: None,
        stream,
        sheets: Vec::new(),
        lasting: false,
        prefix: Some("forkful-1".to_owned()),
        n_tokens: Some(2000),
        extra: serde_json::Map::new(),
        headers: Vec::new(),
    };
    let base_url = Url::parse("http://127.0.0.1:1/v1").unwrap();
    let host = Host::named(host).unwrap();
    (protocol.encode)(&prompt, &Endpoint { base_url, key: None, key_from: None, host })
}

/// The reply as a recording.
fn recorded(reply: Reply) -> Recorded {
    let headers = reply.headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    let step = |act| match act {
        Act::Send(bytes) => Some(Step::Bytes(bytes)),
        Act::Wait(_) => None,
        Act::Break => Some(Step::Break),
        Act::Hang => Some(Step::Hang),
    };
    Recorded { status: reply.status, headers, steps: reply.acts.into_iter().filter_map(step).collect() }
}

fn ask(mock: &mut Mock, protocol: &Protocol, request: &Request, second: i64) -> Outcome {
    let url = request.url.without_secrets();
    let path = url.split_once(":1").unwrap().1.to_owned();
    let asked = Asked { method: "POST", path: &path, has_key: false, body: &request.body };
    let transport = Replay::new(vec![recorded(mock.answer(&asked, Timestamp(second * 1000)))]);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let patience = Patience { n_retries: 0, ..Patience::STANDARD };
    let answer = send::answer(&transport, request, protocol, &patience, |_: Duration| ready(()), |_| {}, pending());
    runtime.block_on(answer)
}

/// Protocol, host, model, and what a second question reads of the first one's cache.
const PLACES: [(&str, &str, &str); 6] = [
    ("openai-chat", "openai", "gpt-5"),
    ("openai-chat", "deepseek", "deepseek-chat"),
    ("openai-responses", "openai", "gpt-5.6-sol"),
    ("anthropic", "anthropic", "claude-opus-4-8"),
    ("gemini", "gemini", "gemini-2.5-flash"),
    ("ollama", "ollama", "qwen3:4b"),
];

#[test]
fn what_the_mock_says_is_read_and_what_is_cached_is_told() {
    let mut shown = String::new();
    for (protocol, host, model) in PLACES {
        let protocol = PROTOCOLS.iter().find(|own| own.name == protocol).unwrap();
        for stream in [true, false] {
            let mut mock = Mock::new(Catalog::built_in(), Habits::plain());
            for (second, question) in [(0, "Why?"), (5, "How?")] {
                let request = request(protocol, host, model, stream, question);
                let outcome = ask(&mut mock, protocol, &request, second);
                assert_eq!(
                    (outcome.status(), outcome.text.contains(question)),
                    ("complete", true),
                    "{}",
                    protocol.name
                );
                assert_eq!(outcome.served_model.as_deref(), Some(model));
                let usage = outcome.usage;
                let count = |n: Option<u64>| n.map_or("-".to_owned(), |n| n.to_string());
                let counts = [usage.input, usage.cached, usage.cache_write].map(count).join(" / ");
                shown += &format!("{host} {} {question} {counts}\n", if stream { "stream" } else { "whole" });
            }
        }
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn every_fault_is_called_by_its_name() {
    let mut shown = String::new();
    let faults = [
        "401",
        "429",
        "529=2s",
        "html",
        "cut=300",
        "drop=300",
        "error=2",
        "drip",
        "type=text/plain",
        "no-usage",
        "no-end",
    ];
    for fault in faults {
        for protocol in PROTOCOLS {
            let habits = Habits { faults: vec![fault.parse().unwrap()], ..Habits::plain() };
            let mut mock = Mock::new(Catalog::built_in(), habits);
            let host = if protocol.name == "openai-chat" { "groq" } else { "ollama" };
            let outcome = ask(&mut mock, protocol, &request(protocol, host, "m", true, "Why?"), 0);
            let usage = if outcome.usage.output.is_some() { "usage" } else { "no usage" };
            shown += &format!("{fault:<16} {:<17} {}, {usage}\n", protocol.name, outcome.status());
        }
    }
    insta::assert_snapshot!(shown);
}

/// A running `forkful mock`, ended when dropped.
pub(crate) struct Running {
    child: Child,
    pub(crate) base_url: String,
    heard: Receiver<String>,
}

impl Running {
    /// Waits until the log has a line with these words.
    pub(crate) fn wait_for(&self, words: &str) {
        while !self.heard.recv().unwrap().contains(words) {}
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) fn start(desk: &Desk, more: &[&str]) -> Running {
    let quick = ["mock", "--first-byte", "0", "--word", "0"];
    let mut command = desk.command(&[&quick, more].concat());
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut line = String::new();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    stdout.read_line(&mut line).unwrap();
    let (tell, heard) = channel();
    // Whoever closes the pipe is told nothing more.
    std::thread::spawn(move || {
        // A test that listens no more has what it wants.
        stdout.lines().map_while(Result::ok).for_each(|line| drop(tell.send(line)));
    });
    Running { child, base_url: line.trim().to_owned(), heard }
}

#[test]
fn one_address_serves_every_protocol() {
    let desk = Desk::new();
    desk.file("essay.md", b"# On cards\n\nKeep one card a job. Burn the rest.\n");
    desk.out(&["pack", "essay.md", "--name", "cards", "-q", "-o", "cards.md"]);
    let mock = start(&desk, &["--words", "0"]);
    for protocol in PROTOCOLS {
        let name = protocol.name;
        let told = desk.out(&[
            "ask",
            "cards",
            "Why?",
            "-b",
            name,
            "-m",
            "m",
            "--protocol",
            name,
            "--base-url",
            &mock.base_url,
        ]);
        assert!(told.starts_with("A rehearsal: ") && told.ends_with("Asked: Why?.\n"), "{name}: {told}");
    }
}
