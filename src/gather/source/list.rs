//! What is inside of a source, without keeping what it says.
//!
//! Goes the ways of [`super::gather`], but lets go of each file before the next one is opened, so
//! that an export of any size is listed in the memory of its largest conversation.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{Cursor, Read, Seek};
use std::path::Path;

use super::archive::{is_archive, textless};
use super::folder::{Export, beside, exports, locate, skipped};
use super::walk::walk;
use super::{contents, is_document, joined_texts, metadata, named_and_pick, read_capped, size_of, unreadable};
use crate::content::{Kind, Problem};
use crate::gather::container::{Container, Member};
use crate::gather::family::Family;
use crate::gather::outline::{Lens, Outline, Roll, Rolls};
use crate::gather::stream::{self, Stream};
use crate::gather::thread::linked::{self, Links, Visit};
use crate::gather::{Error, Format, Reading, Wishes};

/// Lists the conversations and documents of a file, a folder, an archive or, for `-`, of `stdin`.
pub fn list(named: &str, wishes: Wishes, lens: Lens, stdin: &mut dyn Read) -> Result<Rolls, Error> {
    let mut rolls = Rolls::default();
    if named == "-" {
        pipe(named, stdin, wishes, lens, &mut rolls)?;
        return settled(rolls, wishes, lens, named);
    }
    let (path, wishes) = named_and_pick(named, wishes);
    let found = metadata(path)?;
    if found.is_dir() {
        folder(path, wishes, lens, &mut rolls)?;
    } else if found.is_file() {
        file(path, Path::new(path), wishes, lens, &mut rolls)?;
    } else {
        let mut open = File::open(path).map_err(|source| unreadable(path, source))?;
        pipe(path, &mut open, wishes, lens, &mut rolls)?;
    }
    settled(rolls, wishes, lens, path)
}

/// Lists what comes once and from the front.
fn pipe(named: &str, reader: &mut dyn Read, wishes: Wishes, lens: Lens, rolls: &mut Rolls) -> Result<(), Error> {
    let mut start = Vec::new();
    (&mut *reader).take(4).read_to_end(&mut start).map_err(|source| unreadable(named, source))?;
    let is_archive = is_archive(&start);
    let mut all = start.chain(reader);
    if !is_archive {
        return one(named, &mut all, wishes, lens, rolls);
    }
    let bytes = read_capped(&mut all, named)?;
    if is_document(Cursor::new(&bytes)) {
        one(named, &mut bytes.as_slice(), wishes, lens, rolls)
    } else {
        archive(named, Cursor::new(&bytes), wishes, lens, rolls)
    }
}

/// Drops what repeats an id; nothing at all is an error unless a sieve took it.
fn settled(mut rolls: Rolls, wishes: Wishes, lens: Lens, named: &str) -> Result<Rolls, Error> {
    let mut n_repeated = 0;
    if rolls.rolls.len() > 1 {
        let mut ids = BTreeSet::new();
        for roll in &mut rolls.rolls {
            let n_before = roll.outlines.len();
            let format = roll.format.clone();
            roll.outlines
                .retain(|outline| outline.id.as_ref().is_none_or(|id| ids.insert((format.clone(), id.clone()))));
            n_repeated += n_before - roll.outlines.len();
        }
    }
    if n_repeated > 0 {
        rolls.problems.push(Problem::note(named, format!("repeats of an id left out: {n_repeated}")));
    }
    let is_sieved = lens.sieve.grep.is_some() || lens.sieve.since.is_some() || lens.sieve.until.is_some();
    match wishes.pick {
        Some(pick) if !is_sieved && rolls.rolls.iter().all(|roll| roll.outlines.is_empty()) => {
            Err(Error::not_inside(named, pick))
        }
        _ => Ok(rolls),
    }
}

