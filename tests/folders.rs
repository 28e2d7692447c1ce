//! Folders as sources: what is passed over, what fails, and what is told of both.

use std::fs;

use serde_json::Value;

use crate::exports::archive;
use crate::json::check;
use crate::support::Desk;

const REPOSITORY: &[(&str, &str)] = &[
    (".git/HEAD", "ref: refs/heads/main\n"),
    (".gitignore", "build/\n*.log\n!keep.log\n"),
    (".env", "SECRET=1\n"),
    ("a.md", "One.\n"),
    ("a.log", "Two.\n"),
    ("keep.log", "Three.\n"),
    ("build/b.md", "Four.\n"),
    ("src/.gitignore", "/made.md\n"),
    ("src/.ignore", "notes.md\n"),
    ("src/made.md", "Five.\n"),
    ("src/notes.md", "Six.\n"),
    ("src/c.md", "Seven.\n"),
    ("src/c.log", "Eight.\n"),
];

fn desk_with_repository() -> Desk {
    let desk = Desk::new();
    for (name, text) in REPOSITORY {
        desk.file(&format!("repo/{name}"), text.as_bytes());
    }
    desk
}

#[test]
fn a_folder_is_read_without_what_its_gitignore_names() {
    let desk = desk_with_repository();
    insta::assert_snapshot!(desk.session(&[
        "count repo",
        "count repo/src",
        "count repo/a.log repo/build",
        "count repo --no-ignore -q",
        "count repo --exclude src/ --exclude !a.log -q",
        "count repo --exclude /*.md",
        "count repo --exclude *",
        "count repo --exclude \"# drafts\"",
        "read repo/src --list -q",
    ]));
}

#[test]
fn an_archive_is_read_as_the_folder_that_was_packed() {
    let desk = Desk::new();
    let packed = [("__MACOSX/._a.md", "x"), ("repo/.venv/deep/er.py", "x = 1\n"), ("repo/picture.png", "x")];
    let members: Vec<(String, &[u8])> = REPOSITORY
        .iter()
        .map(|(name, text)| (format!("repo/{name}"), text.as_bytes()))
        .chain(packed.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes())))
        .collect();
    let members: Vec<(&str, &[u8])> = members.iter().map(|(name, bytes)| (name.as_str(), *bytes)).collect();
    desk.file("repo.zip", &archive(&members));
    desk.file("hidden.zip", &archive(&[(".git/config", b"[core]\n")]));
    insta::assert_snapshot!(desk.session(&[
        "read repo.zip",
        "read repo.zip --no-ignore --exclude src -q",
        "read repo.zip --list -q",
        "read hidden.zip",
    ]));
}

#[test]
fn notes_that_say_the_same_are_folded_for_people_and_whole_for_scripts() {
    let desk = Desk::new();
    desk.file("d/.gitignore", b"*.log\n");
    desk.file("d/a.md", b"One.\n");
    for n in 0..9 {
        desk.file(&format!("d/{n}.log"), b"x");
    }
    insta::assert_snapshot!(desk.session(&["count d"]));
    let problems = desk.json(&["count", "d"])["problems"].as_array().unwrap().len();
    assert_eq!(problems, 10);
}

#[test]
fn a_project_excludes_and_is_no_source_of_its_own() {
    let desk = Desk::new();
    desk.file("notes/a.md", b"# A\n\nOne.\n");
    desk.file("notes/drafts/b.md", b"Two.\n");
    desk.file("forkful.toml", b"[[source]]\npath = \".\"\nexclude = [\"drafts/\"]\n");
    desk.file("forkful.lock", b"# locked\n");
    let first = desk.session(&["config", "pack -o out.md", "pack -o out.md", "pack . out.md -o out.md -q"]);
    let split =
        desk.session(&["pack . --exclude out.md --split 2k -o p.md", "pack . --exclude out.md --split 2k -o p.md"]);
    desk.file("forkful.toml", b"[[source]]\npath = \".\"\nexclude = [\"drafts/\", \"# no\", 3]\n");
    let wrong = desk.session(&["plan"]);
    desk.file("forkful.toml", b"[[source]]\npath = \".\"\nexclude = [\"drafts/\", \"\"]\n");
    insta::assert_snapshot!([first, split, wrong, desk.session(&["plan"])].join("\n"));
}

