//! The discussions of one export, collected into a reading.
//!
//! A reader of JSON says what one element of its export holds; this walks the elements, keeps the
//! places of those that are broken or of another shape, drops repeats of an id, passes over what
//! nobody asked for, and refuses an export without one discussion.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::conversation;
use super::tree::{self, Note, Talk};
use crate::content::{Attachment, Document, Kind, Problem, Quality, SectionKind};
use crate::gather::draft::Draft;
use crate::gather::tape::{self, Json, Tape};
use crate::gather::{Branches, Error, Format, Input, Reading, split};

/// Characters of a title that name a place.
const LONG_TITLE: usize = 60;
/// Notes about discussions that are told one by one.
const FEW_NOTES: usize = 8;

/// Reads an export element by element.
///
/// `read` takes one element and pushes the discussions it finds, or says why it holds none.
pub(crate) fn each(
    input: &Input,
    format: &Format,
    items: &'static str,
    read: impl Fn(Json, &mut Collected) -> Result<(), &'static str>,
) -> Result<Reading, Error> {
    let mut collected = Collected::new(input, format, items);
    for (index, piece) in split::pieces(input.json).into_iter().enumerate() {
        let tape = Tape::parse(piece);
        collected.is_broken = false;
        let place = format!("{}, element {}", input.name, input.n_before + index + 1);
        collected.heal(&tape, &place);
        if let Err(why) = read(tape.root(), &mut collected) {
            collected.problems.push(Problem::warning(place, format!("skipped: {why}")));
        }
    }
    collected.finish()
}

/// Reads an export whose elements make one whole: lines of a session, posts of a list.
pub(crate) fn together(
    input: &Input,
    format: &Format,
    items: &'static str,
    read: impl Fn(&[Json], &mut Collected),
) -> Result<Reading, Error> {
    let mut collected = Collected::new(input, format, items);
    let tapes: Vec<Tape> = split::pieces(input.json).into_iter().map(Tape::parse).collect();
    for (index, tape) in tapes.iter().enumerate() {
        collected.heal(tape, &format!("{}, element {}", input.name, index + 1));
    }
    read(&tapes.iter().map(Tape::root).collect::<Vec<_>>(), &mut collected);
    collected.finish()
}

/// What has been read of an export.
pub(crate) struct Collected<'a> {
    input: &'a Input<'a>,
    format: &'a Format,
    /// What the export is made of, for an export without any.
    items: &'static str,
    documents: Vec<Document>,
    problems: Vec<Problem>,
    /// Where, and what to know of one discussion.
    notes: Vec<(String, Note)>,
    ids: BTreeSet<String>,
    /// The element at hand, or what is read together, ended early.
    is_broken: bool,
    n_passed: usize,
    n_repeated: usize,
    n_empty: usize,
}

impl<'a> Collected<'a> {
    pub(crate) fn new(input: &'a Input<'a>, format: &'a Format, items: &'static str) -> Self {
        let (documents, problems, notes, ids) = (Vec::new(), Vec::new(), Vec::new(), BTreeSet::new());
        let (is_broken, n_passed, n_repeated, n_empty) = (false, 0, 0, 0);
        Self { input, format, items, documents, problems, notes, ids, is_broken, n_passed, n_repeated, n_empty }
    }

    /// Whether the owner asked for posts that were not public.
    pub(crate) fn wants_private(&self) -> bool {
        self.input.wishes.manner.private
    }

    /// Whether the owner asked for conversations as the trees that they are.
    pub(crate) fn wants_tree(&self) -> bool {
        self.input.wishes.manner.branches == Branches::Tree
    }

    /// The element as it is written, for a reader that says less of it; only with the tree.
    pub(crate) fn raw(&self, json: Json) -> Option<String> {
        self.wants_tree().then(|| json.written())
    }

    /// One thing to know about the export as a whole.
    pub(crate) fn warn(&mut self, message: impl Into<String>) {
        self.problems.push(Problem::warning(self.input.name, message));
    }

    /// One thing worth knowing about the export as a whole.
    pub(crate) fn note(&mut self, message: impl Into<String>) {
        self.problems.push(Problem::note(self.input.name, message));
    }

    /// Says what of an element had to be mended.
    pub(crate) fn heal(&mut self, tape: &Tape, place: &str) {
        self.is_broken |= tape.is_broken();
        self.problems.extend(tape.problems(place));
    }

