//! `forkful count SRC...`

use super::super::args::{CountingArgs, SourceArgs};
use super::super::table::cell;
use super::super::{Context, Failure};
use super::tally::tallied;
use super::{Gathered, Raw};
use crate::budget::Policy;
use crate::tokens::Tokenizer;
use crate::workspace::{self, Counted, Counting, shape};

#[derive(Debug, clap::Args)]
pub(crate) struct Count {
    /// Count the file's bytes as they stand
    #[arg(long)]
    raw: bool,
    #[command(flatten)]
    sources: SourceArgs,
    #[command(flatten)]
    counting: CountingArgs,
}

impl Count {
    pub(crate) fn run(&self, context: &Context) -> Result<u8, Failure> {
        let terms = context.terms(self.sources.profile.as_deref())?;
        let args = self.counting.over(&terms.choices);
        let counting = super::counting(context, &args)?;
        let (texts, problems, code) = if self.raw {
            let Raw { texts, missed, code } = super::raw(context, &self.sources, &terms)?;
            (texts, missed, code)
        } else {
            let Gathered { sources, code, .. } = super::gather(context, &self.sources, &terms, Policy::PLAIN)?;
            (workspace::texts(&sources), sources.problems(), code)
        };
        let only: Vec<&str> = texts.iter().map(|(_, text)| text.as_str()).collect();
        let tallied = tallied(context, &args, &counting, &only)?;
        let counted = workspace::count_raw(&texts, counting);
        if context.json {
            let by_provider = tallied.map(|tallied| tallied.shape());
            context.printer.json(&shape::Count { by_provider, problems, ..counted.shape() })?;
            return Ok(code);
        }
        if let Some(tallied) = tallied {
            let ours = counted.told(counted.total());
            context.printer.say(format_args!(
                "Counted   {} tokens by {} ({ours} here)",
                tallied.total(),
                tallied.origin
            ));
            let exact = Tokenizer::Exact(counted.counting.tokenizer.encoding());
            let sources = counted.sources.into_iter().zip(&tallied.counts);
            let sources = sources.map(|((locator, _), count)| (locator, *count)).collect();
            let counting = Counting { tokenizer: exact, model: None };
            return self.print(context, &Counted { counting, sources }).map(|()| code);
        }
        self.print(context, &counted)?;
        if let Some(range) = super::range(&counted.counting.tokenizer, counted.total()) {
            context.printer.say(format_args!("Estimated   {range}"));
        }
        Ok(code)
    }

    fn print(&self, context: &Context, counted: &Counted) -> Result<(), Failure> {
        if counted.sources.len() == 1 && self.sources.sources.len() == 1 {
            let told = counted.told(counted.total());
            context.printer.out(&format!("{}{}\n", if told.exact { "" } else { "~" }, told.tokens.0))?;
        } else {
            context.printer.out(&table(counted))?;
        }
        Ok(())
    }
}

fn table(counted: &Counted) -> String {
    let names = counted.sources.iter().map(|(locator, _)| locator.as_str()).chain(["total"]);
    let columns = names.map(unicode_width::UnicodeWidthStr::width).max().unwrap_or(0).min(60);
    let row = |name: &str, tokens| format!("{}  {:>11}\n", cell(name, columns), counted.told(tokens));
    let rows = counted.sources.iter().map(|(locator, tokens)| row(locator, *tokens));
    rows.chain([row("total", counted.total())]).collect()
}
