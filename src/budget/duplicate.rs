//! Passages that stand twice: containment of word 4-shingles.
//!
//! Texts come in order of precedence; a passage that an earlier text holds, or the same text further
//! up, is a duplicate of that place. What is itself a duplicate is never an origin, so that every
//! duplicate points at words that stand. Linear in the words but for one sort.

use std::ops::Range;

use super::fact::differ;
use super::shingle::{Places, SHINGLE, Words};

/// Runs with at most so many other words between them are one.
const BRIDGED: usize = 3;
/// Bridged runs with at most so many other words between them are one passage.
const REPHRASED: usize = 6;
/// A passage goes on where so many words in a row are equal again ...
const RESUMED: usize = 2;
/// ... and so many more or fewer words were passed over there than here.
const DRIFT: usize = 3;
/// The least a passage has.
const WORDS: usize = 25;
/// The least a passage has that is a whole unit.
const FEW_WORDS: usize = 12;
/// How far ahead candidates for an origin are compared.
const AHEAD: usize = 32;

/// A passage that repeats another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Duplicate {
    /// Index of the repeating text.
    pub text: usize,
    /// From its first word to the end of its last.
    pub range: Range<usize>,
    /// Index of the text that holds the origin.
    pub of: usize,
    /// Equal words: bytes here, bytes there.
    pub words: Vec<(Range<u32>, Range<u32>)>,
    /// Whether every word is there, and no other between.
    pub exact: bool,
}

/// A run of equal words, by their numbers.
#[derive(Clone)]
struct Run {
    here: Range<usize>,
    there: Range<usize>,
}

/// Finds every duplicate; `texts` are in order of precedence, `is_whole` says that bytes of a text hold
/// a whole unit of it, which may be shorter than other passages.
pub(super) fn duplicates(texts: &[&str], is_whole: &dyn Fn(usize, Range<usize>) -> bool) -> Vec<Duplicate> {
    let words = Words::of(texts);
    let places = Places::new(&words);
    let folded = vec![false; words.len()];
    let mut search = Search { words: &words, places: &places, is_whole, folded, found: Vec::new() };
    words.by_text().for_each(|text| search.text(text));
    search.found
}

impl Run {
    fn grow(&mut self) {
        self.here.end += 1;
        self.there.end += 1;
    }
}

struct Search<'a> {
    words: &'a Words<'a>,
    places: &'a Places,
    /// Whether bytes of a text hold a whole unit of it.
    is_whole: &'a dyn Fn(usize, Range<usize>) -> bool,
    /// Words that are a part of a duplicate.
    folded: Vec<bool>,
    found: Vec<Duplicate>,
}

