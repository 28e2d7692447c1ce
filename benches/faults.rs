//! What broken answers leave in a store: one record each, and never a word that was not said.
//!
//! Two rows of cases for every protocol. Retries: 60 answers that go wrong before the first word, by
//! status and by the way in which a server says when to come again, each followed by a good one.
//! Cuts: an answer of four thousand bytes that ends at every one of them, in order or broken.
//! The test provider writes the answers, `forkful ask` reads them, and the store is read back.
#![allow(clippy::print_stdout, reason = "a bench prints its table")]

use std::collections::BTreeMap;
use std::fs;
use std::future::pending;
use std::path::Path;
use std::process::Command;

use forkful::catalog::Catalog;
use forkful::content::Timestamp;
use forkful::mock::{Act, Asked, Habits, Mock};
use forkful::net::{Recorded, Replay, Step};
use forkful::send::PROTOCOLS;
use forkful::send::endpoint::Environment;
use forkful::store::Store;
use forkful::store::record::RunState;
use forkful::workspace::{self, Ask, Draft, Wishes, Workspace};
use futures_util::stream::{FuturesUnordered, StreamExt};

/// Statuses that may pass, and what a server may say of the pause.
const PASSING: [u16; 8] = [408, 409, 429, 500, 502, 503, 504, 529];
const HINTS: [&[(&str, &str)]; 7] = [
    &[],
    &[("retry-after", "0")],
    &[("retry-after", "0.02")],
    &[("retry-after-ms", "20")],
    &[("retry-after", "Sun, 06 Nov 1994 08:49:37 GMT"), ("date", "Sun, 06 Nov 1994 08:49:37 GMT")],
    &[("retry-after", "-3")],
    &[("retry-after", "soon"), ("retry-after-ms", "")],
];
/// Statuses that stay.
const STAYING: [u16; 4] = [400, 401, 403, 404];

fn draft(workspace: &Workspace, protocol: &str, branch: &str) -> Draft {
    let wishes = Wishes {
        model: Some("m".to_owned()),
        provider: None,
        protocol: Some(protocol.to_owned()),
        base_url: Some("http://127.0.0.1:1/v1".to_owned()),
        system: None,
        max_output: None,
        temperature: None,
        reasoning: None,
        extra: serde_json::Map::new(),
        headers: Vec::new(),
        citations: false,
        stream: true,
    };
    let ask = Ask {
        address: "cards".to_owned(),
        new_branch: Some(branch.to_owned()),
        question: format!("What of {branch}?"),
        like: None,
        wishes,
    };
    let nobody = Environment { openai_base_url: None, forkful_base_url: None, keys: BTreeMap::new(), keyring: None };
    workspace.draft(&ask, &nobody).expect("a draft")
}

/// The stream that the test provider answers a draft with.
fn stream(draft: &Draft) -> (Vec<u8>, String) {
    let mut mock = Mock::new(Catalog::built_in(), Habits { n_words: 60, ..Habits::plain() });
    let url = draft.request.url.without_secrets();
    let path = url.split_once(":1/").map_or("", |(_, path)| path);
    let asked = Asked { method: "POST", path: &format!("/{path}"), has_key: false, body: &draft.request.body };
    let reply = mock.answer(&asked, Timestamp(0));
    let content_type = reply.headers.iter().find(|(name, _)| *name == "content-type").map(|(_, value)| value.clone());
    let sent = reply.acts.into_iter().filter_map(|act| match act {
        Act::Send(bytes) => Some(bytes),
        _ => None,
    });
    (sent.collect::<Vec<_>>().concat(), content_type.expect("a content type"))
}

async fn ask(workspace: &Workspace, draft: &Draft, answers: Vec<Recorded>) -> (String, usize, &'static str) {
    let script = Replay::new(answers);
    let act = workspace::Act { time: Timestamp(0), command: Vec::new() };
    let answered = workspace.ask(draft, &act, &script, |_| {}, pending(), || Timestamp(0)).await.expect("a store");
    (answered.outcome.text.clone(), script.requests().len(), answered.outcome.status())
}

