//! `forkful fork ADDRESS -b NAME [QUESTION]`

use super::super::settings::act;
use super::super::{Context, Failure};
use super::question::TalkArgs;

#[derive(Debug, clap::Args)]
pub(crate) struct Fork {
    #[command(flatten)]
    talk: TalkArgs,
}

impl Fork {
    pub(crate) fn run(&self, context: &Context) -> Result<u8, Failure> {
        let (address, question) = self.talk.asked(context)?;
        let workspace = super::open(context)?;
        if let Some(question) = &question {
            let branch = workspace.fork_name(self.talk.branch.as_deref())?;
            return super::ask::put(
                context,
                &workspace,
                &address,
                Some(branch),
                question,
                &self.talk.model,
                self.talk.voice,
            );
        }
        let forked = workspace.fork(&address, self.talk.branch.as_deref(), &act())?;
        if context.json {
            let value = serde_json::json!({
                "schema": "forkful.fork/1",
                "branch": forked.branch,
                "tip": forked.tip,
                "bundle": forked.bundle,
            });
            context.printer.json(&value)?;
        }
        context.printer.say(format_args!("Forked  {}  at {}", forked.branch, forked.tip.short()));
        Ok(0)
    }
}
