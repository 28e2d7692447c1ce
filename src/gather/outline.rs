//! What a list says of each conversation, and which of them it shows.

use std::borrow::Cow;
use std::sync::Arc;

use super::moment;
use super::short::Short;
use crate::content::{Document, Kind, Problem, iso_day};

/// One conversation or document of a source, in outline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outline {
    /// How its source tells it from others beside it.
    pub id: Option<Short>,
    /// The name it gives itself; many of one export may share it.
    pub title: Option<Arc<str>>,
    /// When it began: a moment in RFC 3339, or a day as far as it is known.
    pub date: Option<Short>,
    /// When something was last said in it, where that is not the moment it began.
    pub last: Option<Short>,
    /// Posts, messages or sections that show.
    pub n_messages: u32,
    /// Bytes of their text as they stand in the source.
    pub n_bytes: u32,
    /// Its tokens, where it was read and counted.
    pub tokens: Option<u32>,
}

/// The outlines of one file or member.
#[derive(Debug, Clone, PartialEq)]
pub struct Roll {
    /// The source as it was named, or the file below it.
    pub locator: String,
    /// Name of the format.
    pub format: String,
    /// The kind of its documents.
    pub kind: Kind,
    /// One for each conversation that passes.
    pub outlines: Vec<Outline>,
    /// Tokens that a byte of its conversations comes to in those that were counted.
    pub rate: f64,
}

/// All that a list found.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rolls {
    /// File by file, in the order of their paths.
    pub rolls: Vec<Roll>,
    /// What a person should know.
    pub problems: Vec<Problem>,
}

/// What a list leaves out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sieve {
    /// Words that the title or the text must have, in any case.
    pub grep: Option<String>,
    /// The first day on which something must have been said, `2025-01-31` or a part of it.
    pub since: Option<String>,
    /// The last day on which it may have begun.
    pub until: Option<String>,
}

/// What a list asks for beside names and days.
#[derive(Clone, Copy)]
pub struct Lens<'a> {
    /// What it leaves out.
    pub sieve: &'a Sieve,
    /// Counts the tokens of a document.
    pub measure: &'a (dyn Fn(&Document) -> u32 + Sync),
    /// Whether every conversation is counted, or in a big export only some.
    pub every: bool,
}

impl Outline {
    /// That of a document which was read.
    pub(crate) fn of(document: &Document) -> Self {
        let date = document.date.as_deref().and_then(dated);
        let last = document.sections.iter().filter_map(|section| dated(section.time.as_deref()?)).max();
        let last = last.filter(|last| Some(last) != date.as_ref());
        let small = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Self {
            id: document.id.as_deref().map(Into::into),
            title: document.title.as_deref().map(Into::into),
            date: date.as_deref().map(Into::into),
            last: last.as_deref().map(Into::into),
            n_messages: small(document.counts.visible),
            n_bytes: small(document.text.len()),
            tokens: None,
        }
    }

    /// Those of the documents of one source; what is attached to a conversation goes with it.
    pub(crate) fn of_all(documents: &[Document], lens: Lens) -> Vec<Self> {
        let mut outlines: Vec<(Self, bool)> = Vec::new();
        for document in documents {
            let tokens = (lens.measure)(document);
            let above = outlines.last_mut().filter(|(above, _)| is_attached(above, document));
            if let Some((above, passes)) = above {
                above.tokens = above.tokens.map(|sum| sum.saturating_add(tokens));
                *passes |= lens.sieve.has_words(document);
                continue;
            }
            let outline = Self { tokens: Some(tokens), ..Self::of(document) };
            outlines.push((outline, lens.sieve.has_words(document)));
        }
        outlines.retain(|(outline, has_words)| *has_words && lens.sieve.has_days(outline));
        outlines.into_iter().map(|(outline, _)| outline).collect()
    }
}

/// A moment as it stands where it is one in RFC 3339, else the day that a date names; a second of a talk is none.
fn dated(text: &str) -> Option<Cow<'_, str>> {
    let is_moment = moment::day(text).is_some_and(|day| iso_day(day).is_some());
    if is_moment { Some(Cow::Borrowed(text)) } else { iso_day(text).map(Cow::Owned) }
}

/// Whether the document came along with a conversation.
fn is_attached(above: &Outline, document: &Document) -> bool {
    let below = || document.id.as_deref()?.strip_prefix(above.id.as_deref()?);
    document.kind == Kind::Text && below().is_some_and(|rest| rest.starts_with('/'))
}

