//! Texts indexed by their words: where a run of words stands, and where one like it does.

use std::collections::BTreeMap;
use std::ops::Range;

use super::words::{Word, words};

/// A word's number; words of the quotation that no text has get none.
pub(super) type Key = Option<u32>;

/// A run of words in a text: which text, and which of its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) text: usize,
    pub(super) words: Range<usize>,
}

/// Every text as numbered words.
pub(super) struct Corpus {
    numbers: BTreeMap<String, u32>,
    texts: Vec<Indexed>,
}

struct Indexed {
    keys: Vec<u32>,
    ranges: Vec<Range<usize>>,
    /// Where each word stands, by number.
    places: BTreeMap<u32, Vec<usize>>,
}

/// A word that stands in a text more often says nothing about a place.
const MOST_PLACES: usize = 2000;
/// Places that are looked at closely.
const MOST_CANDIDATES: usize = 4;

impl Corpus {
    /// Indexes texts; `heads` are byte ranges of each that frame its words and are not said.
    pub(super) fn new<'a>(texts: impl Iterator<Item = (&'a str, Vec<Range<usize>>)>) -> Self {
        let mut corpus = Self { numbers: BTreeMap::new(), texts: Vec::new() };
        for (text, heads) in texts {
            let mut indexed = Indexed { keys: Vec::new(), ranges: Vec::new(), places: BTreeMap::new() };
            let mut heads = heads.into_iter().peekable();
            for Word { key, range } in words(text) {
                while heads.next_if(|head| head.end <= range.start).is_some() {}
                if heads.peek().is_some_and(|head| head.start <= range.start) {
                    continue;
                }
                let n_known = u32::try_from(corpus.numbers.len()).unwrap_or(u32::MAX);
                let number = *corpus.numbers.entry(key).or_insert(n_known);
                indexed.places.entry(number).or_default().push(indexed.keys.len());
                indexed.keys.push(number);
                indexed.ranges.push(range);
            }
            corpus.texts.push(indexed);
        }
        corpus
    }

    /// The numbers of words.
    pub(super) fn keys(&self, words: &[Word]) -> Vec<Key> {
        words.iter().map(|word| self.numbers.get(&word.key).copied()).collect()
    }

    /// The numbers of the words of a run.
    pub(super) fn keys_of(&self, run: &Run) -> &[u32] {
        &self.texts[run.text].keys[run.words.clone()]
    }

    /// The bytes of a run in its text, without blanks around it.
    pub(super) fn bytes(&self, run: &Run) -> Range<usize> {
        let ranges = &self.texts[run.text].ranges;
        ranges[run.words.start].start..ranges[run.words.end - 1].end
    }

    /// Every place where the words stand one after the other.
    pub(super) fn exact(&self, needle: &[Key]) -> Vec<Run> {
        let Some(needle) = needle.iter().copied().collect::<Option<Vec<u32>>>().filter(|n| !n.is_empty()) else {
            return Vec::new();
        };
        let mut found = Vec::new();
        for (text, indexed) in self.texts.iter().enumerate() {
            let places = |(offset, key): (usize, &u32)| Some((offset, indexed.places.get(key)?));
            let all: Option<Vec<_>> = needle.iter().enumerate().map(places).collect();
            let rarest = all.and_then(|all| all.into_iter().min_by_key(|(_, places)| places.len()));
            let Some((offset, places)) = rarest else { continue };
            for start in places.iter().filter_map(|place| place.checked_sub(offset)) {
                if indexed.keys.get(start..start + needle.len()) == Some(&needle[..]) {
                    found.push(Run { text, words: start..start + needle.len() });
                }
            }
        }
        found
    }

    /// The stretches of text that share most pairs of neighbours with the words.
    pub(super) fn similar(&self, needle: &[Key]) -> Vec<Run> {
        let slack = needle.len() / 4 + 4;
        let mut votes: BTreeMap<(usize, i64), usize> = BTreeMap::new();
        for (text, indexed) in self.texts.iter().enumerate() {
            for (offset, pair) in needle.windows(2).enumerate() {
                let &[Some(first), Some(second)] = pair else { continue };
                let places = indexed.places.get(&first).map_or(&[][..], Vec::as_slice);
                if places.len() > MOST_PLACES {
                    continue;
                }
                for place in places.iter().filter(|place| indexed.keys.get(**place + 1) == Some(&second)) {
                    let diagonal = signed(*place) - signed(offset);
                    let bucket = diagonal.div_euclid(signed(slack));
                    for bucket in [bucket, bucket + 1] {
                        *votes.entry((text, bucket)).or_default() += 1;
                    }
                }
            }
        }
        let mut ranked: Vec<_> = votes.into_iter().collect();
        ranked.sort_by_key(|(place, n_votes)| (std::cmp::Reverse(*n_votes), *place));
        let window = |((text, bucket), _): ((usize, i64), usize)| {
            let n_words = self.texts[text].keys.len();
            let clamp = |place: i64| usize::try_from(place.max(0)).unwrap_or(0).min(n_words);
            let start = clamp((bucket - 1) * signed(slack) - signed(slack));
            let end = clamp((bucket + 1) * signed(slack) + signed(needle.len() + slack));
            Run { text, words: start..end }
        };
        ranked.into_iter().take(MOST_CANDIDATES).map(window).filter(|run| !run.words.is_empty()).collect()
    }
}

fn signed(place: usize) -> i64 {
    i64::try_from(place).unwrap_or(i64::MAX)
}
