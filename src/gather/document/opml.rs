//! Outlines and lists of subscriptions (OPML 2.0, 2007): nested lists, or headings with their text.
//!
//! An outline whose notes say more than its lines is a text cut at its headings, as pandoc writes
//! one; any other is a nested list with the notes under its items. Addresses become links.

use super::markdown;
use super::office::linked;
use super::xml::{self, Element};
use crate::content::{Kind, Problem, canonical, line};
use crate::gather::page::address;
use crate::gather::{Confidence, Error, Format, Input, Reading, draft, fragment, moment};

pub(crate) const FORMAT: Format = Format {
    name: "opml",
    kind: Kind::Essay,
    about: "OPML: outlines as nested lists or headings, subscriptions with their links",
    extensions: &["opml"],
    sniff,
    read,
    stream: None,
};

fn sniff(input: &Input) -> Confidence {
    if xml::root(input.text).as_deref() == Some("opml") { Confidence::Certain } else { Confidence::No }
}

fn read(input: &Input) -> Result<Reading, Error> {
    let (root, is_whole) = Element::parse(input.name, input.text)?;
    let body = root.find("body").unwrap_or(&root);
    let mut outline = Outline::default();
    outline.weigh(body);
    outline.children(body, 0);
    let text = canonical(&outline.out).0;
    let sections = markdown::sections(&text);
    if sections.is_empty() {
        return Err(Error::NothingRead { name: input.name.to_owned(), items: "outlines" });
    }
    let head = |name: &str| {
        let told = root.find("head").and_then(|head| head.child(name)).map(|element| line(&element.text()));
        told.filter(|told| !told.is_empty())
    };
    let mut document = draft::document(FORMAT.name, FORMAT.kind, text, sections, 0);
    (document.title, document.author) = (head("title"), head("ownerName"));
    document.date = head("dateCreated").or(head("dateModified")).map(|date| moment::read(&date).unwrap_or(date));
    markdown::finish(&mut document);
    xml::judge(&mut document, is_whole);
    let n = outline.n_comments;
    let note =
        (n > 0).then(|| Problem::note(input.name, format!("outlines that are set aside as comments, left out: {n}")));
    Ok(Reading { documents: vec![document], problems: note.into_iter().collect() })
}

/// An outline on its way to Markdown.
#[derive(Debug, Default)]
struct Outline {
    out: String,
    /// Bytes of lines and of notes.
    n_lines: usize,
    n_notes: usize,
    n_comments: usize,
}

impl Outline {
    fn weigh(&mut self, parent: &Element) {
        for element in parent.all("outline") {
            self.n_lines += element.attribute("text").map_or(0, str::len);
            self.n_notes += element.attribute("_note").map_or(0, str::len);
            self.weigh(element);
        }
    }

    fn children(&mut self, parent: &Element, depth: usize) {
        for element in parent.elements().filter(|element| element.name == "outline") {
            if element.attribute("isComment") == Some("true") {
                self.n_comments += 1;
                continue;
            }
            let words = words(element);
            let note = element.attribute("_note").map(str::trim).filter(|note| !note.is_empty());
            if self.n_notes > self.n_lines {
                self.section(depth, &words, note);
            } else {
                self.item(depth, &words, note);
            }
            // What stands under nothing stands in its place.
            self.children(element, depth + usize::from(!words.is_empty()));
        }
    }

    fn section(&mut self, depth: usize, words: &str, note: Option<&str>) {
        let heading = format!("{} {words}", "#".repeat((depth + 1).min(6)));
        for block in [Some(heading.as_str()).filter(|_| !words.is_empty()), note].into_iter().flatten() {
            self.out += &format!("{block}\n\n");
        }
    }

    fn item(&mut self, depth: usize, words: &str, note: Option<&str>) {
        let indent = "  ".repeat(depth);
        if !words.is_empty() {
            self.out += &format!("{indent}- {words}\n");
        }
        if let Some(note) = note {
            let inside = format!("\n{indent}  ");
            self.out += &format!("{inside}{}\n\n", note.replace('\n', &inside));
        }
    }
}

