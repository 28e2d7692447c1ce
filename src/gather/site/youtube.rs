//! `YouTube`: the captions of a video, where its page offers them.
//!
//! The page carries `ytInitialPlayerResponse` with `captionTracks`; a track is asked for as WebVTT
//! (`fmt=vtt`). Shape from public tools that read captions (2026-08); `YouTube` often keeps the tracks
//! from whoever is no browser, which is told.

use serde_json::Value;

use super::{Ask, Site, Stage, Step, parts};
use crate::net::Url;

pub(super) const SITE: Site =
    Site { name: "youtube", about: "the captions of a video, where its page offers them", ask, then };

const NO_CAPTIONS: &str = "the page offers no captions for it";

fn ask(link: &Url) -> Option<Ask> {
    let (host, parts) = parts(link);
    let id = match (host, parts.as_slice()) {
        ("youtu.be", [id, ..]) | ("youtube.com" | "music.youtube.com", ["live" | "shorts" | "embed", id, ..]) => {
            (*id).to_owned()
        }
        ("youtube.com" | "music.youtube.com", ["watch", ..]) => link.parameter("v")?,
        _ => return None,
    };
    let is_id = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
    is_id.then(|| Ask::First(vec![format!("https://www.youtube.com/watch?v={id}&hl=en")]))
}

fn then(stage: &Stage) -> Step {
    let Some(html) = stage.text(0) else { return Step::Nothing(NO_CAPTIONS) };
    let Some(player) = player(&html) else { return Step::Nothing(NO_CAPTIONS) };
    if stage.came.len() == 1 {
        return track(&player).map_or(Step::Nothing(NO_CAPTIONS), |url| Step::Also(vec![url]));
    }
    match stage.bytes(1).filter(|bytes| bytes.starts_with(b"WEBVTT")) {
        Some(bytes) => {
            let title = player["videoDetails"]["title"].as_str().map(str::to_owned);
            Step::Give { bytes: bytes.to_vec(), media_type: "text/vtt", title }
        }
        None => Step::Nothing("YouTube keeps its captions from programs"),
    }
}

fn player(html: &str) -> Option<Value> {
    let start = html.find("ytInitialPlayerResponse = ")? + "ytInitialPlayerResponse = ".len();
    serde_json::Deserializer::from_str(&html[start..]).into_iter::<Value>().next()?.ok()
}

/// The address of the best track: by a person before automatic, in the language of the recording or
/// English before others.
fn track(player: &Value) -> Option<String> {
    let tracks = player["captions"]["playerCaptionsTracklistRenderer"]["captionTracks"].as_array()?;
    let is_automatic = |track: &Value| track["kind"] == "asr";
    let language = tracks.iter().find(|track| is_automatic(track)).and_then(|track| track["languageCode"].as_str());
    let rank = |track: &&Value| {
        let own = track["languageCode"].as_str().unwrap_or_default();
        let is_own =
            language.map_or(own.starts_with("en"), |language| own.split('-').next() == language.split('-').next());
        (!is_own, is_automatic(track))
    };
    let url = tracks.iter().min_by_key(rank)?["baseUrl"].as_str()?;
    let link = Url::parse("https://www.youtube.com/").ok()?.to(url)?;
    // A page can name any address; captions are asked for from `YouTube` alone.
    let is_theirs = link.host() == "www.youtube.com" || link.host().ends_with(".youtube.com");
    is_theirs.then(|| link.with_parameter("fmt", "vtt").address())
}
