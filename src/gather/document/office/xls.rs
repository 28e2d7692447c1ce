//! Sheets of Excel 97 to 2003 (BIFF8 in a compound file, MS-XLS): a section a sheet, values as they
//! were last calculated.
//!
//! A workbook is a run of records; strings lie in one table that goes on over several of them. What
//! ends early gives the cells before that.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use std::iter;

use cfb::CompoundFile;

use super::number::{self, Shape};
use super::prose::Prose;
use super::table::{self, Sheet};
use super::xlsx::Values;
use super::{Found, settle};
use crate::content::Kind;
use crate::gather::{Confidence, Error, Format, Input, Reading};

pub(crate) const FORMAT: Format = Format {
    name: "xls",
    kind: Kind::Data,
    about: "Excel sheets of 97 to 2003 (xls) as tables, a section a sheet",
    extensions: &["xls", "xlt"],
    sniff,
    read,
    stream: None,
};

/// Bytes that a workbook may have.
const MAX_STREAM: u64 = 256 * 1024 * 1024;
/// Strings that a workbook may have.
const MAX_STRINGS: usize = 4_000_000;

/// The records that say something of a cell or of the book (MS-XLS 2.3).
mod kind {
    pub(super) const EOF: u16 = 0x000A;
    pub(super) const NOTE: u16 = 0x001C;
    pub(super) const DATE_MODE: u16 = 0x0022;
    pub(super) const PASSWORD: u16 = 0x002F;
    pub(super) const CONTINUE: u16 = 0x003C;
    pub(super) const SHEET: u16 = 0x0085;
    pub(super) const MANY_RK: u16 = 0x00BD;
    pub(super) const LINK: u16 = 0x01B8;
    pub(super) const XF: u16 = 0x00E0;
    pub(super) const STRINGS: u16 = 0x00FC;
    pub(super) const SHARED: u16 = 0x00FD;
    pub(super) const FORMULA: u16 = 0x0006;
    pub(super) const NUMBER: u16 = 0x0203;
    pub(super) const LABEL: u16 = 0x0204;
    pub(super) const BOOL: u16 = 0x0205;
    pub(super) const STRING: u16 = 0x0207;
    pub(super) const RK: u16 = 0x027E;
    pub(super) const FORMAT: u16 = 0x041E;
    pub(super) const BOF: u16 = 0x0809;
}

fn sniff(input: &Input) -> Confidence {
    if !input.bytes.starts_with(b"\xd0\xcf\x11\xe0") {
        return Confidence::No;
    }
    let is_book = CompoundFile::open(Cursor::new(input.bytes))
        .is_ok_and(|file| file.is_stream("/Workbook") || file.is_stream("/Book"));
    if is_book { Confidence::Certain } else { Confidence::No }
}

fn read(input: &Input) -> Result<Reading, Error> {
    let malformed = |reason| Error::Malformed { name: input.name.to_owned(), format: FORMAT.name, reason };
    let mut bytes = Vec::new();
    CompoundFile::open(Cursor::new(input.bytes))
        .and_then(|mut file| file.open_stream("/Workbook")?.take(MAX_STREAM).read_to_end(&mut bytes))
        .map_err(|_| malformed("its workbook cannot be read, or is of Excel 95 or older"))?;
    let book = Book::of(&bytes).map_err(|wrong| match wrong {
        Wrong::Encrypted => Error::Encrypted { name: input.name.to_owned() },
        Wrong::Older => malformed("its workbook is of Excel 95 or older"),
    })?;
    let mut found = Found::default();
    let mut prose = Prose::default();
    let mut n_notes = 0;
    for named in &book.sheets {
        if named.kind != 0 {
            let what = if named.kind == 2 { "chart" } else { "sheet of macros" };
            found.missing.push(format!("sheet {} is a {what} and left out", named.name));
            continue;
        }
        let Some(records) = bytes.get(named.start..).filter(|bytes| !bytes.is_empty()) else {
            found.missing.push(format!("sheet {} is missing", named.name));
            continue;
        };
        let (sheet, is_whole) = book.sheet(records, &mut n_notes);
        table::write(&mut prose, &mut found, &named.name, &sheet);
        if !is_whole {
            found.missing.push(format!("sheet {} ends early", named.name));
        }
    }
    found.count(book.sheets.iter().filter(|sheet| sheet.is_hidden).count(), "hidden sheets among them");
    found.count(n_notes, "comments left out");
    found.text = prose.finish();
    settle(input, &FORMAT, found)
}

