//! `plan -i`: a plan that a person moves by hand.
//!
//! Everything on offer is read and counted once. A budget or a wish that changes fits again without
//! counting; a source that goes in or out changes the frame, and a pin the place of what is said twice, so
//! those in use are measured again.
//! The numbers are those of `plan`, whatever the way to them.

use std::ops::Range;
use std::path::Path;

use super::project::{Change, Project, init};
use super::{Counting, Error, Fit, Limits, Prepared, Source, Sourced, Sources, prepare};
use crate::budget::{Keep, Plan, Policy, Portion, Tier, Unit, Weight};
use crate::bundle::{self, Request};
use crate::content::Kind;
use crate::tokens::{Tokens, Told};

/// A plan under somebody's hands.
#[derive(Debug, Clone)]
pub struct Trial {
    /// What was named, each with its wishes as they are now.
    pub hands: Vec<Hand>,
    /// Every document on offer, in order, in use or not.
    pub rows: Vec<Row>,
    /// The budget as it is now; no limit when absent.
    pub budget: Option<Tokens>,
    /// What the hands and the budget lead to.
    pub outcome: Outcome,
    /// The least budget that keeps everything in use.
    pub whole: Tokens,
    sources: Vec<Sourced>,
    request: Request,
    counting: Counting,
    prepared: Option<Prepared>,
    saved_budget: Option<Tokens>,
}

/// One named source: a file, or a folder with everything in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hand {
    /// Its name and its wishes as they are now.
    pub source: Source,
    /// Whether it is in use.
    pub used: bool,
    /// How it stood when it was last saved.
    saved: (Policy, bool),
}

/// One document on offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Index of the named source that it comes from.
    pub hand: usize,
    /// Its own path.
    pub locator: String,
    /// Its title, if it has one.
    pub title: Option<String>,
    /// What it is.
    pub kind: Kind,
    /// Its text.
    pub text: String,
    /// Its units in order.
    pub units: Vec<Unit>,
    /// Its tokens.
    pub tokens: Told,
    /// What it is called in the bundle; absent when it is not in use.
    pub id: Option<String>,
    /// Tokens of it that stay.
    pub kept_tokens: Told,
    /// What became of each unit.
    pub fates: Vec<Fate>,
}

/// What became of a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It stays.
    Kept,
    /// A part of it stays.
    Part,
    /// It is left out.
    Cut {
        /// The level at which it enters; absent when a ceiling keeps it out.
        level: Option<u64>,
        /// The least budget that keeps it; absent when a ceiling keeps it out.
        needs: Option<Tokens>,
    },
    /// What it says stands elsewhere in the bundle.
    Folded,
    /// Its source is not in use.
    Unused,
    /// The plan does not fit, so nothing is decided.
    Undecided,
}

/// What hands and budget lead to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// A plan, and what it costs.
    Fitted {
        /// What the bundle costs.
        total: Told,
        /// The highest level that got in.
        level: u64,
    },
    /// Pins, floors or the frame are more than the budget.
    Refused {
        /// Why, in words.
        because: String,
        /// The least budget that would do.
        needed: Option<Tokens>,
    },
    /// No source is in use.
    Nothing,
}

