//! What a broken stream leaves, for every protocol: a prefix of the truth, once, and the right name for it.

use std::future::{pending, ready};

use super::*;
use crate::net::{Recorded, Replay, Step};

/// The words that every stream below says.
const WORDS: [&str; 14] = [
    "Zwölf ",
    "Boxkämpfer ",
    "\u{1F30D} ",
    "jagen ",
    "\"Viktor\" ",
    "quer\\über\n",
    "den ",
    "großen ",
    "Sylter ",
    "Deich ",
    "[s2 41:07] ",
    "\t",
    "日本語 ",
    "Ende.",
];
const THOUGHT: &str = "Erst \u{1F914} denken.";

/// A stream of one protocol.
struct Stream {
    protocol: &'static str,
    content_type: &'static str,
    bytes: Vec<u8>,
    /// Where the sign of a whole answer has come.
    whole: usize,
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).expect("a string is JSON")
}

/// A stream of about four thousand bytes, each word an event, padded as providers pad.
fn stream(protocol: &'static str) -> Stream {
    let padding = "x".repeat(180);
    let sse = |name: &str, data: String| format!("event: {name}\ndata: {data}\n\n");
    let data = |data: String| format!("data: {data}\r\n\r\n");
    let mut events = Vec::new();
    let content_type = if protocol == "ollama" { "application/x-ndjson" } else { "text/event-stream" };
    let thought = quoted(THOUGHT);
    let words = WORDS.iter().map(|word| quoted(word));
    let last = match protocol {
        "openai-chat" => {
            let chunk = |delta: String, stop: &str| {
                data(format!(
                    r#"{{"id":"c","p":"{padding}","choices":[{{"index":0,"delta":{delta},"finish_reason":{stop}}}]}}"#
                ))
            };
            events.push(": a comment\n\n".to_owned());
            events.push(chunk(format!(r#"{{"reasoning_content":{thought}}}"#), "null"));
            events.extend(words.map(|word| chunk(format!(r#"{{"content":{word}}}"#), "null")));
            chunk("{}".to_owned(), "\"stop\"")
        }
        "openai-responses" => {
            let event = |kind: &str, rest: String| {
                sse(kind, format!(r#"{{"type":"{kind}","obfuscation":"{padding}",{rest}}}"#))
            };
            events.push(event("response.created", r#""response":{"id":"r","model":"m"}"#.to_owned()));
            events.push(event("response.reasoning_summary_text.delta", format!(r#""delta":{thought}"#)));
            events.extend(words.map(|word| event("response.output_text.delta", format!(r#""delta":{word}"#))));
            event("response.completed", r#""response":{"status":"completed","usage":null}"#.to_owned())
        }
        "anthropic" => {
            let event = |kind: &str, rest: String| sse(kind, format!(r#"{{"type":"{kind}","p":"{padding}",{rest}}}"#));
            let delta = |kind: &str, name: &str, text: &str| {
                event("content_block_delta", format!(r#""delta":{{"type":"{kind}","{name}":{text}}}"#))
            };
            events.push(event("message_start", r#""message":{"id":"a","model":"m","usage":{}}"#.to_owned()));
            events.push(delta("thinking_delta", "thinking", &thought));
            events.push(event("content_block_stop", "\"index\":0".to_owned()));
            events.extend(words.map(|word| delta("text_delta", "text", &word)));
            event("message_delta", r#""delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":9}"#.to_owned())
        }
        "gemini" => {
            let chunk = |part: String, stop: &str| {
                data(format!(
                    r#"{{"modelVersion":"{padding}","candidates":[{{"content":{{"parts":[{part}]}}{stop}}}]}}"#
                ))
            };
            events.push(chunk(format!(r#"{{"text":{thought},"thought":true}}"#), ""));
            events.extend(words.map(|word| chunk(format!(r#"{{"text":{word}}}"#), "")));
            chunk(r#"{"text":"","thoughtSignature":"s"}"#.to_owned(), r#","finishReason":"STOP""#)
        }
        _ => {
            let line = |message: String, rest: &str| {
                format!("{{\"model\":\"m\",\"created_at\":\"{padding}\",\"message\":{{{message}}},{rest}}}\n")
            };
            events.push(line(format!(r#""thinking":{thought}"#), "\"done\":false"));
            events.extend(words.map(|word| line(format!(r#""content":{word}"#), "\"done\":false")));
            line("\"content\":\"\"".to_owned(), r#""done":true,"done_reason":"stop","eval_count":9"#)
        }
    };
    let before: usize = events.iter().map(String::len).sum();
    // The line ends of the last event need not come: its object is whole.
    let whole = before + last.trim_end().len();
    let bytes = (events.concat() + &last).into_bytes();
    Stream { protocol, content_type, bytes, whole }
}

fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().expect("a runtime").block_on(work)
}

fn request(protocol: &str) -> Request {
    let protocol = provider::protocol(protocol).expect("a protocol");
    (protocol.encode)(&sample::prompt("m", sample::TALK), &sample::endpoint("http://127.0.0.1:1/v1"))
}

async fn outcome(protocol: &str, recorded: Recorded) -> (Outcome, usize) {
    sent(protocol, &request(protocol), recorded).await
}

async fn sent(protocol: &str, request: &Request, recorded: Recorded) -> (Outcome, usize) {
    let protocol = provider::protocol(protocol).expect("a protocol");
    let transport = Replay::new(vec![recorded]);
    let none = |_: &Delta| {};
    let outcome = answer(&transport, request, protocol, &Patience::STANDARD, |_| ready(()), none, pending()).await;
    (outcome, transport.requests().len())
}

#[test]
fn a_stream_cut_anywhere_keeps_a_prefix_of_the_truth() {
    let truth = WORDS.concat();
    let mut n_cuts = 0;
    for stream in PROTOCOLS.iter().map(|protocol| stream(protocol.name)) {
        let Stream { protocol, content_type, bytes, whole } = stream;
        assert!((4000..6000).contains(&bytes.len()), "{protocol}: {} bytes", bytes.len());
        let request = request(protocol);
        run(async {
            for cut in 0..=bytes.len() {
                let mut recorded = Recorded::new(200, content_type, [&bytes[..cut]]);
                recorded.steps.extend((cut % 2 == 0).then_some(Step::Break));
                let (outcome, n_requests) = sent(protocol, &request, recorded).await;
                let is_whole = cut >= whole;
                assert_eq!(outcome.status(), if is_whole { "complete" } else { "truncated" }, "{protocol} {cut}");
                assert!(truth.starts_with(&outcome.text), "{protocol} {cut}: {}", outcome.text);
                assert!(THOUGHT.starts_with(&outcome.reasoning), "{protocol} {cut}: {}", outcome.reasoning);
                assert!(!is_whole || outcome.text == truth, "{protocol} {cut}: {}", outcome.text);
                assert_eq!((n_requests, outcome.retried.len()), (1, 0), "{protocol} {cut}");
                n_cuts += 1;
            }
        });
    }
    assert!(n_cuts >= 20_000, "{n_cuts}");
    eprintln!("{n_cuts} cuts, one outcome each");
}

#[test]
fn a_stream_that_goes_wrong_is_called_by_its_name() {
    let check = |name: &'static str, fault: &[u8], then: Option<Step>, expected: &str| {
        let Stream { content_type, bytes, .. } = stream(name);
        // The fault comes after the fifth event.
        let ends = if name == "ollama" { "\n" } else { "\n\n" };
        let text = String::from_utf8(bytes).expect("the stream is UTF-8").replace("\r\n", "\n");
        let (at, _) = text.match_indices(ends).nth(4).expect("five events");
        let head = &text.as_bytes()[..at + ends.len()];
        let mut recorded = Recorded::new(200, content_type, [head, fault]);
        recorded.steps.extend(then);
        let (outcome, n_requests) = run(outcome(name, recorded));
        let ending = match &outcome.ending {
            Ending::Truncated(cut) => format!("{cut:?}"),
            Ending::Failed(error) => error.to_string(),
            other => format!("{other:?}"),
        };
        assert!(ending.starts_with(expected), "{name}: {ending}");
        assert!(outcome.text.starts_with(WORDS[0]) && n_requests == 1, "{name}: {}", outcome.text);
    };
    for Protocol { name, framing, .. } in PROTOCOLS {
        let event = |data: &str| match framing {
            Framing::Events => format!("data: {data}\n\n").into_bytes(),
            Framing::Lines => format!("{data}\n").into_bytes(),
        };
        check(name, b"", None, "Closed");
        check(name, b"", Some(Step::Break), "Broken");
        check(name, b"", Some(Step::Hang), "Silent(60s)");
        check(name, &event("{torn"), None, "Garbled(\"{torn\")");
        check(
            name,
            &event(&format!("\"{}\"", "\u{fffd}".repeat(400_000))),
            None,
            match framing {
                Framing::Lines => "Garbled",
                Framing::Events => "Closed",
            },
        );
        let busy = r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#;
        check(name, &event(busy), None, "http://127.0.0.1:1 gave up: Overloaded");
        let long =
            r#"{"error":{"type":"exceed_context_size_error","message":"too long","n_prompt_tokens":9,"n_ctx":8}}"#;
        check(name, &event(long), None, "the prompt does not fit the model's window: too long");
        let huge = vec![b'x'; sse::MAX_EVENT + 1];
        let start: &[u8] = if *framing == Framing::Lines { b"{\"" } else { b"data: {\"" };
        check(name, &[start, &huge].concat(), None, "Oversized");
    }
}

#[test]
fn one_event_of_a_megabyte_is_read_whole() {
    let long = "word \u{1F30D} ".repeat(100_000);
    let text = quoted(&long);
    let events =
        |events: &[String]| events.iter().map(|event| format!("data: {event}\n\n")).collect::<Vec<_>>().concat();
    let bodies = [
        (
            "openai-chat",
            events(&[format!(r#"{{"choices":[{{"delta":{{"content":{text}}},"finish_reason":"stop"}}]}}"#)]),
        ),
        (
            "openai-responses",
            events(&[
                format!(r#"{{"type":"response.output_text.delta","delta":{text}}}"#),
                r#"{"type":"response.completed","response":{"status":"completed"}}"#.to_owned(),
            ]),
        ),
        (
            "anthropic",
            events(&[
                format!(r#"{{"type":"content_block_delta","delta":{{"type":"text_delta","text":{text}}}}}"#),
                r#"{"type":"message_stop"}"#.to_owned(),
            ]),
        ),
        (
            "gemini",
            events(&[format!(
                r#"{{"candidates":[{{"content":{{"parts":[{{"text":{text}}}]}},"finishReason":"STOP"}}]}}"#
            )]),
        ),
        ("ollama", format!("{{\"message\":{{\"content\":{text}}},\"done\":true}}\n")),
    ];
    for (name, body) in bodies {
        let recorded = Recorded::new(200, "text/event-stream", body.as_bytes().chunks(1439));
        let (outcome, _) = run(outcome(name, recorded));
        assert_eq!((outcome.status(), outcome.text == long), ("complete", true), "{name}");
    }
}

#[test]
fn what_is_no_answer_is_told_for_every_protocol() {
    for Protocol { name, .. } in PROTOCOLS {
        let check = |status: u16, content_type: &str, body: &str, expected: &str| {
            let recorded = Recorded::new(status, content_type, body.as_bytes().chunks(3));
            let (outcome, _) = run(outcome(name, recorded));
            let Ending::Failed(error) = outcome.ending else { panic!("{name}: {:?}", outcome.ending) };
            assert_eq!(error.to_string(), format!("http://127.0.0.1:1 {expected}"), "{name}");
        };
        check(200, "text/html", "<title>Sign in</title>", "answered 200 with text/html, which is no answer: Sign in");
        check(200, "text/plain", "hello", "answered 200 with text/plain, which is no answer: hello");
        check(
            200,
            "application/json",
            r#"{"hi":1}"#,
            r#"answered 200 with application/json, which is no answer: {"hi":1}"#,
        );
        check(404, "text/event-stream", r#"{"error":{"message":"no such model"}}"#, "answered 404: no such model");
        check(200, "application/json", r#"{"error":"busy"}"#, "gave up: busy");
    }
}
