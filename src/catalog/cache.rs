//! How providers cache the beginning of a prompt: data with its date, as the prices are.
//!
//! Read in documentation, recorded traffic and reports of users in 2026-08 and 2026-10. A beginning
//! below the minimum is cached nowhere and nobody says so, hence the larger of two numbers where
//! sources differ; whether a cache was hit is judged by what the server counts, never by this table.

use std::time::Duration;

use super::Model;
use crate::tokens::Tokens;

/// How one provider caches the beginning of a prompt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CacheRule {
    /// Where a beginning may end that is kept and found again.
    pub ends: Ends,
    /// Tokens below which nothing is kept.
    pub minimum: Tokens,
    /// How long a beginning is kept after its last use.
    pub life: Duration,
    /// How long after the first word of an answer its beginning may still be missed.
    pub settle: Duration,
    /// Questions a minute that one machine takes before the next, which has kept nothing, is asked.
    pub spill: Option<u32>,
    /// Whether an answer says how many tokens came from the cache.
    pub is_told: bool,
}

/// Where a beginning may end that is kept and found again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ends {
    /// At marks in the request only, or at the end of a block at most so many before a mark.
    Marks {
        /// Blocks that are looked back at.
        look_back: usize,
    },
    /// Wherever two prompts part, in steps of so many tokens.
    Anywhere {
        /// Tokens of a step.
        step: u32,
    },
}

const MARKED: CacheRule = CacheRule {
    ends: Ends::Marks { look_back: 20 },
    minimum: Tokens(1024),
    life: Duration::from_mins(5),
    settle: Duration::from_secs(2),
    spill: None,
    is_told: true,
};
const ANYWHERE: CacheRule = CacheRule { ends: Ends::Anywhere { step: 1 }, settle: Duration::ZERO, ..MARKED };
/// A server on one's own machine: it keeps what it read, and says so or not.
const LOCAL: CacheRule = CacheRule { minimum: Tokens(0), life: Duration::from_hours(1), ..ANYWHERE };

/// Minimum of Anthropic's models by the beginning of their names, the first that fits.
const ANTHROPIC: &[(&str, u32)] = &[
    ("claude-opus-5", 512),
    ("claude-fable", 512),
    ("claude-mythos", 512),
    ("claude-opus-4-8", 1024),
    ("claude-opus-4-7", 2048),
    ("claude-opus-4-6", 4096),
    ("claude-opus-4-5", 4096),
    ("claude-haiku", 4096),
    ("claude-sonnet-4-6", 2048),
    ("claude-3-5-haiku", 2048),
    ("claude-3-haiku", 2048),
];

impl CacheRule {
    /// The rule for a model of the catalog that is asked in this protocol.
    pub fn of(model: &Model, protocol: &str) -> Self {
        let id = model.id.rsplit('/').next().unwrap_or_default();
        match model.provider.as_str() {
            _ if protocol == "ollama" => Self { is_told: false, ..LOCAL },
            "Anthropic" => {
                let minimum = ANTHROPIC.iter().find(|(beginning, _)| id.starts_with(beginning));
                Self { minimum: Tokens(minimum.map_or(1024, |(_, minimum)| *minimum)), ..MARKED }
            }
            "OpenAI" if takes_breakpoints(id) => {
                Self { ends: Ends::Marks { look_back: 0 }, life: Duration::from_mins(30), ..MARKED }
            }
            "OpenAI" if !id.starts_with("gpt-oss") => {
                Self { ends: Ends::Anywhere { step: 128 }, spill: Some(15), ..ANYWHERE }
            }
            "Google" => Self { minimum: Tokens(if id.contains("-pro") { 4096 } else { 1024 }), ..ANYWHERE },
            "DeepSeek" => {
                let life = Duration::from_hours(1);
                Self { ends: Ends::Anywhere { step: 64 }, minimum: Tokens(64), life, ..ANYWHERE }
            }
            "" if protocol == "anthropic" => MARKED,
            "" => LOCAL,
            _ => ANYWHERE,
        }
    }
}

/// Whether a model of `OpenAI`'s caches at marked places only: gpt-5.6 and later; older ones refuse the mark.
pub fn takes_breakpoints(model: &str) -> bool {
    let version = model.strip_prefix("gpt-").unwrap_or_default();
    let mut numbers = version.split(|c: char| !c.is_ascii_digit()).map(str::parse::<u32>);
    match (numbers.next(), numbers.next()) {
        (Some(Ok(5)), Some(Ok(minor))) => (6..100).contains(&minor),
        (Some(Ok(major)), _) => (6..100).contains(&major),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;

    #[test]
    fn every_provider_has_its_rule() {
        let catalog = Catalog::built_in();
        let check = |model: &str, protocol: &str, ends: Ends, minimum: u32, minutes: u64| {
            let rule = CacheRule::of(&catalog.find(model).model, protocol);
            assert_eq!(
                (rule.ends, rule.minimum, rule.life.as_secs() / 60),
                (ends, Tokens(minimum), minutes),
                "{model}"
            );
        };
        let (marks, exact) = (Ends::Marks { look_back: 20 }, Ends::Marks { look_back: 0 });
        let every = |step| Ends::Anywhere { step };
        check("claude-opus-5", "anthropic", marks, 512, 5);
        check("claude-sonnet-4-6", "anthropic", marks, 2048, 5);
        check("anthropic/claude-haiku-4.5", "openai-chat", marks, 4096, 5);
        check("gpt-5.6-sol", "openai-responses", exact, 1024, 30);
        check("gpt-5", "openai-chat", every(128), 1024, 5);
        check("gemini-3-pro", "gemini", every(1), 4096, 5);
        check("gemini-2.5-flash", "gemini", every(1), 1024, 5);
        check("deepseek-chat", "openai-chat", every(64), 64, 60);
        check("my-own", "openai-chat", every(1), 0, 60);
        check("qwen3:4b", "ollama", every(1), 0, 60);
    }
}
