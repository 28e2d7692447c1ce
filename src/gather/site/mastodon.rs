//! Mastodon and what speaks its API: a post with what stands above and below it.
//!
//! `/api/v1/statuses/ID` and `/context` (docs.joinmastodon.org, read 2026-08). Any host may run it,
//! so it is known by the shape of its addresses, and where the API is not there the page is read.

use serde_json::Value;

use super::{Ask, Site, Stage, Step, is_number, parts, together};
use crate::net::Url;

pub(super) const SITE: Site = Site { name: "mastodon", about: "a post on Mastodon with its thread", ask, then };

fn ask(link: &Url) -> Option<Ask> {
    let (host, parts) = parts(link);
    let id = match parts.as_slice() {
        [who, id] if who.starts_with('@') && is_number(id) => id,
        ["users", _, "statuses", id] if is_number(id) => id,
        _ => return None,
    };
    let elsewhere = ["medium.com", "youtube.com", "tiktok.com", "threads.net"];
    let api = format!("{}/api/v1/statuses/{id}", link.origin());
    (!elsewhere.contains(&host)).then(|| Ask::First(vec![api, link.address()]))
}

fn then(stage: &Stage) -> Step {
    let (address, Some(status)) = &stage.came[0] else { return Step::Read };
    let is_status = serde_json::from_slice::<Value>(status).is_ok_and(|value| value["account"].is_object());
    match stage.came.len() {
        _ if !is_status => Step::Read,
        1 => Step::Also(vec![format!("{address}/context")]),
        _ => match stage.bytes(1).and_then(|context| together(status, context)) {
            Some(bytes) => Step::Give { bytes, media_type: "application/json", title: None },
            None => Step::Read,
        },
    }
}
