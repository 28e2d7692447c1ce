//! Looks at everything that is stored and says what is wrong with it.
//!
//! Objects are hashed again, references followed, the journal replayed: pointers and `@` must stand
//! where the last operation left them. The database may come from a stranger or a failing disk, so
//! every row is read as if it were hostile, and what cannot be read is a finding.

mod finding;
mod mend;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::Row;

pub use finding::{Finding, Report};
pub use mend::{Mended, mend, wanted};

use crate::store::database::unseal;
use crate::store::objects;
use crate::store::record::{DocumentRecord, OperationRecord, Pointers, ProvenanceRecord, RunRecord};
use crate::store::{Error, Object, ObjectKind, Reference, Remarks, Store, json};

use crate::content::Digest;

/// Looks at the whole store; changes nothing.
pub fn verify(store: &Store) -> Report {
    let mut check =
        Check { store, report: Report::default(), kinds: BTreeMap::new(), references: Vec::new(), misindexed: 0 };
    // One moment for all tables: a writer may be at work beside.
    let snapshot = store.snapshot();
    if let Err(error) = &snapshot {
        check.find(Finding::Database { detail: error.to_string() });
    }
    check.database();
    check.objects();
    check.references();
    let pointers = check.pointers();
    check.journal(&pointers);
    check.rows_beside();
    check.index();
    check.report
}

struct Check<'a> {
    store: &'a Store,
    report: Report,
    kinds: BTreeMap<Digest, ObjectKind>,
    references: Vec<(Digest, Reference)>,
    misindexed: usize,
}