#[cfg(unix)]
#[test]
fn what_cannot_be_read_in_a_folder_is_told_with_its_reason() {
    let desk = Desk::new();
    desk.file("d/a.md", b"One.\n");
    desk.file("d/picture.png", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR");
    let told = desk.session(&["count d"]);
    assert_eq!(told, "$ forkful count d\n2> note: d/picture.png: skipped: a PNG image is not text\n2\n");
    // Nobody can open a link that leads to itself, whoever asks.
    std::os::unix::fs::symlink("thread.md", desk.path().join("d/thread.md")).unwrap();
    std::os::unix::fs::symlink("nowhere.md", desk.path().join("d/gone.md")).unwrap();
    insta::assert_snapshot!(desk.session(&["count d", "read d --list -q", "pack d -q"]));
}

#[test]
fn a_folder_without_a_source_says_why() {
    let desk = Desk::new();
    let wall = "<html><head><title>Just a moment...</title></head><body><h1>Checking your browser</h1>\
                <div id=\"cf-challenge\">Enable JavaScript and cookies to continue</div></body></html>";
    desk.file("walls/one.html", wall.as_bytes());
    desk.file("walls/two.html", wall.as_bytes());
    desk.file("binaries/picture.png", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR");
    desk.file("binaries/other.bin", b"\x00\x01\x02");
    desk.file("ignored/.gitignore", b"*\n");
    desk.file("ignored/a.md", b"One.\n");
    desk.file("words.md", b"Words.\n");
    fs::create_dir(desk.path().join("empty")).unwrap();
    insta::assert_snapshot!(desk.session(&[
        "count walls",
        "count binaries",
        "count ignored",
        "count empty",
        "read empty --list",
        "count words.md binaries --keep-going --json",
    ]));
}

#[test]
fn the_json_of_every_verb_names_the_sources_that_failed() {
    let desk = Desk::new();
    desk.file("ok.md", b"Words that stay.\n");
    desk.file("blank.md", b"\n");
    let expected = serde_json::json!([
        {"severity": "error", "where": "nosuch", "message": "no such file: nosuch"},
        {"severity": "error", "where": "blank.md", "message": "blank.md is empty"},
    ]);
    let check = |shape: &str, arguments: &[&str]| {
        let named = ["nosuch", "ok.md", "blank.md", "--keep-going", "--json"];
        let ran = desk.run(&[arguments, &named[..]].concat());
        assert_eq!(ran.code, 4, "{arguments:?}: {}", ran.stderr);
        let value: Value = serde_json::from_str(&ran.stdout).unwrap();
        check(shape, &value);
        let holder = if shape == "split" { &value["bundles"][0] } else { &value };
        assert_eq!(holder["problems"], expected, "{arguments:?}");
    };
    check("read", &["read"]);
    check("list", &["read", "--list"]);
    check("count", &["count"]);
    check("plan", &["plan"]);
    check("pack", &["pack"]);
    check("split", &["pack", "--split", "2k"]);
    check("fetch", &["fetch"]);
}

#[cfg(unix)]
#[test]
fn a_pipe_is_read_to_its_end() {
    let desk = Desk::with_examples();
    let essay = fs::read(desk.path().join("essay.md")).unwrap();
    let zip = archive(&[("essay.md", &essay)]);
    let through = |arguments: &[&str], bytes: &[u8]| {
        let ran = desk.run_with(&[arguments, &["/dev/stdin", "-q"]].concat(), bytes);
        assert_eq!(ran.code, 0, "{arguments:?}: {}", ran.stderr);
        ran.stdout
    };
    assert_eq!(through(&["read"], &essay), desk.out(&["read", "essay.md"]));
    assert_eq!(through(&["read"], &zip), desk.out(&["read", "essay.md"]));
    assert_eq!(through(&["count"], &essay), desk.out(&["count", "essay.md"]));
    assert_eq!(through(&["count", "--raw"], &essay), desk.out(&["count", "--raw", "essay.md"]));
    assert_eq!(through(&["read", "--list"], &zip), through(&["read", "--list"], &essay));
    let ran = desk.run(&["count", "/dev/stdin"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (1, "error: /dev/stdin is empty\n"));
}

#[cfg(unix)]
#[test]
fn names_that_lead_nowhere_say_where_they_lead() {
    let desk = Desk::with_examples();
    std::os::unix::fs::symlink("gone/essay.md", desk.path().join("dangling")).unwrap();
    let docx = archive(&[("[Content_Types].xml", b"<Types/>"), ("word/document.xml", b"<w:document/>")]);
    desk.file("broken.docx", &docx[..docx.len() - 30]);
    desk.file("cut.zip", &docx[..docx.len() - 30]);
    insta::assert_snapshot!(desk.session(&[
        "read dangling",
        "count --raw dangling",
        "read *.md",
        "read \"\"",
        "count --raw \"\"",
        "read broken.docx",
        "read cut.zip",
    ]));
}

#[test]
fn an_export_within_a_folder_is_one_source_beside_the_others() {
    let desk = Desk::with_examples();
    let tweet = |id: u8| {
        format!(
            "{{\"tweet\":{{\"id_str\":\"{id}\",\"full_text\":\"The bench, part {id}.\",\"created_at\":\"Mon Jan 0{id} 08:00:00 +0000 2024\"}}}}"
        )
    };
    for (name, id) in [("tweets", 1), ("tweets-part1", 8)] {
        let text = format!("window.YTD.tweets.part0 = [{}]\n", tweet(id));
        desk.file(&format!("all/archive/data/{name}.js"), text.as_bytes());
    }
    desk.file("all/archive/data/manifest.js", b"window.__THAR_CONFIG = {}\n");
    desk.file("all/archive/assets/app.js", b"let page = 1;\n");
    desk.file("all/notes.md", b"# Notes\n\nWhat the posts are about.\n");
    insta::assert_snapshot!(desk.session(&["read all", "read all --list", "count all"]));
}
