//! `forkful resume`

use serde_json::{Value, json};

use super::super::args::VoiceArgs;
use super::super::settings::act;
use super::super::{Context, Failure};
use super::answer::{cost, exit_code, finish, shape};
use super::ask::{endpoints, send};
use crate::catalog::{Catalog, Money};
use crate::store::record::RunRecord;
use crate::workspace::Resumed;

#[derive(Debug, clap::Args)]
pub(crate) struct Resume {
    /// Ask nothing again, drop what had no word
    #[arg(long)]
    keep: bool,
    #[command(flatten)]
    voice: VoiceArgs,
}

impl Resume {
    pub(crate) fn run(&self, context: &Context) -> Result<u8, Failure> {
        let workspace = super::open(context)?;
        let printer = &context.printer;
        let act = act();
        let resumed = workspace.resume(&act)?;
        let catalog = super::catalog(context)?;
        if resumed.is_empty() {
            printer.say("Nothing was left behind");
        }
        let (mut code, mut kept, mut asked, mut dropped) = (0, Vec::new(), Vec::new(), Vec::new());
        for left in &resumed {
            match left {
                Resumed::Kept { run, branch, message } => {
                    let price = price(&catalog, run).map_or(String::new(), |(cost, mark)| format!(" · {mark}{cost}"));
                    printer
                        .say(format_args!("Kept  {branch}  {}  what had come, as truncated{price}", message.short()));
                    let mut value = told(&catalog, run, branch);
                    value["message"] = json!(message);
                    kept.push(value);
                }
                Resumed::Empty(run) if self.keep => {
                    workspace.give_up(run, &act)?;
                    printer
                        .say(format_args!("Dropped  a question for {}, of whose answer no word had come", run.branch));
                    dropped.push(told(&catalog, run, &run.branch));
                }
                Resumed::Empty(run) => {
                    let draft = workspace.draft_again(run, &endpoints(context, None)?)?;
                    let answered = send(context, &workspace, &draft, self.voice)?;
                    if answered.message.is_some() {
                        workspace.give_up(run, &act)?;
                    }
                    if context.json {
                        code = code.max(exit_code(&answered));
                        asked.push(shape(&answered, cost(context, &answered, &draft)?));
                    } else {
                        code = code.max(finish(context, &answered, &draft)?);
                    }
                }
            }
        }
        if context.json {
            printer.json(&json!({ "schema": "forkful.resume/1", "kept": kept, "asked": asked, "dropped": dropped }))?;
        }
        Ok(code)
    }
}

/// What a call cost, and its mark where that is reckoned.
fn price(catalog: &Catalog, run: &RunRecord) -> Option<(Money, &'static str)> {
    let cost = catalog.find(&run.model).model.cost(&run.billed())?;
    Some((cost, if run.estimate.is_some() { "~" } else { "" }))
}

/// A call that was left behind, as JSON.
fn told(catalog: &Catalog, run: &RunRecord, branch: &str) -> Value {
    let mut value = json!({ "run": run.attempt, "branch": branch });
    if let Some((cost, _)) = price(catalog, run) {
        value["cost"] = json!(cost.dollars());
    }
    if let Some(estimate) = &run.estimate {
        value["estimated"] = json!(estimate);
    }
    value
}
