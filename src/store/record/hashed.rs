//! The JSON of typed objects: no floats and no moments, since it is hashed.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::content::{Counts, Digest, Document, Kind, Link, Message, Part, Quality, Role, Section, Summary};
use crate::store::{Error, Object, ObjectKind, Record, Reference};

/// The version of a record, `1` in JSON; another number is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct V1;

impl Serialize for V1 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u8(1)
    }
}

impl<'de> Deserialize<'de> for V1 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match u64::deserialize(deserializer)? {
            1 => Ok(Self),
            found => Err(de::Error::invalid_value(de::Unexpected::Unsigned(found), &"version 1")),
        }
    }
}

/// A document whose text is a blob; captions are not stored, since they are floats.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields are those of content::Document")]
pub struct DocumentRecord {
    pub v: V1,
    pub format: String,
    pub kind: Kind,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub author: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub site: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub language: Option<String>,
    pub text: Digest,
    pub sections: Vec<Section>,
    pub links: Vec<Link>,
    pub counts: Counts,
    pub quality: Quality,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub quality_reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub summary: Option<Summary>,
}

/// A frozen prompt: what went in, where it was cut, and the bytes that came out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BundleRecord {
    /// The version.
    pub v: V1,
    /// The encoding that counted: `o200k_base`.
    pub encoding: String,
    /// The most tokens it was allowed, where there was a limit.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub budget: Option<u32>,
    /// Tokens kept free for answers.
    pub reserve: u32,
    /// The renderer and its version: `md/1`.
    pub render: String,
    /// The delimiter code of the frame.
    pub mark: String,
    /// Tokens of the rendered bytes.
    pub total_tokens: u32,
    /// The blob of the rendered bytes.
    pub text: Digest,
    /// The documents in their order.
    pub items: Vec<ItemRecord>,
    /// Its place in a chain, for a part of a split bundle.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub link: Option<LinkRecord>,
}

/// The place of a part in a chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkRecord {
    /// Which part it is, from 1.
    pub number: usize,
    /// How many there are.
    pub parts: usize,
    /// The bundle before it; it need not be there.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub before: Option<Digest>,
}

/// One document of a bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemRecord {
    /// How a citation names it: `s1`.
    pub id: String,
    /// The document.
    pub document: Digest,
    /// What the rendered text calls it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub label: Option<String>,
    /// Tokens of the whole document.
    pub tokens: u32,
    /// Tokens of what was kept.
    pub kept_tokens: u32,
    /// The pieces that were kept, in order.
    pub segments: Vec<SegmentRecord>,
    /// The pieces that a marker stands for, in order.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub gaps: Vec<SegmentRecord>,
    /// The pieces that stand elsewhere in the bundle, in order.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub folds: Vec<FoldRecord>,
}

/// A byte range of a document's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SegmentRecord {
    /// First byte in the document's text.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
    /// Its tokens.
    pub tokens: u32,
}

/// A byte range of a document's text that a reference stands for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoldRecord {
    /// First byte in the document's text.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
    /// Its tokens.
    pub tokens: u32,
    /// The item that keeps the passage: `s2`.
    pub of: String,
    /// First byte of the passage there.
    pub of_start: usize,
    /// One past its last byte there.
    pub of_end: usize,
    /// Whether it stands there word for word.
    pub exact: bool,
}

/// An entry of a conversation, and what it follows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "FlatMessage")]
pub struct MessageRecord {
    /// The version.
    pub v: V1,
    /// The message before it, or the bundle.
    pub parent: Digest,
    /// Role and parts.
    #[serde(flatten)]
    pub message: Message,
}

/// A message as its JSON has it: a flattened field would be read by way of a buffer, in twice the time.
#[derive(Deserialize)]
struct FlatMessage {
    v: V1,
    parent: Digest,
    role: Role,
    parts: Vec<Part>,
}

impl From<FlatMessage> for MessageRecord {
    fn from(FlatMessage { v, parent, role, parts }: FlatMessage) -> Self {
        Self { v, parent, message: Message { role, parts } }
    }
}

impl DocumentRecord {
    /// The record of a document, and the blob of its text.
    pub fn new(document: &Document) -> (Self, Object) {
        let text = Object::blob(document.text.as_bytes());
        (Self::of(document, text.id()), text)
    }

    /// The record of a document whose text has this digest.
    pub fn of(document: &Document, text: Digest) -> Self {
        Self {
            v: V1,
            format: document.format.clone(),
            kind: document.kind,
            title: document.title.clone(),
            author: document.author.clone(),
            date: document.date.clone(),
            url: document.url.clone(),
            site: document.site.clone(),
            language: document.language.clone(),
            text,
            sections: document.sections.clone(),
            links: document.links.clone(),
            counts: document.counts,
            quality: document.quality,
            quality_reason: document.quality_reason.clone(),
            summary: document.summary.clone(),
        }
    }

    /// The document of this record and its text, once the sections are known to fit.
    pub fn into_document(self, text: String) -> Result<Document, Error> {
        self.check_sections(&text)?;
        Ok(Document {
            format: self.format,
            kind: self.kind,
            id: None,
            title: self.title,
            author: self.author,
            date: self.date,
            url: self.url,
            site: self.site,
            language: self.language,
            text,
            sections: self.sections,
            links: self.links,
            counts: self.counts,
            quality: self.quality,
            quality_reason: self.quality_reason,
            cues: Vec::new(),
            summary: self.summary,
            conversation: None,
        })
    }

