//! What kind of page this is, by what it says of itself.

use super::attribute::Key;
use super::structured::Data;
use super::tree::{Id, Tree};

/// How a page is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum PageKind {
    /// One text with an author or a date.
    Article,
    /// Posts of several people.
    Forum,
    /// One thing to buy.
    Product,
    /// Anything else: documentation, lists, portals, services.
    #[default]
    Other,
}

/// Programs that serve discussions.
const FORUM_ENGINES: &[&str] = &[
    "discourse",
    "phpbb",
    "vbulletin",
    "xenforo",
    "flarum",
    "nodebb",
    "simple machines",
    "mybb",
    "invision",
    "vanilla",
    "bbpress",
    "yabb",
    "fluxbb",
    "punbb",
];
/// How pages of discussions name their body.
const FORUM_BODIES: &[&str] = &[
    "phpbb",
    "vbulletin",
    "viewtopic",
    "showthread",
    "forumtopic",
    "xenforo",
    "topic-page",
    "thread-view",
    "question-page",
    "forum-topic",
    "single-topic",
];
/// What data and marks call a text with an author or a date.
pub(super) const ARTICLE_TYPES: &[&str] = &[
    "Article",
    "NewsArticle",
    "BlogPosting",
    "Report",
    "ReportageNewsArticle",
    "TechArticle",
    "ScholarlyArticle",
    "OpinionNewsArticle",
    "LiveBlogPosting",
    "AnalysisNewsArticle",
];

pub(super) fn of(tree: &Tree, body: Id, data: &Data) -> PageKind {
    let meta = |name: &str, value: &str| data.meta(name).is_some_and(|said| said.to_ascii_lowercase().contains(value));
    let items: Vec<&str> = tree
        .within(body)
        .filter_map(|id| tree.attribute(id, Key::ItemType))
        .filter_map(|item| item.rsplit('/').next())
        .collect();
    let is_item = |kinds: &[&str]| items.iter().any(|item| kinds.contains(item));
    let names = |id: Id| {
        let names = [tree.attribute(id, Key::Class), tree.attribute(id, Key::Id)];
        names.into_iter().flatten().collect::<Vec<_>>().join(" ").to_ascii_lowercase()
    };
    let generator = data.meta("generator").unwrap_or_default().to_ascii_lowercase();
    let own = names(body);
    let whole = tree.parent(body).map(names).unwrap_or_default();
    let is_forum = data.is_any(&["DiscussionForumPosting", "QAPage"])
        || is_item(&["DiscussionForumPosting", "QAPage", "Question"])
        || FORUM_ENGINES.iter().any(|engine| generator.contains(engine))
        || FORUM_BODIES.iter().any(|name| own.contains(name))
        || whole.split(' ').any(|name| name == "xf");
    let is_article = data.is_any(ARTICLE_TYPES) || data.meta("article:published_time").is_some();
    let is_product = data.is_any(&["Product", "ProductGroup"]) || meta("og:type", "product") || is_item(&["Product"]);
    match () {
        () if is_forum => PageKind::Forum,
        () if is_article && !meta("og:type", "product") => PageKind::Article,
        () if is_product => PageKind::Product,
        () if meta("og:type", "article") || data.is_any(&["Recipe"]) || is_item(ARTICLE_TYPES) => PageKind::Article,
        () => PageKind::Other,
    }
}
