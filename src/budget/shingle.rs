//! The words of several texts, and where four of them in a row stand more than once.
//!
//! Words are lower-case letters and digits, time marks left out, so that noise of recognition, of
//! punctuation and of captions does not hide a passage. Most shingles stand once and are of no use:
//! two bits for each hash tell them apart before any is kept, so that only those are sorted that may
//! stand twice. Eight bytes a word, four more while duplicates are looked for: where a word ends is read
//! in its text.

use std::ops::Range;

/// Words of a shingle: three find unrelated text, five miss a passage with a fifth of its words changed.
pub(super) const SHINGLE: usize = 4;
/// A shingle that stands in more places of one text is a phrase, not a passage.
const PLACES: usize = 3;
/// So many places of a shingle are looked at, those of the first texts.
const LOOKED_AT: usize = 8;
/// Bits for each word of which one says that a shingle was seen: few unequal ones share a bit.
const BITS: usize = 8;
/// Words of which the text of the first is known at once.
const BLOCK: usize = 64;

/// The words of some texts, one after the other.
pub(super) struct Words<'a> {
    texts: &'a [&'a str],
    all: Vec<Word>,
    /// The number of the first word of each text, and of the one after the last.
    firsts: Vec<usize>,
    /// The text of the first word of each block.
    blocks: Vec<usize>,
}

/// A word of one of the texts.
struct Word {
    hash: u32,
    start: u32,
}

/// Where every shingle stands that stands more than once, frequent ones left out.
pub(super) struct Places {
    sorted: Vec<Place>,
    /// For every word that opens a shingle, the first of its places in `sorted`.
    first: Vec<u32>,
}

/// A shingle, its first word, and the text of that.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    hash: u64,
    at: u32,
    text: u32,
}

impl<'a> Words<'a> {
    pub(super) fn of(texts: &'a [&'a str]) -> Self {
        // Most words take six bytes and more with what stands after them.
        let n_bytes: usize = texts.iter().map(|text| text.len()).sum();
        let (mut all, mut firsts) = (Vec::with_capacity(n_bytes / 6), vec![0]);
        for text in texts {
            read(text, &mut all);
            firsts.push(all.len());
        }
        let text_of = |block| firsts.partition_point(|first| *first <= block) - 1;
        let blocks = (0..all.len()).step_by(BLOCK).map(text_of).collect();
        Self { texts, all, firsts, blocks }
    }

    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    /// The words of each text.
    pub(super) fn by_text(&self) -> impl Iterator<Item = Range<usize>> {
        self.firsts.windows(2).map(|pair| pair[0]..pair[1])
    }

    /// The words of one text.
    pub(super) fn of_text(&self, text: usize) -> Range<usize> {
        self.firsts[text]..self.firsts[text + 1]
    }

    /// The text that a word stands in.
    pub(super) fn text_of(&self, at: usize) -> usize {
        let from = self.blocks[at / BLOCK];
        from + self.firsts[from + 1..].iter().take_while(|first| **first <= at).count()
    }

    /// Bytes of its text from the first to the last of some words.
    pub(super) fn bytes(&self, words: &Range<usize>) -> Range<usize> {
        self.bytes_of(words.start).start as usize..self.bytes_of(words.end - 1).end as usize
    }

    /// What stands between two words of one text.
    pub(super) fn between(&self, left: usize, right: usize) -> &'a str {
        let range = self.bytes_of(left).end as usize..self.bytes_of(right).start as usize;
        &self.texts[self.text_of(left)][range]
    }

    /// Bytes of a word in its text.
    pub(super) fn bytes_of(&self, at: usize) -> Range<u32> {
        let start = self.all[at].start;
        let (_, end) = word(self.texts[self.text_of(at)], start as usize);
        start..number(end)
    }

    /// Whether the hashes of two words are the same.
    pub(super) fn alike(&self, left: usize, right: usize) -> bool {
        self.all[left].hash == self.all[right].hash
    }

    /// Whether two words are the same, whatever their hashes say.
    pub(super) fn equal(&self, left: usize, right: usize) -> bool {
        if !self.alike(left, right) {
            return false;
        }
        let from = |at: usize| &self.texts[self.text_of(at)][self.all[at].start as usize..];
        is_same(from(left), from(right))
    }

    /// The hashes of a text's shingles, in order.
    fn shingles(&self, text: usize) -> impl Iterator<Item = u64> {
        self.all[self.of_text(text)].windows(SHINGLE).map(hashed)
    }
}

