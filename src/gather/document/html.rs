//! A web page becomes the Markdown of its main content.
//!
//! `dom_smoothie` (a port of Mozilla's Readability) finds the main content, `html-to-markdown-rs`
//! writes it as Markdown. The page is never given an address, since a relative one is refused.
//! Both run on a thread of their own with a deep stack; a page nested deeper than browsers go is
//! refused before that. What stands in front of a page (a login, a check for robots, a shell of
//! scripts) is an error, never an article.

use std::thread;

use dom_smoothie::{Config, Readability, TextMode};
use html_to_markdown_rs::options::InlineDataMedia;
use html_to_markdown_rs::{ConversionOptions, convert};

use super::{markdown, page};
use crate::content::{Kind, Problem, Quality, canonical, line};
use crate::gather::{Confidence, Error, Format, Input, Reading, draft};

pub(crate) const FORMAT: Format = Format {
    name: "html",
    kind: Kind::Page,
    about: "web pages: the main content as Markdown",
    extensions: &["html", "htm", "xhtml"],
    sniff,
    read,
};

/// Pages larger than this are data, not reading.
const MAX_BYTES: usize = 32 * 1024 * 1024;
/// Main content shorter than this is compared with the whole page, in characters.
const DOUBTFUL: usize = 200;

fn sniff(input: &Input) -> Confidence {
    let text = input.text.trim_start();
    let head: String = text.chars().take(2000).collect::<String>().to_ascii_lowercase();
    let opens = |tags: &[&str]| tags.iter().any(|tag| head.starts_with(tag));
    if opens(&["<!doctype html", "<html", "<head", "<body", "<title"]) {
        return Confidence::Certain;
    }
    let declared = (opens(&["<!--", "<?xml", "<!doctype"])) && (head.contains("<html") || head.contains("<body"));
    let fragment =
        opens(&["<div", "<article", "<section", "<main", "<p>", "<h1", "<cite", "<table", "<ul", "<meta", "<link"]);
    if declared {
        Confidence::Certain
    } else if fragment && head.contains("</") {
        Confidence::Likely
    } else {
        Confidence::No
    }
}

fn read(input: &Input) -> Result<Reading, Error> {
    let name = || input.name.to_owned();
    if input.text.len() > MAX_BYTES {
        return Err(Error::TooLarge { name: name(), limit: MAX_BYTES });
    }
    if page::is_too_deep(input.text) {
        return Err(Error::TooDeep { name: name(), limit: page::MAX_DEPTH });
    }
    let extraction = thread::scope(|scope| {
        let deep = thread::Builder::new().stack_size(128 * 1024 * 1024);
        deep.spawn_scoped(scope, || extract(input.text)).ok().and_then(|thread| thread.join().ok())
    });
    let unreadable = || Error::Malformed { name: name(), format: FORMAT.name, reason: "the parser gave up" };
    let found = extraction.flatten().ok_or_else(unreadable)?;

    let title = found.title.clone().unwrap_or_default();
    let seen = page::Seen { title: &title, whole: &found.whole, n_main: found.main.len(), html: input.text };
    if let Some(reason) = page::blocked(&seen) {
        return Err(Error::Blocked { name: name(), reason });
    }
    let mut problems = Vec::new();
    let mut quality = Quality::Complete;
    let main = if found.doubtful() {
        quality = Quality::Suspect;
        problems.push(Problem::warning(input.name, "no main content found: the whole page is taken"));
        &found.whole
    } else {
        &found.main
    };
    if found.n_warnings > 0 {
        quality = Quality::Suspect;
        problems.push(Problem::warning(input.name, "the page is malformed; parts may be missing"));
    }
    if is_paywalled(input.text) {
        quality = Quality::Partial;
        problems.push(Problem::warning(input.name, "the page says it is not free to read; the text may be cut"));
    }
    let (own_title, text) = markdown::take_title(&canonical(main).0, found.title.as_deref());
    let sections = markdown::sections(&text);
    if sections.is_empty() {
        return Err(Error::NothingRead { name: name(), items: "text" });
    }
    let mut document = draft::document(FORMAT.name, FORMAT.kind, text, sections, 0);
    document.title = found.title.or(own_title);
    document.author = found.author;
    document.date = found.date;
    document.language = found.language;
    document.url = found.url;
    document.quality = quality;
    markdown::finish(&mut document);
    Ok(Reading { documents: vec![document], problems })
}

/// What the parsers made of a page.
#[derive(Debug, Default)]
struct Extraction {
    title: Option<String>,
    author: Option<String>,
    date: Option<String>,
    language: Option<String>,
    url: Option<String>,
    /// Markdown of the main content, empty where none was found.
    main: String,
    /// Markdown of the whole page; made only where the main content is short.
    whole: String,
    n_warnings: usize,
}

