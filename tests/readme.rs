//! The README tells the truth: its session is run, its tables come from the registries.
//!
//! `INSTA_UPDATE=always` writes what is true into it.

use std::fs;

use forkful::bundle::render::RENDERERS;
use forkful::fork::foreign::DIALECTS;
use forkful::gather::FORMATS;
use forkful::gather::site::{PAGE, SITES};
use forkful::send::{HOSTS, PROTOCOLS};
use forkful::tokens::Encoding;

use serde_json::{Value, json};

use crate::support::provider::{Provider, Script};
use crate::support::{Desk, root, words};

/// What the README's model says, question by question, with its usage: input, cached, output.
const ANSWERS: [(&str, [u32; 3]); 2] = [
    (
        "On who pays for forgetting. The essay says the bench pays once, by relearning [s3];\nthe guest answers that it is cheap only for whoever was in the room [s2 4:55].",
        [5015, 0, 38],
    ),
    (
        "Then relearning is the fee for not trusting the wrong note: a record votes\nfor whatever stands in it first [s3].",
        [5010, 4992, 35],
    ),
];

/// A streamed answer as OpenAI sends it.
fn says((text, [input, cached, output]): (&str, [u32; 3])) -> Script {
    let chunk = |value: Value| format!("data: {value}\n\n");
    let word = |word| chunk(json!({"model": "gpt-5", "choices": [{"index": 0, "delta": {"content": word}}]}));
    let usage = json!({
        "prompt_tokens": input,
        "prompt_tokens_details": {"cached_tokens": cached},
        "completion_tokens": output,
    });
    let end = [
        chunk(json!({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})),
        chunk(json!({"choices": [], "usage": usage})),
        "data: [DONE]\n\n".to_owned(),
    ];
    let words: String = text.split_inclusive(' ').map(word).chain(end).collect();
    Script::streams().chunk(words).ends()
}

/// Replaces what stands between two markers, and checks or writes the file.
fn check(begin: &str, end: &str, expected: &str) {
    let path = root().join("README.md");
    let readme = fs::read_to_string(&path).unwrap();
    let (head, rest) = readme.split_once(begin).unwrap();
    let (found, tail) = rest.split_once(end).unwrap();
    if std::env::var_os("INSTA_UPDATE").is_some_and(|update| update == "always") {
        fs::write(path, format!("{head}{begin}{expected}{end}{tail}")).unwrap();
    } else {
        assert_eq!(found, expected);
    }
}

#[test]
fn the_session_is_what_happens() {
    let provider = Provider::start(ANSWERS.map(says).to_vec());
    let desk = Desk::new().set("FORKFUL_BASE_URL", &provider.base_url());
    for name in ["thread.md", "talk.vtt", "essay.md"] {
        desk.file(&format!("examples/{name}"), &fs::read(root().join("examples").join(name)).unwrap());
    }
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let (_, session) = readme.split_once("```console\n").unwrap();
    let (session, _) = session.split_once("```").unwrap();
    let mut shown = String::new();
    for line in session.lines().filter_map(|line| line.strip_prefix("$ forkful ")) {
        let words = words(line);
        let terminal = desk.terminal(&words.iter().map(String::as_str).collect::<Vec<_>>());
        shown += &format!("$ forkful {line}\n{terminal}");
    }
    check("```console\n", "```", &shown.replace(&provider.base_url(), "https://api.openai.com/v1"));
}

#[test]
fn the_tables_come_from_the_registries() {
    let mut rows = String::from("\n| reads | |\n| --- | --- |\n");
    for format in FORMATS {
        rows += &format!("| `{}` | {} |\n", format.name, format.about);
    }
    rows += "\n| follows links of | |\n| --- | --- |\n";
    for site in SITES.iter().chain([&PAGE]) {
        rows += &format!("| `{}` | {} |\n", site.name, site.about);
    }
    rows += "\n| writes (`-F`) | |\n| --- | --- |\n";
    for renderer in RENDERERS {
        rows += &format!("| `{}` | {} |\n", renderer.name, renderer.about);
    }
    rows += "| `forkful` | the bundle and its branches as one file to mail |\n";
    rows += "\n| exports to other programs (`--as`), and imports | |\n| --- | --- |\n";
    for dialect in DIALECTS {
        rows += &format!("| `{}` | {} |\n", dialect.name, dialect.about);
    }
    rows += "\n| counts exactly (`--encoding`) | |\n| --- | --- |\n";
    for encoding in Encoding::ALL {
        rows += &format!("| `{}` | {} |\n", encoding.name(), encoding.about());
    }
    rows += "\n| speaks (`--protocol`) | |\n| --- | --- |\n";
    for protocol in PROTOCOLS {
        rows += &format!("| `{}` | {} |\n", protocol.name, protocol.about);
    }
    rows += "\n| knows (`--provider`) | | speaks | key |\n| --- | --- | --- | --- |\n";
    for host in HOSTS {
        let key = host.keys.first().map_or(String::new(), |key| format!("`{key}`"));
        rows += &format!("| `{}` | {} | `{}` | {key} |\n", host.name, host.about, host.protocol);
    }
    check("<!-- registries -->\n", "<!-- end of registries -->", &(rows + "\n"));
}
