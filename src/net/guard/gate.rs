//! The check before every hop: the address as it stands, and what its name resolves to.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::{Refusal, special};
use crate::net::Url;

/// Ports on which web servers are expected.
const PORTS: [u16; 4] = [80, 443, 8080, 8443];

/// Who names an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum By {
    /// The person at the keyboard, who may name any port.
    Person,
    /// A text that somebody else wrote, or a server that leads on.
    Stranger,
}

/// What the person allows beside the open web.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Gate {
    private: Vec<Host>,
    names: Vec<(Host, SocketAddr)>,
}

/// A host, or with a star in front everything below it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Host {
    name: String,
    below: bool,
}

/// The text names no host.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseGateError {
    /// No host can be called that.
    #[error("not a host: {0} (a name, an address, or *.name)")]
    Host(String),
    /// What stands behind the equal sign is no address.
    #[error("not NAME=ADDRESS: {0} (as in essay.example=10.0.0.7, with :PORT if it is another)")]
    Name(String),
}

impl Gate {
    /// Lets this host be in a private network, at any port.
    pub fn allow(&mut self, host: &str) -> Result<(), ParseGateError> {
        self.private.push(Host::parse(host)?);
        Ok(())
    }

    /// Says where a host is, as `NAME=ADDRESS` or `NAME=ADDRESS:PORT`; the address is checked like any other.
    pub fn name(&mut self, text: &str) -> Result<(), ParseGateError> {
        let refuse = || ParseGateError::Name(text.to_owned());
        let (name, address) = text.split_once('=').ok_or_else(refuse)?;
        let bare = address.trim_start_matches('[').trim_end_matches(']');
        let address = address.parse().or_else(|_| bare.parse().map(|ip: IpAddr| SocketAddr::new(ip, 0)));
        self.names.push((Host::parse(name)?, address.map_err(|_| refuse())?));
        Ok(())
    }

    /// Whether the address as it stands may be dialled; a name may still turn out to be private.
    pub fn check(&self, url: &Url, by: By) -> Result<(), Refusal> {
        let host = plain(url.host());
        if self.is_private(&host) {
            return Ok(());
        }
        let refuse = |range| Err(Refusal::Special { host: host.clone(), range });
        if let Ok(address) = host.parse() {
            if let Some(range) = special(address) {
                return refuse(range);
            }
        } else if host == "localhost" || host.ends_with(".localhost") {
            return refuse("this machine");
        }
        match url.port() {
            port if by == By::Stranger && !PORTS.contains(&port) => Err(Refusal::Port { port }),
            _ => Ok(()),
        }
    }

    /// The addresses of a name that may be dialled.
    fn pass(&self, host: &str, found: Vec<SocketAddr>) -> Result<Vec<SocketAddr>, Refusal> {
        if self.is_private(host) {
            return Ok(found);
        }
        let first = found.iter().find_map(|address| special(address.ip()));
        let passed: Vec<_> = found.into_iter().filter(|address| special(address.ip()).is_none()).collect();
        match first {
            Some(range) if passed.is_empty() => Err(Refusal::Special { host: host.to_owned(), range }),
            _ => Ok(passed),
        }
    }

    /// Whether a connection that came about may be used.
    pub(super) fn is_fine(&self, host: &str, address: IpAddr) -> Result<(), Refusal> {
        self.pass(&plain(host), vec![SocketAddr::new(address, 0)]).map(|_| ())
    }

    fn is_private(&self, host: &str) -> bool {
        self.private.iter().any(|allowed| allowed.is(host))
    }

    fn named(&self, host: &str) -> Option<SocketAddr> {
        self.names.iter().find(|(name, _)| name.is(host)).map(|(_, address)| *address)
    }
}

impl Host {
    fn parse(text: &str) -> Result<Self, ParseGateError> {
        let below = text.starts_with("*.");
        let name = text.strip_prefix("*.").unwrap_or(text);
        let bare = if name.parse::<std::net::Ipv6Addr>().is_ok() { format!("[{name}]") } else { name.to_owned() };
        let is_bare = !name.is_empty()
            && !bare.contains(['/', '?', '#', '@', '\\'])
            && (bare.starts_with('[') || !bare.contains(':'));
        let url = Url::parse(&format!("http://{bare}/")).ok().filter(|_| is_bare);
        let url = url.ok_or_else(|| ParseGateError::Host(text.to_owned()))?;
        Ok(Self { name: plain(url.host()), below })
    }

    fn is(&self, host: &str) -> bool {
        if self.below {
            host.strip_suffix(&self.name).is_some_and(|front| front.ends_with('.'))
        } else {
            host == self.name
        }
    }
}

/// A host without the brackets and the dot at its end.
fn plain(host: &str) -> String {
    host.trim_start_matches('[').trim_end_matches(']').trim_end_matches('.').to_ascii_lowercase()
}

