//! What a person is told of project files.

use super::{FAILURE, Failure, USAGE, chain};
use crate::workspace::project::{self, Fault, Mistake};

impl From<project::Error> for Failure {
    fn from(error: project::Error) -> Self {
        let failure = Self { code: USAGE, ..Self::error(chain(&error)) };
        match error {
            project::Error::Mistakes(mistakes) => {
                let hints = mistakes.iter().filter_map(what_to_write).collect();
                Self { errors: mistakes.iter().map(Mistake::to_string).collect(), hints, ..failure }
            }
            project::Error::NoProfile { nearest: Some(nearest), .. } => failure.hint(format!("there is `{nearest}`")),
            project::Error::NoProfile { known, path, .. } if known.is_empty() => {
                failure.hint(format!("a profile starts with the line `[profile.NAME]` in {path}"))
            }
            project::Error::NoProfile { known, .. } => failure.hint(format!("there is {}", known.join(", "))),
            project::Error::Missing | project::Error::ProfileOfNothing { .. } => {
                failure.hint("name sources, or make the file: `forkful init SRC...`")
            }
            project::Error::NoSources { .. } => failure.hint("add one: `forkful add SRC`"),
            project::Error::Exists { .. } => failure.hint("add to it: `forkful add SRC...`"),
            project::Error::Name(_) => failure.hint("letters A to Z, digits, `.`, `_`, `/` and `-` make a name"),
            project::Error::Stdin { .. } => failure.hint("save it to a file and name that"),
            project::Error::NoPlace { .. } => failure.hint("change the file by hand; nothing was written"),
            project::Error::Read { .. } | project::Error::Write { .. } => Self { code: FAILURE, ..failure },
        }
    }
}

/// What a person writes where a file is wrong.
fn what_to_write(mistake: &Mistake) -> Option<String> {
    let place = format!("line {}", mistake.line);
    match &mistake.fault {
        Fault::Unknown { nearest: Some(word), .. } => {
            Some(format!("{place}: there is `{}`, as `{}`", word.name, word.example))
        }
        Fault::Unknown { nearest: None, known, table, .. } => {
            let known: Vec<&str> = known.iter().map(|word| word.name).collect();
            Some(format!("{place}: {table} takes {}", known.join(", ")))
        }
        Fault::Secret { .. } => Some(format!("{place}: take it out, and set FORKFUL_API_KEY or OPENAI_API_KEY")),
        Fault::Value { nearest: Some(nearest), word, .. } => {
            Some(format!("{place}: write `{} = \"{nearest}\"`", word.name))
        }
        Fault::Type { word, .. } | Fault::Value { word, .. } => {
            Some(format!("{place}: write it as `{}`", word.example))
        }
        Fault::NoEnd { missing: "url" } => Some(format!("{place}: write `url = \"https://...\"` below it")),
        Fault::NoPath | Fault::NoEnd { .. } => Some(format!("{place}: write `path = \"talk.vtt\"` below it")),
        Fault::Twice { .. } => Some(format!("{place}: take one of the two out")),
        Fault::NoSource { nearest: Some(nearest), .. } => Some(format!("{place}: there is `{nearest}`")),
        Fault::NoSource { path, .. } => Some(format!("{place}: add it first: `forkful add {path}`")),
        Fault::FloorAboveCap { .. } => Some(format!("{place}: lower the floor or raise the cap")),
        Fault::PinAndTier { .. } => Some(format!("{place}: a pin is `tier = \"pin\"`; keep one of the two")),
        Fault::Syntax { .. } => None,
    }
}
