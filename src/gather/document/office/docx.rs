//! Word documents (ECMA-376, `WordprocessingML`): headings by their styles, lists by their numbering.
//!
//! Of tracked changes the final text is read; comments, pictures and text that nobody sees are
//! counted, notes stand at the end, formulas become their words. Read from documents of Word, `LibreOffice` and pandoc.

use super::package::{Content, Package, Relation, content};
use super::paint::{Ink, Paint, Seen, Unseen};
use super::prose::{Look, Mark, Prose, Words};
use super::styles::{self, Numbering, Role, Style, Styles};
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
    writer.paper = paper(&mut package, &root, &writer.relations);
    writer.blocks(root.find("body").unwrap_or(&root));
    writer.notes(&notes);
    let mut found = properties(&mut package)?;
    writer.tell(&mut found);
    found.text = writer.prose.finish();
    finish(input, &FORMAT, found, &package)
}

/// What the words of a document stand on: the color of its pages, or something that lies behind its text.
fn paper(package: &mut Package, root: &Element, relations: &BTreeMap<String, Relation>) -> Ink {
    let lies_behind =
        |root: &Element| root.all("anchor").iter().any(|anchor| anchor.attribute("behindDoc") == Some("1"));
    let page = root.child("document").unwrap_or(root).child("background").and_then(|page| page.attribute("color"));
    match page.map(Ink::hex) {
        Some(color @ Ink::Color(_)) => return color,
        _ if lies_behind(root) => return Ink::Unknown,
        _ => {}
    }
    let heads = relations.values().filter(|relation| matches!(relation.kind.as_str(), "header" | "footer"));
    let mut parts = heads.filter_map(|relation| package.xml(&relation.target).ok().flatten());
    if parts.any(|part| lies_behind(&part)) { Ink::Unknown } else { Ink::Auto }
}

/// How words stand that say nothing of it themselves.
#[derive(Debug, Clone, Copy, Default)]
struct Dress {
    look: Look,
    paint: Paint,
}

