//! From lines to headings, paragraphs, lists, code and tables.
//!
//! A heading is larger or bolder than the body, or an entry of the outline. A paragraph ends where
//! the distance, the indent or the look says so, and goes on over columns and pages where a sentence
//! does. A hyphen at the end of a line goes where the rest of the document writes the word without.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::layout::{Line, is_ideograph, middle};
use super::lists;
use super::table::table;

/// A block of text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Block {
    Heading(usize, String),
    Paragraph(String),
    Item(String),
    Code(String),
    Table(Vec<Vec<String>>),
}

/// A block with the pages it stands on, from 0 on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Placed {
    pub(crate) block: Block,
    /// The page it begins on.
    pub(crate) page: usize,
    /// Where it goes over to a later page: the byte of its text, and the page.
    pub(crate) turns: Vec<(usize, usize)>,
    /// The size of its letters, where it begins, and whether a sentence goes on at its end.
    pub(super) size: f32,
    pub(super) left: f32,
    open: bool,
}

impl Placed {
    /// A block that stands on one page and ends there.
    pub(crate) fn new(block: Block, page: usize) -> Self {
        Self { block, page, turns: Vec::new(), size: 0.0, left: 0.0, open: false }
    }
}

/// What is known of a document as a whole.
#[derive(Debug, Default)]
struct Whole {
    /// The size of most of its letters.
    body: f32,
    /// Larger sizes, largest first, in halves of a point.
    sizes: Vec<u32>,
    words: BTreeSet<String>,
    /// Levels of the headings that the outline lists.
    outline: BTreeMap<String, usize>,
}

/// The blocks of all pages; `outline` are the titles of the outline with their levels.
pub(crate) fn blocks(pages: &[Vec<Line>], outline: &[(usize, String)]) -> Vec<Placed> {
    let whole = Whole::of(pages, outline);
    let mut blocks: Vec<Placed> = Vec::new();
    for (page, lines) in pages.iter().enumerate() {
        let mut at = 0;
        while at < lines.len() {
            let n = lines[at..].iter().take_while(|line| line.flow == lines[at].flow).count();
            whole.flow(&lines[at..at + n], page, &mut blocks);
            at += n;
        }
    }
    lists::number(&mut blocks);
    lists::nest(&mut blocks);
    blocks.retain(|placed| match &placed.block {
        Block::Heading(_, text) | Block::Paragraph(text) | Block::Item(text) | Block::Code(text) => {
            !text.trim().is_empty()
        }
        Block::Table(rows) => !rows.is_empty(),
    });
    blocks
}

impl Whole {
    fn of(pages: &[Vec<Line>], outline: &[(usize, String)]) -> Self {
        let mut weights: BTreeMap<u32, usize> = BTreeMap::new();
        let mut words = BTreeSet::new();
        for line in pages.iter().flatten() {
            let text = line.text();
            *weights.entry(halves(line.size())).or_default() += text.chars().count();
            let list: Vec<&str> = text.split(|c: char| !(c.is_alphanumeric() || c == '-' || c == '\u{2010}')).collect();
            // The last word of a line may be the half of one.
            words.extend(
                list.iter()
                    .take(list.len().saturating_sub(1))
                    .filter(|word| word.len() > 3)
                    .map(|word| word.to_lowercase()),
            );
        }
        let body = weights.iter().max_by_key(|(_, n)| **n).map_or(20, |(size, _)| *size);
        let total: usize = weights.values().sum();
        // A size that much of the text has is another body, not a heading.
        let is_rare = |size: &u32| weights.get(size).is_some_and(|n| n * 6 < total);
        let larger = weights.keys().rev().filter(|size| **size as f32 > body as f32 * 1.1 && is_rare(size)).copied();
        Self {
            body: body as f32 / 2.0,
            sizes: larger.take(5).collect(),
            words,
            outline: outline
                .iter()
                .map(|(level, title)| (key(title), level + 1))
                .filter(|(key, _)| key.len() > 2)
                .collect(),
        }
    }

