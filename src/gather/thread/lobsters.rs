//! Lobsters: a story with its comments, `/s/ID.json`.
//!
//! Follows the shape that the site documents by its source; no page of a real story was at hand.

use super::collect;
use super::tree::{Item, Order, State, Talk};
use crate::content::Kind;
use crate::gather::tape::Json;
use crate::gather::{Confidence, Error, Format, Input, Reading, fragment, moment};

pub(crate) const FORMAT: Format = Format {
    name: "lobsters",
    kind: Kind::Thread,
    about: "Lobsters stories with their comments (`/s/ID.json`, from its documented shape)",
    extensions: &["json"],
    sniff,
    read,
    stream: None,
};

fn sniff(input: &Input) -> Confidence {
    input.certain(|json| json.has("short_id") && json.at("comments").is_array())
}

fn read(input: &Input) -> Result<Reading, Error> {
    collect::each(input, &FORMAT, "stories", |story, collected| {
        if !story.has("short_id") {
            return Err("not a story: no `short_id`");
        }
        collected.push(talk(story));
        Ok(())
    })
}

/// A user is a name, or in older pages an object with one.
fn user(json: Json) -> Option<String> {
    json.words().or_else(|| json.at("username").words()).map(str::to_owned)
}

fn talk(story: Json) -> Talk {
    let id = story.at("short_id").name().unwrap_or_default().to_owned();
    let title = story.at("title").words();
    let parts = [title.map(str::to_owned), story.at("url").words().map(str::to_owned), body(story, "description")];
    let first = Item {
        id: id.clone(),
        author: user(story.at("submitter_user")),
        time: moment::moment(story.at("created_at")),
        text: parts.into_iter().flatten().collect::<Vec<_>>().join("\n\n"),
        ..Item::default()
    };
    let author = first.author.clone();
    let mut items = vec![first];
    // Older pages tell who answers whom by the indent alone.
    let mut above: Vec<String> = Vec::new();
    for comment in story.at("comments").items() {
        let own = comment.at("short_id").name().unwrap_or_default();
        let depth = comment.either(&["depth", "indent_level"]).index().unwrap_or_default();
        let depth = if comment.has("depth") { depth } else { depth.saturating_sub(1) };
        above.truncate(depth);
        let parent = comment.at("parent_comment").name().map(str::to_owned).or_else(|| above.last().cloned());
        above.push(own.to_owned());
        let is_gone = comment.at("is_deleted").is_true() || comment.at("is_moderated").is_true();
        items.push(Item {
            id: own.to_owned(),
            parent: parent.or_else(|| Some(id.clone())),
            author: user(comment.at("commenting_user")),
            time: moment::moment(comment.at("created_at")),
            text: body(comment, "comment").unwrap_or_default(),
            state: if is_gone { State::Gone("deleted") } else { State::Shown },
            ..Item::default()
        });
    }
    let url = story.either(&["short_id_url", "comments_url"]).words().map(str::to_owned);
    let url = url.or_else(|| Some(format!("https://lobste.rs/s/{id}")));
    Talk { id: Some(id), title: title.map(str::to_owned), author, url, items, order: Order::Replies, ..Talk::default() }
}

/// The source of a comment where the page has it, else its HTML as Markdown.
fn body(json: Json, name: &str) -> Option<String> {
    let plain = json.at(&format!("{name}_plain")).words().map(str::to_owned);
    plain.or_else(|| json.at(name).words().map(fragment::markdown))
}
