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
    /// Bytes of a message's words, which stand behind it: they are read out once.
    n_words: u32,
    start: u64,
}

/// An object as it came.
pub(in crate::store) struct Arrival {
    pub(in crate::store) object: Object,
    /// What a message follows and the words it is found by, where it follows something of the file.
    pub(in crate::store) said: Option<(Digest, String)>,
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
    pub(in crate::store) fn numbered(&self, number: usize) -> Result<Arrival, Error> {
        let place = &self.places[number];
        let Some(parent) = place.parent else { return Ok(Arrival { object: self.read(place)?, said: None }) };
        let mut bytes = self.spool.get(place.start, (place.length + place.n_words) as usize)?;
        let words = bytes.split_off(place.length as usize);
        let words = String::from_utf8(words).map_err(|_| Error::Corrupt { id: place.id })?;
        let object = Object::known(place.id, place.kind, bytes);
        Ok(Arrival { object, said: Some((self.places[parent as usize].id, words)) })
    }

    /// Takes an object whose references are met; false where it came before.
    pub(super) fn push(&mut self, object: &Object, content: &Content, leans_outside: bool) -> Result<bool, Error> {
        let number = u32::try_from(self.places.len()).expect("the most objects of a file are fewer");
        let (parent, words) = match content {
            Content::Message(record) => (self.number(record.parent), record.message.spoken()),
            _ => (None, String::new()),
        };
        let Entry::Vacant(free) = self.by_id.entry(object.id()) else { return Ok(false) };
        let [length, n_words] =
            [object.bytes().len(), words.len()].map(|n| u32::try_from(n).expect("a line is shorter"));
        let start = self.spool.put(&[object.bytes(), words.as_bytes()])?;
        free.insert(number);
        self.places.push(Place { id: object.id(), kind: object.kind(), leans_outside, parent, length, n_words, start });
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
