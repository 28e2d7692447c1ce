//! A web page becomes its main content, and what it says of itself.
//!
//! HTML comes in as text; out comes Markdown with title, author, date and the like. One [`tree`] is made of its
//! [`markup`], without what nothing reads, and never changed: what is no part of the content is marked as gone. What
//! nobody sees goes first ([`hidden`]), then what names itself as a way through the site, an advertisement, a teaser or a
//! comment ([`sieve`]), opens above the page ([`dialog`]) or is told to its scripts ([`fields`]), as strictly as the kind
//! of the page asks for ([`kind`]). Running text is weighed ([`measure`]), and the smallest element that holds nearly all
//! of it is the content ([`choose`]) with the beginning that may stand beside it, less the links in it that lead away
//! ([`linked`]) and what it writes twice. Where that leaves next to nothing, it is tried again with less taken away.
//! [`markdown`] writes it, and [`posts`] the posts of a discussion.
//! Nothing here fetches, reads a clock or knows the other formats.

pub(crate) mod address;
mod attribute;
pub(crate) mod barrier;
mod choose;
mod code;
mod dialog;
mod fields;
mod hidden;
mod inline;
mod kind;
mod lines;
mod linked;
mod mail;
mod markdown;
mod markup;
mod math;
mod measure;
mod metadata;
mod names;
mod notes;
mod policy;
mod posts;
mod seam;
mod sieve;
mod structured;
mod table;
mod tree;
mod words;

#[cfg(test)]
mod tests;

use hidden::Rules;
pub(crate) use kind::PageKind;
use markdown::Source;
pub(crate) use markup::{MAX_BYTES, Refused};
use measure::{Measure, holds};
pub(crate) use metadata::Metadata;
pub(crate) use policy::Policy;
pub(crate) use posts::Post;
use tree::{Id, Tree};
use words::Roles;

/// The deepest nesting of elements that is read; browsers stop at 512.
pub(crate) const MAX_DEPTH: usize = 512;

/// Main content shorter than this is compared with the whole page, in characters.
const DOUBTFUL: usize = 200;
/// Pages with more main content than this stand in front of nothing, and are not cut off.
const SHORT: usize = 4000;

/// So much prose is a text however much stands beside it, comments say, if it is such a share: characters, per cent.
const PLENTY: u32 = 1500;
const LEAST_SHARE: u32 = 5;

/// What was made of a page.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Page {
    pub(crate) kind: PageKind,
    pub(crate) metadata: Metadata,
    /// Markdown of the main content.
    pub(crate) main: String,
    /// The posts of a discussion, where the page is one.
    pub(crate) posts: Vec<Post>,
    /// Characters that can be seen on the whole page.
    pub(crate) n_visible: usize,
    /// Characters of text that the page holds and does not show.
    pub(crate) n_hidden: usize,
    /// Characters of text that the page hides unless a script shows it, and that is read.
    pub(crate) n_veiled: usize,
    /// Whether the text stood in the page's data, not among its elements.
    pub(crate) from_data: bool,
    /// Whether no main content was found, and the whole page is taken.
    pub(crate) is_whole: bool,
    /// All words of a page whose content is short, with what it says to those without scripts.
    pub(crate) words: String,
}

/// Reads a page that nests no deeper than `depth`.
pub(crate) fn read(html: &str, depth: usize) -> Result<Page, Refused> {
    let tree = markup::tree(html, depth)?;
    let body = body(&tree);
    let data = structured::Data::of(&tree);
    let metadata = metadata::of(&tree, &data);
    let kind = kind::of(&tree, body, &data);
    let rules = Rules::of(&tree);
    let content = content(&tree, &rules, body, kind, Policy::of(kind));
    let base = metadata.url.as_deref();
    let source = Source::new(&tree, &content.unseen, base);
    let mut gone = content.gone;
    let title = metadata.title.as_deref().map(sieve::letters).unwrap_or_default();
    let is_title = |heading: &Id| !title.is_empty() && sieve::letters(&tree.text_of(*heading)) == title;
    let opening = if kind == PageKind::Forum {
        Vec::new()
    } else {
        let heading = sieve::titles(&tree, &gone, body).find(is_title);
        choose::opening(&tree, &gone, &content.measures, heading, content.root)
    };
    let repeated = sieve::titles(&tree, &gone, content.root).next().filter(is_title);
    if let Some(heading) = repeated {
        gone[heading] = true;
    }
    let mut main = markdown::write(&source, &gone, &opening, content.root);
    let posts = match kind {
        PageKind::Forum => posts::find(&source, &gone, &content.roles, &content.measures, body, content.root),
        _ => Vec::new(),
    };
    let mut from_data = false;
    if let Some(text) = data.text(main.chars().count(), content.shown, || sieve::words(&tree, body)) {
        let whole = text.contains("</").then(|| markup::tree(&text, depth));
        main = match whole {
            Some(Err(Refused::Deep)) if depth < MAX_DEPTH => return Err(Refused::Deep),
            Some(Ok(tree)) => {
                let gone = sieve::silent(&tree, &Rules::of(&tree));
                markdown::write(&Source::new(&tree, &gone, base), &gone, &[], Tree::ROOT)
            }
            _ => text,
        };
        from_data = true;
    }
    let is_whole = main.trim().is_empty() || main.len() < DOUBTFUL && main.len() * 4 < content.shown.n_visible;
    if is_whole {
        let gone = sieve::silent(&tree, &rules);
        main = markdown::write(&Source::new(&tree, &gone, base), &gone, &[], body);
    }
    let words = if main.len() < SHORT { sieve::words(&tree, body) } else { String::new() };
    let (n_visible, n_hidden, n_veiled) = (content.shown.n_visible, content.n_hidden, content.n_veiled);
    Ok(Page { kind, metadata, main, posts, n_visible, n_hidden, n_veiled, from_data, is_whole, words })
}