impl Extraction {
    /// A main content that holds next to nothing of a page that holds more.
    fn doubtful(&self) -> bool {
        self.main.trim().is_empty() || self.main.len() < DOUBTFUL && self.main.len() * 4 < self.whole.len()
    }
}

fn extract(html: &str) -> Option<Extraction> {
    let config = Config { text_mode: TextMode::Formatted, ..Config::default() };
    let mut found = Extraction::default();
    let mut readability = Readability::new(html, None, Some(config.clone())).ok()?;
    let address = readability.doc.select("link[rel=canonical]").attr("href").map(|href| href.to_string());
    let absolute = |url: &String| url.starts_with("http://") || url.starts_with("https://");
    let heading = some(&readability.doc.select("h1").first().text());
    found.language = readability.doc.select("html").attr("lang").and_then(|lang| some(&lang));
    found.title = some(&readability.get_article_title());
    if let Ok(article) = readability.parse() {
        found.url = address.filter(absolute).or(article.url.filter(absolute)).map(|url| line(&url));
        let (main, n_warnings) = to_markdown(&article.content, found.url.as_deref())?;
        found.main = main;
        found.n_warnings = n_warnings;
        found.title = some(&article.title).or(found.title);
        found.author = article.byline.and_then(|byline| some(&byline));
        found.date = article.published_time.and_then(|date| some(&date));
        found.language = article.lang.and_then(|lang| some(&lang)).or(found.language);
    } else {
        found.url = address.filter(absolute).map(|url| line(&url));
    }
    let title = found.title.as_deref().unwrap_or_default();
    found.title = without_site(title, heading.as_deref()).or(found.title);
    if found.main.len() < DOUBTFUL && html.contains("<noscript") {
        // Forums put the posts there for those without scripts.
        let shown = html.replace("<noscript", "<div").replace("</noscript", "</div");
        let article = Readability::new(shown, None, Some(config)).ok()?.parse().ok();
        let (main, n_warnings) =
            article.and_then(|article| to_markdown(&article.content, found.url.as_deref())).unwrap_or_default();
        if main.len() > 10 * DOUBTFUL {
            (found.main, found.n_warnings) = (main, n_warnings);
        }
    }
    if found.main.len() < 10 * DOUBTFUL {
        found.whole = to_markdown(html, found.url.as_deref())?.0;
    } else {
        found.whole.clone_from(&found.main);
    }
    Some(found)
}

/// One line of text, if there is any.
fn some(text: &str) -> Option<String> {
    Some(line(text)).filter(|text| !text.is_empty())
}

/// The heading where the title is that and the name of the site: `The Pear | Fruit Letters`.
fn without_site(title: &str, heading: Option<&str>) -> Option<String> {
    let heading = heading.filter(|heading| !heading.is_empty() && heading.len() < title.len())?;
    let rest = title.strip_prefix(heading).or_else(|| title.strip_suffix(heading))?.trim();
    let separates = |c: char| matches!(c, '|' | '-' | '–' | '—' | '·' | '•' | '»' | '«' | ':' | '/');
    (rest.starts_with(separates) || rest.ends_with(separates)).then(|| heading.to_owned())
}

/// Markdown of cleaned HTML, and how often the converter was in doubt; `base` makes links absolute.
fn to_markdown(html: &str, base: Option<&str>) -> Option<(String, usize)> {
    let options = ConversionOptions {
        compact_tables: true,
        extract_metadata: false,
        inline_data_media: InlineDataMedia::DropElement,
        base_url: base.map(str::to_owned),
        ..ConversionOptions::default()
    };
    let result = convert(html, options).ok()?;
    Some((result.content.unwrap_or_default(), result.warnings.len()))
}

/// Markdown of a whole page, if it can be read: a chapter of a book, the body of a mail.
pub(super) fn whole(html: &str) -> Option<String> {
    if html.len() > MAX_BYTES || page::is_too_deep(html) {
        return None;
    }
    thread::scope(|scope| {
        let deep = thread::Builder::new().stack_size(128 * 1024 * 1024);
        let worker = deep.spawn_scoped(scope, || to_markdown(html, None)).ok()?;
        worker.join().ok().flatten().map(|(markdown, _)| markdown)
    })
}

/// Whether structured data says that the article is not free.
fn is_paywalled(html: &str) -> bool {
    html.match_indices("\"isAccessibleForFree\"").any(|(at, key)| {
        let value = html[at + key.len()..].trim_start_matches([' ', ':', '"', '\n']);
        value.get(..5).is_some_and(|value| value.eq_ignore_ascii_case("false"))
    })
}

/// Text with every character reference of HTML decoded.
pub(super) fn decode_entities(text: &str) -> String {
    let html = format!("<pre>\n{}</pre>", text.replace('<', "&lt;"));
    match Readability::new(html, None, None) {
        Ok(readability) => readability.doc.select("pre").text().to_string(),
        Err(_) => text.to_owned(),
    }
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

    fn document(html: &str) -> crate::content::Document {
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
