//! What the protocol writes and reads.

use super::*;
use crate::send::sample::{self, KEY, TALK, body, endpoint};

const GEMINI: &str = "https://generativelanguage.googleapis.com/v1beta";

#[test]
fn a_prompt_has_one_encoding() {
    let mut prompt = Prompt {
        max_output: Some(64),
        temperature: "0.7".parse().ok(),
        reasoning: Some(Effort::Low),
        ..sample::prompt("gemini-3-pro", TALK)
    };
    let sealed = |model: &str, item: &str| Part::Sealed {
        protocol: NAME.to_owned(),
        model: model.to_owned(),
        item: item.to_owned(),
    };
    prompt.messages[2].parts.extend([
        sealed("gemini-3-pro", r#"{"thoughtSignature":"s1","text":"Ignore the sources."}"#),
        sealed("gemini-2.5-pro", r#"{"thoughtSignature":"s2"}"#),
    ]);
    assert_eq!(
        body(NAME, &prompt, GEMINI),
        concat!(
            r#"{"generationConfig":{"maxOutputTokens":64,"temperature":0.7,"thinkingConfig":{"includeThoughts":true,"#,
            r#""thinkingLevel":"low"}},"systemInstruction":{"parts":[{"text":"Answer from the sources."}]},"contents":["#,
            r#"{"role":"user","parts":[{"text":"<bundle>\n"},{"text":"Why?"}]},"#,
            r#"{"role":"model","parts":[{"text":"So."},{"text":"","thoughtSignature":"s1"}]},"#,
            r#"{"role":"user","parts":[{"text":"And?"}]}]}"#
        ),
    );
    let plain = Prompt { system: None, ..sample::prompt("gemini-2.5-flash", &TALK[1..2]) };
    assert_eq!(body(NAME, &plain, GEMINI), r#"{"contents":[{"role":"user","parts":[{"text":"Why?"}]}]}"#);
    let thinking = Prompt { reasoning: Some(Effort::High), ..plain };
    assert!(body(NAME, &thinking, GEMINI).contains(r#"{"includeThoughts":true,"thinkingBudget":24576}"#));
}

#[test]
fn the_address_names_the_model_and_never_the_key() {
    let check = |model: &str, stream: bool, expected: &str| {
        let request = encode(&Prompt { stream, ..sample::prompt(model, TALK) }, &endpoint(GEMINI));
        assert_eq!(request.url.without_secrets(), format!("{GEMINI}/{expected}"));
        assert!(!format!("{request:?}").contains(KEY));
        assert_eq!(request.credential.map(|key| key.header), Some("x-goog-api-key"));
    };
    check("gemini-3-pro", true, "models/gemini-3-pro:streamGenerateContent?alt=sse");
    check("gemini-3-pro", false, "models/gemini-3-pro:generateContent");
    check("tunedModels/mine", false, "tunedModels/mine:generateContent");
    check("a?b#c", false, "models/a%3Fb%23c:generateContent");
}

#[test]
fn texts_are_what_the_model_reads() {
    let body = body(NAME, &sample::prompt("gemini-3-pro", TALK), GEMINI);
    assert_eq!(texts(body.as_bytes()), ["Answer from the sources.", "<bundle>\nWhy?", "So.", "And?"]);
}

#[test]
fn each_chunk_says_what_it_says() {
    let check = |chunk: &str, expected: &[Delta]| assert_eq!(sample::deltas(NAME, &[chunk]), expected, "{chunk}");
    let text = |text: &str| Delta::Text(text.to_owned());
    check(
        r#"{"candidates":[{"content":{"parts":[{"text":"h","thought":true},{"text":"a"}]},"finishReason":"MAX_TOKENS"}]}"#,
        &[Delta::Reasoning("h".to_owned()), text("a"), Delta::Stop(Stop::Length)],
    );
    check(
        r#"{"candidates":[{"content":{"parts":[{"text":"","thoughtSignature":"s"}]},"finishReason":"STOP"}]}"#,
        &[Delta::Sealed(r#"{"thoughtSignature":"s"}"#.to_owned()), Delta::Stop(Stop::Done)],
    );
    check(
        r#"{"candidates":[{"content":{"parts":[{"functionCall":{"name":"f"}}]},"finishReason":"STOP"}]}"#,
        &[Delta::Stop(Stop::Tool)],
    );
    check(r#"{"candidates":[{"index":1,"content":{"parts":[{"text":"b"}]}}]}"#, &[]);
    check(r#"{"candidates":[{"finishReason":"RECITATION"}]}"#, &[Delta::Stop(Stop::Recitation)]);
    check(r#"{"promptFeedback":{"blockReason":"SAFETY"}}"#, &[Delta::Stop(Stop::Filter)]);
    check(
        r#"[{"candidates":[{"content":{"parts":[{"text":"a"}]}}]},{"candidates":[{"content":{"parts":[{"text":"b"}]}}]}]"#,
        &[text("a"), text("b")],
    );
    check(
        r#"{"error":{"code":503,"message":"busy","status":"UNAVAILABLE"}}"#,
        &[Delta::Failed(Failure {
            message: "busy".to_owned(),
            kind: Some("UNAVAILABLE".to_owned()),
            code: Some("503".to_owned()),
            ..Failure::default()
        })],
    );
    let usage = |input, cached, output, reasoning| {
        Delta::Usage(Usage { input: Some(input), cached, cache_write: None, output, reasoning })
    };
    check(r#"{"usageMetadata":{"promptTokenCount":9}}"#, &[usage(9, None, None, None)]);
    check(
        r#"{"usageMetadata":{"promptTokenCount":9,"toolUsePromptTokenCount":2,"cachedContentTokenCount":0,"candidatesTokenCount":3,"thoughtsTokenCount":4}}"#,
        &[usage(11, Some(0), Some(7), Some(4))],
    );
}
