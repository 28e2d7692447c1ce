//! The pieces in which an answer arrives, the same for every protocol.

use std::time::Duration;

use super::failure::{MAX_SAID, shown};
use super::{Citation, Failure, Rates};
use crate::content::Usage;
use crate::net::Request;

/// One piece of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delta {
    /// Words of the answer.
    Text(String),
    /// Words the model thinks aloud.
    Reasoning(String),
    /// What the provider wants back unchanged with the next question: one JSON object of its protocol.
    Sealed(String),
    /// Words with which the model declines.
    Refusal(String),
    /// Something that the provider says the answer rests on.
    Citation(Citation),
    /// Counts as known so far; a later delta replaces what it knows, it never adds.
    Usage(Usage),
    /// Why the model stopped.
    Stop(Stop),
    /// The model that the server says has answered.
    Model(String),
    /// The server's name for this answer.
    Id(String),
    /// The protocol's end mark: nothing follows.
    End,
    /// The server gave up inside an answer that had begun as a success.
    Failed(Failure),
    /// What the server's limits leave, told at the head of a response.
    Rates(Rates),
    /// Nothing has arrived; the request goes out again after this pause.
    Retry {
        /// How long nothing happens.
        pause: Duration,
        /// What went wrong, in one line.
        because: String,
    },
}

/// Why a model stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// It had said everything.
    Done,
    /// It reached the output limit.
    Length,
    /// The window is full.
    Window,
    /// It declined.
    Refusal,
    /// A filter of the provider cut in.
    Filter,
    /// It was about to recite something that is not its own.
    Recitation,
    /// It wants a tool to be called.
    Tool,
    /// The server's own word for anything else.
    Other(String),
}

impl Delta {
    /// The same fit for people: what a server says about itself is masked and short.
    pub(super) fn told(self, request: &Request) -> Self {
        let word = |word: String| shown(&request.redact(&word), MAX_SAID);
        match self {
            Self::Model(model) => Self::Model(word(model)),
            Self::Id(id) => Self::Id(word(id)),
            Self::Stop(Stop::Other(reason)) => Self::Stop(Stop::Other(word(reason))),
            Self::Failed(failure) => Self::Failed(failure.told(request)),
            other => other,
        }
    }
}

impl Stop {
    /// One lower-case word.
    pub fn name(&self) -> &str {
        match self {
            Self::Done => "done",
            Self::Length => "length",
            Self::Window => "window",
            Self::Refusal => "refusal",
            Self::Filter => "filter",
            Self::Recitation => "recitation",
            Self::Tool => "tool",
            Self::Other(word) => word,
        }
    }
}
