//! What the forms of X share: short links written out, quotes and pictures in their places.

use std::cmp::Reverse;

use super::forest;
use super::tree::{Item, Talk};
use crate::content::line;
use crate::gather::tape::Json;

/// Links of a post that are written out; none has as many.
const MOST_LINKS: usize = 500;
/// Places at which one of them is written out: a post says the same link once, or twice.
const MOST_PLACES: usize = 4;

/// The text of a post with its `t.co` links replaced by what they stand for.
///
/// Every entity names its short form, which occurs nowhere else in the text: no offset is trusted.
/// Links to the post's own pictures go; the pictures are told by [`pictures`].
pub(super) fn expanded<'j>(
    text: &str,
    urls: impl Iterator<Item = Json<'j>>,
    media: impl Iterator<Item = Json<'j>>,
) -> String {
    let pictures = media.filter_map(|entity| Some((entity.at("url").words()?, "")));
    let links = urls.filter_map(|entity| {
        // Scrapers call the long form by the name of the short one.
        let scraped = entity.has("tcourl").then(|| entity.at("url").words()).flatten();
        let long = entity.either(&["unwound_url", "expanded_url", "expandedUrl"]).words().or(scraped)?;
        let is_media = entity.has("media_key") || is_own_media(long);
        Some((entity.either(&["tcourl", "url", "shortUrl"]).words()?, if is_media { "" } else { long }))
    });
    written_out(text, pictures.chain(links).take(MOST_LINKS))
}

/// A short link, what it stands for, and where it comes next.
struct Form<'j> {
    short: &'j str,
    long: &'j str,
    next: Option<usize>,
    n_left: usize,
}

/// Replaces short links, but not the start of a longer one, and nothing in what replaces them.
fn written_out<'j>(text: &str, forms: impl Iterator<Item = (&'j str, &'j str)>) -> String {
    let found = |short: &str, from: usize| text[from..].find(short).map(|at| from + at);
    let form = |(short, long)| Form { short, long, next: found(short, 0), n_left: MOST_PLACES };
    let mut forms: Vec<Form> = forms.map(form).collect();
    let mut out = String::new();
    let mut done = 0;
    // What comes first, and of that the longest.
    while let Some(form) =
        forms.iter_mut().filter(|form| form.next.is_some()).min_by_key(|form| (form.next, Reverse(form.short.len())))
    {
        let at = form.next.unwrap_or(done);
        let end = at + form.short.len();
        let goes_on = text[end..].starts_with(|c: char| c.is_ascii_alphanumeric());
        out.push_str(&text[done..at]);
        out.push_str(if goes_on { form.short } else { form.long });
        form.n_left -= 1;
        done = end;
        for form in forms.iter_mut().filter(|form| form.next.is_some_and(|next| next < done)) {
            form.next = if form.n_left > 0 { found(form.short, done) } else { None };
        }
    }
    out + &text[done..]
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

    #[test]
    fn links_that_stand_for_each_other_grow_no_text() {
        let check = |text: &str, forms: &[(&str, &str)], expected: &str| {
            assert_eq!(written_out(text, forms.iter().copied()), expected, "{text}");
        };
        check("x y", &[("x", "y"), ("y", "x")], "y x");
        check("x xy", &[("x", "1"), ("xy", "2")], "1 2");
        check("x", &[("x", "xx"); 60], "xx");
        check("x ".repeat(6).trim_end(), &[("x", "1")], "1 1 1 1 x x");
        check("xa x", &[("x", "1")], "xa 1");
        check("", &[("x", "1")], "");
    }
}
