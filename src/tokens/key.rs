// How tokens are looked up in the tables of a vocabulary. Shared with the build script by
// `include!`, so that writer and reader cannot differ; hence no module essay and no `use`.

/// Tokens up to this many bytes are their own key, zeros after their end.
pub(super) const SHORT: usize = 8;

/// Bits of a slot's fields, from the lowest up; the reach fills the rest.
const TOKEN_BITS: u32 = 18;
const SHORT_LENGTH_BITS: u32 = 4;
const LONG_LENGTH_BITS: u32 = 8;
const LONG_START_BITS: u32 = 20;
const LONG_CHECK_BITS: u32 = 11;
const SHORT_REACH: u32 = TOKEN_BITS + SHORT_LENGTH_BITS;
const LONG_REACH: u32 = TOKEN_BITS + LONG_LENGTH_BITS + LONG_START_BITS + LONG_CHECK_BITS;
const PAIR_REACH: u32 = 3 * TOKEN_BITS;

/// The slot of a token that is not made of two.
const NO_SLOT: u32 = (1 << 24) - 1;

/// Tokens of three to five bytes are announced by their first three bytes, longer ones by six.
const NEAR: usize = 3;
const FAR: usize = 6;

/// Lengths from this one on share a bit of their announcement.
const FARTHEST: usize = FAR + 15;

/// Bits of the index into the announcements.
const START_BITS: u32 = 16;

/// Odd and without pattern.
pub(super) const MIX: u64 = 0x9e37_79b9_7f4a_7c15;

/// The first `length` bytes, at most eight, of this word.
pub(super) fn first(word: u64, length: usize) -> u64 {
    word & u64::MAX >> (64 - 8 * length)
}

/// A hash of a short key.
fn short_hash(key: u64) -> u64 {
    (key ^ key >> 32).wrapping_mul(MIX)
}

/// A hash of more than eight bytes: every whole word, then the last eight bytes.
fn long_hash(bytes: &[u8]) -> u64 {
    let (words, _) = bytes.as_chunks::<8>();
    let hash = words
        .iter()
        .chain(bytes.last_chunk())
        .fold(bytes.len() as u64, |hash, word| (hash.rotate_left(29) ^ u64::from_le_bytes(*word)).wrapping_mul(MIX));
    (hash ^ hash >> 32).wrapping_mul(MIX)
}

/// A hash of two tokens.
fn pair_hash(left: u32, right: u32) -> u64 {
    (u64::from(left) << 32 | u64::from(right)).wrapping_mul(MIX)
}

/// The slot of `n_slots` where a search begins.
#[allow(clippy::cast_possible_truncation, reason = "the product's upper half is below `n_slots`")]
pub(super) fn home(hash: u64, n_slots: usize) -> usize {
    (((hash >> 32) * n_slots as u64) >> 32) as usize
}

/// Some bits of a hash that `home` hardly uses.
fn check(hash: u64, bits: u32) -> u64 {
    hash & ((1 << bits) - 1)
}

/// Where tokens are announced whose first bytes, and no more, are in this word.
#[allow(clippy::cast_possible_truncation, reason = "the shift leaves 16 bits")]
fn start_index(start: u64) -> usize {
    (start.wrapping_mul(MIX) >> (64 - START_BITS)) as usize
}
