//! What the three kinds of `OpenDocument` files share: styles, paragraphs, lists and tables
//! (OASIS `OpenDocument` 1.3, part 3).

use std::collections::BTreeMap;

use super::package::Package;
use super::prose::{Look, Mark, Prose, Words};
use super::styles::is_monospaced;
use super::xml::{Element, Node};
use super::{Found, some};
use crate::content::line;
use crate::gather::Error;

/// What a style says of words, of a paragraph and of a list.
#[derive(Debug, Clone, Default)]
struct Style {
    parent: Option<String>,
    name: String,
    bold: Option<bool>,
    italic: Option<bool>,
    strike: Option<bool>,
    code: Option<bool>,
}

/// Writes the content of an `OpenDocument` file.
#[derive(Default)]
pub(super) struct Writer {
    styles: BTreeMap<String, Style>,
    /// For each list style, whether its levels are numbered and where they start.
    lists: BTreeMap<String, BTreeMap<usize, Option<usize>>>,
    /// Formulas by the folder they lie in.
    formulas: BTreeMap<String, String>,
    pub(super) prose: Prose,
    notes: Vec<String>,
    n_comments: usize,
    n_pictures: usize,
    n_changes: usize,
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
        for root in [package.xml("styles.xml")?.unwrap_or_default(), content.clone()] {
            writer.learn(&root);
        }
        let objects = content.all("object");
        for href in objects.iter().filter_map(|object| object.attribute("href")) {
            let folder = href.trim_start_matches("./");
            if let Ok(Some(object)) = package.xml(&format!("{folder}/content.xml")) {
                let annotation = object.find("annotation").map(Element::text);
                let words = annotation.unwrap_or_else(|| object.text());
                writer.formulas.insert(href.to_owned(), line(&words));
            }
        }
        Ok((writer, content))
    }

    pub(super) fn tell(&self, found: &mut Found) {
        found.count(self.n_comments, "comments left out");
        found.count(self.n_changes, "tracked changes read as their final text");
        found.count(self.n_pictures, "pictures left out");
    }

    fn learn(&mut self, root: &Element) {
        for style in root.all("style") {
            let Some(id) = style.attribute("style:name") else { continue };
            let text = style.child("text-properties");
            let of = |name: &str| text.and_then(|properties| properties.attribute(name));
            let font = of("font-name").or(of("fo:font-family"));
            let learned = Style {
                parent: style.attribute("parent-style-name").map(str::to_owned),
                name: style.attribute("display-name").unwrap_or(id).replace("_20_", " "),
                bold: of("fo:font-weight").map(|weight| matches!(weight, "bold" | "600" | "700" | "800" | "900")),
                italic: of("fo:font-style").map(|style| matches!(style, "italic" | "oblique")),
                strike: of("text-line-through-style").map(|style| style != "none"),
                code: font.map(is_monospaced),
            };
            self.styles.insert(id.to_owned(), learned);
        }
        for list in root.all("list-style") {
            let Some(id) = list.attribute("style:name") else { continue };
            let levels = list.elements().filter_map(|level| {
                let at: usize = level.attribute("text:level")?.parse().ok()?;
                let start = level.attribute("start-value").and_then(|start| start.parse().ok()).unwrap_or(1);
                let is_numbered = level.name == "list-level-style-number"
                    && level.attribute("num-format").is_some_and(|f| !f.is_empty());
                Some((at.saturating_sub(1), is_numbered.then_some(start)))
            });
            self.lists.insert(id.to_owned(), levels.collect());
        }
    }

    /// The style and those it inherits from, nearest first.
    fn chain(&self, id: Option<&str>) -> Vec<&Style> {
        let mut found = Vec::new();
        let mut next = id;
        while let Some(style) = next.and_then(|id| self.styles.get(id)).filter(|_| found.len() < 16) {
            found.push(style);
            next = style.parent.as_deref();
        }
        found
    }

    fn look(&self, id: Option<&str>, under: Look) -> Look {
        let chain = self.chain(id);
        let of =
            |get: fn(&Style) -> Option<bool>, under: bool| chain.iter().find_map(|style| get(style)).unwrap_or(under);
        let is_source =
            chain.iter().any(|style| matches!(style.name.as_str(), "Source Text" | "Teletype" | "User Entry"));
        let is_strong = chain.iter().any(|style| style.name.starts_with("Strong"));
        let is_emphasis = chain.iter().any(|style| style.name == "Emphasis");
        Look {
            bold: of(|style| style.bold, under.bold || is_strong),
            italic: of(|style| style.italic, under.italic || is_emphasis),
            strike: of(|style| style.strike, under.strike),
            code: of(|style| style.code, under.code) || is_source,
        }
    }

    /// Whether a paragraph style or one above it has one of these names.
    fn is_named(&self, id: Option<&str>, names: &[&str]) -> bool {
        self.chain(id).iter().any(|style| names.contains(&style.name.as_str()))
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
                "list" => self.list(element, 0, element.attribute("text:style-name"), None),
                "table" => self.table(element),
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
        if self.is_named(style, &["Preformatted Text", "Source Code"]) {
            let words = self.words(element);
            for line in words.plain().split('\n') {
                self.prose.code(line.trim_end());
            }
        } else {
            let words = self.words(element);
            if self.is_named(style, &["Title"]) {
                self.prose.heading(1, &words.calm().markdown());
            } else if self.is_named(style, &["Quotations", "Quotation", "Block Text"]) {
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
        for text_box in frame.all("text-box") {
            self.blocks(text_box);
        }
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
            self.blocks(element);
        }
    }

    pub(super) fn list(&mut self, list: &Element, level: usize, style: Option<&str>, above: Option<&str>) {
        let style = style.or(above);
        let level_of = |lists: &BTreeMap<String, BTreeMap<usize, Option<usize>>>| {
            style.and_then(|style| lists.get(style)).and_then(|levels| levels.get(&level).copied()).flatten()
        };
        let mut number = level_of(&self.lists);
        for item in list.elements().filter(|item| matches!(item.name.as_str(), "list-item" | "list-header")) {
            if let Some(start) = item.attribute("start-value").and_then(|start| start.parse().ok()) {
                number = number.map(|_| start);
            }
            let mut is_first = true;
            for element in item.elements() {
                match element.name.as_str() {
                    "list" => {
                        self.list(
                            element,
                            level + usize::from(!is_first || level == 0),
                            element.attribute("text:style-name"),
                            style,
                        );
                    }
                    "p" | "h" => {
                        let words = self.words(element).markdown();
                        if words.trim().is_empty() {
                            continue;
                        }
                        if is_first && item.name == "list-item" {
                            self.prose.item(level, number.map_or(Mark::Bullet, Mark::Number), &words);
                            number = number.map(|number| number + 1);
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
        self.inline(element, Look::default(), None, &mut words);
        words
    }

    fn inline(&mut self, parent: &Element, look: Look, link: Option<&str>, words: &mut Words) {
        for node in &parent.children {
            let element = match node {
                // White space is one blank (part 3, 6.1.2).
                Node::Text(text) => {
                    let folded = folded(text, words.plain().ends_with(char::is_whitespace) || words.plain().is_empty());
                    words.push(&folded, look, link);
                    continue;
                }
                Node::Element(element) => element,
            };
            match element.name.as_str() {
                "span" => {
                    let look = self.look(element.attribute("text:style-name"), look);
                    self.inline(element, look, link, words);
                }
                "a" => {
                    let href = element.attribute("href").filter(|href| !href.starts_with('#'));
                    self.inline(element, look, href.or(link), words);
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
                        self.inline(base, look, link, words);
                    }
                }
                _ => self.inline(element, look, link, words),
            }
        }
    }

    /// A formula gives its words, a picture its description.
    fn picture(&mut self, frame: &Element, words: &mut Words, look: Look) {
        let formula =
            frame.find("object").and_then(|object| object.attribute("href")).and_then(|href| self.formulas.get(href));
        if let Some(formula) = formula {
            return words.push(&format!("${formula}$"), look, None);
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
                for paragraph in cell.all("p") {
                    parts.push(self.words(paragraph).markdown().trim().to_owned());
                }
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
