//! Text of a PDF from `pdftotext` (poppler), a program that its user installed: pages end with a
//! form feed, paragraphs with an empty line.

use super::engine::{Extract, Failure};
use super::prose::{Block, Placed};
use super::worker;
use crate::gather::Error;

/// The text of a file, page by page.
pub(super) fn extract(name: &str, bytes: &[u8]) -> Result<Result<Extract, Failure>, Error> {
    let output = worker::pdftotext(name, bytes)?;
    if !output.is_ok {
        let is_encrypted = output.talk.contains("assword");
        return Ok(Err(if is_encrypted { Failure::Encrypted } else { Failure::Broken }));
    }
    let text = String::from_utf8_lossy(&output.bytes);
    let mut found = Extract::default();
    for (page, content) in text.trim_end_matches('\u{c}').split('\u{c}').enumerate() {
        found.n_pages = page + 1;
        found.n_letters += content.chars().filter(|c| !c.is_whitespace()).count();
        if content.trim().is_empty() {
            found.scanned.push(page);
        }
        let paragraphs = content.split("\n\n").map(joined).filter(|paragraph| !paragraph.is_empty());
        found.blocks.extend(paragraphs.map(|paragraph| Placed::new(Block::Paragraph(paragraph), page)));
    }
    Ok(Ok(found))
}

/// Lines as one paragraph, words that were torn made whole.
fn joined(paragraph: &str) -> String {
    let mut out = String::new();
    for line in paragraph.lines().map(str::trim).filter(|line| !line.is_empty()) {
        match out.strip_suffix('-') {
            Some(stem) if stem.ends_with(char::is_alphabetic) && line.starts_with(char::is_lowercase) => {
                out.truncate(stem.len());
            }
            _ if !out.is_empty() => out.push(' '),
            _ => {}
        }
        out.push_str(line);
    }
    out
}
