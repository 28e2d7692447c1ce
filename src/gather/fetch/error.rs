//! Why nothing came of a link.

use crate::net::{self, Url, guard};

/// A link that gave nothing to read; each variant names it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It is no web address, or one with a name and a password in it.
    #[error(transparent)]
    Address(#[from] net::Error),
    /// The way there is closed, or the server is bad.
    #[error(transparent)]
    Net(#[from] guard::Error),
    /// The same, behind an address that leads there.
    #[error("{url} leads to {error}")]
    Beyond {
        /// The link.
        url: String,
        /// Where it leads, and what is wrong there.
        error: guard::Error,
    },
    /// It was never fetched, and the network is not to be touched.
    #[error("{url} was not fetched yet")]
    NotKept {
        /// The link.
        url: String,
    },
    /// The host asks programs to stay away.
    #[error("{url}: robots.txt of its host asks programs to stay away")]
    Robots {
        /// The address.
        url: String,
    },
    /// It is no text.
    #[error("{url} is {what}, which has no text to read")]
    NoText {
        /// The address.
        url: String,
        /// What it is, by its media type.
        what: String,
    },
    /// The site does not give it.
    #[error("{url}: {reason}")]
    Closed {
        /// The link.
        url: String,
        /// Why.
        reason: &'static str,
    },
    /// One address leads to the next, and so on.
    #[error("{url} leads from site to site without an end")]
    Endless {
        /// The link.
        url: String,
    },
    /// The person stopped it.
    #[error("{url} was not fetched: stopped")]
    Stopped {
        /// The link.
        url: String,
    },
    /// The lock does not know it.
    #[error("{url} is not in the lock")]
    NotLocked {
        /// The link.
        url: String,
    },
    /// It is not what the lock says.
    #[error("{url} is not what the lock says: {what} changed")]
    Differs {
        /// The link.
        url: String,
        /// What is otherwise.
        what: &'static str,
    },
    /// The lock says that there was nothing.
    #[error("{reason} (as when it was locked)")]
    FailedBefore {
        /// The link.
        url: String,
        /// Why there was nothing.
        reason: String,
        /// Whether there never is.
        by_nature: bool,
    },
    /// What came is kept by no disk.
    #[error("cannot keep {url}")]
    Keep {
        /// The address.
        url: String,
        /// What the disk said.
        source: std::io::Error,
    },
}

impl Error {
    /// The link, or what stands in its place.
    pub fn url(&self) -> String {
        match self {
            Self::Net(error) => error.url.address(),
            Self::Address(net::Error::NotAnAddress { url } | net::Error::UserInAddress { url })
            | Self::Beyond { url, .. }
            | Self::NotKept { url }
            | Self::Robots { url }
            | Self::NoText { url, .. }
            | Self::Closed { url, .. }
            | Self::Endless { url }
            | Self::Stopped { url }
            | Self::NotLocked { url }
            | Self::Differs { url, .. }
            | Self::FailedBefore { url, .. }
            | Self::Keep { url, .. } => url.clone(),
            Self::Address(_) => "links".to_owned(),
        }
    }

    /// Whether the link is of a sort that nobody can fetch: told, and no failure.
    pub fn is_by_nature(&self) -> bool {
        matches!(self, Self::NoText { .. } | Self::Closed { .. } | Self::FailedBefore { by_nature: true, .. })
    }

    /// Whether something is otherwise than the lock says.
    pub fn is_mismatch(&self) -> bool {
        matches!(self, Self::NotLocked { .. } | Self::Differs { .. })
    }

    /// What a lock tells of a link that gave nothing.
    pub fn failed_before(url: &str, reason: &str, by_nature: bool) -> Self {
        Self::FailedBefore { url: url.to_owned(), reason: reason.to_owned(), by_nature }
    }

    /// With the link that was followed, where the error is about another address.
    pub(super) fn beyond(self, link: &str) -> Self {
        match self {
            Self::Net(error) if Url::parse(link).is_ok_and(|url| url != *error.url) => {
                Self::Beyond { url: link.to_owned(), error }
            }
            error => error,
        }
    }

    /// What a program may ask for.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Address(_) => "address",
            Self::Net(error) | Self::Beyond { error, .. } => match error.fault {
                guard::Fault::Refused(_) => "refused",
                _ => "network",
            },
            Self::NotKept { .. } => "not-kept",
            Self::Robots { .. } => "robots",
            Self::NoText { .. } => "no-text",
            Self::Closed { .. } => "closed",
            Self::Endless { .. } => "endless",
            Self::Stopped { .. } => "stopped",
            Self::NotLocked { .. } => "not-locked",
            Self::Differs { .. } => "differs",
            Self::FailedBefore { .. } => "failed-before",
            Self::Keep { .. } => "disk",
        }
    }
}
