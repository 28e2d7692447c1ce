//! `forkful read SRC`

use super::super::args::SourceArgs;
use super::super::table::cell;
use super::super::{Context, Failure};
use crate::budget::Policy;
use crate::workspace::project::Terms;
use crate::workspace::{self, Listed, Sieve};

/// What a source holds: its text as Markdown on stdout
#[derive(Debug, clap::Args)]
pub(crate) struct Read {
    #[command(flatten)]
    sources: SourceArgs,
    /// List the conversations and documents inside: day, messages, id, title
    #[arg(long)]
    list: bool,
    /// List only what has these words in its title or text
    #[arg(long, value_name = "WORDS", requires = "list")]
    grep: Option<String>,
    /// List only what goes on to this day: 2025, 2025-01 or 2025-01-31
    #[arg(long, value_name = "DAY", requires = "list")]
    since: Option<String>,
}

impl Read {
    pub(crate) fn run(&self, context: &Context) -> Result<u8, Failure> {
        // Sources that are named need nothing that a file says.
        let is_named = !self.sources.sources.is_empty();
        let terms = if is_named { Terms::default() } else { context.terms(self.sources.profile.as_deref())? };
        let gathered = super::gather(context, &self.sources, &terms, Policy::PLAIN)?;
        if self.list {
            let sieve = Sieve { grep: self.grep.clone(), since: self.since.clone() };
            let list = workspace::list(&gathered.sources, &sieve);
            if context.json {
                context.printer.json(&list)?;
            } else {
                context.printer.out(&table(&list.documents))?;
            }
            return Ok(gathered.code);
        }
        if context.json {
            // A folder may hold several sources: then the one document is a list.
            match workspace::read(&gathered.sources).as_slice() {
                [only] => context.printer.json(only)?,
                several => context.printer.json(&several)?,
            }
            return Ok(gathered.code);
        }
        let documents = gathered.sources.read.iter().flat_map(|sourced| &sourced.gathered.documents);
        let texts: Vec<String> = documents.map(|document| workspace::markdown(document)).collect();
        context.printer.out(&texts.join("\n"))?;
        Ok(gathered.code)
    }
}

/// Day, messages, id and title in columns; an id is whole, since it is what one types next.
fn table(documents: &[Listed]) -> String {
    let width = |text: &Option<String>| text.as_deref().map_or(0, unicode_width::UnicodeWidthStr::width);
    let ids = documents.iter().map(|document| width(&document.id)).max().unwrap_or(0);
    let row = |document: &Listed| {
        let day: String = document.date.as_deref().unwrap_or_default().chars().take(10).collect();
        let id = cell(document.id.as_deref().unwrap_or_default(), ids);
        let title = document.title.as_deref().unwrap_or("(no title)");
        let row = format!("{}  {:>6}  {id}  {}", cell(&day, 10), document.items, crate::content::line(title));
        row.trim_end().to_owned() + "\n"
    };
    documents.iter().map(row).collect()
}
