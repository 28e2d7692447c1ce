//! One integration binary: the house, the command line, the promises from outside.

mod acceptance;
mod bad_input;
mod expected;
mod floors;
mod json;
mod readme;
mod registry;
mod sending;
mod session;
mod support;
