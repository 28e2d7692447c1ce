//! Many questions sent at once and answered within a day, for half the price.
//!
//! Two ways of it, told by the protocol of the questions. `OpenAI`'s: a file of requests is uploaded, a
//! batch is made of it, and its answers lie in two files, one of successes and one of errors (fields
//! as in `openai/openai-openapi` 2.3.0, 2026-08). Anthropic's Message Batches: the requests are the
//! body, the answers come as lines (Anthropic's Python SDK 0.121.0, 2026-08).
//! A question is an [`Entry`] with a name of ours, by which its [`Line`] is found again, in whatever
//! order lines come. Writing and reading are pure (`wire.rs`); [`Server`] is where bytes move. Nothing
//! is stored here, and an address that a server names is never asked: the key stays at its origin.

mod server;
mod wire;

pub use server::{Found, Server, Unsent};
pub use wire::Api;

use super::{Error, Outcome};

/// One question of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Our name for it; letters and digits.
    pub name: String,
    /// The body of the request as its protocol writes it, unstreamed.
    pub body: Vec<u8>,
}

/// What a server says of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// The server's name for it.
    pub remote: String,
    /// How far it is.
    pub state: State,
    /// Questions that have an answer.
    pub n_done: u64,
    /// Questions that will have none.
    pub n_failed: u64,
    /// All of them, as far as told.
    pub n_all: u64,
    /// The word that we gave it, where servers keep one.
    pub mark: Option<String>,
    /// Where its lines are to be had.
    files: Vec<String>,
    /// Why it was not taken.
    refusal: Option<super::Failure>,
}

/// How far a batch is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It is worked on, or waits for that.
    Running,
    /// Somebody wants it ended, and it soon is.
    Stopping,
    /// Nothing more will come: what is there can be had.
    Ended,
    /// The server would not have it.
    Refused,
}

/// What became of one question.
#[derive(Debug)]
pub struct Line {
    /// Our name for it.
    pub name: String,
    /// The answer, or why there is none.
    pub told: Result<Outcome, Error>,
}

impl State {
    /// One lower-case word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Stopping => "stopping",
            Self::Ended => "ended",
            Self::Refused => "refused",
        }
    }
}

impl Progress {
    /// Lines that there are to read once it has ended.
    pub fn n_lines(&self) -> u64 {
        self.n_done + self.n_failed
    }

    /// Why the server would not have it.
    pub fn refusal(&self, origin: String) -> Option<Error> {
        self.refusal.clone().map(|failure| Error::GaveUp { origin, failure: Box::new(failure) })
    }
}

#[cfg(test)]
mod tests;
