//! The posts of a discussion: elements alike that each name an author and hold words.
//!
//! Forums differ in every name they use, but a post is one of several of its sort, says who wrote
//! it, and together the posts hold nearly all that is to be read. Where that does not hold, the
//! page is read as one text.

use std::collections::{BTreeMap, BTreeSet};

use super::attribute::Key;
use super::markdown::{self, Source};
use super::measure::{Measure, holds};
use super::names;
use super::notes::Notes;
use super::tree::{Id, Tree};
use super::words::{Roles, for_words};

/// One post of a discussion.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Post {
    pub(crate) author: Option<String>,
    /// When, as the page writes it.
    pub(crate) time: Option<String>,
    /// Markdown.
    pub(crate) text: String,
}

/// The prose that posts must hold of the content, in per cent.
const LEAST: u32 = 85;
/// The prose of a post that opens a discussion and is of a sort of its own, in characters.
const LEAST_FIRST: u32 = 40;
/// Names and times are no longer than this, in characters.
const MAX_NAME: usize = 60;
/// A page holds fewer posts than this.
const MAX_POSTS: usize = 5000;

/// The posts in the body of a page, if they are what its content, `root`, is made of; `gone` is no part of it.
pub(super) fn find(
    source: &Source,
    gone: &[bool],
    roles: &[Roles],
    measures: &[Measure],
    body: Id,
    root: Id,
) -> Vec<Post> {
    let tree = source.tree;
    let mut groups: BTreeMap<(&str, &str), Vec<Id>> = BTreeMap::new();
    let mut at = Some(body);
    while let Some(id) = at {
        let stays = tree.is_element(id) && !gone[id];
        if stays
            && measures[id].n_chars > 0
            && let Some(sort) = sort(tree, id)
        {
            groups.entry((tree.name(id), sort)).or_default().push(id);
        }
        at = tree.first(id).filter(|_| stays).or_else(|| tree.after(id, body));
    }
    let mut best: Option<(u32, Vec<Id>)> = None;
    for mut posts in groups.values().cloned() {
        posts.sort_unstable();
        if posts.len() < 2 || posts.len() > MAX_POSTS {
            continue;
        }
        // The first post may stand apart from the answers; the others are the content.
        let outer = posts.iter().filter(|post| {
            let mut above = tree.ancestors(**post).skip(1).take_while(|above| *above != root);
            !above.any(|above| posts.binary_search(&above).is_ok()) && tree.ancestors(**post).any(|above| above == root)
        });
        let prose: u32 = outer.map(|post| measures[*post].prose).sum();
        let n_signed = posts.iter().filter(|post| author(tree, **post, &posts).is_some()).count();
        let is_all = holds(prose, measures[root].prose.max(1), LEAST) && n_signed * 10 >= posts.len() * 8;
        if is_all && best.as_ref().is_none_or(|(most, _)| prose > *most) {
            best = Some((prose, posts));
        }
    }
    let Some((_, mut posts)) = best else { return Vec::new() };
    // The post that opens a discussion may be of a sort of its own.
    let is_first = |id: &Id| {
        *id < posts[0]
            && measures[*id].prose >= LEAST_FIRST
            && !tree.ancestors(posts[0]).any(|above| above == *id)
            && author(tree, *id, &posts).is_some()
    };
    let firsts: Vec<Id> = groups.into_values().flatten().filter(is_first).collect();
    let most = firsts.iter().map(|id| measures[*id].prose).max().unwrap_or(0);
    // The innermost, which is made last.
    let first = firsts.into_iter().filter(|id| holds(measures[*id].prose, most, 90)).max();
    if let Some(first) = first {
        posts.insert(0, first);
    }
    // Posts have no footnotes, and there may be many of both.
    let source = &Source { notes: Notes::default(), ..*source };
    let mut gone = gone.to_vec();
    for &post in &posts {
        gone[post] = true;
    }
    let chosen: Vec<(Id, Id)> = posts
        .iter()
        .filter_map(|post| words_of(tree, &gone, roles, measures, *post, &posts).map(|words| (*post, words)))
        .collect();
    // What the words are called in one post they are called in a short one, beside a long signature.
    let class = |id: Id| tree.attribute(id, Key::Class).filter(|class| !class.is_empty());
    let classes: BTreeSet<&str> =
        chosen.iter().filter(|(post, words)| post != words).filter_map(|(_, words)| class(*words)).collect();
    let mut written = Vec::new();
    for (post, words) in chosen {
        let is_called = |id: &Id| class(*id).is_some_and(|class| classes.contains(class)) && measures[*id].n_chars > 0;
        let called = || own(tree, post, &posts).skip(1).find(is_called);
        let words = if words == post { called().unwrap_or(post) } else { words };
        let is_beside = |id: &Id| {
            let is_named = || {
                roles[*id].any(Roles::META.and(Roles::SHARE).and(Roles::ASKING).and(Roles::DIALOG))
                    || is_no_message(tree, *id)
                    || is_button(tree, *id)
            };
            !gone[*id] && (is_named() || leads_to_itself(tree, *id))
        };
        let beside: Vec<Id> = own(tree, words, &posts).skip(1).filter(is_beside).collect();
        for &id in &beside {
            gone[id] = true;
        }
        let text = markdown::write(source, &gone, &[], words);
        for id in beside {
            gone[id] = false;
        }
        if !text.trim().is_empty() {
            // Beside the post that opens a discussion stands who answered last: no name is better than that.
            let is_plain = first != Some(post);
            let author = if is_plain { author(tree, post, &posts) } else { None };
            let time = if is_plain { time(tree, post, &posts) } else { None };
            written.push(Post { author, time, text });
        }
    }
    written
}

