//! The one order in which all units enter, computed without looking at the capacity.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::{Keep, Policy, Source, Tier};
use crate::tokens::Tokens;

/// A unit in its turn.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub source: usize,
    pub unit: usize,
    /// Whether a reference stands for it: the units that it repeats enter before it.
    pub folded: bool,
    /// Its own place, or that of the first unit which repeats it.
    pub turn: Turn,
}

/// A place in the order.
#[derive(Debug, Clone, Copy)]
pub(super) struct Turn {
    /// The source that asks for it.
    pub source: usize,
    /// Pinned, or inside the floor: it enters or the fit is refused.
    pub reserved: bool,
    tier: Tier,
    rank: usize,
    /// Tokens of the source up to and with this unit, in cut order.
    reached: u64,
    weight: u32,
}

impl Source<'_> {
    /// The source that this is another rendering of; a pinned one stands for itself.
    fn rendered(&self) -> Option<usize> {
        let repeat = self.repeats.get(&0).filter(|repeat| repeat.is_rendering() && self.policy.tier != Tier::Pin);
        repeat.map(|repeat| repeat.of)
    }
}

impl Turn {
    /// That of a reference which stands whatever else does.
    fn reference(source: usize) -> Self {
        Self { source, reserved: true, tier: Tier::Pin, rank: 0, reached: 0, weight: 1000 }
    }

    /// Entry level: tokens reached divided by the weight, rounded up; 0 for reserved units.
    pub(super) fn level(&self) -> u64 {
        if self.reserved { 0 } else { (self.reached * 1000).div_ceil(u64::from(self.weight)) }
    }

    /// Compares tiers, then entry levels as exact fractions; sources by their order.
    fn compare(&self, other: &Self) -> Ordering {
        self.urgency(other).then_with(|| (self.source, self.rank).cmp(&(other.source, other.rank)))
    }

    /// Compares tiers, then entry levels as exact fractions.
    fn urgency(&self, other: &Self) -> Ordering {
        let key = |turn: &Self| (!turn.reserved, if turn.reserved { Tier::Pin } else { turn.tier });
        let level = || {
            let left = u128::from(self.reached) * u128::from(other.weight);
            left.cmp(&(u128::from(other.reached) * u128::from(self.weight)))
        };
        key(self).cmp(&key(other)).then_with(|| if self.reserved { Ordering::Equal } else { level() })
    }
}

