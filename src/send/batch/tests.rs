//! What goes to servers that take batches, and how their words are read.

use std::time::Duration;

use serde_json::{Value, json};

use super::*;
use crate::net::{Method, Recorded, Replay, Secret, Step};
use crate::send::provider::protocol;
use crate::send::sample::{KEY, endpoint};
use crate::send::{Ending, Endpoint};

const OPENAI: &str = "https://api.openai.com/v1";
const ANTHROPIC: &str = "https://api.anthropic.com/v1";

fn entries() -> Vec<Entry> {
    ["a1", "a2"]
        .map(|name| Entry { name: name.to_owned(), body: format!("{{\"q\":\"{name}\"}}").into_bytes() })
        .to_vec()
}

/// What a server does that gives these answers, and what it was asked.
fn played<R>(
    name: &str,
    base_url: &str,
    answers: Vec<Recorded>,
    work: impl AsyncFnOnce(&Server<'_, Replay, fn(Duration) -> std::future::Pending<()>>) -> R,
) -> (R, Vec<String>) {
    let transport = Replay::new(answers);
    let endpoint: Endpoint = endpoint(base_url);
    let sleep: fn(Duration) -> std::future::Pending<()> = |_| std::future::pending();
    let protocol = protocol(name).expect("a protocol");
    let server = Server { transport: &transport, endpoint: &endpoint, protocol, headers: &[], sleep };
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let done = runtime.block_on(work(&server));
    let asked = transport.requests();
    let told = asked.iter().map(|request| {
        let verb = if request.method == Method::Get { "GET" } else { "POST" };
        let key = request.credential.as_ref().expect("a key");
        assert_eq!(key.secret, Secret::new(KEY));
        let body = String::from_utf8_lossy(&request.body).replace('\r', "");
        format!("{verb} {} ({}: {})\n{body}\n", request.url.address(), key.header, key.prefix)
    });
    (done, told.collect())
}

fn said(value: &Value) -> Recorded {
    Recorded::new(200, "application/json", [value.to_string()])
}

#[test]
fn a_batch_is_sent_as_its_provider_wants_it() {
    let made = json!({ "id": "batch_7", "status": "validating", "request_counts": {} });
    let answers = vec![said(&json!({ "id": "file-3" })), said(&made)];
    let (sent, asked) =
        played("openai-responses", OPENAI, answers, async |server| server.submit("ab12", &entries()).await);
    assert_eq!(sent.expect("a batch").remote, "batch_7");
    let made = json!({ "id": "msgbatch_7", "processing_status": "in_progress", "request_counts": { "processing": 2 } });
    let (sent, more) =
        played("anthropic", ANTHROPIC, vec![said(&made)], async |server| server.submit("ab12", &entries()).await);
    assert_eq!(sent.expect("a batch").n_all, 2);
    insta::assert_snapshot!(asked.concat() + &more.concat());
}

#[test]
fn what_a_server_says_of_a_batch_is_read() {
    let check = |name: &str, value: Value, expected: (State, u64, u64, u64)| {
        let api = Api::of(protocol(name).expect("a protocol")).expect("batches");
        let read = api.progress(&value).expect("a batch");
        assert_eq!((read.state, read.n_done, read.n_failed, read.n_all), expected, "{value}");
    };
    let counts = json!({ "total": 9, "completed": 5, "failed": 1 });
    let openai = |status: &str, expected| {
        check(
            "openai-chat",
            json!({ "id": "batch_1", "status": status, "request_counts": counts }),
            (expected, 5, 1, 9),
        );
    };
    for status in ["validating", "in_progress", "finalizing"] {
        openai(status, State::Running);
    }
    openai("cancelling", State::Stopping);
    openai("failed", State::Refused);
    for status in ["completed", "expired", "cancelled"] {
        openai(status, State::Ended);
    }
    let counts = json!({ "processing": 2, "succeeded": 3, "errored": 1, "canceled": 1, "expired": 1 });
    for (status, state) in [("in_progress", State::Running), ("canceling", State::Stopping), ("ended", State::Ended)] {
        let value = json!({ "id": "msgbatch_1", "processing_status": status, "request_counts": counts });
        check("anthropic", value, (state, 3, 3, 8));
    }
    let api = Api::Messages;
    // A name that would lead elsewhere is none.
    for id in ["../files", "a/b", "", "a?b"] {
        assert_eq!(api.progress(&json!({ "id": id, "processing_status": "ended" })), None, "{id}");
    }
}

#[test]
fn every_line_is_an_answer_or_says_why_there_is_none() {
    let mut shown = String::new();
    let mut check = |name: &str, base_url: &str, files: &[&str]| {
        let progress = Progress {
            remote: "b".to_owned(),
            state: State::Ended,
            n_done: 0,
            n_failed: 0,
            n_all: 0,
            mark: None,
            files: (0..files.len()).map(|number| format!("files/{number}/content")).collect(),
            refusal: None,
        };
        let answers = files.iter().map(|file| Recorded::new(200, "application/x-jsonl", file.as_bytes().chunks(7)));
        let mut told = Vec::new();
        let (read, _) = played(name, base_url, answers.collect(), async |server| {
            server
                .lines(&progress, |line| {
                    told.push(line);
                    true
                })
                .await
        });
        for line in told {
            let said = match line.told {
                Ok(outcome) => {
                    let failed = match &outcome.ending {
                        Ending::Failed(error) => format!(" {error}"),
                        _ => String::new(),
                    };
                    format!("{} {:?} {:?}{failed}", outcome.status(), outcome.text, outcome.usage.output)
                }
                Err(error) => error.to_string(),
            };
            shown += &format!("{}: {said}\n", line.name);
        }
        shown += &format!("{:?}\n", read.map_err(|error| error.to_string()));
    };
    let chat = r#"{"custom_id":"a1","response":{"status_code":200,"body":{"choices":[{"message":{"content":"Nobody é."},"finish_reason":"stop"}],"usage":{"completion_tokens":3}}},"error":null}
{"custom_id":"a2","response":{"status_code":200,"body":{"choices":[{"message":{"content":"Nob"},"finish_reason":"length"}]}}}"#;
    let errors = r#"
{"custom_id":"a3","response":{"status_code":400,"body":{"error":{"message":"no such model for sk-harbour-4711","type":"invalid_request_error"}}},"error":null}
{"custom_id":"a4","response":null,"error":{"code":"batch_expired","message":"too late"}}
{"custom_id":"a5","response":null,"error":{"code":"batch_cancelled","message":"stopped"}}
{"custom_id":"a6","response":{"status_code":200,"body":{"nonsense":true}}}
"#;
    check("openai-chat", OPENAI, &[chat, errors]);
    let messages = r#"{"custom_id":"a1","result":{"type":"succeeded","message":{"type":"message","content":[{"type":"text","text":"Nobody."}],"stop_reason":"end_turn","usage":{"input_tokens":1,"output_tokens":2}}}}
{"custom_id":"a2","result":{"type":"errored","error":{"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 9 tokens > 8 maximum"}}}}
{"custom_id":"a3","result":{"type":"expired"}}
{"custom_id":"a4","result":{"type":"canceled"}}
"#;
    check("anthropic", ANTHROPIC, &[messages]);
    check("anthropic", ANTHROPIC, &["<html>\n"]);
    // What breaks off in a line is no line.
    check("anthropic", ANTHROPIC, &[&messages[..300]]);
    insta::assert_snapshot!(shown);
}

