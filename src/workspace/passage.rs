//! A citation followed to the passage it names.

use std::ops::Range;

use super::{Error, Workspace};
use crate::budget::Places;
use crate::bundle::quotation::{self, Nowhere};
use crate::content::{Digest, Document, Section, SectionKind, line, nearest};
use crate::store::record::{DocumentRecord, ItemRecord, SegmentRecord};
use crate::{fork, gather, store};

/// Characters of a neighbour that are shown.
const NEIGHBOUR: usize = 600;

/// `[s2 41:07]`, after the address of a bundle or of something on it, or `s2@41:07`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Citation {
    /// Whose sources; where the last command left off when it is not said.
    pub address: String,
    /// `s2`.
    pub source: String,
    /// `41:07`, `post 3`, a heading; the source's beginning when it is not said.
    pub place: Option<String>,
}

/// A section of a source, or several of them, with those around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passage {
    /// The bundle.
    pub bundle: Digest,
    /// `s2`.
    pub source: String,
    /// The source's title, else what the bundle calls it.
    pub title: Option<String>,
    /// Where the source stands on the web; where its player takes one, at the second of the section.
    pub url: Option<String>,
    /// How a citation names the section.
    pub label: Option<String>,
    /// First byte in the document's text.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
    /// Whether the bundle has all of it.
    pub is_kept: bool,
    /// The end of the section before.
    pub before: Option<String>,
    /// The section.
    pub text: String,
    /// The beginning of the section after.
    pub after: Option<String>,
}

impl Citation {
    /// Reads a citation; none where the text is written as something else.
    pub fn parse(text: &str) -> Option<Self> {
        if let Some((source, place)) = text.split_once('@')
            && is_source(source)
            && !place.is_empty()
        {
            return Some(Self { address: "@".to_owned(), source: source.to_owned(), place: Some(place.to_owned()) });
        }
        let (address, cited) = text.strip_suffix(']')?.split_once('[')?;
        let (source, place) = cited.trim().split_once([' ', '@']).unwrap_or((cited.trim(), ""));
        let address = if address.is_empty() { "@" } else { address };
        let place = Some(place.trim().to_owned()).filter(|place| !place.is_empty());
        is_source(source).then(|| Self { address: address.to_owned(), source: source.to_owned(), place })
    }
}

