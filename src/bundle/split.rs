//! Several bundles that hold everything together, each within a size: a chain.
//!
//! Cut at sections, and inside of one only where it alone is larger than a part. The parts keep the
//! ids of the whole (`s2` is `s2` in each) and its mark; each says which part it is and names the
//! one before by its id, so that no id is circular. Nothing is folded or left out.

use std::ops::Range;
use std::sync::Arc;

use super::frame::{Frame, Link};
use super::plan::{Entry, Measured, Planned};
use super::{Bundle, Error, freeze};
use crate::budget::{Absence, Gap, Plan, Portion, Segment, assemble_cost};
use crate::content::Digest;
use crate::tokens::{Tokens, count};

/// A part with the entries that it holds something of, by index.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// Indices of its entries among all.
    pub entries: Vec<usize>,
    /// Frame, plan and bytes.
    pub planned: Planned,
    /// The frozen bundle.
    pub bundle: Bundle,
}

/// Units of one entry that stay together if they can.
#[derive(Debug, Clone)]
struct Piece {
    entry: usize,
    units: Range<usize>,
}

/// Tokens that a part leaves free for what nobody foresees: the id of the part before it.
const SLACK: Tokens = Tokens(8);
/// The number of parts that is thought of while they are filled.
const MANY: usize = 9999;

impl Measured {
    /// Splits everything into parts that each fit the request's budget less its reserve.
    ///
    /// The number of parts stands in every part, and an id in the next one, whose tokens nobody
    /// foresees: so the parts are filled with some tokens to spare, with more where an id takes more,
    /// and linked when all are filled.
    pub fn split(&self) -> Result<Vec<Part>, Error> {
        let size = self.capacity()?.unwrap_or(Tokens(u32::MAX));
        let refused = self.parts_of(size);
        let Err(Error::TooLarge { entry, mut needed, .. }) = refused else { return refused };
        // What holds this unit may not hold the next: the size that is told holds all of them.
        while let Err(Error::TooLarge { needed: more, .. }) = self.parts_of(needed) {
            needed = more;
        }
        Err(Error::TooLarge { entry, needed, size })
    }

    fn parts_of(&self, size: Tokens) -> Result<Vec<Part>, Error> {
        let mut slack = SLACK;
        loop {
            match self.chain(&self.fillings(size, slack)?, size)? {
                Ok(parts) => return Ok(parts),
                Err(over) => slack += over,
            }
        }
    }

    /// What each part holds, so that `slack` tokens of its size stay free.
    fn fillings(&self, size: Tokens, slack: Tokens) -> Result<Vec<Vec<Piece>>, Error> {
        let mut waiting = self.pieces();
        waiting.reverse();
        let mut fillings: Vec<Vec<Piece>> = Vec::new();
        while !waiting.is_empty() {
            let number = fillings.len() + 1;
            let before = (number > 1).then(|| Digest::of(b""));
            let link = Link { number, parts: MANY, before };
            let n_pieces = loop {
                match self.fill(&waiting, size - slack, &link) {
                    Some(n_pieces) => break n_pieces,
                    None => self.break_up(&mut waiting, size, slack, &link)?,
                }
            };
            let mut filling = waiting.split_off(waiting.len() - n_pieces);
            filling.reverse();
            fillings.push(filling);
        }
        Ok(fillings)
    }

    /// Freezes the parts one after the other; or how many tokens one of them is over `size`.
    fn chain(&self, fillings: &[Vec<Piece>], size: Tokens) -> Result<Result<Vec<Part>, Tokens>, Error> {
        let mut parts: Vec<Part> = Vec::new();
        for (number, filling) in (1..).zip(fillings) {
            let before = parts.last().map(|part| part.bundle.id);
            let (entries, planned) = self.planned(filling, &Link { number, parts: fillings.len(), before });
            if planned.total > size {
                return Ok(Err(planned.total - size));
            }
            let own: Vec<Entry> = entries.iter().map(|entry| self.entries[*entry].clone()).collect();
            let bundle = freeze(&planned, &own, &self.request)?;
            parts.push(Part { entries, planned, bundle });
        }
        Ok(Ok(parts))
    }

    /// Sections as runs of units, in order.
    fn pieces(&self) -> Vec<Piece> {
        let mut pieces: Vec<Piece> = Vec::new();
        for (entry, (Entry { document, .. }, units)) in self.entries.iter().zip(&self.units).enumerate() {
            let starts_section =
                |at: usize| document.sections.binary_search_by_key(&at, |section| section.start).is_ok();
            for (index, unit) in units.iter().enumerate() {
                match pieces.last_mut().filter(|last| last.entry == entry && !starts_section(unit.range.start)) {
                    Some(piece) => piece.units.end = index + 1,
                    None => pieces.push(Piece { entry, units: index..index + 1 }),
                }
            }
        }
        pieces
    }

