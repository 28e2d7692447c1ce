//! What a fan-out has to do: who is asked what, what is there already, and what the rest will cost.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::Question;
use super::estimate::{self, Estimate};
use super::questions::model_slug;
use super::schedule::{Lane as LaneRule, Load, Schedule};
use crate::catalog::{CacheRule, Catalog, Model, Money};
use crate::content::{Digest, Message, Role};
use crate::fork;
use crate::send::endpoint::Environment;
use crate::store;
use crate::store::record::{RunRecord, RunState};
use crate::store::{SPACES, check_name, numbered};
use crate::tokens::{Tokenizer, Tokens, count};
use crate::workspace::batch;
use crate::workspace::cost::priced;
use crate::workspace::draft::Site;
use crate::workspace::{Counting, Draft, Error, Wishes, Workspace, shape};

/// What is asked, of whom, how often.
#[derive(Debug, Clone, PartialEq)]
pub struct FanAsk {
    /// Branch, bundle, id, `NAME~2` or `@`: where all forks begin.
    pub address: String,
    /// The questions.
    pub questions: Vec<Question>,
    /// Whom to ask, and how: one a model.
    pub wishes: Vec<Wishes>,
    /// Answers to each question from each model.
    pub n_answers: usize,
    /// What stands before the names of the branches.
    pub branch: Option<String>,
    /// Whether what is answered already is asked once more.
    pub again: bool,
    /// Whether it is sent as a batch, whose answers come later.
    pub is_batch: bool,
    /// How fast, and for how much.
    pub bounds: Bounds,
}

/// How fast, and for how much.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Forks that are out at once; else as many as the servers best get.
    pub most_at_once: Option<usize>,
    /// What all of it may cost.
    pub most_cost: Option<Money>,
}

/// What a fan-out has to do.
#[derive(Debug, Clone)]
pub struct FanPlan {
    /// One a model.
    pub lanes: Vec<Lane>,
    /// What is to be asked, in the order in which it goes.
    pub forks: Vec<Fork>,
    /// What is answered already.
    pub answered: Vec<Standing>,
    /// What a batch will answer: its lane and the batch.
    pub waiting: Vec<(usize, String)>,
    /// Whether it is sent as a batch.
    pub is_batch: bool,
    /// How fast, and for how much.
    pub bounds: Bounds,
}

/// The forks of one model.
#[derive(Debug, Clone)]
pub struct Lane {
    /// A question made ready, the pattern of all others.
    pub draft: Draft,
    /// What the catalog knows of the model.
    pub model: Model,
    /// How its tokens are counted.
    pub tokenizer: Tokenizer,
    /// How its provider caches; none where that does not pay, or the bundle is too short for it.
    pub rule: Option<CacheRule>,
    /// Tokens that all forks share, as the model counts.
    pub n_shared: Tokens,
}

/// One question to one model, to be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fork {
    /// Its lane.
    pub lane: usize,
    /// The question.
    pub question: String,
    /// The branch that gets the answer.
    pub branch: String,
    /// A broken-off answer to the same question, which the new one replaces.
    pub seen: Option<Digest>,
    /// What it weighs.
    pub load: Load,
}

/// A question that a model has answered before.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    /// Its lane.
    pub lane: usize,
    /// The question.
    pub question: String,
    /// The branch that has the answer.
    pub branch: String,
    /// The answer.
    pub message: Digest,
    /// The call that brought it.
    pub run: RunRecord,
    /// What that cost, where it is known.
    pub cost: Option<Money>,
}

/// What one question costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Price {
    /// Without a cache.
    pub uncached: Money,
    /// Where it is the first one, and writes into the cache.
    pub cold: Money,
    /// Where the cache has what it shares with others; none where no cache helps.
    pub warm: Option<Money>,
    /// A thousand tokens of an answer.
    pub answer: Money,
}

