//! Reading and finding objects; every read checks the hash.

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension as _, Row};

use super::insert::Inserter;
use super::record::{BundleRecord, DocumentRecord, MessageRecord};
use super::{Error, Object, ObjectKind, Record, Store};
use crate::content::{Digest, Document};

/// Fewer digits are too few to name an object.
const SHORTEST_PREFIX: usize = 4;
/// More candidates than this are not listed.
const MOST_CANDIDATES: usize = 20;

/// What a prefix of an id stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resolved {
    /// Nothing, or it is no prefix: fewer than four digits, or not hex.
    None,
    /// One object.
    One(Digest, ObjectKind),
    /// Several; the first twenty in order.
    Ambiguous(Vec<Digest>),
}

impl Store {
    /// The object of that id.
    pub fn object(&self, id: Digest) -> Result<Object, Error> {
        self.find_object(id)?.ok_or(Error::Missing { id })
    }

    /// The object of that id, if the store has it.
    pub fn find_object(&self, id: Digest) -> Result<Option<Object>, Error> {
        let query = "SELECT kind, data FROM object WHERE id = ?1";
        let mut statement = self.sql(self.connection.prepare_cached(query))?;
        let row = statement.query_row([id.as_bytes()], |row| Ok(read(row))).optional();
        match self.sql(row)? {
            None => Ok(None),
            Some(object) => object.filter(|object| object.id() == id).ok_or(Error::Corrupt { id }).map(Some),
        }
    }

    /// What the object of that id is, without reading it.
    pub fn kind(&self, id: Digest) -> Result<Option<ObjectKind>, Error> {
        self.sql(kind(&self.connection, id))
    }

    /// Whether the blob stayed with whoever sent the rest.
    pub fn is_withheld(&self, id: Digest) -> Result<bool, Error> {
        Ok(self.kind(id)? == Some(ObjectKind::Stub))
    }

    /// The bytes of a blob.
    pub fn blob(&self, id: Digest) -> Result<Vec<u8>, Error> {
        let object = self.object(id)?;
        match object.kind() {
            ObjectKind::Blob => Ok(object.into_bytes()),
            ObjectKind::Stub => Err(Error::Withheld { id }),
            found => Err(Error::WrongKind { id, expected: ObjectKind::Blob, found }),
        }
    }

    /// The text of a blob that must be UTF-8.
    pub fn text(&self, id: Digest) -> Result<String, Error> {
        String::from_utf8(self.blob(id)?).map_err(|_| Error::Corrupt { id })
    }

    /// The record of a bundle.
    pub fn bundle(&self, id: Digest) -> Result<BundleRecord, Error> {
        self.record(id)
    }

    /// The record of a message.
    pub fn message(&self, id: Digest) -> Result<MessageRecord, Error> {
        self.record(id)
    }

    /// A document with its text, sections checked.
    pub fn document(&self, id: Digest) -> Result<Document, Error> {
        let record: DocumentRecord = self.record(id)?;
        let text = self.text(record.text)?;
        record.into_document(text)
    }

    /// The record of a typed object.
    pub fn record<R: Record>(&self, id: Digest) -> Result<R, Error> {
        self.object(id)?.record()
    }

