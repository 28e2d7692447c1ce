//! Slides of `PowerPoint` (ECMA-376, `PresentationML`): a section a slide, in the order of the show.

use std::collections::BTreeMap;

use super::package::{Content, Package, Relation, content};
use super::prose::{Look, Mark, Prose, Words};
use super::xml::Element;
use super::{finish, properties, slides, some};
use crate::content::Kind;
use crate::gather::{Confidence, Error, Format, Input, Reading};

pub(crate) const FORMAT: Format = Format {
    name: "pptx",
    kind: Kind::Text,
    about: "PowerPoint slides (pptx) with tables and notes, a section a slide",
    extensions: &["pptx", "pptm", "ppsx"],
    sniff,
    read,
    stream: None,
};

fn sniff(input: &Input) -> Confidence {
    if content(input) == Some(Content::Pptx) { Confidence::Certain } else { Confidence::No }
}

fn read(input: &Input) -> Result<Reading, Error> {
    let mut package = Package::open(input)?;
    let main = package.main()?;
    let show = package.xml(&main)?.unwrap_or_default();
    let relations = package.relations(&main)?;
    let mut writer = Writer::default();
    let mut n_hidden = 0;
    let order: Vec<String> = show
        .find("sldIdLst")
        .map(|list| list.all("sldId"))
        .unwrap_or_default()
        .into_iter()
        .filter_map(|slide| Some(relations.get(slide.attribute("r:id")?)?.target.clone()))
        .collect();
    for (index, path) in order.iter().enumerate() {
        let Some(slide) = package.xml(path)? else { continue };
        n_hidden += usize::from(slide.find("sld").and_then(|slide| slide.attribute("show")) == Some("0"));
        writer.relations = package.relations(path)?;
        let notes = writer.relations.values().find(|relation| relation.kind == "notesSlide").map(|r| r.target.clone());
        let notes = notes.map(|path| package.xml(&path)).transpose()?.flatten();
        writer.n_comments += writer.relations.values().filter(|relation| relation.kind == "comments").count();
        writer.slide(index + 1, &slide, notes.as_ref());
    }
    let mut found = properties(&mut package)?;
    found.count(n_hidden, "hidden slides among them");
    found.count(writer.n_comments, "slides with comments, which are left out");
    found.count(writer.n_pictures, "pictures left out");
    found.count(writer.n_charts, "charts and diagrams left out");
    found.text = writer.prose.finish();
    finish(input, &FORMAT, found, &package)
}

#[derive(Default)]
struct Writer {
    prose: Prose,
    relations: BTreeMap<String, Relation>,
    n_comments: usize,
    n_pictures: usize,
    n_charts: usize,
}

/// What a shape is a place for.
fn place(shape: &Element) -> Option<&str> {
    shape.find("nvPr")?.child("ph").map(|place| place.attribute("type").unwrap_or("body"))
}

impl Writer {
    fn slide(&mut self, number: usize, slide: &Element, notes: Option<&Element>) {
        let shapes = slide.find("spTree").cloned().unwrap_or_default();
        let title = shapes.all("sp").into_iter().find(|shape| matches!(place(shape), Some("title" | "ctrTitle")));
        let words = title.map(|title| {
            let mut words = Words::default();
            for paragraph in title.all("p") {
                self.runs(paragraph, &mut words);
                words.push(" ", Look::default(), None);
            }
            words
        });
        slides::begin(&mut self.prose, number, words.as_ref());
        self.shapes(&shapes);
        let spoken = notes.map(|notes| notes.all("sp")).unwrap_or_default();
        let lines: Vec<String> = spoken
            .into_iter()
            .filter(|shape| place(shape) == Some("body"))
            .flat_map(|shape| shape.all("p"))
            .map(|paragraph| {
                let mut words = Words::default();
                self.runs(paragraph, &mut words);
                words.markdown()
            })
            .collect();
        slides::notes(&mut self.prose, &lines);
    }

