//! `log`: the tree of every bundle, or what was asked for of it.

use super::shape::{Log, LogBranch, LogBundle, LogMessage};
use super::{Error, Workspace};
use crate::content::{Digest, Timestamp, line};
use crate::fork::{self, Scope, Survey, Tree, View};
use crate::store::{BRANCHES, topic};

/// What of the tree is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LogAsk {
    /// Only the bundle under this address.
    pub address: Option<String>,
    /// Only the lines of these branches.
    pub branches: Vec<String>,
    /// Only names that moved at this moment or later.
    pub since: Option<Timestamp>,
    /// So many names at most, those that moved last.
    pub most: Option<usize>,
    /// The tree as it was once this operation was done.
    pub at: Option<u64>,
}

/// The trees, one a bundle.
#[derive(Debug)]
pub struct Logged {
    /// Bundles with their turns in drawing order.
    pub trees: Vec<Tree>,
    /// Names beyond the limit.
    pub n_hidden: usize,
}

/// Characters of a message that a preview shows.
const PREVIEW: usize = 120;

impl Workspace {
    /// The bundles, branches and turns that are asked for.
    pub fn log(&self, ask: &LogAsk) -> Result<Logged, Error> {
        let view = View::at(&self.store, ask.at)?;
        let bundle = match &ask.address {
            Some(address) => Some(fork::bundle_of(&self.store, fork::resolve_in(&view, address)?.id())?),
            None => None,
        };
        for name in &ask.branches {
            if view.pointer(&format!("{BRANCHES}{name}"))?.is_none() {
                // An address names it and says what it is instead, or what looks like it.
                fork::resolve_in(&view, name)?;
                return Err(Error::NotABranch { address: name.clone() });
            }
        }
        let scope = Scope { bundle, branches: ask.branches.clone(), since: ask.since, most: ask.most };
        let fork::Look { trees, n_hidden } = fork::look(&view, &scope)?;
        Ok(Logged { trees, n_hidden })
    }

    /// The `forkful.log/1` value of trees as they are, or were once operation `at` was done.
    pub fn log_shape(&self, logged: &Logged, at: Option<u64>) -> Result<Log, Error> {
        let view = View::at(&self.store, at)?;
        let mut log = Log { schema: "forkful.log/1", bundles: vec![], branches: vec![], messages: vec![] };
        let pointers = view.pointers(BRANCHES)?;
        let moments: std::collections::BTreeMap<_, _> =
            fork::moments(&view, &pointers, None, usize::MAX)?.into_iter().collect();
        for tree in &logged.trees {
            log.bundles.push(LogBundle { id: tree.bundle, name: tree.names.first().cloned(), tokens: tree.tokens });
            let branches = tree.all_branches();
            let survey = Survey::read(&self.store, &branches.iter().map(|branch| branch.tip).collect())?;
            for branch in &branches {
                let pointer = branch.pointer();
                log.branches.push(LogBranch {
                    name: branch.name.clone(),
                    tip: branch.tip,
                    bundle: tree.bundle,
                    turns: survey.place(branch.tip).1,
                    moved: moments.get(&pointer).map(ToString::to_string),
                    description: view.remarks_on(&pointer)?.remove(topic::DESCRIPTION),
                });
            }
            for row in &tree.rows {
                let ids = [Some(row.node.question), (row.node.id != row.node.question).then_some(row.node.id)];
                for id in ids.into_iter().flatten() {
                    let tips = if id == row.node.id { row.node.branches.clone() } else { Vec::new() };
                    log.messages.push(self.log_message(&view, id, tips)?);
                }
            }
        }
        Ok(log)
    }

    fn log_message(&self, view: &View<'_>, id: Digest, branches: Vec<String>) -> Result<LogMessage, Error> {
        let record = self.store.message(id)?;
        let mut remarks = view.remarks_on(&id.to_string())?;
        Ok(LogMessage {
            id,
            parent: record.parent,
            role: record.message.role,
            preview: line(&record.message.spoken()).chars().take(PREVIEW).collect(),
            branches,
            rating: remarks.remove(topic::RATING),
            note: remarks.remove(topic::NOTE),
            edited: remarks.remove(topic::EDITED),
            stale: remarks.remove(topic::STALE),
            taken: remarks.remove(topic::TAKEN),
        })
    }
}
