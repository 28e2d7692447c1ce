//! Lobsters: the story and its comments as JSON (`/s/ID.json`, read 2026-08).

use super::{Ask, Site, as_it_comes, parts};
use crate::net::Url;

pub(super) const SITE: Site =
    Site { name: "lobsters", about: "a story on Lobsters with its comments", ask, then: as_it_comes };

fn ask(link: &Url) -> Option<Ask> {
    let (host, parts) = parts(link);
    match parts.as_slice() {
        ["s", id, ..] if host == "lobste.rs" => {
            let id = id.strip_suffix(".json").unwrap_or(id);
            Some(Ask::First(vec![format!("https://lobste.rs/s/{id}.json"), link.address()]))
        }
        _ => None,
    }
}
