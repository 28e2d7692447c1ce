//! `branch` and `tag`: names listed, made, changed and taken away.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::{Act, Error, Workspace, shape};
use crate::content::{Digest, Timestamp};
use crate::fork::{self, Branch, Survey, View};
use crate::store::record::Pointers;
use crate::store::{BRANCHES, BUNDLES, TAGS, topic};

/// Branches whose messages are known at once.
const SURVEYED: usize = 1000;

/// A branch as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedBranch {
    /// Its name.
    pub name: String,
    /// Its last message, or the bundle.
    pub tip: Digest,
    /// The bundle under it.
    pub bundle: Digest,
    /// The bundle's first name.
    pub bundle_name: Option<String>,
    /// Turns up to the tip.
    pub n_turns: usize,
    /// When it moved last.
    pub moved: Option<Timestamp>,
    /// What it is about, in its owner's words.
    pub description: Option<String>,
    /// Whether the last command left off here.
    pub at: bool,
}

/// A branch that is gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deleted {
    /// Its name.
    pub name: String,
    /// Where it stood.
    pub tip: Digest,
    /// Turns that no other name leads to.
    pub n_loose: usize,
}

impl Workspace {
    /// The branches by name, all of them or so many that moved last; and how many more there are.
    pub fn branches(&self, most: Option<usize>) -> Result<(Vec<ListedBranch>, usize), Error> {
        let view = View::present(&self.store);
        let n_all = self.store.n_pointers(BRANCHES)?;
        let most = most.unwrap_or(usize::MAX).min(n_all);
        let moved = fork::recent(&view, BRANCHES, most)?;
        let mut moments: BTreeMap<String, Timestamp> =
            moved.iter().map(|(name, _, time)| (name.clone(), *time)).collect();
        let pointers: Pointers = if most == n_all {
            self.store.pointers(BRANCHES)?
        } else {
            moved.into_iter().map(|(name, tip, _)| (name, tip)).collect()
        };
        let at = self.store.at()?;
        let mut listed = Vec::with_capacity(pointers.len());
        let mut bundle_names = BTreeMap::new();
        let pointers: Vec<(String, Digest)> = pointers.into_iter().collect();
        // What tips lead to is let go of from time to time: of 100,000 branches it is a lot.
        for some in pointers.chunks(SURVEYED) {
            let survey = Survey::read(&self.store, &some.iter().map(|(_, tip)| *tip).collect())?;
            for (pointer, tip) in some {
                let (bundle, n_turns) = survey.place(*tip);
                let bundle_name = match bundle_names.entry(bundle) {
                    Entry::Occupied(known) => known.into_mut(),
                    Entry::Vacant(new) => new.insert(self.bundle_name(bundle)?),
                };
                listed.push(ListedBranch {
                    name: pointer[BRANCHES.len()..].to_owned(),
                    tip: *tip,
                    bundle,
                    bundle_name: bundle_name.clone(),
                    n_turns,
                    moved: moments.remove(pointer),
                    description: self.store.remark(pointer, topic::DESCRIPTION)?,
                    at: at.as_ref() == Some(pointer),
                });
            }
        }
        let n_hidden = n_all - listed.len().min(n_all);
        Ok((listed, n_hidden))
    }

    /// The first name of a bundle.
    fn bundle_name(&self, bundle: Digest) -> Result<Option<String>, Error> {
        let names = self.store.pointers_to(bundle)?;
        Ok(names.iter().find_map(|name| name.strip_prefix(BUNDLES)).map(str::to_owned))
    }

    /// Gives a branch another name.
    pub fn rename_branch(&self, name: &str, to: &str, act: &Act) -> Result<Branch, Error> {
        let branch = fork::branch(&self.store, name)?;
        Ok(fork::rename(&self.store, &branch, to, act.entry(format!("rename {name} to {to}")))?)
    }

    /// Takes a branch away; what stood on it stays, and the deletion can be undone.
    pub fn delete_branch(&self, name: &str, act: &Act) -> Result<Deleted, Error> {
        let branch = fork::branch(&self.store, name)?;
        fork::delete(&self.store, &branch, act.entry(format!("delete {name}")))?;
        let turns = fork::turns(&self.store, branch.tip)?;
        let mut n_loose = 0;
        for turn in turns.iter().rev() {
            if self.is_named(turn.end())? {
                break;
            }
            n_loose += 1;
        }
        Ok(Deleted { name: branch.name, tip: branch.tip, n_loose })
    }

    /// Takes several branches away, or none where one of them is not there.
    pub fn delete_branches(&self, names: &[String], act: &Act) -> Result<Vec<Deleted>, Error> {
        for name in names {
            fork::branch(&self.store, name)?;
        }
        let mut once: Vec<&String> = Vec::new();
        for name in names {
            if !once.contains(&name) {
                once.push(name);
            }
        }
        once.into_iter().map(|name| self.delete_branch(name, act)).collect()
    }

    /// Says what a branch is about; nothing takes the description away.
    pub fn describe_branch(&self, name: &str, text: Option<&str>, act: &Act) -> Result<bool, Error> {
        let branch = fork::branch(&self.store, name)?;
        let entry = act.entry(format!("describe {name}"));
        Ok(fork::remark(&self.store, &branch.pointer(), topic::DESCRIPTION, text, entry)?)
    }

    /// Every tag with where it stands, by name.
    pub fn tags(&self) -> Result<Vec<(String, Digest)>, Error> {
        let tags = self.store.pointers(TAGS)?;
        Ok(tags.into_iter().map(|(name, id)| (name[TAGS.len()..].to_owned(), id)).collect())
    }

    /// Gives the message or bundle at an address a name that does not move.
    pub fn tag(&self, name: &str, address: &str, act: &Act) -> Result<Digest, Error> {
        let id = fork::resolve(&self.store, address)?.id();
        fork::tag(&self.store, name, id, act.entry(format!("tag {name} at {address}")))?;
        Ok(id)
    }

    /// Takes a tag away and says where it stood.
    pub fn untag(&self, name: &str, act: &Act) -> Result<Digest, Error> {
        Ok(fork::untag(&self.store, name, act.entry(format!("delete tag {name}")))?)
    }

    /// Whether a pointer stands on this or on something that follows it.
    pub(super) fn is_named(&self, id: Digest) -> Result<bool, Error> {
        Ok(self.name_on(id)?.is_some())
    }

    /// The nearest pointer that stands on this or on something that follows it.
    pub(super) fn name_on(&self, id: Digest) -> Result<Option<String>, Error> {
        let mut near = std::collections::VecDeque::from([id]);
        while let Some(id) = near.pop_front() {
            let pointers = self.store.pointers_to(id)?;
            let branch = pointers.iter().find(|name| name.starts_with(BRANCHES));
            if let Some(name) = branch.or(pointers.iter().find(|name| !name.starts_with(BUNDLES))) {
                return Ok(Some(name.clone()));
            }
            near.extend(self.store.followers(id)?);
        }
        Ok(None)
    }
}

impl ListedBranch {
    /// The branch as JSON shows it.
    pub fn shape(&self) -> shape::LogBranch {
        shape::LogBranch {
            name: self.name.clone(),
            tip: self.tip,
            bundle: self.bundle,
            turns: self.n_turns,
            moved: self.moved.map(|moved| moved.to_string()),
            description: self.description.clone(),
        }
    }
}
