//! Names of papers and books that hold wherever they stand: arXiv, DOI, `PubMed`, ISBN.
//!
//! An abstract, its PDF and its DOI are one paper, whatever version an address asks for: a link is
//! known by its identifier where it has one. In prose `arXiv:1706.03762`, `doi:10.1000/182` and
//! `PMID: 7` are links too.

use crate::content::Link;

/// What stands behind a DOI in addresses of publishers and is no part of it.
const TAILS: &[&str] =
    &["/full", "/abstract", "/pdf", "/epdf", "/html", "/meta", ".full-text", ".full", ".abstract", ".pdf", ".html"];

/// The identifier that an address holds: `arxiv:1706.03762`, `doi:10.1000/182`, `pmid:7`, `isbn:9780262035613`.
pub fn identifier(url: &str) -> Option<String> {
    let rest = url.split_once("://")?.1.split('#').next()?;
    let (host, path) = rest.split_once('/')?;
    let host = host.to_ascii_lowercase();
    let host = host.trim_start_matches("www.");
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let path = path.replace("%2F", "/").replace("%2f", "/");
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    match (host, parts.as_slice()) {
        ("arxiv.org" | "export.arxiv.org" | "ar5iv.org" | "ar5iv.labs.arxiv.org", [kind, id @ ..])
            if matches!(*kind, "abs" | "pdf" | "html" | "format" | "ps") =>
        {
            arxiv(&id.join("/"))
        }
        ("pubmed.ncbi.nlm.nih.gov", [id, ..]) | ("ncbi.nlm.nih.gov" | "europepmc.org", ["pubmed", id, ..]) => {
            pubmed(id)
        }
        ("europepmc.org", ["article" | "abstract", "MED" | "med", id, ..]) => pubmed(id),
        ("ncbi.nlm.nih.gov", ["pmc", "articles", id, ..]) | ("pmc.ncbi.nlm.nih.gov", ["articles", id, ..]) => {
            let number = id.strip_prefix("PMC").filter(|number| is_number(number))?;
            Some(format!("pmc:{number}"))
        }
        ("openlibrary.org" | "isbnsearch.org" | "worldcat.org" | "search.worldcat.org", ["isbn", number, ..]) => {
            isbn(number)
        }
        (_, parts) if host.starts_with("amazon.") => {
            let at = parts.iter().position(|part| *part == "dp")?;
            isbn(parts.get(at + 1)?)
        }
        (_, ["books"]) if host.starts_with("books.google.") => {
            isbn(query.split('&').find_map(|part| part.strip_prefix("vid=ISBN"))?)
        }
        _ => {
            let at = parts.iter().position(|part| is_prefix(part))?;
            doi(&parts[at..].join("/"))
        }
    }
}

/// An identifier of arXiv without its version: `1706.03762v5`, `math.GT/0309136`.
fn arxiv(id: &str) -> Option<String> {
    let id = id.strip_suffix(".pdf").unwrap_or(id).to_ascii_lowercase();
    let id = match id.rsplit_once('v') {
        Some((before, version)) if is_number(version) => before,
        _ => &id,
    };
    let is_new = id.split_once('.').is_some_and(|(month, number)| {
        month.len() == 4 && is_number(month) && matches!(number.len(), 4 | 5) && is_number(number)
    });
    if is_new {
        return Some(format!("arxiv:{id}"));
    }
    let (archive, number) = id.split_once('/')?;
    // The part behind the dot is a class of the archive, and may be left out.
    let archive = archive.split('.').next()?;
    let is_old = number.len() == 7 && is_number(number) && archive.chars().all(|c| c.is_ascii_lowercase() || c == '-');
    is_old.then(|| format!("arxiv:{archive}/{number}"))
}

