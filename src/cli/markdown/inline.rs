//! The text of a line cut into pieces with a style: emphasis, code, links, citations.
//!
//! What opens something is held back until its end is seen; what does not end on its line, or not
//! within [`REACH`] bytes, opens nothing and stands as it is.

use super::Links;
use super::flow::Flow;
use super::style::{Style, address};
use crate::bundle::quotation::marks;

/// How far away the end of a mark may be.
const REACH: usize = 600;

/// Reads the text of lines.
pub(super) struct Inline<'l> {
    links: Links<'l>,
    base: Style,
    /// The character before the next one.
    before: char,
}

/// What stands at the beginning of a text.
enum Found<'a> {
    /// Something that may still end: more must be seen.
    Open,
    /// So many bytes of plain words.
    Words(usize),
    /// Something that ended: its bytes, its inside, and how that looks.
    Emphasis {
        n_bytes: usize,
        inside: &'a str,
        look: fn(&mut Style),
    },
    Code {
        n_bytes: usize,
        inside: &'a str,
    },
    Link {
        n_bytes: usize,
        text: &'a str,
        url: &'a str,
    },
    Citation(usize),
    Escaped,
}

impl<'l> Inline<'l> {
    pub(super) fn new(links: Links<'l>) -> Self {
        Self { links, base: Style::PLAIN, before: ' ' }
    }

    /// Begins a line whose words look like this.
    pub(super) fn begin(&mut self, base: Style) {
        self.base = base;
        self.before = ' ';
    }

    /// Hands on what is decided; `is_whole` says that the line has ended.
    pub(super) fn drain(&mut self, held: &mut String, is_whole: bool, flow: &mut Flow) {
        let base = self.base.clone();
        let n_taken = self.read(held, is_whole, &base, flow);
        held.drain(..n_taken);
    }

    /// A whole text in a style.
    pub(super) fn all(&mut self, text: &str, style: &Style, flow: &mut Flow) {
        self.before = ' ';
        self.read(text, true, style, flow);
    }

    fn read(&mut self, text: &str, is_whole: bool, style: &Style, flow: &mut Flow) -> usize {
        let mut at = 0;
        while at < text.len() {
            let rest = &text[at..];
            let found = self.find(rest, is_whole);
            let n_bytes = match found {
                Found::Open => break,
                Found::Words(n_bytes) => {
                    flow.push(&rest[..n_bytes], style);
                    n_bytes
                }
                Found::Escaped => {
                    let escaped = rest[1..].chars().next().unwrap_or_default();
                    flow.push(escaped.encode_utf8(&mut [0; 4]), style);
                    1 + escaped.len_utf8()
                }
                Found::Emphasis { n_bytes, inside, look } => {
                    let mut style = style.clone();
                    look(&mut style);
                    self.before = ' ';
                    self.read(inside, true, &style, flow);
                    n_bytes
                }
                Found::Code { n_bytes, inside } => {
                    // Without colour the backticks say what it is.
                    let shown = if flow.colour() { inside } else { &rest[..n_bytes] };
                    flow.push(shown, &Style { code: true, ..style.clone() });
                    n_bytes
                }
                Found::Link { n_bytes, text, url } => {
                    let link = address(url);
                    let look = Style { underline: true, link: link.clone(), ..style.clone() };
                    self.before = ' ';
                    self.read(text, true, &look, flow);
                    // Where a link leads is seen, whatever its words say.
                    if text.trim() != url {
                        flow.push(&format!(" <{url}>"), &Style { dim: true, link, ..style.clone() });
                    }
                    n_bytes
                }
                Found::Citation(n_bytes) => {
                    let link = (self.links)(&rest[..n_bytes]).and_then(|url| address(&url));
                    flow.push(&rest[..n_bytes], &Style { underline: true, link, ..style.clone() });
                    n_bytes
                }
            };
            self.before = rest[..n_bytes].chars().next_back().unwrap_or(' ');
            at += n_bytes;
        }
        at
    }

