//! Many forks at once against the test provider, as a person types it.

use serde_json::Value;

use crate::mock::{Running, start};
use crate::support::{Desk, words};

/// A desk with a bundle that is long enough to be cached, and a file of questions.
pub(crate) fn desk() -> Desk {
    let desk = Desk::new();
    let paragraph =
        |n: usize| format!("Card {n} says what the bench keeps for job {n}, and who burned the rest in spring.\n\n");
    let essay: String = (1..=120).map(paragraph).collect();
    desk.file("essay.md", format!("# On cards\n\n{essay}").as_bytes());
    desk.file(
        "questions.txt",
        b"Who pays for forgetting?\nWhat is kept?\n\nWhat burns first?\nWho pays for forgetting?\n",
    );
    desk.out(&["pack", "essay.md", "--name", "cards", "-q", "-o", "cards.md"]);
    desk
}

/// What a person sees of commands that ask the mock, one fork at a time.
fn session(desk: &Desk, mock: &Running, lines: &[&str]) -> String {
    let to = format!(" --provider openai --base-url {} -j 1", mock.base_url);
    let shown = lines.iter().map(|line| {
        let line = line.replace("@MOCK", &to);
        let typed = words(&line);
        let typed: Vec<&str> = typed.iter().map(String::as_str).collect();
        format!("$ forkful {line}\n{}", desk.run(&typed).shown())
    });
    shown
        .collect::<Vec<_>>()
        .join("\n")
        .replace(&mock.base_url, "MOCK")
        .replace(mock.base_url.trim_end_matches("/v1"), "MOCK")
}

#[test]
fn what_is_missing_is_asked_and_nothing_twice() {
    let desk = desk();
    let mock = start(&desk, &["--fault", "3:400", "--words", "16"]);
    let mut shown = session(
        &desk,
        &mock,
        &[
            "ask cards --each questions.txt -m gpt-5 --dry-run@MOCK",
            "ask cards --each questions.txt -m gpt-5@MOCK",
            "ask cards --each questions.txt -m gpt-5@MOCK",
            "ask cards --each questions.txt -m gpt-5@MOCK",
            "ask cards \"What is kept?\" -n 3 -m gpt-5@MOCK",
            "ask cards \"What is kept?\" -m gpt-5 -m gpt-5-mini@MOCK",
            "log",
            "compare what-is-kept",
            "cost --by bundle,model,day",
        ],
    );
    let lines = desk.out(&[
        "ask",
        "cards",
        "--each",
        "questions.txt",
        "-m",
        "gpt-5",
        "--provider",
        "openai",
        "--json",
        "--base-url",
        &mock.base_url,
    ]);
    for line in lines.lines() {
        let value: Value = serde_json::from_str(line).unwrap();
        let told = ["branch", "question", "status"].map(|name| value[name].as_str().unwrap_or_default().to_owned());
        shown += &format!("{} {}\n", told.join(" | "), value["cost"]);
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn nothing_is_asked_that_may_not_be_paid() {
    let desk = desk();
    let mock = start(&desk, &["--words", "16"]);
    insta::assert_snapshot!(session(
        &desk,
        &mock,
        &[
            "ask cards --each questions.txt -m gpt-5 --max-cost 0.0001@MOCK",
            "ask cards --each questions.txt -m gpt-5 --max-cost 0.0065 --max-output 100@MOCK",
            "ask cards \"What is kept?\" -m gpt-5 --max-cost 0.0036@MOCK",
            "ask cards --each questions.txt -m nobody --max-cost 1@MOCK",
            "ask cards --each questions.txt extra -m gpt-5@MOCK",
            "ask cards --each nowhere.txt -m gpt-5@MOCK",
            "fork cards -b x \"Why?\" -m gpt-5 -m gpt-5-mini",
        ],
    ));
}

#[test]
fn an_answer_at_the_limit_is_kept_and_asked_again_for_a_longer_one_only() {
    let desk = desk();
    let mock = start(&desk, &["--words", "40"]);
    insta::assert_snapshot!(session(
        &desk,
        &mock,
        &[
            "ask cards --each questions.txt -m gpt-5 --max-output 30@MOCK",
            "ask cards --each questions.txt -m gpt-5 --max-output 30@MOCK",
            "ask cards --each questions.txt -m gpt-5 --max-output 20@MOCK",
            "ask cards --each questions.txt -m gpt-5 --max-output 200@MOCK",
            "log",
        ],
    ));
}

#[test]
fn a_model_that_is_not_there_is_asked_twice_and_no_more() {
    let desk = desk();
    let mock = start(&desk, &["--wants-key"]);
    insta::assert_snapshot!(session(&desk, &mock, &["ask cards --each questions.txt -m gpt-5@MOCK", "log"]));
}

#[cfg(unix)]
#[test]
fn control_c_keeps_what_came_of_every_fork() {
    use std::io::{BufRead as _, BufReader};
    use std::process::Stdio;
    let desk = desk();
    // The first answers whole, the second says it all but for its end.
    let mock = start(&desk, &["--words", "16", "--fault", "2:hang=2500"]);
    let to = ["ask", "cards", "--each", "questions.txt", "-m", "gpt-5", "-j", "1", "--base-url", &mock.base_url];
    let mut command = desk.command(&to);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut first = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut first).unwrap();
    assert!(first.starts_with("answered  who-pays-for-forgetting"), "{first}");
    // The second fork's words are in the store once it is under way.
    let stored = || desk.json(&["log"])["messages"].as_array().map_or(0, Vec::len);
    assert!(stored() >= 2);
    let killed = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(killed.success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{}", String::from_utf8_lossy(&output.stderr));
    let again = desk.run(&[&to[..], &["-q"]].concat());
    assert_eq!(again.code, 0, "{}", again.stderr);
    let names: Vec<String> = desk.json(&["log"])["branches"]
        .as_array()
        .unwrap()
        .iter()
        .map(|branch| branch["name"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(names, ["what-burns-first", "what-is-kept", "who-pays-for-forgetting"]);
}
