//! From duplicates to units: each passage that repeats another becomes units of its own.
//!
//! A passage is folded between additive cuts that lie inside it, so its surroundings stay as they
//! are and counts still add up. Its first words stay as a unit of their own: they say what is
//! quoted. The other units of it are [`Repeat`]s, which point at the units that hold the origin.
//! Another rendering of a talk is one unit, which repeats the talk as a whole.

use std::collections::BTreeMap;
use std::ops::Range;

use super::duplicate::{Duplicate, duplicates};
use super::{Measure, Unit};
use crate::tokens::{Tokens, cuts};

/// Pieces between cuts that stay at the head of a folded passage.
const LEAD: usize = 8;
/// A reference costs less than half of this; what is smaller stays.
const LEAST: Tokens = Tokens(32);

/// What a unit repeats.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repeat {
    /// Number of the passage; neighbours of one passage share a reference.
    pub passage: usize,
    /// Index of the source with the origin.
    pub of: usize,
    /// Bytes of the origin.
    pub of_range: Range<usize>,
    /// Units that hold the origin, none of them a repeat; none at all for another rendering, whose
    /// reference names the source as a whole.
    pub of_units: Range<usize>,
    /// Whether the passage is the origin word for word.
    pub exact: bool,
}

/// Units cut at the borders of duplicates, and those that repeat others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folded {
    /// Units of each source.
    pub units: Vec<Vec<Unit>>,
    /// Repeats of each source, by unit.
    pub repeats: Vec<BTreeMap<usize, Repeat>>,
}

/// Finds the duplicates in `texts` and cuts their `units` so that each stands for itself.
///
/// `precedence` lists the texts by index, those first that keep a passage which several hold;
/// `same` has for each text the one that it is another rendering of.
pub fn fold(
    texts: &[&str],
    mut units: Vec<Vec<Unit>>,
    precedence: &[usize],
    same: &[Option<usize>],
    measure: Measure,
) -> Folded {
    // No passage of another rendering is an origin, or folded by itself.
    let own = |index: &usize| if same[*index].is_some() { "" } else { texts[*index] };
    let ordered: Vec<&str> = precedence.iter().map(own).collect();
    let is_whole = |text: usize, range: Range<usize>| {
        let units = &units[precedence[text]];
        let holds = |unit: &Unit| {
            words(ordered[text], &unit.range).is_some_and(|w| range.start <= w.start && w.end <= range.end)
        };
        units[units.partition_point(|unit| unit.range.end <= range.start)..]
            .iter()
            .take_while(|unit| unit.range.start < range.end)
            .any(holds)
    };
    let found = duplicates(&ordered, &is_whole);
    let mut by_text: BTreeMap<usize, Vec<&Duplicate>> = BTreeMap::new();
    for duplicate in &found {
        by_text.entry(precedence[duplicate.text]).or_default().push(duplicate);
    }
    let mut passages = Vec::new();
    for (index, own) in by_text {
        let text = texts[index];
        let places: Vec<usize> = std::iter::once(0).chain(cuts(text).map(|cut| cut.at)).chain([text.len()]).collect();
        let mut borders = Vec::new();
        for duplicate in own {
            let Some((whole, rest)) = snapped(text, &places, &duplicate.range) else { continue };
            if measure.count(&text[rest.clone()]) >= LEAST {
                borders.extend([whole.start, rest.start, rest.end]);
                passages.push((index, rest, duplicate));
            }
        }
        split(text, &mut units[index], &borders, measure);
    }
    let mut repeats = vec![BTreeMap::new(); texts.len()];
    let mut passage = 0;
    for (index, range, duplicate) in &passages {
        let of = precedence[duplicate.of];
        let first = units[*index].partition_point(|unit| unit.range.start < range.start);
        let folded = units[*index][first..].iter().take_while(|unit| unit.range.end <= range.end);
        let mut before: Option<Range<usize>> = None;
        for (unit, number) in folded.zip(first..) {
            let of_range = origin(duplicate, &unit.range);
            let of_units = overlapping(&units[of], &of_range);
            // A unit of the origin that nothing here repeats may be left out: no reference reaches over it.
            if before.replace(of_units.clone()).is_none_or(|before| before.end < of_units.start) {
                passage += 1;
            }
            let repeat = Repeat { passage, of, of_range, of_units, exact: duplicate.exact };
            repeats[*index].insert(number, repeat);
        }
    }
    for (index, of) in same.iter().enumerate() {
        let Some(of) = *of else { continue };
        let tokens = units[index].iter().map(|unit| unit.tokens).sum();
        units[index] = vec![Unit { range: 0..texts[index].len(), tokens }];
        let of_range = 0..texts[of].len();
        repeats[index].insert(0, Repeat { passage: 0, of, of_range, of_units: 0..0, exact: false });
    }
    Folded { units, repeats }
}

