//! Everything that is not a discussion: essays, pages, transcripts, plain text, data.
//!
//! One file a format. [`captions`] is shared by the transcript formats: it merges rolling captions
//! and lays speaker turns out as paragraphs with thin time marks.

mod captions;
mod mark;
mod page;

pub(super) mod csv;
pub(super) mod html;
pub(super) mod json;
pub(super) mod markdown;
pub(super) mod srt;
pub(super) mod text;
pub(super) mod transcript;
pub(super) mod webvtt;