/// The line of an outline with its links.
fn words(element: &Element) -> String {
    let said = |name: &str| element.attribute(name).map(plain).filter(|text| !text.is_empty());
    let address = |name: &str| element.attribute(name).map(str::trim).filter(|url| address::leads(url));
    let text = said("text").or_else(|| said("title"));
    let (page, feed) = (address("htmlUrl").or_else(|| address("url")), address("xmlUrl"));
    let first = page.or(feed);
    let mut words = match (text, first) {
        (Some(text), Some(url)) => linked(&text, url),
        (text, url) => text.or(url.map(str::to_owned)).unwrap_or_default(),
    };
    if let (Some(_), Some(feed)) = (page, feed) {
        words += &format!(" ({})", linked("feed", feed));
    }
    if let Some(description) = said("description").filter(|description| !words.contains(description.as_str())) {
        words += &format!(": {description}");
    }
    words
}

/// Text that may be written as HTML.
fn plain(text: &str) -> String {
    line(&if text.contains(['<', '&']) { fragment::markdown(text) } else { text.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(body: &str, expected: &str) {
        let text = format!(
            "<?xml version=\"1.0\"?>\n<opml version=\"2.0\"><head><title>Pears</title><ownerName>Ada</ownerName></head><body>{body}</body></opml>"
        );
        let input = Input::new("x", &text);
        assert_eq!(sniff(&input), Confidence::Certain);
        let document = read(&input).unwrap().documents.remove(0);
        assert_eq!((document.title.as_deref(), document.author.as_deref()), (Some("Pears"), Some("Ada")));
        assert_eq!(document.text, expected, "{body}");
        assert!(draft::covers(&document.text, &document.sections), "{body}");
    }

    #[test]
    fn outlines_are_lists_or_headings() {
        check(
            "<outline text=\"Fruit\"><outline text=\"a &lt;em&gt;pear&lt;/em&gt;\" _note=\"ripe\"/><outline text=\"\"><outline text=\"fig\"/></outline></outline><outline text=\"Nuts\"/>",
            "- Fruit\n  - a *pear*\n\n    ripe\n\n  - fig\n- Nuts\n",
        );
        check(
            "<outline text=\"One\" _note=\"Words of [one](https://a.example/).&#10;&#10;- more\"><outline text=\"Two\" _note=\"Words of two.\"/></outline>",
            "# One\n\nWords of [one](https://a.example/).\n\n- more\n\n## Two\n\nWords of two.\n",
        );
    }

    #[test]
    fn subscriptions_are_links() {
        check(
            "<outline text=\"Log\"><outline type=\"rss\" text=\"A [x]\" title=\"A\" xmlUrl=\"https://a.example/feed\" htmlUrl=\"https://a.example/\" description=\"about a\"/>\
             <outline xmlUrl=\"https://b.example/feed\"/><outline type=\"link\" title=\"C\" url=\"javascript:x\"/></outline>",
            "- Log\n  - [A \\[x\\]](https://a.example/) ([feed](https://a.example/feed)): about a\n  - https://b.example/feed\n  - C\n",
        );
    }

    #[test]
    fn what_is_empty_or_ends_early_is_told() {
        let read = |text: &str| read(&Input::new("x", text));
        assert!(matches!(read("<opml><body/></opml>"), Err(Error::NothingRead { .. })));
        let cut = read("<opml><body><outline text=\"a\"><outline text=\"b\"/>").unwrap();
        assert_eq!(cut.documents[0].quality, crate::content::Quality::Partial);
        let aside =
            read("<opml><body><outline text=\"a\"/><outline text=\"b\" isComment=\"true\"/></body></opml>").unwrap();
        assert_eq!(aside.problems[0].message, "outlines that are set aside as comments, left out: 1");
    }
}
