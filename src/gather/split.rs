//! Where one element of a big JSON text ends and the next begins.
//!
//! An export is an array of conversations, or one JSON value a line. [`pieces`] gives the elements
//! of a text in memory; [`Splitter`] finds their ends in bytes that arrive bit by bit, so that a
//! file of any size is read one element at a time. It follows strings and brackets only: a broken
//! element costs itself, not its neighbours.

use memchr::{memchr_iter, memchr2};

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
        let mut at = 0;
        while at < bytes.len() {
            if self.in_string {
                if self.escaped {
                    self.escaped = false;
                    at += 1;
                    continue;
                }
                let found = memchr2(b'"', b'\\', &bytes[at..])?;
                self.in_string = bytes[at + found] == b'\\';
                self.escaped = self.in_string;
                at += found + 1;
                continue;
            }
            match bytes[at] {
                b'"' => self.in_string = true,
                b'{' | b'[' => self.depth += 1,
                b'}' | b']' => {
                    self.depth = self.depth.saturating_sub(1);
                    if self.depth == 0 {
                        return Some(at + 1);
                    }
                }
                _ => {}
            }
            at += 1;
        }
        None
    }
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
        fn any_chunking_finds_the_same_end(text in "[\\[\\]{}\"\\\\a]{0,30}", cut in 0usize..30) {
            let bytes = text.as_bytes();
            let cut = cut.min(bytes.len());
            let whole = Splitter::before().step(bytes);
            let mut splitter = Splitter::before();
            let halves = splitter.step(&bytes[..cut]).or_else(|| splitter.step(&bytes[cut..]).map(|end| cut + end));
            prop_assert_eq!(whole, halves);
        }
    }
}
