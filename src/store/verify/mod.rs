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
use std::ops::ControlFlow;

use rusqlite::Row;

pub use finding::{Finding, Report};
pub use mend::{Mended, mend, wanted};

use crate::store::canonical::is_canonical;
use crate::store::database::unseal;
use crate::store::index::{Listed, Listing};
use crate::store::object::Content;
use crate::store::objects;
use crate::store::record::{DocumentRecord, OperationRecord, Pointers, ProvenanceRecord, RunRecord};
use crate::store::{Error, Object, ObjectKind, Reference, Remarks, Store};

use crate::content::Digest;

/// Looks at the whole store; changes nothing.
pub fn verify(store: &Store) -> Report {
    // One moment for all tables: a writer may be at work beside.
    let snapshot = store.snapshot();
    let mut check = Check { store, report: Report::default(), altered: BTreeSet::new(), is_misindexed: false };
    if let Err(error) = &snapshot {
        check.find(Finding::Database { detail: error.to_string() });
    }
    check.database();
    check.objects();
    check.pointers();
    check.journal();
    check.rows_beside();
    check.index();
    check.report
}

struct Check<'a> {
    store: &'a Store,
    report: Report,
    /// Objects that are there and not what their ids say.
    altered: BTreeSet<Digest>,
    is_misindexed: bool,
}

