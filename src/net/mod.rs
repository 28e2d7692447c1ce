//! The one door to the network.
//!
//! A [`Request`] goes in, a [`Response`] comes out: its head at once, its body as chunks of bytes
//! while they arrive. Two transports open the door: [`Live`] dials, [`Replay`] plays recorded
//! answers from memory, cut where a test wants them cut.
//! A key travels as a [`Secret`], which nothing prints; a [`Url`] is http or https, carries no
//! user name, and is shown without its query, since both are where keys leak.
//! [`guard`] is the other door: the client for links that strangers wrote.
//! The room follows no redirect, retries nothing and has no opinion on what the bytes mean.

pub mod guard;

mod header;
mod live;
mod pause;
mod replay;
mod request;
mod response;
mod secret;
mod url;

use std::future::Future;

pub use header::{Header, ParseHeaderError};
pub use live::{Live, Route};
pub use pause::pause;
pub use replay::{Recorded, Replay, Step};
pub use request::{Credential, Method, Request};
pub use response::Response;
pub use secret::Secret;
pub use url::Url;

#[cfg(test)]
#[path = "../../tests/support/provider.rs"]
pub(crate) mod scripted;

/// Sends requests; the only trait through which bytes leave the process.
pub trait Transport {
    /// Sends `request` and waits for the head of the response, never for its body.
    fn send(&self, request: &Request) -> impl Future<Output = Result<Response, Error>> + Send;
}

/// What went wrong between this process and a server, before any meaning of bytes.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The text is not an http or https address.
    #[error("not a web address: {url}")]
    NotAnAddress {
        /// The text as given, without a password.
        url: String,
    },
    /// The address carries a user name or password, which would end up in logs.
    #[error("a user name in the address: {url}")]
    UserInAddress {
        /// The address without them.
        url: String,
    },
    /// A header, in practice the key, has characters that HTTP cannot carry.
    #[error("the header {name} for {origin} has characters that cannot be sent")]
    UnusableHeader {
        /// Where it was to go.
        origin: String,
        /// Which header.
        name: &'static str,
    },
    /// The client could not be set up, for instance for lack of root certificates.
    #[error("cannot prepare secure connections")]
    Setup {
        /// What the TLS or HTTP library said.
        source: reqwest::Error,
    },
    /// No connection came about: nobody listens, no such host, no route, TLS refused.
    #[error("cannot connect to {origin}")]
    Connect {
        /// Scheme, host and port.
        origin: String,
        /// What the HTTP library said, without the address.
        source: reqwest::Error,
    },
    /// The connection ended before the message did.
    #[error("the connection to {origin} broke")]
    Broken {
        /// Scheme, host and port.
        origin: String,
        /// What the HTTP library said, without the address; absent in a replay.
        source: Option<reqwest::Error>,
    },
    /// The replay has no further recording.
    #[error("no recorded answer for {origin}")]
    NotRecorded {
        /// Scheme, host and port.
        origin: String,
    },
}
