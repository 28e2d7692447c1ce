//! Who goes when: a gate for each model, the pace of each server, the purse.
//!
//! Forks of one bundle to one model are a lane. Where the provider caches, the first fork of a lane
//! goes alone and warms the cache; once its answer has begun and settled, a second one confirms that
//! it reads what the first has written, and then the gate opens. All of it is values: moments and
//! events come in, [`Step`]s go out, so that a simulator can play an hour in a millisecond.

use std::time::Duration;

use super::pace::Pace;
use crate::catalog::{CacheRule, Money};
use crate::content::Timestamp;
use crate::send::Rates;

/// How long before a beginning dies it is touched again.
const MARGIN: Duration = Duration::from_secs(30);
/// The window in which a provider counts the questions to one machine.
const MINUTE: Duration = Duration::from_mins(1);
/// Failures in a row after which a lane that never had an answer is given up.
const MOST_FAILURES: usize = 2;
/// How often the cache is looked for before the gate opens without it.
const MOST_PROBES: u8 = 2;
/// The pause before the second look where the provider names none.
const SECOND_LOOK: Duration = Duration::from_secs(1);

/// The forks of one model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lane {
    /// Which server answers; lanes of one server share its pace.
    pub server: usize,
    /// How the provider caches; none where warming does not pay.
    pub rule: Option<CacheRule>,
    /// Whether a beginning can be touched without a question.
    pub may_refresh: bool,
}

/// One question to one model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Load {
    /// Its lane.
    pub lane: usize,
    /// Tokens of the whole question.
    pub n_tokens: u64,
    /// What the question costs where the cache is cold, and where it is warm.
    pub cold: Money,
    /// The same where the bundle is read from the cache.
    pub warm: Money,
    /// What its answer is expected to cost.
    pub answer: Money,
    /// Whether the answer cannot cost more.
    pub is_bounded: bool,
}

/// What to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// This fork goes out.
    Send(usize),
    /// This lane's beginning is touched, so that it lives on.
    Refresh(usize),
    /// Nothing until an event, or until this moment.
    Wait(Option<Timestamp>),
    /// All forks have ended, or will not be sent.
    Done,
}

/// Why no more forks go out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// The next one might cost more than was allowed.
    Cost,
    /// The person wants it so.
    Person,
}

/// What is known of a lane's cache.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Warmth {
    /// Nobody has looked, or there is nothing to look for.
    Unknown,
    /// A second question read what the first has written.
    Hit,
    /// It did not, twice.
    Missed,
}

/// How a fork ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ended {
    /// What it cost, as far as known.
    pub cost: Option<Money>,
    /// Whether an answer came.
    pub is_answered: bool,
    /// Whether the others would fail in the same way: no such model, no key.
    pub is_hopeless: bool,
}

/// The gate of a lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Gate {
    Cold,
    Warming(usize),
    Settling {
        until: Timestamp,
        n_probes: u8,
    },
    Probing {
        fork: usize,
        n_probes: u8,
    },
    Open,
    /// The lane is given up.
    Shut,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Waiting,
    /// Out, with what it may cost, and whether its answer has begun.
    Out {
        reserved: Money,
        has_begun: bool,
    },
    Ended,
}

#[derive(Debug, Clone)]
struct LaneState {
    plan: Lane,
    gate: Gate,
    warmth: Warmth,
    /// Until when the beginning lives.
    warm_until: Option<Timestamp>,
    is_refreshing: bool,
    n_failures: usize,
    has_answered: bool,
    /// When its forks of the last minute went out, where the provider counts them.
    sent: Vec<Timestamp>,
}

/// The schedule of a fan-out.
#[derive(Debug, Clone)]
pub struct Schedule {
    lanes: Vec<LaneState>,
    loads: Vec<Load>,
    states: Vec<State>,
    paces: Vec<Pace>,
    most_at_once: usize,
    most_cost: Option<Money>,
    spent: Money,
    stop: Option<Stop>,
}

impl Schedule {
    /// Forks in the order in which they go, so many at once, for so much money.
    pub fn new(lanes: Vec<Lane>, loads: Vec<Load>, most_at_once: usize, most_cost: Option<Money>) -> Self {
        let n_servers = lanes.iter().map(|lane| lane.server + 1).max().unwrap_or(0);
        let lane = |(number, plan): (usize, Lane)| {
            let n_forks = loads.iter().filter(|load| load.lane == number).count();
            let is_warmed = plan.rule.is_some() && n_forks > 1;
            LaneState {
                plan,
                gate: if is_warmed { Gate::Cold } else { Gate::Open },
                warmth: Warmth::Unknown,
                warm_until: None,
                is_refreshing: false,
                n_failures: 0,
                has_answered: false,
                sent: Vec::new(),
            }
        };
        Self {
            lanes: lanes.into_iter().enumerate().map(lane).collect(),
            states: vec![State::Waiting; loads.len()],
            loads,
            paces: vec![Pace::default(); n_servers],
            most_at_once: most_at_once.max(1),
            most_cost,
            spent: Money::default(),
            stop: None,
        }
    }

