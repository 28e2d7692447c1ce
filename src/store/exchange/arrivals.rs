//! The objects of a file, verified and set aside until the file as a whole is known to be sound.
//!
//! Ids, kinds and parents are in memory, about a hundred bytes an object, and nothing else: a file
//! may be as large as its reader allows.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::path::PathBuf;

use super::spool::Spool;
use crate::content::Digest;
use crate::store::object::Content;
use crate::store::{Error, Object, ObjectKind};

/// Objects in the order of their file: what is pointed to comes first.
#[derive(Debug, Default)]
pub struct Arrivals {
    places: Vec<Place>,
    by_id: BTreeMap<Digest, u32>,
    spool: Spool,
}

/// Where an object lies, and what is asked of it most.
#[derive(Debug)]
struct Place {
    id: Digest,
    kind: ObjectKind,
    /// Whether it refers to something that is not in the file.
    leans_outside: bool,
    /// The place of what a message follows, where that is in the file.
    parent: Option<u32>,
    length: u32,
    start: u64,
}

impl Arrivals {
    /// None yet; those that do not fit into memory will lie in `folder`.
    pub(super) fn beside(folder: Option<PathBuf>) -> Self {
        Self { spool: folder.map_or_else(Spool::default, Spool::beside), ..Self::default() }
    }

    /// How many came.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether none came.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// What an object is, if it came.
    pub fn kind(&self, id: Digest) -> Option<ObjectKind> {
        Some(self.places[self.number(id)? as usize].kind)
    }

    /// Where an object stands, if it came; most ask for the one that came last.
    fn number(&self, id: Digest) -> Option<u32> {
        match self.places.last() {
            Some(last) if last.id == id => u32::try_from(self.places.len() - 1).ok(),
            _ => self.by_id.get(&id).copied(),
        }
    }

    /// The ids of a kind, in the order of the file.
    pub fn ids(&self, kind: ObjectKind) -> impl Iterator<Item = Digest> + '_ {
        self.places.iter().filter(move |place| place.kind == kind).map(|place| place.id)
    }

    /// The object, if it came.
    pub fn object(&self, id: Digest) -> Result<Option<Object>, Error> {
        self.by_id.get(&id).map(|number| self.read(&self.places[*number as usize])).transpose()
    }

    /// Every object, in the order of the file.
    #[cfg(test)]
    pub fn objects(&self) -> impl Iterator<Item = Result<Object, Error>> + '_ {
        self.places.iter().map(|place| self.read(place))
    }

    /// The numbers of the objects in the order of the file, by id.
    pub(in crate::store) fn by_id(&self) -> impl Iterator<Item = usize> + '_ {
        self.by_id.values().map(|number| *number as usize)
    }

    /// The object of that number.
    pub(in crate::store) fn numbered(&self, number: usize) -> Result<Object, Error> {
        self.read(&self.places[number])
    }

    /// Takes an object whose references are met; false where it came before.
    pub(super) fn push(&mut self, object: &Object, content: &Content, leans_outside: bool) -> Result<bool, Error> {
        let number = u32::try_from(self.places.len()).expect("the most objects of a file are fewer");
        let parent = match content {
            Content::Message(record) => self.number(record.parent),
            _ => None,
        };
        let Entry::Vacant(free) = self.by_id.entry(object.id()) else { return Ok(false) };
        let length = u32::try_from(object.bytes().len()).expect("a line is shorter");
        let start = self.spool.put(object.bytes())?;
        free.insert(number);
        self.places.push(Place { id: object.id(), kind: object.kind(), leans_outside, parent, length, start });
        Ok(true)
    }

    /// Whether the object of that number refers to something that is not in the file.
    pub(in crate::store) fn leans_outside(&self, number: usize) -> bool {
        self.places[number].leans_outside
    }

    /// What a message of the file follows, where that is in the file too.
    pub(super) fn parent(&self, id: Digest) -> Option<Digest> {
        let place = &self.places[*self.by_id.get(&id)? as usize];
        Some(self.places[place.parent? as usize].id)
    }

    fn read(&self, place: &Place) -> Result<Object, Error> {
        let bytes = self.spool.get(place.start, place.length as usize)?;
        Ok(Object::known(place.id, place.kind, bytes))
    }
}
