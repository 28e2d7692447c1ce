//! New messages onto a branch: the one place where verbs move one.

use super::{Error, Workspace};
use crate::content::Digest;
use crate::fork;
use crate::store::record::{Move, RunRecord};
use crate::store::{At, BRANCHES, Change, Entry, Object};

impl Workspace {
    /// Moves or makes a branch over new messages; one that somebody else moved keeps its tip, and the
    /// messages go to a sibling branch, whose name is returned.
    pub(super) fn land(
        &self,
        branch: &str,
        seen: Option<Digest>,
        tip: Digest,
        objects: Vec<Object>,
        runs: Vec<RunRecord>,
        entry: Entry,
    ) -> Result<String, Error> {
        self.land_change(branch, seen, tip, Change { objects, runs, ..Change::new(entry) })
    }

    /// The same with all that the change brings beside the move.
    pub(super) fn land_change(
        &self,
        branch: &str,
        seen: Option<Digest>,
        tip: Digest,
        change: Change,
    ) -> Result<String, Error> {
        self.land_as(branch, seen, tip, change, |pointer| At::Go(pointer.to_owned()))
    }

    /// The same, and `@` stays where it is.
    pub(super) fn land_beside(
        &self,
        branch: &str,
        seen: Option<Digest>,
        tip: Digest,
        change: Change,
    ) -> Result<String, Error> {
        self.land_as(branch, seen, tip, change, |_| At::Stay)
    }

    fn land_as(
        &self,
        branch: &str,
        seen: Option<Digest>,
        tip: Digest,
        change: Change,
        at: fn(&str) -> At,
    ) -> Result<String, Error> {
        let mut name = branch.to_owned();
        // Where it goes is settled once nobody else moves anything, so that each of many writers waits once.
        self.store.transact_settled(change, |change| {
            let there = self.store.pointer(&format!("{BRANCHES}{branch}"))?;
            let is_ours = seen.is_some() && there == seen;
            if !is_ours {
                name = fork::free_name(&self.store, branch)?;
            }
            let pointer = format!("{BRANCHES}{name}");
            change.at = at(&pointer);
            change.moves = vec![Move { name: pointer, from: seen.filter(|_| is_ours), to: Some(tip) }];
            Ok::<_, Error>(())
        })?;
        Ok(name)
    }
}
