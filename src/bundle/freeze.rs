//! From a plan to the frozen bundle and back from the manifest to any format.

use std::sync::Arc;

use super::frame::{Frame, Link};
use super::plan::{Entry, Planned, Request, places_of};
use super::render::{self, Part, Renderer};
use super::{Bundle, Error};
use crate::budget::{Absence, Fold, Gap, Places, Portion, Segment, reference};
use crate::content::{Digest, Document, Sheet};
use crate::store::Object;
use crate::store::record::{BundleRecord, DocumentRecord, FoldRecord, ItemRecord, LinkRecord, SegmentRecord, V1};
use crate::tokens::Tokens;

/// Freezes a plan: the manifest in canonical form, named by its hash.
pub fn freeze(planned: &Planned, entries: &[Entry], request: &Request) -> Result<Bundle, Error> {
    let mut items = Vec::new();
    let mut records = Vec::new();
    for ((entry, item), portion) in entries.iter().zip(&planned.frame.items).zip(&planned.plan.portions) {
        let record = Object::of(&DocumentRecord::of(&entry.document, item.text))?;
        let document = record.id();
        records.push(record);
        items.push(ItemRecord {
            id: item.id.clone(),
            document,
            label: entry.document.title.is_none().then(|| item.title.clone()),
            tokens: portion.tokens.0,
            kept_tokens: portion.kept_tokens.0,
            segments: portion.segments.iter().map(|s| segment_record(s.range.clone(), s.tokens)).collect(),
            gaps: portion.gaps.iter().map(|g| segment_record(g.range.clone(), g.tokens)).collect(),
            folds: portion.folds.iter().map(|fold| fold_record(fold, &planned.frame)).collect(),
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
        link: planned.frame.link.as_ref().map(|link| LinkRecord {
            number: link.number,
            parts: link.parts,
            before: link.before,
        }),
    };
    Ok(Bundle {
        id: Object::of(&manifest)?.id(),
        manifest,
        documents: entries.iter().map(|entry| Arc::clone(&entry.document)).collect(),
        text: Arc::clone(&planned.text),
        records,
    })
}

impl Bundle {
    /// A stored bundle, once its manifest is known to fit its documents; it may be a stranger's.
    pub fn thaw(
        id: Digest,
        manifest: BundleRecord,
        documents: impl IntoIterator<Item = impl Into<Arc<Document>>>,
        text: impl Into<Arc<String>>,
    ) -> Result<Self, Error> {
        let documents: Vec<Arc<Document>> = documents.into_iter().map(Into::into).collect();
        let origin = |fold: &FoldRecord| {
            let of = manifest.items.iter().position(|item| item.id == fold.of)?;
            documents.get(of)?.text.get(fold.of_start..fold.of_end).filter(|text| !text.is_empty())
        };
        let fits = |item: &ItemRecord, document: &Document| {
            let pieces = item.segments.iter().chain(&item.gaps).map(|piece| (piece.start, piece.end));
            let mut pieces: Vec<_> = pieces.chain(item.folds.iter().map(|fold| (fold.start, fold.end))).collect();
            pieces.sort_unstable();
            let mut done = 0;
            let in_turn = pieces.into_iter().all(|(start, end)| {
                let in_turn = done <= start && document.text.get(start..end).is_some();
                done = end;
                in_turn
            });
            in_turn && item.folds.iter().all(|fold| origin(fold).is_some())
        };
        let named = |item: &ItemRecord| {
            let number = item.id.strip_prefix('s').unwrap_or_default();
            !number.is_empty() && number.len() < 8 && number.bytes().all(|byte| byte.is_ascii_digit())
        };
        let all = manifest.items.iter().all(named)
            && manifest.items.len() == documents.len()
            && manifest.items.iter().zip(&documents).all(|(item, document)| fits(item, document));
        if !all {
            return Err(Error::Misfit { id });
        }
        Ok(Self { id, manifest, documents, text: text.into(), records: Vec::new() })
    }

    /// The bundle in the format it was fitted for, or in another.
    ///
    /// Another format may cost more or less than the budget.
    pub fn render(&self, renderer: &Renderer) -> String {
        if self.manifest.render == renderer.tag() { self.text.to_string() } else { self.rendered_again(renderer) }
    }

    /// The bytes made anew from documents and manifest, also in the bundle's own format.
    pub fn rendered_again(&self, renderer: &Renderer) -> String {
        self.laid_out(|frame, parts| renderer.render(frame, parts))
    }

    /// The documents one by one, each as it is kept; those of which nothing is are left out.
    pub fn sheets(&self) -> Vec<Sheet> {
        let mut sheets = self.laid_out(render::sheets);
        sheets.retain(|sheet| !sheet.text.trim().is_empty());
        sheets
    }

    /// What `write` makes of the frame and of what is kept of each document.
    fn laid_out<T>(&self, write: impl FnOnce(&Frame, &[Part<'_>]) -> T) -> T {
        let labelled: Vec<_> = self.documents.iter().map(Arc::as_ref).zip(&self.manifest.items).collect();
        let names: Vec<_> = labelled.iter().map(|(d, item)| (*d, item.label.as_deref().unwrap_or_default())).collect();
        let link = self.manifest.link.as_ref();
        let link = link.map(|link| Link { number: link.number, parts: link.parts, before: link.before });
        let mut frame = Frame { mark: self.manifest.mark.clone(), link, ..Frame::new(&names) };
        for (item, record) in frame.items.iter_mut().zip(&self.manifest.items) {
            item.id.clone_from(&record.id);
        }
        let places: Vec<_> = labelled.iter().map(|(document, item)| places_of(document, &item.id)).collect();
        let is_part = frame.link.is_some();
        let portions: Vec<Portion> = self.manifest.items.iter().map(|item| portion(item, &places, is_part)).collect();
        let parts: Vec<_> =
            self.documents.iter().zip(&portions).map(|(document, portion)| Part { document, portion }).collect();
        write(&frame, &parts)
    }
}

fn fold_record(fold: &Fold, frame: &Frame) -> FoldRecord {
    FoldRecord {
        start: fold.range.start,
        end: fold.range.end,
        tokens: fold.tokens.0,
        of: frame.items[fold.of].id.clone(),
        of_start: fold.of_range.start,
        of_end: fold.of_range.end,
        exact: fold.exact,
    }
}

/// What a manifest keeps of one document.
fn portion(item: &ItemRecord, places: &[Places], is_part: bool) -> Portion {
    let segment = |record: &SegmentRecord| Segment { range: record.start..record.end, tokens: Tokens(record.tokens) };
    let gap = |record: &SegmentRecord| {
        let absence = match (is_part, record.start) {
            (false, _) => Absence::Cut,
            (true, 0) => Absence::Earlier,
            (true, _) => Absence::Later,
        };
        Gap { range: record.start..record.end, tokens: Tokens(record.tokens), absence }
    };
    Portion {
        tokens: Tokens(item.tokens),
        kept_tokens: Tokens(item.kept_tokens),
        segments: item.segments.iter().map(segment).collect(),
        gaps: item.gaps.iter().map(gap).collect(),
        folds: item.folds.iter().filter_map(|record| fold(record, places)).collect(),
        cuts: Vec::new(),
    }
}

/// The fold of a record, with the words of its reference as they were.
fn fold(record: &FoldRecord, places: &[Places]) -> Option<Fold> {
    let of = places.iter().position(|places| places.id == record.of)?;
    let (tokens, of_range) = (Tokens(record.tokens), record.of_start..record.of_end);
    let reference = reference(tokens, record.exact, &places[of].of(&of_range));
    Some(Fold { range: record.start..record.end, tokens, of, of_range, exact: record.exact, reference })
}

fn segment_record(range: std::ops::Range<usize>, tokens: Tokens) -> SegmentRecord {
    SegmentRecord { start: range.start, end: range.end, tokens: tokens.0 }
}
