//! The transport that dials: the plain client for providers, which may reach loopback.

use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::redirect;

use super::{Credential, Error, Method, Request, Response, Transport, Url};

/// A server that takes longer to accept a connection counts as absent.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Speaks HTTP/1.1 over TCP and TLS; no redirects, no referer, no cookies, no limit on the whole time.
#[derive(Debug, Clone)]
pub struct Live {
    client: reqwest::Client,
}

/// The way out of this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Route {
    /// Straight to the server, whatever the environment says about proxies.
    Direct,
    /// Through this HTTP proxy.
    Through(Url),
}

impl Live {
    /// Prepares a client; nothing is dialled before a request is sent.
    pub fn new(route: &Route) -> Result<Self, Error> {
        // Fails when a provider is installed already, which serves as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let setup = |source: reqwest::Error| Error::Setup { source: source.without_url() };
        let mut builder = reqwest::Client::builder()
            .redirect(redirect::Policy::none())
            .referer(false)
            .no_proxy()
            .retry(reqwest::retry::never())
            .connect_timeout(CONNECT_TIMEOUT)
            .tcp_nodelay(true)
            .user_agent(concat!("forkful/", env!("CARGO_PKG_VERSION")));
        if let Route::Through(proxy) = route {
            builder = builder.proxy(reqwest::Proxy::all(proxy.whole()).map_err(setup)?);
        }
        Ok(Self { client: builder.build().map_err(setup)? })
    }
}

impl Transport for Live {
    async fn send(&self, request: &Request) -> Result<Response, Error> {
        let origin = request.url.origin();
        let header = |name: &'static str, value: &str| {
            let value =
                HeaderValue::from_str(value).map_err(|_| Error::UnusableHeader { origin: origin.clone(), name })?;
            Ok((HeaderName::from_static(name), value))
        };
        let mut headers = HeaderMap::new();
        for (name, value) in &request.headers {
            headers.extend([header(name, value)?]);
        }
        if let Some(Credential { header: name, prefix, secret }) = &request.credential {
            let (name, mut value) = header(name, &format!("{prefix}{}", secret.expose()))?;
            value.set_sensitive(true);
            headers.insert(name, value);
        }
        let method = match request.method {
            Method::Get => reqwest::Method::GET,
            Method::Post => reqwest::Method::POST,
        };
        let call = self.client.request(method, request.url.whole()).headers(headers).body(request.body.clone());
        match call.send().await {
            Ok(response) => Ok(Response::live(response, origin)),
            Err(error) if error.is_connect() => Err(Error::Connect { origin, source: error.without_url() }),
            Err(error) => Err(Error::Broken { origin, source: Some(error.without_url()) }),
        }
    }
}
