//! The promises of the budget as properties, over random sources, policies and capacities.
//!
//! `PROPTEST_CASES` sets how many cases run.

use std::borrow::Cow;

use proptest::prelude::*;

use super::{Keep, Measure, Plan, Policy, Queue, Source, Tier, Weight, assemble, units};
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
        let sources: Vec<_> = self
            .sources
            .iter()
            .zip(&cut)
            .map(|((text, _, policy), units)| Source { text, units, policy: *policy, relevance: None })
            .collect();
        Queue::new(&sources, self.fixed(), self.measure).fit(Some(Tokens(capacity))).ok()
    }

    fn render(&self, plan: &Plan) -> String {
        let parts = self.sources.iter().zip(&plan.portions).map(|((text, ..), portion)| {
            let body = assemble(text, &portion.segments, &portion.gaps, self.measure.escape);
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

fn policy() -> impl Strategy<Value = Policy> {
    let weight = prop_oneof![Just("1"), Just("0.5"), Just("2"), Just("0.333")];
    let tier =
        prop_oneof![1 => Just(Tier::Pin), 1 => Just(Tier::Must), 6 => Just(Tier::Normal), 1 => Just(Tier::Spare)];
    let keep = prop_oneof![Just(Keep::Head), Just(Keep::Tail), Just(Keep::Ends), Just(Keep::Even)];
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
    let source = (text(), policy()).prop_map(|(text, policy)| {
        let sections = sections(&text);
        (text, sections, policy)
    });
    let encoding = prop_oneof![Just(Encoding::O200kBase), Just(Encoding::Cl100kBase)];
    let escape = any::<bool>();
    (prop::collection::vec(source, 1..4), 20u32..700, 0u32..200, encoding, escape).prop_map(
        |(sources, capacity, more, encoding, escape)| Case {
            sources,
            capacities: (capacity, capacity + more),
            measure: Measure { encoding, escape: if escape { escape_markup } else { escape_nothing } },
        },
    )
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
                let reachable = policy.ceiling.is_none();
                prop_assert!(!reachable || portion.kept_tokens >= floor);
                prop_assert!(policy.ceiling.is_none_or(|ceiling| portion.kept_tokens <= ceiling));
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
                let kept = many.segments.iter().any(|wider| {
                    wider.range.start <= segment.range.start && segment.range.end <= wider.range.end
                });
                prop_assert!(kept, "{:?} was dropped", segment.range);
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
                plan.portions[index].segments.iter().any(|s| s.range.start <= cut.range.start && cut.range.end <= s.range.end)
            };
            prop_assert!(keeps(needs.0));
        }
    }
}
