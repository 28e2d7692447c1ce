//! `diff` of two branches or messages: where they part, and what each says from there.

use serde_json::{Value, json};
use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::words::{marked, pieces, sameness};
use super::{BundleDiff, Error, Workspace};
use crate::content::{Digest, Role, line};
use crate::fork::{self, Place};
use crate::store::record::MessageRecord;

/// What differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Diff {
    /// Between two conversations.
    Talks(TalkDiff),
    /// Between two bundles.
    Bundles(BundleDiff),
}

/// Two conversations from where they part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TalkDiff {
    /// The last message or bundle that both have; none where they stand on different bundles.
    pub common: Option<Digest>,
    /// Turns that both have.
    pub n_common: usize,
    /// The one that was named first.
    pub left: Side,
    /// The other one.
    pub right: Side,
    /// Turns from there on, those with the same question side by side.
    pub turns: Vec<TurnPair>,
}

/// One of two conversations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Side {
    /// As it was named.
    pub address: String,
    /// Its last message.
    pub tip: Digest,
    /// The bundle under it.
    pub bundle: Digest,
    /// Turns that the other one does not have.
    pub n_turns: usize,
}

/// A question and what each side answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TurnPair {
    /// The question.
    pub question: String,
    /// The left side's turn.
    pub left: Option<TurnText>,
    /// The right side's turn.
    pub right: Option<TurnText>,
}

/// A turn with its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TurnText {
    /// Its last message.
    pub end: Digest,
    /// Its answer, where there is one.
    pub answer: Option<String>,
}

impl Workspace {
    /// What differs between two bundles, or between two places in conversations.
    pub fn diff(&self, left: &str, right: &str) -> Result<Diff, Error> {
        let places = (fork::resolve(&self.store, left)?, fork::resolve(&self.store, right)?);
        if let (Place::Bundle { id: one, .. }, Place::Bundle { id: other, .. }) = &places {
            return Ok(Diff::Bundles(self.diff_bundles((left, *one), (right, *other))?));
        }
        Ok(Diff::Talks(self.diff_talks((left, places.0.id()), (right, places.1.id()))?))
    }

    pub(super) fn diff_talks(&self, left: (&str, Digest), right: (&str, Digest)) -> Result<TalkDiff, Error> {
        let (left_bundle, left_messages) = fork::chain(&self.store, left.1)?;
        let (right_bundle, right_messages) = fork::chain(&self.store, right.1)?;
        let same = left_bundle == right_bundle;
        let n_shared = if same {
            left_messages.iter().zip(&right_messages).take_while(|(left, right)| left.0 == right.0).count()
        } else {
            0
        };
        let common = same.then(|| n_shared.checked_sub(1).map_or(left_bundle, |last| left_messages[last].0));
        let (left_turns, right_turns) = (spoken(&left_messages), spoken(&right_messages));
        // A turn is shared when its last message is.
        let n_common = if same {
            left_turns.iter().zip(&right_turns).take_while(|(left, right)| left.1.end == right.1.end).count()
        } else {
            0
        };
        let (left_tail, right_tail) = (&left_turns[n_common..], &right_turns[n_common..]);
        let side = |(address, tip): (&str, Digest), bundle, tail: &[_]| Side {
            address: address.to_owned(),
            tip,
            bundle,
            n_turns: tail.len(),
        };
        Ok(TalkDiff {
            common,
            n_common,
            left: side(left, left_bundle, left_tail),
            right: side(right, right_bundle, right_tail),
            turns: aligned(left_tail, right_tail),
        })
    }
}

/// Questions with what was said until the next one.
pub(super) fn spoken(messages: &[(Digest, MessageRecord)]) -> Vec<(String, TurnText)> {
    let mut turns: Vec<(String, TurnText)> = Vec::new();
    for (id, record) in messages {
        let text = record.message.spoken();
        match turns.last_mut() {
            Some((_, turn)) if record.message.role != Role::User => {
                turn.end = *id;
                turn.answer = Some(match turn.answer.take() {
                    Some(before) => before + "\n\n" + &text,
                    None => text,
                });
            }
            _ => turns.push((text, TurnText { end: *id, answer: None })),
        }
    }
    turns
}

