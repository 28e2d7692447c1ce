//! The HTTP face: those who ask us.
//!
//! `mock` answers as a provider does, from the room of that name. Everything here listens on
//! this machine only, and decides nothing: a request becomes a value, a value becomes a response.

mod mock;

pub use mock::{Error, Heard, mock};
