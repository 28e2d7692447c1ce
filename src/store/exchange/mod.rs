//! One file that goes out by mail and comes back: the `.forkful` format, version 1.
//!
//! UTF-8, one JSON object a line: a header with the pointers, the objects so that what is pointed to
//! comes first, a trailer with their number and a hash. Every id in it is written `sha256:HEX`.
//! The trailer's hash covers the canonical header, then `KIND ID` and LF for each object.
//! Nothing in a file can name a path, a host, a key or a command. Runs do not travel.
//! What people say of messages and branches follows the objects, one remark a line, and is hashed with them.
//! A thin file lists what its reader must have already; a withheld text leaves a stub with its true
//! id, so that every other id stays what it is and can be checked.
//!
//! [`write()`] gives the same bytes for the same content, [`read()`] takes it plain, packed or out of
//! a page and verifies it as a whole before anything is written, with its objects set aside
//! ([`Arrivals`]); [`import()`] applies it in one transaction.

mod arrivals;
mod dress;
mod import;
mod lines;
#[cfg(test)]
mod parcels;
mod read;
mod said;
mod spool;
#[cfg(test)]
mod tests;
mod write;

use super::{NameError, check_name};

pub(in crate::store) use arrivals::Arrival;
pub use arrivals::Arrivals;
pub use dress::{CLOSING, OPENING, gzip, inside_page, is_forkful};
pub use import::{Imported, Outcome, Report, import};
pub use lines::Limits;
pub use read::{Package, Refusal, read, read_beside};
pub use write::{Selection, Written, contents, write};

/// The version of the format.
const VERSION: u64 = 1;

/// What every id starts with.
const TAG: &str = "sha256:";

/// The capability of a reader that knows withheld texts.
const STUBS: &str = "stubs";

/// The capability of a reader that knows remarks.
const REMARKS: &str = "remarks";

/// Says whether `name` can be that of somebody who sends files: a name without a slash.
pub fn check_peer(name: &str) -> Result<(), NameError> {
    check_name(name)?;
    match name.find('/') {
        Some(_) => Err(NameError::Place { name: name.to_owned(), found: "/" }),
        None => Ok(()),
    }
}
