//! What is said of an answer that came: its price, what it cites, how it ended.

use super::super::failure::{INTERRUPTED, PROVIDER};
use super::super::table::thousands;
use super::super::{Context, Failure};
use crate::catalog::Money;
use crate::send::{Cut, Ending};
use crate::workspace::{Answered, Draft, shape};

/// Says how it went: one line of talk, one exit code.
pub(crate) fn finish(context: &Context, answered: &Answered, draft: &Draft) -> Result<u8, Failure> {
    let printer = &context.printer;
    let cost = cost(context, answered, draft)?;
    if context.json {
        printer.json(&shape(answered, cost))?;
    }
    if let Some(message) = answered.message {
        printer.say(format_args!("{}  {}  {}", answered.branch, message.short(), account(answered, cost)));
        if answered.branch != draft.branch {
            printer
                .say(format_args!("{} was moved by somebody else; the answer is on {}", draft.branch, answered.branch));
        }
    }
    cite(context, answered);
    ended(context, answered, draft)
}

/// What a call cost, where that is known.
pub(crate) fn cost(context: &Context, answered: &Answered, draft: &Draft) -> Result<Option<Money>, Failure> {
    Ok(super::catalog(context)?.find(&draft.prompt.model).model.cost(&answered.billed))
}

/// The `forkful.ask/1` value with the price.
pub(crate) fn shape(answered: &Answered, cost: Option<Money>) -> shape::Ask {
    shape::Ask { cost: cost.map(Money::dollars), ..answered.shape() }
}

/// What the provider itself says the answer rests on.
fn cite(context: &Context, answered: &Answered) {
    for citation in answered.citations.iter().filter(|_| !context.json) {
        let place = citation.place.as_ref().map(|place| format!("[{place}]"));
        let quote = citation.quote.as_ref().map(|quote| format!("\u{201c}{quote}\u{201d}"));
        // A place stands for title and address, which its source has.
        let source = [&citation.title, &citation.url].map(|word| word.clone().filter(|_| place.is_none()));
        let words: Vec<String> = [place].into_iter().chain(source).chain([quote]).flatten().collect();
        context.printer.say(format_args!("Cited   {}", words.join("  ")));
    }
}

/// Says how an answer ended that is not whole.
pub(crate) fn ended(context: &Context, answered: &Answered, draft: &Draft) -> Result<u8, Failure> {
    let printer = &context.printer;
    let kept = answered.message.is_some();
    match &answered.outcome.ending {
        Ending::Complete => Ok(0),
        Ending::Refused => {
            printer.say("The model declined");
            Ok(PROVIDER)
        }
        Ending::Truncated(Cut::Cancelled) => {
            let kept = if kept { "what came is kept as truncated" } else { "nothing had come yet" };
            printer.say(format_args!("Interrupted: {kept}"));
            Ok(INTERRUPTED)
        }
        Ending::Truncated(_) | Ending::Empty | Ending::Failed(_) => {
            match Failure::of_answer(answered, cost(context, answered, draft)?, draft) {
                Some(failure) => Err(failure),
                None => Ok(PROVIDER),
            }
        }
    }
}

/// The exit code of how an answer ended.
pub(crate) fn exit_code(answered: &Answered) -> u8 {
    match answered.outcome.ending {
        Ending::Complete => 0,
        Ending::Truncated(Cut::Cancelled) => INTERRUPTED,
        Ending::Truncated(_) | Ending::Refused | Ending::Empty | Ending::Failed(_) => PROVIDER,
    }
}

/// `12,041 in (11,998 cached) · 812 out · $0.0123 · gemma · 9.1 s`; what nobody says is left out, what is
/// counted here has a `~`.
fn account(answered: &Answered, cost: Option<Money>) -> String {
    let usage = answered.billed;
    let mark = if answered.is_estimated { "~" } else { "" };
    let cached = usage.cached.map_or(String::new(), |cached| format!(" ({} cached)", thousands(cached)));
    let fields = [
        usage.input.map(|input| format!("{mark}{} in{cached}", thousands(input))),
        usage.output.map(|output| format!("{mark}{} out", thousands(output))),
        cost.map(|cost| format!("{mark}{cost}")),
        Some(answered.outcome.served_model.clone().unwrap_or_else(|| answered.model.clone())),
        Some(format!("{}.{} s", answered.elapsed / 1000, answered.elapsed % 1000 / 100)),
    ];
    fields.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}
