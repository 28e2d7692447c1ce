//! `forkful cost [ADDRESS]`

use clap::ValueEnum;

use super::super::settings::now;
use super::super::table::{cell, counted, thousands};
use super::super::{Context, Failure};
use crate::catalog::Money;
use crate::workspace::{self, Costs, Row};

#[derive(Debug, clap::Args)]
pub(crate) struct Cost {
    /// Only calls on the bundle under this branch, bundle or id
    #[arg(value_name = "ADDRESS")]
    address: Option<String>,
    /// What to sum by, several with commas
    #[arg(long, value_enum, value_name = "WHAT", value_delimiter = ',', default_value = "bundle,model")]
    by: Vec<By>,
    /// Only calls since then: 2h, 30d, 2026-01-31, or RFC 3339
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
}

/// Columns that a name keeps.
const NARROWEST: usize = 8;
/// What is summed.
const HEADS: [&str; 7] = ["calls", "in", "cached", "written", "out", "cost", "saved"];

#[derive(Debug, Clone, Copy, ValueEnum)]
enum By {
    Bundle,
    Model,
    Day,
    Branch,
}

impl Cost {
    pub(crate) fn run(&self, context: &Context) -> Result<u8, Failure> {
        let workspace = super::open(context)?;
        let since = self.since.as_deref().map(|text| super::super::moment::moment(text, now())).transpose();
        let by: Vec<workspace::By> = self
            .by
            .iter()
            .map(|by| match by {
                By::Bundle => workspace::By::Bundle,
                By::Model => workspace::By::Model,
                By::Day => workspace::By::Day,
                By::Branch => workspace::By::Branch,
            })
            .collect();
        let since = since.map_err(Failure::usage)?;
        let costs = workspace.cost(self.address.as_deref(), since, &by, &super::catalog(context)?)?;
        if context.json {
            context.printer.json(&costs.shape())?;
            return Ok(0);
        }
        if costs.rows.is_empty() {
            context.printer.say("Nothing was asked yet");
            return Ok(0);
        }
        let width = if context.printer.to_terminal { context.printer.width } else { usize::MAX };
        context.printer.out(&table(&costs, width))?;
        if !costs.misses.is_empty() {
            context.printer.out(&misses(&costs))?;
        }
        if costs.total.n_estimated > 0 {
            let calls = counted(costs.total.n_estimated, "call");
            context.printer.say(format_args!("Estimated  {calls} of which the server did not tell what they used: ~"));
        }
        if costs.total.n_unknown > 0 {
            let calls = counted(costs.total.n_unknown, "call");
            context.printer.say(format_args!(
                "Unknown  what {calls} cost: no usage was told, or no price is in `forkful models`; + is at least"
            ));
        }
        Ok(0)
    }
}

/// Sums in columns as wide as they need to be, the total last.
fn table(costs: &Costs, width: usize) -> String {
    let n_names = costs.by.len();
    let head = costs.by.iter().map(|by| by.name().to_owned());
    let head: Vec<String> = head.chain(HEADS.map(str::to_owned)).collect();
    let line = |names: &[String], row: &Row| {
        let names = (0..n_names).map(|n| names.get(n).cloned().unwrap_or_default());
        names.chain(cells(row)).collect::<Vec<String>>()
    };
    let mut lines = vec![head];
    lines.extend(costs.rows.iter().map(|row| line(&row.names, row)));
    if costs.rows.len() > 1 {
        lines.push(line(&["total".to_owned()], &costs.total));
    }
    let widest = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
    let numbers: usize = (n_names..n_names + HEADS.len()).map(|column| widest(column) + 2).sum();
    // What is too much for the names comes off the widest ones.
    let mut rooms: Vec<usize> = (0..n_names).map(widest).collect();
    while rooms.iter().map(|room| room + 1).sum::<usize>() + numbers > width {
        match rooms.iter_mut().max().filter(|room| **room > NARROWEST) {
            Some(room) => *room -= 1,
            None => break,
        }
    }
    let shown = lines.iter().map(|line| {
        let mut out = String::new();
        for (column, text) in line.iter().enumerate() {
            if column < n_names {
                out += &cell(text, rooms[column]);
                out += " ";
            } else {
                out += &format!(" {text:>width$} ", width = widest(column));
            }
        }
        out.trim_end().to_owned() + "\n"
    });
    shown.collect()
}

fn cells(row: &Row) -> [String; 7] {
    let count = |n: Option<u64>| n.map_or_else(|| "?".to_owned(), thousands);
    let reckoned = |n: Option<u64>| match n {
        Some(n) if row.n_estimated > 0 => format!("~{}", thousands(n)),
        n => count(n),
    };
    let is_known = row.n_unknown < row.n_calls;
    let mark = if row.n_estimated > 0 { "~" } else { "" };
    // What is unknown comes on top.
    let more = if row.n_unknown > 0 { "+" } else { "" };
    let money = |money: Money| if is_known { format!("{mark}{money}{more}") } else { "?".to_owned() };
    // A first question may cost more than without a cache.
    let saved = if row.cost > row.uncached {
        format!("-{}", row.cost - row.uncached)
    } else {
        (row.uncached - row.cost).to_string()
    };
    let usage = row.usage;
    [
        row.n_calls.to_string(),
        reckoned(usage.input),
        count(usage.cached),
        count(usage.cache_write),
        reckoned(usage.output),
        money(row.cost),
        if is_known { saved } else { "?".to_owned() },
    ]
}

/// One line a question that read less than was there.
fn misses(costs: &Costs) -> String {
    let miss = |miss: &workspace::Miss| {
        format!("missed  {} ({}, {}): {}\n", miss.branch, miss.model, miss.time.minute(), miss.why.told())
    };
    std::iter::once("\n".to_owned()).chain(costs.misses.iter().map(miss)).collect()
}
