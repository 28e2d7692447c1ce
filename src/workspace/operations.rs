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

    /// The journal, newest first, at most so many entries; and how many there are.
    pub fn operations(&self, most: usize) -> Result<(Vec<ListedOperation>, u64), Error> {
        let mut listed = Vec::new();
        let mut n_all = 0;
        let mut taken_back = BTreeSet::new();
        self.store.walk_back(|record| {
            n_all = n_all.max(record.number);
            if listed.len() == most {
                return ControlFlow::Break(());
            }
            let is_undone = taken_back.remove(&record.number);
            if !is_undone {
                taken_back.extend(record.undoes);
            }
            listed.push(ListedOperation { record, is_undone });
            ControlFlow::Continue(())
        })?;
        Ok((listed, n_all))
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
