//! `verify`: hash everything again, render and count every bundle again.

use std::collections::BTreeMap;
use std::fmt;

use super::{Error, Workspace};
use crate::bundle::Bundle;
use crate::bundle::render::Renderer;
use crate::content::Digest;
use crate::store::record::{BundleRecord, DocumentRecord};
use crate::store::verify::{Report, verify};
use crate::store::{Object, ObjectKind};
use crate::tokens::{Encoding, Tokens, count};

/// What was looked at and what is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// Hashes, references, pointers, journal.
    pub report: Report,
    /// Bundles that were rendered and counted.
    pub n_bundles: usize,
    /// Bundles that do not give their stored bytes or count.
    pub bundles: Vec<BundleFinding>,
}

/// A bundle that is not what its manifest says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BundleFinding {
    /// It cannot be read.
    Unreadable(Digest),
    /// Rendering it again gives other bytes.
    Rendered(Digest),
    /// Its renderer is not known to this version, so its bytes cannot be made again.
    OtherRenderer {
        /// The bundle.
        id: Digest,
        /// Name and version of the renderer.
        render: String,
    },
    /// Its bytes count otherwise.
    Counted {
        /// The bundle.
        id: Digest,
        /// What the manifest says.
        recorded: Tokens,
        /// What the bytes count.
        found: Tokens,
    },
}

impl Workspace {
    /// Looks at the whole store and changes nothing.
    pub fn verify(&self) -> Result<Verified, Error> {
        let report = verify(&self.store);
        let mut verified = Verified { report, n_bundles: 0, bundles: Vec::new() };
        for id in self.store.ids(ObjectKind::Bundle)? {
            verified.n_bundles += 1;
            verified.bundles.extend(self.verify_bundle(id));
        }
        Ok(verified)
    }

    fn verify_bundle(&self, id: Digest) -> Option<BundleFinding> {
        match self.bundle(id) {
            // A bundle of another renderer version keeps its bytes; it cannot be made again here.
            Ok(bundle) => check(&bundle).filter(|finding| !matches!(finding, BundleFinding::OtherRenderer { .. })),
            Err(_) => Some(BundleFinding::Unreadable(id)),
        }
    }

    /// Refuses objects of a stranger among which a bundle's text is not made of its documents.
    pub(super) fn check_bundles(&self, objects: &[Object]) -> Result<(), Error> {
        let arrived: BTreeMap<Digest, &Object> = objects.iter().map(|object| (object.id(), object)).collect();
        let find = |id: Digest| match arrived.get(&id) {
            Some(object) => Ok((*object).clone()),
            None => self.store.object(id),
        };
        let text = |id| Ok::<_, Error>(String::from_utf8_lossy(find(id)?.bytes()).into_owned());
        for object in objects.iter().filter(|object| object.kind() == ObjectKind::Bundle) {
            let manifest: BundleRecord = object.record()?;
            let mut documents = Vec::new();
            for item in &manifest.items {
                let record: DocumentRecord = find(item.document)?.record()?;
                let own = text(record.text)?;
                documents.push(record.into_document(own)?);
            }
            let rendered = text(manifest.text)?;
            let bundle = Bundle::thaw(object.id(), manifest, documents, rendered)?;
            if let Some(finding) = check(&bundle) {
                return Err(Error::Forged { finding });
            }
        }
        Ok(())
    }
}

/// What is wrong with a bundle whose parts could be read.
fn check(bundle: &Bundle) -> Option<BundleFinding> {
    let id = bundle.id;
    let recorded = Tokens(bundle.manifest.total_tokens);
    if let Ok(encoding) = bundle.manifest.encoding.parse::<Encoding>() {
        let found = count(encoding, &bundle.text);
        if found != recorded {
            return Some(BundleFinding::Counted { id, recorded, found });
        }
    }
    let render = &bundle.manifest.render;
    let name = render.split('/').next().unwrap_or_default();
    match Renderer::named(name).filter(|renderer| renderer.tag() == *render) {
        Some(renderer) => (bundle.rendered_again(renderer) != bundle.text).then_some(BundleFinding::Rendered(id)),
        None => Some(BundleFinding::OtherRenderer { id, render: render.clone() }),
    }
}

impl fmt::Display for BundleFinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(id) => write!(f, "bundle {id} cannot be read"),
            Self::Rendered(id) => write!(f, "bundle {id} renders to other bytes than it holds"),
            Self::OtherRenderer { id, render } => write!(f, "bundle {id} was rendered by {render}, not known here"),
            Self::Counted { id, recorded, found } => write!(f, "bundle {id} counts {found} tokens, not {recorded}"),
        }
    }
}

impl Verified {
    /// Whether nothing is wrong.
    pub fn is_clean(&self) -> bool {
        self.report.findings.is_empty() && self.bundles.is_empty()
    }
}
