//! What of a page is no part of its content.
//!
//! Elements are marked, never taken out: what holds much of the prose stays whatever it is called.

use super::kind::PageKind;
use super::measure::{Measure, holds, measure};
use super::names;
use super::policy::Policy;
use super::tree::{Id, Tree};
use super::words::Roles;

/// How much is taken away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Strictness {
    /// Only what its tag says.
    Tags,
    /// What its names say too.
    Names,
    /// Comments too.
    Full,
}

/// A page without what nobody sees.
#[derive(Debug)]
pub(super) struct Seen {
    pub(super) gone: Vec<bool>,
    pub(super) roles: Vec<Roles>,
    pub(super) measures: Vec<Measure>,
    /// Characters of hidden text.
    pub(super) n_hidden: usize,
    elements: Vec<Id>,
}

impl Seen {
    pub(super) fn of(tree: &Tree, body: Id, policy: &Policy) -> Self {
        let elements: Vec<Id> = tree.within(body).filter(|id| tree.is_element(*id)).collect();
        let mut roles = vec![Roles::default(); tree.len()];
        let mut gone = vec![false; tree.len()];
        let mut unscripted = Vec::new();
        let mut hidden = Vec::new();
        for &id in &elements {
            let name = tree.name(id);
            roles[id] = Roles::of(&all_names(tree, id));
            let is_hidden = id != body && is_hidden(tree, id);
            gone[id] = id != body && (names::is_silent(name) || is_hidden || name == "button");
            if is_hidden && !names::is_silent(name) {
                hidden.push(id);
            }
            if name == "noscript" {
                unscripted.push(id);
            }
        }
        let n_hidden = hidden
            .iter()
            .filter(|id| !tree.ancestors(**id).skip(1).any(|above| gone[above]))
            .map(|id| n_letters(tree, *id))
            .sum();
        let mut measures = measure(tree, &gone, policy.opens_links);
        // Forums put the posts where those without scripts find them.
        let quiet: u32 = unscripted.iter().map(|id| measures[*id].prose).sum();
        let shown = measures[body].prose - quiet.min(measures[body].prose);
        if !unscripted.is_empty() && (quiet < 200 || quiet < shown) {
            for id in &unscripted {
                gone[*id] = true;
            }
            measures = measure(tree, &gone, policy.opens_links);
        }
        Self { gone, roles, measures, n_hidden, elements }
    }
}

/// A page without its frame, measured.
#[derive(Debug)]
pub(super) struct Sieved {
    pub(super) gone: Vec<bool>,
    pub(super) measures: Vec<Measure>,
}

/// Marks what is no content by its tag and its names, and rows of cards.
pub(super) fn sieve(
    tree: &Tree,
    body: Id,
    kind: PageKind,
    policy: &Policy,
    page: &Seen,
    strictness: Strictness,
) -> Sieved {
    const AWAY: Roles = Roles::CHROME.and(Roles::RELATED).and(Roles::SHARE).and(Roles::ADVERT).and(Roles::ASKING);
    let seen = &page.measures;
    let total = seen[body].prose.max(1);
    let is_light = |id: Id, share: u32| !holds(seen[id].prose, total, share);
    let is_forum = kind == PageKind::Forum;
    let by_names = strictness >= Strictness::Names;
    let mut gone = page.gone.clone();
    for &id in &page.elements {
        if gone[id] || id == body {
            continue;
        }
        let roles = page.roles[id];
        gone[id] = match tree.name(id) {
            "nav" => by_names || is_light(id, policy.frame),
            "footer" | "menu" => is_light(id, policy.frame),
            "aside" | "form" => by_names && is_light(id, policy.frame),
            "header" => is_light(id, 10) && !tree.has(id, "h1"),
            name if names::level(name).is_some() || name.starts_with("mjx-") => false,
            "p" | "pre" | "code" | "table" | "tbody" | "tr" | "td" => false,
            _ if !by_names => false,
            _ => {
                let is_comment = strictness == Strictness::Full && !is_forum && roles.any(Roles::COMMENT);
                roles.any(AWAY) && is_light(id, policy.named)
                    || is_comment && seen[id].prose + 300 < total
                    || roles.any(Roles::META) && is_light(id, policy.meta)
            }
        };
    }
    let measures = measure(tree, &gone, policy.opens_links);
    if is_forum {
        return Sieved { gone, measures };
    }
    let mut without = gone.clone();
    for id in cards(tree, &gone, &measures, body) {
        without[id] = true;
    }
    let rest = measure(tree, &without, policy.opens_links);
    if holds(rest[body].prose, measures[body].prose, policy.cards) {
        Sieved { gone: without, measures: rest }
    } else {
        Sieved { gone, measures }
    }
}

