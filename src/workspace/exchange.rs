//! `export` and `import`: bundles and branches as one file.

use std::collections::BTreeSet;
use std::io::BufRead;

use super::{Act, Error, Workspace};
use crate::fork::{self, Place};
use crate::store::BUNDLES;
use crate::store::exchange::{self, Limits, Selection};

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
    ///
    /// A bundle whose text is not what its documents render to is refused like a wrong hash.
    pub fn import(&self, file: &mut impl BufRead, act: &Act) -> Result<Imported, Error> {
        let package = exchange::read(file, &Limits::STANDARD)?;
        self.check_bundles(&package.objects)?;
        let n_objects = package.objects.len();
        let names = exchange::import(&self.store, package, act.entry("import".to_owned()))?;
        Ok(Imported { n_objects, names })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::Timestamp;
    use crate::store::{Store, sample};

    #[test]
    fn a_bundle_that_its_documents_do_not_make_is_refused_and_nothing_is_written() {
        // The sample's text is not a render of its document, though every hash is right.
        let (theirs, bundle) = sample::store();
        let selection = Selection { pointers: [].into(), roots: BTreeSet::from([bundle]) };
        let mut file = Vec::new();
        exchange::write(&theirs, &selection, &mut file).unwrap();

        let ours = Workspace { store: Store::open_in_memory().unwrap() };
        let act = Act { time: Timestamp(0), command: Vec::new() };
        let refused = ours.import(&mut file.as_slice(), &act);
        assert!(matches!(refused, Err(Error::Forged { .. })), "{refused:?}");
        assert_eq!(ours.store.ids(crate::store::ObjectKind::Blob).unwrap(), []);
    }
}