impl Search<'_> {
    /// Looks through the words of one text.
    fn text(&mut self, words: Range<usize>) {
        let mut passage: Vec<Run> = Vec::new();
        let mut at = words.start;
        while at < words.end {
            let Some(last) = passage.last() else {
                self.open(at, &mut passage);
                at = passage.last().map_or(at + 1, |run| run.here.end);
                continue;
            };
            let (start, gap, end) = (passage[0].here.start, at - last.here.end, last.here.end);
            if let Some(place) = self.resumed(last, at, start, words.end) {
                if gap == 0 && place == last.there.end {
                    passage.iter_mut().last().into_iter().for_each(Run::grow);
                    at += 1;
                } else {
                    passage.push(Run { here: at..at + RESUMED, there: place..place + RESUMED });
                    at += RESUMED;
                }
            } else if gap > REPHRASED || gap > BRIDGED && self.origins(at, at).next().is_some() {
                self.close(&mut passage);
                at = end;
            } else {
                at += 1;
            }
        }
        self.close(&mut passage);
    }

    /// Where the origin goes on with the words at `at`: next to the run, or some words further on, about
    /// as many as were passed over here.
    fn resumed(&self, run: &Run, at: usize, start: usize, end: usize) -> Option<usize> {
        let (gap, text) = (at - run.here.end, self.words.of_text(self.words.text_of(run.there.start)));
        let is_equal = |here: usize, there: usize| {
            there < start && there < text.end && !self.folded[there] && self.words.equal(here, there)
        };
        if gap == 0 && is_equal(at, run.there.end) {
            return Some(run.there.end);
        }
        let reach = (run.there.end + gap).saturating_sub(DRIFT).max(run.there.end)..run.there.end + gap + DRIFT + 1;
        let goes_on = |place: &usize| at + RESUMED <= end && (0..RESUMED).all(|n| is_equal(at + n, place + n));
        let far = |place: &usize| place.abs_diff(run.there.end + gap);
        reach.filter(goes_on).min_by_key(far)
    }

    /// Starts a passage with the place that goes on longest.
    fn open(&self, at: usize, passage: &mut Vec<Run>) {
        let length = |place: usize| (0..AHEAD).take_while(|n| self.goes_on(at + n, place + n, at)).count();
        let best = self.origins(at, at).map(|place| (length(place), place));
        let best = best.max_by(|left, right| left.0.cmp(&right.0).then(right.1.cmp(&left.1)));
        let best = best.filter(|(_, place)| (0..SHINGLE).all(|n| self.words.equal(at + n, place + n)));
        passage.extend(best.map(|(_, place)| Run { here: at..at + SHINGLE, there: place..place + SHINGLE }));
    }

    fn goes_on(&self, here: usize, there: usize, from: usize) -> bool {
        here < self.words.len() && there < from && self.words.alike(here, there)
    }

    /// Places whose four words stand and are those at `at` by their hashes, before `limit` in the same text.
    fn origins(&self, at: usize, limit: usize) -> impl Iterator<Item = usize> {
        self.places.before(at).filter(move |place| {
            place + SHINGLE <= limit
                && (0..SHINGLE).all(|n| !self.folded[place + n] && self.words.alike(at + n, place + n))
        })
    }

    /// Keeps what is enough for a passage, in parts if need be.
    fn close(&mut self, passage: &mut Vec<Run>) {
        let parts: Vec<Run> = std::mem::take(passage).into_iter().flat_map(|run| self.at_clocks(run)).collect();
        let parts: Vec<&[Run]> = parts.chunk_by(|left, right| !self.differ(left, right)).collect();
        for runs in parts {
            self.keep(runs);
        }
    }

    /// A run in parts where a clock time, which is no word, is another one here than there.
    fn at_clocks(&self, run: Run) -> Vec<Run> {
        if !self.words.between(run.here.start, run.here.end - 1).contains(':') {
            return vec![run];
        }
        let one = |(here, there)| Run { here: here..here + 1, there: there..there + 1 };
        let mut parts: Vec<Run> = Vec::new();
        for word in run.here.zip(run.there).map(one) {
            match parts.last_mut().filter(|part| !self.differ(part, &word)) {
                Some(part) => part.grow(),
                None => parts.push(word),
            }
        }
        parts
    }

    /// Whether what stands between two runs says one thing here and another there.
    fn differ(&self, left: &Run, right: &Run) -> bool {
        let between = |left: &Range<usize>, right: &Range<usize>| self.words.between(left.end - 1, right.start);
        differ(between(&left.here, &right.here), between(&left.there, &right.there))
    }

    fn keep(&mut self, runs: &[Run]) {
        // A few words in common after the last shingle are chance.
        let n_runs = runs.iter().rposition(|run| run.here.len() >= SHINGLE).map_or(0, |last| last + 1);
        let first = runs.iter().position(|run| run.here.len() >= SHINGLE).unwrap_or(0);
        let runs = runs.get(first..n_runs).unwrap_or_default();
        let (Some(first), Some(last)) = (runs.first(), runs.last()) else { return };
        let here = first.here.start..last.here.end;
        let text = self.words.text_of(here.start);
        if here.len() < WORDS && !(here.len() >= FEW_WORDS && (self.is_whole)(text, self.words.bytes(&here))) {
            return;
        }
        let gap = |at: &usize| runs[*at].here.start - runs[*at - 1].here.end;
        let equal: usize = runs.iter().map(|run| run.here.len()).sum();
        let bridged: usize = (1..runs.len()).map(|at| gap(&at)).filter(|gap| *gap <= BRIDGED).sum();
        if (equal + bridged) * 10 < here.len() * 6 || equal * 10 < here.len() * 3 {
            if let Some(widest) = (1..runs.len()).max_by_key(gap) {
                let (left, right) = runs.split_at(widest);
                self.keep(left);
                self.keep(right);
            }
            return;
        }
        let one = |at: usize| self.words.bytes_of(at);
        let pairs = |run: &Run| {
            let both = run.here.clone().zip(run.there.clone());
            both.map(|(here, there)| (one(here), one(there))).collect::<Vec<_>>()
        };
        self.found.push(Duplicate {
            text,
            range: self.words.bytes(&here),
            of: self.words.text_of(first.there.start),
            words: runs.iter().flat_map(pairs).collect(),
            exact: equal == here.len() && runs.windows(2).all(|pair| pair[0].there.end == pair[1].there.start),
        });
        self.folded[here].fill(true);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Folded texts with their origins.
    fn check(texts: &[&str], expected: &[(usize, &str, usize, &str, bool)]) {
        let found = duplicates(texts, &|_, _| false);
        let found: Vec<_> = found
            .iter()
            .map(|d| {
                let origin = d.words[0].1.start as usize..d.words[d.words.len() - 1].1.end as usize;
                (d.text, &texts[d.text][d.range.clone()], d.of, &texts[d.of][origin], d.exact)
            })
            .collect();
        assert_eq!(found, expected);
    }

    const LESSON: &str = "The lesson of the workbench is that whoever writes down every cut will spend the winter \
        reading, and whoever writes down none will spend it cutting the same board again and again";

    #[test]
    fn a_quoted_passage_is_found_whatever_its_dress() {
        let quote = format!("He says: “{}”! I doubt it.", LESSON.to_uppercase().replace(", ", " — "));
        let inner = &quote[quote.find("THE").unwrap()..quote.find('”').unwrap()];
        check(&[LESSON, &quote], &[(1, inner, 0, LESSON, true)]);
        let timed = LESSON.replace(" down every", "\n\n[1:02:03] down every").replace("none will", "none 0:09 will");
        check(&[LESSON, &timed], &[(1, &timed, 0, LESSON, true)]);
        let misheard = LESSON.replace("winter", "water").replace("and whoever writes", "and writes");
        check(&[LESSON, &misheard], &[(1, &misheard, 0, LESSON, false)]);
        check(&[LESSON, "Nothing of that sort is said here, and so on and on it goes"], &[]);
        check(&[LESSON, &LESSON[..90]], &[]);
    }

    #[test]
    fn what_says_another_thing_stays() {
        let rest = LESSON.split(' ').rev().collect::<Vec<_>>().join(" ");
        let check = |one: &str, other: &str, expected: &[&str]| {
            let texts = [one, other].map(|fact| format!("{LESSON} {fact} {rest}"));
            let texts = [texts[0].as_str(), texts[1].as_str()];
            let found = duplicates(&texts, &|_, _| false);
            let found: Vec<_> = found.iter().map(|passage| &texts[1][passage.range.clone()]).collect();
            assert_eq!(found, expected, "{other}");
        };
        let whole = |fact: &str| format!("{LESSON} {fact} {rest}");
        check("for 12,000 crowns", "for 12,000 coins", &[&whole("for 12,000 coins")]);
        check("for 12,000 crowns", "for 97,000 crowns", &[&format!("{LESSON} for"), &format!("000 crowns {rest}")]);
        check("it is so", "it is not so", &[&format!("{LESSON} it is"), &format!("so {rest}")]);
        check("as Alice said", "as Bob said", &[&format!("{LESSON} as"), &format!("said {rest}")]);
        check(
            "it met at 9:30 then",
            "it met at 10:15 then",
            &[&format!("{LESSON} it met at"), &format!("then {rest}")],
        );
        check("[9:30] then", "[9:45] then", &[&whole("[9:45] then")]);
    }

    #[test]
    fn a_text_that_repeats_itself_points_up_and_never_at_a_repeat() {
        let twice = format!("{LESSON}. Then: {LESSON}.");
        check(&[&twice], &[(0, LESSON, 0, LESSON, true)]);
        let third = format!("So. {LESSON}");
        check(&[&twice, &third], &[(0, LESSON, 0, LESSON, true), (1, LESSON, 0, LESSON, true)]);
        let song = "la la la la la la la la ".repeat(50);
        check(&[&song, &song], &[]);
        let phrase = "to be or not to be that is the question ".repeat(9);
        check(&[&phrase], &[]);
    }

    #[test]
    fn a_short_post_is_a_passage_only_if_it_is_whole() {
        let post = "Nobody reads the notes of the winter before, not even whoever wrote them down.";
        let (left, right) = (format!("{post}\nYes.\n"), format!("Said well: {post}\n"));
        let found = |whole| duplicates(&[&left, &right], &|_, _| whole).len();
        assert_eq!((found(false), found(true)), (0, 1));
    }
}
