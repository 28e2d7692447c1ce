//! `forkful pick ADDRESS --onto BRANCH`

use super::super::settings::act;
use super::super::table::counted;
use super::super::{Context, Failure};
use crate::workspace::Carried;

#[derive(Debug, clap::Args)]
pub(crate) struct Pick {
    /// The turn: branch for its last one, id, NAME~2 or @
    #[arg(value_name = "ADDRESS")]
    address: String,
    /// The branch that gets it
    #[arg(long, value_name = "BRANCH")]
    onto: String,
}

impl Pick {
    pub(crate) fn run(&self, context: &Context) -> Result<u8, Failure> {
        let carried = super::open(context)?.pick(&self.address, &self.onto, &act())?;
        tell(context, "pick", "Picked", &carried)
    }
}

/// Says what came to a branch.
pub(crate) fn tell(context: &Context, verb: &str, done: &str, carried: &Carried) -> Result<u8, Failure> {
    if context.json {
        let value = serde_json::json!({
            "schema": format!("forkful.{verb}/1"),
            "branch": carried.branch,
            "message": carried.tip,
            "turns": carried.n_turns,
        });
        context.printer.json(&value)?;
    }
    let turns = counted(carried.n_turns, "turn");
    context.printer.say(format_args!("{done}  {turns} onto {}  {}", carried.branch, carried.tip.short()));
    Ok(0)
}
