//! What can be wrong with a source as a whole.

use std::io;

use super::exclude::Reason;
use super::pick::Candidate;
use crate::content::{Kind, Problem, chain};

/// Said of an empty folder.
const NO_FILES: &str = "holds no files";

/// A source that could not be read; each variant names the culprit.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No file or folder has this name.
    #[error("no such file: {path}")]
    Missing {
        /// The path as it was given.
        path: String,
        /// The name in the same folder that looks most like it.
        nearest: Option<String>,
    },
    /// The operating system refused.
    #[error("cannot read {path}")]
    Read {
        /// The path as it was given.
        path: String,
        /// What the operating system said.
        source: io::Error,
    },
    /// A link on the disk whose end is missing.
    #[error("{path} is a link to {target}, which is not there")]
    Dangling {
        /// The path as it was given.
        path: String,
        /// Where the link leads.
        target: String,
    },
    /// A folder or an archive without one readable source.
    #[error("nothing to read in {path}")]
    NothingInFolder {
        /// The folder as it was given.
        path: String,
        /// What was passed over in it, and why.
        problems: Vec<Problem>,
        /// The first of its files that failed.
        first: Option<Box<Error>>,
    },
    /// Nothing but white space.
    #[error("{name} is empty")]
    Empty {
        /// Name of the source.
        name: String,
    },
    /// More bytes than a source may have.
    #[error("{name} is larger than the {limit} bytes that are read at once")]
    TooLarge {
        /// Name of the source.
        name: String,
        /// The most bytes that are read.
        limit: usize,
    },
    /// The bytes are not text.
    #[error("{name} is not text")]
    Binary {
        /// Name of the source.
        name: String,
        /// The format that its first bytes announce.
        looks_like: Option<&'static str>,
    },
    /// The word after `as=` is neither a format nor a kind.
    #[error("no such format or kind: {word}")]
    UnknownFormat {
        /// The word as it was given.
        word: String,
        /// The format or kind that looks most like it.
        nearest: Option<&'static str>,
    },
    /// The format asked for does not fit the bytes.
    #[error("{name} is not {format}: {reason}")]
    Malformed {
        /// Name of the source.
        name: String,
        /// Name of the format.
        format: &'static str,
        /// What is missing or wrong.
        reason: &'static str,
    },
    /// The reader understood the format and found nothing in it.
    #[error("{name} holds no {items}")]
    NothingRead {
        /// Name of the source.
        name: String,
        /// What was looked for: `posts`, `captions`.
        items: &'static str,
    },
    /// An archive, or a member of one, that is not read.
    #[error("{name} cannot be read from a zip archive: {reason}")]
    Archive {
        /// The archive, and the member if it is one.
        name: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// Nothing in the source has this id or title.
    #[error("{name} holds no {item} called {pick}")]
    NotInside {
        /// Name of the source.
        name: String,
        /// The id or title that was asked for.
        pick: String,
        /// What the source holds: `conversation`, `document`.
        item: &'static str,
    },
    /// Several conversations have these words in their titles.
    #[error("{name} holds {} conversations called {pick}", found.len())]
    Several {
        /// Name of the source.
        name: String,
        /// The words that were asked for.
        pick: String,
        /// Those that have them.
        found: Vec<Candidate>,
    },
    /// An address that is asked for in another way than web pages are.
    #[error("{url} is no web address: {scheme} is not spoken here")]
    Scheme {
        /// The address as it was given.
        url: String,
        /// Its first word.
        scheme: String,
    },
    /// A book has no such chapter.
    #[error("{name} has no chapter {pick}; it has {}", titles.len())]
    NoChapter {
        /// Name of the source.
        name: String,
        /// The number or words that were asked for.
        pick: String,
        /// What its chapters are called.
        titles: Vec<String>,
    },
    /// A file that wants a password.
    #[error("{name} is encrypted and wants a password")]
    Encrypted {
        /// Name of the source.
        name: String,
    },
    /// A file whose structure cannot be read.
    #[error("{name} is damaged or cut off: its {format} structure cannot be read")]
    Damaged {
        /// Name of the source.
        name: String,
        /// What it is.
        format: &'static str,
    },
    /// Pictures of text.
    #[error("{name} has no text: its pages are pictures ({n_pages})")]
    Scanned {
        /// Name of the source.
        name: String,
        /// How many pages it has.
        n_pages: usize,
    },
    /// Reading took more than it may.
    #[error("reading {name} took more than {limit} and was stopped")]
    Limit {
        /// Name of the source.
        name: String,
        /// What was used up.
        limit: &'static str,
    },
    /// A program that reads a source for this one cannot be run.
    #[error("cannot run {program}")]
    Program {
        /// The program.
        program: String,
        /// What the operating system said.
        source: io::Error,
    },
    /// A page that stands in front of the one that was wanted.
    #[error("{name} is blocked: {reason}")]
    Blocked {
        /// Name of the source.
        name: String,
        /// What stands there instead.
        reason: &'static str,
    },
    /// More of something than a source may have.
    #[error("{name} has more than {limit} {items}")]
    TooMany {
        /// Name of the source, and of its part.
        name: String,
        /// What there is too much of.
        items: &'static str,
        /// The most that is read.
        limit: usize,
    },
    /// A link that gave nothing.
    #[error(transparent)]
    Fetch(Box<super::fetch::Error>),
    /// Elements nested so deep that reading them is not safe.
    #[error("{name} nests elements deeper than {limit}")]
    TooDeep {
        /// Name of the source.
        name: String,
        /// The deepest nesting that is read.
        limit: usize,
    },
}

