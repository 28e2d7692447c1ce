//! Which links of what was read are followed.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use crate::content::Document;
use crate::gather::{self, LinkClass, classify};
use crate::net::Url;

/// How far links are followed, and which.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Follow {
    /// How many links deep, for sources that say nothing themselves.
    pub depth: u8,
    /// Only links like one of these; any where there is none.
    pub only: Vec<Glob>,
    /// No link like one of these.
    pub skip: Vec<Glob>,
    /// How many at most.
    pub max_links: usize,
    /// Only links to the host of the text that they stand in.
    pub same_site: bool,
}

/// A pattern of addresses: `*` for anything, the rest as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glob(String);

/// A link that is followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen {
    /// As it stands in the text.
    pub url: String,
    /// Without its fragment, in the form that browsers give it.
    pub address: String,
    /// What it seems to lead to.
    pub class: LinkClass,
    /// Which of the texts it stands in first, by its place.
    pub from: usize,
}

/// Links that are followed, and how many are not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choice {
    /// In the order in which they stand.
    pub chosen: Vec<Chosen>,
    /// Those that were left out by what the person said.
    pub n_unwanted: usize,
    /// Those of a sort that has no text, by their endings.
    pub n_images: usize,
    /// Those beyond the limit.
    pub n_beyond: usize,
}

impl Follow {
    /// The links of `texts` that are followed; what is in `seen` is not, and what is chosen gets into it.
    pub fn choose(&self, texts: &[(usize, &Document)], seen: &mut BTreeSet<String>, n_before: usize) -> Choice {
        let mut choice = Choice::default();
        for (from, document) in texts {
            let home = document.url.as_deref().and_then(|url| Url::parse(url).ok());
            for (named, url) in addresses(document) {
                let address = url.address();
                let is_own = home.as_ref().is_some_and(|home| home.address() == address);
                // An abstract, its PDF and its DOI are one paper.
                let place = gather::identifier(&address).unwrap_or_else(|| address.clone());
                if is_own || seen.contains(&place) {
                    continue;
                }
                let class = classify(&address);
                if class == LinkClass::Image {
                    choice.n_images += 1;
                } else if !self.wants(&url, home.as_ref()) {
                    choice.n_unwanted += 1;
                } else if n_before + choice.chosen.len() >= self.max_links {
                    choice.n_beyond += 1;
                } else {
                    choice.chosen.push(Chosen { url: named, address, class, from: *from });
                }
                seen.insert(place);
            }
        }
        choice
    }

    fn wants(&self, url: &Url, home: Option<&Url>) -> bool {
        let address = url.address();
        let has = |globs: &[Glob]| globs.iter().any(|glob| glob.matches(&address));
        let site = |url: &Url| url.host().trim_start_matches("www.").to_owned();
        let stays = !self.same_site || home.is_some_and(|home| site(home) == site(url));
        stays && (self.only.is_empty() || has(&self.only)) && !has(&self.skip)
    }
}

/// The links of a document as they are named and as they are asked for, in the order in which they stand.
fn addresses(document: &Document) -> Vec<(String, Url)> {
    let own = document.links.iter();
    let own = own.filter_map(|link| Some((link.start, link.url.clone(), Url::parse(&link.url).ok()?)));
    let mut all: Vec<_> = own.collect();
    all.sort_by_key(|(start, ..)| *start);
    all.into_iter().map(|(_, named, url)| (named, url)).collect()
}

impl Glob {
    /// Whether an address is like this, with its scheme or without it and `www.`.
    pub fn matches(&self, address: &str) -> bool {
        let bare = address.split_once("://").map_or(address, |(_, rest)| rest);
        let bare = bare.strip_prefix("www.").unwrap_or(bare);
        let (bare, whole) = (bare.to_lowercase(), address.to_lowercase());
        is_like(&self.0, &whole) || is_like(&self.0, &bare) || is_like(&format!("{}/", self.0), &bare)
    }
}

