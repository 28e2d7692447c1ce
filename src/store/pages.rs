//! What came from the web, by its hash, beside the database of the store.
//!
//! `web/objects/` holds bytes under their SHA-256, `web/visits/` one small JSON file for each address
//! that was asked, `web/parts/` downloads that broke off. Everything is written under another name and
//! renamed; nothing is synced, since bytes are held to their hash whenever they are read, and what is
//! missing or damaged can be fetched again.

use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use serde::{Deserialize, Serialize};

use crate::content::{Digest, Timestamp};

/// Numbers the downloads of one address that run beside each other.
static OTHERS: AtomicU64 = AtomicU64::new(0);

/// The version of the JSON in `web/`.
const VERSION: u32 = 1;

/// The folder of what came from the web.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pages {
    folder: PathBuf,
}

/// What an address gave when it was asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Visit {
    /// The address that was asked.
    pub url: String,
    /// The addresses that it led through, without the last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hops: Vec<String>,
    /// Where it led in the end.
    pub end: End,
    version: u32,
}

/// Where an address led in the end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum End {
    /// To bytes.
    Page(Page),
    /// To an address that is asked in a way of its own.
    Elsewhere(String),
}

/// Bytes that came, and what was said of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    /// The address that gave them.
    pub url: String,
    /// When.
    pub time: Timestamp,
    /// What they are called here.
    pub sha256: Digest,
    /// How many they are.
    pub bytes: u64,
    /// What the server calls them, without parameters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
    /// Their charset, as the server says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub charset: Option<String>,
    /// The server's word for this version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    /// When the server last changed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_modified: Option<String>,
}

/// A download under way; it stays for another run when it is dropped.
#[derive(Debug)]
pub struct Part {
    file: File,
    path: PathBuf,
    /// The server's word for the version that it is a part of.
    pub validator: Option<String>,
    /// Bytes that are there.
    pub n_bytes: u64,
}

impl Visit {
    /// What `url` gave, through these addresses.
    pub fn new(url: String, hops: Vec<String>, end: End) -> Self {
        Self { url, hops, end, version: VERSION }
    }
}

impl Pages {
    /// Those of the store in this folder; nothing is touched.
    pub fn of(store: &Path) -> Self {
        Self { folder: store.join("web") }
    }

    /// What an address gave the last time it was asked.
    pub fn visit(&self, url: &str) -> Option<Visit> {
        let text = fs::read(self.visit_path(url)).ok()?;
        // One that cannot be read is one that was not made.
        let visit: Visit = serde_json::from_slice(&text).ok()?;
        (visit.version == VERSION && visit.url == url).then_some(visit)
    }

    /// Remembers what an address gave.
    pub fn remember(&self, visit: &Visit) -> io::Result<()> {
        let text = serde_json::to_vec(visit).map_err(io::Error::other)?;
        self.place(&self.visit_path(&visit.url), &text)
    }

    /// Whether bytes of this hash seem to be here.
    pub fn has(&self, sha256: Digest) -> bool {
        self.object(sha256).is_file()
    }

    /// The bytes of this hash; none where they are missing or damaged.
    pub fn read(&self, sha256: Digest) -> Option<Vec<u8>> {
        fs::read(self.object(sha256)).ok().filter(|bytes| Digest::of(bytes) == sha256)
    }

    /// Keeps bytes.
    pub fn put(&self, bytes: &[u8]) -> io::Result<Digest> {
        let sha256 = Digest::of(bytes);
        if !self.has(sha256) {
            self.place(&self.object(sha256), bytes)?;
        }
        Ok(sha256)
    }

    /// The part that is here of a download that broke off.
    pub fn broken_off(&self, url: &str) -> Option<Part> {
        let path = self.part_path(url);
        if !word(&path).is_file() {
            return None;
        }
        self.part(url).ok().filter(|part| part.n_bytes > 0)
    }

