//! `forkful read SRC`

use super::super::args::SourceArgs;
use super::super::{Context, Failure};
use super::read_list::ListArgs;
use crate::budget::Policy;
use crate::workspace;
use crate::workspace::project::Terms;

#[derive(Debug, clap::Args)]
pub(crate) struct Read {
    #[command(flatten)]
    sources: SourceArgs,
    #[command(flatten)]
    list: ListArgs,
}

impl Read {
    pub(crate) fn run(&self, context: &Context) -> Result<u8, Failure> {
        // Sources that are named need nothing that a file says.
        let is_named = !self.sources.sources.is_empty();
        let terms = if is_named { Terms::default() } else { context.terms(self.sources.profile.as_deref())? };
        if self.list.list {
            return self.list.run(context, &self.sources, &terms);
        }
        let gathered = super::gather(context, &self.sources, &terms, Policy::PLAIN)?;
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
