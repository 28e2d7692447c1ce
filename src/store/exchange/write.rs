//! From the store to a file.

use std::collections::BTreeSet;
use std::io::Write;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::{Limits, REMARKS, Refusal, STUBS, TAG, VERSION, check_peer, said};
use crate::content::Digest;
use crate::store::canonical::canonical;
use crate::store::record::Pointers;
use crate::store::{Error, Object, ObjectKind, Remarks, Store};

/// What is to travel; everything it rests on travels with it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// Pointers, by their full names.
    pub pointers: Pointers,
    /// Objects without a name.
    pub roots: BTreeSet<Digest>,
    /// What the receiver has, with all that it rests on; it does not travel.
    pub had: BTreeSet<Digest>,
    /// Blobs that do not travel; a stub goes in their place.
    pub withheld: BTreeSet<Digest>,
    /// Who sends it.
    pub author: Option<String>,
    /// What is said of messages and pointers; what is said of others stays here.
    pub remarks: Remarks,
}

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written {
    /// Objects in the file.
    pub n_objects: usize,
    /// Of them, stubs.
    pub n_withheld: usize,
    /// Objects that the receiver must have.
    pub n_prerequisites: usize,
    /// Remarks in the file.
    pub n_remarks: usize,
    /// The hash in the trailer.
    pub sha256: Digest,
}

/// Writes a selection; the bytes depend on nothing but its content.
pub fn write(store: &Store, selection: &Selection, out: &mut impl Write) -> Result<Written, Error> {
    let snapshot = store.snapshot()?;
    if let Some(name) = &selection.author {
        check_peer(name)?;
    }
    let had = closure(store, &selection.had)?;
    let Order { order, prerequisites } = topological(store, selection, &had)?;
    let tagged = |id: &Digest| serde_json::Value::from(format!("{TAG}{id}"));
    let refs: serde_json::Map<_, _> = selection.pointers.iter().map(|(name, id)| (name.clone(), tagged(id))).collect();
    let mut n_withheld = 0;
    for id in &order {
        n_withheld += usize::from(selection.withheld.contains(id) || store.kind(*id)? == Some(ObjectKind::Stub));
    }
    let ids: BTreeSet<&Digest> = order.iter().chain(&had).collect();
    let travels = |subject: &str| match subject.parse::<Digest>() {
        Ok(id) => ids.contains(&id),
        Err(_) => selection.pointers.contains_key(subject),
    };
    let remarks: Vec<_> = said::on(&selection.remarks, travels).collect();
    let mut caps = Vec::new();
    caps.extend((!remarks.is_empty()).then_some(REMARKS));
    caps.extend((n_withheld > 0).then_some(STUBS));
    let requires: Vec<_> = prerequisites.iter().map(tagged).collect();
    let mut header = json!({"forkful": VERSION, "caps": caps, "prerequisites": requires, "refs": refs});
    if let Some(author) = &selection.author {
        header["from"] = author.as_str().into();
    }
    let header = bytes_of(&header);
    let mut hasher = Sha256::new_with_prefix(&header);
    let mut line_number = 1;
    let mut put = |line: &[u8]| {
        if line.len() > Limits::STANDARD.line_bytes {
            let source = Box::new(Refusal::LongLine { limit: Limits::STANDARD.line_bytes });
            return Err(Error::Package { line: line_number, source });
        }
        line_number += 1;
        out.write_all(line).and_then(|()| out.write_all(b"\n")).map_err(Error::Write)
    };
    put(&header)?;
    for id in &order {
        let object = travelling(store.object(*id)?, selection);
        hasher.update(format!("{} {TAG}{id}\n", object.kind()));
        put(&line(&object))?;
    }
    for (subject, topic, value) in &remarks {
        let line = bytes_of(&said::line(subject, topic, value));
        hasher.update(format!("remark {}\n", Digest::of(&line)));
        put(&line)?;
    }
    let sha256 = Digest::from_bytes(hasher.finalize().into());
    put(&bytes_of(&json!({"objects": order.len(), "sha256": sha256})))?;
    out.flush().map_err(Error::Write)?;
    drop(snapshot);
    let (n_objects, n_prerequisites, n_remarks) = (order.len(), prerequisites.len(), remarks.len());
    Ok(Written { n_objects, n_withheld, n_prerequisites, n_remarks, sha256 })
}

/// The ids of what a selection takes along, what is pointed to first.
pub fn contents(store: &Store, selection: &Selection) -> Result<Vec<Digest>, Error> {
    let had = closure(store, &selection.had)?;
    Ok(topological(store, selection, &had)?.order)
}

/// The object, or the stub of a blob that stays here.
fn travelling(object: Object, selection: &Selection) -> Object {
    if object.kind() == ObjectKind::Blob && selection.withheld.contains(&object.id()) {
        return Object::stub(object.id(), object.bytes().len() as u64);
    }
    object
}

/// The canonical line of an object.
fn line(object: &Object) -> Vec<u8> {
    let id = format!("{TAG}{}", object.id());
    if let Some(n_bytes) = object.withheld_bytes() {
        return bytes_of(&json!({"id": id, "kind": "stub", "of": "blob", "bytes": n_bytes, "why": "withheld"}));
    }
    if object.kind() == ObjectKind::Blob {
        let (encoding, data) = match std::str::from_utf8(object.bytes()) {
            Ok(text) => ("utf-8", text.to_owned()),
            Err(_) => ("base64", STANDARD.encode(object.bytes())),
        };
        return bytes_of(&json!({"id": id, "kind": "blob", "enc": encoding, "data": data}));
    }
    // The object's bytes are canonical, and `data` is the first key in order.
    [b"{\"data\":", object.bytes(), format!(r#","id":"{id}","kind":"{}"}}"#, object.kind()).as_bytes()].concat()
}

fn bytes_of(value: &serde_json::Value) -> Vec<u8> {
    canonical(value).expect("strings and small integers have a canonical form")
}

/// What travels, what is pointed to first, and what it builds on.
struct Order {
    order: Vec<Digest>,
    prerequisites: BTreeSet<Digest>,
}

/// All that the selection rests on, as far as the receiver lacks it; walks with its own stack.
fn topological(store: &Store, selection: &Selection, had: &BTreeSet<Digest>) -> Result<Order, Error> {
    enum Step {
        Enter(Digest),
        Leave(Digest),
    }
    let mut order = Vec::new();
    let mut prerequisites = BTreeSet::new();
    let mut seen = BTreeSet::new();
    let starts: Vec<Digest> = selection.pointers.values().chain(&selection.roots).copied().collect();
    let mut stack: Vec<Step> = starts.into_iter().rev().map(Step::Enter).collect();
    while let Some(step) = stack.pop() {
        match step {
            Step::Leave(id) => order.push(id),
            Step::Enter(id) if had.contains(&id) => {
                prerequisites.insert(id);
            }
            Step::Enter(id) if seen.insert(id) => {
                stack.push(Step::Leave(id));
                let references = store.object(id)?.references()?;
                stack.extend(references.iter().rev().map(|reference| Step::Enter(reference.id)));
            }
            Step::Enter(_) => {}
        }
    }
    Ok(Order { order, prerequisites })
}

/// The ids and everything that they rest on.
fn closure(store: &Store, ids: &BTreeSet<Digest>) -> Result<BTreeSet<Digest>, Error> {
    let mut closure = BTreeSet::new();
    let mut stack: Vec<Digest> = ids.iter().copied().collect();
    while let Some(id) = stack.pop() {
        if closure.insert(id) {
            stack.extend(store.object(id)?.references()?.iter().map(|reference| reference.id));
        }
    }
    Ok(closure)
}
