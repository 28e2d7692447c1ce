//! The servers that are known by name: where they are, what they speak, how they depart from it.
//!
//! One row a server. Base paths and quirks were read in the providers' documentation and in recorded
//! traffic (2026-08); whatever is not listed is taken for a server compatible with `OpenAI`'s chat API.

use super::Error;
use crate::content::nearest;
use crate::net::Url;

/// A server known by name.
#[derive(Debug, PartialEq, Eq)]
pub struct Host {
    /// What people type: `openrouter`.
    pub name: &'static str,
    /// One line for lists.
    pub about: &'static str,
    /// Where the protocol's paths begin.
    pub base_url: &'static str,
    /// The protocol it speaks, by name.
    pub protocol: &'static str,
    /// The variables that its key may stand in, the first one first; none for a server that wants no key.
    pub keys: &'static [&'static str],
    /// How the names of its own models begin; none for a server of other people's models.
    pub models: &'static [&'static str],
    /// How it writes the chat API.
    pub dialect: Dialect,
}

/// How a server departs from what all compatible servers understand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dialect {
    /// The name of the output limit.
    pub limit: Limit,
    /// How several texts of a user message are written.
    pub texts: Texts,
    /// Whether a stream tells its usage only when asked.
    pub usage: Asking,
    /// How it is told to think harder.
    pub effort: EffortField,
    /// What it is told of the prefix that forks share.
    pub caching: Caching,
}

/// The name of the output limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// `max_tokens`
    MaxTokens,
    /// `max_completion_tokens`
    MaxCompletionTokens,
}

/// How several texts of a user message are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Texts {
    /// As parts, each cached by itself.
    Parts,
    /// As one string: `DeepSeek` refuses parts, Ollama makes messages of them.
    Joined,
}

/// Whether a stream tells its usage only when asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asking {
    /// `stream_options` asks for it.
    Needed,
    /// The server tells it unasked and refuses the question.
    Refused,
}

/// How a server is told to think harder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EffortField {
    /// `"reasoning_effort": "high"`
    Word,
    /// `"reasoning": {"effort": "high"}`
    Object,
}

/// What a server is told of the prefix that forks share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caching {
    /// Nothing: it finds equal beginnings by itself, or keeps none.
    Unasked,
    /// A key that sends equal prefixes to one machine; newer models also take breakpoints.
    Keyed,
    /// `cache_control` on the part that ends the prefix, for Anthropic's models.
    Marked,
}

const PLAIN: Dialect = Dialect {
    limit: Limit::MaxTokens,
    texts: Texts::Joined,
    usage: Asking::Needed,
    effort: EffortField::Word,
    caching: Caching::Unasked,
};
const CAPPED: Dialect = Dialect { limit: Limit::MaxCompletionTokens, ..PLAIN };

const CHAT: &str = "openai-chat";

/// A server that nobody here knows.
pub const ANY: Host =
    Host { name: "", about: "", base_url: "", protocol: CHAT, keys: &[], models: &[], dialect: PLAIN };

/// The servers known by name, in the order in which they are listed.
pub const HOSTS: &[Host] = &[
    Host {
        name: "openai",
        about: "OpenAI",
        base_url: "https://api.openai.com/v1",
        protocol: "openai-responses",
        keys: &["OPENAI_API_KEY"],
        models: &["gpt-", "o1", "o3", "o4", "chatgpt-", "codex-"],
        dialect: Dialect { texts: Texts::Parts, caching: Caching::Keyed, ..CAPPED },
    },
    Host {
        name: "anthropic",
        about: "Anthropic",
        base_url: "https://api.anthropic.com/v1",
        protocol: "anthropic",
        keys: &["ANTHROPIC_API_KEY"],
        models: &["claude-"],
        dialect: PLAIN,
    },
    Host {
        name: "gemini",
        about: "Google's Gemini API",
        base_url: "https://generativelanguage.googleapis.com/v1beta",
        protocol: "gemini",
        keys: &["GEMINI_API_KEY", "GOOGLE_API_KEY"],
        models: &["gemini-"],
        dialect: PLAIN,
    },
    Host {
        name: "openrouter",
        about: "OpenRouter, models of many makers",
        base_url: "https://openrouter.ai/api/v1",
        keys: &["OPENROUTER_API_KEY"],
        dialect: Dialect { texts: Texts::Parts, effort: EffortField::Object, caching: Caching::Marked, ..PLAIN },
        ..ANY
    },
    Host {
        name: "deepseek",
        about: "DeepSeek",
        base_url: "https://api.deepseek.com",
        keys: &["DEEPSEEK_API_KEY"],
        models: &["deepseek-"],
        ..ANY
    },
    Host {
        name: "mistral",
        about: "Mistral",
        base_url: "https://api.mistral.ai/v1",
        keys: &["MISTRAL_API_KEY"],
        models: &["mistral-", "ministral-", "magistral-", "codestral-", "devstral-", "pixtral-"],
        dialect: Dialect { usage: Asking::Refused, ..PLAIN },
        ..ANY
    },
    Host {
        name: "xai",
        about: "xAI",
        base_url: "https://api.x.ai/v1",
        keys: &["XAI_API_KEY"],
        models: &["grok-"],
        dialect: CAPPED,
        ..ANY
    },
    Host {
        name: "groq",
        about: "Groq",
        base_url: "https://api.groq.com/openai/v1",
        keys: &["GROQ_API_KEY"],
        dialect: CAPPED,
        ..ANY
    },
    Host {
        name: "cerebras",
        about: "Cerebras",
        base_url: "https://api.cerebras.ai/v1",
        keys: &["CEREBRAS_API_KEY"],
        dialect: CAPPED,
        ..ANY
    },
    Host {
        name: "together",
        about: "Together",
        base_url: "https://api.together.xyz/v1",
        keys: &["TOGETHER_API_KEY"],
        ..ANY
    },
    Host {
        name: "fireworks",
        about: "Fireworks",
        base_url: "https://api.fireworks.ai/inference/v1",
        keys: &["FIREWORKS_API_KEY"],
        ..ANY
    },
    Host {
        name: "huggingface",
        about: "Hugging Face's router",
        base_url: "https://router.huggingface.co/v1",
        keys: &["HF_TOKEN"],
        ..ANY
    },
    Host {
        name: "ollama",
        about: "Ollama on this machine",
        base_url: "http://127.0.0.1:11434/api",
        protocol: "ollama",
        ..ANY
    },
    Host { name: "llamacpp", about: "llama.cpp's server on this machine", base_url: "http://127.0.0.1:8080/v1", ..ANY },
    Host { name: "vllm", about: "vLLM on this machine", base_url: "http://127.0.0.1:8000/v1", ..ANY },
    Host { name: "lmstudio", about: "LM Studio on this machine", base_url: "http://127.0.0.1:1234/v1", ..ANY },
];

