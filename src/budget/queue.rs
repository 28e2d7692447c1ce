//! The queue of all units, and the fit of a capacity: its longest prefix whose exact cost fits.

use std::collections::BTreeMap;

use super::fill::Fill;
use super::order::{Entry, order};
use super::{Error, Measure, Need, Plan, Source, Tier, Waiting};
use crate::tokens::Tokens;

/// All units in the order in which they enter, each with what it costs to be there.
///
/// Made once for sources and policies; fits any number of capacities.
#[derive(Debug)]
pub struct Queue<'a> {
    sources: &'a [Source<'a>],
    fixed: Tokens,
    measure: Measure,
    order: Vec<Entry>,
    /// Exact cost of the first `n` entries.
    costs: Vec<Tokens>,
    /// The smallest capacity that lets at least the first `n` entries in.
    needs: Vec<Tokens>,
}

/// When a unit enters, and why then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entrance {
    /// Its turn, from 1.
    pub turn: usize,
    /// Its entry level; 0 where it is reserved.
    pub level: u64,
    /// Whether a pin or a floor asks for it.
    pub reserved: bool,
    /// The smallest capacity that keeps it.
    pub needs: Tokens,
    /// The source in whose turn it enters: its own, or one that repeats it.
    pub asked_by: usize,
    /// Whether a reference stands for it.
    pub folded: bool,
}

impl<'a> Queue<'a> {
    /// Orders the units of `sources` beside a frame of `fixed` tokens.
    pub fn new(sources: &'a [Source<'a>], fixed: Tokens, measure: Measure) -> Self {
        let order = order(sources);
        let mut fill = Fill::new(sources, fixed, measure);
        let mut costs = vec![fill.cost];
        for entry in &order {
            fill.enter(entry);
            costs.push(fill.cost);
        }
        let needs = suffix_minima(&costs);
        Self { sources, fixed, measure, order, costs, needs }
    }

    /// Fits the longest prefix that `capacity` holds; no capacity keeps everything.
    pub fn fit(&self, capacity: Option<Tokens>) -> Result<Plan, Error> {
        let capacity = capacity.unwrap_or(Tokens(u32::MAX));
        let n_reserved = self.order.partition_point(|entry| entry.turn.reserved);
        // Cost is not monotone, since a unit that closes a gap removes a marker; what is needed is.
        let n_entered = self.needs.partition_point(|needed| *needed <= capacity).checked_sub(1);
        let Some(n_entered) = n_entered.filter(|n| *n >= n_reserved) else {
            return Err(self.refusal(capacity, n_reserved));
        };
        let (entered, waiting) = self.order.split_at(n_entered);
        let mut fill = Fill::new(self.sources, self.fixed, self.measure);
        for entry in entered {
            fill.place(entry);
        }
        fill.cost = self.costs[n_entered];
        let partial = waiting.first().and_then(|next| fill.top_up(next, capacity));
        if let Some(needed) = self.first_needs(n_entered).filter(|_| partial.is_none()) {
            return Err(Error::Frame { capacity, needed });
        }
        let level = entered.iter().map(|entry| entry.turn.level()).max().unwrap_or(0);
        let whole = self.costs.last().copied().unwrap_or(self.fixed);
        let mut wanted: Vec<BTreeMap<usize, (u64, Tokens)>> = vec![BTreeMap::new(); self.sources.len()];
        for (entry, needed) in waiting.iter().zip(&self.needs[n_entered + 1..]) {
            wanted[entry.source].insert(entry.unit, (entry.turn.level(), *needed));
        }
        let portions = (0..self.sources.len()).map(|source| fill.portion(source, partial.as_ref(), &wanted[source]));
        let next = waiting.first().map(|entry| Waiting {
            source: entry.source,
            unit: entry.unit,
            tokens: self.sources[entry.source].units[entry.unit].tokens,
            needs: self.needs[n_entered + 1],
        });
        Ok(Plan { level, whole, next, portions: portions.collect(), total: fill.cost })
    }

    /// When a unit enters; never where its source's ceiling keeps it out.
    pub fn entrance(&self, source: usize, unit: usize) -> Option<Entrance> {
        let at = self.order.iter().position(|entry| (entry.source, entry.unit) == (source, unit))?;
        let Entry { folded, turn, .. } = &self.order[at];
        Some(Entrance {
            turn: at + 1,
            level: turn.level(),
            reserved: turn.reserved,
            needs: self.needs[at + 1],
            asked_by: turn.source,
            folded: *folded,
        })
    }

    /// How many units may enter.
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// Whether no unit may enter.
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// What the first unit needs that stands for itself, where none is among the first `n_entered`.
    fn first_needs(&self, n_entered: usize) -> Option<Tokens> {
        let first = self.order.iter().position(|entry| !entry.folded)?;
        (first >= n_entered).then(|| self.needs[first + 1])
    }

    fn refusal(&self, capacity: Tokens, n_reserved: usize) -> Error {
        let needed = self.needs[n_reserved].max(self.first_needs(n_reserved).unwrap_or_default());
        let mut tokens = BTreeMap::new();
        for entry in self.order[..n_reserved].iter().filter(|entry| !entry.folded) {
            *tokens.entry(entry.turn.source).or_insert(Tokens(0)) +=
                self.sources[entry.source].units[entry.unit].tokens;
        }
        if tokens.is_empty() {
            return Error::Frame { capacity, needed };
        }
        let need = |(source, tokens): (usize, Tokens)| {
            let pinned = self.sources[source].policy.tier == Tier::Pin;
            Need { source, pinned, tokens }
        };
        Error::Reserved { capacity, needed, needs: tokens.into_iter().map(need).collect() }
    }
}

