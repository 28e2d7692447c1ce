//! `verify`: hash everything again, render and count every bundle again.

use std::fmt;

use super::{Error, Workspace};
use crate::bundle::render::Renderer;
use crate::content::Digest;
use crate::store::ObjectKind;
use crate::store::verify::{Report, verify};
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
        let Ok(bundle) = self.bundle(id) else { return Some(BundleFinding::Unreadable(id)) };
        let recorded = Tokens(bundle.manifest.total_tokens);
        if let Ok(encoding) = bundle.manifest.encoding.parse::<Encoding>() {
            let found = count(encoding, &bundle.text);
            if found != recorded {
                return Some(BundleFinding::Counted { id, recorded, found });
            }
        }
        // A bundle of another renderer version keeps its bytes; it cannot be made again here.
        let name = bundle.manifest.render.split('/').next().unwrap_or_default();
        let renderer = Renderer::named(name).filter(|renderer| renderer.tag() == bundle.manifest.render)?;
        (bundle.rendered_again(renderer) != bundle.text).then_some(BundleFinding::Rendered(id))
    }
}

impl fmt::Display for BundleFinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(id) => write!(f, "bundle {id} cannot be read"),
            Self::Rendered(id) => write!(f, "bundle {id} renders to other bytes than it holds"),
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