impl Host {
    /// The host of that name.
    pub fn named(name: &str) -> Result<&'static Self, Error> {
        HOSTS.iter().find(|host| host.name == name).ok_or_else(|| Error::UnknownHost {
            name: name.to_owned(),
            nearest: nearest(name, HOSTS.iter().map(|host| host.name)),
        })
    }

    /// The host at an address, [`ANY`] if it is none of them.
    pub fn at(base_url: &Url) -> &'static Self {
        let at_origin = HOSTS.iter().filter(|host| host.url().is_some_and(|url| url.is_same_server(base_url)));
        let path = base_url.path();
        let is_its_own = |host: &&Self| path.is_empty() || host.url().is_some_and(|url| url.path() == path);
        // A server may offer the chat API under other paths than its own protocol.
        at_origin
            .clone()
            .find(is_its_own)
            .or_else(|| at_origin.clone().find(|host| host.speaks_openai()))
            .unwrap_or(&ANY)
    }

    /// Questions that it best gets at once: llama.cpp's server keeps a cache for each of its slots, so
    /// that only those meet one that wait for each other.
    pub fn at_once(&self) -> usize {
        if self.name == "llamacpp" { 1 } else { 6 }
    }

    /// The host whose models are called like that.
    pub fn of_model(model: &str) -> Option<&'static Self> {
        // `gpt-oss:20b` is Ollama's, `org/name` somebody's: open models are named after closed ones.
        if model.contains([':', '/']) || model.starts_with("gpt-oss") {
            return None;
        }
        HOSTS.iter().find(|host| host.models.iter().any(|beginning| model.starts_with(beginning)))
    }

    /// Its address.
    pub(super) fn url(&self) -> Option<Url> {
        Url::parse(self.base_url).ok()
    }

    fn speaks_openai(&self) -> bool {
        self.protocol.starts_with("openai-")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::send::provider::protocol;

    #[test]
    fn every_row_is_whole() {
        for host in HOSTS {
            let url = host.url().unwrap_or_else(|| panic!("{} has no address", host.name));
            assert!(protocol(host.protocol).is_some(), "{}", host.name);
            assert!(!host.name.is_empty() && !host.about.is_empty());
            assert!(url.is_encrypted() || url.is_loopback(), "{}", host.name);
            assert_eq!(url.is_loopback(), host.keys.is_empty(), "{}", host.name);
            assert_eq!((Host::at(&url).name, Host::named(host.name).ok()), (host.name, Some(host)));
        }
    }

    #[test]
    fn a_host_is_known_by_its_address() {
        let check = |url: &str, expected: &str| {
            assert_eq!(Host::at(&Url::parse(url).expect("an address")).name, expected, "{url}");
        };
        check("https://API.openai.com:443/v1/", "openai");
        check("https://api.openai.com/v2", "openai");
        check("https://api.openai.com.example/v1", "");
        check("https://api.anthropic.com", "anthropic");
        check("https://api.anthropic.com/v2", "");
        check("https://generativelanguage.googleapis.com/v1beta/openai", "");
        check("http://localhost:11434", "ollama");
        check("http://[::1]:11434/api", "ollama");
        check("http://localhost:11434/v1", "");
        check("http://192.168.0.7:11434/api", "");
    }

    #[test]
    fn a_model_is_known_by_its_beginning() {
        let check = |model: &str, expected: Option<&str>| {
            assert_eq!(Host::of_model(model).map(|host| host.name), expected, "{model}");
        };
        check("gpt-5.6-sol", Some("openai"));
        check("o4-mini", Some("openai"));
        check("claude-opus-4-8", Some("anthropic"));
        check("gemini-3-pro", Some("gemini"));
        check("grok-5", Some("xai"));
        for open in ["gpt-oss-20b", "gpt-oss:20b", "deepseek-r1:8b", "mistral/mistral-7b", "llama3", "mock", "olmo"] {
            check(open, None);
        }
    }
}
