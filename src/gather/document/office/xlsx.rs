//! Sheets of Excel (ECMA-376, `SpreadsheetML`): a section a sheet, values as they were last calculated.

use std::collections::BTreeSet;

use jiff::civil::Date;
use jiff::{SignedDuration, ToSpan};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::package::{Content, Package, content};
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
        values.dates = dates(&package.xml(&path)?.unwrap_or_default());
    }
    values.from_1904 =
        book.find("workbookPr").and_then(|p| p.attribute("date1904")).is_some_and(|v| matches!(v, "1" | "true"));
    let mut found = properties(&mut package)?;
    let mut prose = Prose::default();
    let mut n_hidden = 0;
    for element in book.find("sheets").map(|sheets| sheets.all("sheet")).unwrap_or_default() {
        let name = element.attribute("name").unwrap_or("Sheet");
        n_hidden += usize::from(element.attribute("state").is_some_and(|state| state != "visible"));
        let Some(relation) = element.attribute("r:id").and_then(|id| relations.get(id)) else { continue };
        if relation.kind != "worksheet" {
            found.missing.push(format!("sheet {name} is a {} and left out", relation.kind));
            continue;
        }
        one(&mut package, &relation.target, name, &values, &mut prose, &mut found);
    }
    found.count(n_hidden, "hidden sheets among them");
    found.text = prose.finish();
    finish(input, &FORMAT, found, &package)
}

/// Writes one sheet; one that cannot be read does not lose the others.
fn one(package: &mut Package, path: &str, name: &str, values: &Values, prose: &mut Prose, found: &mut Found) {
    match package.text(path) {
        Ok(Some(text)) => table::write(prose, found, name, &values.sheet(&text)),
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

/// The cell formats that show a number as a date or time (18.8.30).
fn dates(styles: &Element) -> BTreeSet<usize> {
    let custom: BTreeSet<usize> = styles
        .all("numFmt")
        .into_iter()
        .filter(|format| format.attribute("formatCode").is_some_and(is_date))
        .filter_map(|format| format.attribute("numFmtId")?.parse().ok())
        .collect();
    let formats = styles.find("cellXfs").map(|formats| formats.all("xf")).unwrap_or_default();
    let is_dated = |format: &Element| {
        let id: usize = format.attribute("numFmtId").and_then(|id| id.parse().ok()).unwrap_or(0);
        matches!(id, 14..=22 | 27..=36 | 45..=47 | 50..=58) || custom.contains(&id)
    };
    formats.into_iter().enumerate().filter(|(_, format)| is_dated(format)).map(|(index, _)| index).collect()
}

/// Whether a format code has letters of dates outside of quotes and brackets.
pub(super) fn is_date(code: &str) -> bool {
    let mut quoted = false;
    let mut bracketed = false;
    let mut escaped = false;
    code.chars().any(|c| {
        if std::mem::take(&mut escaped) {
            return false;
        }
        match c {
            '"' => quoted = !quoted,
            '\\' => escaped = true,
            '[' => bracketed = true,
            ']' => bracketed = false,
            _ => {}
        }
        !quoted && !bracketed && matches!(c, 'y' | 'Y' | 'd' | 'D' | 'h' | 'H' | 's' | 'S')
    })
}

/// What the cells of all sheets refer to.
#[derive(Debug, Default)]
pub(super) struct Values {
    pub(super) shared: Vec<String>,
    /// Cell formats that are dates.
    pub(super) dates: BTreeSet<usize>,
    pub(super) from_1904: bool,
}

/// A cell that is open.
#[derive(Debug, Default)]
struct Cell {
    column: usize,
    kind: String,
    format: usize,
    text: String,
}

impl Values {
    fn sheet(&self, text: &str) -> Sheet {
        let mut reader = Reader::from_str(text);
        reader.config_mut().check_end_names = false;
        let mut sheet = Sheet::default();
        let (mut row, mut next_row) = (0, 0);
        let mut cell = Cell::default();
        let mut takes = false;
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
                            text: String::new(),
                        };
                    }
                    name => takes = matches!(name, "v" | "t"),
                },
                Event::Text(text) if takes => cell.text.push_str(&text),
                Event::CData(text) if takes => cell.text.push_str(&text),
                Event::GeneralRef(name) if takes => {
                    let (root, _) = Element::parse("", &format!("&{};", &*name)).unwrap_or_default();
                    cell.text.push_str(&root.text());
                }
                Event::End(end) => {
                    takes = false;
                    if end.local_name().as_ref() == "c" {
                        sheet.put(row, cell.column, &self.shown(&cell));
                    }
                }
                Event::Eof => break,
                _ => {}
            }
        }
        sheet
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
        let date = self.dates.contains(&format).then(|| self.date(number)).flatten();
        date.unwrap_or_else(|| plain(number, written))
    }

    /// The day and time that a number of days stands for (18.17.4).
    fn date(&self, days: f64) -> Option<String> {
        if !(0.0..3_000_000.0).contains(&days) {
            return None;
        }
        #[expect(clippy::cast_possible_truncation, reason = "the range is checked above")]
        let (whole, seconds) = (days.floor() as i64, ((days - days.floor()) * 86_400.0).round() as i64);
        let first = match (self.from_1904, whole) {
            (true, _) => Date::constant(1904, 1, 1),
            // Day 60 is a 29 February that never was.
            (false, ..60) => Date::constant(1899, 12, 31),
            (false, _) => Date::constant(1899, 12, 30),
        };
        let at = first
            .checked_add(whole.days())
            .ok()?
            .at(0, 0, 0, 0)
            .checked_add(SignedDuration::from_secs(seconds))
            .ok()?;
        let time = if at.second() == 0 { at.strftime("%H:%M") } else { at.strftime("%H:%M:%S") }.to_string();
        Some(match (whole, seconds) {
            (0, _) => time,
            (_, 0) => at.date().to_string(),
            _ => format!("{} {time}", at.date()),
        })
    }
}

/// A number without the noise of its last binary digits.
fn plain(number: f64, written: &str) -> String {
    if written.len() <= 15 && !written.contains(['e', 'E']) {
        return written.to_owned();
    }
    let rounded: f64 = format!("{number:.14e}").parse().unwrap_or(number);
    rounded.to_string()
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
        let values = Values { shared: vec!["pear".into()], dates: [1].into(), from_1904: false };
        let text = "<worksheet><sheetData><row r='2'><c r='B2' t='s'><v>0</v></c><c t='inlineStr'><is><t>a &amp; b</t></is></c></row>\
                    <row><c s='1'><v>45000.5</v></c><c><f>A1</f><v>0.30000000000000004</v></c><c t='b'><v>1</v></c></row>\
                    <row r='9'><c r='XFD9'><v>far</v></c></row></sheetData>";
        let sheet = values.sheet(text);
        assert_eq!(sheet.rows[1], ["", "pear", "a & b"]);
        assert_eq!(sheet.rows[2], ["2023-03-15 12:00", "0.3", "TRUE"]);
        assert_eq!((sheet.rows.len(), sheet.n_cells_cut), (3, 1));
    }

    #[test]
    fn days_are_counted_from_1900() {
        let values = Values::default();
        for (days, date) in [(1.0, "1900-01-01"), (59.0, "1900-02-28"), (61.0, "1900-03-01"), (0.25, "06:00")] {
            assert_eq!(values.date(days).as_deref(), Some(date));
        }
        for (code, expected) in
            [("yyyy-mm-dd", true), ("0.00", false), ("[Red]0", false), ("\"days\" 0", false), ("[h]:mm:ss", true)]
        {
            assert_eq!(is_date(code), expected, "{code}");
        }
    }
}
