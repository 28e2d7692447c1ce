//! `cost`: what the calls of a store came to, what the caches saved, and where they were missed.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};

use super::draft::context;
use super::{Error, Workspace};
use crate::catalog::{CacheRule, Catalog, Ends, Model, Money};
use crate::content::{Digest, Message, Timestamp, Usage, line};
use crate::fork;
use crate::store::BUNDLES;
use crate::store::record::{RunRecord, RunState};
use crate::tokens::{Tokens, count};

/// Earlier calls among which the one is looked for that should have warmed a cache.
const LOOKED_AT: usize = 20;
/// So many characters of either side are shown where two prompts part.
const SHOWN: usize = 24;

/// By what calls are summed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// The bundle that was asked.
    Bundle,
    /// The model.
    Model,
    /// The day, in UTC.
    Day,
    /// The branch that got the answer.
    Branch,
}

/// The calls of one sort.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Row {
    /// What they have in common, a word for each [`By`].
    pub names: Vec<String>,
    /// How many there were.
    pub n_calls: usize,
    /// Calls of which nobody knows what they used or cost.
    pub n_unknown: usize,
    /// Calls of which the server did not tell what they used: the counts are our own.
    pub n_estimated: usize,
    /// What they used, as far as told.
    pub usage: Usage,
    /// What they cost, as far as known.
    pub cost: Money,
    /// What they would have cost without a cache.
    pub uncached: Money,
}

/// Sums, and the questions that a cache should have had and did not.
#[derive(Debug, Clone, PartialEq)]
pub struct Costs {
    /// By what the calls are summed.
    pub by: Vec<By>,
    /// The sums.
    pub rows: Vec<Row>,
    /// All of them.
    pub total: Row,
    /// Questions that read less than was there.
    pub misses: Vec<Miss>,
}

/// A question that read less from a cache than an earlier one had put there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Miss {
    /// The call.
    pub run: String,
    /// The branch that got its answer.
    pub branch: String,
    /// The branch of the earlier call.
    pub before: String,
    /// The model.
    pub model: String,
    /// When it was asked.
    pub time: Timestamp,
    /// Tokens that it read from the cache.
    pub n_cached: u64,
    /// Why, as far as can be seen from here.
    pub why: Why,
}

/// Why a cache was missed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// The prompts part before the question.
    Differs {
        /// Where they part, as a person finds it.
        place: String,
        /// The first byte that differs, of all that stands before the question in the order of the cache.
        byte: usize,
        /// What stood there.
        was: String,
        /// What stands there.
        is: String,
    },
    /// The earlier question was too long ago.
    Late {
        /// How long.
        after: Duration,
        /// How long the provider keeps a beginning.
        life: Duration,
    },
    /// The earlier question was not answered yet.
    Early,
    /// The beginning is too short to be kept.
    Short {
        /// The least that is kept.
        minimum: Tokens,
    },
    /// The same bytes in time: the server did not keep them, or another machine answered.
    Server,
}

/// What stands before a question, piece by piece, in the order of the cache.
struct Before {
    bundle: Digest,
    titles: Vec<String>,
    pieces: Vec<(String, String)>,
}

/// What a call cost, where that is known; in a batch it is cheaper.
pub(super) fn priced(model: &Model, run: &RunRecord) -> Option<Money> {
    let billed = run.billed().plausible();
    if run.batch.is_some() { model.in_batch().cost(&billed) } else { model.cost(&billed) }
}

