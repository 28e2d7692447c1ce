//! A key is given to its server and to nobody else: not to what a run prints, keeps, exports or follows.

use std::fs;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};

use crate::protocols::says;
use crate::support::Desk;
use crate::support::provider::{Provider, Script};

/// Planted: with the characters that encodings change.
const KEY: &str = "sk-planted+4711/harbour=quay";

/// Every form in which the key, or a half of it, could lie somewhere.
fn forms() -> Vec<String> {
    let halves = KEY.split_at(KEY.len() / 2);
    let mut forms = vec![halves.0.to_owned(), halves.1.to_owned()];
    for text in [KEY, halves.0, halves.1] {
        let hex: Vec<String> = text.bytes().map(|byte| format!("{byte:02x}")).collect();
        forms.extend([STANDARD.encode(text), STANDARD_NO_PAD.encode(text), URL_SAFE_NO_PAD.encode(text), hex.concat()]);
        forms.push(text.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D"));
        forms.push(text.chars().rev().collect());
    }
    forms
}

/// The files of a folder and all that lies in it.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push((path.display().to_string(), fs::read(&path).unwrap()));
        }
    }
    found
}

/// Whether a text has the key in any form, and in which.
fn leak(bytes: &[u8]) -> Option<String> {
    let has = |form: &String| bytes.windows(form.len()).any(|window| window == form.as_bytes());
    forms().into_iter().find(|form| has(form))
}

#[test]
fn a_leak_is_seen() {
    assert_eq!(leak(b"nothing here: sk-plant, planted, 4711"), None);
    for text in [KEY.to_owned(), STANDARD.encode(KEY), format!("x{}y", &KEY[..14]), KEY.replace('+', "%2B")] {
        assert!(leak(text.as_bytes()).is_some(), "{text}");
    }
}

#[test]
fn a_planted_key_is_found_nowhere_but_at_its_server() {
    let protocols =
        [("openai-chat", "/v1"), ("openai-responses", "/v1"), ("anthropic", ""), ("gemini", ""), ("ollama", "")];
    let json = ["content-type: application/json"];
    for (protocol, root) in protocols {
        let elsewhere = Provider::start(vec![says(protocol, "From elsewhere.")]);
        let error = format!("{{\"error\":{{\"message\":\"bad key {KEY}\",\"type\":\"{KEY}\",\"code\":\"{KEY}\"}}}}");
        let moved = format!("location: {}/v1?key={KEY}", elsewhere.origin());
        let echo = format!("x-request-id: {KEY}");
        let streamed = format!("data: {error}\n\n");
        let scripts = vec![
            says(protocol, "One card a job."),
            Script::answers(401, &[json[0], &echo], &error),
            Script::answers(302, &[&moved], ""),
            Script::answers(307, &[&moved], ""),
            Script::streams().chunk(&streamed).ends(),
            Script::answers(200, &["content-type: text/html"], format!("<html><title>{KEY}</title>")),
            Script::begins(200, &["content-type: text/event-stream", "content-length: 9000"]).sends(&streamed),
            says(protocol, "With a header."),
            says(protocol, "With a command."),
        ];
        let n_scripts = scripts.len();
        let provider = Provider::start(scripts);
        let url = format!("{}{root}", provider.origin());
        let desk = Desk::new();
        desk.file("essay.md", b"# On cards\n\nKeep one card a job. Burn the rest.\n");
        desk.out(&["pack", "essay.md", "--name", "cards", "-q", "-o", "cards.md"]);
        let mut told = Vec::new();
        let flags = ["-m", "m-1", "--base-url", &url, "--protocol", protocol];
        let ask = |desk: &Desk, more: &[&str]| {
            let ran = desk.run(&[&["ask", "cards", "What is kept?"], &flags[..], more].concat());
            ran.stdout + &ran.stderr
        };
        let desk = desk.set("FORKFUL_API_KEY", KEY);
        for _ in 0..n_scripts - 2 {
            told.push(ask(&desk, &[]));
        }
        told.push(ask(&desk, &["--dry-run"]));
        told.push(ask(&desk, &["--offline"]));
        let encoded = KEY.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
        let broken = ["--base-url", &format!("http://me:{encoded}@127.0.0.1:1/v1")];
        told.push({
            let ran = desk.run(&[&["ask", "cards", "Why?", "-m", "m-1"], &broken[..]].concat());
            ran.stdout + &ran.stderr
        });
        let desk = desk.set("FORKFUL_API_KEY", "");
        let secret = tempfile::NamedTempFile::new().unwrap();
        fs::write(secret.path(), format!("{KEY}\nsecond line\n")).unwrap();
        told.push(ask(&desk, &["--header", &format!("x-extra: {KEY}")]));
        let command = format!("cat {}", secret.path().display());
        let config = format!("[ask]\nbase_url = {url:?}\napi_key_command = {command:?}\n");
        desk.file("home/.config/forkful/config.toml", config.as_bytes());
        let chat = ["chat", "cards", "-m", "m-1", "--protocol", protocol];
        let ran = desk.run_with(&chat, b"What is kept?\n/show\n/log\n/operations\n");
        told.push(ran.stdout + &ran.stderr);
        for line in [
            "log --all --json",
            "operations",
            "operations --json",
            "show --run",
            "show --run --json",
            "config --show-origin",
            "verify",
            "export cards -o out.forkful",
            "export cards -o out.html",
            "resume",
        ] {
            let ran = desk.run(&line.split(' ').collect::<Vec<_>>());
            told.push(format!("{line}: {}{}", ran.stdout, ran.stderr));
        }
        for told in &told {
            assert_eq!(leak(told.as_bytes()), None, "{protocol}: {told}");
        }
        let left = files(desk.path());
        assert!(left.iter().any(|(name, _)| name.ends_with("out.html")), "{protocol}");
        for (name, bytes) in left {
            assert_eq!(leak(&bytes), None, "{protocol}: {name}");
        }
        let heard = provider.requests();
        assert_eq!(heard.len(), n_scripts, "{protocol}: {told:?}");
        for request in heard {
            assert!(leak(request.head.as_bytes()).is_some() && leak(&request.body).is_none(), "{protocol}");
            assert!(!request.head.lines().next().unwrap().contains("key"), "{protocol}: {}", request.head);
        }
        assert!(elsewhere.requests().is_empty(), "{protocol}");
    }
}
