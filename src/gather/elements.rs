//! The elements of a big JSON text, found in bytes that arrive bit by bit.
//!
//! A text is an array, one value a line, or values one after the other; the array may lie in an
//! object. A window of the text is in memory at a time, and it grows only where one element is
//! larger. What is larger than any conversation is passed over and counted.

use std::borrow::Cow;
use std::io::{self, Read};
use std::ops::Range;

use memchr::{memchr, memchr2};

use super::split::{self, Splitter};

/// Bytes that are read before elements are looked for.
const WINDOW: usize = 1024 * 1024;

/// Elements on their way through a window.
pub(crate) struct Elements<'r> {
    reader: &'r mut dyn Read,
    buffer: Vec<u8>,
    /// Start of what no element has taken.
    at: usize,
    /// Bytes of the text before the buffer.
    offset: u64,
    form: Form,
    splitter: Splitter,
    /// Up to where the splitter has looked.
    looked: usize,
    n_found: usize,
    limit: usize,
    /// The element at hand is too large and only looked through.
    passing: bool,
    /// Elements that were too large.
    pub(crate) n_passed: usize,
    at_end: bool,
}

/// Where one element lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Element {
    /// Its number in the text, from 1 on.
    pub(crate) number: usize,
    /// Its first byte in the text.
    pub(crate) offset: u64,
    range: Range<usize>,
}

impl Element {
    /// Its bytes in those of its window.
    pub(crate) fn of<'b>(&self, window: &'b [u8]) -> &'b [u8] {
        &window[self.range.clone()]
    }

    /// Its text; bytes that are no UTF-8 are replaced.
    pub(crate) fn text<'b>(&self, window: &'b [u8]) -> Cow<'b, str> {
        let bytes = self.of(window);
        // Nearly every element is sound, and to see that is several times as fast as to replace.
        std::str::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes), Cow::Borrowed)
    }

    /// How many bytes it has.
    pub(crate) fn len(&self) -> usize {
        self.range.len()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Array,
    Lines,
    Values,
    /// The array is closed.
    Done,
}

/// What stands next in the buffer.
enum Next {
    Element(Range<usize>),
    /// More bytes are needed to tell.
    More,
    Nothing,
}

impl<'r> Elements<'r> {
    /// Elements of at most `limit` bytes; `within` names the members that lead to their array where
    /// the text is an object.
    pub(crate) fn open(reader: &'r mut dyn Read, within: &[&str], limit: usize) -> io::Result<Self> {
        let (splitter, form) = (Splitter::before(), Form::Values);
        let mut elements = Self {
            reader,
            buffer: Vec::new(),
            at: 0,
            offset: 0,
            form,
            splitter,
            looked: 0,
            n_found: 0,
            limit,
            passing: false,
            n_passed: 0,
            at_end: false,
        };
        elements.fill()?;
        let head = start(&elements.buffer);
        let text = &elements.buffer[head..];
        let is_lines = memchr(b'\n', text).is_some_and(|end| {
            text.starts_with(b"{") && Splitter::before().step(text[..end].trim_ascii_end()).is_some()
        });
        (elements.at, elements.form) = match array(text, within) {
            Some(inside) => (head + inside, Form::Array),
            None if is_lines => (head, Form::Lines),
            None => (head, Form::Values),
        };
        elements.looked = elements.at;
        Ok(elements)
    }

    /// The elements of the next window; none after the last one.
    pub(crate) fn window(&mut self) -> io::Result<Option<Vec<Element>>> {
        self.shift();
        let mut found = Vec::new();
        loop {
            match self.next() {
                Next::Element(range) => {
                    (self.at, self.looked) = (range.end, range.end);
                    self.splitter = Splitter::before();
                    self.n_found += 1;
                    if std::mem::take(&mut self.passing) {
                        self.n_passed += 1;
                        continue;
                    }
                    let offset = self.offset + range.start as u64;
                    found.push(Element { number: self.n_found, offset, range });
                }
                Next::More if found.is_empty() && !self.at_end => {
                    if self.buffer.len() - self.at > self.limit {
                        self.passing = true;
                        (self.at, self.looked) = (self.buffer.len(), self.buffer.len());
                    }
                    self.shift();
                    self.fill()?;
                }
                Next::More | Next::Nothing => return Ok((!found.is_empty()).then_some(found)),
            }
        }
    }