    /// The one object of these kinds whose id starts with `prefix`, four hex digits or more.
    pub fn resolve_prefix(&self, kinds: &[ObjectKind], prefix: &str) -> Result<Resolved, Error> {
        let is_prefix = (SHORTEST_PREFIX..=64).contains(&prefix.len()) && prefix.bytes().all(|b| b.is_ascii_hexdigit());
        if !is_prefix {
            return Ok(Resolved::None);
        }
        let prefix = prefix.to_ascii_lowercase();
        let bound = |filler: &str| format!("{prefix}{}", filler.repeat(64 - prefix.len())).parse::<Digest>();
        let (Ok(low), Ok(high)) = (bound("0"), bound("f")) else { return Ok(Resolved::None) };
        let mut statement =
            self.sql(self.connection.prepare("SELECT id, kind FROM object WHERE id BETWEEN ?1 AND ?2 ORDER BY id"))?;
        let rows = self.sql(statement.query_map([low.as_bytes(), high.as_bytes()], |row| {
            let kind = ObjectKind::from_name(&row.get::<_, String>(1)?);
            Ok((Digest::from_bytes(row.get(0)?), kind))
        }))?;
        let mut found = Vec::new();
        for row in rows {
            if let (id, Some(kind)) = self.sql(row)?
                && kinds.contains(&kind)
            {
                found.push((id, kind));
            }
        }
        Ok(match found.as_slice() {
            [] => Resolved::None,
            &[(id, kind)] => Resolved::One(id, kind),
            several => Resolved::Ambiguous(several.iter().map(|(id, _)| *id).take(MOST_CANDIDATES).collect()),
        })
    }

    /// The ids of every object of a kind, in order.
    pub fn ids(&self, kind: ObjectKind) -> Result<Vec<Digest>, Error> {
        let mut statement = self.sql(self.connection.prepare("SELECT id FROM object WHERE kind = ?1 ORDER BY id"))?;
        let rows = self.sql(statement.query_map([kind.name()], |row| Ok(Digest::from_bytes(row.get(0)?))))?;
        self.sql(rows.collect())
    }

    /// Stores objects without moving anything; what they refer to must be among them or in the store.
    pub fn put(&self, objects: &[Object]) -> Result<(), Error> {
        let transaction = self.begin()?;
        self.insert(&transaction, objects)?;
        self.sql(transaction.commit())
    }

    /// Inserts what is not there yet, then checks that nothing refers to nothing.
    pub(super) fn insert(&self, connection: &Connection, objects: &[Object]) -> Result<(), Error> {
        let mut inserter = Inserter::new(self, connection)?;
        let new = objects.iter().map(|object| inserter.put(object)).collect::<Result<Vec<_>, _>>()?;
        for (object, is_new) in objects.iter().zip(new) {
            let content = object.content()?;
            inserter.check(object.id(), content.references())?;
            if is_new {
                inserter.index(object.id(), &content)?;
            }
        }
        inserter.finish()
    }

    /// Inserts objects that come one by one, each after what it refers to.
    pub(super) fn insert_each(
        &self,
        connection: &Connection,
        objects: impl Iterator<Item = Result<Object, Error>>,
    ) -> Result<(), Error> {
        let mut inserter = Inserter::new(self, connection)?;
        for object in objects {
            let object = object?;
            let is_new = inserter.put(&object)?;
            let content = object.content()?;
            inserter.check(object.id(), content.references())?;
            if is_new {
                inserter.index(object.id(), &content)?;
            }
        }
        inserter.finish()
    }
}

/// The object of a row `kind, data`; its id is computed, not read. Hostile rows give nothing.
pub(super) fn read(row: &Row<'_>) -> Option<Object> {
    let kind = ObjectKind::from_name(row.get_ref(0).ok()?.as_str().ok()?)?;
    match row.get_ref(1).ok()? {
        ValueRef::Blob(bytes) | ValueRef::Text(bytes) => Some(Object::from_canonical(kind, bytes.to_vec())),
        _ => None,
    }
}

