//! Sources on disk and on stdin: the one place of this room that does IO.
//!
//! A file is read whole; a folder is walked in the byte order of its paths, and what is skipped in
//! it (hidden files, links to folders, files that are no text) is told, never silent. A folder fails
//! only when nothing in it could be read. A zip archive is walked like a folder but is one source (one of an
//! office program is a document); files that only make sense together are joined.
//! `export.zip#words` picks one conversation, of an export of any size.

mod folder;
mod list;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Cursor, Read, Seek};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::container::{Container, Member, is_document};
use super::family::Family;
use super::stream::{self, Stream};
use super::thread::linked::{self, Links, Visit};
use super::{Error, Format, Reading, Wishes, decode};
use crate::content::{Digest, Document, Hashing, Kind, Problem};

use folder::{neighbour, walk};

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
    let is_folder = metadata(path)?.is_dir();
    let path = Path::new(path);
    if is_folder {
        return folder(named, path, wishes);
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
        io::ErrorKind::NotFound => Error::Missing { path: named.to_owned(), nearest: neighbour(path) },
        _ => Error::Read { path: named.to_owned(), source },
    })
}

/// Every readable source below a folder.
fn folder(named: &str, path: &Path, wishes: Wishes) -> Result<Harvest, Error> {
    let mut problems = Vec::new();
    let mut gathered = Vec::new();
    let shown = if wishes.pick.is_some() { named.rsplit_once('#').map_or(named, |(folder, _)| folder) } else { named };
    let locate = |relative: &str| locate(shown, relative);
    let mut files = walk(named, path, &mut problems)?;
    for problem in &mut problems {
        problem.place = locate(&problem.place);
    }
    if let Some(family) = Family::of(&files.iter().map(|(relative, _)| relative.as_str()).collect::<Vec<_>>()) {
        let (together, others): (Vec<_>, Vec<_>) = files.into_iter().partition(|(relative, _)| family.takes(relative));
        let n_bytes = size_of(&together);
        gathered.push(match family.links().filter(|_| n_bytes > stream::FROM && wishes.pick.is_some()) {
            Some(found) => picked(named, &together, found, wishes)?,
            None if n_bytes > MAX_BYTES as u64 => {
                return Err(Error::TooLarge { name: shown.to_owned(), limit: MAX_BYTES });
            }
            None => {
                let text =
                    |(relative, path): &(String, PathBuf)| Ok((relative.clone(), contents(&locate(relative), path)?));
                joined(named, family, together.iter().map(text).collect::<Result<_, _>>()?, wishes)?
            }
        });
        problems.extend(beside(named, others.len()));
        files = Vec::new();
    }
    for (relative, path) in files {
        let locator = locate(&relative);
        match file(&locator, &path, wishes) {
            Ok(source) => gathered.push(source),
            // A word that names no format is wrong for every file alike.
            Err(error @ Error::UnknownFormat { .. }) => return Err(error),
            // What is asked for is in another file, or in none.
            Err(error) if error.is_elsewhere() => {}
            Err(error) => problems.push(Problem::warning(named, format!("skipped: {error}"))),
        }
    }
    match (gathered.is_empty(), wishes.pick) {
        (true, Some(pick)) => Err(Error::not_inside(shown, pick)),
        (true, None) => Err(Error::NothingInFolder { path: named.to_owned(), n_skipped: problems.len() }),
        (false, _) => Ok(Harvest { gathered, problems }),
    }
}

/// Says how many files of an export are not read, since they hold no posts or messages of it.
fn beside(named: &str, n_files: usize) -> Option<Problem> {
    let message = format!("files beside the posts and messages passed over: {n_files}");
    (n_files > 0).then(|| Problem::note(named, message))
}

