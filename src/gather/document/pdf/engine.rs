//! A PDF as blocks of text, page by page: pure, in one process, without a limit on time or memory.
//!
//! `lopdf` reads the structure of the file; [`super::page`] and [`super::font`] find the
//! letters, [`super::layout`] the lines, [`super::prose`] the blocks.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use lopdf::{Dictionary, Document, LoadOptions, Object, ObjectId};

use super::anchors::{self, Anchor};
use super::page::{self, Fonts};
use super::prose::{Block, Placed};
use super::{grid, heads, layout, prose};

/// Bytes that one stream may unpack to.
const MAX_STREAM: usize = 128 * 1024 * 1024;
/// Pages that are read.
const MAX_PAGES: usize = 10_000;
/// A page with fewer letters and a picture is a scan.
const SCANNED: usize = 20;

/// Why a file gave nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Failure {
    /// It wants a password.
    Encrypted,
    /// Its structure cannot be read.
    Broken,
    /// It has no pages.
    Empty,
}

/// What a file holds.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Extract {
    pub(crate) title: Option<String>,
    pub(crate) author: Option<String>,
    pub(crate) date: Option<String>,
    pub(crate) language: Option<String>,
    pub(crate) blocks: Vec<Placed>,
    /// Where words of it lead to.
    pub(crate) anchors: Vec<Anchor>,
    pub(crate) n_pages: usize,
    /// Pages that are pictures of text, from 0 on.
    pub(crate) scanned: Vec<usize>,
    /// Pages that could not be read whole.
    pub(crate) broken: Vec<usize>,
    pub(crate) n_heads: usize,
    pub(crate) n_hidden: usize,
    pub(crate) n_letters: usize,
    /// Letters that no map of their font explains.
    pub(crate) n_unknown: usize,
}

/// Reads a file; `password` opens one that is encrypted.
pub(crate) fn extract(bytes: &[u8], password: &str) -> Result<Extract, Failure> {
    let options = LoadOptions { max_decompressed_size: Some(MAX_STREAM), ..LoadOptions::default() };
    let mut document = Document::load_mem_with_options(bytes, options).map_err(|error| match error {
        lopdf::Error::InvalidPassword | lopdf::Error::Decryption(_) => Failure::Encrypted,
        _ => Failure::Broken,
    })?;
    if document.is_encrypted() && document.decrypt(password).is_err() {
        return Err(Failure::Encrypted);
    }
    let ids: Vec<ObjectId> = document.page_iter().take(MAX_PAGES).collect();
    if ids.is_empty() {
        return Err(Failure::Empty);
    }
    let mut found = Extract { n_pages: ids.len(), ..Extract::default() };
    let mut fonts = Fonts::new();
    let mut pages = Vec::new();
    for (index, id) in ids.iter().enumerate() {
        let mut page = page::read(&document, *id, &mut fonts);
        for letter in &mut page.letters {
            tidy(&mut letter.text);
        }
        let n_letters = page.letters.iter().filter(|letter| !letter.text.trim().is_empty()).count();
        found.n_letters += n_letters;
        found.n_unknown += page.letters.iter().filter(|letter| letter.text.contains('\u{fffd}')).count();
        found.n_hidden += page.n_hidden;
        if n_letters < SCANNED && page.n_pictures > 0 {
            found.scanned.push(index);
        }
        if page.is_cut {
            found.broken.push(index);
        }
        found.anchors.extend(anchors::of(&document, *id, &page));
        let tables = grid::take(&page.rulings, &mut page.letters);
        pages.push((page.height, layout::lines(&page.letters, tables)));
    }
    found.n_heads = heads::remove(&mut pages);
    let pages: Vec<_> = pages.into_iter().map(|(_, lines)| lines).collect();
    found.blocks = prose::blocks(&pages, &outline(&document));
    let info = document.trailer.get_deref(b"Info", &document).ok().and_then(|info| info.as_dict().ok());
    let text = |key: &[u8]| info.and_then(|info| string(&document, info, key));
    let is_title = |title: &String| {
        !["untitled", "microsoft word", ".dvi", ".doc", ".tex", ".indd", ".qxd"]
            .iter()
            .any(|part| title.to_lowercase().contains(part))
    };
    found.title = text(b"Title").filter(is_title).or_else(|| first_heading(&found.blocks));
    found.author = text(b"Author").filter(|author| author.chars().any(char::is_alphabetic));
    found.date = text(b"CreationDate").and_then(|date| day(&date));
    found.language = document.catalog().ok().and_then(|catalog| string(&document, catalog, b"Lang"));
    Ok(found)
}

/// Ligatures as letters; signs of private use as nothing but bullets.
fn tidy(text: &mut String) {
    if text.is_ascii() {
        return;
    }
    let listed = |c: char| {
        Some(match c {
            '\u{fb00}' => "ff",
            '\u{fb01}' => "fi",
            '\u{fb02}' => "fl",
            '\u{fb03}' => "ffi",
            '\u{fb04}' => "ffl",
            '\u{fb05}' | '\u{fb06}' => "st",
            '\u{a0}' | '\u{2002}'..='\u{200a}' => " ",
            _ => return None,
        })
    };
    if text.chars().any(|c| listed(c).is_some()) {
        *text = text.chars().map(|c| listed(c).map_or_else(|| c.to_string(), str::to_owned)).collect();
    }
}

fn string(document: &Document, dictionary: &Dictionary, key: &[u8]) -> Option<String> {
    let text = lopdf::decode_text_string(dictionary.get_deref(key, document).ok()?).ok()?;
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    (!text.is_empty()).then_some(text)
}

/// `D:20240506...` as a day.
fn day(date: &str) -> Option<String> {
    let digits: String = date.trim_start_matches("D:").chars().take_while(char::is_ascii_digit).collect();
    let is_day = digits.len() >= 8 && ("1980".."2100").contains(&&digits[..4]);
    is_day.then(|| format!("{}-{}-{}", &digits[..4], &digits[4..6], &digits[6..8]))
}

fn first_heading(blocks: &[Placed]) -> Option<String> {
    let first = blocks.iter().take_while(|placed| placed.page == 0);
    let headings = first.filter_map(|placed| match &placed.block {
        Block::Heading(level, text) => Some((*level, text)),
        _ => None,
    });
    headings.min_by_key(|(level, _)| *level).map(|(_, text)| text.clone())
}

/// Titles of the outline with their depth (12.3.3).
fn outline(document: &Document) -> Vec<(usize, String)> {
    let mut titles = Vec::new();
    let mut seen = BTreeSet::new();
    let root =
        document.catalog().ok().and_then(|catalog| catalog.get_deref(b"Outlines", document).ok()?.as_dict().ok());
    let mut waiting: Vec<(usize, ObjectId)> = Vec::new();
    let reference =
        |dictionary: &Dictionary, key: &[u8]| dictionary.get(key).ok().and_then(|id: &Object| id.as_reference().ok());
    waiting.extend(root.and_then(|root| reference(root, b"First")).map(|first| (0, first)));
    while let Some((depth, id)) = waiting.pop() {
        if !seen.insert(id) || titles.len() > 20_000 {
            continue;
        }
        let Ok(item) = document.get_dictionary(id) else { continue };
        if let Some(title) = string(document, item, b"Title") {
            titles.push((depth, title));
        }
        waiting.extend(reference(item, b"Next").map(|next| (depth, next)));
        waiting.extend(reference(item, b"First").filter(|_| depth < 8).map(|first| (depth + 1, first)));
    }
    titles
}
