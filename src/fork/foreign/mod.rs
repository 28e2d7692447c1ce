//! Trees of other programs: how they become branches, and how branches become theirs.
//!
//! `plant` makes messages of a [`Conversation`] and `lift` makes a conversation of messages.
//! What no hash covers (ids, times, models, what its program keeps beside the talk) goes into the runs
//! of the messages as an [`Origin`], so that a tree that came from a program goes back there as it was.
//! A [`Dialect`] writes conversations in the shape of one program; reading them is the room
//! `gather`'s part. Nothing here reads a file or knows a bundle's sources.

mod chatgpt;
mod claude;
mod jsonl;
mod librechat;
mod lift;
mod open_webui;
mod origin;
mod plant;
mod sharegpt;
#[cfg(test)]
mod tests;

use crate::content::{Conversation, Role};

pub use lift::{lift, uuid};
pub use origin::{Aside, Origin};
pub use plant::{Planted, plant};

/// The shape in which one program keeps conversations.
#[derive(Debug, Clone, Copy)]
pub struct Dialect {
    /// The word after `--as`; that of its reader, where it has one of its own.
    pub name: &'static str,
    /// Whose it is and what it keeps, in a few words.
    pub about: &'static str,
    /// Whether attached texts have a place of their own in it.
    pub has_attachments: bool,
    /// Whether conversations have ids in it.
    pub has_ids: bool,
    /// Whether a file holds one conversation only.
    pub is_single: bool,
    /// Writes conversations.
    pub write: fn(&[Conversation]) -> String,
}

/// Every shape that is written.
pub const DIALECTS: &[Dialect] =
    &[chatgpt::DIALECT, claude::DIALECT, open_webui::DIALECT, librechat::DIALECT, sharegpt::DIALECT, jsonl::DIALECT];

impl Dialect {
    /// The dialect called `name`.
    pub fn named(name: &str) -> Option<&'static Self> {
        DIALECTS.iter().find(|dialect| dialect.name == name)
    }
}

/// What people call who speaks: the words of `human`, `model` and `system` in a dialect.
fn speaker(role: Role, human: &'static str, model: &'static str) -> &'static str {
    match role {
        Role::User => human,
        Role::Assistant => model,
        Role::System => "system",
    }
}

/// A list of JSON values, one a line.
fn list(values: impl Iterator<Item = String>) -> String {
    format!("[\n{}\n]\n", values.collect::<Vec<_>>().join(",\n"))
}