/// All units that may enter, in the order in which they do.
///
/// Reserved units come first whatever their tier, so that no floor can starve; then tier by tier,
/// by level. A unit beyond its source's ceiling is not in the order.
/// What a unit repeats enters in front of it, if it has not before; so a reference never points at
/// nothing, whatever the capacity. A unit of a pinned source, or one that repeats what a ceiling
/// keeps out, is no reference but enters as it stands. Another rendering is a reference before all, and
/// what its owner asks for, floor, tier and weight, is asked of the text that it renders.
pub(super) fn order(sources: &[Source<'_>]) -> Vec<Entry> {
    let indexed = || sources.iter().enumerate();
    let own = |(index, source): (usize, &Source<'_>)| match source.rendered() {
        Some(_) => BTreeMap::from([(0, Turn::reference(index))]),
        None => turns_of(source, index, source.policy),
    };
    let mut turns: Vec<BTreeMap<usize, Turn>> = indexed().map(own).collect();
    for (index, source) in indexed() {
        let Some(of) = source.rendered() else { continue };
        for (unit, asked) in turns_of(&sources[of], index, source.policy) {
            if let Some(own) = turns[of].get_mut(&unit).filter(|own| asked.urgency(own).is_lt()) {
                *own = asked;
            }
        }
    }
    let mut folded = Vec::new();
    for (index, source) in indexed().filter(|(_, source)| source.policy.tier != Tier::Pin) {
        for (unit, repeat) in source.repeats {
            let all_enter = repeat.of_units.clone().all(|origin| turns[repeat.of].contains_key(&origin));
            if let Some(turn) = turns[index].get(unit).copied().filter(|_| all_enter) {
                folded.push((index, *unit));
                for origin in repeat.of_units.clone() {
                    let own = turns[repeat.of].get_mut(&origin).expect("all of them enter");
                    if turn.compare(own).is_lt() {
                        *own = turn;
                    }
                }
            }
        }
    }
    let entries = turns.iter().enumerate().flat_map(|(source, turns)| {
        turns.iter().map(move |(unit, turn)| Entry { source, unit: *unit, folded: false, turn: *turn })
    });
    let mut entries: Vec<Entry> = entries.collect();
    for entry in &mut entries {
        entry.folded = folded.binary_search(&(entry.source, entry.unit)).is_ok();
    }
    let own = |entry: &Entry| (entry.folded, entry.source, entry.unit);
    entries.sort_by(|left, right| left.turn.compare(&right.turn).then_with(|| own(left).cmp(&own(right))));
    entries
}

/// The turns of a source's units by the policy of the source at `index`: its own, or one that renders it.
fn turns_of(source: &Source<'_>, index: usize, policy: Policy) -> BTreeMap<usize, Turn> {
    let Policy { weight, floor, ceiling, tier, keep } = policy;
    let in_focus = source.relevance.filter(|_| keep == Keep::Focus);
    let shared_by = source.relevance.filter(|_| keep == Keep::Focus || weight.is_auto());
    let weight = shared_by.map_or(weight, |relevance| weight.scaled(relevance.share)).thousandths();
    let covering = source.summary.filter(|_| keep == Keep::Summary);
    let ranked = in_focus.map(|relevance| &relevance.order[..]).or(covering);
    let units = ranked.map_or_else(|| cut_order(keep, source.units.len()), <[usize]>::to_vec);
    let mut turns = BTreeMap::new();
    let mut reached = 0;
    for (rank, unit) in units.into_iter().enumerate() {
        let reserved = tier == Tier::Pin || reached < u64::from(floor.0);
        let Tokens(tokens) = source.units[unit].tokens;
        reached += u64::from(tokens);
        if ceiling.is_some_and(|ceiling| reached > u64::from(ceiling.0)) {
            break;
        }
        turns.insert(unit, Turn { source: index, reserved, tier, rank, reached, weight });
    }
    turns
}

/// A permutation of `0..n`: which unit enters first.
fn cut_order(keep: Keep, n: usize) -> Vec<usize> {
    match keep {
        Keep::Head | Keep::Focus | Keep::Summary => (0..n).collect(),
        Keep::Tail => (0..n).rev().collect(),
        Keep::Ends => (0..n).map(|rank| if rank % 2 == 0 { rank / 2 } else { n - 1 - rank / 2 }).collect(),
        // Van der Corput: positions by their reversed bits, so that every prefix is spread evenly.
        Keep::Even => {
            let bits = n.next_power_of_two().trailing_zeros();
            let reversed = |rank: usize| if bits == 0 { 0 } else { rank.reverse_bits() >> (usize::BITS - bits) };
            (0..1 << bits).map(reversed).filter(|&unit| unit < n).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cut_orders_are_permutations_that_start_where_they_say() {
        let check = |keep, expected: &[usize]| assert_eq!(cut_order(keep, expected.len()), expected);
        check(Keep::Head, &[0, 1, 2, 3, 4]);
        check(Keep::Tail, &[4, 3, 2, 1, 0]);
        check(Keep::Ends, &[0, 4, 1, 3, 2]);
        check(Keep::Even, &[0, 4, 2, 1, 3]);
        check(Keep::Even, &[0, 4, 2, 1, 5, 3]);
        for keep in [Keep::Head, Keep::Tail, Keep::Ends, Keep::Even] {
            for n in 0..40 {
                let mut units = cut_order(keep, n);
                units.sort_unstable();
                assert_eq!(units, (0..n).collect::<Vec<_>>());
            }
        }
    }
}
