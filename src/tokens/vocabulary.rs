//! A vocabulary as it lies in the program; `build/vocabulary.rs` writes the tables and names their layout.
//!
//! A token is its rank: the lower, the earlier byte-pair encoding merges it.
//! Texts are handed over with what follows them, as most bytes are read eight at a time.

include!("key.rs");

/// The tables of one vocabulary.
#[derive(Debug)]
pub(super) struct Vocabulary {
    short: &'static [[u8; 12]],
    long: &'static [[u8; 8]],
    arena: &'static [u8],
    bytes: &'static [u8; 256],
    pairs: &'static [[u8; 8]],
    splits: &'static [[u8; 3]],
    near: &'static [u8; 1 << START_BITS],
    far: &'static [[u8; 2]],
}

macro_rules! table {
    ($name:literal, $section:literal) => {
        include_bytes!(concat!(env!("OUT_DIR"), "/", $name, ".", $section, ".bin"))
    };
}

macro_rules! vocabulary {
    ($name:literal) => {
        Vocabulary {
            short: table!($name, "short").as_chunks().0,
            long: table!($name, "long").as_chunks().0,
            arena: table!($name, "arena"),
            bytes: table!($name, "bytes"),
            pairs: table!($name, "pairs").as_chunks().0,
            splits: table!($name, "splits").as_chunks().0,
            near: table!($name, "near"),
            far: table!($name, "far").as_chunks().0,
        }
    };
}

pub(super) static CL100K: Vocabulary = vocabulary!("cl100k_base");
pub(super) static O200K: Vocabulary = vocabulary!("o200k_base");

/// A token and its length in bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Token {
    pub(super) id: u32,
    pub(super) length: usize,
}

impl Vocabulary {
    /// The token that is the first `length` bytes of `text`, if one is.
    #[inline]
    pub(super) fn find(&self, text: &[u8], length: usize) -> Option<u32> {
        if length <= SHORT {
            self.find_short(first(word(text), length), length)
        } else {
            self.find_long(&text[..length])
        }
    }

    /// Whether the first `length` bytes of `text` are a short token that lies where its search begins, as
    /// most do. It takes no decisions on the way, so that many such looks go side by side.
    #[inline]
    pub(super) fn is_at_home(&self, text: &[u8], length: usize) -> bool {
        let key = first(word(text), length.min(SHORT));
        let slot = self.short_slot(home(short_hash(key), self.short.len()));
        (slot.0 == key) & (field(slot.1, TOKEN_BITS, SHORT_LENGTH_BITS) as usize == length)
    }

    /// The short token that is this key, of so many bytes, if one is.
    #[inline]
    fn find_short(&self, key: u64, length: usize) -> Option<u32> {
        let mut at = home(short_hash(key), self.short.len());
        let home = self.short_slot(at);
        // Most are at home.
        if (home.0 == key) & (field(home.1, TOKEN_BITS, SHORT_LENGTH_BITS) as usize == length) {
            return Some(field(home.1, 0, TOKEN_BITS));
        }
        for _ in 1..home.1 >> SHORT_REACH {
            at = if at + 1 == self.short.len() { 0 } else { at + 1 };
            let slot = self.short_slot(at);
            if (slot.0 == key) & (field(slot.1, TOKEN_BITS, SHORT_LENGTH_BITS) as usize == length) {
                return Some(field(slot.1, 0, TOKEN_BITS));
            }
        }
        None
    }

    /// The bytes and the fields of a short slot.
    #[inline]
    fn short_slot(&self, at: usize) -> (u64, u32) {
        let slot = &self.short[at];
        (word(slot), u32::from_le_bytes(*slot.last_chunk().expect("a slot ends with its fields")))
    }

