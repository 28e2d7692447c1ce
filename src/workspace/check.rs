//! `check`: whether an answer quotes and cites its sources as they are.

use super::shape::{Check, CheckAnswer, CheckCitation, CheckPiece, CheckQuotation};
use super::{Error, Workspace};
use crate::bundle::quotation::{self, Nowhere, Passage, Piece, Said, Source, Verdict};
use crate::content::{Digest, Document, Role};
use crate::fork;
use crate::store;
use crate::store::record::ItemRecord;

/// Answers, looked through.
#[derive(Debug)]
pub struct Checked {
    /// What was found, as JSON has it.
    pub shape: Check,
}

/// The documents of a bundle whose texts are here, and the citations of the others.
pub(super) struct Readable {
    pub(super) documents: Vec<(ItemRecord, Document)>,
    pub(super) withheld: Vec<String>,
}

impl Workspace {
    /// Looks through the answer at an address, or every answer up to it.
    pub fn check(&self, address: &str, all: bool) -> Result<Checked, Error> {
        let tip = fork::resolve(&self.store, address)?.id();
        let (bundle, messages) = fork::chain(&self.store, tip)?;
        let Readable { documents, withheld } = self.readable(bundle)?;
        let sources: Vec<Source<'_>> = documents.iter().map(|(item, document)| source(item, document)).collect();
        let spoken: Vec<(Digest, Role, String)> =
            messages.into_iter().map(|(id, record)| (id, record.message.role, record.message.spoken())).collect();
        let answers = spoken.iter().enumerate().filter(|(_, (_, role, _))| *role == Role::Assistant);
        let mut answers: Vec<usize> = answers.map(|(index, _)| index).collect();
        if answers.is_empty() {
            return Err(Error::NoAnswer { address: address.to_owned() });
        }
        if !all {
            answers.drain(..answers.len() - 1);
        }
        let checked = answers.into_iter().map(|index| {
            let (id, _, text) = &spoken[index];
            let said: Vec<Said<'_>> = spoken[..index].iter().map(|(_, _, text)| Said { text }).collect();
            shaped(*id, text, &quotation::check(text, &sources, &withheld, &said), &sources)
        });
        let answers: Vec<CheckAnswer> = checked.collect();
        let is_clean = answers.iter().all(|answer| answer.clean);
        Ok(Checked { shape: Check { schema: "forkful.check/1", bundle, clean: is_clean, withheld, answers } })
    }

    /// Reads what is here of a bundle's documents.
    pub(super) fn readable(&self, bundle: Digest) -> Result<Readable, Error> {
        let mut documents = Vec::new();
        let mut withheld = Vec::new();
        for item in self.store.bundle(bundle)?.items {
            match self.store.document(item.document) {
                Ok(document) => documents.push((item, document)),
                Err(store::Error::Withheld { .. }) => withheld.push(item.id),
                Err(error) => return Err(error.into()),
            }
        }
        Ok(Readable { documents, withheld })
    }
}

/// A document under its citation, with what its bundle holds of it.
pub(super) fn source<'a>(item: &'a ItemRecord, document: &'a Document) -> Source<'a> {
    Source { id: &item.id, document, kept: item.segments.iter().map(|piece| piece.start..piece.end).collect() }
}

fn shaped(message: Digest, answer: &str, checked: &quotation::Checked, sources: &[Source<'_>]) -> CheckAnswer {
    let quotations = checked.quotations.iter().map(|one| {
        let (passage, difference) = match &one.verdict {
            Verdict::Found(passage) | Verdict::Elsewhere(passage) => (Some(passage), None),
            Verdict::Altered { passage, difference } => (Some(passage), Some(difference)),
            Verdict::Spliced(passages) => (passages.first(), None),
            Verdict::Said | Verdict::Missing | Verdict::Term | Verdict::Withheld => (None, None),
        };
        CheckQuotation {
            start: one.quote.range.start,
            end: one.quote.range.end,
            text: plain(&answer[one.quote.range.clone()], one.quote.is_block),
            verdict: one.verdict.name(),
            cited: one.cited.as_ref().map(quotation::Target::name),
            place: passage.map(|passage| passage.name(sources)),
            passage: passage.map(|passage| [passage.range.start, passage.range.end]),
            kept: passage.map(|passage| passage.is_kept),
            difference: difference.map(|pieces| pieces.iter().map(piece).collect()),
        }
    });
    let citations = checked.citations.iter().map(|one| {
        let passage: Option<&Passage> = one.found.as_ref().ok();
        CheckCitation {
            start: one.range.start,
            end: one.range.end,
            cited: one.target.name(),
            found: passage.is_some(),
            passage: passage.map(|passage| [passage.range.start, passage.range.end]),
            kept: passage.map(|passage| passage.is_kept),
            withheld: one.found == Err(Nowhere::Withheld),
            reason: one.found.as_ref().err().map(Nowhere::reason),
        }
    });
    CheckAnswer { message, clean: checked.is_clean(), quotations: quotations.collect(), citations: citations.collect() }
}

/// The words of a quotation without the signs of a block.
fn plain(text: &str, is_block: bool) -> String {
    if !is_block {
        return text.to_owned();
    }
    let lines = text.lines().map(|line| line.trim_start().trim_start_matches('>').trim());
    lines.collect::<Vec<_>>().join("\n").trim().to_owned()
}

fn piece(piece: &Piece) -> CheckPiece {
    match piece {
        Piece::Same(text) => CheckPiece::Same(text.clone()),
        Piece::Source(text) => CheckPiece::Source(text.clone()),
        Piece::Answer(text) => CheckPiece::Answer(text.clone()),
    }
}
