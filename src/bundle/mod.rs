//! One forkable context bundle: frozen text with its manifest.
//!
//! [`Measured`] counts documents as a renderer will write them and plans any budget from that; a plan
//! is rendered and its bytes counted again as one text; [`freeze()`] names the result by its hash.
//! A bundle holds no clock, path, host or locale: the same documents, policies and budget give the
//! same bytes everywhere. It is never changed; another question or budget makes another bundle.
//! Counts add up unit by unit in additive formats; in the others the joint count decides.

mod frame;
mod freeze;
mod plan;
mod precedence;
pub mod quotation;
pub mod render;
mod split;

#[cfg(all(test, feature = "tokenizers"))]
mod joint;
#[cfg(test)]
mod promises;

use std::sync::Arc;

use crate::content::{Digest, Document};
use crate::store::record::BundleRecord;
use crate::tokens::Tokens;
use crate::{budget, store};

pub use freeze::freeze;
pub use plan::{Duplicates, Entry, Measured, Planned, Request};
pub use split::Part;

/// A frozen bundle with the documents it was cut from.
#[derive(Debug, Clone, PartialEq)]
pub struct Bundle {
    /// Hash of the manifest, which holds the hash of the text and of every document.
    pub id: Digest,
    /// The manifest.
    pub manifest: BundleRecord,
    /// The documents in the order of the manifest, whole.
    pub documents: Vec<Arc<Document>>,
    /// The rendered text: what a model reads.
    pub text: Arc<String>,
    /// The records of the documents, as they were frozen.
    records: Vec<store::Object>,
}

/// A bundle cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Pins, floors or the frame alone exceed the budget.
    #[error(transparent)]
    Budget(#[from] budget::Error),
    /// The reserve leaves nothing of the budget.
    #[error("the reserve of {reserve} tokens leaves nothing of the budget of {budget}")]
    Reserve {
        /// Tokens kept free.
        reserve: Tokens,
        /// Tokens there are.
        budget: Tokens,
    },
    /// A piece without a place to cut it is larger than a part.
    #[error("a piece that cannot be cut needs {needed} tokens, a part has {size}")]
    TooLarge {
        /// Index of its document.
        entry: usize,
        /// What a part with nothing else would take.
        needed: Tokens,
        /// The size of a part.
        size: Tokens,
    },
    /// There is nothing to pack.
    #[error("no sources to pack")]
    Empty,
    /// The sum of the units is not the count of the text: a defect of forkful.
    #[error("the parts count {parts} tokens, the text counts {text}: this is a defect of forkful")]
    Recount {
        /// Sum over frame, units and markers.
        parts: Tokens,
        /// Joint count of the rendered bytes.
        text: Tokens,
    },
    /// A stored manifest names bytes that its documents do not have.
    #[error("bundle {id} does not fit its documents")]
    Misfit {
        /// The bundle.
        id: Digest,
    },
    /// The manifest cannot be put into its stored form.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl Bundle {
    /// The objects of the bundle, what is pointed to first.
    pub fn objects(&self) -> Result<Vec<store::Object>, Error> {
        Ok(self.each_object().collect::<Result<_, _>>()?)
    }

    /// The objects of a bundle that was frozen here, what is pointed to first; each is made in its turn.
    pub fn each_object(&self) -> impl Iterator<Item = Result<store::Object, store::Error>> {
        let documents = self.documents.iter().zip(&self.records);
        let documents =
            documents.flat_map(|(document, record)| [store::Object::blob(document.text.as_bytes()), record.clone()]);
        let text = std::iter::once_with(|| store::Object::text(&self.text));
        let manifest = std::iter::once_with(|| store::Object::of(&self.manifest));
        documents.chain(text).map(Ok).chain(manifest)
    }
}