impl Error {
    /// Whether something is otherwise than the lock says.
    pub fn is_mismatch(&self) -> bool {
        matches!(self, Self::Fetch(error) if error.is_mismatch())
    }

    /// Whether it is of a sort that is never read: told, and no failure.
    pub fn is_by_nature(&self) -> bool {
        matches!(self, Self::Fetch(error) if error.is_by_nature())
    }

    /// `path` and what is in it gave nothing.
    pub(super) fn nothing_in(path: &str, mut problems: Vec<Problem>, first: Option<Self>) -> Self {
        if problems.is_empty() {
            problems.push(Problem::note(path, NO_FILES));
        }
        Self::NothingInFolder { path: path.to_owned(), problems, first: first.map(Box::new) }
    }

    /// Whether there was nothing to be passed over.
    pub fn is_of_nothing(&self) -> bool {
        match self {
            Self::NothingInFolder { problems, .. } => problems.iter().all(|problem| problem.message == NO_FILES),
            _ => false,
        }
    }

    /// Whether it leaves out what a `.gitignore` or `.ignore` names.
    pub fn is_by_ignore_files(&self) -> bool {
        match self {
            Self::NothingInFolder { problems, .. } => {
                problems.iter().any(|problem| Reason::is_ignored(&problem.message))
            }
            _ => false,
        }
    }

    /// The failure as problems: why, then what.
    pub fn problems(&self) -> Vec<Problem> {
        let mut problems = match self {
            Self::NothingInFolder { problems, .. } => problems.clone(),
            _ => Vec::new(),
        };
        problems.push(Problem::error(self.name(), chain(self)));
        problems
    }

    /// What it is about.
    fn name(&self) -> String {
        match self {
            Self::Missing { path, .. }
            | Self::Read { path, .. }
            | Self::Dangling { path, .. }
            | Self::NothingInFolder { path, .. } => path.clone(),
            Self::UnknownFormat { word: name, .. }
            | Self::Program { program: name, .. }
            | Self::Empty { name }
            | Self::TooLarge { name, .. }
            | Self::Binary { name, .. }
            | Self::Malformed { name, .. }
            | Self::NothingRead { name, .. }
            | Self::Archive { name, .. }
            | Self::NotInside { name, .. }
            | Self::Several { name, .. }
            | Self::Scheme { url: name, .. }
            | Self::NoChapter { name, .. }
            | Self::Encrypted { name }
            | Self::Damaged { name, .. }
            | Self::Scanned { name, .. }
            | Self::Limit { name, .. }
            | Self::Blocked { name, .. }
            | Self::TooMany { name, .. }
            | Self::TooDeep { name, .. } => name.clone(),
            Self::Fetch(error) => error.url(),
        }
    }

    /// Whether what was asked for is not in this source, and may be in another.
    pub(super) fn is_elsewhere(&self) -> bool {
        matches!(self, Self::NotInside { .. } | Self::NoChapter { .. })
    }

    /// `export.zip#pick` holds nothing of that name: the export is named without what was asked of it.
    pub(super) fn not_inside(name: &str, pick: &str) -> Self {
        Self::NotInside { name: without_pick(name, pick), pick: pick.to_owned(), item: "conversation" }
    }

    /// With the word for what a source of this kind holds.
    pub(super) fn among(self, kind: Kind) -> Self {
        match self {
            Self::NotInside { name, pick, .. } => {
                let item = match kind {
                    Kind::Thread => "thread",
                    Kind::Chat | Kind::Mail => "conversation",
                    _ => "document",
                };
                Self::NotInside { name, pick, item }
            }
            other => other,
        }
    }

    /// The same, of a file that is missing because its name is an address.
    #[must_use]
    pub fn of_address(self) -> Self {
        match self {
            Self::Missing { path, nearest: None } => match path.split_once("://") {
                Some((scheme, _)) if scheme.len() > 1 && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric()) => {
                    Self::Scheme { scheme: scheme.to_ascii_lowercase(), url: path }
                }
                _ => Self::Missing { path, nearest: None },
            },
            other => other,
        }
    }

    /// `book.epub#pick` has no such chapter.
    pub(super) fn no_chapter(name: &str, pick: &str, titles: Vec<String>) -> Self {
        Self::NoChapter { name: without_pick(name, pick), pick: pick.to_owned(), titles }
    }
}

fn without_pick(name: &str, pick: &str) -> String {
    name.strip_suffix(pick).and_then(|name| name.strip_suffix('#')).unwrap_or(name).to_owned()
}
