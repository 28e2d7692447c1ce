//! `resume`: what questions left behind whose process died.
//!
//! A run that still streams and that no living process holds was left: by `kill -9`, a crash, a power
//! cut. Words that had come become a truncated answer on its branch, as with any cut. The question of
//! a run without a word can be made ready again as it was, and stays left until it is given up.

use super::draft::{Site, Wishes};
use super::{Act, Draft, Error, Workspace};
use crate::content::{Digest, Message, Role};
use crate::fork;
use crate::send::endpoint::Environment;
use crate::store::record::{RunRecord, RunState};
use crate::tokens::Tokens;

/// What became of a run that was left behind.
#[derive(Debug, Clone, PartialEq)]
pub enum Resumed {
    /// Words had come: they are a truncated answer.
    Kept {
        /// The call.
        run: Box<RunRecord>,
        /// The branch that has it.
        branch: String,
        /// The answer's message.
        message: Digest,
    },
    /// Nothing had come: the question can be asked again.
    Empty(Box<RunRecord>),
}

impl Workspace {
    /// Closes every run that was left behind with words, in the order in which they were begun, and tells the others.
    pub fn resume(&self, act: &Act) -> Result<Vec<Resumed>, Error> {
        let runs = self.store.calls()?;
        let is_left = |run: &RunRecord| run.state == RunState::Streaming && !run.is_waiting();
        let left = runs.into_iter().filter(|run| is_left(run) && !self.store.is_held(&run.attempt));
        left.map(|run| self.close(run, act)).collect()
    }

    /// How many runs were left behind.
    pub fn n_left(&self) -> Result<usize, Error> {
        let attempts = self.store.unended()?;
        Ok(attempts.iter().filter(|attempt| !self.store.is_held(attempt)).count())
    }

    /// Makes the question of a run ready again, as it was asked.
    pub fn draft_again(&self, run: &RunRecord, environment: &Environment) -> Result<Draft, Error> {
        let question = self.store.message(run.question)?.message.spoken();
        let there = fork::branch(&self.store, &run.branch).is_ok();
        let site = Site { parent: run.parent, branch: run.branch.clone(), seen: there.then_some(run.parent) };
        self.draft_from(site, &question, &wishes(run), Some(run.clone()), environment)
    }

    /// Closes a run without a word: its question was asked again, or is not to be.
    pub fn give_up(&self, run: &RunRecord, act: &Act) -> Result<(), Error> {
        let error = Some("interrupted before the first word".to_owned());
        let run = RunRecord { state: RunState::Error, error, ended: Some(act.time), ..run.clone() };
        Ok(self.store.save_run(&run)?)
    }

    fn close(&self, mut run: RunRecord, act: &Act) -> Result<Resumed, Error> {
        let Some(words) = run.partial.take() else {
            return Ok(Resumed::Empty(Box::new(run)));
        };
        run.ended = Some(act.time);
        let objects = fork::following(run.question, &[Message::text(Role::Assistant, words)])?;
        let message = objects[0].id();
        run.state = RunState::Truncated;
        run.answer = Some(message);
        let seen = fork::branch(&self.store, &run.branch).is_ok().then_some(run.parent);
        let entry = act.entry(format!("resume on {}", run.branch));
        let branch = self.land(&run.branch, seen, message, objects, vec![run.clone()], entry)?;
        Ok(Resumed::Kept { run: Box::new(run), branch, message })
    }
}

/// How a run was asked, as far as runs remember.
fn wishes(run: &RunRecord) -> Wishes {
    let params = &run.params;
    let tokens = params["max_output"].as_u64().and_then(|tokens| u32::try_from(tokens).ok());
    Wishes {
        model: None,
        provider: None,
        protocol: None,
        base_url: None,
        system: Some(params["system"].as_str().unwrap_or_default().to_owned()),
        max_output: tokens.map(Tokens),
        temperature: params["temperature"].as_f64().and_then(|degree| degree.to_string().parse().ok()),
        reasoning: params["reasoning"].as_str().and_then(|effort| effort.parse().ok()),
        extra: params["extra"].as_object().cloned().unwrap_or_default(),
        headers: Vec::new(),
        citations: params["citations"] == true,
        stream: params["stream"].as_bool().unwrap_or(true),
    }
}
