//! Addresses of servers.

use std::fmt;

use super::Error;

/// An http or https address without a user name; shown without query and fragment.
#[derive(Clone, PartialEq, Eq)]
pub struct Url(reqwest::Url);

impl Url {
    /// Reads an address as a person types it.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let url = reqwest::Url::parse(text.trim()).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
        let Some(url) = url else {
            return Err(Error::NotAnAddress { url: without_user(text.trim()) });
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Error::UserInAddress { url: Self(url).to_string() });
        }
        Ok(Self(url))
    }

    /// Scheme, host and port (unless it is the scheme's own): what a key is bound to.
    pub fn origin(&self) -> String {
        self.0.origin().ascii_serialization()
    }

    /// The host without its port.
    pub fn host(&self) -> &str {
        self.0.host_str().unwrap_or_default().trim_end_matches('.')
    }

    /// The port, which for most addresses is that of the scheme.
    pub fn port(&self) -> u16 {
        self.0.port_or_known_default().unwrap_or_default()
    }

    /// The value of the first parameter of that name in the query.
    pub fn parameter(&self, name: &str) -> Option<String> {
        self.0.query_pairs().find(|(own, _)| own == name).map(|(_, value)| value.into_owned())
    }

    /// Where `reference` leads from here; none where that is no address of this kind.
    pub fn to(&self, reference: &str) -> Option<Self> {
        let url = self.0.join(reference.trim()).ok()?;
        Self::parse(url.as_str()).ok()
    }

    /// The whole address without its fragment, which never leaves this machine: what is asked for.
    pub fn address(&self) -> String {
        let mut url = self.0.clone();
        url.set_fragment(None);
        url.into()
    }

    /// The whole address with its fragment.
    pub fn whole_address(&self) -> String {
        self.0.as_str().to_owned()
    }

    /// The address as it may stand in a bundle: without its query where that holds a secret, since what
    /// is signed is signed anew each time.
    pub fn public(&self) -> String {
        let mut url = self.0.clone();
        if self.0.query_pairs().any(|(name, _)| is_secret_name(&name)) {
            url.set_query(None);
        }
        url.set_fragment(None);
        url.into()
    }

    /// Whether bytes are encrypted on their way.
    pub fn is_encrypted(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// Whether the host is this machine by its address or by the name `localhost`.
    pub fn is_loopback(&self) -> bool {
        let host = self.host();
        let literal = host.trim_start_matches('[').trim_end_matches(']');
        host == "localhost" || literal.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
    }

    /// The path without a slash at its end; empty where there is none.
    pub fn path(&self) -> &str {
        self.0.path().trim_end_matches('/')
    }

    /// Whether both name one server: the same origin, or the same port of this machine.
    pub fn is_same_server(&self, other: &Self) -> bool {
        let port = |url: &Self| url.0.port_or_known_default();
        let is_local = self.is_loopback() && other.is_loopback() && self.is_encrypted() == other.is_encrypted();
        self.origin() == other.origin() || (is_local && port(self) == port(other))
    }

    /// The address as it may be written down: with its query, but for the parameters that look like secrets.
    pub fn without_secrets(&self) -> String {
        let mut url = self.0.clone();
        let kept: Vec<(String, String)> =
            self.0.query_pairs().filter(|(name, _)| !is_secret_name(name)).map(|(k, v)| (k.into(), v.into())).collect();
        if kept.is_empty() {
            url.set_query(None);
        } else {
            url.query_pairs_mut().clear().extend_pairs(kept);
        }
        url.set_fragment(None);
        url.to_string()
    }

    /// The address with one more parameter in its query; one of that name that is there already stays.
    #[must_use]
    pub fn with_parameter(&self, name: &str, value: &str) -> Self {
        let mut url = self.0.clone();
        if url.query_pairs().all(|(own, _)| own != name) {
            url.query_pairs_mut().append_pair(name, value);
        }
        Self(url)
    }

    /// The address with `path` after its own; the query stays, a path that is there already is not doubled.
    #[must_use]
    pub fn join(&self, path: &str) -> Self {
        let mut url = self.0.clone();
        let own = url.path().trim_end_matches('/').to_owned();
        let joined = if own.ends_with(&format!("/{path}")) { own } else { format!("{own}/{path}") };
        url.set_path(&joined);
        Self(url)
    }

    /// The whole address with its query, for the client that dials it.
    pub(super) fn whole(&self) -> reqwest::Url {
        self.0.clone()
    }
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.origin(), self.0.path())
    }
}

