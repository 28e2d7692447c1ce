//! Hostile input: the suites of the shared material, where they are present, through every reader.

use std::fs;
use std::path::PathBuf;

use forkful::gather::{self, FORMATS, Wishes, source};

use crate::support::shared;

fn files(below: &str) -> Option<Vec<PathBuf>> {
    let mut folders = vec![shared(below)?];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    Some(files)
}

/// Reads or refuses; what is read keeps the promises.
fn check(name: &str, bytes: &[u8], word: Option<&str>) -> bool {
    let Ok(reading) = gather::read(name, bytes, word) else { return false };
    assert!(!reading.documents.is_empty(), "{name}");
    assert!(!reading.problems.iter().any(|problem| problem.message.contains("did not fit")), "{name} as {word:?}");
    true
}

#[test]
fn the_json_test_suite_breaks_no_reader() {
    let Some(files) = files("security/json-test-suite") else { return };
    let (mut n_read, mut n_all) = (0, 0);
    for path in files.iter().filter(|path| path.extension().is_some_and(|extension| extension == "json")) {
        let bytes = fs::read(path).unwrap();
        let name = path.display().to_string();
        check(&name, &bytes, None);
        // The same inside of what each reader of JSON looks for.
        for (word, open, close) in [
            ("chatgpt", "[{\"mapping\": {\"a\": {\"message\": {\"content\": {\"parts\": [", "]}}}}}]"),
            ("claude", "[{\"chat_messages\": [{\"content\": ", "}]}]"),
            ("x-archive", "[{\"tweet\": {\"full_text\": \"a\", \"entities\": ", "}}]"),
            ("telegram", "{\"messages\": [{\"type\": \"message\", \"date\": \"1\", \"text\": ", "}]}"),
        ] {
            let around = [open.as_bytes(), &bytes, close.as_bytes()].concat();
            n_all += 1;
            n_read += usize::from(check(&name, &around, Some(word)));
        }
    }
    eprintln!("{n_read} of {n_all} were read");
    assert!(n_all > 1000);
}

#[test]
fn archives_made_to_break_readers_are_read_or_refused() {
    let Some(files) = files("security/zip2") else { return };
    let mut n_read = 0;
    for path in &files {
        let harvest = source::gather(path.to_str().unwrap(), Wishes::default(), &mut std::io::empty());
        n_read += usize::from(harvest.is_ok_and(|harvest| !harvest.gathered.is_empty()));
    }
    eprintln!("{n_read} of {} were read", files.len());
    assert!(n_read > 0 && files.len() > 50);
}

#[test]
fn naughty_strings_stay_what_they_are() {
    let Some(folder) = shared("security/naughty-strings") else { return };
    let strings: Vec<String> = serde_json::from_slice(&fs::read(folder.join("blns.json")).unwrap()).unwrap();
    for string in strings.iter().filter(|string| !string.trim().is_empty()) {
        let quoted = serde_json::to_string(string).unwrap();
        let chat = format!(
            "[{{\"id\": \"c\", \"title\": {quoted}, \"mapping\": {{\"a\": {{\"message\": {{\"author\": {{\"role\": \"user\"}}, \
             \"content\": {{\"content_type\": \"text\", \"parts\": [{quoted}]}}}}}}}}}}]"
        );
        let Ok(reading) = gather::read("source", chat.as_bytes(), None) else { continue };
        let plain: String = string.chars().filter(|c| c.is_alphanumeric()).collect();
        let text: String = reading.documents[0].text.chars().filter(|c| c.is_alphanumeric()).collect();
        assert!(text.ends_with(&plain) || !string.is_ascii(), "{string:?}");
    }
}

#[test]
fn long_lines_and_deep_nests_end() {
    let long = "x".repeat(10_000_000);
    let deep = "[{\"a\":".repeat(10_000);
    for word in [None, Some("chatgpt"), Some("whatsapp"), Some("mail")] {
        check("long", long.as_bytes(), word);
        check("long", format!("{{\"text\": \"{long}\"}}").as_bytes(), word);
    }
    for format in FORMATS {
        check("deep", deep.as_bytes(), Some(format.name));
    }
}
