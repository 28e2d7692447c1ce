//! One database file: how it is opened, what its tables are, how its rows are sealed.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::ffi::SQLITE_IOERR_SHMSIZE;
use rusqlite::{Connection, ErrorCode, OpenFlags, Transaction, TransactionBehavior};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Error;
use super::error::Sqlite;
use crate::content::Digest;

/// The format of the database written here; a store of a later one is not opened.
pub const FORMAT: i64 = 4;

/// The first format with an index.
const INDEXED: i64 = 2;

/// `forK` in ASCII: says whose database this is.
const APPLICATION: i64 = 0x666f_724b;

/// Statements that stay prepared: as many as the store has of those that are asked again and again.
const PREPARED: usize = 32;

/// How long a writer waits for another one.
const PATIENCE: Duration = Duration::from_mins(1);

/// What each format adds to the one before; no step changes what stands in a store, but for what it is found by.
const STEPS: [&str; 4] = [FIRST, SECOND, THIRD, FOURTH];

const FIRST: &str = "
    CREATE TABLE meta (key TEXT PRIMARY KEY NOT NULL, value INTEGER NOT NULL) STRICT;
    CREATE TABLE object (id BLOB PRIMARY KEY NOT NULL, kind TEXT NOT NULL, data BLOB NOT NULL) STRICT;
    CREATE TABLE pointer (name TEXT PRIMARY KEY NOT NULL, target BLOB NOT NULL REFERENCES object (id)) STRICT;
    CREATE TABLE place (one INTEGER PRIMARY KEY CHECK (one = 1), at TEXT NOT NULL) STRICT;
    CREATE TABLE operation (number INTEGER PRIMARY KEY, record TEXT NOT NULL, sum BLOB NOT NULL) STRICT;
    CREATE TABLE run (attempt TEXT PRIMARY KEY NOT NULL, answer BLOB, record TEXT NOT NULL, sum BLOB NOT NULL) STRICT;
    CREATE INDEX run_of_answer ON run (answer);
    CREATE TABLE provenance (sum BLOB PRIMARY KEY NOT NULL, document BLOB NOT NULL, record TEXT NOT NULL) STRICT;
    CREATE INDEX provenance_of_document ON provenance (document);
";

/// Remarks, which the journal accounts for; and what is found by (`index.rs`), made from the objects alone.
const SECOND: &str = "
    CREATE TABLE remark (subject TEXT NOT NULL, topic TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (subject, topic))
        STRICT, WITHOUT ROWID;
    CREATE INDEX pointer_of_target ON pointer (target);
    CREATE TABLE follower (child BLOB PRIMARY KEY NOT NULL, parent BLOB NOT NULL) STRICT, WITHOUT ROWID;
    CREATE INDEX follower_of_parent ON follower (parent);
    CREATE TABLE holder (document BLOB NOT NULL, bundle BLOB NOT NULL, PRIMARY KEY (document, bundle))
        STRICT, WITHOUT ROWID;
    CREATE TABLE passage (number INTEGER PRIMARY KEY, object BLOB NOT NULL, place INTEGER NOT NULL) STRICT;
    CREATE INDEX passage_of_object ON passage (object, place);
    CREATE VIRTUAL TABLE words USING fts5
        (text, content = '', contentless_delete = 1, tokenize = 'porter unicode61 remove_diacritics 2');
";

/// The moves of an operation beyond its first ones, so that the journal is listed without reading them.
const THIRD: &str = "
    CREATE TABLE part (operation INTEGER NOT NULL, number INTEGER NOT NULL, record TEXT NOT NULL, sum BLOB NOT NULL,
        PRIMARY KEY (operation, number)) STRICT;
";

/// A message's passage says what the message follows: one row and one index instead of two of each. Documents
/// wait until somebody searches.
const FOURTH: &str = "
    CREATE TABLE found (number INTEGER PRIMARY KEY, object BLOB NOT NULL, place INTEGER NOT NULL, parent BLOB) STRICT;
    INSERT INTO found SELECT number, object, place, (SELECT parent FROM follower WHERE child = object) FROM passage;
    DROP TABLE passage;
    DROP TABLE follower;
    ALTER TABLE found RENAME TO passage;
    CREATE INDEX passage_of_parent ON passage (parent) WHERE parent IS NOT NULL;
    CREATE TABLE waiting (object BLOB PRIMARY KEY NOT NULL) STRICT, WITHOUT ROWID;
";

/// An opened store; one writer at a time, any number of readers, in any number of processes.
#[derive(Debug)]
pub struct Store {
    pub(super) connection: Connection,
    path: PathBuf,
    was_empty: bool,
}

