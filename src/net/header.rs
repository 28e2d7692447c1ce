//! A header that a person adds to a request.

use std::fmt;
use std::str::FromStr;

use super::Secret;
use super::url::is_secret_name;

/// Headers that belong to the connection, or to the body that is sent.
const OURS: [&str; 6] = ["host", "content-length", "content-type", "connection", "transfer-encoding", "upgrade"];

/// A name and a value; a value that looks like a secret is shown to nobody.
#[derive(Clone, PartialEq, Eq)]
pub struct Header {
    /// The name in lower case.
    pub name: String,
    value: Secret,
}

/// The text is no header that can be added.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseHeaderError {
    /// There is no colon, or what stands before it is no name.
    #[error("not a header (write 'Name: value')")]
    Form,
    /// The connection sets this one.
    #[error("the header {name} is not yours to set")]
    Ours {
        /// Which.
        name: String,
    },
}

impl Header {
    /// Whether the value must not be shown: its name says so, or it begins like a key.
    pub fn is_secret(&self) -> bool {
        let value = self.value.expose();
        let beginnings = ["Bearer ", "Basic ", "sk-", "gsk_", "xai-", "hf_", "AIza"];
        is_secret_name(&self.name) || beginnings.iter().any(|beginning| value.starts_with(beginning))
    }

    /// The value if it is a secret.
    pub(super) fn secret(&self) -> Option<&Secret> {
        self.is_secret().then_some(&self.value)
    }

    /// The value itself, for a live request.
    pub(super) fn expose(&self) -> &str {
        self.value.expose()
    }
}

impl FromStr for Header {
    type Err = ParseHeaderError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, value) = text.split_once(':').ok_or(ParseHeaderError::Form)?;
        let name = name.trim().to_ascii_lowercase();
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.!#$%&'*+^`|~".contains(&byte);
        if name.is_empty() || !name.bytes().all(is_name) {
            return Err(ParseHeaderError::Form);
        }
        if OURS.contains(&name.as_str()) {
            return Err(ParseHeaderError::Ours { name });
        }
        Ok(Self { name, value: Secret::new(value) })
    }
}

/// The header as it may be shown: `x-trace: 7`, `authorization: ***`.
impl fmt::Display for Header {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, if self.is_secret() { super::secret::MASK } else { self.expose() })
    }
}

impl fmt::Debug for Header {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_shown_without_what_looks_like_a_secret() {
        let check = |text: &str, expected: Result<&str, ParseHeaderError>| {
            let shown = text.parse::<Header>().map(|header| (header.to_string(), format!("{header:?}")));
            let expected = expected.map(|shown| (shown.to_owned(), format!("{shown:?}")));
            assert_eq!(shown, expected, "{text}");
        };
        check("X-Trace:  7 ", Ok("x-trace: 7"));
        check("anthropic-beta: context-1m", Ok("anthropic-beta: context-1m"));
        check("empty:", Ok("empty: "));
        for secret in ["Authorization: Basic abc", "X-Api-Key: deep", "cookie: deep", "X-Auth: deep", "my-token: deep"]
        {
            let name = secret.split(':').next().expect("a name").to_ascii_lowercase();
            check(secret, Ok(&format!("{name}: ***")));
        }
        check("x-thing: sk-harbour-4711", Ok("x-thing: ***"));
        for bad in ["", "no colon", ": value", "two words: x", "naïve: x"] {
            check(bad, Err(ParseHeaderError::Form));
        }
        check("Host: elsewhere", Err(ParseHeaderError::Ours { name: "host".to_owned() }));
    }
}
