//! SHA-256 digests, the names of everything that is stored.

use std::fmt;
use std::io::{self, Read};
use std::str::FromStr;

use sha2::{Digest as _, Sha256};

/// A SHA-256 digest; shown as 64 lower-case hex digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digest([u8; 32]);

const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// What each byte is worth as a lower-case hex digit; more than 15 where it is none.
const VALUES: [u8; 256] = {
    let mut values = [0xff; 256];
    let mut digit = 0_u8;
    while digit < 16 {
        values[DIGITS[digit as usize] as usize] = digit;
        digit += 1;
    }
    values
};

/// The text is not 64 lower-case hex digits.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a SHA-256 digest: {0}")]
pub struct ParseDigestError(pub String);

/// A reader that takes the digest of all that passes through it.
pub struct Hashing<R> {
    inner: R,
    hasher: Sha256,
    n_bytes: usize,
}

impl<R: Read> Hashing<R> {
    /// Nothing has passed.
    pub fn new(inner: R) -> Self {
        Self { inner, hasher: Sha256::new(), n_bytes: 0 }
    }

    /// Reads what is left, and goes on with another reader.
    pub fn on<S>(mut self, next: S) -> io::Result<Hashing<S>> {
        io::copy(&mut self, &mut io::sink())?;
        Ok(Hashing { inner: next, hasher: self.hasher, n_bytes: self.n_bytes })
    }

    /// Reads what is left; the digest of all and how many bytes that is.
    pub fn finish(mut self) -> io::Result<(Digest, usize)> {
        io::copy(&mut self, &mut io::sink())?;
        Ok((Digest(self.hasher.finalize().into()), self.n_bytes))
    }
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.hasher.update(&buffer[..n]);
        self.n_bytes += n;
        Ok(n)
    }
}

impl Digest {
    /// The plain SHA-256 of `bytes`, equal to what `sha256sum` prints.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// The plain SHA-256 of all that `reader` gives, and how many bytes that is.
    pub fn of_stream(reader: &mut dyn Read) -> io::Result<(Self, usize)> {
        Hashing::new(reader).finish()
    }

    /// The digest of a typed object: SHA-256 over `forkful/<kind>/1`, a NUL and its canonical JSON.
    pub fn of_object(kind: &str, canonical_json: &[u8]) -> Self {
        let mut hasher = Sha256::new();
        hasher.update(b"forkful/");
        hasher.update(kind.as_bytes());
        hasher.update(b"/1\0");
        hasher.update(canonical_json);
        Self(hasher.finalize().into())
    }

    /// The digest whose 32 bytes are given, as a store keeps them.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The 64 hex digits.
    pub fn digits(&self) -> [u8; 64] {
        let mut digits = [0; 64];
        for (pair, byte) in digits.chunks_exact_mut(2).zip(self.0) {
            pair[0] = DIGITS[usize::from(byte >> 4)];
            pair[1] = DIGITS[usize::from(byte & 15)];
        }
        digits
    }

    /// The first seven hex digits, which people read and type.
    pub fn short(&self) -> String {
        self.to_string()[..7].to_owned()
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(std::str::from_utf8(&self.digits()).expect("hex digits are ASCII"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({})", self.short())
    }
}

impl FromStr for Digest {
    type Err = ParseDigestError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refuse = || ParseDigestError(text.to_owned());
        let digits = text.as_bytes();
        if digits.len() != 64 {
            return Err(refuse());
        }
        let mut bytes = [0; 32];
        let mut seen = 0;
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            let (high, low) = (VALUES[usize::from(pair[0])], VALUES[usize::from(pair[1])]);
            seen |= high | low;
            *byte = high << 4 | low;
        }
        if seen > 15 {
            return Err(refuse());
        }
        Ok(Self(bytes))
    }
}

impl serde::Serialize for Digest {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Digest {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Text)
    }
}

/// Takes the digits where they stand, without a copy.
struct Text;

impl serde::de::Visitor<'_> for Text {
    type Value = Digest;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("64 hex digits")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Digest, E> {
        text.parse().map_err(E::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_reads_what_it_prints_and_nothing_else() {
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(Digest::of(b"").to_string(), empty);
        assert_eq!(empty.parse(), Ok(Digest::of(b"")));
        for bad in ["", "e3b0", &empty[1..], &empty.to_uppercase(), &empty.replace('e', "g")] {
            assert_eq!(bad.parse::<Digest>(), Err(ParseDigestError(bad.to_owned())));
        }
    }

    #[test]
    fn the_kind_of_an_object_is_part_of_its_name() {
        assert_ne!(Digest::of_object("bundle", b"{}"), Digest::of_object("message", b"{}"));
        assert_ne!(Digest::of_object("bundle", b"{}"), Digest::of(b"{}"));
    }
}
