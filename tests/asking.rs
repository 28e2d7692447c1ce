//! Asking when it goes otherwise than one hopes: no word, words beside, another server, a window too small.

use std::fs;
use std::process::Stdio;

use crate::support::provider::{Provider, Script, stream_of};
use crate::support::{Desk, words};

/// A desk with a bundle and nothing asked yet.
fn desk() -> Desk {
    let desk = Desk::new();
    desk.file("essay.md", b"# On cards\n\nKeep one card a job. Burn the rest.\n");
    desk.out(&["pack", "essay.md", "--name", "cards", "-q", "-o", "cards.md"]);
    desk
}

/// What a person sees of commands that ask a provider, for which `@SERVER` stands.
fn session(desk: &Desk, provider: &Provider, lines: &[&str]) -> String {
    let to = format!(" --base-url {}", provider.base_url());
    let shown = lines.iter().map(|line| {
        let typed = words(&line.replace("@SERVER", &to));
        let typed: Vec<&str> = typed.iter().map(String::as_str).collect();
        format!("$ forkful {line}\n{}", desk.run(&typed).shown())
    });
    shown.collect::<Vec<_>>().join("\n").replace(&provider.origin(), "ORIGIN")
}

/// A stream that says this before it stops, and tells what it used.
fn stops(delta: &str, reason: &str, usage: &str) -> Script {
    let choice = |delta: &str, reason: &str| format!("{{\"index\":0,\"delta\":{delta},\"finish_reason\":{reason}}}");
    let first = format!("data: {{\"choices\":[{}]}}\n\n", choice(delta, "null"));
    let last = format!("data: {{\"choices\":[{}],\"usage\":{usage}}}\n\n", choice("{}", &format!("\"{reason}\"")));
    Script::streams().chunk(first).chunk(last).chunk("data: [DONE]\n\n").ends()
}

const USED: &str = "{\"prompt_tokens\":5000,\"completion_tokens\":7}";
const ROLE: &str = "{\"role\":\"assistant\"}";
const TOOL: &str = "{\"tool_calls\":[{\"index\":0,\"function\":{\"name\":\"look\",\"arguments\":\"{}\"}}]}";
const THOUGHT: &str = "{\"reasoning_content\":\"First of all...\"}";

#[test]
fn an_answer_without_a_word_is_an_error_that_has_its_price() {
    let desk = desk();
    let provider = Provider::start(vec![
        stops(ROLE, "stop", USED),
        stops(TOOL, "tool_calls", USED),
        stops(THOUGHT, "stop", USED),
        stops(THOUGHT, "length", USED),
        stops(ROLE, "stop", USED),
        stops(ROLE, "stop", USED),
        Script::says("One card a job."),
        stops(ROLE, "stop", USED),
    ]);
    let mut shown = session(
        &desk,
        &provider,
        &[
            "ask cards \"What is kept?\" -b x -m gpt-5@SERVER",
            "ask cards \"What is kept?\" -b x -m gpt-5@SERVER",
            "ask cards \"What is kept?\" -b x -m gpt-5@SERVER",
            "ask cards \"What is kept?\" -b x -m gpt-5@SERVER",
            "ask cards \"What is kept?\" -b x -m gpt-5 --json@SERVER",
            "ask cards \"What is kept?\" -b oo -n 2 -j 1 -m gpt-5@SERVER",
            "ask cards \"What is kept?\" -m gpt-5 --max-output 0@SERVER",
        ],
    );
    let ran = desk.run_with(&["chat", "cards", "-m", "gpt-5"], b"What is kept?\n");
    shown += &format!("\n$ forkful chat cards\n{}\n", ran.shown().replace(&provider.origin(), "ORIGIN"));
    shown += &session(&desk, &provider, &["log", "cost"]);
    insta::assert_snapshot!(shown);
}