fn folder(named: &str, wishes: Wishes, lens: Lens, rolls: &mut Rolls) -> Result<(), Error> {
    let mut problems = Vec::new();
    let files = walk(named, Path::new(named), wishes.exclude, &mut problems)?;
    let locate = |relative: &str| locate(named, relative);
    for problem in &mut problems {
        problem.place = locate(&problem.place);
    }
    rolls.problems.append(&mut problems);
    let (exports, files) = exports(files);
    for export in &exports {
        rolls.problems.extend(export.beside(&locate(&export.root)));
        export_of(named, export, wishes, lens, rolls)?;
    }
    if !exports.is_empty() && files.is_empty() {
        return Ok(());
    }
    let (mut n_listed, mut first_error) = (0, None);
    for (relative, path) in files {
        let locator = locate(&relative);
        match file(&locator, &path, wishes, lens, rolls) {
            Ok(()) => n_listed += 1,
            Err(error @ Error::UnknownFormat { .. }) => return Err(error),
            Err(error) if error.is_elsewhere() => n_listed += usize::from(wishes.pick.is_some()),
            Err(error) => {
                rolls.problems.push(skipped(named, &locator, &error));
                first_error.get_or_insert(error);
            }
        }
    }
    if n_listed == 0 && exports.is_empty() {
        return Err(Error::nothing_in(named, std::mem::take(&mut rolls.problems), first_error));
    }
    Ok(())
}

fn export_of(named: &str, export: &Export, wishes: Wishes, lens: Lens, rolls: &mut Rolls) -> Result<(), Error> {
    let place = if export.root.is_empty() { named.to_owned() } else { locate(named, &export.root) };
    if let (true, Some(found)) = (size_of(&export.files) > stream::FROM, export.family.links()) {
        let paths: Vec<&Path> = export.files.iter().map(|(_, path)| path.as_path()).collect();
        let visit: Visit =
            &mut |file, take| take(&mut File::open(paths[file]).map_err(|source| unreadable(named, source))?);
        return linked_list(&place, (paths.len(), visit), found, wishes, lens, rolls);
    }
    let texts =
        export.files.iter().map(|(relative, path)| Ok((relative.clone(), contents(&locate(named, relative), path)?)));
    whole(&place, joined_texts(&place, export.family, texts.collect::<Result<_, _>>()?, wishes)?.0, lens, rolls);
    Ok(())
}

fn file(locator: &str, path: &Path, wishes: Wishes, lens: Lens, rolls: &mut Rolls) -> Result<(), Error> {
    let unreadable = |source| unreadable(locator, source);
    let mut open = File::open(path).map_err(unreadable)?;
    let mut start = [0; 4];
    let is_whole = open.read_exact(&mut start).is_ok();
    let is_archive = is_whole && is_archive(&start) && !is_document(&mut open);
    open.rewind().map_err(unreadable)?;
    if is_archive {
        return archive(locator, open, wishes, lens, rolls);
    }
    one(locator, &mut open, wishes, lens, rolls)
}

/// Lists one text: streamed where it is large and its format can be.
fn one(name: &str, reader: &mut dyn Read, wishes: Wishes, lens: Lens, rolls: &mut Rolls) -> Result<(), Error> {
    let mut head = Vec::new();
    (&mut *reader).take(stream::FROM).read_to_end(&mut head).map_err(|source| unreadable(name, source))?;
    let is_large = head.len() as u64 == stream::FROM;
    let found = is_large.then(|| stream::format(name, &head, wishes)).flatten();
    let mut text = head.chain(reader);
    match found {
        Some((format, Stream::Alone(outlines))) => {
            let (roll, problems) = stream::list(name, &mut text, (format, outlines), wishes, lens)?;
            rolls.rolls.push(roll);
            rolls.problems.extend(problems);
            return Ok(());
        }
        Some((format, Stream::Linked(links))) => {
            let visit: Visit = &mut |_, take| take(&mut text);
            return linked_list(name, (1, visit), (format, links), wishes, lens, rolls);
        }
        None => {}
    }
    let bytes = read_capped(&mut text, name)?;
    whole(name, crate::gather::read_as(name, &bytes, wishes)?, lens, rolls);
    Ok(())
}

