//! XML as a tree of elements: a part of an office document, or captions.
//!
//! Names are compared without their prefix, since producers choose prefixes freely. Entities that a
//! document type declares are never expanded: they stay as they are written. A part that ends early
//! gives what it held up to there.

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion, escape};

use crate::content::{Document, Quality};
use crate::gather::Error;

/// The deepest nesting that is read; office programs write tables in tables, not this.
const MAX_DEPTH: usize = 256;
/// The most elements of one part.
const MAX_ELEMENTS: usize = 4_000_000;

/// The name of a text's first element, without its prefix.
pub(crate) fn root(text: &str) -> Option<String> {
    let text = text.trim_start();
    let mut reader = Reader::from_str(text.starts_with('<').then_some(text)?);
    loop {
        match reader.read_event().ok()? {
            Event::Start(start) | Event::Empty(start) => return Some(start.local_name().as_ref().to_owned()),
            Event::Eof | Event::End(_) => return None,
            _ => {}
        }
    }
}

/// Says of a document whose text is one part whether that ended before its elements did.
pub(crate) fn judge(document: &mut Document, is_whole: bool) {
    if !is_whole {
        document.doubt(Quality::Partial, "the XML ends early or is broken; what stands before that is read");
    }
}

/// An element with what stands in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Element {
    /// The name without its prefix.
    pub(crate) name: String,
    attributes: Vec<(String, String)>,
    pub(crate) children: Vec<Node>,
}

/// What stands in an element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Node {
    Element(Element),
    Text(String),
}

impl Element {
    /// Reads a part; the root has no name and holds what the part holds. Also says whether it is whole.
    pub(crate) fn parse(name: &str, text: &str) -> Result<(Self, bool), Error> {
        let mut reader = Reader::from_str(text);
        reader.config_mut().check_end_names = false;
        let mut open = vec![Self::default()];
        let mut n_elements = 0;
        let whole = loop {
            match reader.read_event() {
                Ok(Event::Start(start)) => {
                    n_elements += 1;
                    open.push(Self::of(&start));
                }
                Ok(Event::Empty(start)) => {
                    n_elements += 1;
                    top(&mut open).children.push(Node::Element(Self::of(&start)));
                }
                Ok(Event::End(_)) if open.len() > 1 => close(&mut open),
                Ok(Event::Text(text)) => push(&mut open, &text),
                Ok(Event::CData(data)) => push(&mut open, &data),
                Ok(Event::GeneralRef(name)) => push(&mut open, &reference(&name)),
                Ok(Event::Eof) => break open.len() == 1,
                Ok(_) => {}
                Err(_) => break false,
            }
            if open.len() > MAX_DEPTH {
                return Err(Error::TooDeep { name: name.to_owned(), limit: MAX_DEPTH });
            }
            if n_elements > MAX_ELEMENTS {
                return Err(Error::TooMany { name: name.to_owned(), items: "elements", limit: MAX_ELEMENTS });
            }
        };
        while open.len() > 1 {
            close(&mut open);
        }
        Ok((open.pop().unwrap_or_default(), whole))
    }

    fn of(start: &BytesStart) -> Self {
        let attributes = start
            .attributes()
            .with_checks(false)
            .flatten()
            .map(|attribute| {
                let value = attribute.normalized_value(XmlVersion::Implicit1_0);
                let value = value.map_or_else(|_| attribute.value.to_string(), Into::into);
                (attribute.key.as_ref().to_owned(), value)
            })
            .collect();
        Self { name: start.local_name().as_ref().to_owned(), attributes, children: Vec::new() }
    }

