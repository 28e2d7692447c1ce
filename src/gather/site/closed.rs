//! Sites that give their texts to nobody without a login, a player or a browser full of scripts.

use super::{Ask, Site, as_it_comes, parts};
use crate::net::Url;

pub(super) const SITE: Site = Site {
    name: "closed",
    about: "X, LinkedIn, Threads, Instagram, Spotify and the like: told, with what to do",
    ask,
    then: as_it_comes,
};

fn ask(link: &Url) -> Option<Ask> {
    let (host, parts) = parts(link);
    let posts = "the site shows its posts only to people who are logged in";
    let recording = "it is a recording without captions that can be had";
    let chat = "the chat is shown by scripts only";
    Some(Ask::Nothing(match (host, parts.as_slice()) {
        (
            "x.com" | "twitter.com" | "mobile.twitter.com" | "mobile.x.com" | "xcancel.com" | "nitter.net"
            | "linkedin.com" | "facebook.com" | "instagram.com" | "threads.net" | "threads.com" | "tiktok.com",
            _,
        ) => posts,
        ("open.spotify.com" | "podcasts.apple.com" | "soundcloud.com" | "twitch.tv", _) => recording,
        ("vimeo.com", [id, ..]) if super::is_number(id) => recording,
        ("claude.ai" | "gemini.google.com" | "grok.com" | "poe.com", ["share" | "s", ..])
        | ("g.co", ["gemini", ..]) => chat,
        _ => return None,
    }))
}
