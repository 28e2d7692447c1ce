//! A tag as it stands in a page, in as far as it is read.

use std::borrow::Cow;
use std::ops::Range;

use memchr::{memchr, memchr3};

use super::reference::{self, Within};
use crate::gather::page::attribute::Key;

/// What a tag is to one who looks for what can be left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    Script,
    /// Of an element whose words are no markup, but references.
    Words,
    /// Of another element whose words are no markup.
    Raw,
    /// Of one that nothing ends.
    Plaintext,
    /// Of an element whose blanks are read as they stand.
    Spaced,
    /// Of what draws, and holds no words.
    Shape,
    Image,
    /// Of an element that is known in drawings by attributes that nobody reads.
    Font,
    Other,
}

impl Sort {
    pub(super) fn of(name: &str) -> Self {
        match &*small(name) {
            "script" => Self::Script,
            "textarea" | "title" => Self::Words,
            "style" | "iframe" | "noembed" | "noframes" | "xmp" => Self::Raw,
            "plaintext" => Self::Plaintext,
            "pre" | "code" | "listing" => Self::Spaced,
            "path" | "g" | "use" | "circle" | "rect" | "polygon" | "polyline" | "line" | "ellipse" | "defs"
            | "stop" => Self::Shape,
            "img" => Self::Image,
            "font" => Self::Font,
            _ => Self::Other,
        }
    }
}

/// A tag.
pub(super) struct Tag<'a> {
    /// Where it stands.
    pub(super) place: Range<usize>,
    pub(super) name: &'a str,
    pub(super) sort: Sort,
    pub(super) is_end: bool,
    pub(super) closes_itself: bool,
    /// Whether its name and what is read of it stand as they are meant.
    pub(super) is_plain: bool,
    /// The attributes that are read.
    pub(super) attributes: Vec<(&'a str, Value)>,
}

/// The value of an attribute.
pub(super) enum Value {
    /// As it stands here.
    Placed(Range<usize>),
    /// With its references decoded.
    Decoded(String),
}

impl<'a> Tag<'a> {
    /// Reads the tag that opens at a place; none where it does not end.
    pub(super) fn read(html: &'a str, start: usize) -> Option<Self> {
        let bytes = html.as_bytes();
        let is_end = bytes[start + 1] == b'/';
        let from = start + 1 + usize::from(is_end);
        let mut at = find(bytes, from, ends_name)?;
        let name = &html[from..at];
        let sort = Sort::of(name);
        let is_plain = !name.contains('\0') && sort != Sort::Font;
        let (closes_itself, attributes) = (false, Vec::new());
        let mut tag = Self { place: start..at, name, sort, is_end, closes_itself, is_plain, attributes };
        loop {
            match *bytes.get(at)? {
                b'>' => break,
                b'/' => {
                    tag.closes_itself = bytes.get(at + 1) == Some(&b'>');
                    at += 1;
                }
                byte if byte.is_ascii_whitespace() => at += 1,
                _ => {
                    // The name of an attribute may begin with `=`, and ends before one.
                    let end = find(bytes, at + 1, |byte| ends_name(byte) || byte == b'=')?;
                    let name = &html[at..end];
                    let behind = find(bytes, end, is_word)?;
                    let value = if bytes[behind] == b'=' { value(bytes, behind + 1)? } else { end..end };
                    // A quote that ends a value is no part of it.
                    at = value.end + usize::from(value.start > end && matches!(bytes[value.start - 1], b'"' | b'\''));
                    tag.add(html, name, value);
                }
            }
        }
        tag.place.end = at + 1;
        Some(tag)
    }

    /// Keeps an attribute if it is read.
    fn add(&mut self, html: &str, name: &'a str, place: Range<usize>) {
        let is_wanted = |key: Key| self.sort == Sort::Image || !key.is_of_images();
        let is_read = !self.is_end && Key::of(&small(name)).is_some_and(is_wanted);
        if is_read && self.attributes.iter().all(|(known, _)| !known.eq_ignore_ascii_case(name)) {
            let text = &html[place.clone()];
            let value = match memchr3(b'&', b'\r', 0, text.as_bytes()) {
                None => Some(Value::Placed(place)),
                Some(_) => reference::plain(text, Within::Value).map(Value::Decoded),
            };
            self.is_plain &= value.is_some();
            self.attributes.extend(value.map(|value| (name, value)));
        }
    }
}

/// Where the value of an attribute stands that comes behind `from`, without its quotes.
fn value(bytes: &[u8], from: usize) -> Option<Range<usize>> {
    let at = find(bytes, from, is_word)?;
    if let quote @ (b'"' | b'\'') = bytes[at] {
        return Some(at + 1..at + 1 + memchr(quote, &bytes[at + 1..])?);
    }
    Some(at..find(bytes, at, |byte| !is_word(byte) || byte == b'>')?)
}

/// The first byte from a place on that passes.
fn find(bytes: &[u8], from: usize, passes: impl Fn(u8) -> bool) -> Option<usize> {
    bytes[from..].iter().position(|byte| passes(*byte)).map(|at| from + at)
}

fn is_word(byte: u8) -> bool {
    !byte.is_ascii_whitespace()
}

/// Whether a name ends before a byte.
pub(super) fn ends_name(byte: u8) -> bool {
    byte.is_ascii_whitespace() || matches!(byte, b'/' | b'>')
}

/// A name as a parser keeps it.
pub(super) fn small(name: &str) -> Cow<'_, str> {
    if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Cow::Owned(name.to_ascii_lowercase());
    }
    Cow::Borrowed(name)
}
