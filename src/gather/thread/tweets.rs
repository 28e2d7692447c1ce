//! What the forms of X share: short links written out, quotes and pictures in their places.

use super::forest;
use super::tree::{Item, Talk};
use crate::content::line;
use crate::gather::tape::Json;

/// The text of a post with its `t.co` links replaced by what they stand for.
///
/// Every entity names its short form, which occurs nowhere else in the text: no offset is trusted.
/// Links to the post's own pictures go; the pictures are told by [`pictures`].
pub(super) fn expanded<'j>(
    text: &str,
    urls: impl Iterator<Item = Json<'j>>,
    media: impl Iterator<Item = Json<'j>>,
) -> String {
    let mut text = text.to_owned();
    for entity in media {
        if let Some(short) = entity.at("url").words() {
            text = text.replace(short, "");
        }
    }
    for entity in urls {
        // Scrapers call the long form by the name of the short one.
        let scraped = entity.has("tcourl").then(|| entity.at("url").words()).flatten();
        let long = entity.either(&["unwound_url", "expanded_url", "expandedUrl"]).words().or(scraped);
        if let (Some(short), Some(long)) = (entity.either(&["tcourl", "url", "shortUrl"]).words(), long) {
            let is_media = entity.has("media_key") || is_own_media(long);
            text = replace_whole(&text, short, if is_media { "" } else { long });
        }
    }
    text
}

/// Replaces a short link, but not the start of a longer one.
fn replace_whole(text: &str, short: &str, long: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(short) {
        let after = &rest[at + short.len()..];
        let goes_on = after.starts_with(|c: char| c.is_ascii_alphanumeric());
        out.push_str(&rest[..at]);
        out.push_str(if goes_on { short } else { long });
        rest = after;
    }
    out + rest
}

/// Whether the address shows a picture or video of a post.
fn is_own_media(url: &str) -> bool {
    let mut parts = url.rsplit('/');
    let number = parts.next().is_some_and(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
    number && matches!(parts.next(), Some("photo" | "video")) && url.contains("/status/")
}

/// The three entities that X writes; its escaped texts know no others.
pub(super) fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

/// `[image: its description]` for each picture, on a line of their own.
pub(super) fn pictures<'j>(media: impl Iterator<Item = Json<'j>>) -> String {
    let words = media.map(|picture| {
        let kind = match picture.at("type").text() {
            Some("video" | "animated_gif") => "video",
            _ => "image",
        };
        match picture.either(&["ext_alt_text", "alt_text"]).words() {
            Some(description) => format!("[{kind}: {}]", line(description)),
            None => format!("[{kind}]"),
        }
    });
    let words: Vec<String> = words.collect();
    if words.is_empty() { String::new() } else { format!("\n\n{}", words.join(" ")) }
}

/// A post quoted inside another one.
pub(super) fn quoted(author: &str, text: &str) -> String {
    let lines: Vec<String> = text.trim().lines().map(|line| format!("> {line}")).collect();
    format!("\n\n> {author}:\n{}", lines.join("\n"))
}

/// `@name`, once.
pub(super) fn handle(name: &str) -> String {
    format!("@{}", name.trim_start_matches('@'))
}

/// The threads that posts of X form.
pub(super) fn talks(items: Vec<Item>) -> Vec<Talk> {
    forest::talks(items, |first| {
        let is_id = !first.id.is_empty() && first.id.bytes().all(|byte| byte.is_ascii_digit());
        let handle = first.author.as_deref().and_then(|author| author.strip_prefix('@')).unwrap_or("i");
        is_id.then(|| format!("https://x.com/{handle}/status/{}", first.id))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gather::tape::Tape;

    #[test]
    fn short_links_are_written_out() {
        let tape = Tape::parse(
            r#"{"urls":[{"url":"https://t.co/a","expanded_url":"https://a.example/?x=1&y=2"},
            {"url":"https://t.co/p","expanded_url":"https://twitter.com/x/status/1/photo/1"}],
            "media":[{"url":"https://t.co/m","type":"photo","ext_alt_text":"a cat"}]}"#,
        );
        let root = tape.root();
        let text = expanded(
            "👩‍🌾 &lt; https://t.co/a, https://t.co/ab https://t.co/p https://t.co/m",
            root.at("urls").items(),
            root.at("media").items(),
        );
        assert_eq!(text.trim_end(), "👩‍🌾 &lt; https://a.example/?x=1&y=2, https://t.co/ab");
        assert_eq!(pictures(root.at("media").items()), "\n\n[image: a cat]");
        assert_eq!(quoted("@b", "x\n\ny"), "\n\n> @b:\n> x\n> \n> y");
    }
}
