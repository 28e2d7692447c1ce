//! Sheets as sections: a heading with the sheet's name, its cells as a table.

use super::Found;
use std::ops::RangeInclusive;

use super::prose::{Prose, linked, table};
use crate::content::line;
use crate::gather::page::address;

/// Rows of a sheet that are read.
pub(super) const MAX_ROWS: usize = 20_000;
/// Columns of a sheet that are read.
pub(super) const MAX_COLUMNS: usize = 200;

/// The cells of a sheet.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Sheet {
    pub(super) rows: Vec<Vec<String>>,
    /// Cells beyond what is read.
    pub(super) n_cells_cut: usize,
    /// Formulas whose value the file does not have.
    pub(super) n_uncounted: usize,
}

impl Sheet {
    /// Puts a cell into its place.
    pub(super) fn put(&mut self, row: usize, column: usize, text: &str) {
        if text.is_empty() {
            return;
        }
        if row >= MAX_ROWS || column >= MAX_COLUMNS {
            self.n_cells_cut += 1;
            return;
        }
        if self.rows.len() <= row {
            self.rows.resize(row + 1, Vec::new());
        }
        let cells = &mut self.rows[row];
        if cells.len() <= column {
            cells.resize(column + 1, String::new());
        }
        cells[column] = line(text);
    }

    /// Puts a formula that was never calculated into the place of its value.
    pub(super) fn put_formula(&mut self, row: usize, column: usize, formula: &str) {
        self.n_uncounted += 1;
        if !formula.trim().is_empty() {
            self.put(row, column, &format!("={}", formula.trim().trim_start_matches('=')));
        }
    }

    /// Has a cell lead somewhere; an empty one leads nowhere.
    pub(super) fn link(&mut self, row: usize, column: usize, url: &str) {
        self.link_all(row..=row, column..=column, url);
    }

    /// Has all cells of some rows and columns lead somewhere.
    pub(super) fn link_all(&mut self, rows: RangeInclusive<usize>, columns: RangeInclusive<usize>, url: &str) {
        let (first, left) = (*rows.start(), *columns.start());
        let within = self.rows.iter_mut().skip(first).take(rows.end().saturating_sub(first).saturating_add(1));
        for row in within.filter(|_| address::leads(url)) {
            let cells = row.iter_mut().skip(left).take(columns.end().saturating_sub(left).saturating_add(1));
            // One link a cell.
            for cell in cells.filter(|cell| !cell.is_empty() && !cell.contains("](")) {
                *cell = linked(cell, url);
            }
        }
    }
}

/// Writes a sheet, and what of it is not there.
pub(super) fn write(prose: &mut Prose, found: &mut Found, name: &str, sheet: &Sheet) {
    let cells = table(&sheet.rows);
    prose.heading(2, name);
    found.n_uncounted += sheet.n_uncounted;
    prose.block(if cells.is_empty() { "(empty)" } else { &cells });
    if sheet.n_cells_cut > 0 {
        found.missing.push(format!(
            "sheet {name}: cells beyond {MAX_ROWS} rows and {MAX_COLUMNS} columns left out: {}",
            sheet.n_cells_cut
        ));
    }
}
