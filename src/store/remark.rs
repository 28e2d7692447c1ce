//! What people say of messages and branches, beside them and never in a hash.
//!
//! A remark is a value at a subject and a topic. It changes like a pointer: by comparing first, in
//! one transaction with the operation that says so, so that it can be taken back.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension as _};

use super::record::RemarkMove;
use super::{Error, Store};

/// What remarks say of their subjects.
pub mod topic {
    /// How good a message is: `up`, `down`, or `1` to `5`.
    pub const RATING: &str = "rating";
    /// Words about a message.
    pub const NOTE: &str = "note";
    /// What a branch is about.
    pub const DESCRIPTION: &str = "description";
    /// The answer was written by hand; the value is the message that it replaces.
    pub const EDITED: &str = "edited";
    /// The answer was given on other sources; the value is the message it was taken from.
    pub const STALE: &str = "stale";
    /// The turn was taken over; the value is the message it was taken from.
    pub const TAKEN: &str = "taken";
}

/// Values by subject and topic.
pub type Remarks = BTreeMap<(String, String), String>;

impl Store {
    /// The remark on a subject.
    pub fn remark(&self, subject: &str, topic: &str) -> Result<Option<String>, Error> {
        self.sql(remark(&self.connection, subject, topic))
    }

    /// All remarks on a subject, by topic.
    pub fn remarks_on(&self, subject: &str) -> Result<BTreeMap<String, String>, Error> {
        let query = "SELECT topic, value FROM remark WHERE subject = ?1";
        let mut statement = self.sql(self.connection.prepare_cached(query))?;
        let rows = self.sql(statement.query_map([subject], |row| Ok((row.get(0)?, row.get(1)?))))?;
        self.sql(rows.collect())
    }

    /// Every remark.
    pub fn remarks(&self) -> Result<Remarks, Error> {
        let mut statement = self.sql(self.connection.prepare("SELECT subject, topic, value FROM remark"))?;
        let rows = self.sql(statement.query_map([], |row| Ok(((row.get(0)?, row.get(1)?), row.get(2)?))))?;
        self.sql(rows.collect())
    }

    /// The change that makes a remark say `value`, nothing where it says so already.
    pub fn remarking(&self, subject: &str, topic: &str, value: Option<&str>) -> Result<Option<RemarkMove>, Error> {
        let from = self.remark(subject, topic)?;
        let to = value.map(str::to_owned);
        let is_news = from != to;
        Ok(is_news.then(|| RemarkMove { subject: subject.to_owned(), topic: topic.to_owned(), from, to }))
    }

    /// Changes one remark, if it says what the caller read.
    pub(super) fn swap_remark(&self, connection: &Connection, step: &RemarkMove) -> Result<(), Error> {
        let found = self.sql(remark(connection, &step.subject, &step.topic))?;
        if found != step.from {
            return Err(Error::Remarked { subject: step.subject.clone(), topic: step.topic.clone() });
        }
        let outcome = match &step.to {
            None => {
                let query = "DELETE FROM remark WHERE subject = ?1 AND topic = ?2";
                connection.execute(query, [&step.subject, &step.topic])
            }
            Some(value) => {
                let query = "INSERT INTO remark VALUES (?1, ?2, ?3)
                    ON CONFLICT (subject, topic) DO UPDATE SET value = excluded.value";
                connection.execute(query, [&step.subject, &step.topic, value])
            }
        };
        self.sql(outcome.map(drop))
    }
}

fn remark(connection: &Connection, subject: &str, topic: &str) -> rusqlite::Result<Option<String>> {
    let query = "SELECT value FROM remark WHERE subject = ?1 AND topic = ?2";
    connection.prepare_cached(query)?.query_row([subject, topic], |row| row.get(0)).optional()
}

#[cfg(test)]
mod tests {
    use super::super::sample::{self, entry};
    use super::super::{Change, verify};
    use super::*;

    #[test]
    fn a_remark_changes_by_comparing_first_and_is_accounted_for() {
        let (store, bundle) = sample::store();
        let subject = bundle.to_string();
        let say = |value: Option<&str>| {
            let remarks = store.remarking(&subject, topic::NOTE, value).unwrap().into_iter().collect();
            store.transact(&Change { remarks, ..Change::new(entry("note")) }).unwrap()
        };
        let first = say(Some("good"));
        assert_eq!(store.remark(&subject, topic::NOTE).unwrap().as_deref(), Some("good"));
        assert_eq!(store.remarking(&subject, topic::NOTE, Some("good")).unwrap(), None);
        say(Some("better"));
        match store.transact(&Change { remarks: first.remarks, ..Change::new(entry("late")) }) {
            Err(Error::Remarked { topic, .. }) => assert_eq!(topic, "note"),
            other => panic!("{other:?}"),
        }
        assert_eq!(verify::verify(&store).findings, []);
        store.connection.execute("UPDATE remark SET value = 'forged'", []).unwrap();
        let name = format!("the note of {subject}");
        assert_eq!(verify::verify(&store).findings, [verify::Finding::Unaccounted { name }]);
        store.connection.execute("UPDATE remark SET value = 'better'", []).unwrap();
        say(None);
        assert_eq!(store.remarks().unwrap(), Remarks::new());
    }
}
