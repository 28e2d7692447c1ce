//! Changes of a file that touch no byte outside of the change.
//!
//! A change is a splice of the text at the spans of the parser, never a rewriting of the parsed
//! form: comments, blank lines, order, line ends and a missing last line end stay as they are.

use std::ops::Range;

use toml_edit::{ArrayOfTables, Document, InlineTable, Item, Key, Table, Value};

use crate::tokens::Tokens;
use crate::workspace::short_amount;

/// A text as TOML writes it.
pub(super) fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

/// Tokens as a person writes them in TOML: `"12k"`, `12345`.
pub(super) fn amount(tokens: Tokens) -> String {
    let short = short_amount(tokens);
    if short.bytes().all(|byte| byte.is_ascii_digit()) { short } else { quoted(&short) }
}

/// A step from a table into one of its tables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    /// The table with this key.
    Key(String),
    /// The table at this place of an array of tables.
    At(usize),
}

/// The text with one more `[[source]]` in `table` (`source`, `profile.brief.source`).
pub(super) fn append(text: &str, table: &[String], lines: &[(&'static str, String)]) -> Option<String> {
    let document = Document::parse(text).ok()?;
    let mut item = Some(document.as_item());
    for key in table {
        item = item.and_then(|item| item.as_table_like()?.get(key));
    }
    let title: Vec<String> = table.iter().map(|key| bare_or_quoted(key)).collect();
    let body: Vec<String> = lines.iter().map(|(key, value)| format!("{key} = {value}")).collect();
    let block = format!("[[{}]]\n{}\n", title.join("."), body.join("\n"));
    let last = item.and_then(Item::as_array_of_tables).and_then(|tables| tables.iter().last());
    Some(match last {
        Some(last) => insert(text, after_comments(text, end_of(text, last)?), &format!("\n{block}")),
        None => insert(text, text.len(), &spaced(text, &block)),
    })
}

/// The text in which the table that `steps` lead to says `key = value`; none where the way the table
/// is written leaves no place for it.
pub(super) fn set(text: &str, steps: &[Step], key: &str, value: &str) -> Option<String> {
    let document = Document::parse(text).ok()?;
    match walk(document.as_table(), steps) {
        Place::Table(table) => set_in(text, table, key, value),
        Place::Inline(table) => {
            if let Some(span) = table.get(key).and_then(Value::span) {
                return Some(splice(text, span, value));
            }
            match table.iter().next().and_then(|(first, _)| table.key(first)).and_then(Key::span) {
                Some(first) => Some(splice(text, first.start..first.start, &format!("{key} = {value}, "))),
                None => Some(splice(text, table.span()?, &format!("{{ {key} = {value} }}"))),
            }
        }
        Place::Missing => {
            let title = steps.iter().map(|step| match step {
                Step::Key(key) => Some(bare_or_quoted(key)),
                Step::At(_) => None,
            });
            let title = title.collect::<Option<Vec<_>>>()?.join(".");
            Some(insert(text, text.len(), &spaced(text, &format!("[{title}]\n{key} = {value}\n"))))
        }
        Place::None => None,
    }
}

/// Whether the table that `steps` lead to says something for `key`.
pub(super) fn has(text: &str, steps: &[Step], key: &str) -> bool {
    let Ok(document) = Document::parse(text) else { return false };
    match walk(document.as_table(), steps) {
        Place::Table(table) => table.contains_key(key),
        Place::Inline(table) => table.contains_key(key),
        Place::Missing | Place::None => false,
    }
}

/// What `steps` lead to.
enum Place<'a> {
    Table(&'a Table),
    Inline(&'a InlineTable),
    /// Nothing stands there.
    Missing,
    /// Something stands there that is no table.
    None,
}

fn walk<'a>(root: &'a Table, steps: &[Step]) -> Place<'a> {
    let mut place = Place::Table(root);
    let mut tables = None;
    for step in steps {
        let item = match (step, &place) {
            (Step::Key(key), Place::Table(table)) => table.get(key),
            (Step::At(at), _) => {
                place = tables.and_then(|tables: &ArrayOfTables| tables.get(*at)).map_or(Place::None, Place::Table);
                continue;
            }
            (Step::Key(_), Place::Missing) => None,
            (Step::Key(_), _) => return Place::None,
        };
        place = match item {
            None => Place::Missing,
            Some(Item::Table(table)) => Place::Table(table),
            Some(Item::Value(Value::InlineTable(table))) => Place::Inline(table),
            Some(Item::ArrayOfTables(several)) => {
                tables = Some(several);
                Place::None
            }
            Some(_) => return Place::None,
        };
    }
    place
}

fn set_in(text: &str, table: &Table, key: &str, value: &str) -> Option<String> {
    if let Some(span) = table.get(key).filter(|item| item.is_value()).and_then(Item::span) {
        return Some(splice(text, span, value));
    }
    let own = |(name, item): (&str, &Item)| Some((table.key(name)?.span()?, item.as_value()?.span()?));
    let last = table.iter().filter_map(own).max_by_key(|(_, value)| value.end);
    match last {
        Some((name, last)) => {
            // The same indentation, and for `budget.tokens` the same front, as the key before.
            let line = text[..name.start].rfind('\n').map_or(0, |end| end + 1);
            let front = &text[line..name.start];
            let is_plain = front.trim().is_empty() || (table.is_dotted() && front.trim_end().ends_with('.'));
            is_plain.then(|| insert(text, line_end(text, last.end), &format!("{front}{key} = {value}\n")))
        }
        None if table.is_implicit() || table.is_dotted() => None,
        None => Some(insert(text, line_end(text, table.span()?.start), &format!("{key} = {value}\n"))),
    }
}

/// Where the last line of a table ends, without the tables below it.
fn end_of(text: &str, table: &Table) -> Option<usize> {
    let values = table.iter().filter_map(|(_, item)| item.as_value()?.span()).map(|span| span.end);
    Some(line_end(text, values.max().unwrap_or(0).max(table.span()?.start)))
}

/// Behind the end of the line that `at` stands in.
fn line_end(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |end| at + end + 1)
}

/// Behind the comment lines that follow without a blank line: they speak of what is above them.
fn after_comments(text: &str, at: usize) -> usize {
    let comments = text[at..].split_inclusive('\n').take_while(|line| line.trim_start().starts_with('#'));
    at + comments.map(str::len).sum::<usize>()
}

/// A block for the end of the text, with a blank line before it.
fn spaced(text: &str, block: &str) -> String {
    let is_apart = text.is_empty() || text.ends_with("\n\n") || text.ends_with("\n\r\n");
    if is_apart { block.to_owned() } else { format!("\n{block}") }
}

fn insert(text: &str, at: usize, lines: &str) -> String {
    // A last line without an end gets one.
    let lines = if at > 0 && !text[..at].ends_with('\n') { format!("\n{lines}") } else { lines.to_owned() };
    let lines = if text.contains("\r\n") { lines.replace('\n', "\r\n") } else { lines };
    splice(text, at..at, &lines)
}

fn splice(text: &str, range: Range<usize>, with: &str) -> String {
    format!("{}{with}{}", &text[..range.start], &text[range.end..])
}

/// A key as TOML writes it.
pub(super) fn bare_or_quoted(key: &str) -> String {
    let is_bare = !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    if is_bare { key.to_owned() } else { quoted(key) }
}
