//! The class of a character, as the pre-token patterns tell them apart.
//!
//! The table comes from the build script, which takes the classes from regex-syntax, the crate
//! under every Rust reading of the patterns.

include!("class_names.rs");

/// A set of classes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Classes(u8);

impl Classes {
    pub(super) const fn of(classes: &[u8]) -> Self {
        let mut set = 0;
        let mut at = 0;
        while at < classes.len() {
            set |= 1 << classes[at];
            at += 1;
        }
        Self(set)
    }

    pub(super) const fn has(self, class: u8) -> bool {
        self.0 >> class & 1 == 1
    }
}

/// One block number a page of 256 code points, then the blocks.
const TABLE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/classes.bin"));

const N_PAGES: usize = 0x1100;

/// `\p{L}`
pub(super) const LETTERS: Classes = Classes::of(&[UPPER, LOWER, LETTER]);

/// The class of a character.
pub(super) fn of(character: char) -> u8 {
    let code = character as usize;
    block(code >> 8)[code & 0xff]
}

/// The first block again: its place is known when the program is built.
static ASCII: [u8; 128] = {
    let mut classes = [0; 128];
    let mut code = 0;
    while code < classes.len() {
        classes[code] = TABLE[N_PAGES + TABLE[0] as usize * 256 + code];
        code += 1;
    }
    classes
};

/// Class and length in bytes of the character that starts at `at`; `None` at the end.
#[inline]
pub(super) fn at(text: &str, at: usize) -> Option<(u8, usize)> {
    let first = *text.as_bytes().get(at)?;
    if let Some(class) = ASCII.get(usize::from(first)) {
        return Some((*class, 1));
    }
    let character = text[at..].chars().next()?;
    let code = character as usize;
    Some((block(code >> 8)[code & 0xff], character.len_utf8()))
}

#[inline]
fn block(page: usize) -> &'static [u8; 256] {
    let start = N_PAGES + usize::from(TABLE[page]) * 256;
    TABLE[start..start + 256].first_chunk().expect("the table is made of whole blocks")
}
