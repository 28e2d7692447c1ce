//! Short texts that lie where they are named: ids and moments of many rows.

use std::cmp::Ordering;
use std::ops::Deref;

/// Bytes that need no place of their own.
const INLINE: usize = 22;

/// A text that is usually short.
#[derive(Clone)]
pub struct Short(Place);

#[derive(Clone)]
enum Place {
    Inline { length: u8, bytes: [u8; INLINE] },
    Apart(Box<str>),
}

impl From<&str> for Short {
    fn from(text: &str) -> Self {
        let Ok(length @ 0..=22) = u8::try_from(text.len()) else { return Self(Place::Apart(text.into())) };
        let mut bytes = [0; INLINE];
        bytes[..text.len()].copy_from_slice(text.as_bytes());
        Self(Place::Inline { length, bytes })
    }
}

impl From<String> for Short {
    fn from(text: String) -> Self {
        text.as_str().into()
    }
}

impl Deref for Short {
    type Target = str;

    fn deref(&self) -> &str {
        match &self.0 {
            Place::Inline { .. } => std::str::from_utf8(self.as_bytes()).expect("they were those of a text"),
            Place::Apart(text) => text,
        }
    }
}

impl std::fmt::Debug for Short {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        (**self).fmt(f)
    }
}

impl Short {
    /// Its bytes, which cost no look at whether they are a text.
    pub fn as_bytes(&self) -> &[u8] {
        match &self.0 {
            Place::Inline { length, bytes } => &bytes[..usize::from(*length)],
            Place::Apart(text) => text.as_bytes(),
        }
    }
}

impl PartialEq for Short {
    fn eq(&self, other: &Self) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl Eq for Short {}

impl PartialOrd for Short {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Short {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_bytes().cmp(other.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_of_any_length_is_kept() {
        for length in [0, 1, 21, 22, 23, 255, 256, 300] {
            let text = "é".repeat(length / 2) + &"x".repeat(length % 2);
            assert_eq!(&*Short::from(text.as_str()), text);
        }
        assert!(Short::from("a") < Short::from("b".repeat(30)));
        assert_eq!(size_of::<Option<Short>>(), 24);
    }
}
