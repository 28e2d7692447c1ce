//! `forkful count SRC...`

use super::super::args::{CountingArgs, SourceArgs};
use super::super::table::cell;
use super::super::{Context, Failure};
use crate::budget::Policy;
use crate::workspace::{self, Counted};

/// Tokens of what `read` gives: a bare number for one source, a table for several
#[derive(Debug, clap::Args)]
pub(crate) struct Count {
    #[command(flatten)]
    sources: SourceArgs,
    /// Count the file's bytes as they stand
    #[arg(long)]
    raw: bool,
    #[command(flatten)]
    counting: CountingArgs,
}

impl Count {
    pub(crate) fn run(&self, context: &Context) -> Result<u8, Failure> {
        let terms = context.terms(self.sources.profile.as_deref())?;
        let counting = super::counting(context, &self.counting.over(&terms.choices))?;
        let (counted, code) = if self.raw {
            let (texts, code) = super::raw(context, &self.sources, &terms)?;
            (workspace::count_raw(&texts, counting), code)
        } else {
            let gathered = super::gather(context, &self.sources, &terms, Policy::PLAIN)?;
            (workspace::count(&gathered.sources, counting), gathered.code)
        };
        if context.json {
            context.printer.json(&counted.shape())?;
        } else if counted.sources.len() == 1 && self.sources.sources.len() == 1 {
            let told = counted.told(counted.total());
            context.printer.out(&format!("{}{}\n", if told.exact { "" } else { "~" }, told.tokens.0))?;
        } else {
            context.printer.out(&table(&counted))?;
        }
        if let Some(range) = super::range(&counted.counting.tokenizer, counted.total()) {
            context.printer.say(format_args!("Estimated   {range}"));
        }
        Ok(code)
    }
}

fn table(counted: &Counted) -> String {
    let names = counted.sources.iter().map(|(locator, _)| locator.as_str()).chain(["total"]);
    let columns = names.map(unicode_width::UnicodeWidthStr::width).max().unwrap_or(0).min(60);
    let row = |name: &str, tokens| format!("{}  {:>11}\n", cell(name, columns), counted.told(tokens));
    let rows = counted.sources.iter().map(|(locator, tokens)| row(locator, *tokens));
    rows.chain([row("total", counted.total())]).collect()
}