impl Workspace {
    /// Sums the calls, those on the bundle under `address` only if one is named, those since a moment.
    pub fn cost(
        &self,
        address: Option<&str>,
        since: Option<Timestamp>,
        by: &[By],
        catalog: &Catalog,
    ) -> Result<Costs, Error> {
        let only = match address {
            Some(address) => Some(fork::bundle_of(&self.store, fork::resolve(&self.store, address)?.id())?),
            None => None,
        };
        let names = self.store.pointers(BUNDLES)?;
        let name = |bundle: Digest| {
            let own = names.iter().find(|(_, id)| **id == bundle).and_then(|(name, _)| name.strip_prefix(BUNDLES));
            own.map_or_else(|| bundle.short(), str::to_owned)
        };
        let mut rows: BTreeMap<Vec<String>, Row> = BTreeMap::new();
        let mut total = Row::default();
        let mut earlier: Vec<RunRecord> = Vec::new();
        let mut misses = Vec::new();
        for run in self.store.runs()? {
            if run.is_import() {
                continue;
            }
            // A call whose question was freed is on no bundle that is left.
            let bundle = fork::bundle_of(&self.store, run.question).ok();
            if only.is_some() && bundle != only {
                continue;
            }
            let model = catalog.find(&run.model).model;
            if since.is_none_or(|since| run.started >= since) {
                let names = by.iter().map(|by| match by {
                    By::Bundle => bundle.map_or_else(|| "(gone)".to_owned(), name),
                    By::Model => run.model.clone(),
                    By::Day => run.started.to_string().get(..10).unwrap_or_default().to_owned(),
                    By::Branch => run.branch.clone(),
                });
                let names: Vec<String> = names.collect();
                // Who was refused pays nothing.
                let is_free = run.state == RunState::Error && run.billed() == Usage::default();
                let free = is_free.then_some(Money::default());
                let (cost, uncached) =
                    (priced(&model, &run).or(free), model.uncached(&run.billed().plausible()).or(free));
                let row = rows.entry(names.clone()).or_insert_with(|| Row { names, ..Row::default() });
                for row in [row, &mut total] {
                    row.add(&run.billed(), cost, uncached);
                    row.n_estimated += usize::from(run.estimate.is_some());
                }
                let rule = CacheRule::of(&model, &run.protocol);
                misses.extend(self.miss(&run, &earlier, &rule)?);
            }
            earlier.push(run);
        }
        Ok(Costs { by: by.to_vec(), rows: rows.into_values().collect(), total, misses })
    }

    /// Why a call read less from a cache than an earlier one had put there, if it did.
    fn miss(&self, run: &RunRecord, earlier: &[RunRecord], rule: &CacheRule) -> Result<Option<Miss>, Error> {
        let (Some(n_cached), Some(_)) = (run.usage.cached, run.answer) else { return Ok(None) };
        // A batch asks all at once, in no order.
        if run.batch.is_some() {
            return Ok(None);
        }
        // Most questions read most of what they are; only the others are looked into.
        if run.usage.input.is_none_or(|input| n_cached * 2 > input) {
            return Ok(None);
        }
        let is_like = |other: &&RunRecord| {
            let is_alone = other.batch.is_none() && other.usage.input.is_some();
            is_alone && other.model == run.model && other.base_url == run.base_url
        };
        let alike: Vec<&RunRecord> = earlier.iter().rev().filter(is_like).take(LOOKED_AT).collect();
        let Some(now) = (if alike.is_empty() { None } else { self.before(run)? }) else { return Ok(None) };
        let mut last = None;
        for other in alike {
            let Some(then) = self.before(other)? else { continue };
            if then.bundle == now.bundle {
                last = Some((other, then));
                break;
            }
            let shares = then.titles.iter().any(|title| now.titles.contains(title));
            if last.is_none() && shares {
                last = Some((other, then));
            }
        }
        let Some((other, then)) = last else { return Ok(None) };
        let bundle =
            now.pieces.iter().take_while(|(place, _)| !place.starts_with("turn")).map(|(_, text)| text.as_str());
        let n_there: Tokens = bundle.map(|text| count(crate::tokens::Encoding::O200kBase, text)).sum();
        // What comes in steps is read but for the last one; estimates lie beside by half.
        if n_cached * 2 > u64::from(n_there.0) {
            return Ok(None);
        }
        let after = Duration::from_millis(u64::try_from(run.started.0 - other.started.0).unwrap_or(0));
        let why = match parting(&then, &now) {
            Some(parting) => parting,
            None if run.protocol != other.protocol => Why::Differs {
                place: "the protocol".to_owned(),
                byte: 0,
                was: other.protocol.clone(),
                is: run.protocol.clone(),
            },
            None if n_there < rule.minimum => Why::Short { minimum: rule.minimum },
            None if after > rule.life => Why::Late { after, life: rule.life },
            None if other.ended.is_none_or(|ended| ended > run.started) => Why::Early,
            None => Why::Server,
        };
        // Where nothing can be found below a step, nothing was missed.
        if matches!(rule.ends, Ends::Anywhere { step } if n_there < Tokens(step)) {
            return Ok(None);
        }
        Ok(Some(Miss {
            run: run.attempt.clone(),
            branch: run.branch.clone(),
            before: other.branch.clone(),
            model: run.model.clone(),
            time: run.started,
            n_cached,
            why,
        }))
    }

