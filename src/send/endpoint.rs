//! Which server is asked, in which protocol, for which model, and which key it may see.
//!
//! The server is, in this order: `--base-url`; `--provider`; `FORKFUL_BASE_URL`; the one that the
//! model's name tells (`-m openrouter/...`, `claude-...`); the one remembered; `OPENAI_BASE_URL`,
//! else [`OPENAI`]. A remembered server of other people's models keeps whatever model is named,
//! since such servers serve models of any name: a bundle goes nowhere else unasked.
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
    let bound = |variable: &str, home: Option<&str>| {
        let key = environment.keys.get(variable).filter(|key| !key.is_empty());
        key.filter(|_| home.is_some_and(is_bound)).cloned()
    };
    let keyless = provider.filter(|host| host.keys.is_empty()).map(|host| host.base_url);
    let ours = bound(OUR_KEY, forkful_base.as_deref().or(wanted.base_url).or(keyless));
    let home = |host: &Host| if host.name == "openai" { openai } else { host.base_url };
    let pairs = || HOSTS.iter().flat_map(|host| host.keys.iter().map(move |variable| (*variable, home(host))));
    let theirs = || pairs().find_map(|(variable, home)| bound(variable, Some(home)));
    let key = match (ours.or_else(theirs), environment.keyring) {
        (None, Some(keyring)) => {
            let mut own = pairs().filter(|(_, home)| is_bound(home)).map(|(variable, _)| variable);
            let asked = |variable| keyring(variable).map_err(|reason| Error::Keyring { variable, reason }).transpose();
            own.find_map(asked).transpose()?
        }
        (key, _) => key,
    };
    if key.is_some() {
        refuse_in_the_clear(&base_url)?;
    }
    Ok(Chosen { model, protocol, endpoint: Endpoint { base_url, key, host } })
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
    if there.is_some_and(|host| host.models.is_empty()) {
        return None;
    }
    let named = model.split_once('/').and_then(|(owner, own)| Some((Host::named(owner).ok()?, own)));
    named.or_else(|| Some((Host::of_model(model)?, model)))
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
mod tests {
    use super::*;

    const OURS: &str = "https://models.example/v1";
    const FOREIGN: &str = "https://models.example:8443/v1";
    const NOBODY: Wanted = Wanted { model: None, provider: None, protocol: None, base_url: None };

    /// Variables by name; the keys are called after what they open.
    fn environment(set: &str) -> Environment {
        let variable = |name: &str| {
            let pairs = set.split_whitespace().filter_map(|pair| pair.split_once('='));
            pairs.filter(|(own, _)| *own == name).map(|(_, value)| value.to_owned()).next()
        };
        Environment {
            openai_base_url: variable("OPENAI_BASE_URL"),
            forkful_base_url: variable("FORKFUL_BASE_URL"),
            keys: key_variables().filter_map(|name| Some((name, Secret::new(&variable(name)?)))).collect(),
            keyring: None,
        }
    }

