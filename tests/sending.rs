//! Asking a server: what is sent, what is kept, what is said when it goes wrong.

use std::io::Read;
use std::process::Stdio;

use crate::support::Desk;
use crate::support::provider::{Heard, Provider, Script, stream_of};

/// A desk with a bundle and nothing asked yet.
fn desk() -> Desk {
    let desk = Desk::new();
    desk.file("essay.md", b"# On cards\n\nKeep one card a job. Burn the rest.\n");
    desk.out(&["pack", "essay.md", "--name", "cards", "-q", "-o", "cards.md"]);
    desk
}

fn ask(desk: &Desk, provider: &Provider, more: &[&str]) -> String {
    let base_url = provider.base_url();
    let ran = desk.run(&[&["ask", "cards", "What is kept?", "-m", "mock", "--base-url", &base_url], more].concat());
    ran.shown().replace(&provider.origin(), "ORIGIN")
}

#[test]
fn a_question_an_answer_and_forks_of_them() {
    let desk = desk();
    let provider = Provider::start(vec![
        Script::says("One card a job [s1]."),
        Script::says("Keep everything."),
        Script::says("Then the card says why."),
    ]);
    let mut session = ask(&desk, &provider, &[]);
    // Model and server are remembered from the first question.
    session += &desk.session(&[
        "fork @~1 -b skeptic \"Argue the opposite\"",
        "ask main \"And then?\"",
        "ask main~1 \"Not a tip\"",
        "log",
        "show main",
    ]);
    insta::assert_snapshot!(session.replace(&provider.origin(), "ORIGIN"));

    // Both forks share their bytes up to the end of the bundle.
    let bodies: Vec<String> = provider.requests().iter().map(Heard::text).collect();
    let bundle = serde_json::to_string(desk.out(&["show", "cards"]).trim_end()).unwrap();
    let bundle = bundle.trim_matches('"');
    let end = bodies[0].find(bundle).unwrap() + bundle.len();
    assert!(bodies.iter().all(|body| body[..end] == bodies[0][..end]));
    insta::assert_snapshot!("request", bodies[2]);
}

#[test]
fn a_dry_run_prints_the_request_and_sends_nothing() {
    let desk = desk();
    let provider = Provider::start(vec![]);
    insta::assert_snapshot!(ask(&desk, &provider, &["--dry-run", "--max-output", "1k", "--temperature", "0.5"]));
    assert!(provider.requests().is_empty());
    assert_eq!(desk.json(&["log"])["messages"].as_array().unwrap().len(), 0);
}

