//! Bytes set aside: in memory while they are few, else in a nameless file that goes with its process.

use std::fs::File;
use std::io::{self, Write as _};
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
    file: Option<File>,
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
        let file = self.file.as_ref().expect("what was written is in a file");
        let failed = |source| Error::Aside { folder: self.folder.clone().unwrap_or_default(), source };
        read_at(file, &mut bytes, place).map_err(failed)?;
        Ok(bytes)
    }

    /// Puts the tail into the file.
    fn empty(&mut self) -> Result<(), Error> {
        let Some(folder) = &self.folder else { return Ok(()) };
        let failed = |source| Error::Aside { folder: folder.clone(), source };
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(tempfile::tempfile_in(folder).map_err(failed)?),
        };
        file.write_all(&self.tail).map_err(failed)?;
        self.n_written += self.tail.len() as u64;
        self.tail.clear();
        self.tail.shrink_to(BLOCK * 2);
        Ok(())
    }
}

/// Reads what stands at a place of a file.
#[cfg(unix)]
fn read_at(file: &File, bytes: &mut [u8], place: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, place)
}

/// The same, and the file stands at its end again.
#[cfg(not(unix))]
fn read_at(mut file: &File, bytes: &mut [u8], place: u64) -> io::Result<()> {
    use std::io::{Read as _, Seek as _, SeekFrom};
    file.seek(SeekFrom::Start(place))?;
    file.read_exact(bytes)?;
    file.seek(SeekFrom::End(0)).map(drop)
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
            assert_eq!(spool.file.is_some(), spool.folder.is_some());
        }
        assert_eq!(folder.path().read_dir().unwrap().count(), 0, "the file has no name");
        let mut nowhere = Spool::beside(folder.path().join("nowhere"));
        assert!(matches!(nowhere.put(&[&vec![0; FEW]]), Err(Error::Aside { .. })));
    }
}
