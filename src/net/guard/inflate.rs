//! Bodies unpacked as they come, in steps too small to swell.

use std::io::{self, Write};

use flate2::write::MultiGzDecoder;

use super::{Fault, Limits};

/// Packed bytes are unpacked so many at a time: gzip swells them a thousandfold at most.
const STEP: usize = 1024;

/// The way from the bytes of a connection to those of a page, and how far it has come.
pub(super) struct Inflate {
    decoder: Option<MultiGzDecoder<Vec<u8>>>,
    limits: Limits,
    /// Bytes that came.
    pub(super) n_in: u64,
    /// Bytes that they are.
    pub(super) n_out: u64,
}

impl Inflate {
    /// For a body whose `content-encoding` is this.
    pub(super) fn new(coding: Option<&str>, limits: Limits) -> Result<Self, Fault> {
        let decoder = match coding.map(|coding| coding.trim().to_ascii_lowercase()).as_deref() {
            None | Some("" | "identity") => None,
            Some("gzip" | "x-gzip") => Some(MultiGzDecoder::new(Vec::new())),
            Some(other) => return Err(Fault::Coding { coding: other.chars().take(40).collect() }),
        };
        Ok(Self { decoder, limits, n_in: 0, n_out: 0 })
    }

    /// Whether bytes are passed on as they come.
    pub(super) fn is_plain(&self) -> bool {
        self.decoder.is_none()
    }

    /// Takes what came and hands on what it is, in pieces.
    pub(super) fn take(&mut self, bytes: &[u8], sink: &mut dyn FnMut(&[u8]) -> io::Result<()>) -> Result<(), Fault> {
        let Some(mut decoder) = self.decoder.take() else {
            self.n_in += bytes.len() as u64;
            return self.hand_on(bytes, sink);
        };
        for step in bytes.chunks(STEP) {
            self.n_in += step.len() as u64;
            decoder.write_all(step).map_err(|_| Fault::Garbled)?;
            let out = std::mem::take(decoder.get_mut());
            self.hand_on(&out, sink)?;
        }
        self.decoder = Some(decoder);
        Ok(())
    }

    /// The end of the body; a packed one that is cut is no whole one.
    pub(super) fn finish(&mut self, sink: &mut dyn FnMut(&[u8]) -> io::Result<()>) -> Result<(), Fault> {
        let Some(decoder) = self.decoder.take() else { return Ok(()) };
        if self.n_in == 0 {
            return Ok(());
        }
        let rest = decoder.finish().map_err(|_| Fault::Garbled)?;
        self.hand_on(&rest, sink)
    }

    fn hand_on(&mut self, bytes: &[u8], sink: &mut dyn FnMut(&[u8]) -> io::Result<()>) -> Result<(), Fault> {
        self.n_out += bytes.len() as u64;
        let Limits { bytes: limit, ratio, ratio_from, .. } = self.limits;
        if self.n_out > limit {
            return Err(Fault::TooLarge { limit });
        }
        if self.n_out > ratio_from && self.n_out / ratio > self.n_in {
            return Err(Fault::Swells { ratio });
        }
        sink(bytes).map_err(|source| Fault::Kept { source })
    }
}

#[cfg(test)]
mod tests {
    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn unpack(coding: Option<&str>, bytes: &[u8], size: usize) -> Result<Vec<u8>, String> {
        let limits = Limits { bytes: 3 << 20, ..Limits::STANDARD };
        let mut out = Vec::new();
        let mut most = 0;
        let mut sink = |bytes: &[u8]| {
            most = most.max(bytes.len());
            out.extend_from_slice(bytes);
            Ok(())
        };
        let mut inflate = Inflate::new(coding, limits).map_err(|fault| fault.to_string())?;
        for chunk in bytes.chunks(size) {
            inflate.take(chunk, &mut sink).map_err(|fault| fault.to_string())?;
        }
        inflate.finish(&mut sink).map_err(|fault| fault.to_string())?;
        assert!(coding.is_none() || most <= 2 << 20, "{most} bytes at once");
        Ok(out)
    }

    #[test]
    fn bodies_are_unpacked_within_bounds() {
        let page = b"a page of words ".repeat(3000);
        for size in [1, 7, 1024, 1 << 20] {
            assert_eq!(unpack(None, &page, size).as_ref(), Ok(&page));
            assert_eq!(unpack(Some(" GZIP "), &gzip(&page), size).as_ref(), Ok(&page));
            let two = [gzip(&page), gzip(b"more")].concat();
            assert_eq!(unpack(Some("gzip"), &two, size), Ok([page.as_slice(), b"more"].concat()));
        }
        let refused = |coding, bytes: &[u8]| unpack(coding, bytes, 1 << 16).unwrap_err();
        assert_eq!(refused(Some("br"), b"x"), "it is packed as br, which was not asked for");
        assert_eq!(refused(Some("gzip, gzip"), b"x"), "it is packed as gzip, gzip, which was not asked for");
        assert_eq!(refused(Some("gzip"), b"no gzip at all"), "its packed bytes are damaged or cut");
        assert_eq!(refused(Some("gzip"), &gzip(&page)[..50]), "its packed bytes are damaged or cut");
        assert_eq!(refused(None, &vec![b'x'; 4 << 20]), "it is larger than 3,145,728 bytes");
        assert_eq!(refused(Some("gzip"), &gzip(&vec![0; 64 << 20])), "it swells to more than 200 times its size");
        assert_eq!(unpack(Some("gzip"), b"", 1), Ok(Vec::new()));
    }
}
