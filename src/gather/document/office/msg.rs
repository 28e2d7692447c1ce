//! Mail of Outlook (MS-OXMSG): one message in a compound file.

use std::io::{Cursor, Read};

use cfb::CompoundFile;

use super::{Found, HIDDEN, rtf, settle, some};
use crate::content::{Kind, line};
use crate::gather::document::html;
use crate::gather::page::{Fragment, Images};
use crate::gather::{Confidence, Error, Format, Input, Reading};

pub(crate) const FORMAT: Format = Format {
    name: "msg",
    kind: Kind::Mail,
    about: "mail messages of Outlook (msg)",
    extensions: &["msg"],
    sniff,
    read,
    stream: None,
};

type File<'a> = CompoundFile<Cursor<&'a [u8]>>;

/// Bytes that one stream may have.
const MAX_STREAM: u64 = 64 * 1024 * 1024;
/// The file time of 1970, in ticks of 100 nanoseconds since 1601.
const EPOCH: u64 = 116_444_736_000_000_000;

fn sniff(input: &Input) -> Confidence {
    if !input.bytes.starts_with(b"\xd0\xcf\x11\xe0") {
        return Confidence::No;
    }
    let is_mail =
        CompoundFile::open(Cursor::new(input.bytes)).is_ok_and(|file| file.is_stream("/__properties_version1.0"));
    if is_mail { Confidence::Certain } else { Confidence::No }
}

fn read(input: &Input) -> Result<Reading, Error> {
    let malformed =
        || Error::Malformed { name: input.name.to_owned(), format: FORMAT.name, reason: "its parts cannot be read" };
    let mut file = CompoundFile::open(Cursor::new(input.bytes)).map_err(|_| malformed())?;
    let subject = text(&mut file, "0037").and_then(|subject| some(&subject));
    let sender = text(&mut file, "0C1A").and_then(|name| some(&name));
    let address = text(&mut file, "5D01").or_else(|| text(&mut file, "0C1F")).filter(|address| address.contains('@'));
    let author = match (sender, address.and_then(|address| some(&address))) {
        (Some(name), Some(address)) if name != address => Some(format!("{name} <{address}>")),
        (name, address) => name.or(address),
    };
    let to = text(&mut file, "0E04").and_then(|to| some(&to));
    let body = body(&mut file).unwrap_or_default();
    let mut parts: Vec<String> = to.map(|to| format!("To: {to}")).into_iter().collect();
    parts.push(body.text.trim().to_owned());
    parts.extend(attachments(&mut file).into_iter().map(|name| format!("[file: {name}]")));
    parts.retain(|part| !part.is_empty());
    let mut found =
        Found { text: parts.join("\n\n"), title: subject, author, date: date(&mut file), ..Found::default() };
    found.count(body.n_hidden, HIDDEN);
    settle(input, &FORMAT, found)
}

/// The text of the message: as it was written, else from its page, else from its rich text.
fn body(file: &mut File) -> Option<Fragment> {
    let shown = |text| Fragment { text, n_hidden: 0 };
    let plain = text(file, "1000").filter(|text| !text.trim().is_empty());
    if let Some(plain) = plain {
        return Some(shown(plain));
    }
    if let Some(page) = stream(file, "/__substg1.0_10130102").or_else(|| stream(file, "/__substg1.0_1013001F")) {
        let page = crate::gather::decode::text("body", &page).ok()?.into_owned();
        return html::whole(&page, Images::Told);
    }
    let rich = stream(file, "/__substg1.0_10090102")?;
    rtf::markdown(&unpacked(&rich)?).map(|found| shown(found.text))
}

