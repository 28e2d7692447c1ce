//! Sources on disk and on stdin: the one place of this room that does IO.
//!
//! A file is read whole, a pipe to its end; a folder is walked in the byte order of its paths, and what is
//! skipped in it (hidden and ignored files, links to folders, files that are no text) is told, never silent.
//! A folder fails only when nothing in it could be read. A zip archive is walked like a folder but is one source (one of an
//! office program is a document); files that only make sense together are joined.
//! `export.zip#words` picks one conversation, of an export of any size.

mod archive;
mod folder;
mod list;
mod walk;

use std::borrow::Cow;
use std::fs::{self, File};
use std::io::{self, Cursor, Read, Seek};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::container::is_document;
use super::family::Family;
use super::stream::{self, Stream};
use super::thread::linked::{self, Links, Visit};
use super::{Error, Format, Reading, Wishes, decode};
use crate::content::{Digest, Document, Hashing, Problem};

use archive::{archive, is_archive};
use folder::folder;
use walk::neighbour;

pub use list::list;

/// The most bytes that one source may have.
pub const MAX_BYTES: usize = 256 * 1024 * 1024;

/// One source that was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Gathered {
    /// The path as it was typed; below a folder, with `/` between the names. `-` is stdin.
    pub locator: String,
    /// How many bytes it has; of one thread of posts too many to be joined, those of the thread.
    pub bytes: usize,
    /// Digest of those bytes.
    pub sha256: Digest,
    /// The documents it holds, at least one.
    pub documents: Vec<Arc<Document>>,
    /// What a person should know about them.
    pub problems: Vec<Problem>,
}

/// All that one named source led to.
#[derive(Debug, Clone, PartialEq)]
pub struct Harvest {
    /// The sources that were read, in the order of their paths.
    pub gathered: Vec<Gathered>,
    /// What was skipped on the way.
    pub problems: Vec<Problem>,
}

/// Reads a file, a folder, an archive or, for `-`, what `stdin` gives.
pub fn gather(named: &str, wishes: Wishes, stdin: &mut dyn Read) -> Result<Harvest, Error> {
    if named == "-" {
        let gathered = from_bytes(named, &read_capped(stdin, named)?, wishes)?;
        return Ok(Harvest { gathered: vec![gathered], problems: Vec::new() });
    }
    let (path, wishes) = named_and_pick(named, wishes);
    let found = metadata(path)?;
    let path = Path::new(path);
    if found.is_dir() {
        return folder(named, path, wishes);
    }
    if !found.is_file() {
        // A pipe comes once and has no place to go back to.
        let bytes = contents(&path.to_string_lossy(), path)?;
        return Ok(Harvest { gathered: vec![from_bytes(named, &bytes, wishes)?], problems: Vec::new() });
    }
    Ok(Harvest { gathered: vec![file(named, path, wishes)?], problems: Vec::new() })
}

/// Reads bytes that are there already: of stdin, or from the web.
pub fn from_bytes(named: &str, bytes: &[u8], wishes: Wishes) -> Result<Gathered, Error> {
    if is_archive(bytes) && !is_document(Cursor::new(bytes)) {
        return archive(named, Cursor::new(bytes), (Digest::of(bytes), bytes.len()), wishes);
    }
    gathered(named, bytes, wishes)
}

/// A path and what is picked of it: `export.zip#words`.
fn named_and_pick<'a>(named: &'a str, wishes: Wishes<'a>) -> (&'a str, Wishes<'a>) {
    match named.rsplit_once('#') {
        Some((path, pick)) if !pick.is_empty() && !Path::new(named).exists() => {
            (path, Wishes { pick: Some(pick), ..wishes })
        }
        _ => (named, wishes),
    }
}

