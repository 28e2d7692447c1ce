//! What of a content is mostly links: ways to other pages, or lists that belong to the text.
//!
//! Density alone cannot tell them apart. A list stays that a heading, a colon or its own item
//! announces, and so do quotes, and tables that name their columns; a page of lists keeps them all.

use super::attribute::Key;
use super::measure::{Measure, holds};
use super::names;
use super::policy::Policy;
use super::tree::{Id, Tree};

/// Marks what is mostly links inside of the content.
pub(super) fn mark(tree: &Tree, gone: &mut [bool], measures: &[Measure], root: Id, policy: &Policy) {
    let total = measures[root].prose.max(1);
    let mut lists = Vec::new();
    let mut n_listed = 0;
    let mut listed_until = root;
    for id in tree.within(root).skip(1).filter(|id| tree.is_element(*id)) {
        let name = tree.name(id);
        let found = measures[id];
        if name == "p" {
            let is_short = found.is_linked(50) && found.n_chars < 200;
            let is_link = policy.drops_linked_lines && found.is_linked(96) && found.n_chars > 15;
            if is_short && !tree.ancestors(id).any(|above| tree.name(above) == "blockquote") {
                let text = tree.text_of(id);
                let is_said = text.trim_end().ends_with(['.', '!', ':', ')', '"', '”'])
                    || ["http", "www."].iter().any(|start| text.trim_start().starts_with(start));
                gone[id] |= points_away(&text) || is_link && !is_said;
            }
        } else if names::is_box(name) && name != "li" {
            let is_wanted = match name {
                "ul" | "ol" => is_announced(tree, id),
                "table" => is_of_data(tree, id),
                "blockquote" => true,
                _ => false,
            };
            let is_away = found.is_linked(policy.link_density)
                && !holds(found.prose, total, 20)
                && found.n_links > 1
                && !is_wanted;
            if is_away && !gone[id] {
                if id >= listed_until || lists.is_empty() {
                    n_listed += found.n_chars;
                    listed_until = tree.after(id, root).unwrap_or(usize::MAX);
                }
                lists.push(id);
            }
        }
    }
    // A page that is a list of links is read for them.
    if !holds(n_listed, measures[root].n_chars, policy.listed) {
        for id in lists {
            gone[id] = true;
        }
    }
}

/// Whether an element is a list of words that something announces, not a row of teasers.
pub(super) fn is_plain_list(tree: &Tree, id: Id) -> bool {
    let is_teaser = |id: Id| names::level(tree.name(id)).is_some() || matches!(tree.name(id), "img" | "figure" | "svg");
    matches!(tree.name(id), "ul" | "ol") && is_announced(tree, id) && !tree.within(id).any(is_teaser)
}

/// Whether something announces a list: words that end with a colon, a heading, the item it stands in.
fn is_announced(tree: &Tree, id: Id) -> bool {
    let before = std::iter::successors(tree.previous(id), |at| tree.previous(*at));
    let text = |at: Id| tree.text(at).map_or_else(|| tree.text_of(at), str::to_owned);
    let is_item = tree.parent(id).is_some_and(|parent| tree.name(parent) == "li");
    let mut texts = before.map(|at| (at, text(at))).filter(|(_, text)| !text.trim().is_empty());
    texts.next().is_some_and(|(at, text)| {
        let is_heading = names::level(tree.name(at)).is_some() && !points_away(&text);
        is_item || is_heading || text.trim_end().ends_with([':', '：'])
    })
}

/// Whether a table names its columns and has some rows.
fn is_of_data(tree: &Tree, id: Id) -> bool {
    let is_layout = matches!(tree.attribute(id, Key::Role), Some("presentation" | "none")) || tree.has(id, "table");
    !is_layout && tree.named(id, "th").nth(1).is_some() && tree.named(id, "tr").nth(2).is_some()
}

/// How a line begins that only leads to another page.
const AWAY: &[&str] = &[
    "read more",
    "read also",
    "also read",
    "read next",
    "more:",
    "related",
    "more from",
    "more on",
    "more in",
    "latest",
    "recent",
    "popular",
    "most read",
    "trending",
    "recommended",
    "top stories",
    "categories",
    "tags",
    "archives",
    "share",
    "follow",
    "see also",
    "watch:",
    "watch now",
    "don't miss",
    "you may also",
    "you might also",
    "mehr zum thema",
    "lesen sie",
    "auch interessant",
    "lire aussi",
    "à lire",
    "voir aussi",
    "lea también",
    "te puede interesar",
    "leia também",
    "leia mais",
    "leggi anche",
    "lees ook",
    "czytaj też",
    "читайте также",
    "click here",
    "sign up",
    "subscribe",
    "follow us",
    "share this",
];

/// Whether a line says that it only leads to another page.
fn points_away(text: &str) -> bool {
    let text = text.trim_start_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    AWAY.iter().any(|phrase| text.starts_with(phrase))
}