/// What stands on branches, and what answered it.
struct Known {
    /// A branch for each message on one.
    standing: BTreeMap<Digest, String>,
    /// Tips by branch.
    tips: BTreeMap<Digest, String>,
    runs: Vec<RunRecord>,
}

impl Workspace {
    /// Finds what is missing, names the branches and prices the rest; sends nothing.
    pub fn plan_fan_out(&self, ask: &FanAsk, catalog: &Catalog, environment: &Environment) -> Result<FanPlan, Error> {
        let place = fork::resolve(&self.store, &ask.address)?;
        let parent = place.id();
        let known = self.known()?;
        let first = ask.questions.first().ok_or(Error::EmptyText("list of questions"))?;
        // A branch that a batch will make is taken.
        let mut taken: BTreeSet<String> =
            known.runs.iter().filter(|run| run.is_waiting()).map(|run| run.branch.clone()).collect();
        let mut waiting = Vec::new();
        let (mut lanes, mut forks, mut answered) = (Vec::<Lane>::new(), Vec::new(), Vec::<Standing>::new());
        for (number, wishes) in ask.wishes.iter().enumerate() {
            let site = Site { parent, branch: String::new(), seen: None };
            let draft = self.draft_from(site, &first.text, wishes, None, environment)?;
            let lane = self.lane(if ask.is_batch { draft.batched() } else { draft }, catalog)?;
            let plain = lane.model.clone();
            let n_questions = ask.questions.len() * ask.n_answers;
            let lane = if ask.is_batch { lane.batched(n_questions)? } else { lane.warmed(n_questions) };
            let suffix =
                if ask.wishes.len() > 1 { format!(".{}", model_slug(&lane.draft.prompt.model)) } else { String::new() };
            for question in &ask.questions {
                let message = Message::text(Role::User, question.text.as_str());
                let id = fork::following(parent, &[message])?[0].id();
                let there = if ask.again { Vec::new() } else { known.answers(id, &lane.draft) };
                let there = there.into_iter().take(ask.n_answers);
                let before = answered.len();
                answered.extend(there.map(|(message, branch, run)| Standing {
                    lane: number,
                    question: question.text.clone(),
                    branch,
                    message,
                    cost: priced(&plain, &run),
                    run,
                }));
                let n_there = answered.len() - before;
                let under_way = if ask.again { Vec::new() } else { known.waiting(id, &lane.draft) };
                let under_way: Vec<String> = under_way.into_iter().take(ask.n_answers - n_there).collect();
                let n_there = n_there + under_way.len();
                waiting.extend(under_way.into_iter().map(|batch| (number, batch)));
                let wanted = match &ask.branch {
                    Some(prefix) if ask.questions.len() == 1 => format!("{prefix}{suffix}"),
                    Some(prefix) => format!("{prefix}-{}{suffix}", question.slug()),
                    None => format!("{}{suffix}", question.slug()),
                };
                // What broke off is asked anew in its place by the command that made it; to any other it is not its own.
                let broken = if ask.again { Vec::new() } else { known.broken(id, &lane.draft) };
                let mut broken = broken.into_iter().filter(|(_, branch)| is_numbered(branch, &wanted));
                for _ in n_there..ask.n_answers {
                    let (branch, seen) = match broken.next() {
                        Some((tip, branch)) => (branch, Some(tip)),
                        None => (self.free_beside(&wanted, &taken)?, None),
                    };
                    taken.insert(branch.clone());
                    let load = lane.load(number, &question.text);
                    forks.push(Fork { lane: number, question: question.text.clone(), branch, seen, load });
                }
            }
            lanes.push(lane);
        }
        Ok(FanPlan { lanes, forks, answered, waiting, is_batch: ask.is_batch, bounds: ask.bounds })
    }

