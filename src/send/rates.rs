//! What a server still grants within its limits, by the headers of an answer.

use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;

use crate::net::Response;

/// What is left of a server's limits; absent is untold.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rates {
    /// Requests.
    pub requests: Option<Left>,
    /// Tokens of questions.
    pub tokens: Option<Left>,
}

/// What is left, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Left {
    /// So many.
    pub n: u64,
    /// After this there are more.
    pub reset: Duration,
}

impl Rates {
    /// Whether nothing is told.
    pub fn is_silent(&self) -> bool {
        *self == Self::default()
    }

    /// What a response tells: OpenAI's `x-ratelimit-*` with durations, Anthropic's with moments.
    pub(super) fn told(response: &Response) -> Self {
        let header = |name: &str| response.header(name);
        let date = header("date").and_then(|text| DateTimeParser::new().parse_timestamp(text.trim()).ok());
        let openai = |what: &str| {
            let n = header(&format!("x-ratelimit-remaining-{what}"))?.trim().parse().ok()?;
            Some(Left { n, reset: duration(header(&format!("x-ratelimit-reset-{what}"))?)? })
        };
        let anthropic = |what: &str| {
            let n = header(&format!("anthropic-ratelimit-{what}-remaining"))?.trim().parse().ok()?;
            let moment: Timestamp = header(&format!("anthropic-ratelimit-{what}-reset"))?.trim().parse().ok()?;
            // Compared with the response's own date, so that clocks need not agree.
            let reset = Duration::try_from(moment.duration_since(date?)).unwrap_or_default();
            Some(Left { n, reset })
        };
        let tokens = [openai("tokens"), anthropic("input-tokens"), anthropic("tokens")];
        Self {
            requests: openai("requests").or_else(|| anthropic("requests")),
            tokens: tokens.into_iter().flatten().min_by_key(|left| left.n),
        }
    }
}

/// `6m0s`, `1.5s`, `20ms`, `1h2m3s`, or seconds.
fn duration(text: &str) -> Option<Duration> {
    let mut rest = text.trim();
    if let Ok(seconds) = rest.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let mut sum = Duration::ZERO;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').filter(|at| *at > 0)?;
        let (number, unit) = rest.split_at(digits);
        let end = unit.find(|c: char| c.is_ascii_digit()).unwrap_or(unit.len());
        let (unit, after) = unit.split_at(end);
        let factor = match unit {
            "ms" => 0.001,
            "s" => 1.0,
            "m" => 60.0,
            "h" => 3600.0,
            "d" => 86_400.0,
            _ => return None,
        };
        sum = sum.checked_add(Duration::try_from_secs_f64(number.parse::<f64>().ok()? * factor).ok()?)?;
        rest = after;
    }
    Some(sum)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::{Recorded, Replay, Transport};
    use crate::send::sample;

    #[test]
    fn durations_are_read_as_servers_write_them() {
        let check = |text: &str, ms: Option<u128>| {
            assert_eq!(duration(text).map(|time| time.as_millis()), ms, "{text}");
        };
        for (text, ms) in
            [("6m0s", 360_000), ("1.5s", 1500), ("20ms", 20), ("1h2m3s", 3_723_000), ("7", 7000), ("0s", 0)]
        {
            check(text, Some(ms));
        }
        for text in ["s", "1x", "soon", "-1s", "1m-2s", "1e400s"] {
            check(text, None);
        }
    }

    fn check(headers: &[(&str, &str)], requests: Option<(u64, u64)>, tokens: Option<(u64, u64)>) {
        let recorded = headers
            .iter()
            .fold(Recorded::new(200, "text/plain", [[]; 0] as [[u8; 0]; 0]), |recorded, (name, value)| {
                recorded.with_header(name, value)
            });
        let prompt = sample::prompt("m", sample::TALK);
        let request = (super::super::PROTOCOLS[0].encode)(&prompt, &sample::endpoint("http://127.0.0.1:1/v1"));
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let response = runtime.block_on(Replay::new(vec![recorded]).send(&request)).expect("a response");
        let left = |(n, seconds)| Left { n, reset: Duration::from_secs(seconds) };
        assert_eq!(Rates::told(&response), Rates { requests: requests.map(left), tokens: tokens.map(left) });
    }

    #[test]
    fn both_families_of_headers_are_read() {
        check(&[], None, None);
        check(
            &[
                ("x-ratelimit-remaining-requests", "59"),
                ("x-ratelimit-reset-requests", "1s"),
                ("x-ratelimit-remaining-tokens", "149984"),
                ("x-ratelimit-reset-tokens", "6m0s"),
            ],
            Some((59, 1)),
            Some((149_984, 360)),
        );
        check(
            &[
                ("date", "Thu, 01 Jan 2026 00:00:00 GMT"),
                ("anthropic-ratelimit-requests-remaining", "4"),
                ("anthropic-ratelimit-requests-reset", "2026-01-01T00:00:07Z"),
                ("anthropic-ratelimit-tokens-remaining", "9000"),
                ("anthropic-ratelimit-tokens-reset", "2026-01-01T00:01:00Z"),
                ("anthropic-ratelimit-input-tokens-remaining", "8000"),
                ("anthropic-ratelimit-input-tokens-reset", "2025-12-31T00:00:00Z"),
            ],
            Some((4, 7)),
            Some((8000, 0)),
        );
        check(&[("x-ratelimit-remaining-requests", "many"), ("x-ratelimit-reset-requests", "1s")], None, None);
        check(&[("anthropic-ratelimit-requests-remaining", "4")], None, None);
    }
}
