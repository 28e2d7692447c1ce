//! The links of a text: where they stand, which words carry them, what they lead to.
//!
//! Markdown links, autolinks in angle brackets and bare addresses, `http` and `https` only.
//! Images are pictures, not links. Time is linear in the text, whatever the text is.

use super::identifier;
use crate::content::{Link, line};

/// What an address most likely leads to, judged by the address alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkClass {
    /// Another address behind a shortener.
    Short,
    /// A video.
    Video,
    /// A sound recording.
    Audio,
    /// A picture.
    Image,
    /// A scientific paper.
    Paper,
    /// Any other PDF.
    Pdf,
    /// A file in a repository of code, or the repository.
    File,
    /// A feed.
    Feed,
    /// A post on a social network or forum.
    Post,
    /// A conversation with a model that somebody shared.
    SharedChat,
    /// Any other page: an essay, an article, a product.
    Page,
}

const SHORTENERS: &[&str] = &[
    "t.co",
    "bit.ly",
    "tinyurl.com",
    "goo.gl",
    "ow.ly",
    "buff.ly",
    "lnkd.in",
    "is.gd",
    "dlvr.it",
    "trib.al",
    "tiny.cc",
    "t.ly",
    "rb.gy",
    "cutt.ly",
    "fb.me",
    "amzn.to",
    "nyti.ms",
    "spoti.fi",
    "hubs.ly",
    "shorturl.at",
];
const CHATS: &[&str] = &[
    "chatgpt.com/share/",
    "chat.openai.com/share/",
    "claude.ai/share/",
    "gemini.google.com/share/",
    "g.co/gemini/share/",
    "grok.com/share/",
    "poe.com/s/",
];
const VIDEOS: &[&str] =
    &["youtube.com/watch", "youtube.com/live/", "youtube.com/shorts/", "youtu.be/", "vimeo.com/", "twitch.tv/videos/"];
const AUDIOS: &[&str] = &["podcasts.apple.com/", "open.spotify.com/episode/", "soundcloud.com/"];
const REPOSITORIES: &[&str] = &[
    "github.com/",
    "gist.github.com/",
    "raw.githubusercontent.com/",
    "gitlab.com/",
    "codeberg.org/",
    "bitbucket.org/",
];
const PAPERS: &[&str] =
    &["arxiv.org/", "openreview.net/", "doi.org/", "aclanthology.org/", "biorxiv.org/", "ssrn.com/"];
const POSTS: &[&str] = &[
    "bsky.app/profile/",
    "news.ycombinator.com/item",
    "reddit.com/r/",
    "threads.net/@",
    "lobste.rs/s/",
    "linkedin.com/posts/",
];

/// Says what an address leads to.
pub fn classify(url: &str) -> LinkClass {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let rest = rest.strip_prefix("www.").or_else(|| rest.strip_prefix("m.")).unwrap_or(rest);
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let starts = |prefixes: &[&str]| prefixes.iter().any(|prefix| rest.starts_with(prefix));
    match host {
        _ if SHORTENERS.contains(&host) => LinkClass::Short,
        _ if starts(CHATS) => LinkClass::SharedChat,
        _ if starts(VIDEOS) => LinkClass::Video,
        _ if starts(PAPERS) => LinkClass::Paper,
        "x.com" | "twitter.com" | "mobile.twitter.com" if rest.contains("/status/") => LinkClass::Post,
        _ if starts(POSTS) || rest.contains("/@") && rest.rsplit('/').next().is_some_and(is_number) => LinkClass::Post,
        _ if starts(AUDIOS) => LinkClass::Audio,
        _ => by_ending(rest).unwrap_or(if starts(REPOSITORIES) { LinkClass::File } else { LinkClass::Page }),
    }
}

/// What the ending of a path says.
fn by_ending(rest: &str) -> Option<LinkClass> {
    let path = rest.split(['?', '#']).next().unwrap_or_default().to_ascii_lowercase();
    let (before, ending) = path.rsplit_once('/')?.1.rsplit_once('.').unwrap_or((path.as_str(), ""));
    let is_feed = matches!(before.rsplit('/').next(), Some("feed" | "rss" | "atom" | "index")) && ending == "xml";
    Some(match ending {
        "pdf" => LinkClass::Pdf,
        "mp4" | "webm" | "mkv" | "mov" | "m4v" => LinkClass::Video,
        "mp3" | "m4a" | "ogg" | "opus" | "wav" | "flac" => LinkClass::Audio,
        "png" | "jpg" | "jpeg" | "gif" | "webp" | "avif" | "ico" => LinkClass::Image,
        "rss" | "atom" => LinkClass::Feed,
        _ if is_feed => LinkClass::Feed,
        _ => return None,
    })
}

