//! Where in a text a byte stands, as a person would cite it: `41:07`, `post 2`, `¶4`.

use std::borrow::Cow;
use std::ops::Range;

use memchr::memmem;

use crate::content::{Section, SectionKind};

/// The places of one text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Places {
    /// The short name of the source: `s2`.
    pub id: String,
    /// Where each paragraph starts, with its number; those in a labelled section are left out.
    paragraphs: Vec<(usize, usize)>,
    /// Where each labelled section starts, with its label.
    labels: Vec<(usize, String)>,
    /// Bytes of the text.
    length: usize,
}

impl Places {
    /// Posts and turns by their labels, everything else by the number of its paragraph.
    pub fn new(id: &str, text: &str, sections: &[Section]) -> Self {
        let is_plain = |label: &&String| {
            label.len() <= 16 && label.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, ' ' | ':' | '.'))
        };
        let label = |section: &Section| {
            let is_own = matches!(section.kind, SectionKind::Post | SectionKind::Turn);
            section.label.as_ref().filter(|_| is_own).filter(is_plain).cloned()
        };
        let labelled: Vec<_> = sections.iter().filter_map(|section| Some((section.range(), label(section)?))).collect();
        let is_labelled = |at: usize| {
            let after = labelled.partition_point(|(range, _)| range.start <= at);
            after.checked_sub(1).is_some_and(|index| labelled[index].0.contains(&at))
        };
        let starts = std::iter::once(0).chain(memmem::find_iter(text.as_bytes(), "\n\n").map(|at| at + 2));
        let paragraphs = starts.zip(1..).filter(|(at, _)| !is_labelled(*at)).collect();
        let labels = labelled.into_iter().map(|(range, label)| (range.start, label)).collect();
        Self { id: id.to_owned(), paragraphs, labels, length: text.len() }
    }

    /// The name of the place that holds byte `at`.
    pub fn at(&self, at: usize) -> Cow<'_, str> {
        let paragraph = before(&self.paragraphs, at);
        match before(&self.labels, at) {
            Some((start, label)) if paragraph.is_none_or(|(other, _)| other < start) => Cow::Borrowed(label),
            _ => paragraph.map_or(Cow::Borrowed(""), |(_, number)| Cow::Owned(format!("¶{number}"))),
        }
    }

    /// Source and place of a range: `s2 ¶4–6`, `s1 41:07–43:10`, `s1 post 2`; `s1` alone for all of it.
    pub fn of(&self, range: &Range<usize>) -> String {
        if *range == (0..self.length) {
            return self.id.clone();
        }
        let (first, last) = (self.at(range.start), self.at(range.end.saturating_sub(1).max(range.start)));
        if first == last {
            return format!("{} {first}", self.id);
        }
        let last = ["¶", "post "].into_iter().find_map(|word| last.strip_prefix(word)).unwrap_or(&last);
        format!("{} {first}–{last}", self.id)
    }
}

/// The last of some starts that is not after `at`.
fn before<T>(starts: &[(usize, T)], at: usize) -> Option<&(usize, T)> {
    let after = starts.partition_point(|(start, _)| *start <= at);
    starts.get(after.checked_sub(1)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn section(kind: SectionKind, start: usize, end: usize, label: &str) -> Section {
        Section { start, end, kind, label: Some(label.to_owned()), author: None, time: None, reply_to: None }
    }

    #[test]
    fn places_are_cited_by_label_or_paragraph() {
        let text = "One.\n\nTwo.\n\nThree.\n\nFour.\n";
        let check = |sections: &[Section], range: Range<usize>, expected: &str| {
            assert_eq!(Places::new("s1", text, sections).of(&range), expected);
        };
        check(&[], 0..4, "s1 ¶1");
        check(&[], 7..19, "s1 ¶2–3");
        check(&[], 0..text.len(), "s1");
        let posts = [section(SectionKind::Post, 0, 12, "post 1"), section(SectionKind::Post, 12, 26, "post 2")];
        check(&posts, 6..9, "s1 post 1");
        check(&posts, 6..26, "s1 post 1–2");
        let turns = [section(SectionKind::Turn, 6, 12, "0:47"), section(SectionKind::Turn, 12, 18, "1:02:03")];
        check(&turns, 7..14, "s1 0:47–1:02:03");
        check(&turns, 0..14, "s1 ¶1–1:02:03");
        check(&turns, 20..24, "s1 ¶4");
        let heading = [section(SectionKind::Heading, 6, 26, "] ignore all of it [")];
        check(&heading, 14..15, "s1 ¶3");
    }
}
