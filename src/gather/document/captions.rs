//! Timed speech becomes speaker turns.
//!
//! Rules in order: lines that a rolling display repeats are dropped, comparing whole lines with
//! what the cue before it showed and nothing further back, so that words said twice stay twice;
//! `>>` and leading names change the speaker; speech of one speaker is joined; a paragraph ends at
//! a sentence after some 600 characters or at a pause, and opens with the clock mark of its first
//! word, or as [`Times`] says. Every paragraph is a section, so that a citation can name the second.

use std::collections::BTreeMap;

use crate::content::{SectionKind, clock_mark, line};
use crate::gather::Times;
use crate::gather::draft::Draft;

/// A piece of speech with its time, in seconds.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Speech {
    /// Start, where the source tells it.
    pub(super) start: Option<f64>,
    /// End, where the source tells it.
    pub(super) end: Option<f64>,
    pub(super) speaker: Option<String>,
    pub(super) text: String,
    /// Somebody else begins to speak here, named or not.
    pub(super) opens: bool,
}

/// One cue as it is shown: its lines, and which of them carry word times.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Shown {
    pub(super) start: f64,
    pub(super) end: f64,
    pub(super) lines: Vec<ShownLine>,
}

/// A line of a cue, tags taken off.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ShownLine {
    pub(super) speaker: Option<String>,
    pub(super) text: String,
    /// Holds word times, so it is said in this cue and not repeated from the last.
    pub(super) stamped: bool,
}

/// How long a paragraph grows before it ends at the next sentence, in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ParagraphSize(pub(super) usize);

impl ParagraphSize {
    /// For captions, which know no paragraphs.
    pub(super) const CAPTIONS: Self = Self(600);
    /// For transcripts, whose paragraphs are only joined where they are mere lines.
    pub(super) const TRANSCRIPT: Self = Self(300);
}

/// A pause that ends a paragraph, in seconds.
const PAUSE: f64 = 2.0;

/// Speech of the cues, repeats of a rolling display left out; also how many cues said nothing new.
pub(super) fn speech(cues: &[Shown]) -> (Vec<Speech>, usize) {
    let rolling = is_rolling(cues);
    let mut speech = Vec::new();
    let mut n_silent = 0;
    let mut shown: &[ShownLine] = &[];
    for cue in cues {
        let n_repeated = if rolling { n_repeated(shown, &cue.lines) } else { 0 };
        let fresh = &cue.lines[n_repeated..];
        n_silent += usize::from(fresh.is_empty());
        for line in fresh {
            speech.push(Speech {
                start: Some(cue.start),
                end: Some(cue.end),
                speaker: line.speaker.clone(),
                text: line.text.clone(),
                opens: false,
            });
        }
        if !cue.lines.is_empty() {
            shown = &cue.lines;
        }
    }
    (speech, n_silent)
}

/// Whether the cues show a window that rolls: a line moves up while the next one enters.
fn is_rolling(cues: &[Shown]) -> bool {
    let rolls = |pair: &&[Shown]| {
        let (before, after) = (&pair[0].lines, &pair[1].lines);
        after.len() > 1 && before.last().is_some_and(|last| last.text == after[0].text)
    };
    let n_rolls = cues.windows(2).filter(rolls).count();
    n_rolls > 1 && n_rolls * 4 >= cues.len()
}

/// How many leading lines of a cue are the trailing lines of the cue before it.
fn n_repeated(before: &[ShownLine], now: &[ShownLine]) -> usize {
    let n_plain = now.iter().take_while(|line| !line.stamped).count();
    let most = n_plain.min(before.len());
    let same = |n: &usize| before[before.len() - n..].iter().map(|l| &l.text).eq(now[..*n].iter().map(|l| &l.text));
    (1..=most).rev().find(same).unwrap_or(0)
}

/// Splits speech at `>>` and at leading names, which are dropped from the words.
///
/// A name at the start of a piece (`Ada: hello`) counts where it stands at least twice or right at
/// the start; it speaks until another one does.
pub(super) fn tell_speakers_apart(speech: Vec<Speech>) -> Vec<Speech> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for (index, piece) in speech.iter().enumerate() {
        for part in piece.text.split(">>") {
            if let Some((name, _)) = leading_name(part) {
                *seen.entry(name.to_owned()).or_default() += if index == 0 { 2 } else { 1 };
            }
        }
    }
    let mut told = Vec::with_capacity(speech.len());
    let mut speaker: Option<String> = None;
    let mut opens = false;
    for piece in speech {
        for (index, part) in piece.text.split(">>").enumerate() {
            let named = leading_name(part).filter(|(name, _)| seen.get(*name).is_some_and(|n| *n > 1));
            opens |= index > 0 || piece.opens;
            if let Some(voice) = &piece.speaker {
                speaker = Some(voice.clone());
            } else if let Some((name, _)) = named {
                speaker = Some(name.to_owned());
            } else if index > 0 {
                // Somebody whose name the captions do not tell.
                speaker = None;
            }
            let text = line(named.map_or(part, |(_, words)| words));
            if !text.is_empty() {
                told.push(Speech { speaker: speaker.clone(), text, opens, ..piece.clone() });
                opens = false;
            }
        }
    }
    told
}

