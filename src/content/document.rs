//! One readable text with where it came from and where it may be cut.

use std::fmt;
use std::ops::Range;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Cue, Digest};

use super::Conversation;

/// One readable text, in canonical form (see [`super::canonical()`]), with its sections.
///
/// Absent is absent: an empty title, author, date, URL or language is `None`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Document {
    /// Name of the reader that made it, as `forkful formats` would list it: `thread-md`, `webvtt`.
    pub format: String,
    /// What the text is to a reader.
    pub kind: Kind,
    /// How its source tells it from others beside it: the id of a conversation in an export.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub id: Option<String>,
    /// The name the text gives itself.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub title: Option<String>,
    /// Who wrote or speaks it, as the source names them.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub author: Option<String>,
    /// The day or moment it was published, as the source writes it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub date: Option<String>,
    /// Where it stands on the web.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub url: Option<String>,
    /// The site that it stands on, as a page names it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub site: Option<String>,
    /// BCP 47 language tag, when the source says it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub language: Option<String>,
    /// The text, canonical Markdown or prose.
    pub text: String,
    /// Byte ranges of `text` in order, without overlap, covering every character that is not white space.
    pub sections: Vec<Section>,
    /// Links in the order they stand in the text.
    pub links: Vec<Link>,
    /// What the source held.
    pub counts: Counts,
    /// How far the text can be trusted to be the whole source.
    pub quality: Quality,
    /// Why it cannot be trusted to be all of it; absent where it can.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub quality_reason: Option<String>,
    /// Captions as the source gave them, for transcripts that have them.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub cues: Vec<Cue>,
    /// The document in whose place it stands, where it is a summary that a model wrote.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub summary: Option<Summary>,
    /// The conversation that it lays flat, whole; only where the tree was asked for.
    #[serde(skip)]
    pub conversation: Option<Arc<Conversation>>,
}

impl Document {
    /// Says that the text is no better than `quality`, and why: the worst word stands, every reason is kept.
    pub fn doubt(&mut self, quality: Quality, reason: impl Into<String>) {
        let reason = reason.into();
        self.quality = self.quality.max(quality);
        self.quality_reason = Some(match self.quality_reason.take() {
            Some(before) if before.split("; ").any(|told| told == reason) => before,
            Some(before) => format!("{before}; {reason}"),
            None => reason,
        });
    }
}

/// Whose summary a document is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// The document that it sums up.
    pub of: Digest,
    /// The model that wrote it, as its server says.
    pub model: String,
    /// The answer that it is, whose run says the rest.
    pub message: Digest,
}

/// A byte range of a document's text that may be kept or dropped whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Section {
    /// First byte in the document's text.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
    /// What the range is.
    pub kind: SectionKind,
    /// How a citation names it: `post 2`, `41:07`, a heading's text.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub label: Option<String>,
    /// Who wrote or said it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub author: Option<String>,
    /// When: RFC 3339 for posts, `h:mm:ss` into the recording for turns.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub time: Option<String>,
    /// Label of the section that this one answers.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reply_to: Option<String>,
}

impl Section {
    /// The byte range in the document's text.
    pub fn range(&self) -> Range<usize> {
        self.start..self.end
    }
}

/// What a section is in its document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SectionKind {
    /// One post of a thread, or one message of a chat.
    Post,
    /// What one speaker says, or one timed paragraph of a transcript.
    Turn,
    /// A heading with the body up to the next heading.
    Heading,
    /// A paragraph, list, table or code block without a heading of its own.
    Paragraph,
}

/// A link with the text it stood in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// The address as the source gives it; short links stay short.
    pub url: String,
    /// The words that carry the link, where they are not the address itself.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub text: Option<String>,
    /// Byte offset in the document's text where the link stands.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub start: Option<usize>,
}

/// What a source held, before and after the reader's defaults.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Posts, cues, turns or sections in the source.
    pub items: usize,
    /// Those that the text holds.
    pub visible: usize,
    /// Those left out by a rule of the reader, such as repeats.
    pub hidden: usize,
    /// Leaves of the reply tree; 1 for a text without one.
    pub branches: usize,
}

/// What a document is to a reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names are the words of the glossary")]
pub enum Kind {
    Thread,
    Chat,
    Transcript,
    Essay,
    Page,
    Paper,
    Book,
    Mail,
    Text,
    Data,
}

impl Kind {
    /// Every kind, in the order the glossary lists them.
    pub const ALL: [Self; 10] = [
        Self::Thread,
        Self::Chat,
        Self::Transcript,
        Self::Essay,
        Self::Page,
        Self::Paper,
        Self::Book,
        Self::Mail,
        Self::Text,
        Self::Data,
    ];

    /// The lower-case word, as in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Thread => "thread",
            Self::Chat => "chat",
            Self::Transcript => "transcript",
            Self::Essay => "essay",
            Self::Page => "page",
            Self::Paper => "paper",
            Self::Book => "book",
            Self::Mail => "mail",
            Self::Text => "text",
            Self::Data => "data",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The word names no kind of document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no such kind of document: {0}")]
pub struct ParseKindError(pub String);

impl FromStr for Kind {
    type Err = ParseKindError;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|kind| kind.name() == word).ok_or_else(|| ParseKindError(word.to_owned()))
    }
}

/// How far a document's text can be trusted to be the whole source, the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Quality {
    /// All that the source held.
    Complete,
    /// The source itself holds only a part: a paywall, a truncated export.
    Partial,
    /// The reader doubts its own result.
    Suspect,
    /// Nothing readable came out.
    Failed,
}

impl Quality {
    /// The lower-case word, as in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Partial => "partial",
            Self::Suspect => "suspect",
            Self::Failed => "failed",
        }
    }
}