#[derive(Default)]
struct Writer {
    /// What the words at hand stand on.
    paper: Ink,
    unseen: Unseen,
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
        found.count_unseen(self.unseen);
    }

    /// Writes the blocks in an element that stand on something of their own.
    fn blocks_on(&mut self, paper: Ink, parent: &Element) {
        let outer = std::mem::replace(&mut self.paper, paper);
        self.blocks(parent);
        self.paper = outer;
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
        let dress = Dress { look: style.look, paint: self.paint(paragraph) };
        self.inline(paragraph, dress, None, &mut words, &mut boxes);
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
        for (text_box, paper) in boxes {
            self.blocks_on(paper, text_box);
        }
    }

    /// How the words of a paragraph are painted.
    fn paint(&self, paragraph: &Element) -> Paint {
        let properties = paragraph.child("pPr");
        let own = properties.map(styles::paint).unwrap_or_default();
        own.over(self.styles.paint(properties.and_then(|properties| value(properties, "pStyle"))))
    }

    /// Adds the words in an element; `boxes` are texts that stand beside the paragraph.
    fn inline<'a>(
        &mut self,
        parent: &'a Element,
        dress: Dress,
        link: Option<&str>,
        words: &mut Words,
        boxes: &mut Vec<(&'a Element, Ink)>,
    ) {
        for element in parent.elements() {
            match element.name.as_str() {
                "r" => self.run(element, dress, link, words, boxes),
                "hyperlink" => {
                    let target = element.attribute("r:id").and_then(|id| self.relations.get(id));
                    let url = target.filter(|target| target.is_external).map(|target| target.target.clone());
                    self.inline(element, dress, url.as_deref().or(link), words, boxes);
                }
                "fldSimple" => {
                    let url = element.attribute("instr").and_then(field_link);
                    self.inline(element, dress, url.as_deref().or(link), words, boxes);
                }
                "del" | "moveFrom" => self.n_changes += 1,
                "ins" | "moveTo" => {
                    self.n_changes += 1;
                    self.inline(element, dress, link, words, boxes);
                }
                "oMath" | "oMathPara" => words.push(&format!("${}$", formula::words(element)), dress.look, link),
                "smartTag" | "sdt" | "sdtContent" | "customXml" | "bdo" | "dir" => {
                    self.inline(element, dress, link, words, boxes);
                }
                "AlternateContent" => {
                    if let Some(choice) = element.elements().next() {
                        self.inline(choice, dress, link, words, boxes);
                    }
                }
                _ => {}
            }
        }
    }

    fn run<'a>(
        &mut self,
        run: &'a Element,
        base: Dress,
        link: Option<&str>,
        words: &mut Words,
        boxes: &mut Vec<(&'a Element, Ink)>,
    ) {
        let properties = run.child("rPr");
        let Dress { mut look, mut paint } = base;
        if let Some(properties) = properties {
            if let Some(style) = value(properties, "rStyle").and_then(|id| self.styles.of(id)) {
                look = style.look.over(look);
                paint = style.paint.over(paint);
            }
            look = Style::look(properties).over(look);
            paint = styles::paint(properties).over(paint);
        }
        let seen = paint.seen(self.paper);
        let is_seen = seen != Seen::Never;
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
                "footnoteReference" | "endnoteReference" if is_seen => {
                    let part = usize::from(element.name.starts_with("end"));
                    let id = element.attribute("id").unwrap_or_default().to_owned();
                    self.named.push((part, id));
                    last_of_run.push_str(&format!("[^{}]", self.named.len()));
                }
                "commentReference" => self.n_comments += 1,
                // A picture has colors of its own.
                "drawing" | "pict" | "object" if paint.is_hidden != Some(true) => {
                    self.picture(element, &mut last_of_run, boxes);
                }
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
        if self.unseen.reads(&last_of_run, seen) {
            words.push(&last_of_run, look, link);
        }
    }

    /// A picture gives its description, a text box its text.
    fn picture<'a>(&mut self, drawing: &'a Element, out: &mut String, boxes: &mut Vec<(&'a Element, Ink)>) {
        let texts = drawing.all("txbxContent");
        if !texts.is_empty() {
            // A box without a filling lies on whatever is there.
            let fills = ["solidFill", "gradFill", "blipFill", "pattFill"];
            let is_filled =
                drawing.all("spPr").iter().any(|shape| fills.iter().any(|fill| shape.child(fill).is_some()));
            let paper = if is_filled { Ink::Dyed } else { Ink::Unknown };
            boxes.extend(texts.into_iter().map(|text| (text, paper)));
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
            let paper = self.under(table, cell);
            return self.blocks_on(paper, cell);
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
                let paper = self.under(table, cell);
                let outer = std::mem::replace(&mut self.paper, paper);
                cells.push(if continues { String::new() } else { self.cell(cell) });
                self.paper = outer;
                cells.extend(std::iter::repeat_n(String::new(), span.clamp(1, 64) - 1));
            }
            grid.push(cells);
        }
        self.prose.table(&grid);
    }

    /// What the words of a cell stand on.
    fn under(&self, table: &Element, cell: &Element) -> Ink {
        let own = cell.child("tcPr").and_then(styles::shade).filter(|shade| *shade != Ink::Auto);
        let properties = table.child("tblPr");
        let style = properties.and_then(|properties| value(properties, "tblStyle"));
        let whole = properties.and_then(styles::shade).filter(|shade| *shade != Ink::Auto);
        match own.or(whole) {
            Some(shade) => shade,
            // Which of its cells a style shades, and those of a table within, are not followed.
            None if style.is_some_and(|id| self.styles.shades(id)) || cell.find("tbl").is_some() => Ink::Dyed,
            None => self.paper,
        }
    }

    /// The text of a cell on one line.
    fn cell(&mut self, cell: &Element) -> String {
        let mut parts = Vec::new();
        for paragraph in cell.all("p") {
            let mut words = Words::default();
            let dress = Dress { look: Look::default(), paint: self.paint(paragraph) };
            self.inline(paragraph, dress, None, &mut words, &mut Vec::new());
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

#[cfg(test)]
mod tests {
    use super::*;

    /// The Markdown of a body, how many characters of it are hidden, and how many perhaps.
    fn check(body: &str, expected: &str, n_hidden: usize, n_doubtful: usize) {
        let styles = "<styles><docDefaults><rPrDefault><rPr><sz w:val='22'/></rPr></rPrDefault></docDefaults>\
            <style w:styleId='Ghost' w:type='paragraph'><rPr><color w:val='FFFFFF'/></rPr></style>\
            <style w:styleId='Spirit' w:type='paragraph'><basedOn w:val='Ghost'/></style>\
            <style w:styleId='Grid' w:type='table'><tblStylePr w:type='firstRow'><tcPr><shd w:val='clear' w:fill='4472C4'/></tcPr></tblStylePr></style></styles>";
        let (styles, _) = Element::parse("styles", styles).unwrap();
        let (root, _) = Element::parse("body", body).unwrap();
        let mut writer = Writer { styles: Styles::read(&styles), ..Writer::default() };
        writer.blocks(&root);
        let unseen = Unseen { n_hidden, n_doubtful };
        assert_eq!((writer.prose.finish().trim_end(), writer.unseen), (expected, unseen), "{body}");
    }

    #[test]
    fn text_that_nobody_sees_is_counted() {
        let run = |properties: &str, text: &str| format!("<r><rPr>{properties}</rPr><t>{text}</t></r>");
        let paragraph = |properties: &str, runs: &str| format!("<p><pPr>{properties}</pPr><r><t>a</t></r>{runs}</p>");
        let white = "<color w:val='FFFFFF'/>";
        for (properties, expected, n_hidden) in [
            (white, "a", 5),
            ("<color w:val='FFFFFF' w:themeColor='background1'/>", "a", 5),
            ("<color w:val='auto'/>", "a not me", 0),
            ("<color w:val='FFFFFF'/><shd w:val='clear' w:fill='000080'/>", "a not me", 0),
            ("<color w:val='FFFFFF'/><highlight w:val='black'/>", "a not me", 0),
            ("<color w:val='FFFFFF'/><shd w:val='clear' w:fill='auto'/>", "a", 5),
            ("<sz w:val='2'/>", "a", 5),
            ("<sz w:val='8'/>", "a not me", 0),
            ("<vanish/>", "a", 5),
            ("<vanish w:val='0'/>", "a not me", 0),
        ] {
            check(
                &paragraph("", &run(properties, " not me")).replace("<t> ", "<t xml:space='preserve'> "),
                expected,
                n_hidden,
                0,
            );
        }
        check(&paragraph("<shd w:val='clear' w:fill='202020'/>", &run(white, "b")), "ab", 0, 0);
        check(&paragraph("<pStyle w:val='Spirit'/>", ""), "", 1, 0);
        check(&paragraph("<pStyle w:val='Spirit'/>", &run("<color w:val='000000'/>", "b")), "b", 1, 0);
    }

    #[test]
    fn white_on_a_dark_cell_is_seen() {
        let cell = |shade: &str, text: &str| {
            format!("<tc><tcPr>{shade}</tcPr><p><r><rPr><color w:val='FFFFFF'/></rPr><t>{text}</t></r></p></tc>")
        };
        let dark = "<shd w:val='clear' w:fill='1F3864'/>";
        let rows =
            format!("<tr>{}{}</tr><tr>{}{}</tr>", cell(dark, "a"), cell(dark, "b"), cell("", "c"), cell(dark, "d"));
        check(&format!("<tbl>{rows}</tbl>"), "| a | b |\n| --- | --- |\n| | d |", 1, 0);
        let styled = format!("<tbl><tblPr><tblStyle w:val='Grid'/></tblPr>{rows}</tbl>");
        check(&styled, "| a | b |\n| --- | --- |\n| c | d |", 0, 0);
        let text_box = |shape: &str| {
            format!(
                "<p><r><drawing><wsp><spPr>{shape}</spPr><txbxContent>{}</txbxContent></wsp></drawing></r></p>",
                cell("", "a").replace("tc>", "sdt>")
            )
        };
        check(&text_box("<solidFill/>"), "a", 0, 0);
        check(&text_box(""), "a", 0, 1);
    }
}
