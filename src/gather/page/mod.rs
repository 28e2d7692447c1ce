//! A web page becomes its main content, and what it says of itself.
//!
//! HTML comes in as text; out comes Markdown with title, author, date and the like. One tree is
//! parsed ([`tree`]) and never changed: what is no part of the content is marked as gone. Hidden
//! elements go first, then what names itself as a way through the site, an advertisement, a teaser
//! or a comment ([`sieve`]), as strictly as the kind of the page asks for ([`kind`]). Running text
//! is weighed ([`measure`]), and the smallest element that holds nearly all of it is the content
//! ([`choose`]). Where that leaves next to nothing, it is tried again with less taken away.
//! [`markdown`] writes it. Nothing here fetches, reads a clock or knows the other formats.

mod address;
pub(crate) mod barrier;
mod choose;
mod inline;
mod kind;
mod markdown;
mod math;
mod measure;
mod metadata;
mod names;
mod policy;
mod sieve;
mod structured;
mod table;
mod tree;
mod words;

#[cfg(test)]
mod tests;

pub(crate) use kind::PageKind;
use measure::holds;
pub(crate) use metadata::Metadata;
pub(crate) use policy::Policy;
use tree::{Id, Tree};

/// Trees deeper than this are not walked.
const MAX_DEPTH: usize = 1024;

/// Main content shorter than this is compared with the whole page, in characters.
const DOUBTFUL: usize = 200;
/// Pages longer than this stand in front of nothing, in characters.
const SHORT: usize = 4000;

/// What was made of a page.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Page {
    pub(crate) kind: PageKind,
    pub(crate) metadata: Metadata,
    /// Markdown of the main content.
    pub(crate) main: String,
    /// Characters that can be seen on the whole page.
    pub(crate) n_visible: usize,
    /// Characters of text that the page holds and does not show.
    pub(crate) n_hidden: usize,
    /// Whether the text stood in the page's data, not among its elements.
    pub(crate) from_data: bool,
    /// Whether no main content was found, and the whole page is taken.
    pub(crate) is_whole: bool,
    /// The words of a short page, with what it says to those without scripts.
    pub(crate) words: String,
}

/// Reads a page; none for one that nests too deep to walk.
pub(crate) fn read(html: &str) -> Option<Page> {
    let tree = Tree::parse(html);
    if tree.depth() > MAX_DEPTH {
        return None;
    }
    let body = body(&tree);
    let data = structured::Data::of(&tree);
    let metadata = metadata::of(&tree, &data);
    let kind = kind::of(&tree, body, &data);
    let content = content(&tree, body, kind, Policy::of(kind));
    let mut gone = content.gone;
    sieve::title(&tree, &mut gone, content.root, metadata.title.as_deref());
    let mut main = markdown::write(&tree, &gone, content.root, metadata.url.as_deref());
    let mut from_data = false;
    if let Some(text) = data.text(main.chars().count(), content.prose as usize) {
        let whole = text.contains("</").then(|| Tree::parse(&text));
        main = match whole {
            Some(tree) if tree.depth() <= MAX_DEPTH => {
                markdown::write(&tree, &sieve::silent(&tree), Tree::ROOT, metadata.url.as_deref())
            }
            _ => text,
        };
        from_data = true;
    }
    let is_whole = main.trim().is_empty() || main.len() < DOUBTFUL && main.len() * 4 < content.n_visible;
    if is_whole {
        main = markdown::write(&tree, &sieve::silent(&tree), body, metadata.url.as_deref());
    }
    let words = if content.n_visible < SHORT { sieve::words(&tree, body) } else { String::new() };
    let (n_visible, n_hidden) = (content.n_visible, content.n_hidden);
    Some(Page { kind, metadata, main, n_visible, n_hidden, from_data, is_whole, words })
}

/// The Markdown of all that a piece of HTML shows.
pub(crate) fn fragment(html: &str) -> Option<String> {
    let tree = Tree::parse(html);
    (tree.depth() <= MAX_DEPTH).then(|| markdown::write_whole(&tree, &sieve::silent(&tree)))
}

/// All text of a piece of HTML, entities decoded.
pub(crate) fn text(html: &str) -> String {
    let tree = Tree::parse(html);
    tree.text_of(body(&tree))
}

fn body(tree: &Tree) -> Id {
    tree.named(Tree::ROOT, "body").next().unwrap_or(Tree::ROOT)
}

/// The part of a page that is its content.
#[derive(Debug)]
struct Content {
    root: Id,
    gone: Vec<bool>,
    prose: u32,
    n_visible: usize,
    n_hidden: usize,
}

/// Finds the content, with as much taken away as leaves some.
fn content(tree: &Tree, body: Id, kind: PageKind, policy: &Policy) -> Content {
    let page = sieve::Seen::of(tree, body, policy);
    let seen = &page.measures;
    let total = seen[body].prose.max(1);
    let mut best: Option<Content> = None;
    for strictness in [sieve::Strictness::Full, sieve::Strictness::Names, sieve::Strictness::Tags] {
        let sieved = sieve::sieve(tree, body, kind, policy, &page, strictness);
        let (mut gone, measures) = (sieved.gone, sieved.measures);
        let from = if kind == PageKind::Forum {
            body
        } else {
            choose::named(tree, &gone, &measures, body, policy).unwrap_or(body)
        };
        let root = choose::heaviest(tree, &gone, &measures, &page.roles, from, policy);
        let prose = measures[root].prose;
        sieve::links(tree, &mut gone, &measures, root, policy);
        sieve::headings(tree, &mut gone, root);
        let enough = prose >= policy.least_prose && holds(prose, total, policy.least_share);
        if enough || best.as_ref().is_none_or(|best| prose > 2 * best.prose) {
            let n_visible = seen[body].n_chars as usize;
            best = Some(Content { root, gone, prose, n_visible, n_hidden: page.n_hidden });
        }
        if enough {
            break;
        }
    }
    best.unwrap_or(Content { root: body, gone: page.gone, prose: 0, n_visible: 0, n_hidden: 0 })
}
