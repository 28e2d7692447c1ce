//! What the protocol writes and reads.

use super::*;
use crate::content::Part;
use crate::send::sample::{self, TALK, endpoint};

fn prompt(texts: &[(Role, &str)]) -> Prompt {
    Prompt { max_output: Some(64), temperature: "0.7".parse().ok(), ..sample::prompt("m-1", texts) }
}

fn body(prompt: &Prompt, base_url: &str) -> String {
    sample::body("openai-chat", prompt, base_url)
}

#[test]
fn a_prompt_has_one_encoding_a_host() {
    let check =
        |prompt: &Prompt, base_url: &str, expected: &str| assert_eq!(body(prompt, base_url), expected, "{base_url}");
    check(
        &prompt(TALK),
        "https://api.openai.com/v1",
        concat!(
            r#"{"model":"m-1","stream":true,"stream_options":{"include_usage":true},"max_completion_tokens":64,"#,
            r#""temperature":0.7,"prompt_cache_key":"forkful-1","#,
            r#""messages":[{"role":"system","content":"Answer from the sources."},"#,
            r#"{"role":"user","content":[{"type":"text","text":"<bundle>\n"},{"type":"text","text":"Why?"}]},"#,
            r#"{"role":"assistant","content":"So."},{"role":"user","content":[{"type":"text","text":"And?"}]}]}"#
        ),
    );
    let rest = concat!(
        r#""max_tokens":64,"temperature":0.7,"messages":[{"role":"system","content":"Answer from the sources."},"#,
        r#"{"role":"user","content":"<bundle>\n\n\nWhy?"},{"role":"assistant","content":"So."},"#,
        r#"{"role":"user","content":"And?"}]}"#
    );
    let asking = r#"{"model":"m-1","stream":true,"stream_options":{"include_usage":true},"#;
    check(&prompt(TALK), "http://localhost:8080/v1", &format!("{asking}{rest}"));
    check(&prompt(TALK), "https://api.mistral.ai/v1", &format!(r#"{{"model":"m-1","stream":true,{rest}"#));
    let plain = Prompt { system: None, max_output: None, temperature: None, stream: false, ..prompt(&TALK[..1]) };
    check(&plain, "http://h", r#"{"model":"m-1","stream":false,"messages":[{"role":"user","content":"<bundle>\n"}]}"#);
}

#[test]
fn a_request_goes_to_the_right_path_with_the_key_hidden() {
    let request = encode(&prompt(TALK), &endpoint("https://api.openai.com/v1/"));
    let shown = format!("{request:?}");
    assert_eq!(
        shown,
        format!(
            "Request {{ method: Post, url: Url(https://api.openai.com/v1/chat/completions), \
             headers: [(\"accept\", \"text/event-stream\"), (\"content-type\", \"application/json\")], \
             credential: Some(Credential {{ header: \"authorization\", prefix: \"Bearer \", secret: Secret(***) }}), \
             more: [], n_body_bytes: {} }}",
            request.body.len()
        )
    );
}

#[test]
fn reasoning_is_not_sent_back() {
    let mut talk = prompt(TALK);
    let sealed = Part::Sealed { protocol: "anthropic".to_owned(), model: "m-1".to_owned(), item: "{}".to_owned() };
    talk.messages[2].parts.splice(0..0, [Part::Reasoning { text: "Hm.".to_owned() }, sealed]);
    assert_eq!(body(&talk, "http://h"), body(&prompt(TALK), "http://h"));
}

#[test]
fn effort_and_caches_are_written_as_the_server_wants_them() {
    let check = |model: &str, base_url: &str, expected: &str| {
        let prompt = Prompt {
            reasoning: Some(crate::send::Effort::Low),
            system: None,
            stream: false,
            ..sample::prompt(model, &TALK[..2])
        };
        assert_eq!(body(&prompt, base_url), expected, "{model} {base_url}");
    };
    check(
        "m-1",
        "http://h",
        concat!(
            r#"{"model":"m-1","stream":false,"reasoning_effort":"low","#,
            r#""messages":[{"role":"user","content":"<bundle>\n\n\nWhy?"}]}"#
        ),
    );
    check(
        "gpt-5.6-sol",
        "https://api.openai.com/v1",
        concat!(
            r#"{"model":"gpt-5.6-sol","stream":false,"reasoning_effort":"low","prompt_cache_key":"forkful-1","#,
            r#""prompt_cache_options":{"mode":"explicit"},"messages":[{"role":"user","content":[{"type":"text","#,
            r#""text":"<bundle>\n","prompt_cache_breakpoint":{"mode":"explicit"}},{"type":"text","text":"Why?"}]}]}"#
        ),
    );
    check(
        "anthropic/claude-opus-4.8",
        "https://openrouter.ai/api/v1",
        concat!(
            r#"{"model":"anthropic/claude-opus-4.8","stream":false,"reasoning":{"effort":"low"},"messages":[{"#,
            r#""role":"user","content":[{"type":"text","text":"<bundle>\n","cache_control":{"type":"ephemeral"}},"#,
            r#"{"type":"text","text":"Why?"}]}]}"#
        ),
    );
}

#[test]
fn only_new_models_take_breakpoints() {
    let taking = ["gpt-5.6", "gpt-5.6-sol", "gpt-5.10", "gpt-6", "gpt-6-mini"];
    let refusing = ["gpt-5", "gpt-5.5", "gpt-5-2026-01-01", "gpt-4.1", "gpt-4o", "o4-mini", "m-1", "gpt-", "gpt-x"];
    assert!(taking.iter().all(|model| takes_breakpoints(model)));
    assert_eq!(refusing.iter().find(|model| takes_breakpoints(model)), None);
}

fn deltas(events: &[&str]) -> Vec<Delta> {
    sample::deltas("openai-chat", events)
}

#[test]
fn each_chunk_says_what_it_says() {
    let check = |event: &str, expected: &[Delta]| assert_eq!(deltas(&[event]), expected, "{event}");
    let text = |text: &str| Delta::Text(text.to_owned());
    let thought = |text: &str| Delta::Reasoning(text.to_owned());
    check("[DONE]", &[Delta::End]);
    check(r#"{"choices":[],"usage":null}"#, &[]);
    check(
        r#"{"id":"c-1","model":"m-1\u001b[0m","choices":[{"index":0,"delta":{"role":"assistant","content":""}}]}"#,
        &[Delta::Model("m-1[0m".to_owned()), Delta::Id("c-1".to_owned())],
    );
    check(r#"{"choices":[{"delta":{"content":"a","tool_calls":null}}]}"#, &[text("a")]);
    check(r#"{"choices":[{"delta":{"content":null},"finish_reason":"stop"}]}"#, &[Delta::Stop(Stop::Done)]);
    check(r#"{"choices":[{"index":1,"delta":{"content":"b"}},{"index":0,"delta":{"content":"a"}}]}"#, &[text("a")]);
    check(r#"{"choices":[{"delta":{"reasoning_content":"h","content":"a"}}]}"#, &[thought("h"), text("a")]);
    check(r#"{"choices":[{"delta":{"reasoning":"h","reasoning_content":"h"}}]}"#, &[thought("h")]);
    check(
        r#"{"choices":[{"delta":{"content":[{"type":"thinking","thinking":[{"text":"h"}]},{"type":"text","text":"a"}]}}]}"#,
        &[thought("h"), text("a")],
    );
    check(r#"{"choices":[{"delta":{"refusal":"No."}}]}"#, &[Delta::Refusal("No.".to_owned())]);
    check(
        r#"{"choices":[{"message":{"content":"a"},"finish_reason":"length"}]}"#,
        &[text("a"), Delta::Stop(Stop::Length)],
    );
    let failure = |message: &str| Delta::Failed(Failure { message: message.to_owned(), ..Failure::default() });
    check(r#"{"error":"overloaded"}"#, &[failure("overloaded")]);
    check(r#"{"choices":[{"delta":{"content":"a"}}],"error":{"message":"lost"}}"#, &[text("a"), failure("lost")]);
    check(r#"{"error":null,"choices":[{"delta":{"content":"a"}}]}"#, &[text("a")]);
}

#[test]
fn unknown_counts_differ_from_zero() {
    let check = |usage: &str, expected: [Option<u64>; 5]| {
        let [input, cached, cache_write, output, reasoning] = expected;
        let expected = Usage { input, cached, cache_write, output, reasoning };
        assert_eq!(deltas(&[&format!(r#"{{"choices":[],{usage}}}"#)]), [Delta::Usage(expected)], "{usage}");
    };
    check(r#""usage":{"prompt_tokens":9,"completion_tokens":2}"#, [Some(9), None, None, Some(2), None]);
    check(
        concat!(
            r#""usage":{"prompt_tokens":9,"completion_tokens":2,"#,
            r#""prompt_tokens_details":{"cached_tokens":0,"cache_write_tokens":4},"#,
            r#""completion_tokens_details":{"reasoning_tokens":1}}"#
        ),
        [Some(9), Some(0), Some(4), Some(2), Some(1)],
    );
    check(r#""usage":{"prompt_tokens":9,"prompt_cache_hit_tokens":8}"#, [Some(9), Some(8), None, None, None]);
    check(r#""x_groq":{"usage":{"prompt_tokens":9}}"#, [Some(9), None, None, None, None]);
}

#[test]
fn what_is_no_json_is_garbled() {
    let event = Event { name: String::new(), data: "{\"choices\":[".to_owned() };
    assert_eq!(Answer::default().decode(&event, &mut Vec::new()), Err(Garbled));
}
