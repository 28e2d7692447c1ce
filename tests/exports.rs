//! Exports as containers: archives, folders, what is picked, and what is hostile.

use std::fs;
use std::io::{Cursor, Write};

use forkful::gather::{self, FORMATS};
use zip::write::{SimpleFileOptions, ZipWriter};

use crate::support::{Desk, root};

fn fixture(path: &str) -> String {
    fs::read_to_string(root().join("tests/fixtures").join(path)).unwrap()
}

pub(crate) fn archive(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

#[test]
fn an_archive_is_one_source_and_one_conversation_can_be_picked() {
    let desk = Desk::new();
    let chats = fixture("chatgpt/conversations.json");
    let zip = archive(&[
        ("conversations-000.json", chats.as_bytes()),
        ("conversations-001.json", chats.as_bytes()),
        ("user.json", b"{\"id\": \"u\"}"),
        ("chat.html", b"<html><body><p>all of it once more</p></body></html>"),
        ("dalle/picture.png", b"\x89PNG\0"),
    ]);
    desk.file("export.zip", &zip);
    desk.file("chats.json", chats.as_bytes());
    desk.file(
        "x.zip",
        &archive(&[
            ("data/account.js", b"window.YTD.account.part0 = [ {\"account\": {\"username\": \"idle_lathe\"}} ]"),
            ("data/tweets.js", fixture("x-archive/tweets.js").as_bytes()),
            ("data/note-tweet.js", fixture("x-archive/note-tweet.js").as_bytes()),
            ("data/like.js", b"window.YTD.like.part0 = [ ]"),
        ]),
    );
    desk.file("two.json", chats.replacen("\"title\": null", "\"title\": \"Ledger\"", 1).as_bytes());
    desk.file("essay.md", b"# Ledgers\n\nWords.\n");
    insta::assert_snapshot!(desk.session(&[
        "read export.zip --list",
        "read export.zip --list --grep ledger -q",
        "read export.zip --list --since 2025-09 -q",
        "read export.zip#looms",
        "read export.zip#c-1@branches=all -q",
        "read export.zip#nothing",
        "read essay.md#2 -q",
        "read two.json#ledge",
        "read two.json#LEDGER -q",
        "read chats.json#nothing",
        "read x.zip --list",
        "read x.zip#102 -q",
    ]));
}

#[test]
fn a_folder_of_an_export_is_read_as_one() {
    let desk = Desk::new();
    desk.file("slack/users.json", b"[{\"id\": \"U1\", \"name\": \"ada\"}, {\"id\": \"U2\", \"name\": \"bo\"}]");
    desk.file("slack/channels.json", b"[{\"id\": \"C1\", \"name\": \"looms\"}]");
    desk.file("slack/looms/2024-01-01.json", b"[{\"type\": \"message\", \"ts\": \"1704103200.000100\", \"user\": \"U1\", \"text\": \"Which loom, <@U2>?\", \"thread_ts\": \"1704103200.000100\"}, {\"type\": \"message\", \"ts\": \"1704103300.000100\", \"user\": \"U1\", \"text\": \"lunch\"}]");
    desk.file("slack/looms/2024-01-02.json", b"[{\"type\": \"message\", \"ts\": \"1704189600.000100\", \"user\": \"U2\", \"text\": \"the red one\", \"thread_ts\": \"1704103200.000100\"}, {\"type\": \"mess");
    insta::assert_snapshot!(desk.session(&["read slack"]));
}

#[test]
fn a_list_goes_by_the_days_that_sources_name() {
    let desk = Desk::new();
    let essay = |date: &str| format!("---\ntitle: Of {date}\ndate: {date}\n---\n\n# Of {date}\n\nWords.\n");
    let dates =
        ["11 February 2025", "March 13, 2019", "1. 1. 2026", "2024", "31 February 2025", "2025-02-12T08:00:00Z"];
    for (name, date) in ('a'..).zip(dates) {
        desk.file(&format!("all/{name}.md"), essay(date).as_bytes());
    }
    desk.file(
        "all/talk.vtt",
        b"WEBVTT\n\n00:01.000 --> 09:57.000\n<v Ada>Words.\n\n09:57.000 --> 09:59.000\n<v Bo>More.\n",
    );
    insta::assert_snapshot!(desk.session(&[
        "read all --list",
        "read all --list --since 2025",
        "read all --list --until 2024 --json",
        "read all --list --since 2024-03 --until 2025-02-11 -q",
        "read all --list --since 2025-13",
        "read all --list --until 2025-08-99",
    ]));
}

#[test]
fn archives_that_are_not_what_they_should_be() {
    let desk = Desk::new();
    let chats = fixture("chatgpt/conversations.json");
    desk.file("slip.zip", &archive(&[("../../outside.json", chats.as_bytes())]));
    desk.file("bomb.zip", &archive(&[("conversations.json", &vec![b' '; 20_000_000])]));
    desk.file("empty.zip", &archive(&[]));
    desk.file("word.docx", &archive(&[("[Content_Types].xml", b"<x/>")]));
    let whole = archive(&[("conversations.json", chats.as_bytes())]);
    desk.file("cut.zip", &whole[..whole.len() / 2]);
    insta::assert_snapshot!(desk.session(&[
        "read slip.zip --list -q",
        "read bomb.zip",
        "read empty.zip",
        "read word.docx",
        "read cut.zip",
    ]));
    assert!(!desk.path().join("../../outside.json").exists());
}

/// Every fixture, cut anywhere, bent and nested: read with problems, or refused with an error.
#[test]
fn a_broken_export_never_panics() {
    for format in FORMATS {
        for entry in fs::read_dir(root().join("tests/fixtures").join(format.name)).unwrap() {
            let path = entry.unwrap().path();
            if !path.is_file() {
                continue;
            }
            let bytes = fs::read(&path).unwrap();
            let text = match String::from_utf8(bytes) {
                Ok(text) => text,
                Err(error) => {
                    for damaged in damaged(error.as_bytes()) {
                        let read = gather::read("source", &damaged, Some(format.name));
                        assert!(read.is_err() || !read.unwrap().documents.is_empty());
                    }
                    continue;
                }
            };
            let mut bent: Vec<String> = vec![
                text.replace(": \"", ": null, \"x\": \""),
                text.replace("null", "{}"),
                text.replace('[', "[null, 1, \"x\", [], {},"),
                text.replace(": \"", ": \"\\ud83d"),
                text.replace(": 1", ": NaN"),
                format!("\u{feff}{text};"),
                format!("{}{text}", "[{\"a\":".repeat(10_000)),
            ];
            bent.extend((1..40).filter_map(|part| text.get(..text.len() * part / 40)).map(str::to_owned));
            for text in bent {
                for word in [None, Some(format.name)] {
                    let Ok(reading) = gather::read("source", text.as_bytes(), word) else { continue };
                    assert!(!reading.documents.is_empty());
                    let slipped = reading.problems.iter().find(|problem| problem.message.contains("did not fit"));
                    assert_eq!(slipped, None, "{}", path.display());
                }
            }
        }
    }
}

/// A file that is no text, cut anywhere and with a byte turned over here and there.
fn damaged(bytes: &[u8]) -> Vec<Vec<u8>> {
    let turned = |place: usize| {
        let mut bytes = bytes.to_vec();
        bytes[place] = !bytes[place];
        bytes
    };
    let cut = (1..40).map(|part| bytes[..bytes.len() * part / 40].to_vec());
    cut.chain((0..200).map(|part| turned(bytes.len() * part / 200))).collect()
}

/// Ten thousand answers, each to the one before.
#[test]
fn a_long_chain_of_answers_is_read() {
    let mut text = String::new();
    for n in 0..10_000 {
        text +=
            &format!("{{\"id\": {n}, \"type\": \"comment\", \"author\": \"a\", \"text\": \"t{n}\", \"children\": [");
    }
    text += &"]}".repeat(10_000);
    let reading = gather::read("item.json", text.as_bytes(), None).unwrap();
    assert_eq!(reading.documents[0].format, "hackernews");
    assert_eq!((reading.documents[0].counts.visible, reading.documents[0].counts.branches), (10_000, 1));
}
