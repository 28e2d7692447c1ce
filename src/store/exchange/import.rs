//! From verified objects into a store that may have moved on.

use std::collections::BTreeSet;

use super::read::Package;
use super::{Arrivals, check_peer};
use crate::content::Digest;
use crate::store::name::split_pointer;
use crate::store::record::{Move, Pointers, RemarkMove};
use crate::store::{At, BRANCHES, Change, Entry, Error, ObjectKind, REMOTES, Remarks, SPACES, Store, numbered};

/// What became of one name of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// The name in the file, in full.
    pub name: String,
    /// What became of it among one's own names.
    pub outcome: Outcome,
    /// The name under which a peer's branch stands, in full.
    pub remote: Option<String>,
}

/// What became of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Each name in it.
    pub names: Vec<Imported>,
    /// Remarks that are new here.
    pub n_remarks: usize,
    /// Remarks that stay out, since something else is said here.
    pub n_remarks_kept: usize,
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
    /// A peer's branch that has no namesake here; it stands under the peer's name alone.
    Arrived,
}

/// Applies a package in one transaction: all of it or nothing; no tip is lost.
///
/// Branches of an author stand under `remotes/AUTHOR/`; one's own move forward along them and never
/// elsewhere. Where a bundle is new here, its branches become one's own as well.
pub fn import(store: &Store, package: &Package, entry: Entry) -> Result<Report, Error> {
    let peer = package.author.as_deref();
    if let Some(peer) = peer {
        check_peer(peer)?;
    }
    let _room = store.room(package.objects.len())?;
    // From here on nobody else moves a name.
    let transaction = store.begin()?;
    let mut missing = Vec::new();
    for id in &package.prerequisites {
        if store.kind(*id)?.is_none() {
            missing.push(*id);
        }
    }
    if !missing.is_empty() {
        return Err(Error::Prerequisites { ids: missing });
    }
    let mut new_bundles = BTreeSet::new();
    for id in package.objects.ids(ObjectKind::Bundle) {
        if store.kind(id)?.is_none() {
            new_bundles.insert(id);
        }
    }
    let has_news = store.take(&transaction, &package.objects)?;
    let mut places = Places {
        line: Line { store, arrivals: &package.objects },
        pointers: store.pointers("")?,
        moves: Vec::new(),
        new_bundles: &new_bundles,
    };
    let names = package.pointers.iter().map(|(name, incoming)| places.settle(name, *incoming, peer));
    let names = names.collect::<Result<Vec<_>, Error>>()?;
    let moves = places.moves;
    let (remarks, n_remarks_kept) = remarking(store, &package.remarks, &names)?;
    let report = Report { names, n_remarks: remarks.len(), n_remarks_kept };
    if moves.is_empty() && remarks.is_empty() {
        if has_news {
            store.sql(transaction.commit())?;
        }
        return Ok(report);
    }
    // Where nothing was done yet, the next command goes on with what arrived: a branch, if there is one.
    let at = match moves.first() {
        Some(first) if store.at()?.is_none() => At::Go(first.name.clone()),
        _ => At::Stay,
    };
    store.carry_out(&transaction, &Change { moves, at, remarks, ..Change::new(entry) })?;
    store.sql(transaction.commit())?;
    Ok(report)
}

/// What the remarks of a file change here, and how many stay out: one's own words stand.
fn remarking(store: &Store, remarks: &Remarks, names: &[Imported]) -> Result<(Vec<RemarkMove>, usize), Error> {
    let mut steps = Vec::new();
    let mut n_kept = 0;
    for ((subject, topic), value) in remarks {
        let subject = match subject.parse::<Digest>() {
            Ok(id) if store.kind(id)? == Some(ObjectKind::Message) => subject.clone(),
            Ok(_) => continue,
            // A branch may have another name here.
            Err(_) => match names.iter().find(|one| one.name == *subject) {
                Some(one) => one.own_name().to_owned(),
                None => continue,
            },
        };
        match store.remark(&subject, topic)? {
            None => steps.push(RemarkMove { subject, topic: topic.clone(), from: None, to: Some(value.clone()) }),
            Some(own) => n_kept += usize::from(own != *value),
        }
    }
    Ok((steps, n_kept))
}

