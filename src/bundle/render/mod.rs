//! Bundles as bytes, one file a target format.
//!
//! A [`Renderer`] is the frame's pieces as functions and a way to write source text. Every piece
//! ends and starts so that the counts of pieces and source text add up; where a format cannot do
//! that, `additive` is false and the joint count decides.

mod markdown;
mod messages;
mod text;
mod xml;

use std::borrow::Cow;

use super::frame::{Frame, Item};
use crate::budget::{Measure, Portion, assemble};
use crate::content::{Document, Sheet};
use crate::tokens::{Encoding, Tokens, count_piece};

/// A target format.
#[derive(Debug, Clone, Copy)]
pub struct Renderer {
    /// The word after `-F`.
    pub name: &'static str,
    /// What it is good for, in a few words.
    pub about: &'static str,
    /// Raised with every change of the bytes.
    pub version: u32,
    /// Source text as the format writes it.
    pub escape: fn(&str) -> Cow<'_, str>,
    /// In front of everything.
    opening: fn(&Frame) -> String,
    /// In front of one document.
    open: fn(&Frame, &Item) -> String,
    /// After one document; `last` says that none follows.
    close: fn(&Frame, &Item, last: bool) -> String,
    /// After everything.
    closing: &'static str,
    /// The whole in its outer form.
    wrap: Option<fn(&str) -> String>,
}

/// What of a document is rendered.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part<'a> {
    pub document: &'a Document,
    pub portion: &'a Portion,
}

/// Every target format, the default first.
pub const RENDERERS: &[Renderer] = &[markdown::RENDERER, xml::RENDERER, text::RENDERER, messages::RENDERER];

impl Renderer {
    /// The renderer called `name`.
    pub fn named(name: &str) -> Option<&'static Self> {
        RENDERERS.iter().find(|renderer| renderer.name == name)
    }

    /// Name and version, as a manifest records them: `md/1`.
    pub fn tag(&self) -> String {
        format!("{}/{}", self.name, self.version)
    }

    /// Whether the counts of the parts add up to the count of the whole.
    pub fn additive(&self) -> bool {
        self.wrap.is_none()
    }

    /// How units are measured for this format.
    pub fn measure(&self, encoding: Encoding) -> Measure {
        Measure { encoding, escape: self.escape }
    }

    /// Cost of the frame alone: exact where counts add up.
    pub(super) fn frame_cost(&self, frame: &Frame, encoding: Encoding) -> Tokens {
        let pieces = frame.items.iter().enumerate().flat_map(|(index, item)| {
            [(self.open)(frame, item), (self.close)(frame, item, index + 1 == frame.items.len())]
        });
        let ends = [(self.opening)(frame), self.closing.to_owned()];
        ends.into_iter().chain(pieces).map(|piece| count_piece(encoding, &piece)).sum()
    }

    /// The bytes: the frame with each document's kept segments, its gaps and folds marked.
    pub(super) fn render(&self, frame: &Frame, parts: &[Part<'_>]) -> String {
        let mut out = (self.opening)(frame);
        for (index, (item, Part { document, portion })) in frame.items.iter().zip(parts).enumerate() {
            out += &(self.open)(frame, item);
            out += &assemble(&document.text, portion, self.escape);
            out += &(self.close)(frame, item, index + 1 == frame.items.len());
        }
        out += self.closing;
        match self.wrap {
            Some(wrap) => wrap(&out),
            None => out,
        }
    }
}

/// Each document without a frame, for a provider that takes documents one by one.
pub(super) fn sheets(frame: &Frame, parts: &[Part<'_>]) -> Vec<Sheet> {
    let sheet = |(item, Part { document, portion }): (&Item, &Part<'_>)| Sheet {
        title: format!("{} {}", item.id, item.title),
        context: provenance(item),
        text: assemble(&document.text, portion, plain),
    };
    frame.items.iter().zip(parts).map(sheet).collect()
}

/// Author, date, address and kind in one line that ends in the kind.
fn provenance(item: &Item) -> String {
    let fields = [item.author.as_deref(), item.date.as_deref(), item.url.as_deref(), Some(item.kind)];
    fields.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// Source text as it stands.
fn plain(text: &str) -> Cow<'_, str> {
    Cow::Borrowed(text)
}
