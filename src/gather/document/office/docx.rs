//! Word documents (ECMA-376, `WordprocessingML`): headings by their styles, lists by their numbering.
//!
//! Of tracked changes the final text is read, comments and pictures are counted, notes stand at the
//! end, formulas become their words. Read from documents of Word, `LibreOffice` and pandoc.

use super::package::{Content, Package, Relation, content};
use super::prose::{Look, Mark, Prose, Words};
use super::styles::{Numbering, Role, Style, Styles};
use super::xml::{Element, Node};
use super::{Found, finish, formula, properties};
use crate::content::Kind;
use crate::gather::{Confidence, Error, Format, Input, Reading};
use std::collections::BTreeMap;

pub(crate) const FORMAT: Format = Format {
    name: "docx",
    kind: Kind::Essay,
    about: "Word documents (docx): headings, lists, tables, links, notes; final text of tracked changes",
    extensions: &["docx", "docm", "dotx"],
    sniff,
    read,
    stream: None,
};

fn sniff(input: &Input) -> Confidence {
    if content(input) == Some(Content::Docx) { Confidence::Certain } else { Confidence::No }
}

fn read(input: &Input) -> Result<Reading, Error> {
    let mut package = Package::open(input)?;
    let main = package.main()?;
    let Some(root) = package.xml(&main)? else {
        return Err(Error::Malformed {
            name: input.name.to_owned(),
            format: FORMAT.name,
            reason: "its main part is missing",
        });
    };
    let relations = package.relations(&main)?;
    let part = |package: &mut Package, kind: &str| -> Result<Element, Error> {
        let path = relations.values().find(|relation| relation.kind == kind).map(|relation| relation.target.clone());
        Ok(path.map(|path| package.xml(&path)).transpose()?.flatten().unwrap_or_default())
    };
    let styles = Styles::read(&part(&mut package, "styles")?);
    let numbering = Numbering::read(&part(&mut package, "numbering")?);
    let notes = [part(&mut package, "footnotes")?, part(&mut package, "endnotes")?];
    let mut writer = Writer { styles, numbering, relations, ..Writer::default() };
    writer.blocks(root.find("body").unwrap_or(&root));
    writer.notes(&notes);
    let mut found = properties(&mut package)?;
    writer.tell(&mut found);
    found.text = writer.prose.finish();
    finish(input, &FORMAT, found, &package)
}

#[derive(Default)]
struct Writer {
    styles: Styles,
    numbering: Numbering,
    relations: BTreeMap<String, Relation>,
    prose: Prose,
    /// Notes in the order they are named: which of the two parts, and the id in it.
    named: Vec<(usize, String)>,
    /// Fields that are open: what they are told to do, and whether their result has begun.
    fields: Vec<(String, bool)>,
    n_comments: usize,
    n_changes: usize,
    n_pictures: usize,
}

impl Writer {
    fn tell(&self, found: &mut Found) {
        found.count(self.n_comments, "comments left out");
        found.count(self.n_changes, "tracked changes read as their final text");
        found.count(self.n_pictures, "pictures left out");
    }

    fn blocks(&mut self, parent: &Element) {
        for element in parent.elements() {
            match element.name.as_str() {
                "p" => self.paragraph(element),
                "tbl" => self.table(element),
                "del" | "moveFrom" => self.n_changes += 1,
                // The same in two forms: the first is the one for newer programs.
                "AlternateContent" => {
                    if let Some(choice) = element.elements().next() {
                        self.blocks(choice);
                    }
                }
                "sdt" | "sdtContent" | "ins" | "moveTo" | "customXml" | "smartTag" | "txbxContent" => {
                    self.blocks(element);
                }
                _ => {}
            }
        }
    }

