//! Bytes or text: the one place that decides it.
//!
//! Text is decoded in the order of the WHATWG Encoding Standard: a byte order mark, what the
//! transport says, what the page itself declares, and then a guess (`chardetng`). Bytes that are
//! UTF-8 are UTF-8 whatever is declared, since no other encoding looks like it by accident. What
//! does not decode is shown as U+FFFD and counted, never dropped. Everything else is handed to the
//! formats as bytes.

use std::borrow::Cow;
use std::str;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, ISO_2022_JP, UTF_8, UTF_16BE, UTF_16LE};

use super::Error;
use crate::content::Problem;

/// What the bytes of a source are.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Body<'a> {
    /// Text without a byte order mark, and what a person should know about its encoding.
    Text(Cow<'a, str>, Option<Problem>),
    /// No text: what it is, a format with an eye for bytes says.
    Binary,
}

/// First bytes of files that are not text, what people call them, and whether text never begins so.
const SIGNATURES: &[(&[u8], &str, bool)] = &[
    (b"%PDF-", "PDF", true),
    (b"PK\x03\x04", "a zip archive (docx, epub, xlsx and exports are zip archives too)", true),
    (b"PK\x05\x06", "an empty zip archive", true),
    (b"\x1f\x8b", "gzip", true),
    (b"7z\xbc\xaf\x27\x1c", "7z", true),
    (b"Rar!\x1a\x07", "a RAR archive", true),
    (b"SQLite format 3\0", "an SQLite database", true),
    (b"\xd0\xcf\x11\xe0", "an old Office document", true),
    (b"\x89PNG", "a PNG image", true),
    (b"\xff\xd8\xff", "a JPEG image", true),
    (b"\x1aE\xdf\xa3", "Matroska or WebM video", true),
    (b"\x7fELF", "a program", true),
    (b"\xff\xfb", "MP3 audio", false),
    (b"GIF8", "a GIF image", false),
    (b"ID3", "MP3 audio", false),
    (b"OggS", "Ogg audio", false),
    (b"RIFF", "WAV, AVI or WebP", false),
];
/// What a compound file with the text of Word of 97 to 2003 is called.
pub const OLD_TEXT: &str = "a Word document of 97 to 2003 (doc)";
/// What one with the slides of `PowerPoint` of that time is called.
pub const OLD_SLIDES: &str = "PowerPoint slides of 97 to 2003 (ppt)";
/// A page declares its encoding within its first bytes.
const PRESCANNED: usize = 4096;
/// Bytes that a guess is made from.
const GUESSED: usize = 1024 * 1024;

/// Decides what `bytes` are; `charset` is the encoding that whoever sent them names.
pub(crate) fn body<'a>(name: &str, bytes: &'a [u8], charset: Option<&str>) -> Result<Body<'a>, Error> {
    let Some(decoded) = decoded(bytes, charset) else { return Ok(Body::Binary) };
    if decoded.text.trim().is_empty() {
        return Err(Error::Empty { name: name.to_owned() });
    }
    let problem = decoded.problem(name);
    let text = match decoded.text {
        Cow::Borrowed(text) => Cow::Borrowed(text.strip_prefix('\u{feff}').unwrap_or(text)),
        owned @ Cow::Owned(_) => owned,
    };
    Ok(Body::Text(text, problem))
}

/// The text of bytes that have to be text.
pub(crate) fn text<'a>(name: &str, bytes: &'a [u8]) -> Result<Cow<'a, str>, Error> {
    match body(name, bytes, None)? {
        Body::Text(text, _) => Ok(text),
        Body::Binary => Err(not_text(name, bytes)),
    }
}

/// Bytes that no format reads.
pub(crate) fn not_text(name: &str, bytes: &[u8]) -> Error {
    let signature = SIGNATURES.iter().find(|(start, ..)| bytes.starts_with(start));
    let looks_like = old_office(bytes).or(signature.map(|(_, format, _)| *format));
    Error::Binary { name: name.to_owned(), looks_like }
}

