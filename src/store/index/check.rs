//! Whether the index is what the objects make of it.

use std::collections::BTreeMap;

use rusqlite::{Rows, Statement};

use super::held;
use crate::content::Digest;
use crate::store::object::Content;
use crate::store::{Error, Store};

impl Store {
    /// Whether the index is what the object makes of it: `listed` is what it has of its passages, `n_holders`
    /// what [`n_holders`](Self::n_holders) has of it.
    pub(in crate::store) fn is_indexed(
        &self,
        id: Digest,
        content: &Content,
        listed: &Listed,
        n_holders: usize,
    ) -> Result<bool, Error> {
        let held = held(content);
        if held.len() != n_holders {
            return Ok(false);
        }
        let query = "SELECT EXISTS (SELECT 1 FROM holder WHERE document = ?1 AND bundle = ?2)";
        let mut holder = self.sql(self.connection.prepare_cached(query))?;
        for document in held {
            if !self.sql(holder.query_row([document.as_bytes(), id.as_bytes()], |row| row.get::<_, bool>(0)))? {
                return Ok(false);
            }
        }
        // What cannot be read is found elsewhere.
        let Ok(passages) = self.passages(content) else { return Ok(true) };
        let n_passages = if self.is_waiting(id)? { 0 } else { passages.len() };
        let parent = match content {
            Content::Message(record) => Some(record.parent),
            _ => None,
        };
        Ok(listed.is_whole && listed.n_passages == n_passages && listed.parent == parent)
    }

    fn is_waiting(&self, id: Digest) -> Result<bool, Error> {
        let query = "SELECT EXISTS (SELECT 1 FROM waiting WHERE object = ?1)";
        let mut statement = self.sql(self.connection.prepare_cached(query))?;
        self.sql(statement.query_row([id.as_bytes()], |row| row.get(0)))
    }

    /// How many documents the index says that each bundle holds.
    pub(in crate::store) fn n_holders(&self) -> Result<BTreeMap<Digest, usize>, Error> {
        let query = "SELECT bundle, count(*) FROM holder GROUP BY bundle";
        let mut statement = self.sql(self.connection.prepare(query))?;
        let rows = self.sql(statement.query_map([], |row| {
            Ok((Digest::from_bytes(row.get(0)?), usize::try_from(row.get::<_, i64>(1)?).unwrap_or(usize::MAX)))
        }))?;
        self.sql(rows.collect())
    }

    /// Whether something else stands in the index of which nothing is in the store; passages are [listed](Listing).
    pub(in crate::store) fn has_strangers(&self) -> Result<bool, Error> {
        let query = "SELECT EXISTS (SELECT 1 FROM waiting WHERE object NOT IN (SELECT id FROM object))
            OR EXISTS (SELECT 1 FROM holder WHERE bundle NOT IN (SELECT id FROM object))";
        self.sql(self.connection.query_row(query, [], |row| row.get(0)))
    }
}

/// What the index has of the passages of one object.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::store) struct Listed {
    n_passages: usize,
    parent: Option<Digest>,
    /// Whether they stand in their places, each with its words.
    is_whole: bool,
}

/// The passages of the index in the order of their objects' ids.
pub(in crate::store) struct Listing<'a> {
    rows: Rows<'a>,
    next: Option<Row>,
    has_strangers: bool,
}

/// A passage as the index has it.
struct Row {
    object: Digest,
    place: i64,
    parent: Option<Digest>,
    has_words: bool,
}

impl<'a> Listing<'a> {
    /// The statement that [`new`](Self::new) reads.
    pub(in crate::store) const QUERY: &'static str =
        "SELECT object, place, parent, words_docsize.id IS NOT NULL FROM passage
        LEFT JOIN words_docsize ON words_docsize.id = passage.number ORDER BY object, place";

    pub(in crate::store) fn new(statement: &'a mut Statement<'_>) -> rusqlite::Result<Self> {
        let mut listing = Self { rows: statement.query([])?, next: None, has_strangers: false };
        listing.step()?;
        Ok(listing)
    }

    fn step(&mut self) -> rusqlite::Result<()> {
        self.next = match self.rows.next()? {
            None => None,
            Some(row) => Some(Row {
                object: Digest::from_bytes(row.get(0)?),
                place: row.get(1)?,
                parent: row.get::<_, Option<_>>(2)?.map(Digest::from_bytes),
                has_words: row.get(3)?,
            }),
        };
        Ok(())
    }

    /// What stands there of an object; objects are asked for by id, each once.
    pub(in crate::store) fn of(&mut self, id: Digest) -> rusqlite::Result<Listed> {
        let mut listed = Listed { n_passages: 0, parent: None, is_whole: true };
        while let Some(row) = self.next.take_if(|row| row.object <= id) {
            if row.object == id {
                listed.is_whole &= row.has_words && usize::try_from(row.place) == Ok(listed.n_passages);
                listed.parent = listed.parent.or(row.parent);
                listed.n_passages += 1;
            } else {
                self.has_strangers = true;
            }
            self.step()?;
        }
        Ok(listed)
    }

    /// Whether there are passages of objects that were not asked for.
    pub(in crate::store) fn has_strangers(self) -> bool {
        self.has_strangers || self.next.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::store;
    use crate::store::Hit;
    use crate::store::verify::{Finding, verify};

    #[test]
    fn an_index_that_is_off_is_found_and_made_anew() {
        let damages = [
            "UPDATE passage SET parent = NULL",
            "UPDATE passage SET parent = object WHERE parent IS NOT NULL",
            "UPDATE passage SET parent = object WHERE parent IS NULL",
            "UPDATE passage SET place = place + 1",
            "DELETE FROM holder",
            "DELETE FROM passage WHERE number = 2",
            "INSERT INTO passage (object, place) VALUES (zeroblob(32), 0)",
            "DELETE FROM words WHERE rowid = 1",
            "DELETE FROM passage WHERE number = 3",
            "INSERT INTO waiting VALUES (zeroblob(32))",
            "INSERT INTO waiting SELECT object FROM passage WHERE number = 3",
        ];
        for damage in damages {
            let (store, _, ids) = store();
            store.search("lesson", 10).unwrap();
            assert_eq!(verify(&store).findings, []);
            store.connection.execute(damage, []).unwrap();
            assert!(verify(&store).findings.contains(&Finding::Index), "{damage}");
            store.reindex().unwrap();
            assert_eq!(verify(&store).findings, [], "{damage}");
            assert_eq!(store.search("search", 10).unwrap().hits, [Hit { object: ids[1], place: 0 }]);
        }
    }
}
