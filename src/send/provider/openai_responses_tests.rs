//! What the protocol writes and reads.

use super::*;
use crate::send::sample::{self, TALK, body};

const OPENAI: &str = "https://api.openai.com/v1";

/// The talk with what came sealed before its answer.
fn sealed_talk(model: &str) -> Prompt {
    let item = r#"{"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"Hm."}],"encrypted_content":"e1","role":"system"}"#;
    let mut prompt = sample::prompt(model, TALK);
    let sealed =
        |model: &str| Part::Sealed { protocol: NAME.to_owned(), model: model.to_owned(), item: item.to_owned() };
    let parts = [Part::Reasoning { text: "Hm.".to_owned() }, sealed(model), sealed("another")];
    prompt.messages[2].parts.splice(0..0, parts);
    prompt
}

#[test]
fn a_prompt_has_one_encoding_a_host() {
    let check = |prompt: &Prompt, base_url: &str, expected: &str| assert_eq!(body(NAME, prompt, base_url), expected);
    check(
        &Prompt { max_output: Some(5), reasoning: Some(crate::send::Effort::High), ..sealed_talk("gpt-5.6") },
        OPENAI,
        concat!(
            r#"{"model":"gpt-5.6","stream":true,"store":false,"include":["reasoning.encrypted_content"],"#,
            r#""max_output_tokens":16,"reasoning":{"effort":"high"},"prompt_cache_key":"forkful-1","#,
            r#""prompt_cache_options":{"mode":"explicit"},"instructions":"Answer from the sources.","input":["#,
            r#"{"role":"user","content":[{"type":"input_text","text":"<bundle>\n","prompt_cache_breakpoint":{"mode":"explicit"}},"#,
            r#"{"type":"input_text","text":"Why?"}]},"#,
            r#"{"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"Hm."}],"encrypted_content":"e1"},"#,
            r#"{"role":"assistant","content":"So."},{"role":"user","content":[{"type":"input_text","text":"And?"}]}]}"#
        ),
    );
    let plain = Prompt { system: None, stream: false, ..sample::prompt("m-1", &TALK[..2]) };
    check(
        &plain,
        "http://h",
        concat!(
            r#"{"model":"m-1","stream":false,"store":false,"input":[{"role":"user","content":["#,
            r#"{"type":"input_text","text":"<bundle>\n"},{"type":"input_text","text":"Why?"}]}]}"#
        ),
    );
}

#[test]
fn reasoning_goes_back_only_before_the_words_that_followed_it() {
    let mut prompt = sealed_talk("gpt-5");
    prompt.messages[2].parts.retain(|part| !matches!(part, Part::Text { .. }));
    assert!(!body(NAME, &prompt, OPENAI).contains("encrypted_content\":\"e1"));
    prompt.messages[2].parts.insert(0, Part::Text { text: "First.".to_owned() });
    assert!(!body(NAME, &prompt, OPENAI).contains("encrypted_content\":\"e1"));
}

#[test]
fn only_models_that_reason_are_asked_for_it() {
    for model in ["gpt-5", "gpt-5.6-sol", "gpt-6", "o1", "o4-mini", "codex-mini"] {
        assert!(thinks(model), "{model}");
    }
    for model in ["gpt-4o", "gpt-4.1", "gpt-5-chat-latest", "chatgpt-4o-latest", "omni", "m-1"] {
        assert!(!thinks(model), "{model}");
    }
}

#[test]
fn texts_are_what_the_model_reads() {
    let body = body(NAME, &sealed_talk("gpt-5"), OPENAI);
    assert_eq!(texts(body.as_bytes()), ["Answer from the sources.", "<bundle>\nWhy?", "So.", "And?"]);
}

fn deltas(events: &[&str]) -> Vec<Delta> {
    sample::deltas(NAME, events)
}

#[test]
fn each_event_says_what_it_says() {
    let check = |event: &str, expected: &[Delta]| assert_eq!(deltas(&[event]), expected, "{event}");
    let failed = |message: &str, code: Option<&str>| {
        Delta::Failed(Failure { message: message.to_owned(), code: code.map(str::to_owned), ..Failure::default() })
    };
    check(r#"{"type":"response.output_text.delta","delta":"a"}"#, &[Delta::Text("a".to_owned())]);
    check(r#"{"type":"response.refusal.delta","delta":"No."}"#, &[Delta::Refusal("No.".to_owned())]);
    check(r#"{"type":"response.reasoning_text.delta","delta":"h"}"#, &[Delta::Reasoning("h".to_owned())]);
    check(r#"{"type":"response.reasoning_summary_part.added","summary_index":0}"#, &[]);
    check(r#"{"type":"response.shiny_new_thing","delta":"x"}"#, &[]);
    check("[DONE]", &[]);
    check(
        r#"{"type":"response.output_item.done","item":{"type":"reasoning","id":"r","summary":[],"encrypted_content":"e","status":"completed"}}"#,
        &[Delta::Sealed(r#"{"type":"reasoning","id":"r","summary":[],"encrypted_content":"e"}"#.to_owned())],
    );
    check(r#"{"type":"response.output_item.done","item":{"type":"reasoning","id":"r","summary":[]}}"#, &[]);
    check(
        r#"{"type":"error","code":"server_error","message":"lost","sequence_number":3}"#,
        &[Delta::Failed(Failure {
            message: "lost".to_owned(),
            kind: Some("error".to_owned()),
            code: Some("server_error".to_owned()),
            ..Failure::default()
        })],
    );
    check(
        r#"{"type":"response.failed","response":{"status":"failed","error":{"code":"rate_limit_exceeded","message":"slow"}}}"#,
        &[failed("slow", Some("rate_limit_exceeded")), Delta::End],
    );
    check(
        r#"{"type":"response.incomplete","response":{"status":"incomplete","incomplete_details":{"reason":"content_filter"}}}"#,
        &[Delta::Stop(Stop::Filter), Delta::End],
    );
    check(
        r#"{"type":"response.completed","response":{"status":"completed","usage":{"input_tokens":9,"output_tokens":2}}}"#,
        &[
            Delta::Usage(Usage { input: Some(9), output: Some(2), ..Usage::default() }),
            Delta::Stop(Stop::Done),
            Delta::End,
        ],
    );
}

#[test]
fn what_is_no_json_is_garbled() {
    let event = Event { name: String::new(), data: "{\"type\":".to_owned() };
    assert_eq!(Answer::default().decode(&event, &mut Vec::new()), Err(Garbled));
    assert_eq!(texts(b"{"), [""; 0]);
}
