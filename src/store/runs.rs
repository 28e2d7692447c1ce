//! Rows beside the objects: model calls, and where documents came from.

use rusqlite::{Connection, params};

use super::database::{seal, unseal};
use super::record::{ProvenanceRecord, RunRecord};
use super::{Error, Store};
use crate::content::Digest;

impl Store {
    /// Stores the intent of a call before anything is sent; durable when this returns.
    pub fn begin_run(&self, run: &RunRecord) -> Result<(), Error> {
        self.begin_runs(std::slice::from_ref(run))
    }

    /// The same for many calls: all of them, or none.
    pub fn begin_runs(&self, runs: &[RunRecord]) -> Result<(), Error> {
        let transaction = self.begin()?;
        for run in runs {
            let query = "SELECT count(*) FROM run WHERE attempt = ?1";
            let n_known: i64 = self.sql(transaction.query_row(query, [&run.attempt], |row| row.get(0)))?;
            if n_known > 0 {
                return Err(Error::RunExists { attempt: run.attempt.clone() });
            }
            self.write_run(&transaction, run)?;
        }
        self.sql(transaction.commit())
    }

    /// Writes how far a run came, with no move of a pointer.
    pub fn save_run(&self, run: &RunRecord) -> Result<(), Error> {
        self.save_runs(std::slice::from_ref(run))
    }

    /// The same for many runs: all of them, or none.
    pub fn save_runs(&self, runs: &[RunRecord]) -> Result<(), Error> {
        let transaction = self.begin()?;
        runs.iter().try_for_each(|run| self.write_run(&transaction, run))?;
        self.sql(transaction.commit())
    }

    /// The attempts that have begun and not ended, those that wait in a batch aside.
    pub fn unended(&self) -> Result<Vec<String>, Error> {
        // The first look spares most records the second, which reads them.
        let query = "SELECT attempt FROM run WHERE instr(record, '\"streaming\"') > 0
            AND json_extract(record, '$.state') = 'streaming' AND json_extract(record, '$.batch') IS NULL
            ORDER BY rowid";
        let mut statement = self.sql(self.connection.prepare_cached(query))?;
        let rows = self.sql(statement.query_map([], |row| row.get(0)))?;
        rows.map(|row| self.sql(row)).collect()
    }

    /// Every run, in the order they were begun.
    pub fn runs(&self) -> Result<Vec<RunRecord>, Error> {
        self.rows_of("SELECT attempt, record, sum FROM run ORDER BY rowid", None, "run")
    }

    /// Every run of a model, in the order they were begun; those of imports only say where messages came from.
    pub fn calls(&self) -> Result<Vec<RunRecord>, Error> {
        let query = "SELECT attempt, record, sum FROM run
            WHERE attempt < 'import-' OR attempt >= 'import.' ORDER BY rowid";
        self.rows_of(query, None, "run")
    }