/// The text of a file, or for `-` of what `stdin` gives, as it stands: a mark of UTF-8 and all.
pub fn raw(named: &str, stdin: &mut dyn Read) -> Result<String, Error> {
    let bytes = if named == "-" {
        read_capped(stdin, named)?
    } else {
        metadata(named)?;
        contents(named, Path::new(named))?
    };
    if let Cow::Owned(decoded) = decode::text(named, &bytes)? {
        return Ok(decoded);
    }
    Ok(String::from_utf8(bytes).expect("what is not decoded is UTF-8"))
}

/// What is there under this name, if anything is.
fn metadata(named: &str) -> Result<fs::Metadata, Error> {
    let path = Path::new(named);
    fs::metadata(path).map_err(|source| match source.kind() {
        io::ErrorKind::NotFound => match fs::read_link(path) {
            Ok(target) => Error::Dangling { path: named.to_owned(), target: target.display().to_string() },
            Err(_) => Error::Missing { path: named.to_owned(), nearest: neighbour(path) },
        },
        _ => Error::Read { path: named.to_owned(), source },
    })
}

fn unreadable(name: &str, source: io::Error) -> Error {
    Error::Read { path: name.to_owned(), source }
}

/// How many bytes files have together.
fn size_of<'a>(files: impl IntoIterator<Item = &'a (String, PathBuf)>) -> u64 {
    files.into_iter().filter_map(|(_, path)| fs::metadata(path).ok()).map(|metadata| metadata.len()).sum()
}

/// Reads one thread of files that are too large to be joined.
fn picked(
    named: &str,
    files: &[(String, PathBuf)],
    found: (&Format, Links),
    wishes: Wishes,
) -> Result<Gathered, Error> {
    let unreadable = |source| unreadable(named, source);
    let visit: Visit = &mut |file, take| take(&mut File::open(&files[file].1).map_err(unreadable)?);
    let (Reading { documents, problems }, (sha256, bytes)) = linked::pick(named, (files.len(), visit), found, wishes)?;
    let documents = documents.into_iter().map(Arc::new).collect();
    Ok(Gathered { locator: named.to_owned(), bytes, sha256, documents, problems })
}

/// Reads files that belong together as one source.
fn joined(named: &str, family: Family, files: Vec<(String, Vec<u8>)>, wishes: Wishes) -> Result<Gathered, Error> {
    let (Reading { documents, problems }, (sha256, bytes)) = joined_texts(named, family, files, wishes)?;
    let documents = documents.into_iter().map(Arc::new).collect();
    Ok(Gathered { locator: named.to_owned(), bytes, sha256, documents, problems })
}

/// What files that belong together hold, with digest and number of their bytes.
fn joined_texts(
    named: &str,
    family: Family,
    files: Vec<(String, Vec<u8>)>,
    wishes: Wishes,
) -> Result<(Reading, (Digest, usize)), Error> {
    let mut problems = Vec::new();
    let mut texts = Vec::new();
    let mut bytes = Vec::new();
    for (relative, content) in files {
        match decode::text(&relative, &content) {
            Ok(text) => texts.push((relative.clone(), text.into_owned())),
            Err(error) => problems.push(Problem::warning(named, format!("skipped: {error}"))),
        }
        bytes.extend_from_slice(&content);
        if bytes.len() > MAX_BYTES {
            return Err(Error::TooLarge { name: named.to_owned(), limit: MAX_BYTES });
        }
    }
    let mut reading = super::read_as(named, family.join(&texts).as_bytes(), wishes)?;
    reading.problems.splice(0..0, problems);
    Ok((reading, (Digest::of(&bytes), bytes.len())))
}

