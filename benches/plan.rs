//! What planning takes: reading, cutting and counting once, then an order, a fit, and every step of the
//! slider of `plan -i`.
//!
//! `cargo bench --bench plan` measures one text of a million tokens, a hundred texts of the same size
//! together, and a tenth of it, made of words by a fixed seed; `cargo bench --bench plan -- FILE...`
//! measures files.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a measurement may stop and speaks to whoever runs it")]

use std::time::{Duration, Instant};
use std::{env, fs, io};

use forkful::budget::Policy;
use forkful::bundle::render::Renderer;
use forkful::bundle::{Duplicates, Request};
use forkful::gather::{Exclude, Manner};
use forkful::tokens::{Encoding, Tokens};
use forkful::workspace::web::gather_files;
use forkful::workspace::{Counting, Source, Trial, prepare};

const WORDS: &str = "memory river the a of and learning bench cost never who pays for forgetting Sutton method compute \
    search that grows with time every model answer quietly written question is thread whole measure portion kept cut";

/// Markdown of so many paragraphs, no two alike.
fn essay(seed: u64, n_paragraphs: u64) -> String {
    let words: Vec<&str> = WORDS.split_whitespace().collect();
    let mut state = seed;
    let mut draw = |n: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % n
    };
    let mut sentence = || {
        let length = 6 + draw(18);
        let drawn: Vec<&str> = (0..length).map(|_| words[draw(words.len())]).collect();
        drawn.join(" ") + "."
    };
    let paragraphs: Vec<String> =
        (0..n_paragraphs).map(|n| (0..2 + n % 5).map(|_| sentence()).collect::<Vec<_>>().join(" ")).collect();
    format!("# Essay {seed}\n\n{}\n", paragraphs.join("\n\n"))
}

/// Runs `work` and prints what it took.
fn timed<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let result = work();
    println!("  {what:<28} {:>9.2} ms", milliseconds(start.elapsed()));
    result
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

fn measure(files: &[String]) {
    let named = files.iter().map(|path| Source {
        locator: path.clone(),
        policy: Policy::PLAIN,
        as_format: None,
        manner: Manner::default(),
        follow: 0,
        exclude: Exclude::default(),
    });
    let named: Vec<Source> = named.collect();
    let request = Request {
        encoding: Encoding::O200kBase,
        budget: None,
        reserve: Tokens(0),
        renderer: Renderer::named("md").unwrap(),
        focus: None,
        duplicates: Duplicates::Fold,
    };
    let counting = || Counting::by(Encoding::O200kBase);
    let read = timed("read", || gather_files(&named, &mut io::empty()));
    let prepared = timed("cut, count, fold", || prepare(&read, request.clone(), counting()).unwrap());
    let sources = prepared.measured.sources();
    let queue = timed("order", || prepared.measured.queue(&sources));
    let whole = queue.fit(None).unwrap().total;
    let half = Tokens(whole.0 / 2);
    timed("fit to half", || queue.fit(Some(half)).unwrap());
    println!("  {whole} tokens in {} units", queue.len());

    let used = vec![true; named.len()];
    let request = Request { budget: Some(half), ..request };
    let mut trial =
        timed("plan -i, all its first page", || Trial::new(read, named, &used, request, counting()).unwrap());
    let mut steps = Vec::new();
    for step in 1..=100 {
        let start = Instant::now();
        trial.set_budget(Some(Tokens(whole.0 / 100 * step)));
        steps.push(start.elapsed());
    }
    steps.sort();
    let (median, slowest) = (milliseconds(steps[50]), milliseconds(steps[99]));
    println!("  {:<28} {median:>9.2} ms, the slowest of 100 {slowest:.2}", "a step of the slider");
    timed("a source out", || trial.tick(0).unwrap());
}

fn main() {
    let files: Vec<String> = env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    if !files.is_empty() {
        return measure(&files);
    }
    for (n_texts, n_paragraphs) in [(1, 16_000), (100, 160), (2, 800)] {
        println!("{n_texts} texts of {n_paragraphs} paragraphs");
        let folder = tempfile::TempDir::new().unwrap();
        let mut files = Vec::new();
        for seed in 0..n_texts {
            let path = folder.path().join(format!("essay-{seed:03}.md"));
            fs::write(&path, essay(seed, n_paragraphs)).unwrap();
            files.push(path.to_str().unwrap().to_owned());
        }
        measure(&files);
    }
}
