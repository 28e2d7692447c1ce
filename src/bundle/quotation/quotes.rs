//! Quotations of an answer: in quotation marks, or as block quotes.

use std::ops::Range;

use super::marks::is_mark;

/// Words that the answer says are somebody else's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quote {
    /// Where the words stand in the answer, quotation marks not included.
    pub range: Range<usize>,
    /// Whether they stand as a block.
    pub is_block: bool,
    /// Pieces between ellipses and insertions; offsets are into the answer.
    pub parts: Vec<Range<usize>>,
}

/// Opening and closing marks; a straight one opens and closes.
const PAIRS: [(char, &[char]); 6] = [
    ('\u{201c}', &['\u{201d}', '\u{201c}']),
    ('\u{201e}', &['\u{201c}', '\u{201d}']),
    ('\u{ab}', &['\u{bb}']),
    ('\u{bb}', &['\u{ab}']),
    ('\u{300c}', &['\u{300d}']),
    ('"', &['"']),
];

/// The quotations of an answer in Markdown, in order; code is not looked into.
pub fn quotes(answer: &str) -> Vec<Quote> {
    let mut quotes = Vec::new();
    for (range, is_block) in blocks(answer) {
        if is_block {
            let inner = without_attribution(answer, range);
            quotes.push(Quote { parts: parts(answer, inner.clone()), range: inner, is_block });
        } else {
            inline(answer, range, &mut quotes);
        }
    }
    quotes.retain(|quote| !quote.parts.is_empty());
    quotes
}

/// Paragraphs and block quotes of an answer; fenced code is left out.
fn blocks(answer: &str) -> Vec<(Range<usize>, bool)> {
    let mut blocks: Vec<(Range<usize>, bool)> = Vec::new();
    let mut fence: Option<&str> = None;
    let mut is_open = false;
    let mut at = 0;
    for line in answer.split_inclusive('\n') {
        let (start, end) = (at, at + line.len());
        at = end;
        let trimmed = line.trim();
        let marker = ["```", "~~~"].into_iter().find(|marker| trimmed.starts_with(marker));
        if fence.is_some() || marker.is_some() {
            fence = match (fence, marker) {
                (None, marker) => marker,
                (Some(open), Some(marker)) if open == marker => None,
                (open, _) => open,
            };
            is_open = false;
            continue;
        }
        let is_block = trimmed.starts_with('>');
        if trimmed.is_empty() {
            is_open = false;
        } else if let Some((range, was_block)) = blocks.last_mut().filter(|_| is_open)
            && *was_block == is_block
        {
            range.end = end;
        } else {
            blocks.push((start..end, is_block));
            is_open = true;
        }
    }
    blocks
}

/// A block quote without a last line that only says whose words they are.
fn without_attribution(answer: &str, range: Range<usize>) -> Range<usize> {
    let text = answer[range.clone()].trim_end();
    if let Some((before, last)) = text.rsplit_once('\n') {
        let last = last.trim_start_matches(['>', ' ']);
        if last.starts_with(['\u{2014}', '\u{2013}', '~']) || last.starts_with("- ") || last.starts_with("--") {
            return range.start..range.start + before.len();
        }
    }
    range.start..range.start + text.len()
}

fn inline(answer: &str, block: Range<usize>, quotes: &mut Vec<Quote>) {
    let text = &answer[block.clone()];
    let mut at = 0;
    while let Some(character) = text[at..].chars().next() {
        let next = at + character.len_utf8();
        if character == '`' {
            at = text[next..].find('`').map_or(next, |end| next + end + 1);
            continue;
        }
        let pair = PAIRS.into_iter().find(|(open, _)| *open == character);
        let closing = pair.filter(|_| opens(text, at, next)).and_then(|(_, closers)| closing(text, next, closers));
        match closing {
            Some(end) => {
                let range = block.start + next..block.start + end;
                quotes.push(Quote { parts: parts(answer, range.clone()), range, is_block: false });
                at = end + text[end..].chars().next().map_or(1, char::len_utf8);
            }
            None => at = next,
        }
    }
}