impl Sieve {
    /// Whether the title or the text has the words.
    pub(crate) fn has_words(&self, document: &Document) -> bool {
        self.stand_in(document.title.as_deref().unwrap_or_default()) || self.stand_in(&document.text)
    }

    /// Whether a text has the words.
    pub(crate) fn stand_in(&self, text: &str) -> bool {
        self.grep.as_ref().is_none_or(|words| text.to_lowercase().contains(&words.to_lowercase()))
    }

    /// Whether it may have been going on in the days asked for; of what has no date nobody can say.
    pub(crate) fn has_days(&self, outline: &Outline) -> bool {
        let (date, last) = (outline.date.as_deref(), outline.last.as_deref());
        let (Some(begun), Some(last)) = (date.or(last), last.or(date)) else { return true };
        let until = |until: &String| begun.get(..until.len()).unwrap_or(begun) <= until.as_str();
        // A year that is all that is known holds each of its days.
        let since = |since: &String| last >= since.as_str() || since.starts_with(last);
        self.since.as_ref().is_none_or(since) && self.until.as_ref().is_none_or(until)
    }

    /// Whether only some days are asked for.
    pub fn is_of_days(&self) -> bool {
        self.since.is_some() || self.until.is_some()
    }

    /// Whether JSON as it is written may hold the words.
    pub(crate) fn may_stand_in(&self, json: &[u8]) -> bool {
        self.grep.as_ref().is_none_or(|words| may_hold(words, json))
    }
}

/// Whether JSON as it is written may hold the words: letters and digits stand in it as they are.
pub(crate) fn may_hold(words: &str, json: &[u8]) -> bool {
    let runs = words.split(|c: char| !c.is_ascii_alphanumeric());
    let Some(run) = runs.max_by_key(|run| run.len()).filter(|run| !run.is_empty()) else { return true };
    // The search goes from one of its rarest letters to the next.
    let rank = |byte: &u8| b"etaoinsrhldcumfpgwybvkxjqz".iter().position(|known| *known == byte.to_ascii_lowercase());
    let rarest = run.bytes().enumerate().max_by_key(|(_, byte)| rank(byte).unwrap_or(20)).map_or(0, |(at, _)| at);
    let byte = run.as_bytes()[rarest];
    memchr::memchr2_iter(byte.to_ascii_lowercase(), byte.to_ascii_uppercase(), json).any(|at| {
        let found = at.checked_sub(rarest).and_then(|start| json.get(start..start + run.len()));
        found.is_some_and(|found| found.eq_ignore_ascii_case(run.as_bytes()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_words_pass_or_not() {
        let outline = |date: Option<&str>, last: Option<&str>| Outline {
            id: None,
            title: None,
            date: date.map(Into::into),
            last: last.map(Into::into),
            n_messages: 1,
            n_bytes: 1,
            tokens: None,
        };
        let check = |since: Option<&str>, until: Option<&str>, expected: bool| {
            let sieve = Sieve { grep: None, since: since.map(str::to_owned), until: until.map(str::to_owned) };
            let moments = outline(Some("2024-05-30T10:00:00Z"), Some("2024-06-02T10:00:00Z"));
            assert_eq!(sieve.has_days(&moments), expected, "{since:?} {until:?}");
            assert!(sieve.has_days(&outline(None, None)));
            assert!(sieve.has_days(&outline(Some("2024"), None)), "{since:?} {until:?}");
        };
        check(None, None, true);
        check(Some("2024-06"), None, true);
        check(Some("2024-06-03"), None, false);
        check(None, Some("2024-05"), true);
        check(None, Some("2024-05-30"), true);
        check(None, Some("2024-05-29"), false);
        check(Some("2024"), Some("2024"), true);
        for (text, expected) in [
            ("2024-05-30T10:00:00Z", Some("2024-05-30T10:00:00Z")),
            ("11 February 2025", Some("2025-02-11")),
            ("2025-02-31T10:00:00Z", None),
            ("0:09:57", None),
        ] {
            assert_eq!(dated(text).as_deref(), expected);
        }
        let has = |words: &str, json: &str| {
            Sieve { grep: Some(words.to_owned()), ..Sieve::default() }.may_stand_in(json.as_bytes())
        };
        assert!(has("Bitter lesson", "the bitter Lesson") && has("…", "") && has("x", "aXb"));
        assert!(!has("bitter lesson", "the bitter less on") && !has("aab", "aaab".get(..3).unwrap()));
    }
}
