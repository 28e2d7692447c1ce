//! The page of `plan -i`: sources, the strip of their tokens, and the budget on a slider.
//!
//! [`Page`] is a value: [`update()`] gives the next one for a key, [`draw()`] paints one into a buffer, and
//! both are tested without a terminal. What a key does to the plan is decided in `workspace::Trial`.
//! `terminal.rs` is the edge: it alone reads keys, shows buffers and gives the terminal back as it was.

mod draw;
mod state;
mod strip;
mod terminal;
#[cfg(test)]
mod tests;
mod update;

pub(super) use draw::draw;
pub(super) use state::{Page, Want};
pub(super) use terminal::run;
pub(super) use update::{Key, update};
