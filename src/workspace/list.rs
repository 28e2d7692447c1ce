//! `read --list`: what is inside of sources, one line each.

use std::cmp::Reverse;
use std::io::Read;

use serde::{Serialize, Serializer};

use super::{Source, markdown};
use crate::content::{Document, Kind, Problem};
use crate::gather::{self, Lens, Outline, Roll, Sieve};
use crate::tokens::{self, Encoding, Tokens, Told};

/// What a list is to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListAsk {
    /// What it leaves out.
    pub sieve: Sieve,
    /// The most lines.
    pub limit: Option<usize>,
    /// Whether every conversation of a big export is counted.
    pub exact: bool,
    /// How tokens are counted.
    pub encoding: Encoding,
}

/// What was found, newest first.
#[derive(Debug, Default)]
pub struct Listing {
    rolls: Vec<Roll>,
    /// Roll and place in it of each line.
    order: Vec<(u32, u32)>,
    /// Conversations that passed the sieve, shown or not.
    pub n_all: usize,
    /// What a person should know.
    pub problems: Vec<Problem>,
    /// Sources that could not be read.
    pub failures: Vec<gather::Error>,
}

/// One line of a list.
#[derive(Debug, Clone, Copy)]
pub struct Listed<'a> {
    roll: &'a Roll,
    /// What it says.
    pub outline: &'a Outline,
}

/// Lists what the sources hold; one that fails does not stop the others.
pub fn list(sources: &[Source], ask: &ListAsk, stdin: &mut dyn Read) -> Listing {
    let measure = |document: &Document| tokens::count(ask.encoding, &markdown(document)).0;
    let lens = Lens { sieve: &ask.sieve, measure: &measure, every: ask.exact };
    let mut listing = Listing::default();
    for source in sources {
        match gather::source::list(&source.locator, source.wishes(), lens, stdin) {
            Ok(found) => {
                listing.rolls.extend(found.rolls);
                listing.problems.extend(found.problems);
            }
            Err(error) => listing.failures.push(error),
        }
    }
    if ask.sieve.is_of_days() {
        listing.leave_out_undated();
    }
    let places =
        (0..).zip(&listing.rolls).flat_map(|(roll, of)| (0..).zip(&of.outlines).map(move |(at, _)| (roll, at)));
    let mut order: Vec<(u32, u32)> = places.collect();
    listing.n_all = order.len();
    order.sort_by_key(|place| Reverse(listing.at(*place).outline.date.as_ref()));
    order.truncate(ask.limit.unwrap_or(usize::MAX));
    listing.order = order;
    listing
}

impl Listing {
    fn at(&self, (roll, at): (u32, u32)) -> Listed<'_> {
        let roll = &self.rolls[roll as usize];
        Listed { roll, outline: &roll.outlines[at as usize] }
    }

    /// Lets go of what has no date, and says so.
    fn leave_out_undated(&mut self) {
        let mut n_left_out = 0;
        for roll in &mut self.rolls {
            let n_before = roll.outlines.len();
            roll.outlines.retain(|outline| outline.date.is_some() || outline.last.is_some());
            n_left_out += n_before - roll.outlines.len();
        }
        if n_left_out > 0 {
            let message = format!("without a date, left out by --since or --until: {n_left_out}");
            self.problems.push(Problem::note("list", message));
        }
    }

    /// The lines in their order.
    pub fn lines(&self) -> impl Iterator<Item = Listed<'_>> {
        self.order.iter().map(|place| self.at(*place))
    }

    /// Tokens of all lines.
    pub fn total(&self) -> Told {
        let start = Told { tokens: Tokens(0), exact: true };
        self.lines().fold(start, |sum, line| {
            let told = line.told();
            Told { tokens: Tokens(sum.tokens.0.saturating_add(told.tokens.0)), exact: sum.exact && told.exact }
        })
    }
}

impl Listed<'_> {
    /// Its tokens: counted, or estimated by those of its export that were.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a rate is a small positive number")]
    pub fn told(&self) -> Told {
        if let Some(tokens) = self.outline.tokens {
            return Told { tokens: Tokens(tokens), exact: true };
        }
        let tokens = (f64::from(self.outline.n_bytes) * self.roll.rate).round() as u32;
        Told { tokens: Tokens(tokens), exact: false }
    }
}

/// `forkful.list/1`
#[derive(Serialize)]
struct Shape<'a> {
    schema: &'static str,
    documents: Lines<'a>,
    problems: &'a [Problem],
}

struct Lines<'a>(&'a Listing);

#[derive(Serialize)]
struct Line<'a> {
    locator: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'a str>,
    kind: Kind,
    format: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    date: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last: Option<&'a str>,
    items: u32,
    tokens: u32,
    exact: bool,
}

impl Serialize for Listing {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Shape { schema: "forkful.list/1", documents: Lines(self), problems: &self.problems }.serialize(serializer)
    }
}

impl Serialize for Lines<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.lines().map(|line| {
            let Told { tokens, exact } = line.told();
            Line {
                locator: &line.roll.locator,
                id: line.outline.id.as_deref(),
                title: line.outline.title.as_deref(),
                kind: line.roll.kind,
                format: &line.roll.format,
                date: line.outline.date.as_deref(),
                last: line.outline.last.as_deref(),
                items: line.outline.n_messages,
                tokens: tokens.0,
                exact,
            }
        }))
    }
}
