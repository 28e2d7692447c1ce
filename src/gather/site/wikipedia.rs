//! Wikipedia: the article without what the site puts around it.
//!
//! The REST API of Wikimedia (`/api/rest_v1/page/html/TITLE`, read 2026-08).

use super::{Ask, Site, as_it_comes};
use crate::net::Url;

pub(super) const SITE: Site =
    Site { name: "wikipedia", about: "an article of a Wikimedia wiki without its frame", ask, then: as_it_comes };

const WIKIS: [&str; 5] = [".wikipedia.org", ".wikiquote.org", ".wikisource.org", ".wikibooks.org", ".wiktionary.org"];

fn ask(link: &Url) -> Option<Ask> {
    let host = link.host().replacen(".m.", ".", 1);
    if !WIKIS.iter().any(|wiki| host.ends_with(wiki)) {
        return None;
    }
    let title = link.path().strip_prefix("/wiki/")?;
    // Pages of files, users and the like are no articles.
    let spaces = ["File:", "User:", "Special:", "Talk:", "Category:", "Template:"];
    if title.is_empty() || link.parameter("oldid").is_some() || spaces.iter().any(|space| title.starts_with(space)) {
        return None;
    }
    let escaped = title.replace('/', "%2F");
    Some(Ask::First(vec![
        format!("https://{host}/api/rest_v1/page/html/{escaped}"),
        format!("https://{host}/wiki/{title}"),
    ]))
}
