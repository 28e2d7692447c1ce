//! Objects on their way into the database: each written once, what it refers to checked, what it is
//! found by written beside it.
//!
//! Statements are prepared once for as many objects as come.

use rusqlite::blob::ZeroBlob;
use rusqlite::{Connection, MAIN_DB, Params, Statement, params};

use super::exchange::{Arrival, Arrivals};
use super::index::Indexer;
use super::object::{Content, Reference};
use super::objects::kind;
use super::{Error, Object, ObjectKind, Store};
use crate::content::Digest;

/// An object is written once; only the place of a withheld blob is taken by the blob.
const INSERT: &str = "INSERT INTO object VALUES (?1, ?2, ?3) ON CONFLICT (id)
    DO UPDATE SET kind = excluded.kind, data = excluded.data
    WHERE object.kind = 'stub' AND excluded.kind = 'blob'";

/// From so many bytes on a blob is written page by page.
const LARGE: usize = 1 << 20;

/// Room for some bytes.
fn zeros(bytes: &[u8]) -> ZeroBlob {
    ZeroBlob(u64::try_from(bytes.len()).unwrap_or(u64::MAX))
}

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
        let (id, kind, bytes) = (object.id(), object.kind().name(), object.bytes());
        if object.kind() == ObjectKind::Blob {
            match self.kind(id)? {
                Some(ObjectKind::Stub) => self.came.push(id),
                None if bytes.len() >= LARGE => {
                    return self.put_large(params![id.as_bytes(), kind, zeros(bytes)], bytes);
                }
                _ => {}
            }
        }
        Ok(self.store.sql(self.put.execute(params![id.as_bytes(), kind, bytes]))? > 0)
    }

    /// Writes a row with the zeros in it filled page by page: a statement would hold two copies of the bytes.
    fn put_large(&mut self, row: impl Params, bytes: &[u8]) -> Result<bool, Error> {
        self.store.sql(self.put.execute(row))?;
        let row = self.connection.last_insert_rowid();
        let open = self.connection.blob_open(MAIN_DB, c"object", c"data", row, false);
        self.store.sql(open.and_then(|mut blob| blob.write_at(bytes, 0)))?;
        Ok(true)
    }

    /// What an object is, as [`Store::kind`].
    pub(super) fn kind(&self, id: Digest) -> Result<Option<ObjectKind>, Error> {
        self.store.sql(kind(self.connection, id))
    }

    /// Makes sure that what an object refers to is there.
    pub(super) fn check(&self, from: Digest, references: impl IntoIterator<Item = Reference>) -> Result<(), Error> {
        for reference in references {
            match self.kind(reference.id)? {
                Some(found) if reference.is_met_by(found) => {}
                _ => return Err(Error::Dangling { from, to: reference.id }),
            }
        }
        Ok(())
    }

    /// Writes what an object that was not there is found by.
    pub(super) fn index(&mut self, id: Digest, content: &Content) -> Result<(), Error> {
        self.indexer.put(id, content)
    }

    /// Ends the work: documents that were here without their texts have words from now on, and wait to be read.
    pub(super) fn finish(mut self) -> Result<(), Error> {
        if self.came.is_empty() {
            return Ok(());
        }
        for id in self.store.ids(ObjectKind::Document)? {
            let content = self.store.object(id)?.content()?;
            if let Content::Document(record) = &content
                && self.came.contains(&record.text)
            {
                self.indexer.put(id, &content)?;
            }
        }
        Ok(())
    }
}

/// From so many objects on, what is written is kept in memory meanwhile.
const MANY: usize = 5000;

/// So many KiB of pages, rather than the two megabytes that one command needs.
const WIDE_KIB: i64 = 128 << 10;

/// So many bytes of words, rather than the one megabyte that is usual: fewer pieces to be merged.
const WORDS_WIDE: i64 = 16 << 20;
const WORDS_USUAL: i64 = 1 << 20;