    #[expect(clippy::cast_possible_truncation, reason = "fields have fewer than 32 bits")]
    fn find_long(&self, bytes: &[u8]) -> Option<u32> {
        let hash = long_hash(bytes);
        let wanted = check(hash, LONG_CHECK_BITS) as usize;
        let mut at = home(hash, self.long.len());
        let mut left = u64::from_le_bytes(self.long[at]) >> LONG_REACH;
        while left > 0 {
            let mut slot = u64::from_le_bytes(self.long[at]);
            let mut take = |bits: u32| {
                let field = slot & ((1 << bits) - 1);
                slot >>= bits;
                field as usize
            };
            let (id, length) = (take(TOKEN_BITS), take(LONG_LENGTH_BITS));
            let (start, check) = (take(LONG_START_BITS), take(LONG_CHECK_BITS));
            if check == wanted && length == bytes.len() && self.arena[start..start + length] == *bytes {
                return Some(id as u32);
            }
            left -= 1;
            at = if at + 1 == self.long.len() { 0 } else { at + 1 };
        }
        None
    }

    /// The token of one byte.
    #[inline]
    pub(super) fn byte(&self, byte: u8) -> u32 {
        self.bytes[usize::from(byte)].into()
    }

    /// The two tokens that were merged last to make it; a byte is its own.
    #[inline]
    pub(super) fn split(&self, token: u32) -> (u32, u32) {
        let [low, middle, high] = self.splits[token as usize];
        let at = u32::from_le_bytes([low, middle, high, 0]);
        if at == NO_SLOT {
            return (token, token);
        }
        let slot = u64::from_le_bytes(self.pairs[at as usize]);
        let half = |at: u32| (slot >> at & ((1 << TOKEN_BITS) - 1)) as u32;
        (half(0), half(TOKEN_BITS))
    }

    /// The token whose last merge is of these two, if there is one.
    #[inline]
    pub(super) fn merge(&self, left: u32, right: u32) -> Option<u32> {
        let hash = pair_hash(left, right);
        let wanted = u64::from(right) << TOKEN_BITS | u64::from(left);
        let mut at = home(hash, self.pairs.len());
        let mut slot = u64::from_le_bytes(self.pairs[at]);
        let mut reach = slot >> PAIR_REACH;
        while reach > 0 {
            if slot & ((1 << (2 * TOKEN_BITS)) - 1) == wanted {
                return Some((slot >> (2 * TOKEN_BITS)) as u32 & ((1 << TOKEN_BITS) - 1));
            }
            reach -= 1;
            at = if at + 1 == self.pairs.len() { 0 } else { at + 1 };
            slot = u64::from_le_bytes(self.pairs[at]);
        }
        None
    }

    /// The tokens that the first `limit` bytes of `text` start with, the longest first.
    #[inline]
    pub(super) fn starts<'a>(&'a self, text: &'a [u8], limit: usize) -> impl Iterator<Item = Token> + 'a {
        let word = word(text);
        // A bit for each length that a token may have; the one of `FARTHEST` is for all from there on.
        let mut lengths = 0b110_u32;
        if limit >= NEAR {
            lengths |= u32::from(self.near[start_index(first(word, NEAR))]) << NEAR;
        }
        if limit >= FAR {
            lengths |= u32::from(u16::from_le_bytes(self.far[start_index(first(word, FAR))])) << FAR;
        }
        let mut length = limit.min(LONGEST) + 1;
        std::iter::from_fn(move || {
            loop {
                length = match length - 1 {
                    long @ FARTHEST.. if lengths >> FARTHEST & 1 == 1 => long,
                    limit => (lengths & ((2_u32 << limit.min(FARTHEST - 1)) - 1)).checked_ilog2()? as usize,
                };
                if length == 0 {
                    return None;
                }
                let id = if length <= SHORT {
                    self.find_short(first(word, length), length)
                } else {
                    self.find_long(&text[..length])
                };
                if let Some(id) = id {
                    return Some(Token { id, length });
                }
            }
        })
    }
}

/// Longer than any token.
const LONGEST: usize = 128;

/// The first eight bytes as a number, zeros after the end of the text.
#[inline]
pub(super) fn word(text: &[u8]) -> u64 {
    match text.first_chunk() {
        Some(bytes) => u64::from_le_bytes(*bytes),
        None => text.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte)),
    }
}

/// `bits` of a slot from bit `at` on.
#[inline]
fn field(slot: u32, at: u32, bits: u32) -> u32 {
    slot >> at & ((1 << bits) - 1)
}
