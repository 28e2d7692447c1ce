//! Real output against the published schemas.

use std::fs;

use serde_json::Value;

use crate::support::provider::{Provider, Script};
use crate::support::{Desk, root};

fn schema(shape: &str) -> Value {
    serde_json::from_slice(&fs::read(root().join(format!("schemas/{shape}-1.json"))).unwrap()).unwrap()
}

pub(crate) fn check(shape: &str, value: &Value) {
    let schema = schema(shape);
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<String> =
        validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert_eq!(errors, [""; 0], "{shape}");
    let known = schema["properties"].as_object().unwrap();
    let unknown: Vec<&String> = value.as_object().unwrap().keys().filter(|key| !known.contains_key(*key)).collect();
    assert!(unknown.is_empty(), "{shape}: {unknown:?} stand in no schema");
}

#[test]
fn a_part_of_a_split_is_a_pack() {
    let mut pack = schema("pack");
    let of_a_file = pack.as_object_mut().unwrap();
    of_a_file.retain(|key, _| !key.starts_with('$'));
    assert_eq!(schema("split")["properties"]["bundles"]["items"], pack);
}

#[test]
fn every_shape_is_what_its_schema_says() {
    let desk = Desk::with_examples();
    desk.file("plain.txt", b"Two words.\n");
    let sources = ["thread.md", "talk.vtt@weight=2,cap=3k", "essay.md", "plain.txt"];
    for source in ["thread.md", "talk.vtt", "essay.md", "plain.txt"] {
        check("read", &desk.json(&["read", source]));
    }
    check("list", &desk.json(&["read", "thread.md", "essay.md", "--list"]));
    check("count", &desk.json(&[&["count"], &sources[..]].concat()));
    check("count", &desk.json(&["count", "--raw", "talk.vtt"]));
    check("plan", &desk.json(&[&["plan", "--budget", "4k", "--reserve", "500"], &sources[..]].concat()));
    check("plan", &desk.json(&["plan", "plain.txt"]));
    check("cut", &desk.json(&["plan", "talk.vtt@cap=3k", "--budget", "2k", "--cut", "s1"]));
    for unit in ["s1#1", "s1#20", "s1#60", "s1#90"] {
        check(
            "why",
            &desk.json(&["plan", "talk.vtt@cap=3k", "--budget", "2k", "--focus", "the ladder", "--why", unit]),
        );
    }
    for model in ["gpt-5", "claude-opus-5", "mock"] {
        check("count", &desk.json(&["count", "talk.vtt", "--model", model]));
        check("plan", &desk.json(&["plan", "talk.vtt", "--model", model]));
        check("pack", &desk.json(&["pack", "talk.vtt", "--model", model, "--budget", "4k"]));
    }
    check("pack", &desk.json(&[&["pack", "--budget", "4k", "--name", "bench", "-o", "out.md"], &sources[..]].concat()));
    check("pack", &desk.json(&["pack", "plain.txt"]));
    check("split", &desk.json(&["pack", "talk.vtt", "essay.md", "--split", "3k", "--name", "part", "-o", "part.md"]));
    check("split", &desk.json(&["pack", "talk.vtt", "--split", "4k", "--model", "claude-opus-5", "-o", "part.md"]));
    check("log", &desk.json(&["log"]));

    check("add", &desk.json(&["init", "thread.md", "--budget", "4k"]));
    check("add", &desk.json(&["add", "talk.vtt@weight=2", "thread.md", "--profile", "brief"]));
    check("add", &desk.json(&["add", "--as", "https://a.example/talk=talk.vtt"]));
    check("config", &desk.json(&["config", "--profile", "brief"]));
    fs::remove_file(desk.path().join("forkful.toml")).unwrap();

    let provider = Provider::start(vec![Script::says("They disagree about the card.")]);
    let base_url = provider.base_url();
    check("ask", &desk.json(&["ask", "bench", "Where?", "-m", "mock", "--base-url", &base_url]));
    let lines = desk.out(&["ask", "bench", "Where?", "-n", "2", "-m", "mock", "--base-url", &base_url, "--json"]);
    assert_eq!(lines.lines().count(), 2);
    lines.lines().for_each(|line| check("ask", &serde_json::from_str(line).unwrap()));
    check("log", &desk.json(&["log"]));

    let answer =
        "\u{201c}who gets to forget?\u{201d} [s2 0:01] \"nobody said any of this\" [s9] \"agreed with every sentence\"";
    desk.file("answer.txt", answer.as_bytes());
    desk.out(&["record", "bench", "-b", "held", "--question", "Who?", "--answer", "answer.txt"]);
    check("check", &desk.json(&["check", "held"]));
    desk.out(&["rate", "main", "up"]);
    desk.out(&["note", "main", "A note"]);
    desk.out(&["branch", "describe", "main", "What it is about"]);
    desk.out(&["edit", "main", "By hand"]);
    desk.out(&["graft", "main", "--onto", "bench", "-b", "copy"]);
    check("log", &desk.json(&["log"]));
}

#[test]
fn the_total_is_the_count_of_what_show_prints() {
    let desk = Desk::with_examples();
    for format in ["md", "xml", "text", "messages"] {
        let packed =
            desk.json(&["pack", "thread.md", "talk.vtt", "essay.md", "--budget", "3k", "-F", format, "--name", format]);
        let shown = desk.out(&["show", format, "-F", format]);
        desk.file("shown", shown.as_bytes());
        let counted = desk.json(&["count", "--raw", "shown"])["total"].clone();
        assert_eq!(packed["total_tokens"], counted, "{format}");
        assert!(counted.as_u64().unwrap() <= 3000, "{format}: {counted}");
    }
}

#[test]
fn count_counts_what_read_prints() {
    let desk = Desk::with_examples();
    for source in ["thread.md", "talk.vtt", "essay.md"] {
        let read = desk.out(&["read", source]);
        desk.file("read.md", read.as_bytes());
        let counted = desk.out(&["count", source, "--encoding", "cl100k_base"]);
        assert_eq!(counted, desk.out(&["count", "--raw", "read.md", "--encoding", "cl100k_base"]), "{source}");
    }
}
