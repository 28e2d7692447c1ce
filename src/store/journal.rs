//! Pointers, `@`, and the one transaction that moves them and says so.

use std::ops::ControlFlow;

use rusqlite::{Connection, OptionalExtension as _, params};

use super::database::{seal, unseal};
use super::name::split_pointer;
use super::objects::kind;
use super::record::{AtMove, Move, OperationRecord, PartRecord, Pointers, ProvenanceRecord, RemarkMove, RunRecord};
use super::{BUNDLES, Error, Object, ObjectKind, SPACES, Store};
use crate::content::{Digest, Timestamp};

/// Moves that stand with their operation; what a list shows is among them.
const FIRST_MOVES: usize = 256;

/// Moves of each part beyond them.
const PART_MOVES: usize = 4096;

/// All that one command changes; it happens as a whole or not at all.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// What the journal says of it.
    pub entry: Entry,
    /// Objects to store; those that are there already are left alone.
    pub objects: Vec<Object>,
    /// Pointers to move; `from` is where the caller saw them.
    pub moves: Vec<Move>,
    /// What becomes of `@`.
    pub at: At,
    /// Remarks to change; `from` is what the caller read.
    pub remarks: Vec<RemarkMove>,
    /// Runs to write, as [`Store::save_run`] does.
    pub runs: Vec<RunRecord>,
    /// Readings of sources to remember.
    pub provenance: Vec<ProvenanceRecord>,
}

/// What the journal says of a change, apart from the moves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// When.
    pub time: Timestamp,
    /// What it does, for people: `ask on main`.
    pub description: String,
    /// The words of the command, without secrets.
    pub command: Vec<String>,
    /// The operation that it takes back.
    pub undoes: Option<u64>,
}

/// What becomes of `@`, the place where the last command left off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum At {
    /// It stays.
    Stay,
    /// It goes to a pointer's name or an id in hex.
    Go(String),
    /// It is nowhere.
    Leave,
}

impl Change {
    /// A change of nothing, to be filled.
    pub fn new(entry: Entry) -> Self {
        let (objects, moves, remarks, runs, provenance) = (vec![], vec![], vec![], vec![], vec![]);
        Self { entry, objects, moves, at: At::Stay, remarks, runs, provenance }
    }
}

impl Store {
    /// Where a pointer stands.
    pub fn pointer(&self, name: &str) -> Result<Option<Digest>, Error> {
        self.sql(pointer(&self.connection, name))
    }

    /// Every pointer whose name starts with `prefix`.
    pub fn pointers(&self, prefix: &str) -> Result<Pointers, Error> {
        let query = "SELECT name, target FROM pointer WHERE name >= ?1 ORDER BY name";
        let mut statement = self.sql(self.connection.prepare(query))?;
        let mut rows = self.sql(statement.query([prefix]))?;
        let mut pointers = Pointers::new();
        while let Some(row) = self.sql(rows.next())? {
            let name: String = self.sql(row.get(0))?;
            if !name.starts_with(prefix) {
                break;
            }
            pointers.insert(name, Digest::from_bytes(self.sql(row.get(1))?));
        }
        Ok(pointers)
    }

    /// How many pointers there are.
    pub fn n_pointers(&self, prefix: &str) -> Result<usize, Error> {
        // Names are ASCII, so that a byte above it ends every one of them.
        let query = "SELECT count(*) FROM pointer WHERE name >= ?1 AND name < ?1 || char(127)";
        let n: i64 = self.sql(self.connection.query_row(query, [prefix], |row| row.get(0)))?;
        Ok(usize::try_from(n).unwrap_or(0))
    }

    /// The pointers that stand on an object, by their full names.
    pub fn pointers_to(&self, target: Digest) -> Result<Vec<String>, Error> {
        let mut statement =
            self.sql(self.connection.prepare_cached("SELECT name FROM pointer WHERE target = ?1 ORDER BY name"))?;
        let rows = self.sql(statement.query_map([target.as_bytes()], |row| row.get(0)))?;
        self.sql(rows.collect())
    }

    /// Where the last command left off: the name of a pointer, or an id in hex.
    pub fn at(&self) -> Result<Option<String>, Error> {
        self.sql(at(&self.connection))
    }