#[test]
fn a_batch_that_may_have_arrived_is_told_from_one_that_did_not() {
    let check = |answers: Vec<Recorded>, expected: bool| {
        let n_answers = answers.len();
        let (sent, asked) =
            played("anthropic", ANTHROPIC, answers, async |server| server.submit("m", &entries()).await);
        assert_eq!((sent.expect_err("a failure").is_open, asked.len()), (expected, n_answers));
    };
    let refused = r#"{"type":"error","error":{"type":"invalid_request_error","message":"no"}}"#;
    check(vec![Recorded::new(400, "application/json", [refused])], false);
    check(vec![Recorded::new(429, "application/json", [refused])], false);
    check(vec![Recorded::new(502, "text/html", ["<html>bad gateway</html>"])], true);
    check(vec![Recorded::new(200, "text/html", ["<html>hello</html>"])], true);
    let mut torn = Recorded::new(200, "application/json", ["{\"id\":"]);
    torn.steps.push(Step::Break);
    check(vec![torn], true);
}

#[test]
fn a_batch_whose_name_was_never_heard_is_found() {
    let check = |name: &str, base_url: &str, answers: Vec<Recorded>, expected: Option<&str>| {
        let (found, _) = played(name, base_url, answers, async |server| server.find("m", 2, |name| name == "a2").await);
        let found = match found.expect("an answer") {
            Found::There(progress) => Some(progress.remote),
            Found::Perhaps(progress) => Some(format!("perhaps {}", progress.remote)),
            Found::Nowhere => None,
        };
        assert_eq!(found.as_deref(), expected);
    };
    let batch = |id: &str, mark: &str| json!({ "id": id, "status": "completed", "metadata": { "forkful": mark } });
    let page = |batches: &[Value], more: bool| said(&json!({ "data": batches, "has_more": more }));
    let pages = vec![page(&[batch("batch_1", "x")], true), page(&[batch("batch_2", "m")], false)];
    check("openai-chat", OPENAI, pages, Some("batch_2"));
    check("openai-chat", OPENAI, vec![page(&[batch("batch_1", "x")], false)], None);
    let batch = |id: &str, status: &str, n: u64| json!({ "id": id, "processing_status": status, "request_counts": { "succeeded": n } });
    let line = |name: &str| {
        Recorded::new(200, "", [format!("{{\"custom_id\":\"{name}\",\"result\":{{\"type\":\"expired\"}}}}\n")])
    };
    let listed = page(
        &[batch("msgbatch_1", "ended", 3), batch("msgbatch_2", "ended", 2), batch("msgbatch_3", "ended", 2)],
        false,
    );
    check("anthropic", ANTHROPIC, vec![listed, line("b1"), line("a2")], Some("msgbatch_3"));
    let listed = page(&[batch("msgbatch_4", "in_progress", 2)], false);
    check("anthropic", ANTHROPIC, vec![listed], Some("perhaps msgbatch_4"));
}
