//! What the three kinds of `OpenDocument` files share: paragraphs, lists and tables
//! (OASIS `OpenDocument` 1.3, part 3). [`odf_styles`](super::odf_styles) says how they look,
//! [`odf_objects`](super::odf_objects) what is embedded in them.

use std::collections::BTreeMap;

use super::odf_objects::Objects;
use super::odf_styles::Styles;
use super::package::Package;
use super::paint::{Ink, Paint, Seen, Unseen};
use super::prose::{Look, Mark, Prose, Words};
use super::xml::{Element, Node};
use super::{Found, some};
use crate::gather::Error;

/// Writes the content of an `OpenDocument` file.
#[derive(Default)]
pub(super) struct Writer {
    pub(super) styles: Styles,
    pub(super) objects: Objects,
    /// What the words at hand stand on.
    pub(super) paper: Ink,
    pub(super) prose: Prose,
    /// The numbers that the items of a list go on with, by its id and by its style.
    numbers: BTreeMap<String, Vec<usize>>,
    /// Whether blanks at the beginning of a line are its indent.
    is_code: bool,
    notes: Vec<String>,
    unseen: Unseen,
    n_comments: usize,
    n_pictures: usize,
    n_changes: usize,
}

/// How words stand that say nothing of it themselves.
#[derive(Debug, Clone, Copy, Default)]
struct Dress {
    look: Look,
    paint: Paint,
}

/// Title, author, date and language (part 3, 4.3).
pub(super) fn properties(package: &mut Package) -> Result<Found, Error> {
    let Some(root) = package.xml("meta.xml")? else { return Ok(Found::default()) };
    let text = |name: &str| root.find(name).and_then(|element| some(&element.text()));
    Ok(Found {
        title: text("title"),
        author: text("initial-creator").or(text("creator")),
        date: text("creation-date").or(text("date")),
        language: text("language"),
        ..Found::default()
    })
}

impl Writer {
    /// A writer that knows the styles of the file, and its content.
    pub(super) fn open(package: &mut Package) -> Result<(Self, Element), Error> {
        let content = package.xml("content.xml")?.unwrap_or_default();
        let mut writer = Self::default();
        for root in [&package.xml("styles.xml")?.unwrap_or_default(), &content] {
            writer.styles.learn(root);
        }
        writer.paper = writer.styles.paper;
        writer.objects = Objects::read(package, &content);
        Ok((writer, content))
    }

    pub(super) fn tell(&self, found: &mut Found) {
        found.count(self.n_comments, "comments left out");
        found.count(self.n_changes, "tracked changes read as their final text");
        found.count(self.n_pictures, "pictures left out");
        self.objects.tell(found);
        found.count_unseen(self.unseen);
    }

    /// Writes the blocks in an element.
    pub(super) fn blocks(&mut self, parent: &Element) {
        for element in parent.elements() {
            match element.name.as_str() {
                "h" => {
                    let level = element.attribute("outline-level").and_then(|level| level.parse().ok()).unwrap_or(1);
                    let words = self.words(element);
                    self.prose.heading(level, &words.calm().markdown());
                }
                "p" => self.paragraph(element),
                "list" => self.list_of(element),
                "table" => self.table(element),
                "section" if element.attribute("text:display") == Some("none") => {
                    self.unseen.reads(&element.text(), Seen::Never);
                }
                "section" | "index-body" => self.blocks(element),
                "tracked-changes" => self.n_changes += element.all("changed-region").len(),
                "frame" | "g" | "text-box" | "custom-shape" => self.frame(element),
                "soft-page-break" | "table-of-content" | "forms" | "sequence-decls" => {}
                name if name.ends_with("-index") || name == "bibliography" => self.blocks(element),
                _ => {}
            }
        }
    }

    /// Writes the notes that were named.
    pub(super) fn notes(&mut self) {
        for (index, note) in std::mem::take(&mut self.notes).into_iter().enumerate() {
            self.prose.block(&format!("[^{}]: {note}", index + 1));
        }
    }

