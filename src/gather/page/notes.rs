//! Footnotes: a short link to a place further down that leads back, or that calls itself a note.

use std::collections::{BTreeMap, BTreeSet};

use super::attribute::Key;
use super::names;
use super::tree::{Id, Tree};

/// A note of more nodes than this is none.
const MAX_NODES: usize = 400;

/// The footnotes of a page.
#[derive(Debug, Default)]
pub(super) struct Notes {
    /// The links that stand for a note: its label, and the element that holds it.
    pub(super) marks: BTreeMap<Id, (String, Id)>,
    /// The elements that hold the notes, with their labels.
    pub(super) texts: BTreeMap<Id, String>,
    /// The links that lead back from a note.
    pub(super) backs: BTreeSet<Id>,
}

impl Notes {
    /// The footnotes that are to be seen: a link to another stays a link.
    pub(super) fn of(tree: &Tree, unseen: &[bool]) -> Self {
        let to_place = |id: Id| {
            let to = tree.attribute(id, Key::Href)?.split_once('#')?.1;
            Some((id, to, label(tree, id)?)).filter(|(_, to, _)| !to.is_empty())
        };
        let links: Vec<(Id, &str, String)> = tree.named(Tree::ROOT, "a").filter_map(to_place).collect();
        let mut notes = Self::default();
        if links.is_empty() {
            return notes;
        }
        let mut places: BTreeMap<&str, Id> = BTreeMap::new();
        for id in tree.within(Tree::ROOT).filter(|id| tree.is_element(*id)) {
            let name = tree.attribute(id, Key::Name).filter(|_| tree.name(id) == "a");
            for name in [tree.attribute(id, Key::Id), name].into_iter().flatten() {
                places.entry(name).or_insert(id);
            }
        }
        let mut labels: BTreeSet<String> = BTreeSet::new();
        let mut places_of: BTreeMap<Id, &str> = BTreeMap::new();
        for (link, to, label) in links {
            let Some(place) = places.get(to).copied().filter(|place| *place > link) else { continue };
            let Some(text) = tree.ancestors(place).find(|id| tree.is_element(*id) && holds_note(tree.name(*id))) else {
                continue;
            };
            if tree.ancestors(link).any(|above| above == text) || tree.ancestors(text).any(|above| unseen[above]) {
                continue;
            }
            // What many links lead into is no note, and neither is half a page.
            let is_shared = places_of.get(&text).is_some_and(|known| *known != to);
            if is_shared || tree.within(text).nth(MAX_NODES).is_some() {
                continue;
            }
            let own: Vec<&str> = tree.ancestors(link).take(3).filter_map(|id| tree.attribute(id, Key::Id)).collect();
            let leads_back = |id: &Id| {
                let href = tree.attribute(*id, Key::Href).filter(|_| tree.name(*id) == "a");
                href.and_then(|href| href.split_once('#')).is_some_and(|(_, to)| own.contains(&to))
            };
            let backs: Vec<Id> = tree.within(text).filter(leads_back).collect();
            if backs.is_empty() && !is_note_name(to) {
                continue;
            }
            let known = notes.texts.get(&text).cloned();
            let label = known.unwrap_or_else(|| {
                let is_free = label.bytes().all(|byte| byte.is_ascii_alphanumeric()) && !labels.contains(&label);
                if is_free { label } else { format!("n{}", labels.len() + 1) }
            });
            labels.insert(label.clone());
            places_of.insert(text, to);
            notes.texts.insert(text, label.clone());
            notes.marks.insert(link, (label, text));
            notes.backs.extend(backs);
        }
        notes
    }
}

/// The mark that the words of a link are, if they are one: `1`, `[2]`, `*`.
fn label(tree: &Tree, link: Id) -> Option<String> {
    let mut n = 0;
    let mut words = String::new();
    for text in tree.within(link).filter_map(|id| tree.text(id)) {
        n += text.len();
        if n > 40 {
            return None;
        }
        words.push_str(text);
    }
    let bare = words.trim().trim_start_matches(['[', '(']).trim_end_matches([']', ')']).trim();
    let is_number = !bare.is_empty() && bare.len() <= 3 && bare.bytes().all(|byte| byte.is_ascii_digit());
    let is_letter = bare.len() == 1 && bare.bytes().all(|byte| byte.is_ascii_lowercase());
    let is_sign = !bare.is_empty() && bare.chars().count() <= 3 && bare.chars().all(|c| "*†‡§¶#".contains(c));
    (is_number || is_letter || is_sign).then(|| bare.to_owned())
}

fn holds_note(name: &str) -> bool {
    matches!(name, "li" | "p" | "dd" | "dt" | "div" | "aside" | "section" | "td" | "tr") || names::level(name).is_some()
}

/// `fn1`, `footnote-2`, `cite_note-3`, `_ftn4`
fn is_note_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let stem = name.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '-' | '_' | '.' | ':'));
    stem.len() < name.len()
        && (stem.ends_with("note") || stem.ends_with("fn") || stem.ends_with("ftn") || stem.ends_with("endnote"))
}
