//! The objects of a file, verified and set aside until the file as a whole is known to be sound.
//!
//! Ids, kinds and parents are in memory, about a hundred bytes an object, and nothing else: a file
//! may be as large as its reader allows. Objects are stored by id, so those whose ids begin alike lie
//! on one pile.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::PathBuf;

use super::spool::Spool;
use crate::content::Digest;
use crate::store::object::Content;
use crate::store::{Error, Object, ObjectKind};

/// Ids begin alike in their first six bits.
const PILES: usize = 64;

/// Objects in the order of their file: what is pointed to comes first.
#[derive(Debug)]
pub struct Arrivals {
    places: Vec<Place>,
    /// Numbers by the first eight bytes of the ids, which are enough to tell nearly all of them apart.
    by_prefix: BTreeMap<u64, u32>,
    /// Numbers of those whose first bytes are those of one before.
    twins: Vec<u32>,
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

impl Default for Arrivals {
    fn default() -> Self {
        Self::beside(None)
    }
}

impl Arrivals {
    /// None yet; those that do not fit into memory will lie in `folder`.
    pub(super) fn beside(folder: Option<PathBuf>) -> Self {
        let spool = Spool::new(PILES, folder);
        Self { places: Vec::new(), by_prefix: BTreeMap::new(), twins: Vec::new(), spool }
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
        let is_it = |number: &u32| self.places[*number as usize].id == id;
        match self.places.last() {
            Some(last) if last.id == id => u32::try_from(self.places.len() - 1).ok(),
            _ => match self.by_prefix.get(&prefix(id)).copied() {
                Some(number) if is_it(&number) => Some(number),
                Some(_) => self.twins.iter().copied().find(is_it),
                None => None,
            },
        }
    }

    /// The ids of a kind, in the order of the file.
    pub fn ids(&self, kind: ObjectKind) -> impl Iterator<Item = Digest> + '_ {
        self.places.iter().filter(move |place| place.kind == kind).map(|place| place.id)
    }

    /// The object, if it came.
    pub fn object(&self, id: Digest) -> Result<Option<Object>, Error> {
        self.number(id).map(|number| self.read(&self.places[number as usize])).transpose()
    }

    /// Every object, in the order of the file.
    #[cfg(test)]
    pub fn objects(&self) -> impl Iterator<Item = Result<Object, Error>> + '_ {
        self.places.iter().map(|place| self.read(place))
    }

    /// Gives every object with its number, by id as good as always.
    pub(in crate::store) fn each(
        &self,
        mut take: impl FnMut(usize, Arrival) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut loaded = (usize::MAX, Cow::Borrowed(&[][..]));
        for number in self.by_prefix.values().chain(&self.twins) {
            let place = &self.places[*number as usize];
            if loaded.0 != pile(place.id) {
                loaded = (pile(place.id), self.spool.pile(pile(place.id))?);
            }
            let start = usize::try_from(place.start).expect("a pile fits into memory");
            let (bytes, after) = loaded.1[start..].split_at(place.length as usize);
            let object = Object::known(place.id, place.kind, bytes.to_vec());
            let said = match place.parent {
                None => None,
                Some(parent) => {
                    let words = std::str::from_utf8(&after[..place.n_words as usize]);
                    let words = words.map_err(|_| Error::Corrupt { id: place.id })?;
                    Some((self.places[parent as usize].id, words.to_owned()))
                }
            };
            take(*number as usize, Arrival { object, said })?;
        }
        Ok(())
    }

    /// Takes an object whose references are met; false where it came before.
    pub(super) fn push(&mut self, object: &Object, content: &Content, leans_outside: bool) -> Result<bool, Error> {
        let number = u32::try_from(self.places.len()).expect("the most objects of a file are fewer");
        let (parent, words) = match content {
            Content::Message(record) => (self.number(record.parent), record.message.spoken()),
            _ => (None, String::new()),
        };
        let id = object.id();
        match self.by_prefix.get(&prefix(id)) {
            None => {
                self.by_prefix.insert(prefix(id), number);
            }
            Some(_) if self.number(id).is_some() => return Ok(false),
            Some(_) => self.twins.push(number),
        }
        let [length, n_words] =
            [object.bytes().len(), words.len()].map(|n| u32::try_from(n).expect("a line is shorter"));
        let start = self.spool.put(pile(id), &[object.bytes(), words.as_bytes()])?;
        self.places.push(Place { id, kind: object.kind(), leans_outside, parent, length, n_words, start });
        Ok(true)
    }

    /// Whether the object of that number refers to something that is not in the file.
    pub(in crate::store) fn leans_outside(&self, number: usize) -> bool {
        self.places[number].leans_outside
    }

    /// What a message of the file follows, where that is in the file too.
    pub(super) fn parent(&self, id: Digest) -> Option<Digest> {
        let place = &self.places[self.number(id)? as usize];
        Some(self.places[place.parent? as usize].id)
    }

    fn read(&self, place: &Place) -> Result<Object, Error> {
        let bytes = self.spool.get(pile(place.id), place.start, place.length as usize)?;
        Ok(Object::known(place.id, place.kind, bytes))
    }
}

/// The first eight bytes of an id.
fn prefix(id: Digest) -> u64 {
    let (first, _) = id.as_bytes().split_first_chunk().expect("an id has 32 bytes");
    u64::from_be_bytes(*first)
}

/// The pile on which an object lies.
fn pile(id: Digest) -> usize {
    usize::from(id.as_bytes()[0]) * PILES / 256
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_are_told_apart_though_their_ids_begin_alike() {
        let id = |first: u8, last: u8| {
            let mut bytes = [first; 32];
            bytes[31] = last;
            Digest::from_bytes(bytes)
        };
        let ids = [id(200, 1), id(7, 2), id(7, 1), id(200, 3), id(7, 9)];
        let object = |id: Digest| Object::known(id, ObjectKind::Blob, id.as_bytes().to_vec());
        let mut arrivals = Arrivals::default();
        for id in ids {
            assert_eq!(arrivals.kind(id), None);
            assert!(arrivals.push(&object(id), &Content::Bytes, false).unwrap());
        }
        for id in ids {
            assert!(!arrivals.push(&object(id), &Content::Bytes, false).unwrap(), "it came before");
            assert_eq!(arrivals.object(id).unwrap(), Some(object(id)));
        }
        assert_eq!(arrivals.object(id(7, 3)).unwrap(), None);
        let mut met = Vec::new();
        let take = |number: usize, arrival: Arrival| {
            assert_eq!(arrival.object, object(ids[number]));
            met.push(number);
            Ok(())
        };
        arrivals.each(take).unwrap();
        assert_eq!(met, [1, 0, 2, 3, 4]);
    }
}
