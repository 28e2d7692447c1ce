//! Reading web pages: `just pages FOLDER` and `just mutations FOLDER`.
//!
//! `write IN OUT` reads every `.html` and `.html.gz` below IN, writes the text of each beside its
//! name below OUT, and prints the CPU time of one page: mean and worst, in one process.
//! `mutate IN N` breaks pages in N ways (cut, doubled, swapped, overwritten) and reads each; a
//! panic, a page that takes more than ten seconds or one that reads differently twice is a failure.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::panic,
    reason = "a measurement may stop and speaks to whoever runs it"
)]

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Instant;

use forkful::gather;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        ["write", from, to] => write(Path::new(from), Path::new(to)),
        ["mutate", from, n] => mutate(Path::new(from), n.parse().unwrap()),
        _ => println!("usage: write IN OUT | mutate IN N"),
    }
}

/// The pages below a folder, unpacked, in the order of their names.
fn pages(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.to_str().unwrap_or_default().to_owned();
            if path.is_dir() {
                open.push(path);
            } else if let Some(plain) = name.strip_suffix(".html.gz").filter(|name| !name.ends_with("/expected")) {
                let mut bytes = Vec::new();
                flate2::read::MultiGzDecoder::new(fs::File::open(&path).unwrap()).read_to_end(&mut bytes).unwrap();
                found.push((PathBuf::from(plain), bytes));
            } else if let Some(plain) = name.strip_suffix(".html") {
                found.push((PathBuf::from(plain), fs::read(&path).unwrap()));
            }
        }
    }
    found.sort();
    found
}

fn text(bytes: &[u8]) -> String {
    let documents = gather::read("page.html", bytes, Some("html")).map(|reading| reading.documents).unwrap_or_default();
    documents.into_iter().map(|document| document.text).collect::<Vec<_>>().join("\n\n")
}

/// CPU time of this process with all its threads, in milliseconds; steps of ten.
fn cpu() -> u64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |index: usize| fields.get(index).and_then(|ticks| ticks.parse::<u64>().ok()).unwrap_or(0);
    (ticks(11) + ticks(12)) * 10
}

fn write(from: &Path, to: &Path) {
    let pages = pages(from);
    let before = cpu();
    let mut worst = (0, PathBuf::new());
    let mut texts = Vec::new();
    for (path, bytes) in &pages {
        let start = cpu();
        texts.push(text(bytes));
        let took = cpu() - start;
        if took > worst.0 {
            worst = (took, path.clone());
        }
    }
    let tenths = (cpu() - before) * 10 / pages.len().max(1) as u64;
    for ((path, _), text) in pages.iter().zip(texts) {
        let out = to.join(format!("{}.md", path.strip_prefix(from).unwrap().display()));
        fs::create_dir_all(out.parent().unwrap()).unwrap();
        fs::write(out, text).unwrap();
    }
    println!(
        "{} pages, CPU {}.{} ms a page, worst {} ms ({})",
        pages.len(),
        tenths / 10,
        tenths % 10,
        worst.0,
        worst.1.display()
    );
}

/// Numbers that look like chance and are the same on every machine.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 16).unwrap_or(0) % limit.max(1)
    }
}

fn mutate(from: &Path, n: usize) {
    let pages = pages(from);
    let mut chance = Chance(0x2545_f491_4f6c_dd1d);
    let (mut n_read, mut slowest) = (0, 0.0f64);
    for round in 0..n {
        let (path, bytes) = &pages[chance.below(pages.len())];
        let mut bytes = bytes.clone();
        bytes.truncate(200_000);
        for _ in 0..=chance.below(8) {
            let length = bytes.len();
            let (at, size) = (chance.below(length), chance.below(2000).min(length / 2));
            let end = (at + size).min(length);
            match chance.below(6) {
                0 => bytes.truncate(at.max(1)),
                1 => drop(bytes.drain(at..end)),
                2 => {
                    let piece = bytes[at..end].to_vec();
                    let place = chance.below(length);
                    bytes.splice(place..place, piece);
                }
                3 => bytes[at..end].reverse(),
                4 => {
                    let tags: [&[u8]; 8] =
                        [b"<div>", b"</div>", b"<table>", b"<!--", b"<b><a>", b"<svg><g>", b"</body>", b"<script>"];
                    let tag = tags[chance.below(tags.len())].repeat(1 + chance.below(40));
                    bytes.splice(at..at, tag);
                }
                _ => bytes[at] = u8::try_from(chance.below(256)).unwrap_or(0),
            }
        }
        let start = Instant::now();
        let read = gather::read("page.html", &bytes, Some("html"));
        slowest = slowest.max(start.elapsed().as_secs_f64());
        if let Err(error @ gather::Error::Malformed { .. }) = &read {
            panic!("round {round}, {}: {error}", path.display());
        }
        n_read += usize::from(read.is_ok());
        assert!(slowest < 10.0, "round {round}, {}: {slowest:.1} s", path.display());
    }
    println!("{n} broken pages, {n_read} read, none panics, slowest {:.0} ms", slowest * 1000.0);
}
