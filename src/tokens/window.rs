//! Pieces of ASCII text, found in a window that moves over it.
//!
//! Most texts are mostly ASCII, and most of their pieces end in sight. A window knows the classes of
//! sixty-four bytes as masks, so that the end of a run is one count of bits. What it cannot tell
//! (other characters near by, a contraction, a run longer than it) it leaves to the whole pattern.

use super::ascii::{self, Masks, WIDTH};
use super::pieces::Grammar;

/// The classes of the bytes from `base` on.
#[derive(Debug)]
pub(super) struct Window<'a> {
    text: &'a [u8],
    grammar: Grammar,
    base: usize,
    masks: Masks,
    /// What ends a word: no letter, or one that starts another word.
    stops: u64,
    /// What may stand in front of a word.
    prefixes: u64,
    signs: u64,
    /// Where no piece can be told that starts here.
    unclear: u64,
    /// Where no word can be told to end.
    open: u64,
}

impl<'a> Window<'a> {
    pub(super) fn new(grammar: Grammar, text: &'a [u8]) -> Self {
        let masks = Masks::default();
        let mut window = Self { text, grammar, base: 0, masks, stops: 0, prefixes: 0, signs: 0, unclear: 0, open: 0 };
        window.go_to(0);
        window
    }

    /// The length of the piece that starts at `start`; 0 where the window cannot tell.
    #[inline]
    pub(super) fn piece(&mut self, start: usize) -> usize {
        let mut at = start - self.base;
        loop {
            if at < WIDTH {
                if let Some(end) = self.end(at) {
                    return end - at;
                }
                if at == 0 {
                    return 0;
                }
            }
            self.go_to(start);
            at = 0;
        }
    }

    /// Moves the window.
    #[inline(never)]
    fn go_to(&mut self, base: usize) {
        self.base = base;
        let rest = self.text.get(base..).unwrap_or_default();
        let masks = if let Some(window) = rest.first_chunk() {
            ascii::masks(window)
        } else {
            let mut window = [0; WIDTH];
            window[..rest.len()].copy_from_slice(rest);
            // Zeros behind the end are unclear as any control character.
            ascii::masks(&window)
        };
        let Masks { letters, humps, digits, blanks, line_ends, apostrophes, others } = masks;
        self.masks = masks;
        self.signs = !(letters | digits | blanks | line_ends | others);
        // Of the last byte nobody sees what follows.
        let prefixes = (blanks | self.signs) & u64::MAX >> 1;
        // cl100k takes an apostrophe for a contraction first, o200k takes one after the word.
        (self.stops, self.prefixes, self.unclear, self.open) = match self.grammar {
            Grammar::Cl100k => (!letters, prefixes & !apostrophes, others | apostrophes, others),
            Grammar::O200k => (!letters | humps, prefixes, others, others | apostrophes),
        };
    }

    /// The end of the piece that starts at `at`: `at` itself where the pattern must tell, `None` where
    /// more than the window must be seen.
    #[inline]
    fn end(&self, at: usize) -> Option<usize> {
        let from = at + usize::from(self.prefixes >> at & 1 == 1);
        if self.masks.letters >> from & 1 == 0 {
            return self.end_of_others(at);
        }
        // A hump at the first letter is what ended the word before.
        let end = first(self.stops & !(1 << from), from)?;
        Some(if self.open >> end & 1 == 1 { at } else { end })
    }

    /// The end of a piece that is no word.
    #[inline]
    fn end_of_others(&self, at: usize) -> Option<usize> {
        let Masks { digits, blanks, line_ends, others, .. } = self.masks;
        let known = |end: usize| if others >> end & 1 == 1 { at } else { end };
        if self.unclear >> at & 1 == 1 {
            return Some(at);
        }
        let blank = usize::from(self.text[self.base + at] == b' ');
        if self.signs >> at >> blank & 1 == 1 {
            let end = first(!self.signs, at + blank)?;
            if line_ends >> end & 1 == 0 {
                return Some(known(end));
            }
            let last = first(!line_ends, end)?;
            let goes_on = self.grammar == Grammar::O200k && self.text.get(self.base + last) == Some(&b'/');
            return Some(if goes_on { at } else { last });
        }
        if digits >> at & 1 == 1 {
            let end = first(!digits, at)?;
            return Some(if end < at + 3 { known(end) } else { at + 3 });
        }
        let end = first(!(blanks | line_ends), at)?;
        if others >> end & 1 == 1 {
            return Some(at);
        }
        let line_ends = line_ends & !(u64::MAX << end) & u64::MAX << at;
        Some(match line_ends.checked_ilog2() {
            Some(last) => last as usize + 1,
            None if end > at + 1 => end - 1,
            None => end,
        })
    }
}

/// The first bit that is set from `at` on.
#[inline]
fn first(mask: u64, at: usize) -> Option<usize> {
    let rest = mask >> at;
    (rest != 0).then(|| at + rest.trailing_zeros() as usize)
}
