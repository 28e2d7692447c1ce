//! `plan` and `pack`: sources fitted to a budget and frozen.

use std::sync::Arc;

use super::shape::{Estimate, Link, Pack, Plan, PlanCut, PlanDuplicate, PlanNext, PlanSource};
use super::{Act, Counting, Error, Limits, Sources, Workspace};
use crate::budget::{Keep, Policy};
use crate::bundle::{self, Bundle, Entry, Measured, Part, Planned, Request};
use crate::content::{Digest, Problem};
use crate::store::record::{Move, ProvenanceRecord};
use crate::store::{At, BUNDLES, Change, check_name};
use crate::tokens::{Tokens, Told};

/// Sources measured, for any number of fits.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// Documents, units, counts and ranks; policies and budget may be changed between fits.
    pub measured: Measured,
    /// How tokens are counted, and for which model.
    pub counting: Counting,
    /// What was asked for, in tokens as the model counts them.
    limits: Limits,
    /// Locator of each entry's source.
    pub locators: Vec<String>,
    /// Digest of each entry's source as it was read.
    origins: Vec<Digest>,
    /// What the readers noticed and what is missing.
    pub problems: Vec<Problem>,
    /// Links that were named or followed.
    pub links: Vec<Link>,
}

/// Sources fitted to a budget, not yet frozen.
#[derive(Debug, Clone)]
pub struct Fit {
    /// What the bundle is made for, in tokens of its encoding.
    pub request: Request,
    /// How tokens are counted, and for which model.
    pub counting: Counting,
    /// What was asked for, in tokens as the model counts them.
    pub limits: Limits,
    /// The documents with their owners' wishes, in order.
    pub entries: Vec<Entry>,
    /// Locator of each entry's source.
    pub locators: Vec<String>,
    /// Digest of each entry's source as it was read.
    origins: Vec<Digest>,
    /// Plan, frame and bytes.
    pub planned: Planned,
    /// What the readers noticed and what is missing.
    pub problems: Vec<Problem>,
    /// Links that were named or followed.
    pub links: Vec<Link>,
}

/// Fits what was read to the request's budget, which is in tokens as `counting` counts them.
pub fn plan(sources: &Sources, request: Request, counting: Counting) -> Result<Fit, Error> {
    prepare(sources, request, counting)?.fit()
}

/// Measures what was read: the counting, once.
///
/// A scaled tokenizer fits at the upper end of its range, and the bundle is the one that its encoding
/// gives for so many tokens: which model was named is no part of it.
pub fn prepare(sources: &Sources, request: Request, counting: Counting) -> Result<Prepared, Error> {
    let limits = Limits { budget: request.budget, reserve: request.reserve };
    let request = counting.request(request)?;
    let mut entries = Vec::new();
    let mut locators = Vec::new();
    let mut origins = Vec::new();
    for sourced in &sources.read {
        for document in &sourced.gathered.documents {
            let locator = &sourced.gathered.locator;
            let name = locator.rsplit(['/', '\\']).find(|part| !part.is_empty()).unwrap_or(locator);
            let name = if name == "-" { "stdin" } else { name };
            let policy = counting.policy(sourced.policy);
            entries.push(Entry { document: Arc::clone(document), name: name.to_owned(), policy });
            locators.push(locator.clone());
            origins.push(sourced.gathered.sha256);
        }
    }
    let measured = Measured::new(entries, request)?;
    let links = sources.links.iter().map(Link::of).collect();
    Ok(Prepared { measured, counting, limits, locators, origins, problems: sources.problems(), links })
}

impl Prepared {
    /// Fits with the policies and the budget as they are now.
    pub fn fit(&self) -> Result<Fit, Error> {
        let Measured { entries, request, .. } = &self.measured;
        let by_answer = |policy: Policy| policy.keep == Keep::Focus || policy.weight.is_auto();
        let in_focus = entries.iter().any(|entry| by_answer(entry.policy));
        if in_focus && request.focus.as_ref().is_none_or(|question| question.trim().is_empty()) {
            return Err(Error::NoFocus);
        }
        let (counting, limits) = (&self.counting, self.limits());
        let scale = counting.tokenizer.scale();
        let refusal = |error| Error::fit(counting.refusal(error, limits), &self.locators, scale);
        let planned = self.measured.plan().map_err(refusal)?;
        counting.check_window(planned.total, limits.reserve)?;
        Ok(Fit {
            request: request.clone(),
            counting: counting.clone(),
            limits,
            entries: entries.clone(),
            locators: self.locators.clone(),
            origins: self.origins.clone(),
            planned,
            problems: self.problems.clone(),
            links: self.links.clone(),
        })
    }