/// Reads one file.
fn file(locator: &str, path: &Path, wishes: Wishes) -> Result<Gathered, Error> {
    let unreadable = |source| Error::Read { path: locator.to_owned(), source };
    let mut open = File::open(path).map_err(unreadable)?;
    let mut start = [0; 4];
    let is_whole = open.read_exact(&mut start).is_ok();
    if is_whole && is_archive(&start) && !is_document(&mut open) {
        open.rewind().map_err(unreadable)?;
        let measured = Digest::of_stream(&mut open).map_err(unreadable)?;
        open.rewind().map_err(unreadable)?;
        return archive(locator, open, measured, wishes);
    }
    open.rewind().map_err(unreadable)?;
    let size = open.metadata().map_err(unreadable)?.len();
    let Some(pick) = wishes.pick else {
        if size > MAX_BYTES as u64 {
            return Err(Error::TooLarge { name: locator.to_owned(), limit: MAX_BYTES });
        }
        return gathered(locator, &read_sized(&mut open, size, locator)?, wishes);
    };
    if size > stream::FROM {
        let shown = locator.strip_suffix(pick).and_then(|rest| rest.strip_suffix('#')).unwrap_or(locator);
        let mut head = Vec::new();
        (&mut open).take(stream::FROM).read_to_end(&mut head).map_err(unreadable)?;
        if let Some((format, Stream::Linked(links))) = stream::format(shown, &head, wishes) {
            return picked(locator, &[(shown.to_owned(), path.to_owned())], (format, links), wishes);
        }
        open.rewind().map_err(unreadable)?;
    }
    let mut hashing = Hashing::new(open);
    let Reading { documents, problems } = reading(locator, &mut hashing, wishes)?;
    let (sha256, bytes) = hashing.finish().map_err(unreadable)?;
    let documents = documents.into_iter().map(Arc::new).collect();
    Ok(Gathered { locator: locator.to_owned(), bytes, sha256, documents, problems })
}

/// Reads one text: whole, or where one conversation is picked of a large one, element by element.
fn reading(name: &str, reader: &mut dyn Read, wishes: Wishes) -> Result<Reading, Error> {
    let unreadable = |source| Error::Read { path: name.to_owned(), source };
    let mut head = Vec::new();
    if wishes.pick.is_some() {
        (&mut *reader).take(stream::FROM).read_to_end(&mut head).map_err(unreadable)?;
        let is_large = head.len() as u64 == stream::FROM;
        let found = is_large.then(|| stream::format(name, &head, wishes)).flatten();
        if let Some((format, Stream::Alone(outlines))) = found {
            return stream::pick(name, &mut head.chain(reader), (format, outlines), wishes);
        }
    }
    super::read_as(name, &read_capped(&mut head.chain(reader), name)?, wishes)
}

fn contents(locator: &str, path: &Path) -> Result<Vec<u8>, Error> {
    let mut open = File::open(path).map_err(|source| Error::Read { path: locator.to_owned(), source })?;
    let size = open.metadata().map_or(0, |metadata| metadata.len());
    read_sized(&mut open, size, locator)
}

/// All bytes of a reader, up to [`MAX_BYTES`].
fn read_capped(reader: &mut dyn Read, name: &str) -> Result<Vec<u8>, Error> {
    read_sized(reader, 0, name)
}

/// All bytes of a reader that says it has `size` of them, up to [`MAX_BYTES`].
fn read_sized(reader: &mut dyn Read, size: u64, name: &str) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(MAX_BYTES).min(MAX_BYTES));
    let limit = MAX_BYTES as u64 + 1;
    reader.take(limit).read_to_end(&mut bytes).map_err(|source| Error::Read { path: name.to_owned(), source })?;
    if bytes.len() > MAX_BYTES {
        return Err(Error::TooLarge { name: name.to_owned(), limit: MAX_BYTES });
    }
    Ok(bytes)
}

fn gathered(locator: &str, bytes: &[u8], wishes: Wishes) -> Result<Gathered, Error> {
    let Reading { documents, problems } = super::read_as(locator, bytes, wishes)?;
    let documents = documents.into_iter().map(Arc::new).collect();
    Ok(Gathered { locator: locator.to_owned(), bytes: bytes.len(), sha256: Digest::of(bytes), documents, problems })
}

#[cfg(test)]
mod tests;
