//! `forkful log`

use super::super::{Context, Failure};
use crate::fork::draw;

/// The tree: bundles, branches and turns
#[derive(Debug, clap::Args)]
pub(crate) struct Log {
    /// Only the bundle under this branch, bundle or id
    #[arg(value_name = "ADDRESS")]
    address: Option<String>,
}

impl Log {
    pub(crate) fn run(&self, context: &Context) -> Result<u8, Failure> {
        let logged = super::open(context)?.log(self.address.as_deref())?;
        if context.json {
            context.printer.json(&logged.shape)?;
            return Ok(0);
        }
        if logged.trees.is_empty() {
            context.printer.say("Nothing is packed yet: `forkful pack SRC... --name NAME`");
        }
        context.printer.out(&draw(&logged.trees, context.printer.width, crate::fork::Detail::Folded))?;
        Ok(0)
    }
}
