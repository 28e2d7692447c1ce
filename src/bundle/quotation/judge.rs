//! From an answer and its sources to verdicts.

use std::ops::Range;

use super::align::{Alignment, Stretch, align};
use super::corpus::{Corpus, Key, Run};
use super::marks::{Mark, Target, marks, resolve};
use super::quotes::{Quote, quotes};
use super::words::{Word, words};
use super::{Checked, Cited, Passage, Piece, Quoted, Said, Source, Verdict};

/// Fewer words are only looked for as they are.
const FEWEST_WORDS: usize = 4;
/// Longer quotations are compared by their first words.
const MOST_WORDS: usize = 1500;
/// Bytes from the last quoted word to a citation right behind it.
const ATTACHED: usize = 6;
/// Parts of a quotation may lie so many words apart.
const FARTHEST: usize = 2000;

/// Looks through an answer for quotations and citations; `withheld` are sources whose texts are not here.
pub fn check(answer: &str, sources: &[Source<'_>], withheld: &[String], said: &[Said<'_>]) -> Checked {
    let marks = marks(answer);
    let citations = marks.iter().flat_map(|mark| {
        mark.targets.iter().map(|target| {
            let found = resolve(target, sources, withheld).map(|(source, range)| passage(sources, source, range));
            Cited { range: mark.range.clone(), target: target.clone(), found }
        })
    });
    let texts = sources.iter().map(|source| (source.document.text.as_str(), heads(source)));
    let corpus = Corpus::new(texts.chain(said.iter().map(|said| (said.text, Vec::new()))));
    let found = quotes(answer);
    let judge = Judge { answer, sources, withheld, corpus };
    let mut quotations = Vec::new();
    for (index, quote) in found.iter().enumerate() {
        let next = found.get(index + 1).map_or(answer.len(), |next| next.range.start);
        let before = index.checked_sub(1).map_or(0, |before| found[before].range.end);
        let cited = cited(answer, quote, &marks, before, next);
        // A term with a citation right behind it is said to stand there.
        let end = quote.range.end;
        let is_attached = marks.iter().any(|mark| (end..end + ATTACHED).contains(&mark.range.start));
        let verdict = judge.verdict(quote, &cited, is_attached);
        let verdict = if judge.may_be_withheld(&verdict, &cited) { Verdict::Withheld } else { verdict };
        quotations.push(Quoted { quote: quote.clone(), cited: cited.into_iter().next(), verdict });
    }
    Checked { quotations, citations: citations.collect() }
}

/// What a quotation is cited to: the mark in it, else behind it, else before it in its paragraph.
fn cited(answer: &str, quote: &Quote, marks: &[Mark], before: usize, next: usize) -> Vec<Target> {
    let paragraph_end = answer[quote.range.end..].find("\n\n").map_or(answer.len(), |at| quote.range.end + at);
    let paragraph_start = answer[..quote.range.start].rfind("\n\n").map_or(0, |at| at + 2);
    let within = |range: Range<usize>| move |mark: &&Mark| range.contains(&mark.range.start);
    let inside = marks.iter().find(within(quote.range.clone()));
    let behind = marks.iter().find(within(quote.range.end..next.min(paragraph_end)));
    // A block may be introduced or followed by the line that cites it.
    let around = || {
        let follows = answer[paragraph_end..].trim_start();
        let follow = answer.len() - follows.len();
        let after = marks.iter().find(|mark| quote.is_block && mark.range.start == follow);
        let lead = answer[before.min(paragraph_start)..paragraph_start].trim_end();
        let leads = quote.is_block && lead.ends_with(':');
        let lead_start = lead.rfind("\n\n").map_or(0, |at| at + 2) + before.min(paragraph_start);
        let from = if leads { lead_start } else { before.max(paragraph_start) };
        after.or_else(|| marks.iter().rev().find(within(from..quote.range.start)))
    };
    inside.or(behind).or_else(around).map_or_else(Vec::new, |mark| mark.targets.clone())
}

/// What stands in a section in front of its words: `[4:55] Ada: `.
fn heads(source: &Source<'_>) -> Vec<Range<usize>> {
    let text = &source.document.text;
    let head = |section: &crate::content::Section| {
        let own = text.get(section.range())?;
        let label = section.label.as_ref()?;
        let rest = own.strip_prefix('[')?.strip_prefix(label.as_str())?.strip_prefix(']')?.trim_start();
        let named = section.author.as_ref().and_then(|author| rest.strip_prefix(author.as_str())?.strip_prefix(':'));
        let length = own.len() - named.unwrap_or(rest).len();
        Some(section.start..section.start + length)
    };
    source.document.sections.iter().filter_map(head).collect()
}