impl fmt::Debug for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Url({self})")
    }
}

/// Whether a parameter or a header of that name carries a secret.
pub(super) fn is_secret_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let whole = ["code", "sig", "pass", "pwd", "sid"];
    let parts = ["auth", "key", "token", "secret", "cookie", "password", "credential", "session", "signature"];
    whole.contains(&name.as_str()) || parts.iter().any(|part| name.contains(part))
}

/// A text that is no address, without what stands before its `@` and after its `?`.
fn without_user(text: &str) -> String {
    let text = text.split(['?', '#']).next().unwrap_or_default();
    match (text.split_once("://"), text.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, host))) => format!("{scheme}://{host}"),
        (None, Some((_, host))) => host.to_owned(),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_web_and_without_user() {
        let check = |text: &str, expected: Result<&str, &str>| {
            let read = Url::parse(text).map(|url| url.to_string()).map_err(|error| error.to_string());
            assert_eq!(read, expected.map(str::to_owned).map_err(str::to_owned), "{text}");
        };
        check(" https://api.openai.com/v1/ ", Ok("https://api.openai.com/v1/"));
        check("HTTP://LocalHost:80/v1?key=deep#x", Ok("http://localhost/v1"));
        check("localhost:8080", Err("not a web address: localhost:8080"));
        check("ftp://host/v1", Err("not a web address: ftp://host/v1"));
        check("", Err("not a web address: "));
        check("https://", Err("not a web address: https://"));
        check("https://me:deep@host/v1", Err("a user name in the address: https://host/v1"));
        check("https://:deep@host/v1", Err("a user name in the address: https://host/v1"));
        check("https://me:deep@/v1?key=deep", Err("not a web address: https:///v1"));
        check("me:deep@host", Err("not a web address: host"));
    }

    #[test]
    fn loopback_is_an_address_of_this_machine() {
        let check = |text: &str, expected: bool| {
            assert_eq!(Url::parse(text).expect("an address").is_loopback(), expected, "{text}");
        };
        for url in ["http://localhost:1", "http://localhost.:1", "http://127.0.0.1", "http://0x7f.1", "http://[::1]:8"]
        {
            check(url, true);
        }
        for url in ["http://10.0.0.1", "http://localhost.example.com", "http://127.0.0.1.example.com", "http://[::2]"] {
            check(url, false);
        }
    }

    #[test]
    fn an_address_is_written_down_without_its_secrets() {
        let check = |text: &str, expected: &str| {
            assert_eq!(Url::parse(text).expect("an address").without_secrets(), expected);
        };
        check("https://h/v1", "https://h/v1");
        check("https://h/v1?api-version=2024-10-21&key=deep#x", "https://h/v1?api-version=2024-10-21");
        check("https://h/v1?api_key=deep&X-Goog-Signature=deep&sig=deep&access_token=deep", "https://h/v1");
    }

    #[test]
    fn an_address_stands_in_a_bundle_without_what_is_signed_anew() {
        let check = |text: &str, expected: &str| assert_eq!(Url::parse(text).expect("an address").public(), expected);
        check("https://h/a?b=c%20d#e", "https://h/a?b=c%20d");
        check("https://h/a?X-Amz-Date=1&X-Amz-Signature=deep", "https://h/a");
    }

    #[test]
    fn this_machine_has_several_names() {
        let check = |left: &str, right: &str, expected: bool| {
            let url = |text| Url::parse(text).expect("an address");
            assert_eq!(url(left).is_same_server(&url(right)), expected, "{left} {right}");
        };
        check("http://localhost:8080/v1", "http://127.0.0.1:8080", true);
        check("http://[::1]:80", "http://localhost", true);
        check("http://localhost:8080", "http://127.0.0.1:8081", false);
        check("https://localhost:8080", "http://127.0.0.1:8080", false);
        check("https://h:443/v1", "https://H", true);
        check("https://h", "https://h.example", false);
    }

    #[test]
    fn a_path_is_added_once_and_the_query_stays() {
        let check = |base: &str, expected: &str| {
            let joined = Url::parse(base).expect("an address").join("chat/completions");
            assert_eq!(joined.whole().as_str(), expected);
        };
        check("https://h/v1", "https://h/v1/chat/completions");
        check("https://h/v1//", "https://h/v1/chat/completions");
        check("https://h", "https://h/chat/completions");
        check("https://h/v1/chat/completions/", "https://h/v1/chat/completions");
        check("https://h/v1?version=2", "https://h/v1/chat/completions?version=2");
    }
}
