//! The zip of a document: parts read by their names, never unpacked to paths.
//!
//! Parts may together stand for no more bytes than a document has, and not be packed tighter than
//! text can be.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use zip::ZipArchive;

use super::xml::Element;
use crate::gather::{Error, Input, decode};

/// Parts that a document may have.
const MAX_PARTS: usize = 50_000;
/// Bytes that one part may have.
const MAX_PART: u64 = 64 * 1024 * 1024;
/// Bytes that all parts that are read may have together.
const MAX_TOTAL: u64 = 256 * 1024 * 1024;
/// Bytes that one packed byte may stand for, in parts of any size to speak of.
const MAX_RATIO: u64 = 400;
/// Parts smaller than this may be packed as tight as they like.
const SMALL: u64 = 4 * 1024 * 1024;

/// What a zip holds that is a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Content {
    Epub,
    Docx,
    Pptx,
    Xlsx,
    Odt,
    Odp,
    Ods,
}

/// An opened document.
pub(crate) struct Package<'a> {
    /// Name of the source, for errors.
    pub(crate) name: &'a str,
    archive: ZipArchive<Cursor<&'a [u8]>>,
    n_read: u64,
    /// Parts that ended early.
    pub(crate) n_broken: usize,
}

/// Where a relation of a part leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Relation {
    /// The last word of its type: `image`, `hyperlink`, `slide`.
    pub(crate) kind: String,
    /// A part of the package, or an address.
    pub(crate) target: String,
    pub(crate) is_external: bool,
}

/// What the document in these bytes is, if they are one.
pub(crate) fn content(input: &Input) -> Option<Content> {
    if !input.bytes.starts_with(b"PK") {
        return None;
    }
    let mut package = Package::open(input).ok()?;
    if let Ok(Some(kind)) = package.text("mimetype") {
        match kind.trim() {
            "application/epub+zip" => return Some(Content::Epub),
            // A text, its template, a page for the web, a text of several files.
            kind if kind.starts_with("application/vnd.oasis.opendocument.text") => {
                return Some(Content::Odt);
            }
            "application/vnd.oasis.opendocument.presentation" => return Some(Content::Odp),
            "application/vnd.oasis.opendocument.spreadsheet" => return Some(Content::Ods),
            _ => {}
        }
    }
    if package.has("META-INF/container.xml") && !package.has("content.xml") {
        return Some(Content::Epub);
    }
    let main = package.main().ok()?;
    match main.split('/').next_back()? {
        "document.xml" | "document2.xml" => Some(Content::Docx),
        "presentation.xml" => Some(Content::Pptx),
        "workbook.xml" => Some(Content::Xlsx),
        _ => None,
    }
}

impl<'a> Package<'a> {
    pub(crate) fn open(input: &Input<'a>) -> Result<Self, Error> {
        let malformed = |reason| Error::Archive { name: input.name.to_owned(), reason };
        let archive = ZipArchive::new(Cursor::new(input.bytes))
            .map_err(|_| malformed("its directory cannot be read; the file may be cut off"))?;
        if archive.len() > MAX_PARTS {
            return Err(malformed("it has more parts than any document"));
        }
        Ok(Self { name: input.name, archive, n_read: 0, n_broken: 0 })
    }

    /// What is wrong with a part, without the name of the source: it stands in a document's reason.
    pub(crate) fn without_name(&self, error: &Error) -> String {
        let told = error.to_string();
        told.strip_prefix(self.name).map_or(told.as_str(), |rest| rest.trim_start_matches('/')).to_owned()
    }

