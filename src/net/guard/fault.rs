//! What a stranger's address or server does wrong.

use std::io;
use std::time::Duration;

use crate::net::Url;

/// Why nothing came of an address; the address stands in [`Error`].
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The address, or one that it led to, is not dialled.
    #[error("{0}")]
    Refused(Refusal),
    /// There is no host of that name.
    #[error("there is no host {host}")]
    NoHost {
        /// The name.
        host: String,
    },
    /// Nobody answered, or the certificate is no good.
    #[error("cannot connect: {reason}")]
    Connect {
        /// What the system or the TLS library said last.
        reason: String,
    },
    /// Not a byte, or not the next one, in time.
    #[error("it did not {what} within {} seconds", .limit.as_secs())]
    Late {
        /// What did not happen: `answer`, `go on`, `end`.
        what: &'static str,
        /// How long it was waited for.
        limit: Duration,
    },
    /// The body trickles.
    #[error("it sends less than {slowest} bytes a second")]
    Slow {
        /// The limit.
        slowest: u64,
    },
    /// More bytes than a page may have.
    #[error("it is larger than {} bytes", thousands(*.limit))]
    TooLarge {
        /// The limit.
        limit: u64,
    },
    /// A packed body that swells.
    #[error("it swells to more than {ratio} times its size")]
    Swells {
        /// The limit.
        ratio: u64,
    },
    /// More headers, or more bytes of them, than a page may have.
    #[error("its headers are more than anybody reads")]
    Headers,
    /// A packing that is not unpacked.
    #[error("it is packed as {coding}, which was not asked for")]
    Coding {
        /// What it says.
        coding: String,
    },
    /// A packed body that cannot be unpacked to its end.
    #[error("its packed bytes are damaged or cut")]
    Garbled,
    /// The connection ended before the body did, or speaks no HTTP.
    #[error("the connection broke: {reason}")]
    Broken {
        /// What the HTTP library said last.
        reason: String,
        /// Bytes of the body that came before.
        n_bytes: u64,
    },
    /// An address that leads on and on.
    #[error("it leads to another address more than {limit} times")]
    Redirects {
        /// The limit.
        limit: usize,
    },
    /// An address that leads back to itself.
    #[error("it leads in a circle")]
    Circle,
    /// It leads to what is no web address.
    #[error("it leads to what is no web address: {location}")]
    Nowhere {
        /// What it says.
        location: String,
    },
    /// The server says no.
    #[error("the server answers {status}{}", name(*.status))]
    Status {
        /// The status code.
        status: u16,
        /// How long the server asks to wait.
        retry_after: Option<Duration>,
    },
    /// What came could not be kept.
    #[error("cannot keep it: {source}")]
    Kept {
        /// What the disk said.
        source: io::Error,
    },
    /// The client could not be set up.
    #[error("cannot prepare secure connections")]
    Setup {
        /// What the TLS or HTTP library said.
        source: reqwest::Error,
    },
}

/// Why an address is not dialled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It leads into a network that strangers have no business in.
    #[error("{host} is {range}, which links are not followed into")]
    Special {
        /// The host as the address names it.
        host: String,
        /// What its address is.
        range: &'static str,
    },
    /// A port where no web server is expected.
    #[error("links to port {port} are not followed")]
    Port {
        /// The port.
        port: u16,
    },
    /// It leads from an encrypted address of a host to an unencrypted one of it.
    #[error("{host} leads from https to http of itself")]
    Downgrade {
        /// The host.
        host: String,
    },
}

/// An address and what is wrong with it.
#[derive(Debug, thiserror::Error)]
#[error("{url}: {fault}")]
pub struct Error {
    /// The address that was asked.
    pub url: Box<Url>,
    /// What is wrong.
    pub fault: Fault,
}

impl Fault {
    /// With the address that it is about.
    pub fn of(self, url: &Url) -> Error {
        Error { url: Box::new(url.clone()), fault: self }
    }

    /// Whether another attempt may well go better.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Connect { reason } => !reason.contains("certificate"),
            Self::Broken { .. } => true,
            Self::Status { status, .. } => matches!(status, 408 | 425 | 429 | 500 | 502 | 503 | 504),
            _ => false,
        }
    }
}

/// What a status code is called, where that says more than its number.
fn name(status: u16) -> &'static str {
    match status {
        401 => " (log in)",
        402 => " (pay)",
        403 => " (forbidden)",
        404 => " (not found)",
        410 => " (gone)",
        429 => " (too many requests)",
        451 => " (withheld for legal reasons)",
        500 => " (internal error)",
        502..=504 => " (out of service)",
        _ => "",
    }
}

fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let groups = digits.as_bytes().rchunks(3).rev().map(|group| String::from_utf8_lossy(group).into_owned());
    groups.collect::<Vec<_>>().join(",")
}