/// A piece of HTML as it is read whole.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Fragment {
    /// Markdown of all that it shows.
    pub(crate) text: String,
    /// Characters of text that it holds and does not show.
    pub(crate) n_hidden: usize,
}

/// Which images of a piece of HTML are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Images {
    All,
    /// Those with words of their own; the rest is frames, marks and what counts readers.
    Told,
}

/// Reads a piece of HTML that nests no deeper than `depth`, without a choice among what it shows.
pub(crate) fn fragment(html: &str, images: Images, depth: usize) -> Result<Fragment, Refused> {
    let tree = markup::tree(html, depth)?;
    let gone = sieve::silent(&tree, &Rules::of(&tree));
    Ok(Fragment { text: markdown::write_whole(&tree, &gone, images), n_hidden: sieve::n_unseen(&tree, &gone) })
}

/// The TeX of a formula in `MathML`; empty where there is none.
pub(crate) fn formula(markup: &str) -> String {
    let Ok(tree) = markup::tree(markup, MAX_DEPTH) else { return String::new() };
    let formula = tree.named(Tree::ROOT, "math").next();
    formula.map(|formula| math::tex(&tree, formula)).unwrap_or_default()
}

/// All text of a piece of HTML, entities decoded.
pub(crate) fn text(html: &str) -> Result<String, Refused> {
    let tree = markup::tree(html, MAX_DEPTH)?;
    Ok(tree.text_of(body(&tree)))
}

fn body(tree: &Tree) -> Id {
    tree.named(Tree::ROOT, "body").next().unwrap_or(Tree::ROOT)
}

/// The part of a page that is its content.
#[derive(Debug)]
struct Content {
    root: Id,
    gone: Vec<bool>,
    /// What nobody sees.
    unseen: Vec<bool>,
    roles: Vec<Roles>,
    measures: Vec<Measure>,
    shown: structured::Shown,
    n_hidden: usize,
    n_veiled: usize,
}

/// Finds the content, with as much taken away as leaves some.
fn content(tree: &Tree, rules: &Rules, body: Id, kind: PageKind, policy: &Policy) -> Content {
    let page = sieve::Seen::of(tree, rules, body, policy);
    let total = page.measures[body].prose.max(1);
    let mut best: Option<(Id, sieve::Sieved)> = None;
    for strictness in [sieve::Strictness::Full, sieve::Strictness::Names, sieve::Strictness::Tags] {
        let mut sieved = sieve::sieve(tree, body, kind, policy, &page, strictness);
        let from = if kind == PageKind::Forum {
            body
        } else {
            choose::named(tree, &sieved.gone, &sieved.measures, body, policy).unwrap_or(body)
        };
        let root = choose::heaviest(tree, &sieved.gone, &sieved.measures, &page.roles, from, policy);
        let prose = sieved.measures[root].prose;
        if kind != PageKind::Forum {
            sieve::copies(tree, &mut sieved.gone, &sieved.measures, root);
        }
        linked::mark(tree, &mut sieved.gone, &sieved.measures, root, policy);
        sieve::headings(tree, &mut sieved.gone, &page.gone, root);
        let least_share = if prose >= PLENTY { LEAST_SHARE } else { policy.least_share };
        let enough = prose >= policy.least_prose && holds(prose, total, least_share);
        if enough || best.as_ref().is_none_or(|(root, best)| prose > 2 * best.measures[*root].prose) {
            best = Some((root, sieved));
        }
        if enough {
            break;
        }
    }
    let (root, sieved) = best.unwrap_or_else(|| {
        let (gone, measures) = (page.gone.clone(), page.measures.clone());
        (body, sieve::Sieved { gone, measures })
    });
    Content {
        root,
        shown: structured::Shown {
            n_visible: page.measures[body].n_chars as usize,
            prose: sieved.measures[root].prose as usize,
        },
        n_hidden: page.n_hidden,
        n_veiled: page.n_veiled,
        gone: sieved.gone,
        measures: sieved.measures,
        unseen: page.gone,
        roles: page.roles,
    }
}
