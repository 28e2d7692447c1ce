//! The canonical form of text, in which documents are cut, counted and hashed.

use std::borrow::Cow;

use super::lines::ended_lines;

/// Puts text into the canonical form of documents.
///
/// LF line ends, no byte order mark, no control characters except LF and tab, no marks that turn the
/// writing direction around or hide text in tags (flags keep theirs), no blanks at line ends, at most
/// one empty line in a row, no empty line at the start, one LF at the end.
/// Text of white space only becomes the empty string. The form is a fixpoint.
/// Returns the text and how many of those characters were taken out.
pub fn canonical(text: &str) -> (String, usize) {
    let mut out = String::with_capacity(text.len() + 1);
    let mut n_removed = 0;
    let mut n_empty = 0;
    // A byte order mark further in would lead the text once the lines before it are gone.
    let mut text = Cow::Borrowed(text);
    if text.contains('\u{feff}') {
        text = Cow::Owned(text.replace('\u{feff}', ""));
    }
    if text.contains('\r') {
        text = Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n"));
    }
    for raw in ended_lines(&text).map(unended) {
        let line_start = out.len();
        let mut in_flag = false;
        // Most lines have nothing but printed ASCII.
        let odd = if is_plain(raw) { "" } else { raw };
        out.push_str(&raw[odd.len()..]);
        for character in odd.chars() {
            if is_taken_out(character, &mut in_flag) {
                n_removed += 1;
            } else {
                out.push(character);
            }
        }
        let content_end = line_start + out[line_start..].trim_end().len();
        out.truncate(content_end);
        if out.len() == line_start {
            n_empty += 1;
            continue;
        }
        if line_start > 0 && n_empty > 0 {
            out.insert(line_start, '\n');
        }
        n_empty = 0;
        out.push('\n');
    }
    (out, n_removed)
}

/// Whether [`canonical`] leaves a text as it is.
pub fn is_canonical(text: &str) -> bool {
    // No empty line stands in front of the first.
    let mut n_empty = 1;
    let is_kept = |line: &str| {
        n_empty = if line.is_empty() { n_empty + 1 } else { 0 };
        let mut in_flag = false;
        let shows = |c| c != '\u{feff}' && !is_taken_out(c, &mut in_flag);
        n_empty < 2 && !line.ends_with(char::is_whitespace) && (is_plain(line) || line.chars().all(shows))
    };
    let is_ended = text.is_empty() || text.ends_with('\n') && !text.ends_with("\n\n");
    is_ended && ended_lines(text).map(unended).all(is_kept)
}

fn unended(line: &str) -> &str {
    line.strip_suffix('\n').unwrap_or(line)
}

/// Whether a character is no part of a canonical line; a flag is followed by tags of its own.
fn is_taken_out(character: char, in_flag: &mut bool) -> bool {
    *in_flag = character == '\u{1f3f4}' || (*in_flag && is_tag(character));
    turns(character) || (is_tag(character) && !*in_flag) || (character.is_control() && character != '\t')
}

/// Whether a line is printed ASCII and tabs.
fn is_plain(line: &str) -> bool {
    line.bytes().fold(true, |plain, byte| plain & matches!(byte, b'\t' | b' '..=b'~'))
}

/// Whether a character sets or isolates the writing direction.
pub fn turns(character: char) -> bool {
    matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Whether a character is a tag: an invisible twin of an ASCII character.
pub fn is_tag(character: char) -> bool {
    matches!(character, '\u{e0000}'..='\u{e007f}')
}

/// Makes one line of any text: white space runs become one blank, control characters go.
pub fn line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    let mut is_apart = false;
    for c in text.chars() {
        if c.is_whitespace() {
            is_apart = true;
        } else if !c.is_control() {
            if is_apart && !line.is_empty() {
                line.push(' ');
            }
            is_apart = false;
            line.push(c);
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn canonical_text_has_one_form() {
        let cases = [
            ("", "", 0),
            (" \n\t\n", "", 0),
            ("a", "a\n", 0),
            ("\u{feff}a\r\nb\rc\n", "a\nb\nc\n", 0),
            ("\n\n  a  \n\n\n\nb\t\n\n", "  a\n\nb\n", 0),
            ("a\u{1b}[31mb\u{7}\u{0}\u{9b}c", "a[31mbc\n", 4),
            ("a\u{a0}\n\u{3000}\nb", "a\n\nb\n", 0),
            ("x\u{85}y", "xy\n", 1),
            ("a\u{202e}b\u{2066}c\u{e0049}\u{e0067}", "abc\n", 4),
            ("\u{1f3f4}\u{e0067}\u{e007f}\u{e0067}", "\u{1f3f4}\u{e0067}\u{e007f}\u{e0067}\n", 0),
            ("می\u{200c}خواهم 👩\u{200d}🚀", "می\u{200c}خواهم 👩\u{200d}🚀\n", 0),
            ("\n\u{feff}\u{feff}\n\u{1}\u{feff}a", "a\n", 1),
        ];
        for (raw, text, n_removed) in cases {
            assert_eq!(canonical(raw), (text.to_owned(), n_removed), "{raw:?}");
            assert_eq!(canonical(text), (text.to_owned(), 0), "fixpoint of {raw:?}");
            assert_eq!((is_canonical(raw), is_canonical(text)), (raw == text, true), "{raw:?}");
        }
    }

    #[test]
    fn a_line_is_one_line() {
        for (raw, text) in [
            (" a \n\tb\u{1b}]8;;x\u{7} ", "a b]8;;x"),
            ("", ""),
            ("\u{2028}a", "a"),
            ("a \u{7} b\u{7}c\u{85}d", "a bc d"),
        ] {
            assert_eq!(line(raw), text);
        }
    }
}
