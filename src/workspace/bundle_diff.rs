//! `diff` of two bundles: documents added, removed, changed and recut, with their tokens.

use serde_json::{Value, json};
use similar::TextDiff;

use super::{Error, Workspace};
use crate::bundle::Bundle;
use crate::content::{Digest, Document, Section, line};
use crate::store::record::{ItemRecord, SegmentRecord};
use crate::tokens::Tokens;

/// Two bundles, document by document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BundleDiff {
    /// The one that was named first.
    pub left: BundleSide,
    /// The other one.
    pub right: BundleSide,
    /// Documents in the order of the right bundle, those that are gone at the end.
    pub documents: Vec<DocumentDiff>,
}

/// One of two bundles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BundleSide {
    /// As it was named.
    pub address: String,
    /// The bundle.
    pub id: Digest,
    /// Tokens of its text.
    pub tokens: u32,
    /// Tokens it was allowed.
    pub budget: Option<u32>,
    /// The encoding that counted.
    pub encoding: String,
    /// The renderer and its version.
    pub render: String,
}

/// What became of one document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentDiff {
    /// What became of it.
    pub fate: Fate,
    /// Its id in each bundle.
    pub ids: (Option<String>, Option<String>),
    /// Its title, else what the bundle calls it.
    pub title: String,
    /// Tokens that each bundle keeps of it.
    pub tokens: (u32, u32),
    /// What is different, a line each: places gained and lost, or lines of the text.
    pub lines: Vec<String>,
}

/// What became of a document from one bundle to the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It is the same, cut alike.
    Same,
    /// Only the right bundle has it.
    Added,
    /// Only the left bundle has it.
    Removed,
    /// Its text is another.
    Changed,
    /// Its text is the same, and other parts of it are kept.
    Recut,
}

impl Fate {
    /// The lower-case word, as in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed => "changed",
            Self::Recut => "recut",
        }
    }
}

impl Workspace {
    pub(super) fn diff_bundles(&self, left: (&str, Digest), right: (&str, Digest)) -> Result<BundleDiff, Error> {
        let (one, other) = (self.bundle(left.1)?, self.bundle(right.1)?);
        let matches = matched(&one, &other);
        let mut documents = Vec::new();
        for (place, item) in other.manifest.items.iter().enumerate() {
            let document = &other.documents[place];
            let before = matches.iter().find(|(_, right)| *right == place).map(|(left, _)| *left);
            documents.push(match before {
                None => added(item, document),
                Some(before) => kept((&one.manifest.items[before], &one.documents[before]), (item, document)),
            });
        }
        for (place, item) in one.manifest.items.iter().enumerate() {
            if matches.iter().all(|(left, _)| *left != place) {
                let gone = added(item, &one.documents[place]);
                let (ids, tokens) = ((gone.ids.1, None), (gone.tokens.1, 0));
                documents.push(DocumentDiff { fate: Fate::Removed, ids, tokens, ..gone });
            }
        }
        let side = |(address, id): (&str, Digest), bundle: &Bundle| BundleSide {
            address: address.to_owned(),
            id,
            tokens: bundle.manifest.total_tokens,
            budget: bundle.manifest.budget,
            encoding: bundle.manifest.encoding.clone(),
            render: bundle.manifest.render.clone(),
        };
        Ok(BundleDiff { left: side(left, &one), right: side(right, &other), documents })
    }
}

/// Which document of the left bundle is which of the right one: the same text, else the same address,
/// else the same title or name.
fn matched(left: &Bundle, right: &Bundle) -> Vec<(usize, usize)> {
    type Same = fn((&ItemRecord, &Document), (&ItemRecord, &Document)) -> bool;
    let rules: [Same; 4] = [
        |left, right| left.0.document == right.0.document,
        |left, right| left.1.url.is_some() && left.1.url == right.1.url,
        |left, right| left.1.title.is_some() && left.1.title == right.1.title,
        |left, right| left.0.label.is_some() && left.0.label == right.0.label,
    ];
    let mut pairs: Vec<(usize, usize)> = Vec::new();
    for rule in rules {
        for (l, own) in left.manifest.items.iter().zip(&left.documents).enumerate() {
            for (r, their) in right.manifest.items.iter().zip(&right.documents).enumerate() {
                let is_free = pairs.iter().all(|pair| pair.0 != l && pair.1 != r);
                if is_free && rule((own.0, own.1), (their.0, their.1)) {
                    pairs.push((l, r));
                }
            }
        }
    }
    pairs
}

fn title(item: &ItemRecord, document: &Document) -> String {
    line(document.title.as_deref().or(item.label.as_deref()).unwrap_or("untitled"))
}

fn added(item: &ItemRecord, document: &Document) -> DocumentDiff {
    DocumentDiff {
        fate: Fate::Added,
        ids: (None, Some(item.id.clone())),
        title: title(item, document),
        tokens: (0, item.kept_tokens),
        lines: Vec::new(),
    }
}

