//! Immutable things and the ids that their bytes give them.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::canonical::canonical;
use super::record::{BundleRecord, DocumentRecord, MessageRecord};
use super::{Error, stub};
use crate::content::Digest;

/// What an object is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ObjectKind {
    /// Raw bytes.
    Blob,
    /// A text with its origin and sections.
    Document,
    /// A frozen prompt.
    Bundle,
    /// An entry of a conversation.
    Message,
    /// The place of a blob that its sender withheld.
    Stub,
}

impl ObjectKind {
    /// Every kind, so that what is pointed to comes before what points.
    pub const ALL: [Self; 5] = [Self::Blob, Self::Document, Self::Bundle, Self::Message, Self::Stub];

    /// The lower-case word, as in the hash and in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Blob => "blob",
            Self::Document => "document",
            Self::Bundle => "bundle",
            Self::Message => "message",
            Self::Stub => "stub",
        }
    }

    /// The kind of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

impl fmt::Display for ObjectKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The JSON of a typed object.
pub trait Record: Serialize + DeserializeOwned {
    /// The kind of the objects it describes.
    const KIND: ObjectKind;

    /// What it points to.
    fn references(&self) -> Vec<Reference>;
}

/// An id inside an object, and the kinds of object that it may name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reference {
    /// The id.
    pub id: Digest,
    /// The kinds that may stand there.
    pub kinds: &'static [ObjectKind],
}

impl Reference {
    /// Whether an object of that kind may stand there; a withheld blob stands for the blob.
    pub fn is_met_by(&self, kind: ObjectKind) -> bool {
        self.kinds.contains(&kind) || (kind == ObjectKind::Stub && self.kinds.contains(&ObjectKind::Blob))
    }
}

/// A kind, the bytes that are hashed, and the id that they give.
///
/// The bytes of a typed object are its canonical JSON; fields that no record knows stay in them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    id: Digest,
    kind: ObjectKind,
    bytes: Bytes,
}

/// Bytes of an object's own, or of a text that others hold too.
#[derive(Debug, Clone)]
enum Bytes {
    Own(Vec<u8>),
    Text(Arc<String>),
}

impl Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Own(bytes) => bytes,
            Self::Text(text) => text.as_bytes(),
        }
    }
}

impl PartialEq for Bytes {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Bytes {}

impl Object {
    /// The blob of these bytes.
    pub fn blob(bytes: impl Into<Vec<u8>>) -> Self {
        let bytes = bytes.into();
        Self { id: Digest::of(&bytes), kind: ObjectKind::Blob, bytes: Bytes::Own(bytes) }
    }

    /// The blob of a text, which is not copied.
    pub fn text(text: &Arc<String>) -> Self {
        Self { id: Digest::of(text.as_bytes()), kind: ObjectKind::Blob, bytes: Bytes::Text(Arc::clone(text)) }
    }

    /// The place of the blob `id`, of so many bytes, that does not travel.
    pub fn stub(id: Digest, n_bytes: u64) -> Self {
        Self { id, kind: ObjectKind::Stub, bytes: Bytes::Own(stub::write(id, n_bytes)) }
    }

    /// The object of a record.
    pub fn of<R: Record>(record: &R) -> Result<Self, Error> {
        let bytes = canonical(record).map_err(|source| Error::Unhashable { kind: R::KIND, source })?;
        Ok(Self::from_canonical(R::KIND, bytes))
    }

    /// The typed object whose JSON is `value`, whatever fields it has.
    #[cfg(test)]
    pub(super) fn of_value(kind: ObjectKind, value: &Value) -> Result<Self, super::Fault> {
        Ok(Self::from_canonical(kind, canonical(value)?))
    }

    /// The typed object whose JSON was [parsed](super::json::parse).
    pub(super) fn of_parsed(kind: ObjectKind, value: &Value) -> Self {
        Self::from_canonical(kind, canonical(value).expect("what was parsed has the profile"))
    }

    /// The object of bytes that are canonical already, as the store holds them.
    pub(super) fn from_canonical(kind: ObjectKind, bytes: Vec<u8>) -> Self {
        let id = match kind {
            ObjectKind::Blob => Digest::of(&bytes),
            // Damaged bytes give an id that nothing asks for.
            ObjectKind::Stub => stub::read(&bytes).map_or_else(|| Digest::of(&bytes), |(id, _)| id),
            _ => Digest::of_object(kind.name(), &bytes),
        };
        Self { id, kind, bytes: Bytes::Own(bytes) }
    }

    /// The object of bytes whose id was found before, in this process.
    pub(super) fn known(id: Digest, kind: ObjectKind, bytes: Vec<u8>) -> Self {
        Self { id, kind, bytes: Bytes::Own(bytes) }
    }

    /// The id, by which it is found.
    pub fn id(&self) -> Digest {
        self.id
    }

    /// What it is.
    pub fn kind(&self) -> ObjectKind {
        self.kind
    }

    /// The bytes that are hashed and stored.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The length of the blob that this stub stands for.
    pub fn withheld_bytes(&self) -> Option<u64> {
        let stub = (self.kind == ObjectKind::Stub).then_some(&self.bytes)?;
        stub::read(stub).map(|(_, n_bytes)| n_bytes)
    }

