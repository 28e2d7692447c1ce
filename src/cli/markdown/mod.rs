//! Markdown on a terminal, while it comes.
//!
//! Words of an answer go in as they arrive, what a terminal shows comes out, and nothing that is on
//! the screen changes again: a word is held back until it is whole and its line is known to have
//! room, a mark such as `**` until its end is seen or cannot come, a table until its last row.
//! [`Renderer`] cuts lines into blocks, `inline` cuts a line's text into pieces with a style, `flow`
//! lays pieces out in words, `table` lays out tables. Only this room makes escape sequences; those
//! of a model never reach it, since its input is made harmless first.
//! The same text gives the same screen, however it is cut into pieces.

mod block;
mod flow;
mod inline;
mod style;
mod table;

#[cfg(test)]
mod tests;

use block::{Block, Opening, opening};
use flow::Flow;
use inline::Inline;
use style::Style;

/// Where the marks of an answer lead, as `[s2 41:07]` to an address.
pub(crate) type Links<'a> = Box<dyn Fn(&str) -> Option<String> + 'a>;

/// Turns Markdown into what a terminal shows, piece by piece.
pub(crate) struct Renderer<'a> {
    flow: Flow,
    inline: Inline<'a>,
    /// What of a line has come and is not yet told.
    held: String,
    block: Block,
    /// Rows of a table that may go on.
    rows: Vec<String>,
    /// Whether a blank line is due before what comes next.
    is_parted: bool,
    has_begun: bool,
}

impl<'a> Renderer<'a> {
    /// For so many columns; without colour there are only bold, italic, underline and dim.
    pub(crate) fn new(width: usize, colour: bool, links: Links<'a>) -> Self {
        Self {
            flow: Flow::new(width, colour),
            inline: Inline::new(links),
            held: String::new(),
            block: Block::Start,
            rows: Vec::new(),
            is_parted: false,
            has_begun: false,
        }
    }

    /// Takes more of the text, without control characters but line ends and tabs; gives what is to be shown.
    pub(crate) fn push(&mut self, text: &str) -> String {
        for character in text.chars() {
            match character {
                '\n' => self.end_line(),
                '\t' => self.add(' '),
                other => self.add(other),
            }
        }
        self.flow.take()
    }

    /// The text has ended; gives what was held back, and the end of its line.
    pub(crate) fn finish(&mut self) -> String {
        if !self.held.is_empty() || !matches!(self.block, Block::Start | Block::Code { .. }) {
            self.end_line();
        }
        self.end_table();
        self.flow.take()
    }

    fn add(&mut self, character: char) {
        self.held.push(character);
        match &self.block {
            Block::Text => self.inline.drain(&mut self.held, false, &mut self.flow),
            Block::Start => {
                if let Opening::Begins { n_bytes, prefix, base } = opening(&self.held, false) {
                    self.begin(n_bytes, &prefix, base);
                }
            }
            Block::Code { .. } => {}
        }
    }

    fn end_line(&mut self) {
        let line = std::mem::take(&mut self.held);
        if let Block::Code { fence } = &self.block {
            let is_end =
                line.trim_start().starts_with(fence.as_str()) && line.trim().trim_matches(['`', '~']).is_empty();
            let style = if is_end { Style::DIM } else { Style::CODE };
            self.flow.verbatim(&line, &style);
            if is_end {
                self.block = Block::Start;
            }
            return;
        }
        if let Block::Text = self.block {
            self.held = line;
            self.inline.drain(&mut self.held, true, &mut self.flow);
            self.held.clear();
            self.flow.end_line();
            self.block = Block::Start;
            return;
        }
        match opening(&line, true) {
            Opening::Row => {
                if self.rows.is_empty() {
                    self.part();
                }
                self.rows.push(line);
            }
            Opening::Blank => {
                self.end_table();
                self.is_parted = self.has_begun;
            }
            Opening::Rule => {
                self.end_table();
                self.part();
                self.flow.rule();
            }
            Opening::Fence { fence } => {
                self.end_table();
                self.part();
                self.flow.verbatim(&line, &Style::DIM);
                self.block = Block::Code { fence };
                return;
            }
            Opening::Begins { n_bytes, prefix, base } => {
                self.held = line;
                self.begin(n_bytes, &prefix, base);
                return self.end_line();
            }
            Opening::Undecided => {}
        }
        self.block = Block::Start;
    }

    /// Begins a line of text with what stands before its words.
    fn begin(&mut self, n_bytes: usize, prefix: &block::Prefix, base: Style) {
        self.end_table();
        self.part();
        self.flow.begin(prefix);
        self.inline.begin(base);
        self.block = Block::Text;
        self.held.drain(..n_bytes);
        self.inline.drain(&mut self.held, false, &mut self.flow);
    }

    /// The blank line that is due.
    fn part(&mut self) {
        if std::mem::take(&mut self.is_parted) {
            self.flow.blank();
        }
        self.has_begun = true;
    }

    fn end_table(&mut self) {
        let rows = std::mem::take(&mut self.rows);
        if !rows.is_empty() {
            table::lay_out(&rows, &mut self.inline, &mut self.flow);
        }
    }
}
