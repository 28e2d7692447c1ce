//! Tables that are ruled: lines that cross make a grid, and what stands between them a cell.
//!
//! A cell may hold several lines of words, and reach over columns or rows where no line parts them.
//! Whatever the lines of a drawing make, it is a table only where most of its cells hold words.

use std::collections::BTreeMap;

use super::layout::{self, Line};
use super::page::Letter;
use super::ruling::Ruling;

/// Lines nearer than this are one.
const NEAR: f32 = 2.5;
/// A side is open where lines reach so far beyond the last that crosses them.
const OPEN: f32 = 10.0;
/// More lines than this, once those on one place are joined, are a drawing.
const MAX_LINES: usize = 800;

/// A table and the place that it fills.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Grid {
    pub(crate) left: f32,
    pub(crate) right: f32,
    pub(crate) top: f32,
    /// The size of most of its letters.
    pub(crate) size: f32,
    /// Cells, line by line; the lines of words in a cell apart by line ends.
    pub(crate) rows: Vec<Vec<String>>,
}

/// Takes the letters of ruled tables from those of a page.
pub(crate) fn take(rulings: &[Ruling], letters: &mut Vec<Letter>) -> Vec<Grid> {
    let across = joined(rulings, false);
    let upright = joined(rulings, true);
    if across.len() < 2 || upright.is_empty() || across.len() + upright.len() > MAX_LINES {
        return Vec::new();
    }
    let mut found = Vec::new();
    for frame in frames(&across, &upright) {
        if let Some(grid) = frame.fill(letters) {
            letters.retain(|letter| !frame.holds(letter));
            found.push(grid);
        }
    }
    found
}

/// Lines in one direction, those joined that go on from one another.
fn joined(rulings: &[Ruling], is_upright: bool) -> Vec<Ruling> {
    let mut own: Vec<Ruling> = rulings.iter().filter(|ruling| ruling.is_upright == is_upright).copied().collect();
    own.sort_by(|a, b| a.at.total_cmp(&b.at).then(a.from.total_cmp(&b.from)));
    // Lines on nearly one place get one place, so that pieces of a line can be told to go on.
    let mut place = f32::MIN;
    for ruling in &mut own {
        if ruling.at - place > NEAR {
            place = ruling.at;
        }
        ruling.at = place;
    }
    own.sort_by(|a, b| a.at.total_cmp(&b.at).then(a.from.total_cmp(&b.from)));
    let mut out: Vec<Ruling> = Vec::new();
    for ruling in own {
        match out.last_mut() {
            Some(last) if (last.at - ruling.at).abs() < 0.1 && ruling.from <= last.to + NEAR => {
                last.to = last.to.max(ruling.to);
            }
            _ => out.push(ruling),
        }
    }
    out
}

/// The lines of one table.
#[derive(Debug, Default)]
struct Frame {
    across: Vec<Ruling>,
    upright: Vec<Ruling>,
    /// Where upright lines stand, from the left on.
    xs: Vec<f32>,
    /// Where lines across stand, from the top down.
    ys: Vec<f32>,
}

/// Lines that cross or touch, together.
fn frames(across: &[Ruling], upright: &[Ruling]) -> Vec<Frame> {
    let mut groups: Vec<usize> = (0..across.len() + upright.len()).collect();
    let spans = |line: &Ruling, at: f32| line.from - NEAR <= at && at <= line.to + NEAR;
    for (a, flat) in across.iter().enumerate() {
        for (b, tall) in upright.iter().enumerate() {
            if spans(flat, tall.at) && spans(tall, flat.at) {
                let (one, other) = (root(&mut groups, a), root(&mut groups, across.len() + b));
                groups[one.max(other)] = one.min(other);
            }
        }
    }
    let mut frames: BTreeMap<usize, Frame> = BTreeMap::new();
    for (at, line) in across.iter().chain(upright).enumerate() {
        let frame = frames.entry(root(&mut groups, at)).or_default();
        let (lines, places) =
            if line.is_upright { (&mut frame.upright, &mut frame.xs) } else { (&mut frame.across, &mut frame.ys) };
        lines.push(*line);
        if places.last() != Some(&line.at) {
            places.push(line.at);
        }
    }
    let closed = frames.into_values().map(|mut frame| {
        // Many a table is open at its sides: they are where its lines end.
        open_sides(&mut frame.xs, &frame.across);
        open_sides(&mut frame.ys, &frame.upright);
        frame.ys.reverse();
        frame
    });
    closed.collect()
}

