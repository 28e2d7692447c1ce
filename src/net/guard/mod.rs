//! The way to where strangers' links lead.
//!
//! One [`Gate`] for every hop: it looks at the address as it stands, and again at what a name resolves
//! to, since a resolver is not asked about literal addresses; only addresses that are plainly global
//! are dialled, unless the person allows a host. A [`Client`] makes one hop a call, so that whoever
//! follows a redirect comes through the gate again. It carries nothing of the person's: no key, no
//! cookie, no referer, and no proxy of the environment, which would do the resolving itself.
//! [`Limits`] bound time, speed, size, swelling and headers of an answer; a body is handed on while it
//! comes and never held here.

mod address;
mod client;
mod fault;
mod gate;
mod inflate;
mod limits;
#[cfg(test)]
mod tests;

pub use address::special;
pub use client::{AGENT, Answer, Client, Taken};
pub use fault::{Error, Fault, Refusal};
pub use gate::{By, Gate, ParseGateError};
pub use limits::Limits;
