//! What lies in folders.

use std::fs;
use std::path::{Path, PathBuf};

use crate::content::{Problem, nearest};
use crate::gather::Error;

/// The files below a folder with their paths relative to it, in byte order.
pub(super) fn walk(named: &str, root: &Path, problems: &mut Vec<Problem>) -> Result<Vec<(String, PathBuf)>, Error> {
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