    fn remembered(base_url: &str) -> Remembered<'_> {
        Remembered { model: "old", protocol: "openai-chat", base_url, provider: None }
    }

    fn check(flag: Option<&str>, before: Option<&str>, set: &str, expected: Result<(&str, Option<&str>), &str>) {
        let wanted = Wanted { base_url: flag, ..NOBODY };
        let resolved = resolve(wanted, before.map(remembered), &environment(set));
        let resolved = resolved.map(|chosen| (chosen.endpoint.base_url.to_string(), chosen.endpoint.key));
        let expected = expected.map(|(url, key)| (url.to_owned(), key.map(Secret::new)));
        assert_eq!(
            resolved.map_err(|error| error.to_string()),
            expected.map_err(str::to_owned),
            "{flag:?} {before:?} {set}"
        );
    }

    #[test]
    fn the_flag_wins_then_our_variable_then_the_memory_then_openais() {
        let all = format!("OPENAI_BASE_URL=https://c/v1 FORKFUL_BASE_URL={OURS}");
        check(Some("https://a/v1"), Some("https://b/v1"), &all, Ok(("https://a/v1", None)));
        check(None, Some("https://b/v1"), &all, Ok((OURS, None)));
        check(None, Some("https://b/v1"), "OPENAI_BASE_URL=https://c/v1", Ok(("https://b/v1", None)));
        check(None, None, "OPENAI_BASE_URL=https://c/v1", Ok(("https://c/v1", None)));
        check(None, None, "OPENAI_BASE_URL= FORKFUL_BASE_URL=", Ok((OPENAI, None)));
    }

    #[test]
    fn a_server_is_taken_for_what_it_was_taken_for() {
        let check = |wanted: Wanted, before: Remembered, expected: &str| {
            let chosen = resolve(wanted, Some(before), &environment("")).expect("a server");
            assert_eq!(chosen.endpoint.host.name, expected, "{wanted:?} {before:?}");
        };
        let here = "http://127.0.0.1:8765/v1";
        let before = Remembered { provider: Some("deepseek"), ..remembered(here) };
        check(NOBODY, before, "deepseek");
        check(NOBODY, remembered(here), "");
        check(Wanted { provider: Some("groq"), base_url: Some(here), ..NOBODY }, before, "groq");
        check(Wanted { base_url: Some("http://127.0.0.1:9/v1"), ..NOBODY }, before, "");
    }

    #[test]
    fn a_key_goes_only_to_the_origin_it_is_bound_to() {
        let both = "OPENAI_API_KEY=openai FORKFUL_API_KEY=forkful";
        let moved = "OPENAI_API_KEY=openai OPENAI_BASE_URL=https://proxy.example/v1";
        let ours = format!("{both} FORKFUL_BASE_URL={OURS}");
        // OpenAI's key.
        check(None, None, both, Ok((OPENAI, Some("openai"))));
        check(
            Some("https://API.openai.com:443/v2"),
            None,
            "OPENAI_API_KEY=openai",
            Ok(("https://api.openai.com/v2", Some("openai"))),
        );
        check(Some(OURS), None, "OPENAI_API_KEY=openai", Ok((OURS, None)));
        check(
            Some("https://api.openai.com.example/v1"),
            None,
            "OPENAI_API_KEY=openai",
            Ok(("https://api.openai.com.example/v1", None)),
        );
        check(None, None, moved, Ok(("https://proxy.example/v1", Some("openai"))));
        check(Some(OPENAI), None, moved, Ok((OPENAI, None)));
        check(None, None, "OPENAI_API_KEY=", Ok((OPENAI, None)));
        // Ours.
        check(Some(OURS), None, both, Ok((OURS, Some("forkful"))));
        check(Some(OPENAI), None, both, Ok((OPENAI, Some("forkful"))));
        check(None, None, &ours, Ok((OURS, Some("forkful"))));
        check(Some("https://models.example/v2"), None, &ours, Ok(("https://models.example/v2", Some("forkful"))));
        check(Some(FOREIGN), None, &ours, Ok((FOREIGN, None)));
        check(Some(OPENAI), None, &ours, Ok((OPENAI, Some("openai"))));
        check(None, None, "FORKFUL_API_KEY=forkful", Ok((OPENAI, None)));
        // What was remembered names no home for a key.
        check(None, Some(OURS), both, Ok((OURS, None)));
        check(None, Some(OURS), moved, Ok((OURS, None)));
        check(None, Some(OPENAI), both, Ok((OPENAI, Some("openai"))));
        // A broken variable that is not chosen does no harm.
        check(Some(OURS), None, "OPENAI_API_KEY=openai OPENAI_BASE_URL=nonsense", Ok((OURS, None)));
    }

    #[test]
    fn the_keyring_is_asked_for_the_one_key_that_is_missing() {
        let keyring: Keyring = |variable| match variable {
            "OPENAI_API_KEY" | "FORKFUL_API_KEY" => Ok(Some(Secret::new("kept"))),
            "MISTRAL_API_KEY" => Err("it is locked".to_owned()),
            _ => Ok(None),
        };
        let check = |base_url: &str, set: &str, expected: Result<Option<&str>, &str>| {
            let environment = Environment { keyring: Some(keyring), ..environment(set) };
            let chosen = resolve(Wanted { base_url: Some(base_url), ..NOBODY }, None, &environment);
            let key = chosen.map(|chosen| chosen.endpoint.key).map_err(|error| error.to_string());
            assert_eq!(key, expected.map(|key| key.map(Secret::new)).map_err(str::to_owned), "{base_url} {set}");
        };
        check(OPENAI, "", Ok(Some("kept")));
        check(OPENAI, "OPENAI_API_KEY=set", Ok(Some("set")));
        check("https://api.anthropic.com/v1", "", Ok(None));
        check("https://api.mistral.ai/v1", "", Err("the keyring does not give MISTRAL_API_KEY: it is locked"));
        check("https://api.mistral.ai/v1", "MISTRAL_API_KEY=set", Ok(Some("set")));
        // No other server draws a key out of it.
        check(OURS, "", Ok(None));
        check("http://127.0.0.1:8080/v1", "", Ok(None));
    }

    #[test]
    fn a_key_travels_encrypted_or_stays_on_this_machine() {
        let key = "FORKFUL_API_KEY=forkful";
        for url in ["http://localhost:8080/v1", "http://127.0.0.1:8080/v1", "http://[::1]:8080/v1"] {
            check(Some(url), None, key, Ok((url, Some("forkful"))));
        }
        let remote = "http://models.example/v1";
        check(Some(remote), None, key, Err("refused to send a key unencrypted to http://models.example"));
        check(Some(remote), None, "", Ok((remote, None)));
        check(
            None,
            None,
            "OPENAI_API_KEY=openai OPENAI_BASE_URL=http://api.openai.com/v1",
            Err("refused to send a key unencrypted to http://api.openai.com"),
        );
        for bad in ["", "localhost:8080", "file:///v1", "https://me:deep@models.example/v1"] {
            check(Some(bad), None, key, Err("unusable base URL"));
        }
    }

    #[test]
    fn the_models_name_tells_its_server_unless_something_else_does() {
        let check = |wanted: Wanted, before: Option<&str>, set: &str, expected: (&str, &str, Option<&str>)| {
            let chosen = resolve(wanted, before.map(remembered), &environment(set)).expect("a server");
            let url = chosen.endpoint.base_url.to_string();
            let told = (url.as_str(), chosen.protocol.name, chosen.model.as_deref());
            assert_eq!(told, expected, "{wanted:?} {before:?} {set}");
        };
        let model = |model| Wanted { model: Some(model), ..NOBODY };
        let anthropic = "https://api.anthropic.com/v1";
        let gemini = "https://generativelanguage.googleapis.com/v1beta";
        let openrouter = "https://openrouter.ai/api/v1";
        check(NOBODY, None, "", (OPENAI, "openai-responses", None));
        check(model("gpt-5"), None, "", (OPENAI, "openai-responses", Some("gpt-5")));
        check(model("claude-opus-4-8"), None, "", (anthropic, "anthropic", Some("claude-opus-4-8")));
        check(model("gemini-3-pro"), None, "", (gemini, "gemini", Some("gemini-3-pro")));
        check(model("somebody"), None, "", (OPENAI, "openai-responses", Some("somebody")));
        check(model("anthropic/claude-x"), None, "", (anthropic, "anthropic", Some("claude-x")));
        check(model("openrouter/anthropic/x"), None, "", (openrouter, "openai-chat", Some("anthropic/x")));
        check(model("ollama/qwen3:4b"), None, "", ("http://127.0.0.1:11434/api", "ollama", Some("qwen3:4b")));
        check(model("org/name"), None, "", (OPENAI, "openai-responses", Some("org/name")));
        // A server of one maker's models lets a model of another one go; one of anybody's models keeps it.
        check(model("claude-x"), Some(OPENAI), "", (anthropic, "anthropic", Some("claude-x")));
        check(model("gpt-5"), Some(OPENAI), "", (OPENAI, "openai-chat", Some("gpt-5")));
        check(model("anthropic/x"), Some(openrouter), "", (openrouter, "openai-chat", Some("anthropic/x")));
        check(model("claude-x"), Some(OURS), "", (OURS, "openai-chat", Some("claude-x")));
        check(NOBODY, Some(OURS), "", (OURS, "openai-chat", Some("old")));
        // What is said outright wins.
        let ours = "FORKFUL_BASE_URL=https://models.example/v1";
        check(model("claude-x"), None, ours, (OURS, "openai-chat", Some("claude-x")));
        check(Wanted { provider: Some("anthropic"), ..NOBODY }, Some(OURS), ours, (anthropic, "anthropic", None));
        check(Wanted { base_url: Some(OURS), ..model("openai/x") }, None, "", (OURS, "openai-chat", Some("openai/x")));
        let proxied = Wanted { base_url: Some(OURS), provider: Some("anthropic"), ..model("x") };
        check(proxied, None, "", (OURS, "anthropic", Some("x")));
        let other = Wanted { protocol: Some("gemini"), base_url: Some("http://127.0.0.1:1"), ..model("x") };
        check(other, None, "", ("http://127.0.0.1:1/v1beta", "gemini", Some("x")));
        check(
            Wanted { base_url: Some("http://localhost:11434"), ..NOBODY },
            None,
            "",
            ("http://localhost:11434/api", "ollama", None),
        );
        check(
            Wanted { provider: Some("openai"), ..NOBODY },
            None,
            "OPENAI_BASE_URL=https://c/v1",
            ("https://c/v1", "openai-responses", None),
        );
    }

    #[test]
    fn each_host_has_its_own_key() {
        let all = "ANTHROPIC_API_KEY=anthropic GEMINI_API_KEY=gemini GOOGLE_API_KEY=google GROQ_API_KEY=groq \
                   OPENAI_API_KEY=openai FORKFUL_API_KEY=forkful";
        let check = |wanted: Wanted, set: &str, key: Option<&str>, missing: Option<&str>| {
            let endpoint = resolve(wanted, None, &environment(set)).expect("a server").endpoint;
            assert_eq!((endpoint.key.clone(), endpoint.missing_key()), (key.map(Secret::new), missing), "{wanted:?}");
        };
        let at = |provider| Wanted { provider: Some(provider), ..NOBODY };
        check(at("anthropic"), all, Some("anthropic"), None);
        check(at("gemini"), all, Some("gemini"), None);
        check(at("gemini"), "GOOGLE_API_KEY=google", Some("google"), None);
        check(at("groq"), all, Some("groq"), None);
        check(at("mistral"), all, None, Some("MISTRAL_API_KEY"));
        check(at("llamacpp"), all, Some("forkful"), None);
        check(at("ollama"), "OPENAI_API_KEY=openai", None, None);
        check(Wanted { base_url: Some(OURS), ..at("anthropic") }, all, Some("forkful"), None);
        check(Wanted { base_url: Some(OURS), ..at("anthropic") }, "ANTHROPIC_API_KEY=anthropic", None, None);
        check(Wanted { model: Some("claude-x"), ..NOBODY }, "", None, Some("ANTHROPIC_API_KEY"));
    }

    #[test]
    fn a_name_that_nobody_has_is_told_with_its_neighbour() {
        let check = |wanted: Wanted, expected: &str| {
            let error = resolve(wanted, None, &environment("")).expect_err(expected);
            assert_eq!(format!("{error:?}"), expected);
        };
        let host = Wanted { provider: Some("antropic"), ..NOBODY };
        check(host, "UnknownHost { name: \"antropic\", nearest: Some(\"anthropic\") }");
        let protocol = Wanted { protocol: Some("telepathy"), ..NOBODY };
        check(protocol, "UnknownProtocol { name: \"telepathy\", nearest: None }");
    }
}
