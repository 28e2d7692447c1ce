//! Where one element of a big JSON text ends and the next begins.
//!
//! An export is an array of conversations, or one JSON value a line. [`pieces`] gives the elements
//! of a text in memory; [`Splitter`] finds their ends in bytes that arrive bit by bit, so that a
//! file of any size is read one element at a time. It follows strings and brackets only: a broken
//! element costs itself, not its neighbours.

use memchr::{memchr_iter, memchr2};
use wide::i8x16;

/// Follows brackets and strings to the end of a value.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Splitter {
    depth: usize,
    in_string: bool,
    escaped: bool,
}

impl Splitter {
    /// Before a value.
    pub(crate) fn before() -> Self {
        Self { depth: 0, in_string: false, escaped: false }
    }

    /// Inside of one container, to find its end.
    pub(crate) fn inside() -> Self {
        Self { depth: 1, ..Self::before() }
    }

    /// Takes the next bytes; one past the bracket that closes the value, once it is among them.
    pub(crate) fn step(&mut self, bytes: &[u8]) -> Option<usize> {
        let (windows, rest) = bytes.as_chunks::<WIDTH>();
        for (window, at) in windows.iter().zip((0..).step_by(WIDTH)) {
            if let Some(end) = self.window(window) {
                return Some(at + end);
            }
        }
        let end = rest.iter().position(|byte| self.byte(*byte))?;
        Some(bytes.len() - rest.len() + end + 1)
    }

    /// Sixty-four bytes at once: which of them are in a string is the parity of the quotes before.
    fn window(&mut self, window: &[u8; WIDTH]) -> Option<usize> {
        let marks = Marks::of(window);
        let escaped = self.escapes(marks.backslashes);
        let inside = parity(marks.quotes & !escaped) ^ if self.in_string { u64::MAX } else { 0 };
        self.in_string = inside >> (WIDTH - 1) == 1;
        let plain = !(inside | escaped);
        let (opens, closes) = (marks.opens & plain, marks.closes & plain);
        let n_closes = closes.count_ones() as usize;
        if n_closes < self.depth || n_closes == 0 {
            self.depth = self.depth + opens.count_ones() as usize - n_closes;
            return None;
        }
        let mut brackets = opens | closes;
        while brackets != 0 {
            let at = brackets.trailing_zeros();
            if self.bracket(opens >> at & 1 == 1) {
                return Some(at as usize + 1);
            }
            brackets &= brackets - 1;
        }
        None
    }

    /// The places that a backslash before them makes plain.
    fn escapes(&mut self, backslashes: u64) -> u64 {
        let mut escaped = u64::from(std::mem::take(&mut self.escaped));
        let mut rest = backslashes & !escaped;
        while rest != 0 {
            let at = rest.trailing_zeros();
            let next = 2_u64 << at;
            self.escaped = at as usize + 1 == WIDTH;
            escaped |= next;
            rest &= (rest - 1) & !next;
        }
        escaped
    }

    /// One byte; whether it closes the value.
    fn byte(&mut self, byte: u8) -> bool {
        if std::mem::take(&mut self.escaped) {
            return false;
        }
        match byte {
            b'\\' => self.escaped = true,
            b'"' => self.in_string = !self.in_string,
            b'{' | b'[' if !self.in_string => return self.bracket(true),
            b'}' | b']' if !self.in_string => return self.bracket(false),
            _ => {}
        }
        false
    }

    fn bracket(&mut self, opens: bool) -> bool {
        self.depth = if opens { self.depth + 1 } else { self.depth.saturating_sub(1) };
        self.depth == 0
    }
}

/// Bytes that are looked at together.
const WIDTH: usize = 64;

/// Where the marks of JSON stand: the bit of a byte is set where it is one.
struct Marks {
    quotes: u64,
    backslashes: u64,
    opens: u64,
    closes: u64,
}

impl Marks {
    #[inline]
    fn of(window: &[u8; WIDTH]) -> Self {
        let mut marks = Self { quotes: 0, backslashes: 0, opens: 0, closes: 0 };
        let (parts, _) = window.as_chunks::<16>();
        for (part, at) in parts.iter().zip((0..).step_by(16)) {
            let bytes = i8x16::new(part.map(u8::cast_signed));
            let each = |byte: u8| i8x16::splat(byte.cast_signed());
            let bits = |marks: i8x16| u64::from(marks.to_bitmask()) << at;
            // Bit 0x20 is the difference between a bracket and a brace.
            let braces = bytes | each(0x20);
            marks.quotes |= bits(bytes.simd_eq(each(b'"')));
            marks.backslashes |= bits(bytes.simd_eq(each(b'\\')));
            marks.opens |= bits(braces.simd_eq(each(b'{')));
            marks.closes |= bits(braces.simd_eq(each(b'}')));
        }
        marks
    }
}

