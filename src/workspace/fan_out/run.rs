//! The edge of a fan-out: what the schedule says is done here, as time passes.

use std::cell::RefCell;
use std::future::Future;
use std::pin::{Pin, pin};
use std::time::Duration;

use futures_util::stream::{FuturesUnordered, StreamExt};
use tokio::sync::{Notify, watch};
use tokio::time::Instant;

use super::plan::{FanPlan, Fork};
use super::schedule::{Ended, Schedule, Step, Stop, Warmth};
use crate::catalog::Money;
use crate::content::{Timestamp, Usage};
use crate::net::Transport;
use crate::send::{Cut, Delta, Ending};
use crate::workspace::{Act, Answered, Error, Workspace, shape};

/// What happens while a fan-out is under way.
#[derive(Debug)]
pub enum Event<'a> {
    /// A fork went out.
    Sent(usize),
    /// Words of its answer came.
    Words(usize, &'a str),
    /// It goes out again after a pause.
    Paused {
        /// The fork.
        fork: usize,
        /// How long nothing happens.
        pause: Duration,
        /// What went wrong.
        because: &'a str,
    },
    /// It is over.
    Ended(&'a Finished),
    /// A lane's gate is open; what is known of its cache.
    Opened(usize, Warmth),
    /// A lane's beginning was touched so that it lives on.
    Refreshed(usize),
}

/// What became of a fork.
#[derive(Debug)]
pub struct Finished {
    /// Which one.
    pub fork: usize,
    /// The answer, or why there can be none.
    pub answered: Result<Answered, Error>,
    /// What it cost, where that is known.
    pub cost: Option<Money>,
    /// What it would have cost without a cache.
    pub uncached: Option<Money>,
}

/// What became of a fan-out.
#[derive(Debug)]
pub struct Report {
    /// The forks that went out, in the order in which they ended.
    pub finished: Vec<Finished>,
    /// Those that did not.
    pub unsent: Vec<usize>,
    /// Why they did not, if somebody stopped it.
    pub stop: Option<Stop>,
    /// What is known of each lane's cache.
    pub warmth: Vec<Warmth>,
    /// What was spent, touches included, as far as known.
    pub spent: Money,
}

/// What ends in the course of a fan-out.
enum Over {
    Fork(Box<Finished>),
    Touch { lane: usize, is_alive: bool, cost: Option<Money> },
}

/// What the forks share while they are out.
struct Desk<'a, F, N> {
    plan: &'a FanPlan,
    act: &'a Act,
    now: N,
    /// Says to those that are out that they shall end.
    halt: watch::Sender<bool>,
    schedule: RefCell<Schedule>,
    tell: RefCell<F>,
    /// Rings when something may have changed for those that wait.
    bell: Notify,
    start: Instant,
}

