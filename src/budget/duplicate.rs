//! Passages that stand twice: containment of word 4-shingles.
//!
//! Texts come in order of precedence; a passage that an earlier text holds, or the same text further
//! up, is a duplicate of that place. What is itself a duplicate is never an origin, so that every
//! duplicate points at words that stand. Words are lower-case letters and digits, time marks left
//! out, so that noise of recognition, of punctuation and of captions does not hide a passage.
//! Linear in the words but for one sort; memory is some forty bytes a word.

use std::ops::Range;

/// Words of a shingle: three find unrelated text, five miss a passage with a fifth of its words changed.
const SHINGLE: usize = 4;
/// A shingle that stands in more places of one text is a phrase, not a passage.
const PLACES: usize = 3;
/// So many places of a shingle are looked at, those of the first texts.
const LOOKED_AT: usize = 8;
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
    pub words: Vec<(Range<usize>, Range<usize>)>,
    /// Whether every word is there, and no other between.
    pub exact: bool,
}

/// A word of one of the texts.
struct Word {
    hash: u64,
    text: u32,
    start: u32,
    end: u32,
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
    let mut words = Vec::new();
    for (index, text) in texts.iter().enumerate() {
        read(text, index, &mut words);
    }
    let places = Places::new(&words);
    let mut search =
        Search { texts, words: &words, places: &places, is_whole, folded: vec![false; words.len()], found: Vec::new() };
    let mut start = 0;
    while start < words.len() {
        let end = start + words[start..].partition_point(|word| word.text == words[start].text);
        search.text(start..end);
        start = end;
    }
    search.found
}

/// The word shingles of a text as a sorted set of hashes.
pub(super) fn shingles(text: &str) -> Vec<u64> {
    let mut words = Vec::new();
    read(text, 0, &mut words);
    let mut hashes: Vec<u64> = words.windows(SHINGLE).map(hashed).collect();
    hashes.sort_unstable();
    hashes.dedup();
    hashes
}

fn hashed(shingle: &[Word]) -> u64 {
    shingle.iter().fold(FNV, |hash, word| mixed(hash, word.hash))
}

/// Adds the words of a text, time marks left out.
fn read(text: &str, index: usize, words: &mut Vec<Word>) {
    let number = |n: usize| u32::try_from(n).expect("a text is below four gigabytes");
    let mut open: Option<(usize, u64)> = None;
    for (at, character) in text.char_indices().chain([(text.len(), ' ')]) {
        // A script without blanks has a word a character.
        let alone = character >= '\u{2e80}';
        if character.is_alphanumeric() && !alone {
            let (_, hash) = open.get_or_insert((at, FNV));
            character.to_lowercase().for_each(|lower| *hash = mixed(*hash, u64::from(u32::from(lower))));
            continue;
        }
        if let Some((start, hash)) = open.take()
            && !is_time(text, start..at)
        {
            words.push(Word { hash, text: number(index), start: number(start), end: number(at) });
        }
        if alone && character.is_alphanumeric() {
            let hash = mixed(FNV, u64::from(u32::from(character)));
            words.push(Word { hash, text: number(index), start: number(at), end: number(at + character.len_utf8()) });
        }
    }
}

const FNV: u64 = 0xcbf2_9ce4_8422_2325;

fn mixed(hash: u64, value: u64) -> u64 {
    (hash ^ value).wrapping_mul(0x0100_0000_01b3).rotate_left(23)
}

/// Whether a word of digits is a part of `1:02:03`.
fn is_time(text: &str, word: Range<usize>) -> bool {
    let bytes = text.as_bytes();
    let digit = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_digit);
    let colon = |at: Option<usize>| at.and_then(|at| bytes.get(at)) == Some(&b':');
    bytes[word.clone()].iter().all(u8::is_ascii_digit)
        && (colon(Some(word.end)) && digit(Some(word.end + 1))
            || colon(word.start.checked_sub(1)) && digit(word.start.checked_sub(2)))
}

/// Where every shingle stands, frequent ones left out.
struct Places {
    /// Hash and first word, sorted.
    sorted: Vec<(u64, u32)>,
    /// For every word that opens a shingle, the first of its places in `sorted`.
    first: Vec<u32>,
}

impl Run {
    fn grow(&mut self) {
        self.here.end += 1;
        self.there.end += 1;
    }
}

