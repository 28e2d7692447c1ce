//! Fairness to hosts: a few requests to each at a time, none while it asks for a pause.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OnceCell, Semaphore, SemaphorePermit};
use tokio::time::{Instant, sleep_until};

use super::robots::Rules;

/// The hosts of one run.
pub(super) struct Hosts {
    per_host: usize,
    known: Mutex<BTreeMap<String, Arc<Host>>>,
    everywhere: Semaphore,
}

/// One host, by origin.
pub(super) struct Host {
    slots: Semaphore,
    rests_until: Mutex<Option<Instant>>,
    /// What its robots.txt says, once that was asked.
    pub(super) rules: OnceCell<Rules>,
}

/// The right to ask, given back when dropped.
pub(super) struct Turn<'a> {
    _host: Option<SemaphorePermit<'a>>,
    _everywhere: Option<SemaphorePermit<'a>>,
}

impl Hosts {
    pub(super) fn new(per_host: usize, at_once: usize) -> Self {
        Self { per_host, known: Mutex::default(), everywhere: Semaphore::new(at_once) }
    }

    /// The host of this origin.
    pub(super) fn of(&self, origin: &str) -> Arc<Host> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let host = known.entry(origin.to_owned()).or_insert_with(|| {
            Arc::new(Host {
                slots: Semaphore::new(self.per_host),
                rests_until: Mutex::default(),
                rules: OnceCell::new(),
            })
        });
        Arc::clone(host)
    }

    /// Waits until the host may be asked; nobody waits for it with a place that others could use.
    pub(super) async fn turn<'a>(&'a self, host: &'a Host) -> Turn<'a> {
        // The semaphores are never closed.
        let own = host.slots.acquire().await.ok();
        loop {
            let until = *host.rests_until.lock().unwrap_or_else(PoisonError::into_inner);
            match until.filter(|until| *until > Instant::now()) {
                Some(until) => sleep_until(until).await,
                None => break,
            }
        }
        Turn { _host: own, _everywhere: self.everywhere.acquire().await.ok() }
    }
}

impl Host {
    /// Leaves the host alone for so long.
    pub(super) fn rest(&self, pause: Duration) {
        let mut until = self.rests_until.lock().unwrap_or_else(PoisonError::into_inner);
        let new = Instant::now() + pause;
        *until = Some(until.map_or(new, |until| until.max(new)));
    }
}