    /// Adds the blocks of one flow of lines.
    fn flow(&self, lines: &[Line], page: usize, blocks: &mut Vec<Placed>) {
        let steps = lines.windows(2).map(|pair| pair[0].base() - pair[1].base()).filter(|step| *step > 0.0).collect();
        let leading = middle(steps).unwrap_or(1.2 * self.body).min(2.2 * self.body);
        let mut before: Option<&Line> = None;
        let mut at = 0;
        while at < lines.len() {
            if let Some(rows) = lines[at].table() {
                let cell = |cell: &String| cell.lines().fold(String::new(), |text, line| self.join(&text, line));
                let rows = rows.iter().map(|row| row.iter().map(cell).collect()).collect();
                blocks.push(Placed::new(Block::Table(rows), page));
                before = None;
                at += 1;
                continue;
            }
            if let Some((rows, n)) = table(&lines[at..]) {
                blocks.push(Placed::new(Block::Table(rows), page));
                before = None;
                at += n;
                continue;
            }
            let n_together =
                lines[at..].windows(2).take_while(|pair| !Self::parts(&pair[0], &pair[1], leading)).count() + 1;
            let group = &lines[at..at + n_together];
            if let Some(level) = self.heading(group) {
                let text = group.iter().fold(String::new(), |text, line| self.join(&text, &line.text()));
                blocks.push(Placed::new(Block::Heading(level, text), page));
            } else if group.iter().all(|line| line.look().mono)
                && !is_bulleted(&group[0])
                && group.iter().any(|line| line.text().len() > 1)
            {
                self.code(group, page, before, blocks);
            } else {
                self.paragraph(group, page, before.is_none(), blocks);
            }
            before = group.last();
            at += n_together;
        }
    }

    /// Whether a new block begins with the second of two lines.
    fn parts(above: &Line, below: &Line, leading: f32) -> bool {
        if above.table().is_some() || below.table().is_some() {
            return true;
        }
        let size = above.size().max(below.size());
        let step = above.base() - below.base();
        let (look, other) = (above.look(), below.look());
        let width = above.column.1 - above.column.0;
        if step > 1.35 * leading && step > 1.3 * size || (above.size() - below.size()).abs() > 0.12 * size {
            return true;
        }
        let shift = below.left() - above.left();
        if look.mono != other.mono {
            // A name in a fixed pitch that fills a line of a sentence.
            let is_full = above.column.1 - above.right() < 0.15 * width;
            let ends = above.text().trim_end().ends_with(['.', '?', '!', ':']);
            let goes_on = is_full || below.text().starts_with(|c: char| c.is_lowercase());
            return ends || !goes_on || shift.abs() > 0.3 * size || step > 1.2 * leading;
        }
        if look.bold != other.bold {
            return true;
        }
        if look.mono && other.mono && !is_bulleted(below) && !is_bulleted(above) {
            return false;
        }
        if marker(below).is_some() || is_leader(&above.text()) {
            return true;
        }
        let ends = above.text().trim_end().ends_with(['.', '?', '!', ':', '”', '"', '。', '！', '？', '：', ')']);
        let short = above.column.1 - above.right() > 0.25 * width;
        if shift > 0.8 * size && shift < 6.0 * size && marker(above).is_none() && (ends || short) {
            return true;
        }
        // No item goes on further out than its mark.
        if shift < -0.8 * size && marker(above).is_some() {
            return true;
        }
        // Back to the border after the lines of an item, or a last line.
        let is_first = above.left() - above.column.0 > 0.8 * size;
        if shift < -0.8 * size && !is_first && ends {
            return true;
        }
        short && ends && starts_anew(&below.text())
            || above.right() - above.left() < 0.35 * width && starts_anew(&below.text()) && width > 15.0 * size
    }

    /// The level of a group of lines that is a heading.
    fn heading(&self, group: &[Line]) -> Option<usize> {
        let text = group.iter().map(Line::text).collect::<Vec<_>>().join(" ");
        let n = text.chars().count();
        if group.len() > 4 || n > 200 || !text.chars().any(char::is_alphabetic) || is_leader(&text) {
            return None;
        }
        if let Some(level) = self.outline.get(&key(&text)) {
            return Some(*level + usize::from(!self.sizes.is_empty() && self.outline.len() > 1).min(1))
                .map(|level| level.min(6));
        }
        let size = middle(group.iter().map(Line::size).collect())?;
        let rank = self.sizes.iter().position(|own| *own == halves(size));
        let is_sentence = text.trim_end().ends_with(['.', ',', ';']) && !text.trim_end().ends_with("...");
        let is_bold = group.iter().all(|line| line.look().bold);
        let mark = group.first().and_then(marker).map(|(mark, _)| mark);
        let is_marked = mark.as_ref().is_some_and(|mark| !mark.ends_with('.'));
        let is_large = is_bold || size > 1.25 * self.body;
        if let Some(rank) =
            rank.filter(|_| n > 1 && !(is_marked || is_sentence && !is_large || mark.is_some() && !is_large))
        {
            return (!is_sentence || n < 60).then_some(rank + 1);
        }
        let is_body = size > 0.93 * self.body
            || matches!(
                key(&text).as_str(),
                "abstract" | "references" | "contents" | "acknowledgments" | "acknowledgements" | "bibliography"
            );
        (is_bold && is_body && n < 110 && group.len() <= 2 && !is_sentence && !is_marked && group[0].pieces.len() == 1)
            .then(|| {
                let depth = numbered(&text).unwrap_or(1);
                (self.sizes.len().min(3) + depth).min(6)
            })
    }

