//! Counting speed beside tiktoken-rs and bpe-openai: same texts, one run, interleaved.
//!
//! `cargo bench --bench tokens` prints megabytes a second of the first pass over each text and of the
//! best of five, and the ratio to tiktoken-rs, with all cores and with one. Texts come from `FORKFUL_SHARED` (else `../shared`) and,
//! for code, from this repository; what is not there is left out.

#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::cast_precision_loss,
    reason = "a bench prints figures"
)]

use std::path::{Path, PathBuf};
use std::time::Instant;
use std::{env, fs};

use forkful::tokens::{Encoding, count, cuts};

type Counter = (&'static str, Box<dyn Fn(&str) -> usize>);

fn counters(encoding: Encoding) -> Vec<Counter> {
    let (tiktoken, linear): (&'static tiktoken_rs::CoreBPE, &'static bpe_openai::Tokenizer) = match encoding {
        Encoding::Cl100kBase => (tiktoken_rs::cl100k_base_singleton(), bpe_openai::cl100k_base()),
        _ => (tiktoken_rs::o200k_base_singleton(), bpe_openai::o200k_base()),
    };
    vec![
        ("tiktoken-rs", Box::new(|text| tiktoken.encode_ordinary(text).len())),
        ("bpe-openai", Box::new(|text| linear.count(text))),
        ("forkful", Box::new(move |text| count(encoding, text).0 as usize)),
        ("on one core", Box::new(move |text| slices(text).map(|slice| count(encoding, slice).0 as usize).sum())),
    ]
}

/// Slices of a text that are too small to be shared between cores, and whose counts add up.
fn slices(text: &str) -> impl Iterator<Item = &str> {
    const SIZE: usize = 200_000;
    let mut rest = text;
    std::iter::from_fn(move || {
        let from = (SIZE..rest.len()).find(|at| rest.is_char_boundary(*at));
        let end = from.and_then(|from| Some(from + cuts(&rest[from..]).next()?.at)).unwrap_or(rest.len());
        let (slice, after) = rest.split_at(end);
        rest = after;
        (!slice.is_empty()).then_some(slice)
    })
}

/// Every text file below `folder` with one of these endings, joined, up to `limit` bytes.
fn gather(folder: &Path, endings: &[&str], limit: usize) -> String {
    let mut text = String::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let mut paths: Vec<PathBuf> =
            fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
        paths.sort();
        for path in paths {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| endings.iter().any(|known| ending == *known)) {
                text += &fs::read_to_string(&path).unwrap_or_default();
            }
        }
    }
    while !text.is_char_boundary(limit.min(text.len())) {
        text.pop();
    }
    text.truncate(limit.min(text.len()));
    text
}

fn main() {
    let shared = env::var_os("FORKFUL_SHARED").map_or_else(|| PathBuf::from("../shared"), PathBuf::from);
    let seed: String = (0..60_000_u64)
        .map(|n| {
            char::from(
                b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
                    [(n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 58) as usize],
            )
        })
        .collect();
    let texts = [
        ("English", gather(&shared.join("inputs/transcripts"), &["txt", "md"], 1 << 20)),
        ("code", gather(Path::new("src"), &["rs"], 1 << 20)),
        ("multilingual", gather(&shared.join("security"), &["txt", "json", "jsonl"], 1 << 20)),
        ("1,000,000 blanks", " ".repeat(1_000_000)),
        ("1 MB of one letter", "a".repeat(1_000_000)),
        ("1 MB of base64", seed.repeat(17)),
    ];
    for encoding in [Encoding::O200kBase, Encoding::Cl100kBase] {
        let counters = counters(encoding);
        for (_, counter) in &counters {
            counter("warm up the tables");
        }
        println!("{encoding}, MB/s: first pass, best of five");
        for (name, text) in texts.iter().filter(|(_, text)| !text.is_empty()) {
            let mut times = vec![Vec::new(); counters.len()];
            let mut counts = Vec::new();
            for _ in 0..5 {
                for (times, (peer, counter)) in times.iter_mut().zip(&counters) {
                    // tiktoken-rs panics on this text.
                    if *peer == "tiktoken-rs" && name.ends_with("blanks") {
                        continue;
                    }
                    let start = Instant::now();
                    counts.push(counter(text));
                    times.push(text.len() as f64 / start.elapsed().as_secs_f64() / 1e6);
                }
            }
            counts.dedup();
            assert_eq!(counts.len(), 1, "counts differ on {name}: {counts:?}");
            let figures = |times: &[f64]| (times.first().copied(), times.iter().copied().reduce(f64::max));
            let base = figures(&times[0]);
            print!("  {name:<20} {:>7} kB", text.len() / 1000);
            for (times, (peer, _)) in times.iter().zip(&counters) {
                if let (Some(first), Some(best)) = figures(times) {
                    let ratio = base.0.map_or(String::new(), |base| format!(" ({:.1}x)", first / base));
                    print!("   {peer} {first:.0}, {best:.0}{ratio}");
                }
            }
            println!();
        }
    }
}
