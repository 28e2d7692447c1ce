//! `forkful diff A B`

use super::super::{Context, Failure};
use crate::workspace;

/// What differs: two branches from where they part, or two bundles document by document
#[derive(Debug, clap::Args)]
pub(crate) struct Diff {
    /// Branch, bundle, id, NAME~2 or @
    #[arg(value_name = "A")]
    left: String,
    /// What it is held against
    #[arg(value_name = "B", default_value = "@")]
    right: String,
    /// The summary only
    #[arg(long)]
    stat: bool,
}

impl Diff {
    pub(crate) fn run(&self, context: &Context) -> Result<u8, Failure> {
        let diff = super::open(context)?.diff(&self.left, &self.right)?;
        match (diff, context.json) {
            (workspace::Diff::Talks(diff), true) => context.printer.json(&diff.shape())?,
            (workspace::Diff::Talks(diff), false) => context.printer.out(&diff.markdown(self.stat))?,
            (workspace::Diff::Bundles(diff), true) => context.printer.json(&diff.shape())?,
            (workspace::Diff::Bundles(diff), false) => context.printer.out(&diff.table(self.stat))?,
        }
        Ok(0)
    }
}
