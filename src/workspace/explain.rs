//! `plan --cut` and `plan --why`: what was left out of a source, and why a unit stays or falls.

use super::shape::{Cuts, CutsUnit, Why, WhyTerm};
use super::{Error, Fit, Prepared};
use crate::budget::{Cut, Entrance, Keep, Portion, Unit};
use crate::content::line;

/// Characters of a unit that a preview shows at most.
const PREVIEW: usize = 120;

impl Prepared {
    /// Every cut of the source called `id`: where it stands and what budget brings it back.
    pub fn cuts(&self, fit: &Fit, id: &str) -> Result<Cuts, Error> {
        let source = self.source(id)?;
        let portion = &fit.planned.plan.portions[source];
        let told = |counted| fit.told(counted).tokens.0;
        let unit = |cut: &Cut| CutsUnit {
            unit: cut.unit + 1,
            start: cut.range.start,
            end: cut.range.end,
            place: self.measured.places[source].at(cut.range.start).into_owned(),
            tokens: told(cut.tokens),
            level: cut.level.map(|level| fit.told_level(level)),
            needs: cut.needs.map(|needs| fit.budget_for(needs).0),
            text: self.preview(source, cut.range.start..cut.range.end),
        };
        Ok(Cuts {
            schema: "forkful.cut/1",
            exact: fit.counting.tokenizer.scale().is_none(),
            id: id.to_owned(),
            locator: self.locators[source].clone(),
            tokens: told(portion.tokens),
            kept_tokens: told(portion.kept_tokens),
            cut_tokens: told(portion.cut_tokens()),
            duplicate_tokens: told(portion.duplicate_tokens()),
            gaps: portion.gaps.len(),
            level: fit.level(),
            units: portion.cuts.iter().map(unit).collect(),
        })
    }

    /// Why the unit at `address`, as `s2#117`, stays or falls.
    pub fn why(&self, fit: &Fit, address: &str) -> Result<Why, Error> {
        let refuse = |n_units| Error::NoUnit { address: address.to_owned(), ids: self.ids(), n_units };
        let (id, number) = address.split_once('#').unwrap_or((address, ""));
        let source = self.source(id).map_err(|_| refuse(None))?;
        let units = &self.measured.units[source];
        let index = number.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
        let index = index.filter(|index| *index < units.len()).ok_or_else(|| refuse(Some(units.len())))?;
        let unit = &units[index];

        let sources = self.measured.sources();
        let queue = self.measured.queue(&sources);
        let entrance = queue.entrance(source, index);
        let portion = &fit.planned.plan.portions[source];
        let needs = entrance.as_ref().map(|entrance| fit.budget_for(entrance.needs));
        let more = fit.limits.budget.zip(needs).map(|(budget, needs)| needs - budget);
        let answer = sources[source].relevance;
        let in_focus = answer.filter(|_| sources[source].policy.keep == Keep::Focus);
        let terms = in_focus.map(|answer| {
            let found = answer.terms.iter().zip(&answer.found[index]).filter(|(_, n)| **n > 0);
            found.map(|(term, n)| WhyTerm { term: term.clone(), times: *n }).collect()
        });
        Ok(Why {
            schema: "forkful.why/1",
            exact: fit.counting.tokenizer.scale().is_none(),
            id: id.to_owned(),
            unit: index + 1,
            units: units.len(),
            start: unit.range.start,
            end: unit.range.end,
            place: self.measured.places[source].at(unit.range.start).into_owned(),
            tokens: fit.told(unit.tokens).tokens.0,
            fate: fate(portion, (index, unit), entrance.as_ref()),
            level: entrance.as_ref().map(|entrance| fit.told_level(entrance.level)),
            level_reached: fit.level(),
            turn: entrance.as_ref().map(|entrance| entrance.turn),
            turns: queue.len(),
            needs: needs.map(|needs| needs.0),
            more: more.map(|more| more.0),
            reserved: entrance.as_ref().is_some_and(|entrance| entrance.reserved),
            asked_by: entrance
                .as_ref()
                .filter(|e| e.asked_by != source)
                .map(|e| fit.planned.frame.items[e.asked_by].id.clone()),
            repeats: sources[source].repeats.get(&index).map(|repeat| sources[repeat.of].places.of(&repeat.of_range)),
            rank: in_focus
                .and_then(|answer| answer.order.iter().position(|ranked| *ranked == index))
                .map(|rank| rank + 1),
            terms,
            text: self.preview(source, unit.range.clone()),
        })
    }

    fn ids(&self) -> Vec<String> {
        self.measured.frame.items.iter().map(|item| item.id.clone()).collect()
    }

    fn source(&self, id: &str) -> Result<usize, Error> {
        let known = self.measured.frame.items.iter().position(|item| item.id == id);
        known.ok_or_else(|| Error::NoUnit { address: id.to_owned(), ids: self.ids(), n_units: None })
    }

    /// The words of a range in one line, the first of them.
    fn preview(&self, source: usize, range: std::ops::Range<usize>) -> String {
        let words = line(&self.measured.entries[source].document.text[range]);
        words.chars().take(PREVIEW).collect()
    }
}

/// What became of a unit.
fn fate(portion: &Portion, (index, unit): (usize, &Unit), entrance: Option<&Entrance>) -> &'static str {
    match (portion.cuts.iter().find(|cut| cut.unit == index), entrance) {
        (Some(_), None) => "capped",
        (Some(cut), Some(_)) if cut.range != unit.range => "partly kept",
        (Some(_), Some(_)) => "left out",
        (None, Some(entrance)) if entrance.folded => "folded",
        (None, _) => "kept",
    }
}
