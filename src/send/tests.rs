//! Calls from request to outcome: over replays for what the room decides, over loopback for what bytes do.

use std::cell::{Cell, RefCell};
use std::future::{pending, poll_fn, ready};
use std::task::Poll;

use super::sample::KEY;
use super::*;
use crate::content::{Role, Usage};
use crate::net;
use crate::net::scripted::{Provider, Script, stream_of};
use crate::net::{Live, Recorded, Replay, Route, Step};

fn request(base_url: &str) -> Request {
    let prompt = sample::prompt("m-1", &[(Role::User, "Why?")]);
    (PROTOCOLS[0].encode)(&prompt, &sample::endpoint(base_url))
}

fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(work)
}

/// A call whose waits pass at once, with its deltas.
fn call(transport: &impl Transport, base_url: &str, cancel: impl Future<Output = ()>) -> (Outcome, Vec<Delta>) {
    let deltas = RefCell::new(Vec::new());
    let outcome = run(answer(
        transport,
        &request(base_url),
        &PROTOCOLS[0],
        &Patience::STANDARD,
        |_| ready(()),
        |delta| deltas.borrow_mut().push(delta.clone()),
        cancel,
    ));
    (outcome, deltas.into_inner())
}

fn replay(recordings: Vec<Recorded>) -> Outcome {
    call(&Replay::new(recordings), "https://h/v1", pending()).0
}

fn events(chunks: &[&str]) -> Recorded {
    Recorded::new(200, "text/event-stream", chunks.iter().map(|chunk| format!("data: {chunk}\n\n")))
}

/// The same with all bytes that come before anything else as one chunk.
fn in_one_chunk(recorded: &Recorded) -> Recorded {
    let is_bytes = |step: &&Step| matches!(step, Step::Bytes(_));
    let bytes = recorded.steps.iter().filter_map(|step| match step {
        Step::Bytes(bytes) => Some(bytes.as_slice()),
        Step::Break | Step::Hang => None,
    });
    let mut steps = vec![Step::Bytes(bytes.collect::<Vec<_>>().concat())];
    steps.extend(recorded.steps.iter().filter(|step| !is_bytes(step)).cloned());
    Recorded { steps, ..recorded.clone() }
}

/// How an outcome ended, in words, and its text.
fn told(outcome: &Outcome) -> (String, &str) {
    let ending = match &outcome.ending {
        Ending::Complete => "complete".to_owned(),
        Ending::Refused => "refused".to_owned(),
        Ending::Empty => "empty".to_owned(),
        Ending::Truncated(cut) => format!("truncated: {cut:?}"),
        Ending::Failed(error) => format!("error: {error}"),
    };
    (ending, &outcome.text)
}

const A: &str = r#"{"choices":[{"delta":{"content":"a"}}]}"#;
const STOP: &str = r#"{"choices":[{"delta":{},"finish_reason":"stop"}]}"#;

