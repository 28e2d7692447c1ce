//! The tree's verbs, in sessions as a person types them.

use crate::support::Desk;
use crate::support::provider::{Heard, Provider, Script};

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

#[test]
fn edits_and_retries_stand_beside_what_was_said() {
    let desk = desk();
    let says = ["First.", "Second.", "Third.", "Fourth.", "Fifth."];
    let provider = Provider::start(says.map(Script::says).to_vec());
    let base_url = provider.base_url();
    let mut session = desk.session(&[&format!("ask main \"Go on\" -m mock --base-url {base_url}")]);
    session += &desk.session(&[
        "edit main^ \"Go on, in one word\"",
        "edit main^ \"Go on\"",
        "edit main^ \"  \"",
        "edit bench \"x\"",
        "edit main^ \"In two words\" -b two --no-ask",
        "retry two",
        "retry main",
        "retry main -b skeptic",
        "retry main --here",
        "retry main~1 --here",
        "edit main \"I say it myself.\" -b mine",
        "retry bench",
        "log",
        "show mine --turn",
        "undo 2",
        "log --branch main",
        "edit main^",
        "verify",
    ]);
    insta::assert_snapshot!(session.replace(&provider.origin(), "ORIGIN"));
    let bodies: Vec<String> = provider.requests().iter().map(Heard::text).collect();
    assert_eq!(bodies[0], bodies[3], "a retry sends the same bytes");
    let edited = desk.set("EDITOR", "sed -i s/Go/Come/").out(&["edit", "main^", "--no-ask", "--json"]);
    assert!(edited.contains("\"branch\": \"main-4\""), "{edited}");
}

#[test]
fn an_edited_question_is_kept_though_no_answer_comes() {
    let desk = desk();
    let provider = Provider::start(vec![
        Script::answers(404, &["content-type: application/json"], r#"{"error":{"message":"no such model"}}"#),
        Script::says("Here."),
    ]);
    let base_url = provider.base_url();
    let mut session = desk.session(&[
        &format!("edit main^ \"What then?\" -m mock --base-url {base_url}"),
        "log",
        &format!("retry -m mock --base-url {base_url}"),
        "log",
    ]);
    session = session.replace(&provider.origin(), "ORIGIN");
    insta::assert_snapshot!(session);
}

#[test]
fn two_branches_and_two_bundles_are_compared() {
    let desk = desk();
    desk.file("three.txt", b"They do not: both want far fewer words.\n");
    desk.file("essay.md", &[&std::fs::read(desk.path().join("essay.md")).unwrap()[..], b"\nOne more line.\n"].concat());
    desk.file("notes.md", b"# Notes\n\nA card a job.\n");
    insta::assert_snapshot!(desk.session(&[
        "fork main~1 -b other",
        "record -b other --question \"And where do they not?\" --answer three.txt",
        "diff main other",
        "diff main other --stat",
        "diff main skeptic",
        "diff main~1 main",
        "diff main main",
        "pack thread.md talk.vtt notes.md essay.md --budget 5k --name wide -q -o wide.md",
        "pack talk.vtt essay.md --budget 5k --name less -q -o less.md",
        "diff bench wide --stat",
        "diff bench wide",
        "diff wide less --stat",
        "diff bench bench",
        "fork wide -b fresh",
        "record -b fresh --question \"And where do they not?\" --answer one.txt",
        "diff main fresh",
        "diff main nobody",
        "diff main other --json",
    ]));
}

#[test]
fn words_are_found_with_the_place_that_show_takes() {
    let desk = desk();
    insta::assert_snapshot!(desk.session(&[
        "search ladder",
        "search \"fewer words\"",
        "search opposite",
        "search \"card burns\" -n 3",
        "search zebra",
        "search \" \"",
        "branch delete skeptic",
        "search opposite",
        "search opposite --all",
        "search opposite --all --json",
        "search --rebuild",
        "search disagree",
    ]));
    // Every address that is printed can be shown, and what is shown there has the word.
    let found = desk.json(&["search", "card", "-n", "50"]);
    let passages = found["passages"].as_array().unwrap();
    assert!(passages.len() > 20);
    for passage in passages {
        let shown = desk.out(&["show", passage["address"].as_str().unwrap()]);
        assert!(shown.to_lowercase().contains("card"), "{passage}: {shown}");
    }
}

#[test]
fn turns_are_brought_over_and_say_where_from() {
    let desk = desk();
    insta::assert_snapshot!(desk.session(&[
        "pick skeptic --onto main",
        "pick skeptic --onto main~1",
        "pick bench --onto main",
        "log",
        "show main --turn",
        "undo",
        "graft skeptic --onto main",
        "graft skeptic --onto skeptic",
        "graft main --onto bench -b fresh",
        "pack essay.md --name other -q -o other.md",
        "graft skeptic --onto other",
        "graft bench --onto main",
        "log",
        "show skeptic-2",
        "verify",
    ]));
}

#[test]
fn gc_takes_away_only_what_nothing_leads_to() {
    let desk = desk();
    insta::assert_snapshot!(desk.session(&[
        "gc",
        "fork main -b later",
        "branch delete skeptic",
        "gc",
        "gc --prune",
        "gc --keep soon",
        "gc --json",
    ]));
    // A year on, the deletion is out of the window once something else was done.
    let desk = desk.set("SOURCE_DATE_EPOCH", "1791536000");
    insta::assert_snapshot!(
        "gc_a_year_on",
        desk.session(&[
            "gc --keep 30d",
            "fork main -b latest",
            "gc --keep 30d",
            "gc",
            "gc --keep 30d --prune",
            "gc --keep 30d --prune",
            "verify",
            "log",
            "undo",
            "undo",
            "undo",
            "log --at 6",
            "show skeptic --at 6",
            "undo --to 6",
            "search opposite --all",
            "operations -n 3",
            "verify",
        ])
    );
}

#[test]
fn a_replay_asks_again_breaks_off_goes_on_and_reports() {
    let desk = desk();
    let provider = Provider::start(vec![
        Script::says("About the card: the essay burns the rest, the talk keeps all of it."),
        Script::streams().chunk(crate::support::provider::stream_of("They do")[..2].concat()),
        Script::says("They do not: both want fewer words."),
    ]);
    let base_url = provider.base_url();
    let replay = format!("replay main --onto other -m mock --base-url {base_url}");
    let session = desk.session(&[
        "pack essay.md --name other -q -o other.md",
        "replay main --onto other",
        &replay,
        "log",
        &replay,
        "replay main --onto other",
        "replay main --onto other --carry",
        "replay main --onto other -b skeptic",
        "replay main --onto other -b carried --carry",
        "replay main --onto main",
        "replay bench --onto other",
        "log",
        "replay main --onto other --json",
        "verify",
    ]);
    insta::assert_snapshot!(session.replace(&provider.origin(), "ORIGIN"));
}

#[test]
fn a_summary_stands_on_its_own_branch_and_describes_the_other() {
    let desk = desk();
    let provider = Provider::start(vec![
        Script::says("They agree on fewer words.\n\n- Both burn or keep [s3]."),
        Script::says("Another one."),
    ]);
    let base_url = provider.base_url();
    let session = desk.session(&[
        &format!("summarise main -m mock --base-url {base_url}"),
        "branch",
        "show main-summary",
        "summarise main",
        "summarise bench",
        "branch",
    ]);
    insta::assert_snapshot!(session.replace(&provider.origin(), "ORIGIN"));
}
