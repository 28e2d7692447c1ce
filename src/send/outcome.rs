//! What one call came to.

use std::time::Duration;

use super::{Citation, Delta, Error, Stop};
use crate::content::Usage;
use crate::net;

/// Everything that arrived, and how it ended.
#[derive(Debug)]
pub struct Outcome {
    /// How it ended.
    pub ending: Ending,
    /// The answer piece by piece, neighbours of one kind made one.
    pub pieces: Vec<Piece>,
    /// The words of the answer, as far as they came.
    pub text: String,
    /// What the model thought aloud.
    pub reasoning: String,
    /// The words with which the model declined.
    pub refusal: String,
    /// What the provider says the answer rests on, each once.
    pub citations: Vec<Citation>,
    /// Token counts as far as the server told them.
    pub usage: Usage,
    /// Why the model stopped, if it said so.
    pub stop: Option<Stop>,
    /// The model that the server says has answered.
    pub served_model: Option<String>,
    /// The server's name for the answer.
    pub answer_id: Option<String>,
    /// The server's name for the request, which its support asks for.
    pub request_id: Option<String>,
    /// Why earlier attempts of the same call failed, in order.
    pub retried: Vec<Error>,
    /// The body as received, with the key masked where the server echoed it.
    pub raw: Vec<u8>,
}

/// A piece of an answer in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Words for people.
    Text(String),
    /// Words thought aloud.
    Reasoning(String),
    /// What the provider wants back unchanged.
    Sealed(String),
}

/// How a call ended.
#[derive(Debug)]
pub enum Ending {
    /// The whole answer is here.
    Complete,
    /// An answer began (perhaps without a word yet) and is not whole.
    Truncated(Cut),
    /// The model or a filter declined.
    Refused,
    /// The answer ended in order, and not a word was in it.
    Empty,
    /// There is no answer, or the server gave up in the middle of it.
    Failed(Error),
}

/// What cut an answer.
#[derive(Debug)]
pub enum Cut {
    /// The output limit.
    Length,
    /// The end of the model's window.
    Window,
    /// The person.
    Cancelled,
    /// The server closed the connection without an end mark.
    Closed,
    /// The connection broke.
    Broken(net::Error),
    /// Nothing arrived for this long.
    Silent(Duration),
    /// The server sent something that is not its protocol: one line of it.
    Garbled(String),
    /// One event passed this many bytes.
    Oversized(usize),
}

impl Outcome {
    /// One of complete, truncated, refused, error: the word of `forkful.ask/1`.
    pub fn status(&self) -> &'static str {
        match self.ending {
            Ending::Complete => "complete",
            Ending::Truncated(_) => "truncated",
            Ending::Refused => "refused",
            Ending::Empty | Ending::Failed(_) => "error",
        }
    }

    pub(super) fn empty() -> Self {
        Self {
            ending: Ending::Truncated(Cut::Closed),
            pieces: Vec::new(),
            text: String::new(),
            reasoning: String::new(),
            refusal: String::new(),
            citations: Vec::new(),
            usage: Usage::default(),
            stop: None,
            served_model: None,
            answer_id: None,
            request_id: None,
            retried: Vec::new(),
            raw: Vec::new(),
        }
    }

    /// Adds what a delta says; `End` and failures are the caller's to act on.
    pub(super) fn take(&mut self, delta: &Delta) {
        match delta {
            Delta::Text(text) => {
                self.text.push_str(text);
                // Gemini goes on after a finish reason: only the last one ends the answer.
                self.stop = None;
                match self.pieces.last_mut() {
                    Some(Piece::Text(last)) => last.push_str(text),
                    _ => self.pieces.push(Piece::Text(text.clone())),
                }
            }
            Delta::Reasoning(text) => {
                self.reasoning.push_str(text);
                match self.pieces.last_mut() {
                    Some(Piece::Reasoning(last)) => last.push_str(text),
                    _ => self.pieces.push(Piece::Reasoning(text.clone())),
                }
            }
            Delta::Sealed(item) => self.pieces.push(Piece::Sealed(item.clone())),
            Delta::Refusal(text) => self.refusal.push_str(text),
            Delta::Citation(citation) if self.citations.contains(citation) => {}
            Delta::Citation(citation) => self.citations.push(citation.clone()),
            Delta::Usage(usage) => self.usage = usage.plausible().or(self.usage),
            Delta::Stop(stop) => self.stop = Some(stop.clone()),
            Delta::Model(model) => self.served_model = Some(model.clone()),
            Delta::Id(id) => self.answer_id = Some(id.clone()),
            Delta::End | Delta::Failed(_) | Delta::Rates(_) | Delta::Retry { .. } => {}
        }
    }

    /// The ending of an answer that reached its end mark.
    pub(super) fn whole(&self) -> Ending {
        match &self.stop {
            Some(Stop::Length) => Ending::Truncated(Cut::Length),
            Some(Stop::Window) => Ending::Truncated(Cut::Window),
            Some(Stop::Filter | Stop::Refusal | Stop::Recitation) => Ending::Refused,
            _ if !self.refusal.is_empty() => Ending::Refused,
            _ if self.text.trim().is_empty() => Ending::Empty,
            _ => Ending::Complete,
        }
    }

    /// Whether a word has arrived, of the answer or of what was thought.
    pub(super) fn has_begun(&self) -> bool {
        !(self.text.is_empty() && self.reasoning.is_empty() && self.refusal.is_empty())
    }
}
