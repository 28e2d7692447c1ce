//! Exports of any size, read element by element.
//!
//! A format says how its elements stream: its `outline` tells what an element is called and
//! how much it holds without reading its texts out. A list looks at every element that way; a pick
//! reads those it wants whole and lets go of the others. At any time one window of the export is in
//! memory, whose elements the cores of the machine share.

use std::collections::BTreeSet;
use std::io::Read;

use super::elements::{Element, Elements};
use super::outline::{Lens, Outline, Roll, may_hold};
use super::source::MAX_BYTES;
use super::tape::{Json, Tape};
use super::thread::linked::Links;
use super::{Error, Format, Input, Reading, Wishes, detect};
use crate::content::Problem;
use crate::cores;

/// Exports larger than this are streamed where their format can be.
pub(crate) const FROM: u64 = 4 * 1024 * 1024;
/// Bytes by which the format of an export is told.
const HEAD: usize = 256 * 1024;
/// The largest conversation that is read.
pub(crate) const MAX_ELEMENT: usize = 128 * 1024 * 1024;
/// Problems that are told one by one.
const FEW_PROBLEMS: usize = 20;
/// So many bytes that are only looked at are as much work as one that is read: where no more is asked,
/// another thread costs more than it saves.
const PER_LOOK: usize = 16;
/// One conversation of so many is counted where not every one is.
pub(crate) const PER_COUNTED: usize = 256;

/// How the elements of an export are read one by one.
#[derive(Debug, Clone, Copy)]
pub enum Stream {
    /// Each is a conversation of its own.
    Alone(Outlines),
    /// They are posts that answer each other.
    Linked(Links),
}

/// How conversations are told apart without reading their texts out.
#[derive(Debug, Clone, Copy)]
pub struct Outlines {
    /// The members that lead to the array of elements, where the export is an object.
    pub(crate) within: &'static [&'static str],
    /// What an element holds; nothing where only reading it tells.
    pub(crate) outline: fn(Json) -> Option<Outline>,
    /// Members that an outline does without.
    pub(crate) passed: &'static [&'static str],
    /// Whether ids and titles are words of the export, so that an element without them is not the
    /// one that is picked.
    pub(crate) named: bool,
}

impl Stream {
    /// Elements that have to be read to be told apart.
    pub(crate) const fn within(within: &'static [&'static str]) -> Self {
        Self::Alone(Outlines { within, outline: |_| None, passed: &[], named: false })
    }
}

/// The format that the first bytes of an export announce, if it is one that streams.
pub(crate) fn format(name: &str, head: &[u8], wishes: Wishes) -> Option<(&'static Format, Stream)> {
    let head = &head[..head.len().min(HEAD)];
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        // A character may be cut by the end of the head.
        Err(error) if error.error_len().is_none() => std::str::from_utf8(&head[..error.valid_up_to()]).ok()?,
        Err(_) => return None,
    };
    let (format, _) = detect::choose(&Input::new(name, text), wishes.format).ok()?;
    Some((format, format.stream?))
}

/// Reads the conversations that `wishes` pick.
pub(crate) fn pick(
    name: &str,
    reader: &mut dyn Read,
    (format, stream): (&Format, Outlines),
    wishes: Wishes,
) -> Result<Reading, Error> {
    let mut found = Reading { documents: Vec::new(), problems: Vec::new() };
    let mut n_bytes = 0;
    let n_passed = each(
        name,
        reader,
        stream,
        |element| work(None, element),
        |text, element| {
            if stream.named && wishes.pick.is_some_and(|pick| !may_hold(pick, text.as_bytes())) {
                return None;
            }
            let tape = Tape::without(text, stream.passed);
            let outline = (stream.outline)(tape.root());
            if outline.is_some_and(|outline| !wishes.want(outline.id.as_deref(), outline.title.as_deref())) {
                return None;
            }
            Some(read(name, format, wishes, text, element))
        },
        |looked| {
            let Some(read) = looked else { return Ok(()) };
            match read {
                Ok(reading) => {
                    n_bytes += reading.documents.iter().map(|document| document.text.len()).sum::<usize>();
                    found.documents.extend(reading.documents);
                    found.problems.extend(reading.problems);
                }
                Err(Error::NotInside { .. } | Error::NothingRead { .. }) => {}
                Err(error) => found.problems.push(Problem::warning(name, format!("skipped: {error}"))),
            }
            if n_bytes > MAX_BYTES {
                return Err(Error::TooLarge { name: name.to_owned(), limit: MAX_BYTES });
            }
            Ok(())
        },
    )?;
    let mut ids = BTreeSet::new();
    found.documents.retain(|document| document.id.as_ref().is_none_or(|id| ids.insert(id.clone())));
    if found.documents.is_empty() {
        return Err(Error::not_inside(name, wishes.pick.unwrap_or_default()));
    }
    found.problems = few(name, found.problems);
    found.problems.extend(too_large(name, n_passed));
    Ok(found)
}

