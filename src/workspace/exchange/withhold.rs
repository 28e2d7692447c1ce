//! Texts that stay here when the rest travels.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::content::Digest;
use crate::store::exchange::{self, Selection};
use crate::store::record::{BundleRecord, DocumentRecord};
use crate::store::{Object, ObjectKind};
use crate::workspace::{Error, Workspace};

/// What stays behind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Withhold {
    /// The texts of all sources.
    pub sources: bool,
    /// Single sources by their citation (`s2`), and words whose sources stay behind.
    pub named: Vec<String>,
}

impl Workspace {
    /// The blobs of a selection that stay here: texts of sources, and every rendering that holds one.
    ///
    /// Words that stand outside of source texts cannot stay behind, and words or sources that are
    /// nowhere are a mistake: both are errors, so that nobody sends what they meant to keep.
    pub(in crate::workspace) fn withheld(
        &self,
        selection: &Selection,
        withhold: &Withhold,
    ) -> Result<BTreeSet<Digest>, Error> {
        let mut staying = BTreeSet::new();
        if !withhold.sources && withhold.named.is_empty() {
            return Ok(staying);
        }
        let mut met: BTreeSet<&String> = BTreeSet::new();
        let words: Vec<&String> = withhold.named.iter().filter(|name| !is_citation(name)).collect();
        for id in exchange::contents(&self.store, selection)? {
            let object = self.store.object(id)?;
            if let Some(words) = words.iter().find(|words| stands_in(words, &object)) {
                return Err(Error::CannotWithhold { words: (*words).clone(), id, kind: object.kind() });
            }
            if object.kind() != ObjectKind::Bundle {
                continue;
            }
            let bundle: BundleRecord = object.record()?;
            let mut holds_withheld = false;
            for item in &bundle.items {
                let document: DocumentRecord = self.store.record(item.document)?;
                let text = self.store.object(document.text)?;
                let text = String::from_utf8_lossy(text.bytes()).to_lowercase();
                let named = withhold.named.iter().filter(|name| {
                    if is_citation(name) { **name == item.id } else { text.contains(&name.to_lowercase()) }
                });
                let named: Vec<&String> = named.collect();
                met.extend(&named);
                if withhold.sources || !named.is_empty() {
                    staying.insert(document.text);
                    holds_withheld = true;
                }
            }
            if holds_withheld {
                staying.insert(bundle.text);
            }
        }
        match withhold.named.iter().find(|name| !met.contains(name)) {
            Some(name) => Err(Error::NothingToWithhold { name: name.clone() }),
            None => Ok(staying),
        }
    }
}

/// Whether the word is a source's: `s2`.
fn is_citation(word: &str) -> bool {
    word.strip_prefix('s').is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()))
}

/// Whether the words stand in what is hashed of an object; texts of sources are blobs and are let be.
fn stands_in(words: &str, object: &Object) -> bool {
    fn any(value: &Value, words: &str) -> bool {
        match value {
            Value::String(text) => text.to_lowercase().contains(words),
            Value::Array(items) => items.iter().any(|item| any(item, words)),
            Value::Object(fields) => fields.values().any(|value| any(value, words)),
            _ => false,
        }
    }
    let is_typed = !matches!(object.kind(), ObjectKind::Blob | ObjectKind::Stub);
    let value = is_typed.then(|| serde_json::from_slice(object.bytes()).ok()).flatten();
    value.is_some_and(|value| any(&value, &words.to_lowercase()))
}
