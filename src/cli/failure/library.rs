//! What a person is told of prompts.

use super::{FAILURE, Failure, USAGE, chain};
use crate::workspace::library::Error;

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
            Error::Head { .. } => failure.hint("`forkful prompts show summary` is an example"),
            Error::Name { .. } => failure.hint("letters, digits, - and _"),
            Error::Read { .. } | Error::Write { .. } | Error::NoFolder => Self { code: FAILURE, ..failure },
            Error::Empty { .. } | Error::Unused { .. } | Error::NoText { .. } => failure,
        }
    }
}
