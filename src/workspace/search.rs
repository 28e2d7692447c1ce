//! `search`: where words stand in questions, answers and sources.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use serde_json::{Value, json};

use super::{Error, Workspace};
use crate::content::{Digest, Document, Role, line};
use crate::store::{BRANCHES, BUNDLES, Hit, ObjectKind, Resolved};

/// Characters of a snippet.
const SNIPPET: usize = 160;
/// Passages that are looked at for each one that is shown: some stand where no name leads.
const EXTRA: usize = 20;

/// What a search brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Searched {
    /// The best first.
    pub passages: Vec<Foundling>,
    /// Whether each has all the words; else each has some.
    pub all_words: bool,
    /// Sources that were not searched, since their words are read in first and the store cannot be written.
    pub n_waiting: usize,
}

/// A passage that has the words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Foundling {
    /// Where it is: what `show` takes.
    pub address: String,
    /// What it is.
    pub kind: &'static str,
    /// The branch, tag or bundle that it stands on, where a name leads to it.
    pub on: Option<String>,
    /// The words around the first that was found, on one line.
    pub snippet: String,
    /// The message or the document.
    pub object: Digest,
}

impl Workspace {
    /// The passages that have the words, at most so many; `loose` ones are those that no name leads to.
    pub fn search(&self, query: &str, most: usize, loose: bool) -> Result<Searched, Error> {
        if query.trim().is_empty() {
            return Err(Error::EmptyText("search"));
        }
        let found = self.store.search(query, most.saturating_mul(EXTRA).max(200))?;
        let mut sources = Sources { workspace: self, held: BTreeMap::new(), read: None };
        let mut passages = Vec::new();
        for hit in &found.hits {
            if passages.len() == most {
                break;
            }
            let passage = match self.store.kind(hit.object)? {
                Some(ObjectKind::Document) => sources.passage(hit, query)?,
                _ => self.in_message(hit, query)?,
            };
            passages.extend(passage.filter(|passage| loose || passage.on.is_some()));
        }
        Ok(Searched { passages, all_words: found.all_words, n_waiting: found.n_waiting })
    }

    /// Makes what is searched by anew.
    pub fn reindex(&self) -> Result<(), Error> {
        Ok(self.store.reindex()?)
    }

    fn in_message(&self, hit: &Hit, query: &str) -> Result<Option<Foundling>, Error> {
        let record = self.store.message(hit.object)?;
        let on = self.name_on(hit.object)?.map(|pointer| short(&pointer));
        Ok(Some(Foundling {
            address: self.prefix(hit.object)?,
            kind: if record.message.role == Role::User { "question" } else { "answer" },
            on,
            snippet: snippet(&record.message.spoken(), query),
            object: hit.object,
        }))
    }

    /// The bundle that a source is shown in: one with a name, where there is one.
    fn held(&self, document: Digest) -> Result<Option<Held>, Error> {
        let mut holder = None;
        for bundle in self.store.holders(document)? {
            let named = self.store.pointers_to(bundle)?;
            let own = named.iter().find(|name| name.starts_with(BUNDLES)).cloned();
            match own.or(self.name_on(bundle)?) {
                Some(name) => {
                    holder = Some((bundle, Some(name)));
                    break;
                }
                None => holder = holder.or(Some((bundle, None))),
            }
        }
        let Some((bundle, name)) = holder else { return Ok(None) };
        let manifest = self.store.bundle(bundle)?;
        let Some(item) = manifest.items.iter().find(|item| item.document == document) else { return Ok(None) };
        let address = match name.as_deref().and_then(|name| name.strip_prefix(BUNDLES)) {
            Some(name) => name.to_owned(),
            None => self.prefix(bundle)?,
        };
        Ok(Some(Held { bundle: address, item: item.id.clone(), on: name.map(|name| short(&name)) }))
    }

    /// The first letters of an id, as many as it takes.
    fn prefix(&self, id: Digest) -> Result<String, Error> {
        let whole = id.to_string();
        for n_letters in 7..whole.len() {
            let kinds = [ObjectKind::Bundle, ObjectKind::Message];
            if let Resolved::One(..) = self.store.resolve_prefix(&kinds, &whole[..n_letters])? {
                return Ok(whole[..n_letters].to_owned());
            }
        }
        Ok(whole)
    }
}