impl Check<'_> {
    fn find(&mut self, finding: Finding) {
        self.report.findings.push(finding);
    }

    fn database(&mut self) {
        self.each(
            "sqlite_schema",
            "PRAGMA integrity_check(20)",
            |row| row.get::<_, String>(0),
            |check, row, line| match line {
                Some(line) if line == "ok" => {}
                Some(detail) => check.find(Finding::Database { detail }),
                None => check.find(Finding::Row { table: "sqlite_schema", row }),
            },
        );
    }

    /// Every object by itself, then what they refer to; one object at a time is in memory.
    fn objects(&mut self) {
        let ids = "SELECT rowid, id FROM object ORDER BY id";
        let shape = |row: &Row<'_>| Ok((row.get::<_, i64>(0)?, Digest::from_bytes(row.get(1)?)));
        let store = self.store;
        let holders = store.n_holders().unwrap_or_default();
        let mut statement = store.connection.prepare(Listing::QUERY).ok();
        let mut listing = statement.as_mut().and_then(|statement| Listing::new(statement).ok());
        let mut dangling = Vec::new();
        self.each("object", ids, shape, |check, row, found| {
            let Some((rowid, id)) = found else {
                check.find(Finding::Row { table: "object", row });
                return;
            };
            check.report.n_objects += 1;
            let listed = listing.as_mut().and_then(|listing| listing.of(id).ok());
            match check.row(rowid) {
                Some(object) if object.id() == id => check.object(&object, listed.as_ref(), &holders, &mut dangling),
                _ => {
                    check.altered.insert(id);
                    check.find(Finding::Altered { id });
                }
            }
        });
        self.is_misindexed |= listing.is_none_or(Listing::has_strangers);
        if !self.altered.is_empty() {
            dangling.clear();
            // Which objects can be trusted is known once all were read; rarely is a second look needed.
            self.each("object", ids, shape, |check, _, found| {
                let Some((rowid, id)) = found.filter(|(_, id)| !check.altered.contains(id)) else { return };
                let content = check.row(rowid).and_then(|object| object.content().ok());
                dangling.extend(content.into_iter().flat_map(|content| check.unmet(id, &content)));
            });
        }
        self.report.findings.append(&mut dangling);
    }

    /// The object of a row, as its bytes are.
    fn row(&self, rowid: i64) -> Option<Object> {
        let query = "SELECT kind, data FROM object WHERE rowid = ?1";
        let mut statement = self.store.connection.prepare_cached(query).ok()?;
        statement.query_row([rowid], |row| Ok(objects::read(row))).ok().flatten()
    }

    fn object(
        &mut self,
        object: &Object,
        listed: Option<&Listed>,
        holders: &BTreeMap<Digest, usize>,
        dangling: &mut Vec<Finding>,
    ) {
        let (id, kind) = (object.id(), object.kind());
        self.report.n_withheld += usize::from(kind == ObjectKind::Stub);
        let canonical = matches!(kind, ObjectKind::Blob | ObjectKind::Stub) || is_canonical(object.bytes());
        let content = object.content().ok();
        match &content {
            Some(content) if canonical => dangling.extend(self.unmet(id, content)),
            _ => self.find(Finding::Malformed { id, kind }),
        }
        let Some(content) = content else {
            self.is_misindexed = true;
            return;
        };
        let n_held = holders.get(&id).copied().unwrap_or(0);
        let is_indexed = |listed| self.store.is_indexed(id, &content, listed, n_held).unwrap_or(false);
        self.is_misindexed |= !listed.is_some_and(is_indexed);
        if let Content::Document(record) = &content
            && !self.sections_fit(record)
        {
            self.find(Finding::Malformed { id, kind });
        }
    }

    /// Whether a document fits its text; a text that is not there is found elsewhere.
    fn sections_fit(&self, record: &DocumentRecord) -> bool {
        match self.store.text(record.text) {
            Ok(text) => record.check_sections(&text).is_ok(),
            Err(Error::Corrupt { .. }) => false,
            Err(_) => true,
        }
    }

    /// What an object refers to and is not there.
    fn unmet(&self, from: Digest, content: &Content) -> Vec<Finding> {
        let is_met = |reference: &Reference| self.kind(reference.id).is_some_and(|kind| reference.is_met_by(kind));
        let unmet = content.references().into_iter().filter(|reference| !is_met(reference));
        unmet.map(|reference| Finding::Dangling { from, to: reference.id }).collect()
    }

    /// What an object is, if it is there and what its id says.
    fn kind(&self, id: Digest) -> Option<ObjectKind> {
        self.store.kind(id).ok().flatten().filter(|_| !self.altered.contains(&id))
    }

    fn pointers(&mut self) {
        self.each_pointer(|check, row, pointer| match pointer {
            None => check.find(Finding::Row { table: "pointer", row }),
            Some((name, target)) => {
                if !matches!(check.kind(target), Some(ObjectKind::Bundle | ObjectKind::Message)) {
                    check.find(Finding::Pointer { name, target });
                }
            }
        });
    }

    fn each_pointer(&mut self, take: impl FnMut(&mut Self, i64, Option<(String, Digest)>)) {
        let shape = |row: &Row<'_>| Ok((row.get::<_, String>(0)?, Digest::from_bytes(row.get(1)?)));
        self.each("pointer", "SELECT name, target FROM pointer ORDER BY name", shape, take);
    }

    /// Replays the journal, which must lead to the pointers as they stand.
    fn journal(&mut self) {
        let query = "SELECT number, record, sum FROM operation ORDER BY number";
        let shape = |row: &Row<'_>| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?, row.get::<_, Vec<u8>>(2)?));
        let mut replayed = Pointers::new();
        let mut remarks = Remarks::new();
        let swept = self.store.swept().unwrap_or_default();
        let (mut at, mut n_parts) = (None, 0);
        self.each("operation", query, shape, |check, place, found| {
            let operation = found.and_then(|(number, text, sum)| {
                let operation: OperationRecord = unseal(&text, &sum)?;
                (number == place && operation.number == place.unsigned_abs()).then_some(operation)
            });
            let Some(operation) = operation else {
                check.find(Finding::Row { table: "operation", row: place });
                return;
            };
            let OperationRecord { number, parts, .. } = operation;
            let remarked = operation.remarks.clone();
            let moved = operation.at.clone();
            let store = check.store;
            let whole = store.each_step(operation, |step| {
                for id in step.from.into_iter().chain(step.to) {
                    if number > swept.operation && check.kind(id).is_none() {
                        check.find(Finding::Operation { number, id });
                    }
                }
                match step.to {
                    Some(target) => replayed.insert(step.name, target),
                    None => replayed.remove(&step.name),
                };
                Ok(ControlFlow::Continue(()))
            });
            n_parts += parts;
            if whole.is_err() {
                check.find(Finding::Row { table: "operation", row: place });
            }
            for step in remarked {
                let place = (step.subject, step.topic);
                match step.to {
                    Some(value) => remarks.insert(place, value),
                    None => remarks.remove(&place),
                };
            }
            if let Some(step) = moved {
                at = step.to;
            }
        });
        // Parts that belong to an operation were read with it.
        self.each(
            "part",
            "SELECT number FROM part",
            |row| row.get::<_, u32>(0),
            |check, row, _| {
                if row > i64::from(n_parts) {
                    check.find(Finding::Row { table: "part", row });
                }
            },
        );
        self.remarks(remarks);
        let mut astray = BTreeSet::new();
        // What stands where the journal left it is taken out; the others are astray, and so is what is left.
        self.each_pointer(|_, _, pointer| {
            if let Some((name, target)) = pointer
                && replayed.remove(&name) != Some(target)
            {
                astray.insert(name);
            }
        });
        astray.extend(replayed.into_keys());
        self.report.findings.extend(astray.into_iter().map(|name| Finding::Unaccounted { name }));
        if self.store.at().ok() != Some(at) {
            self.find(Finding::Unaccounted { name: "@".to_owned() });
        }
    }

    /// Remarks must say what the journal made them say.
    fn remarks(&mut self, mut replayed: Remarks) {
        let shape = |row: &Row<'_>| Ok(((row.get(0)?, row.get(1)?), row.get::<_, String>(2)?));
        let mut astray: BTreeSet<(String, String)> = BTreeSet::new();
        let query = "SELECT subject, topic, value FROM remark ORDER BY subject, topic";
        self.each("remark", query, shape, |check, row, remark| match remark {
            None => check.find(Finding::Row { table: "remark", row }),
            Some((place, value)) => {
                if replayed.remove(&place) != Some(value) {
                    astray.insert(place);
                }
            }
        });
        astray.extend(replayed.into_keys());
        let named = astray.into_iter().map(|(subject, topic)| format!("the {topic} of {subject}"));
        self.report.findings.extend(named.map(|name| Finding::Unaccounted { name }));
    }

    /// Runs and provenance.
    fn rows_beside(&mut self) {
        let swept = self.store.swept().unwrap_or_default();
        let query = "SELECT attempt, answer, record, sum FROM run ORDER BY rowid";
        let shape = |row: &Row<'_>| {
            Ok((row.get::<_, String>(0)?, row.get::<_, Option<[u8; 32]>>(1)?, row.get::<_, String>(2)?, row.get(3)?))
        };
        self.each("run", query, shape, |check, row, found| {
            let run = found.and_then(|(attempt, answer, text, sum): (_, _, _, Vec<u8>)| {
                let run: RunRecord = unseal(&text, &sum)?;
                (run.attempt == attempt && run.answer == answer.map(Digest::from_bytes)).then_some(run)
            });
            match run {
                None => check.find(Finding::Row { table: "run", row }),
                // The answers of runs before the last sweep may be gone; what they cost stays known.
                Some(run) if run.started < swept.moment => {}
                Some(run) => run.answer.into_iter().for_each(|id| check.met("run", id)),
            }
        });
        let query = "SELECT sum, document, record FROM provenance ORDER BY rowid";
        let shape =
            |row: &Row<'_>| Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, [u8; 32]>(1)?, row.get::<_, String>(2)?));
        self.each("provenance", query, shape, |check, row, found| {
            let provenance = found.and_then(|(sum, document, text)| {
                let provenance: ProvenanceRecord = unseal(&text, &sum)?;
                (provenance.document == Digest::from_bytes(document)).then_some(provenance)
            });
            match provenance {
                None => check.find(Finding::Row { table: "provenance", row }),
                Some(provenance) => check.met("provenance", provenance.document),
            }
        });
    }

    /// The index must be what the objects make of it.
    fn index(&mut self) {
        if self.is_misindexed || self.store.has_strangers().unwrap_or(true) {
            self.find(Finding::Index);
        }
    }

    /// What a row beside the objects names must be there.
    fn met(&mut self, table: &'static str, id: Digest) {
        if self.kind(id).is_none() {
            self.find(Finding::Unmet { table, id });
        }
    }

    /// Gives the rows of a query one by one, by number from 1; a row of another shape is `None`, an end
    /// that comes too early is a finding.
    fn each<T>(
        &mut self,
        table: &'static str,
        query: &str,
        shape: impl Fn(&Row<'_>) -> rusqlite::Result<T>,
        mut take: impl FnMut(&mut Self, i64, Option<T>),
    ) {
        let store = self.store;
        let outcome = (|| {
            let mut statement = store.connection.prepare(query)?;
            let mut rows = statement.query([])?;
            let mut number = 0;
            while let Some(row) = rows.next()? {
                number += 1;
                take(self, number, shape(row).ok());
            }
            Ok::<_, rusqlite::Error>(())
        })();
        if let Err(error) = outcome {
            self.find(Finding::Unreadable { table, detail: error.to_string() });
        }
    }
}
