//! Hacker News: the whole discussion from Algolia's API.
//!
//! `hn.algolia.com/api` (read 2026-08).

use super::{Ask, Site, as_it_comes, is_number, parts};
use crate::net::Url;

pub(super) const SITE: Site =
    Site { name: "hackernews", about: "a discussion on Hacker News with all its comments", ask, then: as_it_comes };

fn ask(link: &Url) -> Option<Ask> {
    let (host, parts) = parts(link);
    let id = link.parameter("id").filter(|id| is_number(id))?;
    let is_item = host == "news.ycombinator.com" && parts == ["item"];
    is_item.then(|| Ask::First(vec![format!("https://hn.algolia.com/api/v1/items/{id}"), link.address()]))
}
