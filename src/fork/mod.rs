//! Conversations as branches on a frozen bundle.
//!
//! A message follows another message or a bundle; a branch is a pointer to the last one, and
//! forking writes a new pointer. What comes in are ids, names and addresses as people type them
//! (`main~2`, `@`, `9f3a`); what goes out are chains of messages, [`Turn`]s, moved branches, and the
//! [`log()`] with its drawing. Every move is an operation, and [`undo()`] takes the last one back.
//!
//! Walks use no recursion, so a chain may be as deep as it likes. They end: ids are hashes that every
//! read checks, so no message can be its own ancestor.
//! Nothing here talks to a model, reads a clock or prints.

mod address;
mod branch;
mod chain;
mod draw;
mod error;
pub mod foreign;
mod log;
mod survey;
mod tree;
mod undo;
mod view;

pub use address::{Address, Place, resolve, resolve_in};
pub use branch::{
    Branch, advance, branch, branches, branches_at, check_free, create, delete, free_name, move_to, name_bundle,
    remark, rename, tag, untag,
};
pub use chain::{Turn, append, bundle_of, chain, conversation, following, turns};
pub use draw::{Detail, draw};
pub use error::Error;
pub use log::{Look, Scope, Tree, log, look, moments, of_bundle, recent, status};
pub use survey::{Known, Survey};
pub use tree::{Node, Row, Status, layout};
pub use undo::{redo, undo, undo_to};
pub use view::View;