impl Store {
    /// Opens the store in `folder`, and makes folder and store where there is none.
    pub fn open(folder: &Path) -> Result<Self, Error> {
        create_private(folder).map_err(|source| Error::Folder { path: folder.to_owned(), source })?;
        let path = folder.join("store.db");
        let failed = |source| told(&path, source);
        let was_empty = fs::metadata(&path).is_ok_and(|metadata| metadata.len() == 0) && is_at_rest(folder);
        let connection = Connection::open(&path).map_err(failed)?;
        let opened = Self { connection, path: path.clone(), was_empty }.prepared();
        let is_unwritable = match &opened {
            Err(Error::Database { source, .. }) => source.0.sqlite_error_code() == Some(ErrorCode::CannotOpen),
            Err(Error::ReadOnly { .. }) => true,
            _ => false,
        };
        match opened {
            Err(_) if is_unwritable && is_at_rest(folder) => {
                let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
                let connection = Connection::open_with_flags(immutable(&path), flags).map_err(failed)?;
                Self { connection, path: path.clone(), was_empty: false }.read_only()
            }
            opened => opened,
        }
    }

    /// Opens a store that is gone when it is dropped.
    pub fn open_in_memory() -> Result<Self, Error> {
        let path = PathBuf::from(":memory:");
        let opened = Connection::open_in_memory();
        let connection = opened.map_err(|source| told(&path, source))?;
        Self { connection, path, was_empty: false }.prepared()
    }

    /// The folder that the store has for itself; one in memory has none.
    pub(super) fn folder(&self) -> Option<PathBuf> {
        let is_file = self.connection.path().is_some_and(|path| !path.is_empty());
        self.path.parent().filter(|_| is_file).map(Path::to_owned)
    }

    /// Whether there was a file of no bytes where the store was opened, which is begun anew.
    pub fn was_empty(&self) -> bool {
        self.was_empty
    }

    /// The database file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Checks whose database it is before anything is written to it, then sets it up.
    fn prepared(self) -> Result<Self, Error> {
        self.sql(self.connection.busy_timeout(PATIENCE))?;
        self.connection.set_prepared_statement_cache_capacity(PREPARED);
        let found = {
            // Several questions about one moment: another process may be making the tables.
            let _snapshot = self.snapshot()?;
            self.recognised()?
        };
        self.patiently(|| self.connection.pragma_update(None, "journal_mode", "WAL"))?;
        self.configure(&[("synchronous", "FULL"), ("foreign_keys", "ON")])?;
        if found < FORMAT {
            let transaction = self.begin()?;
            // Another process may have made the tables since; its lock was waited for in `begin`.
            let found = self.recognised()?;
            self.raise(&transaction, found)?;
            self.sql(transaction.commit())?;
        }
        Ok(self)
    }

    /// Checks whose database it is on a medium that cannot be written.
    fn read_only(self) -> Result<Self, Error> {
        self.configure(&[])?;
        match self.recognised()? {
            0 => Err(Error::NotAStore { path: self.path }),
            FORMAT => Ok(self),
            found => Err(Error::OlderStore { path: self.path, found, known: FORMAT }),
        }
    }

    /// Sets what holds of every connection, and these pragmas.
    fn configure(&self, pragmas: &[(&str, &str)]) -> Result<(), Error> {
        for (name, value) in [("trusted_schema", "OFF"), ("cell_size_check", "ON")].iter().chain(pragmas) {
            self.sql(self.connection.pragma_update(None, name, value))?;
        }
        // Else a statement over a partial index is planned again for each value that it is asked with.
        self.sql(self.connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true))?;
        Ok(())
    }

    /// Brings the tables from the format `found`, 0 for none, to the newest.
    fn raise(&self, connection: &Connection, found: i64) -> Result<(), Error> {
        let n_done = usize::try_from(found).unwrap_or(0);
        for step in STEPS.iter().skip(n_done) {
            self.sql(connection.execute_batch(step))?;
        }
        if n_done < STEPS.len() {
            let query = "INSERT INTO meta VALUES ('format', ?1) ON CONFLICT (key) DO UPDATE SET value = excluded.value";
            self.sql(connection.execute(query, [FORMAT]))?;
            self.sql(connection.pragma_update(None, "application_id", APPLICATION))?;
        }
        // A store without objects has nothing to be found; one of an older format has all of it.
        if found > 0 && found < INDEXED { self.index_all(connection) } else { Ok(()) }
    }

    /// The format of the database, 0 where it is empty; an error where it is somebody else's or newer.
    fn recognised(&self) -> Result<i64, Error> {
        let number = |query: &str| self.connection.query_row(query, [], |row| row.get::<_, i64>(0));
        let not_ours = || Error::NotAStore { path: self.path.clone() };
        let application = match number("PRAGMA application_id") {
            Err(rusqlite::Error::SqliteFailure(code, _)) if code.code == ErrorCode::NotADatabase => {
                return Err(not_ours());
            }
            outcome => self.sql(outcome)?,
        };
        let n_tables = self.sql(number("SELECT count(*) FROM sqlite_schema"))?;
        match (application, n_tables) {
            (0, 0) => return Ok(0),
            (APPLICATION, _) => {}
            _ => return Err(not_ours()),
        }
        match self.sql(number("SELECT value FROM meta WHERE key = 'format'"))? {
            found if found > FORMAT => Err(Error::NewerStore { path: self.path.clone(), found, known: FORMAT }),
            found if found > 0 => Ok(found),
            _ => Err(not_ours()),
        }
    }

    /// A write transaction, begun once every other writer is done.
    pub(super) fn begin(&self) -> Result<Transaction<'_>, Error> {
        self.sql(Transaction::new_unchecked(&self.connection, TransactionBehavior::Immediate))
    }

    /// A read transaction: every statement in it sees the same moment.
    pub(super) fn snapshot(&self) -> Result<Transaction<'_>, Error> {
        self.sql(Transaction::new_unchecked(&self.connection, TransactionBehavior::Deferred))
    }

    /// Names the store in what the database says.
    pub(super) fn sql<T>(&self, outcome: rusqlite::Result<T>) -> Result<T, Error> {
        outcome.map_err(|source| told(&self.path, source))
    }

    /// Tries again while the database is busy: the database does not wait by itself when it changes its journal.
    fn patiently<T>(&self, attempt: impl Fn() -> rusqlite::Result<T>) -> Result<T, Error> {
        let pause = Duration::from_millis(5);
        for _ in 0..PATIENCE.as_millis() / pause.as_millis() {
            match attempt() {
                Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => std::thread::sleep(pause),
                outcome => return self.sql(outcome),
            }
        }
        self.sql(attempt())
    }
}

