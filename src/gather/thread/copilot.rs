//! Microsoft Copilot's activity as CSV: `Conversation,Time,Author,Message`.
//!
//! Follows the documented shape; no export of a real account was at hand. Rows come newest first,
//! and a question shares its moment with its answer: the order is turned around, never sorted.

use std::collections::BTreeMap;

use super::collect::Collected;
use super::tree::{Item, Talk};
use crate::content::Kind;
use crate::gather::{Confidence, Error, Format, Input, Reading, moment};

pub(crate) const FORMAT: Format = Format {
    name: "copilot",
    kind: Kind::Chat,
    about: "Microsoft Copilot activity as CSV (from its documented shape)",
    extensions: &["csv"],
    sniff,
    read,
    stream: None,
};

fn sniff(input: &Input) -> Confidence {
    let head = input.text.lines().next().unwrap_or_default().trim_end();
    let names = head.split(',').map(|name| name.trim_matches('"'));
    if names.eq(["Conversation", "Time", "Author", "Message"]) { Confidence::Certain } else { Confidence::No }
}

fn read(input: &Input) -> Result<Reading, Error> {
    let mut collected = Collected::new(input, &FORMAT, "messages");
    let mut talks: BTreeMap<usize, Talk> = BTreeMap::new();
    let mut numbers: BTreeMap<String, usize> = BTreeMap::new();
    let mut n_odd = 0;
    for row in records(input.text).into_iter().skip(1).rev() {
        let [title, time, author, message] = row.as_slice() else {
            n_odd += usize::from(row.iter().any(|field| !field.trim().is_empty()));
            continue;
        };
        let next = numbers.len();
        let number = *numbers.entry(title.clone()).or_insert(next);
        let talk = talks.entry(number).or_default();
        talk.title = Some(title.clone()).filter(|title| !title.trim().is_empty());
        talk.items.push(Item {
            author: Some(author.clone()),
            time: moment::read(time),
            text: message.clone(),
            ..Item::default()
        });
    }
    if n_odd > 0 {
        collected.warn(format!("rows without four fields skipped: {n_odd}"));
    }
    collected.push_all(talks.into_values());
    collected.finish()
}

/// The records of RFC 4180: fields in quotes may hold commas, line ends and doubled quotes.
fn records(text: &str) -> Vec<Vec<String>> {
    let mut records = Vec::new();
    let mut record = Vec::new();
    let mut field = String::new();
    let mut quoted = false;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' if quoted && characters.peek() == Some(&'"') => {
                characters.next();
                field.push('"');
            }
            '"' if quoted || field.is_empty() => quoted = !quoted,
            ',' if !quoted => record.push(std::mem::take(&mut field)),
            '\r' if !quoted => {}
            '\n' if !quoted => {
                record.push(std::mem::take(&mut field));
                records.push(std::mem::take(&mut record));
            }
            _ => field.push(character),
        }
    }
    if !field.is_empty() || !record.is_empty() {
        record.push(field);
        records.push(record);
    }
    records
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_in_quotes_hold_commas_and_lines() {
        assert_eq!(records("a,\"b,\r\nc\"\"d\"\r\n,e"), [["a", "b,\r\nc\"d"], ["", "e"]]);
    }
}