/// What an element of a list came to.
enum Looked {
    /// It holds nothing that is asked for.
    Passed,
    /// It holds nothing to read.
    Empty,
    /// It is skipped for this.
    Skipped(Problem),
    /// Its outline; that of one that was counted too, with the bytes that its tokens are of.
    Found(Vec<Outline>, Option<u32>),
}

/// Lists the conversations that pass.
pub(crate) fn list(
    name: &str,
    reader: &mut dyn Read,
    (format, stream): (&Format, Outlines),
    wishes: Wishes,
    lens: Lens,
) -> Result<(Roll, Vec<Problem>), Error> {
    let mut problems = Vec::new();
    let mut outlines = Vec::new();
    let mut ids = BTreeSet::new();
    let (mut n_tokens, mut n_bytes, mut n_repeated, mut n_empty) = (0.0, 0.0, 0, 0);
    let n_passed = each(
        name,
        reader,
        stream,
        |element| work(Some(lens), element),
        |text, element| {
            if !lens.sieve.may_stand_in(text.as_bytes()) {
                return Looked::Passed;
            }
            let tape = Tape::without(text, stream.passed);
            let outline = (stream.outline)(tape.root());
            let is_counted = lens.every || lens.sieve.grep.is_some() || element.number % PER_COUNTED == 1;
            match outline {
                Some(outline) if !is_counted => {
                    let wanted = wishes.want(outline.id.as_deref(), outline.title.as_deref());
                    match lens.sieve.has_days(&outline) && wanted {
                        false => Looked::Passed,
                        true if outline.n_messages == 0 => Looked::Empty,
                        true => Looked::Found(vec![outline], None),
                    }
                }
                outline => match read(name, format, wishes, text, element) {
                    Ok(reading) => {
                        let n_bytes = outline.map(|outline| outline.n_bytes);
                        Looked::Found(Outline::of_all(&reading.documents, lens), n_bytes)
                    }
                    Err(Error::NotInside { .. }) => Looked::Passed,
                    Err(Error::NothingRead { .. }) => Looked::Empty,
                    Err(error) => {
                        let place = format!("{name}, element {}", element.number);
                        Looked::Skipped(Problem::warning(place, format!("skipped: {error}")))
                    }
                },
            }
        },
        |looked| {
            match looked {
                Looked::Passed => {}
                Looked::Empty => n_empty += 1,
                Looked::Skipped(problem) => problems.push(problem),
                Looked::Found(found, counted) => {
                    if let ([only], Some(n)) = (found.as_slice(), counted) {
                        n_tokens += f64::from(only.tokens.unwrap_or(0));
                        n_bytes += f64::from(n);
                    }
                    let n_found = found.len();
                    let n_before = outlines.len();
                    outlines.extend(
                        found.into_iter().filter(|outline| outline.id.as_ref().is_none_or(|id| ids.insert(id.clone()))),
                    );
                    n_repeated += n_before + n_found - outlines.len();
                }
            }
            Ok(())
        },
    )?;
    problems = few(name, problems);
    problems.extend(too_large(name, n_passed));
    if n_empty > 0 {
        problems.push(Problem::note(name, format!("elements with nothing to read in them: {n_empty}")));
    }
    if n_repeated > 0 {
        problems.push(Problem::note(name, format!("repeats of an id left out: {n_repeated}")));
    }
    let rate = if n_bytes > 0.0 { n_tokens / n_bytes } else { 0.25 };
    let (locator, format, kind) = (name.to_owned(), format.name.to_owned(), format.kind);
    Ok((Roll { locator, format, kind, outlines, rate }, problems))
}

/// What an element costs, in bytes that are read.
pub(crate) fn work(lens: Option<Lens>, element: &Element) -> usize {
    match lens {
        Some(lens) if lens.every || lens.sieve.grep.is_some() => element.len(),
        _ => element.len() / PER_LOOK,
    }
}

/// Looks at every element, many at once, and takes what was seen in their order; how many were too
/// large to look at.
fn each<R: Send>(
    name: &str,
    reader: &mut dyn Read,
    stream: Outlines,
    work: impl Fn(&Element) -> usize,
    look: impl Fn(&str, &Element) -> R + Sync,
    mut take: impl FnMut(R) -> Result<(), Error>,
) -> Result<usize, Error> {
    let unreadable = |source| Error::Read { path: name.to_owned(), source };
    let mut elements = Elements::open(reader, stream.within, MAX_ELEMENT).map_err(unreadable)?;
    while let Some(window) = elements.window().map_err(unreadable)? {
        let bytes = elements.bytes();
        let look = |element: &Element| look(&element.text(bytes), element);
        for looked in cores::each(&window, &work, look) {
            take(looked)?;
        }
    }
    Ok(elements.n_passed)
}

