//! What the provider says and charges.

use super::*;

const BUNDLE: &str = "The bench keeps one card a job and burns the rest of them every spring. ";

fn mock(habits: Habits) -> Mock {
    Mock::new(Catalog::built_in(), habits)
}

fn post(mock: &mut Mock, path: &str, body: &Value, second: i64) -> Reply {
    let body = body.to_string();
    let asked = Asked { method: "POST", path, has_key: false, body: body.as_bytes() };
    mock.answer(&asked, Timestamp(second * 1000))
}

fn body_of(reply: &Reply) -> String {
    let sent = reply.acts.iter().filter_map(|act| match act {
        Act::Send(bytes) => Some(bytes.as_slice()),
        _ => None,
    });
    String::from_utf8(sent.collect::<Vec<_>>().concat()).unwrap()
}

fn claude(question: &str, n_marks: usize, max_tokens: u64, more: &[(&str, Value)]) -> Value {
    let mut parts = vec![json!({ "type": "text", "text": BUNDLE.repeat(200) })];
    parts.extend((1..n_marks).map(|n| json!({ "type": "text", "text": format!("{n}") })));
    for part in &mut parts {
        part["cache_control"] = json!({ "type": "ephemeral" });
    }
    parts.push(json!({ "type": "text", "text": question }));
    let messages = json!([{ "role": "user", "content": parts }]);
    let mut body = json!({ "model": "claude-opus-4-8", "max_tokens": max_tokens, "messages": messages });
    for (name, value) in more {
        body[*name] = value.clone();
    }
    body
}

#[test]
fn every_protocol_answers_in_its_own_words() {
    let habits = Habits { answers: [("Why?".to_owned(), "It says so.".to_owned())].into(), ..Habits::plain() };
    let talk = json!([{ "role": "user", "content": "Why?" }]);
    let asked = [
        (
            "/v1/chat/completions",
            json!({ "model": "gpt-5", "messages": talk, "stream_options": { "include_usage": true } }),
        ),
        ("/v1/responses", json!({ "model": "gpt-5.6-sol", "input": talk })),
        ("/v1/messages", json!({ "model": "claude-opus-4-8", "max_tokens": 99, "messages": talk })),
        ("/api/chat", json!({ "model": "qwen3:4b", "messages": talk })),
        (
            "/v1beta/models/gemini-3-pro-preview:",
            json!({ "contents": [{ "role": "user", "parts": [{ "text": "Why?" }] }] }),
        ),
    ];
    let mut all = String::new();
    for (path, mut body) in asked {
        for stream in [false, true] {
            let path = match (path.strip_suffix(':'), stream) {
                (Some(model), true) => format!("{model}:streamGenerateContent?alt=sse"),
                (Some(model), false) => format!("{model}:generateContent"),
                _ => path.to_owned(),
            };
            body["stream"] = json!(stream);
            let reply = post(&mut mock(habits.clone()), &path, &body, 0);
            let heads: Vec<_> = reply.headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
            all += &format!("# {path}\n{} {}\n{}\n", reply.status, heads.join(", "), body_of(&reply).replace('\r', ""));
        }
    }
    insta::assert_snapshot!(all);
}

#[test]
fn a_fork_pays_a_tenth_for_what_is_cached() {
    let mut mock = mock(Habits::plain());
    let mut ask = |question: &str, second: i64| {
        let entry = post(&mut mock, "/v1/messages", &claude(question, 1, 10, &[]), second).entry.unwrap();
        let usage = entry.usage;
        (usage.cached > Some(0), usage.cache_write > Some(0), entry.cost.unwrap(), entry.uncached.unwrap())
    };
    let (read, written, cost, uncached) = ask("Why?", 0);
    assert!(!read && written && cost > uncached);
    let (read, written, cost, uncached) = ask("How?", 1);
    assert!(read && !written && cost.0 < uncached.0 / 4);
    assert!(!ask("Then?", 600).0);
}