    /// The part that is here of a download, or a new one; another process at it gets one of its own.
    pub fn part(&self, url: &str) -> io::Result<Part> {
        let path = self.part_path(url);
        fs::create_dir_all(self.folder.join("parts"))?;
        let open = |path: &Path| File::options().create(true).append(true).open(path);
        let file = open(&path)?;
        match file.try_lock() {
            Ok(()) => {
                let n_bytes = file.metadata()?.len();
                let validator = fs::read_to_string(word(&path)).ok().filter(|_| n_bytes > 0);
                Ok(Part { file, path, validator, n_bytes })
            }
            Err(TryLockError::WouldBlock) => {
                let n = OTHERS.fetch_add(1, Ordering::Relaxed);
                let path = path.with_extension(format!("{}-{n}", std::process::id()));
                Ok(Part { file: open(&path)?, path, validator: None, n_bytes: 0 })
            }
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    /// Keeps a download that is whole.
    pub fn finish(&self, part: &Part) -> io::Result<(Digest, u64)> {
        let (sha256, n_bytes) = Digest::of_stream(&mut File::open(&part.path)?)?;
        let object = self.object(sha256);
        fs::create_dir_all(object.parent().unwrap_or(&self.folder))?;
        fs::rename(&part.path, object)?;
        forget(&part.path);
        Ok((sha256, n_bytes as u64))
    }

    fn part_path(&self, url: &str) -> PathBuf {
        self.folder.join("parts").join(Digest::of(url.as_bytes()).to_string())
    }

    fn visit_path(&self, url: &str) -> PathBuf {
        self.folder.join("visits").join(Digest::of(url.as_bytes()).to_string() + ".json")
    }

    fn object(&self, sha256: Digest) -> PathBuf {
        let name = sha256.to_string();
        self.folder.join("objects").join(&name[..2]).join(&name[2..])
    }

    /// Writes a file whole or not at all.
    fn place(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        fs::create_dir_all(path.parent().unwrap_or(&self.folder))?;
        let part = path.with_extension(format!("{}.new", std::process::id()));
        fs::write(&part, bytes).and_then(|()| fs::rename(&part, path)).inspect_err(|_| {
            let _ = fs::remove_file(&part);
        })
    }
}

impl Part {
    /// Starts anew, for a version that the server calls so.
    pub fn restart(&mut self, validator: Option<&str>) -> io::Result<()> {
        self.file.set_len(0)?;
        self.n_bytes = 0;
        self.validator = validator.map(str::to_owned);
        forget(&self.path);
        validator.map_or(Ok(()), |validator| fs::write(word(&self.path), validator))
    }

    /// Adds bytes that came.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)?;
        self.n_bytes += bytes.len() as u64;
        Ok(())
    }

    /// Gives up what is here.
    pub fn discard(&self) {
        // What cannot be taken away is written over by the next download.
        let _ = fs::remove_file(&self.path);
        forget(&self.path);
    }
}

/// Where the server's word for the version of a part stands.
fn word(part: &Path) -> PathBuf {
    let mut name = part.as_os_str().to_owned();
    name.push(".of");
    PathBuf::from(name)
}

/// Takes away the word that a part had.
fn forget(part: &Path) {
    // Most parts have none.
    let _ = fs::remove_file(word(part));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_and_visits_are_kept_and_held_to_their_hash() {
        let folder = tempfile::tempdir().unwrap();
        let pages = Pages::of(folder.path());
        assert_eq!((pages.visit("http://a/"), pages.read(Digest::of(b"x"))), (None, None));
        let sha256 = pages.put(b"page").unwrap();
        assert_eq!((pages.read(sha256).as_deref(), pages.put(b"page").unwrap()), (Some(&b"page"[..]), sha256));
        let page = Page {
            url: "http://b/".to_owned(),
            time: Timestamp(0),
            sha256,
            bytes: 4,
            media_type: Some("text/html".to_owned()),
            charset: None,
            etag: None,
            last_modified: None,
        };
        let visit = Visit::new("http://a/".to_owned(), vec!["http://a/".to_owned()], End::Page(page));
        pages.remember(&visit).unwrap();
        assert_eq!(pages.visit("http://a/"), Some(visit));
        fs::write(pages.object(sha256), b"pale").unwrap();
        assert_eq!(pages.read(sha256), None);
        fs::write(pages.visit_path("http://a/"), b"{").unwrap();
        assert_eq!(pages.visit("http://a/"), None);
    }

    #[test]
    fn a_download_that_breaks_off_is_gone_on_with() {
        let folder = tempfile::tempdir().unwrap();
        let pages = Pages::of(folder.path());
        let mut part = pages.part("http://a/").unwrap();
        part.restart(Some("\"v1\"")).unwrap();
        part.write(b"half ").unwrap();
        // Another one at the same address writes elsewhere.
        let mut other = pages.part("http://a/").unwrap();
        assert_eq!((other.n_bytes, other.validator.clone()), (0, None));
        other.write(b"other").unwrap();
        assert_eq!(pages.finish(&other).unwrap(), (Digest::of(b"other"), 5));
        drop(part);
        let mut part = pages.part("http://a/").unwrap();
        assert_eq!((part.n_bytes, part.validator.as_deref()), (5, Some("\"v1\"")));
        part.write(b"more").unwrap();
        assert_eq!(pages.finish(&part).unwrap(), (Digest::of(b"half more"), 9));
        assert_eq!(pages.part("http://a/").unwrap().n_bytes, 0);
    }
}