    /// Takes one discussion; one without a post, or whose id was there before, is only counted.
    pub(crate) fn push(&mut self, talk: Talk) {
        let wishes = self.input.wishes;
        if !wishes.want(talk.id.as_deref(), talk.title.as_deref()) {
            self.n_passed += 1;
            return;
        }
        if talk.id.as_ref().is_some_and(|id| !self.ids.insert(id.clone())) {
            self.n_repeated += 1;
            return;
        }
        let mut talk = talk;
        let conversation = if self.wants_tree() { conversation::conversation(&talk).map(Arc::new) } else { None };
        let attachments = std::mem::take(&mut talk.attachments);
        let called = talk.title.as_deref().map(short).or_else(|| talk.id.clone());
        let place =
            called.map_or_else(|| self.input.name.to_owned(), |called| format!("{}, {called}", self.input.name));
        let (thread, notes) = tree::thread(talk, wishes.manner.branches);
        if thread.posts.iter().all(|post| post.stub) {
            self.n_empty += 1;
            return;
        }
        let mut document = super::document(self.format.name, self.format.kind, &thread);
        if self.is_broken {
            document.doubt(Quality::Partial, tape::CUT);
        }
        if self.wants_tree() {
            // Attachments are in the tree, and what is left out of the text is too.
            document.conversation = conversation;
            self.documents.push(document);
            return;
        }
        self.notes.extend(notes.into_iter().map(|note| (place.clone(), note)));
        self.documents.push(document);
        for (name, text) in attachments {
            let id = thread.id.as_ref().map(|id| format!("{id}/{name}"));
            self.documents.push(Document { id, ..attached(self.format.name, &Attachment { name, text }) });
        }
    }

    /// Notes of a few discussions one by one, of many as sums.
    fn tell_notes(&mut self) {
        let notes = std::mem::take(&mut self.notes);
        if notes.len() <= FEW_NOTES {
            let mut told: Vec<(String, Vec<Note>)> = Vec::new();
            for (place, note) in notes {
                match told.last_mut().filter(|(before, _)| *before == place) {
                    Some((_, notes)) => notes.push(note),
                    None => told.push((place, vec![note])),
                }
            }
            self.problems.extend(told.into_iter().map(|(place, notes)| Problem::note(place, in_one_line(&notes))));
            return;
        }
        let mut sums: BTreeMap<String, usize> = BTreeMap::new();
        for (_, note) in notes {
            *sums.entry(note.what).or_default() += note.n;
        }
        let sums: Vec<Note> = sums.into_iter().map(|(what, n)| Note::new(what, n)).collect();
        self.note(in_one_line(&sums));
    }

    /// Takes several.
    pub(crate) fn push_all(&mut self, talks: impl IntoIterator<Item = Talk>) {
        for talk in talks {
            self.push(talk);
        }
    }

    pub(crate) fn finish(mut self) -> Result<Reading, Error> {
        self.tell_notes();
        if self.n_repeated > 0 {
            self.note(format!("repeats of an id left out: {}", self.n_repeated));
        }
        if self.n_empty > 0 {
            self.note(format!("{} with nothing to read in them: {}", self.items, self.n_empty));
        }
        let name = || self.input.name.to_owned();
        match self.input.wishes.pick {
            Some(pick) if self.documents.is_empty() && self.n_passed > 0 => Err(Error::not_inside(&name(), pick)),
            _ if self.documents.is_empty() => Err(Error::NothingRead { name: name(), items: self.items }),
            _ => Ok(Reading { documents: self.documents, problems: self.problems }),
        }
    }
}

/// A title as the name of a place: programs make whole summaries of it.
fn short(title: &str) -> String {
    let cut = title.char_indices().nth(LONG_TITLE).map(|(cut, _)| format!("{}…", title[..cut].trim_end()));
    cut.unwrap_or_else(|| title.to_owned())
}

/// The document of a text that was attached to a conversation.
pub(crate) fn attached(format: &str, attachment: &Attachment) -> Document {
    let mut draft = Draft::default();
    for paragraph in attachment.text.split("\n\n") {
        draft.push(SectionKind::Paragraph, paragraph);
    }
    Document { title: Some(attachment.name.clone()), ..draft.document(format, Kind::Text) }
}

/// `left out, reasoning: 1; tool calls: 2`: an opening that the one before has is not said again.
fn in_one_line(notes: &[Note]) -> String {
    let opening = |what: &str| what.split_once(", ").map(|(opening, _)| format!("{opening}, "));
    let mut line = String::new();
    let mut before = None;
    for note in notes {
        let own = opening(&note.what);
        let said = own.as_deref().filter(|_| own == before).unwrap_or_default();
        let words = note.what.strip_prefix(said).unwrap_or(&note.what);
        line += &format!("{}{words}: {}", if line.is_empty() { "" } else { "; " }, note.n);
        before = own;
    }
    line
}
