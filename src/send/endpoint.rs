//! Which server is asked, in which protocol, for which model, and which key it may see.
//!
//! The server is, in this order: `--base-url`; `--provider`; `FORKFUL_BASE_URL`; the one that the
//! model's name tells (`-m openrouter/...`, `claude-...`); the one remembered; `OPENAI_BASE_URL`,
//! else [`OPENAI`]. What is remembered holds for the model it was remembered with, and for names that
//! nobody knows: a server of other people's models lets go only of a model that the catalog knows as
//! another one's, or that is written with its provider; [`Chosen::left`] says so.
//!
//! A key is bound to an origin before anything is sent: that of each host's variable to the host's
//! own (`OPENAI_API_KEY` to that of `OPENAI_BASE_URL`); `FORKFUL_API_KEY` to the origin of
//! `FORKFUL_BASE_URL`, else to the base URL or the keyless host named on the command line. An address
//! remembered from an earlier run names nothing: it never draws a key to an origin to which the
//! environment does not bind one. Where the variable of a host is unset, the system's keyring is asked
//! for a key of that name.

use std::collections::BTreeMap;

use super::host::{HOSTS, Host};
use super::{Error, Protocol, provider};
use crate::catalog::{Catalog, Match};
use crate::net::{Header, Secret, Url};

/// `OpenAI`'s own base URL.
pub const OPENAI: &str = "https://api.openai.com/v1";

/// The variable of the key for a server that has no variable of its own.
pub const OUR_KEY: &str = "FORKFUL_API_KEY";

/// A server and the key it may see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// Where the protocol's paths begin.
    pub base_url: Url,
    /// The key, if one is bound to this origin.
    pub key: Option<Secret>,
    /// The variable under whose name the key was found.
    pub key_from: Option<&'static str>,
    /// What is known of the server.
    pub host: &'static Host,
}

/// Asks the system's keyring for the key under a variable's name; what stands in the way is told.
pub type Keyring = fn(&'static str) -> Result<Option<Secret>, String>;

/// The variables that count, as the terminal face reads them.
#[derive(Debug, Clone)]
pub struct Environment {
    /// `OPENAI_BASE_URL`.
    pub openai_base_url: Option<String>,
    /// `FORKFUL_BASE_URL`.
    pub forkful_base_url: Option<String>,
    /// What stands in the variables of [`key_variables`].
    pub keys: BTreeMap<&'static str, Secret>,
    /// Asked for a key that no variable holds.
    pub keyring: Option<Keyring>,
}

/// Whom the person wants to ask, as far as said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted<'a> {
    /// The model, perhaps with a host before a slash.
    pub model: Option<&'a str>,
    /// The name of a host.
    pub provider: Option<&'a str>,
    /// The name of a protocol.
    pub protocol: Option<&'a str>,
    /// An address.
    pub base_url: Option<&'a str>,
}

/// Whom an earlier run asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Remembered<'a> {
    /// The model by the server's own name.
    pub model: &'a str,
    /// The protocol's name.
    pub protocol: &'a str,
    /// The address.
    pub base_url: &'a str,
    /// The host that it was taken for, by name, where somebody said so.
    pub provider: Option<&'a str>,
}

/// Whom to ask, and how.
#[derive(Debug, Clone)]
pub struct Chosen {
    /// The model by the server's own name; absent where nobody names one.
    pub model: Option<String>,
    /// How the server is spoken to.
    pub protocol: &'static Protocol,
    /// The server and its key.
    pub endpoint: Endpoint,
    /// The remembered server of anybody's models, where the model's name alone leads to another one.
    pub left: Option<String>,
}

/// Every variable in which a key may stand.
pub fn key_variables() -> impl Iterator<Item = &'static str> {
    HOSTS.iter().flat_map(|host| host.keys.iter().copied()).chain([OUR_KEY])
}