/// The word shingles of a text as a sorted set of hashes.
pub(super) fn shingles(text: &str) -> Vec<u64> {
    let mut hashes: Vec<u64> = Words::of(&[text]).shingles(0).collect();
    hashes.sort_unstable();
    hashes.dedup();
    hashes
}

impl Places {
    pub(super) fn new(words: &Words<'_>) -> Self {
        let mut sorted = repeated(words);
        sorted.sort_unstable();
        let (mut start, mut n_kept) = (0, 0);
        while let Some(first) = sorted.get(start).copied() {
            let is_like = |place: &&Place| (place.hash, place.text) == (first.hash, first.text);
            let n_places = sorted[start..].iter().take_while(is_like).count();
            if n_places <= PLACES {
                sorted.copy_within(start..start + n_places, n_kept);
                n_kept += n_places;
            }
            start += n_places;
        }
        sorted.truncate(n_kept);
        let mut first = vec![u32::MAX; words.len()];
        let mut start = 0;
        for group in sorted.chunk_by(|left, right| left.hash == right.hash) {
            for place in group {
                first[place.at as usize] = start;
            }
            start += number(group.len());
        }
        Self { sorted, first }
    }

    /// Places of the shingle that opens at `at`, in order of precedence, up to `at`.
    pub(super) fn before(&self, at: usize) -> impl Iterator<Item = usize> {
        let first = self.first[at];
        let places = if first == u32::MAX { &[] } else { &self.sorted[first as usize..] };
        let hash = places.first().map_or(0, |place| place.hash);
        let here = move |place: &&Place| place.hash == hash && (place.at as usize) < at;
        places.iter().take_while(here).map(|place| place.at as usize).take(LOOKED_AT)
    }
}

/// Every shingle that stands twice or more, and some that share their bit with another.
fn repeated(words: &Words<'_>) -> Vec<Place> {
    let n_bits = (words.len() * BITS).next_power_of_two().max(64);
    let bit = |hash: u64| {
        let bit = usize::try_from(hash >> 1).unwrap_or(usize::MAX) & (n_bits - 1);
        (bit / 64, 1_u64 << (bit % 64))
    };
    let (mut once, mut again) = (vec![0_u64; n_bits / 64], vec![0_u64; n_bits / 64]);
    let texts = 0..words.texts.len();
    for hash in texts.clone().flat_map(|text| words.shingles(text)) {
        let (at, mask) = bit(hash);
        again[at] |= once[at] & mask;
        once[at] |= mask;
    }
    drop(once);
    let places = texts.flat_map(|text| {
        let shingles = words.shingles(text).zip(words.of_text(text));
        shingles.map(move |(hash, at)| Place { hash, at: number(at), text: number(text) })
    });
    let is_again = |place: &Place| {
        let (at, mask) = bit(place.hash);
        again[at] & mask != 0
    };
    places.filter(is_again).collect()
}

fn hashed(shingle: &[Word]) -> u64 {
    let hash = shingle.iter().fold(SEED, |hash, word| mixed(hash, u64::from(word.hash)));
    hash ^ hash >> 29
}

