//! JSON as exports write it, laid flat.
//!
//! Exports are not always the JSON of the specification: emoji cut in half leave lone surrogates,
//! scripts write `NaN` and trailing semicolons, downloads end in the middle, reply trees nest ten
//! thousand levels deep. A [`Tape`] keeps what can be kept: one vector of nodes in the order of the
//! text, so that no depth overflows a stack, and a count of what had to be mended. A missing
//! member is `null`, and every question may be asked of `null`.

mod escape;
mod json;
mod write;

use std::cell::OnceCell;

use memchr::{memchr, memchr2};

use escape::{escape, quote};
pub(crate) use json::Json;

use super::split::Splitter;
use crate::content::Problem;

/// A JSON text, parsed.
#[derive(Debug, Default)]
pub(crate) struct Tape<'a> {
    nodes: Vec<Node<'a>>,
    /// Surrogates without their other half; each is U+FFFD in the text.
    pub(crate) n_surrogates: usize,
    /// Byte at which the text ends too early or stops being JSON.
    pub(crate) broken: Option<usize>,
}

#[derive(Debug)]
struct Node<'a> {
    token: Token<'a>,
    /// One past the last node of this value.
    end: usize,
}

#[derive(Debug)]
enum Token<'a> {
    Null,
    Bool(bool),
    Number(&'a str),
    Text(&'a str),
    /// A string with escapes as it stands, and as it reads once somebody asks.
    Escaped(&'a str, OnceCell<Box<str>>),
    Array,
    Object,
}

/// How much of the text goes on the tape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Extent {
    All,
    /// The first elements of each array and the first members of each object.
    Shape,
    /// All but the containers under these names; strings by their ends, whatever stands in them.
    Without(&'static [&'static str]),
}

/// Why a document of broken JSON is not complete.
pub(crate) const CUT: &str = "the JSON is cut off or broken; what stands before that is read";
/// Elements of an array that a shape keeps.
const SHOWN_ELEMENTS: usize = 4;
/// Containers in containers that a shape keeps: a text of brackets would take thirty times its size.
const SHOWN_DEPTH: usize = 32;
/// Members of an object that a shape keeps.
const SHOWN_MEMBERS: usize = 64;
/// Bytes of a string that are looked at for escapes before somebody asks for its text.
const LOOKED_AT: usize = 64;

impl<'a> Tape<'a> {
    /// Parses the first value of `text`.
    pub(crate) fn parse(text: &'a str) -> Self {
        Parser::run(text, Extent::All)
    }

    /// Parses the first value but for the containers under the names of `passed`, which are `null`,
    /// and without a look at what strings hold: several times as fast where texts are long.
    pub(crate) fn without(text: &'a str, passed: &'static [&'static str]) -> Self {
        Parser::run(text, Extent::Without(passed))
    }

    /// Parses enough of the first value to tell its shape.
    pub(crate) fn shape(text: &'a str) -> Self {
        Parser::run(text, Extent::Shape)
    }

    /// Whether it ended early or broke off.
    pub(crate) fn is_broken(&self) -> bool {
        self.broken.is_some()
    }

    /// What had to be mended or left out.
    pub(crate) fn problems(&self, place: &str) -> Vec<Problem> {
        let broken = self
            .broken
            .map(|at| Problem::warning(place, format!("broken at byte {at}; what stands before it is read")));
        let halves = (self.n_surrogates > 0)
            .then(|| Problem::note(place, format!("halves of characters replaced: {}", self.n_surrogates)));
        broken.into_iter().chain(halves).collect()
    }

    /// The value at the top; `null` for a text without one.
    pub(crate) fn root(&self) -> Json<'_> {
        Json { tape: self, at: 0 }
    }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    tape: Tape<'a>,
    /// Open containers: index of the node, and how many elements or members stand in it.
    open: Vec<(usize, usize)>,
    extent: Extent,
}

