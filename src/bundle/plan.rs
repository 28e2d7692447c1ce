//! From documents to a plan that a renderer can carry out.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use super::Error;
use super::frame::Frame;
use super::precedence::{precedence, talks};
use super::render::{Part, Renderer};
use crate::budget::{self, Folded, Keep, Nature, Places, Plan, Policy, Queue, Relevance, Repeat, Source, Unit};
use crate::budget::{fold, relevance, renderings, summary, units};
use crate::content::{Document, Kind};
use crate::cores;
use crate::tokens::{Encoding, Tokens, count};

/// One document with what its owner asks for.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The document, whole; entry, fit and bundle share it.
    pub document: Arc<Document>,
    /// The name it goes by when it has no title.
    pub name: String,
    /// Weight, floor, ceiling, tier and cut order.
    pub policy: Policy,
}

/// What a bundle is made for.
#[derive(Debug, Clone)]
pub struct Request {
    /// The encoding that counts.
    pub encoding: Encoding,
    /// Tokens the bundle may take, reserve included; all there is when absent.
    pub budget: Option<Tokens>,
    /// Tokens of the budget kept free for the answer.
    pub reserve: Tokens,
    /// The target format.
    pub renderer: &'static Renderer,
    /// The question that the cut order `focus` looks at.
    pub focus: Option<String>,
    /// What becomes of a passage that stands twice.
    pub duplicates: Duplicates,
}

/// What becomes of a passage that stands twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Duplicates {
    /// It stays once; elsewhere a reference points there.
    Fold,
    /// It stays wherever it stands.
    Keep,
}

/// A plan with the frame and the bytes it gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// Which units stay and what became of the others.
    pub plan: Plan,
    /// Ids, titles and mark.
    pub frame: Frame,
    /// Exact cost of the frame.
    pub frame_tokens: Tokens,
    /// The rendered bytes, shared with the bundle that is frozen of them.
    pub text: Arc<String>,
    /// Joint count of the bytes.
    pub total: Tokens,
}

/// Entries measured once, from which any budget and any policy is planned without counting again.
///
/// The policies of [`Measured::entries`] may be changed between plans, but for pins and ceilings, which say
/// where a passage stands that several hold; documents may not.
#[derive(Debug, Clone)]
pub struct Measured {
    /// The documents with their owners' wishes, in order.
    pub entries: Vec<Entry>,
    /// What the bundle is made for; its budget and reserve may change between plans.
    pub request: Request,
    /// Ids, titles and mark.
    pub frame: Frame,
    /// Exact cost of the frame.
    pub frame_tokens: Tokens,
    /// Units of each document.
    pub units: Vec<Vec<Unit>>,
    /// Units of each document that repeat another passage.
    repeats: Vec<BTreeMap<usize, Repeat>>,
    /// What the places of each document are called.
    pub places: Vec<Places>,
    /// How each document answers the question in focus; empty without one.
    answers: Vec<Relevance>,
    /// Units of each document by what they cover, once a policy asks for it.
    summaries: OnceLock<Vec<Vec<usize>>>,
}

impl Measured {
    /// Cuts, counts and ranks the units of `entries` as the request's renderer will write them.
    pub fn new(entries: Vec<Entry>, request: Request) -> Result<Self, Error> {
        if entries.is_empty() {
            return Err(Error::Empty);
        }
        let documents: Vec<_> = entries.iter().map(|entry| (&*entry.document, entry.name.as_str())).collect();
        let frame = Frame::new(&documents);
        let frame_tokens = request.renderer.frame_cost(&frame, request.encoding);
        let measure = request.renderer.measure(request.encoding);
        let cut = |entry: &Entry| units(&entry.document.text, &entry.document.sections, measure);
        let units = cores::each(&entries, |entry| entry.document.text.len(), cut);
        let Folded { units, repeats } = match request.duplicates {
            Duplicates::Fold => {
                let texts: Vec<_> = entries.iter().map(|entry| entry.document.text.as_str()).collect();
                let precedence = precedence(&entries);
                let renderings = renderings(&texts, &talks(&entries, &precedence));
                fold(&texts, units, &precedence, &renderings, measure)
            }
            Duplicates::Keep => Folded { repeats: vec![BTreeMap::new(); units.len()], units },
        };
        let places = entries.iter().zip(&frame.items);
        let places = places.map(|(Entry { document, .. }, item)| places_of(document, &item.id)).collect();
        let answers = request.focus.as_ref().map_or_else(Vec::new, |question| {
            let asked = entries.iter().zip(&units);
            let asked = asked.map(|(entry, units)| (&entry.document.text[..], &units[..], nature(entry.document.kind)));
            relevance(&asked.collect::<Vec<_>>(), question)
        });
        Ok(Self { entries, request, frame, frame_tokens, units, repeats, places, answers, summaries: OnceLock::new() })
    }

    /// Fits to the request's budget and renders the result.
    pub fn plan(&self) -> Result<Planned, Error> {
        let capacity = self.capacity()?;
        let sources = self.sources();
        let queue = self.queue(&sources);
        let attempt = |capacity| -> Result<Planned, Error> {
            let plan = queue.fit(capacity)?;
            let text = render(self.request.renderer, &self.frame, &self.entries, &plan);
            let total = count(self.request.encoding, &text);
            let (frame, text) = (self.frame.clone(), Arc::new(text));
            Ok(Planned { plan, frame, frame_tokens: self.frame_tokens, text, total })
        };
        if !self.request.encoding.is_additive() {
            let planned = wrapped(&attempt, capacity)?;
            return Ok(filled(&attempt, capacity, planned));
        }
        if self.request.renderer.additive() { additive(&attempt, capacity) } else { wrapped(&attempt, capacity) }
    }

