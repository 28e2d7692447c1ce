//! Timed pieces of a recording, as the caption and recogniser formats have them, become its transcript.
//!
//! A format says which pieces there are; here they are told apart by speaker, freed of what a rolling
//! display repeats, and laid out. The pieces as they were stay with the document as its cues.
//! Where a file keeps words and not sentences, [`Sentences`] gathers them.

use super::captions::{self, Layout, ParagraphSize, Shown, ShownLine, Speech};
use crate::content::{Counts, Cue, Document, Kind, Problem, Quality, line};
use crate::gather::draft::Draft;
use crate::gather::tape::{self, Json, Tape};
use crate::gather::{Error, Format, Input, Reading};

/// What a file says of one recording.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Recording {
    pub(super) title: Option<String>,
    /// Where it can be seen or heard.
    pub(super) url: Option<String>,
    /// A language tag; a name such as `english` is none.
    pub(super) language: Option<String>,
    pub(super) date: Option<String>,
    pub(super) pieces: Vec<Piece>,
    /// Pieces that the file itself calls advertisement.
    pub(super) n_adverts: usize,
}

/// One piece: a cue, a segment, an utterance, a word.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Piece {
    pub(super) id: Option<String>,
    /// Seconds from the start of the recording, where the file tells them.
    pub(super) start: Option<f64>,
    pub(super) end: Option<f64>,
    pub(super) speaker: Option<String>,
    /// Its words; a line end is one of the display.
    pub(super) text: String,
}

impl Piece {
    fn is_blank(&self) -> bool {
        self.text.trim().is_empty()
    }

    fn cue(&self) -> Option<Cue> {
        let start = self.start?;
        let end = self.end.unwrap_or(start);
        let text = self.text.trim().to_owned();
        Some(Cue { id: self.id.clone(), start, end, text, speaker: self.speaker.clone(), settings: None })
    }

    fn shown(&self) -> Option<Shown> {
        let lines = self.text.lines().map(line).filter(|text| !text.is_empty());
        let lines = lines.map(|text| ShownLine { speaker: self.speaker.clone(), text, stamped: false });
        let start = self.start?;
        Some(Shown { start, end: self.end.unwrap_or(start), lines: lines.collect() })
    }

    fn speech(&self) -> Speech {
        let (start, end, speaker) = (self.start, self.end, self.speaker.clone());
        Speech { start, end, speaker, text: line(&self.text), opens: false }
    }
}

/// Reads a file that is one JSON value.
pub(super) fn json(format: &Format, input: &Input, read: impl Fn(Json) -> Recording) -> Result<Reading, Error> {
    let tape = Tape::parse(input.json);
    let mut reading = reading(format, input, read(tape.root()))?;
    if tape.is_broken() {
        reading.documents.iter_mut().for_each(|document| document.doubt(Quality::Partial, tape::CUT));
    }
    reading.problems.extend(tape.problems(input.name));
    Ok(reading)
}

/// The transcript of a recording.
pub(super) fn reading(format: &Format, input: &Input, recording: Recording) -> Result<Reading, Error> {
    let Recording { title, url, language, date, pieces, n_adverts } = recording;
    let shown: Option<Vec<Shown>> = pieces.iter().map(Piece::shown).collect();
    // Without times nothing can roll.
    let (speech, n_silent) = if let Some(shown) = shown {
        captions::speech(&shown)
    } else {
        let (silent, said): (Vec<&Piece>, Vec<&Piece>) = pieces.iter().partition(|piece| piece.is_blank());
        (said.into_iter().map(Piece::speech).collect(), silent.len())
    };
    let cues = pieces.iter().filter_map(Piece::cue).collect();
    let counted = (pieces.len() + n_adverts, n_silent + n_adverts);
    let mut document = transcript(format.name, input, &captions::tell_speakers_apart(speech), cues, counted)?;
    document.title = title;
    document.url = url;
    document.date = date.map(|date| day(&date).unwrap_or(date));
    document.language = language.filter(|tag| is_tag(tag));
    let adverts = (n_adverts > 0).then(|| Problem::note(input.name, format!("advertisements left out: {n_adverts}")));
    Ok(Reading { documents: vec![document], problems: adverts.into_iter().collect() })
}