/// Adds the places where lines across end beyond the outermost of those that cross them.
fn open_sides(places: &mut Vec<f32>, lines: &[Ruling]) {
    let low = lines.iter().map(|line| line.from).fold(f32::MAX, f32::min);
    let high = lines.iter().map(|line| line.to).fold(f32::MIN, f32::max);
    if places.first().is_some_and(|first| low < first - OPEN) {
        places.insert(0, low);
    }
    if places.last().is_some_and(|last| high > last + OPEN) {
        places.push(high);
    }
}

/// The first of the group that a line belongs to.
fn root(groups: &mut [usize], mut at: usize) -> usize {
    while groups[at] != at {
        groups[at] = groups[groups[at]];
        at = groups[at];
    }
    at
}

impl Frame {
    fn holds(&self, letter: &Letter) -> bool {
        let (Some(left), Some(right)) = (self.xs.first(), self.xs.last()) else { return false };
        let (Some(top), Some(bottom)) = (self.ys.first(), self.ys.last()) else { return false };
        let (x, y) = center(letter);
        letter.turns == 0 && x > *left && x < *right && y < *top && y > *bottom
    }

    /// The table, if most of its cells hold words.
    fn fill(&self, letters: &[Letter]) -> Option<Grid> {
        let (xs, ys) = (&self.xs, &self.ys);
        if !(3..=64).contains(&xs.len()) || !(3..=400).contains(&ys.len()) {
            return None;
        }
        let n_columns = xs.len() - 1;
        let corners = self.corners();
        let mut cells: Vec<Vec<Letter>> = vec![Vec::new(); corners.len()];
        let mut sizes = Vec::new();
        let mut before: Option<(&Letter, usize)> = None;
        for letter in letters.iter().filter(|letter| self.holds(letter)) {
            let goes_on = |(last, _): &(&Letter, usize)| {
                let gap = letter.left - last.right;
                (letter.base - last.base).abs() < 0.3 * letter.size && gap.abs() < 0.15 * letter.size
            };
            let is_blank = letter.text.trim().is_empty();
            // A word that reaches over a line stands where it begins.
            let begun = before.filter(goes_on).filter(|_| !is_blank);
            let cell = if let Some((_, cell)) = begun {
                cell
            } else {
                let (x, y) = center(letter);
                let column = xs.iter().skip(1).position(|right| x < *right)?;
                let row = ys.iter().skip(1).position(|bottom| y > *bottom)?;
                corners[row * n_columns + column]
            };
            cells[cell].push(letter.clone());
            sizes.push(letter.size);
            before = (!is_blank).then_some((letter, cell));
        }
        let n_cells = corners.iter().enumerate().filter(|(at, corner)| at == *corner).count();
        let cells: Vec<Vec<Words>> = cells.iter().map(|letters| words(letters)).collect();
        let n_filled = cells.iter().filter(|cell| !cell.is_empty()).count();
        // Double lines leave rows and columns that hold nothing.
        let stays: Vec<bool> =
            (0..n_columns).map(|at| cells.iter().skip(at).step_by(n_columns).any(|cell| !cell.is_empty())).collect();
        let row = |cells: &[Vec<Words>]| -> Vec<Vec<Words>> {
            cells.iter().zip(&stays).filter(|(_, stays)| **stays).map(|(cell, _)| cell.clone()).collect()
        };
        let full = cells.chunks(n_columns).filter(|row| row.iter().any(|cell| !cell.is_empty()));
        let rows: Vec<Vec<Vec<Words>>> = full.map(row).collect();
        let is_table = rows.len() > 1 && rows[0].len() > 1 && n_filled > 3 && n_filled * 2 >= n_cells;
        let size = layout::middle(sizes).filter(|_| is_table)?;
        // Many a table has lines under its head only, and all its rows between two of them.
        let is_sparse = rows.len() < 4;
        let rows = rows.iter().flat_map(|row| if is_sparse { unruled(row, size) } else { vec![whole(row)] }).collect();
        Some(Grid { left: xs[0], right: xs[n_columns], top: ys[0], size, rows })
    }

