//! Units entering one by one, with the exact cost of everything at each step.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::gap::{edges, left_out, marker, reference};
use super::order::Entry;
use super::{Absence, Cut, Fold, Gap, Measure, Portion, Segment, Source};
use crate::tokens::{Tokens, cuts};

/// Kept units and the exact cost of everything, kept up to date unit by unit.
pub(super) struct Fill<'a> {
    sources: &'a [Source<'a>],
    measure: Measure,
    /// Kept unit indices of each source, folded ones as well.
    kept: Vec<BTreeSet<usize>>,
    /// Runs of folded units of one passage: first unit to the end.
    folded: Vec<BTreeMap<usize, usize>>,
    /// Tokens of each source's units before index `i`.
    before: Vec<Vec<Tokens>>,
    pub cost: Tokens,
    /// Costs of gap markers, by the lengths of the white space around them, which tell it, and what their
    /// number costs.
    markers: BTreeMap<([usize; 2], u32), Tokens>,
}

/// The part of a unit that a top-up keeps.
pub(super) struct Partial {
    source: usize,
    unit: usize,
    range: Range<usize>,
    tokens: Tokens,
}

impl<'a> Fill<'a> {
    pub(super) fn new(sources: &'a [Source<'a>], fixed: Tokens, measure: Measure) -> Self {
        let before = sources.iter().map(|source| {
            let running = source.units.iter().scan(Tokens(0), |sum, unit| {
                *sum += unit.tokens;
                Some(*sum)
            });
            std::iter::once(Tokens(0)).chain(running).collect()
        });
        let kept = vec![BTreeSet::new(); sources.len()];
        let folded = vec![BTreeMap::new(); sources.len()];
        let (before, markers) = (before.collect(), BTreeMap::new());
        let mut fill = Self { sources, measure, kept, folded, before, cost: fixed, markers };
        for (index, source) in sources.iter().enumerate() {
            let marker = fill.gap(index, 0..source.text.len(), fill.total(index));
            fill.cost += marker;
        }
        fill
    }

    fn total(&self, source: usize) -> Tokens {
        self.before[source].last().copied().unwrap_or_default()
    }

    /// Cost of the marker for leaving out `range`, worth `tokens`; nothing for nothing.
    fn gap(&mut self, source: usize, range: Range<usize>, tokens: Tokens) -> Tokens {
        if range.is_empty() {
            return Tokens(0);
        }
        let (measure, text) = (self.measure, self.sources[source].text);
        let key = (edges(text, &range).map(str::len), measure.number_like(tokens.0));
        let cost = || measure.count(&marker(text, &range, &left_out(tokens, Absence::Cut)));
        *self.markers.entry(key).or_insert_with(cost)
    }

    /// The fold of a run of units of one passage.
    fn fold(&self, source: usize, units: &Range<usize>) -> Fold {
        let (range, tokens) = self.span(source, units);
        let repeats: Vec<_> = self.sources[source].repeats.range(units.clone()).map(|(_, repeat)| repeat).collect();
        let of = repeats.first().map_or(0, |repeat| repeat.of);
        let start = repeats.iter().map(|repeat| repeat.of_range.start).min().unwrap_or(0);
        let end = repeats.iter().map(|repeat| repeat.of_range.end).max().unwrap_or(0);
        let exact = repeats.iter().all(|repeat| repeat.exact);
        let reference = reference(tokens, exact, &self.sources[of].places.of(&(start..end)));
        Fold { range, tokens, of, of_range: start..end, exact, reference }
    }

    fn fold_cost(&self, source: usize, units: &Range<usize>) -> Tokens {
        let fold = self.fold(source, units);
        self.measure.count(&marker(self.sources[source].text, &fold.range, &fold.reference))
    }

    /// The runs of its passage that a folded unit touches, and the one that they become with it.
    fn joined(&self, source: usize, unit: usize) -> ([Option<Range<usize>>; 2], Range<usize>) {
        let passage = |unit: usize| self.sources[source].repeats.get(&unit).map(|repeat| repeat.passage);
        let joins = |other: usize| passage(other) == passage(unit);
        let left = self.folded[source].range(..unit).next_back().map(|(start, end)| *start..*end);
        let left = left.filter(|run| run.end == unit && joins(run.start));
        let right = self.folded[source].get(&(unit + 1)).map(|end| unit + 1..*end).filter(|run| joins(run.start));
        let start = left.as_ref().map_or(unit, |run| run.start);
        let end = right.as_ref().map_or(unit + 1, |run| run.end);
        ([left, right], start..end)
    }

    /// The gap around `unit`: its units, up to the kept neighbours on both sides.
    fn around(&self, source: usize, unit: usize) -> Range<usize> {
        let kept = &self.kept[source];
        let first = kept.range(..unit).next_back().map_or(0, |left| left + 1);
        let end = kept.range(unit..).next().copied().unwrap_or(self.sources[source].units.len());
        first..end
    }

    /// Bytes and tokens of a run of units.
    fn span(&self, source: usize, units: &Range<usize>) -> (Range<usize>, Tokens) {
        let all = &self.sources[source].units;
        let (Some(first), Some(last)) = (all.get(units.start), all.get(units.end.wrapping_sub(1))) else {
            return (0..0, Tokens(0));
        };
        if units.is_empty() {
            return (0..0, Tokens(0));
        }
        let before = &self.before[source];
        (first.range.start..last.range.end, before[units.end] - before[units.start])
    }

    /// Lets a unit in and changes the cost by what that takes.
    pub(super) fn enter(&mut self, entry: &Entry) {
        let (source, unit) = (entry.source, entry.unit);
        let around = self.around(source, unit);
        let (bytes, tokens) = self.span(source, &around);
        let closed = self.gap(source, bytes, tokens);
        for part in [around.start..unit, unit + 1..around.end] {
            let (bytes, tokens) = self.span(source, &part);
            let opened = self.gap(source, bytes, tokens);
            self.cost += opened;
        }
        if entry.folded {
            let (touched, joined) = self.joined(source, unit);
            self.cost += self.fold_cost(source, &joined);
            for run in touched.into_iter().flatten() {
                self.cost = self.cost - self.fold_cost(source, &run);
            }
        } else {
            self.cost += self.sources[source].units[unit].tokens;
        }
        self.cost = self.cost - closed;
        self.place(entry);
    }

    /// Lets a unit in whose cost is known.
    pub(super) fn place(&mut self, entry: &Entry) {
        let (source, unit) = (entry.source, entry.unit);
        if entry.folded {
            let (touched, joined) = self.joined(source, unit);
            for run in touched.into_iter().flatten() {
                self.folded[source].remove(&run.start);
            }
            self.folded[source].insert(joined.start, joined.end);
        }
        self.kept[source].insert(unit);
    }

    /// Keeps as much of the next unit as fits, cut at a word, on the side that touches kept text.
    pub(super) fn top_up(&mut self, next: &Entry, capacity: Tokens) -> Option<Partial> {
        let (source, unit) = (next.source, next.unit);
        if next.folded {
            return None;
        }
        let Source { text, units, .. } = &self.sources[source];
        let whole = units[unit].range.clone();
        let around = self.around(source, unit);
        let (gap, gap_tokens) = self.span(source, &around);
        let closed = self.gap(source, gap.clone(), gap_tokens);
        let from_start = around.start == unit || around.end != unit + 1;

        let places: Vec<_> = cuts(&text[whole.clone()]).map(|cut| whole.start + cut.at).collect();
        let edges: Vec<_> = std::iter::once(whole.start).chain(places).chain([whole.end]).collect();
        let counts: Vec<_> = edges.windows(2).map(|pair| self.measure.count(&text[pair[0]..pair[1]])).collect();
        for n_left_out in 1..counts.len() {
            let (range, tokens): (Range<usize>, Tokens) = if from_start {
                let n = counts.len() - n_left_out;
                (whole.start..edges[n], counts[..n].iter().copied().sum())
            } else {
                (edges[n_left_out]..whole.end, counts[n_left_out..].iter().copied().sum())
            };
            let tokens_left = self.before[source][unit] - self.before[source][around.start]
                + if from_start { Tokens(0) } else { units[unit].tokens - tokens };
            let tokens_right = gap_tokens - tokens_left - tokens;
            let left = self.gap(source, gap.start..range.start, tokens_left);
            let right = self.gap(source, range.end..gap.end, tokens_right);
            let cost = self.cost + tokens + left + right - closed;
            if cost <= capacity {
                self.cost = cost;
                return Some(Partial { source, unit, range, tokens });
            }
        }
        None
    }

    /// What a source got, with every unit's fate; `waiting` has level and need of those that may enter yet.
    pub(super) fn portion(
        &self,
        source: usize,
        partial: Option<&Partial>,
        waiting: &BTreeMap<usize, (u64, Tokens)>,
    ) -> Portion {
        let partial = partial.filter(|partial| partial.source == source);
        let mut portion = Portion {
            tokens: self.total(source),
            kept_tokens: Tokens(0),
            segments: Vec::new(),
            gaps: Vec::new(),
            folds: self.folded[source].iter().map(|(start, end)| self.fold(source, &(*start..*end))).collect(),
            cuts: Vec::new(),
        };
        let is_folded =
            |unit: usize| self.folded[source].range(..=unit).next_back().is_some_and(|(_, end)| unit < *end);
        for (index, unit) in self.sources[source].units.iter().enumerate() {
            let cut = |range, tokens| {
                let (level, needs) = waiting.get(&index).copied().unzip();
                Cut { unit: index, range, tokens, level, needs }
            };
            if is_folded(index) {
                continue;
            }
            if self.kept[source].contains(&index) {
                portion.keep(unit.range.clone(), unit.tokens);
            } else if let Some(partial) = partial.filter(|partial| partial.unit == index) {
                let rest = unit.tokens - partial.tokens;
                if partial.range.start == unit.range.start {
                    portion.keep(partial.range.clone(), partial.tokens);
                    portion.leave_out(cut(partial.range.end..unit.range.end, rest));
                } else {
                    portion.leave_out(cut(unit.range.start..partial.range.start, rest));
                    portion.keep(partial.range.clone(), partial.tokens);
                }
            } else {
                portion.leave_out(cut(unit.range.clone(), unit.tokens));
            }
        }
        portion
    }
}

impl Portion {
    fn keep(&mut self, range: Range<usize>, tokens: Tokens) {
        self.kept_tokens += tokens;
        match self.segments.last_mut().filter(|last| last.range.end == range.start) {
            Some(last) => {
                last.range.end = range.end;
                last.tokens += tokens;
            }
            None => self.segments.push(Segment { range, tokens }),
        }
    }

    fn leave_out(&mut self, cut: Cut) {
        match self.gaps.last_mut().filter(|last| last.range.end == cut.range.start) {
            Some(last) => {
                last.range.end = cut.range.end;
                last.tokens += cut.tokens;
            }
            None => self.gaps.push(Gap { range: cut.range.clone(), tokens: cut.tokens, absence: Absence::Cut }),
        }
        self.cuts.push(cut);
    }
}
