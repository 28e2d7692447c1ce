//! Discourse: a topic (`/t/ID.json`) or its posts (`/t/ID/posts.json`).
//!
//! Read from `yoselabs/a2web` (commit 8530a40) and a dump of `xertrov`. A page of a topic holds its
//! first posts and the ids of all; those that are missing are counted.

use std::collections::BTreeSet;

use super::collect;
use super::tree::{Item, Note, State, Talk};
use crate::content::Kind;
use crate::gather::tape::Json;
use crate::gather::{Confidence, Error, Format, Input, Reading, fragment, moment};

pub(crate) const FORMAT: Format = Format {
    name: "discourse",
    kind: Kind::Thread,
    about: "Discourse topics and their posts (JSON)",
    extensions: &["json"],
    sniff,
    read,
    stream: None,
};

fn sniff(input: &Input) -> Confidence {
    let is_post = |post: Json| post.has("cooked") || post.has("raw") && post.has("post_number");
    input.certain(|json| {
        json.at("post_stream").at("posts").items().any(is_post) || is_post(json) && json.has("username")
    })
}

fn read(input: &Input) -> Result<Reading, Error> {
    collect::together(input, &FORMAT, "posts", |entries, collected| {
        let singles: Vec<Json> = entries.iter().copied().filter(|entry| entry.has("cooked")).collect();
        for topic in entries.iter().filter(|entry| entry.at("post_stream").is_object()) {
            let mut posts: Vec<Json> = topic.at("post_stream").at("posts").items().collect();
            posts.sort_by_key(|post| post.at("post_number").index());
            collected.push(talk(*topic, &posts));
        }
        if let Some(first) = singles.first() {
            collected.push(talk(*first, &singles));
        }
    })
}

fn talk(topic: Json, posts: &[Json]) -> Talk {
    let first = posts.first().copied();
    let slug = first.and_then(|post| post.at("topic_slug").words());
    let mut talk = Talk {
        id: topic.either(&["topic_id", "id"]).name().map(str::to_owned),
        title: topic
            .either(&["title", "fancy_title"])
            .words()
            .map(str::to_owned)
            .or_else(|| slug.map(|slug| slug.replace('-', " "))),
        author: first.and_then(|post| post.at("username").words()).map(str::to_owned),
        ..Talk::default()
    };
    let here: BTreeSet<&str> = posts.iter().filter_map(|post| post.at("id").name()).collect();
    let n_missing =
        topic.at("post_stream").at("stream").items().filter_map(Json::name).filter(|id| !here.contains(id)).count();
    if n_missing > 0 {
        talk.notes.push(Note::new("posts that are not in the export", n_missing));
    }
    for post in posts {
        let raw = post.at("raw").words().map(str::to_owned);
        let is_action = post.at("post_type").index() == Some(3);
        let is_gone = post.at("user_deleted").is_true() || !post.at("deleted_at").is_null();
        talk.items.push(Item {
            id: post.at("post_number").name().unwrap_or_default().to_owned(),
            parent: post.at("reply_to_post_number").name().map(str::to_owned),
            whom: post.at("reply_to_user").at("username").words().map(str::to_owned),
            author: post.at("username").words().map(str::to_owned),
            time: moment::moment(post.at("created_at")),
            text: raw.unwrap_or_else(|| fragment::markdown(post.at("cooked").text().unwrap_or_default())),
            state: match () {
                () if is_gone => State::Gone("deleted"),
                () if is_action => State::Hidden("actions of moderators"),
                () => State::Shown,
            },
            ..Item::default()
        });
    }
    talk
}
