//! What the protocol writes and reads.

use super::*;
use crate::content::Message;
use crate::net::{Secret, Url};

fn endpoint(base_url: &str) -> Endpoint {
    let base_url = Url::parse(base_url).expect("an address");
    Endpoint { base_url, key: Some(Secret::new("sk-harbour-4711")) }
}

fn prompt(texts: &[(Role, &str)]) -> Prompt {
    Prompt {
        model: "m-1".to_owned(),
        system: Some("Answer from the sources.".to_owned()),
        messages: texts.iter().map(|(role, text)| Message::text(*role, *text)).collect(),
        max_output: Some(64),
        temperature: "0.7".parse().ok(),
        stream: true,
    }
}

fn body(prompt: &Prompt, base_url: &str) -> String {
    String::from_utf8(encode(prompt, &endpoint(base_url)).body).expect("JSON is UTF-8")
}

const TALK: &[(Role, &str)] =
    &[(Role::User, "<bundle>\n"), (Role::User, "Why?"), (Role::Assistant, "So."), (Role::User, "And?")];

#[test]
fn a_prompt_has_one_encoding_a_host() {
    let check =
        |prompt: &Prompt, base_url: &str, expected: &str| assert_eq!(body(prompt, base_url), expected, "{base_url}");
    check(
        &prompt(TALK),
        "https://api.openai.com/v1",
        concat!(
            r#"{"model":"m-1","stream":true,"stream_options":{"include_usage":true},"max_completion_tokens":64,"#,
            r#""temperature":0.7,"messages":[{"role":"system","content":"Answer from the sources."},"#,
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
             n_body_bytes: {} }}",
            request.body.len()
        )
    );
}

#[test]
fn reasoning_is_not_sent_back() {
    let mut talk = prompt(TALK);
    talk.messages[2].parts.insert(0, crate::content::Part::Reasoning { text: "Hm.".to_owned() });
    assert_eq!(body(&talk, "http://h"), body(&prompt(TALK), "http://h"));
}

#[test]
fn forks_share_their_bytes_up_to_the_end_of_the_bundle() {
    let bundle = "<source>\n\"quoted\" \u{1F30D} \\ </source>\n";
    let talks: [&[(Role, &str)]; 4] = [
        &[(Role::User, bundle)],
        &[(Role::User, bundle), (Role::User, "Why?")],
        &[(Role::User, bundle), (Role::User, "How?"), (Role::Assistant, "So."), (Role::User, "And?")],
        &[(Role::User, bundle), (Role::Assistant, "So."), (Role::User, "And?")],
    ];
    for host in ["https://api.openai.com/v1", "https://api.mistral.ai/v1", "http://127.0.0.1:1/v1"] {
        let bodies: Vec<String> = talks.iter().map(|talk| body(&prompt(talk), host)).collect();
        let written = serde_json::to_string(bundle).expect("a string is JSON");
        let written = written.trim_end_matches('"');
        let end = bodies[0].find(written).expect("the bundle is in the body") + written.len();
        for other in &bodies {
            assert_eq!(&other[..end], &bodies[0][..end], "{host}");
        }
    }
}

fn deltas(events: &[&str]) -> Vec<Delta> {
    let mut decoder = Answer::default();
    let mut deltas = Vec::new();
    for data in events {
        let event = Event { name: String::new(), data: (*data).to_owned() };
        decoder.decode(&event, &mut deltas).expect("events of the protocol");
    }
    deltas
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
