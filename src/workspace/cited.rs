//! What a provider says an answer rests on, found again in the sources of its bundle.

use super::{Error, Workspace, check};
use crate::bundle::quotation::{self, Source, Verdict};
use crate::content::Digest;
use crate::fork;
use crate::send::Citation;
use crate::store::record::CitationRecord;

impl Workspace {
    /// The citations of an answer, each once, with the place of a source where one has the words or the address.
    pub(super) fn cited(&self, after: Digest, citations: &[Citation]) -> Result<Vec<CitationRecord>, Error> {
        if citations.is_empty() {
            return Ok(Vec::new());
        }
        let documents = self.readable(fork::bundle_of(&self.store, after)?)?.documents;
        let sources: Vec<Source<'_>> = documents.iter().map(|(item, document)| check::source(item, document)).collect();
        let mut records: Vec<CitationRecord> = Vec::new();
        for Citation { quote, title, url } in citations {
            let place = quote.as_deref().and_then(|quote| place(quote, &sources));
            let place = place.or_else(|| at(url.as_deref()?, &sources));
            let record = CitationRecord { place, quote: quote.clone(), title: title.clone(), url: url.clone() };
            if !records.contains(&record) {
                records.push(record);
            }
        }
        Ok(records)
    }
}

/// The place that has the words: `s2 41:07`.
fn place(quote: &str, sources: &[Source<'_>]) -> Option<String> {
    let quoted = format!("\u{201c}{}\u{201d}", quote.replace(['\u{201c}', '\u{201d}', '"'], "'"));
    let checked = quotation::check(&quoted, sources, &[], &[]);
    match &checked.quotations.first()?.verdict {
        Verdict::Found(passage) | Verdict::Altered { passage, .. } => Some(passage.name(sources)),
        _ => None,
    }
}

/// The source that stands at an address.
fn at(url: &str, sources: &[Source<'_>]) -> Option<String> {
    let plain = |url: &str| {
        let url = url.split(['#']).next().unwrap_or_default().trim_end_matches('/');
        url.trim_start_matches("https://").trim_start_matches("http://").trim_start_matches("www.").to_owned()
    };
    let is_there = |source: &&Source<'_>| source.document.url.as_deref().is_some_and(|own| plain(own) == plain(url));
    sources.iter().find(is_there).map(|source| source.id.to_owned())
}
