//! What kind of line this is, told from as little of it as tells it.

use super::style::Style;

/// Where in the text the next character stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Block {
    /// At the beginning of a line that may be anything.
    Start,
    /// In a line of text.
    Text,
    /// Between fences.
    Code { fence: String },
}

/// What stands before the words of a line, on its first row and on those that follow.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Prefix {
    /// Before the first word.
    pub(super) first: Vec<(String, Style)>,
    /// Before the words of the rows below.
    pub(super) rest: Vec<(String, Style)>,
}

/// How a line begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Opening {
    /// More of it must be seen.
    Undecided,
    Blank,
    Rule,
    Row,
    Fence {
        fence: String,
    },
    /// Text, after so many bytes that the prefix stands for.
    Begins {
        n_bytes: usize,
        prefix: Prefix,
        base: Style,
    },
}

impl Prefix {
    fn push(&mut self, first: &str, rest: &str, style: &Style) {
        self.first.push((first.to_owned(), style.clone()));
        self.rest.push((rest.to_owned(), style.clone()));
    }
}

/// Looks at the beginning of a line; `is_whole` says that it has ended.
pub(super) fn opening(line: &str, is_whole: bool) -> Opening {
    let mut prefix = Prefix::default();
    let mut at = 0;
    loop {
        let rest = &line[at..];
        let words = rest.trim_start_matches(' ');
        let n_blanks = rest.len() - words.len();
        if words.is_empty() && !is_whole {
            return Opening::Undecided;
        }
        if at == 0 {
            if words.is_empty() {
                return Opening::Blank;
            }
            if let Some(opening) = of_its_own(words, is_whole) {
                return opening;
            }
        }
        // Deeper than this a list is not read any better.
        let indent = " ".repeat(n_blanks.min(12));
        if let Some(quoted) = words.strip_prefix('>') {
            prefix.push("│ ", "│ ", &Style::DIM);
            if quoted.is_empty() && !is_whole {
                return Opening::Undecided;
            }
            at = line.len() - quoted.strip_prefix(' ').unwrap_or(quoted).len();
            continue;
        }
        let (mark, base) = match marked(words, is_whole) {
            Marked::Undecided => return Opening::Undecided,
            Marked::No => {
                prefix.push(&indent, &indent, &Style::PLAIN);
                return Opening::Begins { n_bytes: at + n_blanks, prefix, base: Style::PLAIN };
            }
            Marked::Yes { mark, base } => (mark, base),
        };
        prefix.push(&indent, &indent, &Style::PLAIN);
        let n_bytes = line.len() - words[mark.len()..].trim_start_matches(' ').len();
        // What follows the blanks behind a mark may still be one of them.
        if n_bytes == line.len() && !is_whole {
            return Opening::Undecided;
        }
        if base == Style::PLAIN {
            let shown = if mark.len() == 1 { "• ".to_owned() } else { format!("{mark} ") };
            let width = shown.chars().count();
            prefix.push(&shown, &" ".repeat(width), &Style::PLAIN);
        }
        return Opening::Begins { n_bytes, prefix, base };
    }
}

/// Lines that are something as a whole: rules, fences, rows of a table.
fn of_its_own(words: &str, is_whole: bool) -> Option<Opening> {
    let first = words.chars().next()?;
    match first {
        '|' => Some(if is_whole { Opening::Row } else { Opening::Undecided }),
        '-' | '*' | '_' => {
            let is_rule = words.trim_end().chars().all(|c| c == first);
            match (is_rule, is_whole) {
                (true, true) if words.trim_end().len() >= 3 => Some(Opening::Rule),
                (true, false) if words.len() < 80 && !words.ends_with(' ') => Some(Opening::Undecided),
                _ => None,
            }
        }
        '`' | '~' => {
            let n = words.chars().take_while(|c| *c == first).count();
            match (n, words.len() == n, is_whole) {
                (..3, true, false) | (3.., _, false) => Some(Opening::Undecided),
                // An info string has no backtick, else it is code within a line.
                (3.., _, true) if first == '~' || !words[n..].contains('`') => {
                    Some(Opening::Fence { fence: words[..n].to_owned() })
                }
                _ => None,
            }
        }
        _ => None,
    }
}

enum Marked {
    No,
    Undecided,
    Yes { mark: String, base: Style },
}

/// The mark of a heading or a list, which a blank ends.
fn marked(words: &str, is_whole: bool) -> Marked {
    let is_mark = |c: &char| matches!(c, '#' | '-' | '*' | '+' | '.' | ')') || c.is_ascii_digit();
    let mark: String = words.chars().take_while(is_mark).take(10).collect();
    let is_ended = words[mark.len()..].starts_with(' ');
    let n_digits = mark.bytes().take_while(u8::is_ascii_digit).count();
    let is_number = n_digits > 0 && matches!(&mark[n_digits..], "." | ")");
    let is_heading = !mark.is_empty() && mark.len() <= 6 && mark.bytes().all(|byte| byte == b'#');
    let may_be = match mark.as_bytes() {
        [] => false,
        [b'-' | b'*' | b'+'] => true,
        _ => is_number || is_heading || (n_digits == mark.len() && n_digits < 10),
    };
    if !may_be || (mark.len() < words.len() && !is_ended) {
        return Marked::No;
    }
    if !is_ended {
        return if is_whole { Marked::No } else { Marked::Undecided };
    }
    match mark.as_str() {
        _ if is_heading => {
            let base = Style { bold: true, underline: mark.len() == 1, ..Style::PLAIN };
            Marked::Yes { mark, base }
        }
        "-" | "*" | "+" => Marked::Yes { mark, base: Style::PLAIN },
        _ if is_number => Marked::Yes { mark, base: Style::PLAIN },
        _ => Marked::No,
    }
}
