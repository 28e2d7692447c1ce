//! Items of lists that are items by their looks: a mark that hangs out of a paragraph moved in.

/// How far the items that are open are moved in, outermost first.
#[derive(Debug, Default)]
pub(super) struct Hanging {
    lefts: Vec<i64>,
}

impl Hanging {
    /// How many lists deep an item lies that is moved in so far.
    pub(super) fn depth(&mut self, left: i64) -> usize {
        while self.lefts.last().is_some_and(|last| *last > left) {
            self.lefts.pop();
        }
        if self.lefts.last().is_none_or(|last| *last < left) {
            self.lefts.push(left);
        }
        self.lefts.len() - 1
    }

    /// Ends all lists.
    pub(super) fn clear(&mut self) {
        self.lefts.clear();
    }

    /// Whether no list is open.
    pub(super) fn is_empty(&self) -> bool {
        self.lefts.is_empty()
    }
}

/// Whether words are what stands before an item: a bullet, or a number with its point.
pub(super) fn is_mark(words: &str) -> bool {
    let digits = words.trim_end_matches(['.', ')']);
    let is_number =
        digits.len() < words.len() && !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number || matches!(words, "•" | "–" | "·" | "-" | "◦" | "▪" | "o")
}
