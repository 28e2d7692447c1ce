//! `replay`: the questions of a branch asked again on another bundle, and how far the answers drift.
//!
//! The answers come turn by turn onto a branch of their own, which is all that is remembered: a
//! replay that broke off goes on where that branch ends, and a finished one only reports.

use serde_json::{Value, json};

use super::diff::{TurnText, spoken};
use super::words::sameness;
use super::{Act, Ask, Carried, Draft, Error, Open, Workspace};
use crate::content::{Digest, line};
use crate::fork::{self, Branch, Place, Status};
use crate::send::endpoint::Environment;
use crate::store::{BRANCHES, Change};

/// A replay as far as it has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replay {
    /// The branch whose questions are asked again.
    pub source: Branch,
    /// The bundle they are asked on.
    pub bundle: Digest,
    /// The branch that has the new answers.
    pub branch: String,
    /// Where that branch stands; absent when it is to be made.
    pub seen: Option<Digest>,
    /// Turns, with the old answers and the new ones as far as they came.
    pub turns: Vec<ReplayTurn>,
}

/// One question, asked twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplayTurn {
    /// The question.
    pub question: String,
    /// The turn as it was.
    pub old: TurnText,
    /// The turn on the other bundle, with an answer that is whole.
    pub new: Option<TurnText>,
}

impl Workspace {
    /// The replay of a branch onto a bundle, on a branch of this name or of a name made of both.
    pub fn replay(&self, branch: &str, onto: &str, name: Option<&str>) -> Result<Replay, Error> {
        let source = self.only_branch(branch)?;
        let Place::Bundle { name: bundle_name, id: bundle } = fork::resolve(&self.store, onto)? else {
            return Err(Error::NotABundleHere { address: onto.to_owned() });
        };
        let old = spoken(&fork::conversation(&self.store, source.tip)?);
        if old.is_empty() {
            return Err(fork::Error::NoQuestion { address: branch.to_owned() }.into());
        }
        let made = || format!("{}-{}", source.name, bundle_name.clone().unwrap_or_else(|| bundle.short()));
        let branch = name.map_or_else(made, str::to_owned);
        let (seen, new) = match self.store.pointer(&format!("{BRANCHES}{branch}"))? {
            None => {
                fork::check_free(&self.store, BRANCHES, &branch)?;
                (None, Vec::new())
            }
            Some(tip) => {
                let (under, messages) = fork::chain(&self.store, tip)?;
                let new = spoken(&messages);
                let goes_on = old.iter().zip(&new).all(|(old, new)| old.0 == new.0) && new.len() <= old.len();
                if under != bundle || !goes_on {
                    return Err(fork::Error::Taken { name: branch.clone(), by: format!("{BRANCHES}{branch}") }.into());
                }
                (Some(tip), new)
            }
        };
        let mut turns = Vec::new();
        for (place, (question, old)) in old.into_iter().enumerate() {
            let new = new.get(place).map(|(_, turn)| turn.clone());
            let is_whole = match &new {
                Some(turn) if turn.answer.is_some() => {
                    !matches!(fork::status(&self.store, turn.end)?, Status::Truncated | Status::Failed)
                }
                _ => false,
            };
            turns.push(ReplayTurn { question, old, new: new.filter(|_| is_whole) });
        }
        Ok(Replay { source, bundle, branch, seen, turns })
    }

    /// The next question made ready; none when all are answered. `ask` says everything but where and what.
    pub fn draft_next(&self, replay: &Replay, ask: Ask, environment: &Environment) -> Result<Option<Draft>, Error> {
        let Some(next) = replay.turns.iter().find(|turn| turn.new.is_none()) else { return Ok(None) };
        let ask = Ask { question: next.question.clone(), like: Some(next.old.end), ..ask };
        let n_there = match replay.seen {
            Some(tip) => fork::turns(&self.store, tip)?.len(),
            None => 0,
        };
        let n_whole = replay.turns.iter().take_while(|turn| turn.new.is_some()).count();
        if let Some(tip) = replay.seen
            && n_there > n_whole
        {
            // The last answer broke off, or never came.
            let question = fork::turns(&self.store, tip)?[n_whole].question;
            let open = Open { question, branch: replay.branch.clone(), seen: Some(tip), like: None };
            return Ok(Some(self.draft_open(&open, ask, environment)?));
        }
        let ask = match replay.seen {
            Some(_) => Ask { address: replay.branch.clone(), new_branch: None, ..ask },
            None => Ask { address: replay.bundle.to_string(), new_branch: Some(replay.branch.clone()), ..ask },
        };
        Ok(Some(self.draft(&ask, environment)?))
    }

    /// Takes the old answers over as they are, marked as stale, from where the replay stands.
    pub fn carry_over(&self, replay: &Replay, act: &Act) -> Result<Carried, Error> {
        let n_whole = replay.turns.iter().take_while(|turn| turn.new.is_some()).count();
        let messages = fork::conversation(&self.store, replay.source.tip)?;
        let turns = fork::turns(&self.store, replay.source.tip)?;
        let parent = match replay.seen {
            None => replay.bundle,
            Some(_) if n_whole == 0 => replay.bundle,
            Some(tip) => fork::turns(&self.store, tip)?[n_whole - 1].end(),
        };
        let Some(first) = turns.get(n_whole) else {
            return Err(Error::NothingBeyond { branch: replay.source.name.clone(), onto: replay.branch.clone() });
        };
        let start = messages.iter().position(|(id, _)| *id == first.question).unwrap_or(0);
        let change = Change::new(act.entry(format!("replay {} on {}", replay.source.name, replay.branch)));
        self.carry(&messages[start..], &replay.branch, replay.seen, parent, change)
    }
}

impl ReplayTurn {
    /// How much of the answers is the same, in percent; none where one is missing.
    pub fn same_percent(&self) -> Option<u32> {
        let (old, new) = (self.old.answer.as_deref()?, self.new.as_ref()?.answer.as_deref()?);
        Some(sameness(old.trim(), new.trim()))
    }
}

impl Replay {
    /// Turns that have a new answer.
    pub fn n_done(&self) -> usize {
        self.turns.iter().filter(|turn| turn.new.is_some()).count()
    }

    /// The drift as a table, a line a question.
    pub fn table(&self) -> String {
        let mut out = String::new();
        for turn in &self.turns {
            let drift = match (turn.same_percent(), &turn.new) {
                (Some(100), _) => "same        ".to_owned(),
                (Some(percent), _) => format!("{percent:>3}% same   "),
                (None, None) => "not asked   ".to_owned(),
                (None, Some(_)) => "first answer".to_owned(),
            };
            out += &format!("{drift}  {}\n", line(&turn.question));
        }
        out
    }

    /// The `forkful.replay/1` value.
    pub fn shape(&self) -> Value {
        let turn = |turn: &ReplayTurn| {
            let mut value = json!({"question": turn.question, "old": turn.old.end});
            if let Some(new) = &turn.new {
                value["new"] = json!(new.end);
            }
            if let Some(percent) = turn.same_percent() {
                value["same_percent"] = json!(percent);
            }
            value
        };
        json!({
            "schema": "forkful.replay/1", "branch": self.branch, "source": self.source.name, "bundle": self.bundle,
            "complete": self.n_done() == self.turns.len(), "turns": self.turns.iter().map(turn).collect::<Vec<_>>(),
        })
    }
}