/// Whether this is how a bundle calls its sources.
pub(super) fn is_source(word: &str) -> bool {
    word.strip_prefix('s').is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

impl Workspace {
    /// The passage that a citation names; the texts of the other sources need not be here.
    pub fn passage(&self, citation: &Citation, at: Option<u64>) -> Result<Passage, Error> {
        let view = fork::View::at(&self.store, at)?;
        let bundle = fork::bundle_of(&self.store, fork::resolve_in(&view, &citation.address)?.id())?;
        let manifest = self.store.bundle(bundle)?;
        let unknown = || Error::NoSource { cited: citation.source.clone(), n_sources: manifest.items.len() };
        let item = manifest.items.iter().find(|item| item.id == citation.source).ok_or_else(unknown)?;
        let document = self.cited_document(item)?;
        let Some(wanted) = &citation.place else {
            let first = document.sections.first().map_or(0..document.text.len(), Section::range);
            return Ok(passage(bundle, item, &document, first, false));
        };
        let range = quotation::place(&document, wanted).map_err(|nowhere| {
            let (cited, place) = (citation.source.clone(), wanted.clone());
            let address = citation.address.strip_prefix('@').unwrap_or(&citation.address).to_owned();
            if let Nowhere::Past { last } = nowhere {
                return Error::PastEnd { cited, place, address, last };
            }
            let labels = document.sections.iter().filter_map(|section| section.label.as_deref());
            let nearest = nearest(wanted, labels).map(str::to_owned);
            Error::NoPassage { cited, place, address, nearest }
        })?;
        Ok(passage(bundle, item, &document, range, true))
    }

    /// The document of a source, which may have stayed with whoever sent the rest.
    fn cited_document(&self, item: &ItemRecord) -> Result<Document, Error> {
        match self.store.document(item.document) {
            Err(store::Error::Withheld { .. }) => {
                let title = self.store.record::<DocumentRecord>(item.document).ok().and_then(|record| record.title);
                let title = title.or_else(|| item.label.clone()).unwrap_or_else(|| "untitled".to_owned());
                Err(Error::Withheld { cited: item.id.clone(), title: line(&title), document: item.document })
            }
            document => Ok(document?),
        }
    }
}

/// Bytes of a document as a passage of a bundle; `is_placed` says that somebody named their place.
fn passage(bundle: Digest, item: &ItemRecord, document: &Document, range: Range<usize>, is_placed: bool) -> Passage {
    let text = document.text.get(range.clone()).unwrap_or_default().trim_end();
    let section = document.sections.iter().find(|section| section.start == range.start);
    let own = section.filter(|section| section.end == range.end).and_then(|section| section.label.clone());
    let named = || {
        let places = Places::new(&item.id, &document.text, &document.sections);
        places.of(&range).strip_prefix(&item.id).map(|place| place.trim().to_owned()).filter(|place| !place.is_empty())
    };
    Passage {
        bundle,
        source: item.id.clone(),
        title: document.title.clone().or_else(|| item.label.clone()),
        url: address(document, section),
        label: own.or_else(|| is_placed.then(named).flatten()),
        start: range.start,
        end: range.end,
        is_kept: kept_bytes(&item.segments, &range) >= text.len(),
        before: before(document, range.start).map(|text| {
            let n_left_out = text.chars().count().saturating_sub(NEIGHBOUR);
            let kept: String = text.chars().skip(n_left_out).collect();
            if n_left_out > 0 { format!("…{kept}") } else { kept }
        }),
        text: text.to_owned(),
        after: after(document, range.end).map(|text| {
            let kept: String = text.chars().take(NEIGHBOUR).collect();
            if kept.len() < text.len() { format!("{kept}…") } else { kept }
        }),
    }
}

/// The section that ends where a passage starts, else the paragraph before it.
fn before(document: &Document, start: usize) -> Option<&str> {
    let text = document.text.get(..start)?.trim_end();
    let sections = document.sections.iter().rev().skip_while(|section| section.start >= text.len());
    let mut own = sections.filter_map(|section| document.text.get(section.range()).map(|own| (section.start, own)));
    let section = own.next().filter(|(at, own)| at + own.trim_end().len() == text.len()).map(|(_, own)| own.trim_end());
    section.or_else(|| text.rsplit("\n\n").next()).filter(|text| !text.is_empty())
}

/// The section that starts where a passage ends, else the paragraph after it.
fn after(document: &Document, end: usize) -> Option<&str> {
    let text = document.text.get(end..)?.trim_start();
    let start = document.text.len() - text.len();
    let section = document.sections.iter().find(|section| section.start == start);
    let section = section.and_then(|section| document.text.get(section.range())).map(str::trim_end);
    section.or_else(|| text.split("\n\n").next()).map(str::trim_end).filter(|text| !text.is_empty())
}

/// Where a section can be read or heard, or the document where no section is named.
pub(super) fn address(document: &Document, section: Option<&Section>) -> Option<String> {
    let url = document.url.as_ref()?;
    let Some(section) = section else { return Some(url.clone()) };
    if section.time.as_deref().and_then(quotation::seconds).is_some() {
        return Some(at_second(document, section).unwrap_or_else(|| url.clone()));
    }
    let is_heading = section.kind == SectionKind::Heading && !url.contains('#');
    // A browser that knows text fragments scrolls to the heading, others open the page.
    let heading = section.label.as_deref().filter(|_| is_heading);
    Some(heading.map_or_else(|| url.clone(), |heading| format!("{url}#:~:text={}", encoded(heading))))
}

/// Where a player starts at the second of a section.
pub(super) fn at_second(document: &Document, section: &Section) -> Option<String> {
    let second = section.time.as_deref().and_then(quotation::seconds)?;
    gather::at_second(document.url.as_ref()?, second.into())
}

/// Words as they stand in a text fragment.
fn encoded(words: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'~');
    let told = words.trim().bytes().map(|byte| match byte {
        byte if is_plain(byte) => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    });
    told.collect()
}

