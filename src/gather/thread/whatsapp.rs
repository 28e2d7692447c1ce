//! WhatsApp and Signal chats as text.
//!
//! Read from samples of `joweich/chat-miner`, `mlomb/chat-analytics` and `lucasrodes/whatstk`. A
//! message begins with a moment in one of many forms, `date, time - name: words` or
//! `[date time] name: words`, and goes on for as many lines as it likes. Whether day or month comes
//! first is told by the whole file: a number above twelve is no month.

use super::collect::Collected;
use super::tree::{Item, State, Talk};
use crate::content::Kind;
use crate::gather::{Confidence, Error, Format, Input, Reading};

pub(crate) const FORMAT: Format = Format {
    name: "whatsapp",
    kind: Kind::Chat,
    about: "WhatsApp and Signal chats exported as text",
    extensions: &["txt"],
    sniff,
    read,
    stream: None,
};

/// Bytes of the longest moment.
const LONGEST: usize = 40;

fn sniff(input: &Input) -> Confidence {
    let lines = input.text.lines().filter(|line| !line.trim().is_empty());
    if lines.clone().next().and_then(Stamp::split).is_none() {
        return Confidence::No;
    }
    let stamped: Vec<&str> = lines.take(50).filter_map(Stamp::split).map(|(_, rest)| rest).collect();
    match stamped.iter().any(|rest| name_of(rest).is_some()) {
        true if stamped.len() > 1 => Confidence::Certain,
        true => Confidence::Likely,
        false => Confidence::No,
    }
}

/// The moment at the start of a line, its numbers not yet told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    date: [u16; 3],
    hour: u16,
    minute: u16,
    second: u16,
}

impl Stamp {
    /// The stamp of a line and what follows it.
    fn split(line: &str) -> Option<(Self, &str)> {
        let line = line.trim_start_matches(['\u{200e}', '\u{200f}', '\u{feff}']);
        let (inside, rest, bracketed) = match line.strip_prefix('[') {
            Some(line) => until(line, "]").map(|(inside, rest)| (inside, rest, true))?,
            None => until(line, " - ").map(|(inside, rest)| (inside, rest, false))?,
        };
        if bracketed && !rest.starts_with(' ') {
            return None;
        }
        let mut numbers: Vec<u16> = Vec::new();
        let mut number = String::new();
        for c in inside.chars().chain([' ']) {
            match c {
                '0'..='9' => number.push(c),
                '/' | '.' | '-' | ':' | ',' | ' ' | '\u{202f}' | '\u{a0}' => {
                    if !number.is_empty() {
                        numbers.push(std::mem::take(&mut number).parse().ok()?);
                    }
                }
                // a.m., PM
                'a' | 'A' | 'p' | 'P' | 'm' | 'M' if numbers.len() >= 4 || !number.is_empty() => {}
                _ => return None,
            }
        }
        let [first, second, third, hour, minute, seconds @ ..] = numbers.as_slice() else { return None };
        let afternoon = inside.contains(['p', 'P']);
        let morning = inside.contains(['a', 'A']);
        let hour = match hour % 12 {
            twelve if afternoon => twelve + 12,
            twelve if morning => twelve,
            _ => *hour,
        };
        let stamp = Self {
            date: [*first, *second, *third],
            hour,
            minute: *minute,
            second: seconds.first().copied().unwrap_or(0),
        };
        (seconds.len() < 2 && stamp.hour < 24 && stamp.minute < 60).then_some((stamp, rest.trim_start()))
    }

    fn time(self, order: DateOrder) -> String {
        let [first, second, third] = self.date;
        let (year, month, day) = match order {
            DateOrder::Year => (first, second, third),
            DateOrder::Day => (third, second, first),
            DateOrder::Month => (third, first, second),
        };
        let year = if year < 100 { year + 2000 } else { year };
        format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}", self.hour, self.minute, self.second)
    }
}

/// The moment in front of `mark`, if it is short enough to be one, and what follows.
fn until<'a>(line: &'a str, mark: &str) -> Option<(&'a str, &'a str)> {
    let head = &line.as_bytes()[..line.len().min(LONGEST + mark.len())];
    let at = memchr::memmem::find(head, mark.as_bytes())?;
    Some((&line[..at], &line[at + mark.len()..]))
}

