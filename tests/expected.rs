//! The readers against the project's shared material, where it is present.
//!
//! Looks in `FORKFUL_SHARED`, else in `../shared`; without it every test says so and passes.

use std::fs;
use std::path::PathBuf;

use forkful::content::{Cue, Document, Kind, Problem};
use forkful::gather::{Error, Reading, Wishes, read, source, unresolved};
use serde_json::{Value, json};

use crate::support::shared;

fn read_file(path: &PathBuf) -> Result<Reading, Error> {
    let name = path.file_name().unwrap().to_str().unwrap();
    read(name, &fs::read(path).unwrap(), None)
}

fn document(path: &PathBuf) -> Document {
    read_file(path).unwrap_or_else(|error| panic!("{}: {error}", path.display())).documents.remove(0)
}

/// The last 40 characters with white space folded, as the table of expected values has them.
fn tail(text: &str) -> String {
    let folded: Vec<char> = text.split_whitespace().collect::<Vec<_>>().join(" ").chars().collect();
    folded[folded.len().saturating_sub(40)..].iter().collect::<String>().trim_start().to_owned()
}

/// Rows of `EXPECTED.tsv` whose file lies in `folder` and has one of the extensions.
fn rows(folder: &str, extensions: &[&str]) -> Option<Vec<(PathBuf, Vec<String>)>> {
    let inputs = shared("inputs")?;
    let table = fs::read_to_string(inputs.join("EXPECTED.tsv")).unwrap();
    let rows = table.lines().filter(|line| line.starts_with(&format!("{folder}/"))).map(|line| {
        let cells: Vec<String> = line.split('\t').map(str::to_owned).collect();
        (inputs.join(&cells[0]), cells)
    });
    Some(rows.filter(|(path, _)| extensions.iter().any(|e| path.extension().is_some_and(|x| x == *e))).collect())
}

#[test]
fn every_thread_export_reads_as_expected() {
    let Some(rows) = rows("thread_markdown", &["md"]) else { return };
    for (path, cells) in &rows {
        let document = document(path);
        let mut urls: Vec<&str> = document.links.iter().map(|link| link.url.as_str()).collect();
        urls.sort_unstable();
        urls.dedup();
        let counts = document.counts;
        let found = [counts.items, counts.visible, counts.branches, urls.len()].map(|n| n.to_string());
        assert_eq!(found.as_slice(), &cells[3..7], "{}", path.display());
        assert_eq!(document.sections[0].author.as_ref(), Some(&cells[7]), "{}", path.display());
        let last = &document.text[document.sections.last().unwrap().range()];
        assert_eq!(tail(last.split_once('\n').unwrap().1), cells[8], "{}", path.display());
        assert_eq!((document.format.as_str(), document.kind), ("thread-md", Kind::Thread));
    }
    eprintln!("{} rows match", rows.len());
}

#[test]
fn every_transcript_reads_as_expected() {
    let Some(rows) = rows("transcripts", &["md", "txt", "vtt", "srt", "json", "html"]) else { return };
    for (path, cells) in &rows {
        let document = document(path);
        assert_eq!(document.counts.items.to_string(), cells[3], "{}", path.display());
        if !cells[4].is_empty() {
            assert_eq!(document.counts.visible.to_string(), cells[4], "{}", path.display());
        }
        assert!(tail(&document.text).ends_with(&cells[8]), "{}", path.display());
        let speaker = document.sections.iter().find_map(|section| section.author.as_ref());
        if !cells[7].is_empty() {
            assert_eq!(speaker, Some(&cells[7]), "{}", path.display());
        }
        let is_text = path.extension().is_some_and(|extension| extension == "txt");
        assert_eq!(document.kind, if is_text { Kind::Text } else { Kind::Transcript }, "{}", path.display());
    }
    eprintln!("{} rows match", rows.len());
}

/// Folders whose rows are read by the readers of threads and conversations.
const EXPORTS: &[&str] = &[
    "bluesky",
    "chatgpt",
    "claude_code",
    "claude_export",
    "copilot",
    "discord",
    "discourse",
    "email",
    "gemini",
    "github",
    "grok",
    "hackernews",
    "lobsters",
    "mastodon",
    "messenger",
    "open_webui",
    "reddit",
    "sharegpt",
    "signal",
    "slack",
    "telegram",
    "whatsapp",
    "x_api_v1",
    "x_api_v2",
    "x_archive",
];

