//! `log`: the tree of every bundle.

use super::shape::{Log, LogBranch, LogBundle, LogMessage};
use super::{Error, Workspace};
use crate::content::line;
use crate::fork::{self, Tree};

/// The trees, one a bundle.
#[derive(Debug)]
pub struct Logged {
    /// Bundles with their turns in drawing order.
    pub trees: Vec<Tree>,
    /// The same as JSON.
    pub shape: Log,
}

/// Characters of a message that a preview shows.
const PREVIEW: usize = 120;

impl Workspace {
    /// Every bundle with its branches; `address` limits it to the bundle under it.
    pub fn log(&self, address: Option<&str>) -> Result<Logged, Error> {
        let mut trees = fork::log(&self.store)?;
        if let Some(address) = address {
            let bundle = fork::bundle_of(&self.store, fork::resolve(&self.store, address)?.id())?;
            trees.retain(|tree| tree.bundle == bundle);
        }
        let shape = self.shape(&trees)?;
        Ok(Logged { trees, shape })
    }

    fn shape(&self, trees: &[Tree]) -> Result<Log, Error> {
        let mut log = Log { schema: "forkful.log/1", bundles: vec![], branches: vec![], messages: vec![] };
        for tree in trees {
            log.bundles.push(LogBundle { id: tree.bundle, name: tree.names.first().cloned(), tokens: tree.tokens });
            let branches = tree.all_branches();
            for branch in &branches {
                let turns = fork::turns(&self.store, branch.tip)?.len();
                log.branches.push(LogBranch { name: branch.name.clone(), tip: branch.tip, bundle: tree.bundle, turns });
            }
            for row in &tree.rows {
                let ids = [Some(row.node.question), (row.node.id != row.node.question).then_some(row.node.id)];
                for id in ids.into_iter().flatten() {
                    let record = self.store.message(id)?;
                    let tips = branches.iter().filter(|branch| branch.tip == id);
                    log.messages.push(LogMessage {
                        id,
                        parent: record.parent,
                        role: record.message.role,
                        preview: line(&record.message.spoken()).chars().take(PREVIEW).collect(),
                        branches: tips.map(|branch| branch.name.clone()).collect(),
                    });
                }
            }
        }
        Ok(log)
    }
}
