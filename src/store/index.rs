//! What things are found by: who follows whom, and the words of messages and sources.
//!
//! These tables are made of the objects alone, in the transaction that stores them, and can be
//! dropped and made again. They decide no id and no count; a search finds places, and what stands
//! there is read from the objects, hash and all. A passage is a message, with what it follows, or one
//! section of a document. Passages are found by their words and by what they follow; those of one
//! object are looked for by `verify` alone, which reads all of them beside the objects.
//!
//! Reading in the words of a large source costs as much as packing it, and most are never searched: a
//! document waits until the first search after it.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Connection, Rows, Statement, params};

use super::object::Content;
use super::{Error, ObjectKind, Store};
use crate::content::Digest;

/// Passages that a search ranks at most.
const MOST_RANKED: usize = 5000;

/// A passage that has the words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hit {
    /// A message or a document.
    pub object: Digest,
    /// The section of the document; 0 for a message.
    pub place: usize,
}

/// What a search brought, the best first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The passages.
    pub hits: Vec<Hit>,
    /// Whether each hit has all the words; else none has, and each has some.
    pub all_words: bool,
    /// Documents that were not searched: they wait, and the store cannot be written.
    pub n_waiting: usize,
}

impl Store {
    /// The passages that have the words of `query`, at most `limit`; `"..."` is a phrase, `word*` a beginning.
    pub fn search(&self, query: &str, limit: usize) -> Result<Found, Error> {
        let n_waiting = match self.read_in() {
            Ok(()) => 0,
            Err(Error::ReadOnly { .. }) => self.waiting()?.len(),
            Err(error) => return Err(error),
        };
        let terms = terms(query);
        for (joint, all_words) in [(" AND ", true), (" OR ", false)] {
            let hits = if terms.is_empty() { Vec::new() } else { self.matches(&terms.join(joint), limit)? };
            if !hits.is_empty() || terms.len() < 2 {
                return Ok(Found { hits, all_words, n_waiting });
            }
        }
        Ok(Found { hits: Vec::new(), all_words: false, n_waiting })
    }

    /// Reads in the words of the documents that wait.
    fn read_in(&self) -> Result<(), Error> {
        let n_waiting = self.waiting()?.len();
        if n_waiting == 0 {
            return Ok(());
        }
        let _room = self.room(n_waiting)?;
        let transaction = self.begin()?;
        let mut indexer = Indexer::new(self, &transaction)?;
        // Another search may have read them in meanwhile.
        for id in self.waiting()? {
            // A damaged object is found by `verify`.
            if let Ok(object) = self.object(id) {
                indexer.words_of(id, &object.content()?)?;
            }
        }
        self.sql(transaction.execute("DELETE FROM waiting", []))?;
        drop(indexer);
        self.sql(transaction.commit())
    }

    /// The documents that wait, by id.
    fn waiting(&self) -> Result<Vec<Digest>, Error> {
        let mut statement = self.sql(self.connection.prepare_cached("SELECT object FROM waiting ORDER BY object"))?;
        let rows = self.sql(statement.query_map([], |row| Ok(Digest::from_bytes(row.get(0)?))))?;
        self.sql(rows.collect())
    }

    fn matches(&self, expression: &str, limit: usize) -> Result<Vec<Hit>, Error> {
        // Words that are everywhere say little: of more passages than are worth ranking, the newest are.
        let query = format!(
            "SELECT passage.object, passage.place FROM
            (SELECT rowid AS number, bm25(words) AS score FROM words WHERE words MATCH ?1
                ORDER BY rowid DESC LIMIT {MOST_RANKED}) AS found
            JOIN passage ON passage.number = found.number
            ORDER BY found.score, passage.object, passage.place LIMIT ?2"
        );
        let mut statement = self.sql(self.connection.prepare(&query))?;
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows = self.sql(statement.query_map(params![expression, limit], |row| {
            Ok(Hit {
                object: Digest::from_bytes(row.get(0)?),
                place: usize::try_from(row.get::<_, i64>(1)?).unwrap_or(0),
            })
        }))?;
        self.sql(rows.collect())
    }

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

    /// Whether the index is what the object makes of it: `listed` is what it has of its passages, `n_holders`
    /// what [`n_holders`](Self::n_holders) has of it.
    pub(super) fn is_indexed(
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
    pub(super) fn n_holders(&self) -> Result<BTreeMap<Digest, usize>, Error> {
        let query = "SELECT bundle, count(*) FROM holder GROUP BY bundle";
        let mut statement = self.sql(self.connection.prepare(query))?;
        let rows = self.sql(statement.query_map([], |row| {
            Ok((Digest::from_bytes(row.get(0)?), usize::try_from(row.get::<_, i64>(1)?).unwrap_or(usize::MAX)))
        }))?;
        self.sql(rows.collect())
    }

    /// Whether something else stands in the index of which nothing is in the store; passages are [listed](Listing).
    pub(super) fn has_strangers(&self) -> Result<bool, Error> {
        let query = "SELECT EXISTS (SELECT 1 FROM waiting WHERE object NOT IN (SELECT id FROM object))
            OR EXISTS (SELECT 1 FROM holder WHERE bundle NOT IN (SELECT id FROM object))";
        self.sql(self.connection.query_row(query, [], |row| row.get(0)))
    }
}

/// What the index has of the passages of one object.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Listed {
    n_passages: usize,
    parent: Option<Digest>,
    /// Whether they stand in their places, each with its words.
    is_whole: bool,
}