impl Check<'_> {
    fn find(&mut self, finding: Finding) {
        self.report.findings.push(finding);
    }

    fn database(&mut self) {
        for (row, outcome) in
            (1..).zip(self.table("sqlite_schema", "PRAGMA integrity_check(20)", |row| row.get::<_, String>(0)))
        {
            match outcome {
                Some(line) if line == "ok" => {}
                Some(detail) => self.find(Finding::Database { detail }),
                None => self.find(Finding::Row { table: "sqlite_schema", row }),
            }
        }
    }

    fn objects(&mut self) {
        // One object at a time is in memory: ids first, then each object by its row.
        let rows = self.table("object", "SELECT rowid, id FROM object ORDER BY id", |row| {
            Ok((row.get::<_, i64>(0)?, Digest::from_bytes(row.get(1)?)))
        });
        for (row, outcome) in (1..).zip(rows) {
            let Some((rowid, id)) = outcome else {
                self.find(Finding::Row { table: "object", row });
                continue;
            };
            let query = "SELECT kind, data FROM object WHERE rowid = ?1";
            let object = self.store.connection.query_row(query, [rowid], |row| Ok(objects::read(row))).ok().flatten();
            self.report.n_objects += 1;
            match object {
                Some(object) if object.id() == id => self.object(&object),
                _ => self.find(Finding::Altered { id }),
            }
        }
    }

    fn object(&mut self, object: &Object) {
        let (id, kind) = (object.id(), object.kind());
        self.kinds.insert(id, kind);
        self.report.n_withheld += usize::from(kind == ObjectKind::Stub);
        self.misindexed += usize::from(!self.store.is_indexed(object).unwrap_or(false));
        let canonical = matches!(kind, ObjectKind::Blob | ObjectKind::Stub)
            || json::parse(object.bytes())
                .and_then(|value| json::canonical(&value))
                .is_ok_and(|bytes| bytes == object.bytes());
        match object.references() {
            Ok(references) if canonical => {
                self.references.extend(references.into_iter().map(|reference| (id, reference)));
            }
            _ => self.find(Finding::Malformed { id, kind }),
        }
        if kind == ObjectKind::Document && !self.sections_fit(object) {
            self.find(Finding::Malformed { id, kind });
        }
    }

    /// Whether a document fits its text; a text that is not there is found elsewhere.
    fn sections_fit(&self, object: &Object) -> bool {
        let Ok(record) = object.record::<DocumentRecord>() else { return true };
        match self.store.text(record.text) {
            Ok(text) => record.check_sections(&text).is_ok(),
            Err(Error::Corrupt { .. }) => false,
            Err(_) => true,
        }
    }

    fn references(&mut self) {
        for (from, reference) in std::mem::take(&mut self.references) {
            match self.kinds.get(&reference.id) {
                Some(kind) if reference.is_met_by(*kind) => {}
                _ => self.find(Finding::Dangling { from, to: reference.id }),
            }
        }
    }

    fn pointers(&mut self) -> Pointers {
        let rows = self.table("pointer", "SELECT name, target FROM pointer ORDER BY name", |row| {
            Ok((row.get::<_, String>(0)?, Digest::from_bytes(row.get(1)?)))
        });
        let mut pointers = Pointers::new();
        for (row, outcome) in (1..).zip(rows) {
            match outcome {
                None => self.find(Finding::Row { table: "pointer", row }),
                Some((name, target)) => {
                    if !matches!(self.kinds.get(&target), Some(ObjectKind::Bundle | ObjectKind::Message)) {
                        self.find(Finding::Pointer { name: name.clone(), target });
                    }
                    pointers.insert(name, target);
                }
            }
        }
        pointers
    }

    /// Replays the journal, which must lead to the pointers as they stand.
    fn journal(&mut self, pointers: &Pointers) {
        let rows = self.table("operation", "SELECT number, record, sum FROM operation ORDER BY number", |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?, row.get::<_, Vec<u8>>(2)?))
        });
        let mut replayed = Pointers::new();
        let mut remarks = Remarks::new();
        let swept = self.store.swept().unwrap_or_default();
        let mut at = None;
        for (place, outcome) in (1_i64..).zip(rows) {
            let operation = outcome.and_then(|(number, text, sum)| {
                let operation: OperationRecord = unseal(&text, &sum)?;
                (number == place && operation.number == place.unsigned_abs()).then_some(operation)
            });
            let Some(operation) = operation else {
                self.find(Finding::Row { table: "operation", row: place });
                continue;
            };
            for step in operation.moves {
                for id in step.from.into_iter().chain(step.to) {
                    if !self.kinds.contains_key(&id) && operation.number > swept.operation {
                        self.find(Finding::Operation { number: operation.number, id });
                    }
                }
                match step.to {
                    Some(target) => replayed.insert(step.name, target),
                    None => replayed.remove(&step.name),
                };
            }
            for step in operation.remarks {
                let place = (step.subject, step.topic);
                match step.to {
                    Some(value) => remarks.insert(place, value),
                    None => remarks.remove(&place),
                };
            }
            if let Some(step) = operation.at {
                at = step.to;
            }
        }
        match self.store.remarks() {
            Ok(found) => {
                let places: BTreeSet<_> = remarks.keys().chain(found.keys()).collect();
                for place in places.into_iter().filter(|place| remarks.get(*place) != found.get(*place)) {
                    self.find(Finding::Unaccounted { name: format!("the {} of {}", place.1, place.0) });
                }
            }
            Err(error) => self.find(Finding::Unreadable { table: "remark", detail: error.to_string() }),
        }
        let names: BTreeSet<&String> = replayed.keys().chain(pointers.keys()).collect();
        for name in names {
            if replayed.get(name) != pointers.get(name) {
                self.find(Finding::Unaccounted { name: name.clone() });
            }
        }
        if self.store.at().ok() != Some(at) {
            self.find(Finding::Unaccounted { name: "@".to_owned() });
        }
    }

    /// Runs and provenance.
    fn rows_beside(&mut self) {
        let swept = self.store.swept().unwrap_or_default();
        let rows = self.table("run", "SELECT attempt, answer, record, sum FROM run ORDER BY rowid", |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, Option<[u8; 32]>>(1)?, row.get::<_, String>(2)?, row.get(3)?))
        });
        for (row, outcome) in (1..).zip(rows) {
            let run = outcome.and_then(|(attempt, answer, text, sum): (_, _, _, Vec<u8>)| {
                let run: RunRecord = unseal(&text, &sum)?;
                (run.attempt == attempt && run.answer == answer.map(Digest::from_bytes)).then_some(run)
            });
            match run {
                None => self.find(Finding::Row { table: "run", row }),
                // The answers of runs before the last sweep may be gone; what they cost stays known.
                Some(run) if run.started < swept.moment => {}
                Some(run) => run.answer.into_iter().for_each(|id| self.met("run", id)),
            }
        }
        let rows = self.table("provenance", "SELECT sum, document, record FROM provenance ORDER BY rowid", |row| {
            Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, [u8; 32]>(1)?, row.get::<_, String>(2)?))
        });
        for (row, outcome) in (1..).zip(rows) {
            let provenance = outcome.and_then(|(sum, document, text)| {
                let provenance: ProvenanceRecord = unseal(&text, &sum)?;
                (provenance.document == Digest::from_bytes(document)).then_some(provenance)
            });
            match provenance {
                None => self.find(Finding::Row { table: "provenance", row }),
                Some(provenance) => self.met("provenance", provenance.document),
            }
        }
    }

    /// The index must be what the objects make of it.
    fn index(&mut self) {
        if self.misindexed > 0 || self.store.index_has_strangers().unwrap_or(true) {
            self.find(Finding::Index);
        }
    }

    /// What a row beside the objects names must be there.
    fn met(&mut self, table: &'static str, id: Digest) {
        if !self.kinds.contains_key(&id) {
            self.find(Finding::Unmet { table, id });
        }
    }

    /// The rows of a query; a row of another shape is `None`, an end that comes too early is a finding.
    fn table<T>(
        &mut self,
        table: &'static str,
        query: &str,
        shape: impl Fn(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Vec<Option<T>> {
        let mut shaped = Vec::new();
        let outcome = (|| {
            let mut statement = self.store.connection.prepare(query)?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                shaped.push(shape(row).ok());
            }
            Ok::<_, rusqlite::Error>(())
        })();
        if let Err(error) = outcome {
            self.find(Finding::Unreadable { table, detail: error.to_string() });
        }
        shaped
    }
}
