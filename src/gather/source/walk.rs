//! What lies in folders.

use std::fs::{self, DirEntry, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::content::{Problem, nearest};
use crate::gather::Error;
use crate::gather::exclude::{Exclude, MAX_RULES, Reason, Rules};

/// The files below a folder that `exclude` leaves in, with their paths relative to it, in byte order.
pub(super) fn walk(
    named: &str,
    root: &Path,
    exclude: &Exclude,
    problems: &mut Vec<Problem>,
) -> Result<Vec<(String, PathBuf)>, Error> {
    let mut rules = above(root, exclude, problems);
    let mut files = Vec::new();
    let mut folders = vec![(String::new(), root.to_owned())];
    while let Some((prefix, folder)) = folders.pop() {
        let entries = match fs::read_dir(&folder).and_then(Iterator::collect::<io::Result<Vec<DirEntry>>>) {
            Ok(entries) => entries,
            Err(source) if prefix.is_empty() => return Err(Error::Read { path: named.to_owned(), source }),
            Err(source) => {
                problems.push(Problem::error(prefix, format!("skipped: {source}")));
                continue;
            }
        };
        let entries: Vec<(String, PathBuf, DirEntry)> = entries
            .into_iter()
            .map(|entry| (entry.file_name().to_string_lossy().into_owned(), entry.path(), entry))
            .collect();
        let own = entries.iter().filter(|(name, ..)| rules.counts(name)).map(|(name, path, _)| (name, path));
        let own = own.filter_map(|(name, path)| told(&below(&prefix, name), name, path, problems)).collect::<Vec<_>>();
        if !own.is_empty()
            && let Err(error) = rules.learn(&prefix, &own)
        {
            problems.push(Problem::warning(below(&prefix, &own[0].0), format!("its rules cannot be kept: {error}")));
        }
        for (name, path, entry) in entries {
            let relative = below(&prefix, &name);
            let is_link = entry.file_type().is_ok_and(|kind| kind.is_symlink());
            let found = fs::metadata(&path);
            let is_folder = found.as_ref().is_ok_and(fs::Metadata::is_dir);
            if let Some(reason) = rules.reason(&relative, is_folder) {
                problems.push(Problem::note(relative, reason.to_string()));
                continue;
            }
            match found {
                Ok(_) if is_folder && is_link => {
                    problems.push(Problem::note(relative, "skipped: a link to a folder"));
                }
                Ok(_) if is_folder => folders.push((relative, path)),
                Ok(_) if rules.has_output() && fs::canonicalize(&path).is_ok_and(|path| rules.is_output(&path)) => {
                    problems.push(Problem::note(relative, Reason::Output.to_string()));
                }
                Ok(metadata) if metadata.is_file() => files.push((relative, path)),
                Ok(_) => problems.push(Problem::note(relative, "skipped: neither a file nor a folder")),
                Err(source) if source.kind() == io::ErrorKind::NotFound => {
                    problems.push(Problem::warning(relative, "skipped: a link to what is not there"));
                }
                Err(source) => problems.push(Problem::error(relative, format!("skipped: {source}"))),
            }
        }
    }
    files.sort();
    problems.sort_by(|left, right| left.place.cmp(&right.place));
    Ok(files)
}

/// The rules of the folders between the root of the repository and the folder that is named.
fn above<'a>(root: &Path, exclude: &'a Exclude, problems: &mut Vec<Problem>) -> Rules<'a> {
    // A folder whose place nobody knows is in no repository.
    let root = fs::canonicalize(root).unwrap_or_default();
    let Some(top) = root.ancestors().find(|folder| folder.join(".git").exists()) else {
        return Rules::new(exclude, "");
    };
    let names = root.strip_prefix(top).unwrap_or(Path::new("")).iter();
    let names: Vec<String> = names.map(|name| name.to_string_lossy().into_owned()).collect();
    let mut rules = Rules::new(exclude, &names.join("/"));
    let mut folder = top.to_owned();
    for (n, name) in names.iter().enumerate() {
        let up = "../".repeat(names.len() - n);
        let own: Vec<(String, String)> = [".gitignore", ".ignore"]
            .into_iter()
            .filter(|name| rules.counts(name))
            .map(|name| (name, folder.join(name)))
            .filter(|(_, path)| path.exists())
            .filter_map(|(name, path)| told(&format!("{up}{name}"), name, &path, problems))
            .collect();
        if !own.is_empty()
            && let Err(error) = rules.learn_at(names[..n].join("/"), &own)
        {
            problems.push(Problem::warning(format!("{up}{}", own[0].0), format!("its rules cannot be kept: {error}")));
        }
        folder.push(name);
    }
    rules
}

/// Name and text of a file of rules.
fn told(place: &str, name: &str, path: &Path, problems: &mut Vec<Problem>) -> Option<(String, String)> {
    let mut bytes = Vec::new();
    match File::open(path).and_then(|file| file.take(MAX_RULES).read_to_end(&mut bytes)) {
        Ok(_) => Some((name.to_owned(), String::from_utf8_lossy(&bytes).into_owned())),
        Err(error) => {
            problems.push(Problem::warning(place, format!("its rules cannot be read: {error}")));
            None
        }
    }
}

fn below(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

/// The entry of the same folder whose name is nearest to that of a missing path.
pub(super) fn neighbour(path: &Path) -> Option<String> {
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
