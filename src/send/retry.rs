//! When a call goes out again: only while nothing has arrived, and not for long.

use std::time::Duration;

use super::Error;
use crate::content::Digest;
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
    /// The longest pause before the first retry, doubled for each further one.
    pub first_pause: Duration,
    /// The longest pause that nobody asked for.
    pub longest_backoff: Duration,
    /// The longest pause that a server may ask for; a longer one is not waited out.
    pub longest_pause: Duration,
    /// Draws a place in each pause, so that callers which failed together do not come back together.
    pub draw: u64,
}

impl Patience {
    /// 300 s for a model that thinks before it speaks, 60 s between words, four retries after whole pauses.
    pub const STANDARD: Self = Self {
        first_word: Duration::from_mins(5),
        idle: Duration::from_mins(1),
        n_retries: 4,
        first_pause: Duration::from_millis(500),
        longest_backoff: Duration::from_secs(8),
        longest_pause: Duration::from_mins(2),
        draw: u64::MAX,
    };

    /// The same with another draw, any number.
    #[must_use]
    pub fn drawing(self, draw: u64) -> Self {
        Self { draw, ..self }
    }

    /// The pause before the next attempt after `n_retried` retries; `None` if there is none.
    ///
    /// A pause that the server asks for is lengthened by up to a tenth, any other one is drawn between
    /// nothing and the whole of it.
    pub fn pause(&self, error: &Error, n_retried: u32) -> Option<Duration> {
        let asked = match error {
            Error::Unreached { source: net::Error::Connect { .. }, .. } => None,
            // An empty purse answers 429 too, and stays empty.
            error if error.is_unpaid() => return None,
            Error::Status { status: 408 | 409 | 429 | 500..=599, retry_after, failure, .. } => {
                retry_after.or(failure.retry_after)
            }
            _ => return None,
        };
        // A server that is not running seldom starts within seconds.
        let is_absent = matches!(error, Error::Unreached { .. });
        let most = if is_absent { self.n_retries.min(2) } else { self.n_retries };
        if n_retried >= most || asked.is_some_and(|asked| asked > self.longest_pause) {
            return None;
        }
        let backoff = self.first_pause.saturating_mul(2_u32.saturating_pow(n_retried)).min(self.longest_backoff);
        Some(match asked {
            Some(asked) if self.draw == u64::MAX => asked,
            Some(asked) => asked + self.drawn(asked / 10, n_retried),
            None => self.drawn(backoff, n_retried),
        })
    }

    /// A place between nothing and `whole`, another one for each retry.
    fn drawn(&self, whole: Duration, n_retried: u32) -> Duration {
        if self.draw == u64::MAX {
            return whole;
        }
        let seed = [self.draw.to_le_bytes().as_slice(), &n_retried.to_le_bytes()].concat();
        let thousandths =
            Digest::of(&seed).as_bytes().iter().take(4).fold(0_u32, |sum, byte| (sum * 31 + u32::from(*byte)) % 1001);
        whole * thousandths / 1000
    }
}

/// How long a server asks to wait, by its headers.
pub(super) fn asked(response: &net::Response) -> Option<Duration> {
    net::pause(response.header("retry-after-ms"), response.header("retry-after"), response.header("date"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::send::Failure;

    #[test]
    fn a_pause_is_drawn_within_its_law() {
        let origin = || "https://h".to_owned();
        let down = |retry_after| Error::Status {
            origin: origin(),
            status: 503,
            failure: Box::default(),
            retry_after,
            request_id: None,
        };
        let mut seen = Vec::new();
        for draw in 0..200 {
            let patience = Patience { n_retries: 9, ..Patience::STANDARD }.drawing(draw);
            for n_retried in 0..9 {
                let whole = Duration::from_millis(500 << n_retried).min(Duration::from_secs(8));
                let pause = patience.pause(&down(None), n_retried).expect("another attempt");
                assert!(pause <= whole, "{pause:?} {n_retried}");
                seen.push(pause.as_secs_f64() / whole.as_secs_f64());
                let hinted = patience.pause(&down(Some(Duration::from_secs(20))), n_retried).expect("another attempt");
                assert!((20.0..=22.0).contains(&hinted.as_secs_f64()), "{hinted:?}");
            }
        }
        let mean = seen.iter().sum::<f64>() / 1800.0;
        assert!((0.45..0.55).contains(&mean), "{mean}");
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
            check(status(code, None, None), 3, Some(4000));
            check(status(code, None, None), 4, None);
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