/// Which number of a date comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum DateOrder {
    Year,
    Day,
    Month,
}

impl DateOrder {
    fn of(stamps: &[Stamp]) -> (Self, bool) {
        let any = |place: usize, above: u16| stamps.iter().any(|stamp| stamp.date[place] > above);
        match () {
            () if any(0, 31) => (Self::Year, true),
            () if any(0, 12) => (Self::Day, true),
            () if any(1, 12) => (Self::Month, true),
            // Nothing tells: in the order that makes the moments grow.
            () => {
                let grows =
                    |order: Self| stamps.windows(2).filter(|pair| pair[0].time(order) <= pair[1].time(order)).count();
                let (day, month) = (grows(Self::Day), grows(Self::Month));
                (if month > day { Self::Month } else { Self::Day }, month != day)
            }
        }
    }
}

/// Who speaks, and what: `Ada: words`.
fn name_of(rest: &str) -> Option<(&str, &str)> {
    let rest = rest.trim_start_matches(['\u{200e}', '\u{200f}']);
    let (name, words) = rest.split_once(": ").or_else(|| rest.split_once(':'))?;
    // A system line may quote a name with a colon in it, after words of its own.
    let is_name = !name.trim().is_empty() && name.chars().count() <= 80 && !name.contains('"');
    is_name.then_some((name.trim_start_matches('~').trim(), words))
}

fn read(input: &Input) -> Result<Reading, Error> {
    let mut collected = Collected::new(input, &FORMAT, "messages");
    let mut messages: Vec<(Stamp, String)> = Vec::new();
    let mut n_loose = 0;
    for line in input.text.lines() {
        match (Stamp::split(line), messages.last_mut()) {
            (Some((stamp, rest)), _) => messages.push((stamp, rest.to_owned())),
            (None, Some((_, text))) => *text += &format!("\n{line}"),
            (None, None) => n_loose += usize::from(!line.trim().is_empty()),
        }
    }
    if n_loose > 0 {
        collected.warn(format!("lines before the first message left out: {n_loose}"));
    }
    let (order, is_sure) = DateOrder::of(&messages.iter().map(|(stamp, _)| *stamp).collect::<Vec<_>>());
    if !is_sure && messages.len() > 1 {
        collected.note("nothing tells whether days or months come first in dates: read as days");
    }
    let items = messages.iter().map(|(stamp, text)| item(stamp.time(order), text)).collect();
    collected.push(Talk { items, ..Talk::default() });
    collected.finish()
}

fn item(time: String, text: &str) -> Item {
    let (first, more) = text.split_once('\n').map_or((text, None), |(first, more)| (first, Some(more)));
    let time = Some(time);
    let Some((name, words)) = name_of(first) else {
        return Item { time, text: text.to_owned(), state: State::Hidden("service messages"), ..Item::default() };
    };
    let words = words.trim_start_matches('\u{200e}');
    let words = match words {
        "<Media omitted>" => "[media]",
        _ => words,
    };
    let text = more.map_or_else(|| words.to_owned(), |more| format!("{words}\n{more}"));
    Item { author: Some(name.to_owned()), time, text: text.replace("<This message was edited>", ""), ..Item::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stamps_are_read_in_the_forms_that_phones_write() {
        for (line, time, rest) in [
            ("12/9/20, 23:55 - Bob: hi", "2020-09-12T23:55:00", "Bob: hi"),
            ("[12/9/20, 11:55:03\u{202f}PM] Bob: hi", "2020-09-12T23:55:03", "Bob: hi"),
            ("12.09.2020, 12:05 a.m. - Bob: hi", "2020-09-12T00:05:00", "Bob: hi"),
            ("\u{200e}[2019-12-24, 12:23] Jane", "2019-12-24T12:23:00", "Jane"),
        ] {
            let (stamp, found) = Stamp::split(line).unwrap();
            assert_eq!((stamp.time(DateOrder::of(&[stamp]).0).as_str(), found), (time, rest));
        }
        for line in
            ["[0:47] words", "1 - 2", "x 12/9/20, 23:55 - y", "[1:00:12](https://a.example) x", "12/9/20, 23:55 words"]
        {
            assert_eq!(Stamp::split(line), None, "{line}");
        }
    }
}