impl Trial {
    /// Measures what was read of `named`; `used` says which of them are in use at first.
    pub fn new(
        read: Sources,
        named: Vec<Source>,
        used: &[bool],
        request: Request,
        counting: Counting,
    ) -> Result<Self, Error> {
        let sources = read.read;
        let all = Sources { read: sources.clone(), ..Sources::default() };
        let prepared = prepare(&all, request.clone(), counting.clone())?;
        let measured = &prepared.measured;
        let from: Vec<usize> = sources
            .iter()
            .flat_map(|sourced| {
                let hand = named_by(&named, &sourced.gathered.locator);
                std::iter::repeat_n(hand, sourced.gathered.documents.len())
            })
            .collect();
        let rows = measured.entries.iter().zip(&measured.units).zip(&prepared.locators).zip(from);
        let rows = rows.map(|(((entry, units), locator), hand)| Row {
            hand,
            locator: locator.clone(),
            title: entry.document.title.clone(),
            kind: entry.document.kind,
            text: entry.document.text.clone(),
            tokens: counting.tokenizer.told(units.iter().map(|unit| unit.tokens).sum()),
            fates: vec![Fate::Unused; units.len()],
            units: units.clone(),
            id: None,
            kept_tokens: counting.tokenizer.told(Tokens(0)),
        });
        let hands = named.into_iter().zip(used).map(|(source, used)| Hand {
            saved: (source.policy, *used),
            used: *used,
            source,
        });
        let (budget, rows, hands) = (request.budget, rows.collect::<Vec<_>>(), hands.collect());
        let (outcome, whole) = (Outcome::Nothing, Tokens(0));
        let mut trial = Self {
            hands,
            rows,
            budget,
            outcome,
            whole,
            sources,
            request,
            counting,
            prepared: None,
            saved_budget: budget,
        };
        trial.measure()?;
        trial.fit();
        Ok(trial)
    }

    /// What is fitted for, the budget as it was at first.
    pub fn request(&self) -> &Request {
        &self.request
    }

    /// How tokens are counted.
    pub fn counting(&self) -> &Counting {
        &self.counting
    }

    /// The level at which a unit of a row enters; none when it never does.
    pub fn level(&self, row: usize, unit: usize) -> Option<u64> {
        let place = self.in_use().position(|used| used == row)?;
        let prepared = self.prepared.as_ref()?;
        let sources = prepared.measured.sources();
        let entrance = prepared.measured.queue(&sources).entrance(place, unit)?;
        Some(told_level(&self.counting, entrance.level))
    }

    /// Puts a named source in or out.
    pub fn tick(&mut self, hand: usize) -> Result<(), Error> {
        if let Some(hand) = self.hands.get_mut(hand) {
            hand.used = !hand.used;
            self.measure()?;
            self.fit();
        }
        Ok(())
    }

    /// Pins a named source, or takes the pin off.
    pub fn pin(&mut self, hand: usize) -> Result<(), Error> {
        if let Some(hand) = self.hands.get_mut(hand) {
            let (policy, saved) = (&mut hand.source.policy, hand.saved.0.tier);
            let otherwise = if saved == Tier::Pin { Tier::Normal } else { saved };
            policy.tier = if policy.tier == Tier::Pin { otherwise } else { Tier::Pin };
            self.measure()?;
            self.fit();
        }
        Ok(())
    }

    /// Gives a named source more weight or less: by one from one upwards, by halves below.
    pub fn weigh(&mut self, hand: usize, more: bool) {
        self.wish(hand, |policy| {
            let now = policy.weight.thousandths();
            let next = match (now, more) {
                (1000.., true) => now.saturating_add(1000).min(1_000_000),
                (_, true) => (now * 2).min(1000),
                (2000.., false) => now - 1000,
                (1001.., false) => 1000,
                (_, false) => (now / 2).max(125),
            };
            let text = format!("{}.{:03}", next / 1000, next % 1000);
            policy.weight = text.parse::<Weight>().unwrap_or(policy.weight);
        });
    }

    /// Sets the floor of a named source, below its ceiling.
    pub fn set_floor(&mut self, hand: usize, floor: Tokens) {
        self.wish(hand, |policy| policy.floor = policy.ceiling.map_or(floor, |cap| floor.min(cap)));
    }

    /// The next cut order for a named source; `focus` only where a question stands.
    pub fn turn(&mut self, hand: usize) {
        let has_question = self.request.focus.is_some();
        self.wish(hand, |policy| {
            let orders = || Keep::ALL.into_iter().filter(|keep| *keep != Keep::Focus || has_question);
            let next = orders().cycle().skip_while(|keep| *keep != policy.keep).nth(1);
            policy.keep = next.unwrap_or(policy.keep);
        });
    }

    fn wish(&mut self, hand: usize, change: impl Fn(&mut Policy)) {
        if let Some(hand) = self.hands.get_mut(hand) {
            change(&mut hand.source.policy);
            self.fit();
        }
    }

