//! From TOML to values, with the place of everything that is wrong.

use std::ops::Range;

use toml_edit::{Item, Key, TableLike};

use super::choices::{Origin, Said};
use super::error::{Fault, Mistake};
use super::word::Word;
use crate::content::nearest;
use crate::gather::Pattern;
use crate::store::check_name;
use crate::tokens::Tokens;
use crate::workspace::amount;

/// Words that name a secret in other tools.
const SECRETS: [&str; 6] = ["key", "secret", "password", "token", "api_key", "apikey"];

/// Reads values out of one file and gathers what is wrong.
pub(super) struct Reader<'a> {
    pub path: &'a str,
    pub text: &'a str,
    pub profile: Option<String>,
    pub mistakes: Vec<Mistake>,
}

/// A key that stands in the file, with what is known of it.
#[derive(Clone, Copy)]
pub(super) struct Found<'a> {
    pub word: &'static Word,
    pub key: &'a Key,
    pub item: &'a Item,
}

impl Reader<'_> {
    /// Notes what is wrong at a place.
    pub(super) fn wrong(&mut self, at: Option<Range<usize>>, fault: Fault) {
        let (line, column) = position(self.text, at.map_or(0, |span| span.start));
        self.mistakes.push(Mistake { path: self.path.to_owned(), line, column, fault });
    }

    /// The line that a key stands in, counted from one.
    pub(super) fn line(&self, at: Option<Range<usize>>) -> usize {
        position(self.text, at.map_or(0, |span| span.start)).0
    }

    /// The keys of a table that may stand there; the others are mistakes.
    pub(super) fn keys<'t>(
        &mut self,
        table: &'t dyn TableLike,
        title: &'static str,
        known: &'static [Word],
    ) -> Vec<Found<'t>> {
        let mut found = Vec::new();
        for (name, item) in table.iter() {
            let Some(key) = table.key(name) else { continue };
            if let Some(word) = known.iter().find(|word| word.name == name) {
                found.push(Found { word, key, item });
                continue;
            }
            let key_name = name.to_owned();
            let lower = name.to_lowercase().replace('-', "_");
            let meant = nearest(name, known.iter().map(|word| word.name));
            let is_secret = |secret: &&str| lower == **secret || lower.ends_with(&format!("_{secret}"));
            // `token` where `tokens` may stand is a slip.
            if meant.is_none_or(|meant| !meant.starts_with(name)) && SECRETS.iter().any(is_secret) {
                self.wrong(key.span(), Fault::Secret { key: key_name });
                continue;
            }
            let nearest = known.iter().find(|word| Some(word.name) == meant);
            self.wrong(key.span(), Fault::Unknown { table: title, key: key_name, nearest, known });
        }
        found
    }

    /// A table, or a mistake.
    pub(super) fn table<'t>(&mut self, found: Found<'t>) -> Option<&'t dyn TableLike> {
        let table = found.item.as_table_like();
        if table.is_none() {
            self.wrong_type::<()>(found);
        }
        table
    }

    pub(super) fn text(&mut self, found: Found<'_>) -> Option<Said<String>> {
        match found.item.as_str() {
            Some(text) if text.trim().is_empty() => self.wrong_value(found, text, []),
            Some(text) => Some(self.said(found, text.to_owned())),
            None => self.wrong_type(found),
        }
    }

    /// A name that a bundle can be kept under.
    pub(super) fn name(&mut self, found: Found<'_>) -> Option<Said<String>> {
        self.parsed(found, |text| check_name(text).is_ok().then(|| text.to_owned()), [])
    }

    pub(super) fn truth(&mut self, found: Found<'_>) -> Option<bool> {
        let truth = found.item.as_bool();
        if truth.is_none() {
            self.wrong_type::<()>(found);
        }
        truth
    }

    /// `32000` or `"32k"`.
    pub(super) fn tokens(&mut self, found: Found<'_>) -> Option<Said<Tokens>> {
        if let Some(number) = found.item.as_integer() {
            return match u32::try_from(number) {
                Ok(number) => Some(self.said(found, Tokens(number))),
                Err(_) => self.wrong_value(found, &number.to_string(), []),
            };
        }
        self.parsed(found, |text| amount(text).ok(), [])
    }

    /// A word that `parse` understands, one of `words` as a rule.
    pub(super) fn parsed<T>(
        &mut self,
        found: Found<'_>,
        parse: impl Fn(&str) -> Option<T>,
        words: impl IntoIterator<Item = &'static str>,
    ) -> Option<Said<T>> {
        let Some(text) = found.item.as_str() else { return self.wrong_type(found) };
        match parse(text) {
            Some(value) => Some(self.said(found, value)),
            None => self.wrong_value(found, &format!("{text:?}"), words),
        }
    }

    /// A number as it is written, so that no fraction is rounded.
    pub(super) fn number<T>(&mut self, found: Found<'_>, parse: impl Fn(&str) -> Option<T>) -> Option<Said<T>> {
        if !found.item.is_integer() && !found.item.is_float() {
            return self.parsed(found, parse, []);
        }
        let written = found.item.span().and_then(|span| self.text.get(span)).unwrap_or_default().trim();
        match parse(&written.replace('_', "")) {
            Some(value) => Some(self.said(found, value)),
            None => self.wrong_value(found, written, []),
        }
    }

    /// A list of texts, each with its place.
    pub(super) fn texts(&mut self, found: Found<'_>) -> Option<Vec<(String, Option<Range<usize>>)>> {
        let Some(array) = found.item.as_array() else { return self.wrong_type(found) };
        let texts: Option<Vec<_>> =
            array.iter().map(|value| Some((value.as_str()?.to_owned(), value.span()))).collect();
        if texts.is_none() { self.wrong_type(found) } else { texts }
    }

    /// A list of lines as a `.gitignore` has them.
    pub(super) fn patterns(&mut self, found: Found<'_>) -> Option<Vec<Pattern>> {
        let texts = self.texts(found)?;
        let mut patterns = Vec::new();
        for (text, at) in texts {
            match text.parse() {
                Ok(pattern) => patterns.push(pattern),
                Err(_) => {
                    self.wrong(at, Fault::Value { word: found.word, text: format!("{text:?}"), nearest: None });
                }
            }
        }
        Some(patterns)
    }

    pub(super) fn wrong_type<T>(&mut self, found: Found<'_>) -> Option<T> {
        let stands = match found.item.type_name() {
            "string" => "a text",
            "integer" => "a number",
            "float" => "a number with a fraction",
            "boolean" => "true or false",
            "datetime" => "a date",
            "array" => "a list",
            "array of tables" => "a list of tables",
            _ => "a table",
        };
        self.wrong(found.key.span(), Fault::Type { word: found.word, found: stands });
        None
    }

    pub(super) fn wrong_value<T>(
        &mut self,
        found: Found<'_>,
        text: &str,
        words: impl IntoIterator<Item = &'static str>,
    ) -> Option<T> {
        let nearest = nearest(text.trim_matches('"'), words);
        let text = if text.is_empty() { "empty".to_owned() } else { text.to_owned() };
        self.wrong(found.item.span().or(found.key.span()), Fault::Value { word: found.word, text, nearest });
        None
    }

    pub(super) fn said<T>(&self, found: Found<'_>, value: T) -> Said<T> {
        Said { value, origin: self.origin(found.key.span()) }
    }

    pub(super) fn origin(&self, at: Option<Range<usize>>) -> Origin {
        Origin::File { path: self.path.to_owned(), line: self.line(at), profile: self.profile.clone() }
    }
}

/// Line and column of a byte, both counted from one, the column in characters.
pub(super) fn position(text: &str, at: usize) -> (usize, usize) {
    let before = &text[..text.floor_char_boundary(at)];
    let start = before.rfind('\n').map_or(0, |end| end + 1);
    let column = before[start..].trim_start_matches('\u{feff}').chars().count();
    (before.matches('\n').count() + 1, column + 1)
}
