//! The promises of the budget as properties, over random sources, policies and capacities.
//!
//! `PROPTEST_CASES` sets how many cases run.

use std::borrow::Cow;
use std::ops::Range;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use super::{Keep, Measure, Places, Plan, Policy, Queue, Source, Tier, Weight, assemble, fold, summary, units};
use crate::content::{Section, SectionKind, canonical};
use crate::tokens::{Encoding, Tokens, count};

/// A frame like that of a bundle: additive against any document text on both sides.
const OPEN: &str = "## source\n\n";
const CLOSE: &str = "## end\n\n";

fn escape_nothing(text: &str) -> Cow<'_, str> {
    Cow::Borrowed(text)
}

fn escape_markup(text: &str) -> Cow<'_, str> {
    Cow::Owned(text.replace('&', "&amp;").replace('<', "&lt;"))
}

#[derive(Debug, Clone)]
struct Case {
    sources: Vec<(String, Vec<Section>, Policy)>,
    capacities: (u32, u32),
    measure: Measure,
}

impl Case {
    fn fixed(&self) -> Tokens {
        let one = count(self.measure.encoding, OPEN) + count(self.measure.encoding, CLOSE);
        self.sources.iter().map(|_| one).sum()
    }

    fn fit(&self, capacity: u32) -> Option<Plan> {
        let cut: Vec<_> = self.sources.iter().map(|(text, sections, _)| units(text, sections, self.measure)).collect();
        let texts: Vec<_> = self.sources.iter().map(|(text, ..)| text.as_str()).collect();
        let places: Vec<_> = texts.iter().zip(1..).map(|(text, n)| Places::new(&format!("s{n}"), text, &[])).collect();
        let in_turn: Vec<usize> = (0..texts.len()).rev().collect();
        let folded = fold(&texts, cut, &in_turn, &vec![None; texts.len()], self.measure);
        let summaries: Vec<_> = texts.iter().zip(&folded.units).map(|(text, units)| summary(text, units)).collect();
        let sources: Vec<_> = (0..texts.len())
            .map(|index| Source {
                text: texts[index],
                units: &folded.units[index],
                repeats: &folded.repeats[index],
                places: &places[index],
                policy: self.sources[index].2,
                relevance: None,
                summary: Some(&summaries[index]),
            })
            .collect();
        Queue::new(&sources, self.fixed(), self.measure).fit(Some(Tokens(capacity))).ok()
    }

    fn render(&self, plan: &Plan) -> String {
        let parts = self.sources.iter().zip(&plan.portions).map(|((text, ..), portion)| {
            let body = assemble(text, portion, self.measure.escape);
            format!("{OPEN}{body}{CLOSE}")
        });
        parts.collect()
    }
}

fn text() -> impl Strategy<Value = String> {
    let word =
        "[a-zA-Z]{1,9}|[0-9]{1,6}|[—…'\"(),.;:/&<>*#|_-]{1,3}|[éß漢字ก。「」\u{301}\u{a0}🙂]{1,2}|<\\|endoftext\\|>";
    let piece = prop_oneof![12 => word, 2 => "\n", 1 => "\n\n", 1 => "\n  ", 1 => "\\. [A-Z]"];
    prop::collection::vec((piece, " ?"), 0..120).prop_map(|pieces| {
        let raw: String = pieces.into_iter().map(|(piece, blank)| piece + &blank).collect();
        canonical(&raw).0
    })
}

/// Whether a range holds all of another.
fn holds(wide: &Range<usize>, narrow: &Range<usize>) -> bool {
    wide.start <= narrow.start && narrow.end <= wide.end
}

/// A passage long enough to be found again.
fn passage() -> impl Strategy<Value = String> {
    prop::collection::vec("[a-z]{2,7}[,.—'/]?|[A-Z][a-z]{2,5}\n?|é[a-z]+", 26..60).prop_map(|words| words.join(" "))
}

/// A text that quotes `passage` behind some of its lines, with a word less here and there.
fn quoting(text: &str, passage: &str, quotes: &[(usize, usize)]) -> String {
    let mut out = text.to_owned();
    for (at, drop) in quotes {
        let places: Vec<usize> = out.char_indices().map(|(place, _)| place).chain([out.len()]).collect();
        let quote: Vec<&str> =
            passage.split(' ').enumerate().filter(|(n, _)| n % 40 != *drop).map(|(_, word)| word).collect();
        out.insert_str(places[at % places.len()], &format!(" {} ", quote.join(" ")));
    }
    canonical(&out).0
}

fn policy() -> impl Strategy<Value = Policy> {
    let weight = prop_oneof![Just("1"), Just("0.5"), Just("2"), Just("0.333")];
    let tier =
        prop_oneof![1 => Just(Tier::Pin), 1 => Just(Tier::Must), 6 => Just(Tier::Normal), 1 => Just(Tier::Spare)];
    let keep = prop_oneof![Just(Keep::Head), Just(Keep::Tail), Just(Keep::Ends), Just(Keep::Even), Just(Keep::Summary)];
    let floor = prop_oneof![4 => Just(0u32), 1 => 1u32..80];
    let ceiling = prop_oneof![4 => Just(None), 1 => (80u32..300).prop_map(Some)];
    (weight, tier, keep, floor, ceiling).prop_map(|(weight, tier, keep, floor, ceiling)| Policy {
        weight: weight.parse::<Weight>().unwrap(),
        floor: Tokens(floor),
        ceiling: ceiling.filter(|_| tier != Tier::Pin).map(Tokens),
        tier,
        keep,
    })
}

