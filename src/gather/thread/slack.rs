//! Slack: an export (zip or folder), or a channel as slackdump writes it.
//!
//! Read from `hfaran/slack-export-viewer`'s test archive and a slackdump dump. An export is a folder
//! a channel with a file a day; joined, it is one object of `channels`, `users` and `days`. Answers
//! of a thread stand under its first message, whatever day they are from.

use std::collections::{BTreeMap, BTreeSet};

use super::collect::{self, Collected};
use super::tree::{Item, Order, State, Talk};
use super::tweets::quoted;
use crate::content::{Kind, line};
use crate::gather::tape::Json;
use crate::gather::{Confidence, Error, Format, Input, Reading, moment};

pub(crate) const FORMAT: Format = Format {
    name: "slack",
    kind: Kind::Chat,
    about: "Slack exports (zip or folder), channels of slackdump",
    extensions: &["json"],
    sniff,
    read,
    stream: None,
};

fn sniff(input: &Input) -> Confidence {
    input.certain(|json| {
        let is_dump = json.has("channel_id") && json.at("messages").is_array();
        let is_export = json.at("days").is_object() && json.has("users");
        is_dump || is_export || is_message(json)
    })
}

fn is_message(json: Json) -> bool {
    json.at("type").text() == Some("message") && json.at("ts").text().is_some_and(|ts| ts.contains('.'))
}

fn read(input: &Input) -> Result<Reading, Error> {
    collect::together(input, &FORMAT, "messages", |entries, collected| {
        let mut loose = Vec::new();
        for entry in entries {
            if entry.at("days").is_object() {
                export(*entry, collected);
            } else if entry.has("channel_id") {
                let messages = entry.at("messages").items();
                let all = messages
                    .flat_map(|message| std::iter::once(message).chain(message.at("slackdump_thread_replies").items()));
                let id = entry.at("channel_id").name();
                channel(id, entry.at("name").words(), all.collect(), &BTreeMap::new(), collected);
            } else if is_message(*entry) {
                loose.push(*entry);
            }
        }
        if !loose.is_empty() {
            channel(None, None, loose, &BTreeMap::new(), collected);
        }
    })
}

/// All channels of an export, those first that `channels.json` knows.
fn export(json: Json, collected: &mut Collected) {
    let mut names: BTreeMap<&str, String> = BTreeMap::new();
    for user in json.at("users").items() {
        let profile = user.at("profile");
        let name = profile
            .at("display_name")
            .words()
            .or_else(|| user.at("name").words())
            .or_else(|| user.at("real_name").words());
        if let (Some(id), Some(name)) = (user.at("id").name(), name) {
            names.insert(id, name.to_owned());
        }
    }
    let mut ids: BTreeMap<&str, &str> = BTreeMap::new();
    for channel in json.at("channels").items() {
        if let (Some(id), Some(name)) = (channel.at("id").name(), channel.at("name").name()) {
            ids.insert(name, id);
        }
    }
    let mut channels: BTreeMap<&str, Vec<Json>> = BTreeMap::new();
    for (day, messages) in json.at("days").members() {
        let folder = day.rsplit_once('/').map_or("", |(folder, _)| folder);
        channels.entry(folder).or_default().extend(messages.items());
    }
    for (folder, messages) in channels {
        let id = ids.get(folder).copied().or(Some(folder));
        channel(id, Some(folder), messages, &names, collected);
    }
}

fn channel(
    id: Option<&str>,
    name: Option<&str>,
    messages: Vec<Json>,
    users: &BTreeMap<&str, String>,
    collected: &mut Collected,
) {
    let mut seen = BTreeSet::new();
    let mut items: Vec<Item> = Vec::new();
    for message in messages {
        // A reply that was also sent to the channel stands in both places.
        if message.is_object() && seen.insert(message.at("ts").name().unwrap_or_default()) {
            items.push(item(message, users));
        }
    }
    items.sort_by(|left, right| left.id.len().cmp(&right.id.len()).then(left.id.cmp(&right.id)));
    let (id, title) = (id.map(str::to_owned), name.map(|name| format!("#{name}")));
    collected.push(Talk { id, title, items, order: Order::Replies, ..Talk::default() });
}

