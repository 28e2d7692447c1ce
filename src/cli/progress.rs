//! One line a fetch, on a terminal only, gone when it is over.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::content::line;
use crate::gather::fetch::{Heard, News};

/// How many fetches have a line; the others only count.
const MAX_LINES: usize = 8;

/// The lines of one run.
pub(super) struct Progress {
    all: MultiProgress,
    total: ProgressBar,
    lines: Mutex<BTreeMap<usize, ProgressBar>>,
    urls: Vec<String>,
}

impl Progress {
    /// For these addresses; drawn where `visible`.
    pub(super) fn new(urls: Vec<String>, visible: bool) -> Arc<Self> {
        let target = if visible { ProgressDrawTarget::stderr_with_hz(8) } else { ProgressDrawTarget::hidden() };
        let all = MultiProgress::with_draw_target(target);
        let total = ProgressBar::new(urls.len() as u64);
        let style =
            ProgressStyle::with_template("Fetching  {pos} of {len}").unwrap_or_else(|_| ProgressStyle::default_bar());
        let total = all.add(total.with_style(style));
        total.tick();
        Arc::new(Self { all, total, lines: Mutex::default(), urls })
    }

    /// Whoever is told the news.
    pub(super) fn heard(self: &Arc<Self>) -> Heard {
        let progress = Arc::clone(self);
        Arc::new(move |at, news| progress.tell(at, news))
    }

    fn tell(&self, at: usize, news: &News) {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        if let News::Done { .. } = news {
            if let Some(line) = lines.remove(&at) {
                line.finish_and_clear();
            }
            self.total.inc(1);
            return;
        }
        if !lines.contains_key(&at) && lines.len() >= MAX_LINES {
            return;
        }
        let bar = lines.entry(at).or_insert_with(|| {
            let style = ProgressStyle::with_template("  {spinner} {wide_msg} {bytes:>10}");
            let bar = ProgressBar::no_length().with_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
            let bar = self.all.add(bar);
            bar.set_message(line(self.urls.get(at).map_or("", String::as_str)));
            bar.enable_steady_tick(Duration::from_millis(200));
            bar
        });
        match news {
            News::Bytes { n, .. } => bar.set_position(*n),
            News::Waiting(pause) => bar.set_message(format!(
                "{} (again in {:.0} s)",
                line(self.urls.get(at).map_or("", String::as_str)),
                pause.as_secs_f64()
            )),
            News::Asking | News::Done { .. } => {}
        }
    }

    /// Takes every line away.
    pub(super) fn clear(&self) {
        let lines = std::mem::take(&mut *self.lines.lock().unwrap_or_else(PoisonError::into_inner));
        // One that goes on ticking is drawn again.
        lines.values().for_each(ProgressBar::finish_and_clear);
        self.total.finish_and_clear();
        // A terminal that is gone needs no clearing.
        let _ = self.all.clear();
    }
}
