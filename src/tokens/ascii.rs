//! Classes of ASCII eight bytes at a time.
//!
//! A block of text is a `u64` with the first byte lowest; a mark is the high bit of a byte. Arithmetic
//! on the low seven bits of each byte never carries into the next one.

/// The high bit of every byte.
const HIGH: u64 = each(0x80);

/// Marks at the letters of a block.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Letters {
    all: u64,
    small: u64,
}

impl Letters {
    /// Marks at what is no ASCII letter.
    #[inline]
    pub(super) fn others(self) -> u64 {
        self.all ^ HIGH
    }
}

/// The letters of a block.
#[inline]
pub(super) fn letters(block: u64) -> Letters {
    // Bit 0x20 is the difference between a capital and a small letter.
    let folded = (block | each(0x20)) & !HIGH;
    let from_a = folded + each(0x80 - b'a');
    let after_z = folded + each(0x80 - b'z' - 1);
    let all = from_a & !after_z & !block & HIGH;
    Letters { all, small: all & block << 2 }
}

/// Marks at the capitals of a block that follow a small letter, `before` being the block before it.
#[inline]
pub(super) fn capitals_after_small(before: Letters, block: Letters) -> u64 {
    (block.small << 8 | before.small >> 56) & block.all & !block.small
}

/// Marks at what is no ASCII sign: letters, digits, blanks, control characters and other than ASCII.
#[inline]
pub(super) fn other_than_signs(block: u64) -> u64 {
    let low = block & !HIGH;
    let printed = low + each(0x80 - b'!');
    let digits = (low + each(0x80 - b'0')) & !(low + each(0x80 - b'9' - 1));
    (!printed | digits | letters(block).all | block) & HIGH
}

/// Not zero from the first byte on that is no blank; its lowest bits are at that byte.
#[inline]
pub(super) fn other_than_blanks(block: u64) -> u64 {
    block ^ each(b' ')
}

const fn each(byte: u8) -> u64 {
    u64::from_le_bytes([byte; 8])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_is_told_apart_at_every_place() {
        for byte in 0..=255_u8 {
            for at in 0..8 {
                let mut block = *b"a\xffZ@z[`{";
                block[at] = byte;
                let marked = letters(u64::from_le_bytes(block));
                let mark = |marks: u64, at: usize| marks.to_le_bytes()[at] == 0x80;
                for (at, byte) in block.iter().enumerate() {
                    assert_eq!(mark(marked.others(), at), !byte.is_ascii_alphabetic());
                    assert_eq!(mark(marked.small, at), byte.is_ascii_lowercase());
                    let sign = byte.is_ascii_punctuation() || *byte == 0x7f;
                    assert_eq!(mark(other_than_signs(u64::from_le_bytes(block)), at), !sign);
                }
            }
        }
    }

    #[test]
    fn a_capital_after_a_small_letter_is_marked() {
        let blocks = |text: &[u8; 16]| {
            let (blocks, _) = text.as_chunks::<8>();
            let [first, second] = [0, 1].map(|at| letters(u64::from_le_bytes(blocks[at])));
            [capitals_after_small(Letters::default(), first), capitals_after_small(first, second)]
        };
        assert_eq!(blocks(b"ABcD eFgHIJKLmno"), [0x80 << 24 | 0x80 << 48, 0x80]);
        assert_eq!(blocks(b"aaaaaaaaAaaaaaaA"), [0, 0x80 | 0x80 << 56]);
    }
}
