//! Conversations of other programs come in with every branch and go back as they were.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::{Desk, root, shared};

/// Where branches point and what their messages say, whatever the branches are called.
fn tips(desk: &Desk, store: &str) -> Vec<String> {
    let listed = desk.json(&["--store", store, "branch"]);
    let branches = listed["branches"].as_array().unwrap();
    let mut tips: Vec<String> = branches.iter().map(|branch| branch["tip"].as_str().unwrap().to_owned()).collect();
    tips.sort();
    tips
}

/// Imports, imports again, exports, imports that elsewhere, exports again.
fn check(source: &Path, dialect: &str) {
    let desk = Desk::new();
    let source = source.to_str().unwrap();
    let first = desk.json(&["--store", "a", "import", source, "-q"]);
    let again = desk.json(&["--store", "a", "import", source, "-q"]);
    let sum = |value: &Value, field: &str| -> u64 {
        value["conversations"].as_array().unwrap().iter().map(|one| one[field].as_u64().unwrap()).sum()
    };
    assert!(sum(&first, "new") > 0, "{source}");
    assert_eq!((sum(&again, "new"), sum(&again, "messages")), (0, sum(&first, "messages")), "{source}");
    let operations = desk.json(&["--store", "a", "operations"]);
    assert_eq!(operations["operations"].as_array().unwrap().len(), 1, "{source}: twice changes nothing");
    let out = desk.out(&["--store", "a", "export", "--as", dialect, "-q"]);
    desk.file("out.json", out.as_bytes());
    desk.out(&["--store", "b", "import", "out.json", "-q"]);
    let back = desk.out(&["--store", "b", "export", "--as", dialect, "-q"]);
    assert!(back == out, "{source}: not a fixpoint");
    assert_eq!(tips(&desk, "b"), tips(&desk, "a"), "{source}: other messages");
    for store in ["a", "b"] {
        desk.out(&["--store", store, "verify", "-q"]);
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = entries.filter(|path| path.is_file()).collect();
    files.sort();
    files
}

/// The dialects of trees, and the formats that give them.
const TREES: [(&str, &str, &str); 3] = [
    ("chatgpt", "chatgpt", "chatgpt"),
    ("claude", "claude_export", "claude"),
    ("open-webui", "open_webui", "open-webui"),
];

#[test]
fn own_fixtures_are_fixpoints() {
    for (format, _, dialect) in TREES {
        for file in files(&root().join("tests/fixtures").join(format)) {
            check(&file, dialect);
        }
    }
    for file in files(&root().join("tests/fixtures/librechat")) {
        check(&file, "librechat");
    }
}

#[test]
fn real_exports_are_fixpoints() {
    let Some(inputs) = shared("inputs") else { return };
    for (_, folder, dialect) in TREES {
        for file in files(&inputs.join(folder)) {
            check(&file, dialect);
        }
    }
    for file in files(&inputs.join("sharegpt")) {
        check(&file, "sharegpt");
    }
}

#[test]
fn a_conversation_goes_on_here() {
    let desk = Desk::new();
    desk.file("kettles.json", &std::fs::read(root().join("tests/fixtures/librechat/tree.json")).unwrap());
    desk.file("more.txt", b"By two minutes.\n");
    desk.file("notes.md", b"# Notes\n\nNo conversation.\n");
    insta::assert_snapshot!(desk.session(&[
        "import kettles.json",
        "import kettles.json",
        "log",
        "show two-kettles/main",
        "show two-kettles/main-2 --run",
        "record --question \"How much faster?\" --answer more.txt",
        "branch",
        "export --as jsonl",
        "export two-kettles --as chatgpt -o out.json",
        "export two-kettles/main-2 --as sharegpt",
        "import notes.md",
        "import nowhere.json",
        "export two-kettles --as chatgtp",
        "undo 2",
        "export --as claude",
    ]));
}

#[test]
fn sources_go_along_where_there_is_a_place_for_them() {
    let desk = Desk::with_examples();
    desk.file("one.txt", b"It burns the rest.\n");
    for line in ["pack essay.md --name bench -q -o bench.md", "record -b main --question Why? --answer one.txt -q"] {
        desk.out(&crate::support::words(line).iter().map(String::as_str).collect::<Vec<_>>());
    }
    let ran = desk.run(&["export", "--as", "chatgpt", "-o", "out.json"]);
    assert_eq!(
        ran.stderr,
        "Exported  out.json  1 conversation, 1 branch, 2 messages for chatgpt\n\
         Left out  1 source: --with-bundle puts the text before the first question\n"
    );
    let claude: Value = serde_json::from_str(&desk.out(&["export", "--as", "claude", "-q"])).unwrap();
    let attached = &claude[0]["chat_messages"][0]["attachments"][0];
    let text = attached["extracted_content"].as_str().unwrap();
    assert!(desk.out(&["read", "essay.md", "-q"]).ends_with(text));
    let lines = desk.out(&["export", "--as", "jsonl", "--with-bundle", "-q"]);
    let line: Value = serde_json::from_str(&lines).unwrap();
    let question = line["messages"][0]["content"].as_str().unwrap();
    let bundle = desk.out(&["show", "bench", "-q"]);
    assert_eq!(question, format!("{}\n\nWhy?", bundle.trim_end()));
}

#[test]
fn the_threads_of_llm_share_their_first_messages() {
    let desk = Desk::new();
    for name in ["logs.db", "older.db"] {
        desk.file(name, &std::fs::read(root().join("tests/fixtures/llm").join(name)).unwrap());
    }
    insta::assert_snapshot!(desk.session(&[
        "import logs.db",
        "import logs.db",
        "log",
        "show logs/the-fork",
        "import older.db",
        "show older/old-kettles",
        "read older.db --list",
    ]));
}
