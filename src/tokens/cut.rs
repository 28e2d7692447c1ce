//! Places where counts add up: `count(a + b) == count(a) + count(b)`.
//!
//! Both pre-token patterns (cl100k, o200k) have no look-behind, and a blank can only open a
//! pre-token or stand in a run of white space. So a match ends at the cut, whatever follows, when
//!
//! * **W**: `a` ends in a character that is not white space and `b` starts with U+0020; or
//! * **S**: `a` ends in a letter and `b` starts with a sign (no letter, number, mark or white space) that is
//!   neither an apostrophe nor `/`: a run of letters ends there, and only an apostrophe can prolong it.
//!   Used for signs beyond ASCII, since texts without blanks have those;
//! * **L**: `a` ends in LF and `b` starts with blanks or tabs (or none) and then a character that is
//!   not white space; without blanks that character must not be `/`, which o200k's punctuation rule
//!   takes up after a line end.
//!
//! The property test below is the evidence that stays; the rules without the indented case of L
//! held in 1.74 million random cases before.

use super::class;

/// A byte offset where a text may be cut without changing the count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cut {
    /// Byte offset; never 0 or the end of the text.
    pub at: usize,
    /// How good a place to cut it is.
    pub grade: Grade,
}

/// How good a place to cut is, worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grade {
    /// Before a sign after a letter, as in texts without blanks.
    Sign,
    /// Before the blank in front of a word.
    Word,
    /// Before the blank after a sentence's end.
    Sentence,
    /// After a line end.
    Line,
    /// After an empty line.
    Paragraph,
}

/// Whether `before` and `after` may stand side by side with their counts added.
pub fn is_cut(before: &str, after: &str) -> bool {
    let (Some(last), Some(first)) = (before.chars().next_back(), after.chars().next()) else {
        return true;
    };
    if last == '\n' {
        let content = after.trim_start_matches([' ', '\t']);
        let indented = content.len() < after.len();
        content.chars().next().is_some_and(|c| !c.is_whitespace() && (indented || c != '/'))
    } else {
        (first == ' ' && !last.is_whitespace()) || is_sign_after_letter(last, first)
    }
}

fn is_sign_after_letter(last: char, first: char) -> bool {
    !first.is_ascii() && class::of(first) == class::OTHER && class::LETTERS.has(class::of(last))
}

/// All additive cuts of `text`, in order.
pub fn cuts(text: &str) -> impl Iterator<Item = Cut> {
    let bytes = text.as_bytes();
    candidates(bytes).filter_map(move |at| {
        // Most are: a blank after a letter or a number.
        if at > 0 && bytes.get(at) == Some(&b' ') && bytes[at - 1].is_ascii_alphanumeric() {
            return Some(Cut { at, grade: Grade::Word });
        }
        let (before, after) = text.split_at(at);
        if before.is_empty() || after.is_empty() || !is_cut(before, after) {
            return None;
        }
        let grade = if before.ends_with("\n\n") {
            Grade::Paragraph
        } else if before.ends_with('\n') {
            Grade::Line
        } else if !after.starts_with(' ') {
            Grade::Sign
        } else if ends_sentence(before) {
            Grade::Sentence
        } else {
            Grade::Word
        };
        Some(Cut { at, grade })
    })
}

/// Offsets after line ends, of blanks that open a run, and of characters beyond ASCII.
fn candidates(bytes: &[u8]) -> impl Iterator<Item = usize> {
    bytes.iter().enumerate().filter_map(|(at, byte)| match byte {
        b'\n' => Some(at + 1),
        b' ' if at > 0 && !bytes[at - 1].is_ascii_whitespace() => Some(at),
        0xc2.. if at > 0 && bytes[at - 1] != b'\n' => Some(at),
        _ => None,
    })
}

/// Whether a sentence ends here: a stop, with any closing quotes and brackets after it.
fn ends_sentence(text: &str) -> bool {
    // Most words end in a letter.
    if text.as_bytes().last().is_some_and(u8::is_ascii_alphanumeric) {
        return false;
    }
    let stem = text.trim_end_matches(['"', '\'', ')', ']', '*', '_', '”', '’', '»']);
    stem.ends_with(['.', '!', '?', '…', ':', ';'])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::tokens::{Encoding, Tokens, count};

    #[test]
    fn cuts_stand_where_both_rules_allow_them() {
        use Grade::{Line, Paragraph, Sentence, Sign, Word};
        let check = |text: &str, expected: &[(usize, Grade)]| {
            let found: Vec<_> = cuts(text).map(|cut| (cut.at, cut.grade)).collect();
            assert_eq!(found, expected, "{text:?}");
        };
        check("", &[]);
        check("a b", &[(1, Word)]);
        check("a  b", &[(1, Word)]);
        check(" a", &[]);
        check("So. \"Go!\" on", &[(3, Sentence), (9, Sentence)]);
        check("a\nb\n\nc\n", &[(2, Line), (5, Paragraph)]);
        check("a\n/b\n  /c\n\t- d", &[(5, Line), (10, Line), (12, Word)]);
        check("a\n\u{a0}b", &[]);
        check("é ü\n\n\n漢", &[(2, Word), (8, Paragraph)]);
        check("漢字。漢「字」", &[(6, Sign), (12, Sign), (18, Sign)]);
        check("x—y 1…2 it’s", &[(1, Sign), (5, Word), (11, Word), (14, Sign)]);
    }

    proptest! {
        // `PROPTEST_CASES` can ask for more.
        #![proptest_config(ProptestConfig::with_cases(ProptestConfig::default().cases.max(4_000)))]

        #[test]
        fn counts_add_up_at_every_cut(pieces in prop::collection::vec(
            "[a-zA-Z]{1,5}|[0-9]{1,5}| {1,3}|\n{1,3}|\t|\r\n|[/'\"—.,:;)(*#>|-]{1,4}|'s|'LL|[éß漢字ก。「」、…’\u{301}\u{200d}\u{a0}\u{3000}\u{85}\u{2028}]{1,3}|🙂|<\\|endoftext\\|>|\\PC",
            1..24,
        )) {
            let text = pieces.concat();
            for encoding in [Encoding::O200kBase, Encoding::Cl100kBase] {
                let mut total = Tokens(0);
                let mut start = 0;
                for cut in cuts(&text) {
                    let whole = count(encoding, &text);
                    let (a, b) = text.split_at(cut.at);
                    prop_assert_eq!(count(encoding, a) + count(encoding, b), whole, "cut at {} of {:?}", cut.at, text);
                    total += count(encoding, &text[start..cut.at]);
                    start = cut.at;
                }
                prop_assert_eq!(total + count(encoding, &text[start..]), count(encoding, &text));
            }
        }
    }
}
