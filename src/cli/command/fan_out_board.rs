//! The live lines of a fan-out: on stderr, only where that is a terminal, gone when it is over.

use std::io::{self, IsTerminal};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::super::Context;
use super::super::table::{cell, counted, shorten, thousands};
use crate::catalog::Money;
use crate::content::line;
use crate::workspace::fan_out::{Event, FanPlan, Warmth};

/// Lines for forks that are out; more are only counted.
const MOST_ROWS: usize = 12;

/// One fork that is out.
struct Row {
    bar: Option<ProgressBar>,
    n_bytes: usize,
    state: String,
}

/// What is shown while forks are out.
pub(super) struct Board<'a> {
    plan: &'a FanPlan,
    lines: MultiProgress,
    head: ProgressBar,
    foot: ProgressBar,
    rows: std::collections::BTreeMap<usize, Row>,
    width: usize,
    n_over: usize,
    spent: Money,
    saved: Money,
    note: String,
}

impl<'a> Board<'a> {
    pub(super) fn new(context: &Context, plan: &'a FanPlan) -> Self {
        let is_seen = io::stderr().is_terminal() && !context.printer.is_quiet();
        let target = if is_seen { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let lines = MultiProgress::with_draw_target(target);
        // The `^C` of a terminal takes the cursor a line down, so that the uppermost line stays when
        // the others go: an empty one.
        let head = lines.add(bar());
        head.set_message(" ");
        let foot = lines.add(bar());
        let warms = plan.lanes.iter().any(|lane| lane.rule.is_some());
        Self {
            plan,
            lines,
            head,
            foot,
            rows: std::collections::BTreeMap::new(),
            width: context.printer.width.saturating_sub(1),
            n_over: 0,
            spent: Money::default(),
            saved: Money::default(),
            note: if warms { "warming the cache".to_owned() } else { String::new() },
        }
    }

    /// Does something with the lines out of the way.
    pub(super) fn beside(&self, work: impl FnOnce()) {
        self.lines.suspend(work);
    }

    /// A fork's line goes.
    pub(super) fn over(&mut self, fork: usize) {
        if let Some(Row { bar: Some(bar), .. }) = self.rows.remove(&fork) {
            bar.finish_and_clear();
            self.lines.remove(&bar);
        }
    }

    /// Shows what has happened.
    pub(super) fn take(&mut self, event: &Event) {
        match event {
            Event::Sent(fork) => {
                let n_bars = self.rows.values().filter(|row| row.bar.is_some()).count();
                let bar = (n_bars < MOST_ROWS).then(|| self.lines.insert_before(&self.foot, bar()));
                self.rows.insert(*fork, Row { bar, n_bytes: 0, state: "waiting".to_owned() });
                self.draw(*fork);
            }
            Event::Words(fork, words) => {
                if let Some(row) = self.rows.get_mut(fork) {
                    row.n_bytes += words.len();
                    "answering".clone_into(&mut row.state);
                }
                self.draw(*fork);
            }
            Event::Paused { fork, pause, because } => {
                if let Some(row) = self.rows.get_mut(fork) {
                    row.state = format!("again in {:.1} s: {}", pause.as_secs_f32(), line(because));
                }
                self.draw(*fork);
            }
            Event::Ended(finished) => {
                self.n_over += 1;
                let cost = finished.cost.unwrap_or_default();
                self.spent = self.spent + cost;
                self.saved = self.saved + (finished.uncached.unwrap_or_default() - cost);
            }
            Event::Opened(_, warmth) => {
                let note = match warmth {
                    Warmth::Hit => "the cache is read",
                    Warmth::Missed => "the cache is missed",
                    Warmth::Unknown => "",
                };
                note.clone_into(&mut self.note);
            }
            Event::Refreshed(_) => "the cache was kept alive".clone_into(&mut self.note),
        }
        self.draw_foot();
    }

    /// The lines go.
    pub(super) fn close(self) {
        self.head.finish_and_clear();
        self.foot.finish_and_clear();
    }

    fn draw(&self, fork: usize) {
        let Some(Row { bar: Some(bar), n_bytes, state }) = self.rows.get(&fork) else { return };
        let here = &self.plan.forks[fork];
        // Four bytes a token, until the server says how many there were.
        let n_tokens = u64::try_from(n_bytes / 4).unwrap_or(0);
        let out = if n_tokens > 0 { format!("~{} out", thousands(n_tokens)) } else { String::new() };
        let prices = self.plan.lanes[here.lane].model.prices;
        let cost = prices.output.filter(|_| n_tokens > 0).map(|price| format!("~{}", price.of(n_tokens)));
        let name = cell(&here.branch, self.width.saturating_sub(42).clamp(12, 60));
        let told = format!("  {name} {} {out:>11} {:>9}", cell(state, 15), cost.unwrap_or_default());
        bar.set_message(shorten(&told, self.width));
    }

    fn draw_foot(&self) {
        let n_waiting = self.plan.forks.len().saturating_sub(self.n_over + self.rows.len());
        let mut fields = vec![
            format!("{} of {}", self.n_over, counted(self.plan.forks.len(), "fork")),
            format!("{} out", self.rows.len()),
            format!("{n_waiting} waiting"),
        ];
        if self.spent > Money::default() {
            let most = self.plan.bounds.most_cost.map_or(String::new(), |most| format!(" of {most}"));
            fields.push(format!("{}{most}", self.spent));
        }
        if self.saved > Money::default() {
            fields.push(format!("{} saved", self.saved));
        }
        if !self.note.is_empty() {
            fields.push(self.note.clone());
        }
        self.foot.set_message(shorten(&format!("  {}", fields.join(" · ")), self.width));
    }
}

/// A line that is only its message.
fn bar() -> ProgressBar {
    let style = ProgressStyle::with_template("{msg}").unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new_spinner().with_style(style)
}
