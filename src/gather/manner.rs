//! How the owner of a source wants it read, where a reader has a choice.

use std::fmt;
use std::str::FromStr;

/// The choices that a reader leaves to the owner of a source; by default, what suits most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Manner {
    /// Which messages of a conversation with branches.
    pub branches: Branches,
    /// Whether posts that were not public are read too.
    pub private: bool,
    /// How thick the time marks of a transcript stand.
    pub times: Times,
    /// How links stand in the text.
    pub links: Links,
    /// What reads PDF files.
    pub pdf: PdfEngine,
}

/// Which messages of a conversation with branches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Branches {
    /// Those from the first one to where the conversation stands.
    #[default]
    Current,
    /// Those of all branches.
    All,
    /// Those of all branches, and the tree itself, which no text lays flat.
    Tree,
}

/// How thick the time marks of a transcript stand in its text; its sections know their second in any case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Times {
    /// Nowhere.
    None,
    /// At the head of each paragraph.
    #[default]
    Sparse,
    /// Wherever the source has one, once a second at most.
    All,
}

/// How links stand in the text; a document knows them in any case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Links {
    /// Behind their words.
    #[default]
    Inline,
    /// By number, the addresses at the end of the document.
    Reference,
    /// Not at all: their words stay.
    None,
}

/// What reads PDF files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PdfEngine {
    /// The reader of this crate.
    #[default]
    Own,
    /// `pdftotext` of poppler, where it is installed.
    Pdftotext,
}

/// A word names none of the choices.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a choice of {what}: {word} ({want})")]
pub struct ParseMannerError {
    /// What there is to choose.
    pub what: &'static str,
    /// What was written.
    pub word: String,
    /// The words that choose.
    pub want: &'static str,
}

impl Branches {
    /// The words that choose, for help and errors.
    pub const WORDS: &str = "current or all";
}

impl FromStr for Branches {
    type Err = ParseMannerError;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        match word {
            "current" => Ok(Self::Current),
            "all" => Ok(Self::All),
            _ => Err(ParseMannerError { what: "branches", word: word.to_owned(), want: Self::WORDS }),
        }
    }
}

impl fmt::Display for Branches {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Current => "current",
            Self::All => "all",
            Self::Tree => "tree",
        })
    }
}

impl Times {
    /// The words that choose, for help and errors.
    pub const WORDS: &str = "none, sparse or all";
}

impl FromStr for Times {
    type Err = ParseMannerError;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        match word {
            "none" => Ok(Self::None),
            "sparse" => Ok(Self::Sparse),
            "all" => Ok(Self::All),
            _ => Err(ParseMannerError { what: "times", word: word.to_owned(), want: Self::WORDS }),
        }
    }
}

impl fmt::Display for Times {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "none",
            Self::Sparse => "sparse",
            Self::All => "all",
        })
    }
}

impl Links {
    /// The words that choose, for help and errors.
    pub const WORDS: &str = "inline, reference or none";
}

impl FromStr for Links {
    type Err = ParseMannerError;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        match word {
            "inline" => Ok(Self::Inline),
            "reference" => Ok(Self::Reference),
            "none" => Ok(Self::None),
            _ => Err(ParseMannerError { what: "links", word: word.to_owned(), want: Self::WORDS }),
        }
    }
}

impl fmt::Display for Links {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Inline => "inline",
            Self::Reference => "reference",
            Self::None => "none",
        })
    }
}

impl PdfEngine {
    /// The words that choose, for help and errors.
    pub const WORDS: &str = "own or pdftotext";
}

impl FromStr for PdfEngine {
    type Err = ParseMannerError;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        match word {
            "own" => Ok(Self::Own),
            "pdftotext" => Ok(Self::Pdftotext),
            _ => Err(ParseMannerError { what: "PDF engine", word: word.to_owned(), want: Self::WORDS }),
        }
    }
}
