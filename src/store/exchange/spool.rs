//! Bytes set aside in piles: in memory while they are few, else in a nameless file that goes with its process.
//!
//! What is read one after the other lies on one pile, which comes back from the file in a few large pieces.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Write as _};
use std::path::PathBuf;

use crate::store::Error;

/// So many bytes stay in memory before they go to the file.
const FEW: usize = 16 << 20;

/// What was set aside, found again by its pile and its place on it.
#[derive(Debug)]
pub(super) struct Spool {
    /// Where a file may lie; without one everything stays in memory.
    folder: Option<PathBuf>,
    file: Option<File>,
    /// Bytes in the file.
    n_written: u64,
    /// Bytes in memory.
    n_kept: usize,
    piles: Vec<Pile>,
}

#[derive(Debug, Default)]
struct Pile {
    /// Its pieces in the file: where each begins on the pile, and where in the file.
    pieces: Vec<(u64, u64)>,
    /// Bytes in the file; what follows them is in the tail.
    n_written: u64,
    tail: Vec<u8>,
}

impl Spool {
    /// So many empty piles; what does not fit into memory will lie in `folder`.
    pub(super) fn new(n_piles: usize, folder: Option<PathBuf>) -> Self {
        let piles = std::iter::repeat_with(Pile::default).take(n_piles).collect();
        Self { folder, file: None, n_written: 0, n_kept: 0, piles }
    }

    /// Sets bytes aside, one part behind the other, and says where on the pile.
    pub(super) fn put(&mut self, pile: usize, parts: &[&[u8]]) -> Result<u64, Error> {
        let own = &mut self.piles[pile];
        let place = own.n_written + own.tail.len() as u64;
        for part in parts {
            own.tail.extend_from_slice(part);
            self.n_kept += part.len();
        }
        if self.n_kept >= FEW {
            self.empty()?;
        }
        Ok(place)
    }

    /// The bytes of a place.
    pub(super) fn get(&self, pile: usize, place: u64, length: usize) -> Result<Vec<u8>, Error> {
        let own = &self.piles[pile];
        if let Some(from) = place.checked_sub(own.n_written) {
            let from = usize::try_from(from).expect("the tail is in memory");
            return Ok(own.tail[from..from + length].to_vec());
        }
        // What was put at once is in one piece.
        let (start, in_file) = own.pieces[own.pieces.partition_point(|(start, _)| *start <= place) - 1];
        let mut bytes = vec![0; length];
        self.read(&mut bytes, in_file + (place - start))?;
        Ok(bytes)
    }

    /// All of a pile.
    pub(super) fn pile(&self, pile: usize) -> Result<Cow<'_, [u8]>, Error> {
        let own = &self.piles[pile];
        if own.pieces.is_empty() {
            return Ok(Cow::Borrowed(&own.tail));
        }
        let n_written = usize::try_from(own.n_written).expect("a pile fits into memory");
        let mut bytes = Vec::with_capacity(n_written + own.tail.len());
        bytes.resize(n_written, 0);
        let ends = own.pieces[1..].iter().map(|(start, _)| *start).chain([own.n_written]);
        let mut rest = &mut bytes[..];
        for ((start, in_file), end) in own.pieces.iter().zip(ends) {
            let (piece, after) = rest.split_at_mut(usize::try_from(end - start).expect("a piece was in memory"));
            self.read(piece, *in_file)?;
            rest = after;
        }
        bytes.extend_from_slice(&own.tail);
        Ok(Cow::Owned(bytes))
    }

    /// Puts the tails into the file.
    fn empty(&mut self) -> Result<(), Error> {
        let Some(folder) = &self.folder else { return Ok(()) };
        let failed = |source| Error::Aside { folder: folder.clone(), source };
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(tempfile::tempfile_in(folder).map_err(failed)?),
        };
        for pile in self.piles.iter_mut().filter(|pile| !pile.tail.is_empty()) {
            file.write_all(&pile.tail).map_err(failed)?;
            pile.pieces.push((pile.n_written, self.n_written));
            pile.n_written += pile.tail.len() as u64;
            self.n_written += pile.tail.len() as u64;
            pile.tail.clear();
        }
        self.n_kept = 0;
        Ok(())
    }

    fn read(&self, bytes: &mut [u8], place: u64) -> Result<(), Error> {
        let file = self.file.as_ref().expect("what was written is in a file");
        let failed = |source| Error::Aside { folder: self.folder.clone().unwrap_or_default(), source };
        read_at(file, bytes, place).map_err(failed)
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
        for folder in [None, Some(folder.path().to_owned())] {
            let mut spool = Spool::new(3, folder);
            let piece = |number: u8| vec![number; 700_000 + usize::from(number)];
            let on = |number: u8| usize::from(number % 5 / 2);
            let put = |number| spool.put(on(number), &[&piece(number)[..99], &piece(number)[99..]]).unwrap();
            let places: Vec<u64> = (0..60).map(put).collect();
            for (number, place) in (0..60).zip(places).rev() {
                assert_eq!(spool.get(on(number), place, piece(number).len()).unwrap(), piece(number));
            }
            for pile in 0..3 {
                let whole = (0..60).filter(|number| on(*number) == pile).flat_map(piece).collect::<Vec<u8>>();
                assert!(spool.pile(pile).unwrap() == whole, "{pile}");
            }
            assert_eq!(spool.file.is_some(), spool.folder.is_some());
        }
        assert_eq!(folder.path().read_dir().unwrap().count(), 0, "the file has no name");
        let mut nowhere = Spool::new(1, Some(folder.path().join("nowhere")));
        assert!(matches!(nowhere.put(0, &[&vec![0; FEW]]), Err(Error::Aside { .. })));
    }
}