/// Adds the words of a text, time marks left out.
fn read(text: &str, words: &mut Vec<Word>) {
    let mut at = 0;
    while at < text.len() {
        let (hash, end) = word(text, at);
        if end > at {
            if !is_time(text.as_bytes(), at..end) {
                words.push(Word { hash: u32::try_from(hash >> 32).expect("half of it"), start: number(at) });
            }
            at = end;
        } else {
            at += text[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
}

/// The hash and the end of the word that opens at `start`; it ends where it starts if none does.
fn word(text: &str, start: usize) -> (u64, usize) {
    let bytes = text.as_bytes();
    let n_ascii = bytes[start..].iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
    let end = start + n_ascii;
    let goes_on = |c: char| c.is_alphanumeric() && (n_ascii == 0 || !is_alone(c));
    if bytes.get(end).is_none_or(u8::is_ascii) || !text[end..].starts_with(goes_on) {
        return (hashed_ascii(&bytes[start..end]), end);
    }
    let (mut hash, mut at) = (SEED, start);
    while let Some(&byte) = bytes.get(at) {
        if byte.is_ascii_alphanumeric() {
            hash = mixed(hash, u64::from(byte.to_ascii_lowercase()));
            at += 1;
        } else if byte.is_ascii() {
            break;
        } else {
            let Some(character) = text[at..].chars().next().filter(|c| c.is_alphanumeric()) else { break };
            if is_alone(character) {
                let alone = (mixed(SEED, u64::from(u32::from(character))), at + character.len_utf8());
                return if at > start { (hash, at) } else { alone };
            }
            character.to_lowercase().for_each(|lower| hash = mixed(hash, u64::from(u32::from(lower))));
            at += character.len_utf8();
        }
    }
    (hash, at)
}

/// The hash of ASCII letters and digits, eight at a time; small letters and digits have the bit of 0x20.
fn hashed_ascii(word: &[u8]) -> u64 {
    let eight = |bytes: &[u8]| bytes.iter().rfold(0, |eight, byte| eight << 8 | u64::from(byte | 0x20));
    // Two rounds, since the half that is kept has to depend on all eight.
    word.chunks(8).fold(SEED, |hash, bytes| mixed(mixed(hash, eight(bytes)), 0))
}

/// Whether the words that open two texts are the same but for capitals.
fn is_same(left: &str, right: &str) -> bool {
    let byte = |text: &str, at: usize| text.as_bytes().get(at).copied().unwrap_or(b' ');
    for at in 0.. {
        let (left_byte, right_byte) = (byte(left, at), byte(right, at));
        if !left_byte.is_ascii() || !right_byte.is_ascii() {
            break;
        }
        if !left_byte.eq_ignore_ascii_case(&right_byte) {
            return !left_byte.is_ascii_alphanumeric() && !right_byte.is_ascii_alphanumeric();
        }
        if !left_byte.is_ascii_alphanumeric() {
            return true;
        }
    }
    let lower = |text: &str| text[..word(text, 0).1].chars().flat_map(char::to_lowercase).collect::<String>();
    lower(left) == lower(right)
}

/// Whether a character may be a word by itself, as in a script without blanks.
pub(super) fn is_alone(character: char) -> bool {
    character >= '\u{2e80}'
}

fn number(n: usize) -> u32 {
    u32::try_from(n).expect("texts and words are below four billion")
}

const SEED: u64 = 0xcbf2_9ce4_8422_2325;

fn mixed(hash: u64, value: u64) -> u64 {
    (hash ^ value).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(23)
}

/// Whether a word of digits is a part of `1:02:03`.
fn is_time(bytes: &[u8], word: Range<usize>) -> bool {
    let digit = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_digit);
    let colon = |at: Option<usize>| at.and_then(|at| bytes.get(at)) == Some(&b':');
    digit(Some(word.start))
        && bytes[word.clone()].iter().all(u8::is_ascii_digit)
        && (colon(Some(word.end)) && digit(Some(word.end + 1))
            || colon(word.start.checked_sub(1)) && digit(word.start.checked_sub(2)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_letters_and_digits_without_time_marks() {
        let check = |text: &str, expected: &[&str]| {
            let texts = [text];
            let words = Words::of(&texts);
            let found: Vec<_> = (0..words.len()).map(|at| &text[words.bytes(&(at..at + 1))]).collect();
            assert_eq!(found, expected, "{text:?}");
        };
        check("It's 3 o'clock: 12 [1:02:03] é-mail", &["It", "s", "3", "o", "clock", "12", "é", "mail"]);
        check("本を読む a漢b 3:4 5: 6", &["本", "を", "読", "む", "a", "漢", "b", "5", "6"]);
        check("Élan2x…ß", &["Élan2x", "ß"]);
        check("", &[]);
        check("「」 —", &[]);
    }

    #[test]
    fn places_are_those_of_shingles_that_stand_before() {
        let texts = ["a b c d e x a b c d", "A B c D", "q q q q q q q q"];
        let words = Words::of(&texts);
        let places = Places::new(&words);
        let before = |at| places.before(at).collect::<Vec<_>>();
        assert_eq!((before(0), before(6), before(10), before(1)), (vec![], vec![0], vec![0, 6], vec![]));
        // A phrase of one text in more than three places is none.
        assert_eq!((before(15), words.text_of(13), words.text_of(14)), (vec![], 1, 2));
        assert!(words.equal(10, 0) && !words.equal(10, 1));
    }
}
