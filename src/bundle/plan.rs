//! From documents to a plan that a renderer can carry out.

use super::Error;
use super::frame::Frame;
use super::render::Renderer;
use crate::budget::{self, Nature, Plan, Policy, Source, relevance, units};
use crate::content::{Document, Kind};
use crate::tokens::{Encoding, Tokens, count};

/// One document with what its owner asks for.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The document, whole.
    pub document: Document,
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
    /// The rendered bytes.
    pub text: String,
    /// Joint count of the bytes.
    pub total: Tokens,
}

/// Fits `entries` to the request's budget and renders the result.
pub fn plan(entries: &[Entry], request: &Request) -> Result<Planned, Error> {
    if entries.is_empty() {
        return Err(Error::Empty);
    }
    let Request { encoding, budget, reserve, renderer, .. } = *request;
    if let Some(budget) = budget.filter(|budget| *budget <= reserve && reserve > Tokens(0)) {
        return Err(Error::Reserve { reserve, budget });
    }
    let capacity = budget.map(|budget| budget - reserve);
    let documents: Vec<_> = entries.iter().map(|entry| (&entry.document, entry.name.as_str())).collect();
    let frame = Frame::new(&documents);
    let frame_tokens = renderer.frame_cost(&frame, encoding);
    let measure = renderer.measure(encoding);
    let source = |entry| {
        let Entry { document, policy, .. }: &Entry = entry;
        let units = units(&document.text, &document.sections, measure);
        Source { text: &document.text, units, policy: *policy, relevance: None }
    };
    let mut sources: Vec<_> = entries.iter().map(source).collect();
    if let Some(question) = &request.focus {
        let asked = sources.iter().zip(entries).map(|(s, entry)| (s.text, &s.units[..], nature(entry.document.kind)));
        let answers = relevance(&asked.collect::<Vec<_>>(), question);
        for (source, answer) in sources.iter_mut().zip(answers) {
            source.relevance = Some(answer);
        }
    }
    let attempt = |capacity| -> Result<Planned, Error> {
        let plan = budget::fit(&sources, capacity, frame_tokens, measure)?;
        let text = render(renderer, &frame, entries, &plan);
        let total = count(encoding, &text);
        Ok(Planned { plan, frame: frame.clone(), frame_tokens, text, total })
    };
    if renderer.additive() { additive(&attempt, capacity) } else { wrapped(&attempt, capacity) }
}

/// How far relevance spreads in a document of this kind.
fn nature(kind: Kind) -> Nature {
    match kind {
        Kind::Transcript | Kind::Chat => Nature::Talk,
        Kind::Thread | Kind::Mail => Nature::Posts,
        _ => Nature::Prose,
    }
}

/// A fit with its rendered bytes and their joint count.
type Attempt<'a> = dyn Fn(Option<Tokens>) -> Result<Planned, Error> + 'a;

/// A format whose parts add up: the fit is final, and the joint count must say the same.
fn additive(attempt: &Attempt<'_>, capacity: Option<Tokens>) -> Result<Planned, Error> {
    let planned = attempt(capacity)?;
    let parts = planned.plan.total;
    if parts == planned.total { Ok(planned) } else { Err(Error::Recount { parts, text: planned.total }) }
}

/// A format whose outer form costs more than the parts: the excess is taken off until the whole fits.
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
    let parts = entries.iter().zip(&plan.portions);
    let parts: Vec<_> =
        parts.map(|(entry, portion)| (&entry.document, &portion.segments[..], &portion.gaps[..])).collect();
    renderer.render(frame, &parts)
}
