//! What the provider says where nobody wrote an answer: the same for the same request, and no more
//! than it is.

use crate::content::{Digest, line};

/// Words that say nothing.
const WORDS: [&str; 32] = [
    "the", "bench", "keeps", "a", "card", "for", "each", "job", "and", "reads", "it", "before", "spring", "so", "that",
    "nobody", "must", "ask", "twice", "what", "was", "agreed", "on", "paper", "while", "others", "forget", "their",
    "notes", "or", "burn", "them",
];

/// An answer of about so many words; each take of one request is another.
pub(super) fn answer(question: &str, n_tokens: u64, n_words: usize, request: Digest, take: u32) -> String {
    let asked: String = line(question).chars().take(60).collect();
    let mut text = format!("A rehearsal: {n_tokens} tokens came, nobody has read them. Asked: {asked}");
    let mut seed = Digest::of(&[request.as_bytes().as_slice(), &take.to_le_bytes()].concat());
    let mut place = 0;
    let n_said = text.split(' ').count();
    for number in n_said..n_words.max(n_said) {
        if place == seed.as_bytes().len() {
            (seed, place) = (Digest::of(seed.as_bytes()), 0);
        }
        let word = WORDS[usize::from(seed.as_bytes()[place]) % WORDS.len()];
        place += 1;
        text += if (number - n_said).is_multiple_of(12) { "\n" } else { " " };
        text += word;
    }
    text + "."
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_follows_from_its_request() {
        let say = |request: &[u8], take| answer("Why?", 100, 30, Digest::of(request), take);
        assert_eq!(say(b"a", 1), say(b"a", 1));
        assert_ne!(say(b"a", 1), say(b"a", 2));
        assert_ne!(say(b"a", 1), say(b"b", 1));
        assert!(say(b"a", 1).starts_with("A rehearsal: 100 tokens came, nobody has read them. Asked: Why?\n"));
        assert_eq!(say(b"a", 1).split_whitespace().count(), 30);
        assert_eq!(
            answer("Why?", 1, 0, Digest::of(b""), 1),
            "A rehearsal: 1 tokens came, nobody has read them. Asked: Why?."
        );
    }
}
