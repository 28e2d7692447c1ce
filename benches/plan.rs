//! What planning costs: cutting and counting once, then a queue, then a fit for every place of the slider.
//!
//! `cargo bench --bench plan` prints milliseconds for one text of a million tokens, for a hundred texts
//! of the same size together, and for a tenth of it. The text is made of words by a fixed seed.

#![expect(clippy::print_stdout, reason = "a bench prints figures")]

use std::time::Instant;

use forkful::budget::Policy;
use forkful::bundle::render::Renderer;
use forkful::bundle::{Duplicates, Entry, Measured, Request};
use forkful::gather;
use forkful::tokens::{Encoding, Tokens};

/// Markdown of so many paragraphs, no two alike.
fn essay(seed: u64, n_paragraphs: u64) -> String {
    const WORDS: &[&str] = &[
        "memory",
        "river",
        "the",
        "a",
        "of",
        "and",
        "learning",
        "bench",
        "cost",
        "never",
        "who",
        "pays",
        "for",
        "forgetting",
        "Sutton",
        "method",
        "compute",
        "search",
        "that",
        "grows",
        "with",
        "time",
        "every",
        "model",
        "answer",
        "quietly",
        "written",
        "question",
        "is",
        "thread",
        "whole",
        "measure",
        "portion",
        "kept",
        "cut",
    ];
    let mut state = seed;
    let mut draw = |n: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % n
    };
    let mut text = format!("# Essay {seed}\n\n");
    for _ in 0..n_paragraphs {
        for _ in 0..2 + draw(5) {
            for _ in 0..6 + draw(18) {
                let index = usize::try_from(draw(WORDS.len() as u64)).expect("an index is small");
                text += WORDS[index];
                text.push(' ');
            }
            text.truncate(text.len() - 1);
            text += ". ";
        }
        text.truncate(text.len() - 1);
        text += "\n\n";
    }
    text
}

fn main() {
    for (n_texts, n_paragraphs) in [(1, 16_000), (100, 160), (1, 1_600)] {
        let texts: Vec<String> = (0..n_texts).map(|seed| essay(seed, n_paragraphs)).collect();
        let mut stages: Vec<(&str, f64)> = Vec::new();
        let mut clock = Instant::now();
        let mut stage = |name| {
            stages.push((name, clock.elapsed().as_secs_f64() * 1e3));
            clock = Instant::now();
        };
        let read = |text: &String| gather::read("essay.md", text.as_bytes(), None).expect("an essay is read");
        let documents: Vec<_> = texts.iter().flat_map(|text| read(text).documents).collect();
        stage("read");
        let entry = |document: forkful::content::Document| Entry {
            document: document.into(),
            name: "essay.md".to_owned(),
            policy: Policy::PLAIN,
        };
        let request = Request {
            encoding: Encoding::O200kBase,
            budget: None,
            reserve: Tokens(0),
            renderer: Renderer::named("md").expect("there is Markdown"),
            focus: None,
            duplicates: Duplicates::Keep,
        };
        let measured = Measured::new(documents.into_iter().map(entry).collect(), request).expect("essays are measured");
        stage("cut and count");
        let sources = measured.sources();
        let queue = measured.queue(&sources);
        stage("queue");
        let whole = queue.fit(None).expect("everything fits").total;
        stage("fit");
        for tenths in 1..10 {
            queue.fit(Some(Tokens(whole.0 / 10 * tenths))).expect("a tenth holds the frame");
        }
        stage("nine fits");
        println!("{n_texts} texts, {whole} tokens, {} units, milliseconds:", queue.len());
        for (name, milliseconds) in stages {
            println!("  {name:<14} {milliseconds:>8.1}");
        }
    }
}
