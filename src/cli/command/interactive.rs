//! `forkful plan -i`: the page, from the sources on offer to the last word after it.

use std::io::{self, IsTerminal};

use super::super::args::SourceArgs;
use super::super::failure::INTERRUPTED;
use super::super::page::{self, Page, Want};
use super::super::{Context, Failure, web};
use crate::budget::Policy;
use crate::bundle::Request;
use crate::workspace::project::Terms;
use crate::workspace::{self, Counting, Source, Sources, Trial};

/// What the plan is of, beside its sources.
pub(super) struct Ask {
    /// Format, budget and question.
    pub request: Request,
    /// How tokens are counted.
    pub counting: Counting,
    /// The policy of a source without wishes.
    pub plain: Policy,
}

/// Shows the page until the person leaves it.
pub(super) fn run(context: &Context, args: &SourceArgs, terms: &Terms, ask: Ask) -> Result<u8, Failure> {
    let Ask { request, counting, plain } = ask;
    if !io::stdin().is_terminal() || !io::stdout().is_terminal() {
        let failure = Failure::usage("`plan -i` needs a terminal for its keys and its page");
        return Err(failure.hint("without one: `forkful plan`, or `forkful plan --json`"));
    }
    let mut offered = match &terms.project {
        Some(project) if args.sources.is_empty() => project.offered(plain)?,
        _ => super::named(context, args, terms, plain)?.into_iter().map(|source| (source, true)).collect(),
    };
    for (source, _) in &mut offered {
        args.wish(source);
    }
    if offered.is_empty() {
        terms.sources(plain)?;
    }
    if offered.iter().any(|(source, _)| source.locator == "-") {
        return Err(Failure::usage("`plan -i` cannot read stdin: it is where the keys come from"));
    }
    let is_followed = args.web.follow(offered.iter().map(|(source, _)| source)).depth > 0;
    if is_followed || offered.iter().any(|(source, used)| *used && source.follow > 0) {
        context.printer.say("note: the page shows the sources that are named, not what their links lead to");
    }
    let mut read = Sources::default();
    for (source, used) in &offered {
        let mut one = web::alone(context, source, &args.web)?;
        // A source that is not in use may be gone; then it is not on offer.
        if *used && !one.failures.is_empty() {
            return Err(Failure::sources(one.failures, false));
        }
        read.read.append(&mut one.read);
    }
    let (named, used): (Vec<Source>, Vec<bool>) = offered.into_iter().unzip();
    let trial = Trial::new(read, named, &used, request, counting)?;

    let profile = terms.project.as_ref().and_then(|project| project.profile.clone());
    let title = match (&terms.project, &profile) {
        (Some(project), Some(profile)) => format!("{} [profile.{profile}]", project.shown),
        (Some(project), None) => project.shown.clone(),
        (None, _) => "no forkful.toml yet".to_owned(),
    };
    let here = context.settings.here.clone().unwrap_or_default();
    let page = page::run(Page::new(trial, title, context.settings.colour), |page| {
        let saved = page.trial.save(&here, profile.as_deref(), plain).map_err(|error| error.to_string());
        if let (Ok(name), None) = (&saved, &profile) {
            page.title.clone_from(name);
        }
        page.saved(saved);
    })
    .map_err(|error| Failure::error(format!("the terminal does not work: {error}")))?;
    if page.want == Want::Interrupt {
        return Ok(INTERRUPTED);
    }
    let unsaved = if page.trial.is_changed() { "  not saved" } else { "" };
    let budget = page.trial.budget.map(|budget| format!(" --budget {}", workspace::short_amount(budget)));
    let typed = |source: &String| {
        let quote = if source.contains(char::is_whitespace) { "'" } else { "" };
        format!(" {quote}{source}{quote}")
    };
    let sources: String = args.sources.iter().map(typed).collect();
    context.printer.say(format_args!("Left    forkful plan{sources}{}{unsaved}", budget.unwrap_or_default()));
    Ok(0)
}
