//! Lists and tables of an answer: which lines belong to one, and what stands in it.

use std::ops::Range;

use super::prose::{Inlay, inline, joined};

/// An item with its lines; those after the first go on in it.
struct Item {
    indent: usize,
    /// The number of an ordered list.
    number: Option<usize>,
    lines: Vec<Range<usize>>,
}

/// The list that begins with the first line, as HTML, and how many lines it has; blank ones may stand within.
pub(super) fn list(text: &str, lines: &[Range<usize>], inlays: &[Inlay]) -> Option<(String, usize)> {
    let indent = |line: &Range<usize>| text[line.clone()].len() - text[line.clone()].trim_start().len();
    let mut items: Vec<Item> = Vec::new();
    let mut n_lines = 0;
    for (place, line) in lines.iter().enumerate() {
        let own = text[line.clone()].trim_start();
        let from = line.start + indent(line);
        if let Some((number, length)) = mark(own) {
            let is_other = |last: &Item| last.number.is_some() != number.is_some() && last.indent == indent(line);
            if items.last().is_some_and(is_other) {
                break;
            }
            let first = from + length..line.end;
            items.push(Item { indent: indent(line), number, lines: vec![first] });
        } else if own.is_empty() {
            continue;
        } else {
            let is_fence = own.starts_with("```") || own.starts_with("~~~");
            match items.last_mut() {
                Some(last) if indent(line) > last.indent && !is_fence => last.lines.push(from..line.end),
                _ => break,
            }
        }
        n_lines = place + 1;
    }
    (n_lines > 0).then(|| (nested(text, &items, inlays), n_lines))
}

/// Items as nested lists; one that stands further in belongs to the one before.
fn nested(text: &str, items: &[Item], inlays: &[Inlay]) -> String {
    let Some(first) = items.first() else { return String::new() };
    let (open, tag) = match first.number {
        None => ("<ul>".to_owned(), "ul"),
        Some(1) => ("<ol>".to_owned(), "ol"),
        Some(number) => (format!("<ol start=\"{number}\">"), "ol"),
    };
    let mut out = open;
    let mut rest = items;
    while let Some((item, after)) = rest.split_first() {
        let n_within = after.iter().take_while(|other| other.indent > first.indent).count();
        let within = nested(text, &after[..n_within], inlays);
        out += &format!("<li>{}{within}</li>", joined(text, item.lines.clone(), inlays));
        rest = &after[n_within..];
    }
    out + &format!("</{tag}>")
}

/// Whether a line is an item: its number, and the length of its mark.
pub(super) fn mark(line: &str) -> Option<(Option<usize>, usize)> {
    if line.starts_with("- ") || line.starts_with("* ") || line.starts_with("+ ") {
        return Some((None, 2));
    }
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let is_number = (1..=3).contains(&digits) && (line[digits..].starts_with(". ") || line[digits..].starts_with(") "));
    is_number.then(|| (line[..digits].parse().ok(), digits + 2))
}

/// The table that begins with the first line, as HTML, and how many lines it has.
pub(super) fn table(text: &str, lines: &[Range<usize>], inlays: &[Inlay]) -> Option<(String, usize)> {
    let [head, rule, ..] = lines else { return None };
    let titles = cells(text, head);
    let is_rule = |cell: &Range<usize>| {
        let cell = text[cell.clone()].trim_start_matches(':').trim_end_matches(':');
        !cell.is_empty() && cell.bytes().all(|byte| byte == b'-')
    };
    let rules = cells(text, rule);
    if !text[head.clone()].contains('|') || rules.len() != titles.len() || !rules.iter().all(is_rule) {
        return None;
    }
    let n_rows = lines[2..].iter().take_while(|line| text[(*line).clone()].contains('|')).count();
    let row = |tag: &str, cells: Vec<Range<usize>>| {
        let cells = cells.into_iter().take(titles.len());
        let cells = cells.map(|cell| format!("<{tag}>{}</{tag}>", inline(text, cell, inlays)));
        format!("<tr>{}</tr>", cells.collect::<String>())
    };
    let body = lines[2..2 + n_rows].iter().map(|line| row("td", cells(text, line)));
    Some((format!("<table>{}{}</table>", row("th", titles.clone()), body.collect::<String>()), 2 + n_rows))
}

/// The cells of a row; a bar in code or after a backslash ends none.
fn cells(text: &str, line: &Range<usize>) -> Vec<Range<usize>> {
    let own = &text[line.clone()];
    let (mut cells, mut start, mut is_code, mut is_escaped) = (Vec::new(), 0, false, false);
    for (place, character) in own.char_indices() {
        match character {
            '`' if !is_escaped => is_code = !is_code,
            '|' if !is_code && !is_escaped => {
                cells.push(start..place);
                start = place + 1;
            }
            _ => {}
        }
        is_escaped = character == '\\' && !is_escaped;
    }
    cells.push(start..own.len());
    // Bars at both ends are a frame, not a cell.
    let is_empty = |cell: Option<&Range<usize>>| cell.is_some_and(|cell| own[cell.clone()].trim().is_empty());
    if cells.len() > 1 && is_empty(cells.first()) {
        cells.remove(0);
    }
    if cells.len() > 1 && is_empty(cells.last()) {
        cells.pop();
    }
    let trimmed = cells.into_iter().map(|cell| {
        let inner = &own[cell.clone()];
        let from = cell.start + inner.len() - inner.trim_start().len();
        line.start + from..line.start + from + inner.trim().len()
    });
    trimmed.collect()
}