/// What an old Office document is, by the names of its streams, which are UTF-16.
fn old_office(bytes: &[u8]) -> Option<&'static str> {
    let has = |name: &str| {
        let name: Vec<u8> = name.bytes().flat_map(|byte| [byte, 0]).collect();
        memchr::memmem::find(bytes, &name).is_some()
    };
    let is_compound = bytes.starts_with(b"\xd0\xcf\x11\xe0");
    let kinds = [("WordDocument", OLD_TEXT), ("PowerPoint Document", OLD_SLIDES)];
    is_compound.then(|| kinds.into_iter().find(|(name, _)| has(name)))?.map(|(_, kind)| kind)
}

/// Text with the encoding it had.
struct Decoded<'a> {
    text: Cow<'a, str>,
    encoding: &'static Encoding,
    /// Who says that it is this encoding; nobody has to for UTF-8.
    word: Option<&'static str>,
    has_errors: bool,
}

impl Decoded<'_> {
    fn problem(&self, name: &str) -> Option<Problem> {
        let encoding = self.encoding.name();
        if self.has_errors {
            let n_lost = self.text.chars().filter(|c| *c == char::REPLACEMENT_CHARACTER).count();
            let message = format!("bytes that are not {encoding}, shown as \u{fffd}: {n_lost}");
            return Some(Problem::warning(name, message));
        }
        self.word.map(|word| Problem::note(name, format!("read as {encoding}, which {word}")))
    }
}

fn decoded<'a>(bytes: &'a [u8], charset: Option<&str>) -> Option<Decoded<'a>> {
    let plain = |text| Decoded { text: Cow::Borrowed(text), encoding: UTF_8, word: None, has_errors: false };
    if let Some((encoding, n_mark)) = Encoding::for_bom(bytes) {
        return Some(decode(&bytes[n_mark..], encoding, (encoding != UTF_8).then_some("its first bytes mark")));
    }
    let signature = SIGNATURES.iter().find(|(start, ..)| bytes.starts_with(start));
    if signature.is_some_and(|(.., certain)| *certain) || is_late_pdf(bytes) {
        return None;
    }
    let transport = charset.and_then(|label| Encoding::for_label(label.as_bytes()));
    let declared = transport
        .map(|encoding| (encoding, "its sender declares"))
        .or_else(|| Some((prescan(bytes)?, "the page declares")));
    if let Ok(text) = str::from_utf8(bytes) {
        // The one encoding of the standard whose bytes are all ASCII.
        return Some(match declared {
            Some((encoding, word)) if encoding == ISO_2022_JP && bytes.contains(&0x1b) => {
                decode(bytes, encoding, Some(word))
            }
            _ => plain(text),
        });
    }
    if bytes.contains(&0) {
        return Some(decode(bytes, wide(bytes)?, Some("its bytes look like"))).filter(|decoded| !decoded.has_errors);
    }
    if signature.is_some() || is_noise(bytes) {
        return None;
    }
    if is_broken_utf8(bytes) {
        return Some(decode(bytes, UTF_8, None));
    }
    let declared = declared.map(|(encoding, word)| decode(bytes, encoding, Some(word)));
    if declared.as_ref().is_some_and(|declared| !declared.has_errors) {
        return declared;
    }
    let guessed = decode(bytes, guess(bytes), Some("its bytes look like"));
    Some(declared.filter(|_| guessed.has_errors).unwrap_or(guessed))
}

fn decode<'a>(bytes: &'a [u8], encoding: &'static Encoding, word: Option<&'static str>) -> Decoded<'a> {
    let (text, has_errors) = encoding.decode_without_bom_handling(bytes);
    Decoded { text, encoding, word, has_errors }
}