    /// The bytes of the last window.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.buffer
    }

    /// Lets go of what elements have taken.
    fn shift(&mut self) {
        self.buffer.drain(..self.at);
        self.offset += self.at as u64;
        self.looked -= self.at;
        self.at = 0;
    }

    fn fill(&mut self) -> io::Result<()> {
        let n_before = self.buffer.len();
        (&mut *self.reader).take(WINDOW as u64).read_to_end(&mut self.buffer)?;
        self.at_end = self.buffer.len() - n_before < WINDOW;
        Ok(())
    }

    fn next(&mut self) -> Next {
        // Between values that stand one after the other there is nothing to read.
        let is_between = |byte: u8| self.form == Form::Values && !matches!(byte, b'{' | b'[');
        let skipped = |byte: u8| byte.is_ascii_whitespace() || byte == b',' || is_between(byte);
        if !self.passing && self.looked == self.at {
            let n_skipped = self.buffer[self.at..].iter().take_while(|byte| skipped(**byte)).count();
            self.at += n_skipped;
            self.looked = self.at;
        }
        let rest = &self.buffer[self.at..];
        let (first, form) = match rest.first() {
            None if !self.passing => return if self.at_end { Next::Nothing } else { Next::More },
            first => (first.copied().unwrap_or_default(), self.form),
        };
        let length = match form {
            Form::Done => return Next::Nothing,
            Form::Array if first == b']' && !self.passing => {
                self.form = Form::Done;
                return Next::Nothing;
            }
            Form::Lines => memchr(b'\n', rest),
            Form::Array if !self.passing && first == b'"' => string(rest),
            Form::Array if !self.passing && !matches!(first, b'{' | b'[') => memchr2(b',', b']', rest),
            Form::Array | Form::Values => {
                let found = self.splitter.step(&self.buffer[self.looked..]);
                let length = found.map(|length| self.looked + length - self.at);
                self.looked = self.buffer.len();
                length
            }
        };
        match length {
            Some(length) => Next::Element(self.at..self.at + length),
            // What breaks off is an element as far as it goes.
            None if self.at_end => Next::Element(self.at..self.buffer.len()),
            None => Next::More,
        }
    }
}

/// Where the JSON of a text begins: after a byte order mark and `window.YTD.tweets.part0 =`.
fn start(bytes: &[u8]) -> usize {
    let head = &bytes[..bytes.len().min(400)];
    let is_valid = |end: usize| std::str::from_utf8(&head[..end]).ok();
    // A character may be cut by the end of the head.
    let text = (0..4).find_map(|cut| is_valid(head.len().saturating_sub(cut))).unwrap_or_default();
    text.len() - split::json(text).len()
}

