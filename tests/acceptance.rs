//! The founding case on its real files, where they are there.

use forkful::tokens::{Encoding, encode_ordinary};
use serde_json::Value;

use crate::support::{Desk, shared};

const NAMES: [&str; 3] = ["thread.md", "transcript.md", "essay.md"];

fn sources() -> Option<Vec<String>> {
    let folder = shared("acceptance/bitter-lesson")?;
    Some(NAMES.iter().map(|name| folder.join(name).to_str().unwrap().to_owned()).collect())
}

#[test]
fn the_thread_names_its_sources_until_they_are_given() {
    let Some(sources) = sources() else { return };
    let desk = Desk::new();
    let thread = desk.json(&["read", &sources[0]]);
    let document = &thread["documents"][0];
    assert_eq!(document["counts"], serde_json::json!({"items": 2, "visible": 2, "hidden": 0, "branches": 1}));
    assert_eq!(document["links"].as_array().unwrap().len(), 1);
    let mentions = |value: &Value| {
        let problems = value["problems"].as_array().unwrap().iter();
        problems.filter(|problem| problem["message"].as_str().unwrap().starts_with("mention of")).count()
    };
    assert_eq!(mentions(&thread), 3);
    assert_eq!(mentions(&desk.json(&["plan", &sources[0], &sources[1], &sources[2]])), 0);
}

#[test]
fn every_budget_is_filled_and_none_is_passed() {
    let Some(sources) = sources() else { return };
    let desk = Desk::new();
    for budget in [2_000_u64, 4_000, 8_000, 12_000, 16_000, 24_000] {
        let packed =
            desk.json(&["pack", &sources[0], &sources[1], &sources[2], "--budget", &budget.to_string(), "--name", "b"]);
        let total = packed["total_tokens"].as_u64().unwrap();
        let whole =
            packed["sources"].as_array().unwrap().iter().all(|source| source["tokens"] == source["kept_tokens"]);
        assert!(total <= budget);
        assert!(whole || total + 8 >= budget, "{total} of {budget}");
        desk.file("shown", desk.out(&["show", "b"]).as_bytes());
        assert_eq!(desk.out(&["count", "--raw", "shown"]).trim(), total.to_string());
    }
}

#[test]
fn two_renderings_of_the_talk_enter_once() {
    let (Some(sources), Some(captions)) = (sources(), shared("acceptance/bitter-lesson/transcript-captions.md")) else {
        return;
    };
    let desk = Desk::new();
    let plan = desk.json(&["plan", &sources[0], &sources[1], captions.to_str().unwrap(), "--budget", "12k"]);
    let kept: Vec<_> = plan["sources"].as_array().unwrap().iter().map(|source| &source["kept_tokens"]).collect();
    assert!(*kept[1] != 0 && *kept[2] == 0, "{kept:?}");
    assert_eq!((&plan["duplicates"][0]["source"], &plan["duplicates"][0]["of"]), (&"s3".into(), &"s2".into()));
}

#[test]
fn every_shared_text_counts_as_tiktoken_says() {
    let mut folders: Vec<_> = ["acceptance", "inputs", "security"].into_iter().filter_map(shared).collect();
    let mut n_texts = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let Ok(text) = String::from_utf8(std::fs::read(&path).unwrap()) else { continue };
            if text.len() > 600_000 {
                continue;
            }
            n_texts += 1;
            let judged = tiktoken_rs::o200k_base_singleton().encode_ordinary(&text);
            assert_eq!(encode_ordinary(Encoding::O200kBase, &text), judged, "{}", path.display());
            let judged = tiktoken_rs::cl100k_base_singleton().encode_ordinary(&text);
            assert_eq!(encode_ordinary(Encoding::Cl100kBase, &text), judged, "{}", path.display());
        }
    }
    eprintln!("{n_texts} texts");
}
