//! `forkful chat [ADDRESS]`

use std::io::{self, IsTerminal};

use super::super::args::ModelArgs;
use super::super::chat::{self, Lines};
use super::super::{Context, Failure};
use super::question::{Asked, PromptArgs};

#[derive(Debug, clap::Args)]
pub(crate) struct Chat {
    #[arg(help = "A branch, bundle, id or @ to talk from [default: @], and a first question")]
    #[arg(value_name = "[ADDRESS] [QUESTION]")]
    words: Vec<String>,
    #[command(flatten)]
    prompt: PromptArgs,
    /// Make this branch for the talk
    #[arg(short, long, value_name = "NAME")]
    branch: Option<String>,
    #[command(flatten)]
    model: ModelArgs,
}

impl Chat {
    pub(crate) fn run(&self, context: &Context) -> Result<u8, Failure> {
        let alone = |address| Asked { address: Some(address), question: None };
        let Asked { address, question } = self.prompt.sort(context, &self.words, alone)?;
        let workspace = super::open(context)?;
        let (ask, endpoints) = super::ask::wishes(context, &self.model)?;
        let address = address.unwrap_or_else(|| "@".to_owned());
        let mut chat = chat::Chat::begin(context, workspace, &address, ask, endpoints)?;
        chat.new_branch.clone_from(&self.branch);
        chat.is_rehearsal = self.model.dry_run;
        let is_spoken = io::stdin().is_terminal() && context.printer.to_terminal;
        chat.run(if is_spoken { Lines::typed(context)? } else { Lines::piped() }, question)
    }
}
