//! Which format a source has.
//!
//! A format is recognised by its structure. The extension of the name decides between formats that
//! are equally sure, the order of [`FORMATS`] after that.

use super::{Confidence, Error, FORMATS, Format, Input, decode};
use crate::content::{Kind, Problem, is_tag, nearest, turns};

/// The format to read `input` with, and the kind its documents get where that was asked for.
pub(crate) fn choose(input: &Input, as_format: Option<&str>) -> Result<(&'static Format, Option<Kind>), Error> {
    let Some(word) = as_format else {
        let format = best(input, |_| true).ok_or_else(|| not_text(input))?;
        return Ok((format, None));
    };
    if let Ok(kind) = word.parse::<Kind>() {
        // A transcript without a mark of one, a paper saved as a page: read as prose and called as asked.
        let own = best(input, |format| format.kind == kind);
        let prose = || best(input, |format| matches!(format.kind, Kind::Essay | Kind::Page | Kind::Text));
        let any = || best(input, |_| true);
        return Ok((own.or_else(prose).or_else(any).ok_or_else(|| not_text(input))?, Some(kind)));
    }
    match FORMATS.iter().find(|format| format.name == word) {
        // A reader of text has nothing to say to bytes.
        Some(format) if input.text.is_empty() && (format.sniff)(input) == Confidence::No => Err(not_text(input)),
        Some(format) => Ok((format, None)),
        None => Err(Error::UnknownFormat {
            word: word.to_owned(),
            nearest: nearest(
                word,
                FORMATS.iter().map(|format| format.name).chain(Kind::ALL.into_iter().map(Kind::name)),
            ),
        }),
    }
}

/// The surest of the formats that `wanted` lets pass.
fn best(input: &Input, wanted: impl Fn(&Format) -> bool) -> Option<&'static Format> {
    let extension = input.name.rsplit_once('.').map_or("", |(_, extension)| extension).to_ascii_lowercase();
    let mut found: Option<((Confidence, bool), &'static Format)> = None;
    for format in FORMATS.iter().filter(|format| wanted(format)) {
        let is_named = format.extensions.contains(&extension.as_str());
        // What cannot be surer than the one found is not asked.
        if found.is_some_and(|(highest, _)| highest >= (Confidence::Certain, is_named)) {
            continue;
        }
        let rank = ((format.sniff)(input), is_named);
        if rank.0 > Confidence::No && found.is_none_or(|(highest, _)| rank > highest) {
            found = Some((rank, format));
        }
    }
    found.map(|(_, format)| format)
}

/// What even the reader of plain text refuses.
fn not_text(input: &Input) -> Error {
    decode::not_text(input.name, input.bytes)
}

/// Bytes that are looked at in one go for signs that are not printed ASCII.
const PIECE: usize = 64;