    fn code(&self, group: &[Line], page: usize, before: Option<&Line>, blocks: &mut Vec<Placed>) {
        let wide = |line: &Line| {
            let text = line.text();
            (line.right() - line.left()) / text.chars().count().max(1) as f32
        };
        let unit = middle(group.iter().filter(|line| line.text().len() > 8).map(wide).collect())
            .unwrap_or(0.6 * self.body)
            .max(0.5);
        let column = group.iter().map(Line::left).fold(f32::MAX, f32::min);
        let lines: Vec<String> = group
            .iter()
            .map(|line| {
                let mut out = String::new();
                for piece in &line.pieces {
                    let place = (((piece.left - column) / unit).round().max(0.0) as usize).min(200);
                    let n = place.saturating_sub(out.chars().count()).max(usize::from(!out.is_empty()));
                    out.push_str(&" ".repeat(n));
                    out.push_str(&piece.text);
                }
                out
            })
            .collect();
        let text = lines.join("\n");
        if let (Some(Placed { block: Block::Code(code), .. }), true) =
            (blocks.last_mut(), before.is_some_and(|line| line.look().mono))
        {
            code.push_str("\n\n");
            code.push_str(&text);
            return;
        }
        blocks.push(Placed::new(Block::Code(text), page));
    }

    fn paragraph(&self, group: &[Line], page: usize, is_first: bool, blocks: &mut Vec<Placed>) {
        let size = group[0].size();
        let mut text = String::new();
        let mut is_item = false;
        for (index, line) in group.iter().enumerate() {
            let own = without_leader(&line.text());
            match marker(line).filter(|_| index == 0) {
                Some((mark, rest)) => {
                    is_item = true;
                    text = if mark.chars().any(char::is_alphanumeric) {
                        format!("{mark} {rest}")
                    } else {
                        format!("- {rest}")
                    };
                }
                None => text = self.join(&text, &own),
            }
            is_item |= is_leader(&line.text());
        }
        if is_leader(&group[0].text()) && !text.starts_with("- ") {
            text = format!("- {text}");
        }
        let last = group.last().map(Line::text).unwrap_or_default();
        let closing = [')', ']', '”', '’', '"', '\'', '»'];
        let open =
            !last.trim_end().trim_end_matches(closing).ends_with(['.', '?', '!', ':', ';', '。', '！', '？', '」']);
        // A sentence that goes on in the next column or on the next page, past notes in a smaller size.
        let goes_on = |placed: &&mut Placed| {
            placed.open
                && (placed.size - size).abs() < 0.08 * size
                && matches!(&placed.block, Block::Paragraph(_) | Block::Item(_))
                && page <= placed.turns.last().map_or(placed.page, |(_, page)| *page) + 1
        };
        let begins =
            text.chars().next().is_some_and(|c| c.is_lowercase() || is_ideograph(&c.to_string(), &c.to_string()));
        if is_first && !is_item && begins {
            let near = blocks.iter_mut().rev().take(5).take_while(|placed| !matches!(placed.block, Block::Heading(..)));
            if let Some(placed) = near.into_iter().find(goes_on) {
                let is_over = page != placed.turns.last().map_or(placed.page, |(_, page)| *page);
                if let Block::Paragraph(own) | Block::Item(own) = &mut placed.block {
                    let at = own.len();
                    let (joined, moved) = self.joined(own, &text);
                    *own = joined;
                    if is_over {
                        // A word that was torn stays with the page it begins on.
                        let word = own[at.min(own.len())..]
                            .find([' ', '\n'])
                            .map_or(own.len(), |end| at.min(own.len()) + end + 1);
                        let turn = if moved { word } else { (at + 1).min(own.len()) };
                        if own.is_char_boundary(turn) && turn < own.len() {
                            placed.turns.push((turn, page));
                        }
                    }
                }
                placed.open = open;
                return;
            }
        }
        let block = if is_item { Block::Item(text) } else { Block::Paragraph(text) };
        blocks.push(Placed { block, page, turns: Vec::new(), size, left: group[0].left(), open });
    }

    fn join(&self, text: &str, next: &str) -> String {
        self.joined(text, next).0
    }

