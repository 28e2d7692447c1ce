//! What a step of the slider of `plan -i` takes: `cargo bench --bench slider -- FILE...`
//!
//! Without files the example talk stands in, as often as it takes to pass 100,000 tokens.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a measurement may stop and speaks to whoever runs it")]

use std::io;
use std::time::Instant;

use forkful::budget::Policy;
use forkful::bundle::render::Renderer;
use forkful::bundle::{Duplicates, Request};
use forkful::gather::Manner;
use forkful::tokens::{Encoding, Tokens};
use forkful::workspace::web::gather_files;
use forkful::workspace::{Counting, Source, Trial};

fn main() {
    let mut files: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let folder = tempfile::TempDir::new().unwrap();
    if files.is_empty() {
        let talk = std::fs::read_to_string("examples/talk.vtt").unwrap();
        for index in 0..18 {
            let path = folder.path().join(format!("talk-{index:02}.vtt"));
            std::fs::write(&path, talk.replace("Bram", &format!("Bram {index}"))).unwrap();
            files.push(path.to_str().unwrap().to_owned());
        }
    }
    let named: Vec<Source> = files
        .iter()
        .map(|path| Source {
            locator: path.clone(),
            policy: Policy::PLAIN,
            as_format: None,
            manner: Manner::default(),
            follow: 0,
        })
        .collect();
    let read = gather_files(&named, &mut io::empty());
    let renderer = Renderer::named("md").unwrap();
    let budget = Some(Tokens(50_000));
    let request = Request {
        encoding: Encoding::O200kBase,
        budget,
        reserve: Tokens(0),
        renderer,
        focus: None,
        duplicates: Duplicates::Fold,
    };
    let used = vec![true; named.len()];
    let start = Instant::now();
    let mut trial = Trial::new(read, named, &used, request, Counting::by(Encoding::O200kBase)).unwrap();
    let units: usize = trial.rows.iter().map(|row| row.units.len()).sum();
    println!("{} tokens in {units} units: read and counted, first plan in {:.1?}", trial.whole, start.elapsed());
    let mut steps: Vec<_> = (1..=100)
        .map(|step| {
            let start = Instant::now();
            trial.set_budget(Some(Tokens(step * 1000)));
            start.elapsed()
        })
        .collect();
    steps.sort();
    println!("100 steps of the slider: median {:.2?}, slowest {:.2?}", steps[50], steps[99]);
    let start = Instant::now();
    trial.tick(0).unwrap();
    println!("a source out: {:.1?}", start.elapsed());
}