    fn paragraph(&mut self, paragraph: &Element) {
        let properties = paragraph.child("pPr");
        let style =
            properties.and_then(|p| value(p, "pStyle")).and_then(|id| self.styles.of(id)).cloned().unwrap_or_default();
        let own_level = properties.and_then(|p| value(p, "outlineLvl")).and_then(|level| level.parse().ok());
        let mut words = Words::default();
        let mut boxes = Vec::new();
        self.inline(paragraph, style.look, None, &mut words, &mut boxes);
        let numbered = properties.and_then(|p| p.child("numPr")).map_or(style.list.clone(), |own| {
            let level = value(own, "ilvl").and_then(|level| level.parse().ok()).unwrap_or(0);
            value(own, "numId").map(str::to_owned).or(style.list.clone().map(|(id, _)| id)).map(|id| (id, level))
        });
        let role = own_level.filter(|level| *level < 9).map_or(style.role, |level: usize| Role::Heading(level + 1));
        match (role, numbered) {
            (Role::Contents, _) => {}
            (Role::Heading(level), _) => self.prose.heading(level, &words.calm().markdown()),
            (Role::Code, _) => {
                for line in words.plain().split('\n') {
                    self.prose.code(line.trim_end());
                }
            }
            (_, Some((id, level))) if id != "0" && !words.is_blank() => {
                let (mark, depth) = self.numbering.next(&id, level);
                match mark {
                    Some(mark) => self.prose.item(depth, mark, &words.markdown()),
                    None => self.prose.more(depth, &words.markdown()),
                }
            }
            (Role::Quote, _) => self.prose.quote(&words.markdown()),
            (Role::Bullet(level), _) if !words.is_blank() => self.prose.item(level, Mark::Bullet, &words.markdown()),
            _ => self.prose.paragraph(&words.markdown()),
        }
        for text_box in boxes {
            self.blocks(text_box);
        }
    }

    /// Adds the words in an element; `boxes` are texts that stand beside the paragraph.
    fn inline<'a>(
        &mut self,
        parent: &'a Element,
        look: Look,
        link: Option<&str>,
        words: &mut Words,
        boxes: &mut Vec<&'a Element>,
    ) {
        for element in parent.elements() {
            match element.name.as_str() {
                "r" => self.run(element, look, link, words, boxes),
                "hyperlink" => {
                    let target = element.attribute("r:id").and_then(|id| self.relations.get(id));
                    let url = target.filter(|target| target.is_external).map(|target| target.target.clone());
                    self.inline(element, look, url.as_deref().or(link), words, boxes);
                }
                "fldSimple" => {
                    let url = element.attribute("instr").and_then(field_link);
                    self.inline(element, look, url.as_deref().or(link), words, boxes);
                }
                "del" | "moveFrom" => self.n_changes += 1,
                "ins" | "moveTo" => {
                    self.n_changes += 1;
                    self.inline(element, look, link, words, boxes);
                }
                "oMath" | "oMathPara" => words.push(&format!("${}$", formula::words(element)), look, link),
                "smartTag" | "sdt" | "sdtContent" | "customXml" | "bdo" | "dir" => {
                    self.inline(element, look, link, words, boxes);
                }
                "AlternateContent" => {
                    if let Some(choice) = element.elements().next() {
                        self.inline(choice, look, link, words, boxes);
                    }
                }
                _ => {}
            }
        }
    }

    fn run<'a>(
        &mut self,
        run: &'a Element,
        base: Look,
        link: Option<&str>,
        words: &mut Words,
        boxes: &mut Vec<&'a Element>,
    ) {
        let properties = run.child("rPr");
        let mut look = base;
        if let Some(properties) = properties {
            if let Some(style) = value(properties, "rStyle").and_then(|id| self.styles.of(id)) {
                look = style.look.over(look);
            }
            look = Style::look(properties).over(look);
            if properties.child("vanish").is_some_and(is_on) {
                return;
            }
        }
        // Between `begin` and `separate` of a field stands what it is told to do.
        let is_told = self.fields.last().is_some_and(|(_, has_result)| !has_result);
        let field = self.fields.iter().rev().find_map(|(told, _)| field_link(told));
        let link = field.as_deref().or(link);
        let mut last_of_run = String::new();
        for node in &run.children {
            let Node::Element(element) = node else { continue };
            match element.name.as_str() {
                "fldChar" => match element.attribute("fldCharType") {
                    Some("begin") => self.fields.push((String::new(), false)),
                    Some("separate") => {
                        if let Some(field) = self.fields.last_mut() {
                            field.1 = true;
                        }
                    }
                    _ => {
                        self.fields.pop();
                    }
                },
                "instrText" => {
                    if let Some((told, _)) = self.fields.last_mut() {
                        told.push_str(&element.text());
                    }
                }
                "t" if !is_told => last_of_run.push_str(&element.text()),
                "tab" | "ptab" => last_of_run.push('\t'),
                "br" | "cr" => last_of_run.push('\n'),
                "noBreakHyphen" => last_of_run.push('\u{2011}'),
                "sym" => last_of_run.push_str(element.attribute("char").map_or("", symbol)),
                "footnoteReference" | "endnoteReference" => {
                    let part = usize::from(element.name.starts_with("end"));
                    let id = element.attribute("id").unwrap_or_default().to_owned();
                    self.named.push((part, id));
                    last_of_run.push_str(&format!("[^{}]", self.named.len()));
                }
                "commentReference" => self.n_comments += 1,
                "drawing" | "pict" | "object" => self.picture(element, &mut last_of_run, boxes),
                "AlternateContent" => {
                    if let Some(choice) = element.elements().next() {
                        for inside in choice.elements() {
                            self.picture(inside, &mut last_of_run, boxes);
                        }
                    }
                }
                _ => {}
            }
        }
        words.push(&last_of_run, look, link);
    }

    /// A picture gives its description, a text box its text.
    fn picture<'a>(&mut self, drawing: &'a Element, out: &mut String, boxes: &mut Vec<&'a Element>) {
        let texts = drawing.all("txbxContent");
        if !texts.is_empty() {
            boxes.extend(texts);
            return;
        }
        self.n_pictures += 1;
        let described = drawing.find("docPr").and_then(|element| element.attribute("descr"));
        if let Some(words) = described.map(str::trim).filter(|words| !words.is_empty()) {
            out.push_str(&format!("[picture: {}]", crate::content::line(words)));
        }
    }

    fn table(&mut self, table: &Element) {
        let rows = direct(table, "tr");
        if let [only] = rows.as_slice()
            && let [cell] = direct(only, "tc").as_slice()
        {
            // A frame around text, not a table.
            return self.blocks(cell);
        }
        let mut grid = Vec::new();
        for row in rows {
            let mut cells = Vec::new();
            for cell in direct(row, "tc") {
                let properties = cell.child("tcPr");
                let span =
                    properties.and_then(|p| value(p, "gridSpan")).and_then(|n| n.parse().ok()).unwrap_or(1_usize);
                let merge = properties.and_then(|p| p.child("vMerge"));
                let continues = merge.is_some_and(|merge| merge.attribute("val") != Some("restart"));
                cells.push(if continues { String::new() } else { self.cell(cell) });
                cells.extend(std::iter::repeat_n(String::new(), span.clamp(1, 64) - 1));
            }
            grid.push(cells);
        }
        self.prose.table(&grid);
    }

    /// The text of a cell on one line.
    fn cell(&mut self, cell: &Element) -> String {
        let mut parts = Vec::new();
        for paragraph in cell.all("p") {
            let mut words = Words::default();
            self.inline(paragraph, Look::default(), None, &mut words, &mut Vec::new());
            parts.push(words.markdown().trim().to_owned());
        }
        parts.retain(|part| !part.is_empty());
        parts.join(" ")
    }

    fn notes(&mut self, parts: &[Element; 2]) {
        let mut at = 0;
        // A note may name another.
        while let Some((part, id)) = self.named.get(at).cloned() {
            at += 1;
            let name = ["footnote", "endnote"][part];
            let notes = parts[part].all(name);
            let text = notes.into_iter().find(|note| note.attribute("id") == Some(&id)).map(|note| self.cell(note));
            if let Some(text) = text.filter(|text| !text.is_empty()) {
                self.prose.block(&format!("[^{at}]: {text}"));
            }
        }
    }
}

