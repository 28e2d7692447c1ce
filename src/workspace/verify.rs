//! `verify`: hash everything again, render and count every bundle again.

use std::collections::BTreeSet;
use std::fmt;
use std::io::BufRead;

use super::{Error, Workspace};
use crate::bundle::Bundle;
use crate::bundle::render::Renderer;
use crate::content::Digest;
use crate::store::exchange::{self, Arrivals, Limits};
use crate::store::record::{BundleRecord, DocumentRecord};
use crate::store::verify::{Mended, Report, mend, verify, wanted};
use crate::store::{self, Object, ObjectKind};
use crate::tokens::{Encoding, Tokens, count};

/// What was looked at and what is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// Hashes, references, pointers, journal.
    pub report: Report,
    /// Bundles that were rendered and counted.
    pub n_bundles: usize,
    /// Bundles that cannot be rendered, since a text was withheld.
    pub n_withheld: usize,
    /// Bundles that were rendered but not counted: the tokenizer that measured them is not here.
    pub n_uncounted: usize,
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
        let mut verified = Verified { report, n_bundles: 0, n_withheld: 0, n_uncounted: 0, bundles: Vec::new() };
        let ids = match self.store.ids(ObjectKind::Bundle) {
            // What cannot be listed is among the findings.
            Err(_) if !verified.report.findings.is_empty() => Vec::new(),
            ids => ids?,
        };
        for id in ids {
            verified.n_bundles += 1;
            match self.bundle(id) {
                // A bundle of another renderer version keeps its bytes; it cannot be made again here.
                Ok(bundle) => {
                    verified.n_uncounted += usize::from(bundle.manifest.encoding.parse::<Encoding>().is_err());
                    verified.bundles.extend(check(&bundle).filter(BundleFinding::is_damage));
                }
                Err(Error::Store(store::Error::Withheld { .. })) => verified.n_withheld += 1,
                Err(_) => verified.bundles.push(BundleFinding::Unreadable(id)),
            }
        }
        Ok(verified)
    }

    /// Puts back what can be put back: from a second copy, from renderings, from the journal.
    ///
    /// A copy is a `.forkful` file; its objects are taken where the store misses them.
    pub fn mend(&self, copy: Option<&mut dyn BufRead>) -> Result<Mended, Error> {
        let copy = copy.map(|file| exchange::read_beside(&self.store, file, &Limits::STANDARD)).transpose()?;
        let report = verify(&self.store);
        let wanted = wanted(&report);
        let mut spare = Vec::new();
        if let Some(copy) = copy {
            for id in &wanted {
                spare.extend(copy.objects.object(*id)?);
            }
        }
        spare.extend(self.rendered(&wanted));
        Ok(mend(&self.store, &report, &spare)?)
    }

    /// Texts among the wanted that their bundles' documents render to.
    fn rendered(&self, wanted: &BTreeSet<Digest>) -> Vec<Object> {
        let ids = self.store.ids(ObjectKind::Bundle).unwrap_or_default();
        let manifests = ids.into_iter().filter_map(|id| Some((id, self.store.bundle(id).ok()?)));
        let texts = manifests.filter(|(_, manifest)| wanted.contains(&manifest.text)).filter_map(|(id, manifest)| {
            let documents = manifest.items.iter().map(|item| self.store.document(item.document));
            let documents = documents.collect::<Result<Vec<_>, _>>().ok()?;
            let renderer = Renderer::named(manifest.render.split('/').next()?)?;
            let bundle = Bundle::thaw(id, manifest, documents, String::new()).ok()?;
            Some(Object::blob(bundle.rendered_again(renderer)))
        });
        texts.collect()
    }

    /// Refuses objects of a stranger among which a bundle's text is not made of its documents.
    ///
    /// A bundle of which a text was withheld is let through, and looked at when the text comes.
    pub(super) fn check_bundles(&self, objects: &Arrivals) -> Result<(), Error> {
        let find = |id: Digest| match objects.object(id)? {
            Some(object) if object.kind() != ObjectKind::Stub => Ok(object),
            Some(stub) => Ok(self.store.find_object(id)?.unwrap_or(stub)),
            None => self.store.object(id),
        };
        let text = |id| match find(id)? {
            object if object.kind() == ObjectKind::Stub => Err(store::Error::Withheld { id }),
            object => Ok(String::from_utf8_lossy(object.bytes()).into_owned()),
        };
        let assembled = |id: Digest| -> Result<Bundle, Error> {
            let manifest: BundleRecord = find(id)?.record()?;
            let mut documents = Vec::new();
            for item in &manifest.items {
                let record: DocumentRecord = find(item.document)?.record()?;
                let own = text(record.text)?;
                documents.push(record.into_document(own)?);
            }
            let rendered = text(manifest.text)?;
            Ok(Bundle::thaw(id, manifest, documents, rendered)?)
        };
        let mut ids: BTreeSet<Digest> = objects.ids(ObjectKind::Bundle).collect();
        for blob in objects.ids(ObjectKind::Blob) {
            if self.store.is_withheld(blob)? {
                ids.extend(self.store.ids(ObjectKind::Bundle)?);
                break;
            }
        }
        for id in ids {
            match assembled(id) {
                Ok(bundle) => {
                    if let Some(finding) = check(&bundle) {
                        return Err(Error::Forged { finding });
                    }
                }
                Err(Error::Store(store::Error::Withheld { .. })) => {}
                Err(error) => return Err(error),
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
        Some(renderer) => (bundle.rendered_again(renderer) != *bundle.text).then_some(BundleFinding::Rendered(id)),
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

impl BundleFinding {
    /// Whether something is wrong, rather than not known here.
    fn is_damage(&self) -> bool {
        !matches!(self, Self::OtherRenderer { .. })
    }
}

impl Verified {
    /// Whether nothing is wrong.
    pub fn is_clean(&self) -> bool {
        self.report.findings.is_empty() && self.bundles.is_empty()
    }
}