    /// What one question costs, where that is known.
    pub fn price(&self, draft: &Draft, catalog: &Catalog) -> Result<Option<Price>, Error> {
        let lane = self.lane(draft.clone(), catalog)?.warmed(2);
        let question = lane.load(0, &draft.question());
        let thousand =
            Load { answer: estimate::load(0, &lane.model, None, [question.n_tokens, 0], None).answer, ..question };
        Ok(Estimate::of(&lane.model, &[question]).map(|estimate| Price {
            uncached: estimate.uncached,
            cold: question.cold,
            warm: lane.rule.is_some().then_some(question.warm),
            answer: thousand.answer,
        }))
    }

    fn lane(&self, draft: Draft, catalog: &Catalog) -> Result<Lane, Error> {
        let (counting, _) = Counting::choose(catalog, Some(&draft.prompt.model), None);
        let counting = self.calibrated(catalog, counting)?;
        let model = counting.model.clone().ok_or(Error::NoModel)?;
        let question = draft.question();
        let n_own = count(draft.encoding, &question);
        let tokenizer = counting.tokenizer;
        let n_shared = tokenizer.told(draft.tokens - n_own).tokens;
        let rule = CacheRule::of(&model, draft.protocol.name);
        Ok(Lane { model, rule: Some(rule), tokenizer, n_shared, draft })
    }

    /// The wanted name, or `NAME-2` and on where it stands for something here or in the plan.
    fn free_beside(&self, wanted: &str, taken: &BTreeSet<String>) -> Result<String, Error> {
        check_name(wanted).map_err(store::Error::from)?;
        let mut number = 1;
        loop {
            let name = numbered(wanted, number);
            let mut is_free = !taken.contains(&name);
            for space in SPACES {
                is_free &= self.store.pointer(&format!("{space}{name}"))?.is_none();
            }
            if is_free {
                return Ok(name);
            }
            number += 1;
        }
    }

    /// The `forkful.ask/1` value of an answer that was there before.
    pub fn standing_shape(&self, standing: &Standing) -> Result<shape::Ask, Error> {
        let Standing { question, branch, message, run, cost, .. } = standing;
        Ok(shape::Ask {
            schema: "forkful.ask/1",
            branch: branch.clone(),
            message: Some(*message),
            text: self.store.message(*message)?.message.spoken(),
            status: match run.state {
                RunState::Refused => "refused",
                RunState::Truncated => "truncated",
                _ => "complete",
            },
            model: run.served_model.clone().unwrap_or_else(|| run.model.clone()),
            usage: run.usage,
            citations: run.citations.clone(),
            run: run.attempt.clone(),
            question: Some(question.clone()),
            cost: cost.map(Money::dollars),
            estimated: run.estimate,
            error: None,
        })
    }

    fn known(&self) -> Result<Known, Error> {
        let (mut standing, mut tips) = (BTreeMap::new(), BTreeMap::new());
        for branch in fork::branches(&self.store)? {
            tips.insert(branch.tip, branch.name.clone());
            for (id, _) in fork::conversation(&self.store, branch.tip)? {
                standing.entry(id).or_insert_with(|| branch.name.clone());
            }
        }
        Ok(Known { standing, tips, runs: self.store.runs()? })
    }
}

impl Known {
    /// Answers to a question, as this draft would ask it, that stand on a branch and would not become longer.
    fn answers(&self, question: Digest, draft: &Draft) -> Vec<(Digest, String, RunRecord)> {
        let is_enough = |run: &&RunRecord| {
            matches!(run.state, RunState::Complete | RunState::Refused) || is_long_enough(run, draft)
        };
        let runs = self.runs.iter().filter(|run| is_like(run, question, draft)).filter(is_enough);
        runs.filter_map(|run| Some((run.answer?, self.standing.get(&run.answer?)?.clone(), run.clone()))).collect()
    }

    /// The batches in which it waits for an answer.
    fn waiting(&self, question: Digest, draft: &Draft) -> Vec<String> {
        let runs = self.runs.iter().filter(|run| run.is_waiting() && is_like(run, question, draft));
        runs.filter_map(|run| Some(run.batch.as_ref()?.id.clone())).collect()
    }

