//! Zip archives, walked as streams and never unpacked to paths.
//!
//! Members are read one by one from where they lie; their names are only names. An archive may not
//! hold more members, more bytes or bytes packed tighter than an export does: what is beyond that is
//! refused or skipped and told. Pictures and sound are passed over without being opened, and hidden and
//! ignored members as in a folder.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Seek};

use zip::ZipArchive;

use super::Error;
use super::exclude::{Exclude, MAX_RULES, Rules};
use super::source::MAX_BYTES;
use crate::content::Problem;

/// Members that an archive may have.
const MAX_MEMBERS: usize = 200_000;
/// Bytes that one packed byte may stand for, in members of any size to speak of.
const MAX_RATIO: u64 = 400;
/// Members smaller than this may be packed as tight as they like.
const SMALL: u64 = 8 * 1024 * 1024;
/// Bytes that all members that are read may have together, each as often as it is read.
const MAX_TOTAL: u64 = 256 * MAX_BYTES as u64;
/// Extensions of members that hold no text.
const MEDIA: &[&str] = &[
    "jpg", "jpeg", "png", "gif", "webp", "heic", "bmp", "ico", "mp4", "mov", "webm", "avi", "mp3", "m4a", "ogg",
    "opus", "wav", "aac", "zip", "gz", "dat", "woff", "woff2", "ttf",
];

/// Why an archive that is damaged or cut off is not read.
pub const NO_DIRECTORY: &str = "its directory cannot be read";

/// An opened archive.
pub(crate) struct Container<R: Read + Seek> {
    name: String,
    archive: ZipArchive<R>,
    n_read: u64,
}

/// Whether an archive is one document: of an office program, or a book.
pub(crate) fn is_document<R: Read + Seek>(reader: R) -> bool {
    const MARKS: [&str; 3] = ["[Content_Types].xml", "mimetype", "META-INF/container.xml"];
    ZipArchive::new(reader)
        .is_ok_and(|archive| archive.file_names().flatten().any(|name| MARKS.contains(&name.as_ref())))
}

/// A member that may be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Member {
    pub(crate) name: String,
    index: usize,
}

impl Member {
    /// Whether its name says that it is a PDF.
    pub(crate) fn is_paper(&self) -> bool {
        self.name.len() > 4 && self.name.as_bytes()[self.name.len() - 4..].eq_ignore_ascii_case(b".pdf")
    }
}

impl<R: Read + Seek> Container<R> {
    /// Opens the archive.
    pub(crate) fn open(name: &str, reader: R) -> Result<Self, Error> {
        let malformed = |reason| Error::Archive { name: name.to_owned(), reason };
        let archive = ZipArchive::new(reader).map_err(|_| malformed(NO_DIRECTORY))?;
        if archive.len() > MAX_MEMBERS {
            return Err(malformed("it has more members than any export"));
        }
        Ok(Self { name: name.to_owned(), archive, n_read: 0 })
    }

    /// The members that may hold text and that `exclude` leaves in, in the byte order of their names; the
    /// others are told.
    pub(crate) fn members(&mut self, exclude: &Exclude, problems: &mut Vec<Problem>) -> Vec<Member> {
        let mut members: Vec<Member> = (0..self.archive.len())
            .filter_map(|index| Some(Member { name: self.archive.name_for_index(index)?.ok()?.into_owned(), index }))
            .filter(|member| !member.name.ends_with('/'))
            .collect();
        members.sort_by(|left, right| left.name.cmp(&right.name).then(left.index.cmp(&right.index)));
        let rules = self.rules(&members, exclude, problems);
        let mut told = BTreeSet::new();
        let mut n_media = 0;
        members.retain(|member| {
            if let Some((step, reason)) = rules.on_the_way(&member.name) {
                if told.insert(step.to_owned()) {
                    problems.push(Problem::note(format!("{}/{step}", self.name), reason.to_string()));
                }
                return false;
            }
            let file = member.name.rsplit('/').next().unwrap_or_default();
            let extension = file.rsplit_once('.').map_or("", |(_, extension)| extension).to_ascii_lowercase();
            let is_media = MEDIA.contains(&extension.as_str());
            n_media += usize::from(is_media);
            !is_media
        });
        if n_media > 0 {
            let message = format!("members that hold no text passed over: {n_media}");
            problems.push(Problem::note(&self.name, message));
        }
        members
    }

    /// The rules that the archive itself holds, those of outer folders first.
    fn rules<'a>(&mut self, members: &[Member], exclude: &'a Exclude, problems: &mut Vec<Problem>) -> Rules<'a> {
        let mut rules = Rules::new(exclude, "");
        let mut own: BTreeMap<(usize, &str), Vec<(&str, &Member)>> = BTreeMap::new();
        for member in members {
            let (folder, name) = member.name.rsplit_once('/').unwrap_or(("", &member.name));
            if rules.counts(name) {
                own.entry((folder.matches('/').count() + folder.len().min(1), folder))
                    .or_default()
                    .push((name, member));
            }
        }
        for ((_, folder), files) in own {
            if !folder.is_empty() && rules.on_the_way(&format!("{folder}/.")).is_some() {
                continue;
            }
            let mut texts = Vec::new();
            for (name, member) in files {
                match self.read(member, |stream| rules_of(&member.name, stream)) {
                    Ok(text) => texts.push((name.to_owned(), text)),
                    Err(error) => {
                        problems.push(Problem::warning(&self.name, format!("its rules cannot be kept: {error}")));
                    }
                }
            }
            if let Err(error) = rules.learn(folder, &texts) {
                problems.push(Problem::warning(&self.name, format!("its rules cannot be kept: {error}")));
            }
        }
        rules
    }

    /// How many bytes the archive says that a member has.
    pub(crate) fn size(&mut self, member: &Member) -> u64 {
        self.archive.by_index_raw(member.index).map_or(0, |file| file.size())
    }

    /// Hands the member's bytes to `take` as a stream that ends with an error where they are too many.
    pub(crate) fn read<T>(
        &mut self,
        member: &Member,
        take: impl FnOnce(&mut dyn Read) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let name = format!("{}/{}", self.name, member.name);
        let malformed = |reason| Error::Archive { name: name.clone(), reason };
        let file = self
            .archive
            .by_index(member.index)
            .map_err(|_| malformed("it is encrypted, or packed in a way that is not read"))?;
        if file.size() > SMALL && file.size() / file.compressed_size().max(1) > MAX_RATIO {
            return Err(malformed("it is packed tighter than text can be"));
        }
        let (left, told) = (MAX_TOTAL.saturating_sub(self.n_read), file.size());
        let mut counted = Counted { inner: file.take(left.min(told) + 1), n_read: 0 };
        let taken = take(&mut counted);
        let n_read = counted.n_read;
        self.n_read += n_read;
        if n_read > told {
            return Err(malformed("it holds more than it says"));
        }
        if n_read > left {
            return Err(Error::TooLarge { name, limit: MAX_BYTES });
        }
        taken
    }
}

/// The beginning of a file of rules, which is short.
fn rules_of(name: &str, stream: &mut dyn Read) -> Result<String, Error> {
    let mut bytes = Vec::new();
    let read = stream.take(MAX_RULES).read_to_end(&mut bytes);
    read.map_err(|source| Error::Read { path: name.to_owned(), source })?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Counts what is read.
struct Counted<R> {
    inner: R,
    n_read: u64,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.n_read += n as u64;
        Ok(n)
    }
}
