//! One address, through every address that it leads to: kept, asked again, resumed.

use std::time::Duration;

use super::allowance::Allowance;
use super::hosts::Turn;
use super::media;
use super::robots::{self, Rules};
use super::{Error, Fetcher, News, Way};
use crate::content::Digest;
use crate::gather::links::{LinkClass, classify};
use crate::gather::site;
use crate::net::guard::{Answer, By, Fault};
use crate::net::{Url, pause};
use crate::store::{End, Page, Part, Visit};

/// A visit that is asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Errand<'a> {
    /// The address.
    pub(super) url: &'a Url,
    /// Who names it.
    pub(super) by: By,
    /// For which link.
    pub(super) asking: Asking<'a>,
}

/// The link that visits are for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asking<'a> {
    /// Its place.
    pub(super) at: usize,
    /// Whether hosts are asked even if an address is kept.
    pub(super) again: bool,
    /// How long it may still take.
    pub(super) allowance: &'a Allowance,
}

impl Fetcher {
    /// What an address gives: what is kept of it, else what its host answers.
    pub(super) async fn visit(&self, errand: Errand<'_>) -> Result<(Visit, Way), Error> {
        let address = errand.url.address();
        let kept = self.pages.visit(&address).filter(|visit| match &visit.end {
            End::Page(page) => self.pages.has(page.sha256),
            End::Elsewhere(_) => true,
        });
        let Some(client) = self.client.as_ref() else {
            return kept.map(|visit| (visit, Way::Kept)).ok_or(Error::NotKept { url: address });
        };
        if let Some(visit) = kept.clone().filter(|_| !errand.asking.again) {
            return Ok((visit, Way::Kept));
        }
        let mut n_retried = 0;
        loop {
            let error = match self.attempt(client, errand, kept.as_ref()).await {
                Ok(found) => return Ok(found),
                Err(Error::Net(error)) => error,
                Err(error) => return Err(error),
            };
            let asked = match &error.fault {
                Fault::Status { retry_after, .. } => *retry_after,
                _ => None,
            };
            let manners = &self.manners;
            let is_over = n_retried >= manners.n_retries || asked.is_some_and(|asked| asked > manners.longest_pause);
            if is_over || !error.fault.is_passing() {
                return Err(error.into());
            }
            let pause = asked.unwrap_or_else(|| drawn(manners.first_pause * 2_u32.pow(n_retried), &address, n_retried));
            if asked.is_some() {
                // Whoever is told to wait is told for all that is asked of this host.
                self.hosts.of(&error.url.origin()).rest(pause);
            }
            n_retried += 1;
            (self.heard)(errand.asking.at, &News::Waiting(pause));
            if !errand.asking.allowance.pause(pause).await {
                return Err(error.into());
            }
        }
    }

    async fn attempt(
        &self,
        client: &crate::net::guard::Client,
        errand: Errand<'_>,
        kept: Option<&Visit>,
    ) -> Result<(Visit, Way), Error> {
        let Errand { url, mut by, asking } = errand;
        let mut here = url.clone();
        let mut hops: Vec<String> = Vec::new();
        loop {
            let address = here.address();
            self.heed_robots(client, &here, by, asking.allowance).await?;
            let host = self.hosts.of(&here.origin());
            let turn = self.hosts.turn(&host).await;
            (self.heard)(asking.at, &News::Asking);
            let before = kept.and_then(|visit| match &visit.end {
                End::Page(page) if page.url == address => Some(page),
                _ => None,
            });
            let mut part = self.left(&address);
            let headers = headers(before, part.as_ref());
            let answer = asking.allowance.within("answer", &here, client.ask(&here, &headers, by)).await?;
            if let Some(next) = answer.leads_to()? {
                drop(turn);
                let next_address = next.address();
                if next_address == address || hops.contains(&next_address) {
                    return Err(Fault::Circle.of(url).into());
                }
                hops.push(address);
                let limit = client.limits().redirects;
                if hops.len() > limit {
                    return Err(Fault::Redirects { limit }.of(url).into());
                }
                // What leads to a site that is known is asked in that site's way.
                let (known, _) = site::of(&next);
                if known.name != site::PAGE.name && known.name != site::of(url).0.name {
                    let visit = Visit::new(url.address(), hops, End::Elsewhere(next_address));
                    self.pages.remember(&visit).map_err(|source| keep(url, source))?;
                    return Ok((visit, Way::Fetched));
                }
                (here, by) = (next, By::Stranger);
                continue;
            }
            match answer.status {
                304 if before.is_some() => {
                    let kept =
                        kept.cloned().unwrap_or_else(|| Visit::new(url.address(), hops, End::Elsewhere(address)));
                    return Ok((kept, Way::Unchanged));
                }
                416 if part.is_some() => {
                    part.take().iter().for_each(Part::discard);
                    continue;
                }
                200 | 203 | 206 => {}
                status => {
                    let retry_after = pause(None, answer.header("retry-after"), answer.header("date"));
                    return Err(Fault::Status { status, retry_after }.of(&here).into());
                }
            }
            let page = self.body(answer, part, &address, asking, turn).await?;
            let way =
                if before.is_some_and(|before| before.sha256 == page.sha256) { Way::Unchanged } else { Way::Fetched };
            let visit = Visit::new(url.address(), hops, End::Page(page));
            self.pages.remember(&visit).map_err(|source| keep(url, source))?;
            return Ok((visit, way));
        }
    }