#[test]
fn what_broke_off_stays_on_its_branch() {
    let desk = desk();
    let half = || Script::streams().chunk(stream_of("Half an answer")[..2].concat());
    let provider = Provider::start(vec![half(), Script::says("One."), Script::says("Two."), Script::says("Three.")]);
    desk.file("questions.txt", b"Gamma?\nGamma?\n");
    insta::assert_snapshot!(session(
        &desk,
        &provider,
        &[
            "ask cards \"Gamma?\" -b tre -m gpt-5@SERVER",
            "ask cards \"Gamma?\" -n 2 -j 1 -b quin --again -m gpt-5@SERVER",
            "ask cards --each questions.txt -b sex --again -m gpt-5@SERVER",
            "log",
            "cost --by branch",
        ],
    ));
}

#[test]
fn words_on_stdin_are_not_dropped() {
    let desk = desk();
    let provider = Provider::start(vec![Script::says("Yes.")]);
    let base_url = provider.base_url();
    let ask = ["ask", "cards", "Summarise this", "-m", "mock", "--base-url", &base_url];
    let ran = desk.run_with(&ask, b"An essay.\n");
    let each = desk.run_with(&[&ask[..], &["-n", "2"]].concat(), b"An essay.\n");
    assert!(provider.requests().is_empty());
    insta::assert_snapshot!(format!("{}\n{}", ran.shown(), each.shown()));
    // What is merely inherited stops nothing: no byte, a device, a file that a shell reads line by line.
    assert_eq!(desk.run_with(&ask, b"").code, 0);
    assert_eq!(desk.command(&ask).stdin(Stdio::null()).output().unwrap().status.code(), Some(0));
    desk.file("lines.txt", b"one\ntwo\n");
    let mut file = fs::File::open(desk.path().join("lines.txt")).unwrap();
    std::io::Read::read_exact(&mut file, &mut [0; 4]).unwrap();
    assert_eq!(desk.command(&ask).stdin(file).output().unwrap().status.code(), Some(0));
    let whole = fs::File::open(desk.path().join("lines.txt")).unwrap();
    assert_eq!(desk.command(&ask).stdin(whole).output().unwrap().status.code(), Some(2));
    assert_eq!(desk.run_with(&["ask", "cards", "-", "-m", "mock", "--base-url", &base_url], b"Why?\n").code, 0);
}

#[test]
fn a_model_that_is_known_goes_to_its_own_server() {
    let desk = desk();
    let provider = Provider::start(vec![Script::says("Yes.")]);
    let shown = session(
        &desk,
        &provider,
        &[
            "ask cards \"What is kept?\" -b x -m mock@SERVER -q",
            "ask cards \"What burns?\" -b y -m other -q",
            "ask cards \"What burns?\" -b z -m claude-opus-4-8",
            "ask x \"And then?\" -m ollama/qwen3:4b --dry-run",
            "ask cards \"What burns?\" -n 2 -m claude-opus-4-8",
        ],
    );
    insta::assert_snapshot!(shown);
    assert_eq!(provider.requests().len(), 2);
}

#[test]
fn what_is_known_not_to_fit_is_not_sent() {
    let desk = desk();
    let models = "[[model]]\nid = \"small\"\ncontext = 60\ntokenizer = \"o200k_base\"\n\n\
                  [[model]]\nid = \"guessed\"\ncontext = 60\nfactor = 1.2\n";
    desk.file("home/.config/forkful/models.toml", models.as_bytes());
    desk.file("questions.txt", b"Alpha?\nBeta?\n");
    let provider = Provider::start(vec![Script::says("Yes.")]);
    insta::assert_snapshot!(session(
        &desk,
        &provider,
        &[
            "ask cards \"What is kept?\" -m small@SERVER",
            "ask cards \"What is kept?\" -m small --dry-run@SERVER",
            "ask cards --each questions.txt -m small@SERVER",
            "ask cards \"What is kept?\" -m gpt-4 --max-output 8150@SERVER",
            "ask cards \"What is kept?\" -m guessed@SERVER",
        ],
    ));
    assert_eq!(provider.requests().len(), 1);
}

