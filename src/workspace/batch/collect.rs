//! The answers of a batch onto their branches, each once.

use std::collections::BTreeMap;
use std::future::Future;
use std::time::Duration;

use super::{Batch, Outlook, lock};
use crate::catalog::{Catalog, Money};
use crate::content::{Digest, Timestamp, Usage};
use crate::fork;
use crate::net::Transport;
use crate::send::batch::{Line, Progress, Server, State};
use crate::send::{Ending, Outcome};
use crate::store::Change;
use crate::store::record::{BatchRecord, RunRecord, RunState};
use crate::workspace::ask::{closed, message};
use crate::workspace::cost::priced;
use crate::workspace::{Act, Error, Workspace, shape};

/// One answer that was collected, or the word that there will be none.
#[derive(Debug)]
pub struct Collected {
    /// The branch that has the answer, or was to have it.
    pub branch: String,
    /// The question.
    pub question: String,
    /// The call.
    pub run: RunRecord,
    /// The answer's message.
    pub message: Option<Digest>,
    /// The answer's words.
    pub text: String,
    /// Why there is no whole answer.
    pub error: Option<String>,
    /// What it cost, where that is known.
    pub cost: Option<Money>,
    /// What it would have cost by itself, without a cache.
    pub alone: Option<Money>,
}

/// What came of collecting a batch.
#[derive(Debug)]
pub enum Harvest {
    /// It is not over yet.
    Early(Outlook),
    /// Nothing was left to collect.
    Empty,
    /// All of it is here.
    Whole,
    /// Some lines are still to be read: the server had fewer than it says, or broke off.
    Torn(Option<Error>),
}

impl Workspace {
    /// Writes every answer of a batch that has ended onto its branch, each in one transaction with its run.
    pub async fn collect<T, S, W>(
        &self,
        batch: &mut Batch,
        catalog: &Catalog,
        act: &Act,
        server: &Server<'_, T, S>,
        mut tell: impl FnMut(Collected),
        now: impl Fn() -> Timestamp,
    ) -> Result<Harvest, Error>
    where
        T: Transport,
        S: Fn(Duration) -> W,
        W: Future<Output = ()>,
    {
        let progress = match self.look(batch, server, now()).await? {
            Outlook::Told(progress) if matches!(progress.state, State::Ended | State::Refused) => progress,
            outlook => return Ok(Harvest::Early(outlook)),
        };
        let _hold = self.store.hold(&lock(&batch.id))?;
        // Another process may have collected it while this one asked.
        *batch = self.batch(&batch.id)?;
        let waiting = batch.runs.iter().filter(|run| run.is_waiting());
        let mut waiting: BTreeMap<String, RunRecord> = waiting.map(|run| (run.attempt.clone(), run.clone())).collect();
        if waiting.is_empty() {
            return Ok(Harvest::Empty);
        }
        let mut broken = None;
        let mut take = |line: Line| match waiting.remove(&line.name) {
            // A line of a question that is answered, or nobody's.
            None => true,
            Some(run) => match self.take_line(run, line, catalog, act, now()) {
                Ok(collected) => {
                    tell(collected);
                    true
                }
                Err(error) => {
                    broken = Some(error);
                    false
                }
            },
        };
        let read = server.lines(&progress, &mut take).await;
        if let Some(error) = broken {
            return Err(error);
        }
        let n_lines = match read {
            Ok(n_lines) => n_lines,
            Err(error) => return Ok(Harvest::Torn(Some(error.into()))),
        };
        if n_lines < progress.n_lines() {
            return Ok(Harvest::Torn(None));
        }
        let why = unanswered(&progress, server.endpoint.base_url.origin());
        for run in waiting.into_values() {
            let ended = Some(now());
            let run = RunRecord { state: RunState::Error, error: Some(why.clone()), ended, ..run };
            self.store.save_run(&run)?;
            tell(self.collected(run, None, String::new(), catalog)?);
        }
        Ok(Harvest::Whole)
    }

    /// Writes down what one line says.
    fn take_line(
        &self,
        run: RunRecord,
        line: Line,
        catalog: &Catalog,
        act: &Act,
        now: Timestamp,
    ) -> Result<Collected, Error> {
        let outcome = match line.told {
            Ok(outcome) => outcome,
            Err(error) => {
                let error = Some(error.to_string());
                let run = RunRecord { state: RunState::Error, error, ended: Some(now), ..run };
                self.store.save_run(&run)?;
                return self.collected(run, None, String::new(), catalog);
            }
        };
        let mut run = closed(run, &outcome, now);
        run.citations = self.cited(run.parent, &outcome.citations).unwrap_or_default();
        let Some(answer) = message(&outcome, &run.protocol, &run.model) else {
            run.error = run.error.or_else(|| Some("not a word came".to_owned()));
            self.store.save_run(&run)?;
            return self.collected(run, None, String::new(), catalog);
        };
        let objects = fork::following(run.question, &[answer])?;
        let tip = objects[0].id();
        run.answer = Some(tip);
        let seen = match &run.batch {
            Some(BatchRecord { replaces: Some(tip), .. }) => Some(*tip),
            _ => None,
        };
        let entry = act.entry(format!("collect {}", run.branch));
        let change = Change { objects, runs: vec![run.clone()], ..Change::new(entry) };
        let branch = self.land_beside(&run.branch, seen, tip, change)?;
        let run = RunRecord { branch, ..run };
        self.collected(run, Some(tip), said(&outcome), catalog)
    }

    fn collected(
        &self,
        run: RunRecord,
        message: Option<Digest>,
        text: String,
        catalog: &Catalog,
    ) -> Result<Collected, Error> {
        let question = self.store.message(run.question)?.message.spoken();
        let model = catalog.find(&run.model).model;
        let (cost, alone) = if run.usage == Usage::default() {
            (None, None)
        } else {
            (priced(&model, &run), model.uncached(&run.billed()))
        };
        let error = run.error.clone();
        Ok(Collected { branch: run.branch.clone(), question, message, text, error, cost, alone, run })
    }
}

impl Collected {
    /// The word of `forkful.ask/1`.
    pub fn status(&self) -> &'static str {
        match self.run.state {
            RunState::Complete => "complete",
            RunState::Truncated => "truncated",
            RunState::Refused => "refused",
            RunState::Error | RunState::Streaming => "error",
        }
    }

    /// The `forkful.ask/1` value.
    pub fn shape(&self) -> shape::Ask {
        let run = &self.run;
        shape::Ask {
            schema: "forkful.ask/1",
            branch: self.branch.clone(),
            message: self.message,
            text: self.text.clone(),
            status: self.status(),
            model: run.served_model.clone().unwrap_or_else(|| run.model.clone()),
            usage: run.usage,
            citations: run.citations.clone(),
            run: run.attempt.clone(),
            question: Some(self.question.clone()),
            cost: self.cost.map(Money::dollars),
            estimated: run.estimate,
            error: self.error.clone(),
        }
    }
}

/// Why a question has no line.
fn unanswered(progress: &Progress, origin: String) -> String {
    let refusal = progress.refusal(origin).map(|error| error.to_string());
    refusal.unwrap_or_else(|| "the batch ended without a word on it".to_owned())
}

fn said(outcome: &Outcome) -> String {
    let is_silent = outcome.text.is_empty() || matches!(outcome.ending, Ending::Refused);
    if is_silent && !outcome.refusal.is_empty() { outcome.refusal.clone() } else { outcome.text.clone() }
}
