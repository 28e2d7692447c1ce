//! Plain text: paragraphs between empty lines, or long runs of short lines.

use crate::content::{Kind, SectionKind, canonical};
use crate::gather::{Confidence, Error, Format, Input, Reading, draft, links};

pub(crate) const FORMAT: Format = Format {
    name: "text",
    kind: Kind::Text,
    about: "plain text of any sort",
    extensions: &["txt", "text", "log"],
    sniff,
    read,
    stream: None,
};

/// A paragraph longer than this is cut at the end of a line: text that has no empty lines.
const LONG: usize = 4000;
/// Where such a paragraph is cut, in bytes: at the next line that ends a sentence.
const PIECE: usize = 1000;

fn sniff(input: &Input) -> Confidence {
    if input.text.is_empty() || input.has_nul { Confidence::No } else { Confidence::Possible }
}

fn read(input: &Input) -> Result<Reading, Error> {
    let (text, _) = canonical(input.text);
    let n_lines = text.lines().count();
    let mut sections = Vec::new();
    let paragraphs = draft::paragraphs(&text, 0, text.len());
    // One paragraph of many lines: every line is an item, as in a transcript without times.
    let n_items = if paragraphs.len() == 1 { n_lines } else { paragraphs.len() };
    for paragraph in paragraphs {
        if paragraph.end - paragraph.start <= LONG {
            sections.push(paragraph);
            continue;
        }
        let mut start = paragraph.start;
        let mut at = start;
        for line in text[paragraph.range()].split_inclusive('\n') {
            at += line.len();
            let ends = line.trim_end().ends_with(['.', '?', '!', '"', '”']);
            if (at - start > PIECE && ends) || at - start > 2 * PIECE {
                sections.push(draft::section(start, at - (line.len() - line.trim_end().len()), SectionKind::Paragraph));
                start = at;
            }
        }
        if start < paragraph.end {
            sections.push(draft::section(start, paragraph.end, SectionKind::Paragraph));
        }
    }
    if sections.is_empty() {
        return Err(Error::NothingRead { name: input.name.to_owned(), items: "text" });
    }
    let links = links(&text);
    let mut document = draft::document(FORMAT.name, FORMAT.kind, text, sections, n_items);
    document.links = links;
    Ok(Reading { documents: vec![document], problems: Vec::new() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_runs_of_lines_are_cut_at_line_ends() {
        for (text, n_sections, n_items) in [
            ("a\n\nb\n".to_owned(), 2, 2),
            ("a\nb\n".to_owned(), 1, 2),
            ("one line of words.\n".repeat(500), 10, 500),
            ("words without an end\n".repeat(500), 6, 500),
            ("x".repeat(100_000), 1, 1),
        ] {
            let document = read(&Input::new("x", &text)).unwrap().documents.remove(0);
            assert!(draft::covers(&document.text, &document.sections));
            assert_eq!((document.sections.len(), document.counts.items), (n_sections, n_items), "{:?}", &text[..6]);
        }
    }
}