    /// What stood before a call's question; none where that is gone.
    fn before(&self, run: &RunRecord) -> Result<Option<Before>, Error> {
        let Ok((id, messages)) = fork::chain(&self.store, run.parent) else { return Ok(None) };
        let bundle = self.bundle(id)?;
        let mut pieces = Vec::new();
        if let Some(system) = run.params["system"].as_str() {
            pieces.push(("the system text".to_owned(), system.to_owned()));
        }
        pieces.push(("the bundle".to_owned(), context(&bundle)));
        let turns = messages.iter().zip(0..).map(|((_, record), number)| {
            (format!("turn {} before it", number / 2 + 1), Message::spoken(&record.message))
        });
        pieces.extend(turns);
        let titles = bundle.documents.iter().filter_map(|document| document.title.clone()).collect();
        Ok(Some(Before { bundle: id, titles, pieces }))
    }
}

/// Where two prompts part before their questions; none where the shorter one begins the longer.
fn parting(then: &Before, now: &Before) -> Option<Why> {
    let mut byte = 0;
    for ((place, was), (other_place, is)) in then.pieces.iter().zip(&now.pieces) {
        if place != other_place {
            let (was, is) = (shown(was, 0), shown(is, 0));
            return Some(Why::Differs { place: format!("{other_place}, where {place} was"), byte, was, is });
        }
        if was != is {
            let at = was.bytes().zip(is.bytes()).take_while(|(a, b)| a == b).count();
            let at = (0..=at).rev().find(|at| was.is_char_boundary(*at) && is.is_char_boundary(*at)).unwrap_or(0);
            let line_number = was[..at].matches('\n').count() + 1;
            let (was, is) = (shown(was, at), shown(is, at));
            return Some(Why::Differs { place: format!("{place}, line {line_number}"), byte: byte + at, was, is });
        }
        byte += was.len();
    }
    None
}

/// The first words from there on.
fn shown(text: &str, at: usize) -> String {
    let words: String = text[at..].chars().take(SHOWN).collect();
    line(&words)
}

impl Row {
    fn add(&mut self, usage: &Usage, cost: Option<Money>, uncached: Option<Money>) {
        self.n_calls += 1;
        let plus = |sum: &mut Option<u64>, n: Option<u64>| {
            if let Some(n) = n {
                *sum = Some(sum.unwrap_or(0).saturating_add(n));
            }
        };
        let usage = usage.plausible();
        plus(&mut self.usage.input, usage.input);
        plus(&mut self.usage.cached, usage.cached);
        plus(&mut self.usage.cache_write, usage.cache_write);
        plus(&mut self.usage.output, usage.output);
        plus(&mut self.usage.reasoning, usage.reasoning);
        match (cost, uncached) {
            (Some(cost), Some(uncached)) => {
                self.cost = self.cost + cost;
                self.uncached = self.uncached + uncached;
            }
            _ => self.n_unknown += 1,
        }
    }

