//! Bytes set aside: in memory while they are few, else in a nameless file that goes with its process.

use std::cell::RefCell;
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::PathBuf;

use crate::store::Error;

/// So many bytes stay in memory before a file is made.
const FEW: usize = 16 << 20;

/// So many are written at once.
const BLOCK: usize = 1 << 20;

/// What was set aside, found again by its place.
#[derive(Debug, Default)]
pub(super) struct Spool {
    /// Where a file may lie; without one everything stays in memory.
    folder: Option<PathBuf>,
    file: RefCell<Option<File>>,
    /// Bytes in the file; what follows them is in the tail.
    n_written: u64,
    tail: Vec<u8>,
}

impl Spool {
    /// Nothing yet; what does not fit into memory will lie in `folder`.
    pub(super) fn beside(folder: PathBuf) -> Self {
        Self { folder: Some(folder), ..Self::default() }
    }

    /// Sets bytes aside, one part behind the other, and says where.
    pub(super) fn put(&mut self, parts: &[&[u8]]) -> Result<u64, Error> {
        let place = self.n_written + self.tail.len() as u64;
        for part in parts {
            self.tail.extend_from_slice(part);
        }
        let is_full = self.tail.len() >= if self.n_written == 0 { FEW } else { BLOCK };
        if is_full {
            self.empty()?;
        }
        Ok(place)
    }

    /// The bytes of a place.
    pub(super) fn get(&self, place: u64, length: usize) -> Result<Vec<u8>, Error> {
        if let Some(from) = place.checked_sub(self.n_written) {
            let from = usize::try_from(from).expect("the tail is in memory");
            return Ok(self.tail[from..from + length].to_vec());
        }
        let mut bytes = vec![0; length];
        let mut file = self.file.borrow_mut();
        let file = file.as_mut().expect("what was written is in a file");
        let read = file.seek(SeekFrom::Start(place)).and_then(|_| file.read_exact(&mut bytes));
        read.map_err(|source| self.failed(source))?;
        Ok(bytes)
    }

    /// Puts the tail into the file.
    fn empty(&mut self) -> Result<(), Error> {
        let Some(folder) = &self.folder else { return Ok(()) };
        let written = (|| {
            let mut file = self.file.borrow_mut();
            let file = match &mut *file {
                Some(file) => file,
                none => none.insert(tempfile::tempfile_in(folder)?),
            };
            file.seek(SeekFrom::Start(self.n_written))?;
            file.write_all(&self.tail)
        })();
        written.map_err(|source| self.failed(source))?;
        self.n_written += self.tail.len() as u64;
        self.tail.clear();
        self.tail.shrink_to(BLOCK * 2);
        Ok(())
    }

    fn failed(&self, source: io::Error) -> Error {
        Error::Aside { folder: self.folder.clone().unwrap_or_default(), source }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_set_aside_is_found_again_wherever_it_lies() {
        let folder = tempfile::tempdir().unwrap();
        for mut spool in [Spool::default(), Spool::beside(folder.path().to_owned())] {
            let piece = |number: u8| vec![number; 700_000 + usize::from(number)];
            let places: Vec<u64> =
                (0..40).map(|number| spool.put(&[&piece(number)[..99], &piece(number)[99..]]).unwrap()).collect();
            for (number, place) in (0..40).zip(places).rev() {
                assert_eq!(spool.get(place, piece(number).len()).unwrap(), piece(number));
            }
            assert_eq!(spool.file.borrow().is_some(), spool.folder.is_some());
        }
        assert_eq!(folder.path().read_dir().unwrap().count(), 0, "the file has no name");
        let mut nowhere = Spool::beside(folder.path().join("nowhere"));
        assert!(matches!(nowhere.put(&[&vec![0; FEW]]), Err(Error::Aside { .. })));
    }
}
