//! What holds within a group of rich text.

use super::super::prose::Look;

/// Where text goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Target {
    #[default]
    Body,
    /// What is no text: fonts, pictures, heads of pages.
    Nowhere,
    Fonts,
    Styles,
    Title,
    Author,
    /// What a field is told to do.
    Field,
    Note,
    /// The mark of an item as it was last shown.
    ListText,
}

/// What holds within a group.
#[derive(Debug, Clone, Default)]
pub(super) struct State {
    pub(super) target: Target,
    pub(super) look: Look,
    pub(super) is_hidden: bool,
    /// How many bytes stand in for a character that follows its number.
    pub(super) skip: usize,
    pub(super) font: usize,
    /// In half points.
    pub(super) size: usize,
    pub(super) is_centered: bool,
    pub(super) in_table: bool,
    pub(super) style: usize,
    pub(super) outline: Option<usize>,
    pub(super) list: Option<usize>,
    /// How far the paragraph is moved in, and its first line beyond that, in twentieths of a point.
    pub(super) left: i64,
    pub(super) first: i64,
}
