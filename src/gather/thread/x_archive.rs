//! An archive of X: `tweets.js` and its parts, `note-tweet.js`, alone or joined with their archive.
//!
//! Read from a public archive of 2024 (`alrocar/x`, commit 13b2ae1) and an older one
//! (`dogsheep/twitter-to-sqlite`, f09d611). A tweet names no author: the account file does, else the
//! address of an own picture. Long posts are cut to 280 characters; their full text stands among the
//! notes and is found by its moment and its first words, since no id joins the two. Only own posts
//! are in an archive, so that answers to others have no parent here.

use std::collections::BTreeMap;

use super::collect::{self, Collected};
use super::linked::{self, Links, Skim};
use super::tree::{Item, State};
use super::tweets;
use crate::content::Kind;
use crate::gather::tape::Json;
use crate::gather::{Confidence, Error, Format, Input, Reading, Stream, moment};

pub(crate) const FORMAT: Format = Format {
    name: "x-archive",
    kind: Kind::Thread,
    about: "X (Twitter) archive: `tweets.js`, its parts and `note-tweet.js`; folder or zip",
    extensions: &["js"],
    sniff,
    read,
    stream: Some(Stream::Linked(Links { skim, passed: &["entities", "extended_entities"], text })),
};

fn sniff(input: &Input) -> Confidence {
    input.certain(|json| {
        let tweet = json.at("tweet");
        let is_bare = json.has("id_str") && json.has("full_text") && !json.has("user");
        tweet.has("full_text") || json.at("noteTweet").has("core") || is_bare
    })
}

fn read(input: &Input) -> Result<Reading, Error> {
    collect::together(input, &FORMAT, "posts", archive)
}

/// What an element is, without reading it out.
fn skim(entry: Json) -> Skim {
    let number = |value: Json| value.name().and_then(|id| id.parse().ok());
    let note = entry.at("noteTweet");
    if note.is_object() {
        let core = note.at("core");
        let second = note.at("createdAt").text().and_then(moment::second).unwrap_or_default();
        return Skim::Full { second, n_bytes: core.at("text").n_written() };
    }
    let tweet = if entry.has("tweet") { entry.at("tweet") } else { entry };
    if !tweet.has("full_text") {
        let name = entry.at("account").at("username").words().or_else(|| entry.at("userInfo").at("userName").words());
        return if name.is_some() { Skim::Owner(name.map(tweets::handle)) } else { Skim::Other };
    }
    let mut post = Members::default();
    for (name, value) in tweet.members() {
        match name {
            "id_str" => post.id = Some(value),
            "id" => post.plain_id = Some(value),
            "in_reply_to_status_id_str" => post.parent = Some(value),
            "created_at" => post.time = Some(value),
            "full_text" => post.text = Some(value),
            "edit_info" => post.edits = Some(value),
            "entities" | "extended_entities" => post.has_pictures |= value.is_object(),
            _ => {}
        }
    }
    let own = post.id.and_then(Json::name).unwrap_or_default();
    let versions = post.edits.map(|edits| edits.at("edit").at("editControlInitial").at("editTweetIds").items());
    let earlier = versions.into_iter().flatten().filter_map(Json::name).filter(|id| *id < own);
    Skim::Post {
        id: post.id.filter(|id| !id.is_null()).or(post.plain_id).and_then(number).unwrap_or_default(),
        parent: post.parent.and_then(number),
        second: post.time.and_then(Json::text).and_then(moment::second).unwrap_or_default(),
        n_bytes: post.text.map_or(0, Json::n_written),
        earlier: earlier.filter_map(|id| id.parse().ok()).collect(),
        author: if post.has_pictures { pictured(tweet).map(tweets::handle) } else { None },
    }
}

/// The members of a post that tell where it belongs.
#[derive(Default)]
struct Members<'j> {
    id: Option<Json<'j>>,
    plain_id: Option<Json<'j>>,
    parent: Option<Json<'j>>,
    time: Option<Json<'j>>,
    text: Option<Json<'j>>,
    edits: Option<Json<'j>>,
    has_pictures: bool,
}

/// What a post or a note says.
fn text(entry: Json) -> String {
    match entry.at("noteTweet") {
        full if full.is_object() => note(full).text,
        _ => item(if entry.has("tweet") { entry.at("tweet") } else { entry }, None).text,
    }
}

/// The full text of a long post.
struct Note {
    time: Option<String>,
    text: String,
    used: bool,
}