/// Memory for a transaction of many objects; given back when it is dropped.
pub(super) struct Room<'a> {
    connection: &'a Connection,
    /// How many pages are kept otherwise; nothing where few objects come.
    narrow: Option<i64>,
}

impl Drop for Room<'_> {
    fn drop(&mut self) {
        if let Some(narrow) = self.narrow {
            // What is not given back is gone with the connection.
            drop(self.connection.pragma_update(None, "cache_size", narrow));
            drop(self.connection.pragma_update(None, "temp_store", "DEFAULT"));
        }
    }
}

impl Store {
    /// Makes room for so many objects, before the transaction that writes them begins.
    pub(super) fn room(&self, n_objects: usize) -> Result<Room<'_>, Error> {
        let connection = &self.connection;
        if n_objects < MANY {
            return Ok(Room { connection, narrow: None });
        }
        let narrow = self.sql(connection.pragma_query_value(None, "cache_size", |row| row.get(0)))?;
        self.sql(connection.pragma_update(None, "cache_size", -WIDE_KIB))?;
        // Else each statement would put the pages that it changes into a file, to be able to go back.
        self.sql(connection.pragma_update(None, "temp_store", "MEMORY"))?;
        Ok(Room { connection, narrow: Some(narrow) })
    }

    /// Writes what came with a file that was verified as a whole; says whether something was not here.
    pub(super) fn take(&self, connection: &Connection, arrivals: &Arrivals) -> Result<bool, Error> {
        if arrivals.len() < MANY {
            return self.take_all(connection, arrivals);
        }
        let words = |bytes: i64| {
            self.sql(connection.execute("INSERT INTO words (words, rank) VALUES ('hashsize', ?1)", [bytes]))
        };
        words(WORDS_WIDE)?;
        let last = connection.query_row("SELECT max(number) FROM passage", [], |row| row.get::<_, Option<i64>>(0));
        let n_here = usize::try_from(self.sql(last)?.unwrap_or(0)).unwrap_or(usize::MAX);
        let has_news = if n_here < arrivals.len() {
            self.take_sorted(connection, arrivals)?
        } else {
            self.take_all(connection, arrivals)?
        };
        words(WORDS_USUAL)?;
        Ok(has_news)
    }

    /// The same where more come than there are: who follows whom is sorted once at the end, rather than
    /// each written where it belongs.
    fn take_sorted(&self, connection: &Connection, arrivals: &Arrivals) -> Result<bool, Error> {
        let query = "SELECT sql FROM sqlite_schema WHERE name = 'passage_of_parent'";
        let index: String = self.sql(connection.query_row(query, [], |row| row.get(0)))?;
        self.sql(connection.execute_batch("DROP INDEX passage_of_parent"))?;
        let has_news = self.take_all(connection, arrivals)?;
        self.sql(connection.execute_batch(&index))?;
        Ok(has_news)
    }

    fn take_all(&self, connection: &Connection, arrivals: &Arrivals) -> Result<bool, Error> {
        let mut inserter = Inserter::new(self, connection)?;
        let mut has_news = false;
        // By id, so that indexes grow at their ends and not all over.
        arrivals.each(|number, Arrival { object, said }| {
            let (id, is_new, leans_outside) = (object.id(), inserter.put(&object)?, arrivals.leans_outside(number));
            has_news |= is_new;
            if let Some((parent, words)) = said.filter(|_| is_new && !leans_outside) {
                return inserter.indexer.message(id, parent, &words);
            }
            if !is_new && !leans_outside {
                return Ok(());
            }
            let content = object.content()?;
            if leans_outside {
                // What it refers to within its file comes with it.
                let references = content.references().into_iter();
                inserter.check(id, references.filter(|reference| arrivals.kind(reference.id).is_none()))?;
            }
            if is_new { inserter.index(id, &content) } else { Ok(()) }
        })?;
        inserter.finish()?;
        Ok(has_news)
    }
}
