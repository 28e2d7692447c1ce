//! JSON that no other reader knows: kept as it is written.

use crate::content::{Kind, SectionKind, canonical};
use crate::gather::{Confidence, Error, Format, Input, Reading, draft};

pub(crate) const FORMAT: Format = Format {
    name: "json",
    kind: Kind::Data,
    about: "JSON or JSON lines of any shape, as data",
    extensions: &["json", "jsonl", "ndjson"],
    sniff,
    read,
    stream: None,
};

/// Lines are gathered into sections of about this many bytes.
const PIECE: usize = 1000;

fn sniff(input: &Input) -> Confidence {
    let text = input.text.trim();
    if !text.starts_with(['{', '[']) {
        return Confidence::No;
    }
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<serde::de::IgnoredAny>();
    if values.by_ref().all(|value| value.is_ok()) { Confidence::Likely } else { Confidence::No }
}

fn read(input: &Input) -> Result<Reading, Error> {
    let document = lines_as_sections(FORMAT.name, input.text);
    if document.text.is_empty() {
        return Err(Error::NothingRead { name: input.name.to_owned(), items: "values" });
    }
    Ok(Reading { documents: vec![document], problems: Vec::new() })
}

/// Data as text: whole lines, gathered into sections of a readable size.
pub(super) fn lines_as_sections(format: &str, text: &str) -> crate::content::Document {
    let (text, _) = canonical(text);
    let mut sections = Vec::new();
    let mut start = 0;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        at += line.len();
        if (at - start >= PIECE || at == text.len()) && !text[start..at].trim().is_empty() {
            let end = start + text[start..at].trim_end().len();
            sections.push(draft::section(start, end, SectionKind::Paragraph));
            start = at;
        }
    }
    let n_items = text.lines().filter(|line| !line.trim().is_empty()).count();
    draft::document(format, Kind::Data, text, sections, n_items)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_kept_and_words_in_brackets_are_not_json() {
        for (text, confidence) in [
            ("{\"a\": 1}\n{\"a\": 2}\n", Confidence::Likely),
            ("[1, 2]", Confidence::Likely),
            ("[0:47] words", Confidence::No),
            ("{not json}", Confidence::No),
            ("words", Confidence::No),
        ] {
            assert_eq!(sniff(&Input::new("x", text)), confidence, "{text:?}");
        }
        assert_eq!(sniff(&Input::new("x", &"[".repeat(1_000_000))), Confidence::No);
        let document = lines_as_sections("json", &"{\"a\": 1}\n".repeat(300));
        assert!(draft::covers(&document.text, &document.sections));
        assert_eq!((document.sections.len(), document.counts.items), (3, 300));
    }
}
