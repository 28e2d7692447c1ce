//! The files below a folder as sources.

use std::path::{Path, PathBuf};

use super::walk::walk;
use super::{Harvest, MAX_BYTES, contents, file, joined, picked, size_of};
use crate::content::{Problem, chain};
use crate::gather::family::Family;
use crate::gather::stream;
use crate::gather::{Error, Wishes};

/// Every readable source below a folder.
pub(super) fn folder(named: &str, path: &Path, wishes: Wishes) -> Result<Harvest, Error> {
    let mut problems = Vec::new();
    let mut gathered = Vec::new();
    let mut first_error = None;
    let shown = if wishes.pick.is_some() { named.rsplit_once('#').map_or(named, |(folder, _)| folder) } else { named };
    let locate = |relative: &str| locate(shown, relative);
    let mut files = walk(named, path, wishes.exclude, &mut problems)?;
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
