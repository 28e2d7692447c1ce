//! The chat protocols: one file each, one line each in [`PROTOCOLS`].
//!
//! A protocol turns a [`Prompt`] into the exact bytes of a request and events of the answer into
//! [`Delta`]s. It does no IO and keeps no key; the same prompt gives the same bytes, and prompts
//! that share a bundle share the bytes up to the bundle's end.

mod openai_chat;

use super::sse::Event;
use super::{Delta, Endpoint, Prompt};
use crate::net::Request;

/// The protocols that can be spoken, in the order in which they are listed.
pub const PROTOCOLS: &[Protocol] = &[openai_chat::PROTOCOL];

/// One way of talking to models over HTTP.
#[derive(Debug, Clone, Copy)]
pub struct Protocol {
    /// What people type: `openai-chat`.
    pub name: &'static str,
    /// One line for lists.
    pub about: &'static str,
    /// Writes the request for a prompt.
    pub encode: fn(&Prompt, &Endpoint) -> Request,
    /// The texts that the body of such a request carries, one a message, as the model reads them.
    pub texts: fn(&[u8]) -> Vec<String>,
    /// Starts reading an answer.
    pub decoder: fn() -> Box<dyn Decoder>,
}

/// Reads the events of one answer.
pub trait Decoder: Send {
    /// Adds what `event` says; the whole body of an unstreamed answer is one event.
    fn decode(&mut self, event: &Event, deltas: &mut Vec<Delta>) -> Result<(), Garbled>;
}

/// The event is not of the protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an event of the protocol")]
pub struct Garbled;

/// The protocol of this name.
pub fn protocol(name: &str) -> Option<&'static Protocol> {
    PROTOCOLS.iter().find(|protocol| protocol.name == name)
}
