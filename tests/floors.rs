//! Arrows point down: a room uses rooms on lower floors only, and `content` uses none.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The house, lowest floor first; rooms on one floor do not use each other.
const FLOORS: &[&[&str]] = &[
    &["content", "cores", "prompts"],
    &["store", "tokens", "net"],
    &["catalog"],
    &["gather", "budget", "send", "mock"],
    &["bundle"],
    &["fork"],
    &["workspace"],
    &["serve"],
    &["cli"],
];

/// Files of floors 0 to 6 that may touch the disk, the network or a timer, and why.
const EDGES: &[(&str, &str)] = &[
    ("src/gather/source", "reads sources"),
    ("src/gather/document/pdf/worker.rs", "a process of its own for files that may do harm"),
    ("src/gather/document/html.rs", "a thread with a deep stack for deep pages"),
    ("src/net/", "the door to the network"),
    ("src/send/mod.rs", "where an answer's bytes move"),
    ("src/send/batch/server.rs", "where a batch's bytes move"),
    ("src/send/tally.rs", "where a count's bytes move"),
    ("src/store/database.rs", "the store's file"),
    ("src/gather/fetch/", "where the bytes of links move"),
    ("src/store/pages.rs", "the files of what came from the web"),
    ("src/store/exchange/spool.rs", "a file that comes may be larger than memory"),
    ("src/store/hold.rs", "locks that fall with their process"),
    ("src/workspace/ask.rs", "waits for an answer, or for the person who stops it"),
    ("src/workspace/batch/mod.rs", "waits for a batch's server, or for the person who stops it"),
    ("src/workspace/fan_out/run.rs", "waits for answers, pauses and the person who stops it"),
    ("src/workspace/library/disk.rs", "reads and begins a person's own prompts"),
    ("src/workspace/project/disk.rs", "reads and writes project files"),
];

fn floor(room: &str) -> Option<usize> {
    FLOORS.iter().position(|rooms| rooms.contains(&room))
}

/// The arrows of one file that do not point down.
fn upward(room: &str, text: &str) -> Vec<String> {
    let home = floor(room).unwrap_or_else(|| panic!("{room} stands on no floor"));
    let mut found = BTreeSet::new();
    for (_, rest) in text.match_indices("crate::").map(|(at, found)| text.split_at(at + found.len())) {
        let names = match rest.strip_prefix('{') {
            Some(group) => group.split('}').next().unwrap_or_default().split(',').collect(),
            None => vec![rest],
        };
        for name in names {
            let name: String = name.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            if name != room && floor(&name).is_some_and(|used| used >= home) {
                found.insert(name);
            }
        }
    }
    found.into_iter().collect()
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

fn files() -> Vec<(String, String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |path: PathBuf| {
        let name = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
        let own = name.trim_start_matches("src/").split(['/', '.']).next().unwrap().to_owned();
        (name, own, fs::read_to_string(&path).unwrap())
    };
    sources(&root.join("src"))
        .into_iter()
        .map(read)
        .filter(|(_, room, _)| !matches!(room.as_str(), "lib" | "main"))
        .collect()
}

#[test]
fn an_arrow_that_points_up_is_seen() {
    assert_eq!(upward("store", "use crate::bundle::Bundle;"), ["bundle"]);
    assert_eq!(upward("budget", "use crate::{content, gather::Format, tokens};"), ["gather"]);
    assert_eq!(upward("fork", "use crate::store::Store;\nuse crate::fork::Branch;"), [""; 0]);
}

#[test]
fn arrows_point_down() {
    let found: Vec<_> = files()
        .into_iter()
        .flat_map(|(name, room, text)| upward(&room, &text).into_iter().map(move |used| format!("{name} uses {used}")))
        .collect();
    assert_eq!(found, [""; 0]);
}

/// Whether the module above declares the file for tests only.
fn is_test(name: &str) -> bool {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    let above = fs::read_to_string(path.with_file_name("mod.rs")).unwrap_or_default();
    let module = path.file_stem().unwrap().to_str().unwrap();
    above.contains(&format!("#[cfg(test)]\nmod {module};"))
        || above.contains(&format!("#[cfg(test)]\npub(crate) mod {module};"))
}

#[test]
fn lower_floors_touch_disk_network_and_timers_only_at_the_edges() {
    let needles =
        ["std::fs", "std::net", "tokio::", "reqwest::", "std::env", "SystemTime", "Instant::now", "std::process"];
    let mut found = Vec::new();
    for (name, room, text) in files() {
        let below = floor(&room).is_some_and(|floor| floor <= 6);
        if !below || EDGES.iter().any(|(edge, _)| name.starts_with(edge)) || is_test(&name) {
            continue;
        }
        let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
        found.extend(needles.iter().filter(|needle| code.contains(**needle)).map(|needle| format!("{name}: {needle}")));
    }
    assert_eq!(found, [""; 0]);
}

#[test]
fn files_are_of_a_size_to_read() {
    let long: Vec<_> =
        files().into_iter().filter(|(.., text)| text.lines().count() > 500).map(|(name, ..)| name).collect();
    assert_eq!(long, [""; 0]);
}
