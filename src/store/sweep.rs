//! Objects that nothing leads to, found and taken away.
//!
//! What stays: everything that pointers and `@` lead to, whatever an operation of the undo window
//! moved from or to, and what runs of that window or still unfinished ones ask and answer. The
//! window reaches back from the newest operation, or from now if that is earlier, so that neither a
//! clock that is off nor a store that lay idle loses it. Marks and sweeps in one transaction; every
//! object that stays is read, hash and all, and a damaged one ends the sweep before it begins.

use std::ops::ControlFlow;

use rusqlite::{Connection, OptionalExtension as _, params};

use super::record::{RunRecord, RunState};
use super::{Change, Entry, Error, ObjectKind, Store};
use crate::content::{Digest, Timestamp};

/// What a sweep found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sweep {
    /// Objects that stay.
    pub n_kept: usize,
    /// Objects that nothing leads to, by kind.
    pub loose: Vec<Loose>,
    /// Messages and bundles among them, the first hundred by id.
    pub examples: Vec<(Digest, ObjectKind)>,
}

/// Loose objects of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Loose {
    /// What they are.
    pub kind: ObjectKind,
    /// How many.
    pub n_objects: usize,
    /// Bytes they take.
    pub n_bytes: u64,
}

/// How far the journal and the runs may name what is gone.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Swept {
    /// The last operation before the window.
    pub(super) operation: u64,
    /// Runs that began before this moment.
    pub(super) moment: Timestamp,
}

impl Store {
    /// Finds what nothing leads to; `keep` is the window in milliseconds, back from `now` at the latest.
    pub fn loose(&self, keep: i64, now: Timestamp) -> Result<Sweep, Error> {
        // Nobody waits for a look: one moment to read from, and marks that are no part of the store.
        let transaction = self.snapshot()?;
        let (sweep, _) = self.mark(&transaction, keep, now)?;
        // Nothing but a table of marks was written, which goes with the transaction.
        drop(transaction);
        Ok(sweep)
    }

    /// Takes away what nothing leads to, as an operation that moves nothing.
    pub fn sweep(&self, keep: i64, entry: Entry) -> Result<Sweep, Error> {
        let transaction = self.begin()?;
        let (sweep, swept) = self.mark(&transaction, keep, entry.time)?;
        if sweep.loose.is_empty() {
            return Ok(sweep);
        }
        self.unindex_but(&transaction, "reached")?;
        let delete = "DELETE FROM provenance WHERE document NOT IN (SELECT id FROM reached);
            DELETE FROM object WHERE id NOT IN (SELECT id FROM reached);
            DROP TABLE reached;";
        self.sql(transaction.execute_batch(delete))?;
        for (key, value) in [("swept_operation", swept.operation.cast_signed()), ("swept_moment", swept.moment.0)] {
            let query = "INSERT INTO meta VALUES (?1, ?2)
                ON CONFLICT (key) DO UPDATE SET value = max(value, excluded.value)";
            self.sql(transaction.execute(query, params![key, value]))?;
        }
        self.write_operation(&transaction, &Change::new(entry), None)?;
        self.sql(transaction.commit())?;
        // The space goes back to the disk where nobody else is at work; if not, new objects fill it.
        let _ = self.connection.execute_batch("VACUUM");
        Ok(sweep)
    }

    /// How far back things may be gone.
    pub(super) fn swept(&self) -> Result<Swept, Error> {
        let number = |key: &str| {
            let query = "SELECT value FROM meta WHERE key = ?1";
            self.sql(self.connection.query_row(query, [key], |row| row.get::<_, i64>(0)).optional())
        };
        let operation = number("swept_operation")?.unwrap_or(0).unsigned_abs();
        let moment = Timestamp(number("swept_moment")?.unwrap_or(i64::MIN));
        Ok(Swept { operation, moment })
    }

