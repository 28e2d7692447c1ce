//! Which bytes are text, and which format a text has.
//!
//! A format is recognised by its structure. The extension of the name decides between formats that
//! are equally sure, the order of [`FORMATS`] after that.

use std::str;

use super::{Confidence, Error, FORMATS, Format, Input};
use crate::content::{Kind, Problem, is_tag, nearest, turns};

/// First bytes of files that are not text, and what people call them.
const SIGNATURES: &[(&[u8], &str)] = &[
    (b"%PDF-", "PDF"),
    (b"PK\x03\x04", "a zip archive (docx, epub, xlsx and exports are zip archives too)"),
    (b"\x1f\x8b", "gzip"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"SQLite format 3\0", "an SQLite database"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"ID3", "MP3 audio"),
    (b"\xff\xfb", "MP3 audio"),
    (b"OggS", "Ogg audio"),
    (b"RIFF", "WAV, AVI or WebP"),
    (b"\x1aE\xdf\xa3", "Matroska or WebM video"),
    (b"\x7fELF", "a program"),
    (b"\xd0\xcf\x11\xe0", "an old Office document"),
];

/// The bytes as text, without a byte order mark.
pub(crate) fn text<'a>(name: &str, bytes: &'a [u8]) -> Result<&'a str, Error> {
    let signature = SIGNATURES.iter().find(|(start, _)| bytes.starts_with(start));
    let utf16 = match bytes {
        [0xff, 0xfe, ..] => Some("UTF-16, little endian"),
        [0xfe, 0xff, ..] => Some("UTF-16, big endian"),
        _ => None,
    };
    if let Some(encoding) = utf16 {
        return Err(Error::NotUtf8 { name: name.to_owned(), offset: 0, looks_like: Some(encoding.to_owned()) });
    }
    match str::from_utf8(bytes) {
        // PDF files can be valid UTF-8 from the first byte to the last.
        Ok(_) if signature.is_some_and(|(start, _)| matches!(*start, b"%PDF-" | b"PK\x03\x04")) => {
            Err(Error::Binary { name: name.to_owned(), looks_like: signature.map(|(_, format)| *format) })
        }
        Ok(text) if text.trim().is_empty() => Err(Error::Empty { name: name.to_owned() }),
        Ok(text) => Ok(text.strip_prefix('\u{feff}').unwrap_or(text)),
        Err(_) if signature.is_some() || bytes.contains(&0) => {
            Err(Error::Binary { name: name.to_owned(), looks_like: signature.map(|(_, format)| *format) })
        }
        Err(error) => Err(Error::NotUtf8 {
            name: name.to_owned(),
            offset: error.valid_up_to(),
            looks_like: declared_charset(bytes).or_else(|| eight_bit(bytes).map(str::to_owned)),
        }),
    }
}

/// The charset that a page's `<meta>` names in its first kilobytes.
fn declared_charset(bytes: &[u8]) -> Option<String> {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(4096)]).to_ascii_lowercase();
    let after = &head[head.find("charset=")? + "charset=".len()..];
    let name: String = after
        .trim_start_matches(['"', '\'', ' '])
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
        .collect();
    (!name.is_empty() && name != "utf-8").then_some(name)
}

/// Text in letters of the Latin alphabet with a few bytes above 127.
fn eight_bit(bytes: &[u8]) -> Option<&'static str> {
    let n_high = bytes.iter().filter(|byte| **byte > 127).count();
    (n_high * 5 < bytes.len()).then_some("Windows-1252 or Latin-1")
}

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
        return Ok((own.or_else(prose).ok_or_else(|| not_text(input))?, Some(kind)));
    }
    match FORMATS.iter().find(|format| format.name == word) {
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
        let rank = ((format.sniff)(input), format.extensions.contains(&extension.as_str()));
        if rank.0 > Confidence::No && found.is_none_or(|(highest, _)| rank > highest) {
            found = Some((rank, format));
        }
    }
    found.map(|(_, format)| format)
}

/// Text that even the reader of plain text refuses.
fn not_text(input: &Input) -> Error {
    Error::Binary { name: input.name.to_owned(), looks_like: None }
}

/// Says how many characters of the source no reader of it would see.
pub(crate) fn odd_characters(input: &Input) -> Vec<Problem> {
    let count = |odd: fn(char) -> bool| input.text.chars().filter(|c| odd(*c)).count();
    let n_control = count(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'));
    let n_hidden = count(|c| turns(c) || is_tag(c));
    let n_invisible = count(|c| matches!(c, '\u{200b}' | '\u{2060}'..='\u{2064}' | '\u{feff}'));
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
            ("x.txt", "# One\n\n## Two\n\nbody\n", None, "markdown"),
            ("x.txt", "# One\nbody\n", None, "markdown"),
            ("x.py", "#!/usr/bin/python\n\n# comment\n\nx = 1\n", None, "text"),
            ("x.py", "x = 1\n# comment\ny = 2\n", None, "text"),
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
    fn bytes_that_are_no_text_are_told_apart() {
        let message = |bytes: &[u8]| super::super::read("x", bytes, None).unwrap_err();
        assert!(matches!(message(b" \n\xef\xbb\xbf"), Error::Empty { .. } | Error::NothingRead { .. }));
        assert!(matches!(message(b"%PDF-1.4 x"), Error::Binary { looks_like: Some("PDF"), .. }));
        assert!(matches!(message(b"\xffab\x00"), Error::Binary { looks_like: None, .. }));
        assert!(matches!(message(b"plain\0words"), Error::Binary { looks_like: None, .. }));
        match message(b"caf\xe9 au lait") {
            Error::NotUtf8 { offset: 3, looks_like, .. } => {
                assert_eq!(looks_like.as_deref(), Some("Windows-1252 or Latin-1"));
            }
            other => panic!("{other}"),
        }
        match message(b"\xff\xfeh\x00i\x00") {
            Error::NotUtf8 { offset: 0, looks_like, .. } => {
                assert_eq!(looks_like.as_deref(), Some("UTF-16, little endian"));
            }
            other => panic!("{other}"),
        }
        match message(b"<html><meta charset=\"Shift_JIS\"><p>\x83\x65") {
            Error::NotUtf8 { looks_like, .. } => assert_eq!(looks_like.as_deref(), Some("shift_jis")),
            other => panic!("{other}"),
        }
        match super::super::read("x", b"a", Some("markdwon")).unwrap_err() {
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
    }
}
