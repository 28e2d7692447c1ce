//! What things are found by: who follows whom, and the words of messages and sources.
//!
//! These tables are made of the objects alone, in the transaction that stores them, and can be
//! dropped and made again. They decide no id and no count; a search finds places, and what stands
//! there is read from the objects, hash and all. A passage is a message, with what it follows, or one
//! section of a document. Passages are found by their words and by what they follow; those of one
//! object are looked for by `verify` alone, which reads all of them beside the objects.

mod check;
mod search;

use std::collections::BTreeSet;

use rusqlite::{Connection, Statement, params};

pub(super) use check::{Listed, Listing};
use search::spaced;
pub use search::{Found, Hit};

use super::object::Content;
use super::{Error, ObjectKind, Store};
use crate::content::Digest;

impl Store {
    /// The messages that follow a message or a bundle, by id.
    pub fn followers(&self, parent: Digest) -> Result<Vec<Digest>, Error> {
        let query = "SELECT object FROM passage WHERE parent = ?1 ORDER BY object";
        let mut statement = self.sql(self.connection.prepare_cached(query))?;
        let rows = self.sql(statement.query_map([parent.as_bytes()], |row| Ok(Digest::from_bytes(row.get(0)?))))?;
        self.sql(rows.collect())
    }

    /// The bundles that hold a document, by id.
    pub fn holders(&self, document: Digest) -> Result<Vec<Digest>, Error> {
        let mut statement =
            self.sql(self.connection.prepare_cached("SELECT bundle FROM holder WHERE document = ?1 ORDER BY bundle"))?;
        let rows = self.sql(statement.query_map([document.as_bytes()], |row| Ok(Digest::from_bytes(row.get(0)?))))?;
        self.sql(rows.collect())
    }

    /// Makes the index anew from the objects.
    pub fn reindex(&self) -> Result<(), Error> {
        let transaction = self.begin()?;
        let clear = "DELETE FROM holder; DELETE FROM passage; DELETE FROM waiting;
            INSERT INTO words (words) VALUES ('delete-all');";
        self.sql(transaction.execute_batch(clear))?;
        self.index_all(&transaction)?;
        self.sql(transaction.commit())
    }

    /// Puts every stored object into an index that is empty.
    pub(super) fn index_all(&self, connection: &Connection) -> Result<(), Error> {
        let mut indexer = Indexer::new(self, connection)?;
        for kind in [ObjectKind::Document, ObjectKind::Bundle, ObjectKind::Message] {
            for id in self.ids(kind)? {
                // A damaged object is found by `verify`; the others are to be found by their words.
                if let Ok(object) = self.object(id) {
                    let content = object.content()?;
                    if kind == ObjectKind::Document {
                        indexer.words_of(id, &content)
                    } else {
                        indexer.put(id, &content)
                    }?;
                }
            }
        }
        Ok(())
    }

    /// Takes everything out of the index that `kept`, a table of ids, does not name.
    pub(super) fn unindex_but(&self, connection: &Connection, kept: &str) -> Result<(), Error> {
        let gone = format!("NOT IN (SELECT id FROM {kept})");
        self.sql(connection.execute_batch(&format!(
            "DELETE FROM words WHERE rowid IN (SELECT number FROM passage WHERE object {gone});
            DELETE FROM passage WHERE object {gone};
            DELETE FROM waiting WHERE object {gone};
            DELETE FROM holder WHERE bundle {gone};"
        )))
    }

    /// The texts that an object is found by, in the order of their places.
    fn passages(&self, content: &Content) -> Result<Vec<String>, Error> {
        match content {
            Content::Bytes | Content::Bundle(_) => Ok(Vec::new()),
            Content::Message(record) => Ok(vec![record.message.spoken()]),
            Content::Document(record) => {
                let text = match self.text(record.text) {
                    // A text that its sender kept has no words here.
                    Err(Error::Withheld { .. }) => return Ok(Vec::new()),
                    text => text?,
                };
                let section = |section: &crate::content::Section| text.get(section.range()).unwrap_or("").to_owned();
                Ok(record.sections.iter().map(section).collect())
            }
        }
    }
}

