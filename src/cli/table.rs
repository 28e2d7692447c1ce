//! Columns and bars of equal width, whatever the script of the words.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::printer::harmless;
use crate::content::line;
use crate::tokens::Tokens;

/// `text` in exactly `columns` columns: padded, or cut with an ellipsis.
pub(super) fn cell(text: &str, columns: usize) -> String {
    let short = shorten(&harmless(&line(text)), columns);
    let width = short.width();
    short + &" ".repeat(columns.saturating_sub(width))
}

/// `text` in at most `columns` columns.
pub(super) fn shorten(text: &str, columns: usize) -> String {
    if text.width() <= columns {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut width = 0;
    for character in text.chars() {
        width += character.width().unwrap_or(0);
        if width + 1 > columns {
            break;
        }
        out.push(character);
    }
    out + "…"
}

/// `12,041`
pub(super) fn thousands(n: u64) -> String {
    let digits = n.to_string();
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// `1 gap`, `3 gaps`, `2 branches`.
pub(super) fn counted(n: usize, noun: &str) -> String {
    let plural = if noun.ends_with("ch") { "es" } else { "s" };
    format!("{n} {noun}{}", if n == 1 { "" } else { plural })
}

/// Lines of at most `width` columns, broken at blanks, long words anywhere.
pub(super) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let width = width.max(2);
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let last = lines.last().map_or(0, |line| line.width());
        if last > 0 && last + 1 + word.width() > width {
            lines.push(String::new());
        } else if last > 0 {
            lines.last_mut().into_iter().for_each(|line| line.push(' '));
        }
        for character in word.chars() {
            if lines.last().map_or(0, |line| line.width()) + character.width().unwrap_or(0) > width {
                lines.push(String::new());
            }
            lines.last_mut().into_iter().for_each(|line| line.push(character));
        }
    }
    lines
}

/// Stacks of lines beside each other, each line in exactly `width` columns, no blanks at the end.
pub(super) fn columns(stacks: &[Vec<String>], width: usize, between: &str) -> String {
    let n_lines = stacks.iter().map(Vec::len).max().unwrap_or(0);
    let mut out = String::new();
    for number in 0..n_lines {
        let cells = stacks.iter().map(|stack| cell(stack.get(number).map_or("", String::as_str), width));
        out += cells.collect::<Vec<_>>().join(between).trim_end();
        out.push('\n');
    }
    out
}

/// A path in at most `columns` columns: whole, else its last parts.
pub(super) fn tail(path: &str, columns: usize) -> String {
    let mut rest = path;
    while rest.width() > columns.saturating_sub(if rest.len() < path.len() { 2 } else { 0 }) {
        match rest.split_once(['/', '\\']) {
            Some((_, shorter)) => rest = shorter,
            None => break,
        }
    }
    let kept =
        if rest.len() < path.len() && rest.width() + 2 <= columns { format!("…/{rest}") } else { rest.to_owned() };
    shorten(&kept, columns)
}

/// A bar of at most `columns` columns, in eighths, as long as `part` is of `whole`.
pub(super) fn bar(part: Tokens, whole: Tokens, columns: usize) -> String {
    const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    let whole = u64::from(whole.0.max(1));
    let columns = u64::try_from(columns).unwrap_or(0);
    let eighths = (u64::from(part.0) * columns * 8 / whole).min(columns * 8);
    let eighths = usize::try_from(eighths).unwrap_or(0);
    let shown = if eighths == 0 && part.0 > 0 { 1 } else { eighths };
    "█".repeat(shown / 8) + EIGHTHS[shown % 8]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_have_their_width() {
        for (text, expected) in [
            ("ab", "ab    "),
            ("a\u{202e}b", "ab    "),
            ("abcdef", "abcdef"),
            ("abcdefg", "abcde…"),
            ("漢字漢字", "漢字… "),
            ("", "      "),
        ] {
            assert_eq!(cell(text, 6), expected);
        }
    }

    #[test]
    fn numbers_are_grouped_however_large() {
        for (n, expected) in [(0, "0"), (999, "999"), (12_041, "12,041"), (99_999_999_999_999, "99,999,999,999,999")] {
            assert_eq!(thousands(n), expected);
        }
    }

    #[test]
    fn a_long_path_keeps_its_end() {
        let check = |path, expected| assert_eq!(tail(path, 12), expected, "{path}");
        check("talk.vtt", "talk.vtt");
        check("../a/talk.vtt", "…/a/talk.vtt");
        check("../../shared/talk.vtt", "…/talk.vtt");
        check("a/very-long-name-of-a-file.md", "very-long-n…");
    }

    #[test]
    fn stacks_stand_beside_each_other() {
        let stacks = [wrapped("one two three", 7), wrapped("漢字漢字 and more", 7)];
        assert_eq!(columns(&stacks, 7, " | "), "one two | 漢字漢\nthree   | 字 and\n        | more\n");
    }

    #[test]
    fn bars_grow_by_eighths() {
        let check = |part, expected| assert_eq!(bar(Tokens(part), Tokens(100), 4), expected, "{part}");
        check(0, "");
        check(1, "▏");
        check(50, "██");
        check(60, "██▍");
        check(100, "████");
        check(900, "████");
    }
}
