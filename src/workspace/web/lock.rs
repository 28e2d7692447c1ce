//! `forkful.lock`: what every link gave when it was packed.
//!
//! TOML, one `[[link]]` in the order of their addresses, so that two versions of it can be compared by
//! any tool. All that is volatile stands here and not in the bundle: times, tags of servers, the way
//! that a short link took.

use std::collections::BTreeMap;
use std::str::FromStr;

use serde::Deserialize;

use crate::content::{Digest, Document, Quality, Timestamp};
use crate::gather::fetch::{Found, Way};
use crate::gather::site::{PAGE, SITES};
use crate::store::Page;

/// The name of the file beside the project file.
pub const NAME: &str = "forkful.lock";
/// What this program writes.
const VERSION: u32 = 1;
/// The reader's version that an entry names: that of the program.
const READERS: &str = env!("CARGO_PKG_VERSION");

/// The links of a bundle, by address.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lock {
    /// What each gave.
    pub entries: BTreeMap<String, Entry>,
}

/// What a link gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// Bytes that were read.
    Page(Box<Locked>),
    /// Nothing, for this reason, which may pass.
    Failed(String),
    /// Nothing, and there never is.
    Skipped(String),
}

/// Bytes that were read for a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Locked {
    /// What was found, and how.
    pub found: Found,
    /// The reader that read them, and its version.
    pub reader: String,
    /// The digest of the documents that it made of them.
    pub documents: Digest,
    /// How far they are the whole.
    pub quality: Quality,
    /// Why not all the way.
    pub quality_reason: Option<String>,
}

/// The text is no lock.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseLockError {
    /// It is no TOML, or not of this shape.
    #[error("not a lock: {0}")]
    Shape(String),
    /// It is of a newer program.
    #[error("a lock of version {0}, which is newer than this program")]
    Newer(u32),
}

#[derive(Deserialize)]
struct File {
    version: u32,
    #[serde(default)]
    link: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
    url: String,
    failed: Option<String>,
    skipped: Option<String>,
    final_url: Option<String>,
    #[serde(default)]
    through: Vec<String>,
    read_from: Option<String>,
    site: Option<String>,
    fetched: Option<String>,
    sha256: Option<Digest>,
    bytes: Option<u64>,
    media_type: Option<String>,
    charset: Option<String>,
    etag: Option<String>,
    last_modified: Option<String>,
    title: Option<String>,
    reader: Option<String>,
    documents: Option<Digest>,
    quality: Option<Quality>,
    quality_reason: Option<String>,
}

impl Locked {
    /// What was found, with what a reader made of it.
    pub fn new(found: Found, documents: &[std::sync::Arc<Document>]) -> Self {
        let reader = documents.first().map_or("none", |document| document.format.as_str());
        let worst = documents.iter().max_by_key(|document| document.quality);
        let reader = format!("{reader} {READERS}");
        let quality = worst.map_or(Quality::Failed, |document| document.quality);
        let quality_reason = worst.and_then(|document| document.quality_reason.clone());
        Self { found, reader, documents: digest(documents), quality, quality_reason }
    }
}

/// The digest of documents as they are bundled.
fn digest(documents: &[std::sync::Arc<Document>]) -> Digest {
    let documents: Vec<&Document> = documents.iter().map(AsRef::as_ref).collect();
    Digest::of(&serde_json::to_vec(&documents).unwrap_or_default())
}

impl Lock {
    /// The file's text.
    pub fn text(&self) -> String {
        let mut out = format!("# What the links of the sources gave; `forkful pack` writes it.\nversion = {VERSION}\n");
        for (url, entry) in &self.entries {
            out += "\n[[link]]\n";
            let mut line = |key: &str, value: Option<&str>| {
                if let Some(value) = value {
                    out += &format!("{key} = {}\n", toml_edit::Value::from(value));
                }
            };
            line("url", Some(url));
            let locked = match entry {
                Entry::Page(locked) => locked,
                Entry::Failed(reason) => {
                    line("failed", Some(reason));
                    continue;
                }
                Entry::Skipped(reason) => {
                    line("skipped", Some(reason));
                    continue;
                }
            };
            let Found { final_url, hops, site, page, title, .. } = &locked.found;
            line("final_url", Some(final_url).filter(|other| *other != url).map(String::as_str));
            line("read_from", Some(&page.url).filter(|other| *other != final_url).map(String::as_str));
            line("site", Some(*site).filter(|site| *site != PAGE.name));
            line("fetched", Some(&page.time.to_string()));
            line("sha256", Some(&page.sha256.to_string()));
            line("media_type", page.media_type.as_deref());
            line("charset", page.charset.as_deref());
            line("etag", page.etag.as_deref());
            line("last_modified", page.last_modified.as_deref());
            line("title", title.as_deref());
            line("reader", Some(&locked.reader));
            line("documents", Some(&locked.documents.to_string()));
            let quality = serde_json::to_value(locked.quality).ok();
            line("quality", quality.as_ref().and_then(serde_json::Value::as_str));
            line("quality_reason", locked.quality_reason.as_deref());
            out += &format!("bytes = {}\n", page.bytes);
            if !hops.is_empty() {
                let hops: toml_edit::Array = hops.iter().map(String::as_str).collect();
                out += &format!("through = {hops}\n");
            }
        }
        out
    }

