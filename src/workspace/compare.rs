//! `compare`: answers beside each other, to one question or to several.

use serde_json::{Value, json};

use super::cost::priced;
use super::diff::spoken;
use super::{Error, Workspace};
use crate::catalog::{Catalog, Money};
use crate::content::{Digest, Usage};
use crate::fork::{self, Place};

/// Answers to be read beside each other.
#[derive(Debug, Clone, PartialEq)]
pub struct Compared {
    /// The question, where all of them answer the same one.
    pub question: Option<String>,
    /// The answers, in the order in which they were named.
    pub answers: Vec<ComparedAnswer>,
}

/// One of them.
#[derive(Debug, Clone, PartialEq)]
pub struct ComparedAnswer {
    /// The branch, or the id where no branch stands there.
    pub name: String,
    /// The answer's message.
    pub message: Digest,
    /// Its question.
    pub question: String,
    /// Its words.
    pub text: String,
    /// The model that gave it, if a call of this store did.
    pub model: Option<String>,
    /// What that call used.
    pub usage: Usage,
    /// What it cost, where that is known.
    pub cost: Option<Money>,
}

impl Workspace {
    /// The last answers of several addresses; of one address all answers to its last question.
    pub fn compare(&self, addresses: &[String], catalog: &Catalog) -> Result<Compared, Error> {
        let mut tips = Vec::new();
        for address in addresses {
            let place = fork::resolve(&self.store, address)?;
            if let Place::Bundle { .. } = place {
                return Err(Error::NoAnswer { address: address.clone() });
            }
            let name = match &place {
                Place::Branch(branch) => branch.name.clone(),
                _ => address.clone(),
            };
            tips.push((name, place.id(), address));
        }
        if let [(_, tip, address)] = tips.as_slice() {
            let turns = fork::turns(&self.store, *tip)?;
            let last = turns.last().ok_or_else(|| Error::NoAnswer { address: (*address).clone() })?;
            let mut found = Vec::new();
            for answer in self.store.followers(last.question)? {
                let name = fork::branches_at(&self.store, answer)?.into_iter().next().map(|branch| branch.name);
                found.push((name.unwrap_or_else(|| answer.short()), answer, *address));
            }
            found.sort();
            tips = found;
        }
        let mut answers = Vec::new();
        for (name, tip, address) in tips {
            let turns = spoken(&fork::conversation(&self.store, tip)?);
            let none = || Error::NoAnswer { address: address.clone() };
            let (question, turn) = turns.into_iter().next_back().ok_or_else(none)?;
            let text = turn.answer.ok_or_else(none)?;
            let run = self.store.runs_of_answer(tip)?.pop();
            let usage = run.as_ref().map(|run| run.usage).unwrap_or_default();
            let cost = run.as_ref().and_then(|run| {
                let model = run.served_model.as_ref().unwrap_or(&run.model);
                priced(&catalog.find(model).model, run)
            });
            let model = run.map(|run| run.served_model.unwrap_or(run.model));
            answers.push(ComparedAnswer { name, message: tip, question, text, model, usage, cost });
        }
        let first = answers.first().map(|answer| answer.question.clone());
        let question = first.filter(|first| answers.iter().all(|answer| answer.question == *first));
        Ok(Compared { question, answers })
    }
}

impl Compared {
    /// The `forkful.compare/1` value.
    pub fn shape(&self) -> Value {
        let answer = |answer: &ComparedAnswer| {
            let mut value = json!({
                "name": answer.name, "message": answer.message, "question": answer.question, "text": answer.text,
                "usage": answer.usage,
            });
            if let Some(model) = &answer.model {
                value["model"] = json!(model);
            }
            if let Some(cost) = answer.cost {
                value["cost"] = json!(cost.dollars());
            }
            value
        };
        let mut value = json!({
            "schema": "forkful.compare/1", "answers": self.answers.iter().map(answer).collect::<Vec<_>>(),
        });
        if let Some(question) = &self.question {
            value["question"] = json!(question);
        }
        value
    }
}
