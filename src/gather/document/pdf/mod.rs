//! PDF files become Markdown with a mark where each page begins.
//!
//! The structure of a file is read by `lopdf`; which letters stand where, in what order they are
//! read, what is a heading, a running head or a table is decided here, in files that know nothing of
//! the rest of the crate: [`cmap`] and [`font`] for characters, [`page`] for places, [`ink`] and [`ground`] for
//! what is seen, [`layout`] for lines and columns, [`anchors`] for links, [`ruling`] and [`grid`] for tables that are ruled, [`table`] for those that are
//! not, [`heads`], [`lists`] and [`prose`] for blocks, [`engine`] for the whole.
//! [`worker`] runs that in a process of its own with limits, since a file made for harm can do what
//! no parser survives; [`poppler`] asks `pdftotext` instead where its user wants that.

#![expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "places on a page are small numbers"
)]

mod anchors;
mod cmap;
mod engine;
mod font;
mod grid;
mod ground;
mod heads;
mod ink;
mod layout;
mod lists;
mod page;
mod poppler;
mod prose;
mod ruling;
mod table;
mod worker;

use std::collections::BTreeSet;

use self::anchors::Anchor;
use self::engine::{Extract, Failure};
use self::prose::Block;
pub use self::worker::{register, serve};
use super::office::table_of;
use crate::content::{Kind, Link, Problem, Quality, SectionKind, canonical, line};
use crate::gather::{Confidence, Error, Format, Input, PdfEngine, Reading, draft, links};

pub(crate) const FORMAT: Format = Format {
    name: "pdf",
    kind: Kind::Paper,
    about: "PDF: columns in reading order, headings, tables, a mark for each page",
    extensions: &["pdf"],
    sniff,
    read,
    stream: None,
};

/// What is told of letters that are there and not seen.
const UNSEEN: &str = "letters that nobody sees (outside of the page, not painted, white on white or of no size)";

fn sniff(input: &Input) -> Confidence {
    let head = &input.bytes[..input.bytes.len().min(1024)];
    let is_pdf = input.text.is_empty() && memchr::memmem::find(head, b"%PDF-").is_some();
    if is_pdf { Confidence::Certain } else { Confidence::No }
}

fn read(input: &Input) -> Result<Reading, Error> {
    let name = || input.name.to_owned();
    let extract = match input.wishes.manner.pdf {
        PdfEngine::Own => worker::extract(input.name, input.bytes)?,
        PdfEngine::Pdftotext => poppler::extract(input.name, input.bytes)?,
    };
    // Poppler gives what nobody sees like anything else: how much that is, the own engine says.
    let n_given = match (input.wishes.manner.pdf, &extract) {
        (PdfEngine::Pdftotext, Ok(_)) => {
            worker::extract(input.name, input.bytes).ok().and_then(Result::ok).map_or(0, |own| own.n_hidden)
        }
        _ => 0,
    };
    let extract = extract.map_err(|failure| match failure {
        Failure::Encrypted => Error::Encrypted { name: name() },
        Failure::Broken | Failure::Empty => Error::Damaged { name: name(), format: "PDF" },
    })?;
    let n_pages = extract.n_pages;
    if extract.blocks.is_empty() && !extract.scanned.is_empty() {
        return Err(Error::Scanned { name: name(), n_pages });
    }
    let end = &input.bytes[input.bytes.len().saturating_sub(4096)..];
    let is_cut = memchr::memmem::find(end, b"%%EOF").is_none();
    if extract.blocks.is_empty() && (is_cut || !extract.broken.is_empty()) {
        return Err(Error::Damaged { name: name(), format: "PDF" });
    }
    if extract.blocks.is_empty() {
        return Err(Error::NothingRead { name: name(), items: "text" });
    }
    let mut reading = reading(input.name, extract);
    if n_given > 0 {
        let message = format!("{UNSEEN} are among those of pdftotext: {n_given}");
        reading.problems.push(Problem::warning(input.name, message));
    }
    Ok(reading)
}

/// The document of what was found, and what is to be said of it.
fn reading(name: &str, extract: Extract) -> Reading {
    let mut writer = Writer { marks: extract.n_pages > 1, ..Writer::default() };
    for placed in &extract.blocks {
        writer.block(placed);
    }
    let Writer { text, sections, .. } = writer;
    let mut links = links(&text);
    let mut known: BTreeSet<String> = links.iter().map(|link| link.url.trim_end_matches('/').to_owned()).collect();
    for Anchor { url, text } in extract.anchors {
        // An address that is written out is a link already, also where it goes over a line.
        let is_written = text.replace(' ', "") == url;
        if known.insert(url.trim_end_matches('/').to_owned()) {
            let text = Some(text).filter(|text| !text.is_empty() && !is_written);
            links.push(Link { url, text, start: None });
        }
    }
    let mut document = draft::document(FORMAT.name, FORMAT.kind, text, sections, extract.n_pages);
    document.links = links;
    document.title = extract.title;
    document.author = extract.author;
    document.date = extract.date;
    document.language = extract.language;
    document.counts.visible = extract.n_pages - extract.scanned.len();
    document.counts.hidden = extract.scanned.len();
    let mut problems = Vec::new();
    if extract.n_heads > 0 {
        problems.push(Problem::note(name, format!("running heads and page numbers left out: {}", extract.n_heads)));
    }
    if extract.n_hidden > 0 {
        let message = format!("{UNSEEN} left out: {}", extract.n_hidden);
        problems.push(Problem::warning(name, message));
    }
    if extract.n_unknown * 50 > extract.n_letters {
        let reason = format!("letters that their font does not explain, shown as \u{fffd}: {}", extract.n_unknown);
        document.doubt(Quality::Suspect, reason);
    }
    if !extract.broken.is_empty() {
        let reason = format!("pages that could not be read whole: {}", listed(&extract.broken));
        document.doubt(Quality::Partial, reason);
    }
    if !extract.scanned.is_empty() {
        let reason = format!("pages that are pictures and need text recognition (OCR): {}", listed(&extract.scanned));
        document.doubt(Quality::Partial, reason);
    }
    Reading { documents: vec![document], problems }
}