    /// Fills the table `reached` and counts what is not in it.
    fn mark(&self, connection: &Connection, keep: i64, now: Timestamp) -> Result<(Sweep, Swept), Error> {
        let create = "CREATE TEMP TABLE reached (id BLOB PRIMARY KEY NOT NULL) STRICT, WITHOUT ROWID";
        self.sql(connection.execute_batch(create))?;
        let swept = self.window(keep, now)?;
        let mut insert = self.sql(connection.prepare("INSERT INTO reached VALUES (?1) ON CONFLICT (id) DO NOTHING"))?;
        let mut stack = Vec::new();
        self.each_root(&swept, &mut |root| {
            // A place or a past move may name what something else took away; what is there stays.
            if self.kind(root)?.is_some() {
                stack.push(root);
            }
            while let Some(id) = stack.pop() {
                if self.sql(insert.execute([id.as_bytes()]))? > 0 {
                    stack.extend(self.object(id)?.references()?.into_iter().map(|reference| reference.id));
                }
            }
            Ok(())
        })?;
        drop(insert);
        let n_kept: i64 = self.sql(connection.query_row("SELECT count(*) FROM reached", [], |row| row.get(0)))?;
        let mut sweep = Sweep { n_kept: usize::try_from(n_kept).unwrap_or(0), ..Sweep::default() };
        for kind in ObjectKind::ALL {
            let query = "SELECT count(*), coalesce(sum(length(data)), 0) FROM object
                WHERE kind = ?1 AND id NOT IN (SELECT id FROM reached)";
            let counted = connection.query_row(query, [kind.name()], |row| Ok((row.get(0)?, row.get(1)?)));
            let (n_objects, n_bytes): (i64, i64) = self.sql(counted)?;
            if n_objects > 0 {
                let n_objects = usize::try_from(n_objects).unwrap_or(0);
                sweep.loose.push(Loose { kind, n_objects, n_bytes: n_bytes.unsigned_abs() });
            }
        }
        let query = "SELECT id, kind FROM object WHERE kind IN ('message', 'bundle')
            AND id NOT IN (SELECT id FROM reached) ORDER BY id LIMIT 100";
        let mut statement = self.sql(connection.prepare(query))?;
        let rows = self.sql(statement.query_map([], |row| {
            Ok((Digest::from_bytes(row.get(0)?), ObjectKind::from_name(&row.get::<_, String>(1)?)))
        }))?;
        for row in rows {
            let (id, kind) = self.sql(row)?;
            sweep.examples.extend(kind.map(|kind| (id, kind)));
        }
        Ok((sweep, swept))
    }

    /// What lies before the window.
    fn window(&self, keep: i64, now: Timestamp) -> Result<Swept, Error> {
        let mut since = None;
        let mut first = None;
        self.walk_heads(|operation| {
            let is_change = !operation.moves.is_empty() || operation.at.is_some() || !operation.remarks.is_empty();
            if since.is_none() && is_change {
                since = Some(operation.time.0.min(now.0).saturating_sub(keep));
            }
            // All that came after an operation of the window belongs to it, whatever its clock said.
            if since.is_none_or(|since| operation.time.0 >= since) {
                first = Some(operation.number);
            }
            Ok(ControlFlow::Continue(()))
        })?;
        let operation = match first {
            Some(first) => first - 1,
            None => 0,
        };
        Ok(Swept { operation, moment: Timestamp(since.unwrap_or_else(|| now.0.saturating_sub(keep))) })
    }