/// Turns with the same question side by side, in the order of both.
fn aligned(left: &[(String, TurnText)], right: &[(String, TurnText)]) -> Vec<TurnPair> {
    let questions = |turns: &[(String, TurnText)]| -> Vec<String> { turns.iter().map(|(q, _)| line(q)).collect() };
    let mut pairs = Vec::new();
    let only_left = |(question, turn): &(String, TurnText)| TurnPair {
        question: question.clone(),
        left: Some(turn.clone()),
        right: None,
    };
    let only_right = |(question, turn): &(String, TurnText)| TurnPair {
        question: question.clone(),
        left: None,
        right: Some(turn.clone()),
    };
    for op in capture_diff_slices(Algorithm::Myers, &questions(left), &questions(right)) {
        if let DiffOp::Equal { old_index, new_index, len } = op {
            for step in 0..len {
                let pair = only_left(&left[old_index + step]);
                pairs.push(TurnPair { right: Some(right[new_index + step].1.clone()), ..pair });
            }
        } else {
            pairs.extend(left[op.old_range()].iter().map(only_left));
            pairs.extend(right[op.new_range()].iter().map(only_right));
        }
    }
    pairs
}

impl TurnPair {
    /// Both answers, where both sides have one.
    pub fn answers(&self) -> Option<(&str, &str)> {
        Some((self.left.as_ref()?.answer.as_deref()?, self.right.as_ref()?.answer.as_deref()?))
    }
}

impl TalkDiff {
    /// The difference as Markdown, words in `[-left-]` and `{+right+}`.
    pub fn markdown(&self, stat: bool) -> String {
        let Self { left, right, .. } = self;
        let mut out = match self.common {
            Some(common) => format!("Common to both: {}\n", of_turns(self.n_common, common)),
            None => format!("Other sources: {} and {}\n", left.bundle.short(), right.bundle.short()),
        };
        for side in [left, right] {
            out += &format!("{}: {}\n", side.address, of_turns(side.n_turns, side.tip));
        }
        for pair in &self.turns {
            let question = line(&pair.question);
            let said = |turn: &Option<TurnText>| {
                let answer = turn.as_ref().and_then(|turn| turn.answer.clone());
                answer.map_or("(no answer)\n".to_owned(), |answer| answer.trim_end().to_owned() + "\n")
            };
            let (heading, body) = match (&pair.left, &pair.right, pair.answers()) {
                (Some(_), Some(_), Some((one, other))) => {
                    let percent = sameness(one.trim_end(), other.trim_end());
                    let body = marked(&pieces(one.trim_end(), other.trim_end())) + "\n";
                    (format!("Both, {percent}% the same: {question}"), body)
                }
                (Some(_), None, _) => (format!("Only {}: {question}", left.address), said(&pair.left)),
                (None, _, _) => (format!("Only {}: {question}", right.address), said(&pair.right)),
                (Some(one), Some(_), None) => {
                    let (with, turn) = if one.answer.is_some() { (left, &pair.left) } else { (right, &pair.right) };
                    (format!("Answered only in {}: {question}", with.address), said(turn))
                }
            };
            out += &if stat { format!("- {heading}\n") } else { format!("\n## {heading}\n\n{body}") };
        }
        out
    }

    /// The `forkful.diff/1` value.
    pub fn shape(&self) -> Value {
        let side = |side: &Side| json!({"address": side.address, "tip": side.tip, "bundle": side.bundle, "turns": side.n_turns});
        let turns: Vec<Value> = self
            .turns
            .iter()
            .map(|pair| {
                let mut turn = json!({"question": pair.question});
                for (name, text) in [("left", &pair.left), ("right", &pair.right)] {
                    if let Some(text) = text {
                        turn[name] = json!({"message": text.end});
                        if let Some(answer) = &text.answer {
                            turn[name]["answer"] = json!(answer);
                        }
                    }
                }
                if let Some((one, other)) = pair.answers() {
                    turn["same_percent"] = json!(sameness(one, other));
                }
                turn
            })
            .collect();
        let mut value = json!({
            "schema": "forkful.diff/1", "kind": "talks", "common_turns": self.n_common,
            "left": side(&self.left), "right": side(&self.right), "turns": turns,
        });
        if let Some(common) = self.common {
            value["common"] = json!(common);
        }
        value
    }
}

fn of_turns(n: usize, end: Digest) -> String {
    format!("{n} turn{}, {}", if n == 1 { "" } else { "s" }, end.short())
}
