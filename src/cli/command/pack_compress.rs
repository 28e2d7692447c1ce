//! `forkful pack --compress s2`

use super::super::args::ModelArgs;
use super::super::settings::act;
use super::super::{Context, Failure};
use super::ask::{ended, rehearse, send_quietly, wishes};
use crate::send::Ending;
use crate::workspace::{Sources, Squeezable, Squeeze};

/// Puts summaries in the place of sources, those that are kept and else those that a model writes;
/// an exit code where that is all there is to do.
pub(super) fn compress(
    context: &Context,
    sources: &mut Sources,
    named: &[Squeeze],
    model: Option<&str>,
    is_rehearsal: bool,
) -> Result<Option<u8>, Failure> {
    let printer = &context.printer;
    let workspace = super::open(context)?;
    // Every source is looked up before the first model is asked.
    let squeezable = named.iter().map(|squeeze| workspace.squeezable(sources, squeeze));
    let squeezable: Vec<Squeezable> = squeezable.collect::<Result<_, _>>()?;
    for squeezable in &squeezable {
        let kept = workspace.squeezed(squeezable)?;
        let word = if kept.is_some() { "Reused " } else { "Written" };
        let squeezed = if let Some(kept) = kept {
            kept
        } else {
            let (ask, endpoints) = wishes(context, &ModelArgs::asking(model.map(str::to_owned)))?;
            let draft = workspace.draft_squeeze(squeezable, ask, &endpoints)?;
            if is_rehearsal {
                rehearse(context, &workspace, &draft)?;
                continue;
            }
            let answered = send_quietly(context, &workspace, &draft)?;
            if !matches!(answered.outcome.ending, Ending::Complete) {
                printer.say(format_args!("No summary of {}, so nothing is packed", squeezable.source));
                return ended(context, answered.outcome.ending, answered.message.is_some()).map(Some);
            }
            workspace.describe_squeeze(squeezable, &act())?;
            let missing = || Failure::error(format!("the summary of {} went elsewhere", squeezable.source));
            workspace.squeezed(squeezable)?.ok_or_else(|| missing().hint("pack again"))?
        };
        printer.say(format_args!(
            "{word} {}  a summary of {} for {} tokens, by {}, on {}",
            squeezable.source, squeezed.tokens, squeezable.tokens, squeezed.model, squeezable.branch
        ));
        sources.replace(squeezable, squeezed);
    }
    Ok(is_rehearsal.then_some(0))
}