/// A DOI, which has no case; arXiv's own name the paper there.
fn doi(name: &str) -> Option<String> {
    let mut name = name.to_ascii_lowercase();
    while let Some(shorter) = TAILS.iter().find_map(|tail| name.strip_suffix(tail)) {
        name = shorter.to_owned();
    }
    let (prefix, suffix) = name.split_once('/')?;
    if !is_prefix(prefix) || suffix.is_empty() {
        return None;
    }
    // The preprint servers of Cold Spring Harbor put a version behind the name.
    let is_preprint = prefix == "10.1101" || prefix == "10.64898";
    let suffix = match suffix.rsplit_once('v') {
        Some((before, version)) if is_preprint && is_number(version) => before,
        _ => suffix,
    };
    match suffix.strip_prefix("arxiv.").filter(|_| prefix == "10.48550") {
        Some(id) => arxiv(id),
        None => Some(format!("doi:{prefix}/{suffix}")),
    }
}

/// `10.1000`: who registered a DOI.
fn is_prefix(part: &str) -> bool {
    part.strip_prefix("10.").is_some_and(|number| (4..=9).contains(&number.len()) && is_number(number))
}

fn pubmed(id: &str) -> Option<String> {
    is_number(id).then(|| format!("pmid:{}", id.trim_start_matches('0')))
}