#[test]
fn an_answer_is_whole_only_with_its_end_mark() {
    let check = |recorded: Recorded, ending: &str, text: &str| {
        assert_eq!(told(&replay(vec![in_one_chunk(&recorded)])), (ending.to_owned(), text));
        assert_eq!(told(&replay(vec![recorded])), (ending.to_owned(), text));
    };
    check(events(&[A, STOP, "[DONE]"]), "complete", "a");
    check(events(&[A, STOP]), "complete", "a");
    check(events(&[A, "[DONE]"]), "complete", "a");
    check(events(&[A, STOP]).then(Step::Break), "complete", "a");
    check(events(&[A, STOP]).then(Step::Hang), "complete", "a");
    check(events(&[A, "[DONE]", A]), "complete", "a");
    check(events(&[A]), "truncated: Closed", "a");
    check(events(&[]), "truncated: Closed", "");
    check(events(&[A]).then(Step::Break), "truncated: Broken(Broken { origin: \"https://h\", source: None })", "a");
    check(events(&[A]).then(Step::Hang), "truncated: Silent(60s)", "a");
    check(events(&[]).then(Step::Hang), "truncated: Silent(300s)", "");
    check(events(&[A, "{torn", A]), "truncated: Garbled(\"{torn\")", "a");
    check(events(&[A]).then(Step::Bytes(b"data: {\"cho".to_vec())), "truncated: Closed", "a");
    check(events(&[A, r#"{"choices":[{"finish_reason":"length"}]}"#, "[DONE]"]), "truncated: Length", "a");
    check(events(&[A, r#"{"choices":[{"finish_reason":"content_filter"}]}"#]), "refused", "a");
    check(events(&[r#"{"choices":[{"delta":{"refusal":"No."}}]}"#, STOP]), "refused", "");
    check(events(&[A, r#"{"error":{"message":"overloaded"}}"#, A]), "error: https://h gave up: overloaded", "a");
}

#[test]
fn a_body_is_known_by_its_beginning_whatever_it_is_called() {
    let check = |content_type: &str, body: &str, ending: &str, text: &str| {
        for size in [1, 7, body.len().max(1)] {
            let outcome = replay(vec![Recorded::new(200, content_type, body.as_bytes().chunks(size))]);
            assert_eq!(told(&outcome), (ending.to_owned(), text), "{content_type} {size}");
        }
    };
    let whole = r#"{"choices":[{"message":{"content":"a"},"finish_reason":null}]}"#;
    let stream = format!(": hello\n\ndata: {A}\n\ndata: {STOP}\n\n");
    check("application/json", whole, "complete", "a");
    check("text/event-stream", &format!("\n {whole}\n"), "complete", "a");
    check("text/plain", &stream, "complete", "a");
    check("text/event-stream", &stream, "complete", "a");
    check("application/json", &whole[..40], "truncated: Closed", "");
    let foreign = |content_type: &str, said: &str| {
        format!("error: https://h answered 200 with {content_type}, which is no answer: {said}")
    };
    check("text/html", "<html><title>Sign in</title><p>now", &foreign("text/html", "Sign in now"), "");
    check("text/event-stream", "<html>", &foreign("text/event-stream", ""), "");
    check("text/plain", "dat\u{7}a", &foreign("text/plain", "data"), "");
    check("text/plain", "data", &foreign("text/plain", "data"), "");
    check("text/plain", "", "truncated: Closed", "");
    check("application/json", r#"{"hello":1}"#, &foreign("application/json", r#"{"hello":1}"#), "");
    check("application/json", r#"{"error":"busy"}"#, "error: https://h gave up: busy", "");
    check("text/html", &"<p>x".repeat(30_000), &foreign("text/html", &format!("{}…", "x ".repeat(150))), "");
}

#[test]
fn an_error_status_is_told_with_the_servers_words_and_without_the_key() {
    let check = |status: u16, body: &str, expected: &str| {
        let outcome = replay(vec![Recorded::new(status, "application/json", [body])]);
        assert_eq!(told(&outcome), (format!("error: {expected}"), ""));
        assert!(!format!("{outcome:?}").contains(KEY));
    };
    check(401, &format!(r#"{{"error":{{"message":"bad key {KEY}"}}}}"#), "https://h answered 401: bad key ***");
    check(404, "", "https://h answered 404");
    check(403, "<h1>Forbidden</h1>", "https://h answered 403: Forbidden");
    check(301, "", "https://h answered 301 and points elsewhere");
    check(
        400,
        r#"{"error":{"type":"exceed_context_size_error","message":"too long","n_prompt_tokens":9,"n_ctx":8}}"#,
        "the prompt does not fit the model's window: too long",
    );
    let outcome = replay(vec![Recorded::new(200, "text/event-stream", [format!("data: {{\"error\":\"{KEY}\"}}\n\n")])]);
    assert!(!format!("{outcome:?}{}", String::from_utf8_lossy(&outcome.raw)).contains(KEY));
}

#[test]
fn a_call_goes_out_again_only_while_nothing_has_arrived() {
    let busy = || Recorded::new(429, "application/json", ["{}"]).with_header("retry-after", "20");
    let down = || Recorded::new(503, "text/plain", ["down"]);
    let check = |recordings: Vec<Recorded>, ending: &str, pauses: &[u64]| {
        let transport = Replay::new(recordings);
        let (outcome, deltas) = call(&transport, "https://h/v1", pending());
        let paused: Vec<u64> = deltas
            .iter()
            .filter_map(|delta| match delta {
                Delta::Retry { pause, .. } => u64::try_from(pause.as_millis()).ok(),
                _ => None,
            })
            .collect();
        assert_eq!((told(&outcome).0.as_str(), paused.as_slice()), (ending, pauses));
        assert_eq!((outcome.retried.len(), transport.requests().len()), (pauses.len(), pauses.len() + 1));
        assert!(transport.requests().windows(2).all(|pair| pair[0] == pair[1]));
    };
    check(vec![busy(), events(&[A, STOP])], "complete", &[20_000]);
    check(vec![down(), busy(), events(&[A, STOP])], "complete", &[500, 20_000]);
    let all = [500, 1000, 2000, 4000];
    check(vec![down(), down(), down(), down(), down(), events(&[])], "error: https://h answered 503: down", &all);
    check(vec![Recorded::new(400, "text/plain", ["no"]), events(&[])], "error: https://h answered 400: no", &[]);
    check(vec![events(&[A]), events(&[A, STOP])], "truncated: Closed", &[]);
    check(vec![], "error: no answer from https://h", &[]);
}

#[test]
fn a_cancelled_call_keeps_what_came() {
    let seen = Cell::new(0);
    let check = |recorded: Recorded, n_deltas: usize, text: &str| {
        seen.set(0);
        let enough = poll_fn(|_| if seen.get() >= n_deltas { Poll::Ready(()) } else { Poll::Pending });
        let outcome = run(answer(
            &Replay::new(vec![recorded]),
            &request("https://h/v1"),
            &PROTOCOLS[0],
            &Patience::STANDARD,
            |_| ready(()),
            |_| seen.set(seen.get() + 1),
            enough,
        ));
        assert_eq!(told(&outcome), ("truncated: Cancelled".to_owned(), text));
    };
    check(events(&[A, A, A, STOP]), 0, "");
    check(events(&[A, A, A, STOP]), 2, "aa");
    check(Recorded::new(503, "text/plain", ["down"]), 1, "");
}

#[test]
fn what_the_server_says_of_itself_is_kept() {
    let last = r#"{"id":"c-1","model":"m-1-0801","choices":[],"usage":{"prompt_tokens":9,"completion_tokens":2}}"#;
    let recorded = events(&[A, STOP, last, "[DONE]"]).with_header("x-request-id", "r-1");
    let outcome = replay(vec![recorded]);
    let usage = Usage { input: Some(9), output: Some(2), ..Usage::default() };
    assert_eq!((outcome.usage, outcome.stop.clone(), outcome.status()), (usage, Some(Stop::Done), "complete"));
    let names = [&outcome.served_model, &outcome.answer_id, &outcome.request_id];
    assert_eq!(names.map(|name| name.as_deref()), [Some("m-1-0801"), Some("c-1"), Some("r-1")]);
    assert_eq!(outcome.raw, format!("data: {A}\n\ndata: {STOP}\n\ndata: {last}\n\ndata: [DONE]\n\n").into_bytes());
}

#[test]
fn a_stream_cut_at_any_byte_keeps_a_prefix_of_the_truth() {
    let text = "Zwölf Boxkämpfer \u{1F30D} jagen";
    let stream = stream_of(text).concat();
    let end_mark = stream.find("\"stop\"}]}").expect("a finish reason") + "\"stop\"}]}".len();
    for (cut, end) in (0..=stream.len()).flat_map(|cut| [(cut, None), (cut, Some(Step::Break))]) {
        let mut recorded = Recorded::new(200, "text/event-stream", [&stream.as_bytes()[..cut]]);
        recorded.steps.extend(end);
        let outcome = replay(vec![recorded]);
        let is_whole = cut >= end_mark;
        assert_eq!(outcome.status(), if is_whole { "complete" } else { "truncated" }, "{cut}");
        assert!(
            if is_whole { outcome.text == text } else { text.starts_with(&outcome.text) },
            "{cut} {}",
            outcome.text
        );
    }
}

/// A call over a real socket; its waits never pass, so that only bytes decide.
fn live(scripts: Vec<Script>) -> (Outcome, Provider) {
    let provider = Provider::start(scripts);
    let transport = Live::new(&Route::Direct).expect("a client");
    let sleep = |limit: Duration| async move {
        // A pause between attempts passes at once, a limit on silence never.
        if limit >= Patience::STANDARD.idle {
            pending::<()>().await;
        }
    };
    let outcome = run(answer(
        &transport,
        &request(&provider.base_url()),
        &PROTOCOLS[0],
        &Patience::STANDARD,
        sleep,
        |_| {},
        pending(),
    ));
    assert!(!format!("{outcome:?}").contains(KEY));
    (outcome, provider)
}

#[test]
fn a_live_answer_is_what_the_server_said() {
    let text = "Zwölf Boxkämpfer \u{1F30D} \"jagen\"\n\tVictor";
    let stream = stream_of(text).concat();
    let plain = &["content-type: text/event-stream"];
    let complete = [
        Script::says(text),
        Script::begins(200, plain).sends(&stream),
        // The first border falls into a character.
        stream
            .as_bytes()
            .chunks(stream.find('ö').expect("an umlaut") + 1)
            .fold(Script::streams(), Script::chunk)
            .ends(),
        Script::answers(200, plain, stream.replace('\n', "\r\n")),
        Script::answers(200, plain, stream.replace("data: [DONE]\n\n", "")),
    ];
    for script in complete {
        let (outcome, provider) = live(vec![script]);
        assert_eq!(told(&outcome), ("complete".to_owned(), text));
        let heard = &provider.requests()[0];
        assert_eq!(heard.head.lines().next(), Some("POST /v1/chat/completions HTTP/1.1"));
        assert_eq!(heard.header("authorization"), Some(format!("Bearer {KEY}").as_str()));
        assert_eq!(heard.body, request("https://h").body);
    }
}

#[test]
fn a_live_stream_that_breaks_keeps_its_beginning() {
    let stream = stream_of("one two three").concat();
    let cut = stream.find("\"three\"").and_then(|word| stream[..word].rfind("data:")).expect("the event of a word");
    let stream = &stream[..cut + 20];
    let broken =
        |outcome: &Outcome| matches!(outcome.ending, Ending::Truncated(Cut::Broken(net::Error::Broken { .. })));
    let closed = |outcome: &Outcome| matches!(outcome.ending, Ending::Truncated(Cut::Closed));
    let check = |script: Script, how: &dyn Fn(&Outcome) -> bool| {
        let (outcome, provider) = live(vec![script]);
        assert!(how(&outcome), "{:?}", outcome.ending);
        assert_eq!((outcome.text.as_str(), provider.requests().len()), ("one two ", 1));
    };
    let event = ["content-type: text/event-stream"];
    check(Script::streams().chunk(stream), &broken);
    check(Script::streams().chunk(stream).sends("zz\r\n"), &broken);
    check(Script::begins(200, &[event[0], "content-length: 100000"]).sends(stream), &broken);
    check(Script::begins(200, &event).sends(stream), &closed);
    check(Script::streams().chunk(stream).ends(), &closed);
}

#[test]
fn a_live_error_is_typed() {
    let check = |scripts: Vec<Script>, ending: &str, n_requests: usize| {
        let (outcome, provider) = live(scripts);
        let expected = ending.replace("ORIGIN", &provider.origin());
        assert_eq!((told(&outcome).0, provider.requests().len()), (expected, n_requests));
    };
    let json = ["content-type: application/json"];
    let html = ["content-type: text/html"];
    check(
        vec![Script::answers(200, &html, "<h1>Sign in</h1>")],
        "error: ORIGIN answered 200 with text/html, which is no answer: Sign in",
        1,
    );
    check(
        vec![Script::answers(401, &json, format!(r#"{{"error":"no {KEY}"}}"#))],
        "error: ORIGIN answered 401: no ***",
        1,
    );
    check(vec![Script::answers(429, &["retry-after: 1"], ""), Script::says("a")], "complete", 2);
    check(vec![Script::answers(500, &json, r#"{"error":"down"}"#)], "error: ORIGIN answered 500: down", 5);
    check(vec![Script::default()], "error: no answer from ORIGIN", 1);
    check(vec![Script::default().resets()], "error: no answer from ORIGIN", 1);
    check(vec![Script::default().sends("SSH-2.0-OpenSSH\r\n")], "error: no answer from ORIGIN", 1);
}

#[test]
fn a_redirect_is_told_and_not_followed() {
    let elsewhere = Provider::start(vec![Script::says("a")]);
    for status in [301, 302, 303, 307, 308] {
        let location = format!("location: {}/v1?key={KEY}", elsewhere.origin());
        let (outcome, _) = live(vec![Script::answers(status, &[&location], "")]);
        let Ending::Failed(Error::Redirected { location, .. }) = outcome.ending else { panic!("{outcome:?}") };
        assert_eq!(location, Some(format!("{}/v1?key=***", elsewhere.origin())));
    }
    assert_eq!(elsewhere.requests().len(), 0);
}

#[test]
fn nobody_there_is_tried_three_times() {
    let transport = Live::new(&Route::Direct).expect("a client");
    let (outcome, deltas) = {
        let deltas = RefCell::new(Vec::new());
        let sleep = |limit: Duration| async move {
            if limit >= Patience::STANDARD.idle {
                pending::<()>().await;
            }
        };
        let on_delta = |delta: &Delta| deltas.borrow_mut().push(delta.clone());
        let request = request("http://127.0.0.1:1/v1");
        let call = answer(&transport, &request, &PROTOCOLS[0], &Patience::STANDARD, sleep, on_delta, pending());
        (run(call), deltas.into_inner())
    };
    assert!(matches!(outcome.ending, Ending::Failed(Error::Unreached { source: net::Error::Connect { .. }, .. })));
    assert_eq!((outcome.retried.len(), deltas.len()), (2, 2));
}

#[test]
fn a_held_connection_is_left_when_cancelled() {
    let provider = Provider::start(vec![Script::streams().chunk(&stream_of("one two")[1]).holds()]);
    let transport = Live::new(&Route::Direct).expect("a client");
    let (seen, heard) = tokio::sync::oneshot::channel::<()>();
    let seen = RefCell::new(Some(seen));
    let outcome = run(answer(
        &transport,
        &request(&provider.base_url()),
        &PROTOCOLS[0],
        &Patience::STANDARD,
        |_| pending(),
        |delta| {
            if matches!(delta, Delta::Text(_)) {
                drop(seen.borrow_mut().take());
            }
        },
        async { drop(heard.await) },
    ));
    assert_eq!(told(&outcome), ("truncated: Cancelled".to_owned(), "one "));
}
