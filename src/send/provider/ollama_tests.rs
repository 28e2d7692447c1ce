//! What the protocol writes and reads.

use super::*;
use crate::send::sample::{self, TALK, body};

#[test]
fn the_window_holds_the_whole_prompt() {
    let prompt = Prompt {
        max_output: Some(64),
        temperature: "0.7".parse().ok(),
        reasoning: Some(crate::send::Effort::High),
        ..sample::prompt("qwen3:4b", TALK)
    };
    assert_eq!(
        body("ollama", &prompt, "http://127.0.0.1:11434/api"),
        concat!(
            r#"{"model":"qwen3:4b","stream":true,"truncate":false,"shift":false,"think":"high","#,
            r#""options":{"num_ctx":8192,"num_predict":64,"temperature":0.7},"#,
            r#""messages":[{"role":"system","content":"Answer from the sources."},"#,
            r#"{"role":"user","content":"<bundle>\n\n\nWhy?"},{"role":"assistant","content":"So."},"#,
            r#"{"role":"user","content":"And?"}]}"#
        ),
    );
    for (n_tokens, window) in [(0, 8192), (3276, 8192), (3277, 8192), (3278, 16_384), (100_000, 131_072)] {
        let prompt = Prompt { n_tokens: Some(n_tokens), ..sample::prompt("m", TALK) };
        let body = body("ollama", &prompt, "http://h/api");
        assert!(body.contains(&format!(r#""options":{{"num_ctx":{window}}}"#)), "{n_tokens}: {body}");
    }
}

#[test]
fn each_line_says_what_it_says() {
    let check = |line: &str, expected: &[Delta]| assert_eq!(sample::deltas("ollama", &[line]), expected, "{line}");
    check(
        r#"{"model":"m","message":{"role":"assistant","thinking":"h","content":"a"},"done":false}"#,
        &[Delta::Model("m".to_owned()), Delta::Reasoning("h".to_owned()), Delta::Text("a".to_owned())],
    );
    check(
        r#"{"message":{"content":""},"done":true,"done_reason":"length","prompt_eval_count":9,"eval_count":2}"#,
        &[
            Delta::Stop(Stop::Length),
            Delta::Usage(Usage { input: Some(9), output: Some(2), ..Usage::default() }),
            Delta::End,
        ],
    );
    check(
        r#"{"error":"model not found"}"#,
        &[Delta::Failed(Failure { message: "model not found".to_owned(), ..Failure::default() })],
    );
    let event = |data: &str| Event { name: String::new(), data: data.to_owned() };
    for garbled in ["{\"message\":", "{\"hello\":1}", "7"] {
        assert_eq!(Answer::default().decode(&event(garbled), &mut Vec::new()), Err(Garbled), "{garbled}");
    }
}
