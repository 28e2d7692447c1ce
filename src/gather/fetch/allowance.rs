//! How long one link may take in all: every try, every address that it leads to, every pause.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, timeout};

use super::Error;
use crate::net::Url;
use crate::net::guard::{self, Fault};

/// What is left of a link's time; waiting for its turn at a host takes nothing of it.
#[derive(Debug)]
pub(super) struct Allowance {
    limit: Duration,
    left: Mutex<Duration>,
}

impl Allowance {
    /// All of the time; without a limit there is always more.
    pub(super) fn new(limit: Option<Duration>) -> Self {
        let limit = limit.unwrap_or(Duration::MAX);
        Self { limit, left: Mutex::new(limit) }
    }

    /// Does what takes time, or stops it when there is none left.
    pub(super) async fn within<T>(
        &self,
        what: &'static str,
        url: &Url,
        work: impl Future<Output = Result<T, guard::Error>>,
    ) -> Result<T, Error> {
        let (left, begun) = (self.left(), Instant::now());
        let done = timeout(left, work).await;
        self.spend(begun.elapsed());
        let late = || Fault::Late { what, limit: self.limit }.of(url);
        Ok(done.map_err(|_| late())??)
    }

    /// Waits, unless the wait is longer than what is left.
    pub(super) async fn pause(&self, pause: Duration) -> bool {
        let is_over = pause >= self.left();
        if !is_over {
            tokio::time::sleep(pause).await;
            self.spend(pause);
        }
        !is_over
    }

    fn left(&self) -> Duration {
        *self.left.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn spend(&self, time: Duration) {
        let mut left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        *left = left.saturating_sub(time);
    }
}
