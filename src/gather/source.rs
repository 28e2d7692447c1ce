//! Sources on disk and on stdin: the one place of this room that does IO.
//!
//! A file is read whole; a folder is walked in the byte order of its paths, and what is skipped in
//! it (hidden files, links to folders, files that are no text) is told, never silent. A folder fails
//! only when nothing in it could be read. A zip archive is walked like a folder but is one source (one of an office program is a document);
//! files that only make sense together are joined. `export.zip#words` picks one conversation.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Cursor, Read, Seek};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::container::{Container, Member, is_document};
use super::family::Family;
use super::{Error, Reading, Wishes, decode};
use crate::content::{Digest, Document, Kind, Problem, nearest};

/// The most bytes that one source may have.
pub const MAX_BYTES: usize = 256 * 1024 * 1024;

/// One source that was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Gathered {
    /// The path as it was typed; below a folder, with `/` between the names. `-` is stdin.
    pub locator: String,
    /// How many bytes it has.
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
    let (path, wishes) = match named.rsplit_once('#') {
        Some((path, pick)) if !pick.is_empty() && !Path::new(named).exists() => {
            (path, Wishes { pick: Some(pick), ..wishes })
        }
        _ => (named, wishes),
    };
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
    let locate = |relative: &str| match shown.trim_end_matches('/') {
        "." => relative.to_owned(),
        "" => format!("/{relative}"),
        folder => format!("{folder}/{relative}"),
    };
    let mut files = walk(named, path, &mut problems)?;
    for problem in &mut problems {
        problem.place = locate(&problem.place);
    }
    if let Some(family) = Family::of(&files.iter().map(|(relative, _)| relative.as_str()).collect::<Vec<_>>()) {
        let (together, others): (Vec<_>, Vec<_>) = files.into_iter().partition(|(relative, _)| family.takes(relative));
        let texts = together.iter().map(|(relative, path)| Ok((relative.clone(), contents(&locate(relative), path)?)));
        gathered.push(joined(named, family, texts.collect::<Result<_, _>>()?, wishes)?);
        if !others.is_empty() {
            problems.push(Problem::note(
                named,
                format!("files beside the posts and messages passed over: {}", others.len()),
            ));
        }
        files = Vec::new();
    }
    for (relative, path) in files {
        let locator = locate(&relative);
        match file(&locator, &path, wishes) {
            Ok(source) => gathered.push(source),
            // A word that names no format is wrong for every file alike.
            Err(error @ Error::UnknownFormat { .. }) => return Err(error),
            // What is asked for is in another file, or in none.
            Err(Error::NotInside { .. }) => {}
            Err(error) => problems.push(Problem::warning(named, format!("skipped: {error}"))),
        }
    }
    match (gathered.is_empty(), wishes.pick) {
        (true, Some(pick)) => Err(Error::not_inside(shown, pick)),
        (true, None) => Err(Error::NothingInFolder { path: named.to_owned(), n_skipped: problems.len() }),
        (false, _) => Ok(Harvest { gathered, problems }),
    }
}

/// Reads files that belong together as one source.
fn joined(named: &str, family: Family, files: Vec<(String, Vec<u8>)>, wishes: Wishes) -> Result<Gathered, Error> {
    let mut problems = Vec::new();
    let mut texts = Vec::new();
    let mut bytes = Vec::new();
    for (relative, content) in files {
        match decode::text(&relative, &content) {
            Ok(text) => texts.push((relative.clone(), text.into_owned())),
            Err(error) => problems.push(Problem::warning(named, format!("skipped: {error}"))),
        }
        bytes.extend_from_slice(&content);
    }
    if bytes.len() > MAX_BYTES {
        return Err(Error::TooLarge { name: named.to_owned(), limit: MAX_BYTES });
    }
    let reading = super::read_as(named, family.join(&texts).as_bytes(), wishes)?;
    problems.extend(reading.problems);
    let documents = reading.documents.into_iter().map(Arc::new).collect();
    let (sha256, bytes) = (Digest::of(&bytes), bytes.len());
    Ok(Gathered { locator: named.to_owned(), bytes, sha256, documents, problems })
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
        let mut files = Vec::new();
        for member in members.iter().filter(|member| family.takes(&member.name)) {
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
    for member in members {
        let name = format!("{shown}/{}", member.name);
        let read = container.read(member, |stream| read_capped(stream, &name));
        match read.and_then(|bytes| super::read_as(&name, &bytes, wishes)) {
            Ok(reading) => {
                documents.extend(reading.documents);
                problems.extend(reading.problems);
            }
            Err(error @ Error::UnknownFormat { .. }) => return Err(error),
            Err(Error::NotInside { .. } | Error::Empty { .. } | Error::NothingRead { .. }) => n_unread += 1,
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

/// The files below a folder with their paths relative to it, in byte order.
fn walk(named: &str, root: &Path, problems: &mut Vec<Problem>) -> Result<Vec<(String, PathBuf)>, Error> {
    let unreadable = |path: &str, source| Error::Read { path: path.to_owned(), source };
    let mut files = Vec::new();
    let mut folders = vec![(String::new(), root.to_owned())];
    while let Some((prefix, folder)) = folders.pop() {
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(source) if prefix.is_empty() => return Err(unreadable(named, source)),
            Err(source) => {
                problems.push(Problem::warning(prefix, format!("skipped: cannot read the folder ({source})")));
                continue;
            }
        };
        for entry in entries {
            let entry = entry.map_err(|source| unreadable(named, source))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let relative = if prefix.is_empty() { name.clone() } else { format!("{prefix}/{name}") };
            let path = entry.path();
            if name.starts_with('.') {
                problems.push(Problem::note(relative, "skipped: hidden"));
                continue;
            }
            let is_link = entry.file_type().is_ok_and(|kind| kind.is_symlink());
            match fs::metadata(&path) {
                Ok(metadata) if metadata.is_dir() && is_link => {
                    problems.push(Problem::note(relative, "skipped: a link to a folder"));
                }
                Ok(metadata) if metadata.is_dir() => folders.push((relative, path)),
                Ok(metadata) if metadata.is_file() => files.push((relative, path)),
                Ok(_) => problems.push(Problem::note(relative, "skipped: neither a file nor a folder")),
                Err(source) => problems.push(Problem::warning(relative, format!("skipped: {source}"))),
            }
        }
    }
    files.sort();
    problems.sort_by(|left, right| left.place.cmp(&right.place));
    Ok(files)
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
    gathered(locator, &contents(locator, path)?, wishes)
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

/// The entry of the same folder whose name is nearest to that of a missing path.
fn neighbour(path: &Path) -> Option<String> {
    let name = path.file_name()?.to_string_lossy();
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let mut names: Vec<String> = fs::read_dir(folder.unwrap_or(Path::new(".")))
        .ok()?
        .filter_map(|entry| Some(entry.ok()?.file_name().to_string_lossy().into_owned()))
        .collect();
    names.sort();
    let found = nearest(&name, names.iter().map(String::as_str))?;
    Some(folder.map_or(found.to_owned(), |folder| format!("{}/{found}", folder.display()).replace("//", "/")))
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