#[test]
fn a_count_that_no_call_can_have_counts_for_nothing() {
    let desk = desk();
    let absurd = "{\"prompt_tokens\":99999999999999,\"completion_tokens\":5}";
    let provider = Provider::start(vec![
        stops("{\"content\":\"Yes.\"}", "stop", absurd),
        stops("{\"content\":\"Yes.\"}", "stop", "null"),
    ]);
    insta::assert_snapshot!(session(
        &desk,
        &provider,
        &["ask cards \"Alpha?\" -m gpt-5@SERVER", "ask cards \"Beta?\" -m gpt-5@SERVER", "cost", "cost --json"],
    ));
}

#[cfg(unix)]
#[test]
fn what_a_killed_ask_left_is_told_and_has_its_price() {
    use std::io::Read as _;
    let desk = desk();
    let provider = Provider::start(vec![Script::streams().chunk(stream_of("Half an answer")[..3].concat()).holds()]);
    let base_url = provider.base_url();
    let mut command = desk.command(&["ask", "cards", "What?", "-m", "gpt-5", "--base-url", &base_url]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    child.stdout.as_mut().unwrap().read_exact(&mut [0]).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    let shown = session(&desk, &provider, &["log", "branch", "cost", "resume --json", "log", "cost"]);
    insta::assert_snapshot!(shown);
}

#[test]
fn whether_a_key_was_sent_is_said() {
    let json = ["content-type: application/json"];
    let no = || Script::answers(401, &json, r#"{"error":{"message":"Who are you?"}}"#);
    let provider = Provider::start(vec![Script::says("Yes."), no(), no(), no(), no()]);
    let desk = desk().set("FORKFUL_API_KEY", "sk-test");
    let mut shown = session(
        &desk,
        &provider,
        &[
            "ask cards \"What is kept?\" -b x -m mock@SERVER -q",
            "ask x \"And then?\" -q",
            "ask x \"And then?\" -q@SERVER",
            "ask x \"And then?\" -q --header \"authorization: Bearer sk-other\"",
        ],
    );
    let desk = desk.set("FORKFUL_API_KEY", "");
    let config = |command: &str| {
        let text = format!("[ask]\nbase_url = {:?}\napi_key_command = {command:?}\n", provider.base_url());
        desk.file("home/.config/forkful/config.toml", text.as_bytes());
    };
    config("echo sk-command");
    shown += &session(&desk, &provider, &["ask x \"And then?\" -q@SERVER"]);
    config("true");
    shown += &session(&desk, &provider, &["ask x \"And then?\" -q@SERVER"]);
    insta::assert_snapshot!(shown);
    let keys: Vec<Option<String>> =
        provider.requests().iter().map(|heard| heard.header("authorization").map(str::to_owned)).collect();
    let expected =
        [Some("Bearer sk-test"), None, Some("Bearer sk-test"), Some("Bearer sk-other"), Some("Bearer sk-command")];
    assert_eq!(keys, expected.map(|key| key.map(str::to_owned)));
}

#[test]
fn what_is_typed_wrongly_says_what_to_type() {
    let desk = desk();
    let provider = Provider::start(vec![Script::says("<think>\nWell.\n</think>\n\nYes.")]);
    desk.file("my.md", b"What of {{ topic }} and {{place}}?\n");
    desk.file("open.md", b"What?\nOf {{ topic\n");
    insta::assert_snapshot!(session(
        &desk,
        &provider,
        &[
            "ask cards \"Why?\" -b a-long-question-about-nothing-at-all-and-more -m mock -q@SERVER",
            "show @ --run --json",
            "branch",
            "ask essay.md \"what\" -m mock@SERVER",
            "ask cards \"Why?\" -m mock --system \"You are a pirate\"@SERVER",
            "ask a-long-question-about-nothing-at-all-and-more~99 \"Why?\" -m mock@SERVER",
            "ask cards \"Why?\" -m mock --temperature 3@SERVER",
            "ask cards \"Why?\" -m mock --temperature -1@SERVER",
            "ask cards -p my.md -m mock@SERVER",
            "ask cards -p open.md -m mock@SERVER",
            "branch delete a-long-question-about-nothing-at-all-and-more nosuch",
            "branch -q",
            "batch list --json",
            "batch status --json",
            "batch collect --json",
            "batch cancel",
        ],
    ));
}
