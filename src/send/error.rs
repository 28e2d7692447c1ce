//! What keeps a prompt from being answered.

use std::time::Duration;

use super::Failure;
use crate::net;

/// Why there is no answer; each text in it is one line without control characters and without the key.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The base address cannot be used.
    #[error("unusable base URL")]
    BaseUrl {
        /// What is wrong with it; names it.
        source: net::Error,
    },
    /// No host has this name.
    #[error("unknown provider: {name}")]
    UnknownHost {
        /// The name as typed.
        name: String,
        /// A name that is near it.
        nearest: Option<&'static str>,
    },
    /// No protocol has this name.
    #[error("unknown protocol: {name}")]
    UnknownProtocol {
        /// The name as typed.
        name: String,
        /// A name that is near it.
        nearest: Option<&'static str>,
    },
    /// The server wants a key, and its variable holds none.
    #[error("there is no key for {origin}")]
    NoKey {
        /// Scheme, host and port.
        origin: String,
        /// The variable in which it was expected.
        variable: &'static str,
    },
    /// A key would travel unencrypted to another machine.
    #[error("refused to send a key unencrypted to {origin}")]
    KeyInTheClear {
        /// Scheme, host and port.
        origin: String,
    },
    /// The system's keyring could not be asked for a key.
    #[error("the keyring does not give {variable}: {reason}")]
    Keyring {
        /// The variable that would hold the key.
        variable: &'static str,
        /// What the keyring says.
        reason: String,
    },
    /// No response came.
    #[error("no answer from {origin}")]
    Unreached {
        /// Scheme, host and port.
        origin: String,
        /// What happened to the connection.
        source: net::Error,
    },
    /// The server accepted the request and said nothing for too long.
    #[error("no answer from {origin} within {} seconds", waited.as_secs())]
    Silent {
        /// Scheme, host and port.
        origin: String,
        /// How long it had.
        waited: Duration,
    },
    /// The server answered with an error status.
    #[error("{origin} answered {status}{}", failure.clause())]
    Status {
        /// Scheme, host and port.
        origin: String,
        /// The status code.
        status: u16,
        /// What the server said.
        failure: Box<Failure>,
        /// How long the server asks to wait.
        retry_after: Option<Duration>,
        /// The server's name for the request.
        request_id: Option<String>,
    },
    /// The server points elsewhere; a key does not follow.
    #[error("{origin} answered {status} and points elsewhere")]
    Redirected {
        /// Scheme, host and port.
        origin: String,
        /// The status code.
        status: u16,
        /// Where it points, as it says.
        location: Option<String>,
    },
    /// The prompt does not fit the model's window.
    #[error("the prompt does not fit the model's window{}", failure.clause())]
    WindowExceeded {
        /// Tokens of the prompt as the server counts them.
        prompt_tokens: Option<u64>,
        /// Tokens of the window.
        window: Option<u64>,
        /// What the server said.
        failure: Box<Failure>,
    },
    /// The protocol knows no batches.
    #[error("there are no batches in the protocol {protocol}")]
    NoBatches {
        /// The protocol's name.
        protocol: &'static str,
    },
    /// A question of a batch was not reached in its time.
    #[error("{origin} did not get to it in the time of the batch")]
    Expired {
        /// Scheme, host and port.
        origin: String,
    },
    /// A question of a batch was not reached before the batch was cancelled.
    #[error("the batch was cancelled before {origin} got to it")]
    Withdrawn {
        /// Scheme, host and port.
        origin: String,
    },
    /// The server reported an error inside a response that began as a success.
    #[error("{origin} gave up{}", failure.clause())]
    GaveUp {
        /// Scheme, host and port.
        origin: String,
        /// What the server said.
        failure: Box<Failure>,
    },
    /// A success status with something that is no answer: a login page, another service.
    #[error("{origin} answered {status} with {content_type}, which is no answer: {said}")]
    NotAnAnswer {
        /// Scheme, host and port.
        origin: String,
        /// The status code.
        status: u16,
        /// What the server calls it.
        content_type: String,
        /// The first visible characters of it.
        said: String,
    },
}

impl Error {
    /// The error in a few words, without what the server says to it.
    pub fn brief(&self) -> String {
        match self {
            Self::Status { origin, status, .. } => format!("{origin} answered {status}"),
            error => error.to_string(),
        }
    }

    /// Whether an account without credit is the cause: no pause mends it.
    pub fn is_unpaid(&self) -> bool {
        match self {
            Self::Status { status: 402, .. } => true,
            Self::Status { failure, .. } => failure.code.as_deref() == Some("insufficient_quota"),
            _ => false,
        }
    }

    /// Whether another question to the same model would fail in the same way: no key, no such model, nobody there.
    pub fn is_everybodys(&self) -> bool {
        match self {
            Self::Status { status: 429, .. } => self.is_unpaid(),
            Self::Status { status, .. } => (400..500).contains(status) && !matches!(status, 408 | 409),
            Self::Silent { .. } | Self::GaveUp { .. } => false,
            _ => true,
        }
    }
}
