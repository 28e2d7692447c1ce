//! Prompts to models and answers back.
//!
//! A [`Prompt`] goes in; a [`Protocol`] turns it into the exact bytes of a request and turns what
//! comes back into [`Delta`]s, both without IO. [`answer`] is the one place here where bytes move:
//! it sends, retries while nothing has arrived, hands on each delta and ends with an [`Outcome`]
//! that keeps whatever arrived, however it ended.
//! An answer is complete only with its protocol's own end mark; a closed connection is none.
//! [`host`] lists the servers known by name; [`endpoint`] decides which server is asked and which key
//! it may see; a key never leaves for another origin, and no error shows one.
//! The room chooses no model, stores nothing, knows no price and gives no hints.

pub mod batch;
mod citation;
mod delta;
pub mod endpoint;
mod error;
mod failure;
pub mod host;
mod inline;
mod outcome;
mod prompt;
pub mod provider;
mod rates;
mod reader;
mod retry;
pub mod sse;
pub mod tally;

#[cfg(test)]
mod faults;
#[cfg(test)]
mod prefixes;
#[cfg(test)]
mod recorded;
#[cfg(test)]
mod sample;
#[cfg(test)]
mod tests;

use std::future::Future;
use std::pin::{Pin, pin};
use std::time::Duration;

pub use citation::Citation;
pub use delta::{Delta, Stop};
pub use endpoint::Endpoint;
pub use error::Error;
pub use failure::Failure;
pub use host::{HOSTS, Host};
pub use outcome::{Cut, Ending, Outcome, Piece};
pub use prompt::{Effort, ParseEffortError, ParseTemperatureError, Prompt, Temperature};
pub use provider::{Decoder, Framing, PROTOCOLS, Protocol};
pub use rates::{Left, Rates};
pub use retry::Patience;

use crate::content::line;
use crate::net::{Request, Response, Transport};
use failure::{MAX_SAID, shown};
use inline::Inline;
use reader::{Halt, Reader};

/// How much of an error response is read.
const MAX_ERROR_BODY: usize = 64 << 10;

/// Sends `request` and reads the answer to its end, its failure or `cancel`, whichever comes first.
///
/// `sleep` is the only clock: it measures silence and pauses between attempts. Each delta is handed
/// to `on_delta` when it arrives; the outcome holds their sum.
pub async fn answer<T, S, W, C>(
    transport: &T,
    request: &Request,
    protocol: &Protocol,
    patience: &Patience,
    sleep: S,
    on_delta: impl FnMut(&Delta),
    cancel: C,
) -> Outcome
where
    T: Transport,
    S: Fn(Duration) -> W,
    W: Future<Output = ()>,
    C: Future<Output = ()>,
{
    let cancel = pin!(cancel);
    let inline = Inline::default();
    let mut call = Call { request, patience, sleep, on_delta, cancel, inline, outcome: Outcome::empty() };
    call.outcome.ending = loop {
        let error = match call.attempt(transport).await {
            Ok(response) => break call.receive(response, protocol).await,
            Err(Stopped::Cancelled) => break Ending::Truncated(Cut::Cancelled),
            Err(Stopped::Failed(error)) => error,
        };
        let n_retried = u32::try_from(call.outcome.retried.len()).unwrap_or(u32::MAX);
        let Some(pause) = patience.pause(&error, n_retried) else {
            break Ending::Failed(error);
        };
        (call.on_delta)(&Delta::Retry { pause, because: error.brief() });
        call.outcome.retried.push(error);
        if let Waited::Cancelled = call.wait(std::future::pending::<()>(), pause).await {
            break Ending::Truncated(Cut::Cancelled);
        }
    };
    let mut outcome = call.outcome;
    outcome.raw = request.redact_bytes(outcome.raw);
    outcome
}

/// One call under way.
struct Call<'a, S, D, C> {
    request: &'a Request,
    patience: &'a Patience,
    sleep: S,
    on_delta: D,
    cancel: Pin<&'a mut C>,
    inline: Inline,
    outcome: Outcome,
}

/// What came first.
enum Waited<T> {
    Done(T),
    TooLong,
    Cancelled,
}

/// Why an attempt has no answer to read.
enum Stopped {
    Cancelled,
    Failed(Error),
}