/// A source in the bundle that it is shown in.
struct Held {
    /// The bundle as an address.
    bundle: String,
    /// The id of the source there.
    item: String,
    /// The bundle's name, where one leads to it.
    on: Option<String>,
}

/// What was looked up of sources: many passages are of one.
struct Sources<'a> {
    workspace: &'a Workspace,
    held: BTreeMap<Digest, Option<Held>>,
    read: Option<(Digest, Document)>,
}

impl Sources<'_> {
    fn passage(&mut self, hit: &Hit, query: &str) -> Result<Option<Foundling>, Error> {
        let held = match self.held.entry(hit.object) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => unknown.insert(self.workspace.held(hit.object)?),
        };
        let Some(held) = held else { return Ok(None) };
        let read = self.read.take().filter(|(id, _)| *id == hit.object);
        let (_, document) = self.read.insert(match read {
            Some(read) => read,
            None => (hit.object, self.workspace.store.document(hit.object)?),
        });
        let Some(section) = document.sections.get(hit.place) else { return Ok(None) };
        let place = super::passage::place_of(document, hit.place);
        Ok(Some(Foundling {
            address: format!("{}[{} {place}]", held.bundle, held.item),
            kind: "source",
            on: held.on.clone(),
            snippet: snippet(document.text.get(section.range()).unwrap_or_default(), query),
            object: hit.object,
        }))
    }
}

/// A pointer's short name.
fn short(pointer: &str) -> String {
    let name = pointer.strip_prefix(BRANCHES).or_else(|| pointer.strip_prefix(BUNDLES));
    name.or_else(|| Some(pointer.split_once('/')?.1)).unwrap_or(pointer).to_owned()
}

/// The text around the first of the words, on one line.
fn snippet(text: &str, query: &str) -> String {
    let text = line(text);
    let lower = text.to_lowercase();
    // Words are found by their stems, so their ends may differ.
    let place_of = |word: &str| {
        let letters: Vec<char> = word.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect();
        let fewest = if letters.len() > 4 { (letters.len() / 2).max(3) } else { letters.len() };
        let beginnings = (fewest..=letters.len()).rev().filter(|n| *n > 0);
        beginnings.map(|n| letters[..n].iter().collect::<String>()).find_map(|start| lower.find(&start))
    };
    let first = query.split_whitespace().filter_map(place_of).min().unwrap_or(0);
    // Lower case may be longer or shorter, so the place is counted in characters.
    let place = lower.get(..first).map_or(0, |before| before.chars().count());
    let n_all = text.chars().count();
    let start = place.saturating_sub(SNIPPET / 6).min(n_all.saturating_sub(SNIPPET));
    let kept: String = text.chars().skip(start).take(SNIPPET).collect();
    let (before, after) = (if start > 0 { "…" } else { "" }, if start + SNIPPET < n_all { "…" } else { "" });
    format!("{before}{}{after}", kept.trim())
}

impl Searched {
    /// The `forkful.search/1` value.
    pub fn shape(&self, query: &str) -> Value {
        let passages: Vec<Value> = self
            .passages
            .iter()
            .map(|passage| {
                let mut value = json!({
                    "address": passage.address, "kind": passage.kind, "snippet": passage.snippet, "id": passage.object,
                });
                if let Some(on) = &passage.on {
                    value["on"] = json!(on);
                }
                value
            })
            .collect();
        json!({"schema": "forkful.search/1", "query": query, "all_words": self.all_words, "passages": passages})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snippet_shows_the_words_that_were_found() {
        let long = format!("{} the lessons learned {}", "before ".repeat(60), "after ".repeat(60));
        for (text, query, start, end) in [
            ("short\ntext", "text", "short text", "short text"),
            (&long, "lesson", "…", "…"),
            (&long, "learning", "…", "…"),
            (&long, "nothing", "before ", "…"),
        ] {
            let found = snippet(text, query);
            assert!(found.starts_with(start) && found.ends_with(end), "{found}");
            assert!(found.chars().count() <= SNIPPET + 2);
            assert!(query == "nothing" || query == "text" || found.contains("lessons learned"), "{found}");
        }
    }
}