/// Why a book is not read.
enum Wrong {
    Encrypted,
    Older,
}

/// A sheet as the book names it.
struct Named {
    name: String,
    start: usize,
    kind: u8,
    is_hidden: bool,
}

/// What the first part of a workbook says for all sheets.
struct Book {
    sheets: Vec<Named>,
    values: Values,
}

impl Book {
    fn of(bytes: &[u8]) -> Result<Self, Wrong> {
        let mut book = Self { sheets: Vec::new(), values: Values::default() };
        let mut shapes: BTreeMap<u16, Shape> = BTreeMap::new();
        let mut strings: Vec<&[u8]> = Vec::new();
        let mut last = 0;
        for (kind, data) in records(bytes) {
            match kind {
                kind::BOF if u16_at(data, 0) != Some(0x0600) => return Err(Wrong::Older),
                kind::PASSWORD => return Err(Wrong::Encrypted),
                kind::EOF => break,
                kind::DATE_MODE => book.values.from_1904 = u16_at(data, 0) == Some(1),
                kind::SHEET => book.sheets.extend(named(data)),
                kind::FORMAT => {
                    let code = u16_at(data, 2)
                        .zip(data.get(4..))
                        .and_then(|(n, rest)| Text { chunks: vec![rest], chunk: 0, at: 0 }.string(usize::from(n)));
                    shapes.extend(u16_at(data, 0).zip(code.map(|code| number::shape(&code))));
                }
                kind::XF => {
                    let format = u16_at(data, 2).unwrap_or(0);
                    let shape = shapes.get(&format).copied();
                    book.values.shapes.push(shape.unwrap_or_else(|| number::built_in(usize::from(format))));
                }
                kind::STRINGS => strings.push(data),
                kind::CONTINUE if last == kind::STRINGS => {
                    strings.push(data);
                    continue;
                }
                _ => {}
            }
            last = kind;
        }
        book.values.shared = shared(strings);
        Ok(book)
    }

    /// The cells of a sheet, and whether it came to its end.
    fn sheet(&self, bytes: &[u8], n_notes: &mut usize) -> (Sheet, bool) {
        let mut sheet = Sheet::default();
        let mut depth = 0usize;
        // Where the text of a formula goes, which comes in a record of its own.
        let mut open: Option<(usize, usize)> = None;
        for (kind, data) in records(bytes) {
            match kind {
                kind::BOF => depth += 1,
                kind::EOF if depth <= 1 => return (sheet, true),
                kind::EOF => depth -= 1,
                kind::NOTE => *n_notes += 1,
                kind::LINK if depth == 1 => link(data, &mut sheet).unwrap_or_default(),
                // Charts lie within the sheet that shows them.
                _ if depth == 1 => self.cell(kind, data, &mut sheet, &mut open).unwrap_or_default(),
                _ => {}
            }
        }
        (sheet, false)
    }

