//! Limits a minute, and the headers in which providers tell them.

use std::time::Duration;

use super::Wire;
use crate::content::Timestamp;

/// The window in which requests and tokens are counted.
const MINUTE: i64 = 60_000;

/// Counts what came within the last minute.
#[derive(Debug)]
pub(super) struct Meter {
    requests: Option<u64>,
    tokens: Option<u64>,
    taken: Vec<(i64, u64)>,
}

impl Meter {
    pub(super) fn new(requests: Option<u64>, tokens: Option<u64>) -> Self {
        Self { requests, tokens, taken: Vec::new() }
    }

    /// Counts a request in and says whether there are limits to tell, or how long to wait for the next.
    pub(super) fn take(&mut self, n_tokens: u64, now: Timestamp) -> Result<bool, Duration> {
        self.taken.retain(|(at, _)| now.0 - at < MINUTE);
        let (requests, tokens) = self.left();
        if requests == Some(0) || tokens.is_some_and(|left| left < n_tokens && !self.taken.is_empty()) {
            return Err(self.reset(now));
        }
        self.taken.push((now.0, n_tokens));
        Ok(self.requests.is_some() || self.tokens.is_some())
    }

    /// What is left of this minute's requests and tokens.
    fn left(&self) -> (Option<u64>, Option<u64>) {
        let n_requests = u64::try_from(self.taken.len()).unwrap_or(u64::MAX);
        let n_tokens: u64 = self.taken.iter().map(|(_, tokens)| tokens).sum();
        (
            self.requests.map(|most| most.saturating_sub(n_requests)),
            self.tokens.map(|most| most.saturating_sub(n_tokens)),
        )
    }

    /// How long until the oldest request leaves the window.
    fn reset(&self, now: Timestamp) -> Duration {
        let oldest = self.taken.first().map_or(now.0 - MINUTE, |(at, _)| *at);
        Duration::from_millis(u64::try_from(oldest + MINUTE - now.0).unwrap_or(0))
    }

    /// The headers, in the words of the protocol's provider; the others tell nothing.
    pub(super) fn headers(&self, wire: Wire, now: Timestamp) -> Vec<(&'static str, String)> {
        let (requests, tokens) = self.left();
        let reset = self.reset(now);
        let names = match wire {
            Wire::Chat | Wire::Responses => [
                ["x-ratelimit-limit-requests", "x-ratelimit-remaining-requests", "x-ratelimit-reset-requests"],
                ["x-ratelimit-limit-tokens", "x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens"],
            ],
            Wire::Messages => [
                [
                    "anthropic-ratelimit-requests-limit",
                    "anthropic-ratelimit-requests-remaining",
                    "anthropic-ratelimit-requests-reset",
                ],
                [
                    "anthropic-ratelimit-input-tokens-limit",
                    "anthropic-ratelimit-input-tokens-remaining",
                    "anthropic-ratelimit-input-tokens-reset",
                ],
            ],
            Wire::Gemini | Wire::Ollama => return Vec::new(),
        };
        let reset = match wire {
            Wire::Messages => Timestamp(now.0 + i64::try_from(reset.as_millis()).unwrap_or(0) + 999).to_string(),
            _ => format!("{}ms", reset.as_millis()),
        };
        let rows = [(self.requests, requests), (self.tokens, tokens)].into_iter().zip(names);
        let told = rows.filter_map(|((limit, left), names)| {
            let values = [limit?.to_string(), left?.to_string(), reset.clone()];
            Some(names.into_iter().zip(values))
        });
        told.flatten().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minute_has_its_requests_and_tokens() {
        let mut meter = Meter::new(Some(2), Some(1000));
        assert_eq!(meter.take(100, Timestamp(0)), Ok(true));
        let told = |meter: &Meter, wire, at| {
            let headers = meter.headers(wire, Timestamp(at));
            headers.into_iter().map(|(name, value)| format!("{name}: {value}")).collect::<Vec<_>>().join("\n")
        };
        insta::assert_snapshot!(told(&meter, Wire::Chat, 500) + "\n" + &told(&meter, Wire::Messages, 500));
        assert_eq!(meter.take(1000, Timestamp(1000)), Err(Duration::from_secs(59)));
        assert_eq!(meter.take(900, Timestamp(1000)), Ok(true));
        assert_eq!(meter.take(1, Timestamp(59_000)), Err(Duration::from_secs(1)));
        assert_eq!(meter.take(1, Timestamp(60_000)), Ok(true));
        assert_eq!(told(&meter, Wire::Ollama, 0), "");
        assert_eq!(Meter::new(None, None).take(1, Timestamp(0)), Ok(false));
    }
}