impl Places {
    fn new(words: &[Word]) -> Self {
        let mut sorted = Vec::with_capacity(words.len());
        for (at, shingle) in words.windows(SHINGLE).enumerate() {
            if shingle[0].text == shingle[SHINGLE - 1].text {
                sorted.push((hashed(shingle), u32::try_from(at).expect("there are below four billion words")));
            }
        }
        sorted.sort_unstable();
        sorted = sorted
            .chunk_by(|left, right| left.0 == right.0 && words[left.1 as usize].text == words[right.1 as usize].text)
            .filter(|places| places.len() <= PLACES)
            .flatten()
            .copied()
            .collect();
        let mut first = vec![u32::MAX; words.len()];
        let mut start = 0;
        for group in sorted.chunk_by(|left, right| left.0 == right.0) {
            for (_, at) in group {
                first[*at as usize] = start;
            }
            start += u32::try_from(group.len()).expect("there are below four billion words");
        }
        Self { sorted, first }
    }

    /// Places of the shingle that opens at `at`, in order of precedence, up to `at`.
    fn before(&self, at: usize) -> impl Iterator<Item = usize> {
        let first = self.first[at];
        let group = self.sorted.get(first as usize..).filter(|_| first != u32::MAX).unwrap_or_default();
        group.iter().map(|place| place.1 as usize).take_while(move |place| *place < at).take(LOOKED_AT)
    }
}

struct Search<'a> {
    texts: &'a [&'a str],
    words: &'a [Word],
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
        let (gap, text) = (at - run.here.end, self.words[run.there.start].text);
        let is_equal = |here: usize, there: usize| {
            there < start && self.words[there].text == text && !self.folded[there] && self.equal(here, there)
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
        passage.extend(best.map(|(_, place)| Run { here: at..at + SHINGLE, there: place..place + SHINGLE }));
    }

    fn goes_on(&self, here: usize, there: usize, from: usize) -> bool {
        here < self.words.len() && there < from && self.equal(here, there)
    }

    /// Places whose four words stand and are those at `at`, before `limit` in the same text.
    fn origins(&self, at: usize, limit: usize) -> impl Iterator<Item = usize> {
        self.places.before(at).filter(move |place| {
            place + SHINGLE <= limit && (0..SHINGLE).all(|n| !self.folded[place + n] && self.equal(at + n, place + n))
        })
    }

    /// Whether two words are the same, whatever their hashes say.
    fn equal(&self, left: usize, right: usize) -> bool {
        let (left, right) = (&self.words[left], &self.words[right]);
        let text = |word: &Word| &self.texts[word.text as usize][word.start as usize..word.end as usize];
        let lower = |word| str::chars(word).flat_map(char::to_lowercase);
        left.hash == right.hash && lower(text(left)).eq(lower(text(right)))
    }

    /// Keeps what is enough for a passage, in parts if need be.
    fn close(&mut self, passage: &mut Vec<Run>) {
        self.keep(&std::mem::take(passage));
    }

    fn keep(&mut self, runs: &[Run]) {
        // A few words in common after the last shingle are chance.
        let n_runs = runs.iter().rposition(|run| run.here.len() >= SHINGLE).map_or(0, |last| last + 1);
        let first = runs.iter().position(|run| run.here.len() >= SHINGLE).unwrap_or(0);
        let runs = runs.get(first..n_runs).unwrap_or_default();
        let (Some(first), Some(last)) = (runs.first(), runs.last()) else { return };
        let here = first.here.start..last.here.end;
        let bytes =
            |words: &Range<usize>| self.words[words.start].start as usize..self.words[words.end - 1].end as usize;
        let text = self.words[here.start].text as usize;
        if here.len() < WORDS && !(here.len() >= FEW_WORDS && (self.is_whole)(text, bytes(&here))) {
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
        let one = |at: usize| bytes(&(at..at + 1));
        let pairs = |run: &Run| {
            run.here.clone().zip(run.there.clone()).map(|(here, there)| (one(here), one(there))).collect::<Vec<_>>()
        };
        self.found.push(Duplicate {
            text,
            range: bytes(&here),
            of: self.words[first.there.start].text as usize,
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
                let origin = d.words[0].1.start..d.words[d.words.len() - 1].1.end;
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