    fn cell(&self, kind: u16, data: &[u8], sheet: &mut Sheet, open: &mut Option<(usize, usize)>) -> Option<()> {
        if kind == kind::STRING {
            let (row, column) = open.take()?;
            let text = Text { chunks: vec![data.get(2..)?], chunk: 0, at: 0 }.string(usize::from(u16_at(data, 0)?))?;
            sheet.put(row, column, &text);
            return Some(());
        }
        let (row, column) = (usize::from(u16_at(data, 0)?), usize::from(u16_at(data, 2)?));
        let format = || u16_at(data, 4).map(usize::from);
        let text = match kind {
            kind::SHARED => self.values.shared.get(usize::try_from(u32_at(data, 6)?).ok()?)?.clone(),
            kind::NUMBER => self.values.number(format()?, f64_at(data, 6)?),
            kind::RK => self.values.number(format()?, rk(u32_at(data, 6)?)),
            kind::MANY_RK => {
                for (index, pair) in data.get(4..data.len().checked_sub(2)?)?.chunks_exact(6).enumerate() {
                    let number = self.values.number(usize::from(u16_at(pair, 0)?), rk(u32_at(pair, 2)?));
                    sheet.put(row, column + index, &number);
                }
                return Some(());
            }
            kind::LABEL => {
                let mut text = Text { chunks: vec![data.get(8..)?], chunk: 0, at: 0 };
                text.string(usize::from(u16_at(data, 6)?))?
            }
            kind::BOOL => truth(data.get(6..8)?).to_owned(),
            kind::FORMULA => match data.get(6..14)? {
                [0, .., 0xff, 0xff] => {
                    *open = Some((row, column));
                    return Some(());
                }
                [kind @ (1 | 2), _, value, .., 0xff, 0xff] => truth(&[*value, kind - 1]).to_owned(),
                [.., 0xff, 0xff] => return Some(()),
                _ => self.values.number(format()?, f64_at(data, 6)?),
            },
            _ => return Some(()),
        };
        sheet.put(row, column, &text);
        Some(())
    }
}

/// Has cells lead to an address of the web (2.4.140): a range, and somewhere behind it a moniker with the address.
fn link(data: &[u8], sheet: &mut Sheet) -> Option<()> {
    const MONIKER: [u8; 16] =
        [0xe0, 0xc9, 0xea, 0x79, 0xf9, 0xba, 0xce, 0x11, 0x8c, 0x82, 0, 0xaa, 0, 0x4b, 0xa9, 0x0b];
    let at = |index: usize| u16_at(data, index).map(usize::from);
    let (top, bottom, left, right) = (at(0)?, at(2)?, at(4)?, at(6)?);
    let start = memchr::memmem::find(data, &MONIKER)? + MONIKER.len();
    let length = usize::try_from(u32_at(data, start)?).ok()?;
    let bytes = data.get(start + 4..)?;
    let (url, _) = encoding_rs::UTF_16LE.decode_without_bom_handling(&bytes[..bytes.len().min(length)]);
    sheet.link_all(top..=bottom, left..=right, url.split('\0').next()?);
    Some(())
}

/// A sheet's name and place.
fn named(data: &[u8]) -> Option<Named> {
    let mut text = Text { chunks: vec![data.get(7..)?], chunk: 0, at: 0 };
    Some(Named {
        name: text.string(usize::from(*data.get(6)?))?,
        start: usize::try_from(u32_at(data, 0)?).ok()?,
        kind: *data.get(5)?,
        is_hidden: data.get(4)? & 3 != 0,
    })
}

/// The table of strings that cells refer to by number.
fn shared(chunks: Vec<&[u8]>) -> Vec<String> {
    let n = chunks.first().and_then(|first| u32_at(first, 4)).and_then(|n| usize::try_from(n).ok()).unwrap_or(0);
    let mut text = Text { chunks, chunk: 0, at: 8 };
    iter::from_fn(|| text.rich()).take(n.min(MAX_STRINGS)).collect()
}

/// Characters that go on over several records; each begins with a byte that says how wide they are.
struct Text<'a> {
    chunks: Vec<&'a [u8]>,
    chunk: usize,
    at: usize,
}