fn main() {
    let memory = Path::new("/dev/shm");
    let folder = if memory.is_dir() { tempfile::TempDir::new_in(memory) } else { tempfile::TempDir::new() };
    let folder = folder.expect("a folder");
    pack(folder.path());
    let workspace = Workspace::open(folder.path()).expect("a store");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    let (mut n_retries, mut n_cuts) = (0, 0);
    let mut expected: BTreeMap<String, (&str, String)> = BTreeMap::new();
    for protocol in PROTOCOLS.iter().map(|protocol| protocol.name) {
        let cases: Vec<(u16, &[(&str, &str)])> = PASSING
            .iter()
            .flat_map(|status| HINTS.iter().map(|hints| (*status, *hints)))
            .chain(STAYING.iter().map(|status| (*status, HINTS[1])))
            .collect();
        let work: FuturesUnordered<_> = cases
            .into_iter()
            .enumerate()
            .map(|(number, (status, hints))| {
                let branch = format!("retry-{protocol}-{number}");
                let draft = draft(&workspace, protocol, &branch);
                let (bytes, content_type) = stream(&draft);
                let body = br#"{"error":{"message":"not now","type":"server_error"}}"#.to_vec();
                let wrong = Recorded::new(status, "application/json", [body]);
                let wrong = hints.iter().fold(wrong, |wrong, (name, value)| wrong.with_header(name, value));
                let answers = vec![wrong, Recorded::new(200, &content_type, [bytes])];
                let workspace = &workspace;
                async move { (branch, status, ask(workspace, &draft, answers).await) }
            })
            .collect();
        let done: Vec<_> = runtime.block_on(work.collect());
        for (branch, status, (text, n_requests, state)) in done {
            let passes = PASSING.contains(&status);
            assert_eq!((n_requests, state), if passes { (2, "complete") } else { (1, "error") }, "{branch} {status}");
            expected.insert(branch, (state, text));
            n_retries += 1;
        }
        let pattern = draft(&workspace, protocol, &format!("cut-{protocol}"));
        let (bytes, content_type) = stream(&pattern);
        let (truth, ..) =
            runtime.block_on(ask(&workspace, &pattern, vec![Recorded::new(200, &content_type, [bytes.clone()])]));
        assert!(bytes.len() >= 4000, "{protocol}: {} bytes", bytes.len());
        expected.insert(format!("cut-{protocol}"), ("complete", truth.clone()));
        for cut in 0..4000 {
            let branch = format!("cut-{protocol}-{cut}");
            let draft = draft(&workspace, protocol, &branch);
            let (own, _) = stream(&draft);
            let mut answer = Recorded::new(200, &content_type, [&own[..cut]]);
            answer.steps.extend((cut % 2 == 0).then_some(Step::Break));
            let (text, n_requests, state) = runtime.block_on(ask(&workspace, &draft, vec![answer]));
            assert_eq!((n_requests, state), (1, "truncated"), "{branch}");
            expected.insert(branch, (state, text));
            n_cuts += 1;
        }
        println!("{protocol:<17} {n_retries} retries, {n_cuts} cuts so far");
    }
    // Read back by another door.
    drop(workspace);
    let store = Store::open(folder.path()).expect("the store");
    let runs = store.runs().expect("runs");
    assert_eq!(runs.len(), expected.len());
    for run in &runs {
        let (state, text) = &expected[&run.branch];
        let told = match run.state {
            RunState::Complete => "complete",
            RunState::Truncated => "truncated",
            RunState::Error => "error",
            RunState::Streaming | RunState::Refused => "another",
        };
        let kept = run.answer.map(|answer| store.message(answer).expect("the answer").message.spoken());
        assert_eq!((told, kept.unwrap_or_default().as_str()), (*state, text.as_str()), "{}", run.branch);
        assert_eq!(
            store.pointer(&format!("branches/{}", run.branch)).expect("a pointer"),
            run.answer,
            "{}",
            run.branch
        );
    }
    println!("{} retries and {} cuts: {} records, one each, every word as it came", n_retries, n_cuts, runs.len());
}

/// A small bundle called `cards`.
fn pack(folder: &Path) {
    let essay = folder.join("essay.md");
    fs::write(&essay, "# On cards\n\nKeep one card a job. Burn the rest.\n").expect("a file");
    let mut command = Command::new(env!("CARGO_BIN_EXE_forkful"));
    command.args(["pack", "-q", "--name", "cards", "-o", "/dev/null", "--store"]).arg(folder).arg(&essay);
    assert!(command.status().expect("forkful").success());
}
