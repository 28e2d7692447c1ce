//! The values of forkful: what the other rooms pass to each other.
//!
//! A [`Document`] is one readable text with its [`Section`]s; a [`Thread`] is a discussion as read
//! from an export, which becomes a document; a [`Message`] is one entry of a branch,
//! a [`Conversation`] the tree of messages that another program keeps.
//! [`Digest`] names content by its SHA-256, [`Timestamp`] names a moment without reading a clock.
//! Nothing here does IO, counts tokens or knows a file format.

mod canonical;
mod cause;
mod conversation;
mod cue;
mod day;
mod digest;
mod document;
mod lines;
mod message;
mod nearest;
mod problem;
mod sheet;
mod thread;
mod timestamp;
mod usage;

pub use canonical::{canonical, is_canonical, is_tag, line, turns};
pub use cause::chain;
pub use conversation::{Attachment, Conversation, Node};
pub use cue::{Align, Cue, Region, Settings, Vertical};
pub use day::iso_day;
pub use digest::{Digest, Hashing, ParseDigestError};
pub use document::{Counts, Document, Kind, Link, ParseKindError, Quality, Section, SectionKind, Summary};
pub use lines::{ended_lines, lines};
pub use message::{Message, Part, Role};
pub use nearest::nearest;
pub use problem::{Problem, Severity};
pub use sheet::Sheet;
pub use thread::{Answers, Post, Thread};
pub use timestamp::{Timestamp, clock_mark};
pub use usage::Usage;
