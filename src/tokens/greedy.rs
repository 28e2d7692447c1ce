//! Byte-pair encoding of a piece of any length, in linear time.
//!
//! The encoding of a piece is the one sequence of tokens of which every two neighbours are what
//! encoding gives for their bytes alone. So tokens are taken greedily, the longest first, each
//! checked against the one before; where nothing fits, the last one is given back and a shorter one
//! tried, and a place once given back is never tried again. (The property behind it: van Antwerpen
//! and Neubeck, "So many tokens, so little time", GitHub blog, 2024.)

use super::vocabulary::{Token, Vocabulary};

/// The encoder with the space it works in, which is kept from piece to piece.
#[derive(Debug)]
pub(super) struct Greedy {
    vocabulary: &'static Vocabulary,
    tokens: Vec<Token>,
    /// A bit for each place of the piece: whether no encoding reaches it.
    dead: Vec<u64>,
    /// The two neighbours that were found good last: a run has the same ones over and over.
    good: (u32, u32),
}

impl Greedy {
    pub(super) fn new(vocabulary: &'static Vocabulary) -> Self {
        Self { vocabulary, tokens: Vec::new(), dead: Vec::new(), good: (u32::MAX, u32::MAX) }
    }

    /// The tokens of the first `length` bytes of `text`, which are no token together, in order.
    pub(super) fn encode(&mut self, text: &[u8], length: usize) -> &[Token] {
        self.tokens.clear();
        self.dead.clear();
        self.dead.resize(length / 64 + 1, 0);
        let mut at = 0;
        let mut limit = length - 1;
        while at < length {
            let last = self.tokens.last().copied();
            let fitting = self.vocabulary.starts(&text[at..], limit).find(|next| {
                let end = at + next.length;
                let dead = self.dead[end / 64] >> (end % 64) & 1 == 1;
                !dead
                    && last.is_none_or(|last| {
                        let good = self.good == (last.id, next.id) || follows(self.vocabulary, last.id, next.id);
                        if good {
                            self.good = (last.id, next.id);
                        }
                        good
                    })
            });
            if let Some(token) = fitting {
                self.tokens.push(token);
                at += token.length;
                limit = length - at;
            } else {
                // No token fits here after the last one: nothing that ends here can be right.
                self.dead[at / 64] |= 1 << (at % 64);
                let Some(last) = self.tokens.pop() else { break };
                at -= last.length;
                limit = last.length - 1;
            }
        }
        &self.tokens
    }
}

/// Whether encoding the bytes of both gives the two: no merge across their border comes before one
/// inside of them.
///
/// Takes back the merges of both in the reverse of their order, and looks at every state whether the
/// tokens at the border would have been merged before the merge that was taken back. It is enough to
/// look for tokens whose last merge is that very one: a token of the same bytes that is merged
/// otherwise crosses the border earlier, and a state further back shows it.
fn follows(vocabulary: &Vocabulary, mut left: u32, mut right: u32) -> bool {
    // Merges with a rank below this one come first.
    let mut limit = u32::MAX;
    loop {
        if vocabulary.merge(left, right).is_some_and(|merged| merged < limit) {
            return false;
        }
        let before_left = vocabulary.split(left).1;
        let before_right = vocabulary.split(right).0;
        let (left_whole, right_whole) = (before_left == left, before_right == right);
        match (left_whole, right_whole) {
            (true, true) => return true,
            // Of two equal merges the left one comes first: the border's is left of one inside `right`.
            (_, true) => (limit, left) = (left, before_left),
            (true, _) => (limit, right) = (right + 1, before_right),
            _ if left > right => (limit, left) = (left, before_left),
            _ => (limit, right) = (right + 1, before_right),
        }
    }
}
