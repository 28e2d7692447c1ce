//! Keeps objects by their hash, pointers to them, and the journal of every move.
//!
//! An [`Object`] is a blob, a document, a bundle or a message; its id is the SHA-256 of its
//! canonical bytes, so it is never rewritten and is checked on every read. Pointers
//! (`branches/main`, `bundles/bitter`) and `@` are all that changes, and they change in one
//! transaction together with an operation ([`Store::transact`]): compare, swap, journal, or nothing.
//! Runs and provenance are rows beside the objects and reach no hash; so are remarks, which the journal
//! accounts for like pointers. What is searched by is made from the objects and can be made again.
//!
//! [`Pages`] keeps what came from the web, in files beside the database.
//!
//! This room alone defines stored bytes: [`record`] holds the JSON, [`exchange`] the `.forkful` file.
//! It reads no clock and no environment; moments and commands come in as values.
//! It knows nothing of turns, addresses or trees: that is the room `fork`.

pub mod exchange;
pub mod record;
pub mod verify;

mod canonical;
mod database;
mod error;
mod hold;
mod index;
mod insert;
mod journal;
mod json;
mod name;
mod object;
mod objects;
mod pages;
mod past;
mod remark;
mod runs;
#[cfg(test)]
pub(crate) mod sample;
mod stub;
mod sweep;

pub use database::{FORMAT, Store};
pub use error::{Error, Sqlite};
pub use hold::Hold;
pub use index::{Found, Hit};
pub use journal::{At, Change, Entry};
pub use json::Fault;
pub use name::{BRANCHES, BUNDLES, NameError, REMOTES, SPACES, TAGS, check_name, numbered};
pub use object::{Object, ObjectKind, Record, Reference};
pub use objects::Resolved;
pub use pages::{End, Page, Pages, Part, Visit};
pub use past::State;
pub use remark::{Remarks, topic};
pub use sweep::{Loose, Sweep};
