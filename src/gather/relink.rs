//! The links of a document as its owner wants them: in the line, by number at its end, or not at all.
//!
//! Works on the Markdown that any reader wrote: places of sections and links move with the text, and
//! the list of links stays whole, so that what is not shown can still be followed.

use std::collections::BTreeMap;

use super::draft::{self, Fence};
use super::manner::Links;
use crate::content::{Document, Kind, SectionKind, ended_lines};

/// Rewrites the links of a document.
pub(crate) fn relink(document: &mut Document, links: Links) {
    // Code and data have brackets of their own.
    if links == Links::Inline || document.kind == Kind::Data || document.format == "code" {
        return;
    }
    let mut addresses = Addresses::default();
    let edits = edits(&document.text, links, &mut addresses);
    if edits.is_empty() {
        return;
    }
    apply(document, edits);
    if !addresses.listed.is_empty() {
        document.text.push('\n');
        let start = document.text.len();
        for (index, address) in addresses.listed.iter().enumerate() {
            document.text += &format!("[{}]: {address}\n", index + 1);
        }
        document.sections.push(draft::section(start, document.text.len() - 1, SectionKind::Paragraph));
    }
}

/// Where the destinations of links and images stand in a text, in order, and what they are.
pub(super) fn destinations(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    walk(text, &mut |Link { close, address, .. }| {
        let start = text[close..].find(address).map_or(close, |at| close + at);
        found.push((start, address));
    });
    found.sort_by_key(|(start, _)| *start);
    found
}

/// Puts other bytes into a text; places of sections and links move with it.
pub(super) fn apply(document: &mut Document, mut edits: Vec<Edit>) {
    sum(&mut edits);
    let mut text = String::with_capacity(document.text.len());
    let mut at = 0;
    for edit in &edits {
        text.push_str(&document.text[at..edit.start]);
        text.push_str(&edit.put);
        at = edit.end;
    }
    text.push_str(&document.text[at..]);
    for section in &mut document.sections {
        (section.start, section.end) = (moved(&edits, section.start), moved(&edits, section.end));
    }
    for link in &mut document.links {
        link.start = link.start.map(|start| moved(&edits, start));
    }
    document.text = text;
}

/// Where links lead, each address once, in the order of the text.
#[derive(Debug, Default)]
struct Addresses {
    listed: Vec<String>,
    numbers: BTreeMap<String, usize>,
}

impl Addresses {
    fn number(&mut self, address: &str) -> usize {
        if let Some(number) = self.numbers.get(address) {
            return *number;
        }
        self.listed.push(address.to_owned());
        self.numbers.insert(address.to_owned(), self.listed.len());
        self.listed.len()
    }
}

/// Bytes of a text that give way to others.
#[derive(Debug)]
pub(super) struct Edit {
    start: usize,
    end: usize,
    put: String,
    /// Bytes put and taken by all edits up to this one.
    sums: (usize, usize),
}

impl Edit {
    /// These bytes give way to `put`.
    pub(super) fn new(start: usize, end: usize, put: String) -> Self {
        Self { start, end, put, sums: (0, 0) }
    }
}

/// Puts edits in the order of the text, and says what they come to.
fn sum(edits: &mut [Edit]) {
    edits.sort_by_key(|edit| edit.start);
    let (mut put, mut taken) = (0, 0);
    for edit in edits {
        put += edit.put.len();
        taken += edit.end - edit.start;
        edit.sums = (put, taken);
    }
}

/// A link or an image in a text: its words stand between two brackets.
#[derive(Debug, Clone, Copy)]
struct Link<'a> {
    open: usize,
    close: usize,
    end: usize,
    is_image: bool,
    address: &'a str,
}

/// Where an offset of the old text lies in the new one.
fn moved(edits: &[Edit], offset: usize) -> usize {
    let n_before = edits.partition_point(|edit| edit.end <= offset && edit.start < offset);
    let (put, taken) = n_before.checked_sub(1).map_or((0, 0), |last| edits[last].sums);
    let inside = edits.get(n_before).filter(|edit| edit.start < offset);
    inside.map_or(offset, |edit| edit.start) + put - taken
}

fn edits(text: &str, links: Links, addresses: &mut Addresses) -> Vec<Edit> {
    let mut edits = Vec::new();
    walk(text, &mut |link| change(text, link, links, addresses, &mut edits));
    edits
}

/// Visits the links of a text that stand outside of code, an inner one before the one around it.
fn walk<'a>(text: &'a str, visit: &mut dyn FnMut(Link<'a>)) {
    let bytes = text.as_bytes();
    // Brackets that are open in this paragraph: where, and whether of an image.
    let mut open: Vec<(usize, bool)> = Vec::new();
    let mut fence = Fence::default();
    let mut start = 0;
    for line in ended_lines(text) {
        let end = start + line.len();
        if fence.step(line) || line.trim().is_empty() {
            open.clear();
            start = end;
            continue;
        }
        let mut at = start;
        while at < end {
            match bytes[at] {
                b'\\' => at += 1,
                b'`' => {
                    let n = bytes[at..end].iter().take_while(|byte| **byte == b'`').count();
                    let close = text[at + n..end].find(&text[at..at + n]);
                    at += n - 1 + close.map_or(0, |close| close + n);
                }
                b'[' => open.push((at, at > start && bytes[at - 1] == b'!')),
                b']' => {
                    let opened = open.pop();
                    let destination = opened.and_then(|_| destination(&text[at + 1..end]));
                    if let (Some((from, is_image)), Some((address, length))) = (opened, destination) {
                        let link = Link { open: from, close: at, end: at + 1 + length, is_image, address };
                        visit(link);
                        at = link.end - 1;
                    }
                }
                _ => {}
            }
            at += 1;
        }
        start = end;
    }
}

