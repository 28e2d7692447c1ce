//! The values on a tape, and what may be asked of them.

use super::escape::unescaped;
use super::{Node, Tape, Token};

/// One value on a tape.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Json<'t> {
    pub(super) tape: &'t Tape<'t>,
    pub(super) at: usize,
}

impl<'t> Json<'t> {
    pub(super) fn node(self) -> Option<&'t Node<'t>> {
        self.tape.nodes.get(self.at)
    }

    /// The member called `key`, the last one of that name; `null` where there is none.
    pub(crate) fn at(self, key: &str) -> Self {
        let found = self.members().filter(|(name, _)| *name == key).last();
        found.map_or(Self { tape: self.tape, at: usize::MAX }, |(_, value)| value)
    }

    /// The first of the members that is not `null`.
    pub(crate) fn either(self, keys: &[&str]) -> Self {
        let found = keys.iter().map(|key| self.at(key)).find(|value| !value.is_null());
        found.unwrap_or(Self { tape: self.tape, at: usize::MAX })
    }

    /// Whether there is a member called `key`, `null` or not.
    pub(crate) fn has(self, key: &str) -> bool {
        self.members().any(|(name, _)| name == key)
    }

    /// The elements of an array; none of anything else.
    pub(crate) fn items(self) -> impl Iterator<Item = Json<'t>> {
        let end = self.node().filter(|node| matches!(node.token, Token::Array)).map_or(0, |node| node.end);
        let mut at = self.at.wrapping_add(1);
        std::iter::from_fn(move || {
            let item = Self { tape: self.tape, at };
            at = item.node().filter(|_| at < end)?.end;
            Some(item)
        })
    }

    /// The members of an object; none of anything else.
    pub(crate) fn members(self) -> impl Iterator<Item = (&'t str, Json<'t>)> {
        let end = self.node().filter(|node| matches!(node.token, Token::Object)).map_or(0, |node| node.end);
        let mut at = self.at.wrapping_add(1);
        std::iter::from_fn(move || {
            let name = Self { tape: self.tape, at };
            name.node().filter(|_| at < end)?;
            let value = Self { tape: self.tape, at: at + 1 };
            at = value.node()?.end;
            Some((name.text()?, value))
        })
    }

    /// The text of a string.
    pub(crate) fn text(self) -> Option<&'t str> {
        match &self.node()?.token {
            Token::Text(text) => Some(text),
            Token::Escaped(raw, text) => Some(text.get_or_init(|| unescaped(raw))),
            _ => None,
        }
    }

    /// How many bytes a string takes as it is written.
    pub(crate) fn n_written(self) -> usize {
        match self.node().map(|node| &node.token) {
            Some(Token::Text(raw) | Token::Escaped(raw, _)) => raw.len(),
            _ => 0,
        }
    }

    /// The text of a string that is not blank.
    pub(crate) fn words(self) -> Option<&'t str> {
        self.text().filter(|text| !text.trim().is_empty())
    }

    /// What names a thing: a string that is not blank, or a number as it is written.
    pub(crate) fn name(self) -> Option<&'t str> {
        match &self.node()?.token {
            Token::Number(number) => Some(number),
            _ => self.words(),
        }
    }

    /// A number, or a string that holds one.
    pub(crate) fn number(self) -> Option<f64> {
        match &self.node()?.token {
            Token::Number(number) => number.parse().ok(),
            _ => self.text()?.trim().parse().ok(),
        }
        .filter(|number: &f64| number.is_finite())
    }

    /// A whole number, or a string that holds one.
    pub(crate) fn index(self) -> Option<usize> {
        self.name()?.trim().parse().ok()
    }

    pub(crate) fn is_null(self) -> bool {
        self.node().is_none_or(|node| matches!(node.token, Token::Null))
    }

    pub(crate) fn is_true(self) -> bool {
        self.node().is_some_and(|node| matches!(node.token, Token::Bool(true)))
    }

    pub(crate) fn is_object(self) -> bool {
        self.node().is_some_and(|node| matches!(node.token, Token::Object))
    }

    pub(crate) fn is_array(self) -> bool {
        self.node().is_some_and(|node| matches!(node.token, Token::Array))
    }
}