    /// Sections come in order, do not overlap and cut no character; links stand in the text.
    pub(in crate::store) fn check_sections(&self, text: &str) -> Result<(), Error> {
        let misfit = |start, end| Error::Section { start, end, length: text.len() };
        let mut floor = 0;
        for section in &self.sections {
            if section.start < floor || text.get(section.range()).is_none() {
                return Err(misfit(section.start, section.end));
            }
            floor = section.end;
        }
        match self.links.iter().filter_map(|link| link.start).find(|start| !text.is_char_boundary(*start)) {
            Some(start) => Err(misfit(start, start)),
            None => Ok(()),
        }
    }
}

impl MessageRecord {
    /// A message after `parent`.
    pub fn new(parent: Digest, message: Message) -> Self {
        Self { v: V1, parent, message }
    }
}

impl Record for DocumentRecord {
    const KIND: ObjectKind = ObjectKind::Document;

    fn references(&self) -> Vec<Reference> {
        vec![Reference { id: self.text, kinds: &[ObjectKind::Blob] }]
    }
}

impl Record for BundleRecord {
    const KIND: ObjectKind = ObjectKind::Bundle;

    fn references(&self) -> Vec<Reference> {
        let text = Reference { id: self.text, kinds: &[ObjectKind::Blob] };
        let documents = self.items.iter().map(|item| Reference { id: item.document, kinds: &[ObjectKind::Document] });
        std::iter::once(text).chain(documents).collect()
    }
}

impl Record for MessageRecord {
    const KIND: ObjectKind = ObjectKind::Message;

    fn references(&self) -> Vec<Reference> {
        vec![Reference { id: self.parent, kinds: &[ObjectKind::Bundle, ObjectKind::Message] }]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::SectionKind;

    fn document(text: &str, ranges: &[(usize, usize)]) -> Document {
        let section = |&(start, end): &(usize, usize)| Section {
            start,
            end,
            kind: SectionKind::Post,
            label: None,
            author: None,
            time: None,
            reply_to: None,
        };
        Document {
            format: "thread-md".to_owned(),
            kind: Kind::Thread,
            id: None,
            title: Some("Bitter".to_owned()),
            author: None,
            date: None,
            url: None,
            site: None,
            language: None,
            text: text.to_owned(),
            sections: ranges.iter().map(section).collect(),
            links: Vec::new(),
            counts: Counts { items: 1, visible: 1, hidden: 0, branches: 1 },
            quality: Quality::Complete,
            quality_reason: None,
            cues: Vec::new(),
            summary: None,
            conversation: None,
        }
    }

    #[test]
    fn a_document_comes_back_as_it_was() {
        let before = document("caf\u{e9}\n", &[(0, 3), (3, 6)]);
        let (record, text) = DocumentRecord::new(&before);
        let object = Object::of(&record).unwrap();
        let json = format!(
            concat!(
                r#"{{"counts":{{"branches":1,"hidden":0,"items":1,"visible":1}},"format":"thread-md","kind":"thread","#,
                r#""links":[],"quality":"complete","sections":[{{"end":3,"kind":"post","start":0}},"#,
                r#"{{"end":6,"kind":"post","start":3}}],"text":"{}","title":"Bitter","v":1}}"#
            ),
            text.id()
        );
        assert_eq!(String::from_utf8_lossy(object.bytes()), json);
        let record: DocumentRecord = object.record().unwrap();
        assert_eq!(record.into_document(before.text.clone()).unwrap(), before);
    }

    #[test]
    fn a_reason_is_hashed_and_a_record_without_one_keeps_its_id() {
        let mut partial = document("caf\u{e9}\n", &[(0, 5)]);
        partial.quality = Quality::Partial;
        // As it was written before documents had reasons.
        let before = Object::of(&DocumentRecord::new(&partial).0).unwrap();
        let json = String::from_utf8_lossy(before.bytes()).into_owned();
        assert!(json.contains(r#""quality":"partial","sections""#), "{json}");
        let record: DocumentRecord = before.record().unwrap();
        assert_eq!(Object::of(&record).unwrap().id(), before.id());
        partial.doubt(Quality::Partial, "pages that are pictures: 2");
        let after = Object::of(&DocumentRecord::new(&partial).0).unwrap();
        assert_ne!(after.id(), before.id());
        let record: DocumentRecord = after.record().unwrap();
        assert_eq!(record.into_document(partial.text.clone()).unwrap(), partial);
    }

    #[test]
    fn sections_that_do_not_fit_the_text_are_refused() {
        for (ranges, culprit) in [
            (&[(0, 7)][..], (0, 7)),
            (&[(0, 4)][..], (0, 4)),
            (&[(3, 2)][..], (3, 2)),
            (&[(0, 3), (2, 6)][..], (2, 6)),
            (&[(usize::MAX, 0)][..], (usize::MAX, 0)),
        ] {
            let (record, _) = DocumentRecord::new(&document("caf\u{e9}\n", ranges));
            match record.into_document("caf\u{e9}\n".to_owned()) {
                Err(Error::Section { start, end, length: 6 }) => assert_eq!((start, end), culprit),
                other => panic!("{ranges:?}: {other:?}"),
            }
        }
    }
}
