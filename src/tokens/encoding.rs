//! The encodings that forkful counts exactly.

use std::fmt;
use std::str::FromStr;

/// A public byte-pair encoding of OpenAI's models.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Encoding {
    /// GPT-4o, GPT-4.1, GPT-5 and the o series.
    O200kBase,
    /// GPT-4 and GPT-3.5.
    Cl100kBase,
    /// gpt-oss: ordinary text as in o200k, other special tokens.
    O200kHarmony,
}

/// No encoding has this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no such encoding: {0} (there are o200k_base, cl100k_base and o200k_harmony)")]
pub struct ParseEncodingError(pub String);

impl Encoding {
    /// Every encoding, the default first.
    pub const ALL: [Self; 3] = [Self::O200kBase, Self::Cl100kBase, Self::O200kHarmony];

    /// The public name, as `tiktoken` writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::O200kBase => "o200k_base",
            Self::Cl100kBase => "cl100k_base",
            Self::O200kHarmony => "o200k_harmony",
        }
    }

    /// The name as estimates mention it.
    pub fn short(self) -> &'static str {
        match self {
            Self::O200kBase => "o200k",
            Self::Cl100kBase => "cl100k",
            Self::O200kHarmony => "harmony",
        }
    }

    /// Which models read it, in a few words.
    pub fn about(self) -> &'static str {
        match self {
            Self::O200kBase => "GPT-4o, GPT-4.1, GPT-5, o series (default)",
            Self::Cl100kBase => "GPT-4, GPT-3.5",
            Self::O200kHarmony => "gpt-oss",
        }
    }
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Encoding {
    type Err = ParseEncodingError;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|e| e.name() == name).ok_or_else(|| ParseEncodingError(name.to_owned()))
    }
}