    /// What to do at this moment; a fork that is to be sent counts as out from here on.
    pub fn next(&mut self, now: Timestamp) -> Step {
        let n_out = self.states.iter().filter(|state| matches!(state, State::Out { .. })).count();
        if self.stop.is_some() || !self.states.contains(&State::Waiting) {
            return if n_out == 0 && !self.is_refreshing() { Step::Done } else { Step::Wait(None) };
        }
        let mut wake: Option<Timestamp> = None;
        let mut later = |at: Timestamp| wake = Some(wake.map_or(at, |wake| wake.min(at)));
        for lane in 0..self.lanes.len() {
            let waiting = |fork: &usize| self.loads[*fork].lane == lane && self.states[*fork] == State::Waiting;
            let Some(fork) = (0..self.loads.len()).find(waiting) else { continue };
            let gate = self.lanes[lane].gate;
            let is_free = n_out < self.most_at_once;
            let may_go = match gate {
                Gate::Settling { until, .. } if until > now => {
                    later(until);
                    false
                }
                Gate::Cold | Gate::Open | Gate::Settling { .. } => is_free,
                Gate::Warming(_) | Gate::Probing { .. } | Gate::Shut => false,
            };
            if may_go {
                let load = self.loads[fork];
                let pace = self.paces[self.lanes[lane].plan.server].ready(load.n_tokens, now);
                match pace.and_then(|()| self.lanes[lane].room(now)) {
                    Ok(()) if !self.can_pay(&load) => {
                        // Those that are out may turn out cheaper than they might have been.
                        if n_out > 0 {
                            return Step::Wait(None);
                        }
                        self.stop = Some(Stop::Cost);
                        return if self.is_refreshing() { Step::Wait(None) } else { Step::Done };
                    }
                    Ok(()) => return self.send(fork, now),
                    Err(at) => later(at),
                }
            }
            let LaneState { warm_until, is_refreshing, plan, .. } = &self.lanes[lane];
            if let (Gate::Open, Some(until), false, true) = (gate, warm_until, is_refreshing, plan.may_refresh) {
                let touch = Timestamp(until.0 - millis(MARGIN));
                if touch <= now && now < *until {
                    self.lanes[lane].is_refreshing = true;
                    return Step::Refresh(lane);
                }
                if now < touch {
                    later(touch);
                }
            }
        }
        if n_out == 0 && !self.is_refreshing() && wake.is_none() {
            return Step::Done;
        }
        Step::Wait(wake)
    }

    fn send(&mut self, fork: usize, now: Timestamp) -> Step {
        let load = self.loads[fork];
        let lane = &mut self.lanes[load.lane];
        match lane.gate {
            Gate::Cold => lane.gate = Gate::Warming(fork),
            Gate::Settling { n_probes, .. } => lane.gate = Gate::Probing { fork, n_probes },
            _ => {}
        }
        // A hit renews a beginning's life when the question comes in.
        if lane.warmth == Warmth::Hit {
            lane.live_on(now);
        }
        if lane.plan.rule.is_some_and(|rule| rule.spill.is_some()) {
            lane.sent.push(now);
        }
        self.paces[lane.plan.server].take(load.n_tokens);
        let reserved = self.question(&load) + load.answer;
        self.states[fork] = State::Out { reserved, has_begun: false };
        Step::Send(fork)
    }

    /// The head of a fork's answer is here, with what the server tells of its limits.
    pub fn heard(&mut self, fork: usize, rates: &Rates, now: Timestamp) {
        let load = self.loads[fork];
        if let State::Out { has_begun: has_begun @ false, .. } = &mut self.states[fork] {
            *has_begun = true;
            self.paces[self.lanes[load.lane].plan.server].hear(load.n_tokens, rates, now);
        }
    }

    /// The first words of a fork's answer are here: what it wrote into a cache can be found from here on.
    pub fn began(&mut self, fork: usize, now: Timestamp) {
        self.heard(fork, &Rates::default(), now);
        let lane = &mut self.lanes[self.loads[fork].lane];
        if lane.gate == Gate::Warming(fork) {
            let settle = lane.plan.rule.map_or(Duration::ZERO, |rule| rule.settle);
            lane.live_on(now);
            lane.gate = Gate::Settling { until: Timestamp(now.0 + millis(settle)), n_probes: 0 };
        }
    }

    /// A server says how much of a fork's question came from its cache.
    pub fn read(&mut self, fork: usize, n_cached: u64, now: Timestamp) {
        let lane = &mut self.lanes[self.loads[fork].lane];
        if n_cached > 0 {
            lane.warmth = Warmth::Hit;
            lane.live_on(now);
        }
        let n_probes = match lane.gate {
            Gate::Probing { fork: probe, n_probes } if probe == fork => n_probes + 1,
            _ => return,
        };
        if n_cached > 0 {
            lane.gate = Gate::Open;
        } else if n_probes < MOST_PROBES {
            let pause = lane.plan.rule.map_or(SECOND_LOOK, |rule| rule.settle.max(SECOND_LOOK));
            lane.gate = Gate::Settling { until: Timestamp(now.0 + millis(pause)), n_probes };
        } else {
            (lane.warmth, lane.gate) = (Warmth::Missed, Gate::Open);
        }
    }