/// `minima[j]` is the smallest of `costs[j..]`.
fn suffix_minima(costs: &[Tokens]) -> Vec<Tokens> {
    let mut minima = costs.to_vec();
    for j in (1..minima.len()).rev() {
        minima[j - 1] = minima[j - 1].min(minima[j]);
    }
    minima
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::super::{Places, Policy, units};
    use super::*;
    use crate::tokens::Encoding;

    const PLAIN: Measure = Measure { encoding: Encoding::O200kBase, escape: |text| Cow::Borrowed(text) };

    /// Fits texts with their policies beside a frame of `fixed` tokens.
    fn fit(sources: &[(&str, Policy)], capacity: Option<u32>, fixed: u32) -> Result<Plan, Error> {
        let cut: Vec<_> = sources.iter().map(|(text, _)| units(text, &[], PLAIN)).collect();
        let (repeats, places) = (BTreeMap::new(), Places::new("s1", "", &[]));
        let sources: Vec<_> = sources
            .iter()
            .zip(&cut)
            .map(|((text, policy), units)| Source {
                text,
                units,
                repeats: &repeats,
                places: &places,
                policy: *policy,
                relevance: None,
                summary: None,
            })
            .collect();
        Queue::new(&sources, Tokens(fixed), PLAIN).fit(capacity.map(Tokens))
    }

    fn prose(n_sentences: usize) -> String {
        let sentences: Vec<_> =
            (0..n_sentences).map(|n| format!("Sentence number {n} says a thing or two.\n")).collect();
        sentences.concat()
    }

    #[test]
    fn small_sources_stay_whole_and_large_ones_share_the_rest() {
        let texts = [prose(80), prose(400), prose(20)];
        let sources: Vec<_> = texts.iter().map(|text| (text.as_str(), Policy::PLAIN)).collect();
        let sizes: Vec<_> = texts.iter().map(|text| PLAIN.count(text).0).collect();
        let plan = fit(&sources, Some(3000), 0).unwrap();
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
        let sources: Vec<_> = texts.iter().map(String::as_str).zip(policies).collect();
        let size = PLAIN.count(&texts[0]);

        let refusal = fit(&sources, Some(300), 7).unwrap_err();
        let Error::Reserved { capacity: Tokens(300), needed, needs } = refusal else { panic!("{refusal:?}") };
        assert_eq!((needs[0].clone(), needs.len()), (Need { source: 0, pinned: true, tokens: size }, 2));

        let plan = fit(&sources, Some(needed.0), 7).unwrap();
        assert_eq!(plan.portions[0].kept_tokens, size);
        assert!(plan.portions[1].kept_tokens >= Tokens(100));
        let one_less = fit(&sources, Some(needed.0 - 1), 7);
        assert!(matches!(one_less, Err(Error::Reserved { .. })));
        let frame = fit(&[(&texts[0], Policy::PLAIN)], Some(3), 7);
        assert!(matches!(frame, Err(Error::Frame { capacity: Tokens(3), .. })));
    }

    #[test]
    fn no_capacity_keeps_everything_but_what_a_ceiling_forbids() {
        let text = prose(60);
        let ceiling = Policy { ceiling: Some(Tokens(150)), ..Policy::PLAIN };
        let plan = fit(&[(&text, Policy::PLAIN), (&text, ceiling)], None, 5).unwrap();
        assert_eq!(plan.portions[0].kept_tokens, PLAIN.count(&text));
        assert!(plan.portions[1].kept_tokens <= Tokens(150));
        assert!(plan.portions[1].cuts.iter().all(|cut| cut.level.is_none() && cut.needs.is_none()));
    }
}
