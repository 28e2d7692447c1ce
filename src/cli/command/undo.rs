//! `forkful undo`

use super::super::settings::act;
use super::super::{Context, Failure};

/// Take back the last operation
#[derive(Debug, clap::Args)]
pub(crate) struct Undo {}

impl Undo {
    #[expect(clippy::unused_self, reason = "every verb is called alike")]
    pub(crate) fn run(&self, context: &Context) -> Result<u8, Failure> {
        let undone = super::open(context)?.undo(&act())?;
        if context.json {
            let value = serde_json::json!({
                "schema": "forkful.undo/1",
                "operation": undone.number,
                "undoes": undone.undoes,
                "description": undone.description,
            });
            context.printer.json(&value)?;
        }
        let what = undone.description.strip_prefix("undo ").unwrap_or(&undone.description);
        context.printer.say(format_args!("Undone  {what}"));
        Ok(0)
    }
}