    /// Replaces the next section, larger than a part, by its units.
    fn break_up(&self, waiting: &mut Vec<Piece>, size: Tokens, slack: Tokens, link: &Link) -> Result<(), Error> {
        let piece = waiting.pop().expect("the loop ends when none waits");
        if piece.units.len() == 1 {
            let (_, alone) = self.planned(std::slice::from_ref(&piece), link);
            return Err(Error::TooLarge { entry: piece.entry, needed: alone.total + slack, size });
        }
        waiting.extend(units_of(&piece));
        Ok(())
    }

    /// How many pieces from the end of `waiting` fit into `size`; none if not even one does.
    fn fill(&self, waiting: &[Piece], size: Tokens, link: &Link) -> Option<usize> {
        let first = |n: usize| waiting.iter().rev().take(n).cloned().collect::<Vec<_>>();
        let fits = |n: usize| self.cost(&first(n), link) <= size;
        // Doubling, then halving: what is between is looked at a few times only.
        let mut low = 0;
        let mut high = 1;
        while high <= waiting.len() && fits(high) {
            low = high;
            high *= 2;
        }
        high = high.min(waiting.len() + 1);
        while high - low > 1 {
            let middle = usize::midpoint(low, high);
            if fits(middle) { low = middle } else { high = middle }
        }
        // The joint count decides: formats whose parts do not add up hold a little less.
        while low > 0 {
            let (_, planned) = self.planned(&first(low), link);
            if planned.total <= size {
                return Some(low);
            }
            let over = (planned.total - size).0 as usize;
            low -= (low * over / planned.total.0 as usize).clamp(1, low);
        }
        None
    }

    /// What pieces cost together where counts add up: a lower bound elsewhere.
    fn cost(&self, pieces: &[Piece], link: &Link) -> Tokens {
        let (entries, portions) = self.portions(pieces);
        let frame = self.part_frame(&entries, link);
        let fixed = self.request.renderer.frame_cost(&frame, self.request.encoding);
        let measure = self.request.renderer.measure(self.request.encoding);
        let bodies = entries.iter().zip(&portions);
        fixed
            + bodies.map(|(entry, portion)| assemble_cost(&self.entries[*entry].document.text, portion, measure)).sum()
    }

    fn planned(&self, pieces: &[Piece], link: &Link) -> (Vec<usize>, Planned) {
        let (entries, portions) = self.portions(pieces);
        let frame = self.part_frame(&entries, link);
        let frame_tokens = self.request.renderer.frame_cost(&frame, self.request.encoding);
        let documents = entries.iter().map(|entry| &self.entries[*entry].document);
        let parts: Vec<_> =
            documents.zip(&portions).map(|(document, portion)| super::render::Part { document, portion }).collect();
        let text = self.request.renderer.render(&frame, &parts);
        let total = count(self.request.encoding, &text);
        let level = portions.iter().map(|portion| u64::from(portion.kept_tokens.0)).max().unwrap_or(0);
        let plan = Plan { total, level, whole: total, next: None, portions };
        (entries, Planned { plan, frame, frame_tokens, text: Arc::new(text), total })
    }

    fn part_frame(&self, entries: &[usize], link: &Link) -> Frame {
        let items = entries.iter().map(|entry| self.frame.items[*entry].clone()).collect();
        Frame { mark: self.frame.mark.clone(), items, link: Some(link.clone()) }
    }

    /// Which entries the pieces belong to, and what of each they keep.
    fn portions(&self, pieces: &[Piece]) -> (Vec<usize>, Vec<Portion>) {
        let mut runs: Vec<Piece> = Vec::new();
        for piece in pieces {
            match runs.last_mut().filter(|run| run.entry == piece.entry) {
                Some(run) => run.units.end = piece.units.end,
                None => runs.push(piece.clone()),
            }
        }
        let portion = |run: &Piece| {
            let units = &self.units[run.entry];
            let tokens = |units: &[crate::budget::Unit]| units.iter().map(|unit| unit.tokens).sum::<Tokens>();
            let length = self.entries[run.entry].document.text.len();
            let range = units[run.units.start].range.start..units[run.units.end - 1].range.end;
            let kept = tokens(&units[run.units.clone()]);
            let before =
                Gap { range: 0..range.start, tokens: tokens(&units[..run.units.start]), absence: Absence::Earlier };
            let after =
                Gap { range: range.end..length, tokens: tokens(&units[run.units.end..]), absence: Absence::Later };
            Portion {
                tokens: tokens(units),
                kept_tokens: kept,
                segments: vec![Segment { range, tokens: kept }],
                gaps: [before, after].into_iter().filter(|gap| !gap.range.is_empty()).collect(),
                folds: Vec::new(),
                cuts: Vec::new(),
            }
        };
        (runs.iter().map(|run| run.entry).collect(), runs.iter().map(portion).collect())
    }
}

/// The units of a piece as pieces, the last first.
fn units_of(piece: &Piece) -> Vec<Piece> {
    piece.units.clone().rev().map(|unit| Piece { entry: piece.entry, units: unit..unit + 1 }).collect()
}