    /// What was asked for, in tokens as the model counts them.
    pub fn limits(&self) -> Limits {
        let Request { budget, reserve, .. } = self.measured.request;
        if self.counting.tokenizer.scale().is_none() { Limits { budget, reserve } } else { self.limits }
    }

    /// Asks for something else, in tokens as the model counts them.
    pub fn limit_to(&mut self, limits: Limits) -> Result<(), Error> {
        let request = Request { budget: limits.budget, reserve: limits.reserve, ..self.measured.request.clone() };
        self.measured.request = self.counting.request(request)?;
        self.limits = limits;
        Ok(())
    }
}

impl Prepared {
    /// Splits everything into parts that each fit the budget; the bundles are a chain.
    pub fn split(&self) -> Result<Vec<(Fit, Bundle)>, Error> {
        let Measured { entries, request, .. } = &self.measured;
        let (counting, limits) = (&self.counting, self.limits());
        let refusal = |error| Error::fit(counting.refusal(error, limits), &self.locators, counting.tokenizer.scale());
        let parts = self.measured.split().map_err(refusal)?;
        let part = |part: Part| {
            let fit = Fit {
                request: request.clone(),
                counting: counting.clone(),
                limits,
                entries: part.entries.iter().map(|entry| entries[*entry].clone()).collect(),
                locators: part.entries.iter().map(|entry| self.locators[*entry].clone()).collect(),
                origins: part.entries.iter().map(|entry| self.origins[*entry]).collect(),
                planned: part.planned,
                problems: self.problems.clone(),
                links: self.links.clone(),
            };
            (fit, part.bundle)
        };
        Ok(parts.into_iter().map(part).collect())
    }
}

impl Fit {
    /// The frozen bundle.
    pub fn freeze(&self) -> Result<Bundle, Error> {
        Ok(bundle::freeze(&self.planned, &self.entries, &self.request)?)
    }

    /// The `forkful.plan/1` value.
    pub fn shape(&self) -> Plan {
        let Planned { plan, frame_tokens, total, .. } = &self.planned;
        let Counting { tokenizer, model } = &self.counting;
        Plan {
            schema: "forkful.plan/1",
            model: model.as_ref().map(|model| model.id.clone()),
            encoding: self.request.encoding.name(),
            exact: tokenizer.scale().is_none(),
            window: model.as_ref().map(|model| model.context.0),
            reserve: self.limits.reserve.0,
            budget: self.limits.budget.map(|budget| budget.0),
            frame_tokens: self.told(*frame_tokens).tokens.0,
            total_tokens: self.told(*total).tokens.0,
            estimate: Estimate::of(tokenizer, *total),
            by_provider: None,
            level: self.level(),
            next: plan.next.as_ref().map(|next| PlanNext {
                source: self.planned.frame.items[next.source].id.clone(),
                unit: next.unit + 1,
                tokens: self.told(next.tokens).tokens.0,
                needs: self.budget_for(next.needs).0,
            }),
            sources: self.sources(true),
            links: self.links.clone(),
            duplicates: self.duplicates(),
            problems: self.problems.clone(),
        }
    }

    /// The `forkful.pack/1` value of this fit frozen as `bundle`.
    pub fn pack_shape(&self, bundle: Digest, name: Option<&str>, output: Option<&str>) -> Pack {
        Pack {
            schema: "forkful.pack/1",
            bundle,
            name: name.map(str::to_owned),
            model: self.counting.model.as_ref().map(|model| model.id.clone()),
            encoding: self.request.encoding.name(),
            exact: self.counting.tokenizer.scale().is_none(),
            budget: self.limits.budget.map(|budget| budget.0),
            total_tokens: self.told(self.planned.total).tokens.0,
            estimate: Estimate::of(&self.counting.tokenizer, self.planned.total),
            by_provider: None,
            sources: self.sources(false),
            links: self.links.clone(),
            output: output.map(str::to_owned),
            problems: self.problems.clone(),
        }
    }