/// The elements that stand in a row of cards: a title that is a link, and a few words.
fn cards(tree: &Tree, gone: &[bool], measures: &[Measure], body: Id) -> Vec<Id> {
    let is_heading = |id: Id| names::level(tree.name(id)).is_some();
    let links_title = |card: Id| {
        tree.named(card, "a").any(|link| {
            tree.within(link).any(is_heading) || tree.ancestors(link).take_while(|above| *above != card).any(is_heading)
        })
    };
    let is_card = |id: Id| {
        let found = measures[id];
        (1..600).contains(&found.n_chars)
            && found.n_links > 0
            && (found.n_linked * 2 > found.n_chars || links_title(id))
    };
    let mut cards = Vec::new();
    let mut at = Some(body);
    while let Some(id) = at {
        let stays = tree.is_element(id) && !gone[id];
        let kin: Vec<Id> = if stays {
            tree.children(id)
                .filter(|kin| {
                    tree.is_element(*kin) && !gone[*kin] && (names::is_box(tree.name(*kin)) || tree.name(*kin) == "a")
                })
                .collect()
        } else {
            Vec::new()
        };
        let mut is_row = false;
        if let Some(first) = kin.first().filter(|_| kin.len() >= 3) {
            let alike: Vec<Id> =
                kin.iter().copied().filter(|kin| tree.name(*kin) == tree.name(*first) && is_card(*kin)).collect();
            is_row = alike.len() >= 3 && alike.len() * 10 >= kin.len() * 7;
            if is_row {
                cards.extend(kin.iter().copied().filter(|kin| is_card(*kin)));
            }
        }
        at = tree.first(id).filter(|_| stays && !is_row).or_else(|| tree.after(id, body));
    }
    cards
}

/// Marks what is mostly links inside of the content.
pub(super) fn links(tree: &Tree, gone: &mut [bool], measures: &[Measure], root: Id, policy: &Policy) {
    let total = measures[root].prose.max(1);
    for id in tree.within(root).skip(1).filter(|id| tree.is_element(*id)) {
        let name = tree.name(id);
        let found = measures[id];
        if name == "p" {
            let is_short = found.is_linked(50) && found.n_chars < 200;
            let is_link = policy.drops_linked_lines && found.is_linked(96) && found.n_chars > 15;
            if is_short {
                let text = tree.text_of(id);
                gone[id] |= points_away(&text) || is_link && !text.trim_end().ends_with(['.', '!', ':', ')', '"', '”']);
            }
        } else if names::is_box(name) && name != "li" {
            let is_announced = matches!(name, "ul" | "ol") && is_announced(tree, id);
            gone[id] |= found.is_linked(policy.link_density)
                && !holds(found.prose, total, 20)
                && found.n_links > 1
                && !is_announced;
        }
    }
}

/// Whether the words before a list announce it: they end with a colon.
fn is_announced(tree: &Tree, id: Id) -> bool {
    let before = std::iter::successors(tree.previous(id), |at| tree.previous(*at));
    let mut texts = before.map(|at| tree.text(at).map_or_else(|| tree.text_of(at), str::to_owned));
    texts.find(|text| !text.trim().is_empty()).is_some_and(|text| text.trim_end().ends_with([':', '：']))
}

