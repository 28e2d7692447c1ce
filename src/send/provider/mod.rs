//! The chat protocols: one file each, one line each in [`PROTOCOLS`].
//!
//! A protocol turns a [`Prompt`] into the exact bytes of a request and events of the answer into
//! [`Delta`]s. It does no IO and keeps no key; the same prompt gives the same bytes, and prompts
//! that share a bundle share the bytes up to the bundle's end.

mod anthropic;
mod body;
mod gemini;
mod ollama;
mod openai_chat;
mod openai_responses;

use super::sse::Event;
use super::{Delta, Endpoint, Error, Prompt};
use crate::content::nearest;
use crate::net::Request;

/// The protocols that can be spoken, in the order in which they are listed.
pub const PROTOCOLS: &[Protocol] =
    &[openai_chat::PROTOCOL, openai_responses::PROTOCOL, anthropic::PROTOCOL, gemini::PROTOCOL, ollama::PROTOCOL];

/// One way of talking to models over HTTP.
#[derive(Debug, Clone, Copy)]
pub struct Protocol {
    /// What people type: `openai-chat`.
    pub name: &'static str,
    /// One line for lists.
    pub about: &'static str,
    /// Where its paths begin on a server that is named without a path; nothing where that differs.
    pub root: &'static str,
    /// How its streams are framed.
    pub framing: Framing,
    /// Writes the request for a prompt.
    pub encode: fn(&Prompt, &Endpoint) -> Request,
    /// The texts that the body of such a request carries, one a message, as the model reads them.
    pub texts: fn(&[u8]) -> Vec<String>,
    /// Starts reading an answer.
    pub decoder: fn() -> Box<dyn Decoder>,
}

/// How a stream is cut into events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Framing {
    /// Server-sent events.
    Events,
    /// One JSON object a line.
    Lines,
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

/// The same, or the error that says which one was meant.
pub(super) fn named(name: &str) -> Result<&'static Protocol, Error> {
    protocol(name).ok_or_else(|| Error::UnknownProtocol {
        name: name.to_owned(),
        nearest: nearest(name, PROTOCOLS.iter().map(|protocol| protocol.name)),
    })
}

/// Words, or nothing where there are none.
fn filled(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}
