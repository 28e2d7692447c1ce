//! `forkful chat [ADDRESS]`

use std::io::{self, IsTerminal};

use super::super::chat::{self, Lines};
use super::super::{Context, Failure};
use super::question::TalkArgs;

#[derive(Debug, clap::Args)]
pub(crate) struct Chat {
    #[command(flatten)]
    talk: TalkArgs,
}

impl Chat {
    pub(crate) fn run(&self, context: &Context) -> Result<u8, Failure> {
        let (address, question) = self.talk.asked(context)?;
        let workspace = super::open(context)?;
        let (ask, endpoints) = super::ask::wishes(context, &self.talk.model)?;
        let mut chat = chat::Chat::begin(context, workspace, &address, ask, endpoints)?;
        chat.new_branch.clone_from(&self.talk.branch);
        chat.is_rehearsal = self.talk.model.dry_run;
        chat.voice = self.talk.voice;
        let is_spoken = io::stdin().is_terminal() && context.printer.to_terminal;
        chat.run(if is_spoken { Lines::typed(context)? } else { Lines::piped() }, question)
    }
}
