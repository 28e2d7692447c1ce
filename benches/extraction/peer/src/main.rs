//! `dom_smoothie` as its users run it: `peer IN OUT` writes the Markdown of every page below IN.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use dom_smoothie::{Config, Readability, TextMode};

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let (from, to) = (Path::new(&words[0]), Path::new(&words[1]));
    let (mut n, mut spent) = (0u64, 0);
    let mut open = vec![from.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path: PathBuf = entry.unwrap().path();
            let name = path.to_str().unwrap().to_owned();
            if path.is_dir() {
                open.push(path);
                continue;
            }
            let Some(plain) = name.strip_suffix(".html.gz").filter(|name| !name.ends_with("expected")) else {
                continue;
            };
            let mut html = String::new();
            let mut bytes = Vec::new();
            flate2::read::MultiGzDecoder::new(fs::File::open(&path).unwrap()).read_to_end(&mut bytes).unwrap();
            html.push_str(&String::from_utf8_lossy(&bytes));
            let start = cpu();
            let config = Config { text_mode: TextMode::Markdown, ..Config::default() };
            let article = Readability::new(html, None, Some(config)).and_then(|mut page| page.parse());
            let text = article.map(|article| article.text_content.to_string()).unwrap_or_default();
            spent += cpu() - start;
            n += 1;
            let out = to.join(Path::new(plain).strip_prefix(from).unwrap()).with_extension("md");
            fs::create_dir_all(out.parent().unwrap()).unwrap();
            fs::write(out, text).unwrap();
        }
    }
    let tenths = spent * 10 / n.max(1);
    println!("{n} pages, CPU {}.{} ms a page", tenths / 10, tenths % 10);
}

/// CPU time of this process, in milliseconds; steps of ten.
fn cpu() -> u64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    fields[11..13].iter().map(|ticks| ticks.parse::<u64>().unwrap() * 10).sum()
}