impl<'a> Parser<'a> {
    fn run(text: &'a str, extent: Extent) -> Tape<'a> {
        // A node for every forty bytes is likely.
        let tape = Tape { nodes: Vec::with_capacity((text.len() / 40).min(4096)), ..Tape::default() };
        let mut parser = Self { text, at: 0, tape, open: Vec::new(), extent };
        if parser.values().is_none() {
            parser.tape.broken = Some(parser.at);
        }
        // What was open when the text broke ends there.
        while let Some((index, _)) = parser.open.pop() {
            parser.close(index);
        }
        parser.tape
    }

    fn close(&mut self, index: usize) {
        // A name without its value is no member.
        if matches!(self.tape.nodes[index].token, Token::Object) {
            let mut at = index + 1;
            while at + 1 < self.tape.nodes.len() {
                at = self.tape.nodes[at + 1].end;
            }
            if at < self.tape.nodes.len() {
                self.tape.nodes.truncate(at);
            }
        }
        self.tape.nodes[index].end = self.tape.nodes.len();
    }

    fn push(&mut self, token: Token<'a>) {
        let end = self.tape.nodes.len() + 1;
        self.tape.nodes.push(Node { token, end });
    }

    fn peek(&mut self) -> Option<u8> {
        let bytes = self.text.as_bytes();
        // Exports that are laid out for people are half blanks.
        while bytes.get(self.at..).is_some_and(|rest| rest.starts_with(b"        ")) {
            self.at += 8;
        }
        while let Some(byte) = bytes.get(self.at) {
            match byte {
                b' ' | b'\t' | b'\n' | b'\r' => self.at += 1,
                0xef if self.text[self.at..].starts_with('\u{feff}') => self.at += 3,
                _ => return Some(*byte),
            }
        }
        None
    }

    /// Parses values until the first one is whole.
    fn values(&mut self) -> Option<()> {
        loop {
            if let Some((index, n)) = self.open.last().copied() {
                let is_object = matches!(self.tape.nodes[index].token, Token::Object);
                let limit = if is_object { SHOWN_MEMBERS } else { SHOWN_ELEMENTS };
                let byte = self.peek()?;
                if byte == if is_object { b'}' } else { b']' } {
                    self.at += 1;
                } else if self.extent == Extent::Shape && n == limit && self.open.len() == 1 {
                    // The top of a shape needs no end.
                } else if self.extent == Extent::Shape && (n == limit || self.open.len() > SHOWN_DEPTH) {
                    self.at += Splitter::inside().step(&self.text.as_bytes()[self.at..])?;
                } else {
                    if n > 0 {
                        self.expect(b',')?;
                        // A comma before the end is a slip of many writers.
                        if matches!(self.peek()?, b']' | b'}') {
                            continue;
                        }
                    }
                    if is_object {
                        self.peek().filter(|byte| *byte == b'"')?;
                        self.string()?;
                        self.expect(b':')?;
                        self.open.last_mut()?.1 += 1;
                        if self.passes()? {
                            continue;
                        }
                        self.value()?;
                        continue;
                    }
                    self.open.last_mut()?.1 += 1;
                    self.value()?;
                    continue;
                }
                self.open.pop();
                self.close(index);
            } else {
                if !self.tape.nodes.is_empty() {
                    return Some(());
                }
                self.value()?;
            }
        }
    }

    /// Whether the value of the last name is one that is passed over, and is.
    fn passes(&mut self) -> Option<bool> {
        let Extent::Without(passed) = self.extent else { return Some(false) };
        let Some(Token::Text(name)) = self.tape.nodes.last().map(|node| &node.token) else { return Some(false) };
        if !passed.contains(name) || !matches!(self.peek()?, b'{' | b'[') {
            return Some(false);
        }
        self.at += Splitter::before().step(&self.text.as_bytes()[self.at..])?;
        self.push(Token::Null);
        Some(true)
    }

    fn expect(&mut self, wanted: u8) -> Option<()> {
        let found = self.peek()? == wanted;
        self.at += usize::from(found);
        found.then_some(())
    }

    /// One scalar, or the start of a container.
    fn value(&mut self) -> Option<()> {
        match self.peek()? {
            open @ (b'{' | b'[') => {
                self.at += 1;
                self.open.push((self.tape.nodes.len(), 0));
                self.push(if open == b'{' { Token::Object } else { Token::Array });
            }
            b'"' => self.string()?,
            _ => {
                let rest = &self.text[self.at..];
                let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '+' | '.'));
                let word = &rest[..end.unwrap_or(rest.len())];
                let token = match word {
                    "null" | "NaN" | "Infinity" | "-Infinity" | "undefined" => Token::Null,
                    "true" => Token::Bool(true),
                    "false" => Token::Bool(false),
                    _ if word.parse::<f64>().is_ok() => Token::Number(word),
                    _ => return None,
                };
                self.at += word.len();
                self.push(token);
            }
        }
        Some(())
    }

    /// A string; raw control characters in it are kept. Escapes are checked here and read on demand.
    fn string(&mut self) -> Option<()> {
        let start = self.at + 1;
        let bytes = self.text.as_bytes();
        if let Extent::Without(_) = self.extent {
            let found = quote(&bytes[start..]);
            let end = start + found.unwrap_or(bytes.len() - start);
            self.at = end + found.map_or(0, |_| 1);
            found?;
            let raw = &self.text[start..end];
            let plain = raw.len() <= LOOKED_AT && memchr(b'\\', raw.as_bytes()).is_none();
            self.push(if plain { Token::Text(raw) } else { Token::Escaped(raw, OnceCell::new()) });
            return Some(());
        }
        let mut at = start;
        let mut plain = true;
        loop {
            let next = at
                + memchr2(b'"', b'\\', &bytes[at..]).or_else(|| {
                    self.at = bytes.len();
                    None
                })?;
            if bytes[next] == b'"' {
                self.at = next + 1;
                let raw = &self.text[start..next];
                self.push(if plain { Token::Text(raw) } else { Token::Escaped(raw, OnceCell::new()) });
                return Some(());
            }
            plain = false;
            self.at = next;
            let (character, length) = escape(&bytes[next..])?;
            self.tape.n_surrogates += usize::from(character.is_none());
            at = next + length;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn value(json: Json) -> serde_json::Value {
        match &json.node().unwrap().token {
            Token::Null => serde_json::Value::Null,
            Token::Bool(is) => (*is).into(),
            Token::Number(number) => serde_json::from_str(number).unwrap(),
            Token::Text(_) | Token::Escaped(..) => json.text().unwrap().into(),
            Token::Array => json.items().map(value).collect(),
            Token::Object => json.members().map(|(name, member)| (name.to_owned(), value(member))).collect(),
        }
    }

    #[test]
    fn members_and_elements_are_found() {
        let tape = Tape::parse(r#"{"a": [1, "two", null, {"b": true}], "c": "x", "c": "y", "d": 1.5e3}"#);
        let root = tape.root();
        assert_eq!(root.at("a").items().count(), 4);
        assert_eq!(root.at("a").items().nth(1).unwrap().text(), Some("two"));
        assert!(root.at("a").items().nth(3).unwrap().at("b").is_true());
        assert_eq!(root.at("c").text(), Some("y"));
        assert_eq!(root.at("d").number(), Some(1500.0));
        assert!(root.at("e").at("f").items().next().is_none());
        assert!(root.at("e").is_null() && !root.has("e"));
        assert_eq!(tape.broken, None);
    }

    #[test]
    fn slips_of_writers_are_mended() {
        for (text, expected, n_surrogates) in [
            ("\u{feff}[1,]", "[1]", 0),
            ("[NaN, -Infinity, 1]", "[null,null,1]", 0),
            (r#"["\ud83d", "\ud83d\ude00", "\ude00x"]"#, "[\"\u{fffd}\",\"😀\",\"\u{fffd}x\"]", 2),
            ("[\"a\nb\"]", r#"["a\nb"]"#, 0),
            ("[1];", "[1]", 0),
        ] {
            let tape = Tape::parse(text);
            assert_eq!(tape.broken, None, "{text}");
            assert_eq!(value(tape.root()).to_string(), expected);
            assert_eq!(tape.n_surrogates, n_surrogates);
        }
    }

    #[test]
    fn what_stands_before_a_break_is_kept() {
        for (text, expected, broken) in [
            (r#"{"a": [1, 2"#, r#"{"a":[1,2]}"#, 11),
            (r#"{"a": 1, "b"#, r#"{"a":1}"#, 11),
            (r#"{"a": 1, "b":"#, r#"{"a":1}"#, 13),
            (r#"[1, {"a": x}, 2]"#, r"[1,{}]", 10),
            ("[1 2]", "[1]", 3),
        ] {
            let tape = Tape::parse(text);
            assert_eq!(value(tape.root()).to_string(), expected);
            assert_eq!(tape.broken, Some(broken), "{text}");
        }
        assert!(Tape::parse("").root().is_null());
    }

    #[test]
    fn no_depth_is_too_deep() {
        let deep = "[{\"a\":".repeat(100_000);
        let tape = Tape::parse(&deep);
        let mut at = tape.root();
        let mut depth = 0;
        while let Some(inner) = at.items().next() {
            at = inner.at("a");
            depth += 1;
        }
        assert_eq!((depth, tape.broken), (100_000, Some(deep.len())));
        assert!(!Tape::shape(&deep).nodes.is_empty());
        let closed = "[".repeat(100_000) + &"]".repeat(100_000);
        let shape = Tape::shape(&closed);
        assert!(shape.nodes.len() <= SHOWN_DEPTH + 1, "{} nodes", shape.nodes.len());
        assert!(shape.broken.is_none());
    }

    #[test]
    fn a_shape_has_the_first_of_everything() {
        let text = format!("[[{}], {{\"k\": 1}}, 2, 3, 4, 5, nonsense", "1, ".repeat(50) + "\"]\"");
        let tape = Tape::shape(&text);
        assert_eq!(value(tape.root()).to_string(), r#"[[1,1,1,1],{"k":1},2,3]"#);
        assert_eq!(tape.broken, None);
    }

    proptest! {
        #[test]
        fn any_json_reads_as_serde_reads_it(text in "[\\[\\]{}\":, 0a\\\\nu]{0,40}") {
            if let Ok(expected) = serde_json::from_str::<serde_json::Value>(&text) {
                let tape = Tape::parse(&text);
                prop_assert_eq!(tape.broken, None);
                prop_assert_eq!(value(tape.root()), expected.clone());
                prop_assert_eq!(value(Tape::without(&text, &[]).root()), expected);
            }
            Tape::shape(&text);
            Tape::without(&text, &["a"]);
        }
    }
}
