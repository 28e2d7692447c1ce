//! Batches against the test provider, as a person types them.

use std::process::Stdio;

use crate::fan_out;
use crate::json;
use crate::mock::{Running, start};
use crate::support::Desk;

/// The questions of the file as a batch of a model, by a provider's name.
fn ask(model: &str, provider: &str) -> String {
    format!("ask cards --each questions.txt -m {model} --provider {provider} --batch")
}

/// What a person sees of commands; `@MOCK` names the server.
fn session(desk: &Desk, mock: &Running, lines: &[&str]) -> String {
    let to = format!(" --base-url {}", mock.base_url);
    let lines: Vec<String> = lines.iter().map(|line| line.replace("@MOCK", &to)).collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let shown = desk.session(&lines);
    shown.replace(&mock.base_url, "MOCK").replace(mock.base_url.trim_end_matches("/v1"), "MOCK")
}

#[test]
fn a_batch_is_sent_watched_and_collected_once() {
    let mut shown = String::new();
    for (model, provider) in [("gpt-5", "openai"), ("claude-opus-4-8", "anthropic")] {
        let desk = fan_out::desk();
        let mock = start(&desk, &["--batch-time", "0", "--words", "16", "--fault", "2:expire"]);
        let ask = ask(model, provider);
        shown += &session(
            &desk,
            &mock,
            &[
                &format!("{ask} --dry-run@MOCK"),
                &format!("{ask}@MOCK"),
                &format!("{ask}@MOCK"),
                "batch list",
                "batch status",
                "batch collect",
                "batch collect",
                "batch list",
                &format!("{ask}@MOCK"),
                "batch collect --json",
                "log",
                "cost",
            ],
        );
        shown += "\n\n";
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn what_cannot_be_sent_costs_nothing_and_can_be_sent_again() {
    let desk = fan_out::desk();
    let mock = start(&desk, &["--batch-time", "0", "--wants-key"]);
    let ask = ask("gpt-5", "openai");
    insta::assert_snapshot!(session(
        &desk,
        &mock,
        &[
            &format!("{ask}@MOCK"),
            "batch list",
            &format!("{ask} --max-cost 1@MOCK"),
            &format!("{ask} --max-cost 0.001 --max-output 100@MOCK"),
            "ask cards --each questions.txt -m qwen3:4b --protocol ollama --batch@MOCK",
            "batch status nobody",
            "batch cancel",
            "batch status",
            "batch status --header nonsense",
        ],
    ));
}

#[test]
fn a_cancelled_batch_can_be_asked_again() {
    let desk = fan_out::desk();
    // On a fixed clock the batch goes on for ever.
    let mock = start(&desk, &["--batch-time", "60000", "--words", "16"]);
    let ask = ask("gpt-5", "openai");
    let sent = session(&desk, &mock, &[&format!("{ask}@MOCK"), "batch status", "batch collect"]);
    let name = desk.json(&["batch", "list"])["batch"].as_str().unwrap().to_owned();
    let cancelled = session(
        &desk,
        &mock,
        &[&format!("batch cancel {}", &name[..3]), "batch collect", "batch list", &format!("{ask} --dry-run@MOCK")],
    );
    insta::assert_snapshot!(sent + &cancelled);
}

#[test]
fn a_batch_is_what_its_schema_says() {
    for (model, provider) in [("gpt-5", "openai"), ("claude-opus-4-8", "anthropic")] {
        let desk = fan_out::desk();
        let mock = start(&desk, &["--batch-time", "0", "--words", "16"]);
        let ask = format!("{} --json --base-url {}", ask(model, provider), mock.base_url);
        for command in [ask.as_str(), "batch list --json", "batch status --json", "batch cancel --json"] {
            let mut words: Vec<&str> = command.split(' ').collect();
            let name = desk.run(&["batch", "list"]).stdout.get(..8).unwrap_or_default().to_owned();
            if command.contains("cancel") {
                words.push(&name);
            }
            let ran = desk.run(&words);
            let told = serde_json::from_str(&ran.stdout).unwrap_or_else(|_| panic!("{command}: {}", ran.stderr));
            json::check("batch", &told);
        }
    }
}

#[test]
fn a_header_goes_with_every_word_about_a_batch() {
    let desk = fan_out::desk();
    let mock = start(&desk, &["--batch-time", "0", "--words", "16", "--wants-key"]);
    let key = ["--header", "Authorization: Bearer sesame"];
    let ask = format!("{} --base-url {}", ask("gpt-5", "openai"), mock.base_url);
    let sent = desk.run(&[&ask.split(' ').collect::<Vec<_>>()[..], &key].concat());
    assert_eq!(sent.code, 0, "{}", sent.stderr);
    for (verb, lines) in [("status", 1), ("collect", 3)] {
        assert_ne!(desk.run(&["batch", verb]).code, 0);
        let ran = desk.run(&[&["batch", verb], &key[..]].concat());
        assert_eq!((ran.code, ran.stdout.lines().count()), (0, lines), "{}", ran.stderr);
    }
    let elsewhere = ["batch", "status", "--base-url", "http://models.example/v1"];
    let ran = desk.run(&[&elsewhere[..], &key].concat());
    assert!(!ran.stderr.contains("sesame"), "{}", ran.stderr);
}

/// The branches with an answer, and the names of all batches' states.
fn answered(desk: &Desk) -> Vec<String> {
    let log = desk.json(&["log"]);
    let names = log["branches"].as_array().unwrap().iter();
    names.map(|branch| branch["name"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_download_that_breaks_off_goes_on_where_it_did() {
    for (model, provider) in [("gpt-5", "openai"), ("claude-opus-4-8", "anthropic")] {
        let desk = fan_out::desk();
        // Three questions, the batch that is made of them, and then each download of its answers.
        let faults = ["--fault", "5:drop=1200", "--fault", "6:cut=1200", "--fault", "7:html"];
        let mock = start(&desk, &[&["--batch-time", "0", "--words", "16"], &faults[..]].concat());
        let sent = session(&desk, &mock, &[&format!("{}@MOCK", ask(model, provider))]);
        assert!(sent.contains("Sent    3 questions"), "{sent}");
        let mut seen = Vec::new();
        for expected in [6, 6, 6, 0, 0] {
            let ran = desk.run(&["batch", "collect"]);
            assert_eq!(ran.code, expected, "{}", ran.stderr);
            seen.push(answered(&desk).len());
        }
        // What a broken connection lets through is chance; what a cut one does is not.
        assert!(seen.is_sorted() && seen[1] >= 1 && seen[1] < 3, "{seen:?}");
        assert_eq!(answered(&desk), ["what-burns-first", "what-is-kept", "who-pays-for-forgetting"]);
        assert_eq!(desk.json(&["verify"])["problems"].as_array().map_or(0, Vec::len), 0);
    }
}

#[cfg(unix)]
#[test]
fn a_batch_whose_sender_was_killed_is_found_again() {
    for (model, provider) in [("gpt-5", "openai"), ("claude-opus-4-8", "anthropic")] {
        let desk = fan_out::desk();
        let mock = start(&desk, &["--batch-time", "0", "--words", "16", "--fault", "4:hang=0"]);
        let line = format!("{} --base-url {}", ask(model, provider), mock.base_url);
        let words: Vec<&str> = line.split(' ').collect();
        let mut child = desk.command(&words).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        // The server has it as soon as it is listed there.
        mock.wait_for("a batch of 3");
        child.kill().unwrap();
        child.wait().unwrap();
        let again = desk.run(&words);
        assert!(again.stderr.contains("(3 in a batch)"), "{}", again.stderr);
        let ran = desk.run(&["batch", "collect"]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        assert_eq!(answered(&desk), ["what-burns-first", "what-is-kept", "who-pays-for-forgetting"], "{}", ran.stderr);
    }
}
