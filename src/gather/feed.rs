//! The entries of a feed: RSS 2.0 and Atom (RFC 4287), with what podcasts add.
//!
//! Feeds in the wild are often no XML, so that their few elements are looked for and the rest is passed
//! over: nothing is expanded, nothing nests. Descriptions are HTML in CDATA or escaped.

/// One entry.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Its title, as text.
    pub(crate) title: Option<String>,
    /// The page about it.
    pub(crate) link: Option<String>,
    /// Who wrote it.
    pub(crate) author: Option<String>,
    /// When it came out, as the feed writes it.
    pub(crate) date: Option<String>,
    /// Its text as HTML, the longest that the feed has.
    pub(crate) html: String,
    /// Addresses and types of its transcripts.
    pub(crate) transcripts: Vec<(String, String)>,
}

/// Whether a text begins like a feed.
pub(crate) fn is_feed(text: &str) -> bool {
    let head: String = text.trim_start().chars().take(1000).collect();
    let opens = |name: &str| head.contains(&format!("<{name} ")) || head.contains(&format!("<{name}>"));
    head.starts_with('<')
        && !head.to_ascii_lowercase().contains("<html")
        && (opens("rss") || opens("feed") || opens("rdf:RDF"))
}

/// The entries of a feed in its order.
pub(crate) fn entries(feed: &str) -> Vec<Entry> {
    let name = if elements(feed, "item").next().is_some() { "item" } else { "entry" };
    elements(feed, name).map(|(_, body)| entry(body)).collect()
}

/// The feed's own title: what stands before its first entry.
pub(crate) fn title(feed: &str) -> Option<String> {
    let end = [feed.find("<item"), feed.find("<entry")].into_iter().flatten().min().unwrap_or(feed.len());
    first(&feed[..end], &["title"])
}

fn entry(body: &str) -> Entry {
    let atom = elements(body, "link").find_map(|(tag, _)| {
        let is_page = attribute(tag, "rel").is_none_or(|relation| relation == "alternate");
        attribute(tag, "href").filter(|_| is_page)
    });
    let texts = ["content:encoded", "content", "description", "summary"];
    let html = texts.iter().filter_map(|name| elements(body, name).next()).map(|(_, text)| plain(text));
    let transcript = |(tag, _)| Some((attribute(tag, "url")?, attribute(tag, "type").unwrap_or_default()));
    let author = elements(body, "author")
        .next()
        .map(|(_, author)| first(author, &["name"]).unwrap_or_else(|| line(&plain(author))));
    Entry {
        title: first(body, &["title"]),
        link: first(body, &["link"]).filter(|link| link.starts_with("http")).or(atom),
        author: first(body, &["dc:creator"]).or(author).filter(|author| !author.is_empty()),
        date: first(body, &["pubDate", "published", "updated", "dc:date"]),
        html: html.max_by_key(String::len).unwrap_or_default(),
        transcripts: elements(body, "podcast:transcript").filter_map(transcript).collect(),
    }
}

/// The first of these elements that has text.
fn first(body: &str, names: &[&str]) -> Option<String> {
    let texts = names.iter().filter_map(|name| elements(body, name).next());
    texts.map(|(_, text)| line(&plain(text))).find(|text| !text.is_empty())
}

fn line(text: &str) -> String {
    crate::content::line(&html_escape::decode_html_entities(text)).trim().to_owned()
}

/// The attributes and the inside of each element of that name.
fn elements<'a>(text: &'a str, name: &str) -> impl Iterator<Item = (&'a str, &'a str)> {
    let (open, close) = (format!("<{name}"), format!("</{name}>"));
    let mut rest = text;
    std::iter::from_fn(move || {
        loop {
            let at = rest.find(&open)? + open.len();
            rest = &rest[at..];
            if !rest.starts_with(|c: char| c.is_whitespace() || matches!(c, '>' | '/')) {
                continue;
            }
            let end = rest.find('>')?;
            let tag = &rest[..end];
            rest = &rest[end + 1..];
            if let Some(tag) = tag.strip_suffix('/') {
                return Some((tag, ""));
            }
            let end = rest.find(&close).unwrap_or(rest.len());
            let body = &rest[..end];
            rest = &rest[end..];
            return Some((tag, body));
        }
    })
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let found = tag.split_once(&format!("{name}="))?.1;
    let quote = found.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    Some(html_escape::decode_html_entities(found[1..].split(quote).next()?).into_owned())
}

/// Character data as text: CDATA as it stands, references resolved.
fn plain(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("<![CDATA[") {
        out += &html_escape::decode_html_entities(before);
        let (inside, after) = after.split_once("]]>").unwrap_or((after, ""));
        out += inside;
        rest = after;
    }
    out + &html_escape::decode_html_entities(rest)
}
