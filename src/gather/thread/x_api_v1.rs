//! Tweets as API v1.1 gives them, and as scrapers write them.
//!
//! Read from `dogsheep/twitter-to-sqlite` (commit f09d611); the other names of the same fields are
//! those of snscrape, twscrape and gallery-dl, which were not at hand. A retweet is read as the post
//! that it repeats.

use super::collect::{self, Collected};
use super::tree::Item;
use super::tweets;
use crate::content::Kind;
use crate::gather::tape::Json;
use crate::gather::{Confidence, Error, Format, Input, Reading, moment};

pub(crate) const FORMAT: Format = Format {
    name: "x-api-v1",
    kind: Kind::Thread,
    about: "X API v1.1 tweets, and scrapers that write its fields; JSON or JSON lines",
    extensions: &["json", "jsonl"],
    sniff,
    read,
    stream: None,
};

const TEXT: &[&str] = &["full_text", "rawContent", "text", "content"];

fn sniff(input: &Input) -> Confidence {
    input.certain(|json| is_tweet(json) || json.at("statuses").items().any(is_tweet))
}

fn is_tweet(json: Json) -> bool {
    let user = json.either(&["user", "author"]);
    let named = user.either(&["screen_name", "username"]).words().is_some();
    let scraped =
        json.has("conversationId") || json.has("inReplyToTweetId") || json.has("tweet_id") || json.has("rawContent");
    let text = json.either(TEXT).text().is_some();
    text && named && (json.has("id_str") || scraped)
}

fn read(input: &Input) -> Result<Reading, Error> {
    collect::together(input, &FORMAT, "posts", |entries, collected| {
        let mut n_other = 0;
        let mut items = Vec::new();
        for entry in entries {
            let inner: Vec<Json> = entry.at("statuses").items().collect();
            for tweet in if inner.is_empty() { vec![*entry] } else { inner } {
                if tweet.either(TEXT).text().is_some() {
                    items.push(item(tweet));
                } else {
                    n_other += 1;
                }
            }
        }
        tell_others(n_other, collected);
        collected.push_all(tweets::talks(items));
    })
}

fn tell_others(n_other: usize, collected: &mut Collected) {
    if n_other > 0 {
        collected.warn(format!("elements that are no tweets: {n_other}"));
    }
}

fn author(tweet: Json) -> Option<String> {
    tweet.either(&["user", "author"]).either(&["screen_name", "username"]).words().map(tweets::handle)
}

fn text(tweet: Json) -> String {
    let extended = tweet.at("extended_tweet");
    let whole = if extended.has("full_text") { extended } else { tweet };
    let entities = whole.at("entities");
    let extended_media = whole.at("extended_entities").at("media");
    let media = || if extended_media.is_array() { extended_media } else { entities.at("media") }.items();
    let urls = entities.at("urls").items().chain(tweet.at("links").items());
    let text = tweets::expanded(whole.either(TEXT).text().unwrap_or_default(), urls, media());
    tweets::unescaped(&text).trim_end().to_owned() + &tweets::pictures(media())
}

fn item(tweet: Json) -> Item {
    let original = tweet.either(&["retweeted_status", "retweetedTweet"]);
    let mut words = match author(original) {
        Some(author) => format!("RT {author}: {}", text(original)),
        None => text(tweet),
    };
    let inner = if original.is_object() { original } else { tweet };
    let quoted = inner.either(&["quoted_status", "quotedTweet"]);
    if let Some(author) = author(quoted) {
        words += &tweets::quoted(&author, &text(quoted));
    }
    Item {
        id: tweet.either(&["id_str", "id", "tweet_id"]).name().unwrap_or_default().to_owned(),
        parent: tweet
            .either(&["in_reply_to_status_id_str", "inReplyToTweetIdStr", "inReplyToTweetId"])
            .name()
            .map(str::to_owned),
        whom: tweet.at("in_reply_to_screen_name").words().map(tweets::handle),
        author: author(tweet),
        time: moment::moment(tweet.either(&["created_at", "date"])),
        text: words,
        ..Item::default()
    }
}
