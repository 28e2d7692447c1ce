//! Sheets of `LibreOffice` and others (`OpenDocument` spreadsheet).

use super::finish;
use super::odf::{self, Writer};
use super::package::{Content, Package, content};
use super::prose::Prose;
use super::prose::linked;
use super::table::{self, MAX_COLUMNS, MAX_ROWS, Sheet};
use super::xml::{Element, Node};
use crate::content::Kind;
use crate::gather::page::address;
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
    let (mut writer, root) = Writer::open(&mut package)?;
    let mut found = odf::properties(&mut package)?;
    let mut prose = Prose::default();
    let book = root.find("spreadsheet").unwrap_or(&root);
    let (mut n_hidden, mut n_comments) = (0, 0);
    for (index, element) in book.elements().filter(|element| element.name == "table").enumerate() {
        let name = element.attribute("table:name").map_or_else(|| format!("Sheet {}", index + 1), str::to_owned);
        n_hidden += usize::from(!writer.styles.shows(element.attribute("table:style-name")));
        n_comments += element.all("annotation").len();
        for object in element.all("object") {
            writer.objects.formula(object.attribute("href"));
        }
        table::write(&mut prose, &mut found, &name, &sheet(element));
    }
    found.count(n_hidden, "hidden sheets among them");
    found.count(n_comments, "comments left out");
    writer.objects.tell(&mut found);
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
            let paragraphs = cell.elements().filter(|element| element.name == "p");
            let text = paragraphs.map(words).collect::<Vec<_>>().join(" ");
            let is_uncounted = text.trim().is_empty() && cell.attribute("office:value-type").is_none();
            if let Some(formula) = cell.attribute("table:formula").filter(|_| is_uncounted) {
                // The part before the colon names the language of the formula.
                let bare = formula.split_once(":=").map_or(formula, |(_, bare)| bare);
                sheet.put_formula(at, column, bare);
            }
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

/// The words of a paragraph with its links; what is said of them in a comment is not among them.
fn words(element: &Element) -> String {
    let mut out = String::new();
    for node in &element.children {
        match node {
            Node::Text(text) => out.push_str(text),
            Node::Element(inside) => match (inside.name.as_str(), inside.attribute("href")) {
                ("annotation", _) => {}
                ("s" | "tab" | "line-break", _) => out.push(' '),
                ("a", Some(url)) if address::leads(url) && !url.starts_with('#') => {
                    out.push_str(&linked(&inside.text(), url));
                }
                _ => out.push_str(&words(inside)),
            },
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_read_with_their_links_and_without_their_comments() {
        let text = "<table><table-row><table-cell><annotation><p>hm</p></annotation><p>pear<s/>tree</p></table-cell>\
                    <table-cell><p>see <a href='https://a.example/'>here</a></p></table-cell>\
                    <table-cell table:formula='of:=SUM([.A1:.A2])'/><table-cell table:formula='of:=1' office:value-type='string'/>\
                    </table-row></table>";
        let (root, _) = Element::parse("x", text).unwrap();
        let sheet = sheet(&root);
        assert_eq!(sheet.rows[0], ["pear tree", "see [here](https://a.example/)", "=SUM([.A1:.A2])"]);
        assert_eq!(sheet.n_uncounted, 1);
    }
}
