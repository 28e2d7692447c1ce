//! What a piece of text costs in the format that will carry it.

use std::borrow::Cow;

use crate::tokens::{Encoding, Tokens, count};

/// An encoding, and how the format writes source text.
///
/// `escape` works character by character, except that it may treat the first character of a
/// document in its own way; it changes neither line ends nor blanks, so cuts stay cuts.
#[derive(Debug, Clone, Copy)]
pub struct Measure {
    /// The encoding that counts.
    pub encoding: Encoding,
    /// Source text as the format writes it.
    pub escape: fn(&str) -> Cow<'_, str>,
}

impl Measure {
    /// Exact tokens of `text` as written.
    pub fn count(&self, text: &str) -> Tokens {
        count(self.encoding, &(self.escape)(text))
    }
}