fn item(message: Json, users: &BTreeMap<&str, String>) -> Item {
    let ts = message.at("ts").name().unwrap_or_default();
    let own = message.at("user_profile").either(&["display_name", "name", "real_name"]).words();
    let user = message.at("user").name();
    let author = user.and_then(|id| users.get(id).cloned()).or_else(|| own.map(str::to_owned));
    let bot = message.at("bot_profile").at("name").words().or_else(|| message.at("bot_id").words().map(|_| "bot"));
    let author = author.or_else(|| message.at("username").words().or(user).or(bot).map(str::to_owned));
    let subtype = message.at("subtype").text().unwrap_or_default();
    let is_service = subtype.ends_with("_join")
        || subtype.ends_with("_leave")
        || subtype.starts_with("channel_") && subtype != "channel_topic" && subtype != "channel_purpose";
    let mut text = mrkdwn(message.at("text").text().unwrap_or_default(), users);
    let is_bare = text.trim().is_empty();
    for attached in message.at("attachments").items().filter(|attached| is_bare || !is_preview(*attached)) {
        text += &format!("\n{}", attachment(attached, users));
    }
    for file in message.at("files").items().chain([message.at("file")].into_iter().filter(|file| file.is_object())) {
        text += &format!("\n[file: {}]", line(file.either(&["title", "name"]).words().unwrap_or("file")));
    }
    Item {
        id: ts.to_owned(),
        parent: message.at("thread_ts").name().filter(|thread| *thread != ts).map(str::to_owned),
        whom: None,
        author,
        time: moment::moment(message.at("ts")),
        text: text.trim_start().to_owned(),
        state: match subtype {
            "tombstone" => State::Gone("deleted"),
            _ if is_service => State::Hidden("service messages"),
            _ => State::Shown,
        },
        ..Item::default()
    }
}

/// Whether Slack attached it by itself, to show where a link leads.
fn is_preview(attached: Json) -> bool {
    !is_shared(attached) && (attached.has("from_url") || attached.has("original_url") || attached.has("service_name"))
}

fn is_shared(attached: Json) -> bool {
    attached.at("is_share").is_true() || attached.at("is_msg_unfurl").is_true()
}

/// What a program attached, or the message of another place that was shared.
fn attachment(attached: Json, users: &BTreeMap<&str, String>) -> String {
    let title = attached.at("title").words().map(|title| match attached.at("title_link").words() {
        Some(url) => format!("[{}]({url})", line(title)),
        None => title.to_owned(),
    });
    let parts =
        [attached.at("pretext").words().map(str::to_owned), title, attached.at("text").words().map(str::to_owned)];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    let words = if parts.is_empty() {
        attached.at("fallback").words().unwrap_or_default().to_owned()
    } else {
        parts.join("\n")
    };
    let words = mrkdwn(&words, users);
    match attached.at("author_name").words().filter(|_| is_shared(attached)) {
        Some(author) => quoted(author, &words),
        None => words,
    }
}

/// Slack's own marks written as Markdown: `<@U1>`, `<#C1|name>`, `<!here>`, `<url|words>`.
fn mrkdwn(text: &str, users: &BTreeMap<&str, String>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('<') {
        out.push_str(before);
        let Some((inside, after)) = after.split_once('>') else {
            rest = &rest[before.len()..];
            break;
        };
        let (target, words) = inside.split_once('|').map_or((inside, None), |(target, words)| (target, Some(words)));
        match target.chars().next() {
            Some('@') => {
                let known = users.get(&target[1..]).map(String::as_str);
                out.push_str(&format!("@{}", known.or(words).unwrap_or(&target[1..]).trim_start_matches('@')));
            }
            Some('#') => out.push_str(&format!("#{}", words.unwrap_or(&target[1..]))),
            Some('!') => out.push_str(&format!("@{}", words.unwrap_or(&target[1..]).trim_start_matches('@'))),
            _ => match words.filter(|words| !target.contains(words)) {
                Some(words) => out.push_str(&format!("[{words}]({target})")),
                None => out.push_str(target.strip_prefix("mailto:").unwrap_or(target)),
            },
        }
        rest = after;
    }
    (out + rest).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_of_slack_become_markdown() {
        let users = BTreeMap::from([("U1", "ada".to_owned())]);
        for (text, expected) in [
            ("<@U1> <@U2|bo> <#C1|general> <!here>", "@ada @bo #general @here"),
            (
                "<https://a.example|the essay> &amp; <https://b.example>",
                "[the essay](https://a.example) & https://b.example",
            ),
            ("<http://a.example|a.example> 1 &lt; 2 < 3", "http://a.example 1 < 2 < 3"),
        ] {
            assert_eq!(mrkdwn(text, &users), expected);
        }
    }
}
