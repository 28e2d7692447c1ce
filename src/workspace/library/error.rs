//! Why a prompt cannot be asked.

use std::io;
use std::path::PathBuf;

/// Why a prompt cannot be asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is none of this name.
    #[error("no such prompt: {name}")]
    Unknown {
        /// The name.
        name: String,
        /// The one that was most likely meant.
        nearest: Option<String>,
    },
    /// A variable without a default was not given.
    #[error("{prompt} needs {variable}: {about}")]
    Missing {
        /// The prompt.
        prompt: String,
        /// The first that is missing.
        variable: String,
        /// What it means.
        about: String,
        /// Every one that is needed and was not given.
        all: Vec<String>,
    },
    /// A value was given that the prompt does not take.
    #[error("{prompt} takes no {word}")]
    NoVariable {
        /// The prompt.
        prompt: String,
        /// The name before the `=`.
        word: String,
        /// The variable that was most likely meant.
        nearest: Option<String>,
        /// What it takes.
        known: Vec<String>,
    },
    /// A value is empty.
    #[error("{variable} is empty")]
    Empty {
        /// The variable.
        variable: String,
    },
    /// The lines between `+++` cannot be read.
    #[error("{file}: {problem}")]
    Head {
        /// The file.
        file: String,
        /// What is wrong, with its line.
        problem: String,
    },
    /// The text names a variable that its head does not.
    #[error("{file}: {{{word}}} is not among its variables")]
    Undeclared {
        /// The file.
        file: String,
        /// The word in braces.
        word: String,
        /// The variable that was most likely meant.
        nearest: Option<String>,
    },
    /// The text has places in double braces, which are none here.
    #[error("{file}: {} would be asked as it stands", words.iter().map(|word| format!("{{{{ {word} }}}}")).collect::<Vec<_>>().join(", "))]
    Doubled {
        /// The file.
        file: String,
        /// The words in braces, each once.
        words: Vec<String>,
    },
    /// Two braces open and nothing closes them.
    #[error("{file}, line {line}: {{{{ has no end")]
    Unclosed {
        /// The file.
        file: String,
        /// Counted from 1.
        line: usize,
    },
    /// The head names a variable that the text does not.
    #[error("{file}: the variable {word} stands nowhere in its text")]
    Unused {
        /// The file.
        file: String,
        /// The variable.
        word: String,
    },
    /// There is no text behind the head.
    #[error("{file} asks nothing")]
    NoText {
        /// The file.
        file: String,
    },
    /// The name cannot be that of a file.
    #[error("not a name for a prompt: {name:?}")]
    Name {
        /// The name.
        name: String,
    },
    /// There is no home folder to keep prompts in.
    #[error("there is no home folder to keep prompts in")]
    NoFolder,
    /// A file cannot be read.
    #[error("cannot read {path}")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file cannot be written.
    #[error("cannot write {path}")]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}
