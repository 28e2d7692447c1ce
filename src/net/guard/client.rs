//! The client for sources: one hop a call, guarded and bounded.

use std::error::Error as StdError;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::redirect;
use tokio::time::{Instant, timeout};

use super::gate::{Guarded, Unresolved};
use super::inflate::Inflate;
use super::{By, Error, Fault, Gate, Limits, Refusal};
use crate::net::Url;

/// How forkful introduces itself; robots.txt is read for its first word.
pub const AGENT: &str = concat!("forkful/", env!("CARGO_PKG_VERSION"), " (+https://github.com/forkful/forkful)");

/// What is read here, most wanted first.
const ACCEPT: &str =
    "text/html, application/xhtml+xml, text/markdown, text/plain, application/json, application/pdf, */*;q=0.5";

/// Goes where links lead: no cookies, no keys, no referer, no proxy, HTTP/2 where there is TLS.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    gate: Arc<Gate>,
    limits: Limits,
}

/// The head of an answer, and its body while it has not been taken.
#[derive(Debug)]
pub struct Answer {
    /// The address that answered.
    pub url: Url,
    /// The status code.
    pub status: u16,
    response: reqwest::Response,
    limits: Limits,
    started: Instant,
}

/// A body that was taken to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taken {
    /// Bytes that came.
    pub received: u64,
    /// Bytes that they are.
    pub bytes: u64,
}

impl Client {
    /// Prepares a client; `roots` are further root certificates, as PEM.
    pub fn new(gate: Gate, limits: Limits, roots: &[u8]) -> Result<Self, Fault> {
        // Fails when a provider is installed already, which serves as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let setup = |source: reqwest::Error| Fault::Setup { source: source.without_url() };
        let gate = Arc::new(gate);
        let roots = reqwest::Certificate::from_pem_bundle(roots).map_err(setup)?;
        let header_bytes = u32::try_from(limits.header_bytes).unwrap_or(u32::MAX);
        let builder = || {
            reqwest::Client::builder()
                .redirect(redirect::Policy::none())
                .referer(false)
                .no_proxy()
                .retry(reqwest::retry::never())
                .connect_timeout(limits.connect)
                .dns_resolver(Arc::new(Guarded(Arc::clone(&gate))))
                .http1_max_headers(limits.headers)
                .http2_max_header_list_size(header_bytes)
                .pool_max_idle_per_host(2)
                .pool_idle_timeout(Duration::from_secs(5))
                .tcp_nodelay(true)
                .user_agent(AGENT)
        };
        // A machine without certificates still reaches what is not encrypted; https then trusts the given roots.
        let http = builder().tls_certs_merge(roots.clone()).build();
        let http = http.or_else(|_| builder().tls_certs_only(roots).build()).map_err(setup)?;
        Ok(Self { http, gate, limits })
    }

