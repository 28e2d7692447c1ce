//! What to type next when a link gives nothing.

use super::{FAILURE, Failure, MISMATCH, USAGE, chain};
use crate::gather::{self, fetch};
use crate::net;
use crate::net::guard::{Fault, Refusal};

impl Failure {
    /// Something is not what a lock says.
    pub(in crate::cli) fn mismatch(message: impl Into<String>) -> Self {
        Self { code: MISMATCH, ..Self::error(message) }
    }

    /// A failure with a code of its own.
    pub(in crate::cli) fn coded(code: u8, message: impl Into<String>) -> Self {
        Self { code, ..Self::error(message) }
    }

    /// Several at once: the highest code holds.
    pub(in crate::cli) fn all(failures: Vec<Self>) -> Self {
        let mut all = Self::none();
        for failure in failures {
            all.code = all.code.max(failure.code);
            all.reasons.extend(failure.reasons);
            all.errors.extend(failure.errors);
            for hint in failure.hints {
                if !all.hints.contains(&hint) {
                    all.hints.push(hint);
                }
            }
        }
        all
    }

    /// A link that gave nothing, with what to do about it.
    pub(in crate::cli) fn link(error: &gather::Error) -> Self {
        let failure = Self::error(chain(error));
        match error {
            gather::Error::Fetch(error) => {
                let code = match error.as_ref() {
                    error if error.is_mismatch() => MISMATCH,
                    fetch::Error::Address(_) => USAGE,
                    _ => FAILURE,
                };
                let failure = Self { code, ..failure };
                match hint(error) {
                    Some(hint) => failure.hint(hint),
                    None => failure,
                }
            }
            gather::Error::Blocked { name, .. } => failure.hint(instead(name)),
            _ => failure,
        }
    }

    /// Says what went wrong, without what to do.
    pub(in crate::cli) fn tell_errors(&self) {
        Self { errors: self.errors.clone(), ..Self::none() }.tell();
    }

    /// What to do.
    pub(in crate::cli) fn into_hints(self) -> Vec<String> {
        self.hints
    }
}

/// Whether an error is about something on the web.
pub(super) fn is_link(error: &gather::Error) -> bool {
    match error {
        gather::Error::Fetch(_) => true,
        gather::Error::Blocked { name, .. } => name.contains("://"),
        _ => false,
    }
}

/// A file in the place of a link.
fn instead(url: &str) -> String {
    format!("save it from a browser, or find its text, and say `--as {url}=FILE`")
}

/// The same once more, since it may pass.
fn again(url: &str) -> String {
    format!("it may pass; ask again in a while: `forkful fetch {url}`")
}

fn hint(error: &fetch::Error) -> Option<String> {
    Some(match error {
        fetch::Error::NotKept { url } => format!("without `--offline`: `forkful fetch {url}`"),
        fetch::Error::Robots { .. } => "`--no-robots` fetches it all the same".to_owned(),
        fetch::Error::FailedBefore { url, by_nature: false, .. } => format!("ask again: `--refresh={url}`"),
        fetch::Error::NoText { url, .. }
        | fetch::Error::Closed { url, .. }
        | fetch::Error::Endless { url }
        | fetch::Error::FailedBefore { url, .. } => instead(url),
        fetch::Error::NotLocked { .. } => "without `--locked` it is fetched and locked".to_owned(),
        fetch::Error::Differs { .. } => {
            "`forkful diff --web` shows what changed; `--refresh` instead of `--locked` takes it".to_owned()
        }
        fetch::Error::Address(net::Error::UserInAddress { .. }) => "leave the name and the password out".to_owned(),
        fetch::Error::Net(error) | fetch::Error::Beyond { error, .. } => match &error.fault {
            Fault::Refused(Refusal::Special { host, .. }) => {
                format!("if it is yours, allow it for this command: `--allow-private {host}`")
            }
            Fault::Refused(Refusal::Port { .. }) => format!("name it as a source yourself: `{}`", error.url),
            Fault::Refused(Refusal::Downgrade { .. }) => {
                format!("name the http address yourself, or {}", instead(&error.url.address()))
            }
            Fault::Connect { reason } if reason.contains("UnknownIssuer") => {
                "if you trust its issuer: `--cacert FILE`, with the issuer's certificate as PEM".to_owned()
            }
            Fault::TooLarge { .. } => "allow more with `--max-bytes N`".to_owned(),
            Fault::Late { .. } | Fault::Slow { .. } => "allow more time with `--timeout SECONDS`".to_owned(),
            Fault::Status { status: 404 | 410, .. } => {
                let url = error.url.address();
                format!("check the address; an archive may have it: `https://web.archive.org/web/{url}`")
            }
            Fault::NoHost { .. } => "check how the host is spelled, and your connection".to_owned(),
            Fault::Status { status: 408 | 425 | 500.., .. } | Fault::Connect { .. } | Fault::Broken { .. } => {
                again(&error.url.address())
            }
            Fault::Setup { .. } => return None,
            Fault::Kept { .. } => "make room on the disk, or name another folder with `--store DIR`".to_owned(),
            _ => instead(&error.url.address()),
        },
        _ => return None,
    })
}
