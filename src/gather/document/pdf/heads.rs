//! What stands on every page and is no text: running heads, page numbers.

use std::collections::{BTreeMap, BTreeSet};

use super::layout::Line;

/// Lines from the edge that may be running heads.
const OUTER: usize = 3;

/// Takes running heads and page numbers out of pages of this height; how many lines that were.
pub(crate) fn remove(pages: &mut [(f32, Vec<Line>)]) -> usize {
    let mut seen: BTreeMap<(bool, String), usize> = BTreeMap::new();
    for (height, lines) in pages.iter() {
        let mut own: Vec<(bool, String)> =
            edges(lines, *height).into_iter().map(|(at, top)| (top, folded(&lines[at]))).collect();
        own.sort();
        own.dedup();
        for key in own {
            *seen.entry(key).or_default() += 1;
        }
    }
    let n_pages = pages.len();
    let enough = match n_pages {
        0..2 => usize::MAX,
        2..5 => 2,
        5..40 => 3,
        _ => 4,
    };
    let counted = counted(pages);
    let mut n_removed = 0;
    for (index, (height, lines)) in pages.iter_mut().enumerate() {
        let mut gone: Vec<usize> = edges(lines, *height)
            .into_iter()
            .filter(|(at, top)| {
                let line = &lines[*at];
                if counts(line, index).iter().any(|count| counted.contains(&(*top, *count))) {
                    return true;
                }
                let n = seen.get(&(*top, folded(line))).copied().unwrap_or(0);
                n >= enough || n_pages > 1 && is_number(&line.text())
            })
            .map(|(at, _)| at)
            .collect();
        gone.sort_unstable();
        gone.dedup();
        n_removed += gone.len();
        for at in gone.into_iter().rev() {
            lines.remove(at);
        }
    }
    n_removed
}

/// How a line counts: whether its number stands last, and by how much that is behind the number of the page.
type Count = (bool, usize);

/// The counts of a line that names a page beside other words: `Chapter 2: Pears 17`, `18 PEARS`.
fn counts(line: &Line, page: usize) -> Vec<Count> {
    let text = line.text();
    let words: Vec<&str> = text.split(' ').collect();
    let behind = |word: Option<&&str>| {
        let number: usize = word.filter(|word| word.bytes().all(|byte| byte.is_ascii_digit()))?.parse().ok()?;
        (page + 1).checked_sub(number)
    };
    let ends = [(false, words.first()), (true, words.last())];
    let named = ends.into_iter().filter_map(|(is_last, word)| Some((is_last, behind(word)?)));
    if words.len() > 1 && words.len() < 16 { named.collect() } else { Vec::new() }
}

/// The counts that lines at one edge have on page after page, whatever else they say.
fn counted(pages: &[(f32, Vec<Line>)]) -> BTreeSet<(bool, Count)> {
    let mut seen: BTreeMap<(bool, Count), usize> = BTreeMap::new();
    for (index, (height, lines)) in pages.iter().enumerate() {
        let own: BTreeSet<(bool, Count)> = edges(lines, *height)
            .into_iter()
            .flat_map(|(at, top)| counts(&lines[at], index).into_iter().map(move |count| (top, count)))
            .collect();
        for key in own {
            *seen.entry(key).or_default() += 1;
        }
    }
    let enough = (pages.len() / 4).max(3);
    seen.into_iter().filter(|(_, n)| *n >= enough).map(|(key, _)| key).collect()
}

/// The outermost lines near the upper and lower edge.
fn edges(lines: &[Line], height: f32) -> Vec<(usize, bool)> {
    let mut order: Vec<usize> = (0..lines.len()).filter(|at| lines[*at].table().is_none()).collect();
    order.sort_by(|a, b| lines[*b].base().total_cmp(&lines[*a].base()));
    let top = order.iter().take(OUTER).filter(|at| lines[**at].base() > 0.86 * height).map(|at| (*at, true));
    let bottom = order.iter().rev().take(OUTER).filter(|at| lines[**at].base() < 0.13 * height).map(|at| (*at, false));
    top.chain(bottom).collect()
}

/// The words of a line, every number alike.
fn folded(line: &Line) -> String {
    let mut out = String::new();
    let text = line.text().to_lowercase();
    let words: Vec<&str> = text.split(' ').collect();
    let last = words.len().saturating_sub(1);
    let is_place = |at: usize| at == 0 || at == last;
    let words = words.iter().enumerate().map(|(at, word)| if is_place(at) && is_roman(word) { "0" } else { word });
    for c in words.collect::<Vec<_>>().join(" ").chars() {
        match c {
            c if c.is_numeric() => {
                if !out.ends_with('#') {
                    out.push('#');
                }
            }
            c if c.is_whitespace() => {}
            c => out.push(c),
        }
    }
    out
}

fn is_roman(word: &str) -> bool {
    (1..=7).contains(&word.len()) && word.chars().all(|c| matches!(c, 'i' | 'v' | 'x' | 'l' | 'c'))
}

/// `7`, `- 7 -`, `xii`, `Page 7 of 12`, `7/12`.
fn is_number(text: &str) -> bool {
    let lower = text.to_lowercase();
    let words: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let is_digits = |word: &&str| word.len() <= 4 && word.bytes().all(|byte| byte.is_ascii_digit());
    match words.as_slice() {
        [one] => is_digits(one) || is_roman(one),
        [one, other] => {
            matches!(*one, "page" | "seite" | "p" | "pagina" | "página") && is_digits(other)
                || is_digits(one) && is_digits(other) && text.contains('/')
        }
        [one, two, _, four] => {
            matches!(*one, "page" | "seite" | "pagina" | "página") && is_digits(two) && is_digits(four)
        }
        _ => false,
    }
}
