//! forkful: a measured portion, on a fork.
//!
//! Rooms in the order of the pipeline, lowest floor first; ARCHITECTURE.md is the map.

pub mod content;
pub mod cores;
pub mod prompts;

pub mod net;
pub mod store;
pub mod tokens;

pub mod catalog;

pub mod budget;
pub mod gather;
pub mod mock;
pub mod send;

pub mod bundle;

pub mod fork;

pub mod workspace;

pub mod serve;

pub mod cli;