    /// Reads every run in the order they were begun, one at a time.
    pub(super) fn each_run(&self, mut take: impl FnMut(RunRecord) -> Result<(), Error>) -> Result<(), Error> {
        let mut statement = self.sql(self.connection.prepare("SELECT attempt, record, sum FROM run ORDER BY rowid"))?;
        let mut rows = self.sql(statement.query([]))?;
        while let Some(row) = self.sql(rows.next())? {
            let row: rusqlite::Result<(String, String, Vec<u8>)> = (|| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))();
            let (key, text, sum) = self.sql(row)?;
            take(unseal(&text, &sum).ok_or(Error::CorruptRow { table: "run", key })?)?;
        }
        Ok(())
    }

    /// The last run of a model that brought an answer.
    pub fn last_answered_run(&self) -> Result<Option<RunRecord>, Error> {
        let query = "SELECT attempt, record, sum FROM run WHERE answer IS NOT NULL
            AND (attempt < 'import-' OR attempt >= 'import.') ORDER BY rowid DESC LIMIT 1";
        Ok(self.rows_of(query, None, "run")?.pop())
    }

    /// The run of that attempt id.
    pub fn run(&self, attempt: &str) -> Result<Option<RunRecord>, Error> {
        let query = "SELECT attempt, record, sum FROM run WHERE attempt = ?1";
        Ok(self.rows_of(query, Some(attempt.to_owned().into()), "run")?.pop())
    }

    /// The runs that gave this answer, in the order they were begun; two calls can answer alike.
    pub fn runs_of_answer(&self, answer: Digest) -> Result<Vec<RunRecord>, Error> {
        let query = "SELECT attempt, record, sum FROM run WHERE answer = ?1 ORDER BY rowid";
        self.rows_of(query, Some(answer.as_bytes().to_vec().into()), "run")
    }

    /// The readings that gave this document.
    pub fn provenance(&self, document: Digest) -> Result<Vec<ProvenanceRecord>, Error> {
        let query = "SELECT hex(sum), record, sum FROM provenance WHERE document = ?1 ORDER BY rowid";
        self.rows_of(query, Some(document.as_bytes().to_vec().into()), "provenance")
    }

    /// Every reading that was remembered.
    pub fn all_provenance(&self) -> Result<Vec<ProvenanceRecord>, Error> {
        self.rows_of("SELECT hex(sum), record, sum FROM provenance ORDER BY rowid", None, "provenance")
    }

    pub(super) fn write_run(&self, connection: &Connection, run: &RunRecord) -> Result<(), Error> {
        let (text, sum) = seal(run);
        let query = "INSERT INTO run VALUES (?1, ?2, ?3, ?4) ON CONFLICT (attempt)
            DO UPDATE SET answer = excluded.answer, record = excluded.record, sum = excluded.sum";
        let answer = run.answer.map(|id| id.as_bytes().to_vec());
        let mut statement = self.sql(connection.prepare_cached(query))?;
        self.sql(statement.execute(params![run.attempt, answer, text, sum.as_bytes()]))?;
        Ok(())
    }

    pub(super) fn insert_provenance(&self, connection: &Connection, row: &ProvenanceRecord) -> Result<(), Error> {
        let (text, sum) = seal(row);
        let query = "INSERT INTO provenance VALUES (?1, ?2, ?3) ON CONFLICT (sum) DO NOTHING";
        self.sql(connection.execute(query, params![sum.as_bytes(), row.document.as_bytes(), text]))?;
        Ok(())
    }

    /// The unsealed rows of a query for key, text and checksum.
    fn rows_of<T: serde::de::DeserializeOwned>(
        &self,
        query: &str,
        parameter: Option<rusqlite::types::Value>,
        table: &'static str,
    ) -> Result<Vec<T>, Error> {
        let mut statement = self.sql(self.connection.prepare_cached(query))?;
        let rows = self.sql(statement.query_map(rusqlite::params_from_iter(parameter), |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, Vec<u8>>(2)?))
        }))?;
        let unsealed = rows.map(|row| {
            let (key, text, sum) = self.sql(row)?;
            unseal(&text, &sum).ok_or(Error::CorruptRow { table, key })
        });
        unsealed.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::record::RunState;
    use super::super::sample;
    use super::super::{Change, Store};
    use super::*;
    use crate::content::Timestamp;

    #[test]
    fn a_run_is_begun_once_and_ends_with_its_answer() {
        let (store, bundle) = sample::store();
        let answer = sample::message(bundle, "Hello");
        let mut run = sample::run("a1", bundle);
        store.begin_run(&run).unwrap();
        assert!(matches!(store.begin_run(&run), Err(Error::RunExists { attempt }) if attempt == "a1"));
        run.state = RunState::Complete;
        run.answer = Some(answer.id());
        run.usage.cached = Some(7);
        let entry = sample::entry("ask");
        store
            .transact(&Change { objects: vec![answer.clone()], runs: vec![run.clone()], ..Change::new(entry) })
            .unwrap();
        assert_eq!(store.run("a1").unwrap(), Some(run.clone()));
        assert_eq!(store.run("a2").unwrap(), None);
        assert_eq!(store.runs_of_answer(answer.id()).unwrap(), [run]);
        store.connection.execute("UPDATE run SET record = replace(record, '7', '8')", []).unwrap();
        assert!(matches!(store.runs(), Err(Error::CorruptRow { table: "run", key }) if key == "a1"));
    }

    #[test]
    fn a_reading_is_remembered_once() {
        let store = Store::open_in_memory().unwrap();
        let row = |time| ProvenanceRecord {
            locator: "essay.html".to_owned(),
            sha256: Digest::of(b"bytes"),
            document: Digest::of(b"document"),
            time: Timestamp(time),
        };
        let provenance = vec![row(1), row(1), row(2)];
        store.transact(&Change { provenance, ..Change::new(sample::entry("pack")) }).unwrap();
        assert_eq!(store.provenance(Digest::of(b"document")).unwrap(), [row(1), row(2)]);
        assert_eq!(store.provenance(Digest::of(b"other")).unwrap(), []);
    }
}