/// A row's JSON and the checksum that stands beside it.
pub(super) fn seal(row: &impl Serialize) -> (String, Digest) {
    let text = serde_json::to_string(row).expect("rows have string keys and no failing field");
    let sum = Digest::of(text.as_bytes());
    (text, sum)
}

/// The row of a sealed text, if neither it nor the checksum was changed.
pub(super) fn unseal<T: DeserializeOwned>(text: &str, sum: &[u8]) -> Option<T> {
    if Digest::of(text.as_bytes()).as_bytes() != sum {
        return None;
    }
    serde_json::from_str(text).ok()
}

/// What the database says, by what a person can do about it.
fn told(path: &Path, source: rusqlite::Error) -> Error {
    let path = path.to_owned();
    match source.sqlite_error().map(|error| (error.code, error.extended_code)) {
        Some((ErrorCode::ReadOnly, _)) => Error::ReadOnly { path },
        Some((ErrorCode::DatabaseCorrupt, _)) => Error::Damaged { path, source: Sqlite(source) },
        // The log's index cannot grow: the only cause of it besides a failing disk is a full one.
        Some((ErrorCode::DiskFull, _) | (_, SQLITE_IOERR_SHMSIZE)) => Error::Full { path },
        _ => Error::Database { path, source: Sqlite(source) },
    }
}

/// Whether everything is in the database file itself, with no writer's log beside it.
fn is_at_rest(folder: &Path) -> bool {
    let length = |name: &str| fs::metadata(folder.join(name)).map(|metadata| metadata.len()).ok();
    length("store.db").is_some() && length("store.db-wal").is_none_or(|length| length == 0)
}

/// The address of a database that nobody writes, so that it is read without locks and logs.
fn immutable(path: &Path) -> String {
    let mut address = "file:".to_owned();
    for byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'/' | b'-' | b'_' | b'.' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => address.push(char::from(*byte)),
            other => address += &format!("%{other:02X}"),
        }
    }
    address + "?immutable=1"
}

