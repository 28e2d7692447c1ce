//! Lines of a stranger's file, and how many of them and how long they may be.

use std::io::{BufRead, Read as _};

use super::Refusal;
use super::dress::{CLOSING, OPENING, is_damage, undress};

/// The most that a file may ask of its reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one line.
    pub line_bytes: usize,
    /// Objects.
    pub objects: usize,
    /// Bytes of the whole file, unpacked.
    pub total_bytes: usize,
}

impl Limits {
    /// 64 MiB a line, two million objects, 2 GiB.
    pub const STANDARD: Self = Self { line_bytes: 64 << 20, objects: 2_000_000, total_bytes: 2 << 30 };
}

/// Lines of a bounded length from a file of a bounded length, unpacked, and of a page only its data.
pub(super) struct Lines<'a> {
    input: Box<dyn BufRead + 'a>,
    pub(super) limits: Limits,
    /// Number of the line that was read last, from 1.
    pub(super) number: usize,
    n_bytes: usize,
    is_page: bool,
    /// Whether the line that was read last has no end.
    pub(super) is_torn: bool,
}

impl<'a> Lines<'a> {
    pub(super) fn new(input: impl BufRead + 'a, limits: Limits) -> Result<Self, Stop> {
        let (input, is_page) = undress(input).map_err(stop)?;
        let mut lines = Self { input, limits, number: 0, n_bytes: 0, is_page: false, is_torn: false };
        if is_page {
            loop {
                let line = lines.next()?.ok_or(Refusal::NotForkful)?;
                if line.trim_ascii() == OPENING.as_bytes() {
                    break;
                }
            }
        }
        Ok(Self { is_page, ..lines })
    }

    /// The next line without its end, or nothing at the end of the file.
    pub(super) fn next(&mut self) -> Result<Option<Vec<u8>>, Stop> {
        let room = self.limits.line_bytes.saturating_add(2);
        let mut line = Vec::new();
        let mut bounded = self.input.by_ref().take(room as u64);
        bounded.read_until(b'\n', &mut line).map_err(stop)?;
        if line.is_empty() {
            return Ok(None);
        }
        self.number += 1;
        self.n_bytes += line.len();
        self.is_torn = line.last() != Some(&b'\n');
        if !self.is_torn {
            line.pop();
        }
        if line.len() > self.limits.line_bytes {
            return Err(Refusal::LongLine { limit: self.limits.line_bytes }.into());
        }
        if self.n_bytes > self.limits.total_bytes {
            return Err(Refusal::Large { limit: self.limits.total_bytes }.into());
        }
        if self.is_page && line.trim_ascii() == CLOSING.as_bytes() {
            return Ok(None);
        }
        Ok(Some(line))
    }
}

/// Why reading stopped early.
pub(super) enum Stop {
    Io(std::io::Error),
    Refused(Refusal),
    /// What was read could not be set aside.
    Aside(crate::store::Error),
}

/// A broken wrapping is the file's fault, anything else the reader's.
fn stop(error: std::io::Error) -> Stop {
    if is_damage(&error) { Stop::Refused(Refusal::Packing(error)) } else { Stop::Io(error) }
}

impl<T: Into<Refusal>> From<T> for Stop {
    fn from(refusal: T) -> Self {
        Self::Refused(refusal.into())
    }
}
