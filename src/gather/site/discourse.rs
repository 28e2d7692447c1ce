//! Discourse: a topic as JSON (`/t/SLUG/ID.json`, docs.discourse.org, read 2026-08).
//!
//! Any host may run it, so it is known by the shape of its addresses, and where no JSON is there the
//! page is read.

use super::{Ask, Site, as_it_comes, is_number, parts};
use crate::net::Url;

pub(super) const SITE: Site =
    Site { name: "discourse", about: "a topic of a Discourse forum with its posts", ask, then: as_it_comes };

fn ask(link: &Url) -> Option<Ask> {
    let (_, parts) = parts(link);
    let id = match parts.as_slice() {
        ["t", _, id] | ["t", _, id, _] if is_number(id) => id,
        _ => return None,
    };
    Some(Ask::First(vec![format!("{}/t/{id}.json?print=true", link.origin()), link.address()]))
}