#[test]
fn what_a_provider_refuses_is_refused() {
    let check = |path: &str, body: &Value, expected: &str| {
        let reply = post(&mut mock(Habits::plain()), path, body, 0);
        let told = if reply.status == 200 { "fine" } else { reply.entry.as_ref().unwrap().remark.as_deref().unwrap() };
        assert_eq!(format!("{} {told}", reply.status), expected);
    };
    let path = "/v1/messages";
    check(path, &claude("Why?", 4, 9, &[]), "200 fine");
    check(path, &claude("Why?", 5, 9, &[]), "400 A maximum of 4 blocks with cache_control may be provided. Found 5.");
    check(path, &claude("Why?", 1, 0, &[]), "200 fine");
    let refused = "400 max_tokens: 0 cannot be combined with stream, thinking or a forced tool";
    check(path, &claude("Why?", 1, 0, &[("stream", json!(true))]), refused);
    check(path, &claude("Why?", 1, 0, &[("thinking", json!({ "type": "adaptive" }))]), refused);
    check(path, &json!({ "model": "claude-x" }), "400 there is no message");
    check(path, &json!([]), "400 the body is no JSON object");
    let explicit =
        |model: &str| json!({ "model": model, "input": "Why?", "prompt_cache_options": { "mode": "explicit" } });
    check("/v1/responses", &explicit("gpt-5.6-sol"), "200 fine");
    check("/v1/responses", &explicit("gpt-5"), "400 Unknown parameter: 'prompt_cache_options'.");
    let long = json!({ "model": "gpt-4", "messages": [{ "role": "user", "content": "word ".repeat(9000) }] });
    check("/v1/chat/completions", &long, "400 prompt is too long: 9002 tokens > 8192 maximum");
    let reply = mock(Habits { wants_key: true, ..Habits::plain() });
    let reply = post(&mut { reply }, path, &claude("Why?", 1, 9, &[]), 0);
    assert_eq!(reply.status, 401);
    assert_eq!(post(&mut mock(Habits::plain()), "/v1/elsewhere", &json!({}), 0).status, 404);
}

#[test]
fn faults_come_as_they_were_asked_for() {
    let faults = [
        "429=2s",
        "529=1500ms",
        "503=date",
        "html",
        "cut=40",
        "drop=20",
        "hang=0",
        "type=text/plain",
        "error=1",
        "no-usage",
        "no-end",
        "2:429",
    ];
    let mut all = String::new();
    for fault in faults {
        let habits = Habits { faults: vec![fault.parse().unwrap()], n_words: 0, ..Habits::plain() };
        let talk = json!([{ "role": "user", "content": "Why?" }]);
        let body = json!({ "model": "claude-opus-4-8", "max_tokens": 2, "stream": true, "messages": talk });
        let reply = post(&mut mock(habits), "/v1/messages", &body, 0);
        let heads: Vec<_> = reply.headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
        let last = reply.acts.last().filter(|act| !matches!(act, Act::Send(_)));
        let last = last.map_or(String::new(), |act| format!("\n({act:?})"));
        all += &format!("# {fault}\n{} {}\n{}{last}\n", reply.status, heads.join(", "), body_of(&reply).trim_end());
    }
    insta::assert_snapshot!(all);
}

#[test]
fn a_minute_that_is_full_says_when_the_next_begins() {
    let mut mock = mock(Habits { requests_a_minute: Some(1), ..Habits::plain() });
    let mut ask = |second| {
        let reply = post(&mut mock, "/v1/messages", &claude("Why?", 1, 9, &[]), second);
        let told = ["retry-after", "anthropic-ratelimit-requests-remaining"];
        let told = told.map(|name| reply.headers.iter().find(|(own, _)| *own == name).map(|(_, value)| value.clone()));
        (reply.status, told)
    };
    assert_eq!(ask(0), (200, [None, Some("0".to_owned())]));
    assert_eq!(ask(10), (429, [Some("50".to_owned()), Some("0".to_owned())]));
    assert_eq!(ask(61), (200, [None, Some("0".to_owned())]));
}

#[test]
fn counts_and_lists_are_there_for_those_who_ask() {
    let mut mock = mock(Habits::plain());
    let talk = json!([{ "role": "user", "content": "Why?" }]);
    let count = |mock: &mut Mock, path: &str, body: &Value| body_of(&post(mock, path, body, 0));
    let body = json!({ "model": "gpt-5", "input": talk });
    assert_eq!(count(&mut mock, "/v1/responses/input_tokens", &body), r#"{"input_tokens":3}"#);
    let body = json!({ "contents": [{ "role": "user", "parts": [{ "text": "Why?" }] }] });
    assert!(count(&mut mock, "/v1beta/models/gemini-3-pro:countTokens", &body).starts_with(r#"{"totalTokens":"#));
    for path in ["/v1/models", "/v1beta/models", "/api/tags", "/health"] {
        let reply = mock.answer(&Asked { method: "GET", path, has_key: false, body: b"" }, Timestamp(0));
        assert_eq!((reply.status, reply.entry), (200, None), "{path}");
    }
}
