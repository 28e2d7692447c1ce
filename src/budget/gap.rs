//! Markers: what stands in the text where units were left out or folded.
//!
//! A gap is `[… 412 tokens]`; a passage that stands elsewhere in the bundle is
//! `[… 412 tokens as in s2 ¶4–6]`, or `nearly as in` where words differ. Each has the white space that makes both of its sides additive cuts: a
//! line of its own after a line end, a word after a word; before a sign it ends its line.

use std::borrow::Cow;
use std::ops::Range;

use super::{Absence, Measure, Portion};
use crate::tokens::Tokens;

/// What a gap worth `tokens` says.
pub(super) fn left_out(tokens: Tokens, absence: Absence) -> String {
    let place = match absence {
        Absence::Cut => "",
        Absence::Earlier => " in earlier parts",
        Absence::Later => " in later parts",
    };
    format!("{} tokens{place}", tokens.0)
}

/// What a folded passage worth `tokens` says: where it stands, word for word or nearly so.
pub fn reference(tokens: Tokens, exact: bool, place: &str) -> String {
    format!("{} tokens {}as in {place}", tokens.0, if exact { "" } else { "nearly " })
}

/// The marker that stands for `range` of `text` and says `what`.
pub(super) fn marker(text: &str, range: &Range<usize>, what: &str) -> String {
    let [head, tail] = edges(text, range);
    format!("{head}[… {what}]{tail}")
}

/// The white space that makes both sides of a marker for `range` additive cuts.
pub(super) fn edges(text: &str, range: &Range<usize>) -> [&'static str; 2] {
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
    [head, tail]
}

/// The text of a document with its gaps and folds marked, as a format writes it.
pub fn assemble(text: &str, portion: &Portion, escape: fn(&str) -> Cow<'_, str>) -> String {
    let Portion { segments, gaps, folds, .. } = portion;
    let mut pieces: Vec<(usize, Cow<'_, str>)> = Vec::new();
    pieces.extend(segments.iter().map(|kept| (kept.range.start, escape(&text[kept.range.clone()]))));
    pieces.extend(
        gaps.iter().map(|gap| (gap.range.start, marker(text, &gap.range, &left_out(gap.tokens, gap.absence)).into())),
    );
    pieces.extend(folds.iter().map(|fold| (fold.range.start, marker(text, &fold.range, &fold.reference).into())));
    pieces.sort_by_key(|(start, _)| *start);
    pieces.into_iter().map(|(_, piece)| piece).collect()
}

/// Tokens of a document with its gaps and folds marked, where counts add up.
pub fn assemble_cost(text: &str, portion: &Portion, measure: Measure) -> Tokens {
    let Portion { segments, gaps, folds, .. } = portion;
    let gaps = gaps.iter().map(|gap| marker(text, &gap.range, &left_out(gap.tokens, gap.absence)));
    let folds = folds.iter().map(|fold| marker(text, &fold.range, &fold.reference));
    let marked: Tokens = gaps.chain(folds).map(|marker| measure.count(&marker)).sum();
    segments.iter().map(|kept| kept.tokens).sum::<Tokens>() + marked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_marker_fits_the_white_space_around_it() {
        let text = "One two.\nThree four.\n\nFive six.\n";
        let check = |range: Range<usize>, expected: &str| {
            assert_eq!(marker(text, &range, &left_out(Tokens(1412), Absence::Cut)), expected);
        };
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
