//! What can be wrong with a store.

use std::fmt;

use crate::content::Digest;
use crate::store::ObjectKind;

/// What was looked at, and what is wrong.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Objects that were hashed.
    pub n_objects: usize,
    /// Of them, texts that their sender withheld.
    pub n_withheld: usize,
    /// What is wrong, in the order it was found.
    pub findings: Vec<Finding>,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// The database finds its own file damaged.
    Database {
        /// What it says.
        detail: String,
    },
    /// A table cannot be read to its end.
    Unreadable {
        /// The table.
        table: &'static str,
        /// What the database says.
        detail: String,
    },
    /// A row has a shape that is never written, or does not match its checksum.
    Row {
        /// The table.
        table: &'static str,
        /// The row's number in it.
        row: i64,
    },
    /// An object's bytes are not the ones that its id names.
    Altered {
        /// The object.
        id: Digest,
    },
    /// An object's hash is right and its content is not what its kind says.
    Malformed {
        /// The object.
        id: Digest,
        /// Its kind.
        kind: ObjectKind,
    },
    /// An object refers to one that is not there or of another kind.
    Dangling {
        /// The object.
        from: Digest,
        /// What it refers to.
        to: Digest,
    },
    /// A pointer stands on nothing.
    Pointer {
        /// The pointer.
        name: String,
        /// Where it stands.
        target: Digest,
    },
    /// A pointer, or `@`, is not where the journal left it.
    Unaccounted {
        /// The pointer.
        name: String,
    },
    /// The journal names an object that is not there.
    Operation {
        /// The operation.
        number: u64,
        /// The object.
        id: Digest,
    },
    /// What is searched by is not what the objects make of it; it can be made again.
    Index,
    /// A run or a reading names an answer or a document that is not there.
    Unmet {
        /// The table.
        table: &'static str,
        /// The object.
        id: Digest,
    },
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Database { detail } => write!(f, "the database is damaged: {detail}"),
            Self::Unreadable { table, detail } => write!(f, "table {table} cannot be read to its end: {detail}"),
            Self::Row { table, row } => write!(f, "row {row} of table {table} is damaged"),
            Self::Altered { id } => write!(f, "object {id} is not what its id says"),
            Self::Malformed { id, kind } => write!(f, "object {id} is not a well-formed {kind}"),
            Self::Dangling { from, to } => write!(f, "object {from} refers to {to}, which is not there"),
            Self::Pointer { name, target } => write!(f, "{name} stands on {target}, which is not there"),
            Self::Unaccounted { name } => write!(f, "{name} is not where the journal left it"),
            Self::Operation { number, id } => write!(f, "operation {number} names {id}, which is not there"),
            Self::Index => f.write_str("the search index is off: `forkful search --rebuild` makes it anew"),
            Self::Unmet { table, id } => write!(f, "a row of table {table} names {id}, which is not there"),
        }
    }
}
