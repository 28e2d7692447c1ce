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
        let builder = || {
            let plain = reqwest::Client::builder()
                .redirect(redirect::Policy::none())
                .referer(false)
                .no_proxy()
                .http1_only()
                .retry(reqwest::retry::never())
                .connect_timeout(CONNECT_TIMEOUT)
                .tcp_nodelay(true)
                .user_agent(concat!("forkful/", env!("CARGO_PKG_VERSION")));
            match route {
                Route::Direct => Ok(plain),
                Route::Through(proxy) => Ok(plain.proxy(reqwest::Proxy::all(proxy.whole())?)),
            }
        };
        // A machine without certificates still reaches a server of its own; https then trusts nobody.
        let client = builder().and_then(reqwest::ClientBuilder::build);
        let client = client.or_else(|_| builder()?.tls_certs_only([]).build());
        Ok(Self { client: client.map_err(setup)? })
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
        for more in &request.more {
            let unusable = || Error::UnusableHeader { origin: origin.clone(), name: "of --header" };
            let name = HeaderName::from_bytes(more.name.as_bytes()).map_err(|_| unusable())?;
            let mut value = HeaderValue::from_str(more.expose()).map_err(|_| unusable())?;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::Secret;
    use crate::net::scripted::{Provider, Script};

    const KEY: &str = "sk-harbour-4711";

    fn request(url: &str, key: &str) -> Request {
        let credential = Credential { header: "x-api-key", prefix: "", secret: Secret::new(key) };
        Request {
            method: Method::Post,
            url: Url::parse(url).expect("an address"),
            headers: vec![("content-type", "text/plain".to_owned())],
            credential: Some(credential),
            more: Vec::new(),
            body: b"body".to_vec(),
        }
    }

    fn send(route: &Route, request: &Request) -> Result<Response, Error> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(Live::new(route).expect("a client").send(request))
    }

    #[test]
    fn a_request_arrives_as_it_is_and_only_useful_headers_come_back() {
        let headers = ["Retry-After: 3", "set-cookie: a=b", "content-type: text/plain"];
        let provider = Provider::start(vec![Script::answers(503, &headers, "down")]);
        let response = send(&Route::Direct, &request(&provider.base_url(), KEY)).expect("a response");
        let header = |name| response.header(name);
        assert_eq!((response.status, header("retry-after"), header("set-cookie")), (503, Some("3"), None));
        let heard = &provider.requests()[0];
        let names = ["x-api-key", "content-type", "user-agent", "referer", "accept-encoding"];
        let agent = concat!("forkful/", env!("CARGO_PKG_VERSION"));
        assert_eq!(names.map(|name| heard.header(name)), [Some(KEY), Some("text/plain"), Some(agent), None, None]);
        assert_eq!(heard.text(), "body");
    }

    #[test]
    fn an_error_names_the_origin_and_neither_key_nor_query() {
        let check = |url: &str, key: &str, expected: &str| {
            let error = send(&Route::Direct, &request(&format!("{url}/v1?token=deep"), key)).expect_err(expected);
            let (told, shown) = (error.to_string(), format!("{error:?}"));
            let origin = Url::parse(url).expect("an address").origin();
            assert_eq!(told, expected.replace("ORIGIN", &origin));
            assert!(!shown.contains("harbour") && !shown.contains("deep"), "{shown}");
        };
        check("http://127.0.0.1:1", KEY, "cannot connect to ORIGIN");
        let plain = Provider::start(vec![Script::default()]);
        check(&plain.origin(), KEY, "the connection to ORIGIN broke");
        check(
            &plain.origin(),
            "sk-harbour\n4711",
            "the header x-api-key for ORIGIN has characters that cannot be sent",
        );
        let greeting = Provider::start(vec![Script::greets("220 mail\r\n")]);
        check(&greeting.origin().replace("http", "https"), KEY, "cannot connect to ORIGIN");
    }

    #[test]
    fn a_header_of_the_persons_wins_over_ours() {
        let provider = Provider::start(vec![Script::answers(200, &[], "")]);
        let parse = |text: &str| text.parse().expect("a header");
        let more = vec![parse("X-Api-Key: sk-other"), parse("x-trace: 7")];
        let request = Request { more, ..request(&provider.base_url(), KEY) };
        send(&Route::Direct, &request).expect("a response");
        let heard = &provider.requests()[0];
        assert_eq!(["x-api-key", "x-trace"].map(|name| heard.header(name)), [Some("sk-other"), Some("7")]);
    }

    #[test]
    fn a_proxy_is_used_when_named() {
        let proxy = Provider::start(vec![Script::answers(200, &[], "")]);
        let route = Route::Through(Url::parse(&proxy.origin()).expect("an address"));
        let response = send(&route, &request("http://models.invalid/v1", KEY)).expect("the proxy's response");
        assert_eq!(response.status, 200);
        assert_eq!(proxy.requests()[0].head.lines().next(), Some("POST http://models.invalid/v1 HTTP/1.1"));
    }
}
