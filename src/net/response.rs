//! What comes back.

use std::collections::VecDeque;

use super::{Error, Step};

/// Response headers that anybody here reads; the rest (cookies above all) is dropped at the door.
const KEPT: [&str; 8] = [
    "content-type",
    "date",
    "location",
    "mistral-correlation-id",
    "request-id",
    "retry-after",
    "retry-after-ms",
    "x-request-id",
];

/// How the names of headers begin that tell what is left of a limit.
const LIMITS: [&str; 2] = ["x-ratelimit-", "anthropic-ratelimit-"];

/// The head of a response, and its body as it arrives.
#[derive(Debug)]
pub struct Response {
    /// The status code.
    pub status: u16,
    headers: Vec<(String, String)>,
    origin: String,
    body: Body,
}

#[derive(Debug)]
enum Body {
    Live(reqwest::Response),
    Replay(VecDeque<Step>),
}

impl Response {
    pub(super) fn live(response: reqwest::Response, origin: String) -> Self {
        let text = |value: &reqwest::header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let headers = response.headers().iter().map(|(name, value)| (name.to_string(), text(value)));
        Self { status: response.status().as_u16(), headers: kept(headers), origin, body: Body::Live(response) }
    }

    pub(super) fn replay(
        status: u16,
        headers: impl Iterator<Item = (String, String)>,
        origin: String,
        steps: Vec<Step>,
    ) -> Self {
        Self { status, headers: kept(headers), origin, body: Body::Replay(steps.into()) }
    }

    /// A header by its lower-case name: content type, dates, retry hints, limits, request ids, location.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    /// The next bytes of the body, at the borders at which they arrived; `None` at its end.
    ///
    /// An end without error is not yet a whole body: a server that announces no length ends every
    /// body by closing.
    pub async fn next_chunk(&mut self) -> Result<Option<Vec<u8>>, Error> {
        let origin = || self.origin.clone();
        match &mut self.body {
            Body::Live(response) => match response.chunk().await {
                Ok(chunk) => Ok(chunk.map(|bytes| bytes.to_vec())),
                Err(error) => Err(Error::Broken { origin: origin(), source: Some(error.without_url()) }),
            },
            Body::Replay(steps) => match steps.pop_front() {
                Some(Step::Bytes(bytes)) => Ok(Some(bytes)),
                Some(Step::Break) => Err(Error::Broken { origin: origin(), source: None }),
                Some(Step::Hang) => {
                    steps.push_front(Step::Hang);
                    std::future::pending().await
                }
                None => Ok(None),
            },
        }
    }
}

fn kept(headers: impl Iterator<Item = (String, String)>) -> Vec<(String, String)> {
    let is_kept = |name: &str| KEPT.contains(&name) || LIMITS.iter().any(|limit| name.starts_with(limit));
    headers.filter(|(name, _)| is_kept(name)).collect()
}