    fn paragraph(&mut self, element: &Element) {
        let style = element.attribute("text:style-name");
        if self.styles.is_named(style, &["Preformatted Text", "Source Code"]) {
            self.is_code = true;
            let words = self.words(element);
            self.is_code = false;
            for line in words.plain().split('\n') {
                self.prose.code(line.trim_end());
            }
        } else {
            let words = self.words(element);
            if self.styles.is_named(style, &["Title"]) {
                self.prose.heading(1, &words.calm().markdown());
            } else if self.styles.is_named(style, &["Quotations", "Quotation", "Block Text"]) {
                self.prose.quote(&words.markdown());
            } else {
                self.prose.paragraph(&words.markdown());
            }
        }
        for inside in element.elements().filter(|inside| inside.name == "frame") {
            self.text_box(inside);
        }
    }

    /// The text of the boxes in a frame.
    fn text_box(&mut self, frame: &Element) {
        let paper = self.under(&[frame]);
        let outer = std::mem::replace(&mut self.paper, paper);
        for text_box in frame.all("text-box") {
            self.blocks(text_box);
        }
        self.paper = outer;
    }

    /// What the words of a frame, or of a cell, a row and a table, stand on: the first of them that has a color.
    fn under(&self, inside: &[&Element]) -> Ink {
        let color = |element: &&Element| {
            let style = ["draw:style-name", "table:style-name"].iter().find_map(|name| element.attribute(name));
            self.styles.paint(style).ground.filter(|ground| *ground != Ink::Auto)
        };
        let is_frame = inside.iter().any(|element| element.attribute("draw:style-name").is_some());
        // A frame without a color lies on whatever is there.
        let bare = if is_frame && self.paper == Ink::Auto { Ink::Unknown } else { self.paper };
        inside.iter().find_map(color).unwrap_or(bare)
    }

    /// A frame with text, a table or a picture, standing by itself.
    fn frame(&mut self, element: &Element) {
        if let Some(table) = element.find("table") {
            return self.table(table);
        }
        let mut words = Words::default();
        self.picture(element, &mut words, Look::default());
        self.prose.paragraph(&words.markdown());
        if element.name == "frame" {
            self.text_box(element);
        } else {
            let paper = self.under(&[element]);
            let outer = std::mem::replace(&mut self.paper, paper);
            self.blocks(element);
            self.paper = outer;
        }
    }

    /// A list that stands in no other.
    fn list_of(&mut self, list: &Element) {
        let style = list.attribute("text:style-name");
        let goes_on = list.attribute("continue-numbering") == Some("true");
        let before = list.attribute("continue-list").or(style.filter(|_| goes_on));
        let mut next = before.and_then(|key| self.numbers.get(key)).cloned().unwrap_or_default();
        self.list(list, 0, style, &mut next);
        for key in list.attribute("xml:id").into_iter().chain(style) {
            self.numbers.insert(key.to_owned(), next.clone());
        }
    }

    /// Writes a list `level` lists deep; `next` has the numbers that its items, and those of the lists above, go on with.
    fn list(&mut self, list: &Element, level: usize, style: Option<&str>, next: &mut Vec<usize>) {
        let start = self.styles.number(style, level);
        for item in list.elements().filter(|item| matches!(item.name.as_str(), "list-item" | "list-header")) {
            if let Some(start) = item.attribute("start-value").and_then(|start| start.parse().ok()) {
                set(next, level, start);
            }
            let (mut is_first, mut n_lists) = (true, 0);
            for element in item.elements() {
                match element.name.as_str() {
                    "list" => {
                        let own = element.attribute("text:style-name");
                        if n_lists > 0 && element.attribute("continue-numbering") != Some("true") {
                            next.truncate(level + 1);
                        }
                        n_lists += 1;
                        self.list(element, level + 1, own.or(style), next);
                    }
                    "p" | "h" => {
                        let words = self.words(element).markdown();
                        if words.trim().is_empty() {
                            continue;
                        }
                        if is_first && item.name == "list-item" {
                            let number =
                                start.map(|start| next.get(level).copied().filter(|n| *n > 0).unwrap_or(start));
                            self.prose.item(level, number.map_or(Mark::Bullet, Mark::Number), &words);
                            set(next, level, number.map_or(0, |number| number + 1));
                        } else {
                            self.prose.more(level, &words);
                        }
                        is_first = false;
                    }
                    "table" => self.table(element),
                    _ => {}
                }
            }
        }
    }

    pub(super) fn words(&mut self, element: &Element) -> Words {
        let mut words = Words::default();
        let paint = self.styles.paint(element.attribute("text:style-name"));
        self.inline(element, Dress { look: Look::default(), paint }, None, &mut words);
        words
    }

