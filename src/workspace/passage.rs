//! A citation followed to the passage it names.

use super::{Error, Workspace};
use crate::bundle::Bundle;
use crate::content::{Digest, Document, Section, SectionKind, line, nearest};
use crate::{fork, gather};

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

/// One section of a source with those around it.
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
    /// The passage that a citation names.
    pub fn passage(&self, citation: &Citation, at: Option<u64>) -> Result<Passage, Error> {
        let view = fork::View::at(&self.store, at)?;
        let id = fork::bundle_of(&self.store, fork::resolve_in(&view, &citation.address)?.id())?;
        let bundle = self.bundle(id)?;
        let unknown = || Error::NoSource { cited: citation.source.clone(), n_sources: bundle.manifest.items.len() };
        let place = bundle.manifest.items.iter().position(|item| item.id == citation.source).ok_or_else(unknown)?;
        let document = &bundle.documents[place];
        let section = match &citation.place {
            None => 0,
            Some(wanted) => find(document, wanted).ok_or_else(|| {
                let labels = document.sections.iter().filter_map(|section| section.label.as_deref());
                let nearest = nearest(wanted, labels).map(str::to_owned);
                Error::NoPassage { cited: citation.source.clone(), place: wanted.clone(), nearest }
            })?,
        };
        Ok(passage(&bundle, place, section))
    }
}

/// The section of a document as a passage of a bundle.
pub(super) fn passage(bundle: &Bundle, place: usize, section: usize) -> Passage {
    let (item, document) = (&bundle.manifest.items[place], &bundle.documents[place]);
    let here = &document.sections[section];
    let text = |section: &Section| document.text.get(section.range()).unwrap_or_default().trim_end();
    let before = section.checked_sub(1).and_then(|before| document.sections.get(before)).map(text);
    let after = document.sections.get(section + 1).map(text);
    Passage {
        bundle: bundle.id,
        source: item.id.clone(),
        title: document.title.clone().or_else(|| item.label.clone()),
        url: address(document, Some(here)),
        label: here.label.clone(),
        start: here.start,
        end: here.end,
        is_kept: item.segments.iter().any(|kept| kept.start <= here.start && here.end <= kept.end)
            || kept_bytes(&item.segments, here) >= text(here).len(),
        before: before.map(|text| {
            let n_left_out = text.chars().count().saturating_sub(NEIGHBOUR);
            let kept: String = text.chars().skip(n_left_out).collect();
            if n_left_out > 0 { format!("…{kept}") } else { kept }
        }),
        text: text(here).to_owned(),
        after: after.map(|text| {
            let kept: String = text.chars().take(NEIGHBOUR).collect();
            if kept.len() < text.len() { format!("{kept}…") } else { kept }
        }),
    }
}

/// Where a section can be read or heard, or the document where no section is named.
pub(super) fn address(document: &Document, section: Option<&Section>) -> Option<String> {
    let url = document.url.as_ref()?;
    let Some(section) = section else { return Some(url.clone()) };
    if let Some(second) = section.time.as_deref().and_then(seconds) {
        return Some(gather::at_second(url, second).unwrap_or_else(|| url.clone()));
    }
    let is_heading = section.kind == SectionKind::Heading && !url.contains('#');
    // A browser that knows text fragments scrolls to the heading, others open the page.
    let heading = section.label.as_deref().filter(|_| is_heading);
    Some(heading.map_or_else(|| url.clone(), |heading| format!("{url}#:~:text={}", encoded(heading))))
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

/// Bytes of a section that neighbouring segments hold together.
fn kept_bytes(segments: &[crate::store::record::SegmentRecord], section: &Section) -> usize {
    let held = |kept: &crate::store::record::SegmentRecord| {
        kept.end.min(section.end).saturating_sub(kept.start.max(section.start))
    };
    segments.iter().map(held).sum()
}

/// The section that a citation's place means: by its label, by time into a recording, or by part of a label.
fn find(document: &Document, wanted: &str) -> Option<usize> {
    let wanted = line(wanted).to_lowercase();
    let label = |section: &Section| section.label.as_deref().map(|label| line(label).to_lowercase());
    let by_label = document.sections.iter().position(|section| label(section).is_some_and(|label| label == wanted));
    if by_label.is_some() {
        return by_label;
    }
    if let Some(number) = wanted.strip_prefix('#').and_then(|number| number.parse::<usize>().ok()) {
        return number.checked_sub(1).filter(|place| *place < document.sections.len());
    }
    let seconds_of = |section: &Section| {
        section.label.as_deref().and_then(seconds).or_else(|| section.time.as_deref().and_then(seconds))
    };
    // `41:07-42:10` and `41:07–42:10` begin where they begin.
    if let Some(second) = seconds(wanted.split(['-', '–']).next().unwrap_or_default().trim()) {
        return document.sections.iter().rposition(|section| seconds_of(section).is_some_and(|start| start <= second));
    }
    document.sections.iter().position(|section| label(section).is_some_and(|label| label.contains(&wanted)))
}

/// What a citation says to mean this section: its label where that finds it, else its number.
pub(super) fn place_of(document: &Document, section: usize) -> String {
    let label = document.sections.get(section).and_then(|section| section.label.as_deref()).map(line);
    let is_plain = |label: &String| !label.is_empty() && !label.contains(['[', ']', '"', '`', '$', '\\']);
    match label.filter(is_plain) {
        Some(label) if find(document, &label) == Some(section) => label,
        _ => format!("#{}", section + 1),
    }
}

/// Seconds of `41:07` or `1:06:51`.
fn seconds(mark: &str) -> Option<u64> {
    let parts: Vec<&str> = mark.split(':').collect();
    let is_clock = (2..=3).contains(&parts.len()) && parts.iter().all(|part| (1..=3).contains(&part.len()));
    if !is_clock {
        return None;
    }
    parts.into_iter().try_fold(0_u64, |total, part| Some(total * 60 + part.parse::<u64>().ok()?))
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
        let objects = crate::store::sample::bundle("text");
        let record = objects[1].record::<crate::store::record::DocumentRecord>().unwrap();
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

    #[test]
    fn a_place_is_a_label_a_time_or_a_part_of_a_heading() {
        let section = |start: usize, label: &str| Section {
            start,
            end: start + 1,
            kind: SectionKind::Turn,
            label: Some(label.to_owned()),
            author: None,
            time: None,
            reply_to: None,
        };
        let document = |labels: &[&str]| {
            let objects = crate::store::sample::bundle("text");
            let mut document = objects[1]
                .record::<crate::store::record::DocumentRecord>()
                .unwrap()
                .into_document("text".to_owned())
                .unwrap();
            document.sections = labels.iter().enumerate().map(|(at, label)| section(at, label)).collect();
            document
        };
        let talk = document(&["0:00", "41:07", "1:06:51"]);
        let essay = document(&["On cards", "The bench", "post 2"]);
        for (document, place, expected) in [
            (&talk, "41:07", Some(1)),
            (&talk, "41:20", Some(1)),
            (&talk, "41:07-42:00", Some(1)),
            (&talk, "2:00:00", Some(2)),
            (&talk, "noon", None),
            (&essay, "on  CARDS", Some(0)),
            (&essay, "bench", Some(1)),
            (&essay, "post 2", Some(2)),
            (&essay, "41:07", None),
            (&essay, "#2", Some(1)),
            (&essay, "#0", None),
            (&essay, "#4", None),
        ] {
            assert_eq!(find(document, place), expected, "{place}");
        }
    }
}
