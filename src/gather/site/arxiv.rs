//! arXiv: the abstract's page leads to the paper, as HTML where there is one, else as PDF.
//!
//! Addresses as arXiv's help pages give them (read 2026-08).

use super::{Ask, Site, as_it_comes, parts};
use crate::net::Url;

pub(super) const SITE: Site =
    Site { name: "arxiv", about: "an abstract on arXiv becomes the paper", ask, then: as_it_comes };

fn ask(link: &Url) -> Option<Ask> {
    let (host, parts) = parts(link);
    let is_arxiv = matches!(host, "arxiv.org" | "export.arxiv.org");
    let doi = || parts.iter().position(|part| part.len() > 6 && part[..6].eq_ignore_ascii_case("arxiv."));
    let id = match parts.as_slice() {
        ["abs" | "pdf" | "html" | "format", id @ ..] if is_arxiv => id.join("/"),
        // 10.48550/arXiv.1706.03762
        _ if host == "doi.org" => parts[doi()?].get(6..)?.to_owned(),
        _ => return None,
    };
    let id = id.strip_suffix(".pdf").unwrap_or(&id);
    let kinds = ["html", "pdf", "abs"].into_iter();
    (!id.is_empty()).then(|| Ask::First(kinds.map(|kind| format!("https://arxiv.org/{kind}/{id}")).collect()))
}
