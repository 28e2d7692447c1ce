//! Says to other processes that a call is under way.
//!
//! A locked file beside the database; the lock falls with its process, however that ends, so a run
//! that still streams and whose lock is free was left behind.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use super::{Error, Store};

/// The folder of the locks, beside the database.
const FOLDER: &str = "asking";

/// A call under way; it ends when this is dropped.
#[derive(Debug)]
pub struct Hold {
    file: Option<(PathBuf, File)>,
}

impl Store {
    /// Marks an attempt as under way; in a store without a folder nobody else could ask.
    pub fn hold(&self, attempt: &str) -> Result<Hold, Error> {
        let Some(path) = self.lock_of(attempt) else { return Ok(Hold { file: None }) };
        let file = locked(&path).map_err(|source| Error::Folder { path: path.clone(), source })?;
        Ok(Hold { file: Some((path, file)) })
    }

    /// Whether the process that asks is still there.
    pub fn is_held(&self, attempt: &str) -> bool {
        let file = self.lock_of(attempt).and_then(|path| File::open(path).ok());
        // A lock that cannot be tried is taken for held: no answer is taken from under anybody.
        file.is_some_and(|file| file.try_lock_shared().is_err())
    }

    fn lock_of(&self, attempt: &str) -> Option<PathBuf> {
        let folder = self.path().parent().filter(|folder| folder.is_dir())?;
        Some(folder.join(FOLDER).join(attempt))
    }
}

fn locked(path: &Path) -> std::io::Result<File> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let file = File::create(path)?;
    file.lock()?;
    Ok(file)
}

impl Drop for Hold {
    fn drop(&mut self) {
        if let Some((path, _)) = &self.file {
            // A file that stays says nothing: its lock is gone.
            let _ = fs::remove_file(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hold_is_seen_until_it_falls() {
        let folder = tempfile::TempDir::new().unwrap();
        let (store, other) = (Store::open(folder.path()).unwrap(), Store::open(folder.path()).unwrap());
        assert!(!other.is_held("a1"));
        let hold = store.hold("a1").unwrap();
        assert!(other.is_held("a1") && !other.is_held("a2"));
        drop(hold);
        assert!(!other.is_held("a1"));
        // What a killed process leaves is a file without a lock.
        fs::write(folder.path().join(FOLDER).join("a3"), "").unwrap();
        assert!(!other.is_held("a3"));
        let memory = Store::open_in_memory().unwrap();
        let _hold = memory.hold("a1").unwrap();
        assert!(!memory.is_held("a1"));
    }
}
