//! `pick` and `graft`: turns that were said elsewhere, brought here.
//!
//! A copy says the same after something else, so it is another message; a remark on it names the
//! message it was taken from, as `stale` where that one stands on another bundle.

use super::{Act, Error, Workspace};
use crate::content::{Digest, Message, Role};
use crate::fork::{self, Branch, Place};
use crate::store::record::{MessageRecord, RemarkMove};
use crate::store::{BRANCHES, Change, Object, topic};

/// Turns that were brought to a branch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Carried {
    /// The branch that has them.
    pub branch: String,
    /// Its tip.
    pub tip: Digest,
    /// How many turns came.
    pub n_turns: usize,
}

/// Messages after other ones than they were said after.
pub(super) struct Copies {
    pub(super) objects: Vec<Object>,
    pub(super) remarks: Vec<RemarkMove>,
    pub(super) tip: Digest,
}

impl Workspace {
    /// Appends a copy of the turn at an address to a branch.
    pub fn pick(&self, address: &str, onto: &str, act: &Act) -> Result<Carried, Error> {
        let id = self.message_at(address)?;
        let branch = self.only_branch(onto)?;
        let messages = fork::conversation(&self.store, id)?;
        let question = fork::turns(&self.store, id)?.last().map_or(id, |turn| turn.question);
        let start = messages.iter().position(|(id, _)| *id == question).unwrap_or(0);
        let change = Change::new(act.entry(format!("pick {} onto {onto}", id.short())));
        self.carry(&messages[start..], &branch.name, Some(branch.tip), branch.tip, change)
    }

    /// Appends copies of the turns that a branch has beyond the place `onto`; where that is no branch,
    /// one is made there.
    pub fn graft(&self, branch: &str, onto: &str, name: Option<&str>, act: &Act) -> Result<Carried, Error> {
        let theirs = self.only_branch(branch)?;
        let place = fork::resolve(&self.store, onto)?;
        let (their_bundle, messages) = fork::chain(&self.store, theirs.tip)?;
        let (our_bundle, ours) = fork::chain(&self.store, place.id())?;
        let mut n_common = 0;
        if their_bundle == our_bundle {
            n_common = messages.iter().zip(&ours).take_while(|(left, right)| left.0 == right.0).count();
        }
        // A turn is brought whole: one that parts in its answer comes with its question.
        while n_common > 0 && n_common < messages.len() && messages[n_common].1.message.role != Role::User {
            n_common -= 1;
        }
        let beyond = &messages[n_common..];
        if beyond.is_empty() {
            return Err(Error::NothingBeyond { branch: branch.to_owned(), onto: onto.to_owned() });
        }
        let (target, seen) = match (&place, name) {
            (Place::Branch(own), None) => (own.name.clone(), Some(own.tip)),
            (_, Some(name)) => {
                fork::check_free(&self.store, BRANCHES, name)?;
                (name.to_owned(), None)
            }
            (_, None) => (fork::free_name(&self.store, branch)?, None),
        };
        let change = Change::new(act.entry(format!("graft {branch} onto {onto}")));
        self.carry(beyond, &target, seen, place.id(), change)
    }

    /// Copies messages after `parent` and lands them on a branch.
    pub(super) fn carry(
        &self,
        messages: &[(Digest, MessageRecord)],
        branch: &str,
        seen: Option<Digest>,
        parent: Digest,
        mut change: Change,
    ) -> Result<Carried, Error> {
        let copies = self.copies(messages, parent)?;
        let n_turns = messages.iter().filter(|(_, record)| record.message.role == Role::User).count().max(1);
        change.objects = copies.objects;
        change.remarks = copies.remarks;
        let branch = self.land_change(branch, seen, copies.tip, change)?;
        Ok(Carried { branch, tip: copies.tip, n_turns })
    }

    fn copies(&self, messages: &[(Digest, MessageRecord)], parent: Digest) -> Result<Copies, Error> {
        let spoken: Vec<Message> = messages.iter().map(|(_, record)| record.message.clone()).collect();
        let objects = fork::following(parent, &spoken)?;
        let bundle = fork::bundle_of(&self.store, parent)?;
        let mut remarks = Vec::new();
        for ((original, record), copy) in messages.iter().zip(&objects) {
            let is_said = record.message.role != Role::User;
            if is_said && *original != copy.id() {
                let is_elsewhere = fork::bundle_of(&self.store, *original)? != bundle;
                let topic = if is_elsewhere { topic::STALE } else { topic::TAKEN };
                let value = original.to_string();
                remarks.extend(self.store.remarking(&copy.id().to_string(), topic, Some(&value))?);
            }
        }
        let tip = objects.last().map_or(parent, Object::id);
        Ok(Copies { objects, remarks, tip })
    }

    /// The branch of that name, for a verb that can do with nothing else.
    pub(super) fn only_branch(&self, address: &str) -> Result<Branch, Error> {
        match fork::resolve(&self.store, address)? {
            Place::Branch(branch) => Ok(branch),
            _ => Err(Error::NotABranch { address: address.to_owned() }),
        }
    }
}