/// The encoding that a page names in its `<meta>`, or in the declaration of XML.
fn prescan(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = bytes[..bytes.len().min(PRESCANNED)].trim_ascii_start();
    if !head.starts_with(b"<") {
        return None;
    }
    let head = String::from_utf8_lossy(head).to_ascii_lowercase();
    let label = |key: &str, within: &str| {
        let after = within[within.find(key)? + key.len()..].trim_start();
        let value = after.strip_prefix('=')?.trim_start_matches(['"', '\'', ' ']);
        let end = value.find(['"', '\'', ' ', ';', '>', '?', '/']).unwrap_or(value.len());
        Encoding::for_label(&value.as_bytes()[..end])
    };
    let xml = head.strip_prefix("<?xml").and_then(|rest| label("encoding", rest.split('>').next()?));
    let meta = || head.match_indices("<meta").find_map(|(at, _)| label("charset", head[at..].split('>').next()?));
    // A declaration that can be read as ASCII cannot be of UTF-16.
    xml.or_else(meta).map(|encoding| if encoding == UTF_16LE || encoding == UTF_16BE { UTF_8 } else { encoding })
}

/// UTF-16 without a mark: every other byte of Latin text is zero.
fn wide(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = &bytes[..bytes.len().min(PRESCANNED)];
    let zeros = |first: usize| head.iter().skip(first).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    let many = |n: usize, other: usize| n >= 4 && n * 5 > head.len() && other * 20 <= n;
    match () {
        () if many(odd, even) => Some(UTF_16LE),
        () if many(even, odd) => Some(UTF_16BE),
        () => None,
    }
}

/// UTF-8 with a few slips: a download cut within a character, a quotation of other bytes.
fn is_broken_utf8(bytes: &[u8]) -> bool {
    let (mut n_sound, mut n_broken, mut n_cut, mut at) = (0, 0, 0, 0);
    for chunk in bytes.utf8_chunks() {
        n_sound += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        at += chunk.valid().len() + chunk.invalid().len();
        let is_cut_off = at == bytes.len() && str::from_utf8(chunk.invalid()).is_err_and(|e| e.error_len().is_none());
        n_broken += usize::from(!chunk.invalid().is_empty() && !is_cut_off);
        n_cut = if is_cut_off { chunk.invalid().len() } else { 0 };
    }
    // One byte at the end of ASCII may be a letter of another encoding; two of three are no accident.
    n_sound > 0 && n_broken * 10 <= n_sound || n_broken == 0 && n_cut > 1
}

/// More control characters than any text has.
fn is_noise(bytes: &[u8]) -> bool {
    let is_odd = |byte: &&u8| (**byte < 0x20 && !matches!(**byte, b'\t'..=b'\r' | 0x1b)) || **byte == 0x7f;
    bytes.iter().filter(is_odd).count() * 50 > bytes.len()
}

/// A PDF behind other bytes, as mail programs and servers leave them (ISO 32000-1, annex H).
fn is_late_pdf(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(1024)];
    let begins = |at: usize| at == 0 || matches!(head[at - 1], b'\n' | b'\r' | 0) || !head[at - 1].is_ascii();
    memchr::memmem::find(head, b"%PDF-1.").is_some_and(begins)
        && memchr::memmem::find(bytes, b"endobj").is_some()
        && str::from_utf8(bytes).is_err()
}

