//! The readers against the project's shared material, where it is present.
//!
//! Looks in `FORKFUL_SHARED`, else in `../shared`; without it every test says so and passes.

use std::fs;
use std::path::PathBuf;

use forkful::content::{Document, Kind, Problem};
use forkful::gather::{Error, Reading, read, source, unresolved};
use serde_json::Value;

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
    let Some(rows) = rows("transcripts", &["md", "txt", "vtt", "srt"]) else { return };
    for (path, cells) in &rows {
        let document = document(path);
        assert_eq!(document.counts.items.to_string(), cells[3], "{}", path.display());
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
            let wanted = &check["value"];
            let hit = match field {
                "id" => cue.id.as_deref().unwrap_or_default() == wanted.as_str().unwrap(),
                "text" => cue.text == wanted.as_str().unwrap(),
                "startTime" => (cue.start - wanted.as_f64().unwrap()).abs() < 1e-9,
                "endTime" => (cue.end - wanted.as_f64().unwrap()).abs() < 1e-9,
                _ => continue,
            };
            assert!(hit, "{name}: {check} {cue:?}");
            n_checks += 1;
        }
    }
    eprintln!("{n_files} files, {n_checks} checks");
    assert_eq!(n_files, 36);
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
        let harvest = source::gather(folder.to_str().unwrap(), None, &mut std::io::empty()).unwrap();
        n_refused += harvest.problems.iter().filter(|problem| problem.message.starts_with("skipped")).count();
        for gathered in &harvest.gathered {
            n_read += 1;
            let slipped = gathered.problems.iter().find(|problem| problem.message.contains("did not fit"));
            assert_eq!(slipped, None, "{}", gathered.locator);
        }
    }
    eprintln!("{n_read} read, {n_refused} refused");
}
