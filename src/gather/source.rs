//! Sources on disk and on stdin: the one place of this room that does IO.
//!
//! A file is read whole; a folder is walked in the byte order of its paths, and what is skipped in
//! it (hidden files, links to folders, files that are no text) is told, never silent. A folder fails
//! only when nothing in it could be read.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{Error, Reading, detect};
use crate::content::{Digest, Document, Problem, nearest};

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

/// Reads a file, a folder or, for `-`, what `stdin` gives.
pub fn gather(named: &str, as_format: Option<&str>, stdin: &mut dyn Read) -> Result<Harvest, Error> {
    if named == "-" {
        let bytes = read_capped(stdin, named)?;
        return Ok(Harvest { gathered: vec![gathered(named, &bytes, as_format)?], problems: Vec::new() });
    }
    let path = Path::new(named);
    if metadata(named)?.is_dir() {
        return folder(named, path, as_format);
    }
    Ok(Harvest { gathered: vec![file(named, path, as_format)?], problems: Vec::new() })
}

/// The text of a file, or for `-` of what `stdin` gives, as it stands: byte order mark and all.
pub fn raw(named: &str, stdin: &mut dyn Read) -> Result<String, Error> {
    let bytes = if named == "-" {
        read_capped(stdin, named)?
    } else {
        metadata(named)?;
        contents(named, Path::new(named))?
    };
    detect::text(named, &bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
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
fn folder(named: &str, path: &Path, as_format: Option<&str>) -> Result<Harvest, Error> {
    let mut problems = Vec::new();
    let mut gathered = Vec::new();
    let locate = |relative: &str| match named.trim_end_matches('/') {
        "." => relative.to_owned(),
        "" => format!("/{relative}"),
        folder => format!("{folder}/{relative}"),
    };
    let files = walk(named, path, &mut problems)?;
    for problem in &mut problems {
        problem.place = locate(&problem.place);
    }
    for (relative, path) in files {
        let locator = locate(&relative);
        match file(&locator, &path, as_format) {
            Ok(source) => gathered.push(source),
            // A word that names no format is wrong for every file alike.
            Err(error @ Error::UnknownFormat { .. }) => return Err(error),
            Err(error) => problems.push(Problem::warning(named, format!("skipped: {error}"))),
        }
    }
    if gathered.is_empty() {
        return Err(Error::NothingInFolder { path: named.to_owned(), n_skipped: problems.len() });
    }
    Ok(Harvest { gathered, problems })
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
fn file(locator: &str, path: &Path, as_format: Option<&str>) -> Result<Gathered, Error> {
    gathered(locator, &contents(locator, path)?, as_format)
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

fn gathered(locator: &str, bytes: &[u8], as_format: Option<&str>) -> Result<Gathered, Error> {
    let Reading { documents, problems } = super::read(locator, bytes, as_format)?;
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
        gather(path, None, &mut io::empty())
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
        let harvest = gather("-", Some("essay"), &mut &b"# A\n\nb"[..]).unwrap();
        assert_eq!(harvest.gathered[0].locator, "-");
        assert_eq!(harvest.gathered[0].documents[0].title.as_deref(), Some("A"));
        let mut endless = io::repeat(b'x');
        assert!(matches!(gather("-", None, &mut endless), Err(Error::TooLarge { limit: MAX_BYTES, .. })));
    }
}
