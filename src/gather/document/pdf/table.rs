//! Lines whose pieces stand in columns, as rows of cells.
//!
//! The rows with the most pieces say where the columns are. Words of a head that stand so near that
//! they were taken for one piece are parted where the next column begins.

use super::layout::{Line, Piece};
use super::prose::{is_leader, marker};

/// The table that some lines begin with; how many lines that are.
pub(super) fn table(lines: &[Line]) -> Option<(Vec<Vec<String>>, usize)> {
    let is_row = |line: &&Line| line.pieces.len() > 1 && !is_leader(&line.text()) && marker(line).is_none();
    let n = lines.iter().take_while(is_row).count();
    (2..=n).rev().find_map(|n| {
        let rows = &lines[..n];
        let columns = by_full_rows(rows).unwrap_or_else(|| by_gaps(rows));
        let cells: Vec<Vec<(usize, String)>> = rows.iter().map(|line| placed(line, &columns)).collect();
        let n_cells: usize = cells.iter().map(Vec::len).sum();
        let is_full = columns.len() > 2 && n_cells == columns.len() * n;
        if !(2..=16).contains(&columns.len()) || n < 3 && !is_full || n_cells * 10 < columns.len() * n * 6 {
            return None;
        }
        // The parts of a formula stand apart too.
        let is_word = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).count() * 2 > text.chars().count();
        let n_words = cells.iter().flatten().filter(|(_, text)| is_word(text)).count();
        if n_words * 10 < n_cells * 7 {
            return None;
        }
        let row = |placed: Vec<(usize, String)>| {
            let mut cells = vec![String::new(); columns.len()];
            for (at, text) in placed {
                if !cells[at].is_empty() {
                    cells[at].push(' ');
                }
                cells[at].push_str(text.trim());
            }
            cells
        };
        Some((cells.into_iter().map(row).collect(), n))
    })
}

/// Columns where no piece of any row reaches from one into the next.
fn by_gaps(rows: &[Line]) -> Vec<(f32, f32)> {
    let mut spans: Vec<(f32, f32)> =
        rows.iter().flat_map(|line| line.pieces.iter().map(|piece| (piece.left, piece.right))).collect();
    spans.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut columns: Vec<(f32, f32)> = Vec::new();
    for span in spans {
        match columns.last_mut() {
            Some(last) if span.0 < last.1 => last.1 = last.1.max(span.1),
            _ => columns.push(span),
        }
    }
    columns
}

/// Columns as the rows with the most pieces have them, where two of these at least agree.
fn by_full_rows(rows: &[Line]) -> Option<Vec<(f32, f32)>> {
    let most = rows.iter().map(|line| line.pieces.len()).max()?;
    let full: Vec<&Line> = rows.iter().filter(|line| line.pieces.len() == most).collect();
    if full.len() < 2 || full.len() * 3 < rows.len() {
        return None;
    }
    let column = |at: usize| {
        let pieces = full.iter().map(|line| &line.pieces[at]);
        pieces.fold((f32::MAX, f32::MIN), |(left, right), piece| (left.min(piece.left), right.max(piece.right)))
    };
    let columns: Vec<(f32, f32)> = (0..most).map(column).collect();
    columns.windows(2).all(|pair| pair[0].1 <= pair[1].0).then_some(columns)
}

/// The pieces of a row with their columns.
fn placed(line: &Line, columns: &[(f32, f32)]) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for piece in &line.pieces {
        let first = columns.iter().position(|column| piece.left < column.1).unwrap_or(columns.len() - 1);
        let mut at = first;
        let mut rest = piece.text.as_str();
        while let Some(split) = columns.get(at + 1).and_then(|next| parting(piece, rest, next.0)) {
            found.push((at, rest[..split].to_owned()));
            rest = rest[split..].trim_start();
            at += 1;
        }
        found.push((at, rest.to_owned()));
    }
    found
}

/// The byte of `rest`, the end of a piece, at which the words of the next column begin: where a word
/// begins about as far to the right as that column.
fn parting(piece: &Piece, rest: &str, column: f32) -> Option<usize> {
    if piece.right <= column {
        return None;
    }
    let n_before = (piece.text.len() - rest.len()) as f32;
    let unit = (piece.right - piece.left) / piece.text.len().max(1) as f32;
    let place = |at: usize| piece.left + (n_before + at as f32 + 1.0) * unit;
    let blanks = rest.match_indices(' ').map(|(at, _)| at);
    let nearest = blanks.min_by(|a, b| (place(*a) - column).abs().total_cmp(&(place(*b) - column).abs()))?;
    ((place(nearest) - column).abs() < 1.5 * piece.size).then_some(nearest)
}

#[cfg(test)]
mod tests {
    use super::super::page::Look;
    use super::*;

    /// A line of pieces that begin at these places, in letters that are five wide.
    fn row(base: f32, pieces: &[(f32, &str)]) -> Line {
        let piece = |(left, text): &(f32, &str)| Piece {
            text: (*text).to_owned(),
            left: *left,
            right: left + 5.0 * text.len() as f32,
            base,
            size: 10.0,
            look: Look::default(),
            n_letters: text.len(),
        };
        Line { pieces: pieces.iter().map(piece).collect(), column: (0.0, 400.0), flow: 0 }
    }

    #[test]
    fn words_of_a_head_that_stand_near_are_parted() {
        let rows = [
            row(40.0, &[(0.0, "Tool Words lost"), (120.0, "Time")]),
            row(30.0, &[(0.0, "Elm"), (26.0, "12"), (120.0, "4 s")]),
            row(20.0, &[(0.0, "Ash"), (26.0, "0"), (120.0, "9 s")]),
            row(10.0, &[(0.0, "Oak"), (120.0, "1 s")]),
        ];
        let (cells, n) = table(&rows).unwrap();
        assert_eq!(n, 4);
        let expected = [["Tool", "Words lost", "Time"], ["Elm", "12", "4 s"], ["Ash", "0", "9 s"], ["Oak", "", "1 s"]];
        assert_eq!(cells, expected.map(|row| row.map(str::to_owned).to_vec()));
    }
}