/// The elements of a name right inside, and inside of wrappers that mean nothing.
fn direct<'a>(parent: &'a Element, name: &str) -> Vec<&'a Element> {
    let mut found = Vec::new();
    for element in parent.elements() {
        match element.name.as_str() {
            own if own == name => found.push(element),
            "sdt" | "sdtContent" | "ins" | "customXml" => found.extend(direct(element, name)),
            _ => {}
        }
    }
    found
}

/// The `val` of a property.
pub(super) fn value<'a>(properties: &'a Element, name: &str) -> Option<&'a str> {
    properties.child(name).and_then(|property| property.attribute("val"))
}

/// Whether a property that is there is on.
pub(super) fn is_on(property: &Element) -> bool {
    !matches!(property.attribute("val"), Some("0" | "false" | "off" | "none"))
}

/// The address of a `HYPERLINK` field.
fn field_link(told: &str) -> Option<String> {
    let rest = told.trim_start().strip_prefix("HYPERLINK")?.trim_start();
    let url = rest.strip_prefix('"')?.split('"').next()?;
    (!url.is_empty()).then(|| url.to_owned())
}

/// Signs of the fonts Symbol and Wingdings that people use as bullets and boxes.
fn symbol(code: &str) -> &'static str {
    match code.to_ascii_uppercase().as_str() {
        "F0FE" | "F052" | "F0FD" => "☒",
        "F0A8" | "F06F" => "☐",
        "F0E0" => "→",
        "F0DF" => "←",
        "F0FC" => "✓",
        "F0B7" | "F0A7" => "•",
        "F04A" => "☺",
        _ => "",
    }
}
