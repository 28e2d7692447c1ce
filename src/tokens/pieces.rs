//! Pre-tokens: the pieces of a text that byte-pair encoding never merges across.
//!
//! Two grammars, written out by hand from the patterns that OpenAI published in tiktoken
//! (`openai_public.py`): cl100k, and o200k for the later encodings. Each piece is found in one pass
//! over its characters, without backtracking, so a text takes linear time whatever it holds.
//! Most pieces are words of ASCII letters: those are seen eight bytes at a time, before the rest of
//! the pattern is tried.

use super::ascii;
use super::class::{self, BLANK, Classes, LETTER, LETTERS, LINE_END, LOWER, MARK, NUMBER, OTHER, UPPER};

/// Which pattern splits the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Grammar {
    Cl100k,
    O200k,
}

const SPACE: Classes = Classes::of(&[BLANK, LINE_END]);
/// `[^\s\p{L}\p{N}]`
const SIGNS: Classes = Classes::of(&[OTHER, MARK]);
/// `[^\r\n\p{L}\p{N}]`, what may stand in front of a word.
const PREFIX: Classes = Classes::of(&[OTHER, BLANK, MARK]);
/// What a word may start with, except a mark, which is both a prefix and a letter.
const WORD_START: Classes = Classes::of(&[OTHER, BLANK, UPPER, LOWER, LETTER]);
/// `[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]`
const UPPERS: Classes = Classes::of(&[UPPER, LETTER, MARK]);
/// `[\p{Ll}\p{Lm}\p{Lo}\p{M}]`
const LOWERS: Classes = Classes::of(&[LOWER, LETTER, MARK]);

/// The lengths in bytes of the pieces of `text`, which joined are the text.
pub(super) fn pieces(grammar: Grammar, text: &str) -> impl Iterator<Item = usize> {
    let mut start = 0;
    std::iter::from_fn(move || {
        let (first, length) = class::at(text, start)?;
        let scan = Scan { text, start, first, next: start + length };
        let end = match grammar {
            Grammar::Cl100k => scan.cl100k(),
            Grammar::O200k => scan.o200k(),
        };
        let length = end - start;
        start = end;
        Some(length)
    })
}

/// What a look at the ASCII letters shows.
enum Seen {
    /// A word that ends here.
    Word(usize),
    /// That no word starts here.
    NoWord,
    /// Other letters, or the end of the text: only the pattern can tell.
    Unclear,
}

/// A search for the end of the piece that starts at `start`.
#[derive(Clone, Copy)]
struct Scan<'a> {
    text: &'a str,
    start: usize,
    /// Class of the first character.
    first: u8,
    /// Where the second character starts.
    next: usize,
}