/// Puts what was stored into the index, with statements that are prepared once.
pub(super) struct Indexer<'a> {
    store: &'a Store,
    connection: &'a Connection,
    holder: Statement<'a>,
    passage: Statement<'a>,
    words: Statement<'a>,
    waiting: Statement<'a>,
}

impl<'a> Indexer<'a> {
    pub(super) fn new(store: &'a Store, connection: &'a Connection) -> Result<Self, Error> {
        let prepared = |query| store.sql(connection.prepare(query));
        Ok(Self {
            store,
            connection,
            holder: prepared("INSERT INTO holder VALUES (?1, ?2) ON CONFLICT DO NOTHING")?,
            passage: prepared("INSERT INTO passage (object, place, parent) VALUES (?1, ?2, ?3)")?,
            words: prepared("INSERT INTO words (rowid, text) VALUES (?1, ?2)")?,
            waiting: prepared("INSERT INTO waiting VALUES (?1) ON CONFLICT DO NOTHING")?,
        })
    }

    /// Puts one object that was just stored into the index; a document waits.
    pub(super) fn put(&mut self, id: Digest, content: &Content) -> Result<(), Error> {
        if let Content::Message(record) = content {
            return self.message(id, record.parent, &record.message.spoken());
        }
        for document in held(content) {
            self.store.sql(self.holder.execute([document.as_bytes(), id.as_bytes()]))?;
        }
        if let Content::Document(_) = content {
            self.store.sql(self.waiting.execute([id.as_bytes()]))?;
        }
        Ok(())
    }

    /// Puts the words of a document into the index.
    fn words_of(&mut self, id: Digest, content: &Content) -> Result<(), Error> {
        for (place, text) in self.store.passages(content)?.iter().enumerate() {
            self.passage(id, place, None, text)?;
        }
        Ok(())
    }

    /// Puts a message into the index by what it follows and its words.
    pub(super) fn message(&mut self, id: Digest, parent: Digest, words: &str) -> Result<(), Error> {
        self.passage(id, 0, Some(parent), words)
    }

    fn passage(&mut self, id: Digest, place: usize, parent: Option<Digest>, text: &str) -> Result<(), Error> {
        let place = i64::try_from(place).unwrap_or(i64::MAX);
        let parent = parent.as_ref().map(Digest::as_bytes);
        self.store.sql(self.passage.execute(params![id.as_bytes(), place, parent]))?;
        let number = self.connection.last_insert_rowid();
        self.store.sql(self.words.execute(params![number, spaced(text)]))?;
        Ok(())
    }
}

/// The documents of a bundle; nothing else holds one.
fn held(content: &Content) -> BTreeSet<Digest> {
    match content {
        Content::Bundle(record) => record.items.iter().map(|item| item.document).collect(),
        _ => BTreeSet::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Change, sample};
    use super::*;

    /// A store with a bundle, a question on it and its answer.
    pub(super) fn store() -> (Store, Digest, Vec<Digest>) {
        let (store, bundle) = sample::store();
        let question = sample::message(bundle, "What does Sutton's lesson say?");
        let answer = sample::answer(
            question.id(),
            "It says that search beats caf\u{e9} wisdom. \u{6f22}\u{5b57}\u{3092}\u{8aad}\u{3080}",
        );
        let ids = vec![question.id(), answer.id()];
        store.transact(&Change { objects: vec![question, answer], ..Change::new(sample::entry("ask")) }).unwrap();
        (store, bundle, ids)
    }

    #[test]
    fn followers_are_known() {
        let (store, bundle, ids) = store();
        assert_eq!(store.followers(bundle).unwrap(), [ids[0]]);
        assert_eq!(store.followers(ids[0]).unwrap(), [ids[1]]);
        assert_eq!(store.followers(ids[1]).unwrap(), []);
        let document = store.bundle(bundle).unwrap().items[0].document;
        assert_eq!((store.holders(document).unwrap(), store.holders(bundle).unwrap()), (vec![bundle], vec![]));
    }
}
