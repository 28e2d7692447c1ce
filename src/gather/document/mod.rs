//! Everything that is not a discussion: essays, pages, transcripts, plain text, data.
//!
//! One file a format. Two are shared by the transcript formats: [`timed`] makes a document of what a
//! file says of a recording, [`captions`] merges rolling captions and lays speaker turns out as
//! paragraphs with thin time marks. [`office`] holds the formats that are zips of XML, and their
//! older relations.

mod captions;
#[cfg(test)]
mod conservation;
mod mark;
mod timed;
mod xml;

pub(super) mod amazon;
pub(super) mod assemblyai;
pub(super) mod code;
pub(super) mod csv;
pub(super) mod deepgram;
pub(super) mod feed;
pub(super) mod html;
pub(super) mod json;
pub(super) mod markdown;
pub(super) mod markup;
pub(super) mod mhtml;
pub(super) mod notebook;
pub(super) mod office;
pub(super) mod opml;
pub(super) mod pdf;
pub(super) mod podcast;
pub(super) mod rev;
pub(super) mod srt;
pub(super) mod text;
pub(super) mod transcript;
pub(super) mod transcript_list;
pub(super) mod ttml;
pub(super) mod webvtt;
pub(super) mod whisper;
pub(super) mod xml_data;
pub(super) mod yaml;
pub(super) mod youtube;

pub(super) use self::mark::seconds;
