//! Reddit: the submission and its comments as `.json`.
//!
//! Any page of Reddit with `.json` at its end (read 2026-08); many networks are answered 403 there.

use super::{Ask, Site, as_it_comes, parts};
use crate::net::Url;

pub(super) const SITE: Site =
    Site { name: "reddit", about: "a submission on Reddit with its comments", ask, then: as_it_comes };

fn ask(link: &Url) -> Option<Ask> {
    let (host, parts) = parts(link);
    if !matches!(host, "reddit.com" | "old.reddit.com" | "new.reddit.com" | "np.reddit.com") {
        return None;
    }
    match parts.as_slice() {
        ["r" | "user", _, "comments", _, ..] => {
            let path = link.path();
            let path = path.strip_suffix(".json").unwrap_or(path);
            Some(Ask::First(vec![format!("https://www.reddit.com{path}.json?raw_json=1&limit=500")]))
        }
        _ => None,
    }
}
