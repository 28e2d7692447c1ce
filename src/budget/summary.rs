//! The cut order without a question: what covers the most of a text's topics first.
//!
//! Greedy coverage: each term is worth more the more units speak of it, unless nearly all do, and
//! each time it is told again it is worth half; the next unit is the one that adds the most for its
//! tokens, the opening first of all. Weights are whole numbers, so that the order is the same on
//! every machine. Gains only fall, so a unit is looked at again only when it leads (lazy greedy).

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use super::Unit;
use super::term::Reader;

/// A unit counts as at least so many tokens, so that fragments do not win by being short.
const SHORT: u64 = 32;

/// Unit indices, those that cover the most first.
pub fn summary(text: &str, units: &[Unit]) -> Vec<usize> {
    let told = terms(text, units);
    let worth = worth(&told);
    let mut times = vec![0_u32; worth.len()];
    let gain = |unit: usize, times: &[u32]| -> u64 {
        let own = told[unit].iter().map(|term| worth[*term].checked_shr(times[*term]).unwrap_or(0));
        own.sum::<u64>() * 1024 / u64::from(units[unit].tokens.0).max(SHORT)
    };
    let mut order = Vec::with_capacity(units.len());
    let mut waiting: BinaryHeap<(u64, Reverse<usize>)> =
        (0..units.len()).map(|unit| (if unit == 0 { u64::MAX } else { gain(unit, &times) }, Reverse(unit))).collect();
    while let Some((promised, Reverse(unit))) = waiting.pop() {
        let now = if unit == 0 { u64::MAX } else { gain(unit, &times) };
        let still_leads = waiting.peek().is_none_or(|next| (now, Reverse(unit)) >= *next);
        if now < promised && !still_leads {
            waiting.push((now, Reverse(unit)));
            continue;
        }
        order.push(unit);
        told[unit].iter().for_each(|term| times[*term] += 1);
    }
    order
}

/// The different terms of each unit, as numbers.
fn terms(text: &str, units: &[Unit]) -> Vec<Vec<usize>> {
    let reader = Reader::new();
    let mut numbers: BTreeMap<String, usize> = BTreeMap::new();
    let read = |unit: &Unit| {
        let mut own = Vec::new();
        reader.each_term(&text[unit.range.clone()], |term| {
            let next = numbers.len();
            own.push(*numbers.entry(term.to_owned()).or_insert(next));
        });
        own.sort_unstable();
        own.dedup();
        own
    };
    units.iter().map(read).collect()
}

/// What each term is worth: in thousandths, how many units have it times how rare that makes it.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "numbers of units are far below 2^52, logarithms of their ratios are small and not negative"
)]
fn worth(told: &[Vec<usize>]) -> Vec<u64> {
    let n_terms = told.iter().flatten().max().map_or(0, |last| last + 1);
    let mut n_with = vec![0_u64; n_terms];
    told.iter().flatten().for_each(|term| n_with[*term] += 1);
    let of = |n_with: u64| {
        let rarity = libm::log(told.len() as f64 / n_with as f64 + 0.5).max(0.0);
        n_with * (rarity * 1000.0).round() as u64
    };
    n_with.into_iter().map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tokens::Tokens;

    #[test]
    fn the_opening_comes_first_then_what_adds_most() {
        let lines = [
            "Good evening to all of you.",
            "The ladder and the shed.",
            "The ladder, the shed, the cellar and the lamp.",
            "Hm.",
            "The cellar and the lamp.",
            "A theodolite came by post.",
            "The theodolite and the post.",
        ];
        let mut start = 0;
        let units: Vec<Unit> = lines
            .iter()
            .map(|line| {
                start += line.len();
                Unit { range: start - line.len()..start, tokens: Tokens(10) }
            })
            .collect();
        assert_eq!(summary(&lines.concat(), &units), [0, 2, 5, 1, 4, 6, 3]);
        assert_eq!(summary("", &[]), [0; 0]);
    }
}
