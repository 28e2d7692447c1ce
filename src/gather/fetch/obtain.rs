//! A link, by way of the site that it belongs to, to the bytes that are read for it.

use super::allowance::Allowance;
use super::visit::{Asking, Errand};
use super::{Error, Fetcher, Found, Wanted, Way};
use crate::gather::site::{self, Ask, Site, Stage, Step};
use crate::net::Url;
use crate::net::guard::By;
use crate::store::{End, Page, Visit};

/// How often a link may turn out to be another one.
const MAX_TURNS: usize = 5;
/// How many answers a site may want for one link.
const MAX_STAGES: usize = 4;

/// What became of a link at a site.
enum Turn {
    Here { page: Page, title: Option<String> },
    Elsewhere(String),
}

impl Fetcher {
    /// Follows a link to the bytes that are read for it.
    pub(super) async fn obtain(&self, wanted: &Wanted, at: usize) -> Result<Found, Error> {
        let again = self.manners.refresh.covers(&wanted.url);
        let allowance = Allowance::new(self.manners.link);
        let asking = Asking { at, again, allowance: &allowance };
        let mut link = Url::parse(&wanted.url)?;
        let mut by = wanted.by;
        let mut hops = Vec::new();
        let mut way = Way::Kept;
        for _ in 0..MAX_TURNS {
            let (site, ask) = site::of(&link);
            let addresses = match ask {
                Ask::First(addresses) => addresses,
                Ask::Nothing(reason) => return Err(Error::Closed { url: link.address(), reason }),
            };
            let (visit, came) = self.first(&addresses, &link, by, asking).await?;
            way = way.max(came);
            hops.extend(visit.hops);
            let turn = match visit.end {
                End::Elsewhere(next) => Turn::Elsewhere(next),
                End::Page(page) => self.stages(site, &link, page, asking, &mut way).await?,
            };
            match turn {
                Turn::Here { page, title } => {
                    // A page is where it ended up; a site's link stays what people know it by.
                    let place = if site.name == site::PAGE.name { Url::parse(&page.url)? } else { link };
                    let final_url = place.public();
                    let url = wanted.url.clone();
                    return Ok(Found { url, final_url, hops, site: site.name, page, title, way });
                }
                Turn::Elsewhere(next) => {
                    hops.push(link.address());
                    hops.dedup();
                    (link, by) = (Url::parse(&next)?, By::Stranger);
                }
            }
        }
        Err(Error::Endless { url: wanted.url.clone() })
    }

    /// The first of these addresses that answers; one that is kept is as good as the first.
    async fn first(&self, addresses: &[String], link: &Url, by: By, asking: Asking<'_>) -> Result<(Visit, Way), Error> {
        let urls: Vec<Url> = addresses.iter().filter_map(|address| Url::parse(address).ok()).collect();
        let is_kept = |url: &&Url| match self.pages.visit(&url.address()).map(|visit| visit.end) {
            Some(End::Page(page)) => self.pages.has(page.sha256),
            Some(End::Elsewhere(_)) => true,
            None => false,
        };
        let kept: Vec<&Url> = urls.iter().filter(is_kept).take(usize::from(!asking.again)).collect();
        let mut last = Error::NotKept { url: link.address() };
        for url in if kept.is_empty() { urls.iter().collect() } else { kept } {
            let by = if url == link { by } else { By::Stranger };
            match self.visit(Errand { url, by, asking }).await {
                Ok(found) => return Ok(found),
                Err(Error::NotKept { .. }) => {}
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    /// Lets the site make of a page what it makes of it.
    async fn stages(
        &self,
        site: &Site,
        link: &Url,
        page: Page,
        asking: Asking<'_>,
        way: &mut Way,
    ) -> Result<Turn, Error> {
        let mut came = vec![(page.url.clone(), self.pages.read(page.sha256))];
        loop {
            let stage = Stage { link, came: &came };
            match (site.then)(&stage) {
                Step::Read => return Ok(Turn::Here { page, title: None }),
                Step::Elsewhere(next) => return Ok(Turn::Elsewhere(next)),
                Step::Nothing(reason) => return Err(Error::Closed { url: link.address(), reason }),
                Step::Give { bytes, media_type, title } => {
                    let put = self.pages.put(&bytes);
                    let sha256 = put.map_err(|source| Error::Keep { url: link.address(), source })?;
                    let (media_type, bytes) = (Some(media_type.to_owned()), bytes.len() as u64);
                    // What was made here has no version at any server.
                    let page =
                        Page { sha256, bytes, media_type, charset: None, etag: None, last_modified: None, ..page };
                    return Ok(Turn::Here { page, title });
                }
                Step::Also(urls) => {
                    if came.len() + urls.len() > MAX_STAGES {
                        return Ok(Turn::Here { page, title: None });
                    }
                    for url in urls {
                        let bytes = self.also(&url, asking, way).await;
                        came.push((url, bytes));
                    }
                }
            }
        }
    }

    /// What belongs to a page; nothing where it cannot be had.
    async fn also(&self, url: &str, asking: Asking<'_>, way: &mut Way) -> Option<Vec<u8>> {
        let url = Url::parse(url).ok()?;
        let (visit, came) = self.visit(Errand { url: &url, by: By::Stranger, asking }).await.ok()?;
        *way = (*way).max(came);
        match visit.end {
            End::Page(page) => self.pages.read(page.sha256),
            End::Elsewhere(_) => None,
        }
    }
}