fn archive(entries: &[Json], collected: &mut Collected) {
    let mut notes: Vec<Note> =
        entries.iter().map(|entry| entry.at("noteTweet")).filter(|note| note.is_object()).map(note).collect();
    let tweets: Vec<Json> = entries
        .iter()
        .map(|entry| if entry.has("tweet") { entry.at("tweet") } else { *entry })
        .filter(|tweet| tweet.has("full_text"))
        .collect();
    let author = author(entries, &tweets);
    let mut n_full = 0;
    let mut items: Vec<Item> = Vec::new();
    for tweet in tweets {
        let mut item = item(tweet, author.as_deref());
        if let Some(note) = notes.iter_mut().find(|note| is_start(&item, note)) {
            note.used = true;
            n_full += 1;
            item.text = note.text.clone() + &tweets::pictures(media(tweet));
        }
        items.push(item);
    }
    hide_earlier_versions(entries, &mut items);
    if n_full > 0 {
        collected.note(format!("long posts with their full text: {n_full}"));
    }
    let loose: Vec<Note> = notes.into_iter().filter(|note| !note.used).collect();
    if !loose.is_empty() && !items.is_empty() {
        collected.note(format!("full texts without a post of their own, read as posts: {}", loose.len()));
    }
    let loose = loose.into_iter().map(|note| Item {
        author: author.clone(),
        time: note.time,
        text: note.text,
        ..Item::default()
    });
    items.extend(loose);
    collected.push_all(tweets::talks(items));
}

fn note(note: Json) -> Note {
    let full =
        |of: Json| of.at("text").words().map(|text| tweets::expanded(text, of.at("urls").items(), std::iter::empty()));
    let text = full(note.at("core"))
        .or_else(|| full(note.at("noteTweetResults")))
        .or_else(|| full(note.at("noteTweetContents")));
    Note { time: moment::moment(note.at("createdAt")), text: text.unwrap_or_default(), used: false }
}

/// Whether the post was made within a second of the note and begins like it.
fn is_start(item: &Item, note: &Note) -> bool {
    let second = |time: &Option<String>| time.as_deref().and_then(moment::second);
    let (Some(post), Some(full)) = (second(&item.time), second(&note.time)) else { return false };
    if note.used || (post - full).abs() > 1 {
        return false;
    }
    let (post, full) = (linked::start(&item.text), linked::start(&note.text));
    !post.is_empty() && full.starts_with(post.trim_end_matches('…').trim_end())
}

fn media(tweet: Json) -> impl Iterator<Item = Json> {
    let extended = tweet.at("extended_entities").at("media");
    if extended.is_array() { extended } else { tweet.at("entities").at("media") }.items()
}

fn item(tweet: Json<'_>, author: Option<&str>) -> Item {
    let urls = tweet.at("entities").at("urls").items();
    let text = tweets::expanded(tweet.at("full_text").text().unwrap_or_default(), urls, media(tweet));
    Item {
        id: tweet.either(&["id_str", "id"]).name().unwrap_or_default().to_owned(),
        parent: tweet.at("in_reply_to_status_id_str").name().map(str::to_owned),
        whom: tweet.at("in_reply_to_screen_name").words().map(tweets::handle),
        author: author.map(str::to_owned),
        time: moment::moment(tweet.at("created_at")),
        text: tweets::unescaped(&text).trim_end().to_owned() + &tweets::pictures(media(tweet)),
        ..Item::default()
    }
}

/// The account's name, else the one that most addresses of own pictures hold.
fn author(entries: &[Json], tweets: &[Json]) -> Option<String> {
    let account = entries.iter().find_map(|entry| entry.at("account").at("username").words());
    if let Some(name) = account.or_else(|| entries.iter().find_map(|entry| entry.at("userInfo").at("userName").words()))
    {
        return Some(tweets::handle(name));
    }
    let mut names: BTreeMap<&str, usize> = BTreeMap::new();
    for name in tweets.iter().filter_map(|tweet| pictured(*tweet)) {
        *names.entry(name).or_default() += 1;
    }
    names.into_iter().max_by_key(|(_, n)| *n).map(|(name, _)| tweets::handle(name))
}

/// Whose post it is, by the address of one of its own pictures.
fn pictured(tweet: Json<'_>) -> Option<&str> {
    let own = tweet.at("id_str").name().unwrap_or_default();
    media(tweet).find_map(|media| {
        let (before, after) = media.at("expanded_url").text()?.split_once("/status/")?;
        after.strip_prefix(own)?.strip_prefix('/')?;
        before.rsplit('/').next().filter(|name| !name.is_empty())
    })
}

/// Leaves the last version of each edited post; the earlier ones hang on it.
fn hide_earlier_versions(entries: &[Json], items: &mut [Item]) {
    let mut later: BTreeMap<&str, &str> = BTreeMap::new();
    for entry in entries {
        let tweet = if entry.has("tweet") { entry.at("tweet") } else { *entry };
        let control = tweet.at("edit_info").at("edit").at("editControlInitial");
        let own = tweet.at("id_str").name().unwrap_or_default();
        later.extend(
            control.at("editTweetIds").items().filter_map(Json::name).filter(|id| *id < own).map(|id| (id, own)),
        );
    }
    for item in items {
        if let Some(own) = later.get(item.id.as_str()) {
            item.state = State::Hidden("earlier versions of edited posts");
            item.parent = Some((*own).to_owned());
        }
    }
}