/// How a file below a folder is called.
fn locate(folder: &str, relative: &str) -> String {
    match folder.trim_end_matches('/') {
        "." => relative.to_owned(),
        "" => format!("/{relative}"),
        folder => format!("{folder}/{relative}"),
    }
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

/// Whether bytes are those of a zip archive.
fn is_archive(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06")
}

/// Reads the members of an archive as one source.
///
/// Beside conversations, what is only data or a page is not what the archive is for.
fn archive<R: Read + Seek>(
    named: &str,
    reader: R,
    (sha256, bytes): (Digest, usize),
    wishes: Wishes,
) -> Result<Gathered, Error> {
    let shown = wishes.pick.and_then(|pick| named.strip_suffix(pick)).map_or(named, |name| name.trim_end_matches('#'));
    let mut container = Container::open(shown, reader)?;
    let (members, n_passed) = container.members();
    let mut problems = Vec::new();
    if n_passed > 0 {
        problems.push(Problem::note(shown, format!("members that hold no text passed over: {n_passed}")));
    }
    let family = Family::of(&members.iter().map(|member| member.name.as_str()).collect::<Vec<_>>());
    if let Some(family) = family {
        let together: Vec<_> = members.iter().filter(|member| family.takes(&member.name)).collect();
        let n_bytes: u64 = together.iter().map(|member| container.size(member)).sum();
        problems.extend(beside(shown, members.len() - together.len()));
        if let Some(found) = family.links().filter(|_| n_bytes > stream::FROM && wishes.pick.is_some()) {
            let visit: Visit = &mut |file, take| container.read(together[file], |stream| take(stream));
            let (reading, _) = linked::pick(shown, (together.len(), visit), found, wishes)?;
            let documents = reading.documents.into_iter().map(Arc::new).collect();
            problems.extend(reading.problems);
            return Ok(Gathered { locator: named.to_owned(), bytes, sha256, documents, problems });
        }
        if n_bytes > MAX_BYTES as u64 {
            return Err(Error::TooLarge { name: shown.to_owned(), limit: MAX_BYTES });
        }
        let mut files = Vec::new();
        for member in together {
            files.push((member.name.clone(), container.read(member, |stream| read_capped(stream, &member.name))?));
        }
        let mut gathered = joined(shown, family, files, wishes)?;
        gathered.problems.splice(0..0, problems);
        return Ok(Gathered { locator: named.to_owned(), bytes, sha256, ..gathered });
    }
    let documents = members_of(shown, &mut container, &members, wishes, &mut problems)?;
    let documents = documents.into_iter().map(Arc::new).collect();
    Ok(Gathered { locator: named.to_owned(), bytes, sha256, documents, problems })
}

fn members_of<R: Read + Seek>(
    shown: &str,
    container: &mut Container<R>,
    members: &[Member],
    wishes: Wishes,
    problems: &mut Vec<Problem>,
) -> Result<Vec<Document>, Error> {
    let mut documents: Vec<Document> = Vec::new();
    let mut n_unread = 0;
    let mut first_error = None;
    // Papers beside conversations are what was attached to them; they take a while, so they come last.
    let (papers, texts): (Vec<&Member>, Vec<&Member>) = members.iter().partition(|member| member.is_paper());
    for member in texts.into_iter().chain(papers) {
        if member.is_paper() && documents.iter().any(is_talk) {
            n_unread += 1;
            continue;
        }
        let name = format!("{shown}/{}", member.name);
        match container.read(member, |stream| reading(&name, stream, wishes)) {
            Ok(reading) => {
                documents.extend(reading.documents);
                problems.extend(reading.problems);
            }
            Err(error @ Error::UnknownFormat { .. }) => return Err(error),
            Err(error) if error.is_elsewhere() => n_unread += 1,
            Err(Error::Empty { .. } | Error::NothingRead { .. }) => n_unread += 1,
            Err(error) => {
                problems.push(Problem::warning(shown, format!("skipped: {error}")));
                first_error.get_or_insert(error);
            }
        }
    }
    if documents.iter().any(is_talk) {
        let n_all = documents.len();
        documents.retain(|document| !matches!(document.kind, Kind::Data | Kind::Page));
        n_unread += n_all - documents.len();
    }
    let mut ids = BTreeSet::new();
    let n_all = documents.len();
    documents
        .retain(|document| document.id.as_ref().is_none_or(|id| ids.insert((document.format.clone(), id.clone()))));
    if documents.len() < n_all {
        problems.push(Problem::note(shown, format!("repeats of an id left out: {}", n_all - documents.len())));
    }
    if let (true, Some(error)) = (documents.is_empty(), first_error) {
        return Err(error);
    }
    match (documents.is_empty(), wishes.pick) {
        (true, Some(pick)) => return Err(Error::not_inside(shown, pick)),
        (true, None) => return Err(Error::NothingInFolder { path: shown.to_owned(), n_skipped: members.len() }),
        (false, _) => {}
    }
    if n_unread > 0 {
        problems.push(Problem::note(shown, format!("members beside the conversations passed over: {n_unread}")));
    }
    Ok(documents)
}

fn is_talk(document: &Document) -> bool {
    matches!(document.kind, Kind::Thread | Kind::Chat | Kind::Mail)
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
    let shown = wishes.pick.and_then(|pick| locator.strip_suffix(pick)?.strip_suffix('#')).unwrap_or(locator);
    let size = open.metadata().map_err(unreadable)?.len();
    if wishes.pick.is_none() && size > MAX_BYTES as u64 {
        return Err(Error::TooLarge { name: shown.to_owned(), limit: MAX_BYTES });
    }
    if wishes.pick.is_some() && size > stream::FROM {
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
    read_capped(&mut open, locator)
}

/// All bytes of a reader, up to [`MAX_BYTES`].
fn read_capped(reader: &mut dyn Read, name: &str) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
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
mod tests {
    use super::*;

    fn folder_with(files: &[(&str, &[u8])]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, bytes) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
        folder
    }

    fn harvest(path: &str) -> Result<Harvest, Error> {
        gather(path, Wishes::default(), &mut io::empty())
    }

    #[test]
    fn a_folder_is_read_in_order_and_tells_what_it_skips() {
        let files: &[(&str, &[u8])] = &[
            ("b.md", b"bee"),
            ("a/z.md", b"zed"),
            ("a-z.txt", b"dash"),
            (".git/x", b"x"),
            ("p.png", b"\x89PNG\0"),
            ("e.txt", b" "),
        ];
        let folder = folder_with(files);
        #[cfg(unix)]
        std::os::unix::fs::symlink(folder.path(), folder.path().join("loop")).unwrap();
        let root = folder.path().to_str().unwrap();
        let harvest = harvest(&format!("{root}/")).unwrap();
        let locators: Vec<&str> =
            harvest.gathered.iter().map(|source| source.locator.strip_prefix(root).unwrap()).collect();
        assert_eq!(locators, ["/a-z.txt", "/a/z.md", "/b.md"]);
        assert_eq!(harvest.gathered[2].sha256, Digest::of(b"bee"));
        let skipped: Vec<&str> = harvest.problems.iter().map(|problem| problem.message.as_str()).collect();
        assert_eq!(skipped.iter().filter(|message| message.starts_with("skipped: ")).count(), skipped.len());
        assert_eq!(skipped.len(), if cfg!(unix) { 4 } else { 3 });
    }

    #[test]
    fn a_source_that_cannot_be_read_says_why() {
        let folder = folder_with(&[("thread.md", b"words"), ("empty/x.bin", b"\0\x01\xff"), ("empty.txt", b"")]);
        let at = |name: &str| harvest(folder.path().join(name).to_str().unwrap());
        match at("thraed.md").unwrap_err() {
            Error::Missing { nearest, .. } => assert!(nearest.unwrap().ends_with("/thread.md")),
            other => panic!("{other}"),
        }
        assert!(matches!(at("quite-other").unwrap_err(), Error::Missing { nearest: None, .. }));
        assert!(matches!(at("empty").unwrap_err(), Error::NothingInFolder { n_skipped: 1, .. }));
        assert!(matches!(at("empty.txt").unwrap_err(), Error::Empty { .. }));
    }

    #[test]
    fn stdin_is_a_source() {
        let harvest =
            gather("-", Wishes { format: Some("essay"), ..Wishes::default() }, &mut &b"# A\n\nb"[..]).unwrap();
        assert_eq!(harvest.gathered[0].locator, "-");
        assert_eq!(harvest.gathered[0].documents[0].title.as_deref(), Some("A"));
        let mut endless = io::repeat(b'x');
        assert!(matches!(gather("-", Wishes::default(), &mut endless), Err(Error::TooLarge { limit: MAX_BYTES, .. })));
    }
}
