//! Reddit: a submission with its comments, as its `.json` pages or its old pages give them.
//!
//! Read from the recordings of `praw-dev/praw`. Bodies are Markdown, escaped as HTML unless the page
//! was asked not to; `replies` is an empty string where there are none; a `more` stands for comments
//! that are not in the page.

use html_escape::decode_html_entities;

use super::collect::{self, Collected};
use super::reddit_page;
use super::tree::{Item, Note, Order, State, Talk};
use crate::content::Kind;
use crate::gather::tape::Json;
use crate::gather::{Confidence, Error, Format, Input, Reading, moment};

pub(crate) const FORMAT: Format = Format {
    name: "reddit",
    kind: Kind::Thread,
    about: "Reddit submissions with their comments (`.json` pages, saved pages of old.reddit.com)",
    extensions: &["json", "html"],
    sniff,
    read,
    stream: None,
};

fn sniff(input: &Input) -> Confidence {
    if input.json.is_empty() && reddit_page::is_one(input) {
        return Confidence::Certain;
    }
    let is_thing = |json: Json| matches!(json.at("kind").text(), Some("t1" | "t3")) && json.at("data").is_object();
    input.certain(|json| {
        is_thing(json)
            || json.at("kind").text() == Some("Listing") && json.at("data").at("children").items().any(is_thing)
    })
}

fn read(input: &Input) -> Result<Reading, Error> {
    if input.json.is_empty() {
        let mut collected = Collected::new(input, &FORMAT, "comments");
        collected.push(reddit_page::thread(input.text));
        return collected.finish();
    }
    collect::together(input, &FORMAT, "comments", |entries, collected| {
        // The page of a submission is two listings: itself, and its comments.
        let mut submissions = Vec::new();
        let mut comments = Vec::new();
        for entry in entries {
            let things: Vec<Json> = entry.at("data").at("children").items().collect();
            for thing in if things.is_empty() { vec![*entry] } else { things } {
                if thing.at("kind").text() == Some("t3") { submissions.push(thing) } else { comments.push(thing) }
            }
        }
        if let [only] = submissions.as_slice() {
            thread(Some(*only), &comments, collected);
        } else {
            for submission in &submissions {
                thread(Some(*submission), &[], collected);
            }
            if !comments.is_empty() {
                thread(None, &comments, collected);
            }
        }
    })
}

fn thread(submission: Option<Json>, comments: &[Json], collected: &mut Collected) {
    let mut items = Vec::new();
    let mut n_more = 0;
    let mut n_continued = 0;
    let mut talk = Talk { order: Order::Replies, ..Talk::default() };
    if let Some(data) = submission.map(|submission| submission.at("data")) {
        let first = item(data, None);
        talk.id = Some(first.id.clone()).filter(|id| !id.is_empty());
        talk.title = data.at("title").words().map(|title| decode_html_entities(title).into_owned());
        talk.author.clone_from(&first.author);
        talk.url = data.at("permalink").words().map(|path| format!("https://www.reddit.com{path}"));
        items.push(first);
    }
    let top = talk.id.clone();
    let mut open: Vec<(Json, Option<String>)> = comments.iter().rev().map(|comment| (*comment, top.clone())).collect();
    while let Some((thing, parent)) = open.pop() {
        let data = thing.at("data");
        if thing.at("kind").text() == Some("more") {
            let n = data.at("children").items().count();
            n_more += data.at("count").index().unwrap_or(n).max(n);
            n_continued += usize::from(n == 0);
            continue;
        }
        if thing.at("kind").text() != Some("t1") {
            continue;
        }
        let item = item(data, parent);
        let mut replies: Vec<_> =
            data.at("replies").at("data").at("children").items().map(|reply| (reply, Some(item.id.clone()))).collect();
        replies.reverse();
        open.extend(replies);
        items.push(item);
    }
    if n_more > 0 {
        talk.notes.push(Note::new("comments that are not in the export", n_more));
    }
    if n_continued > 0 {
        talk.notes.push(Note::new("branches that go on in a page of their own", n_continued));
    }
    talk.items = items;
    collected.push(talk);
}

fn item(data: Json, parent: Option<String>) -> Item {
    let body = decode_html_entities(data.either(&["selftext", "body"]).text().unwrap_or_default()).into_owned();
    let linked = data.at("url").words().filter(|url| !data.at("is_self").is_true() && !url.contains("/comments/"));
    let title = decode_html_entities(data.at("title").text().unwrap_or_default()).into_owned();
    let parts = [title.as_str(), linked.unwrap_or_default(), &body];
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.trim().is_empty()).map(str::to_owned).collect();
    let author = data.at("author").words().filter(|author| *author != "[deleted]");
    let state = match body.trim() {
        "[deleted]" => State::Gone("deleted"),
        "[removed]" => State::Gone("removed"),
        _ => State::Shown,
    };
    Item {
        id: data.either(&["name", "id"]).name().unwrap_or_default().to_owned(),
        parent,
        author: author.map(|author| format!("u/{author}")),
        time: moment::moment(data.at("created_utc")),
        text: parts.join("\n\n"),
        state,
        ..Item::default()
    }
}
