//! Byte-pair encoding of one piece, in linear time.
//!
//! The encoding of a piece is the one sequence of tokens of which every two neighbours are what
//! encoding gives for their bytes alone. So tokens are taken greedily, the longest first, each
//! checked against the one before; where nothing fits, the last one is given back and a shorter one
//! tried, and a place once given back is never tried again. (The property behind it: van Antwerpen
//! and Neubeck, "So many tokens, so little time", GitHub blog, 2024.)

use super::vocabulary::Vocabulary;

/// The tokens of `piece` in order.
pub(super) fn encode(vocabulary: &Vocabulary, piece: &[u8], tokens: &mut Vec<u32>) {
    tokens.clear();
    let mut dead = Dead::new(piece.len());
    let mut at = 0;
    let mut next = Some(vocabulary.longest(piece));
    while let Some(mut token) = next {
        let last = tokens.last().copied();
        loop {
            let end = at + vocabulary.bytes(token).len();
            if !dead.has(end) && last.is_none_or(|last| follows(vocabulary, last, token)) {
                tokens.push(token);
                at = end;
                next = (at < piece.len()).then(|| vocabulary.longest(&piece[at..]));
                break;
            }
            if let Some(shorter) = vocabulary.shorter(token) {
                token = shorter;
                continue;
            }
            // No token fits here after the last one: nothing that ends here can be right.
            dead.mark(at);
            let Some(last) = tokens.pop() else { return };
            at -= vocabulary.bytes(last).len();
            next = Some(last);
            break;
        }
    }
}

/// Whether encoding the bytes of both gives the two: no merge across their border comes before one
/// inside of them.
///
/// Takes back the merges of both in the reverse of their order, and looks at every state whether the
/// tokens at the border would have been merged before the merge that was taken back.
fn follows(vocabulary: &Vocabulary, mut left: u32, mut right: u32) -> bool {
    // Merges with a rank below this one come first.
    let mut limit = u32::MAX;
    loop {
        if vocabulary.merged(left, right).is_some_and(|merged| merged < limit) {
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

/// Places of a piece that no encoding reaches.
struct Dead(Vec<u64>);

impl Dead {
    fn new(length: usize) -> Self {
        Self(vec![0; length / 64 + 1])
    }

    fn has(&self, at: usize) -> bool {
        self.0[at / 64] >> (at % 64) & 1 == 1
    }

    fn mark(&mut self, at: usize) {
        self.0[at / 64] |= 1 << (at % 64);
    }
}