    /// How much is borne.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Asks one address for its head; it may lead on, which is the caller's to follow through here.
    pub async fn ask(&self, url: &Url, headers: &[(&'static str, String)], by: By) -> Result<Answer, Error> {
        self.gate.check(url, by).map_err(|refusal| Fault::Refused(refusal).of(url))?;
        let mut map = HeaderMap::new();
        map.insert("accept", HeaderValue::from_static(ACCEPT));
        map.insert("accept-encoding", HeaderValue::from_static("gzip"));
        for (name, value) in headers {
            // A tag of a server that HTTP cannot carry is not sent back.
            let Ok(value) = HeaderValue::from_str(value) else { continue };
            map.insert(HeaderName::from_static(name), value);
        }
        let started = Instant::now();
        let limit = (self.limits.connect + self.limits.head).min(self.limits.total);
        let call = async {
            match self.http.get(url.whole()).headers(map.clone()).send().await {
                // A server may close a connection while we use it again: that says nothing of the address.
                Err(error) if was_closed(&error) => self.http.get(url.whole()).headers(map).send().await,
                answer => answer,
            }
        };
        let late = || Fault::Late { what: "answer", limit };
        let response = timeout(limit, call).await.map_err(|_| late().of(url))?;
        let response = response.map_err(|error| self.fault(&error, url).of(url))?;
        // The addresses that the resolver let pass are the only ones dialled; this holds it to that.
        if let Some(address) = response.remote_addr() {
            self.gate.is_fine(url.host(), address.ip()).map_err(|refusal| Fault::Refused(refusal).of(url))?;
        }
        let header_bytes: usize =
            response.headers().iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
        if response.headers().len() > self.limits.headers || header_bytes > self.limits.header_bytes {
            return Err(Fault::Headers.of(url));
        }
        let status = response.status().as_u16();
        Ok(Answer { url: url.clone(), status, response, limits: self.limits, started })
    }

    /// What the client's error is, by its causes.
    fn fault(&self, error: &reqwest::Error, url: &Url) -> Fault {
        let mut cause: Option<&dyn StdError> = Some(error);
        while let Some(inner) = cause {
            match inner.downcast_ref::<Unresolved>() {
                Some(Unresolved::Refused(refusal)) => return Fault::Refused(refusal.clone()),
                Some(Unresolved::NoHost) => return Fault::NoHost { host: url.host().to_owned() },
                None => cause = inner.source(),
            }
        }
        match innermost(error) {
            reason if reason.contains("head is too large") || reason.contains("too many headers") => Fault::Headers,
            _ if error.is_timeout() => Fault::Late { what: "accept a connection", limit: self.limits.connect },
            reason if error.is_connect() => Fault::Connect { reason },
            reason => Fault::Broken { reason, n_bytes: 0 },
        }
    }
}

impl Answer {
    /// A header by its lower-case name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.response.headers().get(name)?.to_str().ok()
    }

    /// Where the answer leads on to; none where it stays.
    pub fn leads_to(&self) -> Result<Option<Url>, Error> {
        let fault = |fault: Fault| Err(fault.of(&self.url));
        let Some(location) = self.header("location").filter(|_| matches!(self.status, 301 | 302 | 303 | 307 | 308))
        else {
            return Ok(None);
        };
        let Some(next) = self.url.to(location) else {
            let location = location.split(['?', '#']).next().unwrap_or_default().chars().take(200).collect();
            return fault(Fault::Nowhere { location });
        };
        if self.url.is_encrypted() && !next.is_encrypted() && self.url.host() == next.host() {
            return fault(Fault::Refused(Refusal::Downgrade { host: next.host().to_owned() }));
        }
        Ok(Some(next))
    }

    /// Whether the body comes as it is kept, so that its rest may be asked for later.
    pub fn is_plain(&self) -> bool {
        Inflate::new(self.header("content-encoding"), self.limits).is_ok_and(|inflate| inflate.is_plain())
    }

    /// How many bytes are announced.
    pub fn length(&self) -> Option<u64> {
        self.header("content-length")?.parse().ok()
    }

    /// Hands the body to `sink` as it comes, unpacked; `before` bytes of it are there already.
    pub async fn take(
        mut self,
        before: u64,
        mut sink: impl FnMut(&[u8]) -> io::Result<()> + Send,
    ) -> Result<Taken, Error> {
        let url = self.url.clone();
        let fault = |fault: Fault| fault.of(&url);
        let limits = self.limits;
        let coding =
            self.response.headers().get("content-encoding").map(|coding| String::from_utf8_lossy(coding.as_bytes()));
        let mut inflate = Inflate::new(coding.as_deref(), limits).map_err(fault)?;
        inflate.n_out = before;
        inflate.n_in = before;
        // A length that is announced and too much is not waited for.
        if inflate.is_plain() && self.length().is_some_and(|length| length.saturating_add(before) > limits.bytes) {
            return Err(fault(Fault::TooLarge { limit: limits.bytes }));
        }
        let begun = Instant::now();
        let end = self.started + limits.total;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let wait = limits.idle.min(left);
            let chunk = match timeout(wait, self.response.chunk()).await {
                Ok(chunk) => chunk,
                Err(_) if wait < limits.idle => return Err(fault(Fault::Late { what: "end", limit: limits.total })),
                Err(_) => return Err(fault(Fault::Late { what: "go on", limit: limits.idle })),
            };
            match chunk {
                Ok(Some(bytes)) => inflate.take(&bytes, &mut sink).map_err(fault)?,
                Ok(None) => break,
                Err(error) => {
                    return Err(fault(Fault::Broken { reason: innermost(&error), n_bytes: inflate.n_out }));
                }
            }
            let spent = begun.elapsed();
            let due = u128::from(limits.slowest) * spent.as_micros() / 1_000_000;
            if spent > limits.grace && u128::from(inflate.n_in - before) < due {
                return Err(fault(Fault::Slow { slowest: limits.slowest }));
            }
        }
        inflate.finish(&mut sink).map_err(fault)?;
        Ok(Taken { received: inflate.n_in - before, bytes: inflate.n_out })
    }
}

/// Whether the connection ended before an answer began.
fn was_closed(error: &reqwest::Error) -> bool {
    let mut cause = error.source();
    while let Some(inner) = cause {
        if inner.downcast_ref::<hyper::Error>().is_some_and(hyper::Error::is_incomplete_message) {
            return true;
        }
        cause = inner.source();
    }
    false
}

/// The cause that has none, without the address that it may show.
fn innermost(error: &reqwest::Error) -> String {
    let mut cause: &dyn StdError = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    if cause.is::<reqwest::Error>() { "the HTTP library gave up".to_owned() } else { cause.to_string() }
}
