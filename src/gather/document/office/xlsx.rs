//! Sheets of Excel (ECMA-376, `SpreadsheetML`): a section a sheet, values as they were last calculated.

use std::collections::BTreeMap;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::number::{self, Shape};
use super::package::{Content, Package, Relation, content};
use super::prose::Prose;
use super::table::{self, Sheet};
use super::xml::Element;
use super::{Found, finish, properties};
use crate::content::Kind;
use crate::gather::{Confidence, Error, Format, Input, Reading};

pub(crate) const FORMAT: Format = Format {
    name: "xlsx",
    kind: Kind::Data,
    about: "Excel sheets (xlsx) as tables, a section a sheet",
    extensions: &["xlsx", "xlsm", "xltx"],
    sniff,
    read,
    stream: None,
};

fn sniff(input: &Input) -> Confidence {
    if content(input) == Some(Content::Xlsx) { Confidence::Certain } else { Confidence::No }
}

fn read(input: &Input) -> Result<Reading, Error> {
    let mut package = Package::open(input)?;
    let main = package.main()?;
    let book = package.xml(&main)?.unwrap_or_default();
    let relations = package.relations(&main)?;
    let target = |kind: &str| relations.values().find(|relation| relation.kind == kind).map(|r| r.target.clone());
    let mut values = Values::default();
    if let Some(path) = target("sharedStrings") {
        let strings = package.xml(&path)?.unwrap_or_default();
        values.shared = strings.all("si").into_iter().map(shown).collect();
    }
    if let Some(path) = target("styles") {
        values.shapes = shapes(&package.xml(&path)?.unwrap_or_default());
    }
    values.from_1904 =
        book.find("workbookPr").and_then(|p| p.attribute("date1904")).is_some_and(|v| matches!(v, "1" | "true"));
    let mut found = properties(&mut package)?;
    let mut prose = Prose::default();
    let (mut n_hidden, mut n_comments) = (0, 0);
    for element in book.find("sheets").map(|sheets| sheets.all("sheet")).unwrap_or_default() {
        let name = element.attribute("name").unwrap_or("Sheet");
        n_hidden += usize::from(element.attribute("state").is_some_and(|state| state != "visible"));
        let Some(relation) = element.attribute("r:id").and_then(|id| relations.get(id)) else { continue };
        if relation.kind != "worksheet" {
            found.missing.push(format!("sheet {name} is a {} and left out", relation.kind));
            continue;
        }
        let beside = package.relations(&relation.target).unwrap_or_default();
        let comments = beside.values().find(|relation| relation.kind == "comments");
        let comments = comments.and_then(|relation| package.xml(&relation.target).ok().flatten());
        n_comments += comments.map_or(0, |comments| comments.all("comment").len());
        one(&mut package, &relation.target, name, &values, &beside, (&mut prose, &mut found));
    }
    found.count(n_hidden, "hidden sheets among them");
    found.count(n_comments, "comments left out");
    found.text = prose.finish();
    finish(input, &FORMAT, found, &package)
}

/// Writes one sheet; one that cannot be read does not lose the others.
fn one(
    package: &mut Package,
    path: &str,
    name: &str,
    values: &Values,
    beside: &BTreeMap<String, Relation>,
    (prose, found): (&mut Prose, &mut Found),
) {
    match package.text(path) {
        Ok(Some(text)) => table::write(prose, found, name, &values.sheet(&text, beside)),
        Ok(None) => found.missing.push(format!("sheet {name} is missing")),
        Err(error) => found.missing.push(format!("sheet {name} left out: {}", package.without_name(&error))),
    }
}

/// The words of a shared string; what says how they sound is not among them.
fn shown(string: &Element) -> String {
    let runs = string.elements().filter(|element| matches!(element.name.as_str(), "t" | "r"));
    runs.map(|run| if run.name == "t" { run.text() } else { run.child("t").map(Element::text).unwrap_or_default() })
        .collect()
}

/// What each cell format makes of a number (18.8.10, 18.8.30).
fn shapes(styles: &Element) -> Vec<Shape> {
    let id = |element: &Element| element.attribute("numFmtId").and_then(|id| id.parse::<usize>().ok());
    let formats = styles.all("numFmt").into_iter();
    let custom: BTreeMap<usize, Shape> =
        formats.filter_map(|format| Some((id(format)?, number::shape(format.attribute("formatCode")?)))).collect();
    let formats = styles.find("cellXfs").map(|formats| formats.all("xf")).unwrap_or_default();
    let shape = |id: usize| custom.get(&id).copied().unwrap_or_else(|| number::built_in(id));
    formats.into_iter().map(|format| shape(id(format).unwrap_or(0))).collect()
}