    /// The value of an attribute: by its name without a prefix, or with it where there are two of a name.
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        let is_it = |key: &str| key == name || key.rsplit_once(':').is_some_and(|(_, local)| local == name);
        self.attributes.iter().find(|(key, _)| is_it(key)).map(|(_, value)| value.as_str())
    }

    /// The elements right inside.
    pub(crate) fn elements(&self) -> impl Iterator<Item = &Self> {
        self.children.iter().filter_map(|node| match node {
            Node::Element(element) => Some(element),
            Node::Text(_) => None,
        })
    }

    /// The first element of this name right inside.
    pub(crate) fn child(&self, name: &str) -> Option<&Self> {
        self.elements().find(|element| element.name == name)
    }

    /// The elements of this name anywhere inside, outermost first; not those within one another.
    pub(crate) fn all<'a>(&'a self, name: &str) -> Vec<&'a Self> {
        let mut found = Vec::new();
        for element in self.elements() {
            if element.name == name {
                found.push(element);
            } else {
                found.extend(element.all(name));
            }
        }
        found
    }

    /// The first element of this name anywhere inside.
    pub(crate) fn find(&self, name: &str) -> Option<&Self> {
        self.elements().find_map(|element| if element.name == name { Some(element) } else { element.find(name) })
    }

    /// All text inside.
    pub(crate) fn text(&self) -> String {
        let mut out = String::new();
        self.collect(&mut out);
        out
    }

    fn collect(&self, out: &mut String) {
        for node in &self.children {
            match node {
                Node::Element(element) => element.collect(out),
                Node::Text(text) => out.push_str(text),
            }
        }
    }
}

fn top(open: &mut [Element]) -> &mut Element {
    open.last_mut().expect("the root is never closed")
}

fn close(open: &mut Vec<Element>) {
    let closed = open.pop().expect("the caller saw one open");
    top(open).children.push(Node::Element(closed));
}

fn push(open: &mut [Element], text: &str) {
    match top(open).children.last_mut() {
        Some(Node::Text(before)) => before.push_str(text),
        _ => top(open).children.push(Node::Text(text.to_owned())),
    }
}

/// What a reference stands for: a character, or itself where only a document type would know.
fn reference(name: &str) -> String {
    let number = name.strip_prefix('#').and_then(|number| match number.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok(),
        None => number.parse().ok(),
    });
    match (number.and_then(char::from_u32), escape::resolve_predefined_entity(name)) {
        (Some(character), _) => character.to_string(),
        (None, Some(character)) => character.to_owned(),
        (None, None) => format!("&{name};"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_becomes_a_tree() {
        let (root, whole) = Element::parse("x", "<w:a r:id='1' id=\"2\"><b>x &amp; &#233;</b><c/></w:a>").unwrap();
        let a = root.child("a").unwrap();
        assert!(whole);
        assert_eq!((a.attribute("r:id"), a.attribute("id"), a.attribute("no")), (Some("1"), Some("1"), None));
        assert_eq!((a.text().as_str(), a.elements().count()), ("x & é", 2));
    }

    #[test]
    fn entities_stay_and_bombs_are_refused() {
        let bomb = "<!DOCTYPE a [<!ENTITY b \"lol\"><!ENTITY c \"&b;&b;\"><!ENTITY d SYSTEM \"file:///etc/passwd\">]>\
                    <a x=\"&c;\">&c;&d;</a>";
        let (root, _) = Element::parse("x", bomb).unwrap();
        assert_eq!(root.text(), "&c;&d;");
        assert_eq!(root.find("a").unwrap().attribute("x"), Some("&c;"));
        let deep = Element::parse("x", &"<a>".repeat(100_000));
        assert!(matches!(deep, Err(Error::TooDeep { limit: MAX_DEPTH, .. })));
    }

    #[test]
    fn a_part_that_ends_early_gives_what_it_held() {
        for cut in ["<a><b>x</b><b>y", "<a><b>x</b>y<b", "<a><b>x</b>y</a", "<a><b>x</b>y"] {
            let (root, whole) = Element::parse("x", cut).unwrap();
            assert!(!whole && root.text().starts_with("xy"), "{cut}");
        }
    }
}
