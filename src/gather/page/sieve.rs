//! What of a page is no part of its content.
//!
//! Elements are marked, never taken out: what holds much of the prose stays whatever it is called.

use std::collections::BTreeMap;

use super::attribute::Key;
use super::dialog::Dialogs;
use super::fields;
use super::hidden::{Hidden, Rules};
use super::kind::PageKind;
use super::linked;
use super::measure::{Measure, Sizes, holds, measure};
use super::names;
use super::policy::Policy;
use super::tree::{Id, Tree};
use super::words::{Roles, asks_consent};

/// What a script may show goes where it is less of the prose than this, in per cent.
const MAX_PERHAPS: u32 = 25;

/// A page with less prose than this shows nothing.
const LEAST_SHOWN: u32 = 100;

/// A block of so much prose is a paragraph, in characters.
const PARAGRAPH: u32 = 80;

/// A box of fewer characters is no copy of another.
const LEAST_COPIED: u32 = 100;
/// Boxes of one size that are compared.
const MAX_ALIKE: usize = 16;

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
    /// Characters of text that is there because a script may show it.
    pub(super) n_veiled: usize,
    elements: Vec<Id>,
    sizes: Sizes,
}

impl Seen {
    pub(super) fn of(tree: &Tree, styles: &Rules, body: Id, policy: &Policy) -> Self {
        let elements: Vec<Id> = tree.within(body).filter(|id| tree.is_element(*id)).collect();
        let mut roles = vec![Roles::default(); tree.len()];
        let mut gone = vec![false; tree.len()];
        let mut unscripted = Vec::new();
        let mut hidden = Vec::new();
        let mut perhaps = Vec::new();
        let (mut known_rows, mut known_names) = (BTreeMap::new(), BTreeMap::new());
        for &id in &elements {
            let name = tree.name(id);
            let (mut may_hide, mut is_consent) = (styles.is_any(), false);
            for (key, said) in tree.attributes(id) {
                if matches!(key, Key::Class | Key::Id | Key::Role | Key::DataComponent | Key::DataTestId) {
                    let known = known_rows.entry((said.len(), said));
                    roles[id] = roles[id].and(*known.or_insert_with(|| Roles::known(said, &mut known_names)));
                }
                match key {
                    Key::Role if matches!(said, "dialog" | "alertdialog") => roles[id] = roles[id].and(Roles::DIALOG),
                    Key::Id => is_consent = asks_consent(said),
                    _ if Rules::may_hide(key) => may_hide = true,
                    _ => {}
                }
            }
            let is_silent = tree.is_silent(id);
            let hiding = if may_hide && id != body && !is_silent { styles.hide(tree, id) } else { None };
            let is_button = name == "button" || roles[id].any(Roles::PLAYER);
            gone[id] = id != body && (is_silent || hiding == Some(Hidden::Surely) || is_button || is_consent);
            match hiding {
                Some(Hidden::Surely) => hidden.push(id),
                Some(Hidden::Perhaps) if !gone[id] => perhaps.push(id),
                _ => {}
            }
            if name == "noscript" {
                unscripted.push(id);
            }
        }
        let sizes = Sizes::of(tree);
        let mut measures = measure(tree, &sizes, &gone, policy.opens_links);
        let mut n_veiled = 0;
        // A page that shows nothing waits for a script that shows its one frame.
        if !hidden.is_empty() && measures[body].prose < LEAST_SHOWN {
            let n_letters_of = |id: &Id| n_letters(tree, *id);
            let frame = hidden.iter().copied().filter(|id| tree.parent(*id) == Some(body)).max_by_key(n_letters_of);
            if let Some(frame) = frame.filter(|frame| n_letters(tree, *frame) * 2 > n_letters(tree, body)) {
                gone[frame] = false;
                n_veiled += n_letters(tree, frame);
                hidden.retain(|id| *id != frame);
                measures = measure(tree, &sizes, &gone, policy.opens_links);
            }
        }
        if !perhaps.is_empty() {
            let is_inner = |id: Id, gone: &[bool]| tree.ancestors(id).skip(1).any(|above| gone[above]);
            let mut without = gone.clone();
            let mut prose = 0;
            for id in perhaps {
                if !is_inner(id, &without) {
                    without[id] = true;
                    prose += measures[id].prose;
                    hidden.push(id);
                }
            }
            if holds(prose, measures[body].prose, MAX_PERHAPS) && prose > 0 {
                n_veiled += hidden.iter().filter(|id| !gone[**id]).map(|id| n_letters(tree, *id)).sum::<usize>();
                hidden.retain(|id| gone[*id]);
            } else {
                gone = without;
                measures = measure(tree, &sizes, &gone, policy.opens_links);
            }
        }
        let n_hidden = hidden
            .iter()
            .filter(|id| !tree.ancestors(**id).skip(1).any(|above| gone[above]))
            .map(|id| n_letters(tree, *id))
            .sum();
        // Forums put the posts where those without scripts find them.
        let quiet: u32 = unscripted.iter().map(|id| measures[*id].prose).sum();
        let shown = measures[body].prose - quiet.min(measures[body].prose);
        if !unscripted.is_empty() && (quiet < 200 || quiet < shown) {
            for id in &unscripted {
                gone[*id] = true;
            }
            measures = measure(tree, &sizes, &gone, policy.opens_links);
        }
        Self { gone, roles, measures, n_hidden, n_veiled, elements, sizes }
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
    // What buyers say belongs to a thing as answers belong to a question.
    let drops_comments = !matches!(kind, PageKind::Forum | PageKind::Product);
    let dialogs = Dialogs::of(tree, &page.elements, kind);
    let by_names = strictness >= Strictness::Names;
    let mut gone = page.gone.clone();
    // Who wrote a part of the page stands under the heading of that part.
    let is_signed = |id: &Id| {
        let mut before = std::iter::successors(tree.previous(*id), |at| tree.previous(*at));
        page.roles[*id].any(Roles::META)
            && before.find(|at| tree.is_element(*at)).is_some_and(|at| names::level(tree.name(at)).is_some())
            && tree.text_of(*id).trim_start().to_lowercase().starts_with("by ")
    };
    // What holds the title of a product or a list is no way through the site, whatever it is called.
    let mut is_titled = vec![false; tree.len()];
    if policy.opens_links {
        for title in page.elements.iter().filter(|id| tree.name(**id) == "h1" && !gone[**id]) {
            tree.ancestors(*title).for_each(|above| is_titled[above] = true);
        }
    }
    let signed: Vec<Id> = page.elements.iter().copied().filter(is_signed).collect();
    for &id in &page.elements {
        if gone[id] || id == body {
            continue;
        }
        let roles = page.roles[id];
        gone[id] = match tree.name(id) {
            "nav" => by_names || is_light(id, policy.frame),
            "a" if leads_past_menus(tree, id) => true,
            "footer" | "menu" => is_light(id, policy.frame),
            "aside" | "form" => by_names && is_light(id, policy.frame),
            "header" => is_light(id, 10) && !tree.has(id, "h1"),
            name if names::level(name).is_some() || name.starts_with("mjx-") => false,
            "p" | "pre" | "code" | "table" | "tbody" | "tr" | "td" => false,
            _ if !by_names => false,
            _ if tree.is_inline(id) && is_in_sentence(tree, id, seen) => false,
            _ => {
                let is_comment = strictness == Strictness::Full && drops_comments && roles.any(Roles::COMMENT);
                let is_dialog =
                    || roles.any(Roles::DIALOG) && dialogs.most(id, policy).is_some_and(|most| is_light(id, most));
                (roles.any(AWAY) && is_light(id, policy.named) || is_dialog()) && !is_titled[id]
                    || is_comment && seen[id].prose + 300 < total
                    || roles.any(Roles::META)
                        && is_light(id, policy.meta)
                        && !(signed.len() > 1 && signed.contains(&id))
            }
        };
    }
    if kind == PageKind::Product {
        fields::mark(tree, &page.elements, &mut gone);
    }
    let measures = measure(tree, &page.sizes, &gone, policy.opens_links);
    if is_forum {
        return Sieved { gone, measures };
    }
    let cards = cards(tree, &gone, &measures, body);
    if cards.is_empty() {
        return Sieved { gone, measures };
    }
    let mut without = gone.clone();
    for id in cards {
        without[id] = true;
    }
    let rest = measure(tree, &page.sizes, &without, policy.opens_links);
    // Where little else is to be read, the cards are.
    let (left, all) = (rest[body], measures[body]);
    let is_text = kind == PageKind::Article && all.prose >= policy.least_prose;
    let is_read = is_text || holds(left.n_chars, all.n_chars, policy.cards);
    if holds(left.prose, all.prose, policy.cards) && is_read {
        Sieved { gone: without, measures: rest }
    } else {
        Sieved { gone, measures }
    }
}

/// Whether a link leads past the menus, for those who hear a page.
fn leads_past_menus(tree: &Tree, id: Id) -> bool {
    let leads_down = tree.attribute(id, Key::Href).is_some_and(|href| href.len() > 1 && href.starts_with('#'));
    leads_down && {
        let words = tree.text_of(id).trim().to_lowercase();
        ["skip to ", "skip navigation", "jump to ", "zum inhalt", "zum hauptinhalt", "aller au contenu", "saltar al "]
            .iter()
            .any(|start| words.starts_with(start))
    }
}

/// Whether an inline element stands among the words of a paragraph, where its names are no reason to break the sentence.
fn is_in_sentence(tree: &Tree, id: Id, measures: &[Measure]) -> bool {
    let says = |at: Id| tree.text(at).is_some_and(|text| text.contains(char::is_alphanumeric));
    let block = || tree.ancestors(id).skip(1).find(|above| !tree.is_inline(*above));
    [tree.previous(id), tree.next(id)].into_iter().flatten().any(says)
        && block().is_some_and(|block| measures[block].prose >= PARAGRAPH)
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
            is_row = alike.len() >= 3 && alike.len() * 10 >= kin.len() * 7 && !linked::is_plain_list(tree, id);
            if is_row {
                cards.extend(kin.iter().copied().filter(|kin| is_card(*kin)));
            }
        }
        at = tree.first(id).filter(|_| stays && !is_row).or_else(|| tree.after(id, body));
    }
    cards
}