impl Workspace {
    /// Asks what a plan says, as fast as its servers and the bounds allow, until all is answered or `cancelled`.
    ///
    /// A fork that fails is reported and stops no other one.
    pub async fn fan_out<T: Transport>(
        &self,
        plan: &FanPlan,
        act: &Act,
        transport: &T,
        tell: impl FnMut(Event),
        cancelled: impl Future<Output = ()>,
        now: impl Fn() -> Timestamp,
    ) -> Report {
        let (halt, _) = watch::channel(false);
        let desk = Desk {
            plan,
            act,
            now,
            halt,
            schedule: RefCell::new(plan.schedule()),
            tell: RefCell::new(tell),
            bell: Notify::new(),
            start: Instant::now(),
        };
        let mut cancelled = pin!(cancelled);
        let mut is_cancelled = false;
        let mut opened = vec![false; plan.lanes.len()];
        let mut work: FuturesUnordered<Pin<Box<dyn Future<Output = Over> + '_>>> = FuturesUnordered::new();
        let mut finished = Vec::new();
        loop {
            let step = desk.schedule.borrow_mut().next(desk.moment());
            let until = match step {
                Step::Send(fork) => {
                    desk.say(Event::Sent(fork));
                    work.push(Box::pin(self.ask_fork(&desk, fork, transport)));
                    continue;
                }
                Step::Refresh(lane) => {
                    work.push(Box::pin(self.touch_lane(&desk, lane, transport)));
                    continue;
                }
                Step::Done => break,
                Step::Wait(until) => until,
            };
            desk.tell_gates(&mut opened);
            let wake = until.map(|until| desk.start + Duration::from_millis(u64::try_from(until.0).unwrap_or(0)));
            tokio::select! {
                () = &mut cancelled, if !is_cancelled => {
                    is_cancelled = true;
                    desk.schedule.borrow_mut().stop(Stop::Person);
                    // Those that are out see it themselves; without any there is nobody to tell.
                    let _ = desk.halt.send(true);
                }
                Some(over) = work.next() => match over {
                    Over::Fork(over) => {
                        desk.schedule.borrow_mut().ended(over.fork, ended(&over), desk.moment());
                        desk.say(Event::Ended(&over));
                        finished.push(*over);
                    }
                    Over::Touch { lane, is_alive, cost } => {
                        desk.schedule.borrow_mut().refreshed(lane, is_alive, cost, desk.moment());
                        desk.say(Event::Refreshed(lane));
                    }
                },
                () = desk.bell.notified() => {}
                () = wait_until(wake) => {}
            }
        }
        desk.tell_gates(&mut opened);
        drop(work);
        let schedule = desk.schedule.into_inner();
        Report {
            finished,
            unsent: schedule.unsent().collect(),
            stop: schedule.stopped(),
            warmth: (0..plan.lanes.len()).map(|lane| schedule.warmth(lane)).collect(),
            spent: schedule.spent(),
        }
    }

    /// Asks one fork and tells the schedule what is heard of it.
    async fn ask_fork<T, F, N>(&self, desk: &Desk<'_, F, N>, fork: usize, transport: &T) -> Over
    where
        T: Transport,
        F: FnMut(Event),
        N: Fn() -> Timestamp,
    {
        let Fork { lane, .. } = &desk.plan.forks[fork];
        let model = &desk.plan.lanes[*lane].model;
        let draft = desk.plan.draft(&desk.plan.forks[fork]);
        let per_token = model.prices_at(draft.tokens.0.into()).output;
        let mut n_bytes = 0_u64;
        let on_delta = |delta: &Delta| {
            let moment = desk.moment();
            let mut schedule = desk.schedule.borrow_mut();
            match delta {
                Delta::Rates(rates) => schedule.heard(fork, rates, moment),
                Delta::Retry { pause, because } => {
                    let wait = i64::try_from(pause.as_millis()).unwrap_or(i64::MAX);
                    schedule.held(fork, Timestamp(moment.0.saturating_add(wait)));
                    drop(schedule);
                    desk.say(Event::Paused { fork, pause: *pause, because });
                    desk.bell.notify_one();
                    return;
                }
                _ => schedule.began(fork, moment),
            }
            if let Delta::Usage(usage) = delta
                && let Some(cached) = usage.cached
            {
                schedule.read(fork, cached, moment);
            }
            if let Delta::Text(words) | Delta::Refusal(words) | Delta::Reasoning(words) = delta {
                n_bytes += u64::try_from(words.len()).unwrap_or(0);
                // Three bytes a token are fewer than most texts have.
                if schedule.grew(fork, per_token.map_or(Money::default(), |price| price.of(n_bytes / 3))) {
                    // Those that are out see it themselves.
                    let _ = desk.halt.send(true);
                }
                drop(schedule);
                desk.say(Event::Words(fork, words));
            }
            desk.bell.notify_one();
        };
        let answered = self.ask(&draft, desk.act, transport, on_delta, halted(desk.halt.subscribe()), &desk.now).await;
        let usage = answered.as_ref().ok().map(|answered| answered.billed);
        let (cost, uncached) =
            (usage.and_then(|usage| model.cost(&usage)), usage.and_then(|usage| model.uncached(&usage)));
        Over::Fork(Box::new(Finished { fork, answered, cost, uncached }))
    }

    /// Touches what a lane's forks share.
    async fn touch_lane<T, F, N>(&self, desk: &Desk<'_, F, N>, lane: usize, transport: &T) -> Over
    where
        T: Transport,
        F: FnMut(Event),
        N: Fn() -> Timestamp,
    {
        let here = &desk.plan.lanes[lane];
        let usage = self
            .touch(&here.draft.touching(), transport, halted(desk.halt.subscribe()), &desk.now)
            .await
            .ok()
            .flatten();
        let cost = usage.and_then(|usage| here.model.cost(&usage));
        Over::Touch { lane, is_alive: usage.is_some(), cost }
    }
}

impl<F: FnMut(Event), N> Desk<'_, F, N> {
    /// The schedule's clock, which nobody sets.
    fn moment(&self) -> Timestamp {
        Timestamp(i64::try_from(self.start.elapsed().as_millis()).unwrap_or(i64::MAX))
    }

    fn say(&self, event: Event) {
        (self.tell.borrow_mut())(event);
    }

    /// Says once of each lane that its gate is open.
    fn tell_gates(&self, opened: &mut [bool]) {
        for (lane, opened) in opened.iter_mut().enumerate() {
            if !*opened && self.schedule.borrow().is_open(lane) {
                *opened = true;
                self.say(Event::Opened(lane, self.schedule.borrow().warmth(lane)));
            }
        }
    }
}

/// What the schedule wants to know of a fork that is over.
fn ended(over: &Finished) -> Ended {
    let is_answered = over.answered.as_ref().is_ok_and(|answered| answered.message.is_some());
    let is_hopeless = match &over.answered {
        Ok(answered) => matches!(&answered.outcome.ending, Ending::Failed(error) if error.is_everybodys()),
        Err(error) => matches!(error, Error::Send(error) if error.is_everybodys()),
    };
    Ended { cost: over.cost, is_answered, is_hopeless }
}

impl Finished {
    /// Whether the whole answer is here, or all that the model wants to say.
    pub fn is_whole(&self) -> bool {
        let ending = self.answered.as_ref().ok().map(|answered| &answered.outcome.ending);
        matches!(ending, Some(Ending::Complete | Ending::Refused))
    }