    fn sources(&self, with_cuts: bool) -> Vec<PlanSource> {
        let portions = self.planned.plan.portions.iter().zip(&self.planned.frame.items);
        let rows = portions.zip(&self.entries).zip(&self.locators);
        rows.map(|(((portion, item), entry), locator)| {
            let cut = |cut: &crate::budget::Cut| PlanCut {
                unit: cut.unit + 1,
                start: cut.range.start,
                end: cut.range.end,
                tokens: self.told(cut.tokens).tokens.0,
                level: cut.level.map(|level| self.told_level(level)),
                needs: cut.needs.map(|needs| self.budget_for(needs).0),
            };
            PlanSource {
                id: item.id.clone(),
                locator: locator.clone(),
                title: entry.document.title.clone(),
                kind: entry.document.kind,
                format: entry.document.format.clone(),
                quality: entry.document.quality,
                quality_reason: entry.document.quality_reason.clone(),
                tokens: self.told(portion.tokens).tokens.0,
                kept_tokens: self.told(portion.kept_tokens).tokens.0,
                duplicate_tokens: self.told(portion.duplicate_tokens()).tokens.0,
                kept: portion.segments.iter().map(|segment| [segment.range.start, segment.range.end]).collect(),
                cut: with_cuts.then(|| portion.cuts.iter().map(cut).collect()),
            }
        })
        .collect()
    }

    fn duplicates(&self) -> Vec<PlanDuplicate> {
        let items = &self.planned.frame.items;
        let folds = self.planned.plan.portions.iter().zip(items).flat_map(|(portion, item)| {
            portion.folds.iter().map(move |fold| PlanDuplicate {
                source: item.id.clone(),
                start: fold.range.start,
                end: fold.range.end,
                of: items[fold.of].id.clone(),
                of_start: fold.of_range.start,
                of_end: fold.of_range.end,
                tokens: self.told(fold.tokens).tokens.0,
                exact: fold.exact,
            })
        });
        folds.collect()
    }

    /// The smallest budget that keeps everything; none when a ceiling forbids it.
    pub fn whole(&self) -> Option<Tokens> {
        let capped = |cut: &crate::budget::Cut| cut.needs.is_none();
        let forbidden = self.planned.plan.portions.iter().flat_map(|portion| &portion.cuts).any(capped);
        (!forbidden).then(|| self.budget_for(self.planned.plan.whole))
    }

    /// What tokens of the bundle's encoding are for the model.
    pub fn told(&self, counted: Tokens) -> Told {
        self.counting.tokenizer.told(counted)
    }

    /// Tokens as the model counts them that the bundle may take; none where there is no limit.
    pub fn limit(&self) -> Option<Tokens> {
        self.limits.budget.map(|budget| budget - self.limits.reserve)
    }

    /// The highest level that got in, in tokens as the model counts them.
    pub fn level(&self) -> u64 {
        self.told_level(self.planned.plan.level)
    }

    /// A level in tokens as the model counts them.
    pub(super) fn told_level(&self, level: u64) -> u64 {
        let counted = Tokens(u32::try_from(level).unwrap_or(u32::MAX));
        self.counting.tokenizer.scale().map_or(level, |_| u64::from(self.told(counted).tokens.0))
    }

    /// The budget that so many tokens of the encoding take.
    pub fn budget_for(&self, counted: Tokens) -> Tokens {
        let (_, most) = self.counting.tokenizer.range(counted);
        most + self.limits.reserve
    }
}

impl Workspace {
    /// Keeps a frozen fit, under `name` if one is given; `@` goes there. Gives the bundle that had the
    /// name before, if it was another.
    pub fn pack(&self, fit: &Fit, bundle: &Bundle, name: Option<&str>, act: &Act) -> Result<Option<Digest>, Error> {
        let mut change = Change::new(act.entry(format!("pack {}", name.unwrap_or(&bundle.id.short()))));
        for ((item, locator), sha256) in bundle.manifest.items.iter().zip(&fit.locators).zip(&fit.origins) {
            let (document, locator) = (item.document, locator.clone());
            change.provenance.push(ProvenanceRecord { locator, sha256: *sha256, document, time: act.time });
        }
        change.at = At::Go(bundle.id.to_string());
        let mut before = None;
        if let Some(name) = name {
            check_name(name).map_err(crate::store::Error::from)?;
            let pointer = format!("{BUNDLES}{name}");
            before = self.store.pointer(&pointer)?.filter(|before| *before != bundle.id);
            if before.is_some() || self.store.pointer(&pointer)?.is_none() {
                change.moves.push(Move { name: pointer.clone(), from: before, to: Some(bundle.id) });
            }
            change.at = At::Go(pointer);
        }
        self.store.transact_bringing(&change, bundle.each_object())?;
        Ok(before)
    }
}
