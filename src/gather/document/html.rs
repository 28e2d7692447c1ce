//! A web page becomes the Markdown of its main content.
//!
//! [`crate::gather::page`] finds the content and writes it, on a deep stack where the page nests deeply; one nested
//! deeper than browsers go is refused before that. What stands in front of a page (a login, a check
//! for robots, a shell of scripts) is an error, never an article.

use std::borrow::Cow;
use std::ops::Range;
use std::panic::{self, AssertUnwindSafe};
use std::thread as threads;

use super::markdown;
use crate::content::{Answers, Document, Kind, Post, Problem, Quality, Thread, canonical};
use crate::gather::page::{self, Fragment, Images, Refused, barrier};
use crate::gather::{Confidence, Error, Format, Input, Reading, draft, moment, thread};

pub(crate) const FORMAT: Format = Format {
    name: "html",
    kind: Kind::Page,
    about: "web pages: the main content as Markdown",
    extensions: &["html", "htm", "xhtml"],
    sniff,
    read,
    stream: None,
};

/// Pages larger than this may carry their pictures.
const FROM_DATA: usize = 128 * 1024;
/// Pages that nest no deeper, as nearly all do, are walked on any stack.
const SHALLOW: usize = 96;

/// Whether a text opens as only pages do.
pub(super) fn is_announced(text: &str) -> bool {
    let head = text.trim_start().as_bytes();
    let opens = |tag: &&str| head.get(..tag.len()).is_some_and(|start| start.eq_ignore_ascii_case(tag.as_bytes()));
    ["<!doctype html", "<html", "<head", "<body", "<title"].iter().any(opens)
}

fn sniff(input: &Input) -> Confidence {
    let text = input.text.trim_start();
    if is_announced(text) {
        return Confidence::Certain;
    }
    let head: String = text.chars().take(2000).collect::<String>().to_ascii_lowercase();
    let opens = |tags: &[&str]| tags.iter().any(|tag| head.starts_with(tag));
    // Servers put sheets and scripts of their own before a page.
    let is_led = opens(&["<style", "<script"]);
    let declared =
        (is_led || opens(&["<!--", "<?xml", "<!doctype"])) && (head.contains("<html") || head.contains("<body"));
    // Outlines have a body too.
    let declared = declared && !head.contains("<opml");
    let fragment = is_led
        || opens(&["<div", "<article", "<section", "<main", "<p>", "<h1", "<cite", "<table", "<ul", "<meta", "<link"]);
    if declared {
        Confidence::Certain
    } else if fragment && head.contains("</") {
        Confidence::Likely
    } else if opens_words(&head) {
        Confidence::Possible
    } else {
        Confidence::No
    }
}

/// Elements that hold words, which a page may open with where its server forgot what comes before.
const WORDY: &str = "p a b i br hr em strong span font center img pre ol dl h2 h3 h4 header nav form blockquote figure";

/// Whether a text opens with an element that holds words of a page.
fn opens_words(head: &str) -> bool {
    let name = head.strip_prefix('<').and_then(|rest| rest.split([' ', '>', '\n', '\t', '/']).next());
    name.is_some_and(|name| WORDY.split(' ').any(|wordy| wordy == name))
}

fn read(input: &Input) -> Result<Reading, Error> {
    page(input.name, input.text, FORMAT.name)
}

/// Reads one page, whichever format it came in.
pub(super) fn page(source: &str, html: &str, format: &str) -> Result<Reading, Error> {
    let name = || source.to_owned();
    let html = &*without_data(html);
    let page = walked(|depth| page::read(html, depth)).map_err(|refused| match refused {
        Some(Refused::Large) => Error::TooLarge { name: name(), limit: page::MAX_BYTES },
        Some(Refused::Deep) => Error::TooDeep { name: name(), limit: page::MAX_DEPTH },
        Some(Refused::Many) => Error::Malformed {
            name: name(),
            format: FORMAT.name,
            reason: "tags that nothing closes make more elements than can be read",
        },
        None => Error::Malformed { name: name(), format: FORMAT.name, reason: "the parser gave up" },
    })?;
    if let Some(reason) = barrier::blocked(&page, html) {
        return Err(Error::Blocked { name: name(), reason });
    }
    let mut problems = Vec::new();
    if page.from_data {
        problems.push(Problem::note(source, "the text stands in the page's data, not in its elements"));
    }
    if page.n_hidden > 0 {
        let message = format!("text that the page hides, left out: {} characters", page.n_hidden);
        problems.push(Problem::note(source, message));
    }
    if page.n_veiled > 0 {
        let message = format!("text that the page hides unless a script shows it, kept: {} characters", page.n_veiled);
        problems.push(Problem::note(source, message));
    }
    let cut_off = barrier::cut_off(&page);
    let (is_whole, metadata) = (page.is_whole, page.metadata);
    let mut document = if page.posts.is_empty() {
        let (own_title, text) = markdown::take_title(&canonical(&page.main).0, metadata.title.as_deref());
        let sections = markdown::sections(&text);
        if sections.is_empty() {
            return Err(Error::NothingRead { name: name(), items: "text" });
        }
        let mut document = draft::document(format, FORMAT.kind, text, sections, 0);
        document.title = metadata.title.or(own_title);
        markdown::finish(&mut document);
        document
    } else {
        discussion(format, page.posts, metadata.title)
    };
    document.author = metadata.author.or(document.author);
    document.date = metadata.date.or(document.date);
    document.site = metadata.site;
    document.language = metadata.language;
    document.url = metadata.url.or_else(|| saved_from(html));
    if is_whole {
        document.doubt(Quality::Suspect, "no main content found: the whole page is taken");
    }
    if metadata.is_paid {
        document.doubt(Quality::Partial, "the page says it is not free to read; the text may be cut");
    }
    if let Some(reason) = cut_off {
        document.doubt(Quality::Partial, reason);
    }
    Ok(Reading { documents: vec![document], problems })
}