    fn inline(&mut self, parent: &Element, dress: Dress, link: Option<&str>, words: &mut Words) {
        let look = dress.look;
        let seen = dress.paint.seen(self.paper);
        for node in &parent.children {
            let element = match node {
                // White space is one blank (part 3, 6.1.2).
                Node::Text(text) => {
                    if self.unseen.reads(text, seen) {
                        let before = words.plain();
                        let is_indent = self.is_code && before.ends_with('\n');
                        let after_blank = before.is_empty() || before.ends_with(char::is_whitespace) && !is_indent;
                        words.push(&folded(text, after_blank), look, link);
                    }
                    continue;
                }
                Node::Element(element) => element,
            };
            match element.name.as_str() {
                "span" => {
                    let style = element.attribute("text:style-name");
                    let paint = self.styles.paint(style).over(dress.paint);
                    self.inline(element, Dress { look: self.styles.look(style, look), paint }, link, words);
                }
                "a" => {
                    let href = element.attribute("href").filter(|href| !href.starts_with('#'));
                    self.inline(element, dress, href.or(link), words);
                }
                "s" => {
                    let n: usize = element.attribute("text:c").and_then(|n| n.parse().ok()).unwrap_or(1);
                    words.push(&" ".repeat(n.min(200)), look, link);
                }
                "tab" => words.push("\t", look, link),
                "line-break" => words.push("\n", look, link),
                "note" => {
                    let body = element.child("note-body").cloned().unwrap_or_default();
                    let parts: Vec<String> =
                        body.all("p").into_iter().map(|p| self.words(p).markdown().trim().to_owned()).collect();
                    self.notes.push(parts.join(" "));
                    words.push(&format!("[^{}]", self.notes.len()), look, link);
                }
                "annotation" => self.n_comments += 1,
                "annotation-end" | "bookmark" | "bookmark-start" | "bookmark-end" | "soft-page-break"
                | "change-start" | "change-end" | "change" | "reference-mark" => {}
                "frame" | "custom-shape" => self.picture(element, words, look),
                "ruby" => {
                    if let Some(base) = element.child("ruby-base") {
                        self.inline(base, dress, link, words);
                    }
                }
                _ => self.inline(element, dress, link, words),
            }
        }
    }

    /// A formula gives its words, a picture its description.
    fn picture(&mut self, frame: &Element, words: &mut Words, look: Look) {
        if let Some(object) = frame.find("object") {
            if let Some(formula) = self.objects.formula(object.attribute("href")) {
                words.push(&format!("${formula}$"), look, None);
            }
            return;
        }
        if frame.find("image").is_none() {
            return;
        }
        self.n_pictures += 1;
        let described = frame.child("desc").or(frame.child("title")).and_then(|element| some(&element.text()));
        if let Some(described) = described {
            words.push(&format!("[picture: {described}]"), look, None);
        }
    }

    fn table(&mut self, table: &Element) {
        let mut grid = Vec::new();
        for row in table.all("table-row") {
            let mut cells = Vec::new();
            for cell in row.elements().filter(|cell| matches!(cell.name.as_str(), "table-cell" | "covered-table-cell"))
            {
                let n: usize = cell.attribute("number-columns-repeated").and_then(|n| n.parse().ok()).unwrap_or(1);
                let mut parts: Vec<String> = Vec::new();
                let paper = self.under(&[cell, row, table]);
                let outer = std::mem::replace(&mut self.paper, paper);
                for paragraph in cell.all("p") {
                    parts.push(self.words(paragraph).markdown().trim().to_owned());
                }
                self.paper = outer;
                parts.retain(|part| !part.is_empty());
                cells.extend(std::iter::repeat_n(parts.join(" "), n.clamp(1, 64)));
            }
            grid.push(cells);
        }
        if let [only] = grid.as_slice()
            && only.len() == 1
        {
            return self.prose.paragraph(&only[0]);
        }
        self.prose.table(&grid);
    }
}

/// Sets the number that the next item of a level has; those of the levels below begin anew.
fn set(next: &mut Vec<usize>, level: usize, number: usize) {
    next.resize(level, 0);
    next.push(number);
}

