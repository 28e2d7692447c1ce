//! Files packed with gzip: read as what is in them.
//!
//! Unpacked in memory, up to the size that any source may have. A file that ends early gives what it
//! holds up to there. What is packed twice, or holds an archive, is refused as what it is.

use std::io::Read;

use flate2::bufread::MultiGzDecoder;

use super::source::MAX_BYTES;
use super::{Error, Reading, Wishes, decode};
use crate::content::Quality;

/// Whether bytes are packed.
pub(super) fn is_packed(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\x1f\x8b\x08")
}

/// The documents of what is packed, and whether it ended where it should.
pub(super) fn read(name: &str, bytes: &[u8], wishes: Wishes) -> Result<Reading, Error> {
    let mut unpacked = Vec::new();
    let is_cut = MultiGzDecoder::new(bytes).take(MAX_BYTES as u64 + 1).read_to_end(&mut unpacked).is_err();
    if unpacked.len() > MAX_BYTES {
        return Err(Error::TooLarge { name: name.to_owned(), limit: MAX_BYTES });
    }
    if unpacked.is_empty() && is_cut {
        return Err(Error::Damaged { name: name.to_owned(), format: "gzip" });
    }
    if is_packed(&unpacked) {
        return Err(decode::not_text(name, &unpacked));
    }
    // The name inside of it breaks ties.
    let inner = name.strip_suffix(".gz").unwrap_or(name);
    let mut reading = super::read_as(inner, &unpacked, wishes)?;
    if is_cut {
        let told = "the gzip file is cut off or damaged; what stands before that is read";
        reading.documents.iter_mut().for_each(|document| document.doubt(Quality::Partial, told));
        reading.problems.extend(super::quality::told(name, &reading.documents));
    }
    Ok(reading)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::super::read;
    use super::*;

    fn packed(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn what_is_packed_is_read_as_what_it_is() {
        let text = b"WEBVTT\n\n00:01.000 --> 00:02.000\nHello\n";
        let document = read("talk.vtt.gz", &packed(text), None).unwrap().documents.remove(0);
        assert_eq!((document.format.as_str(), document.text.as_str()), ("webvtt", "[0:01] Hello\n"));
        assert_eq!(document.quality, Quality::Complete);
        let two = [packed(b"One.\n\n"), packed(b"Two.\n")].concat();
        assert_eq!(read("a.md.gz", &two, None).unwrap().documents[0].text, "One.\n\nTwo.\n");
    }

    #[test]
    fn what_is_cut_off_is_partial_and_what_is_no_text_is_refused() {
        let words: Vec<String> = (0..3000).map(|n| format!("word {n} ")).collect();
        let words = words.concat();
        let whole = packed(words.as_bytes());
        let document = read("a.txt.gz", &whole[..whole.len() / 2], None).unwrap().documents.remove(0);
        assert_eq!(document.quality, Quality::Partial);
        assert!(words.starts_with(document.text.trim_end()));
        assert!(matches!(read("a.gz", b"\x1f\x8b\x08\0\0", None), Err(Error::Damaged { .. })));
        for inner in [packed(b"x"), vec![0; 500]] {
            assert!(matches!(read("a.gz", &packed(&inner), None), Err(Error::Binary { .. } | Error::Empty { .. })));
        }
    }
}
