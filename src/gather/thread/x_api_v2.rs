//! Tweets as API v2 gives them: pages with `includes`, or flat as twarc writes them.
//!
//! Read from `DocNow/twarc-csv` (commit d77da93). A retweet is cut, so the included original is read
//! in its place; quoted posts stand as quotes; `errors` name what was deleted or withheld.

use std::collections::{BTreeMap, BTreeSet};

use super::collect::{self, Collected};
use super::tree::Item;
use super::tweets;
use crate::content::Kind;
use crate::gather::tape::Json;
use crate::gather::{Confidence, Error, Format, Input, Reading, moment};

pub(crate) const FORMAT: Format = Format {
    name: "x-api-v2",
    kind: Kind::Thread,
    about: "X API v2 tweets: pages or flat, JSON or JSON lines (twarc)",
    extensions: &["json", "jsonl"],
    sniff,
    read,
    stream: None,
};

fn sniff(input: &Input) -> Confidence {
    let is_tweet = |json: Json| json.has("author_id") && json.has("text") && json.has("id");
    input.certain(|json| {
        let data = json.at("data");
        is_tweet(json) || is_tweet(data) || data.items().any(is_tweet)
    })
}

fn read(input: &Input) -> Result<Reading, Error> {
    collect::together(input, &FORMAT, "posts", |lines, collected| {
        let mut pages = Pages::default();
        let mut own = Vec::new();
        let mut n_missing = 0;
        for line in lines {
            let data = line.at("data");
            let inner: Vec<Json> = match () {
                () if data.is_array() => data.items().collect(),
                () if data.is_object() => vec![data],
                () => vec![*line],
            };
            pages.take(line.at("includes"));
            n_missing += line.at("errors").items().count();
            for tweet in inner.into_iter().filter(|tweet| tweet.has("text")) {
                pages.take_flat(tweet);
                own.push(tweet);
            }
        }
        tell_missing(n_missing, collected);
        let mut seen = BTreeSet::new();
        own.retain(|tweet| seen.insert(tweet.at("id").name().unwrap_or_default()));
        let items = own.into_iter().map(|tweet| pages.item(tweet)).collect();
        collected.push_all(tweets::talks(items));
    })
}

fn tell_missing(n_missing: usize, collected: &mut Collected) {
    if n_missing > 0 {
        collected.note(format!("posts that others refer to, deleted or withheld: {n_missing}"));
    }
}

/// What pages include: authors, and posts that others refer to.
#[derive(Default)]
struct Pages<'j> {
    authors: BTreeMap<&'j str, String>,
    posts: BTreeMap<&'j str, Json<'j>>,
    media: BTreeMap<&'j str, Json<'j>>,
}

impl<'j> Pages<'j> {
    fn take(&mut self, includes: Json<'j>) {
        for user in includes.at("users").items() {
            self.take_author(user);
        }
        for tweet in includes.at("tweets").items() {
            self.posts.insert(tweet.at("id").name().unwrap_or_default(), tweet);
        }
        for media in includes.at("media").items() {
            self.media.insert(media.at("media_key").name().unwrap_or_default(), media);
        }
    }

    fn take_author(&mut self, user: Json<'j>) {
        if let (Some(id), Some(name)) = (user.at("id").name(), user.at("username").words()) {
            self.authors.insert(id, tweets::handle(name));
        }
    }

    /// A flat tweet carries its author and what it refers to.
    fn take_flat(&mut self, tweet: Json<'j>) {
        self.take_author(tweet.at("author"));
        self.take_author(tweet.at("in_reply_to_user"));
        for inner in tweet.at("referenced_tweets").items().filter(|inner| inner.has("text")) {
            self.take_author(inner.at("author"));
            self.posts.insert(inner.at("id").name().unwrap_or_default(), inner);
        }
        for media in tweet.at("attachments").at("media").items() {
            self.media.insert(media.at("media_key").name().unwrap_or_default(), media);
        }
    }

    fn author(&self, tweet: Json) -> Option<String> {
        self.authors.get(tweet.at("author_id").name()?).cloned()
    }

    fn referred(&self, tweet: Json<'j>, kind: &str) -> Option<(&'j str, Option<Json<'j>>)> {
        let found = tweet.at("referenced_tweets").items().find(|other| other.at("type").text() == Some(kind))?;
        let id = found.at("id").name()?;
        Some((id, self.posts.get(id).copied()))
    }

    fn text(&self, tweet: Json<'j>) -> String {
        let note = tweet.at("note_tweet");
        let whole = if note.at("text").words().is_some() { note } else { tweet };
        let urls = whole.at("entities").at("urls").items();
        let text = tweets::expanded(whole.at("text").text().unwrap_or_default(), urls, std::iter::empty());
        let keys = tweet.at("attachments").at("media_keys").items().filter_map(Json::name);
        let media = keys.filter_map(|key| self.media.get(key).copied());
        tweets::unescaped(&text).trim_end().to_owned() + &tweets::pictures(media)
    }

    fn item(&self, tweet: Json<'j>) -> Item {
        let mut text = self.text(tweet);
        let mut inner = tweet;
        if let Some((_, Some(original))) = self.referred(tweet, "retweeted") {
            text = format!("RT {}: {}", self.author(original).unwrap_or_default(), self.text(original));
            inner = original;
        }
        if let Some((_, Some(quoted))) = self.referred(inner, "quoted") {
            text += &tweets::quoted(&self.author(quoted).unwrap_or_default(), &self.text(quoted));
        }
        let answered = self.referred(tweet, "replied_to");
        let whom = tweet.at("in_reply_to_user_id").name().and_then(|id| self.authors.get(id).cloned());
        Item {
            id: tweet.at("id").name().unwrap_or_default().to_owned(),
            parent: answered.map(|(id, _)| id.to_owned()),
            whom: answered.and_then(|(_, post)| post).and_then(|post| self.author(post)).or(whom),
            author: self.author(tweet),
            time: moment::moment(tweet.at("created_at")),
            text,
            ..Item::default()
        }
    }
}
