//! A key, which nothing prints.

use std::fmt;

/// What replaces a key where a text held one.
pub(super) const MASK: &str = "***";

/// An API key; `Debug` shows a mask, there is no `Display` and no serde.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Takes the key without the white space around it, which files and shells add.
    pub fn new(key: &str) -> Self {
        Self(key.trim().to_owned())
    }

    /// Whether there is no key at all, as with a variable set to nothing.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Replaces the key wherever `text` holds it.
    pub fn redact(&self, text: &str) -> String {
        if self.is_empty() { text.to_owned() } else { text.replace(&self.0, MASK) }
    }

    /// The key itself, for the header of a live request.
    pub(super) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({MASK})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_never_shown() {
        let key = Secret::new(" sk-harbour-4711\n");
        assert_eq!(format!("{key:?}"), "Secret(***)");
        assert_eq!(key.redact("Bearer sk-harbour-4711, sk-harbour-4711"), "Bearer ***, ***");
        assert_eq!(key.redact("sk-harbour-4712"), "sk-harbour-4712");
        assert_eq!(Secret::new(" ").redact("a b"), "a b");
    }
}
