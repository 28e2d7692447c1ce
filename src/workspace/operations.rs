//! `undo`, `redo` and `operations`: the journal read and walked.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use super::{Act, Error, Workspace};
use crate::fork;
use crate::store::record::OperationRecord;

/// One entry of the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedOperation {
    /// What it did.
    pub record: OperationRecord,
    /// Whether a later one took it back.
    pub is_undone: bool,
}

impl Workspace {
    /// Takes back the newest operations that stand, each as an operation of its own.
    pub fn undo(&self, steps: usize, act: &Act) -> Result<Vec<OperationRecord>, Error> {
        repeat(steps, || fork::undo(&self.store, act.time, act.command.clone()))
    }

    /// Takes back the newest undos, if nothing was done since.
    pub fn redo(&self, steps: usize, act: &Act) -> Result<Vec<OperationRecord>, Error> {
        repeat(steps, || fork::redo(&self.store, act.time, act.command.clone()))
    }

    /// Puts everything back as it was once operation `number` was done; none where it is so already.
    pub fn undo_to(&self, number: u64, act: &Act) -> Result<Option<OperationRecord>, Error> {
        Ok(fork::undo_to(&self.store, number, act.time, act.command.clone())?)
    }

    /// The journal, newest first, at most so many entries, of each the first moves; and how many there are.
    /// With a number it is read as it stood once that operation was done.
    pub fn operations(&self, most: usize, at: Option<u64>) -> Result<(Vec<ListedOperation>, u64), Error> {
        let mut listed = Vec::new();
        let mut n_all = 0;
        let mut taken_back = BTreeSet::new();
        let take = |record: OperationRecord| {
            n_all = n_all.max(record.number);
            if listed.len() == most {
                return Ok(ControlFlow::Break(()));
            }
            let is_undone = taken_back.remove(&record.number);
            if !is_undone {
                taken_back.extend(record.undoes);
            }
            listed.push(ListedOperation { record, is_undone });
            Ok(ControlFlow::Continue(()))
        };
        match at {
            None => self.store.walk_heads(take)?,
            Some(number) => self.store.walk_heads_from(number, take)?,
        }
        Ok((listed, n_all))
    }

    /// An entry of the journal with all its moves.
    pub fn whole(&self, mut listed: ListedOperation) -> Result<ListedOperation, Error> {
        self.store.complete(&mut listed.record)?;
        Ok(listed)
    }
}

/// Steps as far as they go: the first must, the others may find nothing left.
fn repeat(
    steps: usize,
    step: impl Fn() -> Result<OperationRecord, fork::Error>,
) -> Result<Vec<OperationRecord>, Error> {
    let mut done = Vec::new();
    for _ in 0..steps {
        match step() {
            Ok(operation) => done.push(operation),
            Err(fork::Error::NothingToUndo | fork::Error::NothingToRedo) if !done.is_empty() => break,
            Err(error) => return Err(error.into()),
        }
    }
    Ok(done)
}