fn passage(sources: &[Source<'_>], source: usize, range: Range<usize>) -> Passage {
    let overlaps = |kept: &Range<usize>| kept.start < range.end && range.start < kept.end;
    // A passage that was kept in part is one that a model could read.
    let is_kept = sources[source].kept.iter().any(overlaps);
    Passage { source, range, is_kept }
}

struct Judge<'a> {
    answer: &'a str,
    sources: &'a [Source<'a>],
    withheld: &'a [String],
    corpus: Corpus,
}

/// The words of one part of a quotation.
struct Part {
    words: Vec<Word>,
    keys: Vec<Key>,
    exact: Vec<Run>,
}

impl Judge<'_> {
    fn verdict(&self, quote: &Quote, cited: &[Target], is_attached: bool) -> Verdict {
        let parts: Vec<Part> = quote.parts.iter().filter_map(|range| self.part(range)).collect();
        let n_words: usize = parts.iter().map(|part| part.words.len()).sum();
        if let Some(runs) = self.in_order(&parts, cited) {
            return self.found(&runs, cited);
        }
        if n_words < FEWEST_WORDS {
            return if is_attached { Verdict::Missing } else { Verdict::Term };
        }
        if parts.len() > 1 && parts.iter().all(|part| !part.exact.is_empty()) {
            let first = |part: &Part| self.passage(self.preferred(&part.exact, cited)?);
            let passages: Vec<Passage> = parts.iter().filter_map(first).collect();
            return if passages.is_empty() { Verdict::Said } else { Verdict::Spliced(passages) };
        }
        self.altered(&parts).unwrap_or(Verdict::Missing)
    }

    /// Whether words that are not found as they are may stand in a text that is not here.
    fn may_be_withheld(&self, verdict: &Verdict, cited: &[Target]) -> bool {
        let is_withheld = |target: &Target| self.withheld.contains(&target.source);
        match verdict {
            Verdict::Missing if cited.is_empty() => !self.withheld.is_empty(),
            Verdict::Missing | Verdict::Altered { .. } | Verdict::Spliced(_) => cited.iter().any(is_withheld),
            _ => false,
        }
    }

    fn part(&self, range: &Range<usize>) -> Option<Part> {
        let mut words = words(&self.answer[range.clone()]);
        words.truncate(MOST_WORDS);
        for word in &mut words {
            word.range = word.range.start + range.start..word.range.end + range.start;
        }
        let keys = self.corpus.keys(&words);
        let exact = self.corpus.exact(&keys);
        (!words.is_empty()).then_some(Part { words, keys, exact })
    }

    /// The parts one after the other in one text, at the best of the places where they are.
    fn in_order(&self, parts: &[Part], cited: &[Target]) -> Option<Vec<Run>> {
        let chains = parts.first()?.exact.iter().filter_map(|first| {
            let mut chain = vec![first.clone()];
            for part in &parts[1..] {
                let last = &chain[chain.len() - 1];
                let follows = |run: &&Run| {
                    let gap = run.words.start.checked_sub(last.words.end);
                    run.text == last.text && gap.is_some_and(|gap| gap <= FARTHEST)
                };
                chain.push(part.exact.iter().find(follows)?.clone());
            }
            Some(chain)
        });
        chains.min_by_key(|chain| self.rank(&chain[0], cited))
    }

    fn preferred<'a>(&self, runs: &'a [Run], cited: &[Target]) -> Option<&'a Run> {
        runs.iter().min_by_key(|run| self.rank(run, cited))
    }

    /// Smaller is better: where it is cited, in the cited source, in a source, kept, early.
    fn rank(&self, run: &Run, cited: &[Target]) -> (bool, bool, bool, bool, usize, usize) {
        let passage = self.passage(run);
        let fits = |wanted: &dyn Fn(&Passage) -> bool| !passage.as_ref().is_some_and(wanted);
        (
            fits(&|passage| self.is_cited(passage, cited)),
            fits(&|passage| cited.iter().any(|target| target.source == self.sources[passage.source].id)),
            passage.is_none(),
            fits(&|passage| passage.is_kept),
            run.text,
            run.words.start,
        )
    }

    /// The passage of a run, if it is one of a source.
    fn passage(&self, run: &Run) -> Option<Passage> {
        let source = (run.text < self.sources.len()).then_some(run.text)?;
        Some(passage(self.sources, source, self.corpus.bytes(run)))
    }

    /// Whether a passage lies where one of the citations points, or beside it.
    fn is_cited(&self, passage: &Passage, cited: &[Target]) -> bool {
        cited.iter().any(|target| {
            resolve(target, self.sources, self.withheld).is_ok_and(|(source, range)| {
                let sections = &self.sources[source].document.sections;
                let at = |byte: usize| sections.iter().rposition(|section| section.start <= byte);
                let beside = |index: Option<usize>, step: usize| index.map_or(0, |index| index.saturating_sub(step));
                let first = beside(at(range.start), 1);
                let last = at(range.end.saturating_sub(1)).map_or(usize::MAX, |index| index + 1);
                let own = at(passage.range.start).unwrap_or(0);
                source == passage.source && (first..=last).contains(&own)
            })
        })
    }

    fn found(&self, runs: &[Run], cited: &[Target]) -> Verdict {
        let passages: Vec<Passage> = runs.iter().filter_map(|run| self.passage(run)).collect();
        let (Some(first), Some(last)) = (passages.first(), passages.last()) else { return Verdict::Said };
        let is_kept = passages.iter().all(|passage| passage.is_kept);
        let range = first.range.start..last.range.end;
        let whole = Passage { source: first.source, range, is_kept };
        // A citation that points nowhere is told as such and makes no quotation wrong.
        let points = cited.iter().any(|target| resolve(target, self.sources, self.withheld).is_ok());
        if points && !self.is_cited(first, cited) { Verdict::Elsewhere(whole) } else { Verdict::Found(whole) }
    }

    /// Lays every part beside the passage that is most like it.
    fn altered(&self, parts: &[Part]) -> Option<Verdict> {
        let mut difference = Vec::new();
        let mut place: Option<Passage> = None;
        for (index, part) in parts.iter().enumerate() {
            if index > 0 {
                difference.push(Piece::Same("\u{2026}".to_owned()));
            }
            let (run, alignment) = self.beside(part)?;
            let own = self.passage(&run)?;
            for stretch in &alignment.stretches {
                self.pieces(part, &run, stretch, &mut difference);
            }
            match &mut place {
                None => place = Some(own),
                Some(place) if place.source == own.source => {
                    place.range = place.range.start.min(own.range.start)..place.range.end.max(own.range.end);
                    place.is_kept &= own.is_kept;
                }
                Some(_) => {}
            }
        }
        Some(Verdict::Altered { passage: place?, difference })
    }

    /// The passage that most words of a part lie on, if it is enough of them.
    fn beside(&self, part: &Part) -> Option<(Run, Alignment)> {
        let windows = match self.preferred(&part.exact, &[]) {
            Some(run) => vec![run.clone()],
            None => self.corpus.similar(&part.keys),
        };
        let aligned = windows.into_iter().filter(|window| window.text < self.sources.len()).map(|window| {
            let alignment = align(&part.keys, self.corpus.keys_of(&window));
            (window, alignment)
        });
        let (window, alignment) = aligned.max_by_key(|(_, alignment)| alignment.n_same)?;
        // Three words of five and at least three: less is a coincidence of small words.
        let is_enough = alignment.n_same * 5 >= part.keys.len() * 3 && alignment.n_same >= FEWEST_WORDS - 1;
        let words = window.words.start + alignment.found.start..window.words.start + alignment.found.end;
        (is_enough && !words.is_empty())
            .then_some((Run { text: window.text, words: words.clone() }, rebased(alignment)))
    }

    fn pieces(&self, part: &Part, run: &Run, stretch: &Stretch, out: &mut Vec<Piece>) {
        let quoted_words = |range: &Range<usize>| {
            let (first, last) = (part.words.get(range.start), part.words.get(range.end.wrapping_sub(1)));
            match (first, last) {
                (Some(first), Some(last)) if !range.is_empty() => {
                    self.answer[first.range.start..last.range.end].to_owned()
                }
                _ => String::new(),
            }
        };
        let source_words = |range: &Range<usize>| {
            if range.is_empty() {
                return String::new();
            }
            let words = run.words.start + range.start..run.words.start + range.end;
            let bytes = self.corpus.bytes(&Run { text: run.text, words });
            self.sources[run.text].document.text[bytes].to_owned()
        };
        match stretch {
            Stretch::Same { found, .. } => out.push(Piece::Same(source_words(found))),
            Stretch::Differs { quoted, found } => {
                let (source, answer) = (source_words(found), quoted_words(quoted));
                out.extend((!source.is_empty()).then_some(Piece::Source(source)));
                out.extend((!answer.is_empty()).then_some(Piece::Answer(answer)));
            }
        }
    }
}

/// The alignment with the words of the text counted from where the quotation starts on it.
fn rebased(mut alignment: Alignment) -> Alignment {
    let start = alignment.found.start;
    for stretch in &mut alignment.stretches {
        let (Stretch::Same { found, .. } | Stretch::Differs { found, .. }) = stretch;
        *found = found.start - start..found.end - start;
    }
    alignment
}
