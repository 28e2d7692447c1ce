//! The tree's verbs, in sessions as a person types them.

use crate::support::Desk;
use crate::support::provider::{Provider, Script};

/// A desk with a bundle, two branches and nothing asked over the network.
fn desk() -> Desk {
    let desk = Desk::with_examples();
    desk.file("one.txt", b"About the card: the essay burns the rest, the talk keeps it.\n");
    desk.file("two.txt", b"They do not: both want fewer words.\n");
    for line in [
        "pack thread.md talk.vtt essay.md --budget 3k --name bench -q -o bench.md",
        "record -b main --question \"Where do they disagree?\" --answer one.txt",
        "record -b main --question \"And where do they not?\" --answer two.txt",
        "fork main~1 -b skeptic",
        "record -b skeptic --question \"Argue the opposite\" --answer two.txt",
    ] {
        desk.out(&crate::support::words(line).iter().map(String::as_str).collect::<Vec<_>>());
    }
    desk
}

#[test]
fn branches_and_tags_are_listed_changed_and_brought_back() {
    insta::assert_snapshot!(desk().session(&[
        "branch",
        "branch describe skeptic \"What speaks against it\"",
        "branch rename skeptic devil",
        "branch",
        "branch rename main devil",
        "branch delete devil",
        "branch delete devil",
        "undo",
        "branch",
        "branch describe devil --delete",
        "branch delete nobody",
        "tag",
        "tag good main~1",
        "tag good main",
        "tag",
        "show good",
        "log",
        "tag god --delete",
        "tag good --delete",
        "branch --json",
    ]));
}

#[test]
fn the_journal_is_read_walked_and_looked_back_from() {
    insta::assert_snapshot!(desk().session(&[
        "operations",
        "undo 2",
        "log",
        "redo 9",
        "redo",
        "operations -n 3",
        "log --at 2",
        "show main --at 2",
        "log --at 99",
        "undo --to 2",
        "log",
        "undo --to 2",
        "undo",
        "log",
        "undo --to 0",
        "log",
        "undo 99",
        "undo",
        "undo 0",
        "verify",
    ]));
}

#[test]
fn messages_are_rated_and_noted_beside_the_hash() {
    let desk = desk();
    let before = desk.json(&["log"])["branches"].clone();
    insta::assert_snapshot!(desk.session(&[
        "rate main up",
        "rate main~1 4",
        "rate skeptic^ down",
        "note main \"the essay says this better\"",
        "note main \"   \"",
        "rate main 6",
        "rate bench up",
        "note skeptic",
        "log",
        "show main",
        "rate main none",
        "note main --delete",
        "undo",
        "show main --json",
        "verify",
    ]));
    assert_eq!(desk.json(&["log"])["branches"], before);
}

#[test]
fn a_log_of_many_branches_stays_readable() {
    let desk = desk();
    for number in 0..30 {
        desk.out(&["fork", "main", "-b", &format!("side-{number:02}"), "-q"]);
    }
    for number in 0..25 {
        let (branch, question) = (format!("side-{number:02}"), format!("Question {number}"));
        desk.out(&["record", "-b", &branch, "--question", &question, "--answer", "one.txt", "-q"]);
    }
    for number in 0..6 {
        let question = format!("Deeper {number}");
        desk.out(&["record", "-b", "side-03", "--question", &question, "--answer", "one.txt", "-q"]);
    }
    insta::assert_snapshot!(desk.session(&[
        "log",
        "log -n 2",
        "log --branch skeptic",
        "log --branch side-03 --all",
        "log --branch sid-03",
        "log --branch bench",
        "log --since 1h -n 1",
        "log --since 2030-01-01",
        "log --since yesterday",
    ]));
    assert_eq!(desk.json(&["log"])["branches"].as_array().unwrap().len(), 32);
    // Those that moved last, and those that stand on their lines.
    assert_eq!(desk.json(&["log", "-n", "2"])["branches"].as_array().unwrap().len(), 8);
    assert_eq!(desk.out(&["log", "--all"]).lines().count(), 1 + 3 + 25 + 6);
}

#[test]
fn show_follows_citations_and_tells_how_an_answer_came_about() {
    let desk = desk();
    let provider = Provider::start(vec![Script::says("It is on the card [s2 0:21].")]);
    let base_url = provider.base_url();
    desk.out(&["ask", "main", "Where is it?", "-m", "mock", "--base-url", &base_url]);
    let session = desk.session(&[
        "show s2@0:21",
        "show \"bench[s1 post 3]\"",
        "show \"skeptic[s3 nothing like it]\"",
        "show [s9]",
        "show s1",
        "show main^",
        "show main --turn",
        "show main --run",
        "show main~1 --run",
        "show bench --run",
        "show bench^",
    ]);
    insta::assert_snapshot!(session.replace(&provider.origin(), "ORIGIN"));
    let passage = desk.json(&["show", "s2@0:21"]);
    assert_eq!((&passage["kind"], &passage["source"]), (&"passage".into(), &"s2".into()));
}