/// Chooses the server, the protocol, the model and the key.
pub fn resolve(wanted: Wanted, remembered: Option<Remembered>, environment: &Environment) -> Result<Chosen, Error> {
    let set = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
    let forkful_base = set(&environment.forkful_base_url);
    let openai_base = set(&environment.openai_base_url);
    let provider = wanted.provider.map(Host::named).transpose()?;
    let typed = match (wanted.base_url, provider) {
        (Some(url), _) => Some(url),
        (None, Some(host)) if host.name == "openai" => openai_base.as_deref().or(Some(host.base_url)),
        (None, Some(host)) => Some(host.base_url),
        (None, None) => forkful_base.as_deref(),
    };
    let told = if typed.is_some() { None } else { told(wanted.model, remembered) };
    let openai = openai_base.as_deref().unwrap_or(OPENAI);
    let address = match (typed, told) {
        (Some(url), _) => url,
        (None, Some((host, _))) if host.name == "openai" => openai,
        (None, Some((host, _))) => host.base_url,
        (None, None) => remembered.map_or(openai, |remembered| remembered.base_url),
    };
    let base_url = parse(address)?;
    let is_there = |remembered: &Remembered| {
        let root = provider::protocol(remembered.protocol).map_or("", |protocol| protocol.root);
        Url::parse(remembered.base_url).is_ok_and(|url| url == rooted(base_url.clone(), root))
    };
    let there = remembered.filter(is_there);
    let taken = there.and_then(|there| there.provider).and_then(|name| Host::named(name).ok());
    let host = provider.or(taken).unwrap_or_else(|| Host::at(&base_url));
    let protocol = match (wanted.protocol, provider, there) {
        (Some(name), ..) => name,
        (None, None, Some(there)) => there.protocol,
        _ => host.protocol,
    };
    let protocol = provider::named(protocol)?;
    let base_url = rooted(base_url, protocol.root);
    let own_name = told.map(|(_, model)| model).or(wanted.model);
    // A server that moved still has its models; another provider has others.
    let old_name = remembered.filter(|_| provider.is_none() || there.is_some()).map(|remembered| remembered.model);
    let model = own_name.or(old_name).map(str::to_owned);

    let is_bound = |home: &str| Url::parse(home).is_ok_and(|home| home.origin() == base_url.origin());
    let bound = |variable: &'static str, home: Option<&str>| {
        let key = environment.keys.get(variable).filter(|key| !key.is_empty());
        Some((key.filter(|_| home.is_some_and(is_bound))?.clone(), variable))
    };
    let keyless = provider.filter(|host| host.keys.is_empty()).map(|host| host.base_url);
    let ours = bound(OUR_KEY, forkful_base.as_deref().or(wanted.base_url).or(keyless));
    let home = |host: &Host| if host.name == "openai" { openai } else { host.base_url };
    let pairs = || HOSTS.iter().flat_map(|host| host.keys.iter().map(move |variable| (*variable, home(host))));
    let theirs = || pairs().find_map(|(variable, home)| bound(variable, Some(home)));
    let found = match (ours.or_else(theirs), environment.keyring) {
        (None, Some(keyring)) => {
            let mut own = pairs().filter(|(_, home)| is_bound(home)).map(|(variable, _)| variable);
            let asked = |variable| {
                let key = keyring(variable).map_err(|reason| Error::Keyring { variable, reason }).transpose()?;
                Some(key.map(|key| (key, variable)))
            };
            own.find_map(asked).transpose()?
        }
        (found, _) => found,
    };
    if found.is_some() {
        refuse_in_the_clear(&base_url)?;
    }
    let is_elsewhere = |remembered: &&str| {
        let there = Url::parse(remembered).ok().filter(|there| Host::at(there).models.is_empty());
        there.is_some_and(|there| there.origin() != base_url.origin())
    };
    let left = told.and(remembered).map(|remembered| remembered.base_url).filter(is_elsewhere).map(str::to_owned);
    let (key, key_from) = found.map_or((None, None), |(key, variable)| (Some(key), Some(variable)));
    Ok(Chosen { model, protocol, endpoint: Endpoint { base_url, key, key_from, host }, left })
}

/// Refuses an address to which a secret would travel readable.
pub(crate) fn refuse_in_the_clear(base_url: &Url) -> Result<(), Error> {
    if base_url.is_encrypted() || base_url.is_loopback() {
        return Ok(());
    }
    Err(Error::KeyInTheClear { origin: base_url.origin() })
}

impl Endpoint {
    /// Refuses headers whose secrets would travel readable.
    pub fn admit(&self, headers: &[Header]) -> Result<(), Error> {
        if headers.iter().any(Header::is_secret) { refuse_in_the_clear(&self.base_url) } else { Ok(()) }
    }

    /// The variable in which this server's key was expected and not found.
    pub fn missing_key(&self) -> Option<&'static str> {
        let is_at_home = self.host.url().is_some_and(|home| home.origin() == self.base_url.origin());
        self.host.keys.first().copied().filter(|_| self.key.is_none() && is_at_home)
    }
}

/// The host that the model's name tells, with the host's own name of it.
fn told<'a>(model: Option<&'a str>, remembered: Option<Remembered>) -> Option<(&'static Host, &'a str)> {
    let model = model?;
    let there = remembered.and_then(|remembered| Url::parse(remembered.base_url).ok()).map(|url| Host::at(&url));
    let named = model.split_once('/').and_then(|(owner, own)| Some((Host::named(owner).ok()?, own)));
    let of_name = || Some((Host::of_model(model)?, model));
    // A server of one maker's models has no others; any other one may have models of every name.
    let Some(there) = there.filter(|there| there.models.is_empty()) else { return named.or_else(of_name) };
    if remembered.is_some_and(|remembered| remembered.model == model) {
        return None;
    }
    match named {
        // Servers of many makers' models call them so: `openai/gpt-oss-20b`, `anthropic/claude-x`.
        Some((maker, own)) if !maker.models.is_empty() => {
            let is_its_own_name = !there.name.is_empty() || Host::of_model(own).is_none_or(|host| host != maker);
            named.filter(|_| !is_its_own_name)
        }
        Some(named) => Some(named),
        None => of_name().filter(|(host, _)| is_known(model, host)),
    }
}

/// Whether the catalog has a model of this very name as one of the host's own.
fn is_known(model: &str, host: &Host) -> bool {
    let found = Catalog::built_in().find(model);
    let maker = found.model.provider.to_lowercase();
    let maker = if maker == "google" { "gemini" } else { maker.as_str() };
    matches!(found.how, Match::Named) && maker == host.name
}

/// An address without a path gets this one.
fn rooted(url: Url, root: &str) -> Url {
    let root = root.trim_start_matches('/');
    if url.path().is_empty() && !root.is_empty() { url.join(root) } else { url }
}

fn parse(address: &str) -> Result<Url, Error> {
    let url = Url::parse(address).map_err(|source| Error::BaseUrl { source })?;
    // A known host named without its path is meant with it.
    match Host::at(&url) {
        host if url.path().is_empty() => Ok(host.url().map_or(url.clone(), |home| rooted(url, home.path()))),
        _ => Ok(url),
    }
}

#[cfg(test)]
#[path = "endpoint_tests.rs"]
mod tests;