impl LinkClass {
    /// The lower-case word, as in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Short => "short",
            Self::Video => "video",
            Self::Audio => "audio",
            Self::Image => "image",
            Self::Paper => "paper",
            Self::Pdf => "pdf",
            Self::File => "file",
            Self::Feed => "feed",
            Self::Post => "post",
            Self::SharedChat => "shared-chat",
            Self::Page => "page",
        }
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The links of a Markdown text, in the order they stand there.
pub fn links(text: &str) -> Vec<Link> {
    let carriers = carriers(text);
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = next_scheme(text, at) {
        let before = &text[..start];
        if before.ends_with("](") || before.ends_with("](<") {
            let end = destination_end(text, start, before.ends_with('<'));
            let close = before.trim_end_matches(['(', '<']).len() - 1;
            at = end;
            let carrier = carriers.binary_search_by_key(&close, |carrier| carrier.close).ok().map(|i| &carriers[i]);
            if let Some(carrier) = carrier.filter(|carrier| !carrier.image) {
                let url = &text[start..end];
                let words = words(&text[carrier.open + 1..close]);
                let text = (!words.is_empty() && words != url).then_some(words);
                found.push(Link { url: url.to_owned(), text, start: Some(carrier.open) });
            }
            continue;
        }
        let end = bare_end(text, start);
        at = end.max(start + 1);
        // The words of a Markdown link may be an address; the link itself follows.
        let inside = carriers.partition_point(|carrier| carrier.close < start);
        let carried = carriers.get(inside).is_some_and(|carrier| carrier.open < start && start < carrier.close);
        if !carried && end > start + "https://".len() {
            found.push(Link { url: text[start..end].to_owned(), text: None, start: Some(start) });
        }
    }
    let carried = |start: Option<usize>| {
        let inside = carriers.partition_point(|carrier| start.is_some_and(|start| carrier.close < start));
        carriers.get(inside).is_some_and(|carrier| start.is_some_and(|start| carrier.open < start))
    };
    found.extend(identifier::named(text).into_iter().filter(|link| !carried(link.start)));
    found.sort_by_key(|link| link.start);
    found
}

/// Offset of the next `http://` or `https://` that does not continue a word.
fn next_scheme(text: &str, mut at: usize) -> Option<usize> {
    loop {
        let start = at + memchr::memmem::find(&text.as_bytes()[at..], b"http")?;
        let rest = &text[start..];
        let inside_word = text[..start].chars().next_back().is_some_and(char::is_alphanumeric);
        if !inside_word && (rest.starts_with("http://") || rest.starts_with("https://")) {
            return Some(start);
        }
        at = start + "http".len();
    }
}

/// Brackets that are followed by a parenthesis: the words of a link or the description of an image.
struct Carrier {
    open: usize,
    close: usize,
    image: bool,
}

/// Every carrier of `text`, ordered by its closing bracket; brackets pair up within a paragraph.
fn carriers(text: &str) -> Vec<Carrier> {
    let bytes = text.as_bytes();
    let mut open = Vec::new();
    let mut found = Vec::new();
    for i in memchr::memchr3_iter(b'[', b']', b'\n', bytes) {
        match bytes[i] {
            b'[' => open.push(i),
            b'\n' if bytes.get(i + 1) == Some(&b'\n') => open.clear(),
            b']' => {
                let Some(start) = open.pop() else { continue };
                if bytes.get(i + 1) == Some(&b'(') {
                    found.push(Carrier { open: start, close: i, image: start > 0 && bytes[start - 1] == b'!' });
                }
            }
            _ => {}
        }
    }
    found
}

/// End of a link destination: the closing parenthesis, a blank, or what cannot be in an address.
fn destination_end(text: &str, start: usize, angle: bool) -> usize {
    let mut depth = 0;
    for (i, c) in text[start..].char_indices() {
        match c {
            '>' if angle => return start + i,
            '(' => depth += 1,
            ')' if !angle && depth == 0 => return start + i,
            ')' => depth -= 1,
            '[' | '<' | '"' if !angle => return start + i,
            _ if c.is_whitespace() => return start + i,
            _ => {}
        }
    }
    text.len()
}

