//! Two runs of words laid side by side: what is the same, what one has and the other has not.

use std::ops::Range;

use super::corpus::Key;

/// A stretch of an alignment; ranges are of words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Stretch {
    /// The same words on both sides.
    Same { quoted: Range<usize>, found: Range<usize> },
    /// Other words on either side; one of them may be empty.
    Differs { quoted: Range<usize>, found: Range<usize> },
}

/// How a quotation lies in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Alignment {
    /// The words of the text that the quotation lies on.
    pub(super) found: Range<usize>,
    /// Words that are the same.
    pub(super) n_same: usize,
    /// Both sides in order.
    pub(super) stretches: Vec<Stretch>,
}

/// What it costs that the quotation leaves a word out, puts another one there, or puts one in.
const SKIPPED: usize = 2;
const CHANGED: usize = 3;
const ADDED: usize = 3;

/// The best place of all words of `quoted` within `text`; the ends of the text are free.
pub(super) fn align(quoted: &[Key], text: &[u32]) -> Alignment {
    let (n_rows, n_columns) = (quoted.len() + 1, text.len() + 1);
    // One byte a cell: where the best way comes from.
    let mut from = vec![Step::Quoted; n_rows * n_columns];
    let mut above: Vec<usize> = vec![0; n_columns];
    for (row, key) in quoted.iter().enumerate() {
        let mut current = vec![0; n_columns];
        current[0] = above[0] + ADDED;
        for (column, word) in text.iter().enumerate() {
            let is_same = *key == Some(*word);
            let diagonal = above[column] + if is_same { 0 } else { CHANGED };
            let skipped = current[column] + SKIPPED;
            let added = above[column + 1] + ADDED;
            let best = diagonal.min(skipped).min(added);
            current[column + 1] = best;
            from[(row + 1) * n_columns + column + 1] = match best {
                best if best == diagonal => Step::Both,
                best if best == skipped => Step::Found,
                _ => Step::Quoted,
            };
        }
        above = current;
    }
    // Of equal ends the last: the last word was changed rather than added.
    let best = above.iter().enumerate().min_by_key(|(column, cost)| (**cost, std::cmp::Reverse(*column)));
    let end = best.map_or(0, |(column, _)| column);
    let (mut row, mut column) = (quoted.len(), end);
    let mut stretches: Vec<Stretch> = Vec::new();
    let mut n_same = 0;
    while row > 0 {
        let step = if column == 0 { Step::Quoted } else { from[row * n_columns + column] };
        let (quoted_range, found_range) = match step {
            Step::Both => (row - 1..row, column - 1..column),
            Step::Found => (row..row, column - 1..column),
            Step::Quoted => (row - 1..row, column..column),
        };
        let is_same = step == Step::Both && quoted[row - 1] == Some(text[column - 1]);
        n_same += usize::from(is_same);
        (row, column) = (quoted_range.start, found_range.start);
        match stretches.last_mut() {
            Some(Stretch::Same { quoted, found }) if is_same => {
                (quoted.start, found.start) = (row, column);
            }
            Some(Stretch::Differs { quoted, found }) if !is_same => {
                (quoted.start, found.start) = (row, column);
            }
            _ if is_same => stretches.push(Stretch::Same { quoted: quoted_range, found: found_range }),
            _ => stretches.push(Stretch::Differs { quoted: quoted_range, found: found_range }),
        }
    }
    stretches.reverse();
    Alignment { found: column..end, n_same, stretches }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Both,
    Found,
    Quoted,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quotation_is_laid_on_its_passage() {
        let numbers = |text: &str| text.bytes().map(u32::from).collect::<Vec<_>>();
        let check = |quoted: &str, text: &str, expected: &str| {
            let keys: Vec<Key> = numbers(quoted).into_iter().map(Some).collect();
            let alignment = align(&keys, &numbers(text));
            let shown = alignment.stretches.iter().map(|stretch| match stretch {
                Stretch::Same { quoted: range, .. } => quoted[range.clone()].to_owned(),
                Stretch::Differs { quoted: added, found } => {
                    format!("({}>{})", &text[found.clone()], &quoted[added.clone()])
                }
            });
            assert_eq!(shown.collect::<String>(), expected, "{quoted} in {text}");
        };
        check("cde", "abcdefg", "cde");
        check("cxe", "abcdefg", "c(d>x)e");
        check("ce", "abcdefg", "c(d>)e");
        check("cdxe", "abcdefg", "cd(>x)e");
        check("xyz", "", "(>xyz)");
    }
}
