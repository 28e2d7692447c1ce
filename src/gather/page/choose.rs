//! Which element is the content: the one that says so, or the smallest that holds the prose.

use super::attribute::Key;
use super::measure::{Measure, holds};
use super::names;
use super::policy::Policy;
use super::tree::{Id, Tree};
use super::words::{Roles, for_words};

/// A line of a beginning, the largest part of it and all of it hold so much prose, in characters.
const LEAST_LINE: u32 = 40;
const LEAST_PART: u32 = 300;
const LEAST_OPENING: u32 = 400;

/// The element whose names say that it holds the text, if it holds enough of it.
pub(super) fn named(tree: &Tree, gone: &[bool], measures: &[Measure], body: Id, policy: &Policy) -> Option<Id> {
    let mut found: Vec<Id> = Vec::new();
    let mut at = Some(body);
    while let Some(id) = at {
        let stays = tree.is_element(id) && !gone[id];
        if stays && measures[id].prose > 0 && is_text_of_article(tree, id) {
            found.push(id);
            at = tree.after(id, body);
        } else {
            at = tree.first(id).filter(|_| stays).or_else(|| tree.after(id, body));
        }
    }
    let sum: u32 = found.iter().map(|id| measures[*id].prose).sum();
    let best = found.into_iter().max_by_key(|id| measures[*id].prose)?;
    let prose = measures[best].prose;
    (holds(prose, measures[body].prose, policy.strong) && holds(prose, sum, policy.strongest)).then_some(best)
}

/// Steps down from an element as long as one child holds nearly all of the prose.
pub(super) fn heaviest(
    tree: &Tree,
    gone: &[bool],
    measures: &[Measure],
    roles: &[Roles],
    from: Id,
    policy: &Policy,
) -> Id {
    let mut at = from;
    loop {
        let children = tree.children(at).filter(|id| tree.is_element(*id) && !gone[*id]);
        let Some(best) = children.max_by_key(|id| measures[*id].prose) else { return at };
        let name = tree.name(best);
        let is_leaf = tree.is_inline(best)
            || names::level(name).is_some()
            || names::holds_lines(name) && measures[best].n_runs < 3;
        let says_content = roles[best].any(Roles::CONTENT) || matches!(name, "article" | "main");
        let share = if says_content { policy.content_step } else { policy.step };
        let share = if tree.name(at) == "main" { share.max(policy.main_step) } else { share };
        let prose = measures[best].prose;
        // What stands beside its like is one part of several.
        let is_like = |id: &Id| {
            *id != best && tree.name(*id) == name && tree.attribute(*id, Key::Class) == tree.attribute(best, Key::Class)
        };
        let beside: u32 = tree.children(at).filter(is_like).filter(|id| !gone[*id]).map(|id| measures[id].prose).sum();
        let is_part = beside > 0 && holds(beside, measures[at].prose, policy.beside);
        if is_leaf
            || is_part
            || stands_in_text(tree, gone, measures, at, best)
            || prose == 0
            || !holds(prose, measures[at].prose, share)
        {
            return at;
        }
        at = best;
    }
}

/// Whether paragraphs stand beside a part of an element, so that it is a part of their text.
fn stands_in_text(tree: &Tree, gone: &[bool], measures: &[Measure], whole: Id, part: Id) -> bool {
    let is_paragraph = |id: &Id| *id != part && tree.name(*id) == "p" && !gone[*id] && measures[*id].prose > 0;
    let paragraphs: Vec<u32> = tree.children(whole).filter(is_paragraph).map(|id| measures[id].prose).collect();
    paragraphs.len() >= 3 && holds(paragraphs.iter().sum(), measures[whole].prose, 3)
}

/// What stands between the title and the content and is its beginning, not a line under the title.
pub(super) fn opening(tree: &Tree, gone: &[bool], measures: &[Measure], title: Option<Id>, root: Id) -> Vec<Id> {
    let is_above_root = |id: Id| tree.ancestors(root).any(|above| above == id);
    let Some(title) = title.filter(|title| *title < root && !is_above_root(*title)) else { return Vec::new() };
    let mut found = Vec::new();
    let mut at = tree.after(title, Tree::ROOT);
    while let Some(id) = at {
        if id == root {
            break;
        }
        let is_above = is_above_root(id);
        let is_text = measures[id].prose >= LEAST_LINE && !measures[id].is_linked(40) && tree.name(id) != "figure";
        if !is_above && tree.is_element(id) && !gone[id] && is_text {
            found.push(id);
        }
        at = tree.first(id).filter(|_| is_above).or_else(|| tree.after(id, Tree::ROOT));
    }
    let prose = found.iter().map(|id: &Id| measures[*id].prose);
    let (most, all) = (prose.clone().max().unwrap_or(0), prose.sum::<u32>());
    if at.is_some() && most >= LEAST_PART && all >= LEAST_OPENING { found } else { Vec::new() }
}

/// Whether an element calls itself the text of an article: `entry-content`, `articleBody`.
fn is_text_of_article(tree: &Tree, id: Id) -> bool {
    if !matches!(tree.name(id), "div" | "article" | "section" | "main" | "td") {
        return false;
    }
    let is_body = |name: &str| name.eq_ignore_ascii_case("articleBody") || name == "reviewBody";
    tree.attribute(id, Key::ItemProp).is_some_and(|names| names.split_whitespace().any(is_body))
        || [Key::Class, Key::Id]
            .into_iter()
            .any(|key| tree.attribute(id, key).is_some_and(|names| names.split_whitespace().any(is_text_name)))
}

/// Whether a name is made of a word for an article and one for its text, the text last.
fn is_text_name(name: &str) -> bool {
    if matches!(name, "markdown-body" | "entry" | "post" | "storytext" | "prose" | "field-name-body" | "rich-text") {
        return true;
    }
    let (mut is_article, mut ends_in_text) = (false, false);
    for_words(name, |word| {
        let both = matches!(
            word,
            "articlebody"
                | "storybody"
                | "postbody"
                | "articletext"
                | "articlecontent"
                | "postcontent"
                | "entrycontent"
                | "bodytext"
                | "fulltext"
        );
        ends_in_text = both || matches!(word, "body" | "content" | "text" | "copy" | "bodycopy");
        is_article |= both
            || matches!(
                word,
                "article" | "post" | "entry" | "story" | "blog" | "news" | "page" | "single" | "artikel" | "beitrag"
            );
    });
    is_article && ends_in_text
}