    /// Sets the budget.
    pub fn set_budget(&mut self, budget: Option<Tokens>) {
        self.budget = budget;
        self.fit();
    }

    /// Whether anything differs from what was last saved.
    pub fn is_changed(&self) -> bool {
        let moved = |hand: &Hand| hand.saved != (hand.source.policy, hand.used);
        self.budget != self.saved_budget || self.hands.iter().any(moved)
    }

    /// The rows in use, in order.
    fn in_use(&self) -> impl Iterator<Item = usize> {
        (0..self.rows.len()).filter(|row| self.hands[self.rows[*row].hand].used)
    }

    /// Counts what is in use, for the frame of it.
    fn measure(&mut self) -> Result<(), Error> {
        let mut used = Sources::default();
        for sourced in &self.sources {
            let hand = self.hand_of(&sourced.gathered.locator);
            if self.hands[hand].used {
                let policy = self.hands[hand].source.policy;
                used.read.push(Sourced { policy, ..sourced.clone() });
            }
        }
        self.prepared = None;
        if !used.read.is_empty() {
            let prepared = prepare(&used, self.request.clone(), self.counting.clone())?;
            // What repeats another source is cut out of its units, so they follow what is in use.
            for (row, units) in self.in_use().collect::<Vec<_>>().into_iter().zip(&prepared.measured.units) {
                self.rows[row].fates = vec![Fate::Unused; units.len()];
                self.rows[row].units.clone_from(units);
            }
            self.prepared = Some(prepared);
        }
        Ok(())
    }

    fn hand_of(&self, locator: &str) -> usize {
        self.rows.iter().find(|row| row.locator == locator).map_or(0, |row| row.hand)
    }

    /// Fits what is measured to wishes and budget, without counting.
    fn fit(&mut self) {
        let rows: Vec<usize> = self.in_use().collect();
        let counting = &self.counting;
        for row in &mut self.rows {
            (row.id, row.kept_tokens) = (None, counting.tokenizer.told(Tokens(0)));
            row.fates.fill(Fate::Unused);
        }
        let Some(prepared) = &mut self.prepared else {
            self.outcome = Outcome::Nothing;
            return;
        };
        for (entry, row) in prepared.measured.entries.iter_mut().zip(&rows) {
            entry.policy = counting.policy(self.hands[self.rows[*row].hand].source.policy);
        }
        for (item, row) in prepared.measured.frame.items.iter().zip(&rows) {
            self.rows[*row].id = Some(item.id.clone());
        }
        let reserve = self.request.reserve;
        let limits = Limits { budget: self.budget, reserve };
        match prepared.limit_to(limits).and_then(|()| plan(prepared)) {
            Ok(plan) => {
                for (portion, row) in plan.portions.iter().zip(&rows) {
                    let row = &mut self.rows[*row];
                    row.kept_tokens = counting.tokenizer.told(portion.kept_tokens);
                    row.fates = fates(&row.units, portion, counting, reserve);
                }
                self.whole = budget_for(counting, plan.whole, reserve);
                let (total, level) = (counting.tokenizer.told(plan.total), told_level(counting, plan.level));
                self.outcome = Outcome::Fitted { total, level };
            }
            Err(error) => {
                for row in rows {
                    self.rows[row].fates.fill(Fate::Undecided);
                }
                let needed = match &error {
                    Error::DoesNotFit { error, .. } => match error {
                        crate::budget::Error::Frame { needed, .. } | crate::budget::Error::Reserved { needed, .. } => {
                            Some(*needed + reserve)
                        }
                    },
                    _ => None,
                };
                self.outcome = Outcome::Refused { because: error.to_string(), needed };
            }
        }
    }

    /// The plan as `plan` gives it; none when no source is in use.
    pub fn fitted(&self) -> Option<Result<Fit, Error>> {
        self.prepared.as_ref().map(Prepared::fit)
    }