    /// For each cell, row by row, the first of those that no line parts it from.
    fn corners(&self) -> Vec<usize> {
        let (n_columns, n_rows) = (self.xs.len() - 1, self.ys.len() - 1);
        let beside = walls(&self.upright, &self.xs, &self.ys);
        let above = walls(&self.across, &self.ys, &self.xs);
        let corner = |at: usize| {
            let (mut row, mut column) = (at / n_columns, at % n_columns);
            while column > 0 && !beside[column * n_rows + row] {
                column -= 1;
            }
            while row > 0 && !above[row * n_columns + column] {
                row -= 1;
            }
            row * n_columns + column
        };
        (0..n_columns * n_rows).map(corner).collect()
    }
}

/// For each place where lines stand, which steps of the other direction they cover.
fn walls(lines: &[Ruling], places: &[f32], steps: &[f32]) -> Vec<bool> {
    let n_steps = steps.len() - 1;
    let mut walls = vec![false; places.len() * n_steps];
    for line in lines {
        let Some(place) = places.iter().position(|place| (place - line.at).abs() < 0.1) else { continue };
        for step in 0..n_steps {
            let middle = f32::midpoint(steps[step], steps[step + 1]);
            walls[place * n_steps + step] |= line.from < middle && middle < line.to;
        }
    }
    walls
}

fn center(letter: &Letter) -> (f32, f32) {
    (f32::midpoint(letter.left, letter.right), letter.base + 0.3 * letter.size)
}

/// A line of words in a cell, and how far up it stands.
type Words = (f32, String);

fn words(letters: &[Letter]) -> Vec<Words> {
    layout::lines(letters, Vec::new()).iter().map(|line: &Line| (line.base(), line.text())).collect()
}

/// A row of cells, each with all its lines.
fn whole(row: &[Vec<Words>]) -> Vec<String> {
    let text = |cell: &Vec<Words>| cell.iter().map(|(_, text)| text.as_str()).collect::<Vec<_>>().join("\n");
    row.iter().map(text).collect()
}