fn kept(left: (&ItemRecord, &Document), right: (&ItemRecord, &Document)) -> DocumentDiff {
    let (fate, lines) = if left.1.text != right.1.text {
        let diff = TextDiff::from_lines(&left.1.text, &right.1.text);
        let hunks = diff.unified_diff().context_radius(1).to_string();
        (Fate::Changed, hunks.lines().map(|line| line.trim_end().to_owned()).collect())
    } else if covered(&left.0.segments) == covered(&right.0.segments) {
        (Fate::Same, Vec::new())
    } else {
        let lost = places(right.1, &left.0.segments, &right.0.segments).into_iter().map(|place| format!("- {place}"));
        let gained = places(right.1, &right.0.segments, &left.0.segments).into_iter().map(|place| format!("+ {place}"));
        (Fate::Recut, lost.chain(gained).collect())
    };
    DocumentDiff {
        fate,
        ids: (Some(left.0.id.clone()), Some(right.0.id.clone())),
        title: title(right.0, right.1),
        tokens: (left.0.kept_tokens, right.0.kept_tokens),
        lines,
    }
}

/// The bytes that segments cover, neighbours joined.
fn covered(segments: &[SegmentRecord]) -> Vec<(usize, usize)> {
    let mut ranges: Vec<(usize, usize)> = Vec::new();
    for segment in segments {
        match ranges.last_mut() {
            Some(last) if last.1 == segment.start => last.1 = segment.end,
            _ => ranges.push((segment.start, segment.end)),
        }
    }
    ranges
}

/// Where the sections stand of which the segments keep more than the other ones, runs of them as one.
fn places(document: &Document, kept: &[SegmentRecord], other: &[SegmentRecord]) -> Vec<String> {
    let held = |segments: &[SegmentRecord], section: &Section| -> usize {
        let of = |s: &SegmentRecord| s.end.min(section.end).saturating_sub(s.start.max(section.start));
        segments.iter().map(of).sum()
    };
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for (place, section) in document.sections.iter().enumerate() {
        if held(kept, section) > held(other, section) {
            match runs.last_mut() {
                Some(run) if run.1 + 1 == place => run.1 = place,
                _ => runs.push((place, place)),
            }
        }
    }
    let label = |place: usize| match &document.sections[place].label {
        Some(label) => line(label),
        None => format!("#{}", place + 1),
    };
    let shown = |(first, last): (usize, usize)| {
        if first == last { label(first) } else { format!("{} to {}", label(first), label(last)) }
    };
    runs.into_iter().map(shown).collect()
}

impl BundleDiff {
    /// The difference as a table, with what is different below each row unless only the table is asked for.
    pub fn table(&self, stat: bool) -> String {
        let (left, right) = (&self.left, &self.right);
        let mut out = String::new();
        for side in [left, right] {
            let budget = side.budget.map_or(String::new(), |budget| format!(" of {}", Tokens(budget)));
            let tokens = Tokens(side.tokens);
            let about = format!("{} tokens{budget}, {}, {}", tokens, side.encoding, side.render);
            out += &format!("{} {}: {about}\n", side.id.short(), side.address);
        }
        for document in &self.documents {
            let ids = match (&document.ids.0, &document.ids.1) {
                (Some(one), Some(other)) if one != other => format!("{one} → {other}"),
                (one, other) => other.as_ref().or(one.as_ref()).cloned().unwrap_or_default(),
            };
            let (before, after) = document.tokens;
            out += &format!(
                "{:<8} {ids:<8} {:>7} → {:<7} {:>8}  {}\n",
                document.fate.name(),
                Tokens(before).to_string(),
                Tokens(after).to_string(),
                delta(before, after),
                document.title,
            );
            for line in document.lines.iter().filter(|_| !stat) {
                out += &format!("    {line}\n");
            }
        }
        let (before, after) = (left.tokens, right.tokens);
        let (from, to) = (Tokens(before).to_string(), Tokens(after).to_string());
        let total = format!("{:<8} {:<8} {from:>7} → {to:<7} {:>8}", "total", "", delta(before, after));
        out + total.trim_end() + "\n"
    }

    /// The `forkful.diff/1` value.
    pub fn shape(&self) -> Value {
        let side = |side: &BundleSide| json!({"address": side.address, "bundle": side.id, "tokens": side.tokens, "encoding": side.encoding, "render": side.render});
        let documents: Vec<Value> = self
            .documents
            .iter()
            .map(|document| {
                let mut value = json!({
                    "fate": document.fate.name(), "title": document.title,
                    "left_tokens": document.tokens.0, "right_tokens": document.tokens.1, "lines": document.lines,
                });
                for (name, id) in [("left", &document.ids.0), ("right", &document.ids.1)] {
                    if let Some(id) = id {
                        value[name] = json!(id);
                    }
                }
                value
            })
            .collect();
        json!({
            "schema": "forkful.diff/1", "kind": "bundles", "left": side(&self.left), "right": side(&self.right),
            "documents": documents,
        })
    }
}

/// `+1,255`, `−974`, or nothing.
fn delta(before: u32, after: u32) -> String {
    match after.cmp(&before) {
        std::cmp::Ordering::Equal => String::new(),
        std::cmp::Ordering::Greater => format!("+{}", Tokens(after - before)),
        std::cmp::Ordering::Less => format!("−{}", Tokens(before - after)),
    }
}
