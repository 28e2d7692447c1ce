//! Bluesky: a thread as the app's API gives it, and lists of posts or records.
//!
//! Read from `MarshalX/atproto` (commit 568529b) and `bluesky-social/indigo` (4b983a7). Links stand
//! in facets by byte offsets into UTF-8; the words of the text are often only the start of them.

use super::collect;
use super::forest;
use super::tree::{Item, Order, State, Talk};
use super::tweets::quoted;
use crate::content::{Kind, line};
use crate::gather::tape::Json;
use crate::gather::{Confidence, Error, Format, Input, Reading, moment};

pub(crate) const FORMAT: Format = Format {
    name: "bluesky",
    kind: Kind::Thread,
    about: "Bluesky threads and posts as its API gives them (JSON)",
    extensions: &["json", "jsonl"],
    sniff,
    read,
    stream: None,
};

fn sniff(input: &Input) -> Confidence {
    input.certain(|json| {
        let view = json.at("thread").at("$type").text().is_some_and(|kind| kind.ends_with("#threadViewPost"));
        view || is_post(json) || lists(json).any(is_post)
    })
}

/// Posts under the names that lists of them go by.
fn lists(json: Json) -> impl Iterator<Item = Json> {
    let named = ["posts", "feed", "records", "postRecords"].into_iter().flat_map(move |name| json.at(name).items());
    named.map(|entry| if entry.has("post") { entry.at("post") } else { entry })
}

fn is_post(json: Json) -> bool {
    let record = record(json);
    let is_typed = record.at("$type").text() == Some("app.bsky.feed.post");
    is_typed
        || json.at("uri").text().is_some_and(|uri| uri.starts_with("at://") && uri.contains("/app.bsky.feed.post/"))
}

fn record(post: Json) -> Json {
    let record = post.either(&["record", "value"]);
    if record.is_object() { record } else { post }
}

fn read(input: &Input) -> Result<Reading, Error> {
    collect::together(input, &FORMAT, "posts", |entries, collected| {
        let mut posts = Vec::new();
        for entry in entries {
            if entry.at("thread").is_object() {
                collected.push(thread(entry.at("thread")));
                continue;
            }
            if is_post(*entry) {
                posts.push(item(*entry));
            }
            let account = entry.at("accountMeta").at("Identity");
            let (did, handle) =
                (account.either(&["DID", "did"]).words(), account.either(&["Handle", "handle"]).words());
            for post in lists(*entry).filter(|post| is_post(*post)) {
                let mut item = item(post);
                if item.author.as_deref() == did {
                    item.author = handle.or(did).map(str::to_owned);
                }
                posts.push(item);
            }
        }
        collected.push_all(forest::talks(posts, url));
    })
}

/// The posts above, the post and all answers below it.
fn thread(view: Json) -> Talk {
    let mut above = Vec::new();
    let mut at = view.at("parent");
    while at.is_object() {
        above.push(node(at, None));
        at = at.at("parent");
    }
    above.reverse();
    for index in 1..above.len() {
        above[index].parent = Some(above[index - 1].id.clone());
    }
    let parent = above.last().map(|item| item.id.clone());
    let mut items = above;
    let mut open = vec![(view, parent)];
    while let Some((view, parent)) = open.pop() {
        let item = node(view, parent);
        let mut replies: Vec<(Json, Option<String>)> =
            view.at("replies").items().map(|reply| (reply, Some(item.id.clone()))).collect();
        replies.reverse();
        open.extend(replies);
        items.push(item);
    }
    let first = items.first();
    let author = first.and_then(|item| item.author.clone());
    let title = author.as_ref().map(|author| format!("Thread by {author}"));
    let id = first.map(|item| item.id.clone());
    Talk { id, title, url: first.and_then(url), author, items, order: Order::Replies, ..Talk::default() }
}

fn node(view: Json, parent: Option<String>) -> Item {
    let gone = match view.at("$type").text().unwrap_or_default() {
        kind if kind.ends_with("#notFoundPost") => Some("not found"),
        kind if kind.ends_with("#blockedPost") => Some("blocked"),
        _ => None,
    };
    if let Some(why) = gone {
        let id = view.at("uri").name().unwrap_or_default().to_owned();
        return Item { id, parent, state: State::Gone(why), ..Item::default() };
    }
    let item = item(view.at("post"));
    Item { parent: parent.or(item.parent.clone()), ..item }
}

fn item(post: Json) -> Item {
    let record = record(post);
    let uri = post.at("uri").name().unwrap_or_default();
    let did = uri.strip_prefix("at://").and_then(|rest| rest.split('/').next());
    let author = post.at("author").at("handle").words().or(did).filter(|author| !author.is_empty());
    Item {
        id: uri.to_owned(),
        parent: record.at("reply").at("parent").at("uri").name().map(str::to_owned),
        whom: record
            .at("reply")
            .at("parent")
            .at("uri")
            .name()
            .and_then(|uri| uri.strip_prefix("at://")?.split('/').next())
            .map(str::to_owned),
        author: author.map(str::to_owned),
        time: moment::moment(record.at("createdAt")),
        text: text(record) + &embedded(record.at("embed"), post.at("embed")),
        ..Item::default()
    }
}

/// `https://bsky.app/profile/NAME/post/KEY`
fn url(first: &Item) -> Option<String> {
    let (repository, key) = first.id.strip_prefix("at://")?.split_once("/app.bsky.feed.post/")?;
    Some(format!("https://bsky.app/profile/{}/post/{key}", first.author.as_deref().unwrap_or(repository)))
}

/// The text with the links of its facets written out.
fn text(record: Json) -> String {
    let text = record.at("text").text().unwrap_or_default();
    let mut links: Vec<(usize, usize, &str)> = Vec::new();
    for facet in record.at("facets").items() {
        let index = facet.at("index");
        let uri = facet.at("features").items().find_map(|feature| feature.at("uri").words());
        if let (Some(start), Some(end), Some(uri)) = (index.at("byteStart").index(), index.at("byteEnd").index(), uri) {
            links.push((start, end, uri));
        }
    }
    links.sort_unstable();
    let mut out = String::new();
    let mut at = 0;
    for (start, end, uri) in links {
        let (Some(before), Some(words)) = (text.get(at..start), text.get(start..end)) else { continue };
        let bare = words.trim_end_matches("...").trim_end_matches('…');
        out.push_str(before);
        out.push_str(&if uri.contains(bare) { uri.to_owned() } else { format!("[{}]({uri})", line(words)) });
        at = end;
    }
    out + text.get(at..).unwrap_or_default()
}

/// Cards, pictures and quoted posts; `view` holds what the record only refers to.
fn embedded(embed: Json, view: Json) -> String {
    let mut out = String::new();
    let media = if embed.has("media") { embed.at("media") } else { embed };
    let card = media.at("external");
    if let Some(uri) = card.at("uri").words() {
        let title = line(card.at("title").text().unwrap_or_default());
        out += &if title.is_empty() { format!("\n\n{uri}") } else { format!("\n\n[{title}]({uri})") };
    }
    for image in media.at("images").items() {
        let alt = line(image.at("alt").text().unwrap_or_default());
        out += &if alt.is_empty() { "\n\n[image]".to_owned() } else { format!("\n\n[image: {alt}]") };
    }
    let record = view.at("record");
    let record = if record.has("record") { record.at("record") } else { record };
    if let (Some(author), Some(words)) =
        (record.at("author").at("handle").words(), record.at("value").at("text").words())
    {
        out += &quoted(author, words);
    }
    out
}
