//! The frame around source text: ids, titles and the mark that no source can forge.

use memchr::memmem;

use crate::content::{Digest, Document, line};
use crate::prompts;

/// What a renderer knows beside the source text itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// The code on every line of the frame; it occurs in no source.
    pub mark: String,
    /// One item a document, in order.
    pub items: Vec<Item>,
    /// Its place in a chain, for a part of a split bundle.
    pub link: Option<Link>,
}

/// The place of a part in a chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Which part it is, from 1.
    pub number: usize,
    /// How many there are.
    pub parts: usize,
    /// The part before it.
    pub before: Option<Digest>,
}

/// One document's place in the frame. Every text is one line without control characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// `s1`, `s2` ...: what a citation names.
    pub id: String,
    /// Title, or the file's name for a document without one.
    pub title: String,
    /// Author, date and address, those there are.
    pub author: Option<String>,
    /// As the source writes it.
    pub date: Option<String>,
    /// Where it stands on the web.
    pub url: Option<String>,
    /// The kind's word.
    pub kind: &'static str,
    /// Digest of the document's text.
    pub text: Digest,
}

impl Frame {
    /// The frame for `documents`, each with the name it goes by when it has no title.
    pub fn new(documents: &[(&Document, &str)]) -> Self {
        let items = documents.iter().zip(1..).map(|((document, name), number)| {
            let field = |text: &Option<String>| text.as_deref().map(line).filter(|text| !text.is_empty());
            Item {
                id: format!("s{number}"),
                title: field(&document.title).unwrap_or_else(|| line(name)),
                author: field(&document.author),
                date: field(&document.date),
                url: field(&document.url),
                kind: document.kind.name(),
                text: Digest::of(document.text.as_bytes()),
            }
        });
        let items: Vec<Item> = items.collect();
        let seed: Vec<u8> = items.iter().flat_map(|item| *item.text.as_bytes()).collect();
        let fields = |item: &Item| {
            let rest = [&item.author, &item.date, &item.url].into_iter().flatten().cloned();
            std::iter::once(item.title.clone()).chain(rest).collect::<Vec<_>>()
        };
        let fields: Vec<String> = items.iter().flat_map(fields).collect();
        let texts: Vec<&str> = documents
            .iter()
            .map(|(document, _)| document.text.as_str())
            .chain(fields.iter().map(String::as_str))
            .collect();
        Self { mark: mark(&seed, &texts), items, link: None }
    }

    /// The words in front of all sources, from `prompt`.
    pub(super) fn preamble(&self, prompt: &str) -> String {
        let (is_are, sources) = match self.items.as_slice() {
            [] => ("are", "no sources".to_owned()),
            [only] => ("is", format!("1 source, {}", only.id)),
            [first, .., last] => {
                let to = if self.items.len() == 2 { "and" } else { "to" };
                ("are", format!("{} sources, {} {to} {}", self.items.len(), first.id, last.id))
            }
        };
        let own = prompts::fill(prompt, &[("is_are", is_are), ("sources", &sources), ("mark", &self.mark)]);
        let Some(Link { number, parts, before }) = &self.link else { return own };
        let before = before.map_or(String::new(), |id| format!("; part {} is bundle {id}", number - 1));
        let values = [("number", &number.to_string()[..]), ("parts", &parts.to_string()), ("before", &before)];
        own + &prompts::fill(prompts::PART, &values)
    }
}

/// A code made of `seed` that occurs in none of `texts`: four consonants, more where they occur.
///
/// Consonants only, so that it is no word, no number and no part of a gap marker.
fn mark(seed: &[u8], texts: &[&str]) -> String {
    const LETTERS: &[u8; 16] = b"bcdfghjklmpqrvwz";
    let mut digest = Digest::of(seed);
    let mut code = String::new();
    loop {
        for byte in *digest.as_bytes() {
            code.push(char::from(LETTERS[usize::from(byte >> 4)]));
            let finder = memmem::Finder::new(&code);
            if code.len() >= 4 && !texts.iter().any(|text| finder.find(text.as_bytes()).is_some()) {
                return code;
            }
        }
        digest = Digest::of(digest.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mark_is_longer_where_a_source_knows_it() {
        let first = mark(b"seed", &["a text"]);
        assert_eq!(first.len(), 4);
        let longer = mark(b"seed", &["a text", &format!("## end of s1 {first}")]);
        assert!(longer.len() > 4 && longer.starts_with(&first));
        let longest = mark(b"seed", &[&format!("{first} {longer}")]);
        assert!(longest.len() > longer.len());
    }
}