/// Says how many characters of the source no reader of it would see.
pub(crate) fn odd_characters(input: &Input) -> Vec<Problem> {
    let (mut n_control, mut n_hidden, mut n_invisible) = (0, 0, 0);
    let is_plain = |byte: u8| matches!(byte, b' '..=b'~' | b'\n' | b'\r' | b'\t');
    let mut rest = input.text;
    while !rest.is_empty() {
        let (piece, more) = rest.split_at(rest.ceil_char_boundary(PIECE.min(rest.len())));
        rest = more;
        // Nearly every piece is printed ASCII, which is told at once.
        if piece.bytes().fold(true, |plain, byte| plain & is_plain(byte)) {
            continue;
        }
        for c in piece.chars().filter(|c| !matches!(c, '\n' | '\r' | '\t')) {
            n_control += usize::from(c.is_control());
            n_hidden += usize::from(turns(c) || is_tag(c));
            n_invisible += usize::from(matches!(c, '\u{200b}' | '\u{2060}'..='\u{2064}' | '\u{feff}'));
        }
    }
    let mut problems = Vec::new();
    if n_control > 0 {
        problems.push(Problem::note(input.name, format!("control characters taken out: {n_control}")));
    }
    if n_hidden > 0 {
        let message = format!("characters that hide or turn text (tags, direction marks), taken out: {n_hidden}");
        problems.push(Problem::warning(input.name, message));
    }
    if n_invisible > 0 {
        problems.push(Problem::note(input.name, format!("characters without width in the source: {n_invisible}")));
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn structure_decides_and_the_name_breaks_ties() {
        let cases: &[(&str, &str, Option<&str>, &str)] = &[
            ("x.txt", "WEBVTT\n\n00:01.000 --> 00:02.000\nhi\n", None, "webvtt"),
            ("x.md", "1\n00:00:01,000 --> 00:00:02,000\nhi\n", None, "srt"),
            ("x.txt", "# Thread Export\n\n- Source: u\n\n## Tweet 1\n\nhi\n", None, "thread-md"),
            ("x.md", "<!doctype html><title>t</title><p>hi", None, "html"),
            ("x.txt", "<style>\np {}\n</style>\n<!DOCTYPE html>\n<html><p>hi</p></html>", None, "html"),
            ("x.html", "<center><p>hi<p>ho</center>", None, "html"),
            ("x.html", "<?xml version=\"1.0\"?><opml><body><outline text=\"a\"/></body></opml>", None, "opml"),
            ("x.xml", "<font><p>hi</p></font>", None, "xml"),
            ("x.md", "<p align=center>hi</p>\n\n## Two\n\nbody\n", None, "markdown"),
            ("x.txt", "# One\n\n## Two\n\nbody\n", None, "markdown"),
            ("x.txt", "# One\nbody\n", None, "markdown"),
            ("x.py", "#!/usr/bin/python\n\n# comment\n\nx = 1\n", None, "code"),
            ("x.py", "x = 1\n# comment\ny = 2\n", None, "code"),
            ("x.md", "only words", None, "markdown"),
            ("x.txt", "only words", None, "text"),
            ("-", "only words", None, "text"),
            ("x.txt", "[1, 2]", None, "json"),
            ("x.csv", "a,b\n1,2\n3,4\n", None, "csv"),
            ("x.txt", "only words", Some("transcript"), "text"),
            ("x.txt", "only words", Some("markdown"), "markdown"),
            ("x.md", "# One\n\nbody", Some("paper"), "markdown"),
            ("x.md", "[0:47] hi\n\n[0:50] ho\n\n[1:00] so\n", None, "transcript-md"),
        ];
        for (name, text, word, expected) in cases {
            let (format, _) = choose(&Input::new(name, text), *word).unwrap();
            assert_eq!(format.name, *expected, "{name} {text:?} as {word:?}");
        }
    }

    #[test]
    fn a_kind_word_names_the_kind_of_the_document() {
        let document = |word| super::super::read("x", b"only words", Some(word)).unwrap().documents.remove(0);
        for kind in Kind::ALL {
            assert_eq!(document(kind.name()).kind, kind);
        }
    }

    #[test]
    fn bytes_that_no_format_reads_are_named() {
        let refused = |bytes: &[u8], word| super::super::read("x", bytes, word).unwrap_err();
        assert!(matches!(refused(b"\x89PNG", None), Error::Binary { looks_like: Some("a PNG image"), .. }));
        assert!(matches!(refused(b"\x89PNG", Some("text")), Error::Binary { looks_like: Some(_), .. }));
        assert!(matches!(refused(b"\x89PNG", Some("essay")), Error::Binary { looks_like: Some(_), .. }));
        assert!(matches!(refused(b"\xffab\x00", None), Error::Binary { looks_like: None, .. }));
        assert!(matches!(refused(b"plain\0words", None), Error::Binary { looks_like: None, .. }));
        match refused(b"a", Some("markdwon")) {
            Error::UnknownFormat { nearest, .. } => assert_eq!(nearest, Some("markdown")),
            other => panic!("{other}"),
        }
    }

    #[test]
    fn control_characters_are_counted() {
        let reading = super::super::read("x", "a\u{1b}[0m b\u{7}c\u{202e}".as_bytes(), None).unwrap();
        assert_eq!(reading.documents[0].text, "a[0m bc\n");
        let messages: Vec<_> = reading.problems.iter().map(|problem| problem.message.as_str()).collect();
        assert_eq!(
            messages,
            [
                "control characters taken out: 2",
                "characters that hide or turn text (tags, direction marks), taken out: 1"
            ]
        );
        for n in 0..2 * PIECE {
            let text = format!("{}\u{200b}\u{e9}{}\u{7}", "a".repeat(n), "a\n".repeat(PIECE));
            let problems = odd_characters(&Input::new("x", &text));
            let messages: Vec<_> = problems.iter().map(|problem| problem.message.as_str()).collect();
            let expected = ["control characters taken out: 1", "characters without width in the source: 1"];
            assert_eq!(messages, expected, "{n}");
        }
    }
}
