//! From a file to verified objects; the file is a stranger's.

use std::collections::BTreeSet;
use std::io::{self, BufRead};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use super::lines::{Limits, Lines, Stop};
use super::{Arrivals, REMARKS, STUBS, TAG, VERSION, check_peer, said};
use crate::content::Digest;
use crate::store::canonical::canonical;
use crate::store::name::split_pointer;
use crate::store::object::Content;
use crate::store::record::Pointers;
use crate::store::{BUNDLES, Error, Fault, NameError, Object, ObjectKind, REMOTES, Remarks, Store, json};

/// A file whose every hash was verified and whose every reference is met.
#[derive(Debug)]
pub struct Package {
    /// Who sends it, by the name they give themselves.
    pub author: Option<String>,
    /// The sender's names.
    pub pointers: Pointers,
    /// What the receiver must have already.
    pub prerequisites: BTreeSet<Digest>,
    /// The objects, what is pointed to first.
    pub objects: Arrivals,
    /// What the sender says of messages and branches.
    pub remarks: Remarks,
}

#[cfg(test)]
impl Package {
    /// All that it says, to be compared.
    pub(crate) fn said(&self) -> impl PartialEq + std::fmt::Debug + use<> {
        let objects = self.objects.objects().collect::<Result<Vec<_>, _>>().unwrap();
        (self.author.clone(), self.pointers.clone(), self.prerequisites.clone(), self.remarks.clone(), objects)
    }
}