impl<S, W, D, C> Call<'_, S, D, C>
where
    S: Fn(Duration) -> W,
    W: Future<Output = ()>,
    D: FnMut(&Delta),
    C: Future<Output = ()>,
{
    async fn wait<F: Future>(&mut self, work: F, limit: Duration) -> Waited<F::Output> {
        tokio::select! {
            biased;
            () = &mut self.cancel => Waited::Cancelled,
            done = work => Waited::Done(done),
            () = (self.sleep)(limit) => Waited::TooLong,
        }
    }

    /// Sends the request once; a response with an error status is read and becomes an error.
    async fn attempt<T: Transport>(&mut self, transport: &T) -> Result<Response, Stopped> {
        let origin = self.request.url.origin();
        let waited = self.patience.first_word;
        let mut response = match self.wait(transport.send(self.request), waited).await {
            Waited::Cancelled => return Err(Stopped::Cancelled),
            Waited::TooLong => return Err(Stopped::Failed(Error::Silent { origin, waited })),
            Waited::Done(Err(source)) => return Err(Stopped::Failed(Error::Unreached { origin, source })),
            Waited::Done(Ok(response)) => response,
        };
        self.outcome.request_id = request_id(&response).map(|id| self.request.redact(&id));
        let rates = Rates::told(&response);
        if !rates.is_silent() {
            (self.on_delta)(&Delta::Rates(rates));
        }
        if (200..300).contains(&response.status) {
            return Ok(response);
        }
        let mut body = Vec::new();
        while body.len() < MAX_ERROR_BODY {
            match self.wait(response.next_chunk(), self.patience.idle).await {
                Waited::Done(Ok(Some(bytes))) => body.extend(bytes),
                Waited::Cancelled => return Err(Stopped::Cancelled),
                Waited::Done(Ok(None) | Err(_)) | Waited::TooLong => break,
            }
        }
        body.truncate(MAX_ERROR_BODY);
        let error = refusal(&response, self.request, &body);
        self.outcome.raw = body;
        Err(Stopped::Failed(error))
    }

    /// Reads a response that began as a success.
    async fn receive(&mut self, mut response: Response, protocol: &Protocol) -> Ending {
        self.outcome.raw.clear();
        let content_type = line(response.header("content-type").unwrap_or("no content type"));
        let mut reader = Reader::new((protocol.decoder)(), protocol.framing, &content_type);
        let (mut failure, mut halt) = (None, None);
        let cut = loop {
            let limit = if self.outcome.has_begun() { self.patience.idle } else { self.patience.first_word };
            let bytes = match self.wait(response.next_chunk(), limit).await {
                Waited::Done(Ok(Some(bytes))) => bytes,
                Waited::Done(Ok(None)) => break Cut::Closed,
                Waited::Done(Err(error)) => break Cut::Broken(error),
                Waited::TooLong => break Cut::Silent(limit),
                Waited::Cancelled => break Cut::Cancelled,
            };
            self.outcome.raw.extend_from_slice(&bytes);
            let mut deltas = Vec::new();
            halt = reader.push(&bytes, &mut deltas).err();
            failure = self.take(deltas);
            if halt.is_some() || reader.has_ended() {
                break Cut::Closed;
            }
        };
        if halt.is_none() && failure.is_none() {
            let mut deltas = Vec::new();
            halt = reader.finish(&mut deltas).err();
            failure = self.take(deltas);
        }
        let held = self.inline.rest();
        self.hand_on(held);
        let origin = self.request.url.origin();
        let told = |text: &str| shown(&self.request.redact(text), MAX_SAID);
        if let Some(failure) = failure {
            return Ending::Failed(match overflow(&failure) {
                Some(error) => error,
                None => Error::GaveUp { origin, failure: Box::new(failure) },
            });
        }
        if reader.has_ended() || self.outcome.stop.is_some() {
            return self.outcome.whole();
        }
        match (halt, cut) {
            (_, Cut::Cancelled) => Ending::Truncated(Cut::Cancelled),
            (Some(Halt::Foreign(said)), _) => {
                let content_type = told(&content_type);
                let said = told(&said);
                Ending::Failed(Error::NotAnAnswer { origin, status: response.status, content_type, said })
            }
            (Some(Halt::Garbled(said)), _) => Ending::Truncated(Cut::Garbled(told(&said))),
            (Some(Halt::Oversized), _) => Ending::Truncated(Cut::Oversized(sse::MAX_EVENT)),
            (None, cut) => Ending::Truncated(cut),
        }
    }

    /// Hands on deltas and adds them up; gives the failure among them.
    fn take(&mut self, deltas: Vec<Delta>) -> Option<Failure> {
        let mut failure = None;
        for delta in deltas {
            let parted = self.inline.part(delta.told(self.request));
            failure = self.hand_on(parted).or(failure);
        }
        failure
    }

    fn hand_on(&mut self, deltas: Vec<Delta>) -> Option<Failure> {
        let mut failure = None;
        for delta in deltas {
            (self.on_delta)(&delta);
            self.outcome.take(&delta);
            if let Delta::Failed(told) = delta {
                failure = Some(told);
            }
        }
        failure
    }
}

/// The error that a response with an error status stands for.
fn refusal(response: &Response, request: &Request, body: &[u8]) -> Error {
    let (origin, status) = (request.url.origin(), response.status);
    if (300..400).contains(&status) {
        let location = response.header("location").map(|text| shown(&request.redact(&line(text)), MAX_SAID));
        return Error::Redirected { origin, status, location };
    }
    let failure = Box::new(Failure::read(body).told(request));
    let request_id = request_id(response).map(|id| request.redact(&id));
    let retry_after = retry::asked(response);
    overflow(&failure).unwrap_or(Error::Status { origin, status, failure, retry_after, request_id })
}

fn overflow(failure: &Failure) -> Option<Error> {
    let (prompt_tokens, window) = (failure.prompt_tokens, failure.window);
    failure.is_overflow().then(|| Error::WindowExceeded { prompt_tokens, window, failure: Box::new(failure.clone()) })
}

fn request_id(response: &Response) -> Option<String> {
    let names = ["x-request-id", "request-id", "mistral-correlation-id"];
    names.into_iter().find_map(|name| response.header(name)).map(line)
}
