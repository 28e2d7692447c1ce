//! `forkful redo`

use super::super::settings::act;
use super::super::{Context, Failure};

#[derive(Debug, clap::Args)]
pub(crate) struct Redo {
    /// How many operations
    #[arg(value_name = "N", default_value = "1", value_parser = clap::value_parser!(u32).range(1..))]
    steps: u32,
}

impl Redo {
    pub(crate) fn run(&self, context: &Context) -> Result<u8, Failure> {
        let redone = super::open(context)?.redo(super::index(self.steps), &act())?;
        super::undo::tell(context, "redo", &redone)?;
        for operation in &redone {
            let what = operation.description.strip_prefix("redo ").unwrap_or(&operation.description);
            context.printer.say(format_args!("Redone  {what}"));
        }
        Ok(0)
    }
}
