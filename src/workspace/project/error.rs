//! What is wrong with a project file, at which place, and what may stand there.

use std::io;
use std::path::PathBuf;

use super::word::Word;
use crate::store::NameError;
use crate::tokens::Tokens;

/// Why a project file cannot be used or changed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// What stands in it is wrong, every mistake with its place.
    #[error("{}", .0.first().map(ToString::to_string).unwrap_or_default())]
    Mistakes(Vec<Mistake>),
    /// No profile has this name.
    #[error("{path} has no profile `{name}`")]
    NoProfile {
        /// The file.
        path: String,
        /// The name as typed.
        name: String,
        /// The one most likely meant.
        nearest: Option<String>,
        /// Those there are.
        known: Vec<String>,
    },
    /// A profile is named and there is no project file.
    #[error("there is no forkful.toml here or above, so there is no profile `{name}`")]
    ProfileOfNothing {
        /// The name as typed.
        name: String,
    },
    /// There is no project file here or above.
    #[error("there is no forkful.toml here or above")]
    Missing,
    /// The project file names no source, or leaves all of them out.
    #[error("{path} names no sources")]
    NoSources {
        /// The file.
        path: String,
    },
    /// A new project file would take the place of one that is there.
    #[error("{path} is already there")]
    Exists {
        /// The file.
        path: String,
    },
    /// stdin is no source of a project.
    #[error("{path} cannot stand in a project file: stdin is read once, a project is read again")]
    Stdin {
        /// The source as typed.
        path: String,
    },
    /// The file is written in a way that leaves no place for the change.
    #[error("{path} leaves no place for this change: {wanted}")]
    NoPlace {
        /// The file.
        path: String,
        /// What is to be written by hand.
        wanted: String,
    },
    /// No bundle can be kept under this name.
    #[error(transparent)]
    Name(NameError),
    /// The disk refused to give it.
    #[error("cannot read {path}")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The disk refused to take it.
    #[error("cannot write {path}")]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// One thing that is wrong in a file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path}:{line}:{column}: {fault}")]
pub struct Mistake {
    /// The file as a person would name it from here.
    pub path: String,
    /// Counted from one.
    pub line: usize,
    /// In characters, counted from one.
    pub column: usize,
    /// What is wrong.
    pub fault: Fault,
}

/// What is wrong at a place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The file is no TOML from there on.
    #[error("no TOML: {message}")]
    Syntax {
        /// In the parser's words.
        message: String,
    },
    /// No key has this name there.
    #[error("no such key in {table}: `{key}`")]
    Unknown {
        /// `[budget]`, `[[source]]`.
        table: &'static str,
        /// As it stands.
        key: String,
        /// The one most likely meant.
        nearest: Option<&'static Word>,
        /// Those that may stand there.
        known: &'static [Word],
    },
    /// A secret stands in a file.
    #[error("`{key}` does not belong in a file: keys come from the environment")]
    Secret {
        /// As it stands.
        key: String,
    },
    /// The value is of another type.
    #[error("`{}` is {found}, and takes {}", .word.name, .word.wants)]
    Type {
        /// The key.
        word: &'static Word,
        /// What stands there: `a boolean`.
        found: &'static str,
    },
    /// The value is of the right type and says nothing that can be done.
    #[error("`{}` cannot be {text}: it takes {}", .word.name, .word.wants)]
    Value {
        /// The key.
        word: &'static Word,
        /// What stands there.
        text: String,
        /// The value most likely meant.
        nearest: Option<&'static str>,
    },
    /// A source without a path.
    #[error("this source has no `path`")]
    NoPath,
    /// A link without its address or its file.
    #[error("this link has no `{missing}`")]
    NoEnd {
        /// `url` or `path`.
        missing: &'static str,
    },
    /// A path that stands there already.
    #[error("`{path}` stands already in line {line}")]
    Twice {
        /// The path.
        path: String,
        /// Where it stands first.
        line: usize,
    },
    /// A profile chooses a source that is not in the file.
    #[error("no [[source]] has the path `{path}`")]
    NoSource {
        /// As the profile names it.
        path: String,
        /// The one most likely meant.
        nearest: Option<String>,
    },
    /// The floor is above the ceiling.
    #[error("the floor of {floor} tokens is above the cap of {cap}")]
    FloorAboveCap {
        /// Tokens that must stay.
        floor: Tokens,
        /// Tokens that may stay.
        cap: Tokens,
    },
    /// Two keys that say different things.
    #[error("`pin` and `tier = \"{tier}\"` do not go together")]
    PinAndTier {
        /// The tier as it stands.
        tier: String,
    },
}