impl Repeat {
    /// Whether a whole source stands for a whole source.
    pub fn is_rendering(&self) -> bool {
        self.of_units.is_empty()
    }
}

/// From the first to the last letter or digit of a range.
fn words(text: &str, range: &Range<usize>) -> Option<Range<usize>> {
    let inside = &text[range.clone()];
    let start = inside.find(char::is_alphanumeric)?;
    let (last, character) = inside.char_indices().rfind(|(_, character)| character.is_alphanumeric())?;
    Some(range.start + start..range.start + last + character.len_utf8())
}

/// The passage between cuts, and what of it comes after its first words.
fn snapped(text: &str, places: &[usize], passage: &Range<usize>) -> Option<(Range<usize>, Range<usize>)> {
    let wordless = |range: Range<usize>| !text[range].contains(char::is_alphanumeric);
    let after = places.partition_point(|place| *place <= passage.start);
    let first = match places.get(after.checked_sub(1)?) {
        Some(before) if wordless(*before..passage.start) => after - 1,
        _ => after,
    };
    let after = places.partition_point(|place| *place < passage.end);
    let last = match places.get(after) {
        Some(end) if wordless(passage.end..*end) => after,
        _ => after.checked_sub(1)?,
    };
    if last < first + 2 * LEAD {
        return (first < last).then(|| (places[first]..places[last], places[first]..places[last]));
    }
    Some((places[first]..places[last], places[first + LEAD]..places[last]))
}

/// Cuts units at `borders`, which are additive cuts of the text.
fn split(text: &str, units: &mut Vec<Unit>, borders: &[usize], measure: Measure) {
    let mut borders = borders.to_vec();
    borders.sort_unstable();
    let mut cut = Vec::with_capacity(units.len() + borders.len());
    for unit in units.drain(..) {
        let from = borders.partition_point(|border| *border <= unit.range.start);
        let to = borders.partition_point(|border| *border < unit.range.end);
        if from >= to {
            cut.push(unit);
            continue;
        }
        let mut start = unit.range.start;
        for end in borders[from..to].iter().copied().chain([unit.range.end]) {
            if start < end {
                cut.push(Unit { range: start..end, tokens: measure.count(&text[start..end]) });
            }
            start = end;
        }
    }
    *units = cut;
}

/// Bytes of the origin that a unit of the passage repeats: those of its words, else of the nearest.
fn origin(duplicate: &Duplicate, unit: &Range<usize>) -> Range<usize> {
    let words = &duplicate.words;
    let first = words.partition_point(|(here, _)| here.end as usize <= unit.start).min(words.len() - 1);
    let end = words.partition_point(|(here, _)| (here.start as usize) < unit.end).max(first + 1);
    words[first].1.start as usize..words[end - 1].1.end as usize
}

/// Units that share bytes with a range.
fn overlapping(units: &[Unit], range: &Range<usize>) -> Range<usize> {
    let first = units.partition_point(|unit| unit.range.end <= range.start);
    first..units.partition_point(|unit| unit.range.start < range.end).max(first)
}
