//! Which of several documents keeps a passage that they share.

use std::cmp::Reverse;

use super::Entry;
use crate::budget::Tier;
use crate::content::Kind;
use crate::tokens::Tokens;

/// Indices of the entries, those first that keep a shared passage.
///
/// A pinned one, which stands whole; the earlier of two dated documents; else a text rather than a talk
/// about texts; else the longer; else the one that was named first. Undated documents keep their rank
/// among the dated ones.
pub(super) fn precedence(entries: &[Entry]) -> Vec<usize> {
    let mut ranked: Vec<usize> = (0..entries.len()).collect();
    let document = |index: usize| &entries[index].document;
    let talks = |index: &usize| matches!(document(*index).kind, Kind::Thread | Kind::Chat | Kind::Mail);
    ranked.sort_by_key(|index| (talks(index), Reverse(document(*index).text.len()), *index));
    let day = |index: usize| document(index).date.as_deref().and_then(day);
    let slots: Vec<usize> = (0..ranked.len()).filter(|rank| day(ranked[*rank]).is_some()).collect();
    let mut dated: Vec<usize> = slots.iter().map(|rank| ranked[*rank]).collect();
    dated.sort_by_key(|index| day(*index));
    for (slot, index) in slots.into_iter().zip(dated) {
        ranked[slot] = index;
    }
    ranked.sort_by_key(|index| entries[*index].policy.tier != Tier::Pin);
    ranked
}

/// The transcripts in that order, those first whose ceiling is higher: it holds for what is kept of a talk
/// under both names.
pub(super) fn talks(entries: &[Entry], precedence: &[usize]) -> Vec<usize> {
    let is_talk = |index: &usize| entries[*index].document.kind == Kind::Transcript;
    let mut talks: Vec<usize> = precedence.iter().copied().filter(is_talk).collect();
    talks.sort_by_key(|index| Reverse(entries[*index].policy.ceiling.unwrap_or(Tokens(u32::MAX))));
    talks
}

/// Year, month and day of a date as sources write it: `2025-09-26T10:00Z`, `March 13, 2019`, `13 Mar 2019`.
fn day(date: &str) -> Option<(u32, u32, u32)> {
    const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let mut words = date.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let month_of = |word: &str| {
        let start = word.get(..3)?.to_ascii_lowercase();
        let month = MONTHS.iter().position(|month| *month == start)?;
        u32::try_from(month + 1).ok()
    };
    let day_of =
        |word: &str| word.get(..2).unwrap_or(word).trim_end_matches(|c: char| !c.is_ascii_digit()).parse().ok();
    let (first, second, third) = (words.next()?, words.next()?, words.next()?);
    let (year, month, day) = match (first.len(), month_of(first), month_of(second)) {
        (4, None, None) => (first, second.parse().ok()?, third),
        (_, Some(month), _) => (third, month, second),
        (_, None, Some(month)) => (third, month, first),
        _ => return None,
    };
    let (year, day) = (year.parse().ok()?, day_of(day)?);
    ((1..=12).contains(&month) && (1..=31).contains(&day)).then_some((year, month, day))
}

#[cfg(test)]
mod tests {
    use super::super::promises::document;
    use super::*;
    use crate::budget::Policy;
    use crate::content::Document;

    #[test]
    fn dates_are_read_as_sources_write_them() {
        for (date, expected) in [
            ("2025-09-26", Some((2025, 9, 26))),
            ("2025-09-26T08:00:00Z", Some((2025, 9, 26))),
            ("March 13, 2019", Some((2019, 3, 13))),
            ("13th Mar 2019", Some((2019, 3, 13))),
            ("Fri Sep 26 2025", None),
            ("2019", None),
            ("01/02/2019", None),
        ] {
            assert_eq!(day(date), expected, "{date}");
        }
    }

    #[test]
    fn the_origin_is_the_earlier_the_text_the_longer_the_first() {
        let make = |kind, date: Option<&str>, length| {
            let document = document(&"x".repeat(length), None);
            let document = Document { kind, date: date.map(str::to_owned), ..document };
            Entry { document: document.into(), name: "source".to_owned(), policy: Policy::PLAIN }
        };
        let check = |entries: &[Entry], expected: &[usize]| assert_eq!(precedence(entries), expected);
        let (essay, thread) = (make(Kind::Essay, None, 50), make(Kind::Thread, None, 900));
        check(&[thread.clone(), essay.clone()], &[1, 0]);
        check(&[essay.clone(), make(Kind::Text, None, 60), make(Kind::Text, None, 60)], &[1, 2, 0]);
        let late = make(Kind::Essay, Some("2025-01-02"), 70);
        let early = make(Kind::Thread, Some("January 1, 2025"), 10);
        check(&[late.clone(), early.clone(), thread, essay], &[1, 3, 2, 0]);
        let pinned = Entry { policy: Policy { tier: Tier::Pin, ..Policy::PLAIN }, ..late };
        check(&[early, pinned], &[1, 0]);
    }
}
