//! Source code, and configuration that is written like it: text as it stands, cut where a new
//! definition begins.
//!
//! No language is parsed: a definition begins at a line without indent that comes after an empty
//! line, or that opens something. Short ones stand together.

use crate::content::{Document, Kind, Section, SectionKind, canonical, ended_lines, line, lines};
use crate::gather::{Confidence, Error, Format, Input, Reading, draft, links};

pub(crate) const FORMAT: Format = Format {
    name: "code",
    kind: Kind::Text,
    about: "source code and configuration, cut where definitions begin",
    extensions: &[
        "rs", "py", "js", "mjs", "cjs", "ts", "tsx", "jsx", "go", "java", "kt", "kts", "scala", "swift", "c", "h",
        "cc", "cpp", "cxx", "hpp", "hh", "m", "mm", "cs", "fs", "rb", "php", "pl", "pm", "lua", "r", "jl", "hs", "ml",
        "mli", "ex", "exs", "erl", "clj", "el", "lisp", "scm", "zig", "nim", "d", "dart", "sh", "bash", "zsh", "fish",
        "ps1", "sql", "css", "scss", "less", "vue", "svelte", "proto", "graphql", "tf", "nix", "cmake", "mk", "gradle",
        "toml", "yaml", "yml", "ini", "cfg", "conf",
    ],
    sniff,
    read,
    stream: None,
};

/// Definitions shorter than this stand with the next one, in bytes.
const SHORT: usize = 300;
/// A piece longer than this is cut at an empty line, whatever its indent.
const LONG: usize = 3000;

fn sniff(input: &Input) -> Confidence {
    let text = input.text;
    if text.is_empty() || input.has_nul {
        return Confidence::No;
    }
    if text.starts_with("#!") {
        return Confidence::Likely;
    }
    let lines: Vec<&str> = lines(text).filter(|line| !line.trim().is_empty()).take(400).collect();
    let ends = |line: &&&str| line.trim_end().ends_with([';', '{', '}', ')', ':', ',']);
    let n_code = lines.iter().filter(ends).count();
    // Prose has few lines that end so; without a name that says code, most of them have to.
    if lines.len() >= 5 && n_code * 3 > lines.len() * 2 { Confidence::Likely } else { Confidence::Possible }
}

fn read(input: &Input) -> Result<Reading, Error> {
    let (text, _) = canonical(input.text);
    let sections = sections(&text);
    if sections.is_empty() {
        return Err(Error::NothingRead { name: input.name.to_owned(), items: "text" });
    }
    let n_lines = lines(&text).count();
    let links = links(&text);
    let mut document: Document = draft::document(FORMAT.name, FORMAT.kind, text, sections, n_lines);
    document.links = links;
    Ok(Reading { documents: vec![document], problems: Vec::new() })
}

fn sections(text: &str) -> Vec<Section> {
    let mut starts = vec![0];
    let mut after_blank = false;
    let mut at = 0;
    for raw in ended_lines(text) {
        let size = at - starts.last().copied().unwrap_or(0);
        let is_free = raw.starts_with(|c: char| !c.is_whitespace() && !matches!(c, '}' | ')' | ']' | '#'))
            || raw.starts_with("#[")
            || raw.starts_with("# ");
        if after_blank && (is_free && size >= SHORT || size >= LONG) {
            starts.push(at);
        }
        after_blank = raw.trim().is_empty();
        at += raw.len();
    }
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    let pieces = starts.iter().copied().zip(ends).filter(|(start, end)| !text[*start..*end].trim().is_empty());
    pieces
        .map(|(start, end)| {
            let body = &text[start..end];
            let lead = body.len() - body.trim_start_matches('\n').len();
            let mut section = draft::section(start + lead, start + body.trim_end().len(), SectionKind::Paragraph);
            section.label = name(body);
            section
        })
        .collect()
}

/// The first line of a piece that is no comment.
fn name(piece: &str) -> Option<String> {
    let is_aside = |line: &&str| {
        let line = line.trim();
        !line.is_empty()
            && !["//", "#", "/*", "*", "--", ";", "\"\"\"", "@", "<!--"].iter().any(|mark| line.starts_with(mark))
    };
    let first = line(piece.lines().find(is_aside)?.trim_end_matches(['{', ' ', ':', '=']));
    let short: String = first.chars().take(80).collect();
    Some(short).filter(|name| name.chars().any(char::is_alphanumeric))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_is_cut_where_definitions_begin() {
        let body = "    let pear = 1;\n\n    let plum = 2;\n".repeat(10);
        let text = format!("use x;\n\n/// Peels.\nfn peel() {{\n{body}}}\n\n#[test]\nfn core(a: u8) {{\n{body}}}\n");
        let document = read(&Input::new("x.rs", &text)).unwrap().documents.remove(0);
        assert!(draft::covers(&document.text, &document.sections));
        let labels: Vec<_> = document.sections.iter().map(|section| section.label.as_deref().unwrap_or("-")).collect();
        assert_eq!(labels, ["use x;", "fn core(a: u8)"]);
    }

    #[test]
    fn code_is_told_from_prose() {
        for (text, confidence) in [
            ("#!/bin/sh\necho x\n", Confidence::Likely),
            ("int main() {\n  a();\n  b();\n  c();\n}\n", Confidence::Likely),
            ("Words, and words.\nMore of them.\nAnd so on.\nAnd on.\nEnd.\n", Confidence::Possible),
        ] {
            assert_eq!(sniff(&Input::new("x", text)), confidence, "{text:?}");
        }
    }
}
