//! Citation marks of an answer and the passages that they point to.

use std::ops::Range;

use super::Source;
use super::words::{is_clock, words};
use crate::content::Section;

/// A mark such as `[s2 41:07; s3]` and where it stands in the answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// Where, brackets included.
    pub range: Range<usize>,
    /// What it points to.
    pub targets: Vec<Target>,
}

/// One place that a mark points to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The source: `s2`.
    pub source: String,
    /// Where in it, as written: `41:07`, `post 3`.
    pub place: Option<String>,
}

/// Why a mark points nowhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Nowhere {
    /// The bundle has no such source.
    NoSource,
    /// The source has no such place.
    NoPlace,
}

impl Target {
    /// As it stands in a mark: `s2 41:07`.
    pub fn name(&self) -> String {
        match &self.place {
            Some(place) => format!("{} {place}", self.source),
            None => self.source.clone(),
        }
    }
}

/// The marks of a text, in order.
pub fn marks(text: &str) -> Vec<Mark> {
    let mut marks = Vec::new();
    for (start, _) in text.match_indices('[') {
        let rest = &text[start + 1..];
        let Some(end) = rest.find([']', '\n', '[']).filter(|end| rest[*end..].starts_with(']')) else { continue };
        if is_mark(&rest[..end]) {
            marks.push(Mark { range: start..start + end + 2, targets: targets(&rest[..end]) });
        }
    }
    marks
}

/// Whether what stands between brackets starts like a mark.
pub(super) fn is_mark(inside: &str) -> bool {
    split_source(inside.trim_start()).is_some()
}

/// `s2` and what follows it.
fn split_source(text: &str) -> Option<(&str, &str)> {
    let digits = text.strip_prefix('s')?;
    let n_digits = digits.bytes().take_while(u8::is_ascii_digit).count();
    let (source, rest) = text.split_at(1 + n_digits);
    let ends = rest.is_empty() || rest.starts_with([' ', ',', ';', ':', '\u{a0}']);
    ((1..=4).contains(&n_digits) && ends).then_some((source, rest))
}

fn targets(inside: &str) -> Vec<Target> {
    let mut targets: Vec<Target> = Vec::new();
    for fragment in inside.split([',', ';']) {
        let fragment = fragment.trim();
        if let Some((source, rest)) = split_source(fragment) {
            let place = rest.trim_start_matches([' ', ':', '\u{a0}']).trim_start_matches("at ").trim();
            let place = (!place.is_empty()).then(|| place.to_owned());
            targets.push(Target { source: source.to_owned(), place });
            continue;
        }
        let Some(last) = targets.last_mut() else { continue };
        match &mut last.place {
            _ if fragment.is_empty() => {}
            None => last.place = Some(fragment.to_owned()),
            Some(_) if is_clock(fragment) || fragment.starts_with("post ") => {
                let source = last.source.clone();
                targets.push(Target { source, place: Some(fragment.to_owned()) });
            }
            // A heading may have a comma.
            Some(place) => *place += &format!(", {fragment}"),
        }
    }
    targets
}

/// The source and the bytes of its text that a target points to.
pub fn resolve(target: &Target, sources: &[Source<'_>]) -> Result<(usize, Range<usize>), Nowhere> {
    let index = sources.iter().position(|source| source.id == target.source).ok_or(Nowhere::NoSource)?;
    let document = sources[index].document;
    let Some(place) = &target.place else { return Ok((index, 0..document.text.len())) };
    let sections = &document.sections;
    let range = by_label(sections, place).or_else(|| by_time(sections, place, &document.text));
    range.map(|range| (index, range)).ok_or(Nowhere::NoPlace)
}

/// The section of that label, or from one label to another: `post 3`, `post 2-4`, a heading.
fn by_label(sections: &[Section], place: &str) -> Option<Range<usize>> {
    let labelled = |wanted: &str| {
        let same = |label: &String| label.eq_ignore_ascii_case(wanted);
        sections.iter().find(|section| section.label.as_ref().is_some_and(same))
    };
    let wanted = place.trim_matches(['"', '\u{201c}', '\u{201d}', '\u{ab}', '\u{bb}', '#', ' ']);
    if let Some(section) = labelled(wanted) {
        return Some(section.range());
    }
    if let Some((first, last)) = split_range(wanted) {
        let noun = first.trim_end_matches(|c: char| c.is_ascii_digit());
        let first =
            labelled(first.trim()).or_else(|| labelled(first.trim().strip_prefix("posts ").map(post)?.as_str()))?;
        let last = labelled(last.trim()).or_else(|| labelled(&format!("{}{}", singular(noun), last.trim())))?;
        return (first.start < last.end).then_some(first.start..last.end);
    }
    let asked: Vec<String> = words(wanted).into_iter().map(|word| word.key).collect();
    let told = |label: &String| {
        let label: Vec<String> = words(label).into_iter().map(|word| word.key).collect();
        !asked.is_empty() && label.windows(asked.len()).any(|window| window == asked.as_slice())
    };
    let is_number = asked.iter().all(|word| word.bytes().all(|byte| byte.is_ascii_digit()));
    let found = sections.iter().find(|section| section.label.as_ref().is_some_and(|label| !is_number && told(label)));
    found.map(Section::range)
}

fn post(number: &str) -> String {
    format!("post {number}")
}

fn singular(noun: &str) -> String {
    noun.replace("posts ", "post ")
}

/// The sections of a recording from one time to another.
fn by_time(sections: &[Section], place: &str, text: &str) -> Option<Range<usize>> {
    let (from, to) = split_range(place).map_or((place, None), |(from, to)| (from, Some(to)));
    let from = seconds(from)?;
    let to = to.map_or(Some(from), seconds)?.max(from);
    let timed: Vec<(u32, &Section)> =
        sections.iter().filter_map(|section| Some((seconds(section.time.as_deref()?)?, section))).collect();
    let at = |moment: u32| timed.iter().rev().find(|(start, _)| *start <= moment).or(timed.first());
    let (last_start, last) = timed.last()?;
    // A recording ends about when its last words are said; two words a second is slow.
    let n_words = u32::try_from(words(&text[last.range()]).len()).unwrap_or(u32::MAX);
    if from > last_start.saturating_add(n_words / 2).saturating_add(30) {
        return None;
    }
    Some(at(from)?.1.start..at(to)?.1.end)
}

/// Two places with a dash between them.
fn split_range(place: &str) -> Option<(&str, &str)> {
    let (from, to) = place.split_once(['-', '\u{2013}', '\u{2014}'])?;
    Some((from.trim(), to.trim()))
}

/// The second of a mark such as `41:07` or `1:02:03`.
pub(super) fn seconds(mark: &str) -> Option<u32> {
    let mark = mark.trim();
    if !is_clock(mark) {
        return None;
    }
    mark.split(':').try_fold(0_u32, |total, part| total.checked_mul(60)?.checked_add(part.parse().ok()?))
}
