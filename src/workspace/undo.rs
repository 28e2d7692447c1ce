//! `undo`: the newest operation taken back.

use super::{Act, Error, Workspace};
use crate::fork;
use crate::store::record::OperationRecord;

impl Workspace {
    /// Takes back the newest operation that stands, as an operation of its own.
    pub fn undo(&self, act: &Act) -> Result<OperationRecord, Error> {
        Ok(fork::undo(&self.store, act.time, act.command.clone())?)
    }
}