#[test]
fn what_a_server_does_wrong_is_said_and_loses_nothing() {
    let json = ["content-type: application/json"];
    let scripts = [
        (
            "no such model",
            vec![Script::answers(
                404,
                &json,
                r#"{"error":{"message":"The model `mock` does not exist","code":"model_not_found"}}"#,
            )],
        ),
        (
            "no key",
            vec![Script::answers(401, &json, r#"{"error":{"message":"Incorrect API key provided: sk-test-123"}}"#)],
        ),
        (
            "too long",
            vec![Script::answers(
                400,
                &json,
                r#"{"error":{"code":400,"message":"too long","type":"exceed_context_size_error","n_prompt_tokens":9000,"n_ctx":8192}}"#,
            )],
        ),
        ("a login page", vec![Script::answers(200, &["content-type: text/html"], "<html><title>Sign in</title>")]),
        ("elsewhere", vec![Script::answers(302, &["location: http://127.0.0.1:1/"], "")]),
        ("cut off", vec![Script::streams().chunk(stream_of("Half an answer")[..2].concat())]),
        (
            "error in the stream",
            vec![
                Script::streams()
                    .chunk(stream_of("Well")[..2].concat())
                    .chunk("data: {\"error\":{\"message\":\"overloaded\"}}\n\n")
                    .ends(),
            ],
        ),
    ];
    let mut all = String::new();
    for (what, script) in scripts {
        let desk = desk().set("FORKFUL_API_KEY", "sk-test-123");
        let provider = Provider::start(script);
        all += &format!("# {what}\n{}{}\n", ask(&desk, &provider, &[]), desk.out(&["log"]));
        assert!(!all.contains("sk-test"), "{all}");
    }
    insta::assert_snapshot!(all);
}

#[test]
fn a_key_goes_to_its_own_server_only() {
    let key = |name: &str, value: &str| {
        let desk = desk().set(name, value);
        let provider = Provider::start(vec![Script::says("Yes.")]);
        ask(&desk, &provider, &[]);
        let heard = provider.requests();
        heard[0].header("authorization").map(str::to_owned)
    };
    assert_eq!(key("FORKFUL_API_KEY", "sk-mine"), Some("Bearer sk-mine".to_owned()));
    assert_eq!(key("OPENAI_API_KEY", "sk-openai"), None);
}

#[test]
fn a_machine_without_certificates_still_asks_its_own_server() {
    let desk = desk().set("SSL_CERT_FILE", "/dev/null").set("SSL_CERT_DIR", "/nonexistent");
    let provider = Provider::start(vec![Script::says("Yes.")]);
    let base_url = provider.base_url();
    assert_eq!(desk.out(&["ask", "cards", "Is it kept?", "-m", "mock", "--base-url", &base_url]), "Yes.\n");
}

#[cfg(unix)]
#[test]
fn control_c_keeps_what_came() {
    let desk = desk();
    let words = stream_of("It says");
    let provider = Provider::start(vec![Script::streams().chunk(words[..2].concat()).holds()]);
    let base_url = provider.base_url();
    let mut command = desk.command(&["ask", "cards", "What?", "-m", "mock", "--base-url", &base_url]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // The first byte of the answer says that it streams.
    let mut first = [0];
    child.stdout.as_mut().unwrap().read_exact(&mut first).unwrap();
    let killed = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(killed.success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{}", String::from_utf8_lossy(&output.stderr));
    insta::assert_snapshot!(desk.session(&["log", "show main"]));
}

#[test]
fn what_the_provider_cites_is_found_in_the_sources() {
    let desk = desk();
    let event = |value: serde_json::Value| format!("event: {}\ndata: {value}\n\n", value["type"].as_str().unwrap());
    let citation = serde_json::json!({
        "type": "char_location", "cited_text": "Keep one card a job.", "document_index": 0,
        "document_title": "s1 On cards", "start_char_index": 12, "end_char_index": 32,
    });
    let delta = |delta: serde_json::Value| {
        event(serde_json::json!({ "type": "content_block_delta", "index": 0, "delta": delta }))
    };
    let stream: String = [
        event(serde_json::json!({ "type": "message_start", "message": { "model": "claude-x", "usage": { "input_tokens": 9, "output_tokens": 1 } } })),
        event(serde_json::json!({ "type": "content_block_start", "index": 0, "content_block": { "type": "text", "text": "" } })),
        delta(serde_json::json!({ "type": "text_delta", "text": "One card." })),
        delta(serde_json::json!({ "type": "citations_delta", "citation": citation })),
        event(serde_json::json!({ "type": "content_block_stop", "index": 0 })),
        event(serde_json::json!({ "type": "message_delta", "delta": { "stop_reason": "end_turn" }, "usage": { "output_tokens": 3 } })),
        event(serde_json::json!({ "type": "message_stop" })),
    ]
    .concat();
    let answer = Script::answers(200, &["content-type: text/event-stream"], stream);
    let provider = Provider::start(vec![answer]);
    let to = format!("-m claude-x --protocol anthropic --base-url {}", provider.base_url());
    let session = desk.session(&[
        &format!("ask cards \"What is kept?\" --citations {to}"),
        // What began so goes on so.
        "ask \"And then?\"",
        &format!(
            "ask cards \"What is kept?\" --citations -m m --protocol openai-chat --base-url {}",
            provider.base_url()
        ),
    ]);
    insta::assert_snapshot!(session.replace(&provider.origin(), "ORIGIN"));
    let bodies: Vec<String> = provider.requests().iter().map(Heard::text).collect();
    let end = bodies[0].find("{\"type\":\"text\",\"text\":\"What is kept?").unwrap();
    assert!(bodies[1][..end] == bodies[0][..end] && bodies.len() == 2);
    assert!(bodies[0][..end].contains("\"citations\":{\"enabled\":true},\"cache_control\""), "{}", bodies[0]);
}