/// Reads one element as a source of its own.
pub(crate) fn read(
    name: &str,
    format: &Format,
    wishes: Wishes,
    text: &str,
    element: &Element,
) -> Result<Reading, Error> {
    let wishes = Wishes { format: Some(format.name), ..wishes };
    super::settle(&Input { wishes, n_before: element.number - 1, ..Input::new(name, text) }, None)
}

/// The first problems, and how many more there are.
fn few(name: &str, mut problems: Vec<Problem>) -> Vec<Problem> {
    let n_more = problems.len().saturating_sub(FEW_PROBLEMS);
    problems.truncate(FEW_PROBLEMS);
    if n_more > 0 {
        problems.push(Problem::warning(name, format!("more problems of this kind: {n_more}")));
    }
    problems
}

fn too_large(name: &str, n_passed: usize) -> Option<Problem> {
    let message = format!("elements larger than {MAX_ELEMENT} bytes skipped: {n_passed}");
    (n_passed > 0).then(|| Problem::warning(name, message))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;
    use crate::content::Document;
    use crate::gather::outline::Sieve;
    use crate::gather::thread::linked;
    use crate::gather::{FORMATS, Short, read_as};

    fn measure(document: &Document) -> u32 {
        u32::try_from(document.text.len()).unwrap()
    }

    type Row = (Option<Short>, Option<String>, Option<Short>, Option<Short>, u32);

    fn rows(outlines: &[Outline]) -> Vec<Row> {
        let row = |outline: &Outline| {
            let title = outline.title.as_deref().map(str::to_owned);
            (outline.id.clone(), title, outline.date.clone(), outline.last.clone(), outline.n_messages)
        };
        outlines.iter().map(row).collect()
    }

    fn is_json(path: &Path) -> bool {
        path.is_file() && path.extension().is_some_and(|extension| extension != "html")
    }

    /// Every fixture of a format that streams, streamed.
    #[test]
    fn a_stream_lists_and_picks_what_a_reading_holds() {
        let mut n_compared = 0;
        for format in FORMATS.iter().filter(|format| format.stream.is_some()) {
            let folder = format!("{}/tests/fixtures/{}", env!("CARGO_MANIFEST_DIR"), format.name);
            for entry in fs::read_dir(folder).unwrap().map(Result::unwrap).filter(|entry| is_json(&entry.path())) {
                let bytes = fs::read(entry.path()).unwrap();
                let wishes = Wishes { format: Some(format.name), ..Wishes::default() };
                let whole = read_as("x", &bytes, wishes).unwrap();
                for every in [false, true] {
                    let sieve = Sieve::default();
                    let lens = Lens { sieve: &sieve, measure: &measure, every };
                    let expected = Outline::of_all(&whole.documents, lens);
                    let mut reader = bytes.as_slice();
                    let visit: linked::Visit = &mut |_, take| take(&mut reader);
                    let (roll, _) = match format.stream.unwrap() {
                        Stream::Alone(outlines) => list("x", &mut bytes.as_slice(), (format, outlines), wishes, lens),
                        Stream::Linked(links) => linked::list("x", (1, visit), (format, links), wishes, lens),
                    }
                    .unwrap();
                    let (mut found, mut expected) = (rows(&roll.outlines), rows(&expected));
                    found.sort();
                    expected.sort();
                    assert_eq!(found, expected, "{}, every: {every}", entry.path().display());
                }
                let ids: BTreeSet<&str> = whole
                    .documents
                    .iter()
                    .filter(|document| document.kind == format.kind)
                    .filter_map(|document| document.id.as_deref())
                    .collect();
                for id in ids {
                    let wishes = Wishes { pick: Some(id), ..wishes };
                    let expected = read_as("x", &bytes, wishes).unwrap().documents;
                    let visit: linked::Visit = &mut |_, take| take(&mut bytes.as_slice());
                    let found = match format.stream.unwrap() {
                        Stream::Alone(outlines) => pick("x", &mut bytes.as_slice(), (format, outlines), wishes),
                        Stream::Linked(links) => {
                            linked::pick("x", (1, visit), (format, links), wishes).map(|(reading, _)| reading)
                        }
                    };
                    assert_eq!(found.unwrap().documents, expected, "{} #{id}", entry.path().display());
                    n_compared += 1;
                }
            }
        }
        assert!(n_compared > 10, "{n_compared}");
    }
}
