//! From verified objects into a store that may have moved on.

use std::collections::{BTreeMap, BTreeSet};

use super::read::Package;
use crate::content::Digest;
use crate::store::name::split_pointer;
use crate::store::record::{MessageRecord, Move, Pointers};
use crate::store::{At, Change, Entry, Error, Object, ObjectKind, SPACES, Store, numbered};

/// How often the names are looked at again because somebody else moves them.
const MOST_ATTEMPTS: usize = 100;

/// What became of one name of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// The name in the file, in full.
    pub name: String,
    /// What became of it.
    pub outcome: Outcome,
}

/// What became of a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It is made.
    New,
    /// It stands there already.
    Same,
    /// The store is further on along the same line; it stays.
    Behind,
    /// It moves forward along its own line.
    Forwarded,
    /// The name stands for something else, which stays; what came has another name.
    Kept {
        /// The other name, in full.
        name: String,
    },
}

/// Applies a package in one transaction: all of it or nothing; no tip is lost.
pub fn import(store: &Store, package: Package, entry: Entry) -> Result<Vec<Imported>, Error> {
    let mut missing = Vec::new();
    for id in &package.prerequisites {
        if store.kind(*id)?.is_none() {
            missing.push(*id);
        }
    }
    if !missing.is_empty() {
        return Err(Error::Prerequisites { ids: missing });
    }
    let parents = parents(&package.objects)?;
    let mut change = Change { objects: package.objects, ..Change::new(entry) };
    let mut n_attempts = 0;
    loop {
        let (report, moves) = place(store, &package.pointers, &parents)?;
        let Some(first) = moves.first() else {
            store.put(&change.objects)?;
            return Ok(report);
        };
        // Where nothing was done yet, the next command goes on with what arrived: a branch, if there is one.
        if store.at()?.is_none() {
            change.at = At::Go(first.name.clone());
        }
        change.moves = moves;
        n_attempts += 1;
        match store.transact(&change) {
            Err(Error::Moved { .. } | Error::Taken { .. }) if n_attempts < MOST_ATTEMPTS => {}
            outcome => return outcome.map(|_| report),
        }
    }
}

/// Decides where each incoming name goes, as the store stands.
fn place(
    store: &Store,
    names: &Pointers,
    parents: &BTreeMap<Digest, Digest>,
) -> Result<(Vec<Imported>, Vec<Move>), Error> {
    let line = Line { store, parents };
    let mut pointers = store.pointers("")?;
    let mut report = Vec::new();
    let mut moves = Vec::new();
    for (name, incoming) in names {
        let (space, short) = split_pointer(name)?;
        let mut number = 1;
        let (free, found) = loop {
            let candidate = format!("{space}{}", numbered(short, number));
            match pointers.get(&candidate).copied() {
                None if !is_taken(&pointers, space, &candidate) => break (candidate, Found::Nothing),
                Some(tip) if tip == *incoming => break (candidate, Found::Same),
                Some(tip) if line.leads(*incoming, tip)? => break (candidate, Found::Ancestor(tip)),
                Some(tip) if line.leads(tip, *incoming)? => break (candidate, Found::Descendant),
                _ => number += 1,
            }
        };
        let from = match found {
            Found::Ancestor(tip) => Some(tip),
            _ => None,
        };
        let outcome = match found {
            _ if number > 1 => Outcome::Kept { name: free.clone() },
            Found::Nothing => Outcome::New,
            Found::Same => Outcome::Same,
            Found::Ancestor(_) => Outcome::Forwarded,
            Found::Descendant => Outcome::Behind,
        };
        if matches!(found, Found::Nothing | Found::Ancestor(_)) {
            pointers.insert(free.clone(), *incoming);
            moves.push(Move { name: free, from, to: Some(*incoming) });
        }
        report.push(Imported { name: name.clone(), outcome });
    }
    Ok((report, moves))
}

/// What stands under a name that an incoming tip could have.
enum Found {
    Nothing,
    Same,
    Ancestor(Digest),
    Descendant,
}

/// Whether the short name of `pointer` stands in another space.
fn is_taken(pointers: &Pointers, space: &str, pointer: &str) -> bool {
    let short = &pointer[space.len()..];
    SPACES.iter().any(|other| *other != space && pointers.contains_key(&format!("{other}{short}")))
}

/// The parent of every message of a package.
fn parents(objects: &[Object]) -> Result<BTreeMap<Digest, Digest>, Error> {
    let messages = objects.iter().filter(|object| object.kind() == ObjectKind::Message);
    messages.map(|object| Ok((object.id(), object.record::<MessageRecord>()?.parent))).collect()
}

/// Lines of messages that run through the package and on through the store.
struct Line<'a> {
    store: &'a Store,
    parents: &'a BTreeMap<Digest, Digest>,
}

impl Line<'_> {
    /// Whether the walk from `tip` towards its bundle passes `ancestor`.
    fn leads(&self, tip: Digest, ancestor: Digest) -> Result<bool, Error> {
        let mut seen = BTreeSet::new();
        let mut next = Some(tip);
        while let Some(id) = next {
            if id == ancestor {
                return Ok(true);
            }
            if !seen.insert(id) {
                return Ok(false);
            }
            next = match self.parents.get(&id) {
                Some(parent) => Some(*parent),
                None if self.store.kind(id)? == Some(ObjectKind::Message) => Some(self.store.message(id)?.parent),
                None => None,
            };
        }
        Ok(false)
    }
}
