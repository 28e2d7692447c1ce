//! `fork`: a new branch at any place of the tree.

use super::{Act, Error, Workspace};
use crate::content::Digest;
use crate::fork;

/// A branch that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forked {
    /// Its name.
    pub branch: String,
    /// Where it points.
    pub tip: Digest,
    /// The bundle under it.
    pub bundle: Digest,
}

impl Workspace {
    /// Makes a branch at `address`; without a name it gets a free one.
    pub fn fork(&self, address: &str, name: Option<&str>, act: &Act) -> Result<Forked, Error> {
        let tip = fork::resolve(&self.store, address)?.id();
        let bundle = fork::bundle_of(&self.store, tip)?;
        let name = self.fork_name(name)?;
        let branch = fork::create(&self.store, &name, tip, act.entry(format!("fork {name} at {address}")))?;
        Ok(Forked { branch: branch.name, tip, bundle })
    }

    /// The name as given, or a free one.
    pub fn fork_name(&self, name: Option<&str>) -> Result<String, Error> {
        match name {
            Some(name) => Ok(name.to_owned()),
            None => Ok(fork::free_name(&self.store, "fork")?),
        }
    }
}