/// Whether a quotation mark opens: nothing that belongs to a word before it, no blank after it.
fn opens(text: &str, at: usize, next: usize) -> bool {
    let before = text[..at].chars().next_back();
    let after = text[next..].chars().next();
    !before.is_some_and(|c| c.is_alphanumeric() || c == '\\')
        && after.is_some_and(|c| !c.is_whitespace() || c == '\u{a0}')
}

/// Where the mark that closes stands.
fn closing(text: &str, from: usize, closers: &[char]) -> Option<usize> {
    let found = text[from..].char_indices().find(|(at, c)| {
        let before = text[..from + at].chars().next_back();
        let blank_before = before.is_some_and(char::is_whitespace) && before != Some('\u{a0}');
        closers.contains(c) && !blank_before
    });
    found.map(|(at, _)| from + at).filter(|end| *end > from)
}

/// The pieces of a quotation that its writer says follow each other with something left out.
fn parts(answer: &str, range: Range<usize>) -> Vec<Range<usize>> {
    let text = &answer[range.clone()];
    let mut parts = Vec::new();
    let mut start = 0;
    let mut at = 0;
    let mut close = |part: Range<usize>| {
        if text[part.clone()].contains(char::is_alphanumeric) {
            parts.push(range.start + part.start..range.start + part.end);
        }
    };
    while let Some(character) = text[at..].chars().next() {
        let next = at + character.len_utf8();
        let ellipsis =
            [".....", "....", "...", ". . .", "\u{2026}"].into_iter().find(|dots| text[at..].starts_with(dots));
        let bracket = (character == '[').then(|| text[next..].find(']')).flatten();
        if let Some(dots) = ellipsis {
            close(start..at);
            at += dots.len();
            start = at;
        } else if let Some(end) = bracket.filter(|end| *end < 80) {
            let inside = &text[next..next + end];
            let after = next + end + 1;
            let joins_word = text[after..].chars().next().is_some_and(char::is_alphanumeric) && inside.len() < 4;
            // `[T]he` is one word, a citation mark is none, anything else is the writer's own.
            if !joins_word && !is_mark(inside) {
                close(start..at);
                start = after;
            }
            at = after;
        } else {
            at = next;
        }
    }
    close(start..text.len());
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(answer: &str, expected: &[&str]) {
        let shown =
            |quote: &Quote| quote.parts.iter().map(|part| answer[part.clone()].trim()).collect::<Vec<_>>().join(" | ");
        assert_eq!(quotes(answer).iter().map(shown).collect::<Vec<_>>(), expected, "{answer}");
    }

    #[test]
    fn quotations_are_found_where_people_put_them() {
        check(
            "He says \u{201c}the floor is filthy\u{201d} and \"nobody sweeps\".",
            &["the floor is filthy", "nobody sweeps"],
        );
        check(
            "Er sagt \u{201e}das ist so\u{201c}. Il dit \u{ab}\u{a0}c'est \u{e7}a\u{a0}\u{bb}.",
            &["das ist so", "c'est \u{e7}a"],
        );
        check("A 5\" pipe and a 6\" pipe", &[]);
        check("\"one\" two \"three\"", &["one", "three"]);
        check("\"never closed\n\nnext \"paragraph\"", &["paragraph"]);
        check("`let x = \"code\"` and \"words\"", &["words"]);
        check("```\nprint(\"code\")\n```\n\"words\"", &["words"]);
        check("\u{201c}one \u{2026} two [...] three [he said] four\u{201d}", &["one | two | three | four"]);
        check("\u{201c}[T]he end [s2 4:55]\u{201d}", &["[T]he end [s2 4:55]"]);
        check("\u{201c}\u{201d} \"\" \u{201c}...\u{201d}", &[]);
    }

    #[test]
    fn a_block_quote_is_one_quotation_without_its_attribution() {
        check(
            "She writes:\n\n> We clear the bench\n> at six.\n>\n> \u{2014} Vankerk [s3]\n\nDone.",
            &["> We clear the bench\n> at six.\n>"],
        );
        check("> one\n\n> two\n", &["> one", "> two"]);
    }
}
