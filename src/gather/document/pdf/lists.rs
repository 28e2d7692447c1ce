//! Which paragraphs are items, and which items stand in which.

use super::prose::{Block, Placed};

/// Items nested deeper than this are written as flat as this.
const MAX_NESTED: usize = 6;

/// Paragraphs that count on from one another, `1 Words`, `2 Words`, are the items of a list.
pub(super) fn number(blocks: &mut [Placed]) {
    let number = |placed: &Placed| match &placed.block {
        Block::Paragraph(text) => {
            let (mark, words) = text.split_once(' ')?;
            mark.parse::<usize>().ok().filter(|_| words.starts_with(char::is_alphabetic))
        }
        _ => None,
    };
    let mut at = 0;
    while at < blocks.len() {
        let n = blocks[at..].iter().zip(1..).take_while(|(placed, next)| number(placed) == Some(*next)).count();
        if n > 2 {
            for placed in &mut blocks[at..at + n] {
                if let Block::Paragraph(text) = &placed.block {
                    let text = text.replacen(' ', ". ", 1);
                    placed.turns.iter_mut().for_each(|(end, _)| *end += 1);
                    placed.block = Block::Item(text);
                }
            }
        }
        at += n.max(1);
    }
}

/// Indents the items that stand further in than the item before them.
pub(super) fn nest(blocks: &mut [Placed]) {
    // Where the open items begin on the page, and where their words do in the text.
    let mut open: Vec<(f32, usize)> = Vec::new();
    for placed in blocks {
        let (left, size) = (placed.left, placed.size.max(1.0));
        let Block::Item(text) = &mut placed.block else {
            open.clear();
            continue;
        };
        // Another column is no deeper level.
        if open.last().is_some_and(|(last, _)| left - last > 8.0 * size) {
            open.clear();
        }
        open.retain(|(before, _)| *before < left - 0.4 * size);
        let indent = open.last().map_or(0, |(_, words)| *words);
        let mark = text.find(' ').map_or(0, |end| end + 1);
        open.push((left, indent + mark));
        if indent > 0 && open.len() <= MAX_NESTED {
            text.insert_str(0, &" ".repeat(indent));
            placed.turns.iter_mut().for_each(|(end, _)| *end += indent);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn placed(left: f32, block: Block) -> Placed {
        let mut placed = Placed::new(block, 0);
        (placed.size, placed.left) = (10.0, left);
        placed
    }

    fn texts(blocks: &[Placed]) -> Vec<&str> {
        blocks
            .iter()
            .filter_map(|placed| match &placed.block {
                Block::Item(text) | Block::Paragraph(text) => Some(text.as_str()),
                _ => None,
            })
            .collect()
    }

    #[test]
    fn items_that_stand_further_in_are_nested() {
        let item = |left: f32, text: &str| placed(left, Block::Item(text.to_owned()));
        let mut blocks = [
            item(10.0, "- one"),
            item(30.0, "10. two"),
            item(50.0, "- three"),
            item(30.0, "11. four"),
            item(11.0, "- five"),
            placed(10.0, Block::Paragraph("words".to_owned())),
            item(30.0, "- six"),
            // The next column.
            item(330.0, "- seven"),
        ];
        nest(&mut blocks);
        let expected = ["- one", "  10. two", "      - three", "  11. four", "- five", "words", "- six", "- seven"];
        assert_eq!(texts(&blocks), expected);
    }

    #[test]
    fn paragraphs_that_count_on_are_items() {
        let check = |words: &[&str], expected: &[&str]| {
            let mut blocks: Vec<Placed> =
                words.iter().map(|text| placed(0.0, Block::Paragraph((*text).to_owned()))).collect();
            number(&mut blocks);
            assert_eq!(texts(&blocks), expected);
        };
        check(&["1 Peel", "2 Core", "3 Cook"], &["1. Peel", "2. Core", "3. Cook"]);
        check(&["1 Peel", "2 Core", "4 Cook"], &["1 Peel", "2 Core", "4 Cook"]);
        check(&["1984 was", "1 Peel", "2 Core"], &["1984 was", "1 Peel", "2 Core"]);
    }
}