/// Page numbers as people write them: `3, 7-9`.
fn listed(pages: &[usize]) -> String {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for page in pages {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == *page => *last = *page,
            _ => runs.push((*page, *page)),
        }
    }
    let run = |(first, last): &(usize, usize)| {
        if first == last { format!("{}", first + 1) } else { format!("{}-{}", first + 1, last + 1) }
    };
    runs.iter().map(run).collect::<Vec<_>>().join(", ")
}

/// Text that grows block by block, a section begun with each page and each heading.
#[derive(Default)]
struct Writer {
    marks: bool,
    text: String,
    sections: Vec<crate::content::Section>,
    /// The page that was marked last, counted from 1.
    marked: usize,
    /// Whether an item of a list stands last.
    after_item: bool,
}

impl Writer {
    fn block(&mut self, placed: &prose::Placed) {
        let (body, heading) = match &placed.block {
            Block::Heading(level, text) => (format!("{} {}", "#".repeat(*level), line(text)), Some(line(text))),
            Block::Paragraph(text) | Block::Item(text) => (text.clone(), None),
            Block::Code(text) => (format!("```\n{}\n```", text.replace("```", "'''")), None),
            Block::Table(rows) => (table_of(rows), None),
        };
        let is_prose = matches!(placed.block, Block::Paragraph(_));
        let is_item = matches!(placed.block, Block::Item(_));
        let is_listed = std::mem::replace(&mut self.after_item, is_item) && is_item;
        let mut from = 0;
        let turns = placed.turns.iter().copied().chain([(body.len(), usize::MAX)]);
        let mut page = placed.page;
        for (end, next) in turns {
            let part = canonical(body.get(from..end).unwrap_or_default()).0;
            let part = part.trim_end();
            if !part.is_empty() {
                let goes_on = from > 0;
                let is_new_page = self.marks && page + 1 > self.marked;
                if !self.text.is_empty() && !goes_on && (is_new_page || !is_listed) {
                    self.text.push('\n');
                }
                let start = self.text.len();
                if is_new_page {
                    self.marked = page + 1;
                    self.text.push_str(&format!(
                        "[p. {}]{}",
                        self.marked,
                        if is_prose || goes_on { " " } else { "\n\n" }
                    ));
                }
                self.text.push_str(part);
                let end = self.text.len();
                self.text.push('\n');
                self.section(start, end, is_new_page.then(|| format!("p. {}", self.marked)), heading.clone());
            }
            (from, page) = (end, next);
        }
    }

    fn section(&mut self, start: usize, end: usize, mark: Option<String>, heading: Option<String>) {
        let kind = if heading.is_some() { SectionKind::Heading } else { SectionKind::Paragraph };
        let label = mark.or(heading);
        match self.sections.last_mut() {
            // What stands under a heading, or on a page, belongs to it.
            Some(last) if label.is_none() && last.label.is_some() => last.end = end,
            _ => {
                let mut section = draft::section(start, end, kind);
                section.label = label;
                self.sections.push(section);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn placed(block: Block, page: usize, turns: &[(usize, usize)]) -> prose::Placed {
        let mut placed = prose::Placed::new(block, page);
        placed.turns = turns.to_vec();
        placed
    }

    #[test]
    fn a_page_begins_with_its_mark_even_within_a_sentence() {
        let extract = Extract {
            n_pages: 3,
            blocks: vec![
                placed(Block::Heading(1, "One".into()), 0, &[]),
                placed(Block::Paragraph("words that go over the page".into()), 0, &[(11, 1)]),
                placed(Block::Paragraph("more".into()), 1, &[]),
                placed(Block::Heading(2, "Two".into()), 2, &[]),
                placed(Block::Item("- item".into()), 2, &[]),
            ],
            ..Extract::default()
        };
        let document = reading("x", extract).documents.remove(0);
        let expected = "[p. 1]\n\n# One\n\nwords that\n[p. 2] go over the page\n\nmore\n\n[p. 3]\n\n## Two\n\n- item\n";
        assert_eq!(document.text, expected);
        assert!(draft::covers(&document.text, &document.sections));
        let labels: Vec<_> = document.sections.iter().map(|section| section.label.as_deref().unwrap_or("-")).collect();
        assert_eq!(labels, ["p. 1", "p. 2", "p. 3"]);
    }

    #[test]
    fn an_address_behind_words_is_a_link_once() {
        let anchor = |url: &str, text: &str| Anchor { url: url.to_owned(), text: text.to_owned() };
        let extract = Extract {
            n_pages: 1,
            blocks: vec![placed(Block::Paragraph("See https://a.example/x and the orchard.".into()), 0, &[])],
            anchors: vec![
                anchor("https://a.example/x/", "https://a.example/x"),
                anchor("https://b.example/", "the orchard"),
                anchor("https://b.example", "orchard"),
                anchor("https://c.example/long", "https://c.example/ long"),
            ],
            ..Extract::default()
        };
        let links = reading("x", extract).documents.remove(0).links;
        let found: Vec<_> = links.iter().map(|link| (link.url.as_str(), link.text.as_deref(), link.start)).collect();
        let expected = [
            ("https://a.example/x", None, Some(4)),
            ("https://b.example/", Some("the orchard"), None),
            ("https://c.example/long", None, None),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn page_numbers_are_listed_in_runs() {
        assert_eq!(listed(&[2, 6, 7, 8]), "3, 7-9");
    }
}
