//! The place of a blob whose sender kept it: its true id and its length, sealed.
//!
//! A stub holds a tree together without the text: what refers to the blob still refers to its hash,
//! and the blob takes the stub's place when it comes.

use crate::content::Digest;

/// Id, length and the hash over both.
const LENGTH: usize = 32 + 8 + 32;

/// The stored bytes of a stub.
pub(super) fn write(id: Digest, n_bytes: u64) -> Vec<u8> {
    let mut bytes = [id.as_bytes().as_slice(), &n_bytes.to_be_bytes()].concat();
    bytes.extend_from_slice(Digest::of_object("stub", &bytes).as_bytes());
    bytes
}

/// The id and the length of the blob that a stub stands for, if its bytes are whole.
pub(super) fn read(bytes: &[u8]) -> Option<(Digest, u64)> {
    let (content, sum) = bytes.split_at_checked(LENGTH - 32)?;
    if Digest::of_object("stub", content).as_bytes() != sum {
        return None;
    }
    let (id, n_bytes) = content.split_first_chunk::<32>()?;
    Some((Digest::from_bytes(*id), u64::from_be_bytes(n_bytes.try_into().ok()?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stub_says_what_it_stands_for_or_nothing() {
        let id = Digest::of(b"words");
        let bytes = write(id, 5);
        assert_eq!(read(&bytes), Some((id, 5)));
        for place in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[place] ^= 1;
            assert_eq!(read(&damaged), None, "byte {place}");
            assert_eq!(read(&bytes[..place]), None, "cut at {place}");
        }
    }
}
