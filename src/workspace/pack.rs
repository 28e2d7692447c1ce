//! `plan` and `pack`: sources fitted to a budget and frozen.

use super::shape::{Pack, Plan, PlanCut, PlanDuplicate, PlanNext, PlanSource};
use super::{Act, Error, Sources, Workspace};
use crate::budget::Keep;
use crate::bundle::{self, Bundle, Entry, Measured, Planned, Request};
use crate::content::{Digest, Problem};
use crate::store::record::{Move, ProvenanceRecord};
use crate::store::{At, BUNDLES, Change, check_name};
use crate::tokens::Tokens;

/// Sources measured, for any number of fits.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// Documents, units, counts and ranks; policies and budget may be changed between fits.
    pub measured: Measured,
    /// Locator of each entry's source.
    pub locators: Vec<String>,
    /// Digest of each entry's source as it was read.
    origins: Vec<Digest>,
    /// What the readers noticed and what is missing.
    pub problems: Vec<Problem>,
}

/// Sources fitted to a budget, not yet frozen.
#[derive(Debug, Clone)]
pub struct Fit {
    /// What the bundle is made for.
    pub request: Request,
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
}

/// Fits what was read to the request's budget.
pub fn plan(sources: &Sources, request: Request) -> Result<Fit, Error> {
    prepare(sources, request)?.fit()
}

/// Measures what was read: the counting, once.
pub fn prepare(sources: &Sources, request: Request) -> Result<Prepared, Error> {
    let mut entries = Vec::new();
    let mut locators = Vec::new();
    let mut origins = Vec::new();
    for sourced in &sources.read {
        for document in &sourced.gathered.documents {
            let locator = &sourced.gathered.locator;
            let name = locator.rsplit(['/', '\\']).find(|part| !part.is_empty()).unwrap_or(locator);
            let name = if name == "-" { "stdin" } else { name };
            entries.push(Entry { document: document.clone(), name: name.to_owned(), policy: sourced.policy });
            locators.push(locator.clone());
            origins.push(sourced.gathered.sha256);
        }
    }
    let measured = Measured::new(entries, request)?;
    Ok(Prepared { measured, locators, origins, problems: sources.problems() })
}

impl Prepared {
    /// Fits with the policies and the budget as they are now.
    pub fn fit(&self) -> Result<Fit, Error> {
        let Measured { entries, request, .. } = &self.measured;
        let in_focus = entries.iter().any(|entry| entry.policy.keep == Keep::Focus);
        if in_focus && request.focus.as_ref().is_none_or(|question| question.trim().is_empty()) {
            return Err(Error::NoFocus);
        }
        Ok(Fit {
            request: request.clone(),
            entries: entries.clone(),
            locators: self.locators.clone(),
            origins: self.origins.clone(),
            planned: self.measured.plan().map_err(|error| Error::fit(error, &self.locators))?,
            problems: self.problems.clone(),
        })
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
        Plan {
            schema: "forkful.plan/1",
            encoding: self.request.encoding.name(),
            exact: true,
            reserve: self.request.reserve.0,
            budget: self.request.budget.map(|budget| budget.0),
            frame_tokens: frame_tokens.0,
            total_tokens: total.0,
            level: plan.level,
            next: plan.next.as_ref().map(|next| PlanNext {
                source: self.planned.frame.items[next.source].id.clone(),
                unit: next.unit + 1,
                tokens: next.tokens.0,
                needs: (next.needs + self.request.reserve).0,
            }),
            sources: self.sources(true),
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
            encoding: self.request.encoding.name(),
            exact: true,
            budget: self.request.budget.map(|budget| budget.0),
            total_tokens: self.planned.total.0,
            sources: self.sources(false),
            output: output.map(str::to_owned),
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
                tokens: cut.tokens.0,
                level: cut.level,
                needs: cut.needs.map(|needs| (needs + self.request.reserve).0),
            };
            PlanSource {
                id: item.id.clone(),
                locator: locator.clone(),
                title: entry.document.title.clone(),
                kind: entry.document.kind,
                format: entry.document.format.clone(),
                tokens: portion.tokens.0,
                kept_tokens: portion.kept_tokens.0,
                duplicate_tokens: portion.duplicate_tokens().0,
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
                tokens: fold.tokens.0,
                exact: fold.exact,
            })
        });
        folds.collect()
    }

    /// The smallest budget that keeps everything; none when a ceiling forbids it.
    pub fn whole(&self) -> Option<Tokens> {
        let capped = |cut: &crate::budget::Cut| cut.needs.is_none();
        let forbidden = self.planned.plan.portions.iter().flat_map(|portion| &portion.cuts).any(capped);
        (!forbidden).then(|| self.planned.plan.whole + self.request.reserve)
    }
}

impl Workspace {
    /// Keeps a frozen fit, under `name` if one is given; `@` goes there. Gives the bundle that had the
    /// name before, if it was another.
    pub fn pack(&self, fit: &Fit, bundle: &Bundle, name: Option<&str>, act: &Act) -> Result<Option<Digest>, Error> {
        let mut change = Change::new(act.entry(format!("pack {}", name.unwrap_or(&bundle.id.short()))));
        change.objects = bundle.objects()?;
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
        self.store.transact(&change)?;
        Ok(before)
    }
}