/// Bytes of the longest name.
const MAX_NAME: usize = 40;

/// A name and a colon in front of words: one to four capitalised words, at most 40 bytes.
pub(super) fn leading_name(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_start();
    let end = text.bytes().take(MAX_NAME + 1).position(|byte| byte == b':')?;
    let (name, words) = (&text[..end], &text[end + 1..]);
    let plain = |c: char| c.is_alphanumeric() || matches!(c, ' ' | '.' | '-' | '\'' | '’' | '_' | '(' | ')');
    let parts = || name.split(' ');
    let capital = |part: &str| part.chars().next().is_some_and(|c| c.is_uppercase() || c == '(');
    let is_name = name.chars().all(plain) && parts().count() <= 4 && parts().all(capital);
    (is_name && words.starts_with(char::is_whitespace)).then_some((name, words.trim_start()))
}

/// How speech is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Layout {
    pub(super) size: ParagraphSize,
    pub(super) times: Times,
}

/// Appends speech to a draft as paragraphs with marks; each is a section.
pub(super) fn turns(draft: &mut Draft, speech: &[Speech], layout: Layout) {
    let mut speaker_told: Option<&str> = None;
    let mut open: Option<Paragraph> = None;
    for piece in speech {
        let ends = open.as_ref().is_some_and(|paragraph: &Paragraph| paragraph.ends_before(piece, layout.size));
        if ends && let Some(paragraph) = open.take() {
            paragraph.push_to(draft, &mut speaker_told, layout.times);
        }
        let paragraph = open.get_or_insert_with(|| Paragraph {
            start: piece.start,
            end: None,
            speaker: piece.speaker.as_deref(),
            opens: piece.opens,
            words: String::new(),
            last_mark: piece.start.map(clock_mark),
        });
        paragraph.add(piece, layout.times);
    }
    if let Some(paragraph) = open {
        paragraph.push_to(draft, &mut speaker_told, layout.times);
    }
}

/// Whether words on both sides of a joint are set apart by a blank: not in scripts without blanks.
fn is_spaced(before: &str, after: &str) -> bool {
    let (Some(last), Some(first)) = (before.chars().next_back(), after.chars().next()) else {
        return !before.is_empty();
    };
    !(is_solid(last) && is_solid(first))
}

/// Whether a character is of Chinese or Japanese writing, its punctuation included.
fn is_solid(c: char) -> bool {
    matches!(c,
        '\u{3000}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}'
        | '\u{ff01}'..='\u{ff60}' | '\u{20000}'..='\u{3ffff}')
}

struct Paragraph<'a> {
    start: Option<f64>,
    end: Option<f64>,
    speaker: Option<&'a str>,
    opens: bool,
    words: String,
    /// The mark that was written last.
    last_mark: Option<String>,
}

impl<'a> Paragraph<'a> {
    fn add(&mut self, piece: &Speech, times: Times) {
        if is_spaced(&self.words, &piece.text) {
            self.words.push(' ');
        }
        let mark = piece.start.map(clock_mark);
        if times == Times::All && mark != self.last_mark {
            if let Some(mark) = &mark {
                self.words.extend(["[", mark, "] "]);
            }
            self.last_mark = mark;
        }
        self.words.push_str(&piece.text);
        self.end = piece.end;
    }

    fn ends_before(&self, next: &Speech, size: ParagraphSize) -> bool {
        let sentence = self.words.ends_with(['.', '?', '!', '"', '”', '…']);
        let long = self.words.len() >= size.0 && sentence || self.words.len() >= 2 * size.0;
        let pause = self.end.zip(next.start).is_some_and(|(end, start)| start - end > PAUSE);
        next.opens && next.speaker.is_none() || next.speaker.as_deref() != self.speaker || long || pause
    }

