//! Hacker News: an item with its children (Algolia), or items one by one (Firebase).
//!
//! Read from `yoselabs/a2web` (commit 8530a40) and the documentation of both APIs. A comment without
//! author and text was deleted.

use super::collect;
use super::tree::{Item, Order, State, Talk};
use crate::content::Kind;
use crate::gather::tape::Json;
use crate::gather::{Confidence, Error, Format, Input, Reading, fragment, moment};

pub(crate) const FORMAT: Format = Format {
    name: "hackernews",
    kind: Kind::Thread,
    about: "Hacker News items as JSON (Algolia's tree, Firebase's single items)",
    extensions: &["json", "jsonl"],
    sniff,
    read,
    stream: None,
};

const TYPES: &[&str] = &["story", "comment", "job", "poll", "pollopt"];

fn sniff(input: &Input) -> Confidence {
    input.certain(|json| is_tree(json) || is_single(json))
}

fn is_tree(json: Json) -> bool {
    let is_typed = json.at("type").text().is_some_and(|kind| TYPES.contains(&kind));
    json.at("children").is_array()
        && json.has("id")
        && (json.has("story_id") || json.has("points") || is_typed && json.has("author"))
}

fn is_single(json: Json) -> bool {
    json.at("type").text().is_some_and(|kind| TYPES.contains(&kind))
        && json.has("id")
        && json.has("time")
        && (json.has("by") || json.has("deleted"))
}

fn read(input: &Input) -> Result<Reading, Error> {
    collect::together(input, &FORMAT, "comments", |entries, collected| {
        for entry in entries.iter().filter(|entry| is_tree(**entry)) {
            collected.push(tree(*entry));
        }
        let singles: Vec<Json> =
            entries.iter().copied().filter(|entry| !is_tree(*entry) && is_single(*entry)).collect();
        if let Some(first) = singles.iter().find(|entry| entry.at("parent").is_null()).or(singles.first()) {
            let items = singles.iter().map(|entry| item(*entry, entry.at("parent").name())).collect();
            collected.push(talk(*first, items));
        }
    })
}

fn tree(root: Json) -> Talk {
    let mut items = Vec::new();
    let mut open = vec![(root, None)];
    while let Some((json, parent)) = open.pop() {
        items.push(item(json, parent));
        let id = json.at("id").name();
        let mut children: Vec<_> = json.at("children").items().map(|child| (child, id)).collect();
        children.reverse();
        open.extend(children);
    }
    talk(root, items)
}

fn talk(story: Json, items: Vec<Item>) -> Talk {
    let id = story.at("id").name();
    let author = story.either(&["author", "by"]).words().map(str::to_owned);
    let title = story.at("title").words().map(str::to_owned);
    let title = title.or_else(|| author.as_ref().map(|author| format!("Comment by {author}")));
    let url = id.map(|id| format!("https://news.ycombinator.com/item?id={id}"));
    Talk { id: id.map(str::to_owned), title, author, url, items, order: Order::Replies, ..Talk::default() }
}

fn item(json: Json, parent: Option<&str>) -> Item {
    let author = json.either(&["author", "by"]).words();
    let body = fragment::markdown(json.at("text").text().unwrap_or_default());
    let linked = json.at("url").words().unwrap_or_default();
    let headline = json.at("title").words().unwrap_or_default();
    let parts = [headline, linked, body.as_str()].into_iter().filter(|part| !part.trim().is_empty());
    let text = parts.collect::<Vec<_>>().join("\n\n");
    let is_gone = json.at("deleted").is_true() || author.is_none() && text.is_empty();
    let state = match () {
        () if is_gone => State::Gone("deleted"),
        () if json.at("dead").is_true() => State::Gone("flagged"),
        () => State::Shown,
    };
    Item {
        id: json.at("id").name().unwrap_or_default().to_owned(),
        parent: parent.map(str::to_owned),
        author: author.map(str::to_owned),
        time: moment::moment(json.either(&["created_at", "created_at_i", "time"])),
        text,
        state,
        ..Item::default()
    }
}