/// The passages of the index in the order of their objects' ids.
pub(super) struct Listing<'a> {
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
    pub(super) const QUERY: &'static str = "SELECT object, place, parent, words_docsize.id IS NOT NULL FROM passage
        LEFT JOIN words_docsize ON words_docsize.id = passage.number ORDER BY object, place";

    pub(super) fn new(statement: &'a mut Statement<'_>) -> rusqlite::Result<Self> {
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
    pub(super) fn of(&mut self, id: Digest) -> rusqlite::Result<Listed> {
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
    pub(super) fn has_strangers(self) -> bool {
        self.has_strangers || self.next.is_some()
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

/// What a person types as terms of a match expression, each in quotes, so that nothing in it is an operator.
fn terms(query: &str) -> Vec<String> {
    let mut terms = Vec::new();
    for (number, piece) in query.split('"').enumerate() {
        let is_phrase = number % 2 == 1;
        let words: Vec<&str> = if is_phrase { vec![piece] } else { piece.split_whitespace().collect() };
        for word in words {
            let (word, is_beginning) = match word.strip_suffix('*') {
                Some(word) if !is_phrase => (word, true),
                _ => (word, false),
            };
            let plain: String = spaced(word).chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
            let plain = plain.split_whitespace().collect::<Vec<_>>().join(" ");
            if !plain.is_empty() {
                terms.push(format!("\"{plain}\"{}", if is_beginning { " *" } else { "" }));
            }
        }
    }
    terms
}

/// The text with each character of a script without blanks as a word of its own.
fn spaced(text: &str) -> Cow<'_, str> {
    let stands_alone = |c: char| c >= '\u{2e80}' && c.is_alphabetic();
    if text.is_ascii() || !text.chars().any(stands_alone) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() * 2);
    for character in text.chars() {
        if stands_alone(character) {
            out.extend([' ', character, ' ']);
        } else {
            out.push(character);
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::super::verify::{Finding, verify};
    use super::super::{Change, sample};
    use super::*;

    fn store() -> (Store, Digest, Vec<Digest>) {
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
    fn words_are_found_where_they_stand() {
        let (store, bundle, ids) = store();
        let document = store.bundle(bundle).unwrap().items[0].document;
        let check = |query: &str, expected: &[Digest], all_words: bool| {
            let found = store.search(query, 10).unwrap();
            let mut objects: Vec<Digest> = found.hits.iter().map(|hit| hit.object).collect();
            let mut expected = expected.to_vec();
            objects.sort();
            expected.sort();
            assert_eq!((objects, found.all_words), (expected, all_words), "{query}");
        };
        check("bitter lesson", &[document], true);
        check("LESSONS", &[document, ids[0]], true);
        check("cafe", &[ids[1]], true);
        check("searching", &[ids[1]], true);
        check("\"search beats\"", &[ids[1]], true);
        check("\"beats search\"", &[], true);
        check("sear*", &[ids[1]], true);
        check("bitter wisdom", &[document, ids[1]], false);
        check("\u{6f22}\u{5b57}", &[ids[1]], true);
        check("\u{5b57}\u{6f22}", &[], true);
        check("NEAR(a b) OR -x:y ^", &[], false);
        check("\" * ( AND", &[], true);
        check("", &[], true);
    }

    #[test]
    fn a_document_waits_until_somebody_searches() {
        let (store, bundle, _) = store();
        let document = store.bundle(bundle).unwrap().items[0].document;
        let n_words = || {
            let query = "SELECT count(*) FROM passage WHERE object = ?1";
            store.connection.query_row(query, [document.as_bytes()], |row| row.get::<_, i64>(0)).unwrap()
        };
        assert_eq!((store.waiting().unwrap(), n_words(), verify(&store).findings), (vec![document], 0, vec![]));
        // On a medium that cannot be written it goes on waiting, and that is told.
        store.connection.pragma_update(None, "query_only", true).unwrap();
        let found = store.search("bitter", 10).unwrap();
        assert_eq!((found.hits.len(), found.n_waiting, store.waiting().unwrap().len()), (0, 1, 1));
        store.connection.pragma_update(None, "query_only", false).unwrap();
        for _ in 0..2 {
            let found = store.search("bitter", 10).unwrap();
            assert_eq!((found.hits.len(), found.n_waiting, store.waiting().unwrap()), (1, 0, vec![]));
            assert_eq!((n_words(), verify(&store).findings), (1, vec![]));
        }
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
