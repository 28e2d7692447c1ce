//! Classes of ASCII, sixty-four bytes at a time.
//!
//! Each class is a mask with a bit a byte, on which the end of a run is one count of bits.

use wide::i8x16;

/// Bytes of a window.
pub(super) const WIDTH: usize = 64;

/// Masks of a window: the bit of a byte is set where it has the class.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Masks {
    /// `[A-Za-z]`
    pub(super) letters: u64,
    /// Capitals that follow a small letter.
    pub(super) humps: u64,
    /// `[0-9]`
    pub(super) digits: u64,
    /// Blank and tab.
    pub(super) blanks: u64,
    /// CR and LF.
    pub(super) line_ends: u64,
    /// `'`
    pub(super) apostrophes: u64,
    /// What is not ASCII, and control characters but tab, CR and LF.
    pub(super) others: u64,
}

/// The masks of a window.
#[inline]
pub(super) fn masks(window: &[u8; WIDTH]) -> Masks {
    let mut masks = Masks::default();
    let mut small = 0;
    let (parts, _) = window.as_chunks::<16>();
    for (part, at) in parts.iter().zip((0..).step_by(16)) {
        // As signed numbers, bytes that are not ASCII are below all others.
        let bytes = i8x16::new(part.map(u8::cast_signed));
        let each = |byte: u8| i8x16::splat(byte.cast_signed());
        let is = |byte| bytes.simd_eq(each(byte));
        let between =
            |bytes: i8x16, first: u8, last: u8| bytes.simd_gt(each(first - 1)) & each(last + 1).simd_gt(bytes);
        let bits = |marks: i8x16| u64::from(marks.to_bitmask()) << at;
        let blanks = is(b' ') | is(b'\t');
        let line_ends = is(b'\n') | is(b'\r');
        // Bit 0x20 is the difference between a capital and a small letter.
        masks.letters |= bits(between(bytes | each(0x20), b'a', b'z'));
        small |= bits(between(bytes, b'a', b'z'));
        masks.digits |= bits(between(bytes, b'0', b'9'));
        masks.blanks |= bits(blanks);
        masks.line_ends |= bits(line_ends);
        masks.apostrophes |= bits(is(b'\''));
        masks.others |= bits(!(bytes.simd_gt(each(b' ')) | blanks | line_ends));
    }
    masks.humps = small << 1 & masks.letters & !small;
    masks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_is_told_apart_at_every_place() {
        for byte in 0..=255_u8 {
            for at in 0..WIDTH {
                let mut window = *b"aB\xff@z[`{ \t\n\r'/09:\0\x7fZaB\xff@z[`{ \t\n\r'/09:\0\x7fZaB\xff@z[`{ \t\n\r'/09:\0\x7fZAB\xc3\xa9";
                window[at] = byte;
                let mask = |is: fn(u8) -> bool| {
                    window.iter().zip(0..).fold(0, |mask, (byte, at)| mask | u64::from(is(*byte)) << at)
                };
                let after_small = mask(|byte| byte.is_ascii_lowercase()) << 1;
                let expected = Masks {
                    letters: mask(|byte| byte.is_ascii_alphabetic()),
                    humps: mask(|byte| byte.is_ascii_uppercase()) & after_small,
                    digits: mask(|byte| byte.is_ascii_digit()),
                    blanks: mask(|byte| matches!(byte, b' ' | b'\t')),
                    line_ends: mask(|byte| matches!(byte, b'\r' | b'\n')),
                    apostrophes: mask(|byte| byte == b'\''),
                    others: mask(|byte| !byte.is_ascii() || byte < b' ' && !matches!(byte, b'\t' | b'\r' | b'\n')),
                };
                assert_eq!(masks(&window), expected, "{byte} at {at}");
            }
        }
    }
}