    /// Carries out a change in one transaction, which is durable when this returns.
    ///
    /// Fails with [`Error::Moved`] and writes nothing when a pointer is not where the change saw it.
    pub fn transact(&self, change: &Change) -> Result<OperationRecord, Error> {
        let transaction = self.begin()?;
        let operation = self.carry_out(&transaction, change)?;
        self.sql(transaction.commit())?;
        Ok(operation)
    }

    /// The same after more objects, of which one is in memory at a time; each comes after what it refers to.
    pub fn transact_bringing(
        &self,
        change: &Change,
        objects: impl Iterator<Item = Result<Object, Error>>,
    ) -> Result<OperationRecord, Error> {
        let transaction = self.begin()?;
        self.insert_each(&transaction, objects)?;
        let operation = self.carry_out(&transaction, change)?;
        self.sql(transaction.commit())?;
        Ok(operation)
    }

    /// The same with a change that is settled once nobody else moves anything: it cannot come too late.
    pub fn transact_settled<E: From<Error>>(
        &self,
        mut change: Change,
        settle: impl FnOnce(&mut Change) -> Result<(), E>,
    ) -> Result<OperationRecord, E> {
        let transaction = self.begin()?;
        settle(&mut change)?;
        let operation = self.carry_out(&transaction, &change)?;
        self.sql(transaction.commit())?;
        Ok(operation)
    }

    /// Carries out a change within a transaction that is under way.
    pub(super) fn carry_out(&self, transaction: &Connection, change: &Change) -> Result<OperationRecord, Error> {
        self.insert(transaction, &change.objects)?;
        for provenance in &change.provenance {
            self.insert_provenance(transaction, provenance)?;
        }
        for run in &change.runs {
            self.write_run(transaction, run)?;
        }
        for step in &change.moves {
            self.swap(transaction, step)?;
        }
        let at = self.move_at(transaction, &change.at)?;
        for step in &change.remarks {
            self.swap_remark(transaction, step)?;
        }
        self.write_operation(transaction, change, at)
    }

    /// Writes what a change did as the next entry of the journal.
    pub(super) fn write_operation(
        &self,
        connection: &Connection,
        change: &Change,
        at: Option<AtMove>,
    ) -> Result<OperationRecord, Error> {
        let last: Option<i64> =
            self.sql(connection.query_row("SELECT max(number) FROM operation", [], |row| row.get(0)))?;
        let operation = OperationRecord {
            number: last.map_or(0, i64::unsigned_abs) + 1,
            time: change.entry.time,
            description: change.entry.description.clone(),
            command: change.entry.command.clone(),
            moves: change.moves.clone(),
            parts: 0,
            at,
            remarks: change.remarks.clone(),
            undoes: change.entry.undoes,
        };
        let (first, others) = operation.moves.split_at(operation.moves.len().min(FIRST_MOVES));
        let parts = (1..).zip(others.chunks(PART_MOVES)).map(|(number, moves)| {
            let part = PartRecord { operation: operation.number, number, moves: moves.to_vec() };
            let (text, sum) = seal(&part);
            let row = params![operation.number.cast_signed(), number, text, sum.as_bytes()];
            self.sql(connection.execute("INSERT INTO part VALUES (?1, ?2, ?3, ?4)", row))?;
            Ok(number)
        });
        let parts = parts.collect::<Result<Vec<u32>, Error>>()?.last().copied().unwrap_or(0);
        let (text, sum) = seal(&OperationRecord { moves: first.to_vec(), parts, ..operation.clone() });
        let row = params![operation.number.cast_signed(), text, sum.as_bytes()];
        self.sql(connection.execute("INSERT INTO operation VALUES (?1, ?2, ?3)", row))?;
        Ok(operation)
    }

    /// The journal, oldest first.
    pub fn operations(&self) -> Result<Vec<OperationRecord>, Error> {
        let mut operations = Vec::new();
        self.walk_back(|operation| {
            operations.push(operation);
            ControlFlow::Continue(())
        })?;
        operations.reverse();
        Ok(operations)
    }

