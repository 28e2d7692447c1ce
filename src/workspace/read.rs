//! `read`: what a source holds.

use serde::Serialize;

use super::Sources;
use super::shape::{Read, ReadSource};
use crate::content::{Document, Kind};

/// The document as one Markdown text: title, provenance, text.
pub fn markdown(document: &Document) -> String {
    let mut out = String::new();
    if let Some(title) = &document.title {
        out += &format!("# {title}\n\n");
    }
    let fields = [&document.author, &document.date, &document.url];
    let provenance: Vec<&str> = fields.into_iter().flatten().map(String::as_str).collect();
    if !provenance.is_empty() {
        out += &format!("{}\n\n", provenance.join(" · "));
    }
    out + &document.text
}

/// `forkful.list/1`
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "the schema documents the fields")]
pub struct List {
    pub schema: &'static str,
    pub documents: Vec<Listed>,
}

/// One document of a source that holds several.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the schema documents the fields")]
pub struct Listed {
    pub locator: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    pub kind: Kind,
    pub format: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    pub items: usize,
}

/// What a list leaves out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sieve {
    /// Words that the title or the text must have, in any case.
    pub grep: Option<String>,
    /// The first day on which something must have been said, `2025-01-31` or a part of it.
    pub since: Option<String>,
}

impl Sieve {
    fn passes(&self, document: &Document) -> bool {
        let has = |words: &String| {
            let words = words.to_lowercase();
            let title = document.title.as_deref().unwrap_or_default();
            title.to_lowercase().contains(&words) || document.text.to_lowercase().contains(&words)
        };
        let last = document.sections.iter().filter_map(|section| section.time.as_deref()).max();
        let is_late = |since: &String| last.or(document.date.as_deref()).is_some_and(|day| day >= since.as_str());
        self.grep.as_ref().is_none_or(has) && self.since.as_ref().is_none_or(is_late)
    }
}

/// The documents of the sources, one line each.
pub fn list(sources: &Sources, sieve: &Sieve) -> List {
    let mut documents = Vec::new();
    for gathered in sources.read.iter().map(|sourced| &sourced.gathered) {
        documents.extend(gathered.documents.iter().filter(|document| sieve.passes(document)).map(|document| Listed {
            locator: gathered.locator.clone(),
            id: document.id.clone(),
            title: document.title.clone(),
            kind: document.kind,
            format: document.format.clone(),
            date: document.date.clone(),
            items: document.counts.visible,
        }));
    }
    List { schema: "forkful.list/1", documents }
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
        last.problems.extend(sources.skipped.iter().chain(&sources.unresolved).cloned());
    }
    values
}
