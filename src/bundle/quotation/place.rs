//! From a place as a citation writes it to the bytes that it means.
//!
//! What a source calls its own parts (`post 3`, `41:07`, a heading), what a bundle calls the others
//! (`¶4`, as its references write them), a section by its number (`#5`), and ranges of all of these.

use std::collections::BTreeSet;
use std::ops::Range;

use super::Nowhere;
use super::words::{is_clock, words};
use crate::budget::Places;
use crate::content::{Document, Section, line};

/// The bytes that a place means; of two sections with one label, those of the first.
pub fn place(document: &Document, place: &str) -> Result<Range<usize>, Nowhere> {
    let quotes = ['"', '\u{201c}', '\u{201d}', '\u{ab}', '\u{bb}', ' '];
    let wanted = line(place.trim_matches(quotes));
    let sections = &document.sections;
    let found = labelled(sections, &wanted)
        .or_else(|| numbered(sections, &wanted))
        .or_else(|| paragraph(document, &wanted))
        .or_else(|| between(document, &wanted));
    if let Some(range) = found {
        return Ok(range);
    }
    by_time(document, &wanted)?.or_else(|| by_words(sections, &wanted)).ok_or(Nowhere::NoPlace)
}

/// The section of that label.
fn labelled(sections: &[Section], wanted: &str) -> Option<Range<usize>> {
    let wanted = wanted.to_lowercase();
    let same = |label: &String| line(label).to_lowercase() == wanted;
    sections.iter().find(|section| section.label.as_ref().is_some_and(same)).map(Section::range)
}

/// The section of that number, `#5`; a number alone is that of a post first.
fn numbered(sections: &[Section], wanted: &str) -> Option<Range<usize>> {
    let digits = wanted.strip_prefix('#').unwrap_or(wanted);
    let number: usize = digits.parse().ok()?;
    let post = || labelled(sections, &format!("post {number}"));
    let own = (digits == wanted).then(post).flatten();
    own.or_else(|| sections.get(number.checked_sub(1)?).map(Section::range))
}

/// The paragraph of that number, as the references of a bundle count them: `¶4`.
fn paragraph(document: &Document, wanted: &str) -> Option<Range<usize>> {
    let number: usize = wanted.strip_prefix('\u{b6}')?.trim().parse().ok()?;
    let (text, wanted) = (&document.text, format!("\u{b6}{number}"));
    let places = Places::new("", text, &document.sections);
    // A place ends where another begins: at a paragraph or at a section.
    let mut borders: BTreeSet<usize> = text.match_indices("\n\n").map(|(at, blank)| at + blank.len()).collect();
    borders.extend(document.sections.iter().flat_map(|section| [section.start, section.end]));
    borders.insert(0);
    let mut inside = borders.iter().skip_while(|border| places.at(**border) != wanted);
    let start = *inside.next().filter(|start| **start < text.len())?;
    let end = inside.find(|border| places.at(**border) != wanted).copied().unwrap_or(text.len());
    Some(start..start + text.get(start..end)?.trim_end().len())
}

/// From one place to another: `post 2-4`, `¶2–4`, `¶1–41:07`.
fn between(document: &Document, wanted: &str) -> Option<Range<usize>> {
    let (from, to) = split_range(wanted)?;
    let from = from.strip_prefix("posts ").map_or_else(|| from.to_owned(), |number| format!("post {number}"));
    let noun = from.trim_end_matches(|c: char| c.is_ascii_digit());
    let one = |wanted: &str| {
        let clock = || is_clock(wanted).then(|| by_time(document, wanted).ok()?).flatten();
        labelled(&document.sections, wanted).or_else(|| paragraph(document, wanted)).or_else(clock)
    };
    let first = one(&from)?;
    let last = one(to).or_else(|| one(&format!("{noun}{to}")))?;
    (first.start < last.end).then_some(first.start..last.end)
}

/// The sections of a recording at a time, or from one time to another.
fn by_time(document: &Document, place: &str) -> Result<Option<Range<usize>>, Nowhere> {
    let (from, to) = split_range(place).map_or((place, place), |(from, to)| (from, to));
    let (Some(from), Some(to)) = (seconds(from), seconds(to)) else { return Ok(None) };
    let start = |section: &Section| {
        section.time.as_deref().and_then(seconds).or_else(|| section.label.as_deref().and_then(seconds))
    };
    let timed: Vec<(u32, &Section)> =
        document.sections.iter().filter_map(|section| Some((start(section)?, section))).collect();
    let Some((last_start, last)) = timed.last() else { return Ok(None) };
    // A recording ends about when its last words are said; two words a second is slow.
    let n_words = u32::try_from(words(document.text.get(last.range()).unwrap_or_default()).len()).unwrap_or(u32::MAX);
    if from > last_start.saturating_add(n_words / 2).saturating_add(30) {
        let label = last.label.as_ref().or(last.time.as_ref());
        return Err(Nowhere::Past { last: label.map(|label| line(label)).unwrap_or_default() });
    }
    let at = |moment: u32| timed.iter().rev().find(|(start, _)| *start <= moment).or(timed.first());
    Ok(at(from).zip(at(to.max(from))).map(|((_, first), (_, last))| first.start..last.end))
}

/// The first section that has these words in its label.
fn by_words(sections: &[Section], wanted: &str) -> Option<Range<usize>> {
    let asked: Vec<String> = words(wanted).into_iter().map(|word| word.key).collect();
    if asked.iter().all(|word| word.bytes().all(|byte| byte.is_ascii_digit())) {
        return None;
    }
    let told = |label: &String| {
        let label: Vec<String> = words(label).into_iter().map(|word| word.key).collect();
        label.windows(asked.len()).any(|window| window == asked.as_slice())
    };
    sections.iter().find(|section| section.label.as_ref().is_some_and(told)).map(Section::range)
}

/// Two places with a dash between them.
fn split_range(place: &str) -> Option<(&str, &str)> {
    let (from, to) = place.split_once(['-', '\u{2013}', '\u{2014}'])?;
    Some((from.trim(), to.trim()))
}

/// The second of a mark such as `41:07` or `1:02:03`.
pub fn seconds(mark: &str) -> Option<u32> {
    let mark = mark.trim();
    if !is_clock(mark) {
        return None;
    }
    mark.split(':').try_fold(0_u32, |total, part| total.checked_mul(60)?.checked_add(part.parse().ok()?))
}
