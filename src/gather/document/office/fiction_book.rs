//! Books as `FictionBook` (FB2): one XML file with its chapters, notes and pictures.
//!
//! From the schema of version 2.21. Notes stand at the end, pictures are counted.

use super::prose::{Look, Mark, Prose, Words};
use super::xml::{Element, Node};
use super::{Found, settle, some, xml};
use crate::content::Kind;
use crate::gather::{Confidence, Error, Format, Input, Reading};

pub(crate) const FORMAT: Format = Format {
    name: "fb2",
    kind: Kind::Book,
    about: "books as FictionBook (fb2)",
    extensions: &["fb2"],
    sniff,
    read,
    stream: None,
};

fn sniff(input: &Input) -> Confidence {
    let is_book = xml::root(input.text).as_deref() == Some("FictionBook");
    if is_book { Confidence::Certain } else { Confidence::No }
}

fn read(input: &Input) -> Result<Reading, Error> {
    let (root, is_whole) = Element::parse(input.name, input.text)?;
    let book = root.child("FictionBook").unwrap_or(&root);
    let info = book.find("title-info").cloned().unwrap_or_default();
    let said = |name: &str| info.child(name).and_then(|element| some(&element.text()));
    let authors: Vec<String> = info.elements().filter(|element| element.name == "author").filter_map(name).collect();
    let mut writer = Writer::default();
    for body in book.elements().filter(|element| element.name == "body") {
        match body.attribute("name") {
            Some("notes" | "comments" | "footnotes") => writer.notes(body),
            _ => writer.section(body, 1),
        }
    }
    let mut found = Found {
        title: said("book-title"),
        author: some(&authors.join(", ")),
        date: said("date"),
        language: said("lang"),
        ..Found::default()
    };
    found.count(writer.n_pictures, "pictures left out");
    found.text = writer.prose.finish();
    let mut reading = settle(input, &FORMAT, found)?;
    reading.documents.iter_mut().for_each(|document| xml::judge(document, is_whole));
    Ok(reading)
}

/// An author's name, first name first.
fn name(author: &Element) -> Option<String> {
    let part = |name: &str| author.child(name).and_then(|element| some(&element.text()));
    let whole: Vec<String> = ["first-name", "middle-name", "last-name"].into_iter().filter_map(part).collect();
    some(&whole.join(" ")).or_else(|| part("nickname"))
}

#[derive(Default)]
struct Writer {
    prose: Prose,
    n_pictures: usize,
}

impl Writer {
    fn section(&mut self, parent: &Element, level: usize) {
        for element in parent.elements() {
            match element.name.as_str() {
                "title" => {
                    let lines: Vec<String> =
                        element.all("p").into_iter().map(|p| words(p).calm().markdown().trim().to_owned()).collect();
                    self.prose.heading(level, &lines.join(" "));
                }
                "section" => self.section(element, level + 1),
                "subtitle" => self.prose.heading(level + 1, &words(element).calm().markdown()),
                "p" | "text-author" => self.paragraph(&words(element)),
                "cite" | "epigraph" | "annotation" => self.quote(element),
                "poem" => self.verses(element),
                "table" => {
                    let row = |row: &Element| {
                        let cells = row.elements().filter(|cell| matches!(cell.name.as_str(), "td" | "th"));
                        cells.map(|cell| words(cell).markdown()).collect()
                    };
                    let rows: Vec<Vec<String>> = element.all("tr").into_iter().map(row).collect();
                    self.prose.table(&rows);
                }
                "image" => self.n_pictures += 1,
                _ => {}
            }
        }
    }

    /// A paragraph; the format knows neither lists nor blocks of code, so that writers put marks in front.
    fn paragraph(&mut self, words: &Words) {
        if words.is_code() {
            return self.prose.code(words.plain().trim());
        }
        let text = words.markdown();
        match item(text.trim()) {
            Some((level, mark, rest)) => self.prose.item(level, mark, rest),
            None => self.prose.paragraph(&text),
        }
    }

    fn quote(&mut self, parent: &Element) {
        for element in parent.elements() {
            match element.name.as_str() {
                "poem" => self.verses(element),
                _ => self.prose.quote(&words(element).markdown()),
            }
        }
    }

