//! Thoughts that a server writes into the answer itself: `<think>...</think>` before its first word.
//!
//! Servers that run a model without a parser for its reasoning hand it on as it comes (llama.cpp,
//! vLLM and Ollama with models of the DeepSeek R1 and Qwen 3 kind, read 2026-08). Only what stands
//! before every other word is taken for it; further down it is a word like any other.

use super::Delta;

const OPEN: &str = "<think>";
const CLOSE: &str = "</think>";

/// Parts the beginning of an answer.
#[derive(Debug, Default)]
pub(super) struct Inline {
    place: Place,
    /// What may be the beginning of a tag.
    held: String,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// No word has come.
    #[default]
    Before,
    /// Behind the opening tag, where no word of the thought has come.
    Opened,
    /// Between the tags.
    Inside,
    /// Behind the closing tag, where blank lines part it from the answer.
    Behind,
    /// In the answer.
    Answer,
}

impl Inline {
    /// The delta as it is, or its words as what they are.
    pub(super) fn part(&mut self, delta: Delta) -> Vec<Delta> {
        match delta {
            Delta::Text(words) if self.place != Place::Answer => {
                self.held.push_str(&words);
                self.sort()
            }
            // What ends an answer comes after its words.
            Delta::Stop(_) | Delta::End | Delta::Failed(_) => [self.rest(), vec![delta]].concat(),
            other => vec![other],
        }
    }

    /// What was held back until more would come.
    pub(super) fn rest(&mut self) -> Vec<Delta> {
        let held = std::mem::take(&mut self.held);
        match self.place {
            _ if held.is_empty() => Vec::new(),
            Place::Inside => vec![Delta::Reasoning(held)],
            Place::Before | Place::Opened | Place::Behind | Place::Answer => vec![Delta::Text(held)],
        }
    }

    fn sort(&mut self) -> Vec<Delta> {
        let mut deltas = Vec::new();
        loop {
            match self.place {
                Place::Before => {
                    let begun = self.held.trim_start();
                    if let Some(thought) = begun.strip_prefix(OPEN) {
                        self.held = thought.to_owned();
                        self.place = Place::Opened;
                    } else if OPEN.starts_with(begun) {
                        return deltas;
                    } else {
                        self.place = Place::Answer;
                    }
                }
                Place::Inside => {
                    let (end, is_closed) = match self.held.find(CLOSE) {
                        Some(end) => (end, true),
                        None => (self.held.len() - torn(&self.held), false),
                    };
                    if end > 0 {
                        deltas.push(Delta::Reasoning(self.held[..end].to_owned()));
                    }
                    self.held.drain(..if is_closed { end + CLOSE.len() } else { end });
                    if !is_closed {
                        return deltas;
                    }
                    self.place = Place::Behind;
                }
                Place::Opened | Place::Behind => {
                    self.held = self.held.trim_start().to_owned();
                    if self.held.is_empty() {
                        return deltas;
                    }
                    self.place = if self.place == Place::Opened { Place::Inside } else { Place::Answer };
                }
                Place::Answer => {
                    deltas
                        .extend(Some(std::mem::take(&mut self.held)).filter(|held| !held.is_empty()).map(Delta::Text));
                    return deltas;
                }
            }
        }
    }
}

/// Bytes at the end that may begin a closing tag.
fn torn(text: &str) -> usize {
    (1..CLOSE.len()).rev().find(|n| text.ends_with(&CLOSE[..*n])).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is thought and what is said, however the words are cut.
    fn check(answer: &str, thought: &str, said: &str) {
        for length in 1..=answer.len() {
            let (mut inline, mut sorted) = (Inline::default(), (String::new(), String::new()));
            let pieces = answer.as_bytes().chunks(length).map(|piece| String::from_utf8_lossy(piece).into_owned());
            let mut deltas: Vec<Delta> = pieces.flat_map(|piece| inline.part(Delta::Text(piece))).collect();
            deltas.extend(inline.rest());
            for delta in deltas {
                match delta {
                    Delta::Reasoning(words) => sorted.0 += &words,
                    Delta::Text(words) => sorted.1 += &words,
                    other => panic!("{other:?}"),
                }
            }
            assert_eq!((sorted.0.as_str(), sorted.1.as_str()), (thought, said), "{answer:?} by {length}");
        }
    }

    #[test]
    fn a_thought_before_the_answer_is_parted_from_it() {
        check("<think>\nFirst a < b.\n</think>\n\nSo <b>.", "First a < b.\n", "So <b>.");
        check("\n<think></think>\nYes.", "", "Yes.");
        check("<think>cut off", "cut off", "");
        check("<think>cut off</thi", "cut off</thi", "");
        check("Yes. <think>no</think>", "", "Yes. <think>no</think>");
        check("<thinking>is a word", "", "<thinking>is a word");
        check("  plain", "", "  plain");
        check("<thi", "", "<thi");
    }
}
