//! `forkful resume`

use serde_json::json;

use super::super::args::VoiceArgs;
use super::super::settings::act;
use super::super::{Context, Failure};
use super::ask::{endpoints, exit_code, finish, send};
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
        if resumed.is_empty() {
            printer.say("Nothing was left behind");
        }
        let (mut code, mut kept, mut asked, mut dropped) = (0, Vec::new(), Vec::new(), Vec::new());
        for left in &resumed {
            match left {
                Resumed::Kept { run, branch, message } => {
                    printer.say(format_args!("Kept  {branch}  {}  what had come, as truncated", message.short()));
                    kept.push(json!({ "run": run, "branch": branch, "message": message }));
                }
                Resumed::Empty(run) if self.keep => {
                    workspace.give_up(run, &act)?;
                    printer
                        .say(format_args!("Dropped  a question for {}, of whose answer no word had come", run.branch));
                    dropped.push(json!({ "run": run.attempt, "branch": run.branch }));
                }
                Resumed::Empty(run) => {
                    let draft = workspace.draft_again(run, &endpoints(context, None)?)?;
                    let answered = send(context, &workspace, &draft, self.voice)?;
                    if answered.message.is_some() {
                        workspace.give_up(run, &act)?;
                    }
                    if context.json {
                        code = code.max(exit_code(&answered));
                        asked.push(answered.shape());
                    } else {
                        code = code.max(finish(context, answered, &draft)?);
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
