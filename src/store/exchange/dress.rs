//! What a file comes wrapped in: gzip, zstd, a readable page, or nothing.
//!
//! The wrapping is recognised by the first bytes, never by a name. Unpacking is a stream whose limits
//! [`Lines`](super::lines::Lines) holds: a small file cannot ask for much.

use std::io::{self, BufRead, BufReader, Write as _};

use flate2::Compression;
use flate2::bufread::MultiGzDecoder;
use flate2::write::GzEncoder;
use ruzstd::decoding::StreamingDecoder;

/// The line of a page after which the lines of the file come.
pub const OPENING: &str = r#"<script type="application/x-ndjson" id="forkful">"#;
/// The line of a page that ends them.
pub const CLOSING: &str = "</script>";

const GZIP: [u8; 2] = [0x1f, 0x8b];
const ZSTD: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// The unpacked lines of a file, and whether they stand in a page.
pub(super) fn undress<'a>(mut input: impl BufRead + 'a) -> io::Result<(Box<dyn BufRead + 'a>, bool)> {
    let head = input.fill_buf()?;
    let mut plain: Box<dyn BufRead + 'a> = if head.starts_with(&GZIP) {
        Box::new(BufReader::new(MultiGzDecoder::new(input)))
    } else if head.starts_with(&ZSTD) {
        let decoder = StreamingDecoder::new(input).map_err(io::Error::other)?;
        Box::new(BufReader::new(decoder))
    } else {
        Box::new(input)
    };
    let is_page = plain.fill_buf()?.first() == Some(&b'<');
    Ok((plain, is_page))
}

/// Whether the first bytes of a file are those of one of ours, packed, in a page or plain; the export
/// of another program begins otherwise.
pub fn is_forkful(head: &[u8]) -> bool {
    if head.starts_with(&GZIP) || head.starts_with(&ZSTD) {
        return true;
    }
    let text = String::from_utf8_lossy(head);
    match text.trim_start().as_bytes().first() {
        Some(b'<') => text.contains("forkful"),
        Some(b'{') => text.lines().next().is_some_and(|line| line.contains("\"forkful\"")),
        _ => false,
    }
}

/// The bytes as gzip, the same for the same bytes.
pub fn gzip(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes)?;
    encoder.finish()
}

/// The lines of a file as they may stand in a page: no `<` in them, so that nothing closes the element.
pub fn inside_page(file: &str) -> String {
    // JSON has `<` in strings only, where the escape means the same.
    file.replace('<', "\\u003c")
}

/// What a decoder says of its input is the file's fault, not the disk's.
pub(super) fn is_damage(error: &io::Error) -> bool {
    use io::ErrorKind::{InvalidData, InvalidInput, Other, UnexpectedEof};
    matches!(error.kind(), InvalidData | InvalidInput | Other | UnexpectedEof)
}
