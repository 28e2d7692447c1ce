//! GitHub: issues, pull requests and their comments as the REST API gives them, discussions as
//! GraphQL does.
//!
//! Read from `dogsheep/github-to-sqlite`; the GraphQL shape is that of its documentation. Comments
//! have no tree; those of one issue make one thread, behind the issue if it is in the same file.

use std::collections::BTreeMap;

use super::collect;
use super::tree::{Item, Talk};
use crate::content::Kind;
use crate::gather::tape::Json;
use crate::gather::{Confidence, Error, Format, Input, Reading, moment};

pub(crate) const FORMAT: Format = Format {
    name: "github",
    kind: Kind::Thread,
    about: "GitHub issues, pull requests, comments (REST) and discussions (GraphQL) as JSON",
    extensions: &["json"],
    sniff,
    read,
    stream: None,
};

fn sniff(input: &Input) -> Confidence {
    input.certain(|json| is_rest(json) || root_of(json).is_some())
}

fn is_rest(json: Json) -> bool {
    let person = json.at("user").at("login").words().is_some() || json.at("user").is_null() && json.has("user");
    person
        && json.has("body")
        && (json.has("issue_url") || json.has("pull_request_url") || json.has("number") && json.has("title"))
}

/// The issue, pull request or discussion of a GraphQL reply.
fn root_of(json: Json) -> Option<Json> {
    let data = json.at("data");
    let repository = if data.is_object() { data } else { json }.at("repository");
    let root = repository.either(&["discussion", "issue", "pullRequest"]);
    (root.has("title") || root.has("comments")).then_some(root)
}

fn read(input: &Input) -> Result<Reading, Error> {
    collect::together(input, &FORMAT, "posts", |entries, collected| {
        let mut threads: BTreeMap<String, Talk> = BTreeMap::new();
        let mut order: Vec<String> = Vec::new();
        for entry in entries {
            if let Some(root) = root_of(*entry) {
                collected.push(graph(root));
            } else if is_rest(*entry) {
                let key = entry
                    .either(&["issue_url", "pull_request_url", "url"])
                    .name()
                    .unwrap_or_default()
                    .replace("/pulls/", "/issues/");
                if !threads.contains_key(&key) {
                    order.push(key.clone());
                }
                rest(*entry, threads.entry(key).or_default());
            }
        }
        let mut talks: Vec<Talk> = order.iter().filter_map(|key| threads.remove(key)).collect();
        // The API lists the newest first.
        for talk in &mut talks {
            talk.items.sort_by(|left, right| left.time.cmp(&right.time));
        }
        talks.sort_by_key(|talk| talk.items.first().and_then(|item| item.time.clone()));
        collected.push_all(talks);
    })
}

fn rest(json: Json, talk: &mut Talk) {
    let page = json.at("html_url").words().map(|url| url.split('#').next().unwrap_or(url));
    let mut text = json.at("body").text().unwrap_or_default().to_owned();
    if json.has("title") {
        talk.title = json.at("title").words().map(|title| match json.at("number").name() {
            Some(number) => format!("{title} (#{number})"),
            None => title.to_owned(),
        });
        talk.author = json.at("user").at("login").words().map(str::to_owned);
        if text.trim().is_empty() {
            json.at("title").text().unwrap_or_default().clone_into(&mut text);
        }
    }
    talk.url = talk.url.take().or_else(|| page.map(str::to_owned));
    talk.id = talk.id.take().or_else(|| page.and_then(|page| page.rsplit('/').next()).map(str::to_owned));
    talk.items.push(item(json, None, text));
}

fn item(json: Json, parent: Option<String>, text: String) -> Item {
    Item {
        id: json.either(&["node_id", "id"]).name().unwrap_or_default().to_owned(),
        parent,
        author: json.either(&["user", "author"]).at("login").words().map(str::to_owned),
        time: moment::moment(json.either(&["created_at", "createdAt"])),
        text,
        ..Item::default()
    }
}

/// A discussion: comments, and one level of replies to each.
fn graph(root: Json) -> Talk {
    let body = |json: Json| json.either(&["body", "bodyText"]).text().unwrap_or_default().to_owned();
    let title = root.at("title").words().map(str::to_owned);
    let first =
        item(root, None, Some(body(root)).filter(|text| !text.trim().is_empty()).or(title.clone()).unwrap_or_default());
    let mut talk = Talk {
        id: root.either(&["number", "id"]).name().map(str::to_owned),
        author: first.author.clone(),
        url: root.at("url").words().map(str::to_owned),
        title,
        ..Talk::default()
    };
    let top = Some(first.id.clone());
    talk.items.push(first);
    for comment in nodes(root.at("comments")) {
        let above = item(comment, top.clone(), body(comment));
        let id = Some(above.id.clone());
        talk.items.push(above);
        talk.items.extend(nodes(comment.at("replies")).into_iter().map(|reply| item(reply, id.clone(), body(reply))));
    }
    talk
}

/// The nodes of a list, which GraphQL gives as such or behind edges.
fn nodes(list: Json) -> Vec<Json> {
    let edges = list.at("edges").items().map(|edge| edge.at("node"));
    list.at("nodes").items().chain(edges).collect()
}