/// Marks headings under which everything was taken away; those that never had anything under them stay.
pub(super) fn headings(tree: &Tree, gone: &mut [bool], unseen: &[bool], root: Id) {
    let mut order = Vec::new();
    let mut taken_until = root;
    let mut at = Some(root);
    while let Some(id) = at {
        if id == taken_until {
            taken_until = root;
        }
        let is_seen = id == root || !unseen[id];
        if is_seen && id != root && gone[id] && taken_until == root {
            taken_until = tree.after(id, root).unwrap_or(usize::MAX);
        }
        if is_seen {
            order.push((id, taken_until != root));
        }
        at = tree.first(id).filter(|_| is_seen).or_else(|| tree.after(id, root));
    }
    // From the end: the level of the heading below, if nothing but it was seen since.
    let mut below: Option<usize> = Some(0);
    let mut inside: Option<Id> = None;
    let mut is_taken = false;
    for &(id, is_gone) in order.iter().rev() {
        let is_word = tree.text(id).is_some_and(|text| !text.trim().is_empty()) || tree.name(id) == "img";
        if is_gone {
            is_taken |= is_word;
        } else if let Some(level) = names::level(tree.name(id)) {
            if is_taken && below.is_some_and(|below| below <= level) {
                gone[id] = true;
            } else {
                (below, is_taken) = (Some(level), false);
            }
            inside = None;
        } else if is_word && inside.is_none() {
            inside = tree
                .ancestors(id)
                .take_while(|above| *above != root)
                .find(|above| names::level(tree.name(*above)).is_some());
            if inside.is_none() {
                (below, is_taken) = (None, false);
            }
        }
    }
}

