//! Exports that only make sense together: files of one folder or archive, joined into one text.
//!
//! An archive of X keeps posts, their long texts and the account in files of their own; Slack keeps
//! a file a day, Telegram a page for every thousand messages. Which files belong together is told by
//! their names and their places; what is in them is judged by the reader.

use std::collections::BTreeSet;

use super::stream::Stream;
use super::thread::linked::Links;
use super::thread::x_archive;
use super::{Format, split};

/// A family of files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Family {
    /// `tweets.js`, its parts, `note-tweet.js`, `account.js`, `manifest.js`.
    XArchive,
    /// `channels.json`, `users.json`, and a folder a channel with a file a day.
    Slack,
    /// `messages.html`, `messages2.html` and so on: one chat of Telegram.
    TelegramPages,
}

impl Family {
    /// The exports among files of these paths, each with the folder that holds it.
    pub(crate) fn among<'a>(paths: &[&'a str]) -> Vec<(Self, &'a str)> {
        let all: BTreeSet<&str> = paths.iter().copied().collect();
        let has = |folder: &str, name: &str| all.contains(join(folder, name).as_str());
        let slack: BTreeSet<&str> = paths.iter().filter(|path| is_day(path)).map(|day| folder(folder(day))).collect();
        let mut found: Vec<(Self, &str)> = Vec::new();
        for path in paths {
            let own = folder(path);
            let lists = ["channels.json", "dms.json", "groups.json"];
            let export = match file(path) {
                name if is_tweets(name) => (Self::XArchive, whole_archive(own, &has).unwrap_or(own)),
                "users.json" if slack.contains(own) && lists.iter().any(|list| has(own, list)) => (Self::Slack, own),
                "messages2.html" if has(own, "messages.html") => (Self::TelegramPages, own),
                _ => continue,
            };
            if !found.contains(&export) {
                found.push(export);
            }
        }
        let roots: Vec<&str> = found.iter().map(|(_, root)| *root).collect();
        found.retain(|(_, root)| !roots.iter().any(|other| other != root && below(other, root).is_some()));
        found
    }

    /// The family that files of these paths form, if they are one export and no more.
    pub(crate) fn of(paths: &[&str]) -> Option<Self> {
        // Several first pages are several chats.
        let n_chats = paths.iter().filter(|path| page(path) == Some(1)).count();
        match Self::among(paths)[..] {
            [(Self::TelegramPages, _)] if n_chats > 1 => None,
            [(family, _)] => Some(family),
            _ => None,
        }
    }

    /// Whether the file is read at all.
    pub(crate) fn takes(self, path: &str) -> bool {
        match self {
            Self::XArchive => {
                let name = file(path);
                is_tweets(name) || name.starts_with("note-tweet") || matches!(name, "account.js" | "manifest.js")
            }
            Self::Slack => is_day(path) || matches!(file(path), "users.json" | "channels.json" | "groups.json"),
            Self::TelegramPages => page(path).is_some(),
        }
    }

    /// How one thread is read of files too large to be joined, where that can be.
    pub(crate) fn links(self) -> Option<(&'static Format, Links)> {
        match (self, x_archive::FORMAT.stream) {
            (Self::XArchive, Some(Stream::Linked(links))) => Some((&x_archive::FORMAT, links)),
            _ => None,
        }
    }

    /// The joined text of files in the order of their paths.
    pub(crate) fn join(self, files: &[(String, String)]) -> String {
        if self == Self::TelegramPages {
            let mut pages: Vec<(Option<usize>, &str)> =
                files.iter().map(|(path, text)| (page(path), text.as_str())).collect();
            pages.sort_by_key(|(number, _)| *number);
            return pages.into_iter().map(|(_, text)| text).collect::<Vec<_>>().join("\n");
        }
        let json = |text: &str| split::json(text).trim_end().trim_end_matches(';').trim_end().to_owned();
        if self == Self::XArchive {
            let inside = |text: &str| {
                let json = json(text);
                match json.strip_prefix('[') {
                    Some(inside) => inside.strip_suffix(']').unwrap_or(inside).trim().trim_end_matches(',').to_owned(),
                    None => json,
                }
            };
            let parts: Vec<String> =
                files.iter().map(|(_, text)| inside(text)).filter(|part| !part.is_empty()).collect();
            return format!("[{}]", parts.join(",\n"));
        }
        let lists = |wanted: &[&str]| {
            let found = files.iter().filter(|(path, _)| wanted.contains(&file(path)));
            let parts: Vec<String> = found
                .flat_map(|(_, text)| split::pieces(&json(text)).into_iter().map(str::to_owned).collect::<Vec<_>>())
                .collect();
            format!("[{}]", parts.join(","))
        };
        let days = files.iter().filter(|(path, _)| is_day(path)).map(|(path, text)| {
            let mut parts = path.rsplit('/');
            let (day, channel) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
            let name = serde_json::Value::from(format!("{channel}/{day}"));
            // A day that is cut off ends what it opened: the days after it stand on their own.
            format!("{name}:[{}]", split::pieces(&json(text)).join(","))
        });
        let days: Vec<String> = days.collect();
        format!(
            "{{\"users\":{},\"channels\":{},\"days\":{{{}}}}}",
            lists(&["users.json"]),
            lists(&["channels.json", "groups.json"]),
            days.join(",\n")
        )
    }
}

