//! What can go wrong between a person's words and a branch.

use crate::content::Digest;
use crate::store;

/// An address that leads nowhere, a name that is taken, or a store that refuses.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The store refuses, or somebody else was first.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The text cannot be a name.
    #[error(transparent)]
    Name(#[from] store::NameError),
    /// No branch, bundle, tag or id is meant by it.
    #[error("no such branch, bundle or id: {name}")]
    Unknown {
        /// What was written.
        name: String,
        /// The existing name that looks most like it.
        nearest: Option<String>,
    },
    /// Several ids start so.
    #[error("{prefix} is the start of {} ids", ids.len())]
    Ambiguous {
        /// What was written.
        prefix: String,
        /// The first of them.
        ids: Vec<Digest>,
    },
    /// The address is not written as one.
    #[error("not an address: {text}")]
    Address {
        /// What was written.
        text: String,
    },
    /// There are not so many turns.
    #[error("{name} has {n_turns} turn{}, it cannot go back {asked}", if *n_turns == 1 { "" } else { "s" })]
    TooFarBack {
        /// Where the walk started.
        name: String,
        /// How many turns there are.
        n_turns: usize,
        /// How many were asked for.
        asked: usize,
    },
    /// Nothing was asked up to there.
    #[error("there is no question at {address}")]
    NoQuestion {
        /// What was written.
        address: String,
    },
    /// No tag has this name.
    #[error("no such tag: {name}")]
    NoTag {
        /// What was written.
        name: String,
        /// The tag that looks most like it.
        nearest: Option<String>,
    },
    /// No command left off anywhere yet.
    #[error("no command left off anywhere yet")]
    NowhereYet,
    /// The name stands for something else.
    #[error("the name {name} is taken by {by}")]
    Taken {
        /// The name.
        name: String,
        /// The pointer that has it.
        by: String,
    },
    /// The messages do not follow each other from the branch's tip.
    #[error("message {id} does not follow {tip}")]
    Detached {
        /// The message.
        id: Digest,
        /// What it should follow.
        tip: Digest,
    },
    /// Nothing can follow this object, or nothing leads from it to a bundle.
    #[error("{id} is no place in a conversation")]
    NoPlace {
        /// The object.
        id: Digest,
    },
    /// The journal has nothing to take back.
    #[error("nothing to undo")]
    NothingToUndo,
    /// The last operation is no undo.
    #[error("nothing to redo")]
    NothingToRedo,
    /// A pointer has moved since the operation, so taking it back would lose that move.
    #[error("{name} has moved since operation {number}")]
    MovedSince {
        /// The operation.
        number: u64,
        /// The pointer.
        name: String,
        /// Where the operation left it.
        expected: Option<Digest>,
        /// Where it is.
        found: Option<Digest>,
    },
}
