//! Gap markers: what stands in the text where units were left out.
//!
//! A marker is `[… 412 tokens]` with the white space that makes both of its sides additive cuts: a
//! line of its own after a line end, a word after a word; before a sign it ends its line.

use std::borrow::Cow;
use std::ops::Range;

use super::{Gap, Segment};
use crate::tokens::Tokens;

/// The marker for leaving out `range` of `text`, worth `tokens`.
pub(super) fn marker(text: &str, range: &Range<usize>, tokens: Tokens) -> String {
    let before = &text[..range.start];
    let after = &text[range.end..];
    let head = if before.is_empty() || before.ends_with('\n') { "" } else { " " };
    let tail = if after.is_empty() {
        "\n"
    } else if text[..range.end].ends_with("\n\n") {
        "\n\n"
    } else if after.starts_with(' ') && !text[..range.end].ends_with('\n') {
        ""
    } else {
        "\n"
    };
    format!("{head}[… {} tokens]{tail}", tokens.0)
}

/// The text of a document with its gaps marked, as a format writes it.
pub fn assemble(text: &str, segments: &[Segment], gaps: &[Gap], escape: fn(&str) -> Cow<'_, str>) -> String {
    let mut out = String::new();
    let mut gaps = gaps.iter().peekable();
    for segment in segments {
        while let Some(gap) = gaps.next_if(|gap| gap.range.start < segment.range.start) {
            out += &marker(text, &gap.range, gap.tokens);
        }
        out += &escape(&text[segment.range.clone()]);
    }
    for gap in gaps {
        out += &marker(text, &gap.range, gap.tokens);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_marker_fits_the_white_space_around_it() {
        let text = "One two.\nThree four.\n\nFive six.\n";
        let check = |range: Range<usize>, expected: &str| assert_eq!(marker(text, &range, Tokens(1412)), expected);
        check(0..9, "[… 1412 tokens]\n");
        check(0..22, "[… 1412 tokens]\n\n");
        check(3..22, " [… 1412 tokens]\n\n");
        check(9..14, "[… 1412 tokens]");
        check(3..14, " [… 1412 tokens]");
        check(26..text.len(), " [… 1412 tokens]\n");
        check(22..text.len(), "[… 1412 tokens]\n");
        check(0..text.len(), "[… 1412 tokens]\n");
    }
}