impl Text<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        while self.at >= self.chunks.get(self.chunk)?.len() {
            self.chunk += 1;
            self.at = 0;
        }
        let bytes = self.chunks[self.chunk].get(self.at..self.at + N)?;
        self.at += N;
        bytes.try_into().ok()
    }

    /// A string of `n` characters behind its flags.
    fn string(&mut self, n: usize) -> Option<String> {
        let [flags] = self.take()?;
        self.characters(n, flags & 1 != 0)
    }

    /// A string of the table: what says how it looks and sounds comes around its characters.
    fn rich(&mut self) -> Option<String> {
        let n = usize::from(u16::from_le_bytes(self.take()?));
        let [flags] = self.take()?;
        let n_runs = if flags & 8 != 0 { usize::from(u16::from_le_bytes(self.take()?)) } else { 0 };
        let n_sounds = if flags & 4 != 0 { usize::try_from(u32::from_le_bytes(self.take()?)).ok()? } else { 0 };
        let text = self.characters(n, flags & 1 != 0)?;
        for _ in 0..n_runs.checked_mul(4)?.checked_add(n_sounds)? {
            self.take::<1>()?;
        }
        Some(text)
    }

    fn characters(&mut self, n: usize, is_wide: bool) -> Option<String> {
        let mut is_wide = is_wide;
        let mut units = Vec::new();
        while units.len() < n {
            if self.at >= self.chunks.get(self.chunk)?.len() {
                let [flags] = self.take()?;
                is_wide = flags & 1 != 0;
            }
            units.push(if is_wide { u16::from_le_bytes(self.take()?) } else { u16::from(self.take::<1>()?[0]) });
        }
        Some(String::from_utf16_lossy(&units))
    }
}

/// The records of a stream, up to where it ends.
fn records(bytes: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    let mut rest = bytes;
    iter::from_fn(move || {
        let end = 4 + usize::from(u16_at(rest, 2)?);
        let record = (u16_at(rest, 0)?, rest.get(4..end)?);
        rest = &rest[end..];
        Some(record)
    })
}

/// A number in thirty bits (2.5.122).
fn rk(packed: u32) -> f64 {
    let number = if packed & 2 == 0 {
        f64::from_bits(u64::from(packed & !3) << 32)
    } else {
        f64::from(packed.cast_signed() >> 2)
    };
    if packed & 1 == 0 { number } else { number / 100.0 }
}

/// A truth value, or an error where the second byte says so.
fn truth(bytes: &[u8]) -> &'static str {
    match bytes {
        [0, 0] => "FALSE",
        [_, 0] => "TRUE",
        [0x00, _] => "#NULL!",
        [0x07, _] => "#DIV/0!",
        [0x0f, _] => "#VALUE!",
        [0x17, _] => "#REF!",
        [0x1d, _] => "#NAME?",
        [0x24, _] => "#NUM!",
        _ => "#N/A",
    }
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

fn f64_at(bytes: &[u8], at: usize) -> Option<f64> {
    Some(f64::from_le_bytes(bytes.get(at..at + 8)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_go_on_over_records_in_another_width() {
        let table = [&[2, 0, 0, 0, 2, 0, 0, 0][..], &[4, 0, 0], b"pe"].concat();
        let rest = [&[1][..], &[b'a', 0, b'r', 0], &[1, 0, 8, 1, 0], b"x", &[0; 4]].concat();
        assert_eq!(shared(vec![&table, &rest]), ["pear", "x"]);
        assert_eq!(shared(vec![&table]), [""; 0]);
        assert_eq!(shared(vec![]), [""; 0]);
    }

    #[test]
    fn numbers_are_unpacked() {
        for (packed, number) in
            [(0x3ff0_0000, 1.0), (0x3ff0_0001, 0.01), (6, 1.0), (0xffff_fffe, -1.0), (0x04d2, 308.0)]
        {
            assert!((rk(packed) - number).abs() < 1e-12, "{packed:x}: {}", rk(packed));
        }
    }

    #[test]
    fn any_cut_of_a_book_ends() {
        let bytes: Vec<u8> = (0..4000u32).map(|n| u8::try_from(n * 7 % 251).unwrap_or(0)).collect();
        for end in 0..bytes.len() {
            let book = Book { sheets: Vec::new(), values: Values::default() };
            let _ = book.sheet(&bytes[end..], &mut 0);
            let _ = Book::of(&bytes[end..]);
        }
    }
}
