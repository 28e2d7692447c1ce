//! Sheets of `LibreOffice` and others (`OpenDocument` spreadsheet).

use super::finish;
use super::odf::{self, Writer};
use super::package::{Content, Package, content};
use super::prose::Prose;
use super::table::{self, MAX_COLUMNS, MAX_ROWS, Sheet};
use super::xml::Element;
use crate::content::Kind;
use crate::gather::{Confidence, Error, Format, Input, Reading};

pub(crate) const FORMAT: Format = Format {
    name: "ods",
    kind: Kind::Data,
    about: "OpenDocument sheets (LibreOffice) as tables, a section a sheet",
    extensions: &["ods", "ots"],
    sniff,
    read,
    stream: None,
};

fn sniff(input: &Input) -> Confidence {
    if content(input) == Some(Content::Ods) { Confidence::Certain } else { Confidence::No }
}

fn read(input: &Input) -> Result<Reading, Error> {
    let mut package = Package::open(input)?;
    let (_, root) = Writer::open(&mut package)?;
    let mut found = odf::properties(&mut package)?;
    let mut prose = Prose::default();
    let book = root.find("spreadsheet").unwrap_or(&root);
    for (index, element) in book.elements().filter(|element| element.name == "table").enumerate() {
        let name = element.attribute("table:name").map_or_else(|| format!("Sheet {}", index + 1), str::to_owned);
        table::write(&mut prose, &mut found, &name, &sheet(element));
    }
    found.text = prose.finish();
    finish(input, &FORMAT, found, &package)
}

fn sheet(element: &Element) -> Sheet {
    let repeated = |element: &Element, name: &str| {
        element.attribute(name).and_then(|n| n.parse::<usize>().ok()).unwrap_or(1).max(1)
    };
    let mut sheet = Sheet::default();
    let mut at = 0;
    for row in element.all("table-row") {
        let n_rows = repeated(row, "number-rows-repeated");
        let mut column = 0;
        for cell in row.elements().filter(|cell| matches!(cell.name.as_str(), "table-cell" | "covered-table-cell")) {
            let n_columns = repeated(cell, "number-columns-repeated");
            let text = cell.all("p").into_iter().map(Element::text).collect::<Vec<_>>().join(" ");
            if !text.trim().is_empty() {
                // A sheet ends with a row or cell that is repeated to its last one.
                for row in at..(at + n_rows).min(MAX_ROWS + 1).max(at + 1) {
                    for column in column..(column + n_columns).min(MAX_COLUMNS + 1).max(column + 1) {
                        sheet.put(row, column, &text);
                    }
                }
            }
            column = column.saturating_add(n_columns);
        }
        at = at.saturating_add(n_rows);
    }
    sheet
}
