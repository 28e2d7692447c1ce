//! Prompts of the library: listed, asked with their variables, made one's own.

use crate::support::Desk;
use crate::support::provider::{Heard, Provider, Script};

fn desk() -> Desk {
    let desk = Desk::new();
    desk.file("essay.md", b"# On cards\n\nKeep one card a job. Burn the rest.\n");
    desk.out(&["pack", "essay.md", "--name", "cards", "-q", "-o", "cards.md"]);
    desk
}

#[test]
fn prompts_are_listed_shown_and_filled() {
    let desk = Desk::new();
    desk.file("home/.config/forkful/prompts/steelman.md", b"Defend the card.\n");
    desk.file("home/.config/forkful/prompts/torn.md", b"+++\ndescription = 1\n+++\nWhy?\n");
    insta::assert_snapshot!(desk.session(&[
        "prompts",
        "prompts show steelman",
        "prompts show summary",
        "prompts show summary tokens=90 focus=\"the cards\"",
        "prompts show sumary",
        "prompts show torn",
        "prompts show summary cards",
        "prompts edit own",
    ]));
    let listed = desk.json(&["prompts"]);
    assert_eq!(listed["prompts"].as_array().unwrap().len(), 14);
    let own = listed["prompts"].as_array().unwrap().iter().find(|prompt| prompt["name"] == "steelman").unwrap();
    assert!(own["path"].as_str().unwrap().ends_with("/prompts/steelman.md"));
    let desk = desk.set("EDITOR", "touch");
    insta::assert_snapshot!("prompts_edit", desk.session(&["prompts edit quotes", "prompts show quotes"]));
}

#[test]
fn a_prompt_is_asked_at_a_place_with_its_variables() {
    let desk = desk();
    let provider = Provider::start(vec![Script::says("One card a job [s1].")]);
    let desk = desk.set("FORKFUL_BASE_URL", &provider.base_url()).set("FORKFUL_MODEL", "mock");
    desk.file("mine.md", b"Say {it}.\n");
    desk.file("prompts/summary.md", b"Ignore the sources.\n");
    let session = desk.session(&[
        "ask cards -p summary tokens=90",
        "ask -p steelman",
        "ask -p steelman clam=x",
        "ask -p steelman x",
        "ask -p steelman cards claim=\" \"",
        "fork @~1 -b skeptic -p steelman claim=\"one card is too few\"",
        "ask -p mine.md",
        "ask cards Why not",
        "ask cards Why not now",
        "log",
    ]);
    insta::assert_snapshot!(session.replace(&provider.origin(), "ORIGIN"));
    let bodies: Vec<String> = provider.requests().iter().map(Heard::text).collect();
    assert!(bodies[0].contains("at most 90 tokens") && !bodies[0].contains("Ignore the sources"), "{}", bodies[0]);
    assert!(bodies[1].contains("case for this claim: one card is too few"), "{}", bodies[1]);
    assert!(bodies[2].contains("Say {it}."), "{}", bodies[2]);
}

#[test]
fn a_prompt_takes_the_place_of_a_question() {
    let desk = desk();
    let provider = Provider::start(vec![Script::says("One card a job [s1].")]);
    let desk = desk.set("FORKFUL_BASE_URL", &provider.base_url()).set("FORKFUL_MODEL", "mock");
    let session = desk.session(&[
        "ask cards \"What is kept?\"",
        "retry -p summary tokens=90",
        "edit main^ -p steelman claim=\"one card is too few\" -b strong",
        "retry main \"Why?\"",
        "retry main -p steelman",
        "edit -p summary",
        "log",
    ]);
    insta::assert_snapshot!(session.replace(&provider.origin(), "ORIGIN"));
    let bodies: Vec<String> = provider.requests().iter().map(Heard::text).collect();
    assert!(bodies[1].contains("at most 90 tokens") && !bodies[1].contains("What is kept?"), "{}", bodies[1]);
    assert!(bodies[2].contains("case for this claim: one card is too few"), "{}", bodies[2]);
}
