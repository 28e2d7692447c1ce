//! What is sent.

use std::fmt;

use super::{Header, Secret, Url};

/// One HTTP request with its whole body; `Debug` shows neither key nor body.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    /// The verb.
    pub method: Method,
    /// Where it goes.
    pub url: Url,
    /// Plain headers, names in lower case, in the order they are sent.
    pub headers: Vec<(&'static str, String)>,
    /// The header with the key, if there is a key.
    pub credential: Option<Credential>,
    /// What the person adds; it wins over a header of the same name.
    pub more: Vec<Header>,
    /// The exact bytes of the body.
    pub body: Vec<u8>,
}

/// The verb of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Asks for what is there.
    Get,
    /// Sends a body.
    Post,
}

/// The header that carries a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credential {
    /// The header's name in lower case.
    pub header: &'static str,
    /// What stands before the key in its value: `"Bearer "` or nothing.
    pub prefix: &'static str,
    /// The key.
    pub secret: Secret,
}

impl Request {
    /// Replaces the request's secrets wherever a text that came back holds one.
    pub fn redact(&self, text: &str) -> String {
        let key = self.credential.iter().map(|credential| &credential.secret);
        let secrets = key.chain(self.more.iter().filter_map(Header::secret));
        secrets.fold(text.to_owned(), |text, secret| secret.redact(&text))
    }

    /// The same for bytes; they come back as they are where they hold no secret.
    pub fn redact_bytes(&self, bytes: Vec<u8>) -> Vec<u8> {
        let text = String::from_utf8_lossy(&bytes);
        let masked = self.redact(&text);
        if masked == text { bytes } else { masked.into_bytes() }
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("url", &self.url)
            .field("headers", &self.headers)
            .field("credential", &self.credential)
            .field("more", &self.more)
            .field("n_body_bytes", &self.body.len())
            .finish()
    }
}