    /// The operation of that number.
    pub fn operation(&self, number: u64) -> Result<Option<OperationRecord>, Error> {
        let mut found = None;
        self.walk(number.cast_signed(), |operation| {
            found = Some(operation).filter(|operation| operation.number == number);
            Ok(ControlFlow::Break(()))
        })?;
        if let Some(operation) = &mut found {
            self.complete(operation)?;
        }
        Ok(found)
    }

    /// Reads the journal from the newest operation on, until `take` has enough.
    pub fn walk_back(&self, mut take: impl FnMut(OperationRecord) -> ControlFlow<()>) -> Result<(), Error> {
        self.walk(i64::MAX, |mut operation| {
            self.complete(&mut operation)?;
            Ok(take(operation))
        })
    }

    /// The same for who needs no more than the first moves of each operation; [`complete`](Self::complete) adds
    /// the others.
    pub fn walk_heads(&self, take: impl FnMut(OperationRecord) -> Result<ControlFlow<()>, Error>) -> Result<(), Error> {
        self.walk(i64::MAX, take)
    }

    /// The same from operation `number` on, which must be there.
    pub fn walk_heads_from(
        &self,
        number: u64,
        mut take: impl FnMut(OperationRecord) -> Result<ControlFlow<()>, Error>,
    ) -> Result<(), Error> {
        let mut is_there = false;
        self.walk(number.cast_signed(), |operation| {
            is_there |= operation.number == number;
            if is_there { take(operation) } else { Ok(ControlFlow::Break(())) }
        })?;
        if is_there { Ok(()) } else { Err(Error::NoOperation { number }) }
    }

    /// Adds the moves of an operation that stand in rows of their own.
    pub fn complete(&self, operation: &mut OperationRecord) -> Result<(), Error> {
        let head = OperationRecord { moves: std::mem::take(&mut operation.moves), ..operation.clone() };
        operation.parts = 0;
        self.each_step(head, |step| {
            operation.moves.push(step);
            Ok(ControlFlow::Continue(()))
        })
    }