    /// A fork's answer has grown to what would cost so much; true where that is more than was allowed.
    pub fn grew(&mut self, fork: usize, answer: Money) -> bool {
        let load = self.loads[fork];
        let least = self.question(&load) + answer;
        if let State::Out { reserved, .. } = &mut self.states[fork] {
            *reserved = least.max(*reserved);
        }
        let sum = self.spent + self.reserved();
        let is_over = !load.is_bounded && self.most_cost.is_some_and(|most| sum > most);
        if is_over {
            self.stop.get_or_insert(Stop::Cost);
        }
        is_over
    }

    /// A fork pauses because its server wants it; its siblings wait too.
    pub fn held(&mut self, fork: usize, until: Timestamp) {
        let server = self.lanes[self.loads[fork].lane].plan.server;
        self.paces[server].hold(until);
    }

    /// A fork is over.
    pub fn ended(&mut self, fork: usize, how: Ended, now: Timestamp) {
        self.heard(fork, &Rates::default(), now);
        let load = self.loads[fork];
        if let State::Out { reserved, .. } = self.states[fork] {
            // What nobody tells counts as what it may have cost, if an answer came.
            let unknown = if how.is_answered { reserved } else { Money::default() };
            self.spent = self.spent + how.cost.unwrap_or(unknown);
        }
        self.states[fork] = State::Ended;
        let lane = &mut self.lanes[load.lane];
        if how.is_answered {
            (lane.has_answered, lane.n_failures) = (true, 0);
        } else {
            lane.n_failures += usize::from(how.is_hopeless);
        }
        lane.gate = match lane.gate {
            _ if lane.n_failures >= MOST_FAILURES && !lane.has_answered => Gate::Shut,
            // It wrote nothing: the next one warms.
            Gate::Warming(own) if own == fork => Gate::Cold,
            // It told nothing: an answer without a word on the cache is no reason to wait on.
            Gate::Probing { fork: own, .. } if own == fork && how.is_answered => Gate::Open,
            Gate::Probing { fork: own, n_probes } if own == fork => Gate::Settling { until: now, n_probes },
            gate => gate,
        };
    }

    /// A lane's beginning was touched, or could not be.
    pub fn refreshed(&mut self, lane: usize, is_alive: bool, cost: Option<Money>, now: Timestamp) {
        self.spent = self.spent + cost.unwrap_or_default();
        let lane = &mut self.lanes[lane];
        lane.is_refreshing = false;
        if is_alive {
            lane.live_on(now);
        } else {
            lane.warm_until = None;
        }
    }

    /// No more forks go out.
    pub fn stop(&mut self, why: Stop) {
        self.stop.get_or_insert(why);
    }

    /// Why no more forks go out.
    pub fn stopped(&self) -> Option<Stop> {
        self.stop
    }

    /// Whether a lane's forks go as they may.
    pub fn is_open(&self, lane: usize) -> bool {
        self.lanes[lane].gate == Gate::Open
    }

    /// What is known of a lane's cache.
    pub fn warmth(&self, lane: usize) -> Warmth {
        self.lanes[lane].warmth
    }

    /// What has been spent.
    pub fn spent(&self) -> Money {
        self.spent
    }

    /// The forks that were not sent.
    pub fn unsent(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.states.len()).filter(|fork| self.states[*fork] == State::Waiting)
    }

    fn is_refreshing(&self) -> bool {
        self.lanes.iter().any(|lane| lane.is_refreshing)
    }

    /// What a question costs with what is known of its lane.
    fn question(&self, load: &Load) -> Money {
        let is_warm = self.lanes[load.lane].warmth == Warmth::Hit;
        if is_warm { load.warm } else { load.cold }
    }

    fn reserved(&self) -> Money {
        let reserved = |state: &State| match state {
            State::Out { reserved, .. } => *reserved,
            _ => Money::default(),
        };
        self.states.iter().map(reserved).sum()
    }

    fn can_pay(&self, load: &Load) -> bool {
        let sum = self.spent + self.reserved() + self.question(load) + load.answer;
        self.most_cost.is_none_or(|most| sum <= most)
    }
}

impl LaneState {
    /// Whether one more fork still meets the machine that has the cache, or when one will.
    fn room(&mut self, now: Timestamp) -> Result<(), Timestamp> {
        let Some(most) = self.plan.rule.and_then(|rule| rule.spill) else { return Ok(()) };
        let free = |sent: &Timestamp| Timestamp(sent.0 + millis(MINUTE));
        self.sent.retain(|sent| free(sent) > now);
        match self.sent.first() {
            Some(first) if self.sent.len() >= usize::try_from(most).unwrap_or(usize::MAX) => Err(free(first)),
            _ => Ok(()),
        }
    }

    fn live_on(&mut self, now: Timestamp) {
        self.warm_until = self.plan.rule.map(|rule| Timestamp(now.0.saturating_add(millis(rule.life))));
    }
}

fn millis(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
#[path = "schedule_tests.rs"]
mod tests;
