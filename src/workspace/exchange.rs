//! `export` and `import`: bundles and branches as one file.

use std::collections::BTreeSet;
use std::io::BufRead;

use super::{Act, Error, Workspace};
use crate::fork::{self, Place};
use crate::store::exchange::{self, Limits, Outcome, Selection};
use crate::store::{At, BRANCHES, BUNDLES, Change};

/// A `.forkful` file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exported {
    /// Its bytes.
    pub file: Vec<u8>,
    /// Objects in it.
    pub n_objects: usize,
}

/// What an import brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// Objects in the file.
    pub n_objects: usize,
    /// Names in the file and what became of each.
    pub names: Vec<exchange::Imported>,
}

impl Workspace {
    /// The `.forkful` file of the bundle at `address` with its branches, of one branch, or of everything.
    pub fn export(&self, address: Option<&str>) -> Result<Exported, Error> {
        let selection = match address {
            None => Selection { pointers: self.store.pointers("")?, roots: BTreeSet::new() },
            Some(address) => match fork::resolve(&self.store, address)? {
                Place::Branch(branch) => {
                    let bundle = fork::bundle_of(&self.store, branch.tip)?;
                    let mut pointers = fork::of_bundle(&self.store, bundle)?;
                    pointers.retain(|name, _| name.starts_with(BUNDLES) || *name == branch.pointer());
                    Selection { pointers, roots: BTreeSet::new() }
                }
                Place::Bundle { id, .. } => {
                    Selection { pointers: fork::of_bundle(&self.store, id)?, roots: BTreeSet::from([id]) }
                }
                Place::Message { id } => Selection { pointers: [].into(), roots: BTreeSet::from([id]) },
            },
        };
        let mut file = Vec::new();
        let written = exchange::write(&self.store, &selection, &mut file)?;
        Ok(Exported { file, n_objects: written.n_objects })
    }

    /// Verifies a `.forkful` file as a whole, then brings it in; `@` goes there if it was nowhere.
    pub fn import(&self, file: &mut impl BufRead, act: &Act) -> Result<Imported, Error> {
        let package = exchange::read(file, &Limits::STANDARD)?;
        let n_objects = package.objects.len();
        let names = exchange::import(&self.store, package, act.entry("import".to_owned()))?;
        if self.store.at()?.is_none() {
            let arrived = names.iter().map(|imported| match &imported.outcome {
                Outcome::Kept { name } => name,
                _ => &imported.name,
            });
            let mut arrived: Vec<&String> = arrived.collect();
            arrived.sort_by_key(|name| !name.starts_with(BRANCHES));
            if let Some(name) = arrived.first() {
                let mut change = Change::new(act.entry("import".to_owned()));
                change.at = At::Go((*name).clone());
                self.store.transact(&change)?;
            }
        }
        Ok(Imported { n_objects, names })
    }
}