/// Why a file is refused as a whole.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// The file does not start with a header.
    #[error("not a forkful file")]
    NotForkful,
    /// The file was written by a later version.
    #[error("the file has version {found}, newer than {VERSION}")]
    Newer {
        /// Its version.
        found: u64,
    },
    /// The reader would have to know more than it does.
    #[error("the file needs {name:?}, which is not known here")]
    UnknownCapability {
        /// The capability.
        name: String,
    },
    /// What the file is packed with does not unpack.
    #[error("the file cannot be unpacked")]
    Packing(#[source] io::Error),
    /// The file ends before its trailer.
    #[error("the file is cut off")]
    Truncated,
    /// Something follows the trailer.
    #[error("something follows the end of the file")]
    Trailing,
    /// The line is not JSON that can be hashed.
    #[error("not a line of a forkful file")]
    Json(#[from] Fault),
    /// The line lacks a field, or has it in another shape.
    #[error("the field {field} is missing or wrong")]
    Field {
        /// The field.
        field: &'static str,
    },
    /// The kind of the object is not known.
    #[error("no such kind of object: {kind:?}")]
    UnknownKind {
        /// The kind.
        kind: String,
    },
    /// The bytes are not the ones that the id names.
    #[error("object {id} is damaged")]
    WrongHash {
        /// The id that the line claims.
        id: Digest,
    },
    /// The same object stands in the file twice.
    #[error("object {id} stands in the file twice")]
    Repeated {
        /// The object.
        id: Digest,
    },
    /// The object is not what its kind says.
    #[error("the object is not well-formed")]
    Object(#[source] Box<Error>),
    /// An object or a name points to something that neither came before nor is a prerequisite.
    #[error("{id} is pointed to and did not come before")]
    Dangling {
        /// What is pointed to.
        id: Digest,
    },
    /// The text cannot be the name of a pointer.
    #[error("a name in the file is refused")]
    Name(#[from] NameError),
    /// The trailer counts other objects than came.
    #[error("the trailer counts {claimed} objects, there are {found}")]
    Count {
        /// The trailer's number.
        claimed: u64,
        /// How many came.
        found: usize,
    },
    /// The trailer's hash is not that of the file.
    #[error("the hash of the file is wrong")]
    Trailer,
    /// A line is too long.
    #[error("a line is longer than {limit} bytes")]
    LongLine {
        /// The most bytes.
        limit: usize,
    },
    /// There are too many objects.
    #[error("the file holds more than {limit} objects")]
    ManyObjects {
        /// The most objects.
        limit: usize,
    },
    /// The file is too large.
    #[error("the file is larger than {limit} bytes")]
    Large {
        /// The most bytes.
        limit: usize,
    },
}

/// Reads and verifies a file as a whole; nothing is stored, and its objects are held in memory.
pub fn read(input: impl BufRead, limits: &Limits) -> Result<Package, Error> {
    read_into(Arrivals::default(), input, limits)
}

/// The same with objects that are too many for memory set aside in the folder of a store.
pub fn read_beside(store: &Store, input: impl BufRead, limits: &Limits) -> Result<Package, Error> {
    read_into(Arrivals::beside(store.folder()), input, limits)
}

fn read_into(objects: Arrivals, input: impl BufRead, limits: &Limits) -> Result<Package, Error> {
    let failed = |stop, number: usize| match stop {
        Stop::Io(error) => Error::Read(error),
        Stop::Aside(error) => error,
        Stop::Refused(refusal) => Error::Package { line: number.max(1), source: Box::new(refusal) },
    };
    let mut lines = Lines::new(input, *limits).map_err(|stop| failed(stop, 1))?;
    read_lines(objects, &mut lines).map_err(|stop| failed(stop, lines.number))
}

fn read_lines(mut objects: Arrivals, lines: &mut Lines<'_>) -> Result<Package, Stop> {
    let header = lines.next()?.ok_or(Refusal::NotForkful)?;
    let header = json::parse(&header).map_err(|_| Refusal::NotForkful)?;
    let Header { author, pointers, prerequisites, has_stubs, has_remarks } = read_header(&header)?;
    let mut hasher = Sha256::new_with_prefix(canonical(&header)?);
    let mut remarks = Remarks::new();
    loop {
        let line = lines.next()?.ok_or(Refusal::Truncated)?;
        let parsed = match json::parse(&line) {
            Err(Fault::Syntax(_)) if lines.is_torn => return Err(Refusal::Truncated.into()),
            parsed => parsed?,
        };
        let Value::Object(fields) = parsed else { return Err(Refusal::Field { field: "kind" }.into()) };
        if !fields.contains_key("kind") {
            read_trailer(&fields, objects.len(), &Digest::from_bytes(hasher.finalize().into()))?;
            break;
        }
        if has_remarks && fields.get("kind").and_then(Value::as_str) == Some("remark") {
            let (key, value) = said::read(&fields).ok_or(Refusal::Field { field: "remark" })?;
            hasher.update(format!("remark {}\n", Digest::of(&canonical(&said::line(&key.0, &key.1, &value))?)));
            if remarks.len() == lines.limits.objects {
                return Err(Refusal::ManyObjects { limit: lines.limits.objects }.into());
            }
            remarks.insert(key, value);
            continue;
        }
        if objects.len() == lines.limits.objects {
            return Err(Refusal::ManyObjects { limit: lines.limits.objects }.into());
        }
        let (object, content) = read_object(fields, has_stubs)?;
        let mut leans_outside = false;
        for reference in content.references() {
            let kind = objects.kind(reference.id);
            leans_outside |= kind.is_none();
            let is_met = kind.map_or_else(|| prerequisites.contains(&reference.id), |kind| reference.is_met_by(kind));
            if !is_met {
                return Err(Refusal::Dangling { id: reference.id }.into());
            }
        }
        for part in [object.kind().name().as_bytes(), b" ", TAG.as_bytes(), &object.id().digits(), b"\n"] {
            hasher.update(part);
        }
        if !objects.push(&object, &content, leans_outside).map_err(Stop::Aside)? {
            return Err(Refusal::Repeated { id: object.id() }.into());
        }
    }
    if lines.next()?.is_some() {
        return Err(Refusal::Trailing.into());
    }
    for (name, id) in &pointers {
        let (space, _) = split_pointer(name)?;
        if space == REMOTES {
            return Err(NameError::Space(name.clone()).into());
        }
        let is_met = match objects.kind(*id) {
            Some(ObjectKind::Bundle) => true,
            Some(ObjectKind::Message) => space != BUNDLES,
            Some(_) => false,
            None => prerequisites.contains(id),
        };
        if !is_met {
            return Err(Refusal::Dangling { id: *id }.into());
        }
    }
    Ok(Package { author, pointers, prerequisites, objects, remarks })
}

/// What the first line says.
struct Header {
    author: Option<String>,
    pointers: Pointers,
    prerequisites: BTreeSet<Digest>,
    has_stubs: bool,
    has_remarks: bool,
}

fn read_header(header: &Value) -> Result<Header, Refusal> {
    match header.get("forkful").and_then(Value::as_u64) {
        Some(VERSION) => {}
        Some(found) if found > VERSION => return Err(Refusal::Newer { found }),
        _ => return Err(Refusal::NotForkful),
    }
    let list = |field| match header.get(field) {
        None => Ok(&[][..]),
        Some(Value::Array(items)) => Ok(&items[..]),
        Some(_) => Err(Refusal::Field { field }),
    };
    let (mut has_stubs, mut has_remarks) = (false, false);
    for capability in list("caps")? {
        match capability.as_str() {
            Some(STUBS) => has_stubs = true,
            Some(REMARKS) => has_remarks = true,
            Some(name) => return Err(Refusal::UnknownCapability { name: name.to_owned() }),
            None => return Err(Refusal::UnknownCapability { name: capability.to_string() }),
        }
    }
    let author = match header.get("from") {
        None => None,
        Some(Value::String(name)) => {
            check_peer(name)?;
            Some(name.clone())
        }
        Some(_) => return Err(Refusal::Field { field: "from" }),
    };
    let prerequisites = list("prerequisites")?.iter().map(|id| digest(Some(id), "prerequisites"));
    let prerequisites = prerequisites.collect::<Result<_, _>>()?;
    let pointers = match header.get("refs") {
        None => Pointers::new(),
        Some(Value::Object(refs)) => {
            let named = refs.iter().map(|(name, id)| Ok((name.clone(), digest(Some(id), "refs")?)));
            named.collect::<Result<_, Refusal>>()?
        }
        Some(_) => return Err(Refusal::Field { field: "refs" }),
    };
    Ok(Header { author, pointers, prerequisites, has_stubs, has_remarks })
}

/// The object of a line, once its bytes are what its id says, and what it says.
fn read_object(mut fields: Map<String, Value>, has_stubs: bool) -> Result<(Object, Content), Refusal> {
    let id = digest(fields.get("id"), "id")?;
    let name = fields.get("kind").and_then(Value::as_str).ok_or(Refusal::Field { field: "kind" })?;
    let kind = ObjectKind::from_name(name).ok_or_else(|| Refusal::UnknownKind { kind: name.to_owned() })?;
    if kind == ObjectKind::Stub {
        if !has_stubs {
            return Err(Refusal::UnknownKind { kind: name.to_owned() });
        }
        if fields.get("of").and_then(Value::as_str) != Some(ObjectKind::Blob.name()) {
            return Err(Refusal::Field { field: "of" });
        }
        let n_bytes = fields.get("bytes").and_then(Value::as_u64).ok_or(Refusal::Field { field: "bytes" })?;
        return Ok((Object::stub(id, n_bytes), Content::Bytes));
    }
    let mut parsed = Value::Null;
    let object = match (kind, fields.remove("data"), fields.get("enc").and_then(Value::as_str)) {
        (ObjectKind::Blob, Some(Value::String(text)), Some("utf-8")) => Object::blob(text),
        (ObjectKind::Blob, Some(Value::String(text)), Some("base64")) => {
            Object::blob(STANDARD.decode(text).map_err(|_| Refusal::Field { field: "data" })?)
        }
        (ObjectKind::Blob, Some(Value::String(_)), _) => return Err(Refusal::Field { field: "enc" }),
        (ObjectKind::Blob, ..) | (_, None, _) => return Err(Refusal::Field { field: "data" }),
        (_, Some(value), _) => {
            parsed = value;
            Object::of_parsed(kind, &parsed)
        }
    };
    if object.id() != id {
        return Err(Refusal::WrongHash { id });
    }
    let content = object.content_of(parsed).map_err(|error| Refusal::Object(Box::new(error)))?;
    Ok((object, content))
}

fn read_trailer(fields: &Map<String, Value>, n_objects: usize, sha256: &Digest) -> Result<(), Refusal> {
    let claimed = fields.get("objects").and_then(Value::as_u64).ok_or(Refusal::Field { field: "objects" })?;
    if usize::try_from(claimed) != Ok(n_objects) {
        return Err(Refusal::Count { claimed, found: n_objects });
    }
    match fields.get("sha256").and_then(Value::as_str) {
        Some(text) if text.parse() == Ok(*sha256) => Ok(()),
        _ => Err(Refusal::Trailer),
    }
}

/// The digest of a tagged id.
fn digest(value: Option<&Value>, field: &'static str) -> Result<Digest, Refusal> {
    let text = value.and_then(Value::as_str).and_then(|text| text.strip_prefix(TAG));
    text.and_then(|hex| hex.parse().ok()).ok_or(Refusal::Field { field })
}
