//! `edit` and `retry`: siblings of a message, and questions that are answered once more.

use super::{Act, Ask, Draft, Error, Workspace};
use crate::content::{Digest, Message, Role};
use crate::fork::{self, Branch, Place};
use crate::send::endpoint::Environment;
use crate::store::{BRANCHES, Change, topic};

/// A message with another text, stored and not yet on a branch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edited {
    /// The message that was there.
    pub original: Digest,
    /// The message with the new text.
    pub message: Digest,
    /// Whether it is a question, which can be asked.
    pub is_question: bool,
    /// The branch it is to stand on, which is free.
    pub branch: String,
}

/// A stored question that is to be answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Open {
    /// The question.
    pub question: Digest,
    /// The branch that gets the answer.
    pub branch: String,
    /// Where the branch points; absent when it is to be made.
    pub seen: Option<Digest>,
    /// The message whose run says which model to ask if nobody does.
    pub like: Option<Digest>,
}

/// Which branch a new answer goes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Onto<'a> {
    /// A new one, with this name or a free one; a question that waits for its answer gets it where it stands.
    New(Option<&'a str>),
    /// The branch itself, whose last answer is replaced.
    Itself,
}

impl Workspace {
    /// Stores a sibling of the message at an address; [`Workspace::keep_edited`] puts it on its branch.
    pub fn edit(&self, address: &str, text: &str, name: Option<&str>) -> Result<Edited, Error> {
        let original = self.message_at(address)?;
        let record = self.store.message(original)?;
        let is_question = record.message.role == Role::User;
        if text.trim().is_empty() {
            return Err(Error::EmptyText(if is_question { "question" } else { "answer" }));
        }
        if text.trim() == record.message.spoken().trim() {
            return Err(Error::Unchanged { address: address.to_owned() });
        }
        let place = fork::resolve(&self.store, address)?;
        let branch = self.sibling_name(&place, address, name, "edit")?;
        let sibling = fork::following(record.parent, &[Message::text(record.message.role, text.trim())])?;
        let message = sibling[0].id();
        self.store.put(&sibling)?;
        Ok(Edited { original, message, is_question, branch })
    }

    /// Makes the branch whose tip is the edited message; an answer is marked as edited by hand.
    pub fn keep_edited(&self, edited: &Edited, act: &Act) -> Result<Branch, Error> {
        let mut change = Change::new(act.entry(format!("edit {}", edited.original.short())));
        if !edited.is_question {
            let original = edited.original.to_string();
            change.remarks.extend(self.store.remarking(&edited.message.to_string(), topic::EDITED, Some(&original))?);
        }
        let branch = self.land_change(&edited.branch, None, edited.message, change)?;
        Ok(Branch { name: branch, tip: edited.message })
    }

    /// The edited question as one that is to be answered.
    pub fn open_edited(&self, edited: &Edited) -> Result<Open, Error> {
        let like = self.store.followers(edited.original)?.first().copied();
        Ok(Open { question: edited.message, branch: edited.branch.clone(), seen: None, like })
    }

    /// The question of the turn at an address as one that is to be answered, once more or for the first time.
    pub fn retry(&self, address: &str, onto: Onto<'_>) -> Result<Open, Error> {
        let id = self.message_at(address)?;
        let place = fork::resolve(&self.store, address)?;
        let turns = fork::turns(&self.store, id)?;
        let turn = turns.last().ok_or_else(|| Error::NotAMessage { address: address.to_owned() })?;
        if self.store.message(turn.question)?.message.role != Role::User {
            return Err(fork::Error::NoQuestion { address: address.to_owned() }.into());
        }
        let tip = match &place {
            Place::Branch(branch) => Some(branch.clone()),
            _ => fork::branches_at(&self.store, id)?.into_iter().next(),
        };
        let (branch, seen) = match (onto, tip) {
            (Onto::Itself, None) => return Err(Error::NotATip { address: address.to_owned() }),
            (Onto::Itself, Some(branch)) => (branch.name, Some(branch.tip)),
            (Onto::New(None), Some(branch)) if turn.answer.is_none() => (branch.name, Some(branch.tip)),
            (Onto::New(name), _) => (self.sibling_name(&place, address, name, "retry")?, None),
        };
        let answer = match turn.answer {
            Some(answer) => Some(answer),
            None => self.store.followers(turn.question)?.first().copied(),
        };
        Ok(Open { question: turn.question, branch, seen, like: answer })
    }

    /// Another question in the place of an open one.
    pub fn reword(&self, open: Open, text: &str) -> Result<Open, Error> {
        let parent = self.store.message(open.question)?.parent;
        let sibling = fork::following(parent, &[Message::text(Role::User, text.trim())])?;
        let question = sibling[0].id();
        self.store.put(&sibling)?;
        Ok(Open { question, ..open })
    }

    /// Makes an open question ready; `ask` says everything but where and what.
    ///
    /// Without a word on it, model and server are those of the answer there was.
    pub fn draft_open(&self, open: &Open, ask: Ask, environment: &Environment) -> Result<Draft, Error> {
        let record = self.store.message(open.question)?;
        let ask = Ask {
            address: record.parent.to_string(),
            // Where it lands is decided already.
            new_branch: Some(fork::free_name(&self.store, "retry")?),
            question: record.message.spoken(),
            like: open.like.or(ask.like),
            ..ask
        };
        let mut draft = self.draft(&ask, environment)?;
        draft.branch.clone_from(&open.branch);
        draft.seen = open.seen;
        Ok(draft)
    }

    /// The name as given, if it is free; else the branch's own with a number, else `otherwise`.
    pub(super) fn sibling_name(
        &self,
        place: &Place,
        address: &str,
        name: Option<&str>,
        otherwise: &str,
    ) -> Result<String, Error> {
        if let Some(name) = name {
            fork::check_free(&self.store, BRANCHES, name)?;
            return Ok(name.to_owned());
        }
        let word = fork::Address::parse(address)?.word;
        let base = match place {
            Place::Branch(branch) => branch.name.clone(),
            _ => match fork::branch(&self.store, &word) {
                Ok(branch) => branch.name,
                Err(_) => otherwise.to_owned(),
            },
        };
        Ok(fork::free_name(&self.store, &base)?)
    }
}
