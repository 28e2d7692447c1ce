//! What a person is told of prompts.

use super::{FAILURE, Failure, USAGE, chain};
use crate::workspace::library::Error;

/// A word as the name of a variable.
fn name(word: &str) -> String {
    word.to_lowercase().chars().map(|c| if c.is_ascii_lowercase() { c } else { '_' }).collect()
}

impl Failure {
    /// What a person is told of prompts who is in a talk.
    pub(in crate::cli) fn in_talk(error: Error) -> Self {
        let message = chain(&error);
        match error {
            Error::Missing { prompt, all, .. } => {
                Self::usage(message).hint(format!("`/prompt {prompt} {}=\"...\"`", all.join("=\"...\" ")))
            }
            Error::Unknown { nearest: None, .. } => Self::usage(message).hint("`/prompt` lists them"),
            error => Self::from(error),
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let failure = Self { code: USAGE, ..Self::error(chain(&error)) };
        match error {
            Error::Unknown { nearest: Some(nearest), .. } | Error::NoVariable { nearest: Some(nearest), .. } => {
                failure.hint(format!("there is `{nearest}`"))
            }
            Error::Unknown { nearest: None, .. } => failure.hint("`forkful prompts` lists them"),
            Error::Missing { prompt, all, .. } => {
                failure.hint(format!("`forkful ask -p {prompt} {}=\"...\"`", all.join("=\"...\" ")))
            }
            Error::NoVariable { known, .. } if known.is_empty() => failure.hint("it takes none"),
            Error::NoVariable { known, .. } => failure.hint(format!("it takes {}", known.join(", "))),
            Error::Undeclared { word, nearest, .. } => failure.hint(match nearest {
                Some(nearest) => format!("there is `{{{nearest}}}`"),
                None => format!("say what it means between the +++: `[variables.{word}]` and `about = \"...\"`"),
            }),
            Error::Doubled { words, .. } => {
                let names: Vec<String> = words.iter().map(|word| name(word)).collect();
                let declared = names.iter().map(|name| format!("`[variables.{name}]` and `about = \"...\"`"));
                let given: Vec<String> = names.iter().map(|name| format!("{name}=\"...\"")).collect();
                failure
                    .hint(format!("a variable stands in single braces, `{{{}}}`, and is declared at the top between lines of +++: {}", names.join("}`, `{"), declared.collect::<Vec<_>>().join(", ")))
                    .hint(format!("then it is given after the address: `forkful ask -p FILE @ {}`; `forkful prompts show summary` is an example", given.join(" ")))
            }
            Error::Unclosed { .. } => failure.hint("close it, or say it with a blank between: { {"),
            Error::Head { .. } => failure.hint("`forkful prompts show summary` is an example"),
            Error::Name { .. } => failure.hint("letters, digits, - and _"),
            Error::Read { .. } | Error::Write { .. } | Error::NoFolder => Self { code: FAILURE, ..failure },
            Error::Empty { .. } | Error::Unused { .. } | Error::NoText { .. } => failure,
        }
    }
}
