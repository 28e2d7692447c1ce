//! One file that goes out by mail and comes back: the `.forkful` format, version 1.
//!
//! UTF-8, one JSON object a line: a header with the pointers, the objects so that what is pointed to
//! comes first, a trailer with their number and a hash. Every id in it is written `sha256:HEX`.
//! The trailer's hash covers the canonical header, then `KIND ID` and LF for each object.
//! Nothing in a file can name a path, a host, a key or a command. Runs do not travel.
//!
//! [`write()`] gives the same bytes for the same content, [`read()`] verifies a file as a whole before
//! anything is written, [`import()`] applies it in one transaction.

mod import;
mod lines;
mod read;
#[cfg(test)]
mod tests;
mod write;

pub use import::{Imported, Outcome, import};
pub use lines::Limits;
pub use read::{Package, Refusal, read};
pub use write::{Selection, Written, write};

/// The version of the format.
const VERSION: u64 = 1;

/// What every id starts with.
const TAG: &str = "sha256:";
