//! The edge of batches: requests go out, small answers come back whole and large ones line by line.

use std::future::Future;
use std::time::Duration;

use serde_json::Value;

use super::wire::Api;
use super::{Entry, Line, Progress, State};
use crate::content::line;
use crate::net::{self, Header, Method, Request, Response, Transport};
use crate::send::{Endpoint, Error, MAX_ERROR_BODY, Patience, Protocol, refusal, sse};

/// How long a server may take to answer, and to go on with an answer.
const PATIENCE: Duration = Duration::from_mins(1);
/// How long it may take where it is sent all questions.
const UPLOAD: Duration = Duration::from_mins(30);
/// The most that is read of an answer about a batch.
const MOST: usize = 4 << 20;

/// A server that takes batches.
#[derive(Debug)]
pub struct Server<'a, T, S> {
    /// How bytes move.
    pub transport: &'a T,
    /// Where it is, and its key.
    pub endpoint: &'a Endpoint,
    /// How its questions are written.
    pub protocol: &'static Protocol,
    /// What a person adds to each request.
    pub headers: &'a [Header],
    /// The only clock.
    pub sleep: S,
}

/// Why a batch was not made, as far as is known.
#[derive(Debug)]
pub struct Unsent {
    /// What went wrong.
    pub error: Error,
    /// Whether the server may have made it all the same.
    pub is_open: bool,
}

/// What a server has of a batch whose name was never heard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// It is this one.
    There(Progress),
    /// This one may be it, which its answers will say.
    Perhaps(Progress),
    /// None of its batches is it.
    Nowhere,
}

