//! Passages by their words.
//!
//! Reading in the words of a large source costs as much as packing it, and most are never searched: a
//! document waits until the first search after it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use rusqlite::{OptionalExtension, params};

use super::Indexer;
use crate::content::Digest;
use crate::store::{Error, Store};

/// Passages that a search ranks, shared out among the words that it ranks by themselves.
const MOST_RANKED: usize = 2000;
/// Passages of one word that are ranked all the same, however many words there are.
const RANKED_OF_EACH: usize = 500;

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
        let all = (!terms.is_empty()).then(|| terms.join(" AND "));
        let hits = self.best(all.as_slice(), limit)?;
        if !hits.is_empty() || terms.len() < 2 {
            return Ok(Found { hits, all_words: true, n_waiting });
        }
        Ok(Found { hits: self.best(&terms, limit)?, all_words: false, n_waiting })
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

    /// The passages that some expression finds, the best first.
    ///
    /// The score of BM25 is a sum over the words. Each expression is ranked by itself, so that a rare word
    /// is found beside one that is everywhere.
    fn best(&self, expressions: &[String], limit: usize) -> Result<Vec<Hit>, Error> {
        // Words that are everywhere say little: of more passages than are worth ranking, the newest are.
        let query = "SELECT rowid, bm25(words) FROM words WHERE words MATCH ?1 ORDER BY rowid DESC LIMIT ?2";
        let mut statement = self.sql(self.connection.prepare(query))?;
        let each = MOST_RANKED.div_ceil(expressions.len().max(1)).max(RANKED_OF_EACH);
        let each = i64::try_from(each).unwrap_or(i64::MAX);
        let mut scores = BTreeMap::<i64, f64>::new();
        for expression in expressions {
            let mut rows = self.sql(statement.query(params![expression, each]))?;
            while let Some(row) = self.sql(rows.next())? {
                *scores.entry(self.sql(row.get(0))?).or_default() += self.sql(row.get::<_, f64>(1))?;
            }
        }
        let query = "SELECT object, place FROM passage WHERE number = ?1";
        let mut statement = self.sql(self.connection.prepare(query))?;
        let mut hits = Vec::with_capacity(scores.len());
        for (number, score) in scores {
            let hit = statement.query_row([number], |row| {
                let place = usize::try_from(row.get::<_, i64>(1)?).unwrap_or(0);
                Ok(Hit { object: Digest::from_bytes(row.get(0)?), place })
            });
            // An index that is off is found by `verify`.
            if let Some(hit) = self.sql(hit.optional())? {
                hits.push((score, hit));
            }
        }
        // SQLite gives a better passage a lower score.
        hits.sort_by(|(one, a), (other, b)| one.total_cmp(other).then((a.object, a.place).cmp(&(b.object, b.place))));
        Ok(hits.into_iter().take(limit).map(|(_, hit)| hit).collect())
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
pub(super) fn spaced(text: &str) -> Cow<'_, str> {
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
    use super::super::tests::store;
    use crate::content::Digest;
    use crate::store::verify::verify;
    use crate::store::{Change, sample};

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
    fn a_rare_word_is_found_beside_one_that_is_everywhere() {
        let (store, bundle, _) = store();
        let question = |number: usize| {
            let words = if number == 0 { "a loom of old".to_owned() } else { format!("the kettle of {number}") };
            sample::message(bundle, &words)
        };
        let objects: Vec<_> = (0..=super::MOST_RANKED).map(question).collect();
        let old = objects[0].id();
        store.transact(&Change { objects, ..Change::new(sample::entry("import")) }).unwrap();
        let found = store.search("kettle loom", 2).unwrap();
        assert_eq!((found.hits[0].object, found.hits.len(), found.all_words), (old, 2, false));
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
}