    /// This lock with newer entries; `alone` says that they are all there is.
    #[must_use]
    pub fn with(mut self, entries: Vec<(String, Entry)>, alone: bool) -> Self {
        if alone {
            self.entries.clear();
        }
        self.entries.extend(entries);
        self
    }
}

impl FromStr for Lock {
    type Err = ParseLockError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let shape = |reason: String| ParseLockError::Shape(reason.lines().next().unwrap_or_default().to_owned());
        let file: File = toml_edit::de::from_str(text).map_err(|error| shape(error.message().to_owned()))?;
        if file.version > VERSION {
            return Err(ParseLockError::Newer(file.version));
        }
        let mut lock = Self::default();
        for row in file.link {
            let url = row.url.clone();
            let entry = row.entry().ok_or_else(|| shape(format!("the entry of {url} is not whole")))?;
            lock.entries.insert(url, entry);
        }
        Ok(lock)
    }
}

impl Row {
    fn entry(self) -> Option<Entry> {
        if let Some(reason) = self.failed {
            return Some(Entry::Failed(reason));
        }
        if let Some(reason) = self.skipped {
            return Some(Entry::Skipped(reason));
        }
        let final_url = self.final_url.unwrap_or_else(|| self.url.clone());
        let site = self.site.as_deref().unwrap_or(PAGE.name);
        let site = SITES.iter().map(|site| site.name).find(|name| *name == site).unwrap_or(PAGE.name);
        let time: jiff::Timestamp = self.fetched?.parse().ok()?;
        let page = Page {
            url: self.read_from.unwrap_or_else(|| final_url.clone()),
            time: Timestamp(time.as_millisecond()),
            sha256: self.sha256?,
            bytes: self.bytes?,
            media_type: self.media_type,
            charset: self.charset,
            etag: self.etag,
            last_modified: self.last_modified,
        };
        let (url, title, hops) = (self.url, self.title, self.through);
        let found = Found { url, final_url, hops, site, page, title, way: Way::Kept };
        Some(Entry::Page(Box::new(Locked {
            found,
            reader: self.reader?,
            documents: self.documents?,
            quality: self.quality?,
            quality_reason: self.quality_reason,
        })))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_reads_what_it_writes() {
        let page = Page {
            url: "https://hn.algolia.com/api/v1/items/1".to_owned(),
            time: Timestamp(1_760_000_000_000),
            sha256: Digest::of(b"x"),
            bytes: 1,
            media_type: Some("application/json".to_owned()),
            charset: Some("utf-8".to_owned()),
            etag: Some("W/\"a\\b\"".to_owned()),
            last_modified: None,
        };
        let found = Found {
            url: "https://t.co/x".to_owned(),
            final_url: "https://news.ycombinator.com/item?id=1".to_owned(),
            hops: vec!["https://t.co/x".to_owned()],
            site: "hackernews",
            page,
            title: Some("Line\n\"two\"".to_owned()),
            way: Way::Kept,
        };
        let reader = "hackernews 0.1.0".to_owned();
        let locked = Locked {
            found,
            reader,
            documents: Digest::of(b"y"),
            quality: Quality::Partial,
            quality_reason: Some("cut \"off\"".to_owned()),
        };
        let entries = vec![
            ("https://t.co/x".to_owned(), Entry::Page(Box::new(locked))),
            ("https://a.example/".to_owned(), Entry::Failed("the server answers 404".to_owned())),
        ];
        let lock = Lock::default().with(entries.clone(), true);
        insta::assert_snapshot!(lock.text());
        assert_eq!(lock.text().parse(), Ok(lock.clone()));
        assert_eq!(lock.clone().with(entries[1..].to_vec(), false), lock);
        assert_eq!(lock.with(entries[1..].to_vec(), true).entries.len(), 1);
        let refused = |text: &str| text.parse::<Lock>().unwrap_err().to_string();
        assert_eq!(refused("version = 2"), "a lock of version 2, which is newer than this program");
        assert_eq!(refused("version = 1\n[[link]]\nurl = \"u\""), "not a lock: the entry of u is not whole");
        assert!(refused("x").starts_with("not a lock: ") && refused("").starts_with("not a lock: "));
    }
}
