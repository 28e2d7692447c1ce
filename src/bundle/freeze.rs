//! From a plan to the frozen bundle and back from the manifest to any format.

use super::frame::Frame;
use super::plan::{Entry, Planned, Request};
use super::render::Renderer;
use super::{Bundle, Error};
use crate::budget::{Gap, Segment};
use crate::content::{Digest, Document};
use crate::store::Object;
use crate::store::record::{BundleRecord, DocumentRecord, ItemRecord, SegmentRecord, V1};
use crate::tokens::Tokens;

/// Freezes a plan: the manifest in canonical form, named by its hash.
pub fn freeze(planned: &Planned, entries: &[Entry], request: &Request) -> Result<Bundle, Error> {
    let mut items = Vec::new();
    for ((entry, item), portion) in entries.iter().zip(&planned.frame.items).zip(&planned.plan.portions) {
        items.push(ItemRecord {
            id: item.id.clone(),
            document: Object::of(&DocumentRecord::new(&entry.document).0)?.id(),
            label: entry.document.title.is_none().then(|| item.title.clone()),
            tokens: portion.tokens.0,
            kept_tokens: portion.kept_tokens.0,
            segments: portion.segments.iter().map(|s| segment_record(s.range.clone(), s.tokens)).collect(),
            gaps: portion.gaps.iter().map(|g| segment_record(g.range.clone(), g.tokens)).collect(),
        });
    }
    let manifest = BundleRecord {
        v: V1,
        encoding: request.encoding.name().to_owned(),
        budget: request.budget.map(|budget| budget.0),
        reserve: request.reserve.0,
        render: request.renderer.tag(),
        mark: planned.frame.mark.clone(),
        total_tokens: planned.total.0,
        text: Digest::of(planned.text.as_bytes()),
        items,
    };
    Ok(Bundle {
        id: Object::of(&manifest)?.id(),
        manifest,
        documents: entries.iter().map(|entry| entry.document.clone()).collect(),
        text: planned.text.clone(),
    })
}

impl Bundle {
    /// A stored bundle, once its manifest is known to fit its documents; it may be a stranger's.
    pub fn thaw(id: Digest, manifest: BundleRecord, documents: Vec<Document>, text: String) -> Result<Self, Error> {
        let fits = |item: &ItemRecord, document: &Document| {
            let mut pieces: Vec<_> = item.segments.iter().chain(&item.gaps).collect();
            pieces.sort_by_key(|piece| (piece.start, piece.end));
            let mut done = 0;
            pieces.into_iter().all(|piece| {
                let in_turn = done <= piece.start && document.text.get(piece.start..piece.end).is_some();
                done = piece.end;
                in_turn
            })
        };
        let all = manifest.items.len() == documents.len()
            && manifest.items.iter().zip(&documents).all(|(item, document)| fits(item, document));
        if all { Ok(Self { id, manifest, documents, text }) } else { Err(Error::Misfit { id }) }
    }

    /// The bundle in the format it was fitted for, or in another.
    ///
    /// Another format may cost more or less than the budget.
    pub fn render(&self, renderer: &Renderer) -> String {
        if self.manifest.render == renderer.tag() { self.text.clone() } else { self.rendered_again(renderer) }
    }

    /// The bytes made anew from documents and manifest, also in the bundle's own format.
    pub fn rendered_again(&self, renderer: &Renderer) -> String {
        let labelled: Vec<_> = self.documents.iter().zip(&self.manifest.items).collect();
        let names: Vec<_> = labelled.iter().map(|(d, item)| (*d, item.label.as_deref().unwrap_or_default())).collect();
        let frame = Frame { mark: self.manifest.mark.clone(), ..Frame::new(&names) };
        let parts: Vec<(&Document, Vec<Segment>, Vec<Gap>)> = labelled
            .iter()
            .map(|(document, item)| {
                let segment =
                    |record: &SegmentRecord| Segment { range: record.start..record.end, tokens: Tokens(record.tokens) };
                let gap =
                    |record: &SegmentRecord| Gap { range: record.start..record.end, tokens: Tokens(record.tokens) };
                (*document, item.segments.iter().map(segment).collect(), item.gaps.iter().map(gap).collect())
            })
            .collect();
        let parts: Vec<_> = parts.iter().map(|(document, s, g)| (*document, &s[..], &g[..])).collect();
        renderer.render(&frame, &parts)
    }
}

fn segment_record(range: std::ops::Range<usize>, tokens: Tokens) -> SegmentRecord {
    SegmentRecord { start: range.start, end: range.end, tokens: tokens.0 }
}
