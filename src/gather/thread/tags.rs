//! The tags of a page whose program is known, one after the other, without a tree.
//!
//! Programs that save a chat as a page always write the same elements. Their readers go through the
//! tags once and take the inside of the few that matter, so that neither depth nor length can hurt.

use crate::gather::fragment;

/// One tag of a page.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tag<'a> {
    /// The name as it is written.
    pub(super) name: &'a str,
    pub(super) closes: bool,
    /// What stands between its brackets.
    inside: &'a str,
    /// One past its last byte.
    end: usize,
}

impl Tag<'_> {
    pub(super) fn attribute(self, name: &str) -> Option<String> {
        fragment::attribute(self.inside, name)
    }

    /// Whether all of these are among its classes.
    pub(super) fn is(self, classes: &[&str]) -> bool {
        let own = self.attribute("class").unwrap_or_default();
        classes.iter().all(|class| own.split_ascii_whitespace().any(|own| own == *class))
    }
}

/// The tags of a page.
#[derive(Debug)]
pub(super) struct Tags<'a> {
    page: &'a str,
    at: usize,
}

impl<'a> Tags<'a> {
    pub(super) fn of(page: &'a str) -> Self {
        Self { page, at: 0 }
    }

    /// The inside of the element that `tag` opened; the tags in it are passed.
    pub(super) fn inside(&mut self, tag: Tag) -> &'a str {
        let mut depth = 1;
        let mut end = self.page.len();
        let start = tag.end;
        self.at = start;
        while let Some(next) = self.next() {
            if next.name != tag.name {
                continue;
            }
            depth = if next.closes { depth - 1 } else { depth + 1 };
            if depth == 0 {
                end = self.page[..next.end].rfind('<').unwrap_or(start);
                break;
            }
        }
        &self.page[start..end]
    }

    /// The inside of an element as Markdown.
    pub(super) fn words(&mut self, tag: Tag) -> String {
        fragment::markdown(self.inside(tag))
    }
}

impl<'a> Iterator for Tags<'a> {
    type Item = Tag<'a>;

    fn next(&mut self) -> Option<Tag<'a>> {
        loop {
            let open = self.at + self.page[self.at..].find('<')?;
            let rest = &self.page[open + 1..];
            if let Some(comment) = rest.strip_prefix("!--") {
                self.at = self.page.len() - comment.find("-->").map_or(0, |end| comment.len() - end - 3);
                continue;
            }
            let closes = rest.starts_with('/');
            let name = &rest[usize::from(closes)..];
            let name = &name[..name.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(name.len())];
            if name.is_empty() {
                self.at = open + 1;
                continue;
            }
            let Some(length) = length(rest) else {
                self.at = self.page.len();
                return None;
            };
            self.at = open + 1 + length + 1;
            return Some(Tag { name, closes, inside: &rest[..length], end: self.at });
        }
    }
}

/// Where a tag ends: a bracket in a value is none.
fn length(tag: &str) -> Option<usize> {
    let mut quoted = None;
    let end = tag.bytes().position(|byte| {
        match (quoted, byte) {
            (Some(quote), _) if byte == quote => quoted = None,
            (None, b'"' | b'\'') => quoted = Some(byte),
            _ => {}
        }
        quoted.is_none() && byte == b'>'
    });
    // A quote that is never closed is no quote.
    end.or_else(|| tag.find('>'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_found_by_their_classes() {
        let page = "<!-- <p> --><div class=\"a b\" title='x > y'>1 <div>2</div> <b>3</b></div> < 4 <p class=c>5";
        let mut tags = Tags::of(page);
        let first = tags.next().unwrap();
        assert_eq!(first.attribute("title").as_deref(), Some("x > y"));
        assert!(first.is(&["b", "a"]) && !first.is(&["c"]));
        assert_eq!(tags.inside(first), "1 <div>2</div> <b>3</b>");
        let last = tags.next().unwrap();
        assert!(last.is(&["c"]));
        assert_eq!(tags.words(last), "5");
        assert!(tags.next().is_none());
        assert!(Tags::of("<a \"").next().is_none());
        assert_eq!(Tags::of("<a \"> <b>").count(), 2);
    }
}