impl Scan<'_> {
    /// `'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s`
    #[inline]
    fn cl100k(self) -> usize {
        if let Some(end) = self.contraction(self.start) {
            return end;
        }
        match self.ascii_word(|_, _| 0) {
            Seen::Word(end) => return end,
            Seen::Unclear if LETTERS.has(self.first) => return self.run(self.next, LETTERS),
            Seen::Unclear if PREFIX.has(self.first) => {
                let end = self.run(self.next, LETTERS);
                if end > self.next {
                    return end;
                }
            }
            Seen::Unclear | Seen::NoWord => {}
        }
        self.number_or_signs(b"\r\n").or_else(|| self.ascii_blanks()).unwrap_or_else(|| {
            let end = self.run(self.next, SPACE);
            if end == self.text.len() { end } else { self.space(end) }
        })
    }

    /// The o200k pattern: words by case with their contraction, numbers, signs, white space.
    #[inline]
    fn o200k(self) -> usize {
        let word = match self.ascii_word(ascii::capitals_after_small) {
            Seen::Word(end) => Some(end),
            Seen::Unclear => self.word(),
            Seen::NoWord => None,
        };
        if let Some(end) = word {
            return self.contraction(end).unwrap_or(end);
        }
        let end = self.number_or_signs(b"\r\n/").or_else(|| self.ascii_blanks());
        end.unwrap_or_else(|| self.space(self.run(self.next, SPACE)))
    }

    /// A word of ASCII letters with what may stand in front of it.
    ///
    /// `stops` marks letters that start another word, given those of a block and its last one before.
    #[inline]
    fn ascii_word(self, stops: impl Fn(ascii::Letters, ascii::Letters) -> u64) -> Seen {
        if !WORD_START.has(self.first) {
            return if self.first == MARK { Seen::Unclear } else { Seen::NoWord };
        }
        let bytes = self.text.as_bytes();
        let from = if LETTERS.has(self.first) { self.start } else { self.next };
        let mut end = from;
        let mut before = ascii::Letters::default();
        loop {
            let Some(block) = bytes[end..].first_chunk() else { return Seen::Unclear };
            let letters = ascii::letters(u64::from_le_bytes(*block));
            let stops = letters.others() | stops(before, letters);
            if stops != 0 {
                end += stops.trailing_zeros() as usize / 8;
                break;
            }
            end += 8;
            before = letters;
        }
        match bytes[end] {
            0x80.. => Seen::Unclear,
            _ if end == from => Seen::NoWord,
            _ => Seen::Word(end),
        }
    }

    /// The end of a run of ASCII signs from `from`, if it is less than a block and sure to end there.
    #[inline]
    fn ascii_signs(self, from: usize) -> Option<usize> {
        let bytes = self.text.as_bytes();
        let others = ascii::other_than_signs(u64::from_le_bytes(*bytes[from..].first_chunk()?));
        let end = from + others.trailing_zeros() as usize / 8;
        // Other control characters are signs, and what is not ASCII may be one.
        (others != 0 && matches!(bytes[end], b'\t' | b'\r' | b'\n' | b' '..0x80)).then_some(end)
    }

    /// `\s+(?!\S)|\s+` on blanks of ASCII, if what follows is neither white space nor the end.
    #[inline]
    fn ascii_blanks(self) -> Option<usize> {
        let bytes = self.text.as_bytes();
        let mut end = self.start;
        loop {
            let others = ascii::other_than_blanks(u64::from_le_bytes(*bytes[end..].first_chunk()?));
            if others != 0 {
                end += others.trailing_zeros() as usize / 8;
                break;
            }
            end += 8;
        }
        let last = if end > self.next { end - 1 } else { end };
        matches!(bytes[end], b'!'..0x80).then_some(last)
    }

    /// The two word alternatives, first with the prefix, then without.
    fn word(self) -> Option<usize> {
        let prefixed = PREFIX.has(self.first);
        let plain = LETTERS.has(self.first) || self.first == MARK;
        let lower = |from| self.capitalised(from);
        let upper = |from| Some(self.run(from, UPPERS)).filter(|end| *end > from);
        prefixed
            .then(|| lower(self.next))
            .flatten()
            .or_else(|| plain.then(|| lower(self.start)).flatten())
            .or_else(|| prefixed.then(|| upper(self.next)).flatten())
            .or_else(|| plain.then(|| upper(self.start)).flatten())
    }

    /// `[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+` from `from`.
    ///
    /// The first run gives back characters until the second has one: that is the last character of
    /// the first run that both classes have, if the run is not followed by a lower-case letter.
    fn capitalised(self, from: usize) -> Option<usize> {
        let mut end = from;
        let mut both = None;
        while let Some((class, length)) = class::at(self.text, end) {
            if !UPPERS.has(class) {
                break;
            }
            end += length;
            if class != UPPER {
                both = Some(end);
            }
        }
        let lower = self.run(end, LOWERS);
        if lower > end { Some(lower) } else { both }
    }

    /// `\p{N}{1,3}`, or ` ?[^\s\p{L}\p{N}]+` with what `tail` names after it.
    #[inline]
    fn number_or_signs(self, tail: &[u8]) -> Option<usize> {
        if self.first == NUMBER {
            let mut end = self.next;
            for _ in 0..2 {
                match class::at(self.text, end) {
                    Some((NUMBER, length)) => end += length,
                    _ => break,
                }
            }
            return Some(end);
        }
        let bytes = self.text.as_bytes();
        let from = if bytes[self.start] == b' ' { self.next } else { self.start };
        let signs = self.ascii_signs(from).unwrap_or_else(|| self.run(from, SIGNS));
        let n_tail = || bytes[signs..].iter().take_while(|byte| tail.contains(byte)).count();
        (signs > from).then(|| signs + n_tail())
    }

    /// `\s*[\r\n]+|\s+(?!\S)|\s+` on a run of white space that ends at `end`.
    #[inline]
    fn space(self, end: usize) -> usize {
        let run = &self.text[self.start..end];
        if let Some(last) = run.bytes().rposition(|byte| matches!(byte, b'\r' | b'\n')) {
            return self.start + last + 1;
        }
        let last = run.chars().next_back().map_or(0, char::len_utf8);
        if end == self.text.len() || last == run.len() { end } else { end - last }
    }

    /// The end of the run of `classes` from `from`.
    #[inline]
    fn run(self, from: usize, classes: Classes) -> usize {
        let mut end = from;
        while let Some((class, length)) = class::at(self.text, end) {
            if !classes.has(class) {
                break;
            }
            end += length;
        }
        end
    }

    /// `(?i:'s|'t|'re|'ve|'m|'ll|'d)` at `from`; case folding takes U+017F for an s.
    #[inline]
    fn contraction(self, from: usize) -> Option<usize> {
        let rest = self.text.as_bytes()[from..].strip_prefix(b"'")?;
        let length = match rest {
            [b's' | b'S' | b't' | b'T' | b'm' | b'M' | b'd' | b'D', ..] => 1,
            [b'r' | b'R' | b'v' | b'V', b'e' | b'E', ..] | [b'l' | b'L', b'l' | b'L', ..] | [0xc5, 0xbf, ..] => 2,
            _ => return None,
        };
        Some(from + 1 + length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_those_of_the_patterns() {
        let check = |text: &str, cl100k: &[&str], o200k: &[&str]| {
            for (grammar, expected) in [(Grammar::Cl100k, cl100k), (Grammar::O200k, o200k)] {
                let mut rest = text;
                let split = pieces(grammar, text).map(|length| {
                    let (piece, after) = rest.split_at(length);
                    rest = after;
                    piece
                });
                assert_eq!(split.collect::<Vec<_>>(), expected, "{grammar:?} {text:?}");
            }
        };
        check("", &[], &[]);
        check(
            "It's 12345!\n\n Yes",
            &["It", "'s", " ", "123", "45", "!\n\n", " Yes"],
            &["It's", " ", "123", "45", "!\n\n", " Yes"],
        );
        check("camelCase HTMLPage", &["camelCase", " HTMLPage"], &["camel", "Case", " HTMLPage"]);
        check(
            "a  b\t\tc \n d  ",
            &["a", " ", " b", "\t", "\tc", " \n", " d", "  "],
            &["a", " ", " b", "\t", "\tc", " \n", " d", "  "],
        );
        check("漢A b漢字", &["漢A", " b漢字"], &["漢", "A", " b漢字"]);
        check("x)\n/y", &["x", ")\n", "/y"], &["x", ")\n/", "y"]);
        check("we'\u{17f}x", &["we", "'\u{17f}", "x"], &["we'\u{17f}", "x"]);
    }
}