    /// Writes wishes and budget into the project file, or a new one into `here`; gives its name.
    pub fn save(&mut self, here: &Path, profile: Option<&str>, plain: Policy) -> Result<String, Error> {
        let named: Vec<Source> = self.hands.iter().map(|hand| hand.source.clone()).collect();
        let mut project = if let Some(project) = Project::find(here, profile)? {
            project
        } else {
            init(here, None, self.budget, &named, plain)?;
            Project::find(here, profile)?.ok_or(super::project::Error::Missing)?
        };
        let changes = self.hands.iter().map(|hand| Change {
            source: hand.source.clone(),
            used: hand.used,
            moved: hand.saved.0 != hand.source.policy,
            ticked: hand.saved.1 != hand.used,
            before: hand.saved.0,
        });
        let budget = self.budget.filter(|_| self.budget != self.saved_budget);
        project.save(&changes.collect::<Vec<_>>(), budget, plain)?;
        for hand in &mut self.hands {
            hand.saved = (hand.source.policy, hand.used);
        }
        self.saved_budget = self.budget;
        Ok(project.shown)
    }
}

/// Fits without rendering where the parts add up; else the joint count decides.
fn plan(prepared: &Prepared) -> Result<Plan, Error> {
    let measured = &prepared.measured;
    if !measured.request.renderer.additive() {
        let planned = prepared.fit()?.planned;
        return Ok(Plan { total: planned.total, ..planned.plan });
    }
    let (counting, limits) = (&prepared.counting, prepared.limits());
    let scale = counting.tokenizer.scale();
    let refusal = |error: bundle::Error| Error::fit(counting.refusal(error, limits), &prepared.locators, scale);
    let capacity = measured.capacity().map_err(refusal)?;
    let sources = measured.sources();
    let plan = measured.queue(&sources).fit(capacity).map_err(|error| refusal(error.into()))?;
    counting.check_window(plan.total, limits.reserve)?;
    Ok(plan)
}

/// The budget that so many tokens of the encoding take.
fn budget_for(counting: &Counting, counted: Tokens, reserve: Tokens) -> Tokens {
    counting.tokenizer.range(counted).1 + reserve
}

/// A level in tokens as the model counts them.
fn told_level(counting: &Counting, level: u64) -> u64 {
    let counted = Tokens(u32::try_from(level).unwrap_or(u32::MAX));
    counting.tokenizer.scale().map_or(level, |_| u64::from(counting.tokenizer.told(counted).tokens.0))
}

/// What a plan does with each unit.
fn fates(units: &[Unit], portion: &Portion, counting: &Counting, reserve: Tokens) -> Vec<Fate> {
    let mut segments = portion.segments.iter().peekable();
    let mut cuts = portion.cuts.iter().peekable();
    let one = |unit: &Unit| {
        let Range { start, end } = unit.range;
        while segments.next_if(|segment| segment.range.end <= start).is_some() {}
        while cuts.next_if(|cut| cut.range.end <= start).is_some() {}
        match (segments.peek(), cuts.peek()) {
            (Some(segment), _) if segment.range.start <= start && end <= segment.range.end => Fate::Kept,
            (Some(segment), _) if segment.range.start < end => Fate::Part,
            (_, Some(cut)) if cut.range.start < end => {
                let level = cut.level.map(|level| told_level(counting, level));
                Fate::Cut { level, needs: cut.needs.map(|needs| budget_for(counting, needs, reserve)) }
            }
            _ => Fate::Folded,
        }
    };
    units.iter().map(one).collect()
}

/// The named source that a locator belongs to: itself, else the folder that is the longest way to it.
fn named_by(named: &[Source], locator: &str) -> usize {
    let reach = |source: &Source| {
        let folder = source.locator.trim_end_matches('/');
        if source.locator == locator {
            return Some(usize::MAX);
        }
        let inside = locator.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
        (inside || folder == ".").then_some(folder.len())
    };
    let reaches = named.iter().enumerate().filter_map(|(index, source)| Some((reach(source)?, index)));
    reaches.max_by_key(|(reach, index)| (*reach, std::cmp::Reverse(*index))).map_or(0, |(_, index)| index)
}
