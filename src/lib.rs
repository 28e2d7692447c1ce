//! forkful: a measured portion, on a fork.

pub mod content;