    /// The names of all parts, in byte order.
    pub(crate) fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.archive.file_names().flatten().map(std::borrow::Cow::into_owned).collect();
        names.sort();
        names
    }

    /// Whether there is such a part.
    pub(crate) fn has(&self, path: &str) -> bool {
        self.locate(path).is_some()
    }

    /// Part names are compared without regard to case (ECMA-376 part 2), after the exact name.
    fn locate(&self, path: &str) -> Option<usize> {
        let path = path.trim_start_matches('/');
        self.archive.index_for_name(path).or_else(|| {
            let is_it = |name: &str| name.trim_start_matches('/').eq_ignore_ascii_case(path);
            (0..self.archive.len())
                .find(|index| self.archive.name_for_index(*index).is_some_and(|n| n.is_ok_and(|name| is_it(&name))))
        })
    }

    /// The bytes of a part, if there is one.
    pub(crate) fn bytes(&mut self, path: &str) -> Result<Option<Vec<u8>>, Error> {
        let Some(index) = self.locate(path) else { return Ok(None) };
        let name = format!("{}/{path}", self.name);
        let malformed = |reason| Error::Archive { name: name.clone(), reason };
        let part = self
            .archive
            .by_index(index)
            .map_err(|_| malformed("it is encrypted, or packed in a way that is not read"))?;
        if part.size() > SMALL && part.size() / part.compressed_size().max(1) > MAX_RATIO {
            return Err(malformed("it is packed tighter than text can be"));
        }
        let limit = MAX_PART.min(MAX_TOTAL.saturating_sub(self.n_read));
        let mut bytes = Vec::new();
        // What was read before the damage is still the document's.
        let is_broken = part.take(limit + 1).read_to_end(&mut bytes).is_err();
        self.n_read += bytes.len() as u64;
        self.n_broken += usize::from(is_broken);
        if bytes.len() as u64 > limit {
            return Err(Error::TooLarge { name, limit: usize::try_from(limit).unwrap_or(usize::MAX) });
        }
        Ok(Some(bytes))
    }

    /// The text of a part, if there is one that has any.
    pub(crate) fn text(&mut self, path: &str) -> Result<Option<String>, Error> {
        let Some(bytes) = self.bytes(path)? else { return Ok(None) };
        Ok(decode::text(path, &bytes).ok().map(std::borrow::Cow::into_owned))
    }

    /// The tree of a part, if there is one that has any.
    pub(crate) fn xml(&mut self, path: &str) -> Result<Option<Element>, Error> {
        let Some(text) = self.text(path)? else { return Ok(None) };
        let (root, whole) = Element::parse(&format!("{}/{path}", self.name), &text)?;
        self.n_broken += usize::from(!whole);
        Ok(Some(root))
    }

    /// The part that an office document begins with.
    pub(crate) fn main(&mut self) -> Result<String, Error> {
        let relations = self.relations("")?;
        let main = relations.into_values().find(|relation| relation.kind == "officeDocument");
        main.map(|relation| relation.target)
            .ok_or_else(|| Error::Archive { name: self.name.to_owned(), reason: "it names no main part" })
    }

    /// The relations of a part by their ids; of the package itself where `path` is empty.
    pub(crate) fn relations(&mut self, path: &str) -> Result<BTreeMap<String, Relation>, Error> {
        let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let Some(root) = self.xml(&format!("{prefix}_rels/{file}.rels"))? else { return Ok(BTreeMap::new()) };
        let relation = |element: &Element| {
            let target = element.attribute("Target")?;
            let is_external = element.attribute("TargetMode") == Some("External");
            let kind = element.attribute("Type")?.rsplit('/').next()?.to_owned();
            let target = if is_external { target.to_owned() } else { resolve(folder, target) };
            Some((element.attribute("Id")?.to_owned(), Relation { kind, target, is_external }))
        };
        Ok(root.all("Relationship").into_iter().filter_map(relation).collect())
    }
}

/// A path seen from a folder of the package, `.` and `..` taken out and `%20` decoded.
pub(crate) fn resolve(folder: &str, target: &str) -> String {
    let target = percent_decoded(target);
    let mut parts: Vec<&str> = if target.starts_with('/') { Vec::new() } else { folder.split('/').collect() };
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.retain(|part| !part.is_empty());
    parts.join("/")
}

fn percent_decoded(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((byte, tail)) = rest.split_first() {
        let hex = tail.get(..2).and_then(|hex| std::str::from_utf8(hex).ok()).filter(|_| *byte == b'%');
        if let Some(byte) = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            out.push(byte);
            rest = &tail[2..];
        } else {
            out.push(*byte);
            rest = tail;
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_seen_from_its_folder() {
        for (folder, target, path) in [
            ("word", "media/a.png", "word/media/a.png"),
            ("ppt/slides", "../notes/n.xml", "ppt/notes/n.xml"),
            ("word", "/docProps/core.xml", "docProps/core.xml"),
            ("OEBPS", "my%20text.xhtml", "OEBPS/my text.xhtml"),
            ("", "../../../etc/passwd", "etc/passwd"),
            ("a", "b%zz%", "a/b%zz%"),
        ] {
            assert_eq!(resolve(folder, target), path);
        }
    }
}
