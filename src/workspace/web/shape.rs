//! The JSON of links and what became of them.

use serde::Serialize;

use super::{Linked, State};
use crate::content::{Digest, Quality};
use crate::gather;

/// `forkful.fetch/1`
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "the schema documents the fields")]
pub struct Fetch {
    pub schema: &'static str,
    pub links: Vec<Link>,
}

/// A link and what became of it; state is read, same, file, skipped or failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the schema documents the fields")]
pub struct Link {
    pub url: String,
    pub class: &'static str,
    pub state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub final_url: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub through: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub site: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fetched: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<Digest>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub format: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quality: Option<Quality>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quality_reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<&'static str>,
}

impl Link {
    /// What scripts see of a link.
    pub fn of(link: &Linked) -> Self {
        let bare = Self {
            url: link.url.clone(),
            class: link.class.name(),
            state: "read",
            from: link.from.clone(),
            final_url: None,
            through: Vec::new(),
            site: None,
            fetched: None,
            sha256: None,
            bytes: None,
            media_type: None,
            format: None,
            quality: None,
            quality_reason: None,
            source: None,
            error: None,
            kind: None,
        };
        match &link.state {
            State::StandsIn(file) => Self { state: "file", source: Some(file.clone()), ..bare },
            State::Failed(error) => {
                let kind = match error {
                    gather::Error::Fetch(error) => error.kind(),
                    gather::Error::Blocked { .. } => "blocked",
                    _ => "unreadable",
                };
                let state = if error.is_by_nature() { "skipped" } else { "failed" };
                Self { state, error: Some(error.to_string()), kind: Some(kind), ..bare }
            }
            State::Read(locked) | State::Same { locked, .. } => {
                let found = &locked.found;
                let reader = locked.reader.split(' ').next().map(str::to_owned);
                let whole = Self {
                    final_url: Some(found.final_url.clone()).filter(|url| *url != link.url),
                    through: found.hops.clone(),
                    site: Some(found.site),
                    fetched: Some(found.page.time.to_string()),
                    sha256: Some(found.page.sha256),
                    bytes: Some(found.page.bytes),
                    media_type: found.page.media_type.clone(),
                    format: reader,
                    quality: Some(locked.quality),
                    quality_reason: locked.quality_reason.clone(),
                    ..bare
                };
                match &link.state {
                    State::Same { locator, .. } => Self { state: "same", source: Some(locator.clone()), ..whole },
                    _ => whole,
                }
            }
        }
    }
}
