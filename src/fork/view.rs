//! The tree as it stands, or as it stood once an operation was done.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use super::{Error, Survey};
use crate::content::Digest;
use crate::store::record::{OperationRecord, Pointers};
use crate::store::{self, State, Store};

/// Pointers, `@` and remarks of the present or of the past; objects are the same at all times.
#[derive(Debug, Clone)]
pub struct View<'a> {
    /// The store that is looked at.
    pub store: &'a Store,
    past: Option<(u64, State)>,
}

impl<'a> View<'a> {
    /// What stands.
    pub fn present(store: &'a Store) -> Self {
        Self { store, past: None }
    }

    /// What stood once operation `number` was done; the present where there is no number.
    pub fn at(store: &'a Store, number: Option<u64>) -> Result<Self, Error> {
        let past = number.map(|number| Ok::<_, Error>((number, store.state_at(number)?))).transpose()?;
        Ok(Self { store, past })
    }

    /// Where a pointer stands.
    pub fn pointer(&self, name: &str) -> Result<Option<Digest>, Error> {
        match &self.past {
            Some((_, state)) => Ok(state.pointers.get(name).copied()),
            None => Ok(self.store.pointer(name)?),
        }
    }

    /// Every pointer whose name starts with `prefix`.
    pub fn pointers(&self, prefix: &str) -> Result<Pointers, Error> {
        match &self.past {
            Some((_, state)) => {
                let all = state.pointers.iter().filter(|(name, _)| name.starts_with(prefix));
                Ok(all.map(|(name, id)| (name.clone(), *id)).collect())
            }
            None => Ok(self.store.pointers(prefix)?),
        }
    }

    /// How many pointers there are.
    pub fn n_pointers(&self) -> Result<usize, Error> {
        match &self.past {
            Some((_, state)) => Ok(state.pointers.len()),
            None => Ok(self.store.n_pointers("")?),
        }
    }

    /// The pointers that stand on an object, by their full names.
    pub fn pointers_to(&self, target: Digest) -> Result<Vec<String>, Error> {
        match &self.past {
            Some((_, state)) => {
                let here = state.pointers.iter().filter(|(_, id)| **id == target);
                Ok(here.map(|(name, _)| name.clone()).collect())
            }
            None => Ok(self.store.pointers_to(target)?),
        }
    }

    /// The pointers on a bundle and on all that was said on it.
    pub fn pointers_on(&self, bundle: Digest) -> Result<Pointers, Error> {
        if let Some((_, state)) = &self.past {
            let survey = Survey::read(self.store, &state.pointers.values().copied().collect())?;
            let here = state.pointers.iter().filter(|(_, tip)| survey.place(**tip).0 == bundle);
            return Ok(here.map(|(name, tip)| (name.clone(), *tip)).collect());
        }
        let mut found = Pointers::new();
        let mut near = vec![bundle];
        while let Some(id) = near.pop() {
            found.extend(self.store.pointers_to(id)?.into_iter().map(|name| (name, id)));
            near.extend(self.store.followers(id)?);
        }
        Ok(found)
    }

    /// Where the last command left off.
    pub fn left_off(&self) -> Result<Option<String>, Error> {
        match &self.past {
            Some((_, state)) => Ok(state.at.clone()),
            None => Ok(self.store.at()?),
        }
    }

    /// What is said of a message or a pointer, by topic.
    pub fn remarks_on(&self, subject: &str) -> Result<BTreeMap<String, String>, Error> {
        match &self.past {
            Some((_, state)) => {
                let from = (subject.to_owned(), String::new());
                let here = state.remarks.range(from..).take_while(|((own, _), _)| own == subject);
                Ok(here.map(|((_, topic), value)| (topic.clone(), value.clone())).collect())
            }
            None => Ok(self.store.remarks_on(subject)?),
        }
    }

    /// Reads the journal from the operation that is looked from, until `take` has enough; of each operation
    /// the first moves, as [`Store::walk_heads`].
    pub fn walk_heads(
        &self,
        mut take: impl FnMut(OperationRecord) -> Result<ControlFlow<()>, store::Error>,
    ) -> Result<(), Error> {
        let last = self.past.as_ref().map_or(u64::MAX, |(number, _)| *number);
        let within = |operation: OperationRecord| {
            if operation.number <= last { take(operation) } else { Ok(ControlFlow::Continue(())) }
        };
        Ok(self.store.walk_heads(within)?)
    }
}
