//! `--count-via-api` on `count`, `plan` and `pack`.

use super::super::args::CountingArgs;
use super::super::{Context, Failure};
use crate::tokens::Tokens;
use crate::workspace::{self, Counting, Fit, Tallied};

/// What the model's provider counts in each of `texts`; none where that is not asked for.
pub(super) fn tallied(
    context: &Context,
    args: &CountingArgs,
    counting: &Counting,
    texts: &[&str],
) -> Result<Option<Tallied>, Failure> {
    if !args.count_via_api {
        return Ok(None);
    }
    let (transport, runtime) = super::network(context, "--count-via-api")?;
    let name = args.model.as_deref().unwrap_or_default();
    let counter = workspace::counter(counting, name, args.base_url.as_deref(), &context.settings.keys)?;
    context.printer.say(format_args!("Counting  by {} for {}", counter.base_url.origin(), counter.model));
    Ok(Some(runtime.block_on(workspace::tally(&counter, texts, &transport, tokio::time::sleep))?))
}

/// Says what the provider counts of a fit, and warns where that is over its limit.
pub(super) fn tell(context: &Context, fit: &Fit, tallied: &Tallied) {
    let total = tallied.total();
    let ours = fit.told(fit.planned.total);
    context.printer.say(format_args!("Counted   {total} tokens by {} ({ours} here)", tallied.origin));
    if let Some(over) = fit.limit().map(|limit| total - limit).filter(|over| *over > Tokens(0)) {
        let problem = format!("the provider counts {over} tokens more than the budget leaves");
        context.printer.problems(&[crate::content::Problem::warning(&tallied.model, problem)]);
    }
}