/// One past the bracket that opens the array of elements, if they lie in one.
fn array(text: &[u8], within: &[&str]) -> Option<usize> {
    if text.starts_with(b"[") {
        return Some(1);
    }
    let (name, deeper) = within.split_first()?;
    let mut at = usize::from(text.starts_with(b"{"));
    loop {
        at += text.get(at..)?.iter().take_while(|byte| byte.is_ascii_whitespace() || **byte == b',').count();
        let key = at..at + text.get(at..).filter(|rest| rest.starts_with(b"\"")).and_then(string)?;
        at = key.end + memchr(b':', &text[key.end..])? + 1;
        at += text[at..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        let first = *text.get(at)?;
        let opens = matches!(first, b'{' | b'[');
        if opens && text[key] == *format!("\"{name}\"").as_bytes() {
            return array(&text[at..], deeper).map(|inside| at + inside);
        }
        at += match first {
            b'"' => string(&text[at..])?,
            _ if opens => Splitter::before().step(&text[at..])?,
            _ => memchr2(b',', b'}', &text[at..])?,
        };
    }
}

/// The length of a string that is whole.
fn string(bytes: &[u8]) -> Option<usize> {
    let mut at = 1;
    loop {
        at += memchr2(b'"', b'\\', bytes.get(at..)?)?;
        match bytes[at] {
            b'"' => return Some(at + 1),
            _ => at += 2,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Hands out a few bytes at a time.
    struct Drops<'a>(&'a [u8], usize);

    impl Read for Drops<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let n = self.1.min(buffer.len()).min(self.0.len());
            buffer[..n].copy_from_slice(&self.0[..n]);
            self.0 = &self.0[n..];
            Ok(n)
        }
    }

    fn elements(text: &str, within: &[&str], limit: usize) -> (Vec<String>, usize) {
        let mut reader = Drops(text.as_bytes(), 7);
        let mut elements = Elements::open(&mut reader, within, limit).unwrap();
        let mut found = Vec::new();
        while let Some(window) = elements.window().unwrap() {
            for element in window {
                let bytes = element.of(elements.bytes());
                let place = usize::try_from(element.offset).unwrap();
                assert_eq!(&text.as_bytes()[place..place + element.len()], bytes);
                found.push(String::from_utf8_lossy(bytes).into_owned());
            }
        }
        (found, elements.n_passed)
    }

    #[test]
    fn elements_lie_in_arrays_lines_and_objects() {
        let check = |text: &str, within: &[&str], expected: &[&str]| {
            assert_eq!(elements(text, within, 1000).0, expected, "{text:?}");
        };
        check("\u{feff}window.YTD.x.part0 = [ {\"a\": \"]\"}, 1, \"x,y\" ];", &[], &["{\"a\": \"]\"}", "1", "\"x,y\""]);
        check("[{\"a\": 1}, {\"b\": [", &[], &["{\"a\": 1}", "{\"b\": ["]);
        check("{\"a\": 1}\n{\"b\": \n\n{\"c\": 1}\n", &[], &["{\"a\": 1}", "{\"b\": ", "{\"c\": 1}"]);
        check("{\n\"a\": 1\n}\n{\n\"b\": 2}\n", &[], &["{\n\"a\": 1\n}", "{\n\"b\": 2}"]);
        check("{\"v\": [1], \"c\": {\"l\": [{\"a\": 1}, {}]}, \"z\": []}", &["c", "l"], &["{\"a\": 1}", "{}"]);
        check("{\"c\": 1}", &["c"], &["{\"c\": 1}"]);
        check("", &[], &[]);
    }

    #[test]
    fn what_is_too_large_is_passed_over() {
        let long = format!("[{{\"a\": 1}}, {{\"b\": \"{}\"}}, {{\"c\": 1}}]", "x".repeat(3 * WINDOW));
        assert_eq!(elements(&long, &[], WINDOW), (vec!["{\"a\": 1}".to_owned(), "{\"c\": 1}".to_owned()], 1));
        let never_closed = &long[..2 * WINDOW + 100];
        assert_eq!(elements(never_closed, &[], WINDOW).0, ["{\"a\": 1}"]);
    }

    proptest! {
        #[test]
        fn a_text_of_any_size_falls_into_the_pieces_of_one_in_memory(
            values in prop::collection::vec("\\{(\"a\": (\"[a\\\\\\\\{}]{0,9}\"|1|\\[\\]))?\\}", 1..9),
            lines in any::<bool>(),
        ) {
            let text = if lines { values.join("\n") } else { format!("[{}]", values.join(", ")) };
            prop_assert_eq!(elements(&text, &[], 1000).0, split::pieces(&text));
        }
    }
}
