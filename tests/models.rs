//! Models: what is known of them, and counts that say when they are none.

use crate::support::Desk;
use crate::support::provider::{Provider, Script};

#[test]
fn models_are_listed_and_counted_for() {
    let desk = Desk::with_examples();
    insta::assert_snapshot!(desk.session(&[
        "models sonnet",
        "models clawd",
        "count essay.md --model openai/gpt-5",
        "count essay.md --model claude-opus-5 --quiet",
        "count essay.md talk.vtt --model claude-opus-4-5",
        "count essay.md --model gpt-4 --encoding o200k_base",
        "plan essay.md talk.vtt --model gpt-4",
        "plan essay.md talk.vtt --model claude-opus-5 --budget 5k --reserve 500",
        "plan essay.md --model claude-opus-9 --keep tail",
        "plan essay.md@pin --model gemini-2.5-pro --budget 1k",
        "plan essay.md --model gpt-5 --budget 500k",
        "plan thread.md essay.md talk.vtt --model gpt-4 --budget 9k",
        "pack essay.md talk.vtt --model claude-opus-5 --budget 5k --name bench -o bench.md",
    ]));
}

#[test]
fn a_model_changes_neither_bytes_nor_id() {
    let desk = Desk::with_examples();
    let pack = |extra: &[&str]| desk.json(&[&["pack", "essay.md", "talk.vtt"], extra].concat());
    let modelled = pack(&["--model", "claude-opus-5", "--budget", "5k", "--reserve", "500"]);
    let room = modelled["estimate"]["counted"].as_u64().unwrap();
    // 4,500 tokens at the upper end of the range are 2,556 of the encoding.
    let plain = pack(&["--budget", "2556"]);
    assert_eq!((&plain["bundle"], plain["total_tokens"].as_u64()), (&modelled["bundle"], Some(room)));
    assert!(modelled["estimate"]["high"].as_u64().unwrap() <= 4500);
    assert_eq!(pack(&["--model", "gpt-5"])["bundle"], pack(&["--model", "gpt-5.1"])["bundle"]);
}

#[test]
fn a_tokenizer_from_a_file_counts_where_it_is_built_in() {
    let desk = Desk::with_examples();
    for (name, bytes) in [
        ("byte-level.json", include_bytes!("tokenizers/byte-level.json").as_slice()),
        ("metaspace.json", include_bytes!("tokenizers/metaspace.json")),
    ] {
        desk.file(name, bytes);
    }
    let lines = [
        "count essay.md --tokenizer byte-level.json",
        "count essay.md thread.md --tokenizer metaspace.json",
        "count essay.md --tokenizer byte-level.json --encoding o200k_base",
        "count essay.md --tokenizer missing.json",
        "count essay.md --tokenizer essay.md",
        "count essay.md --model claude-opus-5 --tokenizer byte-level.json",
        "count essay.md --model gpt-5 --tokenizer byte-level.json",
        "plan essay.md thread.md --tokenizer metaspace.json --budget 4k",
        "pack essay.md thread.md --tokenizer byte-level.json --budget 4k --name local -o local.md",
        "count --raw local.md --tokenizer byte-level.json",
        "verify",
        "verify --tokenizer byte-level.json",
    ];
    // Without the feature each of them says how to build with it.
    let name = if cfg!(feature = "tokenizers") { "counts_by_files" } else { "counts_by_files_are_not_built_in" };
    insta::assert_snapshot!(name, desk.session(if cfg!(feature = "tokenizers") { &lines } else { &lines[..5] }));
}

#[test]
fn a_persons_own_models_win_and_a_bad_file_names_its_line() {
    let desk = Desk::with_examples();
    desk.file(
        "home/.config/forkful/models.toml",
        b"[[model]]\nid = \"bench-7b\"\ntokenizer = \"llama\"\ncontext = 4096\n",
    );
    desk.file("bad.toml", b"[[model]]\nid = \"gpt-5\"\ncontext = \"large\"\n");
    let own = desk.session(&["models bench", "plan essay.md --model bench-7b"]);
    let desk = desk.set("FORKFUL_MODELS", "bad.toml");
    let bad = desk.session(&["models bench"]);
    let desk = desk.set("FORKFUL_MODELS", "missing.toml");
    insta::assert_snapshot!([own, bad, desk.session(&["count essay.md --model gpt-5"])].join("\n"));
}

#[test]
fn the_provider_counts_each_part_of_a_split() {
    let desk = Desk::with_examples();
    let says =
        |n: u32| Script::answers(200, &["content-type: application/json"], format!(r#"{{"input_tokens": {n}}}"#));
    let provider = Provider::start(vec![says(2400), says(3070), says(2400), says(3070)]);
    let at = format!("--model claude-opus-5 --count-via-api --base-url {}", provider.base_url());
    let lines = [
        format!("pack essay.md thread.md --split 3k --reserve 0 -n desk -o parts.md {at}"),
        format!("pack essay.md thread.md --split 3k --reserve 0 -o parts.md --quiet --json {at}"),
    ];
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    insta::assert_snapshot!(desk.session(&lines).replace(&provider.origin(), "ORIGIN"));
}

#[test]
fn the_provider_counts_where_it_is_asked_to() {
    let desk = Desk::with_examples();
    let says = |body: &str| Script::answers(200, &["content-type: application/json"], body);
    let refuses = Script::answers(401, &["content-type: application/json"], r#"{"error":{"message":"no such key"}}"#);
    let provider = Provider::start(vec![
        says(r#"{"input_tokens": 2811}"#),
        says(r#"{"input_tokens": 2811}"#),
        says(r#"{"input_tokens": 9102}"#),
        says(r#"{"input_tokens": 5012}"#),
        says(r#"{"input_tokens": 2990}"#),
        says(r#"{"totalTokens": 2051}"#),
        refuses,
    ]);
    let at = format!("--count-via-api --base-url {}", provider.base_url());
    let lines = [
        format!("count essay.md --model claude-opus-5 {at}"),
        format!("count essay.md talk.vtt --model claude-opus-5 {at}"),
        format!("plan essay.md talk.vtt --model claude-opus-5 --budget 5k {at}"),
        format!("pack essay.md --model claude-opus-5 -o bench.md {at} --json"),
        format!("count essay.md --model gemini-2.5-pro --quiet {at}"),
        format!("count essay.md --model gpt-5 {at}"),
        "count essay.md --model claude-opus-5 --count-via-api".to_owned(),
        "count essay.md --count-via-api".to_owned(),
        "count essay.md --model claude-opus-5 --count-via-api --offline".to_owned(),
        format!("count essay.md --model claude-opus-5 --offline {at}"),
        "ask \"Where?\" -m gpt-5 --offline".to_owned(),
        "plan essay.md --offline --quiet".to_owned(),
    ];
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let shown = desk.session(&lines).replace(&provider.origin(), "ORIGIN");
    insta::assert_snapshot!(shown);
    let heads: Vec<String> = provider.requests().iter().map(|r| r.head.lines().next().unwrap().to_owned()).collect();
    let [count, gemini, openai] =
        ["messages/count_tokens", "models/gemini-2.5-pro:countTokens", "responses/input_tokens"]
            .map(|path| format!("POST /v1/{path} HTTP/1.1"));
    assert_eq!(heads, [&count, &count, &count, &count, &count, &gemini, &openai].map(String::clone));
}
