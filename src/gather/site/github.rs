//! GitHub: the raw file, the README of a repository, an issue with its comments as the API gives them.
//!
//! Addresses of the REST API (2022-11-28 version) and of raw files, read 2026-08.

use serde_json::Value;

use super::{Ask, Site, Stage, Step, is_number, parts, together};
use crate::net::Url;

pub(super) const SITE: Site = Site {
    name: "github",
    about: "a file on GitHub as it stands, a repository's README, an issue with its comments",
    ask,
    then,
};

const RAW: &str = "https://raw.githubusercontent.com";
/// First parts of paths that are no owners.
const OURS: [&str; 9] =
    ["about", "apps", "features", "marketplace", "orgs", "search", "sponsors", "topics", "trending"];

fn ask(link: &Url) -> Option<Ask> {
    let (host, parts) = parts(link);
    let whole = link.address();
    Some(Ask::First(match (host, parts.as_slice()) {
        ("gist.github.com", [owner, id]) => vec![format!("https://gist.githubusercontent.com/{owner}/{id}/raw"), whole],
        ("github.com", [owner, ..]) if OURS.contains(owner) => return None,
        ("github.com", [owner, repository]) => {
            let repository = repository.strip_suffix(".git").unwrap_or(repository);
            let readme = |name| format!("{RAW}/{owner}/{repository}/HEAD/{name}");
            vec![readme("README.md"), readme("README.rst"), whole]
        }
        ("github.com", [owner, repository, "blob" | "raw", version, path @ ..]) if !path.is_empty() => {
            vec![format!("{RAW}/{owner}/{repository}/{version}/{}", path.join("/")), whole]
        }
        ("github.com", [owner, repository, "issues" | "pull", number, ..]) if is_number(number) => {
            vec![format!("https://api.github.com/repos/{owner}/{repository}/issues/{number}"), whole]
        }
        _ => return None,
    }))
}

fn then(stage: &Stage) -> Step {
    let Some(issue) = stage.bytes(0).filter(|_| stage.came[0].0.starts_with("https://api.github.com/")) else {
        return Step::Read;
    };
    let Ok(value) = serde_json::from_slice::<Value>(issue) else { return Step::Read };
    match (value["comments"].as_u64(), value["comments_url"].as_str(), stage.came.len()) {
        (Some(1..), Some(url), 1) => Step::Also(vec![format!("{url}?per_page=100")]),
        (.., 2) => match stage.bytes(1).and_then(|comments| together(issue, comments)) {
            Some(bytes) => Step::Give { bytes, media_type: "application/json", title: None },
            None => Step::Read,
        },
        _ => Step::Read,
    }
}