/// Cells of the table that a reading differs from, and why.
const DIFFERS: &[(&str, &str, &str)] = &[
    ("indigo_capture_atprotocom.json", "last words", "the card under the post is read too"),
    ("dogsheep_issues.json", "last words", "they are an address"),
    ("dealingwith_outbox.json", "items", "boosts are only addresses: counted in a note, in no conversation"),
    ("hfaran_testarchive.zip", "links", "links of what programs attach are read too"),
    ("dogsheep_tweets_a.json", "links", "a retweet is read as the post that it repeats, with its links"),
    ("twarc_mentions_tweet.jsonl", "links", "a retweet is read as the post that it repeats, with its links"),
    ("twarc_noflat.jsonl", "links", "a retweet is read as the post that it repeats, with its links"),
    ("alrocar_note-tweet.js", "first author", "the file names none"),
    ("alrocar_tweets.js", "conversations", "earlier versions of edited posts hang on the last one"),
    ("alrocar_tweets.js", "branches", "earlier versions of edited posts hang on the last one"),
    ("alrocar_tweets.js", "links", "earlier versions of edited posts are left out"),
];

const COLUMNS: [&str; 7] = ["conversations", "items", "visible", "branches", "links", "first author", "last words"];

/// What a cassette, a recording of replies, holds: the longest reply about comments, or the first.
fn cassette(path: &PathBuf) -> Option<Vec<u8>> {
    let text = fs::read_to_string(path).unwrap();
    if path.extension().is_some_and(|extension| extension == "yaml") {
        let (_, body) = text.split_once("string: '")?;
        let lines: Vec<&str> = body.lines().map(str::trim).collect();
        let joined = lines.join(" ").replace("''", "\u{0}");
        return Some(joined.split('\'').next()?.replace('\u{0}', "'").into_bytes());
    }
    let cassette: Value = serde_json::from_str(&text).ok()?;
    let replies = cassette["interactions"].as_array()?.iter();
    let bodies = replies.filter_map(|reply| reply["response"]["body"]["string"].as_str());
    let listings = bodies.filter(|body| body.trim_start().starts_with('['));
    listings.max_by_key(|body| body.len()).map(|body| body.as_bytes().to_vec())
}

fn exported(path: &PathBuf) -> Result<Vec<Document>, Error> {
    let name = path.file_name().unwrap().to_str().unwrap();
    if name.starts_with("praw_") || name.starts_with("mastodonpy_") {
        return read(name, &cassette(path).unwrap(), None).map(|reading| reading.documents);
    }
    let harvest = source::gather(path.to_str().unwrap(), Wishes::default(), &mut std::io::empty())?;
    let documents = harvest.gathered.into_iter().flat_map(|gathered| gathered.documents);
    Ok(documents.map(|document| (*document).clone()).collect())
}

/// Words without addresses, marks of Markdown and white space, for texts whose links are written out.
fn bare_words(text: &str) -> String {
    let text = text
        .replace("[video]", "")
        .replace("[image]", "")
        .replace(['*', '`', '>', '[', ']', '(', ')', '#', '|', '…'], " ");
    let words = text
        .split_whitespace()
        .filter(|word| !word.contains("://") && !word.contains("t.co/") && !word.starts_with("/t"));
    words.collect::<Vec<_>>().join(" ")
}

fn ends_alike(found: &str, expected: &str) -> bool {
    let (found, expected) = (bare_words(found).replace(' ', ""), bare_words(expected).replace(' ', ""));
    // An address that was cut at the front of the forty characters is no word.
    let tail: String = expected.chars().rev().take(12).collect::<Vec<_>>().into_iter().rev().collect();
    found.ends_with(&tail)
}

