//! When a call goes out again: only while nothing has arrived, and not for long.

use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;

use super::Error;
use crate::net;

/// How long a call waits and how often it tries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// The longest silence before the first word of an answer.
    pub first_word: Duration,
    /// The longest silence after it.
    pub idle: Duration,
    /// How many times a call goes out again.
    pub n_retries: u32,
    /// The pause before the first retry, doubled for each further one.
    pub first_pause: Duration,
    /// The longest pause that a server may ask for; a longer one is not waited out.
    pub longest_pause: Duration,
}

impl Patience {
    /// 300 s for a model that thinks before it speaks, 60 s between words, two retries.
    pub const STANDARD: Self = Self {
        first_word: Duration::from_mins(5),
        idle: Duration::from_mins(1),
        n_retries: 2,
        first_pause: Duration::from_millis(500),
        longest_pause: Duration::from_mins(2),
    };

    /// The pause before the next attempt after `n_retried` retries; `None` if there is none.
    pub fn pause(&self, error: &Error, n_retried: u32) -> Option<Duration> {
        let asked = match error {
            Error::Unreached { source: net::Error::Connect { .. }, .. } => None,
            // An empty purse answers 429 too, and stays empty.
            Error::Status { failure, .. } if failure.code.as_deref() == Some("insufficient_quota") => return None,
            Error::Status { status: 408 | 409 | 429 | 500..=599, retry_after, .. } => *retry_after,
            _ => return None,
        };
        let backoff = self.first_pause.saturating_mul(2_u32.saturating_pow(n_retried));
        let pause = asked.unwrap_or(backoff);
        (n_retried < self.n_retries && pause <= self.longest_pause).then_some(pause)
    }
}

/// How long a server asks to wait, by its headers.
pub(super) fn asked(response: &net::Response) -> Option<Duration> {
    hint(response.header("retry-after-ms"), response.header("retry-after"), response.header("date"))
}

/// An HTTP date is compared with the response's own, so that clocks need not agree.
fn hint(after_ms: Option<&str>, after: Option<&str>, date: Option<&str>) -> Option<Duration> {
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
    use crate::send::Failure;

    #[test]
    fn a_hint_is_read_from_seconds_milliseconds_and_dates() {
        let now = Some("Sun, 06 Nov 1994 08:49:37 GMT");
        let check = |after_ms: Option<&str>, after: Option<&str>, date: Option<&str>, expected: Option<u64>| {
            let read = hint(after_ms, after, date).map(|pause| pause.as_millis());
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

    #[test]
    fn only_what_may_pass_is_tried_again() {
        let origin = || "https://h".to_owned();
        let status = |status: u16, seconds: Option<u64>, code: Option<&str>| Error::Status {
            origin: origin(),
            status,
            failure: Box::new(Failure { code: code.map(str::to_owned), ..Failure::default() }),
            retry_after: seconds.map(Duration::from_secs),
            request_id: None,
        };
        let check = |error: Error, n_retried: u32, expected: Option<u64>| {
            let pause = Patience::STANDARD.pause(&error, n_retried).map(|pause| pause.as_millis());
            assert_eq!(pause, expected.map(u128::from), "{error:?} {n_retried}");
        };
        for code in [408, 409, 429, 500, 502, 503, 504, 529] {
            check(status(code, None, None), 0, Some(500));
            check(status(code, None, None), 1, Some(1000));
            check(status(code, None, None), 2, None);
        }
        for code in [400, 401, 402, 403, 404, 413, 422] {
            check(status(code, Some(1), None), 0, None);
        }
        check(status(429, Some(120), None), 1, Some(120_000));
        check(status(429, Some(121), None), 0, None);
        check(status(429, Some(1), Some("insufficient_quota")), 0, None);
        check(
            Error::Unreached { origin: origin(), source: net::Error::Broken { origin: origin(), source: None } },
            0,
            None,
        );
        check(Error::Silent { origin: origin(), waited: Duration::ZERO }, 0, None);
    }
}
