//! Puts back what can be put back: objects from a second copy or from where they strayed, pointers
//! from the journal.
//!
//! Nothing that is sound is touched and nothing is thrown away. One transaction, and what it writes
//! is hashed before.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::params;

use super::{Finding, Report};
use crate::content::Digest;
use crate::store::record::Pointers;
use crate::store::{Error, Object, Store, objects};

/// What was put back.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mended {
    /// Objects that are whole again.
    pub objects: Vec<Digest>,
    /// Pointers, and `@`, that stand again where the journal left them.
    pub pointers: Vec<String>,
}

/// The ids that a report misses or finds altered.
pub fn wanted(report: &Report) -> BTreeSet<Digest> {
    let ids = report.findings.iter().filter_map(|finding| match finding {
        Finding::Altered { id } | Finding::Operation { id, .. } | Finding::Unmet { id, .. } => Some(*id),
        Finding::Dangling { to, .. } => Some(*to),
        Finding::Pointer { target, .. } => Some(*target),
        _ => None,
    });
    ids.collect()
}

/// Mends what a report found, with objects of a second copy.
pub fn mend(store: &Store, report: &Report, spare: &[Object]) -> Result<Mended, Error> {
    let wanted = wanted(report);
    let transaction = store.begin()?;
    let strayed = strayed(store, report);
    let found: BTreeMap<Digest, &Object> =
        spare.iter().chain(&strayed).filter(|one| wanted.contains(&one.id())).map(|one| (one.id(), one)).collect();
    let mut mended = Mended::default();
    for (id, object) in found {
        if store.find_object(id).is_ok_and(|there| there.is_some()) {
            continue;
        }
        let query = "INSERT INTO object VALUES (?1, ?2, ?3) ON CONFLICT (id)
            DO UPDATE SET kind = excluded.kind, data = excluded.data";
        store.sql(transaction.execute(query, params![id.as_bytes(), object.kind().name(), object.bytes()]))?;
        mended.objects.push(id);
    }
    let astray =
        |finding: &Finding| matches!(finding, Finding::Unaccounted { .. } | Finding::Row { table: "pointer", .. });
    if report.findings.iter().any(astray) {
        mended.pointers = replay(store, &transaction)?;
    }
    store.sql(transaction.commit())?;
    // What is found by is made of what is there; where that cannot be read, the next report says so.
    let _ = store.reindex();
    Ok(mended)
}

/// Objects whose bytes are whole and stand under an id that was damaged.
fn strayed(store: &Store, report: &Report) -> Vec<Object> {
    let altered = report.findings.iter().filter_map(|finding| match finding {
        Finding::Altered { id } => Some(*id),
        _ => None,
    });
    let mut strayed = Vec::new();
    for id in altered {
        let query = "SELECT kind, data FROM object WHERE id = ?1";
        let row = store.connection.query_row(query, [id.as_bytes()], |row| Ok(objects::read(row)));
        strayed.extend(row.ok().flatten());
    }
    strayed
}

/// Puts pointers and `@` where the journal left them, as far as their targets are there.
fn replay(store: &Store, transaction: &rusqlite::Connection) -> Result<Vec<String>, Error> {
    let mut journal = Pointers::new();
    let mut at = None;
    for operation in store.operations()? {
        for step in operation.moves {
            match step.to {
                Some(target) => journal.insert(step.name, target),
                None => journal.remove(&step.name),
            };
        }
        if let Some(step) = operation.at {
            at = step.to;
        }
    }
    let mut moved = Vec::new();
    for (name, target) in &journal {
        let there = store.pointer(name).ok().flatten();
        if there != Some(*target) && store.kind(*target)?.is_some() {
            let query = "INSERT INTO pointer VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET target = excluded.target";
            store.sql(transaction.execute(query, params![name, target.as_bytes()]))?;
            moved.push(name.clone());
        }
    }
    let names = "SELECT name FROM pointer";
    let mut statement = store.sql(transaction.prepare(names))?;
    let rows = store.sql(statement.query_map([], |row| row.get::<_, String>(0)))?;
    let names: Vec<String> = store.sql(rows.collect())?;
    for name in names.into_iter().filter(|name| !journal.contains_key(name)) {
        store.sql(transaction.execute("DELETE FROM pointer WHERE name = ?1", [&name]))?;
        moved.push(name);
    }
    if store.at().ok() != Some(at.clone()) {
        store.sql(transaction.execute("DELETE FROM place", []))?;
        if let Some(place) = at {
            store.sql(transaction.execute("INSERT INTO place VALUES (1, ?1)", [place]))?;
        }
        moved.push("@".to_owned());
    }
    Ok(moved)
}
