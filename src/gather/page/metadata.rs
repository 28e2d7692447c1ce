//! Title, author, date, language, address and site, by what a page says of itself.

use serde_json::Value;

use super::attribute::Key;
use super::kind::ARTICLE_TYPES;
use super::structured::Data;
use super::tree::{Id, Tree};
use crate::content::line;

/// What a page says of itself; absent is absent.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Metadata {
    pub(crate) title: Option<String>,
    pub(crate) author: Option<String>,
    pub(crate) date: Option<String>,
    pub(crate) language: Option<String>,
    /// The canonical address, else that of a `<base>`, absolute.
    pub(crate) url: Option<String>,
    pub(crate) site: Option<String>,
    /// Whether the page says that it is not free to read.
    pub(crate) is_paid: bool,
}

/// What else has a title and an author, beside articles.
const OTHER_WORKS: &[&str] = &["DiscussionForumPosting", "Recipe", "Product", "WebPage"];

/// The first thing in the data of a page that somebody made.
fn work(data: &Data) -> Option<&Value> {
    let works: Vec<&str> = ARTICLE_TYPES.iter().chain(OTHER_WORKS).copied().collect();
    data.object(&works)
}

pub(super) fn of(tree: &Tree, data: &Data) -> Metadata {
    let meta = |names: &[&str]| names.iter().find_map(|name| some(data.meta(name)?));
    let work = work(data);
    let field = |name: &str| work.and_then(|work| work.get(name)).and_then(text).and_then(|said| some(&said));
    let link = |relation: &str| {
        tree.named(Tree::ROOT, "link")
            .find(|link| {
                tree.attribute(*link, Key::Rel)
                    .is_some_and(|rel| rel.split_whitespace().any(|rel| rel.eq_ignore_ascii_case(relation)))
            })
            .and_then(|link| tree.attribute(link, Key::Href))
    };
    let absolute = |url: &&str| url.starts_with("http://") || url.starts_with("https://");
    let site = meta(&["og:site_name", "application-name"]).or_else(|| {
        let publisher = work.and_then(|work| work.get("publisher"))?;
        some(&text(publisher)?)
    });
    let url = link("canonical").filter(absolute).or(data.meta("og:url").filter(absolute)).map(line).or_else(|| {
        let base = tree.named(Tree::ROOT, "base").find_map(|base| tree.attribute(base, Key::Href))?;
        Some(base).filter(absolute).map(line)
    });
    Metadata {
        title: title(tree, data, site.as_deref()).or_else(|| field("headline")),
        author: author(tree, data),
        date: meta(&["article:published_time", "datePublished", "og:published_time"])
            .or_else(|| field("datePublished"))
            .or_else(|| {
                meta(&[
                    "date",
                    "dc.date",
                    "dcterms.created",
                    "dc.date.issued",
                    "citation_publication_date",
                    "sailthru.date",
                    "parsely-pub-date",
                    "pubdate",
                    "publishdate",
                ])
            })
            .or_else(|| marked_date(tree)),
        language: tree
            .named(Tree::ROOT, "html")
            .find_map(|html| some(tree.attribute(html, Key::Lang).or(tree.attribute(html, Key::XmlLang))?))
            .or_else(|| meta(&["content-language", "og:locale"]).map(|language| language.replace('_', "-")))
            .or_else(|| field("inLanguage")),
        url,
        site,
        is_paid: data.is_paid(),
    }
}

/// One line of text, if there is any.
fn some(text: &str) -> Option<String> {
    Some(line(text)).filter(|text| !text.is_empty())
}

/// The words of a value of JSON-LD: a string, or what has a name.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(html_escape::decode_html_entities(text).into_owned()),
        Value::Object(fields) => fields.get("name").and_then(text),
        Value::Array(values) => {
            let mut names: Vec<String> = Vec::new();
            for name in values.iter().take(8).filter_map(text) {
                if !names.contains(&name) {
                    names.push(name);
                }
            }
            (!names.is_empty()).then(|| names.join(", "))
        }
        _ => None,
    }
}

