//! The files below a folder as sources.

use std::path::{Path, PathBuf};

use super::walk::walk;
use super::{Gathered, Harvest, MAX_BYTES, contents, file, joined, picked, size_of};
use crate::content::{Problem, chain};
use crate::gather::family::{Family, below};
use crate::gather::stream;
use crate::gather::{Error, Wishes};

/// Every readable source below a folder.
pub(super) fn folder(named: &str, path: &Path, wishes: Wishes) -> Result<Harvest, Error> {
    let mut problems = Vec::new();
    let mut gathered = Vec::new();
    let mut first_error = None;
    let shown = if wishes.pick.is_some() { named.rsplit_once('#').map_or(named, |(folder, _)| folder) } else { named };
    let locate = |relative: &str| locate(shown, relative);
    let files = walk(named, path, wishes.exclude, &mut problems)?;
    for problem in &mut problems {
        problem.place = locate(&problem.place);
    }
    let (exports, files) = exports(files);
    for export in exports {
        problems.extend(export.beside(&locate(&export.root)));
        match export.read(named, shown, wishes) {
            Ok(source) => gathered.push(source),
            Err(error) if export.root.is_empty() || matches!(error, Error::UnknownFormat { .. }) => return Err(error),
            Err(error) if error.is_elsewhere() => {}
            Err(error) => {
                problems.push(skipped(shown, &locate(&export.root), &error));
                first_error.get_or_insert(error);
            }
        }
    }
    for (relative, path) in files {
        let locator = locate(&relative);
        match file(&locator, &path, wishes) {
            Ok(source) => gathered.push(source),
            // A word that names no format is wrong for every file alike.
            Err(error @ Error::UnknownFormat { .. }) => return Err(error),
            // What is asked for is in another file, or in none.
            Err(error) if error.is_elsewhere() => {}
            Err(error) => {
                problems.push(skipped(shown, &locator, &error));
                first_error.get_or_insert(error);
            }
        }
    }
    match (gathered.is_empty(), wishes.pick) {
        (true, Some(pick)) => Err(Error::not_inside(shown, pick)),
        (true, None) => Err(Error::nothing_in(shown, problems, first_error)),
        (false, _) => Ok(Harvest { gathered, problems }),
    }
}

/// What is told of a file below a folder that gave nothing: an error where it might have been read,
/// a note where it is no text or has none.
pub(super) fn skipped(folder: &str, locator: &str, error: &Error) -> Problem {
    match error {
        Error::Read { source, .. } => Problem::error(locator, format!("skipped: {source}")),
        Error::Program { .. } => Problem::error(locator, format!("skipped: {}", chain(error))),
        Error::Binary { looks_like: Some(format), .. } => {
            Problem::note(locator, format!("skipped: {format} is not text"))
        }
        Error::Binary { looks_like: None, .. } => Problem::note(locator, "skipped: not text"),
        Error::Empty { .. } => Problem::note(locator, "skipped: empty"),
        _ => Problem::warning(folder, format!("skipped: {}", chain(error))),
    }
}

/// Files that make sense together only.
pub(super) struct Export {
    pub(super) family: Family,
    /// The folder that holds them, seen from the one that was named.
    pub(super) root: String,
    pub(super) files: Vec<(String, PathBuf)>,
    n_beside: usize,
}

/// The exports among the files below a folder, and the files that are in none.
pub(super) fn exports(mut files: Vec<(String, PathBuf)>) -> (Vec<Export>, Vec<(String, PathBuf)>) {
    let found: Vec<(Family, String)> = {
        let paths: Vec<&str> = files.iter().map(|(relative, _)| relative.as_str()).collect();
        Family::among(&paths).into_iter().map(|(family, root)| (family, root.to_owned())).collect()
    };
    let take = |(family, root): (Family, String)| {
        let all: Vec<_> = files.extract_if(.., |(relative, _)| below(&root, relative).is_some()).collect();
        let n_all = all.len();
        let own: Vec<_> = all.into_iter().filter(|(relative, _)| family.takes(relative)).collect();
        Export { family, root, n_beside: n_all - own.len(), files: own }
    };
    let exports = found.into_iter().map(take).collect();
    (exports, files)
}

impl Export {
    /// Says how many files of the export are not read, since they hold no posts or messages of it.
    pub(super) fn beside(&self, place: &str) -> Option<Problem> {
        beside(place, self.n_beside)
    }

    /// Its own name: that of the folder which was named, where it fills it.
    fn name(&self, named: &str, shown: &str) -> String {
        if self.root.is_empty() {
            return named.to_owned();
        }
        format!("{}{}", locate(shown, &self.root), named.strip_prefix(shown).unwrap_or_default())
    }

    fn read(&self, named: &str, shown: &str, wishes: Wishes) -> Result<Gathered, Error> {
        let name = self.name(named, shown);
        let n_bytes = size_of(&self.files);
        match self.family.links().filter(|_| n_bytes > stream::FROM && wishes.pick.is_some()) {
            Some(found) => picked(&name, &self.files, found, wishes),
            None if n_bytes > MAX_BYTES as u64 => Err(Error::TooLarge { name, limit: MAX_BYTES }),
            None => {
                let text = |(relative, path): &(String, PathBuf)| {
                    Ok((relative.clone(), contents(&locate(shown, relative), path)?))
                };
                joined(&name, self.family, self.files.iter().map(text).collect::<Result<_, _>>()?, wishes)
            }
        }
    }
}

/// Says how many files of an export are not read, since they hold no posts or messages of it.
pub(super) fn beside(named: &str, n_files: usize) -> Option<Problem> {
    let message = format!("files beside the posts and messages passed over: {n_files}");
    (n_files > 0).then(|| Problem::note(named, message))
}

/// How a file below a folder is called.
pub(super) fn locate(folder: &str, relative: &str) -> String {
    match folder.trim_end_matches('/') {
        "." => relative.to_owned(),
        "" => format!("/{relative}"),
        folder => format!("{folder}/{relative}"),
    }
}