fn linked_list(
    name: &str,
    files: (usize, Visit),
    found: (&Format, Links),
    wishes: Wishes,
    lens: Lens,
    rolls: &mut Rolls,
) -> Result<(), Error> {
    let (roll, problems) = linked::list(name, files, found, wishes, lens)?;
    rolls.rolls.push(roll);
    rolls.problems.extend(problems);
    Ok(())
}

/// Lists what was read whole.
fn whole(name: &str, reading: Reading, lens: Lens, rolls: &mut Rolls) {
    rolls.problems.extend(reading.problems);
    let mut at = 0;
    while let Some(first) = reading.documents.get(at) {
        // What is attached is of another kind, and goes with the conversation above it.
        let same = |document: &&crate::content::Document| document.format == first.format;
        let n = reading.documents[at..].iter().take_while(same).count();
        let documents = &reading.documents[at..at + n];
        rolls.rolls.push(Roll {
            locator: name.to_owned(),
            format: first.format.clone(),
            kind: first.kind,
            outlines: Outline::of_all(documents, lens),
            rate: 0.25,
        });
        at += n;
    }
}

fn archive<R: Read + Seek>(named: &str, reader: R, wishes: Wishes, lens: Lens, rolls: &mut Rolls) -> Result<(), Error> {
    let mut container = Container::open(named, reader)?;
    let members = container.members(wishes.exclude, &mut rolls.problems);
    if let Some(family) = Family::of(&members.iter().map(|member| member.name.as_str()).collect::<Vec<_>>()) {
        let together: Vec<_> = members.iter().filter(|member| family.takes(&member.name)).collect();
        let n_bytes: u64 = together.iter().map(|member| container.size(member)).sum();
        rolls.problems.extend(beside(named, members.len() - together.len()));
        if let (true, Some(found)) = (n_bytes > stream::FROM, family.links()) {
            let visit: Visit = &mut |file, take| container.read(together[file], |stream| take(stream));
            return linked_list(named, (together.len(), visit), found, wishes, lens, rolls);
        }
        let mut files = Vec::new();
        for member in members.iter().filter(|member| family.takes(&member.name)) {
            files.push((member.name.clone(), container.read(member, |stream| read_capped(stream, &member.name))?));
        }
        whole(named, joined_texts(named, family, files, wishes)?.0, lens, rolls);
        return Ok(());
    }
    let mut inside = Rolls::default();
    let (mut n_unread, mut first_error) = (0, None);
    let is_talk = |roll: &Roll| matches!(roll.kind, Kind::Thread | Kind::Chat | Kind::Mail);
    let (papers, texts): (Vec<&Member>, Vec<&Member>) = members.iter().partition(|member| member.is_paper());
    for member in texts.into_iter().chain(papers) {
        if member.is_paper() && inside.rolls.iter().any(is_talk) {
            n_unread += 1;
            continue;
        }
        let name = format!("{named}/{}", member.name);
        match container.read(member, |stream| one(&name, stream, wishes, lens, &mut inside)) {
            Ok(()) => {}
            Err(error @ Error::UnknownFormat { .. }) => return Err(error),
            Err(error) if error.is_elsewhere() => n_unread += 1,
            Err(Error::Empty { .. } | Error::NothingRead { .. }) => n_unread += 1,
            Err(error) => {
                inside.problems.push(skipped(named, &name, &error));
                first_error.get_or_insert(error);
            }
        }
    }
    if inside.rolls.iter().any(is_talk) {
        let n_all = inside.rolls.len();
        inside.rolls.retain(|roll| !matches!(roll.kind, Kind::Data | Kind::Page));
        n_unread += n_all - inside.rolls.len();
    }
    match (inside.rolls.is_empty(), first_error) {
        (true, Some(error)) => return Err(error),
        (true, None) if wishes.pick.is_none() => {
            rolls.problems.extend(textless(named, n_unread));
            return Err(Error::nothing_in(named, std::mem::take(&mut rolls.problems), None));
        }
        _ => {}
    }
    if n_unread > 0 {
        let message = format!("members beside the conversations passed over: {n_unread}");
        inside.problems.push(Problem::note(named, message));
    }
    rolls.rolls.append(&mut inside.rolls);
    rolls.problems.append(&mut inside.problems);
    Ok(())
}
