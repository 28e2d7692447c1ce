//! The difference of two texts, word by word.

use similar::{ChangeTag, TextDiff};

/// A piece of two texts laid over each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    /// Both have it.
    Same(String),
    /// Only the left one has it.
    Left(String),
    /// Only the right one has it.
    Right(String),
}

/// The texts laid over each other, in order.
pub(super) fn pieces(left: &str, right: &str) -> Vec<Piece> {
    let diff = TextDiff::configure().diff_words(left, right);
    let mut pieces: Vec<Piece> = Vec::new();
    for change in diff.iter_all_changes() {
        let word = change.value();
        match (change.tag(), pieces.last_mut()) {
            (ChangeTag::Equal, Some(Piece::Same(text)))
            | (ChangeTag::Delete, Some(Piece::Left(text)))
            | (ChangeTag::Insert, Some(Piece::Right(text))) => text.push_str(word),
            (ChangeTag::Equal, _) => pieces.push(Piece::Same(word.to_owned())),
            (ChangeTag::Delete, _) => pieces.push(Piece::Left(word.to_owned())),
            (ChangeTag::Insert, _) => pieces.push(Piece::Right(word.to_owned())),
        }
    }
    pieces
}

/// How much of both texts is the same, in percent of their words; 100 only where they are equal.
pub(super) fn sameness(left: &str, right: &str) -> u32 {
    if left == right {
        return 100;
    }
    let count = |text: &str| text.split_whitespace().count();
    let n_all = count(left) + count(right);
    let n_same: usize =
        pieces(left, right).iter().map(|piece| if let Piece::Same(text) = piece { 2 * count(text) } else { 0 }).sum();
    let percent = (100 * n_same).checked_div(n_all).unwrap_or(0);
    u32::try_from(percent.min(99)).unwrap_or(99)
}

/// `They [-both-]{+all+} want fewer words.`
pub(super) fn marked(pieces: &[Piece]) -> String {
    let shown = pieces.iter().map(|piece| match piece {
        Piece::Same(text) => text.clone(),
        Piece::Left(text) => framed("[-", text, "-]"),
        Piece::Right(text) => framed("{+", text, "+}"),
    });
    shown.collect()
}

/// The text in marks that hug its words.
fn framed(open: &str, text: &str, close: &str) -> String {
    let words = text.trim();
    if words.is_empty() {
        return text.to_owned();
    }
    let start = text.len() - text.trim_start().len();
    let (before, rest) = text.split_at(start);
    let (words, after) = rest.split_at(words.len());
    format!("{before}{open}{words}{close}{after}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_laid_over_each_other() {
        for (left, right, shown, percent) in [
            ("", "", "", 100),
            ("a b c", "a b c", "a b c", 100),
            ("a b c", "a x c", "a [-b-]{+x+} c", 66),
            ("a b", "a b c", "a b {+c+}", 80),
            ("a", "b", "[-a-]{+b+}", 0),
            ("a\n", "a", "a", 99),
            ("", "a", "{+a+}", 0),
        ] {
            assert_eq!((marked(&pieces(left, right)).trim_end(), sameness(left, right)), (shown, percent), "{left:?}");
        }
    }
}
