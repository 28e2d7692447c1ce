//! `forkful pack --compress s2`

use super::super::args::ModelArgs;
use super::super::settings::act;
use super::super::{Context, Failure};
use super::answer::ended;
use super::ask::{rehearse, send_quietly, wishes};
use crate::catalog::Money;
use crate::send::Ending;
use crate::workspace::{Error, Sources, Squeezable, Squeeze};

/// Which sources give way to summaries, who writes them, and for how much.
pub(super) struct Compression<'a> {
    pub(super) named: &'a [Squeeze],
    pub(super) model: Option<&'a str>,
    /// Whether the requests are only shown.
    pub(super) is_rehearsal: bool,
    /// What all summaries may cost.
    pub(super) most: Option<Money>,
}

/// Puts summaries in the place of sources, those that are kept and else those that a model writes;
/// an exit code where that is all there is to do.
pub(super) fn compress(
    context: &Context,
    sources: &mut Sources,
    wish: &Compression<'_>,
) -> Result<Option<u8>, Failure> {
    let printer = &context.printer;
    let workspace = super::made(context)?;
    let catalog = super::catalog(context)?;
    let named = |error| match error {
        Error::NoModel => {
            Failure::usage("no model is named that writes the summary").hint("name one: `--compress-with MODEL`")
        }
        error => error.into(),
    };
    // Every source is looked up before the first model is asked.
    let squeezable = wish.named.iter().map(|squeeze| workspace.squeezable(sources, squeeze));
    let squeezable: Vec<Squeezable> = squeezable.collect::<Result<_, _>>()?;
    let mut spent = Money::default();
    for squeezable in &squeezable {
        let kept = workspace.squeezed(squeezable)?;
        let word = if kept.is_some() { "Reused " } else { "Written" };
        let squeezed = if let Some(kept) = kept {
            kept
        } else {
            let flags = ModelArgs::asking(wish.model.map(str::to_owned));
            let (ask, endpoints) = wishes(context, &flags)?;
            let mut draft = workspace.draft_squeeze(squeezable, ask.clone(), &endpoints).map_err(named)?;
            if let Some(most) = wish.most {
                let longest = workspace.longest_squeeze(&draft, &catalog, most - spent)?;
                let mut bounded = ask;
                bounded.wishes.max_output = Some(longest);
                draft = workspace.draft_squeeze(squeezable, bounded, &endpoints)?;
            }
            if wish.is_rehearsal {
                rehearse(context, &workspace, &draft)?;
                continue;
            }
            if let Some(price) = workspace.price_squeeze(squeezable, &draft, &catalog)? {
                printer.say(format_args!(
                    "Price   {} for {} of {} tokens, {} for a summary of {}",
                    price.cold, squeezable.source, squeezable.tokens, price.answer, squeezable.wanted
                ));
            }
            let answered = send_quietly(context, &workspace, &draft)?;
            if !matches!(answered.outcome.ending, Ending::Complete) {
                printer.say(format_args!("No summary of {}, so nothing is packed", squeezable.source));
                return ended(context, &answered, &draft).map(Some);
            }
            let cost = catalog.find(&draft.prompt.model).model.cost(&answered.billed);
            spent = spent + cost.unwrap_or_default();
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
    Ok(wish.is_rehearsal.then_some(0))
}