    /// The sources as the budget sees them, with the policies as they are now.
    pub fn sources(&self) -> Vec<Source<'_>> {
        let in_summary = self.entries.iter().any(|entry| entry.policy.keep == Keep::Summary);
        let summaries = in_summary.then(|| {
            let documents = self.entries.iter().map(|entry| &entry.document).zip(&self.units);
            self.summaries.get_or_init(|| documents.map(|(document, units)| summary(&document.text, units)).collect())
        });
        let measured = self.entries.iter().zip(&self.units).enumerate();
        measured
            .map(|(index, (Entry { document, policy, .. }, units))| Source {
                text: &document.text,
                units,
                repeats: &self.repeats[index],
                places: &self.places[index],
                policy: *policy,
                relevance: self.answers.get(index),
                summary: summaries.map(|summaries| &summaries[index][..]),
            })
            .collect()
    }

    /// The queue of [`Measured::sources`]: fits one capacity after another, for a budget on a slider.
    ///
    /// Nothing is rendered. Formats whose parts do not add up cost more than such a plan says.
    pub fn queue<'a>(&self, sources: &'a [Source<'a>]) -> Queue<'a> {
        Queue::new(sources, self.frame_tokens, self.request.renderer.measure(self.request.encoding))
    }

    /// What of the budget is there for the bundle.
    pub fn capacity(&self) -> Result<Option<Tokens>, Error> {
        let Request { budget, reserve, .. } = self.request;
        match budget {
            Some(budget) if budget <= reserve && reserve > Tokens(0) => Err(Error::Reserve { reserve, budget }),
            _ => Ok(budget.map(|budget| budget - reserve)),
        }
    }
}

/// What the places of a document are called that a bundle calls `id`.
pub(super) fn places_of(document: &Document, id: &str) -> Places {
    Places::new(id, &document.text, &document.sections)
}

/// How far relevance spreads in a document of this kind.
fn nature(kind: Kind) -> Nature {
    match kind {
        Kind::Transcript | Kind::Chat => Nature::Talk,
        Kind::Thread | Kind::Mail => Nature::Posts,
        _ => Nature::Prose,
    }
}

/// So often at most a fit is filled; each time what is free shrinks to what the last filling miscounts.
const FILLINGS: usize = 3;

/// A fit with its rendered bytes and their joint count.
type Attempt<'a> = dyn Fn(Option<Tokens>) -> Result<Planned, Error> + 'a;

/// A format whose parts add up: the fit is final, and the joint count must say the same.
fn additive(attempt: &Attempt<'_>, capacity: Option<Tokens>) -> Result<Planned, Error> {
    let planned = attempt(capacity)?;
    let parts = planned.plan.total;
    if parts == planned.total { Ok(planned) } else { Err(Error::Recount { parts, text: planned.total }) }
}

/// A format whose outer form costs more than the parts, or an encoding whose counts do not add up: the
/// excess is taken off until the whole fits.
fn wrapped(attempt: &Attempt<'_>, capacity: Option<Tokens>) -> Result<Planned, Error> {
    let Some(capacity) = capacity else { return attempt(None) };
    let try_with = |inner| attempt(Some(inner)).map_err(|error| outer(error, capacity, attempt));
    let mut inner = capacity;
    let mut planned = try_with(inner)?;
    while planned.total > capacity {
        inner = inner - (planned.total - capacity);
        planned = try_with(inner)?;
    }
    planned.plan.whole = attempt(None)?.total;
    Ok(planned)
}

/// A fit of an encoding whose parts may count more than the whole: what that leaves free is filled while
/// the whole fits.
fn filled(attempt: &Attempt<'_>, capacity: Option<Tokens>, mut planned: Planned) -> Planned {
    let Some(capacity) = capacity.filter(|_| planned.plan.next.is_some()) else { return planned };
    let mut inner = planned.plan.total;
    for _ in 0..FILLINGS {
        inner += capacity - planned.total;
        match attempt(Some(inner)) {
            Ok(fuller) if fuller.total <= capacity && fuller.plan.total > planned.plan.total => {
                let whole = planned.plan.whole;
                planned = fuller;
                planned.plan.whole = whole;
            }
            _ => break,
        }
    }
    planned
}

/// A refusal in the terms of the outer form: what the least that is asked for takes when it is wrapped.
fn outer(error: Error, budget: Tokens, attempt: &Attempt<'_>) -> Error {
    let Error::Budget(mut refusal) = error else { return error };
    let (budget::Error::Frame { capacity, needed } | budget::Error::Reserved { capacity, needed, .. }) = &mut refusal;
    match attempt(Some(*needed)) {
        Ok(least) => {
            (*capacity, *needed) = (budget, least.total);
            Error::Budget(refusal)
        }
        Err(error) => error,
    }
}

fn render(renderer: &Renderer, frame: &Frame, entries: &[Entry], plan: &Plan) -> String {
    let documents = entries.iter().map(|entry| &entry.document);
    let parts: Vec<_> = documents.zip(&plan.portions).map(|(document, portion)| Part { document, portion }).collect();
    renderer.render(frame, &parts)
}
