//! What can go wrong between a caller and the stored bytes.

use std::io;
use std::path::PathBuf;

use super::exchange::Refusal;
use super::{Fault, NameError, ObjectKind};
use crate::content::Digest;

/// What the database says: all of it, since its own cause is the same words with a number before them.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Sqlite(pub(super) rusqlite::Error);

/// A store that cannot be used, an object that is not what it should be, or a move that came too late.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The folder of the store cannot be made or protected.
    #[error("cannot create the store folder {path}")]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The file is no forkful store: another database, or no database at all.
    #[error("not a forkful store: {path}")]
    NotAStore {
        /// The file.
        path: PathBuf,
    },
    /// The store was written by a later version; nothing was written to it.
    #[error("the store {path} has format {found}, newer than {known}")]
    NewerStore {
        /// The file.
        path: PathBuf,
        /// Its format.
        found: i64,
        /// The newest format known here.
        known: i64,
    },
    /// The store was written by an earlier version, and lies where it cannot be raised.
    #[error("the store {path} has format {found}, older than {known}, and cannot be written to")]
    OlderStore {
        /// The file.
        path: PathBuf,
        /// Its format.
        found: i64,
        /// The format that is read here.
        known: i64,
    },
    /// The database's file is damaged where it was read or written.
    #[error("the store {path} is damaged")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What the database says.
        source: Sqlite,
    },
    /// The disk takes no more; nothing of the change was written.
    #[error("the disk is full: nothing more can be written to the store {path}")]
    Full {
        /// The file.
        path: PathBuf,
    },
    /// The database refused: locked for too long, a failing disk.
    #[error("cannot use the store {path}")]
    Database {
        /// The file.
        path: PathBuf,
        /// What the database says.
        source: Sqlite,
    },
    /// The store lies where nothing can be written.
    #[error("cannot write to the store {path}")]
    ReadOnly {
        /// The file.
        path: PathBuf,
    },
    /// The stored bytes are not the ones that the id names.
    #[error("object {id} is damaged")]
    Corrupt {
        /// The object.
        id: Digest,
    },
    /// A row beside the objects does not match its checksum or its shape.
    #[error("row {key} of table {table} is damaged")]
    CorruptRow {
        /// The table.
        table: &'static str,
        /// The row's key.
        key: String,
    },
    /// No object has this id.
    #[error("no object {id}")]
    Missing {
        /// The id.
        id: Digest,
    },
    /// The text stayed with whoever sent the rest.
    #[error("the text {id} was withheld by whoever sent the file")]
    Withheld {
        /// The blob.
        id: Digest,
    },
    /// An object names another one that the store lacks or that is of another kind.
    #[error("object {from} refers to {to}, which is not there")]
    Dangling {
        /// The object that refers.
        from: Digest,
        /// The id it names.
        to: Digest,
    },
    /// The object is of a kind that cannot stand here.
    #[error("object {id} is a {found}, not a {expected}")]
    WrongKind {
        /// The object.
        id: Digest,
        /// The kind that was asked for.
        expected: ObjectKind,
        /// The kind it has.
        found: ObjectKind,
    },
    /// The object's hash is right and its JSON is not a record of its kind.
    #[error("object {id} is not a well-formed {kind}")]
    Malformed {
        /// The object.
        id: Digest,
        /// Its kind.
        kind: ObjectKind,
        /// What the JSON reader says.
        source: serde_json::Error,
    },
    /// The object was written by a later version.
    #[error("object {id} is a {kind} of version {found}, newer than 1")]
    NewerRecord {
        /// The object.
        id: Digest,
        /// Its kind.
        kind: ObjectKind,
        /// Its version.
        found: u64,
    },
    /// A document's sections or links lie outside its text, overlap, or cut a character.
    #[error("a section of the document does not fit its text: {start}..{end} of {length} bytes")]
    Section {
        /// First byte.
        start: usize,
        /// One past the last byte.
        end: usize,
        /// Length of the text.
        length: usize,
    },
    /// A value cannot be put into the hashed form.
    #[error("cannot store the {kind}")]
    Unhashable {
        /// The kind of the object.
        kind: ObjectKind,
        /// What the hashed form refuses.
        source: Fault,
    },
    /// Somebody else moved the pointer first; nothing was written.
    #[error("{name} was moved by somebody else")]
    Moved {
        /// The pointer.
        name: String,
        /// Where the caller saw it.
        expected: Option<Digest>,
        /// Where it is.
        found: Option<Digest>,
    },
    /// Somebody else changed the remark first; nothing was written.
    #[error("the {topic} of {subject} was changed by somebody else")]
    Remarked {
        /// What the remark is about.
        subject: String,
        /// What it says of it.
        topic: String,
    },
    /// The journal has no such operation.
    #[error("no operation {number}")]
    NoOperation {
        /// What was asked for.
        number: u64,
    },
    /// What the operation left leads to an object that was swept away.
    #[error("operation {number} leads to {}, which was swept away", id.short())]
    Swept {
        /// The operation.
        number: u64,
        /// The object.
        id: Digest,
    },
    /// The short name already stands for something else.
    #[error("the name {name} is taken by {by}")]
    Taken {
        /// The pointer that was to be made.
        name: String,
        /// The pointer that has the name.
        by: String,
    },
    /// The text cannot be a name.
    #[error(transparent)]
    Name(#[from] NameError),
    /// A run with this attempt id was begun before.
    #[error("run {attempt} was begun before")]
    RunExists {
        /// The attempt id.
        attempt: String,
    },
    /// A `.forkful` file is refused as a whole.
    #[error("line {line} of the file is refused")]
    Package {
        /// The line, from 1.
        line: usize,
        /// Why.
        source: Box<Refusal>,
    },
    /// The file is a thin reply, and the store lacks what it builds on.
    #[error("the file builds on what is not here: {}", first(ids))]
    Prerequisites {
        /// The missing ids.
        ids: Vec<Digest>,
    },
    /// What came cannot be set aside until all of it is verified.
    #[error("cannot set aside what came in {folder}")]
    Aside {
        /// The folder of the store.
        folder: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The `.forkful` file cannot be read.
    #[error("cannot read the file")]
    Read(#[source] io::Error),
    /// The `.forkful` file cannot be written.
    #[error("cannot write the file")]
    Write(#[source] io::Error),
}

/// The first ids of a list, short, and how many more there are.
fn first(ids: &[Digest]) -> String {
    const MOST: usize = 3;
    let named: Vec<_> = ids.iter().take(MOST).map(Digest::short).collect();
    match ids.len().saturating_sub(MOST) {
        0 => named.join(", "),
        more => format!("{} and {more} more", named.join(", ")),
    }
}
