//! forkful: a measured portion, on a fork.
//!
//! Rooms in the order of the pipeline, lowest floor first; ARCHITECTURE.md is the map.

pub mod budget;
pub mod content;
pub mod tokens;
pub mod net;
pub mod send;
pub mod fork;
pub mod store;
pub mod gather;
