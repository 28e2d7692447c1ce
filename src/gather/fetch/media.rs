//! What bytes are: by what the server says, and by how they begin.

/// A media type without parameters, and the charset among them.
pub(super) fn declared(content_type: Option<&str>) -> (Option<String>, Option<String>) {
    let Some(text) = content_type else { return (None, None) };
    let mut parts = text.split(';').map(str::trim);
    let media_type = parts.next().map(str::to_ascii_lowercase).filter(|name| name.contains('/') && name.len() < 100);
    let charset =
        parts.filter_map(|part| part.split_once('=')).find(|(name, _)| name.trim().eq_ignore_ascii_case("charset"));
    let charset = charset.map(|(_, value)| value.trim().trim_matches(['"', '\'']).to_ascii_lowercase());
    (media_type, charset.filter(|charset| !charset.is_empty() && charset.len() < 40))
}

/// What a type is called that has no text; none where it may have some.
pub(super) fn without_text(media_type: &str) -> Option<&'static str> {
    match media_type.split_once('/')? {
        ("video", _) => Some("a video"),
        ("audio", "x-mpegurl" | "mpegurl") | ("image", "svg+xml") => None,
        ("audio", _) => Some("a sound recording"),
        ("image", _) => Some("an image"),
        ("font", _) => Some("a font"),
        ("application", "x-msdownload" | "x-executable" | "x-apple-diskimage" | "vnd.android.package-archive") => {
            Some("a program")
        }
        _ => None,
    }
}

/// What bytes begin like, in the words of media types.
pub(super) fn sniffed(bytes: &[u8]) -> Option<&'static str> {
    let start = &bytes[..bytes.len().min(512)];
    let known: [(&[u8], &str); 12] = [
        (b"%PDF-", "application/pdf"),
        (b"PK\x03\x04", "application/zip"),
        (b"\x1f\x8b", "application/gzip"),
        (b"\x89PNG", "image/png"),
        (b"\xff\xd8\xff", "image/jpeg"),
        (b"GIF8", "image/gif"),
        (b"RIFF", "audio/wav"),
        (b"ID3", "audio/mpeg"),
        (b"OggS", "audio/ogg"),
        (b"\x1aE\xdf\xa3", "video/webm"),
        (b"\x7fELF", "application/x-executable"),
        (b"WEBVTT", "text/vtt"),
    ];
    if let Some((_, name)) = known.iter().find(|(signature, _)| start.starts_with(signature)) {
        return Some(name);
    }
    if start.get(4..8) == Some(b"ftyp") {
        return Some("video/mp4");
    }
    let text =
        String::from_utf8_lossy(start).trim_start_matches(['\u{feff}', ' ', '\n', '\r', '\t']).to_ascii_lowercase();
    let html = ["<!doctype html", "<html", "<head", "<body"];
    html.iter().any(|tag| text.starts_with(tag)).then_some("text/html")
}

/// Whether bytes that begin like `sniffed` are something else than `declared` promises.
pub(super) fn differs(declared: &str, sniffed: &str) -> bool {
    let of = |name: &str| match name.split_once('/').unwrap_or_default() {
        (kind @ ("image" | "audio" | "video"), _) => kind.to_owned(),
        (_, "pdf" | "x-pdf") => "pdf".to_owned(),
        (_, "html" | "xhtml+xml") => "html".to_owned(),
        (_, "octet-stream" | "binary") => String::new(),
        // Many formats are zip inside, captions are called all sorts of text, and zip is what it says.
        ("application", _) | ("text", "plain" | "vtt") => "other".to_owned(),
        (_, name) => name.to_owned(),
    };
    let (declared, sniffed) = (of(declared), of(sniffed));
    !declared.is_empty() && declared != sniffed && (sniffed != "other" || declared == "html")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_is_read_from_its_header_and_held_against_the_bytes() {
        let check = |header: &str, bytes: &[u8], expected: Option<(&str, &str)>| {
            let (media_type, _) = declared(Some(header));
            let found = media_type.zip(sniffed(bytes)).filter(|(declared, sniffed)| differs(declared, sniffed));
            assert_eq!(found.as_ref().map(|(declared, sniffed)| (declared.as_str(), *sniffed)), expected, "{header}");
        };
        check("text/html; charset=UTF-8", b"<!doctype html>", None);
        check("application/xhtml+xml", b" <html>", None);
        check("text/html", b"%PDF-1.7", Some(("text/html", "application/pdf")));
        check("application/pdf", b"<!DOCTYPE html><p>log in", Some(("application/pdf", "text/html")));
        check("application/pdf", b"%PDF-1.7", None);
        check("application/octet-stream", b"%PDF-1.7", None);
        check("text/plain", b"WEBVTT\n", None);
        check("text/plain", b"<html>", Some(("text/plain", "text/html")));
        check("application/vnd.oasis.opendocument.text", b"PK\x03\x04", None);
        check("text/html", b"\x89PNG", Some(("text/html", "image/png")));
        check("audio/mpeg", b"ID3", None);
        assert_eq!(
            declared(Some("Text/HTML;Charset=\"Shift_JIS\"")),
            (Some("text/html".to_owned()), Some("shift_jis".to_owned()))
        );
        assert_eq!(declared(Some("nonsense")), (None, None));
        assert_eq!(
            ["video/mp4", "audio/mpeg", "text/html"].map(without_text),
            [Some("a video"), Some("a sound recording"), None]
        );
    }
}