/// The posts of a forum's page, a section each.
fn discussion(format: &str, posts: Vec<page::Post>, title: Option<String>) -> Document {
    let posts: Vec<Post> = posts
        .into_iter()
        .enumerate()
        .map(|(index, post)| {
            let (text, links) = thread::post_text(&post.text);
            let time = post.time.map(|time| moment::read(&time).unwrap_or(time));
            Post { number: index + 1, author: post.author, time, answers: Answers::Nothing, stub: false, text, links }
        })
        .collect();
    let first = posts.first();
    let (author, date) = (first.and_then(|post| post.author.clone()), first.and_then(|post| post.time.clone()));
    let thread = Thread { id: None, title, author, url: None, date, posts, n_hidden: 0, n_branches: None };
    thread::document(format, Kind::Thread, &thread)
}

/// The page without the files that it carries in `data:` addresses, where those are a good part of it.
fn without_data(html: &str) -> Cow<'_, str> {
    const MARK: &str = ";base64,";
    if html.len() < FROM_DATA {
        return Cow::Borrowed(html);
    }
    let is_data = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'%');
    let files: Vec<Range<usize>> = memchr::memmem::find_iter(html.as_bytes(), MARK)
        .map(|at| at + MARK.len())
        .map(|start| start..start + html.as_bytes()[start..].iter().take_while(|byte| is_data(byte)).count())
        .collect();
    if files.iter().map(Range::len).sum::<usize>() < html.len() / 8 {
        return Cow::Borrowed(html);
    }
    let mut out = String::with_capacity(html.len() / 2);
    let mut kept = 0;
    for file in files {
        out.push_str(&html[kept..file.start]);
        kept = file.end;
    }
    out.push_str(&html[kept..]);
    Cow::Owned(out)
}

/// Where a page was saved from, as `SingleFile` and browsers write it on top of what they save.
fn saved_from(html: &str) -> Option<String> {
    let head = &html[..html.floor_char_boundary(4000)];
    let said = ["Page saved with SingleFile", "saved from url="].iter().find_map(|mark| head.split_once(mark))?.1;
    let said = said.split("-->").next().unwrap_or_default();
    let address = &said[said.find("http")?..];
    address.split_whitespace().next().map(str::to_owned)
}

/// A whole page, if it can be read: a chapter of a book, the body of a mail, the text of a feed's entry.
pub(in crate::gather) fn whole(html: &str, images: Images) -> Option<Fragment> {
    walked(|depth| page::fragment(html, images, depth)).ok()
}

/// What `work` makes of a page that nests no deeper than it is told, tried where it is and then on a deep stack; no
/// reason where it panics, so that no page can.
fn walked<T: Send>(work: impl Fn(usize) -> Result<T, Refused> + Sync) -> Result<T, Option<Refused>> {
    let done = panic::catch_unwind(AssertUnwindSafe(|| work(SHALLOW))).map_err(|_| None)?;
    if done.as_ref().is_err_and(|refused| *refused == Refused::Deep) {
        return threads::scope(|scope| {
            let deep = threads::Builder::new().stack_size(64 * 1024 * 1024);
            let deep = deep.spawn_scoped(scope, || work(page::MAX_DEPTH)).map_err(|_| None)?;
            deep.join().map_err(|_| None)?.map_err(Some)
        });
    }
    done.map_err(Some)
}

