//! Bluesky: the thread around a post from the public API.
//!
//! `app.bsky.feed.getPostThread` of `public.api.bsky.app`, which asks for no login (read 2026-08).

use super::{Ask, Site, as_it_comes, parts};
use crate::net::Url;

pub(super) const SITE: Site =
    Site { name: "bluesky", about: "a post on Bluesky with its thread", ask, then: as_it_comes };

fn ask(link: &Url) -> Option<Ask> {
    let (host, parts) = parts(link);
    match parts.as_slice() {
        ["profile", who, "post", post] if matches!(host, "bsky.app" | "staging.bsky.app") => {
            let api = "https://public.api.bsky.app/xrpc/app.bsky.feed.getPostThread";
            let uri = format!("at://{who}/app.bsky.feed.post/{post}");
            Some(Ask::First(vec![format!("{api}?uri={uri}&depth=100&parentHeight=100")]))
        }
        _ => None,
    }
}
