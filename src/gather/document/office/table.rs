//! Sheets as sections: a heading with the sheet's name, its cells as a table.

use super::Found;
use super::prose::{Prose, table};
use crate::content::line;

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
}

/// Writes a sheet, and what of it is not there.
pub(super) fn write(prose: &mut Prose, found: &mut Found, name: &str, sheet: &Sheet) {
    let cells = table(&sheet.rows);
    prose.heading(2, name);
    prose.block(if cells.is_empty() { "(empty)" } else { &cells });
    if sheet.n_cells_cut > 0 {
        found.missing.push(format!(
            "sheet {name}: cells beyond {MAX_ROWS} rows and {MAX_COLUMNS} columns left out: {}",
            sheet.n_cells_cut
        ));
    }
}
