//! Words laid out in lines: a word goes out when it is whole, on the line that has room for it.

use unicode_width::UnicodeWidthChar;

use super::block::Prefix;
use super::style::Style;

/// Words under way to the screen.
pub(super) struct Flow {
    width: usize,
    colour: bool,
    out: String,
    /// The word that is not whole yet, in pieces of one style.
    word: Vec<(String, Style)>,
    /// Blanks before it.
    blanks: usize,
    /// The style of the blanks.
    between: Style,
    /// What stands before the words of the next row.
    rest: Vec<(String, Style)>,
    /// Columns filled.
    column: usize,
    /// Columns that the prefix fills.
    margin: usize,
    /// The style that the terminal is in.
    active: Style,
}

impl Flow {
    pub(super) fn new(width: usize, colour: bool) -> Self {
        Self {
            width: width.max(10),
            colour,
            out: String::new(),
            word: Vec::new(),
            blanks: 0,
            between: Style::PLAIN,
            rest: Vec::new(),
            column: 0,
            margin: 0,
            active: Style::PLAIN,
        }
    }

    pub(super) fn width(&self) -> usize {
        self.width
    }

    pub(super) fn colour(&self) -> bool {
        self.colour
    }

    /// What is to be shown by now; the terminal is left in its plain state.
    pub(super) fn take(&mut self) -> String {
        self.turn(&Style::PLAIN);
        std::mem::take(&mut self.out)
    }

    /// Begins a line.
    pub(super) fn begin(&mut self, prefix: &Prefix) {
        // A prefix leaves room for a word.
        let width: usize = prefix.first.iter().map(|(text, _)| columns(text)).sum();
        let is_narrow = width + 10 > self.width;
        self.rest = if is_narrow { Vec::new() } else { prefix.rest.clone() };
        for (text, style) in &prefix.first {
            self.write(text, style);
        }
        self.margin = self.column;
    }

    /// Adds text of one style.
    pub(super) fn push(&mut self, text: &str, style: &Style) {
        for character in text.chars() {
            if character == ' ' {
                self.end_word();
                self.blanks += 1;
                self.between = style.clone();
                continue;
            }
            // A line may end before and after a wide character, as in Chinese and Japanese.
            let is_wide = character.width().unwrap_or(0) == 2;
            if is_wide {
                self.end_word();
            }
            match self.word.last_mut() {
                Some((piece, own)) if own == style => piece.push(character),
                _ => self.word.push((character.to_string(), style.clone())),
            }
            if is_wide {
                self.end_word();
            }
        }
    }

    /// Ends the line.
    pub(super) fn end_line(&mut self) {
        self.end_word();
        self.blanks = 0;
        self.break_line();
        self.rest.clear();
    }

    /// A line as it is, which the terminal breaks where it must.
    pub(super) fn verbatim(&mut self, line: &str, style: &Style) {
        self.write(line, style);
        self.break_line();
    }

    /// An empty line.
    pub(super) fn blank(&mut self) {
        self.break_line();
    }

    /// A line across.
    pub(super) fn rule(&mut self) {
        self.write(&"─".repeat(self.width.min(40)), &Style::DIM);
        self.break_line();
    }

    fn end_word(&mut self) {
        let word = std::mem::take(&mut self.word);
        if word.is_empty() {
            return;
        }
        let width: usize = word.iter().map(|(text, _)| columns(text)).sum();
        let blanks = std::mem::take(&mut self.blanks);
        let has_words = self.column > self.margin;
        if has_words && self.column + blanks + width > self.width {
            self.break_line();
            for (text, style) in self.rest.clone() {
                self.write(&text, &style);
            }
            self.margin = self.column;
        } else if has_words {
            let between = self.between.clone();
            self.write(&" ".repeat(blanks), &between);
        }
        for (text, style) in &word {
            self.write(text, style);
        }
        // A word wider than the line was broken by the terminal.
        if self.column > self.width {
            self.column %= self.width;
            self.margin = self.margin.min(self.column.saturating_sub(1));
        }
    }

    fn break_line(&mut self) {
        self.turn(&Style::PLAIN);
        self.out.push('\n');
        self.column = 0;
        self.margin = 0;
    }

    pub(super) fn write(&mut self, text: &str, style: &Style) {
        if text.is_empty() {
            return;
        }
        self.turn(style);
        self.out.push_str(text);
        self.column += columns(text);
    }

    fn turn(&mut self, style: &Style) {
        if self.active != *style {
            self.out.push_str(&self.active.off(self.colour));
            self.out.push_str(&style.on(self.colour));
            self.active = style.clone();
        }
    }
}

/// Columns of a text.
pub(super) fn columns(text: &str) -> usize {
    text.chars().map(|character| character.width().unwrap_or(0)).sum()
}