/// What Firefox would take the bytes for.
fn guess(bytes: &[u8]) -> &'static Encoding {
    let first = bytes.iter().position(|byte| !byte.is_ascii()).unwrap_or(0).saturating_sub(64);
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(&bytes[first..bytes.len().min(first + GUESSED)], true);
    detector.guess(None, Utf8Detection::Deny)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], charset: Option<&str>, text: &str, told: Option<&str>) {
        match body("x", bytes, charset).unwrap() {
            Body::Text(found, problem) => {
                assert_eq!(found, text);
                assert_eq!(problem.map(|problem| problem.message).as_deref(), told, "{text:?}");
            }
            Body::Binary => panic!("{text:?} was taken for no text"),
        }
    }

    #[test]
    fn text_is_decoded_in_the_order_of_the_web() {
        let looks = |name: &str| format!("read as {name}, which its bytes look like");
        check(b"caf\xc3\xa9", None, "café", None);
        check(b"\xef\xbb\xbfcaf\xc3\xa9", Some("windows-1252"), "café", None);
        check(b"\xff\xfeh\0i\0", None, "hi", Some("read as UTF-16LE, which its first bytes mark"));
        check(b"\xfe\xff\0h\0i", None, "hi", Some("read as UTF-16BE, which its first bytes mark"));
        check(b"h\0e\0l\0l\0o\0 \0\xe9\0", None, "hello é", Some(&looks("UTF-16LE")));
        check(b"caf\xe9 au lait, d\xe9j\xe0 vu\n", None, "café au lait, déjà vu\n", Some(&looks("windows-1252")));
        check(b"\xcf\xf0\xe8\xe2\xe5\xf2, \xec\xe8\xf0", None, "Привет, мир", Some(&looks("windows-1251")));
        check(b"\xcf\xf0\xe8", Some("koi8-r"), "оПХ", Some("read as KOI8-R, which its sender declares"));
        let page = |meta: &str, words: &[u8]| [format!("<html>{meta}<p>").as_bytes(), words].concat();
        let told = "read as Shift_JIS, which the page declares";
        for meta in ["<meta charset=\"Shift_JIS\">", "<META content='text/html; charset=sjis' http-equiv=x>"] {
            let html = page(meta, b"\x83\x65");
            check(&html, None, &format!("<html>{meta}<p>テ"), Some(told));
        }
        let xml = b"<?xml version='1.0' encoding='iso-8859-2'?><p>\xb1</p>";
        let text = "<?xml version='1.0' encoding='iso-8859-2'?><p>ą</p>";
        check(xml, None, text, Some("read as ISO-8859-2, which the page declares"));
        // What is declared is not believed against the bytes.
        check(&page("<meta charset=latin1>", "é".as_bytes()), None, "<html><meta charset=latin1><p>é", None);
        check(b"\x1b$B%F\x1b(B", Some("iso-2022-jp"), "テ", Some("read as ISO-2022-JP, which its sender declares"));
    }

    #[test]
    fn what_does_not_decode_is_shown_and_counted() {
        let told = Some("bytes that are not UTF-8, shown as \u{fffd}: 1");
        check(&"naïve naï".as_bytes()[..10], None, "naïve na\u{fffd}", told);
        check("words “".as_bytes().split_last().unwrap().1, None, "words \u{fffd}", told);
        let mut slip = "é".repeat(20).into_bytes();
        slip.push(b'\xff');
        slip.extend(b"end");
        let text = format!("{}\u{fffd}end", "é".repeat(20));
        check(&slip, None, &text, told);
    }

    #[test]
    fn bytes_that_are_no_text_are_left_to_the_formats() {
        let noise: Vec<u8> = (0..=255u8).filter(|byte| *byte != 0).collect();
        for bytes in [
            &b"%PDF-1.4 x"[..],
            b"junk\n%PDF-1.4\n\xe9 endobj",
            b"PK\x03\x04",
            b"\xffab\x00",
            b"\xd0\xcf\x11\xe0",
            b"SQLite format 3\0",
            b"ID3\xff",
            &noise,
        ] {
            assert_eq!(body("x", bytes, None).unwrap(), Body::Binary, "{bytes:?}");
        }
        assert!(matches!(body("x", b"ID3 tags are words", None), Ok(Body::Text(..))));
        assert!(matches!(body("x", b" \n\xef\xbb\xbf", None), Err(Error::Empty { .. }) | Ok(Body::Text(..))));
        assert!(matches!(not_text("x", b"%PDF-"), Error::Binary { looks_like: Some("PDF"), .. }));
    }
}