/// The headings of a part of a page that may be its title.
pub(super) fn titles(tree: &Tree, gone: &[bool], part: Id) -> impl Iterator<Item = Id> {
    let stays = move |id: Id| !tree.ancestors(id).take_while(|above| *above != part).any(|above| gone[above]);
    tree.within(part).filter(move |id| matches!(tree.name(*id), "h1" | "h2") && stays(*id))
}

/// The letters and digits of words, in lower case: what titles are compared by.
pub(super) fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Marks what a page writes a second time, for screens of another size: boxes whose words an earlier box has.
pub(super) fn copies(tree: &Tree, gone: &mut [bool], measures: &[Measure], root: Id) {
    let mut known: BTreeMap<(u32, u32, u32), Vec<Id>> = BTreeMap::new();
    let mut at = tree.first(root);
    while let Some(id) = at {
        let stays = tree.is_element(id) && !gone[id];
        let found = measures[id];
        let is_large = found.n_chars >= LEAST_COPIED && matches!(tree.name(id), "div" | "section" | "ul" | "ol");
        let mut is_copy = false;
        if stays && is_large {
            let alike = known.entry((found.n_chars, found.n_linked, found.prose)).or_default();
            let is_above = |other: Id| tree.ancestors(id).any(|above| above == other);
            let words = |id: Id| letters(&tree.text_of(id));
            is_copy = alike.iter().any(|other| !is_above(*other) && words(*other) == words(id));
            gone[id] |= is_copy;
            // A box in a box has the same words.
            if !is_copy && alike.len() < MAX_ALIKE && !alike.iter().any(|other| is_above(*other)) {
                alike.push(id);
            }
        }
        at = tree.first(id).filter(|_| stays && !is_copy).or_else(|| tree.after(id, root));
    }
}