fn sections(text: &str) -> Vec<Section> {
    let mut start = 0;
    let mut sections = Vec::new();
    for paragraph in text.split_inclusive("\n\n") {
        let end = start + paragraph.len();
        let kind = SectionKind::Paragraph;
        sections.push(Section { start, end, kind, label: None, author: None, time: None, reply_to: None });
        start = end;
    }
    sections
}

fn case() -> impl Strategy<Value = Case> {
    let quotes = prop::collection::vec((0usize..400, 30usize..60), 0..3);
    let source = (text(), policy(), quotes);
    let encoding = prop_oneof![Just(Encoding::O200kBase), Just(Encoding::Cl100kBase)];
    let escape = any::<bool>();
    let sources = (prop::collection::vec(source, 1..4), passage()).prop_map(|(sources, passage)| {
        let source = |(text, policy, quotes): (String, Policy, Vec<_>)| {
            let text = quoting(&text, &passage, &quotes);
            let sections = sections(&text);
            (text, sections, policy)
        };
        sources.into_iter().map(source).collect()
    });
    (sources, 20u32..900, 0u32..200, encoding, escape).prop_map(|(sources, capacity, more, encoding, escape)| Case {
        sources,
        capacities: (capacity, capacity + more),
        measure: Measure { encoding, escape: if escape { escape_markup } else { escape_nothing } },
    })
}

#[test]
fn the_cases_hold_duplicates() {
    let mut runner = TestRunner::deterministic();
    let folds = |case: Case| case.fit(5000).map_or(0, |plan| plan.portions.iter().map(|p| p.folds.len()).sum());
    let found: Vec<usize> = (0..100).map(|_| folds(case().new_tree(&mut runner).unwrap().current())).collect();
    assert!(found.iter().filter(|n| **n > 0).count() > 30, "{found:?}");
}

proptest! {
    #[test]
    fn a_plan_is_never_over_and_costs_what_its_text_counts(case in case()) {
        for capacity in [case.capacities.0, case.capacities.1] {
            let Some(plan) = case.fit(capacity) else { continue };
            prop_assert!(plan.total <= Tokens(capacity), "{} over {capacity}", plan.total);
            prop_assert_eq!(plan.total, count(case.measure.encoding, &case.render(&plan)));
            for ((_, _, policy), portion) in case.sources.iter().zip(&plan.portions) {
                let floor = if policy.tier == Tier::Pin { portion.tokens } else { policy.floor.min(portion.tokens) };
                let told = portion.kept_tokens + portion.duplicate_tokens();
                prop_assert!(policy.ceiling.is_some() || told >= floor);
                prop_assert!(policy.ceiling.is_none_or(|ceiling| told <= ceiling));
                prop_assert_eq!(told + portion.cut_tokens(), portion.tokens);
                for fold in &portion.folds {
                    prop_assert!(policy.tier != Tier::Pin);
                    let origin = &plan.portions[fold.of].segments;
                    prop_assert!(origin.iter().any(|kept| holds(&kept.range, &fold.of_range)), "points at nothing");
                }
            }
        }
    }

    #[test]
    fn a_larger_capacity_keeps_all_that_a_smaller_one_kept(case in case()) {
        let Some(small) = case.fit(case.capacities.0) else { return Ok(()) };
        let large = case.fit(case.capacities.1);
        prop_assert!(large.is_some(), "a larger capacity was refused");
        for (few, many) in small.portions.iter().zip(&large.unwrap().portions) {
            for segment in &few.segments {
                let kept = many.segments.iter().any(|wider| holds(&wider.range, &segment.range));
                prop_assert!(kept, "{:?} was dropped", segment.range);
            }
            for fold in &few.folds {
                let kept = many.folds.iter().any(|wider| holds(&wider.range, &fold.range));
                prop_assert!(kept, "the reference for {:?} was dropped", fold.range);
            }
        }
    }

    #[test]
    fn what_a_cut_needs_is_what_keeps_it(case in case()) {
        let Some(plan) = case.fit(case.capacities.0) else { return Ok(()) };
        let cuts = plan.portions.iter().enumerate().flat_map(|(index, portion)| portion.cuts.iter().map(move |cut| (index, cut)));
        for (index, cut) in cuts.take(3) {
            let Some(needs) = cut.needs else { continue };
            let keeps = |capacity: u32| {
                let plan = case.fit(capacity).unwrap();
                let portion = &plan.portions[index];
                let kept = portion.segments.iter().map(|s| &s.range).chain(portion.folds.iter().map(|fold| &fold.range));
                kept.into_iter().any(|range| holds(range, &cut.range))
            };
            prop_assert!(keeps(needs.0));
        }
    }
}
