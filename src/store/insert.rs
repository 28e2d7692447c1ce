//! Objects on their way into the database: each written once, what it refers to checked, what it is
//! found by written beside it.
//!
//! Statements are prepared once for as many objects as come.

use rusqlite::{Connection, Statement, params};

use super::exchange::Arrivals;
use super::index::Indexer;
use super::object::Content;
use super::objects::kind;
use super::{Error, Object, ObjectKind, Store};
use crate::content::Digest;

/// An object is written once; only the place of a withheld blob is taken by the blob.
const INSERT: &str = "INSERT INTO object VALUES (?1, ?2, ?3) ON CONFLICT (id)
    DO UPDATE SET kind = excluded.kind, data = excluded.data
    WHERE object.kind = 'stub' AND excluded.kind = 'blob'";

/// Writes objects within one transaction.
pub(super) struct Inserter<'a> {
    store: &'a Store,
    put: Statement<'a>,
    connection: &'a Connection,
    indexer: Indexer<'a>,
    /// Texts that were withheld and are here now.
    came: Vec<Digest>,
}

impl<'a> Inserter<'a> {
    pub(super) fn new(store: &'a Store, connection: &'a Connection) -> Result<Self, Error> {
        Ok(Self {
            store,
            put: store.sql(connection.prepare(INSERT))?,
            connection,
            indexer: Indexer::new(store, connection)?,
            came: Vec::new(),
        })
    }

    /// Writes an object, and says whether it was not there.
    pub(super) fn put(&mut self, object: &Object) -> Result<bool, Error> {
        let id = object.id();
        if object.kind() == ObjectKind::Blob && self.kind(id)? == Some(ObjectKind::Stub) {
            self.came.push(id);
        }
        let row = params![id.as_bytes(), object.kind().name(), object.bytes()];
        Ok(self.store.sql(self.put.execute(row))? > 0)
    }

    /// What an object is, as [`Store::kind`].
    pub(super) fn kind(&self, id: Digest) -> Result<Option<ObjectKind>, Error> {
        self.store.sql(kind(self.connection, id))
    }

    /// Makes sure that all that an object refers to is there.
    pub(super) fn check(&self, from: Digest, content: &Content) -> Result<(), Error> {
        for reference in content.references() {
            match self.kind(reference.id)? {
                Some(found) if reference.is_met_by(found) => {}
                _ => return Err(Error::Dangling { from, to: reference.id }),
            }
        }
        Ok(())
    }

    /// Writes what an object that was not there is found by, once its texts are there.
    pub(super) fn index(&mut self, id: Digest, content: &Content) -> Result<(), Error> {
        self.indexer.put(id, content)
    }

    /// Ends the work: documents that were here without their texts have words from now on.
    pub(super) fn finish(mut self) -> Result<(), Error> {
        if self.came.is_empty() {
            return Ok(());
        }
        for id in self.store.ids(ObjectKind::Document)? {
            let content = self.store.object(id)?.content()?;
            if let Content::Document(record) = &content
                && self.came.contains(&record.text)
                && !self.store.is_indexed(id, &content, 0)?
            {
                self.indexer.put(id, &content)?;
            }
        }
        Ok(())
    }
}

/// From so many objects on, pages of the database are kept in memory while they are written.
const MANY: usize = 5000;

/// So many KiB of them, rather than the two megabytes that one command needs.
const WIDE_KIB: i64 = 128 << 10;

impl Store {
    /// Writes what came with a file that was verified as a whole; says whether something was not here.
    pub(super) fn take(&self, connection: &Connection, arrivals: &Arrivals) -> Result<bool, Error> {
        if arrivals.len() < MANY {
            return self.take_all(connection, arrivals);
        }
        let narrow: i64 = self.sql(connection.pragma_query_value(None, "cache_size", |row| row.get(0)))?;
        self.sql(connection.pragma_update(None, "cache_size", -WIDE_KIB))?;
        let taken = self.take_all(connection, arrivals);
        self.sql(connection.pragma_update(None, "cache_size", narrow))?;
        taken
    }

    fn take_all(&self, connection: &Connection, arrivals: &Arrivals) -> Result<bool, Error> {
        let mut inserter = Inserter::new(self, connection)?;
        let mut new = Vec::with_capacity(arrivals.len());
        for (number, object) in arrivals.objects().enumerate() {
            let object = object?;
            new.push(inserter.put(&object)?);
            // What an object refers to within its file came before it.
            if arrivals.leans_outside(number) {
                inserter.check(object.id(), &object.content()?)?;
            }
        }
        let has_news = new.contains(&true);
        for number in arrivals.by_id().filter(|number| new[*number]) {
            let object = arrivals.numbered(number)?;
            inserter.index(object.id(), &object.content()?)?;
        }
        inserter.finish()?;
        Ok(has_news)
    }
}