/// The resolver of the client: the system's, with the gate behind it.
///
/// reqwest does not ask it about literal addresses; [`Gate::check`] has looked at those.
pub(super) struct Guarded(pub(super) Arc<Gate>);

/// What a name turned out to be; found again among the causes of the client's error.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unresolved {
    #[error(transparent)]
    Refused(Refusal),
    #[error("no such host")]
    NoHost,
}

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let gate = Arc::clone(&self.0);
        Box::pin(async move {
            let host = plain(name.as_str());
            let found = match gate.named(&host) {
                Some(address) => vec![address],
                None => match tokio::net::lookup_host((name.as_str(), 0)).await {
                    Ok(found) => found.collect(),
                    Err(_) => return Err(Unresolved::NoHost.into()),
                },
            };
            if found.is_empty() {
                return Err(Unresolved::NoHost.into());
            }
            let passed = gate.pass(&host, found).map_err(Unresolved::Refused)?;
            Ok(Box::new(passed.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn an_address_is_judged_as_the_browser_reads_it() {
        let check = |text: &str, expected: Result<(), &str>| {
            let judged = Gate::default().check(&url(text), By::Stranger).map_err(|refusal| refusal.to_string());
            assert_eq!(judged, expected.map_err(str::to_owned), "{text}");
        };
        let here = "127.0.0.1 is this machine, which links are not followed into";
        for text in [
            "http://127.0.0.1",
            "http://127.1",
            "http://0x7f.1",
            "http://2130706433",
            "http://017700000001",
            "http://①②⑦.⓪.⓪.①",
            "http://127。0。0。1",
            "http:127.0.0.1",
            "http://127.0.0.1.",
            "http://%31%32%37.0.0.1",
            "http://127.0.0.1\\@example.com",
            "http://12\t7.0.0.1",
            "https://0177.0.0.1:8443",
        ] {
            check(text, Err(here));
        }
        check("http://localhost.", Err("localhost is this machine, which links are not followed into"));
        check("http://ⓛocalhost/", Err("localhost is this machine, which links are not followed into"));
        check("http://a.localhost:80", Err("a.localhost is this machine, which links are not followed into"));
        check("http://169.254.43518", Err("169.254.169.254 is link-local, which links are not followed into"));
        check(
            "http://[::ffff:8.8.8.8]",
            Err("::ffff:808:808 is an IPv4-mapped address, which links are not followed into"),
        );
        check("http://[fe80::1]", Err("fe80::1 is link-local, which links are not followed into"));
        check("http://example.com:22", Err("links to port 22 are not followed"));
        for text in
            ["http://example.com", "https://8.8.8.8", "http://[2606:4700::1111]:8080", "http://localhost.example.com"]
        {
            check(text, Ok(()));
        }
        assert_eq!(Gate::default().check(&url("http://example.com:22"), By::Person), Ok(()));
    }

    #[test]
    fn a_private_host_is_allowed_by_its_name_alone() {
        let mut gate = Gate::default();
        for host in ["127.1", "::1", "*.farm.test", "wiki.corp"] {
            gate.allow(host).unwrap();
        }
        let passes = |text: &str| gate.check(&url(text), By::Stranger).is_ok();
        assert!(passes("http://127.0.0.1:99") && passes("http://[::1]:99") && passes("http://a.farm.test:99"));
        assert!(!passes("http://127.0.0.2") && !passes("http://farm.test:99") && !passes("http://xfarm.test:99"));
        let private: SocketAddr = "10.0.0.7:0".parse().unwrap();
        let global: SocketAddr = "8.8.8.8:0".parse().unwrap();
        assert_eq!(gate.pass("wiki.corp", vec![private]), Ok(vec![private]));
        // What resolves to an allowed host's address is not that host.
        assert!(gate.pass("evil.example", vec!["127.0.0.1:0".parse().unwrap()]).is_err());
        assert_eq!(gate.pass("evil.example", vec![private, global]), Ok(vec![global]));
        for bad in ["", "http://x", "a b", "*.", "x:80", "a/b", "me@x"] {
            assert_eq!(gate.allow(bad), Err(ParseGateError::Host(bad.to_owned())));
        }
        gate.name("essay.test=10.0.0.7:81").unwrap();
        gate.name("*.six.test=[::1]").unwrap();
        assert_eq!(gate.named("essay.test"), Some("10.0.0.7:81".parse().unwrap()));
        assert_eq!(gate.named("a.six.test"), Some("[::1]:0".parse().unwrap()));
        for bad in ["essay.test", "essay.test=", "essay.test=x"] {
            assert_eq!(gate.name(bad), Err(ParseGateError::Name(bad.to_owned())));
        }
    }
}
