//! A document as one piece of a prompt.

/// One document of a bundle for a provider that takes documents one by one, and cites them itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// Its id in the bundle and its title: `s2 A talk on cards`.
    pub title: String,
    /// Author, date, address and kind in one line.
    pub context: String,
    /// What is kept of it, with gaps and folds marked.
    pub text: String,
}
