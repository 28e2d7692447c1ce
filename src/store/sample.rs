//! Small contents that the tests of store and fork start from.

use super::record::DocumentRecord;
use super::record::{BundleRecord, ItemRecord, MessageRecord, RunRecord, RunState, SegmentRecord, V1};
use super::{Entry, Object, Store};
use crate::content::{Counts, Digest, Document, Kind, Message, Quality, Role, Section, SectionKind, Timestamp, Usage};

/// An in-memory store that holds one bundle, and its id.
pub(crate) fn store() -> (Store, Digest) {
    let store = Store::open_in_memory().unwrap();
    let bundle = fill(&store, "The bitter lesson.\n");
    (store, bundle)
}

/// Puts the bundle of one document into a store and gives its id.
pub(crate) fn fill(store: &Store, text: &str) -> Digest {
    let objects = bundle(text);
    let id = objects[objects.len() - 1].id();
    store.put(&objects).unwrap();
    id
}

/// The objects of a bundle of one document; the bundle comes last.
pub(crate) fn bundle(text: &str) -> Vec<Object> {
    let section = Section {
        start: 0,
        end: text.len(),
        kind: SectionKind::Paragraph,
        label: None,
        author: None,
        time: None,
        reply_to: None,
    };
    let document = Document {
        format: "text".to_owned(),
        kind: Kind::Essay,
        id: None,
        title: None,
        author: None,
        date: None,
        url: None,
        site: None,
        language: None,
        text: text.to_owned(),
        sections: vec![section],
        links: vec![],
        counts: Counts { items: 1, visible: 1, hidden: 0, branches: 1 },
        quality: Quality::Complete,
        quality_reason: None,
        cues: vec![],
        summary: None,
        conversation: None,
    };
    let (record, text_blob) = DocumentRecord::new(&document);
    let document = Object::of(&record).unwrap();
    let rendered = Object::blob(format!("# s1\n{text}"));
    let bundle = BundleRecord {
        v: V1,
        encoding: "o200k_base".to_owned(),
        budget: Some(32_000),
        reserve: 8_000,
        render: "md/1".to_owned(),
        mark: "x7".to_owned(),
        total_tokens: 9,
        text: rendered.id(),
        items: vec![ItemRecord {
            id: "s1".to_owned(),
            document: document.id(),
            label: None,
            tokens: 5,
            kept_tokens: 5,
            segments: vec![SegmentRecord { start: 0, end: text.len(), tokens: 5 }],
            gaps: vec![],
            folds: vec![],
        }],
        link: None,
    };
    let bundle = Object::of(&bundle).unwrap();
    vec![text_blob, document, rendered, bundle]
}

/// A question after `parent`.
pub(crate) fn message(parent: Digest, text: &str) -> Object {
    Object::of(&MessageRecord::new(parent, Message::text(Role::User, text))).unwrap()
}

/// An answer after `parent`.
pub(crate) fn answer(parent: Digest, text: &str) -> Object {
    Object::of(&MessageRecord::new(parent, Message::text(Role::Assistant, text))).unwrap()
}

/// A journal entry at a fixed moment.
pub(crate) fn entry(description: &str) -> Entry {
    Entry {
        time: Timestamp(1_758_844_800_000),
        description: description.to_owned(),
        command: vec!["forkful".to_owned(), "test".to_owned()],
        undoes: None,
    }
}

/// A run that was just begun.
pub(crate) fn run(attempt: &str, parent: Digest) -> RunRecord {
    RunRecord {
        attempt: attempt.to_owned(),
        state: RunState::Streaming,
        parent,
        question: parent,
        answer: None,
        partial: None,
        branch: "main".to_owned(),
        model: "gpt".to_owned(),
        served_model: None,
        base_url: "http://localhost".to_owned(),
        protocol: "openai-chat".to_owned(),
        params: serde_json::json!({"temperature": 0.5}),
        request_sha256: Digest::of(b"request"),
        citations: Vec::new(),
        usage: Usage::default(),
        estimate: None,
        stop: None,
        batch: None,
        error: None,
        started: Timestamp(1_758_844_800_000),
        ended: None,
    }
}
