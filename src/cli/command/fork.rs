//! `forkful fork ADDRESS -b NAME [QUESTION]`

use super::super::args::ModelArgs;
use super::super::settings::act;
use super::super::{Context, Failure};
use super::question::{Asked, PromptArgs};

#[derive(Debug, clap::Args)]
pub(crate) struct Fork {
    #[arg(help = "Branch, bundle, id, NAME~2 or @ [default: @], and the question to ask there")]
    #[arg(value_name = "[ADDRESS] [QUESTION]")]
    words: Vec<String>,
    #[command(flatten)]
    prompt: PromptArgs,
    /// The new branch's name
    #[arg(short, long, value_name = "NAME")]
    branch: Option<String>,
    #[command(flatten)]
    model: ModelArgs,
}

impl Fork {
    pub(crate) fn run(&self, context: &Context) -> Result<u8, Failure> {
        let alone = |address| Asked { address: Some(address), question: None };
        let Asked { address, question } = self.prompt.sort(context, &self.words, alone)?;
        let address = address.unwrap_or_else(|| "@".to_owned());
        let workspace = super::open(context)?;
        if let Some(question) = &question {
            let branch = workspace.fork_name(self.branch.as_deref())?;
            return super::ask::put(context, &workspace, &address, Some(branch), question, &self.model);
        }
        let forked = workspace.fork(&address, self.branch.as_deref(), &act())?;
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
