//! A vocabulary as it lies in the program; `build/vocabulary.rs` writes the tables and names their layout.
//!
//! A token is its rank: the lower, the earlier byte-pair encoding merges it.

include!("key.rs");

/// Longer than any token.
const LONGEST: usize = 128;

/// The tables of one vocabulary.
#[derive(Debug)]
pub(super) struct Vocabulary {
    slots: &'static [u8],
    slot_bits: u32,
    bounds: &'static [u8],
    arena: &'static [u8],
    splits: &'static [u8],
    lengths: &'static [u8],
}

macro_rules! vocabulary {
    ($name:literal, $slot_bits:literal) => {
        Vocabulary {
            slots: include_bytes!(concat!(env!("OUT_DIR"), "/", $name, ".slots.bin")),
            slot_bits: $slot_bits,
            bounds: include_bytes!(concat!(env!("OUT_DIR"), "/", $name, ".bounds.bin")),
            arena: include_bytes!(concat!(env!("OUT_DIR"), "/", $name, ".arena.bin")),
            splits: include_bytes!(concat!(env!("OUT_DIR"), "/", $name, ".splits.bin")),
            lengths: include_bytes!(concat!(env!("OUT_DIR"), "/", $name, ".lengths.bin")),
        }
    };
}

pub(super) static CL100K: Vocabulary = vocabulary!("cl100k_base", 17);
pub(super) static O200K: Vocabulary = vocabulary!("o200k_base", 18);

impl Vocabulary {
    /// The token that is this piece, if one is.
    #[inline]
    pub(super) fn find(&self, piece: &[u8]) -> Option<u32> {
        self.find_by(key(piece), piece)
    }

    #[inline]
    fn find_by(&self, key: u64, piece: &[u8]) -> Option<u32> {
        let mask = (1 << self.slot_bits) - 1;
        let mut at = home(key, piece.len(), self.slot_bits);
        loop {
            let slot: &[u8; SLOT] = self.slots[at * SLOT..].first_chunk().expect("a slot is whole");
            let (word, meta) = slot.split_first_chunk().expect("a slot starts with its key");
            let meta = u32::from_le_bytes(*meta.first_chunk().expect("a slot ends with its token"));
            if meta == u32::MAX {
                return None;
            }
            let token = meta & ((1 << TOKEN_BITS) - 1);
            let same = u64::from_le_bytes(*word) == key
                && (meta >> TOKEN_BITS) as usize == piece.len()
                && (piece.len() <= 8 || self.bytes(token) == piece);
            if same {
                return Some(token);
            }
            at = (at + 1) & mask;
        }
    }

    /// The bytes of a token.
    #[inline]
    pub(super) fn bytes(&self, token: u32) -> &'static [u8] {
        let token = token as usize;
        &self.arena[u24(self.bounds, token)..u24(self.bounds, token + 1)]
    }

    /// The two tokens that were merged last to make it; a byte is its own.
    #[inline]
    pub(super) fn split(&self, token: u32) -> (u32, u32) {
        let at = token as usize * 2;
        let half = |index| u32::try_from(u24(self.splits, index)).unwrap_or(0);
        (half(at), half(at + 1))
    }

    /// The token that these two make together, if they make one.
    #[inline]
    pub(super) fn merged(&self, left: u32, right: u32) -> Option<u32> {
        let (left, right) = (self.bytes(left), self.bytes(right));
        let length = left.len() + right.len();
        if length > LONGEST {
            return None;
        }
        let mut both = [0; LONGEST];
        both[..left.len()].copy_from_slice(left);
        both[left.len()..length].copy_from_slice(right);
        self.find(&both[..length])
    }

    /// The longest token that `text` starts with; there is one for every byte.
    #[inline]
    pub(super) fn longest(&self, text: &[u8]) -> u32 {
        self.longest_within(text, text.len())
    }

    /// The longest token that is a proper prefix of this one; none for a byte.
    #[inline]
    pub(super) fn shorter(&self, token: u32) -> Option<u32> {
        let bytes = self.bytes(token);
        (bytes.len() > 1).then(|| self.longest_within(bytes, bytes.len() - 1))
    }

    /// The longest token that `text` starts with, of at most `limit` bytes, which is not 0.
    fn longest_within(&self, text: &[u8], limit: usize) -> u32 {
        let limit = limit.min(text.len()).min(LONGEST);
        if let ([a, b, c, ..], 3..) = (text, limit) {
            let at = length_index(*a, *b, *c) * 4;
            let lengths = u32::from_le_bytes(*self.lengths[at..].first_chunk().expect("an entry is whole"));
            // The highest bit stands for every length from 31 on.
            let from = if lengths >> 31 == 1 { limit } else { limit.min(30) };
            for length in (3..=from).rev() {
                if lengths >> length.min(31) & 1 == 1
                    && let Some(token) = self.find(&text[..length])
                {
                    return token;
                }
            }
        }
        let two = (limit >= 2).then(|| self.find(&text[..2])).flatten();
        two.or_else(|| self.find(&text[..1])).unwrap_or(0)
    }
}

#[inline]
fn u24(table: &[u8], index: usize) -> usize {
    let [a, b, c] = *table[index * 3..].first_chunk().expect("an entry is whole");
    usize::from(a) | usize::from(b) << 8 | usize::from(c) << 16
}
