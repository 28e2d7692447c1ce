//! Tables: those of data become Markdown tables, those of layout fall apart into their cells.

use super::attribute::Key;
use super::markdown::{Writer, join};
use super::names;
use super::tree::Id;

/// A cell with more characters than this is layout.
const MAX_CELL: usize = 1500;
/// So is, in a mail, one of more blocks than this.
const MAX_BLOCKS: usize = 2;
/// More columns than anyone reads.
const MAX_COLUMNS: usize = 64;

/// The Markdown of a table; none for one of layout.
pub(super) fn write(writer: &Writer, id: Id, depth: usize) -> Option<String> {
    let tree = writer.tree;
    let role = tree.attribute(id, Key::Role);
    if matches!(role, Some("presentation" | "none")) || tree.has(id, "table") {
        return None;
    }
    let rows: Vec<Id> =
        tree.named(id, "tr").filter(|row| !tree.ancestors(*row).any(|above| writer.gone[above])).collect();
    let mut lines: Vec<Vec<String>> = Vec::new();
    let mut n_heads = 0;
    for row in rows {
        let cells: Vec<Id> = writer.children(row).filter(|cell| matches!(tree.name(*cell), "td" | "th")).collect();
        let is_head = !cells.is_empty() && cells.iter().all(|cell| tree.name(*cell) == "th");
        let mut line = Vec::new();
        for cell in cells {
            line.push(self::cell(writer, cell, depth)?);
            let span: usize = tree.attribute(cell, Key::ColSpan).and_then(|span| span.trim().parse().ok()).unwrap_or(1);
            line.extend((1..span.min(MAX_COLUMNS)).map(|_| String::new()));
        }
        if line.is_empty() {
            continue;
        }
        n_heads += usize::from(is_head && n_heads == lines.len());
        lines.push(line);
    }
    if lines.iter().flatten().all(String::is_empty) {
        return None;
    }
    let n_columns = lines.iter().map(Vec::len).max().filter(|n| (1..=MAX_COLUMNS).contains(n))?;
    if lines.len() < 2 && (n_columns == 1 || writer.is_whole && n_heads == 0) {
        return None;
    }
    let mut out = String::new();
    if let Some(caption) = writer.children(id).find(|child| tree.name(*child) == "caption") {
        let caption = writer.line(caption);
        if !caption.is_empty() {
            out.push_str(&format!("{caption}\n\n"));
        }
    }
    let write = |out: &mut String, line: &[String]| {
        for column in 0..n_columns {
            out.push_str("| ");
            out.push_str(line.get(column).map_or("", String::as_str));
            out.push(' ');
        }
        out.push('|');
    };
    // A table without a head gets an empty one: its first row is data.
    let (head, body) = if n_heads > 0 { lines.split_at(1) } else { lines.split_at(0) };
    write(&mut out, head.first().map_or(&[], Vec::as_slice));
    out.push_str("\n|");
    out.push_str(&" --- |".repeat(n_columns));
    for line in body {
        out.push('\n');
        write(&mut out, line);
    }
    Some(out)
}

/// The words of a cell on one line; none where the cell holds a piece of the page.
fn cell(writer: &Writer, id: Id, depth: usize) -> Option<String> {
    let blocks = writer.blocks(id, depth);
    if writer.is_whole && blocks.len() > MAX_BLOCKS {
        return None;
    }
    let text = join(&blocks);
    let is_page = |at: Id| names::level(writer.tree.name(at)).is_some() || writer.tree.name(at) == "pre";
    if text.len() > MAX_CELL || writer.tree.within(id).any(is_page) && text.len() > 300 {
        return None;
    }
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    Some(text.replace('|', "\\|"))
}