#[test]
fn every_export_reads_as_expected() {
    let mut matched = [0; 7];
    let mut all = [0; 7];
    let mut n_rows = 0;
    let mut wrong = Vec::new();
    for folder in EXPORTS {
        let Some(rows) = rows(folder, &["json", "jsonl", "zip", "csv", "html", "js", "txt", "mbox", "eml", "yaml"])
        else {
            return;
        };
        for (path, cells) in rows {
            n_rows += 1;
            let documents = exported(&path).unwrap_or_else(|error| {
                eprintln!("{}: {error}", path.display());
                Vec::new()
            });
            let talks: Vec<&Document> = documents.iter().filter(|document| document.kind != Kind::Text).collect();
            let sum =
                |count: fn(&Document) -> usize| talks.iter().map(|document| count(document)).sum::<usize>().to_string();
            let mut urls: Vec<&str> =
                talks.iter().flat_map(|document| &document.links).map(|link| link.url.as_str()).collect();
            urls.sort_unstable();
            urls.dedup();
            let first = talks.first().and_then(|document| document.sections[0].author.clone()).unwrap_or_default();
            let last = talks
                .last()
                .map(|document| &document.text[document.sections.last().unwrap().range()])
                .unwrap_or_default();
            let found = [
                talks.len().to_string(),
                sum(|document| document.counts.items),
                sum(|document| document.counts.visible),
                sum(|document| document.counts.branches),
                urls.len().to_string(),
                first,
                last.split_once('\n').map_or(last, |(_, words)| words).to_owned(),
            ];
            for (index, expected) in cells[2..].iter().enumerate().filter(|(_, expected)| !expected.is_empty()) {
                all[index] += 1;
                let is_same = if index == 6 { ends_alike(&found[6], expected) } else { found[index] == *expected };
                matched[index] += usize::from(is_same);
                let is_known =
                    DIFFERS.iter().any(|(file, column, _)| cells[0].ends_with(file) && *column == COLUMNS[index]);
                if is_same == is_known {
                    wrong.push(format!("{}, {}: {:?}, expected {expected:?}", cells[0], COLUMNS[index], found[index]));
                }
            }
        }
    }
    eprintln!("{n_rows} rows");
    for (index, column) in COLUMNS.iter().enumerate() {
        eprintln!("{column}: {} of {} match", matched[index], all[index]);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn captions_are_parsed_to_the_letter() {
    let Some(folder) = shared("eval/extraction/webvtt") else { return };
    let expected: Value = serde_json::from_slice(&fs::read(folder.join("expected.json")).unwrap()).unwrap();
    let mut n_files = 0;
    let mut n_checks = 0;
    for (name, expected) in expected.as_object().unwrap() {
        let Some(count) = expected["count"].as_u64() else { continue };
        let cues = match read_file(&folder.join("file-parsing").join(name)) {
            Ok(mut reading) => reading.documents.remove(0).cues,
            Err(Error::NothingRead { .. }) => Vec::new(),
            Err(error) => panic!("{name}: {error}"),
        };
        assert_eq!(cues.len() as u64, count, "{name}");
        n_files += 1;
        for check in expected["checks"].as_array().unwrap() {
            let (index, field) = check["path"].as_str().unwrap().split_once('.').unwrap();
            let cue = &cues[index.parse::<usize>().unwrap()];
            let found = cue_field(cue, field);
            let wanted = match check["same_as"].as_str().and_then(|path| path.split_once('.')) {
                Some((index, field)) => cue_field(&cues[index.parse::<usize>().unwrap()], field),
                None => check["value"].clone(),
            };
            let same = match (found.as_f64(), wanted.as_f64()) {
                (Some(found), Some(wanted)) => (found - wanted).abs() <= 1e-9 * wanted.abs().max(1.0),
                _ => found == wanted,
            };
            assert!(same == (check["op"] == "eq"), "{name}: {check} {cue:?}");
            n_checks += 1;
        }
    }
    assert_eq!((n_files, n_checks), (36, 403));
}

/// A field of a cue by its name in the DOM, with the default where the reading leaves it out.
fn cue_field(cue: &Cue, field: &str) -> Value {
    let settings = serde_json::to_value(cue.settings.clone().unwrap_or_default()).unwrap();
    let region = &settings["region"];
    let or = |value: &Value, default: Value| if value.is_null() { default } else { value.clone() };
    let anchor = |name: &str, index: usize| or(&region[name][index], json!([0, 100][index]));
    match field {
        "id" => json!(cue.id.as_deref().unwrap_or_default()),
        "text" => json!(cue.text),
        "startTime" => json!(cue.start),
        "endTime" => json!(cue.end),
        "vertical" => or(&settings["vertical"], json!("")),
        "line" => or(&settings["line"], json!("auto")),
        "snapToLines" => or(&settings["snap_to_lines"], json!(true)),
        "lineAlign" => or(&settings["line_align"], json!("start")),
        "position" => or(&settings["position"], json!("auto")),
        "positionAlign" => or(&settings["position_align"], json!("auto")),
        "size" => or(&settings["size"], json!(100)),
        "align" => or(&settings["align"], json!("center")),
        "region" => region.clone(),
        "region.lines" => or(&region["lines"], json!(3)),
        "region.scroll" => or(&region["scroll"], json!("")),
        "region.regionAnchorX" => anchor("region_anchor", 0),
        "region.regionAnchorY" => anchor("region_anchor", 1),
        "region.viewportAnchorX" => anchor("viewport_anchor", 0),
        "region.viewportAnchorY" => anchor("viewport_anchor", 1),
        _ => panic!("no field {field}"),
    }
}

#[test]
fn the_text_of_cues_is_parsed_to_the_letter() {
    let Some(folder) = shared("eval/extraction/webvtt") else { return };
    let expected: Value = serde_json::from_slice(&fs::read(folder.join("cue-text.json")).unwrap()).unwrap();
    let mut n_texts = 0;
    for (name, items) in expected.as_object().unwrap() {
        let cues = document(&folder.join(format!("cue-text/{name}.vtt"))).cues;
        for (cue, item) in cues.iter().zip(items.as_array().unwrap()) {
            assert_eq!(cue.text, item["text"].as_str().unwrap(), "{name}: {item}");
            n_texts += 1;
        }
    }
    eprintln!("{n_texts} texts");
}

#[test]
fn rolling_captions_keep_every_word_once() {
    let Some(folder) = shared("eval/extraction/transcripts/rolling") else { return };
    for name in ["auto-captions.vtt", "auto-captions-old-colour.vtt", "auto-captions-converted.srt"] {
        let truth: Value =
            serde_json::from_slice(&fs::read(folder.join(format!("{name}.truth.json"))).unwrap()).unwrap();
        let wanted: Vec<&str> = truth["words"].as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect();
        let document = document(&folder.join(name));
        let paragraphs = document.text.lines().filter(|line| !line.is_empty());
        let found: Vec<&str> = paragraphs.flat_map(|line| line.split_whitespace().skip(1)).collect();
        assert!(found == wanted, "{name}: {} words, {} wanted", found.len(), wanted.len());
        eprintln!("{name}: {} words, {} paragraphs", found.len(), document.sections.len());
    }
}

#[test]
fn the_acceptance_case_reads_as_its_page_says() {
    let Some(folder) = shared("acceptance/bitter-lesson") else { return };
    let thread = document(&folder.join("thread.md"));
    let transcript = document(&folder.join("transcript.md"));
    let captions = document(&folder.join("transcript-captions.md"));
    let essay = document(&folder.join("essay.md"));
    let mentions = |problems: Vec<Problem>| problems.into_iter().filter(|p| p.message.starts_with("mention")).count();
    for problem in unresolved(&[&thread]) {
        eprintln!("{}: {}", problem.place, problem.message);
    }
    assert_eq!(mentions(unresolved(&[&thread])), 3);
    assert_eq!(mentions(unresolved(&[&thread, &transcript])), 1);
    assert_eq!(mentions(unresolved(&[&thread, &essay])), 1);
    assert_eq!(mentions(unresolved(&[&thread, &transcript, &essay])), 0);
    assert_eq!((transcript.counts.items, captions.counts.items), (103, 329));
    assert!(!transcript.text.contains("## Summary") && !captions.text.contains("SPONSORS"));
    assert_eq!(essay.title.as_deref(), Some("The Bitter Lesson"));
    assert_eq!(essay.author.as_deref(), Some("Rich Sutton"));
    assert_eq!(essay.date.as_deref(), Some("March 13, 2019"));
}

#[test]
fn a_page_in_front_of_the_page_is_blocked() {
    let Some(folder) = shared("inputs/web_pages") else { return };
    for name in ["a2web_old_reddit_over18_interstitial.html", "a2web_xcancel_antibot_interstitial.html"] {
        assert!(matches!(read_file(&folder.join(name)), Err(Error::Blocked { .. })), "{name}");
    }
}

#[test]
fn nothing_in_the_shared_material_breaks_a_reader() {
    let mut n_read = 0;
    let mut n_refused = 0;
    for below in ["inputs", "acceptance", "security", "eval/extraction/webvtt", "eval/extraction/transcripts"] {
        let Some(folder) = shared(below) else { return };
        let harvest = source::gather(folder.to_str().unwrap(), Wishes::default(), &mut std::io::empty()).unwrap();
        n_refused += harvest.problems.iter().filter(|problem| problem.message.starts_with("skipped")).count();
        for gathered in &harvest.gathered {
            n_read += 1;
            let slipped = gathered.problems.iter().find(|problem| problem.message.contains("did not fit"));
            assert_eq!(slipped, None, "{}", gathered.locator);
        }
    }
    eprintln!("{n_read} read, {n_refused} refused");
}
