//! `forkful retry [ADDRESS]`

use super::super::args::{ModelArgs, VoiceArgs};
use super::super::settings::act;
use super::super::{Context, Failure};
use super::question::{Asked, PromptArgs};
use crate::workspace::{Edited, Onto, Open, Workspace};

#[derive(Debug, clap::Args)]
pub(crate) struct Retry {
    #[arg(help = "The turn: branch, id, NAME~2 or @ [default: @]")]
    #[arg(value_name = "ADDRESS")]
    words: Vec<String>,
    #[command(flatten)]
    prompt: PromptArgs,
    #[arg(help = "The new branch for the answer [default: the branch's name with a number]")]
    #[arg(short, long, value_name = "NAME")]
    branch: Option<String>,
    /// Put the answer on the branch itself, in place of the one it has
    #[arg(long, conflicts_with = "branch")]
    here: bool,
    #[command(flatten)]
    model: ModelArgs,
    #[command(flatten)]
    voice: VoiceArgs,
}

impl Retry {
    pub(crate) fn run(&self, context: &Context) -> Result<u8, Failure> {
        let workspace = super::open(context)?;
        let onto = if self.here { Onto::Itself } else { Onto::New(self.branch.as_deref()) };
        let Asked { address, question } = self.prompt.sort(context, &self.words, Asked::at)?;
        let address = address.unwrap_or_else(|| "@".to_owned());
        let mut open = workspace.retry(&address, onto)?;
        match question {
            Some(question) if self.prompt.prompt.is_some() => open = workspace.reword(open, &question)?,
            Some(question) => {
                let told = format!("the same question is asked again, and here is another: {question:?}");
                return Err(Failure::usage(told).hint(format!("`forkful edit {address}^ {question:?}`")));
            }
            None => {}
        }
        answer(context, &workspace, &open, None, &self.model, self.voice)
    }
}

/// Asks a stored question; one that was edited is kept on its branch even if no answer comes.
pub(crate) fn answer(
    context: &Context,
    workspace: &Workspace,
    open: &Open,
    edited: Option<&Edited>,
    model: &ModelArgs,
    voice: VoiceArgs,
) -> Result<u8, Failure> {
    let (wishes, endpoints) = super::ask::wishes(context, model)?;
    let draft = workspace.draft_open(open, wishes, &endpoints)?;
    if model.dry_run {
        return super::ask::rehearse(context, workspace, &draft);
    }
    let answered = super::ask::send(context, workspace, &draft, voice)?;
    if let (None, Some(edited)) = (answered.message, edited) {
        let branch = workspace.keep_edited(edited, &act())?;
        context.printer.say(format_args!("Kept  the question on {}: `forkful retry {}`", branch.name, branch.name));
    }
    super::answer::finish(context, &answered, &draft)
}
