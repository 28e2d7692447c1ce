//! Moments and spans of time as people write them.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::content::Timestamp;

/// Milliseconds of `30d`, `12h`, `90m`, `45s` or `2w`.
pub(super) fn span(text: &str) -> Result<i64, String> {
    let refuse = || format!("not a span of time: {text} (write 30d, 12h, 90m or 2w)");
    let unit = match text.chars().next_back() {
        Some('s') => 1_000,
        Some('m') => 60_000,
        Some('h') => 3_600_000,
        Some('d') => 86_400_000,
        Some('w') => 604_800_000,
        _ => return Err(refuse()),
    };
    let digits = &text[..text.len() - 1];
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let number: i64 = if is_number { digits.parse().map_err(|_| refuse())? } else { return Err(refuse()) };
    number.checked_mul(unit).ok_or_else(refuse)
}

/// A moment: so long before `now` (`2h`, `30d`), a day, a minute (both in UTC), or RFC 3339.
pub(super) fn moment(text: &str, now: Timestamp) -> Result<Timestamp, String> {
    if let Ok(ago) = span(text) {
        return Ok(Timestamp(now.0.saturating_sub(ago)));
    }
    let utc = |moment: DateTime| moment.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp());
    let found = text.parse::<jiff::Timestamp>().ok().or_else(|| text.parse::<DateTime>().ok().and_then(utc));
    found
        .map(|moment| Timestamp(moment.as_millisecond()))
        .ok_or_else(|| format!("not a time: {text} (write 2h, 30d, 2026-01-31 or 2026-01-31T08:00:00Z)"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_as_people_write_them() {
        let now = Timestamp(1_760_000_000_000);
        for (text, expected) in [
            ("0s", now.0),
            ("2h", now.0 - 7_200_000),
            ("30d", now.0 - 2_592_000_000),
            ("1w", now.0 - 604_800_000),
            ("2025-10-09", 1_759_968_000_000),
            ("2025-10-09T08:53:20Z", now.0),
            ("2025-10-09 08:53:20", now.0),
            ("2025-10-09T10:53:20+02:00", now.0),
        ] {
            assert_eq!(moment(text, now), Ok(Timestamp(expected)), "{text}");
        }
        for text in ["", "d", "-1d", "yesterday", "2025-13-01", "5", "9999999999999999999d", "\u{661}d"] {
            assert!(moment(text, now).is_err(), "{text}");
        }
    }
}
