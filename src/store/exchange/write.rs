//! From the store to a file.

use std::collections::BTreeSet;
use std::io::Write;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::{Limits, Refusal, TAG, VERSION};
use crate::content::Digest;
use crate::store::record::Pointers;
use crate::store::{Error, Object, ObjectKind, Store, json};

/// What is to travel; everything it rests on travels with it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// Pointers, by their full names.
    pub pointers: Pointers,
    /// Objects without a name.
    pub roots: BTreeSet<Digest>,
}

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written {
    /// Objects in the file.
    pub n_objects: usize,
    /// The hash in the trailer.
    pub sha256: Digest,
}

/// Writes a selection; the bytes depend on nothing but its content.
pub fn write(store: &Store, selection: &Selection, out: &mut impl Write) -> Result<Written, Error> {
    let snapshot = store.snapshot()?;
    let order = topological(store, selection)?;
    let refs: serde_json::Map<_, _> =
        selection.pointers.iter().map(|(name, id)| (name.clone(), format!("{TAG}{id}").into())).collect();
    let header = canonical(&json!({"forkful": VERSION, "caps": [], "prerequisites": [], "refs": refs}));
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
        let object = store.object(*id)?;
        hasher.update(format!("{} {TAG}{id}\n", object.kind()));
        put(&line(&object))?;
    }
    let sha256 = Digest::from_bytes(hasher.finalize().into());
    put(&canonical(&json!({"objects": order.len(), "sha256": sha256})))?;
    out.flush().map_err(Error::Write)?;
    drop(snapshot);
    Ok(Written { n_objects: order.len(), sha256 })
}

/// The canonical line of an object.
fn line(object: &Object) -> Vec<u8> {
    let id = format!("{TAG}{}", object.id());
    if object.kind() == ObjectKind::Blob {
        let (encoding, data) = match std::str::from_utf8(object.bytes()) {
            Ok(text) => ("utf-8", text.to_owned()),
            Err(_) => ("base64", STANDARD.encode(object.bytes())),
        };
        return canonical(&json!({"id": id, "kind": "blob", "enc": encoding, "data": data}));
    }
    // The object's bytes are canonical, and `data` is the first key in order.
    [b"{\"data\":", object.bytes(), format!(r#","id":"{id}","kind":"{}"}}"#, object.kind()).as_bytes()].concat()
}

fn canonical(value: &serde_json::Value) -> Vec<u8> {
    json::canonical(value).expect("strings and small integers have a canonical form")
}

/// All that the selection rests on, what is pointed to first; walks with its own stack.
fn topological(store: &Store, selection: &Selection) -> Result<Vec<Digest>, Error> {
    enum Step {
        Enter(Digest),
        Leave(Digest),
    }
    let mut order = Vec::new();
    let mut seen = BTreeSet::new();
    let starts: Vec<Digest> = selection.pointers.values().chain(&selection.roots).copied().collect();
    let mut stack: Vec<Step> = starts.into_iter().rev().map(Step::Enter).collect();
    while let Some(step) = stack.pop() {
        match step {
            Step::Leave(id) => order.push(id),
            Step::Enter(id) if seen.insert(id) => {
                stack.push(Step::Leave(id));
                let references = store.object(id)?.references()?;
                stack.extend(references.iter().rev().map(|reference| Step::Enter(reference.id)));
            }
            Step::Enter(_) => {}
        }
    }
    Ok(order)
}