/// What sort of post an element calls itself: the name that says so.
fn sort(tree: &Tree, id: Id) -> Option<&str> {
    let name = tree.name(id);
    if !matches!(name, "article" | "div" | "li" | "section" | "table" | "tr") && !names::is_custom(name) {
        return None;
    }
    if names::is_custom(name) && tree.attribute(id, Key::Author).is_some() {
        return Some("");
    }
    let kind = tree.attribute(id, Key::ItemType).and_then(|kind| kind.rsplit('/').next());
    if matches!(kind, Some("Question" | "Answer")) {
        return Some("answer");
    }
    tree.attribute(id, Key::Class)?.split_whitespace().find_map(|class| {
        let mut is_post = false;
        for_words(class, |word| {
            is_post |= matches!(word, "post" | "comment" | "message" | "reply" | "topic" | "answer" | "question");
        });
        let is_answer = matches!(class, "question" | "answer");
        is_post.then_some(if is_answer { "answer" } else { class })
    })
}

/// Everything in a post that is in no other post in it.
fn own<'a>(tree: &'a Tree, post: Id, posts: &'a [Id]) -> impl Iterator<Item = Id> + 'a {
    let mut at = Some(post);
    std::iter::from_fn(move || {
        let id = at?;
        let is_other = id != post && posts.binary_search(&id).is_ok();
        at = tree.first(id).filter(|_| !is_other).or_else(|| tree.after(id, post));
        Some(id)
    })
    .filter(move |id| *id == post || posts.binary_search(id).is_err())
}

/// Who wrote a post.
fn author(tree: &Tree, post: Id, posts: &[Id]) -> Option<String> {
    let said = [Key::DataAuthor, Key::Author].into_iter().find_map(|key| tree.attribute(post, key));
    if let Some(said) = said.map(crate::content::line).filter(|said| !said.is_empty()) {
        return Some(said);
    }
    let said = |id: &Id| {
        let href = tree.attribute(*id, Key::Href).unwrap_or_default();
        tree.attribute(*id, Key::ItemProp) == Some("author")
            || tree.attribute(*id, Key::Rel).is_some_and(|rel| rel.contains("author"))
            || ["/user", "/member", "/profile", "/u/", "/people/"].iter().any(|part| href.contains(part))
    };
    let named = |id: &Id| {
        let (mut is_author, mut is_other) = (false, false);
        for_words(tree.attribute(*id, Key::Class).unwrap_or_default(), |word| {
            is_author |= matches!(
                word,
                "author" | "username" | "user" | "poster" | "creator" | "nick" | "nickname" | "owner" | "name"
            );
            is_other |= matches!(word, "time" | "date" | "action" | "avatar" | "info" | "details" | "title" | "rank");
        });
        is_author && !is_other
    };
    let elements = || own(tree, post, posts).filter(|id| tree.is_element(*id));
    let name = elements().filter(said).find_map(|id| short(tree, id, posts));
    let name = name.or_else(|| elements().filter(named).find_map(|id| short(tree, id, posts)))?;
    let bare = name.strip_prefix("By ").or(name.strip_prefix("by ")).unwrap_or(&name);
    Some(bare.to_owned()).filter(|name| name.chars().any(char::is_alphanumeric))
}

