//! `forkful replay BRANCH --onto BUNDLE`

use super::super::args::ModelArgs;
use super::super::settings::act;
use super::super::table::counted;
use super::super::{Context, Failure};
use crate::send::Ending;
use crate::workspace::{Replay as Replayed, Workspace};

#[derive(Debug, clap::Args)]
pub(crate) struct Replay {
    /// The branch whose questions are asked
    #[arg(value_name = "BRANCH")]
    branch: String,
    /// The bundle to ask them on
    #[arg(long, value_name = "BUNDLE")]
    onto: String,
    #[arg(help = "The branch for the answers; one that broke off goes on [default: BRANCH-BUNDLE]")]
    #[arg(short = 'b', long = "branch", value_name = "NAME")]
    name: Option<String>,
    /// Ask nothing: take the old answers over, marked as stale
    #[arg(long)]
    carry: bool,
    #[command(flatten)]
    model: ModelArgs,
}

impl Replay {
    pub(crate) fn run(&self, context: &Context) -> Result<u8, Failure> {
        let workspace = super::open(context)?;
        if self.carry {
            let carried = workspace.carry_over(&self.look(&workspace)?, &act())?;
            return super::pick::tell(context, "replay", "Carried", &carried);
        }
        let mut code = 0;
        loop {
            let replay = self.look(&workspace)?;
            let (wishes, endpoints) = super::ask::wishes(context, &self.model)?;
            let Some(draft) = workspace.draft_next(&replay, wishes, &endpoints)? else { break };
            if self.model.dry_run {
                return super::ask::rehearse(context, &workspace, &draft);
            }
            let answered = super::ask::send_quietly(context, &workspace, &draft)?;
            let is_kept = answered.message.is_some();
            let may_go_on = is_kept
                && matches!(answered.outcome.ending, Ending::Complete | Ending::Refused)
                && answered.branch == draft.branch;
            if !may_go_on {
                code = super::answer::ended(context, &answered, &draft).or_else(|failure| {
                    failure.tell();
                    Ok::<_, Failure>(failure.code())
                })?;
                break;
            }
        }
        let replay = self.look(&workspace)?;
        if context.json {
            context.printer.json(&replay.shape())?;
        } else {
            context.printer.out(&replay.table())?;
        }
        let (n_done, n_all) = (replay.n_done(), replay.turns.len());
        if n_done < n_all {
            let turns = counted(n_all, "turn");
            context.printer.say(format_args!("Replayed  {n_done} of {turns}; the same command goes on from there"));
        } else {
            let n_same = replay.turns.iter().filter(|turn| turn.same_percent() == Some(100)).count();
            let (source, branch) = (&replay.source.name, &replay.branch);
            context.printer.say(format_args!(
                "Replayed  {}, {n_same} the same; the words: `forkful diff {source} {branch}`",
                counted(n_all, "turn")
            ));
        }
        Ok(code)
    }

    fn look(&self, workspace: &Workspace) -> Result<Replayed, Failure> {
        Ok(workspace.replay(&self.branch, &self.onto, self.name.as_deref())?)
    }
}