/// The kind of an object; a kind that is not known counts as not there.
pub(super) fn kind(connection: &Connection, id: Digest) -> rusqlite::Result<Option<ObjectKind>> {
    let query = "SELECT kind FROM object WHERE id = ?1";
    let mut statement = connection.prepare_cached(query)?;
    let named = |row: &Row<'_>| Ok(row.get_ref(0)?.as_str().ok().and_then(ObjectKind::from_name));
    Ok(statement.query_row([id.as_bytes()], named).optional()?.flatten())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::content::{Message, Role};

    #[test]
    fn an_object_is_read_back_and_a_changed_one_is_not() {
        let store = Store::open_in_memory().unwrap();
        let blob = Object::blob(*b"words");
        store.put(&[blob.clone(), blob.clone()]).unwrap();
        store.put(std::slice::from_ref(&blob)).unwrap();
        assert_eq!(store.blob(blob.id()).unwrap(), b"words");
        assert!(matches!(store.message(blob.id()), Err(Error::WrongKind { found: ObjectKind::Blob, .. })));
        for damage in
            ["UPDATE object SET data = x'00'", "UPDATE object SET kind = 'bundle'", "UPDATE object SET kind = 'x'"]
        {
            store.connection.execute(damage, []).unwrap();
            assert!(matches!(store.object(blob.id()), Err(Error::Corrupt { id }) if id == blob.id()), "{damage}");
        }
        store.connection.execute("DELETE FROM object", []).unwrap();
        assert!(matches!(store.object(blob.id()), Err(Error::Missing { id }) if id == blob.id()));
    }

    #[test]
    fn a_large_text_is_written_once_and_takes_the_place_of_its_stub() {
        let text = Arc::new("Words and words. ".repeat(100_000));
        let blob = Object::text(&text);
        for first in [Object::blob(text.as_bytes()), blob.clone(), Object::stub(blob.id(), 1_700_000)] {
            let store = Store::open_in_memory().unwrap();
            store.put(&[first]).unwrap();
            for _ in 0..2 {
                store.put(std::slice::from_ref(&blob)).unwrap();
                assert_eq!(
                    (store.object(blob.id()).unwrap(), store.text(blob.id()).unwrap()),
                    (blob.clone(), (*text).clone())
                );
            }
        }
    }

    #[test]
    fn nothing_that_refers_to_nothing_is_stored() {
        let store = Store::open_in_memory().unwrap();
        let blob = Object::blob(*b"not a bundle");
        for parent in [Digest::of(b"nowhere"), blob.id()] {
            let message = Object::of(&MessageRecord::new(parent, Message::text(Role::User, "Hi"))).unwrap();
            match store.put(&[blob.clone(), message.clone()]) {
                Err(Error::Dangling { from, to }) => assert_eq!((from, to), (message.id(), parent)),
                other => panic!("{other:?}"),
            }
            assert_eq!(store.find_object(blob.id()).unwrap(), None);
        }
    }

    #[test]
    fn a_prefix_names_one_object_of_the_kinds_asked_for() {
        let store = Store::open_in_memory().unwrap();
        // 2000 blobs, so that four digits are shared by some of them.
        let blobs: Vec<Object> = (0..2000).map(|number: u32| Object::blob(number.to_string())).collect();
        store.put(&blobs).unwrap();
        let mut ids: Vec<Digest> = blobs.iter().map(Object::id).collect();
        ids.sort();
        let twins = ids.windows(2).find(|pair| pair[0].to_string()[..4] == pair[1].to_string()[..4]).unwrap();
        let blob = &[ObjectKind::Blob][..];
        let first = ids[0].to_string();
        for (kinds, prefix, expected) in [
            (blob, &first[..], Resolved::One(ids[0], ObjectKind::Blob)),
            (blob, &first[..9], Resolved::One(ids[0], ObjectKind::Blob)),
            (blob, &first.to_uppercase()[..10], Resolved::One(ids[0], ObjectKind::Blob)),
            (&[ObjectKind::Bundle][..], &first[..9], Resolved::None),
            (blob, &first[..3], Resolved::None),
            (blob, "main", Resolved::None),
            (blob, &format!("{first}0"), Resolved::None),
            (blob, &twins[0].to_string()[..4], Resolved::Ambiguous(twins.to_vec())),
        ] {
            assert_eq!(store.resolve_prefix(kinds, prefix).unwrap(), expected, "{prefix}");
        }
    }
}
