//! How strictly a page is sieved, by its kind.
//!
//! Every number is a share in per cent unless it says otherwise. They were chosen on three sets of pages at
//! once, each where a wide range around it gives nearly the same (`benches/extraction`).

use super::kind::PageKind;

/// The numbers that a page is sieved by.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Policy {
    /// The most prose of a page that a `<footer>`, `<aside>` or `<form>` may hold and still go.
    pub(crate) frame: u32,
    /// The same for what its names call navigation, teaser, advertisement.
    pub(crate) named: u32,
    /// The same for who, when and tags.
    pub(crate) meta: u32,
    /// The prose that a child must hold to be stepped into, where its names say content.
    pub(crate) content_step: u32,
    /// The same where they do not.
    pub(crate) step: u32,
    /// The least of both to be stepped into out of a `<main>`, which is the content by the word of the page.
    pub(crate) main_step: u32,
    /// The prose that elements like the heaviest may hold beside it, if it is stepped into.
    pub(crate) beside: u32,
    /// Blocks with more of their characters in links than this go, if they are no large part.
    pub(crate) link_density: u32,
    /// Where lists of links hold so many of its characters, a page of parts is read for them.
    pub(crate) listed: u32,
    /// Where less prose than this is left without cards, the cards are the content.
    pub(crate) cards: u32,
    /// The prose that an element named like an article's body must hold to be it.
    pub(crate) strong: u32,
    /// What the largest of several such elements must hold of them all.
    pub(crate) strongest: u32,
    /// Characters of prose below which it is tried again, less strictly.
    pub(crate) least_prose: u32,
    /// The share of prose below which it is tried again.
    pub(crate) least_share: u32,
    /// Whether a paragraph that is one link, and no sentence, leads away from the text.
    pub(crate) drops_linked_lines: bool,
    /// Whether a link around blocks is read as a block, not as a link.
    pub(crate) opens_links: bool,
}

/// One text that is to be cut out of its page exactly.
pub(crate) const ARTICLE: Policy = Policy {
    frame: 30,
    named: 30,
    meta: 20,
    content_step: 65,
    step: 75,
    main_step: 65,
    beside: 4,
    link_density: 45,
    listed: 65,
    cards: 50,
    strong: 25,
    strongest: 60,
    least_prose: 250,
    least_share: 5,
    drops_linked_lines: true,
    opens_links: false,
};

/// A page of many parts: losing one is worse than keeping a link too many.
pub(crate) const PARTS: Policy = Policy {
    frame: 50,
    named: 30,
    meta: 10,
    content_step: 80,
    step: 85,
    main_step: 90,
    beside: 4,
    link_density: 100,
    listed: 50,
    cards: 50,
    strong: 25,
    strongest: 60,
    least_prose: 250,
    least_share: 15,
    drops_linked_lines: false,
    opens_links: true,
};

impl Policy {
    pub(crate) fn of(kind: PageKind) -> &'static Self {
        match kind {
            PageKind::Article => &ARTICLE,
            PageKind::Forum | PageKind::Product | PageKind::Other => &PARTS,
        }
    }
}
