//! Moments as exports write them, made RFC 3339.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, fmt};

use super::tape::Json;
use crate::content;

/// The moment of a value: seconds, milliseconds or microseconds since 1970, or a text.
pub(crate) fn moment(value: Json) -> Option<String> {
    match value.number() {
        Some(number) => since_1970(number),
        None => read(value.words()?),
    }
}

/// The moment of a value to the millisecond, where it names one.
#[expect(clippy::cast_possible_truncation, reason = "the range is checked first")]
pub(crate) fn exact(value: Json) -> Option<content::Timestamp> {
    let milliseconds = match value.number() {
        Some(number) => (seconds_since_1970(number)? * 1000.0).round() as i64,
        None => return told(value.words()?),
    };
    Some(content::Timestamp(milliseconds))
}

/// The moment that a text names; one without a zone is taken for one in UTC, as programs write it.
pub(crate) fn told(text: &str) -> Option<content::Timestamp> {
    let text = text.trim();
    let utc = || Some(text.parse::<DateTime>().ok()?.to_zoned(TimeZone::UTC).ok()?.timestamp());
    let moment = text.parse::<Timestamp>().ok().or_else(utc)?;
    Some(content::Timestamp(moment.as_millisecond()))
}

/// A number since 1970, its unit told by its size.
#[expect(clippy::cast_possible_truncation, reason = "the range is checked first")]
pub(crate) fn since_1970(number: f64) -> Option<String> {
    let seconds = seconds_since_1970(number)?;
    Timestamp::from_second(seconds.floor() as i64).ok().map(|moment| moment.to_string())
}

fn seconds_since_1970(number: f64) -> Option<f64> {
    let seconds = [1e3, 1e6, 1e9].into_iter().fold(number, |seconds, unit| {
        // No export is from after the year 5138 or from before 1966.
        if seconds.abs() > 1e11 { number / unit } else { seconds }
    });
    (number != 0.0 && (-1e8..1e11).contains(&seconds)).then_some(seconds)
}

/// A whole second since 1970.
pub(crate) fn of_second(second: i64) -> Option<String> {
    Timestamp::from_second(second).ok().map(|moment| moment.to_string())
}

/// The second since 1970 of a moment as X writes it: `Sat Nov 09 12:14:18 +0000 2024`, or in RFC 3339.
pub(crate) fn second(text: &str) -> Option<i64> {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let number = |from: usize, to: usize| text.get(from..to)?.parse::<i16>().ok();
    let small = |from: usize| number(from, from + 2).and_then(|n| i8::try_from(n).ok());
    let x = || {
        let month = MONTHS.iter().zip(1_i8..).find(|(name, _)| text.get(4..7) == Some(name))?.1;
        let utc = text.get(19..26) == Some(" +0000 ") && text.len() == 30;
        let moment = DateTime::new(number(26, 30)?, month, small(8)?, small(11)?, small(14)?, small(17)?, 0).ok()?;
        utc.then(|| moment.to_zoned(TimeZone::UTC).ok()).flatten().map(|zoned| zoned.timestamp())
    };
    x().or_else(|| read(text)?.parse().ok()).map(Timestamp::as_second)
}

/// A moment in one of the ways that exports write it; as it stands where it is in none of them.
pub(crate) fn read(text: &str) -> Option<String> {
    let text = text.trim();
    let utc = |moment: Timestamp| format!("{moment:.0}");
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Some(utc(moment));
    }
    if let Ok(local) = text.parse::<DateTime>() {
        return Some(format!("{local:.0}"));
    }
    // X: `Sat Nov 09 12:14:18 +0000 2024`.
    if let Ok(zoned) = jiff::Zoned::strptime("%a %b %d %H:%M:%S %z %Y", text) {
        return Some(utc(zoned.timestamp()));
    }
    if let Ok(zoned) = fmt::rfc2822::parse(text) {
        return Some(utc(zoned.timestamp()));
    }
    (!text.is_empty()).then(|| text.to_owned())
}

/// The day of a moment in RFC 3339.
pub(crate) fn day(moment: &str) -> Option<&str> {
    let day = moment.get(..10)?;
    let plain =
        day.bytes().enumerate().all(|(i, byte)| if matches!(i, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() });
    plain.then_some(day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_as_exports_write_them() {
        for (text, expected) in [
            ("Sat Nov 09 12:14:18 +0000 2024", "2024-11-09T12:14:18Z"),
            ("2026-06-07T02:27:26.000-05:00", "2026-06-07T07:27:26Z"),
            ("2023-10-13T14:58:50.000Z", "2023-10-13T14:58:50Z"),
            ("2026-07-26T23:21:40", "2026-07-26T23:21:40"),
            ("Fri, 21 Nov 1997 09:55:06 -0600", "1997-11-21T15:55:06Z"),
            ("yesterday", "yesterday"),
        ] {
            assert_eq!(read(text).as_deref(), Some(expected));
            assert_eq!(second(text), expected.parse().ok().map(Timestamp::as_second));
        }
        for (number, expected) in [
            (1_756_000_000.5, Some("2025-08-24T01:46:40Z")),
            (1_756_000_000_500.0, Some("2025-08-24T01:46:40Z")),
            (1_756_000_000_500_000.0, Some("2025-08-24T01:46:40Z")),
            (0.0, None),
            (1e300, None),
        ] {
            assert_eq!(since_1970(number).as_deref(), expected);
        }
        assert_eq!(day("2024-11-09T12:14:18Z"), Some("2024-11-09"));
        assert_eq!(day("é024-11-09T"), None);
    }
}