fn stream(file: &mut File, path: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    file.open_stream(path).ok()?.take(MAX_STREAM).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

/// A property that is text: in UTF-16, else in the code page of whoever wrote it.
fn text(file: &mut File, property: &str) -> Option<String> {
    text_in(file, "", property)
}

fn text_in(file: &mut File, folder: &str, property: &str) -> Option<String> {
    if let Some(bytes) = stream(file, &format!("{folder}/__substg1.0_{property}001F")) {
        return Some(encoding_rs::UTF_16LE.decode_without_bom_handling(&bytes).0.into_owned());
    }
    let bytes = stream(file, &format!("{folder}/__substg1.0_{property}001E"))?;
    crate::gather::decode::text("property", &bytes).ok().map(std::borrow::Cow::into_owned)
}

fn attachments(file: &mut File) -> Vec<String> {
    let mut folders: Vec<String> = file
        .walk()
        .filter(|entry| entry.is_storage() && entry.name().starts_with("__attach_version1.0_"))
        .map(|entry| format!("/{}", entry.name()))
        .collect();
    folders.sort();
    let name = |folder: String| {
        let name = ["3707", "3704", "3001"].iter().find_map(|property| text_in(file, &folder, property));
        line(&name.unwrap_or_else(|| "attachment".to_owned()))
    };
    folders.into_iter().map(name).collect()
}

/// When it was sent or received (MS-OXMSG 2.4): entries of 16 bytes after a head of 32.
fn date(file: &mut File) -> Option<String> {
    let properties = stream(file, "/__properties_version1.0")?;
    let time = |tag: u32| {
        let entry = properties.get(32..)?.chunks_exact(16).find(|entry| entry[..4] == tag.to_le_bytes())?;
        let ticks = u64::from_le_bytes(entry[8..16].try_into().ok()?);
        let seconds = i64::try_from(ticks.checked_sub(EPOCH)? / 10_000_000).ok()?;
        jiff::Timestamp::from_second(seconds).ok().map(|time| time.to_string())
    };
    time(0x0039_0040).or_else(|| time(0x0E06_0040))
}

/// Rich text out of its packing (MS-OXRTFCP).
fn unpacked(bytes: &[u8]) -> Option<Vec<u8>> {
    const START: &[u8] =
        b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \
        \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \
        \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";
    let raw_size = usize::try_from(u32::from_le_bytes(bytes.get(4..8)?.try_into().ok()?)).ok()?;
    let body = bytes.get(16..)?;
    match bytes.get(8..12)? {
        b"MELA" => return Some(body[..body.len().min(raw_size)].to_vec()),
        b"LZFu" => {}
        _ => return None,
    }
    let mut window = [b' '; 4096];
    window[..START.len()].copy_from_slice(START);
    let (mut at, mut out, mut read) = (START.len(), Vec::new(), body.iter().copied());
    while let Some(control) = read.next() {
        for bit in 0..8 {
            if control >> bit & 1 == 0 {
                let Some(byte) = read.next() else { return Some(out) };
                (window[at], at) = (byte, (at + 1) % 4096);
                out.push(byte);
                continue;
            }
            let (Some(high), Some(low)) = (read.next(), read.next()) else { return Some(out) };
            let token = u16::from_be_bytes([high, low]);
            let (from, length) = (usize::from(token >> 4), usize::from(token & 15) + 2);
            if from == at || out.len() > raw_size {
                return Some(out);
            }
            for offset in 0..length {
                let byte = window[(from + offset) % 4096];
                (window[at], at) = (byte, (at + 1) % 4096);
                out.push(byte);
            }
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packed_rich_text_is_unpacked() {
        // The example of MS-OXRTFCP, 4.1.1.
        let packed = [
            0x2d, 0, 0, 0, 0x2b, 0, 0, 0, 0x4c, 0x5a, 0x46, 0x75, 0xf1, 0xc5, 0xc7, 0xa7, 0x03, 0, 0x0a, 0, 0x72, 0x63,
            0x70, 0x67, 0x31, 0x32, 0x35, 0x42, 0x32, 0x0a, 0xf3, 0x20, 0x68, 0x65, 0x6c, 0x09, 0, 0x20, 0x62, 0x77,
            0x05, 0xb0, 0x6c, 0x64, 0x7d, 0x0a, 0x80, 0x0f, 0xa0,
        ];
        assert_eq!(unpacked(&packed).unwrap(), b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n");
        for cut in 0..packed.len() {
            unpacked(&packed[..cut]);
        }
    }
}