    fn shape(&self, by: &[By]) -> Value {
        let mut value = json!({
            "calls": self.n_calls, "unknown": self.n_unknown, "estimated": self.n_estimated, "usage": self.usage,
        });
        // Where nobody knows anything, nothing is not what it costs.
        if self.n_unknown < self.n_calls || self.n_calls == 0 {
            value["cost"] = json!(self.cost.dollars());
            value["uncached"] = json!(self.uncached.dollars());
        }
        for (by, name) in by.iter().zip(&self.names) {
            value[by.name()] = json!(name);
        }
        value
    }
}

impl By {
    /// The word that people type.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bundle => "bundle",
            Self::Model => "model",
            Self::Day => "day",
            Self::Branch => "branch",
        }
    }
}

impl Why {
    /// A clause for people.
    pub fn told(&self) -> String {
        match self {
            Self::Differs { place, byte, was, is } => {
                format!("what stands before it differs in {place} (byte {byte}): {was:?} became {is:?}")
            }
            Self::Late { after, life } => {
                format!("{} after the last question, and {} are kept", minutes(*after), minutes(*life))
            }
            Self::Early => "asked before the first answer had come".to_owned(),
            Self::Short { minimum } => format!("shorter than {minimum} tokens, which is the least that is kept"),
            Self::Server => "the same bytes, in time: the server kept nothing, or another machine answered".to_owned(),
        }
    }
}

/// `5 min`, `42 s`
fn minutes(time: Duration) -> String {
    match time.as_secs() {
        seconds @ 0..120 => format!("{seconds} s"),
        seconds => format!("{} min", seconds / 60),
    }
}

impl Costs {
    /// The `forkful.cost/1` value.
    pub fn shape(&self) -> Value {
        let miss = |miss: &Miss| {
            let mut value = json!({
                "run": miss.run, "branch": miss.branch, "before": miss.before, "model": miss.model,
                "time": miss.time.to_string(), "cached": miss.n_cached, "why": miss.why.told(),
            });
            if let Why::Differs { byte, .. } = &miss.why {
                value["byte"] = json!(byte);
            }
            value
        };
        json!({
            "schema": "forkful.cost/1",
            "rows": self.rows.iter().map(|row| row.shape(&self.by)).collect::<Vec<_>>(),
            "total": self.total.shape(&[]),
            "misses": self.misses.iter().map(miss).collect::<Vec<_>>(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn before(system: &str, bundle: &str, turns: &[&str]) -> Before {
        let piece = |place: &str, text: &str| (place.to_owned(), text.to_owned());
        let mut pieces = vec![piece("the system text", system), piece("the bundle", bundle)];
        pieces.extend(
            turns.iter().zip(0..).map(|(text, n)| (format!("turn {} before it", n / 2 + 1), (*text).to_owned())),
        );
        pieces.retain(|(_, text)| !text.is_empty());
        Before { bundle: Digest::of(b""), titles: Vec::new(), pieces }
    }

    #[test]
    fn the_place_where_two_prompts_part_is_named() {
        let check = |then: Before, now: Before, expected: Option<&str>| {
            assert_eq!(parting(&then, &now).map(|why| why.told()).as_deref(), expected);
        };
        check(before("", "a\nb\n", &[]), before("", "a\nb\n", &["Why?", "So."]), None);
        let told = "what stands before it differs in the bundle, line 2 (byte 2): \"b\" became \"c\"";
        check(before("", "a\nb\n", &[]), before("", "a\nc\n", &[]), Some(told));
        let told = "what stands before it differs in the system text, line 1 (byte 3): \"brief\" became \"long\"";
        check(before("Be brief", "a", &[]), before("Be long", "a", &[]), Some(told));
        let told =
            "what stands before it differs in the bundle, where the system text was (byte 0): \"Be\" became \"a\"";
        check(before("Be", "a", &[]), before("", "a", &[]), Some(told));
        let told = "what stands before it differs in turn 1 before it, line 1 (byte 3): \"é?\" became \"e?\"";
        check(before("", "ab", &["wé?"]), before("", "ab", &["we?"]), Some(told));
    }
}
