//! Bad input names its culprit, says what to type next, and loses nothing else.

use std::fs;

use crate::support::Desk;

#[test]
fn sources_that_cannot_be_read() {
    let desk = Desk::with_examples();
    desk.file("empty.md", b"");
    desk.file("blank.md", b" \n\n");
    desk.file("latin1.txt", b"caf\xe9 au lait, d\xe9j\xe0 vu\n");
    desk.file("utf16.txt", b"\xff\xfeh\x00i\x00");
    desk.file("image.png", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR");
    fs::create_dir(desk.path().join("nothing")).unwrap();
    insta::assert_snapshot!(desk.session(&[
        "read thred.md",
        "read nothing",
        "count empty.md",
        "count blank.md",
        "read latin1.txt",
        "read utf16.txt",
        "count --raw latin1.txt",
        "read image.png",
        "read essay.md@as=postcard",
        "read essay.md@as=webvtt",
        "plan essay.md@wieght=2",
        "plan essay.md@floor=9k,cap=1k",
        "plan - -",
        "count essay.md missing.md empty.md",
        "count essay.md missing.md empty.md --keep-going",
        "count missing.md --keep-going",
    ]));
}

#[test]
fn budgets_and_words_that_cannot_be() {
    let desk = Desk::with_examples();
    insta::assert_snapshot!(desk.session(&[
        "plan essay.md --budget 12q",
        "plan essay.md --budget 1,5k",
        "plan essay.md --budget 50",
        "pack essay.md --budget 150",
        "plan essay.md@weight=1,5",
        "plan essay.md@weight",
        "plan essay.md --reserve 999k -q",
        "plan essay.md --why s1",
        "pack thread.md talk.vtt essay.md --split 200",
        "pack essay.md --compress s1=200 -m gpt-5",
        "init essay.md --name a..b",
        "plan essay.md@pin thread.md@floor=500 --budget 1k",
        "plan essay.md --budget 1k --reserve 1k",
        "plan essay.md --encoding gpt2",
        "plan essay.md --keep middle",
        "pack essay.md -F docx",
        "pack essay.md --name a..b",
        "pack essay.md --name cafe",
        "pack essay.md -o no/such/folder/out.md",
        "fry essay.md",
    ]));
}

#[test]
fn a_budget_that_does_not_fit_writes_nothing() {
    let desk = Desk::with_examples();
    let ran = desk.run(&["pack", "essay.md@pin", "--budget", "500", "--name", "x", "-o", "x.md"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (3, ""));
    assert!(!desk.path().join("x.md").exists());
    assert_eq!(desk.run(&["log"]).stdout, "");
}

#[test]
fn a_split_tells_what_an_earlier_one_left() {
    let desk = Desk::with_examples();
    let sources = ["pack", "thread.md", "talk.vtt", "essay.md", "-q", "-o", "ctx.md", "--split"];
    let split = |size| desk.run(&[&sources[..], &[size]].concat()).stderr;
    assert_eq!(split("3k"), "");
    assert_eq!(split("5k"), "warning: ctx-3.md is no part of this split; remove what an earlier one left\n");
}

#[test]
fn stores_and_files_that_are_not_what_they_should_be() {
    let desk = Desk::with_examples();
    desk.file("broken/store.db", b"this is no database at all, however long it goes on and on and on");
    desk.file("a-file", b"words");
    desk.out(&["pack", "essay.md", "--name", "whole", "-o", "whole.forkful"]);
    let whole = fs::read_to_string(desk.path().join("whole.forkful")).unwrap();
    desk.file("cut.forkful", &whole.as_bytes()[..whole.len() / 2]);
    desk.file("forged.forkful", whole.replace("bench", "bunch").as_bytes());
    desk.file("note.forkful", b"hello\n");
    insta::assert_snapshot!(desk.session(&[
        "log --store broken",
        "log --store a-file",
        "import cut.forkful --store fresh",
        "import forged.forkful --store fresh",
        "import note.forkful --store fresh",
        "import nowhere.forkful --store fresh",
        "log --store fresh",
        "show hole",
        "show whole~1",
        "show @~",
        "ask whole \"  \" -m m",
        "undo --store fresh",
    ]));
}

#[test]
fn a_verb_that_reads_makes_no_store() {
    let desk = Desk::new();
    insta::assert_snapshot!(desk.session(&[
        "verify --store typo",
        "gc --store typo",
        "log --store typo",
        "show main --store typo",
        "log",
        "verify",
        "gc --prune",
        "search words",
        "show main",
        "undo",
    ]));
    assert_eq!(fs::read_dir(desk.path()).unwrap().count(), 0);
}

#[test]
fn no_control_character_of_a_source_reaches_the_output() {
    let desk = Desk::new();
    desk.file("esc.md", b"# T\x1b]0;owned\x07itle\n\nRed \x1b[31mtext\xc2\x9b32m and a bell\x07.\n");
    for arguments in [&["read", "esc.md"][..], &["pack", "esc.md"], &["plan", "esc.md"], &["pack", "esc.md", "--json"]]
    {
        let ran = desk.run(arguments);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        let controls: Vec<char> = (ran.stdout + &ran.stderr).chars().filter(|c| c.is_control() && *c != '\n').collect();
        assert!(controls.is_empty(), "{arguments:?}: {controls:?}");
    }
}

#[cfg(unix)]
#[test]
fn a_target_is_followed_if_it_is_a_link_and_spared_if_it_is_a_source() {
    let desk = Desk::with_examples();
    std::os::unix::fs::symlink(desk.path().join("real.md"), desk.path().join("link.md")).unwrap();
    desk.file("real.md", b"before\n");
    desk.out(&["pack", "essay.md", "-o", "link.md"]);
    assert!(fs::symlink_metadata(desk.path().join("link.md")).unwrap().is_symlink());
    let packed = fs::read(desk.path().join("real.md")).unwrap();
    assert!(packed.starts_with(b"# Sources"));

    let before = fs::read(desk.path().join("essay.md")).unwrap();
    insta::assert_snapshot!(desk.session(&["pack essay.md -o ./essay.md -q", "pack essay.md -q -o /dev/null"]));
    assert_eq!(fs::read(desk.path().join("essay.md")).unwrap(), before);
}

#[cfg(unix)]
#[test]
fn words_that_are_not_utf8_stop_nothing() {
    use std::os::unix::ffi::OsStrExt;
    let desk = Desk::with_examples();
    let mut command = desk.command(&["pack", "essay.md", "-o"]);
    let status = command.arg(std::ffi::OsStr::from_bytes(b"\xff.md")).output().unwrap().status;
    assert!(status.success());
}

#[test]
fn a_question_that_is_missing_or_misplaced_is_not_sent() {
    let desk = Desk::with_examples();
    insta::assert_snapshot!(desk.session(&[
        "pack essay.md --name cards -q -o cards.md",
        "ask cards -m m",
        "fork \"What is kept?\" -b skeptic",
        "show cards -F md -q --store elsewhere",
        "record --question Q --answer essay.md",
        "show main -F md",
        "pack thread.md --name cards -q -o thread-only.md",
    ]));
}
