//! `forkful undo`

use super::super::settings::act;
use super::super::{Context, Failure};
use crate::store::record::OperationRecord;

#[derive(Debug, clap::Args)]
pub(crate) struct Undo {
    /// How many operations
    #[arg(value_name = "N", default_value = "1", value_parser = clap::value_parser!(u32).range(1..))]
    steps: u32,
    /// Put everything back as it was once this operation was done, 0 for the beginning; one undo takes that back
    #[arg(long, value_name = "OPERATION", conflicts_with = "steps")]
    to: Option<u64>,
}

impl Undo {
    pub(crate) fn run(&self, context: &Context) -> Result<u8, Failure> {
        let workspace = super::open(context)?;
        let undone = match self.to {
            None => workspace.undo(super::index(self.steps), &act())?,
            Some(number) => workspace.undo_to(number, &act())?.into_iter().collect(),
        };
        tell(context, "undo", &undone)?;
        for operation in &undone {
            if let Some(number) = self.to {
                context.printer.say(format_args!("Undone  all after operation {number}"));
            } else {
                let what = operation.description.strip_prefix("undo ").unwrap_or(&operation.description);
                context.printer.say(format_args!("Undone  {what}"));
            }
        }
        if undone.is_empty() {
            context.printer.say("Everything is as it was then");
        }
        Ok(0)
    }
}

/// The JSON of what was taken back or brought back; the single fields are those of the last step.
pub(crate) fn tell(context: &Context, verb: &str, done: &[OperationRecord]) -> Result<(), Failure> {
    if !context.json {
        return Ok(());
    }
    let mut value = serde_json::json!({"schema": format!("forkful.{verb}/1"), "operations": done});
    if let Some(last) = done.last() {
        value["operation"] = last.number.into();
        value["undoes"] = last.undoes.into();
        value["description"] = last.description.as_str().into();
    }
    Ok(context.printer.json(&value)?)
}
