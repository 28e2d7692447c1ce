//! The members of a zip archive as one source.

use std::collections::BTreeSet;
use std::io::{Read, Seek};
use std::sync::Arc;

use super::folder::{beside, skipped};
use super::{Gathered, MAX_BYTES, joined, read_capped, reading};
use crate::content::{Digest, Document, Kind, Problem};
use crate::gather::container::{Container, Member};
use crate::gather::family::Family;
use crate::gather::stream;
use crate::gather::thread::linked::{self, Visit};
use crate::gather::{Error, Wishes};

/// Whether bytes are those of a zip archive.
pub(super) fn is_archive(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06")
}

/// Reads the members of an archive as one source.
///
/// Beside conversations, what is only data or a page is not what the archive is for.
pub(super) fn archive<R: Read + Seek>(
    named: &str,
    reader: R,
    (sha256, bytes): (Digest, usize),
    wishes: Wishes,
) -> Result<Gathered, Error> {
    let shown = wishes.pick.and_then(|pick| named.strip_suffix(pick)).map_or(named, |name| name.trim_end_matches('#'));
    let mut container = Container::open(shown, reader)?;
    let mut problems = Vec::new();
    let members = container.members(wishes.exclude, &mut problems);
    let family = Family::of(&members.iter().map(|member| member.name.as_str()).collect::<Vec<_>>());
    if let Some(family) = family {
        let together: Vec<_> = members.iter().filter(|member| family.takes(&member.name)).collect();
        let n_bytes: u64 = together.iter().map(|member| container.size(member)).sum();
        problems.extend(beside(shown, members.len() - together.len()));
        if let Some(found) = family.links().filter(|_| n_bytes > stream::FROM && wishes.pick.is_some()) {
            let visit: Visit = &mut |file, take| container.read(together[file], |stream| take(stream));
            let (reading, _) = linked::pick(shown, (together.len(), visit), found, wishes)?;
            let documents = reading.documents.into_iter().map(Arc::new).collect();
            problems.extend(reading.problems);
            return Ok(Gathered { locator: named.to_owned(), bytes, sha256, documents, problems });
        }
        if n_bytes > MAX_BYTES as u64 {
            return Err(Error::TooLarge { name: shown.to_owned(), limit: MAX_BYTES });
        }
        let mut files = Vec::new();
        for member in together {
            files.push((member.name.clone(), container.read(member, |stream| read_capped(stream, &member.name))?));
        }
        let mut gathered = joined(shown, family, files, wishes)?;
        gathered.problems.splice(0..0, problems);
        return Ok(Gathered { locator: named.to_owned(), bytes, sha256, ..gathered });
    }
    let documents = members_of(shown, &mut container, &members, wishes, &mut problems)?;
    let documents = documents.into_iter().map(Arc::new).collect();
    Ok(Gathered { locator: named.to_owned(), bytes, sha256, documents, problems })
}

fn members_of<R: Read + Seek>(
    shown: &str,
    container: &mut Container<R>,
    members: &[Member],
    wishes: Wishes,
    problems: &mut Vec<Problem>,
) -> Result<Vec<Document>, Error> {
    let mut documents: Vec<Document> = Vec::new();
    let (mut n_unread, mut n_failed) = (0, 0);
    let mut first_error = None;
    // Papers beside conversations are what was attached to them; they take a while, so they come last.
    let (papers, texts): (Vec<&Member>, Vec<&Member>) = members.iter().partition(|member| member.is_paper());
    for member in texts.into_iter().chain(papers) {
        if member.is_paper() && documents.iter().any(is_talk) {
            n_unread += 1;
            continue;
        }
        let name = format!("{shown}/{}", member.name);
        match container.read(member, |stream| reading(&name, stream, wishes)) {
            Ok(reading) => {
                documents.extend(reading.documents);
                problems.extend(reading.problems);
            }
            Err(error @ Error::UnknownFormat { .. }) => return Err(error),
            Err(error) if error.is_elsewhere() => n_unread += 1,
            Err(Error::Empty { .. } | Error::NothingRead { .. }) => n_unread += 1,
            Err(error) => {
                problems.push(skipped(shown, &name, &error));
                n_failed += 1;
                first_error.get_or_insert(error);
            }
        }
    }
    if documents.iter().any(is_talk) {
        let n_all = documents.len();
        documents.retain(|document| !matches!(document.kind, Kind::Data | Kind::Page));
        n_unread += n_all - documents.len();
    }
    let mut ids = BTreeSet::new();
    let n_all = documents.len();
    documents
        .retain(|document| document.id.as_ref().is_none_or(|id| ids.insert((document.format.clone(), id.clone()))));
    if documents.len() < n_all {
        problems.push(Problem::note(shown, format!("repeats of an id left out: {}", n_all - documents.len())));
    }
    if documents.is_empty() {
        return Err(match (first_error, wishes.pick) {
            (Some(error), _) if n_failed == 1 => error,
            (None, Some(pick)) => Error::not_inside(shown, pick),
            (first, _) => {
                problems.extend(textless(shown, n_unread));
                Error::nothing_in(shown, std::mem::take(problems), first)
            }
        });
    }
    if n_unread > 0 {
        problems.push(Problem::note(shown, format!("members beside the conversations passed over: {n_unread}")));
    }
    Ok(documents)
}

/// Says how many members hold nothing, where nothing else was found.
pub(super) fn textless(shown: &str, n_members: usize) -> Option<Problem> {
    (n_members > 0).then(|| Problem::note(shown, format!("members without a text: {n_members}")))
}

fn is_talk(document: &Document) -> bool {
    matches!(document.kind, Kind::Thread | Kind::Chat | Kind::Mail)
}
