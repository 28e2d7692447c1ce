//! The promises where counts do not add up: bundles measured by tokenizers from files.

use std::ops::Range;

use proptest::prelude::*;

use super::promises::{entry, hostile_text, plan, request};
use super::render::RENDERERS;
use super::{Error, Planned, Request, freeze};
use crate::tokens::local_samples::encodings;
use crate::tokens::{Tokens, count};

/// Bytes of each document that stay.
fn kept(planned: &Planned) -> Vec<Vec<Range<usize>>> {
    let ranges = |portion: &crate::budget::Portion| portion.segments.iter().map(|kept| kept.range.clone()).collect();
    planned.plan.portions.iter().map(ranges).collect()
}

proptest! {
    #[test]
    fn a_bundle_is_never_over_by_the_joint_count(
        texts in prop::collection::vec(hostile_text(), 1..4),
        budget in 300_u32..1500,
        format in 0..RENDERERS.len(),
        which in 0..2_usize,
    ) {
        let entries: Vec<_> = texts.iter().map(|text| entry(text, Some("A title"))).collect();
        let encoding = encodings()[which];
        let request = Request { encoding, ..request(&RENDERERS[format], Some(budget)) };
        match plan(&entries, &request) {
            Ok(planned) => {
                prop_assert!(planned.total <= Tokens(budget));
                prop_assert_eq!(planned.total, count(encoding, &planned.text));
                let bundle = freeze(&planned, &entries, &request).unwrap();
                prop_assert_eq!(bundle.manifest.encoding.as_str(), encoding.name());
                prop_assert_eq!(bundle.rendered_again(request.renderer), bundle.text.as_str());
            }
            Err(Error::Budget(_)) => {}
            Err(other) => prop_assert!(false, "{other}"),
        }
    }
}

#[test]
fn a_larger_budget_keeps_what_a_smaller_one_kept_and_fills_it() {
    let texts = [include_str!("../../examples/essay.md"), include_str!("../../examples/thread.md")];
    let entries = texts.map(|text| entry(text, None));
    for encoding in encodings() {
        for renderer in RENDERERS {
            let mut before: Vec<Vec<Range<usize>>> = vec![Vec::new(); 2];
            for budget in (1200..4800).step_by(89) {
                let request = Request { encoding, ..request(renderer, Some(budget)) };
                let planned = plan(&entries, &request).unwrap();
                let now = kept(&planned);
                let holds = |now: &[Range<usize>], range: &Range<usize>| {
                    now.iter().any(|kept| kept.start <= range.start && range.end <= kept.end)
                };
                for (before, now) in before.iter().zip(&now) {
                    assert!(before.iter().all(|range| holds(now, range)), "{encoding} {} {budget}", renderer.name);
                }
                assert!(planned.total <= Tokens(budget));
                let fill = planned.total.0 * 1000 / budget;
                assert!(planned.plan.next.is_none() || fill >= 980, "{encoding} {} {budget}: {fill}", renderer.name);
                before = now;
            }
        }
    }
}