    /// What stands at the beginning of `text`, which is not empty.
    fn find<'a>(&self, text: &'a str, is_whole: bool) -> Found<'a> {
        let first = text.chars().next().unwrap_or_default();
        let is_late = is_whole || text.len() > REACH;
        let otherwise = if is_late { Found::Words(first.len_utf8()) } else { Found::Open };
        match first {
            '\\' => match text[1..].chars().next() {
                Some(next) if next.is_ascii_punctuation() => Found::Escaped,
                None if !is_whole => Found::Open,
                _ => Found::Words(1),
            },
            '`' => code(text, is_late).unwrap_or(otherwise),
            '*' | '_' | '~' => self.emphasis(text, first, is_whole, is_late),
            '[' => bracketed(text, is_whole).unwrap_or(otherwise),
            '!' if text.len() == 1 && !is_whole => Found::Open,
            '!' if text[1..].starts_with('[') => match bracketed(&text[1..], is_whole) {
                // A picture is not loaded; its words and its address are what there is to see.
                Some(Found::Link { n_bytes, text, url }) => Found::Link { n_bytes: n_bytes + 1, text, url },
                Some(_) => Found::Words(1),
                None => otherwise,
            },
            _ => {
                let special = |c: char| matches!(c, '\\' | '`' | '*' | '_' | '~' | '[' | '!');
                Found::Words(text.find(special).unwrap_or(text.len()).max(first.len_utf8()))
            }
        }
    }

    fn emphasis<'a>(&self, text: &'a str, mark: char, is_whole: bool, is_late: bool) -> Found<'a> {
        let n = text.chars().take_while(|c| *c == mark).count();
        if n == text.len() && !is_whole {
            return Found::Open;
        }
        let opens = text[n..].chars().next().is_some_and(|c| !c.is_whitespace());
        // `snake_case` has no emphasis, and one tilde is "about".
        let is_inside_word = mark == '_' && self.before.is_alphanumeric();
        if !opens || is_inside_word || n > 3 || (mark == '~' && n != 2) {
            return Found::Words(n);
        }
        let within = &text[n..floor(text, REACH)];
        match closing(within, mark, n) {
            Some(end) => {
                let look: fn(&mut Style) = match (mark, n) {
                    ('~', _) => |style| style.strike = true,
                    (_, 1) => |style| style.italic = true,
                    (_, 2) => |style| style.bold = true,
                    _ => |style| (style.bold, style.italic) = (true, true),
                };
                // A longer run may still come: `**a *b***`.
                if n + end + n == text.len() && !is_whole {
                    return Found::Open;
                }
                Found::Emphasis { n_bytes: n + end + n, inside: &within[..end], look }
            }
            _ if is_late => Found::Words(n),
            _ => Found::Open,
        }
    }
}

/// The end of an emphasis of `n` marks in the text behind its beginning.
fn closing(text: &str, mark: char, n: usize) -> Option<usize> {
    let mut before = ' ';
    let mut at = 0;
    // Marks that opened something inside and must be closed first.
    let mut inner = 0_usize;
    while at < text.len() {
        let rest = &text[at..];
        let first = rest.chars().next()?;
        if first == '\\' {
            at += 1 + rest[1..].chars().next().map_or(0, char::len_utf8);
            before = 'a';
            continue;
        }
        if first == '`'
            && let Some(Found::Code { n_bytes, .. }) = code(rest, true)
        {
            at += n_bytes;
            before = '`';
            continue;
        }
        if first == mark {
            let run = rest.chars().take_while(|c| *c == mark).count();
            let after = rest[run..].chars().next();
            let is_word_end = mark != '_' || !after.is_some_and(char::is_alphanumeric);
            let closes = !before.is_whitespace() && is_word_end;
            if closes && run >= n + inner && (inner > 0 || run == n || run > 2) {
                return Some(at + run - n);
            }
            if closes && run == inner {
                inner = 0;
            } else if inner == 0 && run != n && after.is_some_and(|c| !c.is_whitespace()) && before.is_whitespace() {
                inner = run;
            }
            at += run;
            before = mark;
            continue;
        }
        before = first;
        at += first.len_utf8();
    }
    None
}

/// Code between runs of as many backticks.
fn code(text: &str, is_late: bool) -> Option<Found<'_>> {
    let n = text.bytes().take_while(|byte| *byte == b'`').count();
    let within = &text[n..floor(text, REACH).max(n)];
    let mut at = 0;
    while let Some(found) = within[at..].find('`') {
        let start = at + found;
        let run = within[start..].bytes().take_while(|byte| *byte == b'`').count();
        // A run at the very end may still grow.
        if run == n && (is_late || start + run < within.len()) {
            let inside = &within[..start];
            let inside = inside.strip_prefix(' ').and_then(|text| text.strip_suffix(' ')).unwrap_or(inside);
            return Some(Found::Code { n_bytes: n + start + n, inside });
        }
        at = start + run;
    }
    is_late.then_some(Found::Words(n))
}

/// `[text](url)`, `[s2 41:07]`, or brackets that mean nothing; none where more must be seen.
fn bracketed(text: &str, is_whole: bool) -> Option<Found<'_>> {
    let within = &text[..floor(text, REACH)];
    let mut depth = 0_usize;
    let end = within.char_indices().find(|(_, character)| {
        depth = match character {
            '[' => depth + 1,
            ']' => depth - 1,
            _ => depth,
        };
        depth == 0
    });
    let (end, _) = end?;
    let after = &within[end + 1..];
    if let Some(target) = after.strip_prefix('(') {
        return match target.split_once(')') {
            Some((url, _)) if !url.is_empty() && !url.contains(' ') => {
                Some(Found::Link { n_bytes: end + 1 + 1 + url.len() + 1, text: &text[1..end], url })
            }
            Some(_) => Some(Found::Words(1)),
            None => None,
        };
    }
    let is_mark = marks(&within[..=end]).first().is_some_and(|mark| mark.range == (0..end + 1));
    match (after.is_empty(), is_whole) {
        // A parenthesis may follow, and make it a link.
        (true, false) => None,
        _ if is_mark => Some(Found::Citation(end + 1)),
        _ => Some(Found::Words(1)),
    }
}

/// The largest border of characters within so many bytes.
fn floor(text: &str, n_bytes: usize) -> usize {
    text.floor_char_boundary(n_bytes)
}
