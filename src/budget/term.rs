//! The words of a text that carry meaning, as stems.

use rust_stemmers::{Algorithm, Stemmer};

/// Reads terms out of text.
pub(super) struct Reader {
    stemmer: Stemmer,
}

impl Reader {
    pub(super) fn new() -> Self {
        Self { stemmer: Stemmer::create(Algorithm::English) }
    }

    /// Stems of the words that carry meaning; a character of a script without blanks is a word.
    pub(super) fn each_term(&self, text: &str, mut take: impl FnMut(&str)) {
        let mut word = String::new();
        let end = |word: &mut String, take: &mut dyn FnMut(&str)| {
            if !word.is_empty() && !STOP_WORDS.contains(&word.as_str()) {
                take(&self.stemmer.stem(word));
            }
            word.clear();
        };
        for character in text.chars() {
            if character >= '\u{2e80}' && character.is_alphabetic() {
                end(&mut word, &mut take);
                take(character.encode_utf8(&mut [0; 4]));
            } else if character.is_alphanumeric() {
                word.extend(character.to_lowercase());
            } else if !matches!(character, '\'' | '’') {
                end(&mut word, &mut take);
            }
        }
        end(&mut word, &mut take);
    }
}

/// English words that say nothing of a topic.
const STOP_WORDS: &[&str] = &[
    "a", "about", "after", "all", "also", "an", "and", "any", "are", "as", "at", "be", "been", "but", "by", "can",
    "could", "did", "do", "does", "during", "for", "from", "had", "has", "have", "he", "her", "his", "how", "i", "if",
    "in", "into", "is", "it", "its", "me", "my", "no", "not", "of", "on", "one", "or", "our", "out", "s", "say",
    "said", "she", "should", "so", "some", "t", "than", "that", "the", "their", "them", "then", "there", "these",
    "they", "this", "to", "up", "was", "we", "were", "what", "when", "where", "which", "who", "why", "will", "with",
    "would", "you", "your",
];
