//! Cutting a text into the units that the fill moves.

use std::ops::Range;

use super::Measure;
use crate::content::Section;
use crate::tokens::{Cut, Grade, Tokens, cuts};

/// Units grow to about this many tokens; a sentence is cut at words only when it is longer.
const LARGEST: Tokens = Tokens(96);

/// A unit this large ends at the next paragraph.
const COMFORTABLE: Tokens = Tokens(48);

/// A piece of a section, between two additive cuts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    /// Bytes of the text.
    pub range: Range<usize>,
    /// Exact cost as the format writes it.
    pub tokens: Tokens,
}

/// Cuts `text` into units of at most about 96 tokens that cover all of it.
///
/// A unit ends where a section ends, if counts add up there; else at a paragraph, a sentence or, in
/// a long sentence, a word, or a sign in a text without blanks. A run without such a place stays one
/// unit, however long.
pub fn units(text: &str, sections: &[Section], measure: Measure) -> Vec<Unit> {
    let mut builder = Builder { text, measure, units: Vec::new(), open: 0..0, tokens: Tokens(0) };
    let mut section_starts = sections.iter().map(|section| section.start).peekable();
    let mut start = 0;
    let end = Cut { at: text.len(), grade: Grade::Paragraph };
    let coarse: Vec<Cut> = cuts(text).filter(|cut| cut.grade > Grade::Word).chain([end]).collect();
    let ends: Vec<usize> = coarse.iter().map(|cut| cut.at).collect();
    for (cut, tokens) in coarse.iter().zip(measure.count_each(text, &ends)) {
        builder.place(start..cut.at, tokens, &[Grade::Word, Grade::Sign]);
        start = cut.at;
        while section_starts.next_if(|&section| section < cut.at).is_some() {}
        let section_ends = section_starts.peek() == Some(&cut.at);
        if section_ends || (cut.grade == Grade::Paragraph && builder.tokens >= COMFORTABLE) {
            builder.close();
        }
    }
    builder.close();
    builder.units
}

struct Builder<'a> {
    text: &'a str,
    measure: Measure,
    units: Vec<Unit>,
    open: Range<usize>,
    tokens: Tokens,
}

impl Builder<'_> {
    /// Adds a piece that ends at a cut, closing the open unit first if both are too much for one; a
    /// piece that is too much by itself is cut at the finer grades.
    fn place(&mut self, piece: Range<usize>, tokens: Tokens, finer: &[Grade]) {
        if self.tokens + tokens > LARGEST {
            self.close();
        }
        let Some((grade, finer)) = finer.split_first().filter(|_| tokens > LARGEST) else {
            self.extend(piece, tokens);
            return;
        };
        let words = &self.text[piece.clone()];
        let ends = cuts(words).filter(|cut| cut.grade >= *grade).map(|cut| cut.at);
        let ends: Vec<usize> = ends.chain([words.len()]).collect();
        if ends.len() == 1 {
            return self.place(piece, tokens, finer);
        }
        let mut start = piece.start;
        for (end, tokens) in ends.iter().zip(self.measure.count_each(words, &ends)) {
            self.place(start..piece.start + end, tokens, finer);
            start = piece.start + end;
        }
    }

    fn extend(&mut self, piece: Range<usize>, tokens: Tokens) {
        self.open.end = piece.end;
        self.tokens += tokens;
    }

    fn close(&mut self) {
        if !self.open.is_empty() {
            self.units.push(Unit { range: self.open.clone(), tokens: self.tokens });
        }
        self.open.start = self.open.end;
        self.tokens = Tokens(0);
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;
    use crate::content::SectionKind;
    use crate::tokens::Encoding;

    const PLAIN: Measure = Measure { encoding: Encoding::O200kBase, escape: |text| Cow::Borrowed(text) };

    fn section(start: usize, end: usize) -> Section {
        Section { start, end, kind: SectionKind::Post, label: None, author: None, time: None, reply_to: None }
    }

    #[test]
    fn units_end_where_sections_end_and_stay_small() {
        let post = "A sentence of some words to fill it. ".repeat(30).trim_end().to_owned() + "\n";
        let text = format!("short one\n{post}last\n");
        let sections = [section(0, 10), section(10, 10 + post.len()), section(10 + post.len(), text.len())];
        let units = units(&text, &sections, PLAIN);
        assert_eq!(units.first().unwrap().range, 0..10);
        assert_eq!(units.last().unwrap().range, text.len() - 5..text.len());
        assert!(units.iter().all(|unit| unit.tokens <= LARGEST));
        assert!(units.windows(2).all(|pair| pair[0].range.end == pair[1].range.start));
        let total: Tokens = units.iter().map(|unit| unit.tokens).sum();
        assert_eq!(total, PLAIN.count(&text));
    }

    #[test]
    fn a_run_without_a_break_is_one_unit() {
        for text in [String::new(), "x".repeat(5000), "漢".repeat(600)] {
            let units = units(&text, &[], PLAIN);
            assert_eq!(units.len(), usize::from(!text.is_empty()));
        }
    }

    #[test]
    fn a_text_without_blanks_is_cut_at_its_signs() {
        let text = "私は図書館で本を読む。".repeat(80) + "\n";
        let units = units(&text, &[], PLAIN);
        assert!(units.len() > 4 && units.iter().all(|unit| unit.tokens <= LARGEST));
        let total: Tokens = units.iter().map(|unit| unit.tokens).sum();
        assert_eq!(total, PLAIN.count(&text));
    }
}
