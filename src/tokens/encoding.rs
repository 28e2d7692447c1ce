//! The encodings that forkful counts exactly: those built in, and tokenizers from files.

use std::fmt;
use std::str::FromStr;

use super::Local;

/// A public byte-pair encoding of OpenAI's models, or a tokenizer from a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Encoding {
    /// GPT-4o, GPT-4.1, GPT-5 and the o series.
    O200kBase,
    /// GPT-4 and GPT-3.5.
    Cl100kBase,
    /// gpt-oss: ordinary text as in o200k, other special tokens.
    O200kHarmony,
    /// A tokenizer that was read from a file.
    Local(Local),
}

/// No encoding has this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no such encoding: {0} (there are o200k_base, cl100k_base and o200k_harmony)")]
pub struct ParseEncodingError(pub String);

impl Encoding {
    /// Every encoding that is built in, the default first.
    pub const ALL: [Self; 3] = [Self::O200kBase, Self::Cl100kBase, Self::O200kHarmony];

    /// The public name, as `tiktoken` writes it; of a file its hash.
    pub fn name(self) -> &'static str {
        match self {
            Self::O200kBase => "o200k_base",
            Self::Cl100kBase => "cl100k_base",
            Self::O200kHarmony => "o200k_harmony",
            Self::Local(local) => local.name(),
        }
    }

    /// The name as estimates mention it.
    pub fn short(self) -> &'static str {
        match self {
            Self::O200kBase => "o200k",
            Self::Cl100kBase => "cl100k",
            Self::O200kHarmony => "harmony",
            Self::Local(local) => local.about(),
        }
    }

    /// Which models read it, in a few words.
    pub fn about(self) -> &'static str {
        match self {
            Self::O200kBase => "GPT-4o, GPT-4.1, GPT-5, o series (default)",
            Self::Cl100kBase => "GPT-4, GPT-3.5",
            Self::O200kHarmony => "gpt-oss",
            Self::Local(_) => "the models that come with it",
        }
    }

    /// Whether counts add up at every cut.
    pub fn is_additive(self) -> bool {
        !matches!(self, Self::Local(_))
    }
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if let Self::Local(local) = self { local.about() } else { self.name() })
    }
}

impl FromStr for Encoding {
    type Err = ParseEncodingError;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let known = Self::ALL.into_iter().find(|e| e.name() == name);
        known.or_else(|| Local::named(name).map(Self::Local)).ok_or_else(|| ParseEncodingError(name.to_owned()))
    }
}
