//! A talk as a script: lines in, answers out.

use crate::support::Desk;
use crate::support::provider::{Heard, Provider, Script, stream_of};

fn talk(desk: &Desk, arguments: &[&str], lines: &str) -> String {
    let ran = desk.run_with(&[&["chat"], arguments].concat(), lines.as_bytes());
    format!("$ forkful chat {}\n{}\n", arguments.join(" "), ran.shown())
}

fn desk(provider: &Provider) -> Desk {
    let desk = Desk::new().set("FORKFUL_BASE_URL", &provider.base_url()).set("FORKFUL_MODEL", "mock");
    desk.file("essay.md", b"# On cards\n\nKeep one card a job. Burn the rest.\n");
    desk.out(&["pack", "essay.md", "--name", "cards", "-q", "-o", "cards.md"]);
    desk
}

#[test]
fn piped_lines_are_asked_one_by_one_on_a_branch_that_grows() {
    let answers = ["One **card** a job [s1].", "Because \"Burn the rest\".", "Keep all.", "In one word: cards."];
    let provider = Provider::start(answers.map(Script::says).to_vec());
    let desk = desk(&provider);
    let lines = "What is kept?\n\n/fork skeptic And \\\nwhy?\n/check\n/show s1\n/go main\n/retry other\n\
                 /prompt summary tokens=9\n/undo\n/cost\n/model bigger\n/branch\n/help\n/quit\nnever asked\n";
    let mut all = talk(&desk, &["cards"], lines);
    all += &desk.session(&["log"]);
    insta::assert_snapshot!(all.replace(&provider.origin(), "ORIGIN"));
    let bodies: Vec<String> = provider.requests().iter().map(Heard::text).collect();
    assert_eq!(bodies.len(), 4);
    assert!(bodies[1].contains("And \\nwhy?"), "{}", bodies[1]);
    // A retry is asked after what stood before the question.
    assert!(bodies[2].contains("What is kept?") && !bodies[2].contains("One **card**"), "{}", bodies[2]);
}

#[test]
fn a_script_stops_where_something_fails() {
    let cut = Script::streams().chunk(stream_of("Half an answer")[..2].concat());
    let provider = Provider::start(vec![Script::says("Yes."), cut, Script::says("Never.")]);
    let desk = desk(&provider);
    let mut all = talk(&desk, &["cards", "-b", "x"], "First?\nSecond?\nThird?\n");
    all += &talk(&desk, &["nowhere"], "First?\n");
    all += &talk(&desk, &["cards"], "/fry\nFirst?\n");
    all += &talk(&desk, &["cards"], "/prompt steelman\nFirst?\n");
    all += &talk(&desk, &["cards"], "/chat\nFirst?\n");
    all += &talk(&desk, &["x~1"], "/prompt \"a\n");
    all += &talk(&desk, &["cards", "--dry-run", "-q"], "What would be sent?\n");
    insta::assert_snapshot!(all.replace(&provider.origin(), "ORIGIN"));
    assert_eq!(provider.requests().len(), 2);
}

#[test]
fn an_undo_leads_back_to_where_the_talk_stood() {
    let answers = ["One.", "Two.", "Here.", "Three.", "There."];
    let provider = Provider::start(answers.map(Script::says).to_vec());
    let desk = desk(&provider);
    let mut all = talk(&desk, &["cards", "-b", "ch"], "first\n/retry\n/undo\nwhere am I\n");
    all += &talk(&desk, &["ch"], "/retry\n/undo\n/redo\n/undo\n/go cards\n/check\n");
    all += &talk(&desk, &["cards"], "/go ch\n/fork side\n/undo\n/redo\nwhere am I\n/log\n");
    insta::assert_snapshot!(all.replace(&provider.origin(), "ORIGIN"));
}
