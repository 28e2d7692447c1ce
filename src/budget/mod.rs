//! Who gets how many tokens: fits measured sources into a capacity.
//!
//! Takes texts with their sections and a [`Policy`] each; returns a [`Plan`] that says which bytes
//! stay, what was left out, and at which level each unit enters.
//! The algorithm is level-fill: every [`Unit`] gets an entry level once, independent of the
//! capacity; the plan for a capacity is the longest prefix of that one order whose exact cost fits.
//! So a plan is never over, a larger capacity keeps all that a smaller one kept, small sources stay
//! whole while large ones are trimmed to one level, and every decision is one number.
//! Three steps, each kept: [`units`] counts, [`Queue::new`] orders by the policies, [`Queue::fit`]
//! fits one capacity; another capacity or policy counts nothing again.
//! Knows nothing of files, models, prices or formats: how a format writes text comes in with
//! [`Measure`].

mod duplicate;
mod fact;
mod fill;
mod gap;
mod measure;
mod order;
mod place;
mod plan;
mod policy;
mod queue;
mod relevance;
mod rendering;
mod repeat;
mod shingle;
mod summary;
mod term;
mod unit;

pub use gap::{assemble, assemble_cost, reference};
pub use measure::Measure;
pub use place::Places;
pub use plan::{Absence, Cut, Error, Fold, Gap, Need, Plan, Portion, Segment, Waiting};
pub use policy::{Keep, ParsePolicyError, Policy, Tier, Weight};
pub use queue::{Entrance, Queue};
pub use relevance::{Nature, Relevance, relevance};
pub use rendering::renderings;
pub use repeat::{Folded, Repeat, fold};
pub use summary::summary;
pub use unit::{Unit, units};

use std::collections::BTreeMap;

/// One text to be fitted, with what its owner asks for.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// Canonical text of the document.
    pub text: &'a str,
    /// Its units in order, from [`units`], covering all of `text`.
    pub units: &'a [Unit],
    /// Those of its units that repeat another passage, by index.
    pub repeats: &'a BTreeMap<usize, Repeat>,
    /// What its places are called.
    pub places: &'a Places,
    /// Weight, floor, ceiling, tier and cut order.
    pub policy: Policy,
    /// How it answers the question in focus, for the cut order `focus`.
    pub relevance: Option<&'a Relevance>,
    /// Its units by what they cover, for the cut order `summary`.
    pub summary: Option<&'a [usize]>,
}

#[cfg(test)]
mod noise;
#[cfg(test)]
mod promises;
