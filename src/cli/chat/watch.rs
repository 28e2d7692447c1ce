//! SIGTERM and a hang-up during a talk.
//!
//! While an answer comes, what waits for it hears them and keeps what came; between two lines
//! nobody does, so a thread ends the process as the signal alone would have.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Listens for the end.
pub(super) struct Watch {
    is_busy: Arc<AtomicBool>,
    is_over: Arc<AtomicBool>,
}

impl Watch {
    pub(super) fn start() -> Self {
        let watch = Self { is_busy: Arc::default(), is_over: Arc::default() };
        #[cfg(unix)]
        {
            let (is_busy, is_over) = (Arc::clone(&watch.is_busy), Arc::clone(&watch.is_over));
            std::thread::spawn(move || listen(&is_busy, &is_over));
        }
        watch
    }

    /// Does something during which others hear the signals.
    pub(super) fn during<T>(&self, work: impl FnOnce() -> T) -> T {
        self.is_busy.store(true, Ordering::SeqCst);
        let done = work();
        self.is_busy.store(false, Ordering::SeqCst);
        done
    }

    /// Whether a signal came.
    pub(super) fn is_over(&self) -> bool {
        self.is_over.load(Ordering::SeqCst)
    }
}

#[cfg(unix)]
fn listen(is_busy: &AtomicBool, is_over: &AtomicBool) {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
    let number = runtime.block_on(async {
        let (Ok(mut terminate), Ok(mut hang_up)) = (signal(SignalKind::terminate()), signal(SignalKind::hangup()))
        else {
            return std::future::pending().await;
        };
        tokio::select! {
            _ = terminate.recv() => 15,
            _ = hang_up.recv() => 1,
        }
    });
    is_over.store(true, Ordering::SeqCst);
    if !is_busy.load(Ordering::SeqCst) {
        std::process::exit(128 + number);
    }
}
