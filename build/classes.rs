//! The class of every character, as the pre-token patterns tell them apart.

use regex_syntax::hir::{Class, HirKind};

include!("../src/tokens/class_names.rs");

/// Code points of a page.
const PAGE: usize = 256;

/// One byte a page of 256 code points that names a block, then the blocks, one byte a code point.
pub(crate) fn table() -> Vec<u8> {
    let mut classes = vec![OTHER; 0x11_0000];
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