/// When a post was written.
fn time(tree: &Tree, post: Id, posts: &[Id]) -> Option<String> {
    let said = |id: Id| {
        let is_time = tree.name(id) == "time"
            || matches!(tree.attribute(id, Key::ItemProp), Some("dateCreated" | "datePublished" | "dateModified"));
        let stamp = [Key::DateTime, Key::Content].into_iter().find_map(|key| tree.attribute(id, key));
        if let Some(stamp) = stamp.filter(|_| is_time) {
            return Some(crate::content::line(stamp));
        }
        let mut is_marked = is_time;
        for_words(tree.attribute(id, Key::Class).unwrap_or_default(), |word| {
            is_marked |= matches!(word, "date" | "time" | "timestamp" | "datetime" | "postdate" | "age");
        });
        short(tree, id, posts).filter(|text| is_marked && text.bytes().any(|byte| byte.is_ascii_digit()))
    };
    own(tree, post, posts).filter(|id| tree.is_element(*id)).find_map(said)
}

/// The words of an element, if they are few.
fn short(tree: &Tree, id: Id, posts: &[Id]) -> Option<String> {
    let mut words = String::new();
    for text in own(tree, id, posts).filter_map(|id| tree.text(id)) {
        words.push_str(text);
        if words.len() > 8 * MAX_NAME {
            return None;
        }
    }
    Some(crate::content::line(&words)).filter(|words| (2..=MAX_NAME).contains(&words.chars().count()))
}

/// The part of a post that is what its author wrote; none for a frame around other posts.
fn words_of(tree: &Tree, gone: &[bool], roles: &[Roles], measures: &[Measure], post: Id, posts: &[Id]) -> Option<Id> {
    let prose = |id: Id| measures[id].prose.max(measures[id].n_chars / 8);
    let is_post = |id: &Id| posts.binary_search(id).is_ok();
    let in_others: u32 = own(tree, post, posts).flat_map(|id| tree.children(id)).filter(is_post).map(prose).sum();
    let in_it = prose(post).saturating_sub(in_others);
    if in_others > 20 * in_it {
        return None;
    }
    let says = |id: &Id| {
        tree.is_element(*id)
            && !gone[*id]
            && (tree.attribute(*id, Key::ItemProp) == Some("text") || roles[*id].any(Roles::CONTENT))
            && !roles[*id].any(Roles::META)
    };
    let inner: Vec<Id> = own(tree, post, posts).skip(1).filter(says).collect();
    let most = inner.iter().map(|id| prose(*id)).max().unwrap_or(0);
    // The innermost of those that hold nearly as much as the largest.
    let best = inner.into_iter().rev().find(|id| holds(prose(*id), most, 90));
    Some(best.filter(|id| holds(prose(*id), in_it, 60)).unwrap_or(post))
}

/// Whether an element is what its author puts under every post, or what readers may do with it.
fn is_no_message(tree: &Tree, id: Id) -> bool {
    let mut is_one = false;
    for_words(tree.attribute(id, Key::Class).unwrap_or_default(), |word| {
        is_one |= matches!(word, "signature" | "sig" | "buttons" | "controls" | "actions");
    });
    is_one
}

/// Whether a link that stands alone says what readers may do with the post.
fn is_button(tree: &Tree, id: Id) -> bool {
    const SAID: &[&str] = &[
        "quote",
        "reply",
        "reply with quote",
        "quick reply",
        "multi-quote",
        "report",
        "report this post",
        "permalink",
    ];
    if tree.name(id) != "a" {
        return false;
    }
    let words = |id: Id| crate::content::line(&tree.text_of(id)).to_lowercase();
    let said = words(id);
    SAID.contains(&said.as_str()) && tree.parent(id).is_some_and(|around| words(around) == said)
}

/// Whether an element is a heading that is only a link to a place on the page, as every post has one.
fn leads_to_itself(tree: &Tree, id: Id) -> bool {
    let is_place = |link: Id| tree.attribute(link, Key::Href).is_some_and(|href| href.starts_with('#'));
    let has_words = |text: &str| !text.trim().is_empty();
    names::level(tree.name(id)).is_some()
        && tree.named(id, "a").any(is_place)
        && tree.children(id).all(|child| tree.name(child) == "a" || !tree.text(child).is_some_and(has_words))
}