/// How many bytes of a passage segments hold together.
fn kept_bytes(segments: &[SegmentRecord], passage: &Range<usize>) -> usize {
    let held = |kept: &SegmentRecord| kept.end.min(passage.end).saturating_sub(kept.start.max(passage.start));
    segments.iter().map(held).sum()
}

/// What a citation says to mean this section: its label where that finds it, else its number.
pub(super) fn place_of(document: &Document, section: usize) -> String {
    let label = document.sections.get(section).and_then(|section| section.label.as_deref()).map(line);
    let own = document.sections.get(section).map(Section::range);
    let is_plain = |label: &String| !label.is_empty() && !label.contains(['[', ']', '"', '`', '$', '\\']);
    match label.filter(is_plain) {
        Some(label) if quotation::place(document, &label).ok() == own => label,
        _ => format!("#{}", section + 1),
    }
}

impl Passage {
    /// How a citation names it: `s2 41:07`.
    pub fn cited(&self) -> String {
        match &self.label {
            Some(label) => format!("{} {label}", self.source),
            None => self.source.clone(),
        }
    }

    /// The passage as a quotation between its neighbours.
    pub fn markdown(&self) -> String {
        let kept = if self.is_kept { "" } else { " · not whole in the bundle" };
        let title = self.title.as_deref().map_or(String::new(), |title| format!(" {}", line(title)));
        let label = self.label.as_deref().map_or(String::new(), |label| format!(" · {}", line(label)));
        let mut out = format!("## {}{title}{label}{kept}\n", self.source);
        if let Some(url) = &self.url {
            out += &format!("\n{url}\n");
        }
        if let Some(before) = &self.before {
            out += &format!("\n{before}\n");
        }
        let quoted: Vec<String> = self.text.lines().map(|line| format!("> {line}").trim_end().to_owned()).collect();
        out += &format!("\n{}\n", quoted.join("\n"));
        if let Some(after) = &self.after {
            out += &format!("\n{after}\n");
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_citation_names_bundle_source_and_place() {
        let check = |text: &str, expected: Option<(&str, &str, Option<&str>)>| {
            let found = Citation::parse(text);
            let parts = found.as_ref().map(|c| (c.address.as_str(), c.source.as_str(), c.place.as_deref()));
            assert_eq!(parts, expected, "{text}");
        };
        check("s2@41:07", Some(("@", "s2", Some("41:07"))));
        check("[s2 41:07]", Some(("@", "s2", Some("41:07"))));
        check("bitter[s1 post 3]", Some(("bitter", "s1", Some("post 3"))));
        check("main~1[s3]", Some(("main~1", "s3", None)));
        for text in ["s2", "main", "@", "@~1", "main@1", "s2@", "[x2]", "main[s]", "main]", "s@1"] {
            check(text, None);
        }
    }

    #[test]
    fn a_section_leads_to_its_second_or_its_heading() {
        let section = |kind, label: &str, time: Option<&str>| Section {
            start: 0,
            end: 1,
            kind,
            label: Some(label.to_owned()),
            author: None,
            time: time.map(str::to_owned),
            reply_to: None,
        };
        let objects = store::sample::bundle("text");
        let record = objects[1].record::<DocumentRecord>().unwrap();
        let mut document = record.into_document("text".to_owned()).unwrap();
        let heading = section(SectionKind::Heading, "Who pays, and why?", None);
        let turn = section(SectionKind::Turn, "41:07", Some("0:41:07"));
        let post = section(SectionKind::Post, "post 3", Some("2025-01-01T10:00:00Z"));
        let mut check = |url: Option<&str>, section: Option<&Section>, expected: Option<&str>| {
            document.url = url.map(str::to_owned);
            assert_eq!(address(&document, section).as_deref(), expected);
        };
        let page = Some("https://a.example/essay");
        check(page, None, page);
        check(page, Some(&heading), Some("https://a.example/essay#:~:text=Who%20pays%2C%20and%20why%3F"));
        check(page, Some(&post), page);
        check(page, Some(&turn), page);
        check(Some("https://youtu.be/a"), Some(&turn), Some("https://youtu.be/a?t=2467s"));
        check(None, Some(&turn), None);
    }
}