/// At each bit, whether the bits up to it are odd in number.
fn parity(mut bits: u64) -> u64 {
    for shift in [1, 2, 4, 8, 16, 32] {
        bits ^= bits << shift;
    }
    bits
}

/// The JSON that a text is: what follows `window.YTD.tweets.part0 = ` in an archive of X, else the
/// text itself; empty if it does not open with a bracket.
pub(crate) fn json(text: &str) -> &str {
    let text = text.trim_start_matches(['\u{feff}', ' ', '\n', '\r', '\t']);
    let json = match text.strip_prefix("window.").and_then(|rest| rest.get(..rest.len().min(200))?.find('=')) {
        Some(at) => text["window.".len() + at + 1..].trim_start(),
        None => text,
    };
    if json.starts_with(['{', '[']) { json } else { "" }
}

/// The elements of an array, or the values of a text of several, as they are written.
pub(crate) fn pieces(text: &str) -> Vec<&str> {
    let text = text.trim_start_matches(['\u{feff}', ' ', '\n', '\r', '\t']);
    match text.strip_prefix('[') {
        Some(inside) => elements(inside),
        None if is_lines(text) => text.lines().filter(|line| !line.trim().is_empty()).collect(),
        None => values(text),
    }
}

/// Whether the text is one value a line: the first line is a whole value and more follow.
pub(crate) fn is_lines(text: &str) -> bool {
    let text = text.trim_start_matches(['\u{feff}', ' ', '\n', '\r', '\t']);
    let line_end = memchr_iter(b'\n', text.as_bytes()).next();
    line_end.is_some_and(|end| Splitter::before().step(text[..end].trim_end().as_bytes()).is_some())
}

fn elements(text: &str) -> Vec<&str> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    loop {
        while bytes.get(at).is_some_and(|byte| byte.is_ascii_whitespace() || *byte == b',') {
            at += 1;
        }
        let end = match bytes.get(at) {
            None | Some(b']') => return found,
            Some(b'{' | b'[') => Splitter::before().step(&bytes[at..]).map_or(bytes.len(), |length| at + length),
            Some(b'"') => string_end(bytes, at),
            Some(_) => memchr2(b',', b']', &bytes[at..]).map_or(bytes.len(), |length| at + length),
        };
        found.push(&text[at..end]);
        at = end;
    }
}

fn string_end(bytes: &[u8], at: usize) -> usize {
    let mut escaped = false;
    for (index, byte) in bytes.iter().enumerate().skip(at + 1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return index + 1,
            _ => {}
        }
    }
    bytes.len()
}

/// Values one after the other.
fn values(text: &str) -> Vec<&str> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = memchr2(b'{', b'[', &bytes[at..]).map(|start| at + start) {
        at = Splitter::before().step(&bytes[start..]).map_or(bytes.len(), |length| start + length);
        found.push(&text[start..at]);
    }
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_text_falls_into_its_elements() {
        for (text, expected) in [
            ("[{\"a\": \"]\\\"}\"}, [1], 2, \"x,y\"]", &["{\"a\": \"]\\\"}\"}", "[1]", "2", "\"x,y\""][..]),
            ("\u{feff}[ ]", &[]),
            ("[{\"a\": 1}, {\"b\": [", &["{\"a\": 1}", "{\"b\": ["]),
            ("[{\"a\": nonsense}, {\"b\": 1}]", &["{\"a\": nonsense}", "{\"b\": 1}"]),
            ("{\"a\": 1}\n{\"b\": \n\n{\"c\": 1}\n", &["{\"a\": 1}", "{\"b\": ", "{\"c\": 1}"]),
            ("{\n\"a\": 1\n}\n", &["{\n\"a\": 1\n}"]),
            ("{\n\"a\": 1\n}\n{\n\"b\": 2}\n", &["{\n\"a\": 1\n}", "{\n\"b\": 2}"]),
        ] {
            assert_eq!(pieces(text), expected, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn any_chunking_finds_the_same_end(text in "([\\[\\]{}\"\\\\a]|a{20}|\"){0,80}", cut in 0usize..300) {
            let bytes = text.as_bytes();
            let cut = cut.min(bytes.len());
            let whole = Splitter::before().step(bytes);
            let mut single = Splitter::before();
            prop_assert_eq!(bytes.iter().position(|byte| single.byte(*byte)).map(|at| at + 1), whole);
            let mut splitter = Splitter::before();
            let halves = splitter.step(&bytes[..cut]).or_else(|| splitter.step(&bytes[cut..]).map(|end| cut + end));
            prop_assert_eq!(whole, halves);
        }
    }
}
