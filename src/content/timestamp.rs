//! Moments as values; reading the clock is somebody else's job.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A moment: milliseconds since 1970-01-01T00:00:00Z, shown as RFC 3339 in UTC.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_millisecond(self.0) {
            Ok(moment) => write!(f, "{moment:.0}"),
            Err(_) => write!(f, "{} ms", self.0),
        }
    }
}

impl Timestamp {
    /// The moment to the millisecond, as programs write it: `2025-10-09T08:53:00.120Z`.
    pub fn millisecond(self) -> String {
        match jiff::Timestamp::from_millisecond(self.0) {
            Ok(moment) => format!("{moment:.3}"),
            Err(_) => self.to_string(),
        }
    }

    /// The minute in UTC, as tables show it: `2025-10-09 08:53`.
    pub fn minute(self) -> String {
        let shown = self.to_string();
        shown.get(..16).map_or(shown.clone(), |minute| minute.replace('T', " "))
    }
}

/// The mark of a second into a recording: `0:47`, `41:07`, `1:06:51`.
pub fn clock_mark(seconds: f64) -> String {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the positive range first")]
    let total = seconds.clamp(0.0, 1e9) as u64;
    let (hours, minutes, seconds) = (total / 3600, total / 60 % 60, total % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_and_marks_print_as_people_write_them() {
        assert_eq!(Timestamp(0).to_string(), "1970-01-01T00:00:00Z");
        assert_eq!(Timestamp(1_758_844_800_999).to_string(), "2025-09-26T00:00:00Z");
        assert_eq!(Timestamp(1_758_844_800_999).minute(), "2025-09-26 00:00");
        for (seconds, mark) in [(0.0, "0:00"), (47.9, "0:47"), (2467.0, "41:07"), (4011.0, "1:06:51"), (-3.0, "0:00")] {
            assert_eq!(clock_mark(seconds), mark);
        }
    }
}