    fn shapes(&mut self, parent: &Element) {
        for shape in parent.elements() {
            match shape.name.as_str() {
                "sp" | "cxnSp" => match place(shape) {
                    Some("title" | "ctrTitle" | "dt" | "ftr" | "sldNum") => {}
                    place => self.text(shape, matches!(place, Some("body" | "obj"))),
                },
                "grpSp" => self.shapes(shape),
                "AlternateContent" => {
                    if let Some(choice) = shape.elements().next() {
                        self.shapes(choice);
                    }
                }
                "graphicFrame" => match shape.find("tbl") {
                    Some(table) => self.table(table),
                    None => self.n_charts += 1,
                },
                "pic" => {
                    self.n_pictures += 1;
                    let described = shape.find("cNvPr").and_then(|properties| properties.attribute("descr"));
                    if let Some(described) = described.and_then(some) {
                        self.prose.paragraph(&format!("[picture: {described}]"));
                    }
                }
                _ => {}
            }
        }
    }

    /// The paragraphs of a shape; in the places for text they are items unless they say otherwise.
    fn text(&mut self, shape: &Element, is_list: bool) {
        let Some(body) = shape.child("txBody") else { return };
        let mut numbers: BTreeMap<usize, usize> = BTreeMap::new();
        for paragraph in body.elements().filter(|element| element.name == "p") {
            let mut words = Words::default();
            self.runs(paragraph, &mut words);
            if words.is_blank() {
                continue;
            }
            let properties = paragraph.child("pPr");
            let level = properties.and_then(|p| p.attribute("lvl")).and_then(|level| level.parse().ok()).unwrap_or(0);
            let has = |name: &str| properties.is_some_and(|properties| properties.child(name).is_some());
            numbers.retain(|at, _| *at <= level);
            if has("buAutoNum") {
                let number = numbers.entry(level).or_insert(0);
                *number += 1;
                let number = *number;
                self.prose.item(level, Mark::Number(number), &words.markdown());
            } else if has("buNone") || !(is_list || has("buChar") || has("buBlip")) {
                self.prose.paragraph(&words.markdown());
            } else {
                self.prose.item(level, Mark::Bullet, &words.markdown());
            }
        }
    }

    fn runs(&self, paragraph: &Element, words: &mut Words) {
        for run in paragraph.elements() {
            match run.name.as_str() {
                "r" | "fld" => {
                    let properties = run.child("rPr");
                    let on = |name: &str| {
                        properties.and_then(|p| p.attribute(name)).is_some_and(|v| matches!(v, "1" | "true"))
                    };
                    let struck =
                        properties.and_then(|p| p.attribute("strike")).is_some_and(|strike| strike != "noStrike");
                    let look = Look { bold: on("b"), italic: on("i"), strike: struck, code: false };
                    let id = properties.and_then(|p| p.child("hlinkClick")).and_then(|link| link.attribute("r:id"));
                    let link = id.and_then(|id| self.relations.get(id)).filter(|target| target.is_external);
                    let text = run.child("t").map(Element::text).unwrap_or_default();
                    words.push(&text, look, link.map(|link| link.target.as_str()));
                }
                "br" => words.push("\n", Look::default(), None),
                "m" | "AlternateContent" => {
                    if let Some(formula) = run.find("oMath") {
                        words.push(&format!("${}$", super::formula::words(formula)), Look::default(), None);
                    }
                }
                _ => {}
            }
        }
    }

    fn table(&mut self, table: &Element) {
        let mut grid = Vec::new();
        for row in table.all("tr") {
            let cells = row.elements().filter(|cell| cell.name == "tc").map(|cell| {
                let is_merged = ["hMerge", "vMerge"]
                    .iter()
                    .any(|name| cell.attribute(name).is_some_and(|value| matches!(value, "1" | "true")));
                if is_merged {
                    return String::new();
                }
                let mut parts = Vec::new();
                for paragraph in cell.all("p") {
                    let mut words = Words::default();
                    self.runs(paragraph, &mut words);
                    parts.push(words.markdown());
                }
                parts.join(" ")
            });
            grid.push(cells.collect());
        }
        self.prose.table(&grid);
    }
}
