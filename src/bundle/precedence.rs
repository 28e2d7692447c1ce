//! Which of several documents keeps a passage that they share.

use std::cmp::Reverse;

use super::Entry;
use crate::budget::Tier;
use crate::content::{Kind, iso_day};
use crate::tokens::Tokens;

/// Letters of a day that is known to the day.
const WHOLE: usize = "2025-01-31".len();

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
    let day = |index: usize| document(index).date.as_deref().and_then(iso_day).filter(|day| day.len() == WHOLE);
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

#[cfg(test)]
mod tests {
    use super::super::promises::document;
    use super::*;
    use crate::budget::Policy;
    use crate::content::Document;

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
