//! Lines whose pieces stand in columns, as rows of cells.
//!
//! The rows with the most pieces say where the columns are. Words of a head that stand so near that
//! they were taken for one piece are parted where the next column begins, and cells so where one wide
//! blank below the other runs through all rows.

use super::layout::{Line, Piece, Stop};
use super::prose::{is_leader, marker};

/// The table that some lines begin with; how many lines that are.
pub(super) fn table(lines: &[Line]) -> Option<(Vec<Vec<String>>, usize)> {
    let is_wide = |line: &Line| line.pieces.len() > 1 || line.pieces.iter().any(|piece| !stops(piece).is_empty());
    let is_row =
        |line: &&Line| is_wide(line) && line.table().is_none() && !is_leader(&line.text()) && marker(line).is_none();
    let n = lines.iter().take_while(is_row).count();
    (2..=n).rev().find_map(|n| {
        let rows = &parted(&lines[..n])[..];
        if rows.iter().any(|line| line.pieces.len() < 2) {
            return None;
        }
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

/// More rows than this are taken as they are.
const MAX_PARTED: usize = 120;

/// Rows whose pieces are parted at the wide blanks that one strip through all rows goes through.
fn parted(rows: &[Line]) -> Vec<Line> {
    let stops = |line: &Line| line.pieces.iter().flat_map(|piece| stops(piece).iter().copied()).collect::<Vec<Stop>>();
    let mut rows = rows.to_vec();
    let all: Vec<Vec<Stop>> = rows.iter().map(stops).collect();
    // Two lines of loose prose may have blanks below one another.
    if !(3..=MAX_PARTED).contains(&rows.len()) || all.iter().all(Vec::is_empty) {
        return rows;
    }
    let crosses = |line: &Line, x: f32| line.pieces.iter().any(|piece| piece.left < x && x < piece.right);
    let is_strip = |x: f32| {
        let is_open = |(line, stops): (&Line, &Vec<Stop>)| {
            !crosses(line, x) || stops.iter().any(|stop| stop.from <= x && x <= stop.to)
        };
        // It parts something in most rows, and is not beside them.
        let n_inside = rows.iter().filter(|line| line.left() < x && x < line.right()).count();
        n_inside * 2 > rows.len() && rows.iter().zip(&all).all(is_open)
    };
    let middles = all.iter().flatten().map(|stop| f32::midpoint(stop.from, stop.to));
    let mut strips: Vec<f32> = middles.filter(|x| is_strip(*x)).collect();
    strips.sort_by(f32::total_cmp);
    for line in &mut rows {
        let pieces = std::mem::take(&mut line.pieces);
        line.pieces = pieces.into_iter().flat_map(|piece| split(&piece, &strips)).collect();
    }
    rows
}

/// The wide blanks of a piece; in a fixed pitch all blanks are wide.
fn stops(piece: &Piece) -> &[Stop] {
    if piece.look.mono { &[] } else { &piece.stops }
}

/// A piece, parted at its wide blanks that a strip goes through.
fn split(piece: &Piece, strips: &[f32]) -> Vec<Piece> {
    let is_parting = |stop: &&Stop| strips.iter().any(|x| stop.from <= *x && *x <= stop.to);
    let partings: Vec<Stop> = stops(piece).iter().filter(is_parting).copied().collect();
    let mut out = Vec::new();
    let (mut from, mut left) = (0, piece.left);
    let last = Stop { at: piece.text.len(), from: piece.right, to: piece.right };
    for stop in partings.into_iter().chain([last]) {
        let text = piece.text.get(from..stop.at).unwrap_or_default().trim().to_owned();
        let n_letters = text.chars().filter(|c| !c.is_whitespace()).count();
        out.push(Piece { text, left, right: stop.from, n_letters, stops: Vec::new(), ..piece.clone() });
        (from, left) = (stop.at, stop.to);
    }
    out
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
            stops: Vec::new(),
            rows: Vec::new(),
        };
        Line { pieces: pieces.iter().map(piece).collect(), column: (0.0, 400.0), flow: 0 }
    }

    #[test]
    fn cells_that_stand_near_are_parted_where_a_strip_runs_through_all_rows() {
        // `180 September`, of which the blank is ten wide.
        let near = |base: f32, words: &str, number: &str, month: &str| {
            let mut line = row(base, &[(0.0, words), (100.0, &format!("{number} {month}"))]);
            let piece = &mut line.pieces[1];
            let from = 100.0 + 5.0 * number.len() as f32;
            piece.stops = vec![Stop { at: number.len() + 1, from, to: from + 10.0 }];
            piece.right += 5.0;
            line
        };
        let rows = [
            near(40.0, "kind", "grams", "picked"),
            near(30.0, "Conference", "  180", "September"),
            near(20.0, "Comice", "  220", "October"),
        ];
        let (cells, n) = table(&rows).unwrap();
        assert_eq!(n, 3);
        let expected = [["kind", "grams", "picked"], ["Conference", "180", "September"], ["Comice", "220", "October"]];
        assert_eq!(cells, expected.map(|row| row.map(str::to_owned).to_vec()));
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