    /// A stanza is a paragraph whose lines stay.
    fn verses(&mut self, poem: &Element) {
        for element in poem.elements() {
            match element.name.as_str() {
                "stanza" => {
                    let lines: Vec<String> =
                        element.elements().map(|verse| words(verse).markdown().trim().to_owned()).collect();
                    self.prose.paragraph(&lines.join("\n"));
                }
                _ => self.prose.paragraph(&words(element).markdown()),
            }
        }
    }

    fn notes(&mut self, body: &Element) {
        for note in body.all("section") {
            let Some(id) = note.attribute("id") else { continue };
            let paragraphs = note.elements().filter(|element| element.name != "title");
            let text: Vec<String> = paragraphs.map(|element| words(element).markdown().trim().to_owned()).collect();
            self.prose.block(&format!("[^{id}]: {}", text.join(" ")));
        }
    }
}

/// What marks stand before an item: one for each list that it lies in, `• • ` or `2. 1. `.
fn item(text: &str) -> Option<(usize, Mark, &str)> {
    let mut rest = text;
    let mut found = None;
    loop {
        let (mark, after) = rest.split_once([' ', '\u{a0}'])?;
        let number = mark.strip_suffix('.').filter(|digits| digits.len() < 4).and_then(|digits| digits.parse().ok());
        let mark = match (mark, number) {
            ("•", _) => Mark::Bullet,
            (_, Some(number)) => Mark::Number(number),
            _ => return found,
        };
        rest = after.trim_start();
        found = Some((found.map_or(0, |(level, ..)| level + 1), mark, rest));
        if !rest.contains([' ', '\u{a0}']) {
            return found;
        }
    }
}

fn words(element: &Element) -> Words {
    let mut words = Words::default();
    inline(element, Look::default(), None, &mut words);
    words
}

fn inline(parent: &Element, look: Look, link: Option<&str>, words: &mut Words) {
    for node in &parent.children {
        let element = match node {
            Node::Text(text) => {
                let folded = text.replace(['\n', '\r', '\t'], " ");
                words.push(&folded, look, link);
                continue;
            }
            Node::Element(element) => element,
        };
        let href = element.attribute("href");
        match element.name.as_str() {
            "strong" => inline(element, Look { bold: true, ..look }, link, words),
            "emphasis" => inline(element, Look { italic: true, ..look }, link, words),
            "strikethrough" => inline(element, Look { strike: true, ..look }, link, words),
            "code" => inline(element, Look { code: true, ..look }, link, words),
            "a" if element.attribute("type") == Some("note") => {
                words.push(&format!("[^{}]", href.unwrap_or_default().trim_start_matches('#')), look, None);
            }
            "a" => inline(element, look, href.filter(|href| !href.starts_with('#')).or(link), words),
            _ => inline(element, look, link, words),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_are_known_by_their_marks() {
        for (text, expected) in [
            ("• pear", Some((0, Mark::Bullet, "pear"))),
            ("• • ripe pear", Some((1, Mark::Bullet, "ripe pear"))),
            ("2. 1. at morning", Some((1, Mark::Number(1), "at morning"))),
            ("1984 was a year", None),
            ("pear", None),
        ] {
            assert_eq!(item(text), expected, "{text}");
        }
    }

    #[test]
    fn a_book_is_read_with_its_notes_and_verses() {
        let text = "<?xml version=\"1.0\"?><FictionBook xmlns:l=\"x\"><description><title-info><author><first-name>Ada</first-name>\
                    <last-name>Lemon</last-name></author><book-title>Pears</book-title><lang>en</lang></title-info></description>\
                    <body><title><p>Pears</p></title><section><title><p>One</p></title><p>A <strong>ripe</strong> pear<a l:href=\"#n1\" type=\"note\">1</a>.</p>\
                    <poem><stanza><v>a</v><v>b</v></stanza></poem><cite><p>said</p></cite></section></body>\
                    <body name=\"notes\"><section id=\"n1\"><title><p>1</p></title><p>Or two.</p></section></body>\
                    <binary id=\"c\">AAAA</binary></FictionBook>";
        let document = read(&Input::new("x", text)).unwrap().documents.remove(0);
        let said = (document.title.as_deref(), document.author.as_deref(), document.language.as_deref());
        assert_eq!(said, (Some("Pears"), Some("Ada Lemon"), Some("en")));
        assert_eq!(document.text, "## One\n\nA **ripe** pear[^n1].\n\na\nb\n\n> said\n\n[^n1]: Or two.\n");
    }
}
