//! `read`: what a source holds.

use super::Sources;
use super::shape::{Read, ReadSource};
use crate::content::Document;

/// The document as one Markdown text: title, provenance, text.
pub fn markdown(document: &Document) -> String {
    let mut out = String::new();
    if let Some(title) = &document.title {
        out += &format!("# {title}\n\n");
    }
    let fields = [&document.author, &document.date, &document.site, &document.url];
    let provenance: Vec<&str> = fields.into_iter().flatten().map(String::as_str).collect();
    if !provenance.is_empty() {
        out += &format!("{}\n\n", provenance.join(" · "));
    }
    out + &document.text
}

/// One `forkful.read/1` value a source; what is missing stands with the last.
pub fn read(sources: &Sources) -> Vec<Read> {
    let mut values: Vec<Read> = sources
        .read
        .iter()
        .map(|sourced| {
            let gathered = &sourced.gathered;
            Read {
                schema: "forkful.read/1",
                source: ReadSource {
                    locator: gathered.locator.clone(),
                    bytes: gathered.bytes,
                    sha256: gathered.sha256,
                },
                documents: gathered.documents.iter().map(|document| Document::clone(document)).collect(),
                problems: gathered.problems.clone(),
            }
        })
        .collect();
    if let Some(last) = values.last_mut() {
        last.problems.extend(sources.skipped.iter().chain(&sources.unresolved).chain(&sources.missed).cloned());
    }
    values
}