/// Makes the folder, for its owner alone where the system knows owners.
fn create_private(folder: &Path) -> std::io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)?;
    // A new name is kept by the folder that holds it.
    #[cfg(unix)]
    if let Some(above) = folder.parent() {
        let above = if above.as_os_str().is_empty() { Path::new(".") } else { above };
        fs::File::open(above)?.sync_all()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::super::verify::verify;
    use super::*;

    fn database_of(folder: &Path) -> PathBuf {
        folder.join("store.db")
    }

    #[test]
    fn a_store_is_made_private_and_opened_again() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("a/b");
        for _ in 0..2 {
            let store = Store::open(&folder).unwrap();
            let pragma = |name| store.connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0)).unwrap();
            assert_eq!((pragma("synchronous"), pragma("foreign_keys"), pragma("application_id")), (2, 1, APPLICATION));
        }
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o700);
        }
    }

    #[test]
    fn a_newer_store_is_refused_and_left_as_it_is() {
        let root = tempfile::tempdir().unwrap();
        let store = Store::open(root.path()).unwrap();
        store.connection.execute("UPDATE meta SET value = 99", []).unwrap();
        drop(store);
        let before = fs::read(database_of(root.path())).unwrap();
        match Store::open(root.path()) {
            Err(Error::NewerStore { path, found: 99, known: FORMAT }) => assert_eq!(path, database_of(root.path())),
            other => panic!("{other:?}"),
        }
        assert_eq!(fs::read(database_of(root.path())).unwrap(), before);
    }

    #[test]
    fn a_store_of_the_first_format_is_raised_with_all_it_holds() {
        let root = tempfile::tempdir().unwrap();
        let path = database_of(root.path());
        let connection = Connection::open(&path).unwrap();
        connection.execute_batch(FIRST).unwrap();
        connection.execute("INSERT INTO meta VALUES ('format', 1)", []).unwrap();
        connection.pragma_update(None, "application_id", APPLICATION).unwrap();
        for object in sample::bundle("Cards are kept.\n") {
            let id = object.id();
            let row = rusqlite::params![id.as_bytes(), object.kind().name(), object.bytes()];
            connection.execute("INSERT INTO object VALUES (?1, ?2, ?3)", row).unwrap();
        }
        drop(connection);
        for _ in 0..2 {
            let store = Store::open(root.path()).unwrap();
            assert_eq!(store.search("card", 10).unwrap().hits.len(), 1);
            assert_eq!(verify(&store).findings, []);
        }
    }

    #[test]
    fn what_a_store_of_the_third_format_is_searched_by_stays() {
        let root = tempfile::tempdir().unwrap();
        let store = Store::open(root.path()).unwrap();
        let bundle = sample::fill(&store, "Cards are kept.\n");
        let question = sample::message(bundle, "Which cards?");
        store.put(std::slice::from_ref(&question)).unwrap();
        assert_eq!(store.search("card", 10).unwrap().hits.len(), 2);
        let lowered = "
            DROP TABLE waiting;
            CREATE TABLE follower (child BLOB PRIMARY KEY NOT NULL, parent BLOB NOT NULL) STRICT, WITHOUT ROWID;
            INSERT INTO follower SELECT object, parent FROM passage WHERE parent IS NOT NULL;
            DROP INDEX passage_of_parent;
            ALTER TABLE passage DROP COLUMN parent;
            CREATE INDEX passage_of_object ON passage (object, place);
            UPDATE meta SET value = 3";
        store.connection.execute_batch(lowered).unwrap();
        match store.read_only() {
            Err(Error::OlderStore { path, found: 3, known: FORMAT }) => assert_eq!(path, database_of(root.path())),
            other => panic!("{other:?}"),
        }
        for _ in 0..2 {
            let store = Store::open(root.path()).unwrap();
            assert_eq!(store.search("card", 10).unwrap().hits.len(), 2);
            assert_eq!(store.followers(bundle).unwrap(), [question.id()]);
            assert_eq!(verify(&store).findings, []);
        }
    }

    #[test]
    fn what_the_database_says_is_told_by_what_can_be_done() {
        let check = |code: i32, expected: &str| {
            let source = rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(code), None);
            assert_eq!(told(Path::new("store.db"), source).to_string(), expected, "{code}");
        };
        check(8, "cannot write to the store store.db");
        check(11, "the store store.db is damaged");
        check(13, "the disk is full: nothing more can be written to the store store.db");
        check(4874, "the disk is full: nothing more can be written to the store store.db");
        check(5, "cannot use the store store.db");
    }

    #[test]
    fn a_file_without_a_byte_is_known_for_it() {
        let root = tempfile::tempdir().unwrap();
        fs::write(database_of(root.path()), b"").unwrap();
        let was_empty = [(); 2].map(|()| Store::open(root.path()).unwrap().was_empty());
        assert_eq!(was_empty, [true, false]);
    }

    #[test]
    fn what_is_no_store_is_refused_and_left_as_it_is() {
        let root = tempfile::tempdir().unwrap();
        let path = database_of(root.path());
        let foreign = {
            let other = root.path().join("other.db");
            Connection::open(&other).unwrap().execute_batch("CREATE TABLE t (x)").unwrap();
            fs::read(other).unwrap()
        };
        for bytes in [b"# Notes, not a database\n".repeat(100), foreign] {
            fs::write(&path, &bytes).unwrap();
            match Store::open(root.path()) {
                Err(Error::NotAStore { path: named }) => assert_eq!(named, path),
                other => panic!("{other:?}"),
            }
            assert_eq!(fs::read(&path).unwrap(), bytes);
        }
    }

    #[test]
    fn many_can_make_the_same_store_at_once() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("new");
        std::thread::scope(|scope| {
            let openers: Vec<_> = (0..8).map(|_| scope.spawn(|| Store::open(&folder).map(drop))).collect();
            for opener in openers {
                opener.join().unwrap().unwrap();
            }
        });
    }
}