    /// Broken-off answers to it that are tips, with their branches.
    fn broken(&self, question: Digest, draft: &Draft) -> Vec<(Digest, String)> {
        let is_broken = |run: &RunRecord| run.state == RunState::Truncated && !is_long_enough(run, draft);
        let runs = self.runs.iter().filter(|run| is_broken(run) && is_like(run, question, draft));
        let mut broken: Vec<_> =
            runs.filter_map(|run| Some((run.answer?, self.tips.get(&run.answer?)?.clone()))).collect();
        broken.dedup();
        broken
    }
}

/// Whether a branch is called so, or so with a number.
fn is_numbered(branch: &str, wanted: &str) -> bool {
    let Some(rest) = branch.strip_prefix(wanted) else { return false };
    let number = rest.strip_prefix('-').unwrap_or_default();
    rest.is_empty() || (!number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Whether a limit ended an answer that is no lower than the one that would end another.
fn is_long_enough(run: &RunRecord, draft: &Draft) -> bool {
    let wanted = draft.prompt.max_output.map(u64::from);
    let limit = run.params["max_output"].as_u64();
    run.is_limited() && limit.is_none_or(|limit| wanted.is_some_and(|wanted| wanted <= limit))
}

/// Whether a run asked this question of the same model, told the same before.
fn is_like(run: &RunRecord, question: Digest, draft: &Draft) -> bool {
    let system = draft.prompt.system.as_deref();
    run.question == question && run.model == draft.prompt.model && run.params["system"].as_str() == system
}

impl Lane {
    /// The tokens that all its forks share, as people see them.
    pub fn told(&self) -> String {
        let number = if self.tokenizer.scale().is_some() { "~" } else { "" };
        format!("{number}{}", self.n_shared)
    }

    /// The lane as it is for so many questions: without a rule where a cache brings nothing.
    fn warmed(mut self, n_forks: usize) -> Self {
        let Some(rule) = self.rule.filter(|rule| n_forks > 1 && rule.minimum <= self.n_shared) else {
            self.rule = None;
            return self;
        };
        let loads = vec![self.load(0, "?"); n_forks];
        // Where nothing is paid, what is read once need not be read again.
        let pays = Estimate::of(&self.model, &loads).is_none_or(|estimate| estimate.planned < estimate.uncached);
        self.rule = Some(rule).filter(|_| pays);
        self
    }

    /// The lane as a batch asks it: at its prices, and nobody can warm it.
    fn batched(mut self, n_forks: usize) -> Result<Self, Error> {
        batch::check(self.draft.protocol)?;
        self.rule = self.rule.filter(|rule| n_forks > 1 && rule.minimum <= self.n_shared);
        self.model = self.model.in_batch();
        Ok(self)
    }

    fn load(&self, lane: usize, question: &str) -> Load {
        let n_own = self.tokenizer.told(count(self.draft.encoding, question)).tokens;
        let counts = [self.n_shared + n_own, self.n_shared].map(|tokens| u64::from(tokens.0));
        estimate::load(lane, &self.model, self.rule.as_ref(), counts, self.draft.prompt.max_output)
    }
}

impl FanPlan {
    /// The schedule of what is to be asked.
    pub(super) fn schedule(&self) -> Schedule {
        let mut servers = Vec::new();
        let lanes = self.lanes.iter().map(|lane| {
            let origin = lane.draft.endpoint.base_url.origin();
            let server = servers.iter().position(|own| *own == origin).unwrap_or_else(|| {
                servers.push(origin);
                servers.len() - 1
            });
            LaneRule { server, rule: lane.rule, may_refresh: lane.draft.protocol.name == "anthropic" }
        });
        let lanes = lanes.collect();
        let loads = self.forks.iter().map(|fork| fork.load).collect();
        let usual = self.lanes.iter().map(|lane| lane.draft.endpoint.host.at_once()).max().unwrap_or(1);
        Schedule::new(lanes, loads, self.bounds.most_at_once.unwrap_or(usual), self.bounds.most_cost)
    }

    /// What the forks of a lane will cost; none where its prices are unknown.
    pub fn estimate(&self, lane: usize) -> Option<Estimate> {
        let loads: Vec<Load> = self.forks.iter().map(|fork| fork.load).filter(|load| load.lane == lane).collect();
        Estimate::of(&self.lanes[lane].model, &loads)
    }

    /// Refuses what would cost more than it may even as planned, or what nobody can price.
    ///
    /// A batch goes out as a whole: there it is the most that it can cost.
    pub fn check_cost(&self) -> Result<(), Error> {
        let Some(most) = self.bounds.most_cost else { return Ok(()) };
        if self.is_batch && self.forks.iter().any(|fork| !fork.load.is_bounded) {
            return Err(Error::Unbounded);
        }
        let mut needed = Money::default();
        for (number, lane) in self.lanes.iter().enumerate() {
            let estimate =
                self.estimate(number).ok_or_else(|| Error::NoPrice { model: lane.draft.prompt.model.clone() })?;
            needed = needed + if self.is_batch { estimate.most() } else { estimate.planned };
        }
        let what = if self.is_batch { "the batch may cost" } else { "the questions alone cost" };
        if needed > most { Err(Error::TooDear { what, needed, most }) } else { Ok(()) }
    }

    /// How long the answer to the first fork may be, so that it cannot cost more than is allowed.
    pub fn longest_answer(&self) -> Tokens {
        let most = self.forks.first().zip(self.bounds.most_cost).and_then(|(fork, most)| {
            let lane = &self.lanes[fork.lane];
            let price = lane.model.prices_at(fork.load.n_tokens).output.filter(|price| price.millionths() > 0)?;
            u32::try_from((most - fork.load.cold).0 / price.millionths()).ok()
        });
        let wanted =
            self.lanes.first().and_then(|lane| lane.draft.prompt.max_output.or(lane.model.max_output.map(|t| t.0)));
        Tokens(most.unwrap_or(u32::MAX).min(wanted.unwrap_or(u32::MAX)).max(1))
    }

    /// The fork made ready to be sent.
    pub fn draft(&self, fork: &Fork) -> Draft {
        self.lanes[fork.lane].draft.asking(&fork.question, &fork.branch, fork.seen)
    }

    /// The `forkful.fan_out/1` value.
    pub fn shape(&self) -> Value {
        let model = |lane: usize| self.lanes[lane].draft.prompt.model.as_str();
        let fork = |fork: &Fork| json!({ "branch": fork.branch, "model": model(fork.lane), "question": fork.question, "tokens": fork.load.n_tokens });
        let answered = |one: &Standing| json!({ "branch": one.branch, "model": model(one.lane), "question": one.question, "message": one.message });
        let lane = |(number, lane): (usize, &Lane)| {
            let mut value = json!({
                "model": model(number), "base_url": lane.draft.endpoint.base_url.to_string(),
                "protocol": lane.draft.protocol.name, "shared_tokens": lane.n_shared.0,
                "exact": lane.tokenizer.scale().is_none(), "warms": lane.rule.is_some() && !self.is_batch,
            });
            if self.is_batch {
                value["batch"] = true.into();
            }
            if let Some(Estimate { uncached, at_once, planned, answers }) = self.estimate(number) {
                let [uncached, at_once, planned, answers] = [uncached, at_once, planned, answers].map(Money::dollars);
                value["cost"] =
                    json!({ "uncached": uncached, "at_once": at_once, "planned": planned, "answers": answers });
            }
            value
        };
        json!({
            "schema": "forkful.fan_out/1",
            "models": self.lanes.iter().enumerate().map(lane).collect::<Vec<_>>(),
            "forks": self.forks.iter().map(fork).collect::<Vec<_>>(),
            "answered": self.answered.iter().map(answered).collect::<Vec<_>>(),
            "waiting": self.waiting.len(),
        })
    }
}