    /// The bytes, given away.
    pub fn into_bytes(self) -> Vec<u8> {
        match self.bytes {
            Bytes::Own(bytes) => bytes,
            Bytes::Text(text) => text.as_bytes().to_vec(),
        }
    }

    /// The record in it.
    pub fn record<R: Record>(&self) -> Result<R, Error> {
        self.read(None)
    }

    /// The record in its bytes, or in what was parsed of them.
    fn read<R: Record>(&self, parsed: Option<Value>) -> Result<R, Error> {
        if self.kind != R::KIND {
            return Err(Error::WrongKind { id: self.id, expected: R::KIND, found: self.kind });
        }
        let record = match parsed {
            Some(value) => serde_json::from_value(value),
            None => serde_json::from_slice(&self.bytes),
        };
        record.map_err(|source| {
            // The version decides which error it is, and is looked at only when there is one.
            match serde_json::from_slice::<Value>(&self.bytes).ok().and_then(|value| value.get("v")?.as_u64()) {
                Some(found) if found > 1 => Error::NewerRecord { id: self.id, kind: self.kind, found },
                _ => Error::Malformed { id: self.id, kind: self.kind, source },
            }
        })
    }

    /// What it points to, in the order its record names them.
    pub fn references(&self) -> Result<Vec<Reference>, Error> {
        Ok(self.content()?.references())
    }

    /// What its bytes say.
    pub(super) fn content(&self) -> Result<Content, Error> {
        self.said(None)
    }

    /// The same where its JSON was [parsed](super::json::parse): what stands there is taken and not read again.
    pub(super) fn content_of(&self, parsed: Value) -> Result<Content, Error> {
        self.said(Some(parsed))
    }

    fn said(&self, parsed: Option<Value>) -> Result<Content, Error> {
        Ok(match self.kind {
            ObjectKind::Blob | ObjectKind::Stub => Content::Bytes,
            ObjectKind::Document => Content::Document(self.read(parsed)?),
            ObjectKind::Bundle => Content::Bundle(self.read(parsed)?),
            ObjectKind::Message => Content::Message(self.read(parsed)?),
        })
    }
}

/// The record in an object, read once for all who ask.
#[derive(Debug)]
pub(super) enum Content {
    /// A blob or a stub: nothing but its bytes.
    Bytes,
    Document(DocumentRecord),
    Bundle(BundleRecord),
    Message(MessageRecord),
}

impl Content {
    /// What the object points to, in the order its record names them.
    pub(super) fn references(&self) -> Vec<Reference> {
        match self {
            Self::Bytes => Vec::new(),
            Self::Document(record) => record.references(),
            Self::Bundle(record) => record.references(),
            Self::Message(record) => record.references(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::{Message, Role};
    use serde_json::json;

    #[test]
    fn a_blob_is_named_by_its_plain_sha256() {
        let blob = Object::blob(*b"abc");
        assert_eq!(blob.id().to_string(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(blob.references().unwrap(), []);
    }

    #[test]
    fn the_id_of_a_message_is_fixed_by_its_canonical_json() {
        let parent = Digest::of(b"");
        let object = Object::of(&MessageRecord::new(parent, Message::text(Role::User, "Hi"))).unwrap();
        let json = format!(r#"{{"parent":"{parent}","parts":[{{"text":"Hi","type":"text"}}],"role":"user","v":1}}"#);
        assert_eq!(String::from_utf8_lossy(object.bytes()), json);
        assert_eq!(object.id(), Digest::of_object("message", json.as_bytes()));
    }

    #[test]
    fn unknown_fields_stay_in_the_bytes_and_in_the_id() {
        let parent = Digest::of(b"");
        let value = json!({"v": 1, "zeal": [1], "parent": parent, "role": "user", "parts": []});
        let object = Object::of_value(ObjectKind::Message, &value).unwrap();
        let json = format!(r#"{{"parent":"{parent}","parts":[],"role":"user","v":1,"zeal":[1]}}"#);
        assert_eq!(String::from_utf8_lossy(object.bytes()), json);
        assert_eq!(object.record::<MessageRecord>().unwrap().message.role, Role::User);
    }

    #[test]
    fn a_record_of_a_later_version_or_another_kind_is_named_as_such() {
        let later = Object::of_value(ObjectKind::Message, &json!({"v": 2})).unwrap();
        assert!(matches!(later.record::<MessageRecord>(), Err(Error::NewerRecord { found: 2, .. })));
        let broken = Object::of_value(ObjectKind::Message, &json!({"v": 1})).unwrap();
        assert!(matches!(broken.record::<MessageRecord>(), Err(Error::Malformed { .. })));
        let blob = Object::blob(*b"{}");
        let expected = (ObjectKind::Message, ObjectKind::Blob);
        match blob.record::<MessageRecord>() {
            Err(Error::WrongKind { expected: wanted, found, .. }) => assert_eq!((wanted, found), expected),
            other => panic!("{other:?}"),
        }
    }
}
