//! What to type next when a source cannot be read.

use super::super::remedy;
use super::link::is_link;
use super::{Failure, USAGE, chain};
use crate::content::line;
use crate::gather;

/// Conversations that are listed where words mean several.
const LISTED: usize = 8;

impl From<gather::Error> for Failure {
    fn from(error: gather::Error) -> Self {
        if is_link(&error) {
            return Self::link(&error);
        }
        let failure = Self::error(chain(&error));
        if let Some(hint) = remedy::of(&error) {
            return failure.hint(hint);
        }
        match error {
            gather::Error::Missing { nearest: Some(nearest), .. } => failure.hint(format!("there is `{nearest}`")),
            gather::Error::Missing { path, .. } if path.contains(['*', '?']) => {
                failure.hint("the shell expands patterns outside of quotes; a folder is read whole: `forkful read .`")
            }
            gather::Error::NothingInFolder { .. } => nothing_in(failure, error),
            gather::Error::Binary { looks_like: Some(format), .. } => {
                failure.hint(format!("it looks like {format}, which is not read yet; export it as text or Markdown"))
            }
            gather::Error::Binary { looks_like: None, .. } => failure.hint("`forkful formats` lists what can be read"),
            gather::Error::UnknownFormat { nearest, .. } => {
                let failure = Self { code: USAGE, ..failure };
                match nearest {
                    Some(nearest) => failure.hint(format!("there is `{nearest}`; `forkful formats` lists them all")),
                    None => failure.hint("`forkful formats` lists what can be read"),
                }
            }
            gather::Error::NotInside { name, item: "document", .. } => {
                failure.hint(format!("it is read whole: `forkful read {name}`"))
            }
            gather::Error::Several { name, found, .. } => several(failure, &name, &found),
            gather::Error::Scheme { .. } => Failure { code: USAGE, ..failure }
                .hint("http and https are; fetch it with another program and name the file"),
            gather::Error::Archive { name, reason } if reason.contains("encrypted") => {
                failure.hint(format!("unpack it and name the folder: `7z x {}`", archive(&name)))
            }
            gather::Error::Archive { .. } => failure.hint("get it again, or unpack it and name the folder"),
            gather::Error::NotInside { name, .. } | gather::Error::TooLarge { name, .. } => {
                failure.hint(format!("`forkful read {name} --list` shows what it holds; `{name}#ID` reads one of it"))
            }
            gather::Error::Blocked { .. } => failure.hint("save the page from a browser where it can be read"),
            _ => failure,
        }
    }
}

/// A folder that gave nothing: what was passed over and why, and what is to be done about the first of it.
fn nothing_in(failure: Failure, error: gather::Error) -> Failure {
    let (is_ignored, is_empty) = (error.is_by_ignore_files(), error.is_of_nothing());
    let gather::Error::NothingInFolder { problems, first, .. } = error else { return failure };
    let hints = match first {
        Some(error) => Failure::from(*error).hints,
        None if is_ignored => vec!["`--no-ignore` reads what .gitignore leaves out".to_owned()],
        None if is_empty => vec!["name another folder, or a file".to_owned()],
        None => vec!["a file that is named is always read".to_owned()],
    };
    Failure { reasons: problems, hints, ..failure }
}

/// The conversations that words may mean, each as it is named alone.
fn several(failure: Failure, name: &str, found: &[gather::Candidate]) -> Failure {
    let listed = found.iter().take(LISTED).map(|(id, title)| {
        let title = line(title.as_deref().unwrap_or("(no title)"));
        match id {
            Some(id) => format!("`{name}#{id}` is \"{title}\""),
            None => format!("longer words name it alone: \"{title}\""),
        }
    });
    let failure = listed.fold(failure, Failure::hint);
    match found.len().saturating_sub(LISTED) {
        0 => failure,
        n => failure.hint(format!("{n} more: `forkful read {name} --list`")),
    }
}

/// The archive that a member is of.
fn archive(member: &str) -> &str {
    member.find(".zip/").map_or(member, |at| &member[..at + ".zip".len()])
}
