//! `record`: a question and the answer that another chat gave.

use super::{Act, Error, Workspace};
use crate::content::{Digest, Message, Role};
use crate::fork::{self, Place};

/// A turn that was added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// The branch that has it.
    pub branch: String,
    /// The answer's message.
    pub message: Digest,
}

impl Workspace {
    /// Appends a question and its answer to `branch`, which is made at `address` if it is not there.
    pub fn record(
        &self,
        branch: &str,
        address: &str,
        question: &str,
        answer: &str,
        act: &Act,
    ) -> Result<Recorded, Error> {
        for (what, text) in [("question", question), ("answer", answer)] {
            if text.trim().is_empty() {
                return Err(Error::EmptyText(what));
            }
        }
        let there = fork::branch(&self.store, branch);
        let (parent, seen) = match there {
            Ok(branch) => (branch.tip, Some(branch.tip)),
            Err(fork::Error::Unknown { .. }) => (fork::resolve(&self.store, address)?.id(), None),
            Err(error) => return Err(error.into()),
        };
        let turn = [Message::text(Role::User, question), Message::text(Role::Assistant, answer)];
        let objects = fork::following(parent, &turn)?;
        let message = objects[1].id();
        let entry = act.entry(format!("record on {branch}"));
        let branch = self.land(branch, seen, message, objects, Vec::new(), entry)?;
        Ok(Recorded { branch, message })
    }

    /// The branch that `record` appends to when none is named: the one at `address`, else `main`.
    pub fn branch_at(&self, address: &str) -> Result<String, Error> {
        match fork::resolve(&self.store, address)? {
            Place::Branch(branch) => Ok(branch.name),
            _ => Ok(fork::free_name(&self.store, "main")?),
        }
    }
}
