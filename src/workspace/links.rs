//! Where the marks of an answer lead on the web: to the second of a recording, to a heading of a page.

use super::{Error, Workspace, check, passage};
use crate::bundle::quotation::{marks, resolve};
use crate::content::Document;
use crate::fork;
use crate::store::record::ItemRecord;

/// The sources of a bundle, and where each stands on the web.
#[derive(Debug)]
pub struct Links {
    documents: Vec<(ItemRecord, Document)>,
}

impl Workspace {
    /// The links of the bundle under an address.
    pub fn links(&self, address: &str) -> Result<Links, Error> {
        let bundle = fork::bundle_of(&self.store, fork::resolve(&self.store, address)?.id())?;
        Ok(Links { documents: self.readable(bundle)?.documents })
    }
}

impl Links {
    /// Where a mark such as `[s2 41:07]` leads; nowhere where its source has no address, or no such place.
    pub fn of(&self, mark: &str) -> Option<String> {
        let sources: Vec<_> = self.documents.iter().map(|(item, document)| check::source(item, document)).collect();
        let targets = marks(mark).into_iter().flat_map(|mark| mark.targets);
        let passages =
            targets.filter_map(|target| Some((resolve(&target, &sources, &[]).ok()?, target.place.is_some())));
        let mut passages = passages.filter_map(|((source, range), is_placed)| {
            let document = &self.documents[source].1;
            let section = document.sections.iter().find(|section| section.start == range.start);
            passage::address(document, section.filter(|_| is_placed))
        });
        passages.next()
    }
}
