//! Pre-tokens: the pieces of a text that byte-pair encoding never merges across.
//!
//! Two grammars, written out by hand from the patterns that OpenAI published in tiktoken
//! (`openai_public.py`): cl100k, and o200k for the later encodings. Each piece is found in one pass
//! over its characters, without backtracking, so a text takes linear time whatever it holds.
//! Most pieces are words of ASCII letters: those are seen eight bytes at a time, before the rest of
//! the pattern is tried.

use super::class::{self, BLANK, Classes, LETTER, LETTERS, LINE_END, LOWER, MARK, NUMBER, OTHER, UPPER};
use super::window::Window;

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
/// `[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]`
const UPPERS: Classes = Classes::of(&[UPPER, LETTER, MARK]);
/// `[\p{Ll}\p{Lm}\p{Lo}\p{M}]`
const LOWERS: Classes = Classes::of(&[LOWER, LETTER, MARK]);

/// The lengths in bytes of the pieces of `text`, which joined are the text.
#[inline]
pub(super) fn pieces(grammar: Grammar, text: &str) -> impl Iterator<Item = usize> {
    let mut window = Window::new(grammar, text.as_bytes());
    let mut start = 0;
    std::iter::from_fn(move || {
        let length = match window.piece(start) {
            0 => by_pattern(grammar, text, start)?,
            length => length,
        };
        start += length;
        Some(length)
    })
}

/// The length of the piece that starts at `start`, by the whole pattern; `None` at the end of the text.
#[inline(never)]
fn by_pattern(grammar: Grammar, text: &str, start: usize) -> Option<usize> {
    let (first, length) = class::at(text, start)?;
    let scan = Scan { text, start, first, next: start + length };
    let end = match grammar {
        Grammar::Cl100k => scan.cl100k(),
        Grammar::O200k => scan.o200k(),
    };
    Some(end - start)
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
    fn cl100k(self) -> usize {
        if let Some(end) = self.contraction(self.start) {
            return end;
        }
        if LETTERS.has(self.first) {
            return self.run(self.next, LETTERS);
        }
        if PREFIX.has(self.first) {
            let end = self.run(self.next, LETTERS);
            if end > self.next {
                return end;
            }
        }
        self.number_or_signs(b"\r\n").unwrap_or_else(|| {
            let end = self.run(self.next, SPACE);
            if end == self.text.len() { end } else { self.space(end) }
        })
    }

    /// The o200k pattern: words by case with their contraction, numbers, signs, white space.
    fn o200k(self) -> usize {
        if let Some(end) = self.word() {
            return self.contraction(end).unwrap_or(end);
        }
        self.number_or_signs(b"\r\n/").unwrap_or_else(|| self.space(self.run(self.next, SPACE)))
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
        let signs = self.run(from, SIGNS);
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