/// Whether `text` is `pattern` with something for every star.
fn is_like(pattern: &str, text: &str) -> bool {
    let mut pieces = pattern.split('*');
    let first = pieces.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let pieces: Vec<&str> = pieces.collect();
    let Some((last, between)) = pieces.split_last() else { return rest.is_empty() };
    for piece in between {
        match rest.find(piece) {
            Some(at) => rest = &rest[at + piece.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

impl FromStr for Glob {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim().to_lowercase();
        // A bare host stands for everything on it.
        let is_host = !text.contains(['*', '/']) && text.contains('.');
        Ok(Self(if is_host { format!("{text}/*") } else { text }))
    }
}

impl fmt::Display for Glob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_glob_is_held_against_the_address_with_and_without_its_scheme() {
        let check = |glob: &str, address: &str, expected: bool| {
            let glob: Glob = glob.parse().unwrap();
            assert_eq!(glob.matches(address), expected, "{glob} {address}");
        };
        check("arxiv.org", "https://www.arxiv.org/abs/1", true);
        check("arxiv.org", "https://arxiv.org.evil.example/abs/1", false);
        check("*.pdf", "https://a.example/b.PDF", true);
        check("*.pdf", "https://a.example/b.pdf?x", false);
        check("https://a.example/*", "https://a.example/b", true);
        check("https://a.example/*", "http://a.example/b", false);
        check("*/blog/*", "https://a.example/blog/b", true);
        check("a.example/x", "https://a.example/x", true);
        check("a.example/x", "https://a.example/xy", false);
        check("*a*a*", "https://banana.example/", true);
        check("a*example*a", "https://a.example/", false);
    }

    #[test]
    fn a_page_names_its_own_site_without_its_host() {
        let text =
            "[one](/a/b) [two](c?d) ![p](e.png) [three](#f) [four](mailto:x) [five](https://b.example/g) [six](../h)\n";
        let check = |address: Option<&str>, same_site: bool, expected: &[&str]| {
            let wishes = gather::Wishes { address, ..gather::Wishes::default() };
            let mut document = gather::read_as("t.md", text.as_bytes(), wishes).unwrap().documents.remove(0);
            document.url = address.map(str::to_owned);
            let follow = Follow { max_links: 10, same_site, ..Follow::default() };
            let chosen = follow.choose(&[(0, &document)], &mut BTreeSet::new(), 0).chosen;
            assert_eq!(chosen.iter().map(|chosen| chosen.address.as_str()).collect::<Vec<_>>(), expected);
        };
        check(None, false, &["https://b.example/g"]);
        let address = Some("https://a.example/x/y");
        let own = ["https://a.example/a/b", "https://a.example/x/c?d", "https://a.example/h"];
        check(address, true, &own);
        check(address, false, &[own[0], own[1], "https://b.example/g", own[2]]);
    }

    #[test]
    fn a_paper_is_followed_once_however_it_is_spelled() {
        let text = "https://arxiv.org/abs/1706.03762v1 https://arxiv.org/pdf/1706.03762 arXiv:1706.03762 \
                    https://doi.org/10.1000/A https://dx.doi.org/10.1000/a arXiv:2001.00001\n";
        let document = gather::read("t.md", text.as_bytes(), None).unwrap().documents.remove(0);
        let follow = Follow { max_links: 10, ..Follow::default() };
        let chosen = follow.choose(&[(0, &document)], &mut BTreeSet::new(), 0).chosen;
        let expected =
            ["https://arxiv.org/abs/1706.03762v1", "https://doi.org/10.1000/A", "https://arxiv.org/abs/2001.00001"];
        assert_eq!(chosen.iter().map(|chosen| chosen.address.as_str()).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn links_are_chosen_once_and_in_order() {
        let text = "# Thread Export\n\n- Source: https://a.example/t\n\n## Tweet 1\n\nhttps://b.example/1#x \
                    https://b.example/1 https://c.example/p.png https://a.example/t [p](https://d.example/x.pdf) \
                    ftp://e.example https://B.example:443/1 https://f.example\n\n## Tweet 2\n\nhttps://g.example/2\n";
        let document = gather::read("t.md", text.as_bytes(), None).unwrap().documents.remove(0);
        let check = |follow: Follow, chosen: &[&str], numbers: (usize, usize, usize)| {
            let mut seen = BTreeSet::from(["https://g.example/2".to_owned()]);
            let choice = follow.choose(&[(0, &document)], &mut seen, 0);
            let addresses: Vec<&str> = choice.chosen.iter().map(|chosen| chosen.address.as_str()).collect();
            assert_eq!(
                (addresses.as_slice(), (choice.n_unwanted, choice.n_images, choice.n_beyond)),
                (chosen, numbers)
            );
        };
        let all = Follow { max_links: 10, ..Follow::default() };
        let (b, d, f) = ("https://b.example/1", "https://d.example/x.pdf", "https://f.example/");
        check(all.clone(), &[b, d, f], (0, 1, 0));
        check(Follow { max_links: 1, ..all.clone() }, &[b], (0, 1, 2));
        check(Follow { only: vec!["*.pdf".parse().unwrap()], ..all.clone() }, &[d], (2, 1, 0));
        check(Follow { skip: vec!["b.example".parse().unwrap()], ..all.clone() }, &[d, f], (1, 1, 0));
        check(Follow { same_site: true, ..all }, &[], (3, 1, 0));
    }
}