/// What the cells of all sheets refer to.
#[derive(Debug, Default)]
pub(super) struct Values {
    pub(super) shared: Vec<String>,
    /// What each cell format makes of a number.
    pub(super) shapes: Vec<Shape>,
    pub(super) from_1904: bool,
}

/// A cell that is open.
#[derive(Debug, Default)]
struct Cell {
    column: usize,
    kind: String,
    format: usize,
    text: String,
    /// How its value is calculated, if it is.
    formula: Option<String>,
}

impl Values {
    /// The cells of a sheet; `beside` says where its links lead.
    fn sheet(&self, text: &str, beside: &BTreeMap<String, Relation>) -> Sheet {
        let mut reader = Reader::from_str(text);
        reader.config_mut().check_end_names = false;
        let mut sheet = Sheet::default();
        let (mut row, mut next_row) = (0, 0);
        let mut cell = Cell::default();
        let mut takes = Takes::Nothing;
        // What comes after a slip of the XML is not there; the cells before it are.
        while let Ok(event) = reader.read_event() {
            match event {
                Event::Start(start) | Event::Empty(start) => match start.local_name().as_ref() {
                    "row" => {
                        row = attribute(&start, "r")
                            .and_then(|r| r.parse().ok())
                            .map_or(next_row, |r: usize| r.max(1) - 1);
                        next_row = row + 1;
                        cell = Cell { column: usize::MAX, ..Cell::default() };
                    }
                    "c" => {
                        let column =
                            attribute(&start, "r").and_then(|r| column(&r)).unwrap_or(cell.column.wrapping_add(1));
                        cell = Cell {
                            column,
                            kind: attribute(&start, "t").unwrap_or_default(),
                            format: attribute(&start, "s").and_then(|s| s.parse().ok()).unwrap_or(0),
                            ..Cell::default()
                        };
                    }
                    "f" => {
                        cell.formula = Some(String::new());
                        takes = Takes::Formula;
                    }
                    "hyperlink" => link(&start, beside, &mut sheet),
                    name => takes = if matches!(name, "v" | "t") { Takes::Value } else { Takes::Nothing },
                },
                Event::Text(text) => cell.take(takes, &text),
                Event::CData(text) => cell.take(takes, &text),
                Event::GeneralRef(name) if takes != Takes::Nothing => {
                    let (root, _) = Element::parse("", &format!("&{};", &*name)).unwrap_or_default();
                    cell.take(takes, &root.text());
                }
                Event::End(end) => {
                    takes = Takes::Nothing;
                    if end.local_name().as_ref() == "c" {
                        self.put(&mut sheet, row, &cell);
                    }
                }
                Event::Eof => break,
                _ => {}
            }
        }
        sheet
    }

    /// Puts a cell into its sheet: its value, or the formula of one that was never calculated.
    fn put(&self, sheet: &mut Sheet, row: usize, cell: &Cell) {
        let Some(formula) = &cell.formula else { return sheet.put(row, cell.column, &self.shown(cell)) };
        if cell.kind.is_empty() && cell.text.trim().is_empty() {
            return sheet.put_formula(row, cell.column, formula);
        }
        sheet.put(row, cell.column, &self.shown(cell));
        let target = formula.trim_start().strip_prefix("HYPERLINK(\"").and_then(|rest| rest.split('"').next());
        if let Some(url) = target {
            sheet.link(row, cell.column, url);
        }
    }

    fn shown(&self, cell: &Cell) -> String {
        let text = cell.text.trim();
        match cell.kind.as_str() {
            "s" => text.parse().ok().and_then(|index: usize| self.shared.get(index).cloned()).unwrap_or_default(),
            "b" => if text == "1" { "TRUE" } else { "FALSE" }.to_owned(),
            "" | "n" => match text.parse::<f64>() {
                Ok(number) => self.written(cell.format, number, text),
                Err(_) => text.to_owned(),
            },
            _ => cell.text.clone(),
        }
    }

    /// A number in a cell's format.
    pub(super) fn number(&self, format: usize, number: f64) -> String {
        self.written(format, number, &number.to_string())
    }

    fn written(&self, format: usize, number: f64, written: &str) -> String {
        number::shown(self.shapes.get(format).copied().unwrap_or_default(), number, written, self.from_1904)
    }
}

/// What the text at hand is of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Takes {
    Nothing,
    Value,
    Formula,
}

