//! Every protocol from the command line: where a question goes, what comes back, what is given back.

use serde_json::{Value, json};

use crate::support::Desk;
use crate::support::provider::{Heard, Provider, Script};

/// A streamed answer with a thought that wants to go back, as each protocol tells it.
pub(crate) fn says(protocol: &str, text: &str) -> Script {
    let event = |value: Value| format!("event: {}\ndata: {value}\n\n", value["type"].as_str().unwrap());
    let data = |value: Value| format!("data: {value}\r\n\r\n");
    let events = match protocol {
        "openai-chat" => vec![
            data(json!({"choices": [{"index": 0, "delta": {"reasoning_content": "Hm."}}]})),
            data(json!({"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": "stop"}]})),
            data(json!({"choices": [], "usage": {"prompt_tokens": 100, "completion_tokens": 5}})),
        ],
        "openai-responses" => {
            let thought = json!({"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "e1"});
            let usage = json!({"input_tokens": 100, "input_tokens_details": {"cached_tokens": 0}, "output_tokens": 5});
            vec![
                event(json!({"type": "response.created", "response": {"id": "r", "model": "served"}})),
                event(json!({"type": "response.reasoning_text.delta", "delta": "Hm."})),
                event(json!({"type": "response.output_item.done", "item": thought})),
                event(json!({"type": "response.output_text.delta", "delta": text})),
                event(json!({"type": "response.completed", "response": {"status": "completed", "usage": usage}})),
            ]
        }
        "anthropic" => {
            let usage = json!({"input_tokens": 3, "cache_read_input_tokens": 90, "cache_creation_input_tokens": 7});
            let delta = |delta: Value| event(json!({"type": "content_block_delta", "index": 0, "delta": delta}));
            vec![
                event(json!({"type": "message_start", "message": {"model": "served", "usage": usage}})),
                delta(json!({"type": "thinking_delta", "thinking": "Hm."})),
                delta(json!({"type": "signature_delta", "signature": "s1"})),
                event(json!({"type": "content_block_stop", "index": 0})),
                delta(json!({"type": "text_delta", "text": text})),
                event(
                    json!({"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 5}}),
                ),
                event(json!({"type": "message_stop"})),
            ]
        }
        "gemini" => {
            let chunk = |parts: Value| json!({"candidates": [{"content": {"parts": parts}}], "modelVersion": "served"});
            let mut last = chunk(json!([{"text": "", "thoughtSignature": "t1"}]));
            last["candidates"][0]["finishReason"] = "STOP".into();
            last["usageMetadata"] =
                json!({"promptTokenCount": 100, "candidatesTokenCount": 3, "thoughtsTokenCount": 2});
            vec![
                data(chunk(json!([{"text": "Hm.", "thought": true}]))),
                data(chunk(json!([{"text": text}]))),
                data(last),
            ]
        }
        _ => vec![
            format!("{}\n", json!({"model": "served", "message": {"thinking": "Hm.", "content": ""}, "done": false})),
            format!("{}\n", json!({"model": "served", "message": {"content": text}, "done": false})),
            format!(
                "{}\n",
                json!({"message": {"content": ""}, "done": true, "done_reason": "stop", "prompt_eval_count": 100, "eval_count": 5})
            ),
        ],
    };
    events.iter().fold(Script::streams(), Script::chunk).ends()
}

/// A desk with a bundle and nothing asked yet.
fn desk() -> Desk {
    let desk = Desk::new();
    desk.file("essay.md", b"# On cards\n\nKeep one card a job. Burn the rest.\n");
    desk.file("system.txt", b"Answer in one sentence.\n");
    desk.out(&["pack", "essay.md", "--name", "cards", "-q", "-o", "cards.md"]);
    desk
}

/// The request as it came in, without what a connection adds.
fn told(heard: &Heard) -> String {
    let names = ["authorization", "x-api-key", "x-goog-api-key", "anthropic-version", "accept"];
    let first = heard.head.lines().next().unwrap();
    let headers = names.iter().filter_map(|name| Some(format!("{name}: {}", heard.header(name)?)));
    [vec![first.to_owned()], headers.collect(), vec![heard.text()]].concat().join("\n")
}

#[test]
fn every_protocol_asks_answers_and_gives_back_what_was_thought() {
    let mut all = String::new();
    for (protocol, root) in
        [("openai-chat", "/v1"), ("openai-responses", "/v1"), ("anthropic", ""), ("gemini", ""), ("ollama", "")]
    {
        let desk = desk().set("FORKFUL_API_KEY", "sk-mine");
        let answers = ["One card a job [s1].", "Then the card says why.", "Keep everything."];
        let provider = Provider::start(answers.map(|text| says(protocol, text)).to_vec());
        let url = format!("{}{root}", provider.origin());
        let line =
            format!("ask cards \"What is kept?\" -m m-1 --base-url {url} --protocol {protocol} --system system.txt");
        let first = desk.run(&crate::support::words(&line).iter().map(String::as_str).collect::<Vec<_>>());
        let desk = desk.set("FORKFUL_BASE_URL", &url);
        // Model, protocol and system text are remembered from the first question.
        let rest = desk.session(&["ask main \"And then?\"", "fork @~1 -b skeptic \"Argue the opposite\"", "show main"]);
        let session = format!("{}\n{rest}", first.shown()).replace(&provider.origin(), "ORIGIN");
        let requests = provider.requests();
        all += &format!("# {protocol}\n{session}\n{}\n\n", told(&requests[1]).replace("sk-mine", "KEY"));

        let bodies: Vec<String> = requests.iter().map(Heard::text).collect();
        let bundle = serde_json::to_string(desk.out(&["show", "cards"]).trim_end()).unwrap();
        let bundle = bundle.trim_matches('"');
        let end = bodies[0].find(bundle).unwrap() + bundle.len();
        assert!(bodies.iter().all(|body| body[..end] == bodies[0][..end]), "{protocol}");
    }
    insta::assert_snapshot!(all);
}

#[test]
fn a_question_without_its_key_or_to_nobody_is_not_sent() {
    let desk = desk();
    insta::assert_snapshot!(desk.session(&[
        "ask cards Why? -m claude-opus-4-8",
        "ask cards Why? -m openrouter/qwen/qwen3-max",
        "ask cards Why? -m m --provider antropic",
        "ask cards Why? -m m --protocol telepathy",
        "ask cards Why? --provider anthropic",
        "ask cards Why? -m m --reasoning hard",
        "ask cards Why? -m m --extra-json [1]",
        "ask cards Why? -m m --header nonsense",
        "ask cards Why? -m m --header \"Host: elsewhere\"",
        "ask cards Why? -m m --system nowhere.txt",
        "ask cards Why? -m m --base-url http://models.example/v1 --header \"X-Key: deep\"",
        "log",
    ]));
}

#[test]
fn a_dry_run_shows_what_every_flag_does() {
    let desk = desk().set("ANTHROPIC_API_KEY", "sk-mine");
    let line = "ask cards Why? -m claude-sonnet-4-5 --dry-run --reasoning low --max-output 1k --system system.txt";
    let mut words = crate::support::words(line);
    let more = [
        "--extra-json",
        r#"{"metadata":{"user_id":"u"},"stream":null}"#,
        "--header",
        "anthropic-beta: x",
        "--header",
        "X-Key: deep",
    ];
    words.extend(more.map(str::to_owned));
    insta::assert_snapshot!(desk.run(&words.iter().map(String::as_str).collect::<Vec<_>>()).shown());
}

#[test]
fn neither_header_nor_key_nor_query_is_kept() {
    let desk = desk().set("FORKFUL_API_KEY", "sk-harbour-1");
    let echo = r#"{"error":{"message":"no sk-harbour-1, no Bearer sk-harbour-2, no sk-harbour-3"}}"#;
    let provider = Provider::start(vec![
        Script::says("Yes."),
        Script::says("Again."),
        Script::answers(401, &["content-type: application/json"], echo),
    ]);
    let url = format!("{}?api-version=7&key=sk-harbour-4", provider.base_url());
    let secrets = ["--header", "Authorization: Bearer sk-harbour-2", "--header=X-Token: sk-harbour-3", "--json"];
    let mut shown =
        desk.run(&[&["ask", "cards", "Kept?", "-m", "m", "--base-url", &url], &secrets[..]].concat()).shown();
    // The address is remembered with the part of its query that is no secret.
    shown += &desk.run(&["ask", "main", "And?", "-q"]).shown();
    shown += &desk.run(&[&["ask", "main", "And?", "--base-url", &url], &secrets[..]].concat()).shown();
    let heard = provider.requests();
    let lines: Vec<_> = heard.iter().map(|heard| heard.head.lines().next().unwrap().to_owned()).collect();
    assert_eq!(lines[0], "POST /v1/chat/completions?api-version=7&key=sk-harbour-4 HTTP/1.1");
    assert_eq!(lines[1], "POST /v1/chat/completions?api-version=7 HTTP/1.1");
    assert_eq!(heard[0].header("authorization"), Some("Bearer sk-harbour-2"));
    assert_eq!(heard[1].header("authorization"), None);
    shown += &desk.session(&["log", "show main", "export cards -o mail.forkful"]);
    assert!(!shown.contains("sk-harbour"), "{shown}");
    for entry in walk(desk.path()) {
        let bytes = std::fs::read(&entry).unwrap();
        let found = bytes.windows(10).any(|window| window == b"sk-harbour");
        assert!(!found, "{}", entry.display());
    }
}

#[cfg(unix)]
#[test]
fn a_command_gives_the_key_of_the_users_own_server() {
    let desk = desk();
    let provider = Provider::start(vec![Script::says("Yes.")]);
    let own = |command: &str| {
        let file = format!("[ask]\nbase_url = \"{}\"\napi_key_command = \"{command}\"\n", provider.base_url());
        desk.file("home/.config/forkful/config.toml", file.as_bytes());
    };
    own("echo sk-mine; echo second line");
    assert_eq!(desk.out(&["ask", "cards", "Kept?", "-m", "m"]), "Yes.\n");
    let elsewhere = Provider::start(vec![Script::says("No.")]);
    desk.out(&["ask", "main", "Kept?", "--base-url", &elsewhere.base_url()]);
    let keys =
        [&provider, &elsewhere].map(|provider| provider.requests()[0].header("authorization").map(str::to_owned));
    assert_eq!(keys, [Some("Bearer sk-mine".to_owned()), None]);
    own("false");
    let mut shown = desk.run(&["ask", "main", "Kept?"]).shown();
    own("echo sk-half; exit 3");
    shown += &desk.run(&["ask", "main", "Kept?"]).shown();
    insta::assert_snapshot!(shown);
}

fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect()
}

#[cfg(unix)]
mod killed {
    use std::io::Read;
    use std::process::{Child, Stdio};

    use super::*;
    use crate::support::provider::stream_of;

    fn start(desk: &Desk, provider: &Provider, question: &str) -> Child {
        let base_url = provider.base_url();
        let mut command = desk.command(&["ask", "cards", question, "-m", "mock", "--base-url", &base_url]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    fn signal(child: &Child, name: &str) {
        let killed = std::process::Command::new("kill").args([name, &child.id().to_string()]).status().unwrap();
        assert!(killed.success());
    }

    /// Waits until the first byte of the answer says that it streams.
    fn first_byte(child: &mut Child) {
        child.stdout.as_mut().unwrap().read_exact(&mut [0]).unwrap();
    }

    #[test]
    fn what_a_killed_ask_left_is_kept_or_asked_again() {
        let desk = desk();
        let half = || Script::streams().chunk(stream_of("It says")[..2].concat()).holds();
        // The first has said a word, the second none; the third is asked again.
        let provider =
            Provider::start(vec![half(), Script::streams().chunk(": hello\n\n").holds(), Script::says("Yes.")]);
        let mut spoken = start(&desk, &provider, "What?");
        first_byte(&mut spoken);
        // While it lives nobody takes its answer.
        let mut session = desk.session(&["resume"]);
        signal(&spoken, "-KILL");
        spoken.wait().unwrap();
        let mut silent = start(&desk, &provider, "And why?");
        while provider.requests().len() < 2 {
            std::thread::yield_now();
        }
        signal(&silent, "-KILL");
        silent.wait().unwrap();
        session += &desk.session(&["log", "resume", "log", "resume", "show main", "verify"]);
        insta::assert_snapshot!(session.replace(&provider.origin(), "ORIGIN"));
    }

    #[test]
    fn sigterm_keeps_what_came() {
        let desk = desk();
        let provider = Provider::start(vec![Script::streams().chunk(stream_of("It says")[..2].concat()).holds()]);
        let mut child = start(&desk, &provider, "What?");
        first_byte(&mut child);
        signal(&child, "-TERM");
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(130), "{}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(desk.out(&["show", "@"]).lines().nth(4), Some("It"));
        assert_eq!(desk.run(&["resume"]).shown(), "2> Nothing was left behind\n");
    }
}