/// The rows between two lines: one for each line of words of the first cell, if those of nearly all other
/// cells stand beside them; words that are only wrapped seldom do.
fn unruled(row: &[Vec<Words>], size: f32) -> Vec<Vec<String>> {
    let bases: Vec<f32> = row.first().into_iter().flatten().map(|(base, _)| *base).collect();
    let is_beside = |cell: &&Vec<Words>| {
        cell.len() == bases.len() && cell.iter().zip(&bases).all(|((base, _), own)| (base - own).abs() < 0.4 * size)
    };
    let n_filled = row.iter().filter(|cell| !cell.is_empty()).count();
    let n_beside = row.iter().filter(is_beside).count();
    if bases.len() < 2 || n_beside < 2 || n_beside * 5 < n_filled * 4 {
        return vec![whole(row)];
    }
    let nearest = |base: f32| {
        let near = bases.iter().enumerate().min_by(|a, b| (a.1 - base).abs().total_cmp(&(b.1 - base).abs()));
        near.map_or(0, |(at, _)| at)
    };
    let mut rows = vec![vec![String::new(); row.len()]; bases.len()];
    for (column, (base, text)) in row.iter().enumerate().flat_map(|(at, cell)| cell.iter().map(move |line| (at, line)))
    {
        let cell = &mut rows[nearest(*base)][column];
        if !cell.is_empty() {
            cell.push('\n');
        }
        cell.push_str(text);
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::super::page::Look;
    use super::*;

    fn ruling(is_upright: bool, at: f32, from: f32, to: f32) -> Ruling {
        Ruling { is_upright, at, from, to }
    }

    /// Words whose letters are five wide and ten high.
    fn written(words: &[(f32, f32, &str)]) -> Vec<Letter> {
        let letters = words.iter().flat_map(|(left, base, text)| {
            text.chars().zip(0u8..).map(move |(c, n)| {
                let left = left + 5.0 * f32::from(n);
                let text = c.to_string();
                Letter { text, left, right: left + 5.0, base: *base, size: 10.0, look: Look::default(), turns: 0 }
            })
        });
        letters.collect()
    }

    /// The tables that lines at these places make of words, and how many letters are left.
    fn check(across: &[f32], upright: &[f32], words: &[(f32, f32, &str)], expected: &[&[&str]], n_left: usize) {
        let (left, right) = (upright[0], upright[upright.len() - 1]);
        let (low, high) = (across[0], across[across.len() - 1]);
        let flat = across.iter().map(|at| ruling(false, *at, left, right));
        let tall = upright.iter().map(|at| ruling(true, *at, low, high));
        let mut letters = written(words);
        let found = take(&flat.chain(tall).collect::<Vec<_>>(), &mut letters);
        let rows = found.into_iter().flat_map(|grid| grid.rows).collect::<Vec<_>>();
        assert_eq!(rows, expected);
        assert_eq!(letters.len(), n_left);
    }

    #[test]
    fn words_between_lines_are_cells() {
        check(
            &[0.0, 20.0, 60.0],
            &[0.0, 50.0, 150.0],
            &[
                (2.0, 45.0, "pear"),
                (52.0, 45.0, "ripe in"),
                (52.0, 30.0, "August"),
                (2.0, 5.0, "plum"),
                (52.0, 5.0, "red"),
                (2.0, 80.0, "out"),
            ],
            &[&["pear", "ripe in\nAugust"], &["plum", "red"]],
            3,
        );
        // A table that is open at its sides.
        let words = [(2.0, 45.0, "pear"), (62.0, 45.0, "ripe"), (2.0, 25.0, "plum"), (62.0, 25.0, "red")];
        let mut letters = written(&words);
        let flat = [60.0, 40.0, 20.0].map(|at| ruling(false, at, 0.0, 150.0));
        let rulings: Vec<Ruling> = flat.into_iter().chain([ruling(true, 50.0, 20.0, 60.0)]).collect();
        assert_eq!(take(&rulings, &mut letters)[0].rows, [["pear", "ripe"], ["plum", "red"]]);
        // A drawing, a frame.
        check(&[0.0, 20.0, 60.0], &[0.0, 50.0, 150.0], &[(2.0, 45.0, "pear")], &[], 4);
        check(&[0.0, 60.0], &[0.0, 50.0], &[(2.0, 45.0, "pear"), (2.0, 25.0, "plum")], &[], 8);
    }

    #[test]
    fn rows_without_lines_between_them_are_rows() {
        check(
            &[0.0, 60.0, 80.0],
            &[0.0, 50.0, 150.0],
            &[
                (2.0, 65.0, "kind"),
                (52.0, 65.0, "grams"),
                (2.0, 45.0, "pear"),
                (52.0, 45.0, "180"),
                (2.0, 30.0, "plum"),
                (52.0, 30.0, "30"),
                (2.0, 15.0, "sloe"),
                (52.0, 15.0, "4"),
            ],
            &[&["kind", "grams"], &["pear", "180"], &["plum", "30"], &["sloe", "4"]],
            0,
        );
    }

    #[test]
    fn a_cell_may_reach_over_others() {
        let rulings = [
            ruling(false, 60.0, 0.0, 150.0),
            ruling(false, 40.0, 50.0, 150.0),
            ruling(false, 20.0, 0.0, 150.0),
            ruling(false, 0.0, 0.0, 150.0),
            ruling(true, 0.0, 0.0, 60.0),
            ruling(true, 50.0, 0.0, 60.0),
            ruling(true, 100.0, 0.0, 40.0),
            ruling(true, 150.0, 0.0, 60.0),
        ];
        let mut letters = written(&[
            (2.0, 35.0, "kind"),
            (60.0, 45.0, "over both"),
            (52.0, 25.0, "one"),
            (102.0, 25.0, "two"),
            (2.0, 5.0, "pear"),
            (52.0, 5.0, "1"),
            (102.0, 5.0, "2"),
        ]);
        let grid = take(&rulings, &mut letters).remove(0);
        assert_eq!(grid.rows, [["kind", "over both", ""], ["", "one", "two"], ["pear", "1", "2"]]);
    }
}
