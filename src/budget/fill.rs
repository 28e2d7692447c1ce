//! Filling a capacity with the longest prefix of the order that fits.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::gap::marker;
use super::order::{Entry, order};
use super::{Cut, Error, Gap, Measure, Need, Plan, Portion, Segment, Source, Tier};
use crate::tokens::{Tokens, cuts};

/// Fits `sources` into `capacity`, of which `fixed` goes to the frame; no capacity keeps everything.
pub fn fit(sources: &[Source<'_>], capacity: Option<Tokens>, fixed: Tokens, measure: Measure) -> Result<Plan, Error> {
    let order = order(sources);
    let capacity = capacity.unwrap_or(Tokens(u32::MAX));
    let mut fill = Fill::new(sources, fixed, measure);
    let mut costs = vec![fill.cost];
    for entry in &order {
        fill.enter(entry);
        costs.push(fill.cost);
    }
    // Cost is not monotone, since a unit that closes a gap removes a marker: look from the end.
    let needs = suffix_minima(&costs);
    let n_reserved = order.iter().take_while(|entry| entry.reserved).count();
    let fits = |n: &usize| costs[*n] <= capacity;
    let Some(n_entered) = (n_reserved..=order.len()).rev().find(fits) else {
        let needed = needs[n_reserved];
        return Err(if n_reserved == 0 {
            Error::Frame { capacity, needed }
        } else {
            Error::Reserved { capacity, needed, needs: reserved(sources, &order[..n_reserved]) }
        });
    };
    let mut fill = Fill::new(sources, fixed, measure);
    for entry in &order[..n_entered] {
        fill.enter(entry);
    }
    let partial = order.get(n_entered).and_then(|next| fill.top_up(next, capacity));
    let level = order[..n_entered].iter().map(Entry::level).max().unwrap_or(0);
    let whole = costs.last().copied().unwrap_or(fixed);
    let mut entries: Vec<BTreeMap<usize, (u64, Tokens)>> = vec![BTreeMap::new(); sources.len()];
    for (index, entry) in order.iter().enumerate() {
        entries[entry.source].insert(entry.unit, (entry.level(), needs[index + 1]));
    }
    let portions = (0..sources.len()).map(|source| fill.portion(source, partial.as_ref(), &entries[source]));
    Ok(Plan { level, whole, portions: portions.collect(), total: fill.cost })
}

/// `minima[j]` is the smallest of `costs[j..]`.
fn suffix_minima(costs: &[Tokens]) -> Vec<Tokens> {
    let mut minima = costs.to_vec();
    for j in (1..minima.len()).rev() {
        minima[j - 1] = minima[j - 1].min(minima[j]);
    }
    minima
}

/// Who insists on the reserved units.
fn reserved(sources: &[Source<'_>], entries: &[Entry]) -> Vec<Need> {
    let mut tokens = BTreeMap::new();
    for entry in entries {
        *tokens.entry(entry.source).or_insert(Tokens(0)) += sources[entry.source].units[entry.unit].tokens;
    }
    let need = |(source, tokens)| Need { source, pinned: sources[source].policy.tier == Tier::Pin, tokens };
    tokens.into_iter().map(need).collect()
}

/// Kept units and the exact cost of everything, kept up to date unit by unit.
struct Fill<'a> {
    sources: &'a [Source<'a>],
    measure: Measure,
    /// Kept unit indices of each source.
    kept: Vec<BTreeSet<usize>>,
    /// Tokens of each source's units before index `i`.
    before: Vec<Vec<Tokens>>,
    cost: Tokens,
    markers: BTreeMap<String, Tokens>,
}

/// The part of a unit that a top-up keeps.
struct Partial {
    source: usize,
    unit: usize,
    range: Range<usize>,
    tokens: Tokens,
}