    /// Takes a body into the kept pages.
    async fn body(
        &self,
        answer: Answer,
        part: Option<Part>,
        address: &str,
        asking: Asking<'_>,
        turn: Turn<'_>,
    ) -> Result<Page, Error> {
        let url = answer.url.clone();
        let header = |name| answer.header(name).map(str::to_owned);
        let (media_type, charset) = media::declared(answer.header("content-type"));
        if let Some(what) = media_type.as_deref().and_then(media::without_text) {
            return Err(Error::NoText { url: address.to_owned(), what: what.to_owned() });
        }
        let (etag, last_modified) = (header("etag"), header("last-modified"));
        // Only a strong word vouches for bytes, and only bytes that come as they are can be gone on with.
        let strong = etag.clone().filter(|etag| !etag.starts_with("W/")).or_else(|| last_modified.clone());
        let validator = strong.filter(|_| answer.is_plain());
        let failed = |source| keep(&url, source);
        let mut part = match part {
            Some(part) => part,
            None => self.pages.part(address).map_err(failed)?,
        };
        let goes_on = answer.status == 206
            && part.n_bytes > 0
            && answer.header("content-range").and_then(first_byte) == Some(part.n_bytes);
        if !goes_on {
            if answer.status == 206 {
                part.discard();
                return Err(Fault::Broken { reason: "it sent another part than was asked for".to_owned(), n_bytes: 0 }
                    .of(&url)
                    .into());
            }
            part.restart(validator.as_deref()).map_err(failed)?;
        }
        let before = part.n_bytes;
        let whole = answer.length().filter(|_| answer.is_plain()).map(|length| length + before);
        let taken = answer.take(before, |bytes| {
            part.write(bytes)?;
            (self.heard)(asking.at, &News::Bytes { n: part.n_bytes, of: whole });
            Ok(())
        });
        let taken = asking.allowance.within("end", &url, taken).await;
        drop(turn);
        if let Err(error) = taken {
            let is_cut = matches!(
                &error,
                Error::Net(error) if matches!(error.fault, Fault::Broken { .. } | Fault::Late { .. } | Fault::Slow { .. })
            );
            if part.validator.is_none() || !is_cut {
                part.discard();
            }
            return Err(error);
        }
        let (sha256, bytes) = self.pages.finish(&part).map_err(failed)?;
        let url = address.to_owned();
        Ok(Page { url, time: self.manners.now, sha256, bytes, media_type, charset, etag, last_modified })
    }

    /// What is here of a download that broke off.
    fn left(&self, address: &str) -> Option<Part> {
        let part = self.pages.broken_off(address)?;
        part.validator.is_some().then_some(part)
    }

    /// Asks the host's robots.txt, once, unless a person names the address or the link is a mere signpost.
    async fn heed_robots(
        &self,
        client: &crate::net::guard::Client,
        url: &Url,
        by: By,
        allowance: &Allowance,
    ) -> Result<(), Error> {
        if by == By::Person || !self.manners.robots || classify(&url.address()) == LinkClass::Short {
            return Ok(());
        }
        let host = self.hosts.of(&url.origin());
        let rules = host.rules.get_or_init(|| self.rules(client, url, &host, allowance)).await;
        let address = url.address();
        let path = address.strip_prefix(&url.origin()).unwrap_or(&address);
        if rules.allow(path) { Ok(()) } else { Err(Error::Robots { url: address }) }
    }

    /// What a host asks for; one that has no wishes, or none that can be read, asks for nothing.
    async fn rules(
        &self,
        client: &crate::net::guard::Client,
        url: &Url,
        host: &super::hosts::Host,
        allowance: &Allowance,
    ) -> Rules {
        let Some(mut here) = url.to("/robots.txt") else { return Rules::open() };
        for _ in 0..5 {
            let _turn = self.hosts.turn(host).await;
            let asked = allowance.within("answer", &here, client.ask(&here, &[], By::Stranger)).await;
            let Ok(answer) = asked else { return Rules::open() };
            match answer.leads_to() {
                Ok(Some(next)) => here = next,
                Ok(None) if answer.status >= 500 => return Rules::shut(),
                Ok(None) if answer.status >= 400 => return Rules::open(),
                Ok(None) => {
                    let mut text = Vec::new();
                    let taken = answer.take(0, |bytes| {
                        text.extend_from_slice(&bytes[..bytes.len().min(robots::MAX_BYTES.saturating_sub(text.len()))]);
                        Ok(())
                    });
                    // What came before it broke off are wishes too.
                    let _ = allowance.within("end", &here, taken).await;
                    return Rules::parse(&String::from_utf8_lossy(&text));
                }
                Err(_) => return Rules::open(),
            }
        }
        Rules::open()
    }
}

/// What a host is told of what is here: a version to compare with, or a part to go on with.
fn headers(before: Option<&Page>, part: Option<&Part>) -> Vec<(&'static str, String)> {
    if let Some((part, validator)) = part.and_then(|part| Some((part, part.validator.clone()?))) {
        let range = format!("bytes={}-", part.n_bytes);
        return vec![("range", range), ("if-range", validator), ("accept-encoding", "identity".to_owned())];
    }
    let Some(before) = before else { return Vec::new() };
    let etag = before.etag.iter().map(|etag| ("if-none-match", etag.clone()));
    let date = before.last_modified.iter().map(|date| ("if-modified-since", date.clone()));
    etag.chain(date).collect()
}

/// The first byte of `bytes 100-199/200`.
fn first_byte(range: &str) -> Option<u64> {
    range.trim().strip_prefix("bytes")?.trim_start().split('-').next()?.parse().ok()
}

/// A place in the second half of a pause, another one for every address and attempt, so that those that
/// failed together do not come back together.
fn drawn(whole: Duration, address: &str, n_retried: u32) -> Duration {
    let digest = Digest::of(format!("{n_retried} {address}").as_bytes());
    whole / 2 + whole * u32::from(digest.as_bytes()[0]) / 510
}

fn keep(url: &Url, source: std::io::Error) -> Error {
    Error::Keep { url: url.address(), source }
}
