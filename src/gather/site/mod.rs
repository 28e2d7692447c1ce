//! Sites whose links lead elsewhere than to what people mean by them.
//!
//! A [`Site`] is a record, one file each: which addresses to ask for a link of it, and what to make of
//! what comes. Both are pure; `gather::fetch` moves the bytes. An abstract becomes its paper, a page
//! about a file the file, a shell of scripts the data behind it, a recording its captions. A site that
//! gives its texts to nobody says so at once, with what to do. [`SITES`] lists them all, and any other
//! address is that of a plain `page`.

mod arxiv;
mod bluesky;
mod chatgpt;
mod closed;
mod code;
mod discourse;
mod github;
mod hackernews;
mod lobsters;
mod mastodon;
mod page;
mod reddit;
mod stream;
#[cfg(test)]
mod tests;
mod wikipedia;
mod youtube;

use crate::net::Url;

/// How links of one site are asked for.
#[derive(Debug, Clone, Copy)]
pub struct Site {
    /// The name in `forkful formats` and in the lock.
    pub name: &'static str,
    /// One line for help and README.
    pub about: &'static str,
    /// What to ask for a link; none where it is not of this site.
    pub ask: fn(&Url) -> Option<Ask>,
    /// What to make of what came.
    pub then: fn(&Stage) -> Step,
}

/// What to ask for a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ask {
    /// These addresses, until one answers.
    First(Vec<String>),
    /// Nothing: the site does not give it, for this reason.
    Nothing(&'static str),
}

/// A link on its way, with all that came for it.
#[derive(Debug)]
pub struct Stage<'a> {
    /// The link.
    pub link: &'a Url,
    /// Address and bytes of everything that was asked, in order; no bytes where nothing came.
    pub came: &'a [(String, Option<Vec<u8>>)],
}

/// What to make of what came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// It is what is read.
    Read,
    /// These belong to it and are asked too.
    Also(Vec<String>),
    /// It only leads on to another address.
    Elsewhere(String),
    /// This is what is read.
    Give {
        /// The bytes.
        bytes: Vec<u8>,
        /// What they are.
        media_type: &'static str,
        /// What the link is called, where the bytes do not say.
        title: Option<String>,
    },
    /// It is not to be had, for this reason.
    Nothing(&'static str),
}

/// Every site there is; the first that knows a link has it.
pub const SITES: &[Site] = &[
    arxiv::SITE,
    wikipedia::SITE,
    github::SITE,
    code::SITE,
    hackernews::SITE,
    reddit::SITE,
    lobsters::SITE,
    bluesky::SITE,
    mastodon::SITE,
    discourse::SITE,
    chatgpt::SITE,
    youtube::SITE,
    closed::SITE,
];

/// Any other address.
pub const PAGE: Site = page::SITE;

/// The site that knows a link, with what to ask for it.
pub fn of(link: &Url) -> (&'static Site, Ask) {
    let known = SITES.iter().find_map(|site| Some((site, (site.ask)(link)?)));
    known.unwrap_or((&PAGE, Ask::First(vec![link.address()])))
}

impl Stage<'_> {
    /// The bytes of what was asked at this place.
    fn bytes(&self, at: usize) -> Option<&[u8]> {
        self.came.get(at)?.1.as_deref()
    }

    /// The same as text, what is none of it replaced.
    fn text(&self, at: usize) -> Option<std::borrow::Cow<'_, str>> {
        self.bytes(at).map(String::from_utf8_lossy)
    }
}

/// The host without `www.` and `m.`, and the parts of the path.
fn parts(link: &Url) -> (&str, Vec<&str>) {
    let host = link.host();
    let host = host.strip_prefix("www.").or_else(|| host.strip_prefix("m.")).unwrap_or(host);
    (host, link.path().split('/').filter(|part| !part.is_empty()).collect())
}

/// One answer and the list that belongs to it, as one JSON array.
fn together(first: &[u8], list: &[u8]) -> Option<Vec<u8>> {
    let first: serde_json::Value = serde_json::from_slice(first).ok()?;
    let list: serde_json::Value = serde_json::from_slice(list).ok()?;
    let mut all = vec![first];
    match list {
        serde_json::Value::Array(more) => all.extend(more),
        more => all.push(more),
    }
    serde_json::to_vec(&all).ok()
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// For a site whose answers are read as they come.
fn as_it_comes(_: &Stage) -> Step {
    Step::Read
}
