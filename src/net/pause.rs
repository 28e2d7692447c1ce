//! How long a server asks to be left alone.

use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;

/// The pause that the headers `retry-after-ms`, `retry-after` and `date` ask for.
///
/// An HTTP date is compared with the response's own, so that clocks need not agree.
pub fn pause(after_ms: Option<&str>, after: Option<&str>, date: Option<&str>) -> Option<Duration> {
    let number = |text: &str, unit: f64| {
        let seconds = text.trim().parse::<f64>().ok()? * unit;
        Duration::try_from_secs_f64(seconds).ok()
    };
    let moment = |text: &str| -> Option<Timestamp> { DateTimeParser::new().parse_timestamp(text.trim()).ok() };
    let until = |text: &str| Duration::try_from(moment(text)?.duration_since(moment(date?)?)).ok();
    after_ms
        .and_then(|text| number(text, 0.001))
        .or_else(|| after.and_then(|text| number(text, 1.0).or_else(|| until(text))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_is_read_from_seconds_milliseconds_and_dates() {
        let now = Some("Sun, 06 Nov 1994 08:49:37 GMT");
        let check = |after_ms: Option<&str>, after: Option<&str>, date: Option<&str>, expected: Option<u64>| {
            let read = pause(after_ms, after, date).map(|pause| pause.as_millis());
            assert_eq!(read, expected.map(u128::from), "{after_ms:?} {after:?} {date:?}");
        };
        check(None, None, now, None);
        check(None, Some("20"), None, Some(20_000));
        check(None, Some(" 1.5 "), None, Some(1500));
        check(Some("250"), Some("20"), None, Some(250));
        check(Some("soon"), Some("20"), None, Some(20_000));
        check(None, Some("Sun, 06 Nov 1994 08:50:07 GMT"), now, Some(30_000));
        check(None, Some("Sun, 06 Nov 1994 08:50:07 GMT"), None, None);
        for odd in ["-1", "NaN", "inf", "1e300", "", "Sun, 06 Nov 1994 08:49:36 GMT", "tomorrow"] {
            check(None, Some(odd), now, None);
        }
    }
}
