//! Mastodon: the archive's `outbox.json`, and statuses as the API gives them.
//!
//! Read from a public archive (`dealingwith/masto-archive`) and replies recorded by Mastodon.py.
//! Posts that are not addressed to the public are left out unless asked for; boosts name only an
//! address and are counted.

use super::collect::{self, Collected};
use super::forest;
use super::tree::{Item, State, Talk};
use crate::content::{Kind, line};
use crate::gather::tape::Json;
use crate::gather::{Confidence, Error, Format, Input, Reading, fragment, moment};

pub(crate) const FORMAT: Format = Format {
    name: "mastodon",
    kind: Kind::Thread,
    about: "Mastodon archive (`outbox.json`), statuses and threads of its API",
    extensions: &["json"],
    sniff,
    read,
    stream: None,
};

const PUBLIC: &[&str] = &["https://www.w3.org/ns/activitystreams#Public", "as:Public", "Public"];

fn sniff(input: &Input) -> Confidence {
    input.certain(|json| {
        let outbox = json.at("orderedItems").is_array();
        let context = json.at("ancestors").is_array() && json.at("descendants").is_array();
        outbox || context || is_status(json)
    })
}

fn is_status(json: Json) -> bool {
    json.at("account").at("acct").words().is_some() && json.has("content") && json.has("in_reply_to_id")
}

fn read(input: &Input) -> Result<Reading, Error> {
    collect::together(input, &FORMAT, "posts", |entries, collected| {
        let mut items = Vec::new();
        for entry in entries {
            let activities = entry.at("orderedItems").items();
            let (notes, boosts): (Vec<Json>, Vec<Json>) =
                activities.partition(|activity| activity.at("object").is_object());
            if !boosts.is_empty() {
                collected
                    .note(format!("boosts, of which an archive knows only the address, left out: {}", boosts.len()));
            }
            items.extend(notes.into_iter().map(|activity| note(activity, collected)));
            let around = entry.at("ancestors").items().chain(entry.at("descendants").items());
            items.extend(around.map(|other| status(other, collected)));
            if is_status(*entry) {
                items.push(status(*entry, collected));
            }
        }
        // Addresses of posts are their ids in an archive.
        let talks = forest::talks(items, |first| Some(first.id.clone()).filter(|id| id.starts_with("https://")));
        collected.push_all(talks.into_iter().map(|talk| Talk { title: title(&talk), ..talk }));
    })
}

/// An archive names its owner by an address; a title has the name that people use.
fn title(talk: &Talk) -> Option<String> {
    let title = talk.title.as_deref()?;
    let known = talk.author.as_deref().and_then(|author| Some((author, account_of(author)?)));
    Some(known.map_or_else(|| title.to_owned(), |(author, name)| title.replacen(author, &name, 1)))
}

/// One activity of an outbox.
fn note(activity: Json, collected: &Collected) -> Item {
    let note = activity.at("object");
    let addressed = |to: &str| {
        let to = note.at(to);
        to.items().chain([to]).filter_map(Json::text).any(|name| PUBLIC.contains(&name))
    };
    let is_public = addressed("to") || addressed("cc");
    Item {
        id: note.at("id").name().unwrap_or_default().to_owned(),
        parent: note.at("inReplyTo").name().map(str::to_owned),
        whom: note.at("inReplyTo").words().and_then(account_of),
        author: note.either(&["attributedTo", "actor"]).words().map(str::to_owned),
        time: moment::moment(note.at("published")),
        text: text(note.at("summary"), note.at("content"), note.at("attachment"), "name"),
        state: if is_public || collected.wants_private() { State::Shown } else { State::Hidden("not public") },
        ..Item::default()
    }
}

/// `@willd@indieweb.social` from the address of a post or an account.
fn account_of(url: &str) -> Option<String> {
    let (host, path) = url.split_once("://")?.1.split_once('/')?;
    let name = path.strip_prefix("users/").or_else(|| path.strip_prefix('@'))?.split('/').next()?;
    Some(format!("@{name}@{host}"))
}

/// One status of the API; of a boost, the status that is boosted.
fn status(status: Json, collected: &Collected) -> Item {
    let boosted = status.at("reblog");
    let inner = if boosted.is_object() { boosted } else { status };
    let is_public = matches!(status.at("visibility").text(), Some("public" | "unlisted") | None);
    let card = status.at("card");
    let mut text = text(inner.at("spoiler_text"), inner.at("content"), inner.at("media_attachments"), "description");
    if let Some(url) = card.at("url").words().filter(|url| !text.contains(url)) {
        text += &format!("\n\n[{}]({url})", line(card.at("title").words().unwrap_or(url)));
    }
    Item {
        id: status.at("id").name().unwrap_or_default().to_owned(),
        parent: status.at("in_reply_to_id").name().map(str::to_owned),
        author: inner.at("account").at("acct").words().map(str::to_owned),
        time: moment::moment(status.at("created_at")),
        text,
        state: if is_public || collected.wants_private() { State::Shown } else { State::Hidden("not public") },
        ..Item::default()
    }
}

fn text(warning: Json, content: Json, attachments: Json, alt: &str) -> String {
    let mut text = String::new();
    if let Some(warning) = warning.words() {
        text += &format!("Content warning: {}\n\n", line(warning));
    }
    text += &fragment::markdown(content.text().unwrap_or_default());
    for attachment in attachments.items() {
        let alt = line(attachment.at(alt).text().unwrap_or_default());
        text += &if alt.is_empty() { "\n\n[image]".to_owned() } else { format!("\n\n[image: {alt}]") };
    }
    text
}
