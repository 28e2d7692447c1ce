//! `--count-via-api`: the provider's own count of texts.

use std::future::Future;
use std::time::Duration;

use super::shape::ByProvider;
use super::{Counting, Error};
use crate::net::{Secret, Transport, Url};
use crate::send::tally::{Counter, Tally};
use crate::send::{self};
use crate::tokens::Tokens;

/// The keys that may be used for counting, each bound to its maker's own address but the last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keys {
    /// `ANTHROPIC_API_KEY`.
    pub anthropic: Option<Secret>,
    /// `OPENAI_API_KEY`, which goes to the address of `OPENAI_BASE_URL`.
    pub openai: Option<Secret>,
    /// `GEMINI_API_KEY`.
    pub gemini: Option<Secret>,
    /// `FORKFUL_API_KEY`, which goes to the address that is named on the command line.
    pub forkful: Option<Secret>,
    /// `OPENAI_BASE_URL`.
    pub openai_base_url: Option<String>,
}

/// What a provider counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tallied {
    /// The model that it counted for, by its own name.
    pub model: String,
    /// Who counted: scheme, host and port.
    pub origin: String,
    /// One count a text, each as one user message.
    pub counts: Vec<Tokens>,
}

/// The server that counts for the model of `counting`, called `name` on the command line.
pub fn counter(counting: &Counting, name: &str, base_url: Option<&str>, keys: &Keys) -> Result<Counter, Error> {
    let model = counting.model.as_ref().ok_or(Error::NoModel)?;
    let tally = Tally::of(&model.provider);
    let home = match (&keys.openai_base_url, tally) {
        (Some(address), Tally::OpenAi) => address.as_str(),
        _ => tally.home(),
    };
    let parse = |address: &str| Url::parse(address).map_err(|source| Error::Send(send::Error::BaseUrl { source }));
    let (home, asked) = (parse(home)?, parse(base_url.unwrap_or(home))?);
    let makers = match tally {
        Tally::Anthropic => &keys.anthropic,
        Tally::OpenAi => &keys.openai,
        Tally::Gemini => &keys.gemini,
    };
    let is_home = asked.origin() == home.origin();
    let key = if is_home { makers } else { &keys.forkful };
    let key = key.clone().filter(|key| !key.is_empty());
    if is_home && key.is_none() && !asked.is_loopback() {
        return Err(Error::NoKey { variable: tally.variable(), origin: asked.origin() });
    }
    if key.is_some() {
        send::endpoint::refuse_in_the_clear(&asked)?;
    }
    // A maker knows its models without the provider that routers put in front.
    let own = if base_url.is_none() { name.rsplit('/').next().unwrap_or(name) } else { name };
    Ok(Counter { tally, base_url: asked, key, model: own.to_owned() })
}

/// Has every text counted, one request each.
pub async fn tally<T: Transport, W: Future<Output = ()>>(
    counter: &Counter,
    texts: &[&str],
    transport: &T,
    sleep: impl Fn(Duration) -> W,
) -> Result<Tallied, Error> {
    let mut counts = Vec::with_capacity(texts.len());
    for text in texts {
        counts.push(counter.count(transport, text, &sleep).await?);
    }
    Ok(Tallied { model: counter.model.clone(), origin: counter.base_url.origin(), counts })
}

impl Tallied {
    /// All texts together.
    pub fn total(&self) -> Tokens {
        self.counts.iter().copied().sum()
    }

    /// One of the texts.
    #[must_use]
    pub fn of(&self, index: usize) -> Self {
        Self { counts: self.counts.get(index).copied().into_iter().collect(), ..self.clone() }
    }

    /// The count as it stands in JSON.
    pub fn shape(&self) -> ByProvider {
        let counts = self.counts.iter().map(|count| count.0).collect();
        ByProvider { origin: self.origin.clone(), model: self.model.clone(), total: self.total().0, counts }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;

    #[test]
    fn a_key_goes_to_its_maker_alone() {
        let secret = |key: &str| Some(Secret::new(key));
        let all = Keys {
            anthropic: secret("anthropic"),
            openai: secret("openai"),
            gemini: secret("gemini"),
            forkful: secret("forkful"),
            openai_base_url: None,
        };
        let none = Keys { anthropic: None, openai: None, gemini: secret(" "), forkful: None, ..all.clone() };
        let check = |model: &str, base_url: Option<&str>, keys: &Keys, expected: Result<[&str; 3], &str>| {
            let (counting, _) = Counting::choose(&Catalog::built_in(), Some(model), None);
            let found = counter(&counting, model, base_url, keys);
            let found = found.map(|found| (found.base_url.to_string(), found.key, found.model));
            let expected = expected.map(|[url, key, model]| {
                (url.to_owned(), (!key.is_empty()).then(|| Secret::new(key)), model.to_owned())
            });
            assert_eq!(found.map_err(|error| error.to_string()), expected.map_err(str::to_owned), "{model}");
        };
        let anthropic = "https://api.anthropic.com/v1";
        let google = "https://generativelanguage.googleapis.com/v1beta";
        check("anthropic/claude-opus-5", None, &all, Ok([anthropic, "anthropic", "claude-opus-5"]));
        check("gpt-5-2025-08-07", None, &all, Ok(["https://api.openai.com/v1", "openai", "gpt-5-2025-08-07"]));
        check("gemini-2.5-pro", None, &all, Ok([google, "gemini", "gemini-2.5-pro"]));
        let here = "http://127.0.0.1:8080/v1";
        check("claude-opus-5", Some(here), &all, Ok([here, "forkful", "claude-opus-5"]));
        check("org/mock", Some(here), &none, Ok([here, "", "org/mock"]));
        check("claude-opus-5", Some(anthropic), &all, Ok([anthropic, "anthropic", "claude-opus-5"]));
        let moved = Keys { openai_base_url: Some("https://proxy.example/v1".to_owned()), ..all.clone() };
        check("gpt-5", None, &moved, Ok(["https://proxy.example/v1", "openai", "gpt-5"]));
        check(
            "gpt-5",
            Some("https://api.openai.com/v1"),
            &moved,
            Ok(["https://api.openai.com/v1", "forkful", "gpt-5"]),
        );
        let missing = "there is no key for https://generativelanguage.googleapis.com";
        check("gemini-2.5-pro", None, &none, Err(missing));
        check("claude-opus-5", None, &none, Err("there is no key for https://api.anthropic.com"));
        let clear = "refused to send a key unencrypted to http://models.example";
        check("claude-opus-5", Some("http://models.example"), &all, Err(clear));
    }
}
