//! A document on its way: canonical text that grows section by section.

use crate::content::{
    Counts, Document, Kind, Link, Problem, Quality, Section, SectionKind, canonical, ended_lines, is_canonical,
};

/// Text and sections that grow together, so that ranges are right by construction.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    pub(crate) text: String,
    pub(crate) sections: Vec<Section>,
}

impl Draft {
    /// Appends `body`, made canonical, as one section; a body of white space only leaves no trace.
    pub(crate) fn push(&mut self, kind: SectionKind, body: &str) -> Option<&mut Section> {
        let (body, _) = canonical(body);
        let body = body.trim_end_matches('\n');
        if body.is_empty() {
            return None;
        }
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        let start = self.text.len();
        self.text.push_str(body);
        self.sections.push(Section {
            start,
            end: self.text.len(),
            kind,
            label: None,
            author: None,
            time: None,
            reply_to: None,
        });
        self.text.push('\n');
        self.sections.last_mut()
    }

    /// The document of this text; title, author and the like are the reader's to add.
    pub(crate) fn document(self, format: &str, kind: Kind) -> Document {
        let n_sections = self.sections.len();
        document(format, kind, self.text, self.sections, n_sections)
    }
}

/// A document of one paragraph.
pub(crate) fn paragraph(format: &str, text: &str) -> Document {
    let mut draft = Draft::default();
    draft.push(SectionKind::Paragraph, text);
    draft.document(format, Kind::Text)
}

/// A document without a title, complete, all its items visible.
pub(crate) fn document(format: &str, kind: Kind, text: String, sections: Vec<Section>, n_items: usize) -> Document {
    Document {
        format: format.to_owned(),
        kind,
        id: None,
        title: None,
        author: None,
        date: None,
        url: None,
        site: None,
        language: None,
        text,
        sections,
        links: Vec::new(),
        counts: Counts { items: n_items, visible: n_items, hidden: 0, branches: 1 },
        quality: Quality::Complete,
        quality_reason: None,
        cues: Vec::new(),
        summary: None,
        conversation: None,
    }
}

/// A section without a label.
pub(crate) fn section(start: usize, end: usize, kind: SectionKind) -> Section {
    Section { start, end, kind, label: None, author: None, time: None, reply_to: None }
}

/// Holds what every document promises: canonical text and sections that cover it in order.
///
/// Readers build both right; where one did not, the text is kept, cut at its paragraphs, and the
/// slip is told.
pub(crate) fn settle(name: &str, document: &mut Document) -> Option<Problem> {
    if is_canonical(&document.text) && covers(&document.text, &document.sections) {
        return None;
    }
    let (text, _) = canonical(&document.text);
    document.sections = paragraphs(&text, 0, text.len());
    for link in &mut document.links {
        *link = Link { start: None, ..link.clone() };
    }
    document.text = text;
    Some(Problem::warning(name, format!("sections of the {} reader did not fit its text", document.format)))
}

/// Whether sections lie in order, on character borders, and leave out nothing but white space.
pub(crate) fn covers(text: &str, sections: &[Section]) -> bool {
    let mut end = 0;
    for section in sections {
        let gap = (section.start < section.end).then(|| text.get(end..section.start)).flatten();
        if gap.is_none_or(|gap| !gap.trim().is_empty()) || text.get(section.range()).is_none() {
            return false;
        }
        end = section.end;
    }
    text.get(end..).is_some_and(|rest| rest.trim().is_empty())
}

/// The paragraphs of canonical `text` between two offsets; a fenced code block is never torn.
pub(crate) fn paragraphs(text: &str, start: usize, end: usize) -> Vec<Section> {
    let mut sections = Vec::new();
    let mut open: Option<usize> = None;
    let mut content_end = start;
    let mut fence = Fence::default();
    let mut at = start;
    for line in ended_lines(&text[start..end]) {
        let inside = fence.step(line);
        let blank = line.trim().is_empty();
        if blank && !inside {
            if let Some(from) = open.take() {
                sections.push(section(from, content_end, SectionKind::Paragraph));
            }
        } else {
            open.get_or_insert(at);
            if !blank {
                content_end = at + line.trim_end().len();
            }
        }
        at += line.len();
    }
    sections.extend(open.map(|from| section(from, content_end, SectionKind::Paragraph)));
    sections
}

/// Follows the lines of Markdown in and out of fenced code.
#[derive(Debug, Default)]
pub(crate) struct Fence {
    open: Option<(u8, usize)>,
}

impl Fence {
    /// Takes one line; whether it belongs to a fenced block, its two fences included.
    pub(crate) fn step(&mut self, line: &str) -> bool {
        let indented = line.len() - line.trim_start_matches(' ').len();
        let body = line.trim();
        let mark = body.bytes().next().filter(|byte| matches!(byte, b'`' | b'~') && indented < 4);
        let n_marks = mark.map_or(0, |mark| body.bytes().take_while(|byte| *byte == mark).count());
        match (self.open, mark) {
            (Some((opened, n_opened)), Some(mark))
                if mark == opened && n_marks >= n_opened && n_marks == body.len() =>
            {
                self.open = None;
                true
            }
            (Some(_), _) => true,
            (None, Some(mark)) if n_marks >= 3 && !(mark == b'`' && body[n_marks..].contains('`')) => {
                self.open = Some((mark, n_marks));
                true
            }
            (None, _) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_end_at_empty_lines_outside_of_fences() {
        let cases: &[(&str, &[&str])] = &[
            ("a\nb\n\nc\n", &["a\nb", "c"]),
            ("  a\n", &["  a"]),
            ("```rust\nx\n\ny\n```\n\nz\n", &["```rust\nx\n\ny\n```", "z"]),
            ("~~~\n```\n\n~~~\n\nz\n", &["~~~\n```\n\n~~~", "z"]),
            ("```\nnever closed\n\nstill\n", &["```\nnever closed\n\nstill"]),
            ("`a` ``` b\n\nc\n", &["`a` ``` b", "c"]),
        ];
        for (text, expected) in cases {
            let sections = paragraphs(text, 0, text.len());
            assert!(covers(text, &sections), "{text:?}");
            let found: Vec<&str> = sections.iter().map(|section| &text[section.range()]).collect();
            assert_eq!(found, *expected);
        }
    }

    #[test]
    fn a_reader_that_slipped_loses_no_text() {
        let mut slipped = document("x", Kind::Text, "a\r\n\r\nb".to_owned(), vec![section(0, 1, SectionKind::Post)], 1);
        assert!(settle("x", &mut slipped).is_some());
        assert_eq!(slipped.text, "a\n\nb\n");
        assert_eq!(slipped.sections.len(), 2);
        assert!(settle("x", &mut slipped).is_none());
        for wrong in [vec![section(0, 2, SectionKind::Post)], vec![section(2, 1, SectionKind::Post)], vec![]] {
            assert!(!covers("a é b\n", &wrong));
        }
        assert!(!covers("é\n", &[section(1, 2, SectionKind::Post)]));
    }
}