/// The transcript of speech, from `n_items` pieces of which `n_hidden` said nothing new.
pub(super) fn transcript(
    format: &str,
    input: &Input,
    speech: &[Speech],
    cues: Vec<Cue>,
    (n_items, n_hidden): (usize, usize),
) -> Result<Document, Error> {
    let mut draft = Draft::default();
    let layout = Layout { size: ParagraphSize::CAPTIONS, times: input.wishes.manner.times };
    captions::turns(&mut draft, speech, layout);
    if draft.sections.is_empty() {
        return Err(Error::NothingRead { name: input.name.to_owned(), items: "captions" });
    }
    let mut document = draft.document(format, Kind::Transcript);
    document.cues = cues;
    document.counts = Counts { items: n_items, visible: n_items - n_hidden, hidden: n_hidden, branches: 1 };
    Ok(document)
}

/// A day that a downloader writes without signs, `20240517`.
fn day(date: &str) -> Option<String> {
    let is_day = date.len() == 8 && date.bytes().all(|byte| byte.is_ascii_digit());
    is_day.then(|| format!("{}-{}-{}", &date[..4], &date[4..6], &date[6..]))
}

/// Whether a word looks like a language tag of BCP 47: `en`, `pt-BR`, `zh-Hans`.
fn is_tag(word: &str) -> bool {
    let mut parts = word.split(['-', '_']);
    parts.next().is_some_and(|first| (2..=3).contains(&first.len()))
        && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

/// The speaker called `name`, which may be a number or a letter only.
pub(super) fn anonymous(name: &str) -> String {
    let is_label = name.chars().count() == 1 || name.bytes().all(|byte| byte.is_ascii_digit());
    if is_label { format!("Speaker {name}") } else { name.to_owned() }
}

/// Words with their times, gathered into sentences of one speaker.
#[derive(Debug, Default)]
pub(super) struct Sentences {
    done: Vec<Piece>,
    open: Piece,
}

impl Sentences {
    /// Adds a word; one of another speaker begins another sentence.
    pub(super) fn word(&mut self, text: &str, start: Option<f64>, end: Option<f64>, speaker: Option<String>) {
        if self.open.speaker != speaker {
            self.close();
        }
        if self.open.text.is_empty() {
            self.open.start = start;
            self.open.speaker = speaker;
        } else {
            self.open.text.push(' ');
        }
        self.open.end = end;
        self.mark(text);
    }

    /// Adds what stands right behind the word before it: a full stop, or more of a word.
    pub(super) fn mark(&mut self, text: &str) {
        self.open.text.push_str(text);
        if self.open.text.ends_with(['.', '?', '!', '。', '？', '！', '…']) {
            self.close();
        }
    }

    fn close(&mut self) {
        let piece = std::mem::take(&mut self.open);
        // The next sentence is the same speaker's until another is named.
        self.open.speaker.clone_from(&piece.speaker);
        if !piece.is_blank() {
            self.done.push(piece);
        }
    }

    /// The sentences.
    pub(super) fn finish(mut self) -> Vec<Piece> {
        self.close();
        self.done
    }
}

/// Holds what a format makes of a text, which it has to be sure of, against what it shall make of it.
#[cfg(test)]
pub(super) fn check(format: &Format, text: &str, expected: &str) {
    let input = Input::new("t", text);
    assert_eq!((format.sniff)(&input), crate::gather::Confidence::Certain, "{text}");
    assert_eq!((format.read)(&input).unwrap().documents[0].text, expected, "{text}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_become_sentences_of_one_speaker() {
        let mut sentences = Sentences::default();
        let ada = Some("Ada".to_owned());
        for (word, start) in [("I", 1.0), ("see.", 1.5), ("And", 2.0)] {
            sentences.word(word, Some(start), Some(start + 0.5), ada.clone());
        }
        sentences.mark(",");
        sentences.word("so?", Some(2.5), Some(3.0), None);
        let found: Vec<_> = sentences.finish().into_iter().map(|p| (p.start, p.end, p.speaker, p.text)).collect();
        let piece = |start, end, speaker: &Option<String>, text: &str| {
            (Some(start), Some(end), speaker.clone(), text.to_owned())
        };
        assert_eq!(
            found,
            [piece(1.0, 2.0, &ada, "I see."), piece(2.0, 2.5, &ada, "And,"), piece(2.5, 3.0, &None, "so?")]
        );
    }

    #[test]
    fn a_language_is_a_tag() {
        for (word, is) in
            [("en", true), ("pt-BR", true), ("zh_Hans", true), ("english", false), ("", false), ("e n", false)]
        {
            assert_eq!(is_tag(word), is, "{word}");
        }
    }
}
