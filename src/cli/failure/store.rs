//! What a person is told when the store cannot be used.

use super::{Failure, MISMATCH, USAGE, chain};
use crate::store::Error;
use crate::store::exchange::Refusal;

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let failure = Self::error(chain(&error));
        match error {
            Error::Corrupt { .. } | Error::CorruptRow { .. } => {
                Self { code: MISMATCH, ..failure }.hint("`forkful verify` checks the whole store")
            }
            Error::Damaged { path, .. } => {
                let folder = path.parent().unwrap_or(&path).display();
                Self { code: MISMATCH, ..failure }.hint(format!(
                    "`forkful verify --from COPY.forkful` mends what it can reach; else move it away, \
                     `mv {folder} {folder}.damaged`, and bring a copy in: `forkful import COPY.forkful`"
                ))
            }
            Error::Full { .. } => failure.hint("make room on its disk; what was kept before is still there"),
            Error::Package { source, .. } => {
                Self { code: MISMATCH, ..failure }.hint(format!("nothing was written; {}", remedy(&source)))
            }
            Error::Prerequisites { .. } => {
                failure.hint("nothing was written; ask for the whole file: `forkful export` without `--since`")
            }
            Error::Withheld { .. } => {
                failure.hint("pack the same sources, or ask for the file with its sources; branches can be read")
            }
            Error::NewerStore { .. } | Error::NewerRecord { .. } => failure.hint("update forkful"),
            Error::Folder { .. } | Error::NotAStore { .. } => {
                failure.hint("name another folder with `--store DIR`")
            }
            Error::Aside { .. } => {
                failure.hint("nothing was written; what comes in needs its size in room there")
            }
            Error::ReadOnly { .. } => {
                failure.hint("its permissions forbid it: what is there can be read; to write, copy the folder and name it with `--store DIR`")
            }
            Error::OlderStore { .. } => {
                failure.hint("copy the folder to where it can be written and name it with `--store DIR`")
            }
            Error::Swept { .. } => failure.hint("what `forkful gc --prune` freed is gone for good"),
            Error::NoOperation { .. } => failure.hint("`forkful operations` lists them"),
            Error::Moved { .. } | Error::Remarked { .. } => failure.hint("run the command again"),
            Error::Taken { .. } => failure.hint("choose another name"),
            Error::Name(_) => Self { code: USAGE, ..failure },
            _ => failure,
        }
    }
}

/// What to do about a file that is refused.
fn remedy(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::Large { .. } | Refusal::LongLine { .. } => "allow more with `--max-bytes N`",
        Refusal::ManyObjects { .. } => "allow more with `--max-objects N`",
        Refusal::Newer { .. } | Refusal::UnknownCapability { .. } => "update forkful",
        Refusal::NotForkful => "`forkful read FILE` reads other formats",
        _ => "ask for the file again",
    }
}
