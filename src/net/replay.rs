//! The transport that plays recorded answers from memory.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use super::{Error, Request, Response, Transport};

/// Answers requests in turn from recordings and keeps what was asked.
#[derive(Debug)]
pub struct Replay {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    recordings: VecDeque<Recorded>,
    requests: Vec<Request>,
}

/// One recorded answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// The status code.
    pub status: u16,
    /// Headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body, step by step; after the last step it ends.
    pub steps: Vec<Step>,
}

/// One thing that happens while a recorded body arrives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// These bytes arrive as one chunk.
    Bytes(Vec<u8>),
    /// The connection breaks.
    Break,
    /// Nothing arrives any more.
    Hang,
}

impl Replay {
    /// A transport that gives these answers in this order.
    pub fn new(recordings: Vec<Recorded>) -> Self {
        Self { state: Mutex::new(State { recordings: recordings.into(), requests: Vec::new() }) }
    }

    /// What was asked so far.
    pub fn requests(&self) -> Vec<Request> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).requests.clone()
    }
}

impl Recorded {
    /// An answer of this content type whose body arrives as the given chunks.
    pub fn new(status: u16, content_type: &str, chunks: impl IntoIterator<Item = impl Into<Vec<u8>>>) -> Self {
        let headers = vec![("content-type".to_owned(), content_type.to_owned())];
        Self { status, headers, steps: chunks.into_iter().map(|chunk| Step::Bytes(chunk.into())).collect() }
    }

    /// The same with one more header.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The same with one more step of the body.
    #[must_use]
    pub fn then(mut self, step: Step) -> Self {
        self.steps.push(step);
        self
    }
}

impl Transport for Replay {
    async fn send(&self, request: &Request) -> Result<Response, Error> {
        let origin = request.url.origin();
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.requests.push(request.clone());
        let Some(recorded) = state.recordings.pop_front() else {
            return Err(Error::NotRecorded { origin });
        };
        Ok(Response::replay(recorded.status, recorded.headers.into_iter(), origin, recorded.steps))
    }
}
