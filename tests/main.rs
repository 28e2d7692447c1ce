//! One integration binary: the house, the command line, the promises from outside.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a test may stop, skip with a word, and look for its material"
)]

mod acceptance;
mod asking;
mod bad_input;
mod batch;
mod chat;
mod compress;
mod durability;
mod expected;
mod exports;
mod fan_out;
mod floors;
mod folders;
mod foreign;
mod help;
mod hostile;
mod json;
mod keys;
mod links;
mod mock;
mod models;
mod project;
mod prompts;
mod protocols;
mod readme;
mod registry;
mod sending;
mod session;
mod support;
mod tree;