/// Text with every character reference of HTML decoded.
pub(super) fn decode_entities(text: &str) -> String {
    page::text(&format!("<pre>\n{}</pre>", text.replace('<', "&lt;"))).unwrap_or_else(|_| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARTICLE: &str =
        "Words of the article, long enough to count as prose, with commas, and more words, as prose has them. ";

    fn page(body: &str) -> String {
        format!(
            "<!doctype html><html lang=\"en\"><head><title>The Pear | Fruit</title><meta name=\"author\" content=\"Ada Lemon\">\
             <meta property=\"article:published_time\" content=\"2020-01-02\"><link rel=\"canonical\" href=\"https://f.example/pear\">\
             </head><body><nav><a href=\"/\">Home</a></nav><article><h1>The Pear</h1>{body}</article><footer>Imprint</footer></body></html>"
        )
    }

    fn document(html: &str) -> Document {
        let document = read(&Input::new("p.html", html)).unwrap().documents.remove(0);
        assert!(draft::covers(&document.text, &document.sections));
        document
    }

    #[test]
    fn the_main_content_becomes_markdown() {
        let body = format!(
            "<p>{}</p><h2>Skin</h2><ul><li>green</li><li>red</li></ul><pre><code>let pear = 1;</code></pre>\
             <table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>2</td></tr></table><p>See <a href=\"/more\">more</a>.</p>",
            ARTICLE.repeat(8)
        );
        let document = document(&page(&body));
        assert_eq!(document.title.as_deref(), Some("The Pear"));
        let expected = format!(
            "{}\n\n## Skin\n\n- green\n- red\n\n```\nlet pear = 1;\n```\n\n| a | b |\n| --- | --- |\n| 1 | 2 |\n\nSee [more](https://f.example/more).\n",
            ARTICLE.repeat(8).trim_end()
        );
        assert_eq!(document.text, expected);
        assert_eq!(document.author.as_deref(), Some("Ada Lemon"));
        assert_eq!(document.date.as_deref(), Some("2020-01-02"));
        assert_eq!(document.url.as_deref(), Some("https://f.example/pear"));
        assert_eq!(document.language.as_deref(), Some("en"));
        assert_eq!(document.quality, Quality::Complete);
        assert_eq!(document.links.len(), 1);
    }

    #[test]
    fn a_page_saved_with_its_pictures_is_read_without_them() {
        let head = "<!DOCTYPE html> <html><!--\n Page saved with SingleFile \n url: https://s.example/pear \n saved date: x\n-->";
        let picture =
            format!("<p><img alt=\"a red pear\" src=\"data:image/png;base64,{}\"></p>", "iVBORw0K/+".repeat(200_000));
        let html = format!("{head}<title>Pear</title><body><p>{}</p>{picture}{picture}", ARTICLE.repeat(8));
        let document = document(&html);
        assert_eq!(document.url.as_deref(), Some("https://s.example/pear"));
        assert_eq!(document.text, format!("{}\n\n![a red pear]()\n\n![a red pear]()\n", ARTICLE.repeat(8).trim_end()));
        assert!(without_data(&html).len() < 5000);
        let saved = "<!-- saved from url=(0023)https://s.example/x -->";
        assert_eq!(saved_from(saved).as_deref(), Some("https://s.example/x"));
    }

    #[test]
    fn what_nests_little_is_walked_on_any_stack() {
        for (open, close) in [
            ("<div>", "</div>"),
            ("<ul><li>", "</ul>"),
            ("<blockquote><p>", "</blockquote>"),
            ("<table><tr><td>", "</table>"),
            ("<section><x-y>", "</x-y></section>"),
            ("<em><span>", "</span></em>"),
            ("<figure><a href=b>", "</a></figure>"),
        ] {
            let n_tags = open.matches('<').count();
            for depth in [10, SHALLOW / n_tags - 8, 400 / (n_tags + 1)] {
                let html = page(&format!("{}<p>{ARTICLE}</p>{}", open.repeat(depth), close.repeat(depth)));
                let small = threads::Builder::new().stack_size(1024 * 1024);
                let text = small.spawn(move || document(&html).text).unwrap().join().unwrap();
                assert!(text.contains(ARTICLE.trim_end()), "{depth} of {open}");
            }
        }
    }

    #[test]
    fn a_page_that_is_not_the_page_is_an_error() {
        let read = |text: &str| read(&Input::new("p", text));
        assert!(matches!(read("<html><title>Just a moment...</title><p>Wait"), Err(Error::Blocked { .. })));
        assert!(matches!(read("<html><body><script>x</script></body></html>"), Err(Error::NothingRead { .. })));
        assert!(matches!(read(&"<div>".repeat(100_000)), Err(Error::TooDeep { .. })));
        let paid = page(&format!(
            "<p>{}</p><script type=\"application/ld+json\">{{\"isAccessibleForFree\": false}}</script>",
            ARTICLE.repeat(8)
        ));
        assert_eq!(document(&paid).quality, Quality::Partial);
    }

    #[test]
    fn entities_are_decoded() {
        for (text, decoded) in
            [("&ClockwiseContourIntegral;", "∲"), ("&notit; &lt;b&gt;", "¬it; <b>"), ("\n&copy", "\n©")]
        {
            assert_eq!(decode_entities(text), decoded);
        }
    }
}
