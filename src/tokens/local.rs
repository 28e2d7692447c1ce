//! Tokenizers from a file: `tokenizer.json` as Llama, Qwen, Mistral and DeepSeek publish theirs.
//!
//! A file is known by the hash of its bytes: that is what a manifest names, so that a bundle says by
//! whose tokens it was measured and no folder or file name gets into it. Special tokens are ordinary text
//! here as everywhere, and no text is truncated or padded whatever the file says.
//! Where such counts add up nobody knows: a piece is counted as it counts after the end of a line, and
//! the joint count decides.
//! The crate that reads such files is built in by the feature `tokenizers`; without it a file is refused.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Mutex;

use super::Tokens;
use crate::content::Digest;

/// A tokenizer that was read from a file and stays for the life of the process.
#[derive(Clone, Copy)]
pub struct Local(&'static Loaded);

struct Loaded {
    digest: Digest,
    name: String,
    about: String,
    engine: engine::Engine,
    /// What [`ANCHOR`] counts alone.
    anchor: usize,
}

/// A tokenizer file cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LocalError {
    /// This forkful was built without the crate that reads them.
    #[error("this forkful was built without tokenizer files")]
    NotBuilt,
    /// The file is no `tokenizer.json`.
    #[error("not a tokenizer.json: {0}")]
    Unreadable(String),
}

/// What a piece is counted behind: most tokenizers treat the start of a text in a way of its own.
const ANCHOR: &str = "\n";

/// Those that were read, each once.
static READ: Mutex<Vec<Local>> = Mutex::new(Vec::new());

impl Local {
    /// Reads the bytes of a `tokenizer.json`.
    pub fn read(bytes: &[u8]) -> Result<Self, LocalError> {
        let digest = Digest::of(bytes);
        if let Some(known) = Self::known(|known| known.0.digest == digest) {
            return Ok(known);
        }
        let engine = engine::Engine::read(bytes)?;
        let anchor = engine.count(ANCHOR);
        let (name, about) = (format!("tokenizer:{digest}"), format!("tokenizer {}", digest.short()));
        let read = Self(Box::leak(Box::new(Loaded { digest, name, about, engine, anchor })));
        READ.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(read);
        Ok(read)
    }

    /// The one of this name, if it was read.
    pub(super) fn named(name: &str) -> Option<Self> {
        Self::known(|known| known.0.name == name)
    }

    fn known(is_it: impl Fn(&Self) -> bool) -> Option<Self> {
        READ.lock().unwrap_or_else(std::sync::PoisonError::into_inner).iter().copied().find(is_it)
    }

    /// The name in manifests: `tokenizer:` and the hash of the file.
    pub(super) fn name(self) -> &'static str {
        &self.0.name
    }

    /// The name that people see.
    pub(super) fn about(self) -> &'static str {
        &self.0.about
    }

    /// The count of a text by itself.
    pub(super) fn count(self, text: &str) -> Tokens {
        tokens(self.0.engine.count(text))
    }

    /// What a piece adds to a text before it.
    pub(super) fn count_piece(self, piece: &str) -> Tokens {
        if piece.is_empty() {
            return Tokens(0);
        }
        tokens(self.0.engine.count(&[ANCHOR, piece].concat()).saturating_sub(self.0.anchor))
    }

    /// The ids of the tokens of a text.
    pub(super) fn ids(self, text: &str) -> Vec<u32> {
        self.0.engine.ids(text)
    }
}

fn tokens(n: usize) -> Tokens {
    Tokens(u32::try_from(n).unwrap_or(u32::MAX))
}

impl fmt::Debug for Local {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.name)
    }
}

impl PartialEq for Local {
    fn eq(&self, other: &Self) -> bool {
        self.0.digest == other.0.digest
    }
}

impl Eq for Local {}

impl PartialOrd for Local {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Local {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.digest.cmp(&other.0.digest)
    }
}

#[cfg(feature = "tokenizers")]
mod engine {
    use super::LocalError;
    use tokenizers::Tokenizer;

    pub(super) struct Engine(Tokenizer);

