//! Numbers of cells as their formats show them: days, spans of time, plain numbers.

use jiff::civil::Date;
use jiff::{SignedDuration, ToSpan};

/// What a cell format makes of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Shape {
    #[default]
    Number,
    /// A day, a time, or both.
    Date,
    /// A span of time: its largest unit, which may be any number, and whether smaller ones are shown.
    Span { unit: Unit, minutes: bool, seconds: bool },
}

/// The largest unit of a span of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    Hours,
    Minutes,
    Seconds,
}

/// The formats that every book has, by their numbers (ECMA-376 part 1, 18.8.30).
pub(super) fn built_in(id: usize) -> Shape {
    match id {
        46 => Shape::Span { unit: Unit::Hours, minutes: true, seconds: true },
        14..=22 | 27..=36 | 45 | 47 | 50..=58 => Shape::Date,
        _ => Shape::Number,
    }
}

/// What a format code shows: letters of dates outside of quotes and brackets, or a unit in brackets.
pub(super) fn shape(code: &str) -> Shape {
    let mut letters = String::new();
    let mut unit = None;
    let mut rest = code.chars();
    while let Some(c) = rest.next() {
        match c {
            '"' => drop(rest.by_ref().find(|c| *c == '"')),
            '\\' => drop(rest.next()),
            '[' => {
                let inside: String = rest.by_ref().take_while(|c| *c != ']').collect();
                unit = unit.or(match inside.to_ascii_lowercase().as_str() {
                    "h" | "hh" => Some(Unit::Hours),
                    "m" | "mm" => Some(Unit::Minutes),
                    "s" | "ss" => Some(Unit::Seconds),
                    _ => None,
                });
            }
            c => letters.push(c.to_ascii_lowercase()),
        }
    }
    match unit {
        Some(unit) => Shape::Span {
            unit,
            minutes: letters.contains('m') && unit == Unit::Hours,
            seconds: letters.contains('s') && unit != Unit::Seconds,
        },
        None if letters.contains(['y', 'd', 'h', 's']) => Shape::Date,
        None => Shape::Number,
    }
}

/// A number in a shape; `written` is how the file has it.
pub(super) fn shown(shape: Shape, number: f64, written: &str, from_1904: bool) -> String {
    let told = match shape {
        Shape::Number => None,
        Shape::Date => date(number, from_1904),
        Shape::Span { unit, minutes, seconds } => span(number, unit, minutes, seconds),
    };
    told.unwrap_or_else(|| plain(number, written))
}

/// A span of so many days.
fn span(days: f64, unit: Unit, minutes: bool, seconds: bool) -> Option<String> {
    if !(-3_000_000.0..3_000_000.0).contains(&days) {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, reason = "the range is checked above")]
    let total = (days * 86_400.0).round() as i64;
    let sign = if total < 0 { "-" } else { "" };
    let total = total.abs();
    let mut out = match unit {
        Unit::Hours => format!("{sign}{}", total / 3600),
        Unit::Minutes => format!("{sign}{}", total / 60),
        Unit::Seconds => format!("{sign}{total}"),
    };
    if minutes {
        out += &format!(":{:02}", total / 60 % 60);
    }
    if seconds {
        out += &format!(":{:02}", total % 60);
    }
    Some(out)
}

/// The day and time that a number of days stands for (18.17.4).
fn date(days: f64, from_1904: bool) -> Option<String> {
    if !(0.0..3_000_000.0).contains(&days) {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, reason = "the range is checked above")]
    let (whole, seconds) = (days.floor() as i64, ((days - days.floor()) * 86_400.0).round() as i64);
    let first = match (from_1904, whole) {
        (true, _) => Date::constant(1904, 1, 1),
        // Day 60 is a 29 February that never was.
        (false, ..60) => Date::constant(1899, 12, 31),
        (false, _) => Date::constant(1899, 12, 30),
    };
    let at =
        first.checked_add(whole.days()).ok()?.at(0, 0, 0, 0).checked_add(SignedDuration::from_secs(seconds)).ok()?;
    let time = if at.second() == 0 { at.strftime("%H:%M") } else { at.strftime("%H:%M:%S") }.to_string();
    Some(match (whole, seconds) {
        (0, _) => time,
        (_, 0) => at.date().to_string(),
        _ => format!("{} {time}", at.date()),
    })
}

/// A number without the noise of its last binary digits.
fn plain(number: f64, written: &str) -> String {
    if written.len() <= 15 && !written.contains(['e', 'E']) {
        return written.to_owned();
    }
    let rounded: f64 = format!("{number:.14e}").parse().unwrap_or(number);
    rounded.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_shown_as_their_formats_say() {
        for (code, number, expected) in [
            ("General", 1.5, "1.5"),
            ("0.00", 2.0, "2"),
            ("[Red]0", 7.0, "7"),
            ("\"days\" 0", 7.0, "7"),
            ("\\d 0", 7.0, "7"),
            ("yyyy-mm-dd", 45000.0, "2023-03-15"),
            ("dd/mm/yyyy hh:mm", 45000.5, "2023-03-15 12:00"),
            ("[$-409]h:mm AM/PM", 0.25, "06:00"),
            ("[h]:mm:ss", 30.25 / 24.0, "30:15:00"),
            ("[hh]:mm", 30.25 / 24.0, "30:15"),
            ("[mm]:ss", 1.0 / 24.0, "60:00"),
            ("[s]", 1.0 / 1440.0, "60"),
            ("[h]:mm:ss", -0.5, "-12:00:00"),
            ("[h]:mm:ss", 1e9, "1000000000"),
        ] {
            assert_eq!(shown(shape(code), number, &number.to_string(), false), expected, "{code}");
        }
        assert_eq!(built_in(46), shape("[h]:mm:ss"));
        assert_eq!(shown(Shape::Number, 0.300_000_000_000_000_04, "0.30000000000000004", false), "0.3");
    }

    #[test]
    fn days_are_counted_from_1900() {
        for (days, expected) in [(1.0, "1900-01-01"), (59.0, "1900-02-28"), (61.0, "1900-03-01"), (0.25, "06:00")] {
            assert_eq!(date(days, false).as_deref(), Some(expected));
        }
        assert_eq!(date(1.0, true).as_deref(), Some("1904-01-02"));
    }
}