impl Imported {
    /// The name under which it stands here.
    fn own_name(&self) -> &str {
        match &self.outcome {
            Outcome::New | Outcome::Same | Outcome::Behind | Outcome::Forwarded => &self.name,
            Outcome::Kept { name } => name,
            Outcome::Arrived => self.remote.as_deref().unwrap_or(&self.name),
        }
    }
}

/// The names as they stand, and how they are to move.
struct Places<'a> {
    line: Line<'a>,
    pointers: Pointers,
    moves: Vec<Move>,
    new_bundles: &'a BTreeSet<Digest>,
}

impl Places<'_> {
    /// Decides where an incoming name goes.
    fn settle(&mut self, name: &str, incoming: Digest, peer: Option<&str>) -> Result<Imported, Error> {
        let (space, short) = split_pointer(name)?;
        let name = name.to_owned();
        let Some(peer) = peer.filter(|_| space == BRANCHES) else {
            return Ok(Imported { outcome: self.place(space, short, incoming)?, name, remote: None });
        };
        let own = self.own(&name, space, short, incoming)?;
        let theirs = format!("{peer}/{short}");
        let remote = match self.place(REMOTES, &theirs, incoming)? {
            Outcome::Kept { name } => name,
            _ => format!("{REMOTES}{theirs}"),
        };
        let has_namesake = self.pointers.contains_key(&name);
        let apart = if has_namesake { Outcome::Kept { name: remote.clone() } } else { Outcome::Arrived };
        let outcome = own.unwrap_or(apart);
        Ok(Imported { name, outcome, remote: Some(remote) })
    }

    /// What a peer's branch does to one's own of that name; nothing where the two went apart or there is none.
    fn own(&mut self, name: &str, space: &str, short: &str, incoming: Digest) -> Result<Option<Outcome>, Error> {
        Ok(match self.pointers.get(name).copied() {
            None if self.new_bundles.contains(&self.line.root(incoming)?) => Some(self.place(space, short, incoming)?),
            Some(tip) if tip == incoming => Some(Outcome::Same),
            Some(tip) if self.line.leads(incoming, tip)? => {
                self.go(name.to_owned(), Some(tip), incoming);
                Some(Outcome::Forwarded)
            }
            Some(tip) if self.line.leads(tip, incoming)? => Some(Outcome::Behind),
            _ => None,
        })
    }

    /// Puts a tip under its name, or under the first numbered one on whose line it is or that is free.
    fn place(&mut self, space: &str, short: &str, incoming: Digest) -> Result<Outcome, Error> {
        let mut number = 1;
        let (free, found) = loop {
            let candidate = format!("{space}{}", numbered(short, number));
            match self.pointers.get(&candidate).copied() {
                None if !is_taken(&self.pointers, space, &candidate) => break (candidate, Found::Nothing),
                Some(tip) if tip == incoming => break (candidate, Found::Same),
                Some(tip) if self.line.leads(incoming, tip)? => break (candidate, Found::Ancestor(tip)),
                Some(tip) if self.line.leads(tip, incoming)? => break (candidate, Found::Descendant),
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
            self.go(free, from, incoming);
        }
        Ok(outcome)
    }

    fn go(&mut self, name: String, from: Option<Digest>, to: Digest) {
        self.pointers.insert(name.clone(), to);
        self.moves.push(Move { name, from, to: Some(to) });
    }
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

/// Lines of messages that run through the package and on through the store.
struct Line<'a> {
    store: &'a Store,
    arrivals: &'a Arrivals,
}

impl Line<'_> {
    /// What follows nothing on the way back from `tip`: its bundle.
    fn root(&self, tip: Digest) -> Result<Digest, Error> {
        let mut id = tip;
        while let Some(parent) = self.parent(id)? {
            id = parent;
        }
        Ok(id)
    }

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
            next = self.parent(id)?;
        }
        Ok(false)
    }

    /// What a message follows; a bundle follows nothing.
    fn parent(&self, id: Digest) -> Result<Option<Digest>, Error> {
        Ok(match self.arrivals.parent(id) {
            Some(parent) => Some(parent),
            None if self.store.kind(id)? == Some(ObjectKind::Message) => Some(self.store.message(id)?.parent),
            None => None,
        })
    }
}
