//! The class of every character, as the pre-token patterns tell them apart.

use regex_syntax::hir::{Class, HirKind};

/// `\s` without the line ends.
const BLANK: u8 = 1;
/// CR and LF.
const LINE_END: u8 = 2;
/// `\p{N}`
const NUMBER: u8 = 3;
/// `\p{Lu}` and `\p{Lt}`
const UPPER: u8 = 4;
/// `\p{Ll}`
const LOWER: u8 = 5;
/// `\p{Lm}` and `\p{Lo}`
const LETTER: u8 = 6;
/// `\p{M}`
const MARK: u8 = 7;

/// Code points of a page.
const PAGE: usize = 256;

/// One byte a page of 256 code points that names a block, then the blocks, one byte a code point.
pub(crate) fn table() -> Vec<u8> {
    let mut classes = vec![0_u8; 0x11_0000];
    let rules = [
        (r"\s", BLANK),
        (r"[\r\n]", LINE_END),
        (r"\p{N}", NUMBER),
        (r"[\p{Lu}\p{Lt}]", UPPER),
        (r"\p{Ll}", LOWER),
        (r"[\p{Lm}\p{Lo}]", LETTER),
        (r"\p{M}", MARK),
    ];
    for (pattern, class) in rules {
        for (first, last) in ranges(pattern) {
            classes[first as usize..=last as usize].fill(class);
        }
    }
    let mut blocks: Vec<&[u8]> = Vec::new();
    let mut index = Vec::new();
    for page in classes.chunks(PAGE) {
        let block = blocks.iter().position(|block| *block == page).unwrap_or_else(|| {
            blocks.push(page);
            blocks.len() - 1
        });
        index.push(u8::try_from(block).expect("there are fewer than 256 different pages"));
    }
    index.into_iter().chain(blocks.concat()).collect()
}

/// The code points of a class pattern.
fn ranges(pattern: &str) -> Vec<(u32, u32)> {
    let parsed = regex_syntax::parse(pattern).expect("the pattern is fixed");
    match parsed.kind() {
        HirKind::Class(Class::Unicode(class)) => {
            class.ranges().iter().map(|range| (range.start().into(), range.end().into())).collect()
        }
        HirKind::Class(Class::Bytes(class)) => {
            class.ranges().iter().map(|range| (range.start().into(), range.end().into())).collect()
        }
        other => panic!("{pattern} is no class: {other:?}"),
    }
}
