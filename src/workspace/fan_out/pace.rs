//! How fast one server may be asked: what its headers leave, and when it asked to be left alone.

use crate::content::Timestamp;
use crate::send::{Left, Rates};

/// What one server grants. Time comes in as a value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Pace {
    /// Nothing goes out before.
    held: Option<Timestamp>,
    requests: Option<Grant>,
    tokens: Option<Grant>,
    /// Requests that are out and have not told anything yet, and their tokens.
    unheard: (u64, u64),
}

/// So many until then; afterwards nobody knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Grant {
    n: u64,
    until: Timestamp,
}

impl Pace {
    /// Whether a question of so many tokens may go out, or when to look again.
    pub(super) fn ready(&self, n_tokens: u64, now: Timestamp) -> Result<(), Timestamp> {
        if let Some(held) = self.held.filter(|held| *held > now) {
            return Err(held);
        }
        let spent = |grant: &&Grant, wanted: u64| grant.until > now && grant.n < wanted;
        let requests = self.requests.as_ref().filter(|grant| spent(grant, 1));
        // A question larger than all that there ever is must be tried.
        let tokens = self.tokens.as_ref().filter(|grant| spent(grant, n_tokens) && self.unheard.0 + grant.n > 0);
        match requests.into_iter().chain(tokens).map(|grant| grant.until).max() {
            Some(until) => Err(until),
            None => Ok(()),
        }
    }

    /// A question went out.
    pub(super) fn take(&mut self, n_tokens: u64) {
        self.unheard = (self.unheard.0 + 1, self.unheard.1 + n_tokens);
        for (grant, n) in [(&mut self.requests, 1), (&mut self.tokens, n_tokens)] {
            if let Some(grant) = grant {
                grant.n = grant.n.saturating_sub(n);
            }
        }
    }

    /// Its answer began, or never will; what it tells counts without those that are still out.
    pub(super) fn hear(&mut self, n_tokens: u64, rates: &Rates, now: Timestamp) {
        self.unheard = (self.unheard.0.saturating_sub(1), self.unheard.1.saturating_sub(n_tokens));
        let grant = |left: Left, out: u64| Grant {
            n: left.n.saturating_sub(out),
            until: Timestamp(now.0.saturating_add(i64::try_from(left.reset.as_millis()).unwrap_or(i64::MAX))),
        };
        if let Some(left) = rates.requests {
            self.requests = Some(grant(left, self.unheard.0));
        }
        if let Some(left) = rates.tokens {
            self.tokens = Some(grant(left, self.unheard.1));
        }
    }

    /// The server asked for a pause.
    pub(super) fn hold(&mut self, until: Timestamp) {
        self.held = self.held.max(Some(until));
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn rates(requests: Option<(u64, u64)>, tokens: Option<(u64, u64)>) -> Rates {
        let left = |(n, seconds)| Left { n, reset: Duration::from_secs(seconds) };
        Rates { requests: requests.map(left), tokens: tokens.map(left) }
    }

    #[test]
    fn a_server_that_tells_nothing_is_asked_at_once() {
        let mut pace = Pace::default();
        for _ in 0..100 {
            assert_eq!(pace.ready(100_000, Timestamp(0)), Ok(()));
            pace.take(100_000);
        }
    }

    #[test]
    fn nobody_asks_more_than_is_left() {
        let mut pace = Pace::default();
        pace.take(100);
        pace.hear(100, &rates(Some((2, 10)), Some((250, 20))), Timestamp(0));
        assert_eq!(pace.ready(100, Timestamp(0)), Ok(()));
        pace.take(100);
        assert_eq!(pace.ready(100, Timestamp(0)), Ok(()));
        pace.take(100);
        assert_eq!(pace.ready(10, Timestamp(0)), Err(Timestamp(10_000)));
        assert_eq!(pace.ready(100, Timestamp(10_000)), Err(Timestamp(20_000)));
        assert_eq!(pace.ready(100, Timestamp(20_000)), Ok(()));
        // One of the two tells what was left before the other was counted.
        pace.hear(100, &rates(Some((2, 10)), None), Timestamp(1000));
        assert_eq!(pace.ready(10, Timestamp(1000)), Ok(()));
        pace.take(10);
        assert_eq!(pace.ready(10, Timestamp(1000)), Err(Timestamp(11_000)));
    }

    #[test]
    fn one_pause_holds_everybody() {
        let mut pace = Pace::default();
        pace.hold(Timestamp(5000));
        pace.hold(Timestamp(3000));
        assert_eq!(pace.ready(1, Timestamp(4999)), Err(Timestamp(5000)));
        assert_eq!(pace.ready(1, Timestamp(5000)), Ok(()));
    }

    #[test]
    fn a_question_larger_than_the_limit_is_tried_when_nothing_is_out() {
        let mut pace = Pace::default();
        pace.take(500);
        pace.hear(500, &rates(None, Some((0, 60))), Timestamp(0));
        assert_eq!(pace.ready(500, Timestamp(0)), Ok(()));
    }
}
