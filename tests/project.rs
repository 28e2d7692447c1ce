//! The project file from outside: made, added to, packed by profile, refused where it is wrong.

use std::fs;

use forkful::workspace::project::word::{BUDGET, PROFILE, RENDER, SOURCE, TOP, Word};
use serde_json::{Map, Value, json};
use toml_edit::{Document, Item};

use crate::support::{Desk, root};

const PROFILES: &str = "
# The short one, for a small model.
[profile.brief]
sources = [\"essay.md\"]
budget.tokens = \"2500\"
budget.focus = \"What does the bench keep?\"
render.format = \"xml\"

[[profile.brief.source]]
path = \"talk.vtt\"
cap = 900

[profile.tail]
budget.keep = \"tail\"
";

fn append(desk: &Desk, text: &str) {
    let path = desk.path().join("forkful.toml");
    let before = fs::read_to_string(&path).unwrap();
    fs::write(&path, before + text).unwrap();
}

#[test]
fn a_project_is_made_grown_and_packed_by_profile() {
    let desk = Desk::with_examples();
    let mut shown = desk.session(&[
        "plan",
        "init thread.md --name bench --budget 5k",
        "init",
        "add talk.vtt@weight=2 essay.md",
        "add ./talk.vtt talk.vtt@keep=ends",
        "add missing.md",
        "add -",
        "plan -q",
        "count",
        "count --raw -q",
        "pack -o bench.md -q",
        "config",
    ]);
    append(&desk, PROFILES);
    shown += "\n";
    shown += &desk.session(&[
        "plan --profile brief",
        "plan --profile brief --budget 2k -F text -q",
        "plan --profile tail -q",
        "plan essay.md -q",
        "pack --profile brief -o brief.xml -q",
        "add thread.md@cap=1k --profile brief",
        "add thread.md --profile fresh",
        "config --profile brief --show-origin",
        "plan --profile breif",
        "log",
    ]);
    insta::assert_snapshot!(shown);
    insta::assert_snapshot!("forkful_toml", fs::read_to_string(desk.path().join("forkful.toml")).unwrap());
}

#[test]
fn a_file_that_is_a_source_and_stands_for_a_link_is_one_source() {
    let desk = Desk::with_examples();
    let link = "[[link]]\nurl = \"https://video.example/watch?v=1\"\npath = \"talk.vtt\"\n";
    desk.file("forkful.toml", format!("[[source]]\npath = \"talk.vtt\"\n\n{link}").as_bytes());
    let plan = desk.json(&["plan", "--offline"]);
    assert_eq!(plan["sources"].as_array().map(Vec::len), Some(1), "{plan:#}");
    let read = desk.json(&["count", "--offline"]);
    assert_eq!(read["sources"].as_array().map(Vec::len), Some(1), "{read:#}");
}

#[test]
fn a_project_holds_below_its_folder() {
    let desk = Desk::with_examples();
    desk.out(&["init", "thread.md", "--budget", "5k"]);
    let above = desk.json(&["plan"]);
    desk.file("notes/deep/note.md", b"A note on the card.\n");
    let inside = |arguments: &[&str]| {
        let output = desk.command(arguments).current_dir(desk.path().join("notes/deep")).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let below: Value = serde_json::from_str(&inside(&["plan", "--json"])).unwrap();
    assert_eq!(below["total_tokens"], above["total_tokens"]);
    assert_eq!(below["sources"][0]["locator"], "../../thread.md");
    inside(&["add", "note.md", "../../talk.vtt"]);
    let paths: Vec<String> = desk.json(&["config"])["sources"]
        .as_array()
        .unwrap()
        .iter()
        .map(|source| source["path"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(paths, ["thread.md", "notes/deep/note.md", "talk.vtt"]);
}

#[test]
fn flags_win_over_environment_profile_project_and_user() {
    let desk = Desk::with_examples().set("FORKFUL_MODEL", "from-environment");
    desk.file(
        "home/.config/forkful/config.toml",
        b"[budget]\ntokens = \"9k\"\nmodel = \"from-user\"\nencoding = \"cl100k_base\"\n[ask]\nbase_url = \"http://127.0.0.1:9/v1\"\n",
    );
    desk.file(
        "forkful.toml",
        b"[budget]\ntokens = 6000\nmodel = \"from-project\"\n[profile.p]\nbudget.tokens = 4000\n",
    );
    let shown = desk.session(&[
        "config --show-origin",
        "config --show-origin --profile p",
        "plan essay.md --profile p --encoding o200k_base",
        "plan",
        "config --profile q",
    ]);
    insta::assert_snapshot!(shown);
}

#[test]
fn what_is_wrong_in_a_file_is_said_with_its_place() {
    let desk = Desk::with_examples();
    desk.file(
        "forkful.toml",
        b"nmae = \"bench\"\n\n[[source]]\npath = \"essay.md\"\nwieght = 2\nkeep = \"haed\"\n\n[budget]\ntokens = true\napi_key = \"sk-1\"\nbase_url = \"http://x\"\n",
    );
    let mut shown = desk.session(&["plan", "add thread.md"]);
    desk.file("forkful.toml", b"[budget]\ntokens = \"1k\n");
    shown += &desk.session(&["plan"]);
    desk.file("forkful.toml", b"\xff\xfe");
    shown += &desk.session(&["plan"]);
    desk.file("forkful.toml", b"source = []\n");
    shown += &desk.session(&["plan", "add essay.md"]);
    fs::remove_file(desk.path().join("forkful.toml")).unwrap();
    desk.file("home/.config/forkful/config.toml", b"name = \"x\"\n[ask]\nbase_url = 3\n");
    shown += &desk.session(&["plan essay.md", "plan essay.md --profile p"]);
    insta::assert_snapshot!(shown);
}

/// The file as JSON, so that the schema can look at it.
fn as_json(item: &Item) -> Value {
    if let Some(text) = item.as_str() {
        json!(text)
    } else if let Some(number) = item.as_integer() {
        json!(number)
    } else if let Some(truth) = item.as_bool() {
        json!(truth)
    } else if let Some(tables) = item.as_array_of_tables() {
        tables.iter().map(|table| as_json(&Item::Table(table.clone()))).collect()
    } else if let Some(array) = item.as_array() {
        array.iter().map(|value| as_json(&Item::Value(value.clone()))).collect()
    } else {
        let table = item.as_table_like().unwrap();
        Value::Object(table.iter().map(|(key, item)| (key.to_owned(), as_json(item))).collect::<Map<_, _>>())
    }
}

#[test]
fn the_schema_knows_the_words_of_the_file() {
    let text = fs::read(root().join("schemas/forkful-toml.json")).unwrap();
    let schema: Value = serde_json::from_slice(&text).unwrap();
    let check = |words: &[Word], table: &Value| {
        let mut known: Vec<&str> = table["properties"].as_object().unwrap().keys().map(String::as_str).collect();
        let mut words: Vec<&str> = words.iter().map(|word| word.name).collect();
        known.sort_unstable();
        words.sort_unstable();
        assert_eq!(words, known);
    };
    let tables = &schema["$defs"];
    check(TOP, &schema);
    check(SOURCE, &tables["source"]);
    check(BUDGET, &tables["budget"]);
    check(RENDER, &tables["render"]);
    check(PROFILE, &tables["profile"]);

    let desk = Desk::with_examples();
    desk.out(&["init", "thread.md@weight=2,floor=1k", "essay.md@pin", "--name", "bench", "--budget", "5k"]);
    append(&desk, PROFILES);
    let text = fs::read_to_string(desk.path().join("forkful.toml")).unwrap();
    let document = Document::parse(text.as_str()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let value = as_json(document.as_item());
    let errors: Vec<String> = validator.iter_errors(&value).map(|error| error.to_string()).collect();
    assert_eq!(errors, [""; 0]);
}
