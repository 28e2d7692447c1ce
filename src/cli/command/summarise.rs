//! `forkful summarise [BRANCH]`

use super::super::args::{ModelArgs, VoiceArgs};
use super::super::settings::act;
use super::super::{Context, Failure};

#[derive(Debug, clap::Args)]
pub(crate) struct Summarise {
    /// The branch
    #[arg(value_name = "BRANCH", default_value = "@")]
    branch: String,
    #[arg(help = "The branch for the summary [default: BRANCH-summary]")]
    #[arg(short = 'b', long = "branch", value_name = "NAME")]
    name: Option<String>,
    #[command(flatten)]
    model: ModelArgs,
    #[command(flatten)]
    voice: VoiceArgs,
}

impl Summarise {
    pub(crate) fn run(&self, context: &Context) -> Result<u8, Failure> {
        let workspace = super::open(context)?;
        let (wishes, endpoints) = super::ask::wishes(context, &self.model)?;
        let draft = workspace.draft_summary(&self.branch, self.name.as_deref(), wishes, &endpoints)?;
        if self.model.dry_run {
            return super::ask::rehearse(context, &workspace, &draft);
        }
        // The summary moves `@`, so the branch is looked up before.
        let branch = workspace.branch_at(&self.branch)?;
        let answered = super::ask::send(context, &workspace, &draft, self.voice)?;
        let described = workspace.describe_by(&branch, &answered, &act())?;
        let code = super::answer::finish(context, &answered, &draft)?;
        if described.is_some() {
            context.printer.say(format_args!("Described  {branch}"));
        }
        Ok(code)
    }
}
