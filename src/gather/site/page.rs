//! Any other page: read as it comes, unless it only leads on or speaks of a recording that has a
//! transcript.
//!
//! A page with a feed and an episode's sound leads to its `podcast:transcript` (podcast namespace 1.0,
//! read 2026-08): the entry of the feed that names the page says where the transcript is.

use super::{Site, Stage, Step};
use crate::gather::feed::{self, Entry};
use crate::net::Url;

pub(super) const SITE: Site =
    Site { name: "page", about: "any page; an episode's transcript where its feed names one", ask: |_| None, then };

/// A page longer than this does more than lead on.
const SIGNPOST: usize = 4096;
/// What transcripts are, the best to read first.
const TRANSCRIPTS: [&str; 6] =
    ["text/vtt", "application/json", "application/x-subrip", "application/srt", "text/html", "text/plain"];

fn then(stage: &Stage) -> Step {
    let Some(html) = stage.text(0).filter(|text| looks_like_html(text)) else { return Step::Read };
    match stage.came.len() {
        1 => match (refresh(&html), feed_of(stage.link, &html)) {
            (Some(target), _) if html.len() < SIGNPOST => match stage.link.to(&target) {
                Some(next) if next.address() != stage.link.address() => Step::Elsewhere(next.address()),
                _ => Step::Read,
            },
            (_, Some(feed)) => Step::Also(vec![feed]),
            _ => Step::Read,
        },
        2 => match stage.text(1).and_then(|feed| transcript(stage.link, &feed)) {
            Some(address) => Step::Also(vec![address]),
            None => Step::Read,
        },
        _ => match stage.bytes(2) {
            Some(bytes) => {
                let entry = stage.text(1).and_then(|feed| entry(stage.link, &feed));
                let media_type = if bytes.starts_with(b"WEBVTT") { "text/vtt" } else { "text/plain" };
                Step::Give { bytes: bytes.to_vec(), media_type, title: entry.and_then(|entry| entry.title) }
            }
            None => Step::Read,
        },
    }
}

fn looks_like_html(text: &str) -> bool {
    let start: String = text.trim_start().chars().take(200).collect::<String>().to_ascii_lowercase();
    start.contains("<html")
        || start.starts_with("<!doctype html")
        || start.starts_with("<head")
        || start.starts_with("<meta")
}

/// Where `<meta http-equiv="refresh" content="0;URL=...">` leads.
fn refresh(html: &str) -> Option<String> {
    let lower = html.to_ascii_lowercase();
    let meta = tags(&lower, html, "meta")
        .find(|tag| attribute(tag, "http-equiv").is_some_and(|value| value.eq_ignore_ascii_case("refresh")))?;
    let content = attribute(meta, "content")?;
    let (delay, target) = content.split_once([';', ','])?;
    let is_soon = delay.trim().parse::<f64>().is_ok_and(|seconds| seconds <= 5.0);
    let target = target.trim();
    let url = target.get(..4).filter(|start| start.eq_ignore_ascii_case("url=")).map_or(target, |_| &target[4..]);
    is_soon.then(|| url.trim().trim_matches(['"', '\'']).to_owned())
}

/// The feed that a page of an episode names.
fn feed_of(link: &Url, html: &str) -> Option<String> {
    let lower = html.to_ascii_lowercase();
    let has_sound = ["<audio", "og:audio", "audio/mpeg", "podcast"].iter().any(|mark| lower.contains(mark));
    let is_feed = |tag: &&str| {
        let kind = attribute(tag, "type").unwrap_or_default();
        let relation = attribute(tag, "rel").unwrap_or_default();
        relation.eq_ignore_ascii_case("alternate")
            && matches!(kind.as_str(), "application/rss+xml" | "application/atom+xml")
    };
    let feed = tags(&lower, html, "link").find(is_feed).filter(|_| has_sound)?;
    Some(link.to(&attribute(feed, "href")?)?.address())
}

/// The entry of a feed that names a page.
fn entry(link: &Url, feed: &str) -> Option<Entry> {
    let same = |url: &str| Url::parse(url).is_ok_and(|url| url.host() == link.host() && url.path() == link.path());
    feed::entries(feed).into_iter().find(|entry| entry.link.as_deref().is_some_and(same))
}

fn transcript(link: &Url, feed: &str) -> Option<String> {
    let entry = entry(link, feed)?;
    let rank = |(_, kind): &&(String, String)| {
        TRANSCRIPTS.iter().position(|known| kind.starts_with(known)).unwrap_or(TRANSCRIPTS.len())
    };
    let (url, _) = entry.transcripts.iter().min_by_key(rank)?;
    Some(link.to(url)?.address())
}

/// The tags of that name, without their angle brackets; `lower` is the page in lower case.
fn tags<'a>(lower: &'a str, html: &'a str, name: &'a str) -> impl Iterator<Item = &'a str> {
    let open = format!("<{name}");
    let starts: Vec<usize> = lower.match_indices(&open).map(|(at, found)| at + found.len()).collect();
    starts.into_iter().filter_map(move |start| {
        let tag = &html[start..];
        tag.starts_with(char::is_whitespace).then(|| &tag[..tag.find('>').unwrap_or(tag.len())])
    })
}

/// The value of an attribute, its references resolved.
fn attribute(tag: &str, name: &str) -> Option<String> {
    let lower = tag.to_ascii_lowercase();
    let mut at = 0;
    loop {
        let found = at + lower[at..].find(name)?;
        at = found + name.len();
        let apart = lower[..found].ends_with(|c: char| c.is_whitespace() || matches!(c, '"' | '\''));
        let rest = tag[at..].trim_start();
        let Some(value) = rest.strip_prefix('=').map(str::trim_start).filter(|_| apart) else { continue };
        let value = match value.chars().next() {
            Some(quote @ ('"' | '\'')) => value[1..].split(quote).next().unwrap_or_default(),
            _ => value.split(|c: char| c.is_whitespace() || c == '>').next().unwrap_or_default(),
        };
        return Some(html_escape::decode_html_entities(value).into_owned());
    }
}
