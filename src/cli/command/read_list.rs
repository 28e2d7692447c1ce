//! `forkful read SRC --list`

use std::io;

use unicode_width::UnicodeWidthStr;

use super::super::args::SourceArgs;
use super::super::moment::moment;
use super::super::settings::now;
use super::super::table::cell;
use super::super::{Context, Failure};
use crate::budget::Policy;
use crate::content::{iso_day, line};
use crate::gather::{self, Sieve};
use crate::tokens::Encoding;
use crate::workspace::project::Terms;
use crate::workspace::{self, ListAsk, Listed, Listing};

// What a list shows, and how much of it.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "List")]
pub(crate) struct ListArgs {
    /// List what is inside, newest first: day, messages, tokens, id, title; a big export's tokens are estimates (~)
    #[arg(long)]
    pub(super) list: bool,
    /// List only what has these words in its title or text
    #[arg(long, value_name = "WORDS", requires = "list")]
    grep: Option<String>,
    /// List only what went on after this: 2025, 2025-01, 2025-01-31 or 30d
    #[arg(long, value_name = "DAY", requires = "list")]
    since: Option<String>,
    /// List only what began by then
    #[arg(long, value_name = "DAY", requires = "list")]
    until: Option<String>,
    /// List at most so many
    #[arg(short = 'n', long = "limit", value_name = "N", requires = "list")]
    limit: Option<usize>,
    /// Count every conversation of a big export, too
    #[arg(long, requires = "list")]
    exact: bool,
}

impl ListArgs {
    pub(super) fn run(&self, context: &Context, args: &SourceArgs, terms: &Terms) -> Result<u8, Failure> {
        let day = |text: &Option<String>| text.as_deref().map(day).transpose();
        let sieve = Sieve { grep: self.grep.clone(), since: day(&self.since)?, until: day(&self.until)? };
        let ask = ListAsk { sieve, limit: self.limit, exact: self.exact, encoding: Encoding::O200kBase };
        let sources = super::wanted(context, args, terms, Policy::PLAIN)?;
        let mut listing = workspace::list(&sources, &ask, &mut io::stdin().lock());
        context.printer.problems(&listing.problems);
        let partial = super::partial(&listing.problems);
        let failures = std::mem::take(&mut listing.failures);
        listing.problems.extend(failures.iter().flat_map(gather::Error::problems));
        let code = super::settle(failures, args, sources.len(), listing.n_all == 0)?.max(partial);
        if context.json {
            context.printer.json(&listing)?;
            return Ok(code);
        }
        print(context, &listing)?;
        let n = listing.lines().count();
        let of = if n < listing.n_all { format!(" of {}", listing.n_all) } else { String::new() };
        context.printer.say(format_args!("Listed  {n}{of}, {} tokens", listing.total()));
        Ok(code)
    }
}

/// A day, a month or a year as it is; another way to name a moment as its day.
fn day(text: &str) -> Result<String, Failure> {
    if iso_day(text).as_deref() == Some(text) {
        return Ok(text.to_owned());
    }
    let moment = moment(text, now()).map_err(|_| {
        Failure::usage(format!("no day of the calendar: {text}")).hint("write 2025, 2025-01, 2025-01-31 or 30d")
    })?;
    Ok(moment.to_string().chars().take(10).collect())
}

/// Lines that are printed together, so that a list of any length takes no memory.
const TOGETHER: usize = 1000;

/// Day, messages, tokens, id and title in columns; an id is whole, since it is what one types next.
fn print(context: &Context, listing: &Listing) -> io::Result<()> {
    let ids = listing.lines().map(|line| line.outline.id.as_deref().map_or(0, UnicodeWidthStr::width)).max();
    let mut rows = listing.lines().map(|line| row(line, ids.unwrap_or(0)));
    loop {
        let some: String = rows.by_ref().take(TOGETHER).collect();
        if some.is_empty() {
            return Ok(());
        }
        context.printer.out(&some)?;
    }
}

fn row(listed: Listed, ids: usize) -> String {
    let outline = listed.outline;
    let day: String = outline.date.as_deref().unwrap_or_default().chars().take(10).collect();
    let id = cell(outline.id.as_deref().unwrap_or_default(), ids);
    let title = line(outline.title.as_deref().unwrap_or("(no title)"));
    let row = format!("{}  {:>6}  {:>9}  {id}  {title}", cell(&day, 10), outline.n_messages, listed.told());
    row.trim_end().to_owned() + "\n"
}