/// Marks scripts and what is hidden, and nothing else.
pub(super) fn silent(tree: &Tree, rules: &Rules) -> Vec<bool> {
    let hiding = |id: Id| tree.is_element(id).then(|| rules.hide(tree, id)).flatten();
    let mut gone: Vec<bool> =
        (0..tree.len()).map(|id| tree.is_silent(id) || hiding(id) == Some(Hidden::Surely)).collect();
    let perhaps: Vec<Id> = (0..tree.len()).filter(|id| !gone[*id] && hiding(*id).is_some()).collect();
    let n_perhaps: usize = perhaps.iter().map(|id| n_letters(tree, *id)).sum();
    if n_perhaps > 0 && n_perhaps * 100 < n_letters(tree, Tree::ROOT) * MAX_PERHAPS as usize {
        for id in perhaps {
            gone[id] = true;
        }
    }
    gone
}

/// Characters of text that is gone because nobody sees it.
pub(super) fn n_unseen(tree: &Tree, gone: &[bool]) -> usize {
    let is_outermost = |id: &usize| !tree.ancestors(*id).skip(1).any(|above| gone[above]);
    let unseen = (0..tree.len()).filter(|id| gone[*id] && !tree.is_silent(*id)).filter(is_outermost);
    unseen.map(|id| n_letters(tree, id)).sum()
}

/// The words of a page, scripts and styles left out.
pub(super) fn words(tree: &Tree, body: Id) -> String {
    let shown = tree.within(body).filter(|id| !tree.parent(*id).is_some_and(|above| tree.is_silent(above)));
    shown.filter_map(|id| tree.text(id)).collect::<Vec<_>>().join(" ").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Characters of text that are no white space.
fn n_letters(tree: &Tree, id: Id) -> usize {
    let texts = tree.within(id).filter(|at| !tree.parent(*at).is_some_and(|above| tree.is_silent(above)));
    texts.filter_map(|at| tree.text(at)).flat_map(str::chars).filter(|c| !c.is_whitespace()).count()
}