    /// Gives everything that the walk begins from.
    fn each_root(&self, swept: &Swept, visit: &mut dyn FnMut(Digest) -> Result<(), Error>) -> Result<(), Error> {
        for id in self.pointers("")?.into_values().chain(self.at()?.and_then(|at| at.parse().ok())) {
            visit(id)?;
        }
        self.walk_heads(|operation| {
            if operation.number <= swept.operation {
                return Ok(ControlFlow::Break(()));
            }
            let places = operation.at.iter().flat_map(|step| [&step.from, &step.to]).flatten();
            places.filter_map(|at| at.parse().ok()).try_for_each(&mut *visit)?;
            self.each_step(operation, |step| {
                step.from.into_iter().chain(step.to).try_for_each(&mut *visit)?;
                Ok(ControlFlow::Continue(()))
            })?;
            Ok(ControlFlow::Continue(()))
        })?;
        self.each_run(|run| {
            if run.state != RunState::Streaming && run.started < swept.moment {
                return Ok(());
            }
            let RunRecord { parent, question, answer, .. } = run;
            [Some(parent), Some(question), answer].into_iter().flatten().try_for_each(&mut *visit)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::record::Move;
    use super::super::sample;
    use super::super::verify::verify;
    use super::super::{At, Object};
    use super::*;

    const DAY: i64 = 86_400_000;

    fn entry(day: i64, description: &str) -> Entry {
        Entry { time: Timestamp(day * DAY), ..sample::entry(description) }
    }

    fn step(name: &str, from: Option<Digest>, to: Option<Digest>) -> Vec<Move> {
        vec![Move { name: name.to_owned(), from, to }]
    }

    /// A store with a branch, and with messages that only something else than a branch leads to.
    fn furnished() -> (Store, Vec<(&'static str, Object)>) {
        let (store, bundle) = sample::store();
        let names = ["kept", "undone", "tagged", "at", "asked", "streaming", "loose", "remote"];
        let messages: Vec<_> = names.into_iter().map(|name| (name, sample::message(bundle, name))).collect();
        let id = |name: &str| messages.iter().find(|(own, _)| *own == name).unwrap().1.id();
        let objects = messages.iter().map(|(_, object)| object.clone()).collect();
        let change = |day, moves| Change { moves, ..Change::new(entry(day, "move")) };
        let first = Change { objects, ..change(1, step("branches/main", None, Some(id("loose")))) };
        store.transact(&first).unwrap();
        store.transact(&change(2, step("branches/main", Some(id("loose")), Some(id("undone"))))).unwrap();
        store.transact(&change(100, step("branches/main", Some(id("undone")), Some(id("kept"))))).unwrap();
        store.transact(&change(100, step("tags/t", None, Some(id("tagged"))))).unwrap();
        store.transact(&change(100, step("branches/ana/main", None, Some(id("remote"))))).unwrap();
        store.transact(&Change { at: At::Go(id("at").to_string()), ..change(100, vec![]) }).unwrap();
        let run = |name: &str, day: i64, state| RunRecord {
            question: id(name),
            parent: bundle,
            state,
            started: Timestamp(day * DAY),
            ..sample::run(name, bundle)
        };
        store.save_run(&run("asked", 99, RunState::Complete)).unwrap();
        store.save_run(&run("streaming", 1, RunState::Streaming)).unwrap();
        store.save_run(&RunRecord { answer: Some(id("loose")), ..run("loose", 1, RunState::Complete) }).unwrap();
        (store, messages)
    }

    #[test]
    fn what_something_leads_to_stays() {
        let check = |keep: i64, now: i64, gone: &[&str]| {
            let (store, messages) = furnished();
            let found = store.loose(keep * DAY, Timestamp(now * DAY)).unwrap();
            assert_eq!(verify(&store).findings, []);
            let swept = store.sweep(keep * DAY, entry(now, "gc")).unwrap();
            assert_eq!(found, swept);
            let missing: Vec<&str> =
                messages.iter().filter(|(_, o)| store.kind(o.id()).unwrap().is_none()).map(|(name, _)| *name).collect();
            assert_eq!(missing, gone, "keep {keep}, now {now}");
            assert_eq!(swept.loose.iter().map(|loose| loose.n_objects).sum::<usize>(), gone.len());
            assert_eq!(verify(&store).findings, []);
            assert_eq!(store.loose(keep * DAY, Timestamp(now * DAY)).unwrap().loose, []);
        };
        // The operation of day 100 moved from `undone`, so it can be undone.
        check(30, 100, &["loose"]);
        check(0, 100, &["asked", "loose"]);
        check(98, 100, &[]);
        check(1000, 100, &[]);
        // A clock ten years ahead, and one that is behind.
        check(30, 4000, &["loose"]);
        check(30, 50, &["loose"]);
    }

    #[test]
    fn a_damaged_store_is_not_swept() {
        let (store, messages) = furnished();
        let kept = messages[0].1.id();
        store.connection.execute("UPDATE object SET data = x'7b7d' WHERE id = ?1", [kept.as_bytes()]).unwrap();
        assert!(matches!(store.sweep(0, entry(100, "gc")), Err(Error::Corrupt { id }) if id == kept));
        assert_eq!(store.ids(ObjectKind::Message).unwrap().len(), messages.len());
    }

    #[test]
    fn what_was_swept_away_is_neither_found_nor_looked_for() {
        let (store, _) = furnished();
        assert_eq!(store.search("loose", 9).unwrap().hits.len(), 1);
        store.sweep(30 * DAY, entry(100, "gc")).unwrap();
        assert_eq!(store.search("loose", 9).unwrap().hits.len(), 0);
        let last = store.operations().unwrap().pop().unwrap();
        assert_eq!((last.description.as_str(), last.moves.len()), ("gc", 0));
    }
}