impl Cell {
    fn take(&mut self, takes: Takes, text: &str) {
        match takes {
            Takes::Nothing => {}
            Takes::Value => self.text.push_str(text),
            Takes::Formula => self.formula.get_or_insert_default().push_str(text),
        }
    }
}

/// Links the cells that an element names (18.3.1.47), where that leads out of the book.
fn link(start: &BytesStart, beside: &BTreeMap<String, Relation>, sheet: &mut Sheet) {
    let named = |name: &str| {
        let mut attributes = start.attributes();
        let found = attributes.with_checks(false).flatten();
        found.into_iter().find(|attribute| attribute.key.local_name().as_ref() == name)
    };
    let target = named("id").and_then(|id| beside.get(&*id.value)).filter(|target| target.is_external);
    let (Some(target), Some(cells)) = (target, attribute(start, "ref")) else { return };
    let (first, last) = cells.split_once(':').unwrap_or((&cells, &cells));
    if let (Some((top, left)), Some((bottom, right))) = (place(first), place(last)) {
        sheet.link_all(top..=bottom, left..=right, &target.target);
    }
}

/// Row and column of a reference such as `AB12`, from 0 on.
fn place(reference: &str) -> Option<(usize, usize)> {
    let row: usize = reference.trim_start_matches(|c: char| c.is_ascii_alphabetic()).parse().ok()?;
    Some((row.checked_sub(1)?, column(reference)?))
}

fn attribute(start: &BytesStart, name: &str) -> Option<String> {
    let mut attributes = start.attributes();
    let found = attributes.with_checks(false).flatten().find(|attribute| attribute.key.as_ref() == name)?;
    Some(found.value.to_string())
}

/// The column of a reference such as `AB12`, from 0 on.
fn column(reference: &str) -> Option<usize> {
    let letters = reference.bytes().take_while(u8::is_ascii_alphabetic);
    let number = letters.take(4).fold(0, |sum, letter| sum * 26 + usize::from(letter.to_ascii_uppercase() - b'A') + 1);
    number.checked_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_show_what_a_reader_sees() {
        let values = Values { shared: vec!["pear".into()], shapes: vec![Shape::Number, Shape::Date], from_1904: false };
        let text = "<worksheet><sheetData><row r='2'><c r='B2' t='s'><v>0</v></c><c t='inlineStr'><is><t>a &amp; b</t></is></c></row>\
                    <row><c s='1'><v>45000.5</v></c><c><f>A1</f><v>0.30000000000000004</v></c><c t='b'><v>1</v></c></row>\
                    <row r='9'><c r='XFD9'><v>far</v></c></row></sheetData>";
        let sheet = values.sheet(text, &BTreeMap::new());
        assert_eq!(sheet.rows[1], ["", "pear", "a & b"]);
        assert_eq!(sheet.rows[2], ["2023-03-15 12:00", "0.3", "TRUE"]);
        assert_eq!((sheet.rows.len(), sheet.n_cells_cut), (3, 1));
    }

    #[test]
    fn formulas_without_a_value_are_shown_and_cells_lead_where_they_led() {
        let to = |target: &str, is_external| Relation { kind: "hyperlink".into(), target: target.into(), is_external };
        let beside = [
            ("r1".to_owned(), to("https://a.example/", true)),
            ("r2".to_owned(), to("javascript:x", true)),
            ("r3".to_owned(), to("xl/other.xml", false)),
        ];
        let text = "<worksheet><sheetData><row r='1'><c r='A1'><f>SUM(B1:C1)</f></c><c><f>1&lt;2</f><v/></c><c t='str'><f>IF(1,\"\")</f><v></v></c><c><f t='shared' si='0'/></c></row>\
                    <row><c t='inlineStr'><is><t>pears [x]</t></is></c><c><v>2</v></c><c t='str'><f>HYPERLINK(\"https://b.example/\",\"b\")</f><v>b</v></c><c><v>3</v></c></row></sheetData>\
                    <hyperlinks><hyperlink ref='A2:B2' r:id='r1'/><hyperlink ref='D2' r:id='r2'/><hyperlink ref='D2' r:id='r3'/><hyperlink ref='A1:XFD1048576' r:id='r9'/></hyperlinks></worksheet>";
        let sheet = Values::default().sheet(text, &BTreeMap::from(beside));
        assert_eq!(sheet.rows[0], ["=SUM(B1:C1)", "=1<2"]);
        let linked = ["[pears \\[x\\]](https://a.example/)", "[2](https://a.example/)", "[b](https://b.example/)", "3"];
        assert_eq!(sheet.rows[1], linked);
        assert_eq!(sheet.n_uncounted, 3);
    }
}
