//! How much of a stranger's server is borne.

use std::time::Duration;

/// Time, size and shape that an answer may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// From the first packet to an open connection.
    pub connect: Duration,
    /// From the request to the end of the headers.
    pub head: Duration,
    /// The longest pause within a body.
    pub idle: Duration,
    /// From the request to the end of the body.
    pub total: Duration,
    /// Bytes a second that a body must keep up on average, once [`Self::grace`] is over.
    pub slowest: u64,
    /// How long a body may be as slow as it likes.
    pub grace: Duration,
    /// Bytes of a body, unpacked.
    pub bytes: u64,
    /// How many times its size a packed body may become, once it is [`Self::ratio_from`] bytes.
    pub ratio: u64,
    /// Bytes up to which any ratio is fine.
    pub ratio_from: u64,
    /// How many headers there may be.
    pub headers: usize,
    /// Bytes of all names and values together.
    pub header_bytes: usize,
    /// How many times an address may lead to another.
    pub redirects: usize,
}

impl Limits {
    /// For pages and papers.
    pub const STANDARD: Self = Self {
        connect: Duration::from_secs(10),
        head: Duration::from_secs(15),
        idle: Duration::from_secs(20),
        total: Duration::from_mins(2),
        slowest: 1024,
        grace: Duration::from_secs(10),
        bytes: 32 * 1024 * 1024,
        ratio: 200,
        ratio_from: 1024 * 1024,
        headers: 100,
        header_bytes: 64 * 1024,
        redirects: 10,
    };
}
