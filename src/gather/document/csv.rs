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
    if input.has_nul {
        return Confidence::No;
    }
    let table = [',', ';', '\t'].into_iter().find(|separator| {
        let mut widths = widths(input.text, *separator).take(PROBED);
        let Some(first) = widths.next().filter(|first| *first > 1) else { return false };
        let mut n_others = 0;
        let is_even = widths.all(|width| {
            n_others += 1;
            width == first
        });
        is_even && n_others > 1
    });
    let head = input.text.lines().next().unwrap_or_default();
    match table {
        // Lines of verse can have one comma each; a table has no blank after it in its head.
        Some(separator) if head.contains(&format!("{separator} ")) => Confidence::Possible,
        Some(_) => Confidence::Likely,
        None => Confidence::No,
    }
}

/// How many fields each record has.
fn widths(text: &str, separator: char) -> impl Iterator<Item = usize> {
    let mut characters = text.chars();
    std::iter::from_fn(move || {
        let (mut width, mut quoted, mut empty) = (1, false, true);
        for c in characters.by_ref() {
            match c {
                '"' => quoted = !quoted,
                '\n' if !quoted && empty => {
                    width = 1;
                    continue;
                }
                '\n' if !quoted => return Some(width),
                _ if c == separator && !quoted => width += 1,
                _ => {}
            }
            empty &= c.is_whitespace();
        }
        (!empty).then_some(width)
    })
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
