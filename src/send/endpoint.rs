//! Which server is asked, and which key it may see.
//!
//! A key is bound to an origin before anything is sent: `OPENAI_API_KEY` to the origin of
//! `OPENAI_BASE_URL`, else to `OpenAI`'s own; `FORKFUL_API_KEY` to the origin of `FORKFUL_BASE_URL`,
//! else to the base URL named on the command line. An address remembered from an earlier run names
//! nothing: it never draws a key to an origin to which the environment does not bind one.

use super::Error;
use crate::net::{Secret, Url};

/// `OpenAI`'s own base URL.
pub const OPENAI: &str = "https://api.openai.com/v1";

/// A server and the key it may see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// Where the protocol's paths begin.
    pub base_url: Url,
    /// The key, if one is bound to this origin.
    pub key: Option<Secret>,
}

/// The four variables that count, as the terminal face reads them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Environment {
    /// `OPENAI_API_KEY`.
    pub openai_api_key: Option<Secret>,
    /// `OPENAI_BASE_URL`.
    pub openai_base_url: Option<String>,
    /// `FORKFUL_API_KEY`.
    pub forkful_api_key: Option<Secret>,
    /// `FORKFUL_BASE_URL`.
    pub forkful_base_url: Option<String>,
}

/// Chooses the server (`--base-url`, `FORKFUL_BASE_URL`, remembered, `OPENAI_BASE_URL`, [`OPENAI`]) and its key.
pub fn resolve(flag: Option<&str>, remembered: Option<&str>, environment: &Environment) -> Result<Endpoint, Error> {
    let set = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
    let forkful_base = set(&environment.forkful_base_url);
    let openai_base = set(&environment.openai_base_url);
    let chosen = flag.or(forkful_base.as_deref()).or(remembered).or(openai_base.as_deref()).unwrap_or(OPENAI);
    let base_url = Url::parse(chosen).map_err(|source| Error::BaseUrl { source })?;

    let bound = |key: &Option<Secret>, home: Option<&str>| {
        let home = Url::parse(home?).ok()?;
        key.clone().filter(|key| !key.is_empty() && home.origin() == base_url.origin())
    };
    let forkful_key = bound(&environment.forkful_api_key, forkful_base.as_deref().or(flag));
    let openai_key = || bound(&environment.openai_api_key, Some(openai_base.as_deref().unwrap_or(OPENAI)));
    let key = forkful_key.or_else(openai_key);
    if key.is_some() && !base_url.is_encrypted() && !base_url.is_loopback() {
        return Err(Error::KeyInTheClear { origin: base_url.origin() });
    }
    Ok(Endpoint { base_url, key })
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: &str = "https://models.example/v1";
    const FOREIGN: &str = "https://models.example:8443/v1";

    /// Variables by name; the keys are called `openai` and `forkful`.
    fn environment(set: &str) -> Environment {
        let variable = |name: &str| {
            let pairs = set.split_whitespace().filter_map(|pair| pair.split_once('='));
            pairs.filter(|(own, _)| *own == name).map(|(_, value)| value.to_owned()).next()
        };
        Environment {
            openai_api_key: variable("OPENAI_API_KEY").map(|key| Secret::new(&key)),
            openai_base_url: variable("OPENAI_BASE_URL"),
            forkful_api_key: variable("FORKFUL_API_KEY").map(|key| Secret::new(&key)),
            forkful_base_url: variable("FORKFUL_BASE_URL"),
        }
    }

    fn check(flag: Option<&str>, remembered: Option<&str>, set: &str, expected: Result<(&str, Option<&str>), &str>) {
        let resolved = resolve(flag, remembered, &environment(set));
        let resolved = resolved.map(|endpoint| (endpoint.base_url.to_string(), endpoint.key));
        let expected = expected.map(|(url, key)| (url.to_owned(), key.map(Secret::new)));
        assert_eq!(
            resolved.map_err(|error| error.to_string()),
            expected.map_err(str::to_owned),
            "{flag:?} {remembered:?} {set}"
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
}