/// How a line begins that only leads to another page.
const AWAY: &[&str] = &[
    "read more",
    "read also",
    "also read",
    "read next",
    "more:",
    "related",
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

/// Marks headings that nothing follows.
pub(super) fn headings(tree: &Tree, gone: &mut [bool], root: Id) {
    let mut order = Vec::new();
    let mut at = Some(root);
    while let Some(id) = at {
        let stays = id == root || !gone[id];
        if stays {
            order.push(id);
        }
        at = tree.first(id).filter(|_| stays).or_else(|| tree.after(id, root));
    }
    // From the end: the level of the heading below, if nothing but it was seen since.
    let mut below: Option<usize> = Some(0);
    let mut inside: Option<Id> = None;
    for &id in order.iter().rev() {
        if let Some(level) = names::level(tree.name(id)) {
            if below.is_some_and(|below| below <= level) {
                gone[id] = true;
            } else {
                below = Some(level);
            }
            inside = None;
        } else {
            let is_word = tree.text(id).is_some_and(|text| !text.trim().is_empty()) || tree.name(id) == "img";
            if is_word && inside.is_none() {
                inside = tree
                    .ancestors(id)
                    .take_while(|above| *above != root)
                    .find(|above| names::level(tree.name(*above)).is_some());
                if inside.is_none() {
                    below = None;
                }
            }
        }
    }
}

/// Marks the heading that repeats the title, if it opens the content.
pub(super) fn title(tree: &Tree, gone: &mut [bool], root: Id, title: Option<&str>) {
    let Some(title) = title else { return };
    let fold =
        |text: &str| text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect::<String>();
    let title = fold(title);
    let heading = tree.within(root).take(400).find(|id| {
        matches!(tree.name(*id), "h1" | "h2")
            && !tree.ancestors(*id).take_while(|above| *above != root).any(|above| gone[above])
    });
    if let Some(id) = heading.filter(|id| fold(&tree.text_of(*id)) == title) {
        gone[id] = true;
    }
}

/// Marks scripts and what is hidden, and nothing else.
pub(super) fn silent(tree: &Tree) -> Vec<bool> {
    (0..tree.len()).map(|id| names::is_silent(tree.name(id)) || tree.is_element(id) && is_hidden(tree, id)).collect()
}

/// The words of a page, scripts and styles left out.
pub(super) fn words(tree: &Tree, body: Id) -> String {
    let shown =
        tree.within(body).filter(|id| !tree.parent(*id).is_some_and(|above| names::is_silent(tree.name(above))));
    shown.filter_map(|id| tree.text(id)).collect::<Vec<_>>().join(" ").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// All by which an element calls itself.
fn all_names(tree: &Tree, id: Id) -> String {
    let mut names = String::new();
    for name in
        ["class", "id", "role", "data-component", "data-testid"].iter().filter_map(|key| tree.attribute(id, key))
    {
        names.push_str(name);
        names.push(' ');
    }
    names
}

/// Whether an element is there for nobody's eyes: hidden, of no size, or white on white.
fn is_hidden(tree: &Tree, id: Id) -> bool {
    if tree.attribute(id, "hidden").is_some_and(|hidden| hidden != "until-found")
        || tree.attribute(id, "aria-hidden") == Some("true")
    {
        return true;
    }
    let Some(style) = tree.attribute(id, "style") else { return false };
    let style: String = style.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect();
    let value = |key: &str| {
        style
            .split(';')
            .rev()
            .find_map(|rule| rule.split_once(':').filter(|(name, _)| *name == key))
            .map(|(_, value)| value.trim_end_matches("!important"))
    };
    let is_white = |value: &str| {
        matches!(value, "#fff" | "#ffffff" | "white" | "rgb(255,255,255)" | "transparent" | "rgba(0,0,0,0)")
    };
    let is_zero = |value: &str| matches!(value, "0" | "0px" | "0pt" | "0em" | "0rem" | "0%" | "1px");
    value("display") == Some("none")
        || matches!(value("visibility"), Some("hidden" | "collapse"))
        || value("font-size").is_some_and(is_zero)
        || value("color").is_some_and(|color| {
            let ground = value("background-color").or(value("background"));
            matches!(color, "transparent" | "rgba(0,0,0,0)") || is_white(color) && ground.is_some_and(is_white)
        })
}

/// Characters of text that are no white space.
fn n_letters(tree: &Tree, id: Id) -> usize {
    let texts = tree.within(id).filter(|at| !tree.parent(*at).is_some_and(|above| names::is_silent(tree.name(above))));
    texts.filter_map(|at| tree.text(at)).flat_map(str::chars).filter(|c| !c.is_whitespace()).count()
}