fn file(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

/// The way to `path` from `folder`, if it lies below.
pub(crate) fn below<'a>(folder: &str, path: &'a str) -> Option<&'a str> {
    if folder.is_empty() { Some(path) } else { path.strip_prefix(folder)?.strip_prefix('/') }
}

/// The folder of an archive of X whose `data` holds the tweets.
fn whole_archive<'a>(tweets: &'a str, has: &dyn Fn(&str, &str) -> bool) -> Option<&'a str> {
    let around = folder(tweets);
    let is_whole = has(tweets, "manifest.js") || has(around, "Your archive.html");
    (file(tweets) == "data" && is_whole).then_some(around)
}

/// `tweets.js`, `tweet.js`, `tweets-part1.js`, `community-tweet.js`
fn is_tweets(file: &str) -> bool {
    let Some(stem) = file.strip_suffix(".js") else { return false };
    let stem = stem.strip_prefix("community-").unwrap_or(stem);
    let rest = stem.strip_prefix("tweets").or_else(|| stem.strip_prefix("tweet"));
    rest.is_some_and(|rest| {
        rest.is_empty() || rest.strip_prefix("-part").is_some_and(|n| n.bytes().all(|b| b.is_ascii_digit()))
    })
}

/// The number of a page: 1 for `messages.html`, 2 for `messages2.html`.
fn page(path: &str) -> Option<usize> {
    match file(path).strip_prefix("messages")?.strip_suffix(".html")? {
        "" => Some(1),
        number => number.parse().ok(),
    }
}

/// `general/2024-01-31.json`
fn is_day(path: &str) -> bool {
    let Some((folder, day)) =
        path.rsplit_once('/').and_then(|(folder, file)| Some((folder, file.strip_suffix(".json")?)))
    else {
        return false;
    };
    let shape = |(index, byte): (usize, u8)| if matches!(index, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() };
    !folder.is_empty() && day.len() == 10 && day.bytes().enumerate().all(shape)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn family(paths: &[&str]) -> Option<Family> {
        Family::of(paths)
    }

    #[test]
    fn files_that_belong_together_are_known_by_their_names() {
        assert_eq!(family(&["data/account.js", "data/tweets-part1.js"]), Some(Family::XArchive));
        assert_eq!(family(&["x/users.json", "x/channels.json", "x/general/2024-01-31.json"]), Some(Family::Slack));
        assert_eq!(family(&["users.json", "conversations.json", "notes/2024-01-31.json"]), None);
        assert_eq!(family(&["tweets-parts.js", "my-tweets.js", "users.json"]), None);
        assert_eq!(family(&["c/messages.html", "c/messages2.html"]), Some(Family::TelegramPages));
        assert_eq!(family(&["a/messages.html", "a/messages2.html", "b/messages.html"]), None);
    }

    #[test]
    fn exports_are_found_beside_other_files() {
        let check = |paths: &[&str], expected: &[(Family, &str)]| assert_eq!(Family::among(paths), expected);
        check(&["notes.md", "x/data/tweets.js", "x/data/manifest.js"], &[(Family::XArchive, "x")]);
        check(&["notes.md", "a/data/tweets.js", "a/data/tweets-part1.js"], &[(Family::XArchive, "a/data")]);
        check(&["Your archive.html", "data/tweets.js"], &[(Family::XArchive, "")]);
        check(&["a/messages.html", "a/messages2.html", "b/messages.html"], &[(Family::TelegramPages, "a")]);
        let slack = ["s/users.json", "s/dms.json", "s/general/2024-01-31.json"];
        check(&slack, &[(Family::Slack, "s")]);
        check(&[slack[0], slack[1], "t/general/2024-01-31.json"], &[]);
        check(&["tweets.js", "old/tweet.js"], &[(Family::XArchive, "")]);
    }

    #[test]
    fn files_are_joined_as_one_json_text() {
        let files = |files: &[(&str, &str)]| {
            files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect::<Vec<_>>()
        };
        let x = files(&[
            ("data/account.js", "window.YTD.account.part0 = [ {\"account\":1} ]"),
            ("data/tweets.js", "window.YTD.tweets.part0 = [{\"tweet\":2}, {\"tweet\":3}];\n"),
            ("data/tweets-part1.js", "window.YTD.tweets.part1 = [ ]"),
        ]);
        assert_eq!(Family::XArchive.join(&x), "[{\"account\":1},\n{\"tweet\":2}, {\"tweet\":3}]");
        let pages = files(&[("messages.html", "a"), ("messages10.html", "c"), ("messages2.html", "b")]);
        assert_eq!(Family::TelegramPages.join(&pages), "a\nb\nc");
        let slack = files(&[
            ("users.json", "[{\"id\":\"U\"}]"),
            ("channels.json", "[]"),
            ("a/2024-01-01.json", "[{\"ts\":\"1.0\"}"),
            ("a/2024-01-02.json", "[{\"ts\":\"2.0\"}]"),
        ]);
        assert_eq!(
            Family::Slack.join(&slack),
            "{\"users\":[{\"id\":\"U\"}],\"channels\":[],\"days\":{\"a/2024-01-01.json\":[{\"ts\":\"1.0\"}],\n\"a/2024-01-02.json\":[{\"ts\":\"2.0\"}]}}"
        );
    }
}
