//! A person's own prompts on disk.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::{fs, io};

use super::Error;

/// The most bytes that a prompt may have.
const MAX_BYTES: u64 = 1024 * 1024;

/// Names and paths of the prompts in a folder, by name; none where there is no folder.
pub(super) fn list(folder: &Path) -> Result<Vec<(String, PathBuf)>, Error> {
    let failed = |source| Error::Read { path: folder.to_owned(), source };
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(failed)?,
    };
    let mut listed = Vec::new();
    for entry in entries {
        let path = entry.map_err(failed)?.path();
        let name = path.file_stem().and_then(|stem| stem.to_str()).filter(|name| !name.starts_with('.'));
        if let Some(name) = name.filter(|_| path.extension().is_some_and(|extension| extension == "md")) {
            listed.push((name.to_owned(), path));
        }
    }
    listed.sort();
    Ok(listed)
}

/// The text of a file.
pub(super) fn read(path: &Path) -> Result<String, Error> {
    let failed = |source| Error::Read { path: path.to_owned(), source };
    let mut text = String::new();
    let n_bytes = fs::File::open(path).and_then(|file| file.take(MAX_BYTES + 1).read_to_string(&mut text));
    if n_bytes.map_err(failed)? as u64 > MAX_BYTES {
        return Err(failed(io::Error::new(io::ErrorKind::FileTooLarge, "it is larger than 1 MB")));
    }
    Ok(text)
}

/// Writes a file that is not there yet, and the folder that it lies in.
pub(super) fn begin(path: &Path, text: &str) -> Result<(), Error> {
    let failed = |source| Error::Write { path: path.to_owned(), source };
    path.parent().map_or(Ok(()), fs::create_dir_all).map_err(failed)?;
    match fs::File::create_new(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        file => file.and_then(|mut file| file.write_all(text.as_bytes())).map_err(failed),
    }
}