impl<'a> Fill<'a> {
    fn new(sources: &'a [Source<'a>], fixed: Tokens, measure: Measure) -> Self {
        let before = sources.iter().map(|source| {
            let running = source.units.iter().scan(Tokens(0), |sum, unit| {
                *sum += unit.tokens;
                Some(*sum)
            });
            std::iter::once(Tokens(0)).chain(running).collect()
        });
        let kept = vec![BTreeSet::new(); sources.len()];
        let mut fill = Self { sources, measure, kept, before: before.collect(), cost: fixed, markers: BTreeMap::new() };
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
        let text = marker(self.sources[source].text, &range, tokens);
        let measure = self.measure;
        *self.markers.entry(text).or_insert_with_key(|text| measure.count(text))
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

    fn enter(&mut self, entry: &Entry) {
        let (source, unit) = (entry.source, entry.unit);
        let around = self.around(source, unit);
        let (bytes, tokens) = self.span(source, &around);
        let closed = self.gap(source, bytes, tokens);
        for part in [around.start..unit, unit + 1..around.end] {
            let (bytes, tokens) = self.span(source, &part);
            let opened = self.gap(source, bytes, tokens);
            self.cost += opened;
        }
        self.cost += self.sources[source].units[unit].tokens;
        self.cost = self.cost - closed;
        self.kept[source].insert(unit);
    }

    /// Keeps as much of the next unit as fits, cut at a word, on the side that touches kept text.
    fn top_up(&mut self, next: &Entry, capacity: Tokens) -> Option<Partial> {
        let (source, unit) = (next.source, next.unit);
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

    /// What a source got, with every unit's fate.
    fn portion(&self, source: usize, partial: Option<&Partial>, entries: &BTreeMap<usize, (u64, Tokens)>) -> Portion {
        let partial = partial.filter(|partial| partial.source == source);
        let mut portion = Portion {
            tokens: self.total(source),
            kept_tokens: Tokens(0),
            segments: Vec::new(),
            gaps: Vec::new(),
            cuts: Vec::new(),
        };
        for (index, unit) in self.sources[source].units.iter().enumerate() {
            let level = entries.get(&index).map(|entry| entry.0);
            let needs = entries.get(&index).map(|entry| entry.1);
            let cut = |range, tokens| Cut { range, tokens, level, needs };
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
            None => self.gaps.push(Gap { range: cut.range.clone(), tokens: cut.tokens }),
        }
        self.cuts.push(cut);
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::super::{Policy, units};
    use super::*;
    use crate::tokens::Encoding;

    const PLAIN: Measure = Measure { encoding: Encoding::O200kBase, escape: |text| Cow::Borrowed(text) };

    fn source(text: &str, policy: Policy) -> Source<'_> {
        Source { text, units: units(text, &[], PLAIN), policy, relevance: None }
    }

    fn prose(n_sentences: usize) -> String {
        let sentences: Vec<_> =
            (0..n_sentences).map(|n| format!("Sentence number {n} says a thing or two.\n")).collect();
        sentences.concat()
    }

    #[test]
    fn small_sources_stay_whole_and_large_ones_share_the_rest() {
        let texts = [prose(80), prose(400), prose(20)];
        let sources: Vec<_> = texts.iter().map(|text| source(text, Policy::PLAIN)).collect();
        let sizes: Vec<_> = texts.iter().map(|text| PLAIN.count(text).0).collect();
        let plan = fit(&sources, Some(Tokens(3000)), Tokens(0), PLAIN).unwrap();
        let kept: Vec<_> = plan.portions.iter().map(|portion| portion.kept_tokens.0).collect();
        assert_eq!((kept[0], kept[2]), (sizes[0], sizes[2]));
        assert_eq!((plan.total, plan.portions[1].gaps.len()), (Tokens(3000), 1));
        assert_eq!(kept[1] + plan.portions[1].gaps[0].tokens.0, sizes[1]);
    }

    #[test]
    fn pins_and_floors_are_honoured_or_refused_with_the_shortfall() {
        let texts = [prose(40), prose(40), prose(40)];
        let pin = Policy { tier: Tier::Pin, ..Policy::PLAIN };
        let floor = Policy { floor: Tokens(100), ..Policy::PLAIN };
        let policies = [pin, floor, Policy { tier: Tier::Must, ..Policy::PLAIN }];
        let sources: Vec<_> = texts.iter().zip(policies).map(|(text, policy)| source(text, policy)).collect();
        let size = PLAIN.count(&texts[0]);

        let refusal = fit(&sources, Some(Tokens(300)), Tokens(7), PLAIN).unwrap_err();
        let Error::Reserved { capacity: Tokens(300), needed, needs } = refusal else { panic!("{refusal:?}") };
        assert_eq!((needs[0].clone(), needs.len()), (Need { source: 0, pinned: true, tokens: size }, 2));

        let plan = fit(&sources, Some(needed), Tokens(7), PLAIN).unwrap();
        assert_eq!(plan.portions[0].kept_tokens, size);
        assert!(plan.portions[1].kept_tokens >= Tokens(100));
        let one_less = fit(&sources, Some(needed - Tokens(1)), Tokens(7), PLAIN);
        assert!(matches!(one_less, Err(Error::Reserved { .. })));
        let frame = fit(&[source(&texts[0], Policy::PLAIN)], Some(Tokens(3)), Tokens(7), PLAIN);
        assert!(matches!(frame, Err(Error::Frame { capacity: Tokens(3), .. })));
    }

    #[test]
    fn no_capacity_keeps_everything_but_what_a_ceiling_forbids() {
        let text = prose(60);
        let ceiling = Policy { ceiling: Some(Tokens(150)), ..Policy::PLAIN };
        let plan = fit(&[source(&text, Policy::PLAIN), source(&text, ceiling)], None, Tokens(5), PLAIN).unwrap();
        assert_eq!(plan.portions[0].kept_tokens, PLAIN.count(&text));
        assert!(plan.portions[1].kept_tokens <= Tokens(150));
        assert!(plan.portions[1].cuts.iter().all(|cut| cut.level.is_none() && cut.needs.is_none()));
    }
}