/// The title without the name of the site behind or before it.
fn title(tree: &Tree, data: &Data, site: Option<&str>) -> Option<String> {
    let is_seen =
        |id: &Id| !tree.ancestors(*id).any(|above| matches!(tree.name(above), "svg" | "noscript" | "template"));
    let own = tree.named(Tree::ROOT, "title").find(is_seen).and_then(|id| some(&tree.text_of(id)));
    let shared = data.meta("og:title").and_then(some);
    let headings: Vec<String> =
        tree.named(Tree::ROOT, "h1").filter(is_seen).filter_map(|id| some(&tree.text_of(id))).collect();
    let known = shared.or_else(|| own.clone()).or_else(|| data.meta("twitter:title").and_then(some));
    let Some(known) = known else { return headings.into_iter().next() };
    // A heading that the title opens or ends with is the title without its site.
    let by_heading = headings.iter().find_map(|heading| without_site(&known, heading));
    let by_site = site.and_then(|site| {
        let rest = known.strip_suffix(site).or_else(|| known.strip_prefix(site))?;
        let bare = rest.trim().trim_matches(|c| is_separator(c) || c.is_whitespace());
        (bare.len() < rest.trim().len()).then(|| bare.to_owned()).filter(|bare| !bare.is_empty())
    });
    by_heading.or(by_site).or(Some(known))
}

fn is_separator(c: char) -> bool {
    matches!(c, '|' | '-' | '–' | '—' | '·' | '•' | '»' | '«' | ':' | '/')
}

/// The heading where the title is that and the name of the site: `The Pear | Fruit Letters`.
fn without_site(title: &str, heading: &str) -> Option<String> {
    if heading.len() >= title.len() {
        return None;
    }
    let rest = title.strip_prefix(heading).or_else(|| title.strip_suffix(heading))?.trim();
    (rest.starts_with(is_separator) || rest.ends_with(is_separator)).then(|| heading.to_owned())
}

/// Who wrote it.
fn author(tree: &Tree, data: &Data) -> Option<String> {
    let is_name = |name: &String| !name.starts_with("http") && !name.contains('{') && name.chars().count() <= 120;
    let work = work(data).and_then(|work| work.get("author")).and_then(text).and_then(|name| some(&name));
    let names = [
        "author",
        "article:author",
        "dc.creator",
        "dcterms.creator",
        "citation_author",
        "parsely-author",
        "sailthru.author",
    ];
    let meta = names.iter().filter_map(|name| some(data.meta(name)?)).find(is_name);
    let seen = || {
        let marks = |id: &Id| {
            tree.attribute(*id, Key::Rel).is_some_and(|rel| rel.split_whitespace().any(|rel| rel == "author"))
                || tree.attribute(*id, Key::ItemProp) == Some("author")
                || tree.attribute(*id, Key::Class).is_some_and(|class| {
                    class
                        .split_whitespace()
                        .any(|class| matches!(class, "author" | "byline" | "author-name" | "byline-name" | "p-author"))
                })
        };
        let names = tree
            .within(Tree::ROOT)
            .filter(|id| tree.is_element(*id) && !matches!(tree.name(*id), "meta" | "link"))
            .filter(marks);
        names.filter_map(|id| some(&tree.text_of(id))).find(|name| name.chars().count() <= 80)
    };
    let name = meta.or(work.filter(is_name)).or_else(seen)?;
    let bare =
        ["By ", "by ", "BY ", "Von ", "Par ", "Por "].iter().find_map(|by| name.strip_prefix(by)).unwrap_or(&name);
    some(bare)
}

/// The date that an element marks as that of publication, else the only one.
fn marked_date(tree: &Tree) -> Option<String> {
    let times: Vec<Id> =
        tree.named(Tree::ROOT, "time").filter(|id| tree.attribute(*id, Key::DateTime).is_some()).collect();
    let is_published = |id: &&Id| {
        tree.attribute(**id, Key::PubDate).is_some()
            || tree.attribute(**id, Key::ItemProp) == Some("datePublished")
            || tree
                .attribute(**id, Key::Class)
                .is_some_and(|class| class.contains("publish") || class.contains("entry-date"))
    };
    let only = || times.first().filter(|_| times.len() == 1);
    times.iter().find(is_published).or_else(only).and_then(|id| some(tree.attribute(*id, Key::DateTime)?))
}