/// End of a bare address, without the punctuation of the sentence around it.
fn bare_end(text: &str, start: usize) -> usize {
    let rest = &text[start..];
    let stops = |c: char| {
        c.is_whitespace()
            || matches!(
                c,
                '<' | '>' | '"' | '`' | '|' | '\\' | '“' | '”' | '’' | '»' | '…' | '。' | '，' | '、' | '）' | '」'
            )
    };
    let url = &rest[..rest.find(stops).unwrap_or(rest.len())];
    let url = &url[..url.find("](").unwrap_or(url.len())];
    let mut end = url.len();
    loop {
        let kept = &url[..end];
        let shorter = match kept.as_bytes().last() {
            Some(b'.' | b',' | b';' | b':' | b'!' | b'?' | b'\'' | b'*' | b'_' | b'~' | b'[' | b'(') => true,
            Some(b')') => kept.matches(')').count() > kept.matches('(').count(),
            Some(b']') => kept.matches(']').count() > kept.matches('[').count(),
            _ => false,
        };
        // Counting brackets once a byte is quadratic: an address this long is no address.
        if !shorter || url.len() - end > 64 {
            return start + end;
        }
        end -= 1;
    }
}

/// The words between the brackets of a link; of an image in them, its description.
fn words(carrier: &str) -> String {
    let carrier = match carrier.strip_prefix("![").and_then(|rest| rest.split_once(']')) {
        Some((description, _)) => description,
        None => carrier,
    };
    line(&carrier.replace(['*', '`'], ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[(&str, Option<&str>, usize)]) {
        let found = links(text);
        let found: Vec<_> =
            found.iter().map(|link| (link.url.as_str(), link.text.as_deref(), link.start.unwrap())).collect();
        assert_eq!(found, expected, "{text:?}");
    }

    #[test]
    fn a_link_is_found_with_the_words_that_carry_it() {
        check("see https://a.example/x. Or", &[("https://a.example/x", None, 4)]);
        check("(https://a.example/x_(y))!", &[("https://a.example/x_(y)", None, 1)]);
        check("<https://a.example/?q=1&r=2>", &[("https://a.example/?q=1&r=2", None, 1)]);
        check("é [the *essay*](https://a.example/x \"title\") b", &[("https://a.example/x", Some("the essay"), 3)]);
        check("[a](<https://a.example/x y>)", &[("https://a.example/x", Some("a"), 0)]);
        check("[https://a.example](https://a.example)", &[("https://a.example", None, 0)]);
        check("[https://a.example/x](https://t.co/y)", &[("https://t.co/y", Some("https://a.example/x"), 0)]);
        check("![picture](https://a.example/p.png) [b](https://b.example)", &[("https://b.example", Some("b"), 36)]);
        check("[![Clip](https://i.example/p)](https://v.example/w)", &[("https://v.example/w", Some("Clip"), 0)]);
        check("[x [y]](http://a.example/(b)c)", &[("http://a.example/(b)c", Some("x [y]"), 0)]);
        check(
            "`https://a.example/x`, **https://b.example**",
            &[("https://a.example/x", None, 1), ("https://b.example", None, 25)],
        );
        check("xhttps://a.example http:// https:// [a](/rel) [b](#c)", &[]);
        check("「https://a.example/x」", &[("https://a.example/x", None, 3)]);
    }

    #[test]
    fn hostile_runs_take_linear_time() {
        for piece in ["[", "](http", "[a](http://", "http://", "https://a)", "((((", "[!["] {
            links(&piece.repeat(200_000));
        }
        links(&format!("https://a{}", ")".repeat(1_000_000)));
    }

    #[test]
    fn an_address_tells_what_it_leads_to() {
        for (url, class) in [
            ("https://t.co/m98", LinkClass::Short),
            ("https://youtu.be/x", LinkClass::Video),
            ("https://www.youtube.com/watch?v=x", LinkClass::Video),
            ("https://chatgpt.com/share/1", LinkClass::SharedChat),
            ("https://arxiv.org/abs/1", LinkClass::Paper),
            ("https://a.example/x.pdf?y", LinkClass::Pdf),
            ("https://a.example/x.MP3#t", LinkClass::Audio),
            ("https://a.example/x.jpeg", LinkClass::Image),
            ("https://open.spotify.com/episode/1", LinkClass::Audio),
            ("https://github.com/a/b/blob/main/c.rs", LinkClass::File),
            ("https://a.example/feed.xml", LinkClass::Feed),
            ("https://a.example/map.xml", LinkClass::Page),
            ("https://x.com/a/status/1", LinkClass::Post),
            ("https://social.example/@a/12", LinkClass::Post),
            ("https://x.com/a", LinkClass::Page),
            ("https://notx.com/", LinkClass::Page),
        ] {
            assert_eq!(classify(url), class, "{url}");
        }
    }
}