    /// Two lines as one text, and whether a word lay over both.
    fn joined(&self, text: &str, next: &str) -> (String, bool) {
        let (text, next) = (text.trim_end(), next.trim_start());
        if text.is_empty() || next.is_empty() {
            return (format!("{text}{next}"), false);
        }
        if let Some(stem) = text.strip_suffix('\u{ad}') {
            return (format!("{stem}{next}"), true);
        }
        let Some(stem) = text.strip_suffix(['-', '\u{2010}']).filter(|stem| stem.ends_with(char::is_alphabetic)) else {
            let blank = if is_ideograph(text, next) { "" } else { " " };
            return (format!("{text}{blank}{next}"), blank.is_empty());
        };
        let is_loud =
            |text: &str| text.chars().filter(|c| c.is_uppercase()).count() > 1 && !text.contains(char::is_lowercase);
        let first = |text: &str| text.split(' ').next().unwrap_or_default().to_owned();
        let last = text.rsplit(' ').next().unwrap_or_default();
        let is_torn = next.starts_with(char::is_lowercase) || is_loud(last) && is_loud(&first(next));
        if !is_torn {
            return (format!("{text}{next}"), true);
        }
        let head = stem.rsplit(|c: char| !(c.is_alphanumeric() || c == '-')).next().unwrap_or_default().to_lowercase();
        let tail = next.split(|c: char| !(c.is_alphanumeric() || c == '-')).next().unwrap_or_default().to_lowercase();
        let (plain, hyphened) = (format!("{head}{tail}"), format!("{head}-{tail}"));
        let keeps = !self.words.contains(&plain) && (self.words.contains(&hyphened) || head.contains('-'));
        (if keeps { format!("{text}{next}") } else { format!("{stem}{next}") }, true)
    }
}

fn halves(size: f32) -> u32 {
    (size * 2.0).round().clamp(1.0, 2000.0) as u32
}

/// Letters and digits of a title.
fn key(title: &str) -> String {
    title.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// How deep a numbered heading stands: `2.3 Words` is 2.
fn numbered(text: &str) -> Option<usize> {
    let number = text.split(' ').next()?.trim_end_matches('.');
    let is_number = !number.is_empty()
        && number
            .split('.')
            .all(|part| !part.is_empty() && part.len() <= 3 && part.bytes().all(|b| b.is_ascii_digit()));
    is_number.then(|| number.split('.').count())
}

fn starts_anew(text: &str) -> bool {
    text.trim_start().chars().next().is_some_and(|c| c.is_uppercase() || c.is_numeric())
}

/// The mark that a line opens an item with, and the words after it.
pub(super) fn marker(line: &Line) -> Option<(String, String)> {
    let text = line.text();
    let text = text.trim_start();
    let first = text.chars().next()?;
    let rest = &text[first.len_utf8()..];
    let is_bullet = matches!(
        first,
        '•' | '◦'
            | '▪'
            | '▫'
            | '‣'
            | '●'
            | '○'
            | '■'
            | '□'
            | '·'
            | '∙'
            | '⁃'
            | '❖'
            | '➢'
            | '✓'
            | '\u{f0b7}'
            | '\u{f0a7}'
            | '\u{f076}'
            | '\u{f0d8}'
    );
    let is_dash = matches!(first, '–' | '-' | '—' | '*' | '−') && rest.starts_with(' ');
    if (is_bullet || is_dash) && !rest.trim().is_empty() {
        return Some(("-".to_owned(), rest.trim_start().to_owned()));
    }
    let end = text.find(' ')?;
    let (mark, words) = (&text[..end], text[end..].trim_start());
    let inner = mark.trim_start_matches(['(', '[']).trim_end_matches(['.', ')', ']']);
    let is_short = !inner.is_empty()
        && (inner.len() <= 3 && inner.bytes().all(|b| b.is_ascii_digit())
            || inner.len() == 1 && inner.bytes().all(|b| b.is_ascii_lowercase()));
    let is_closed = mark.len() > inner.len() && mark.ends_with(['.', ')', ']']);
    (is_short && is_closed && !words.is_empty()).then(|| (mark.to_owned(), words.to_owned()))
}

/// Whether a line opens with a sign that nobody writes in code.
fn is_bulleted(line: &Line) -> bool {
    line.text().trim_start().starts_with(['•', '◦', '▪', '●', '○', '■', '‣'])
}

/// A line of a table of contents: dots lead to its number.
pub(super) fn is_leader(text: &str) -> bool {
    text.contains(". . . .") || text.contains("....")
}

fn without_leader(text: &str) -> String {
    if !is_leader(text) {
        return text.to_owned();
    }
    let words = text.split(' ').map(|word| word.trim_end_matches('.')).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}
