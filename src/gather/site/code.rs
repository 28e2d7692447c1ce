//! Other hosts of code: the raw file instead of the page about it.
//!
//! `GitLab`, Gitea (Codeberg), Bitbucket and cgit-like hosts, by the shape of their addresses.

use super::{Ask, Site, as_it_comes, parts};
use crate::net::Url;

pub(super) const SITE: Site =
    Site { name: "code", about: "a file on GitLab, Codeberg or Bitbucket as it stands", ask, then: as_it_comes };

fn ask(link: &Url) -> Option<Ask> {
    let (host, parts) = parts(link);
    let whole = link.address();
    let root = link.origin();
    let raw = match parts.as_slice() {
        [front @ .., "-", "blob", version, file] if front.len() >= 2 => {
            format!("{root}/{}/-/raw/{version}/{file}", front.join("/"))
        }
        _ if parts.windows(2).any(|pair| pair == ["-", "blob"]) => {
            whole.replacen("/-/blob/", "/-/raw/", 1).split('?').next().unwrap_or_default().to_owned()
        }
        [owner, repository, "src", kind @ ("branch" | "commit" | "tag"), rest @ ..] if rest.len() > 1 => {
            format!("{root}/{owner}/{repository}/raw/{kind}/{}", rest.join("/"))
        }
        [owner, repository, "src", version, rest @ ..] if host == "bitbucket.org" && !rest.is_empty() => {
            format!("{root}/{owner}/{repository}/raw/{version}/{}", rest.join("/"))
        }
        _ => return None,
    };
    Some(Ask::First(vec![raw, whole]))
}