    /// Gives the moves of an operation one by one, until `take` has enough; a part of them at a time is in memory.
    pub fn each_step(
        &self,
        head: OperationRecord,
        mut take: impl FnMut(Move) -> Result<ControlFlow<()>, Error>,
    ) -> Result<(), Error> {
        for step in head.moves {
            if take(step)?.is_break() {
                return Ok(());
            }
        }
        for number in 1..=head.parts {
            let damaged = || Error::CorruptRow { table: "part", key: format!("{} {number}", head.number) };
            let query = "SELECT record, sum FROM part WHERE operation = ?1 AND number = ?2";
            let mut statement = self.sql(self.connection.prepare_cached(query))?;
            let row = statement.query_row(params![head.number.cast_signed(), number], |row| {
                Ok((row.get::<_, String>(0)?, row.get::<_, Vec<u8>>(1)?))
            });
            let (text, sum) = self.sql(row.optional())?.ok_or_else(damaged)?;
            let part: PartRecord = unseal(&text, &sum).ok_or_else(damaged)?;
            if (part.operation, part.number) != (head.number, number) {
                return Err(damaged());
            }
            for step in part.moves {
                if take(step)?.is_break() {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    fn walk(
        &self,
        from: i64,
        mut take: impl FnMut(OperationRecord) -> Result<ControlFlow<()>, Error>,
    ) -> Result<(), Error> {
        let query = "SELECT number, record, sum FROM operation WHERE number <= ?1 ORDER BY number DESC";
        let mut statement = self.sql(self.connection.prepare(query))?;
        let rows = self.sql(statement.query_map([from], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))))?;
        for row in rows {
            let (number, text, sum): (i64, String, Vec<u8>) = self.sql(row)?;
            let damaged = || Error::CorruptRow { table: "operation", key: number.to_string() };
            let operation: OperationRecord = unseal(&text, &sum).ok_or_else(damaged)?;
            if u64::try_from(number) != Ok(operation.number) {
                return Err(damaged());
            }
            if take(operation)?.is_break() {
                break;
            }
        }
        Ok(())
    }

    /// Moves one pointer, if it is where it was seen and may go where it shall.
    fn swap(&self, connection: &Connection, step: &Move) -> Result<(), Error> {
        let (space, short) = split_pointer(&step.name)?;
        let found = self.sql(pointer(connection, &step.name))?;
        if found != step.from {
            return Err(Error::Moved { name: step.name.clone(), expected: step.from, found });
        }
        let Some(target) = step.to else {
            self.sql(connection.execute("DELETE FROM pointer WHERE name = ?1", [&step.name]))?;
            return Ok(());
        };
        for other in SPACES.into_iter().filter(|other| *other != space) {
            let by = format!("{other}{short}");
            if self.sql(pointer(connection, &by))?.is_some() {
                return Err(Error::Taken { name: step.name.clone(), by });
            }
        }
        match self.sql(kind(connection, target))? {
            None => return Err(Error::Missing { id: target }),
            Some(ObjectKind::Bundle) => {}
            Some(ObjectKind::Message) if space != BUNDLES => {}
            Some(found) => return Err(Error::WrongKind { id: target, expected: ObjectKind::Bundle, found }),
        }
        let query = "INSERT INTO pointer VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET target = excluded.target";
        let mut statement = self.sql(connection.prepare_cached(query))?;
        self.sql(statement.execute(params![step.name, target.as_bytes()]))?;
        Ok(())
    }

    /// Moves `@`, wherever it was: it belongs to whoever came last.
    fn move_at(&self, connection: &Connection, step: &At) -> Result<Option<AtMove>, Error> {
        let from = self.sql(at(connection))?;
        let to = match step {
            At::Stay => return Ok(None),
            At::Leave => None,
            At::Go(place) => Some(place.clone()),
        };
        if from == to {
            return Ok(None);
        }
        self.sql(connection.execute("DELETE FROM place", []))?;
        if let Some(place) = &to {
            self.sql(connection.execute("INSERT INTO place VALUES (1, ?1)", [place]))?;
        }
        Ok(Some(AtMove { from, to }))
    }
}

fn pointer(connection: &Connection, name: &str) -> rusqlite::Result<Option<Digest>> {
    let query = "SELECT target FROM pointer WHERE name = ?1";
    connection.prepare_cached(query)?.query_row([name], |row| row.get(0).map(Digest::from_bytes)).optional()
}

fn at(connection: &Connection) -> rusqlite::Result<Option<String>> {
    connection.query_row("SELECT at FROM place", [], |row| row.get(0)).optional()
}

#[cfg(test)]
mod tests {
    use super::super::sample::{self, entry};
    use super::super::verify::{Finding, verify};
    use super::*;

    fn moving(name: &str, from: Option<Digest>, to: Option<Digest>) -> Change {
        Change { moves: vec![Move { name: name.to_owned(), from, to }], ..Change::new(entry("move")) }
    }

    #[test]
    fn a_move_is_written_with_its_operation() {
        let (store, bundle) = sample::store();
        let change = Change { at: At::Go("branches/main".to_owned()), ..moving("branches/main", None, Some(bundle)) };
        let operation = store.transact(&change).unwrap();
        assert_eq!(operation.number, 1);
        assert_eq!(operation.at, Some(AtMove { from: None, to: Some("branches/main".to_owned()) }));
        assert_eq!(store.pointer("branches/main").unwrap(), Some(bundle));
        assert_eq!(store.at().unwrap().as_deref(), Some("branches/main"));
        let gone = store.transact(&Change { at: At::Leave, ..moving("branches/main", Some(bundle), None) }).unwrap();
        assert_eq!((store.pointers("").unwrap(), store.at().unwrap()), (Pointers::new(), None));
        assert_eq!(store.operations().unwrap(), [operation, gone]);
    }

    #[test]
    fn the_moves_of_a_large_operation_stand_in_parts() {
        let (store, bundle) = sample::store();
        let n = FIRST_MOVES + PART_MOVES + 1;
        let step = |number| Move { name: format!("branches/line-{number}"), from: None, to: Some(bundle) };
        let change = Change { moves: (0..n).map(step).collect(), ..Change::new(entry("many")) };
        let whole = store.transact(&change).unwrap();
        assert_eq!((whole.moves.len(), whole.parts), (n, 0));
        assert_eq!(store.operations().unwrap(), std::slice::from_ref(&whole));
        assert_eq!(store.operation(1).unwrap(), Some(whole.clone()));
        let head = |operation: OperationRecord| {
            assert_eq!((operation.moves.len(), operation.parts), (FIRST_MOVES, 2));
            assert_eq!(operation.moves, whole.moves[..FIRST_MOVES]);
            Ok(ControlFlow::Continue(()))
        };
        store.walk_heads(head).unwrap();
        assert_eq!((store.n_pointers("branches/").unwrap(), store.n_pointers("tags/").unwrap()), (n, 0));
        assert_eq!(store.n_pointers("").unwrap(), n);
        assert_eq!(store.state_at(0).unwrap().pointers, Pointers::new());
        assert_eq!(verify(&store).findings, []);
        for damage in ["UPDATE part SET number = 3 WHERE number = 2", "DELETE FROM part WHERE number = 3"] {
            store.connection.execute(damage, []).unwrap();
            let damaged = |outcome| matches!(outcome, Err(Error::CorruptRow { table: "part", key }) if key == "1 2");
            assert!(damaged(store.operations().map(drop)) && damaged(store.operation(1).map(drop)), "{damage}");
            assert!(verify(&store).findings.contains(&Finding::Row { table: "operation", row: 1 }), "{damage}");
        }
        store.connection.execute("INSERT INTO part VALUES (9, 1, '', x''), (9, 2, '', x'')", []).unwrap();
        assert!(verify(&store).findings.contains(&Finding::Row { table: "part", row: 3 }));
    }

    #[test]
    fn a_move_that_comes_too_late_writes_nothing() {
        let (store, bundle) = sample::store();
        store.transact(&moving("branches/main", None, Some(bundle))).unwrap();
        let message = sample::message(bundle, "Hi");
        for expected in [None, Some(message.id())] {
            let mut change = moving("branches/new", None, Some(bundle));
            change.objects.push(message.clone());
            change.at = At::Go("branches/new".to_owned());
            change.runs.push(sample::run("late", bundle));
            change.moves.push(Move { name: "branches/main".to_owned(), from: expected, to: Some(message.id()) });
            match store.transact(&change) {
                Err(Error::Moved { name, expected: seen, found }) => {
                    assert_eq!((name.as_str(), seen, found), ("branches/main", expected, Some(bundle)));
                }
                other => panic!("{other:?}"),
            }
            assert_eq!(store.find_object(message.id()).unwrap(), None);
            assert_eq!(store.pointers("").unwrap(), Pointers::from([("branches/main".to_owned(), bundle)]));
            assert_eq!((store.at().unwrap(), store.operations().unwrap().len()), (None, 1));
            assert_eq!(store.runs().unwrap(), []);
        }
    }

    #[test]
    fn a_pointer_goes_only_where_it_may() {
        let (store, bundle) = sample::store();
        let message = sample::message(bundle, "Hi");
        let blob = Object::blob(*b"loose");
        store.put(&[message.clone(), blob.clone()]).unwrap();
        store.transact(&moving("branches/main", None, Some(bundle))).unwrap();
        let refused = |change: &Change| format!("{:?}", store.transact(change).unwrap_err());
        let refusals = [
            moving("bundles/b", None, Some(message.id())),
            moving("branches/b", None, Some(blob.id())),
            moving("branches/b", None, Some(Digest::of(b"nowhere"))),
            moving("bundles/main", None, Some(bundle)),
            moving("branches/beef", None, Some(bundle)),
            moving("head", None, Some(bundle)),
        ];
        let shown: Vec<String> = refusals.iter().map(refused).collect();
        let expected = [
            format!("WrongKind {{ id: {:?}, expected: Bundle, found: Message }}", message.id()),
            format!("WrongKind {{ id: {:?}, expected: Bundle, found: Blob }}", blob.id()),
            format!("Missing {{ id: {:?} }}", Digest::of(b"nowhere")),
            r#"Taken { name: "bundles/main", by: "branches/main" }"#.to_owned(),
            r#"Name(LooksLikeId("beef"))"#.to_owned(),
            r#"Name(Space("head"))"#.to_owned(),
        ];
        assert_eq!(shown, expected);
    }
}