/// Changes one link or image up to its end.
fn change(text: &str, link: Link, links: Links, addresses: &mut Addresses, edits: &mut Vec<Edit>) {
    let Link { open, close, end, is_image, address } = link;
    let words = text[open + 1..close].trim();
    let mut edit = |start: usize, end: usize, put: String| edits.push(Edit::new(start, end, put));
    if links == Links::Reference {
        return edit(close + 1, end, format!("[{}]", addresses.number(address)));
    }
    match (is_image, words) {
        (true, "") => edit(open - 1, end, "[image]".to_owned()),
        (true, _) => {
            edit(open - 1, open + 1, "[image: ".to_owned());
            edit(close, end, "]".to_owned());
        }
        (false, "") => edit(open, end, address.to_owned()),
        (false, _) => {
            edit(open, open + 1, String::new());
            let is_last = text[end..].chars().next().is_none_or(char::is_whitespace);
            let blanks = if is_last { text[open + 1..close].len() - text[open + 1..close].trim_end().len() } else { 0 };
            edit(close - blanks, end, String::new());
        }
    }
}

/// Parentheses longer than this hold no address.
const MAX_ADDRESS: usize = 8192;

/// The address in the parentheses that a text opens with, and how long they are.
fn destination(text: &str) -> Option<(&str, usize)> {
    let inside = text.strip_prefix('(')?;
    let mut depth = 0;
    let mut end = None;
    for (at, c) in inside.char_indices().take(MAX_ADDRESS) {
        match c {
            '(' => depth += 1,
            ')' if depth == 0 => {
                end = Some(at);
                break;
            }
            ')' => depth -= 1,
            _ => {}
        }
    }
    let inside = &inside[..end?];
    let address = inside.split_whitespace().next().unwrap_or_default();
    Some((address.trim_start_matches('<').trim_end_matches('>'), inside.len() + 2))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::canonical;
    use crate::gather::{Manner, Wishes, read_as};

    fn read(text: &str, links: Links) -> Document {
        let wishes = Wishes { manner: Manner { links, ..Manner::default() }, ..Wishes::default() };
        let reading = read_as("x.md", text.as_bytes(), wishes).unwrap();
        assert_eq!(reading.problems, []);
        reading.documents.into_iter().next().unwrap()
    }

    #[test]
    fn links_are_shown_as_wanted_and_stay_known() {
        for (text, reference, none) in [
            (
                "see [a](/x) and [b](/y), [c](/x)\n",
                "see [a][1] and [b][2], [c][1]\n\n[1]: /x\n[2]: /y\n",
                "see a and b, c\n",
            ),
            ("[![pic](p.png)](/x) é\n", "[![pic][1]][2] é\n\n[1]: p.png\n[2]: /x\n", "[image: pic] é\n"),
            ("![](p.png)\n", "![][1]\n\n[1]: p.png\n", "[image]\n"),
            ("[](/x)\n", "[][1]\n\n[1]: /x\n", "/x\n"),
            ("[a ](/x)\n", "[a ][1]\n\n[1]: /x\n", "a\n"),
            ("[a](<x y> \"t\") [b](/(c)d)\n", "[a][1] [b][2]\n\n[1]: x\n[2]: /(c)d\n", "a b\n"),
            (
                "`[a](/x)` \\[a](/x) [a] (b) [^1]\n",
                "`[a](/x)` \\[a](/x) [a] (b) [^1]\n",
                "`[a](/x)` \\[a](/x) [a] (b) [^1]\n",
            ),
            ("```\n[a](/x)\n```\n", "```\n[a](/x)\n```\n", "```\n[a](/x)\n```\n"),
            ("[a\nb](/x)\n", "[a\nb][1]\n\n[1]: /x\n", "a\nb\n"),
        ] {
            for (links, expected) in [(Links::Inline, text), (Links::Reference, reference), (Links::None, none)] {
                let document = read(text, links);
                assert_eq!(document.text, expected, "{links}");
                assert_eq!(canonical(&document.text).0, document.text);
                assert!(draft::covers(&document.text, &document.sections), "{expected}");
            }
        }
    }

    #[test]
    fn places_move_with_the_text() {
        let text =
            "# T\n\nsee [a](https://a.example/x) [b](https://b.example).\n\n## H [c](https://c.example)\n\nend\n";
        for links in [Links::Reference, Links::None] {
            let document = read(text, links);
            let words: Vec<&str> = document
                .links
                .iter()
                .map(|link| document.text[link.start.unwrap()..].trim_start_matches('[').get(..1).unwrap())
                .collect();
            assert_eq!(words, ["a", "b", "c"]);
            assert!(document.sections.iter().any(|section| document.text[section.range()].starts_with("## H ")));
        }
    }
}
