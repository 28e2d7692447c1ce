//! A table laid out in columns that fit; one that cannot fit stands as it was written.

use super::flow::{Flow, columns};
use super::inline::Inline;
use super::style::Style;

/// Columns that a column of a table has at least.
const NARROWEST: usize = 8;

/// Lays out the rows of what may be a table.
pub(super) fn lay_out(rows: &[String], inline: &mut Inline<'_>, flow: &mut Flow) {
    let cells: Vec<Vec<String>> = rows.iter().map(|row| cells(row)).collect();
    let n_columns = cells.iter().map(Vec::len).max().unwrap_or(0);
    let is_table = cells.get(1).is_some_and(|row| !row.is_empty() && row.iter().all(|cell| is_delimiter(cell)));
    let gaps = 3 * n_columns.saturating_sub(1);
    if !is_table || NARROWEST * n_columns + gaps > flow.width() {
        for row in rows {
            flow.verbatim(row, &Style::PLAIN);
        }
        return;
    }
    let mut laid: Vec<(Style, Vec<String>)> = Vec::new();
    for (n, row) in cells.into_iter().enumerate().filter(|(n, _)| *n != 1) {
        let style = if n == 0 { Style::BOLD } else { Style::PLAIN };
        laid.push((style, row));
    }
    let mut one = |cell: &str, style: &Style, width: usize| {
        let mut column = Flow::new(width, flow.colour());
        inline.all(cell, style, &mut column);
        column.end_line();
        let text = column.take();
        text.trim_end_matches('\n').split('\n').map(str::to_owned).collect::<Vec<_>>()
    };
    let natural = |at: usize| {
        let widths = laid.iter().filter_map(|(_, row)| row.get(at)).map(|cell| columns(cell));
        widths.max().unwrap_or(0).max(3)
    };
    let widths = fitted((0..n_columns).map(natural).collect(), flow.width() - gaps);
    let rendered: Vec<Vec<Vec<String>>> = laid
        .iter()
        .map(|(style, row)| {
            let empty = String::new();
            (0..n_columns).map(|at| one(row.get(at).unwrap_or(&empty), style, widths[at])).collect()
        })
        .collect();
    let is_tall = rendered.iter().skip(1).any(|row| row.iter().any(|cell| cell.len() > 1));
    for (n, row) in rendered.iter().enumerate() {
        let n_lines = row.iter().map(Vec::len).max().unwrap_or(1);
        for line in 0..n_lines {
            let mut shown = String::new();
            for (at, cell) in row.iter().enumerate() {
                let text = cell.get(line).map_or("", String::as_str);
                let last = at + 1 == n_columns;
                let padding = if last { 0 } else { widths[at].saturating_sub(visible(text)) };
                shown += &format!("{text}{}{}", " ".repeat(padding), if last { "" } else { " │ " });
            }
            flow.verbatim(shown.trim_end(), &Style::PLAIN);
        }
        let is_last = n + 1 == rendered.len();
        if n == 0 || (is_tall && !is_last) {
            let line: Vec<String> = widths.iter().map(|width| "─".repeat(*width)).collect();
            flow.verbatim(&line.join("─┼─"), &Style::DIM);
        }
    }
}

/// Widths that together have room, the widest giving way first.
fn fitted(mut widths: Vec<usize>, room: usize) -> Vec<usize> {
    while widths.iter().sum::<usize>() > room {
        let widest = widths.iter().copied().max().unwrap_or(0);
        let Some(place) = widths.iter().position(|width| *width == widest) else { break };
        widths[place] -= 1;
    }
    widths
}

fn cells(row: &str) -> Vec<String> {
    let row = row.trim().strip_prefix('|').unwrap_or(row.trim());
    let row = row.strip_suffix('|').filter(|row| !row.ends_with('\\')).unwrap_or(row);
    let mut cells = vec![String::new()];
    let (mut is_escaped, mut in_code) = (false, false);
    for character in row.chars() {
        match character {
            '|' if is_escaped => {
                // The backslash was for the table.
                cells.last_mut().map(String::pop);
                cells.last_mut().into_iter().for_each(|cell| cell.push('|'));
            }
            '|' if !in_code => cells.push(String::new()),
            other => {
                in_code ^= other == '`';
                cells.last_mut().into_iter().for_each(|cell| cell.push(other));
            }
        }
        is_escaped = character == '\\' && !is_escaped;
    }
    cells.iter().map(|cell| cell.trim().replace("<br>", " ")).collect()
}

fn is_delimiter(cell: &str) -> bool {
    let line = cell.strip_prefix(':').unwrap_or(cell);
    let line = line.strip_suffix(':').unwrap_or(line);
    !line.is_empty() && line.bytes().all(|byte| byte == b'-')
}

/// Columns of a text with escape sequences of this room.
fn visible(text: &str) -> usize {
    let mut width = 0;
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\u{1b}') {
        width += columns(before);
        let end = match after.strip_prefix(']') {
            Some(_) => after.find("\u{1b}\\").map(|at| at + 2),
            None => after.find('m').map(|at| at + 1),
        };
        rest = end.and_then(|end| after.get(end..)).unwrap_or_default();
    }
    width + columns(rest)
}
