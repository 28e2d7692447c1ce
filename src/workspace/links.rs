//! Where the marks of an answer lead on the web: to the second of a recording, to a heading of a page.

use super::{Error, Workspace, check};
use crate::bundle::quotation::{marks, resolve};
use crate::content::{Document, Section, SectionKind};
use crate::fork;
use crate::store::record::ItemRecord;

/// The sources of a bundle, and where each stands on the web.
#[derive(Debug)]
pub struct Links {
    documents: Vec<(ItemRecord, Document)>,
}

impl Workspace {
    /// The links of the bundle under an address.
    pub fn links(&self, address: &str) -> Result<Links, Error> {
        let bundle = fork::bundle_of(&self.store, fork::resolve(&self.store, address)?.id())?;
        Ok(Links { documents: self.readable(bundle)?.documents })
    }
}

impl Links {
    /// Where a mark such as `[s2 41:07]` leads; nowhere where its source has no address, or no such place.
    pub fn of(&self, mark: &str) -> Option<String> {
        let sources: Vec<_> = self.documents.iter().map(|(item, document)| check::source(item, document)).collect();
        let targets = marks(mark).into_iter().flat_map(|mark| mark.targets);
        let passages = targets.filter_map(|target| Some((resolve(&target, &sources).ok()?, target.place.is_some())));
        let mut passages = passages.filter_map(|((source, range), is_placed)| {
            let document = &self.documents[source].1;
            let section = document.sections.iter().find(|section| section.start == range.start);
            leads(document, section.filter(|_| is_placed))
        });
        passages.next()
    }
}

/// The address of a section of a document that stands on the web.
fn leads(document: &Document, section: Option<&Section>) -> Option<String> {
    let url = document.url.as_ref().filter(|url| url.starts_with("https://") || url.starts_with("http://"))?;
    let Some(section) = section else { return Some(url.clone()) };
    if let Some(second) = section.time.as_deref().and_then(second) {
        return Some(at_second(url, second));
    }
    let label = section.label.as_deref().filter(|_| section.kind == SectionKind::Heading && !url.contains('#'));
    // A browser that knows text fragments scrolls to the heading, others open the page.
    Some(label.map_or_else(|| url.clone(), |label| format!("{url}#:~:text={}", encoded(label))))
}

/// The address of a second in a recording: as its site takes it, else as a media fragment.
fn at_second(url: &str, second: u32) -> String {
    let plain = url.split_once('#').map_or(url, |(plain, _)| plain);
    let host = plain.split("://").nth(1).and_then(|rest| rest.split(['/', '?']).next()).unwrap_or_default();
    let host = host.strip_prefix("www.").or_else(|| host.strip_prefix("m.")).unwrap_or(host);
    if !matches!(host, "youtube.com" | "youtu.be") {
        return format!("{plain}#t={second}");
    }
    let (path, query) = plain.split_once('?').unwrap_or((plain, ""));
    let others =
        query.split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("t=") && !pair.starts_with("start="));
    let query: Vec<String> = others.map(str::to_owned).chain([format!("t={second}s")]).collect();
    format!("{path}?{}", query.join("&"))
}

/// Seconds of `41:07` or `1:06:51`; a day and a moment are none.
fn second(time: &str) -> Option<u32> {
    let parts: Vec<&str> = time.split(':').collect();
    let is_clock = (2..=3).contains(&parts.len()) && parts.iter().all(|part| (1..=3).contains(&part.len()));
    let seconds =
        parts.iter().try_fold(0_u32, |total, part| total.checked_mul(60)?.checked_add(part.parse::<u32>().ok()?));
    seconds.filter(|_| is_clock)
}

/// Words as they stand in a text fragment.
fn encoded(words: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'~');
    let byte = |byte: u8| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    words.trim().bytes().map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_is_told_as_its_site_takes_it() {
        for (url, expected) in [
            ("https://www.youtube.com/watch?v=abc", "https://www.youtube.com/watch?v=abc&t=2467s"),
            ("https://youtube.com/watch?t=3&v=abc#x", "https://youtube.com/watch?v=abc&t=2467s"),
            ("https://youtu.be/abc", "https://youtu.be/abc?t=2467s"),
            ("https://vimeo.com/1", "https://vimeo.com/1#t=2467"),
            ("https://pod.example/1.mp3?a=b#t=1", "https://pod.example/1.mp3?a=b#t=2467"),
            ("https://notyoutube.com/watch?v=a", "https://notyoutube.com/watch?v=a#t=2467"),
        ] {
            assert_eq!(at_second(url, 2467), expected);
        }
        assert_eq!(
            (second("41:07"), second("1:06:51"), second("2025-01-01T10:00:00Z")),
            (Some(2467), Some(4011), None)
        );
    }

    #[test]
    fn a_heading_is_scrolled_to_and_an_address_of_another_kind_is_none() {
        let section = |kind, label: &str, time: Option<&str>| Section {
            start: 0,
            end: 1,
            kind,
            label: Some(label.to_owned()),
            author: None,
            time: time.map(str::to_owned),
            reply_to: None,
        };
        let objects = crate::store::sample::bundle("text");
        let record = objects[1].record::<crate::store::record::DocumentRecord>().unwrap();
        let mut document = record.into_document("text".to_owned()).unwrap();
        let heading = section(SectionKind::Heading, "Who pays, and why?", None);
        let turn = section(SectionKind::Turn, "41:07", Some("0:41:07"));
        let post = section(SectionKind::Post, "post 3", Some("2025-01-01T10:00:00Z"));
        let mut check = |url: Option<&str>, section: Option<&Section>, expected: Option<&str>| {
            document.url = url.map(str::to_owned);
            assert_eq!(leads(&document, section).as_deref(), expected);
        };
        let page = Some("https://a.example/essay");
        check(page, None, page);
        check(page, Some(&heading), Some("https://a.example/essay#:~:text=Who%20pays%2C%20and%20why%3F"));
        check(page, Some(&post), page);
        check(page, Some(&turn), Some("https://a.example/essay#t=2467"));
        check(Some("javascript:alert(1)"), Some(&turn), None);
        check(None, Some(&turn), None);
    }
}
