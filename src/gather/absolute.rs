//! The links of a page that name no host, made whole by the address that the page came from, or says of itself.
//!
//! Works on the Markdown that any reader wrote, as [`super::relink`] does: what stands in code stays,
//! places of sections and links move with the text, and the list of links is made of the new one.

use super::page::address::has_scheme;
use super::relink::{self, Edit};
use crate::content::Document;
use crate::net::Url;

/// Makes the links of a page whole that came from `address`; without one that is known they stay as they are.
pub(super) fn links(document: &mut Document, address: Option<&str>) {
    let base = match document.format.as_str() {
        "html" | "mhtml" => address.or(document.url.as_deref()),
        "markdown" => address,
        _ => None,
    };
    let Some(base) = base.and_then(|base| Url::parse(base).ok()) else { return };
    let edits = relink::destinations(&document.text).into_iter().filter_map(|(start, destination)| {
        // An address in angle brackets that has a blank in it is told to its first one.
        let is_whole =
            !document.text[..start].ends_with('<') || document.text[start + destination.len()..].starts_with('>');
        let is_relative =
            is_whole && !destination.is_empty() && !destination.starts_with('#') && !has_scheme(destination);
        let whole = is_relative.then(|| base.to(destination)).flatten()?;
        Some(Edit::new(start, start + destination.len(), whole.whole_address()))
    });
    let edits: Vec<Edit> = edits.collect();
    if !edits.is_empty() {
        relink::apply(document, edits);
        document.links = super::links(&document.text);
    }
}

#[cfg(test)]
mod tests {
    use crate::gather::{Wishes, draft, read_as};

    #[test]
    fn links_of_a_page_lead_from_where_it_stands() {
        let check = |text: &str, address: Option<&str>, expected: &str, links: &[&str]| {
            let mut document =
                read_as("x.md", text.as_bytes(), Wishes { address, ..Wishes::default() }).unwrap().documents.remove(0);
            assert_eq!(document.text, expected);
            assert!(draft::covers(&document.text, &document.sections), "{expected}");
            let found: Vec<&str> = document.links.iter().map(|link| link.url.as_str()).collect();
            assert_eq!(found, links);
            for link in document.links.drain(..) {
                assert!(document.text[link.start.unwrap()..].starts_with('['), "{expected}");
            }
        };
        let address = Some("https://a.example/b/c?d=1#e");
        let text = "[é](/deep) and [two](f?g=(h)) and ![p](../p.png \"t\")\n\n## H [i](j#k)\n\nend [l](//m.example)\n";
        let whole = "[é](https://a.example/deep) and [two](https://a.example/b/f?g=(h)) and \
                     ![p](https://a.example/p.png \"t\")\n\n## H [i](https://a.example/b/j#k)\n\nend [l](https://m.example/)\n";
        let links =
            ["https://a.example/deep", "https://a.example/b/f?g=(h)", "https://a.example/b/j#k", "https://m.example/"];
        check(text, address, whole, &links);
        check(text, None, text, &[]);
        check(text, Some("notes/x.md"), text, &[]);
        let same = "[a](#part) [b](mailto:x@y.example) `[c](/d)` [e](<f g>) [h](https://i.example/)\n";
        check(same, address, same, &["https://i.example/"]);
        let page = "<p>See <a href=\"/deep\">the deep page</a>, where all of it is said once more, at length.";
        let read =
            |name: &str, text: &str, address| read_as(name, text.as_bytes(), Wishes { address, ..Wishes::default() });
        let text = |name: &str, text: &str, address| read(name, text, address).unwrap().documents.remove(0).text;
        let said = |link: &str| format!("See [the deep page]({link}), where all of it is said once more, at length.\n");
        assert_eq!(text("x.html", page, address), said("https://a.example/deep"));
        assert_eq!(text("x.html", page, None), said("/deep"));
        let saved = |header: &str| {
            format!(
                "{header}Subject: x\nMIME-Version: 1.0\nContent-Type: multipart/related; boundary=\"b\"\n\n--b\nContent-Type: text/html\nContent-Location: https://c.example/d/\n\n<html><body>{page}</body></html>\n--b--\n"
            )
        };
        assert_eq!(
            text("x.mhtml", &saved("From: <Saved by Blink>\nSnapshot-Content-Location: https://s.example/t\n"), None),
            said("https://s.example/deep")
        );
        assert_eq!(text("x.mhtml", &saved(""), None), said("https://c.example/deep"));
        check("Code:\n\n```\n[a](/b)\n```\n", address, "Code:\n\n```\n[a](/b)\n```\n", &[]);
    }
}
