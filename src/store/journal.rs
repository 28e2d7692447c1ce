//! Pointers, `@`, and the one transaction that moves them and says so.

use std::ops::ControlFlow;

use rusqlite::{Connection, OptionalExtension as _, params};

use super::database::{seal, unseal};
use super::name::split_pointer;
use super::objects::kind;
use super::record::{AtMove, Move, OperationRecord, Pointers, ProvenanceRecord, RemarkMove, RunRecord};
use super::{BUNDLES, Error, Object, ObjectKind, SPACES, Store};
use crate::content::{Digest, Timestamp};

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

    /// The pointers that stand on an object, by their full names.
    pub fn pointers_to(&self, target: Digest) -> Result<Vec<String>, Error> {
        let mut statement =
            self.sql(self.connection.prepare("SELECT name FROM pointer WHERE target = ?1 ORDER BY name"))?;
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
        self.insert(&transaction, &change.objects)?;
        for provenance in &change.provenance {
            self.insert_provenance(&transaction, provenance)?;
        }
        for run in &change.runs {
            self.write_run(&transaction, run)?;
        }
        for step in &change.moves {
            self.swap(&transaction, step)?;
        }
        let at = self.move_at(&transaction, &change.at)?;
        for step in &change.remarks {
            self.swap_remark(&transaction, step)?;
        }
        let operation = self.write_operation(&transaction, change, at)?;
        self.sql(transaction.commit())?;
        Ok(operation)
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
            at,
            remarks: change.remarks.clone(),
            undoes: change.entry.undoes,
        };
        let (text, sum) = seal(&operation);
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
            ControlFlow::Break(())
        })?;
        Ok(found)
    }

    /// Reads the journal from the newest operation on, until `take` has enough.
    pub fn walk_back(&self, take: impl FnMut(OperationRecord) -> ControlFlow<()>) -> Result<(), Error> {
        self.walk(i64::MAX, take)
    }

    fn walk(&self, from: i64, mut take: impl FnMut(OperationRecord) -> ControlFlow<()>) -> Result<(), Error> {
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
            if take(operation).is_break() {
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
        self.sql(connection.execute(query, params![step.name, target.as_bytes()]))?;
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
    connection.query_row(query, [name], |row| row.get(0).map(Digest::from_bytes)).optional()
}

fn at(connection: &Connection) -> rusqlite::Result<Option<String>> {
    connection.query_row("SELECT at FROM place", [], |row| row.get(0)).optional()
}

#[cfg(test)]
mod tests {
    use super::super::sample::{self, entry};
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
