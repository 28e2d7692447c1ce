//! `forkful batch collect`

use std::time::Duration;

use super::super::failure::{INTERRUPTED, PROVIDER, chain};
use super::super::settings::{act, now};
use super::super::table::counted;
use super::super::{Context, Failure};
use super::ask::interrupted;
use super::batch::{Which, chosen, none, told};
use super::fan_out::{counts, limited, row};
use crate::catalog::Money;
use crate::workspace::Workspace;
use crate::workspace::batch::{Collected, Harvest, Outlook};

/// How long `--wait` lets a server be between two questions.
const BETWEEN: Duration = Duration::from_mins(1);

/// What all that was collected came to.
#[derive(Default)]
struct Sum {
    n_answered: usize,
    n_whole: usize,
    n_limited: usize,
    n_failed: usize,
    cost: Money,
    alone: Money,
    branches: Vec<String>,
}

/// Writes what has come onto its branches, and says what it was.
pub(super) fn collect(context: &Context, workspace: &Workspace, which: &Which, wait: bool) -> Result<u8, Failure> {
    let mut open = chosen(workspace, which)?;
    if open.iter().all(|batch| batch.n_waiting() == 0) {
        none(context)?;
        context.printer.say("Nothing is to be collected");
        return Ok(0);
    }
    let (transport, runtime) = super::network(context, "collecting a batch")?;
    let (words, catalog, act) = (which.server.words(context)?, super::catalog(context)?, act());
    let before = workspace.operations(0, None)?.1;
    let mut sum = Sum::default();
    let mut code = 0;
    loop {
        let mut later = Vec::new();
        for mut batch in open {
            let counterpart = words.counterpart(&batch)?;
            let server = counterpart.server(&transport);
            let tell = |collected: Collected| {
                sum.add(&collected);
                // What cannot be shown is kept all the same.
                drop(show(context, &collected));
            };
            let harvest = runtime.block_on(async {
                tokio::select! {
                    biased;
                    () = interrupted() => None,
                    harvest = workspace.collect(&mut batch, &catalog, &act, &server, tell, now) => Some(harvest),
                }
            });
            let printer = &context.printer;
            match harvest {
                None => {
                    printer.say("Stopped  what came is kept; the same command goes on");
                    conclude(context, &sum, before);
                    return Ok(INTERRUPTED);
                }
                Some(Err(error)) => {
                    Failure::from(error).about(&batch.id).tell();
                    code = code.max(PROVIDER);
                }
                Some(Ok(Harvest::Early(outlook))) => {
                    printer.say(format_args!("Open    {}  {}", batch.id, told(&outlook, batch.runs.len())));
                    if !matches!(outlook, Outlook::Nowhere) {
                        later.push(batch);
                    }
                }
                Some(Ok(Harvest::Torn(error))) => {
                    let why = error.map_or_else(|| "some answers are missing".to_owned(), |error| chain(&error));
                    Failure::error(why)
                        .about(&batch.id)
                        .hint("what came is kept; the same command goes on where it broke off")
                        .tell();
                    code = code.max(PROVIDER);
                }
                Some(Ok(Harvest::Whole | Harvest::Empty)) => {}
            }
        }
        if !wait || later.is_empty() {
            break;
        }
        open = later;
        let is_over = runtime.block_on(async {
            tokio::select! {
                () = interrupted() => true,
                () = tokio::time::sleep(BETWEEN) => false,
            }
        });
        if is_over {
            code = INTERRUPTED;
            break;
        }
    }
    conclude(context, &sum, before);
    Ok(if sum.n_whole < sum.n_answered + sum.n_failed { code.max(PROVIDER) } else { code })
}

impl Sum {
    fn add(&mut self, collected: &Collected) {
        self.cost = self.cost + collected.cost.unwrap_or_default();
        self.alone = self.alone + collected.alone.unwrap_or_default();
        self.n_limited += usize::from(collected.run.is_limited());
        self.n_whole += usize::from(matches!(collected.status(), "complete" | "refused"));
        if collected.message.is_some() {
            self.n_answered += 1;
            self.branches.push(collected.branch.clone());
        } else {
            self.n_failed += 1;
        }
    }
}

/// One answer, as a line of the product.
fn show(context: &Context, collected: &Collected) -> Result<(), Failure> {
    if context.json {
        context.printer.json_line(&collected.shape())?;
        return Ok(());
    }
    let state = match collected.status() {
        "complete" => "answered",
        "truncated" => "cut",
        "refused" => "declined",
        _ => "failed",
    };
    let told = match &collected.error {
        Some(error) => error.clone(),
        None => counts(collected.run.usage, collected.cost.map(|cost| cost.to_string())),
    };
    context.printer.out(&row(context, state, &collected.branch, &told))?;
    Ok(())
}

fn conclude(context: &Context, sum: &Sum, before: u64) {
    let printer = &context.printer;
    if sum.n_answered + sum.n_failed == 0 {
        return;
    }
    let cost = if sum.alone > Money::default() {
        format!(" for {}, {} one by one without a cache", sum.cost, sum.alone)
    } else {
        String::new()
    };
    printer.say(format_args!("Collected  {}{cost}", counted(sum.n_answered, "answer")));
    limited(context, sum.n_limited);
    if sum.n_failed > 0 {
        printer.say(format_args!("Missing  {}: the same `ask` asks for them only", sum.n_failed));
    }
    if let [first, second, ..] = sum.branches.as_slice() {
        printer.say(format_args!(
            "Next    `forkful compare {first} {second}`; all of it back: `forkful undo --to {before}`"
        ));
    }
}
