//! Models: what is known of them, and counts that say when they are none.

use crate::support::Desk;

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
