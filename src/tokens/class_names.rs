// The classes by number. Shared with the build script by `include!`, so that writer and reader cannot
// differ; hence no module essay and no `use`.

/// Neither white space, letter, number nor mark.
pub(super) const OTHER: u8 = 0;
/// White space except line ends.
pub(super) const BLANK: u8 = 1;
/// CR and LF.
pub(super) const LINE_END: u8 = 2;
/// `\p{N}`
pub(super) const NUMBER: u8 = 3;
/// `\p{Lu}` and `\p{Lt}`
pub(super) const UPPER: u8 = 4;
/// `\p{Ll}`
pub(super) const LOWER: u8 = 5;
/// `\p{Lm}` and `\p{Lo}`
pub(super) const LETTER: u8 = 6;
/// `\p{M}`
pub(super) const MARK: u8 = 7;