impl<T, S, W> Server<'_, T, S>
where
    T: Transport,
    S: Fn(Duration) -> W,
    W: Future<Output = ()>,
{
    /// Sends questions as one batch that carries our word for it.
    pub async fn submit(&self, mark: &str, entries: &[Entry]) -> Result<Progress, Unsent> {
        let never = |error| Unsent { error, is_open: false };
        let api = self.api().map_err(never)?;
        let mut file = String::new();
        if let Api::Files { path } = api {
            let (content_type, form) = Api::upload(path, mark, entries);
            let request = self.request(api, (Method::Post, "files"), (&content_type, form));
            let told = self.json(&request, UPLOAD).await.map_err(never)?;
            let id = told["id"].as_str().filter(|id| !id.is_empty());
            id.ok_or_else(|| never(self.odd(&told, &request)))?.clone_into(&mut file);
        }
        let body = api.creation(mark, entries, &file);
        let request = self.request(api, (Method::Post, api.home()), ("application/json", body));
        // What was not refused in so many words may be paid for: it is sent once.
        let told = self.once(&request, UPLOAD).await.map_err(|error| {
            let is_open = match &error {
                Error::Unreached { source, .. } => !matches!(source, net::Error::Connect { .. }),
                Error::Status { status, .. } => *status >= 500,
                Error::Redirected { .. } => false,
                _ => true,
            };
            Unsent { error, is_open }
        })?;
        api.progress(&told).ok_or_else(|| Unsent { error: self.odd(&told, &request), is_open: true })
    }

    /// How far a batch is.
    pub async fn progress(&self, remote: &str) -> Result<Progress, Error> {
        self.about(Method::Get, &format!("/{remote}")).await
    }

    /// Asks for a batch to be ended early; what was done by then is paid and can be had.
    pub async fn cancel(&self, remote: &str) -> Result<Progress, Error> {
        self.about(Method::Post, &format!("/{remote}/cancel")).await
    }

    /// Looks for a batch of `n` questions whose name was never heard: by our word for it, else, once it
    /// has ended, by the name of a question, which `is_ours` knows.
    pub async fn find(&self, mark: &str, n: usize, is_ours: impl Fn(&str) -> bool) -> Result<Found, Error> {
        let api = self.api()?;
        let mut perhaps = None;
        let mut after: Option<String> = None;
        loop {
            let request = self.request(api, (Method::Get, api.home()), ("", Vec::new()));
            let mut url = request.url.with_parameter("limit", "100");
            if let Some(last) = &after {
                url = url.with_parameter(api.page(), last);
            }
            let told = self.json(&Request { url, ..request }, PATIENCE).await?;
            let listed: Vec<Progress> =
                told["data"].as_array().into_iter().flatten().filter_map(|one| api.progress(one)).collect();
            let last = listed.last().map(|progress| progress.remote.clone());
            for progress in listed {
                if progress.mark.as_deref() == Some(mark) {
                    return Ok(Found::There(progress));
                }
                if api != Api::Messages || usize::try_from(progress.n_all) != Ok(n) {
                    continue;
                }
                if progress.state != State::Ended {
                    perhaps = perhaps.or(Some(progress));
                    continue;
                }
                let mut is_there = false;
                // One line says it; the others need not come.
                let look = |line: Line| {
                    is_there = is_ours(&line.name);
                    false
                };
                self.lines(&progress, look).await?;
                if is_there {
                    return Ok(Found::There(progress));
                }
            }
            match last.filter(|last| told["has_more"] == true && after.as_ref() != Some(last)) {
                Some(last) => after = Some(last),
                None => return Ok(perhaps.map_or(Found::Nowhere, Found::Perhaps)),
            }
        }
    }

    /// Hands on every line of a batch that has ended, in the order in which they come; gives how many
    /// came before `take` had enough.
    pub async fn lines(&self, progress: &Progress, mut take: impl FnMut(Line) -> bool) -> Result<u64, Error> {
        let api = self.api()?;
        let mut n_lines = 0;
        for file in &progress.files {
            let request = self.request(api, (Method::Get, file), ("", Vec::new()));
            let mut response = self.patiently(&request, PATIENCE).await?;
            let mut held: Vec<u8> = Vec::new();
            loop {
                let bytes = self.chunk(&mut response, &request).await?;
                let is_over = bytes.is_none();
                held.extend(bytes.unwrap_or_else(|| b"\n".to_vec()));
                let whole = held.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
                let lines: Vec<u8> = held.drain(..whole).collect();
                for text in lines.split(|byte| *byte == b'\n').filter(|text| !text.trim_ascii().is_empty()) {
                    let Some(line) = api.line(text, self.protocol, &request) else {
                        let is_torn = is_over && text.trim_ascii_start().starts_with(b"{");
                        return Err(if is_torn { self.torn() } else { self.odd_text(text, &request) });
                    };
                    n_lines += 1;
                    if !take(line) {
                        return Ok(n_lines);
                    }
                }
                if is_over {
                    break;
                }
                if held.len() > sse::MAX_EVENT {
                    return Err(self.odd_text(&held, &request));
                }
            }
        }
        Ok(n_lines)
    }

    fn api(&self) -> Result<Api, Error> {
        Api::of(self.protocol).ok_or(Error::NoBatches { protocol: self.protocol.name })
    }

    async fn about(&self, method: Method, path: &str) -> Result<Progress, Error> {
        let api = self.api()?;
        let request = self.request(api, (method, &format!("{}{path}", api.home())), ("application/json", Vec::new()));
        let told = self.json(&request, PATIENCE).await?;
        api.progress(&told).ok_or_else(|| self.odd(&told, &request))
    }

    fn request(&self, api: Api, target: (Method, &str), body: (&str, Vec<u8>)) -> Request {
        api.request(self.endpoint, self.headers, target, body)
    }

    /// The answer to a request that may go out again while nothing has come.
    async fn patiently(&self, request: &Request, patience: Duration) -> Result<Response, Error> {
        let mut n_retried = 0;
        loop {
            match self.call(request, patience).await {
                Ok(response) => return Ok(response),
                Err(error) => {
                    let Some(pause) = Patience::STANDARD.pause(&error, n_retried) else { return Err(error) };
                    (self.sleep)(pause).await;
                    n_retried += 1;
                }
            }
        }
    }

    async fn json(&self, request: &Request, patience: Duration) -> Result<Value, Error> {
        let response = self.patiently(request, patience).await?;
        self.whole(response, request).await
    }

    async fn once(&self, request: &Request, patience: Duration) -> Result<Value, Error> {
        let response = self.call(request, patience).await?;
        self.whole(response, request).await
    }

    async fn call(&self, request: &Request, patience: Duration) -> Result<Response, Error> {
        let origin = request.url.origin();
        let mut response = tokio::select! {
            answered = self.transport.send(request) => answered.map_err(|source| Error::Unreached { origin, source })?,
            () = (self.sleep)(patience) => return Err(Error::Silent { origin, waited: patience }),
        };
        if (200..300).contains(&response.status) {
            return Ok(response);
        }
        let mut body = Vec::new();
        while body.len() < MAX_ERROR_BODY {
            match self.chunk(&mut response, request).await {
                Ok(Some(bytes)) => body.extend(bytes),
                Ok(None) | Err(_) => break,
            }
        }
        body.truncate(MAX_ERROR_BODY);
        Err(refusal(&response, request, &body))
    }

    async fn chunk(&self, response: &mut Response, request: &Request) -> Result<Option<Vec<u8>>, Error> {
        let origin = request.url.origin();
        tokio::select! {
            bytes = response.next_chunk() => bytes.map_err(|source| Error::Unreached { origin, source }),
            () = (self.sleep)(PATIENCE) => Err(Error::Silent { origin, waited: PATIENCE }),
        }
    }

    async fn whole(&self, mut response: Response, request: &Request) -> Result<Value, Error> {
        let mut body = Vec::new();
        while let Some(bytes) = self.chunk(&mut response, request).await? {
            body.extend(bytes);
            if body.len() > MOST {
                break;
            }
        }
        serde_json::from_slice(&body).map_err(|_| self.odd_text(&body, request))
    }

    fn odd(&self, told: &Value, request: &Request) -> Error {
        self.odd_text(told.to_string().as_bytes(), request)
    }

    /// An answer that ends in a line.
    fn torn(&self) -> Error {
        let origin = self.endpoint.base_url.origin();
        Error::Unreached { source: net::Error::Broken { origin: origin.clone(), source: None }, origin }
    }

    /// What a server said that is no word about a batch.
    fn odd_text(&self, text: &[u8], request: &Request) -> Error {
        let text = &text[..text.len().min(MAX_ERROR_BODY)];
        let said = request.redact(&line(&String::from_utf8_lossy(text))).chars().take(120).collect();
        let content_type = "a word on a batch".to_owned();
        Error::NotAnAnswer { origin: self.endpoint.base_url.origin(), status: 200, content_type, said }
    }
}
