//! Tables with a separator, kept as they are written (RFC 4180 for what a record is).

use super::json::lines_as_sections;
use crate::content::Kind;
use crate::gather::{Confidence, Error, Format, Input, Reading};

pub(crate) const FORMAT: Format = Format {
    name: "csv",
    kind: Kind::Data,
    about: "tables of comma, semicolon or tab separated values, as data",
    extensions: &["csv", "tsv"],
    sniff,
    read,
    stream: None,
};

/// Records that are looked at to recognise a table.
const PROBED: usize = 50;

fn sniff(input: &Input) -> Confidence {
    if input.text.contains('\0') {
        return Confidence::No;
    }
    let table = [',', ';', '\t'].into_iter().find(|separator| {
        let widths = widths(input.text, *separator);
        widths.len() > 2 && widths[0] > 1 && widths.iter().all(|width| *width == widths[0])
    });
    let head = input.text.lines().next().unwrap_or_default();
    match table {
        // Lines of verse can have one comma each; a table has no blank after it in its head.
        Some(separator) if head.contains(&format!("{separator} ")) => Confidence::Possible,
        Some(_) => Confidence::Likely,
        None => Confidence::No,
    }
}

/// How many fields the first records have.
fn widths(text: &str, separator: char) -> Vec<usize> {
    let mut widths = Vec::new();
    let mut width = 1;
    let mut quoted = false;
    let mut empty = true;
    for c in text.chars() {
        match c {
            '"' => quoted = !quoted,
            '\n' if !quoted => {
                if !empty {
                    widths.push(width);
                }
                (width, empty) = (1, true);
                if widths.len() == PROBED {
                    return widths;
                }
                continue;
            }
            _ if c == separator && !quoted => width += 1,
            _ => {}
        }
        empty &= c.is_whitespace();
    }
    if !empty {
        widths.push(width);
    }
    widths
}

fn read(input: &Input) -> Result<Reading, Error> {
    let document = lines_as_sections(FORMAT.name, input.text);
    if document.text.is_empty() {
        return Err(Error::NothingRead { name: input.name.to_owned(), items: "records" });
    }
    Ok(Reading { documents: vec![document], problems: Vec::new() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_has_the_same_width_in_every_record() {
        for (text, confidence) in [
            ("a,b\n1,2\n3,\"x, \ny\"\n", Confidence::Likely),
            ("a\tb\n1\t2\n3\t4", Confidence::Likely),
            ("Rose, thou\nart sick, oh\ninvisible, worm\n", Confidence::Possible),
            ("Dear Ada, hello\nso, then\n", Confidence::No),
            ("one\ntwo\nthree\n", Confidence::No),
            ("a,b\n1,2\nwords\n", Confidence::No),
        ] {
            assert_eq!(sniff(&Input::new("x", text)), confidence, "{text:?}");
        }
    }
}
