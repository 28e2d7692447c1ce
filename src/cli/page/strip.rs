//! The strip: all units in document order, a stretch of them in each cell.

use super::state::Page;
use crate::budget::Tier;
use crate::workspace::trial::{Fate, Row};

/// What a cell shows; every one has a sign of its own, so that colour is not needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    Kept,
    Pinned,
    Part,
    Cut,
    Folded,
    Unused,
    Undecided,
}

impl Sign {
    pub(super) const ALL: [Self; 7] =
        [Self::Kept, Self::Pinned, Self::Part, Self::Cut, Self::Folded, Self::Unused, Self::Undecided];

    pub(super) fn glyph(self) -> &'static str {
        match self {
            Self::Kept => "█",
            Self::Pinned => "◆",
            Self::Part => "▒",
            Self::Cut => "·",
            Self::Folded => "≈",
            Self::Unused => "-",
            Self::Undecided => "?",
        }
    }

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::Pinned => "pinned",
            Self::Part => "part",
            Self::Cut => "cut",
            Self::Folded => "told elsewhere",
            Self::Unused => "not used",
            Self::Undecided => "undecided",
        }
    }
}

/// One line of the strip: the row it belongs to, and its cells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    pub row: usize,
    /// Whether it is the first line of its row.
    pub first: bool,
    pub signs: Vec<Sign>,
    /// The place of the cursor, if it is on this line.
    pub cursor: Option<usize>,
}

/// Lines of at most `columns` cells, at most `lines` of them where that can be, and how many units a
/// cell stands for.
pub(super) fn lines(page: &Page, columns: usize, lines: usize) -> (Vec<Line>, usize) {
    let rows = &page.trial.rows;
    let columns = columns.max(1);
    let n_lines = |per_cell: usize| -> usize {
        rows.iter().map(|row| row.units.len().div_ceil(per_cell).div_ceil(columns).max(1)).sum()
    };
    let longest = rows.iter().map(|row| row.units.len()).max().unwrap_or(1).max(1);
    let per_cell = (1..=longest).find(|per_cell| n_lines(*per_cell) <= lines).unwrap_or(longest);
    let mut out = Vec::new();
    for (index, row) in rows.iter().enumerate() {
        let pinned = page.trial.hands.get(row.hand).is_some_and(|hand| hand.source.policy.tier == Tier::Pin);
        let signs: Vec<Sign> = row.fates.chunks(per_cell).map(|fates| sign(fates, pinned)).collect();
        let cursor = (index == page.row).then_some(page.unit / per_cell);
        let n = signs.len().div_ceil(columns).max(1);
        for at in 0..n {
            let from = at * columns;
            let cells = signs.get(from..(from + columns).min(signs.len())).unwrap_or_default().to_vec();
            let cursor = cursor.and_then(|cursor| cursor.checked_sub(from)).filter(|cursor| *cursor < columns);
            out.push(Line { row: index, first: at == 0, signs: cells, cursor });
        }
    }
    (out, per_cell)
}

/// The sign of a stretch of units.
fn sign(fates: &[Fate], pinned: bool) -> Sign {
    let all = |is: fn(&Fate) -> bool| fates.iter().all(is);
    if all(|fate| *fate == Fate::Unused) {
        Sign::Unused
    } else if all(|fate| *fate == Fate::Undecided) {
        Sign::Undecided
    } else if all(|fate| *fate == Fate::Kept) {
        if pinned { Sign::Pinned } else { Sign::Kept }
    } else if all(|fate| matches!(fate, Fate::Cut { .. })) {
        Sign::Cut
    } else if all(|fate| *fate == Fate::Folded) {
        Sign::Folded
    } else {
        Sign::Part
    }
}

/// What a row is called: its id in the bundle, dashes when it is not in it.
pub(super) fn label(row: &Row) -> &str {
    row.id.as_deref().unwrap_or("--")
}
