//! Project files on disk: found upward, read whole, written whole or not at all.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::{fs, io};

use super::Error;

/// The name of a project file.
pub const NAME: &str = "forkful.toml";

/// The most bytes that a project file may have.
const MAX_BYTES: u64 = 4 * 1024 * 1024;

/// The nearest project file upward, with the way to its folder (`../`, nothing for here).
pub(super) fn find(here: &Path) -> Option<(PathBuf, String)> {
    let ways = here.ancestors().enumerate().map(|(n, folder)| (folder.join(NAME), "../".repeat(n)));
    ways.into_iter().find(|(path, _)| path.is_file())
}

/// The text of a file; none where there is no such file.
pub(super) fn read(path: &Path) -> Result<Option<String>, Error> {
    let failed = |source| Error::Read { path: path.to_owned(), source };
    match fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error)),
        Ok(metadata) if metadata.len() > MAX_BYTES => {
            return Err(failed(io::Error::new(io::ErrorKind::FileTooLarge, "it is larger than 4 MB")));
        }
        Ok(_) => {}
    }
    fs::read_to_string(path).map(Some).map_err(failed)
}

/// Writes a new file; one that is there is refused.
pub(super) fn create(path: &Path, text: &str) -> Result<(), Error> {
    let mut file = fs::File::create_new(path).map_err(|source| match source.kind() {
        io::ErrorKind::AlreadyExists => Error::Exists { path: NAME.to_owned() },
        _ => Error::Write { path: path.to_owned(), source },
    })?;
    file.write_all(text.as_bytes()).map_err(|source| Error::Write { path: path.to_owned(), source })
}

/// Puts another text into a file, whole or not at all; a link is followed.
pub(super) fn replace(path: &Path, text: &str) -> Result<(), Error> {
    let failed = |source| Error::Write { path: path.to_owned(), source };
    let target = fs::canonicalize(path).map_err(failed)?;
    let mut name = target.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    let part = target.with_file_name(name);
    let permissions = fs::metadata(&target).map_err(failed)?.permissions();
    let written = fs::write(&part, text)
        .and_then(|()| fs::set_permissions(&part, permissions))
        .and_then(|()| fs::rename(&part, &target));
    if written.is_err() {
        // What could not be written or renamed is of no use to anybody.
        let _ = fs::remove_file(&part);
    }
    written.map_err(failed)
}

/// Whether a path leads to something.
pub(super) fn exists(path: &Path) -> bool {
    path.exists()
}