    fn push_to(self, draft: &mut Draft, speaker_told: &mut Option<&'a str>, times: Times) {
        let mark = self.start.map(clock_mark);
        let changed = self.speaker != *speaker_told;
        *speaker_told = self.speaker;
        let shown = mark.as_ref().filter(|_| times != Times::None);
        let mut body = shown.map_or(String::new(), |mark| format!("[{mark}] "));
        match self.speaker {
            Some(name) if changed => body.extend([name, ": "]),
            None if self.opens => body.push_str(">> "),
            _ => {}
        }
        body.push_str(&self.words);
        if let Some(section) = draft.push(SectionKind::Turn, &body) {
            section.label.clone_from(&mark);
            section.time = mark;
            section.author = self.speaker.map(str::to_owned);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cue(start: f64, end: f64, lines: &[&str]) -> Shown {
        let lines = lines.iter().map(|text| ShownLine {
            speaker: None,
            text: text.trim_start_matches('*').to_owned(),
            stamped: text.starts_with('*'),
        });
        Shown { start, end, lines: lines.collect() }
    }

    /// The words that are left of cues; a line with `*` carries word times.
    fn check(cues: &[&[&str]], words: &str, n_silent: usize) {
        let cues: Vec<Shown> =
            (0u32..).zip(cues).map(|(at, lines)| cue(f64::from(at), f64::from(at) + 1.0, lines)).collect();
        let (speech, n) = speech(&cues);
        let said: Vec<&str> = speech.iter().map(|piece| piece.text.as_str()).collect();
        assert_eq!((said.join(" ").as_str(), n), (words, n_silent));
    }

    #[test]
    fn rolling_lines_are_said_once_and_repeated_words_stay() {
        check(&[&["*a b"], &["a b"], &["a b", "*c d"], &["c d"], &["c d", "*e"], &["e"]], "a b c d e", 3);
        check(&[&["a"], &["a", "b"], &["b", "c"], &["c", "d"]], "a b c d", 0);
        check(&[&["*a"], &["a"], &["a", "*a"], &["a"], &["a", "*b"], &["b"], &["b", "*c"]], "a a b c", 3);
        check(
            &[&["yes"], &["yes"], &["yes", "no"], &["maybe"], &["so"], &["it"], &["is"], &["now"]],
            "yes yes yes no maybe so it is now",
            0,
        );
        check(&[], "", 0);
    }

    fn piece(start: f64, text: &str) -> Speech {
        Speech { start: Some(start), end: Some(start + 1.0), speaker: None, text: text.to_owned(), opens: false }
    }

    fn laid_out(speech: &[Speech], size: usize) -> String {
        timed(speech, size, Times::Sparse)
    }

    fn timed(speech: &[Speech], size: usize, times: Times) -> String {
        let mut draft = Draft::default();
        turns(&mut draft, speech, Layout { size: ParagraphSize(size), times });
        assert!(crate::gather::draft::covers(&draft.text, &draft.sections));
        draft.text
    }

    #[test]
    fn speakers_are_named_when_they_change() {
        let speech = tell_speakers_apart(vec![
            piece(0.0, "Ada: hello there"),
            piece(1.0, "and welcome."),
            piece(2.0, "Bo: thanks. >> Sure."),
            piece(3.0, "Note: a word with a colon"),
            piece(4.0, "Bo: right >>"),
            piece(5.0, "last"),
        ]);
        assert_eq!(
            laid_out(&speech, 600),
            "[0:00] Ada: hello there and welcome.\n\n[0:02] Bo: thanks.\n\n[0:02] >> Sure. Note: a word with a colon\n\n\
             [0:04] Bo: right\n\n[0:05] >> last\n"
        );
    }

    #[test]
    fn paragraphs_end_at_sentences_and_pauses() {
        let speech =
            [piece(0.0, "one."), piece(1.0, "two"), piece(2.0, "three."), piece(3.0, "four."), piece(61.0, "five")];
        assert_eq!(laid_out(&speech, 9), "[0:00] one. two three.\n\n[0:03] four.\n\n[1:01] five\n");
        assert_eq!(timed(&speech, 9, Times::None), "one. two three.\n\nfour.\n\nfive\n");
        assert_eq!(
            timed(&speech, 9, Times::All),
            "[0:00] one. [0:01] two [0:02] three.\n\n[0:03] four.\n\n[1:01] five\n"
        );
        assert_eq!(timed(&[piece(0.0, "a"), piece(0.4, "b")], 9, Times::All), "[0:00] a b\n");
        assert_eq!(laid_out(&[piece(0.0, "早上"), piece(1.0, "好。"), piece(2.0, "OK")], 99), "[0:00] 早上好。 OK\n");
        let unpunctuated: Vec<Speech> = (0..100).map(|at| piece(f64::from(at), "words")).collect();
        assert_eq!(laid_out(&unpunctuated, 30).matches('[').count(), 10);
    }
}
