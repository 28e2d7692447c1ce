//! `export`: what travels, and its file.

use std::collections::BTreeSet;

use super::Withhold;
use crate::fork::{self, Place};
use crate::store::exchange::{self, Selection};
use crate::store::{BUNDLES, REMOTES};
use crate::workspace::{Error, Workspace};

/// What a file shall carry.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parcel {
    /// A bundle with its branches, one branch, or one message; everything when absent.
    pub address: Option<String>,
    /// What the reader has: addresses, numbers of operations, or peers whose files came.
    pub since: Vec<String>,
    /// Texts that stay here.
    pub withhold: Withhold,
    /// The name that the file says it is from.
    pub author: Option<String>,
}

/// A `.forkful` file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exported {
    /// Its bytes.
    pub file: Vec<u8>,
    /// Objects in it.
    pub n_objects: usize,
    /// Texts that stay here.
    pub n_withheld: usize,
    /// Objects that the reader must have.
    pub n_prerequisites: usize,
    /// Remarks in it.
    pub n_remarks: usize,
}

impl Workspace {
    /// The `.forkful` file of what a parcel names.
    pub fn export(&self, parcel: &Parcel) -> Result<Exported, Error> {
        let mut selection = self.selection(parcel.address.as_deref())?;
        selection.author.clone_from(&parcel.author);
        for word in &parcel.since {
            let seen = self.since(word)?;
            selection.pointers.retain(|name, tip| !seen.is_known(name, *tip));
            selection.had.extend(seen.ids());
        }
        if !parcel.since.is_empty() && selection.pointers.is_empty() && selection.roots.is_empty() {
            return Err(Error::NothingNew { since: parcel.since.join(", ") });
        }
        selection.withheld = self.withheld(&selection, &parcel.withhold)?;
        selection.remarks = self.store.remarks()?;
        // Remarks are in no hash, so that words in them can stay behind.
        let withheld: Vec<String> = parcel.withhold.named.iter().map(|words| words.to_lowercase()).collect();
        selection.remarks.retain(|_, value| !withheld.iter().any(|words| value.to_lowercase().contains(words)));
        let mut file = Vec::new();
        let written = exchange::write(&self.store, &selection, &mut file)?;
        let exchange::Written { n_objects, n_withheld, n_prerequisites, n_remarks, .. } = written;
        Ok(Exported { file, n_objects, n_withheld, n_prerequisites, n_remarks })
    }

    /// The names and objects under an address; the branches of others stay here.
    pub(in crate::workspace) fn selection(&self, address: Option<&str>) -> Result<Selection, Error> {
        let (mut pointers, roots) = match address {
            None => (self.store.pointers("")?, BTreeSet::new()),
            Some(address) => match fork::resolve(&self.store, address)? {
                Place::Branch(branch) => {
                    let bundle = fork::bundle_of(&self.store, branch.tip)?;
                    let mut pointers = fork::of_bundle(&self.store, bundle)?;
                    pointers.retain(|name, _| name.starts_with(BUNDLES) || *name == branch.pointer());
                    (pointers, BTreeSet::new())
                }
                Place::Bundle { id, .. } => (fork::of_bundle(&self.store, id)?, BTreeSet::from([id])),
                Place::Message { id } => ([].into(), BTreeSet::from([id])),
            },
        };
        pointers.retain(|name, _| !name.starts_with(REMOTES));
        Ok(Selection { pointers, roots, ..Selection::default() })
    }
}
