// How a piece of text is looked up in a vocabulary. Shared with the build script by `include!`, so
// that writer and reader cannot differ; hence no module essay and no `use`.

/// Bytes of a slot.
const SLOT: usize = 12;

/// Bits of a slot's last word that hold the token; the length stands above.
const TOKEN_BITS: u32 = 18;

/// Bits of the index into the table of lengths.
const LENGTH_BITS: u32 = 14;

/// Odd and without pattern.
const MIX: u64 = 0x9e37_79b9_7f4a_7c15;

/// Up to eight bytes themselves, else their hash.
fn key(piece: &[u8]) -> u64 {
    let mut key = 0;
    for chunk in piece.chunks(8) {
        let mut word = [0; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        key = extend(key, u64::from_le_bytes(word));
    }
    key
}

/// The key of a piece that goes on with another eight bytes, zeros after its end.
fn extend(key: u64, word: u64) -> u64 {
    if key == 0 { word } else { (key.rotate_left(29) ^ word).wrapping_mul(MIX) }
}

/// The slot where a search begins.
#[allow(clippy::cast_possible_truncation, reason = "the shift leaves fewer than 32 bits")]
fn home(key: u64, length: usize, slot_bits: u32) -> usize {
    ((key ^ (length as u64) << 59).wrapping_mul(MIX) >> (64 - slot_bits)) as usize
}

/// Where the lengths of tokens stand that start with these bytes.
#[allow(clippy::cast_possible_truncation, reason = "the shift leaves fewer than 32 bits")]
fn length_index(a: u8, b: u8, c: u8) -> usize {
    let start = u64::from(a) | u64::from(b) << 8 | u64::from(c) << 16;
    (start.wrapping_mul(MIX) >> (64 - LENGTH_BITS)) as usize
}