/// Text with runs of white space as one blank; none where one stands before.
fn folded(text: &str, mut after_blank: bool) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        let is_blank = matches!(c, ' ' | '\t' | '\n' | '\r');
        if !is_blank {
            out.push(c);
        } else if !after_blank {
            out.push(' ');
        }
        after_blank = is_blank;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The Markdown of a text, and how many of its characters are hidden or perhaps so.
    fn check(text: &str, expected: &str, n_hidden: usize, n_doubtful: usize) {
        let styles = "<styles><style style:name='white'><text-properties fo:color='#ffffff'/></style>\
            <style style:name='child' style:parent-style-name='white'/>\
            <style style:name='small'><text-properties fo:font-size='1pt'/></style>\
            <style style:name='gone'><text-properties text:display='none'/></style>\
            <style style:name='blue'><table-cell-properties fo:background-color='#000080'/></style>\
            <style style:name='band'><paragraph-properties fo:background-color='#101010'/><text-properties fo:color='#ffffff'/></style>\
            <style style:name='box'><graphic-properties draw:fill='solid' draw:fill-color='#202020'/></style>\
            <list-style style:name='L'><list-level-style-number text:level='1' style:num-format='1'/>\
            <list-level-style-bullet text:level='2'/><list-level-style-number text:level='3' style:num-format='a'/></list-style></styles>";
        let mut writer = Writer::default();
        writer.styles.learn(&Element::parse("styles", styles).unwrap().0);
        writer.blocks(&Element::parse("text", text).unwrap().0);
        let unseen = Unseen { n_hidden, n_doubtful };
        assert_eq!((writer.prose.finish().trim_end(), writer.unseen), (expected, unseen), "{text}");
    }

    #[test]
    fn text_that_nobody_sees_is_counted() {
        let span = |style: &str| format!("<p>a<span text:style-name='{style}'> not me</span></p>");
        for style in ["white", "child", "small", "gone"] {
            check(&span(style), "a", 5, 0);
            check(&format!("<p text:style-name='{style}'>not me</p><p>b</p>"), "b", 5, 0);
        }
        check(&span("blue"), "a not me", 0, 0);
        check("<p text:style-name='band'>a</p>", "a", 0, 0);
        check("<section text:display='none'><p>a b</p></section><p>c</p>", "c", 2, 0);
        let cell = |style: &str| {
            format!("<table-cell table:style-name='{style}'><p text:style-name='white'>a</p></table-cell>")
        };
        check(
            &format!("<table><table-row>{}{}</table-row></table>", cell("blue"), cell("none")),
            "| a |\n| --- |",
            1,
            0,
        );
        let frame = |style: &str| {
            format!("<frame draw:style-name='{style}'><text-box><p text:style-name='white'>a</p></text-box></frame>")
        };
        check(&frame("box"), "a", 0, 0);
        check(&frame("none"), "a", 0, 1);
    }

    #[test]
    fn lists_keep_their_depth_and_their_numbers() {
        check(
            "<list text:style-name='L' xml:id='one'><list-item><p>a</p></list-item><list-item><p>b</p><list><list-item><p>c</p></list-item></list></list-item></list>\
             <list text:style-name='L'><list-item><list><list-item><list><list-item><p>d</p></list-item></list></list-item></list></list-item></list>\
             <list text:style-name='L' text:continue-list='one'><list-item><p>e</p></list-item></list>",
            "1. a\n2. b\n   - c\n     1. d\n3. e",
            0,
            0,
        );
        check(
            "<list text:style-name='L'><list-item text:start-value='4'><p>a</p></list-item></list><p>b</p>\
             <list text:style-name='L'><list-item><p>c</p></list-item></list><p>d</p>\
             <list text:style-name='L' text:continue-numbering='true'><list-item><p>e</p></list-item></list>",
            "4. a\n\nb\n\n1. c\n\nd\n\n2. e",
            0,
            0,
        );
    }

    #[test]
    fn names_that_no_style_defines_and_indents_of_code_are_kept() {
        check("<p text:style-name='Title'>Grand</p>", "# Grand", 0, 0);
        check(
            "<p text:style-name='Source_20_Code'>if x:<line-break/> <s text:c='3'/>y<line-break/><span> <s/></span>z</p>",
            "```\nif x:\n    y\n  z\n```",
            0,
            0,
        );
        check("<p>a<line-break/> b</p>", "a\nb", 0, 0);
    }
}