    impl Engine {
        pub(super) fn read(bytes: &[u8]) -> Result<Self, LocalError> {
            let unreadable = |error: tokenizers::Error| LocalError::Unreadable(error.to_string());
            let mut tokenizer = Tokenizer::from_bytes(bytes).map_err(unreadable)?;
            tokenizer.with_truncation(None).map_err(unreadable)?;
            tokenizer.with_padding(None);
            tokenizer.set_encode_special_tokens(true);
            Ok(Self(tokenizer))
        }

        pub(super) fn count(&self, text: &str) -> usize {
            // What a vocabulary has no token for counts a token a byte: no count is too small.
            self.0.encode_fast(text, false).map_or(text.len(), |encoded| encoded.len())
        }

        pub(super) fn ids(&self, text: &str) -> Vec<u32> {
            self.0.encode_fast(text, false).map_or(Vec::new(), |encoded| encoded.get_ids().to_vec())
        }
    }
}

#[cfg(not(feature = "tokenizers"))]
mod engine {
    use super::LocalError;

    /// There is none.
    pub(super) enum Engine {}

    impl Engine {
        pub(super) fn read(_: &[u8]) -> Result<Self, LocalError> {
            Err(LocalError::NotBuilt)
        }

        pub(super) fn count(&self, _: &str) -> usize {
            match *self {}
        }

        pub(super) fn ids(&self, _: &str) -> Vec<u32> {
            match *self {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_tokenizer_is_refused() {
        let built = cfg!(feature = "tokenizers");
        match Local::read(b"{\"model\": 7}").unwrap_err() {
            LocalError::NotBuilt => assert!(!built),
            LocalError::Unreadable(_) => assert!(built),
        }
        assert_eq!(Local::named("tokenizer:0"), None);
    }
}

#[cfg(all(test, feature = "tokenizers"))]
pub(crate) mod samples {
    use super::super::{Encoding, count, count_piece, encode_ordinary};
    use super::*;

    /// One built as those of Llama 3 and Qwen, one as those of Llama 2 and Mistral; made by `tests/tokenizers/make`.
    pub(crate) fn encodings() -> [Encoding; 2] {
        let files: [&[u8]; 2] = [
            include_bytes!("../../tests/tokenizers/byte-level.json"),
            include_bytes!("../../tests/tokenizers/metaspace.json"),
        ];
        files.map(|bytes| Encoding::Local(Local::read(bytes).expect("a sample is a tokenizer")))
    }

    #[test]
    fn counts_are_those_of_the_file_without_its_frame() {
        // (text, byte-level, metaspace), by the Python package `tokenizers` 0.23.3, as `make` prints them.
        let cases = [
            ("", 0, 0),
            ("Hello world", 5, 6),
            ("One two.\nThree  four, 1234!\n\nFünf 漢字 🙂\n", 35, 36),
            ("<|eot_id|> </s> <think>", 15, 19),
        ];
        for (text, byte_level, metaspace) in cases {
            for (encoding, expected) in encodings().into_iter().zip([byte_level, metaspace]) {
                assert_eq!(count(encoding, text), Tokens(expected), "{text:?}");
                assert_eq!(encode_ordinary(encoding, text).len(), expected as usize);
            }
        }
        // Nothing is cut off at the 512 tokens that the file asks for.
        assert!(count(encodings()[1], &"word ".repeat(4000)) > Tokens(4000));
    }

    #[test]
    fn a_piece_counts_what_it_adds() {
        let text = "One two.\nThree four, 1234!\n\nAnd so on.\n";
        for encoding in encodings() {
            let whole = count(encoding, text);
            // Two cuts go through a token, `.` with its line end and a word: no piece knows, and they count one more.
            for (at, n_more) in [(8, 1), (9, 0), (20, 0), (27, 0), (29, 1)] {
                let (head, tail) = text.split_at(at);
                let parts = count(encoding, head) + count_piece(encoding, tail);
                assert_eq!(parts, whole + Tokens(n_more), "{encoding:?} {head:?}");
            }
        }
    }

    #[test]
    fn a_tokenizer_is_named_by_its_bytes() {
        let [byte_level, metaspace] = encodings();
        assert_ne!(byte_level, metaspace);
        assert_eq!(byte_level, encodings()[0]);
        assert_eq!(byte_level.name().parse(), Ok(byte_level));
        assert_eq!(byte_level.name().len(), "tokenizer:".len() + 64);
        assert!(byte_level.to_string().starts_with("tokenizer ") && !byte_level.is_additive());
    }
}