/// A book's number in its longer form, where its check digit is right.
fn isbn(number: &str) -> Option<String> {
    let signs: Vec<char> = number.chars().filter(|c| !matches!(c, '-' | ' ')).collect();
    let digits: Vec<u32> =
        signs.iter().map(|c| if matches!(c, 'X' | 'x') { Some(10) } else { c.to_digit(10) }).collect::<Option<_>>()?;
    let weigh = |digits: &[u32]| -> u32 {
        digits.iter().enumerate().map(|(at, digit)| digit * if at % 2 == 0 { 1 } else { 3 }).sum()
    };
    let long: Vec<u32> = match digits.as_slice() {
        [first @ .., _] if digits.len() == 10 && first.iter().all(|digit| *digit < 10) => {
            let sum: u32 = digits.iter().zip((1..=10).rev()).map(|(digit, weight)| digit * weight).sum();
            let core: Vec<u32> = [9, 7, 8].iter().chain(first).copied().collect();
            let check = (10 - weigh(&core) % 10) % 10;
            sum.is_multiple_of(11).then(|| core.into_iter().chain([check]).collect())?
        }
        [9, 7, 8 | 9, ..] if digits.len() == 13 => (weigh(&digits) % 10 == 0).then_some(digits)?,
        _ => return None,
    };
    Some(format!("isbn:{}", long.iter().map(u32::to_string).collect::<String>()))
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The papers that a text names without an address, as links to where they are.
pub(super) fn named(text: &str) -> Vec<Link> {
    let mut found = Vec::new();
    for (word, base) in [
        ("arxiv:", "https://arxiv.org/abs/"),
        ("doi:", "https://doi.org/"),
        ("pmid:", "https://pubmed.ncbi.nlm.nih.gov/"),
    ] {
        for start in occurrences(text, word) {
            let is_inside = text[..start]
                .chars()
                .next_back()
                .is_some_and(|c| c.is_alphanumeric() || matches!(c, '/' | ':' | '=' | '.'));
            let after = &text[start + word.len()..];
            let gap = after.len() - after.trim_start_matches(' ').len();
            let name = &after[gap..];
            let ends = |c: char| c.is_whitespace() || matches!(c, ']' | '[' | '<' | '>' | '"' | ',' | ';' | '}' | '|');
            let name = &name[..name.find(ends).unwrap_or(name.len())];
            let name = name.trim_end_matches(['.', ')', ':', '*', '_', '\'']);
            let url = format!("{base}{name}");
            if gap < 2 && !is_inside && identifier(&url).is_some() {
                let end = start + word.len() + gap + name.len();
                found.push(Link { url, text: Some(text[start..end].to_owned()), start: Some(start) });
            }
        }
    }
    found
}

/// Where a word of ASCII letters stands, whatever its case.
fn occurrences<'a>(text: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    // Few texts hold the colon and the letter before it.
    let last = word.len() - 2;
    memchr::memchr_iter(b':', text.as_bytes()).filter_map(move |colon| {
        let start = (colon + 1).checked_sub(word.len())?;
        let bytes = text.as_bytes().get(start..=colon)?;
        (bytes[last].eq_ignore_ascii_case(&word.as_bytes()[last]) && bytes.eq_ignore_ascii_case(word.as_bytes()))
            .then_some(start)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_paper_have_one_identifier() {
        let check = |urls: &[&str], expected: Option<&str>| {
            for url in urls {
                assert_eq!(identifier(url).as_deref(), expected, "{url}");
            }
        };
        check(
            &[
                "https://arxiv.org/abs/1706.03762",
                "http://www.arxiv.org/abs/1706.03762v5",
                "https://arxiv.org/pdf/1706.03762v7.pdf",
                "https://arxiv.org/html/1706.03762v2#S3",
                "https://export.arxiv.org/abs/1706.03762?context=cs",
                "https://ar5iv.labs.arxiv.org/html/1706.03762",
                "https://doi.org/10.48550/arXiv.1706.03762",
            ],
            Some("arxiv:1706.03762"),
        );
        check(
            &["https://arxiv.org/abs/math.GT/0309136v1", "https://arxiv.org/pdf/math/0309136"],
            Some("arxiv:math/0309136"),
        );
        check(
            &[
                "https://doi.org/10.1145/3292500.3330701",
                "https://dx.doi.org/10.1145%2F3292500.3330701",
                "https://dl.acm.org/doi/pdf/10.1145/3292500.3330701",
                "https://dl.acm.org/doi/abs/10.1145/3292500.3330701?x=1",
            ],
            Some("doi:10.1145/3292500.3330701"),
        );
        check(
            &[
                "https://www.biorxiv.org/content/10.1101/2020.01.02.123456v2.full.pdf",
                "https://doi.org/10.1101/2020.01.02.123456",
            ],
            Some("doi:10.1101/2020.01.02.123456"),
        );
        check(
            &["https://pubmed.ncbi.nlm.nih.gov/12345/", "https://www.ncbi.nlm.nih.gov/pubmed/12345"],
            Some("pmid:12345"),
        );
        check(
            &["https://pmc.ncbi.nlm.nih.gov/articles/PMC42/", "https://www.ncbi.nlm.nih.gov/pmc/articles/PMC42"],
            Some("pmc:42"),
        );
        check(
            &[
                "https://openlibrary.org/isbn/0262035618",
                "https://www.amazon.de/Deep-Learning/dp/0262035618/ref=x",
                "https://books.google.com/books?vid=ISBN978-0-262-03561-3",
            ],
            Some("isbn:9780262035613"),
        );
        check(
            &[
                "https://arxiv.org/list/cs.CL/recent",
                "https://arxiv.org/abs/17",
                "https://www.amazon.de/dp/B00ABCDEFG",
                "https://openlibrary.org/isbn/0262035619",
                "https://a.example/10.5/x",
                "https://a.example/v10.1234/",
                "arxiv.org",
                "",
            ],
            None,
        );
    }

    #[test]
    fn a_paper_named_in_prose_is_a_link() {
        let text = "See arXiv:1706.03762v5 [cs.CL], (doi:10.1000/182). PMID: 7, not xarxiv:1706.03762, arXiv: no, \
                    https://a.example/doi:10.1000/182, DOI: 10.1000/ABC.";
        let links: Vec<(String, String)> = named(text).into_iter().map(|link| (link.url, link.text.unwrap())).collect();
        let expected = [
            ("https://arxiv.org/abs/1706.03762v5", "arXiv:1706.03762v5"),
            ("https://doi.org/10.1000/182", "doi:10.1000/182"),
            ("https://doi.org/10.1000/ABC", "DOI: 10.1000/ABC"),
            ("https://pubmed.ncbi.nlm.nih.gov/7", "PMID: 7"),
        ];
        assert_eq!(links, expected.map(|(url, text)| (url.to_owned(), text.to_owned())));
    }
}