    /// Whether a limit ended the answer: what came is kept, and not asked for again.
    pub fn is_limited(&self) -> bool {
        let answered = self.answered.as_ref().ok().filter(|answered| answered.message.is_some());
        let ending = answered.map(|answered| &answered.outcome.ending);
        matches!(ending, Some(Ending::Truncated(Cut::Length | Cut::Window)))
    }

    /// Whether the model was done, or at its limit, before it had said a word.
    pub fn is_empty(&self) -> bool {
        let answered = self.answered.as_ref().ok().filter(|answered| answered.message.is_none());
        let ending = answered.map(|answered| &answered.outcome.ending);
        matches!(ending, Some(Ending::Empty | Ending::Truncated(Cut::Length | Cut::Window)))
    }

    /// The branch that has its answer.
    pub fn branch(&self) -> Option<&str> {
        let answered = self.answered.as_ref().ok().filter(|answered| answered.message.is_some());
        answered.map(|answered| answered.branch.as_str())
    }

    /// The `forkful.ask/1` value.
    pub fn shape(&self, plan: &FanPlan) -> shape::Ask {
        let Fork { lane, question, branch, .. } = &plan.forks[self.fork];
        let shape = match &self.answered {
            Ok(answered) => answered.shape(),
            Err(error) => shape::Ask {
                schema: "forkful.ask/1",
                branch: branch.clone(),
                message: None,
                text: String::new(),
                status: "error",
                model: plan.lanes[*lane].draft.prompt.model.clone(),
                usage: Usage::default(),
                citations: Vec::new(),
                run: "none".to_owned(),
                question: None,
                cost: None,
                estimated: None,
                error: Some(error.to_string()),
            },
        };
        shape::Ask { question: Some(question.clone()), cost: self.cost.map(Money::dollars), ..shape }
    }
}

/// Ends when the word is given.
async fn halted(mut word: watch::Receiver<bool>) {
    // The sender lives as long as the fan-out.
    let _ = word.wait_for(|is_given| *is_given).await;
}

async fn wait_until(wake: Option<Instant>) {
    match wake {
        Some(wake) => tokio::time::sleep_until(wake).await,
        None => std::future::pending().await,
    }
}
