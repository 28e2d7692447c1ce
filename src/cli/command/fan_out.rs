//! `forkful ask --each FILE`, `-n 3`, several `-m`: many forks at once.

use std::cell::RefCell;
use std::fs;
use std::io::{self, Read};

use unicode_width::UnicodeWidthStr as _;

use super::super::failure::{DOES_NOT_FIT, INTERRUPTED, PROVIDER};
use super::super::settings::{act, now};
use super::super::table::{counted, thousands};
use super::super::{Context, Failure};
use super::ask::tell_left_server;
use super::fan_out_board::Board;
use crate::catalog::Money;
use crate::content::{Usage, line};
use crate::send::Ending;
use crate::send::endpoint::Environment;
use crate::tokens::Tokens;
use crate::workspace::fan_out::{Event, FanAsk, FanPlan, Finished, Lane, Question, Report, Stop, Warmth};
use crate::workspace::{self, Workspace};

/// The questions of a file, or of stdin.
pub(crate) fn questions(context: &Context, path: &str) -> Result<Vec<Question>, Failure> {
    let failed = |error: io::Error| Failure::error(format!("cannot read {path}: {error}"));
    let text = if path == "-" {
        let mut text = String::new();
        io::stdin().lock().read_to_string(&mut text).map_err(failed)?;
        text
    } else {
        fs::read_to_string(path).map_err(failed)?
    };
    let (questions, n_repeated) = Question::parse_all(&text).map_err(|error| {
        Failure::usage(format!("{path}: {error}"))
            .hint("one question a line, or JSON lines of {\"question\": \"...\", \"name\": \"...\"}")
    })?;
    if n_repeated > 0 {
        let lines = counted(n_repeated, "line");
        context
            .printer
            .say(format_args!("Repeated  {lines} of {path}: a question is asked once, `-n 2` asks it twice"));
    }
    Ok(questions)
}

/// Asks what is missing of a fan-out, or shows what it would be.
pub(crate) fn run(
    context: &Context,
    workspace: &Workspace,
    ask: &FanAsk,
    environment: &Environment,
    dry_run: bool,
) -> Result<u8, Failure> {
    let catalog = super::catalog(context)?;
    let plan = workspace.plan_fan_out(ask, &catalog, environment)?;
    if dry_run {
        rehearse(context, &plan)?;
        context.printer.problems(&workspace.check_windows(&plan, &catalog)?);
        return Ok(0);
    }
    let (transport, runtime) = super::network(context, "asking a model")?;
    for lane in &plan.lanes {
        tell_left_server(context, &lane.draft);
        lane.draft.check_key()?;
    }
    context.printer.problems(&workspace.check_windows(&plan, &catalog)?);
    plan.check_cost()?;
    super::tell_left(context, workspace)?;
    announce(context, &plan);
    if context.json {
        for standing in &plan.answered {
            context.printer.json_line(&workspace.standing_shape(standing)?)?;
        }
    }
    if plan.forks.is_empty() {
        context.printer.say(if plan.waiting.is_empty() {
            "Nothing is missing; `--again` asks once more"
        } else {
            "Nothing else is missing; `forkful batch collect` fetches what is answered"
        });
        return Ok(0);
    }
    if plan.is_batch {
        return super::batch::send(context, workspace, &plan);
    }
    let before = workspace.operations(0, None)?.1;
    let board = RefCell::new(Board::new(context, &plan));
    let tell = |event: Event| {
        let mut board = board.borrow_mut();
        if let Event::Ended(finished) = &event {
            board.over(finished.fork);
            // What cannot be shown is kept all the same.
            board.beside(|| drop(show(context, &plan, finished)));
        }
        board.take(&event);
    };
    let (act, cancelled) = (act(), super::ask::interrupted());
    let report = runtime.block_on(workspace.fan_out(&plan, &act, &transport, tell, cancelled, now));
    board.into_inner().close();
    Ok(conclude(context, &plan, report, before))
}

/// Says what is about to happen, and for how much.
fn announce(context: &Context, plan: &FanPlan) {
    let say = |what: std::fmt::Arguments| context.printer.say(what);
    for (number, lane) in plan.lanes.iter().enumerate() {
        let n_forks = plan.forks.iter().filter(|fork| fork.lane == number).count();
        let there = plan.answered.iter().filter(|one| one.lane == number).count();
        let waiting = plan.waiting.iter().filter(|(lane, _)| *lane == number).count();
        let there = match (there, waiting) {
            (0, 0) => String::new(),
            (there, 0) => format!(" ({there} answered before)"),
            (0, waiting) => format!(" ({waiting} in a batch)"),
            (there, waiting) => format!(" ({there} answered before, {waiting} in a batch)"),
        };
        let shared = lane.told();
        let (model, url) = (&lane.draft.prompt.model, &lane.draft.endpoint.base_url);
        say(format_args!("Asking  {model} at {url}: {}{there}, {shared} tokens shared", counted(n_forks, "fork")));
        if n_forks > 0
            && let Some(price) = price(plan, number)
        {
            say(format_args!("Price   {price}"));
        }
    }
}

/// `$0.41 planned, $2.05 uncached; answers $0.50 at 1,000 tokens each`
fn price(plan: &FanPlan, lane: usize) -> Option<String> {
    let estimate = plan.estimate(lane)?;
    let bounded = plan.forks.iter().filter(|fork| fork.lane == lane).all(|fork| fork.load.is_bounded);
    let most = if bounded { "at most" } else { "at 1,000 tokens each" };
    let questions = if plan.is_batch {
        let most = estimate.at_once.max(estimate.uncached);
        let least = estimate.planned.min(estimate.uncached);
        let cached = if least < most { format!(", {least} where its cache is read") } else { String::new() };
        format!("{most} in a batch{cached}")
    } else if plan.lanes[lane].rule.is_some() {
        format!("{} planned, {} uncached", estimate.planned, estimate.uncached)
    } else {
        format!("{}, no cache helps", estimate.uncached)
    };
    Some(format!("questions {questions}; answers {} {most}", estimate.answers))
}

/// Shows what would be asked.
fn rehearse(context: &Context, plan: &FanPlan) -> Result<(), Failure> {
    if context.json {
        return Ok(context.printer.json(&plan.shape())?);
    }
    for fork in &plan.forks {
        let tokens = thousands(fork.load.n_tokens);
        let question = line(&fork.question);
        let branch = context.printer.cell(&fork.branch, 36);
        context.printer.out(&format!("{branch} {tokens:>9} tok  {question}\n"))?;
    }
    announce(context, plan);
    let warmed = |lane: &Lane| lane.rule.is_some() && !plan.is_batch;
    for (number, lane) in plan.lanes.iter().enumerate().filter(|(_, lane)| warmed(lane)) {
        if let Some(estimate) = plan.estimate(number).filter(|estimate| estimate.at_once > estimate.uncached) {
            let model = &lane.draft.prompt.model;
            context.printer.say(format_args!(
                "        {} if all went at once: {model} charges for what it writes",
                estimate.at_once
            ));
        }
    }
    context.printer.say("Dry run: nothing was sent");
    Ok(())
}

/// One fork that is over, as a line of the product.
fn show(context: &Context, plan: &FanPlan, finished: &Finished) -> Result<(), Failure> {
    let fork = &plan.forks[finished.fork];
    if context.json {
        context.printer.json_line(&finished.shape(plan))?;
        return Ok(());
    }
    let (state, branch, told) = match &finished.answered {
        Ok(answered) => {
            let state = match answered.outcome.status() {
                _ if finished.is_empty() => "empty",
                "complete" => "answered",
                "truncated" => "cut",
                "refused" => "declined",
                _ => "failed",
            };
            let mark = if answered.is_estimated { "~" } else { "" };
            let cost = finished.cost.map(|cost| format!("{mark}{cost}"));
            (state, answered.branch.as_str(), counts(answered.outcome.usage, cost))
        }
        Err(_) => ("failed", fork.branch.as_str(), String::new()),
    };
    context.printer.out(&row(context, state, branch, &told))?;
    Ok(())
}

/// `2,650 in   2,560 cached      24 out  $0.0012`, as far as told.
pub(crate) fn counts(usage: Usage, cost: Option<String>) -> String {
    let count = |n: Option<u64>, what: &str| n.map(|n| format!("{:>6} {what}", thousands(n)));
    let cost = cost.map(|cost| format!("{cost:>8}"));
    let counts = [count(usage.input, "in"), count(usage.cached, "cached"), count(usage.output, "out"), cost];
    counts.into_iter().flatten().collect::<Vec<_>>().join("  ")
}

/// What became of a fork in one line, in which the branch gets the room that the counts leave.
pub(crate) fn row(context: &Context, state: &str, branch: &str, told: &str) -> String {
    let room = context.printer.width.saturating_sub(11 + told.width().clamp(46, 50)).clamp(12, 60);
    format!("{}\n", format!("{state:<9} {} {told}", context.printer.cell(branch, room)).trim_end())
}

/// Says what came of it: what failed and why, what it cost, what to type next.
fn conclude(context: &Context, plan: &FanPlan, report: Report, before: u64) -> u8 {
    let printer = &context.printer;
    let whole = || report.finished.iter().filter(|finished| finished.is_whole());
    let n_whole = whole().count();
    let n_limited = report.finished.iter().filter(|finished| finished.is_limited()).count();
    let n_empty = report.finished.iter().filter(|finished| finished.is_empty()).count();
    let n_all = plan.forks.len();
    let sum = |money: fn(&Finished) -> Option<Money>| report.finished.iter().filter_map(money).sum::<Money>();
    let uncached = sum(|finished| finished.uncached);
    let is_priced = report.finished.iter().any(|finished| finished.cost.is_some());
    let is_estimated = |finished: &Finished| finished.answered.as_ref().is_ok_and(|answered| answered.is_estimated);
    let mark = if report.finished.iter().any(is_estimated) { "~" } else { "" };
    let spent = report.spent;
    let cost = if is_priced { format!(" for {mark}{spent}, {mark}{uncached} without a cache") } else { String::new() };
    let branches: Vec<String> = whole().filter_map(Finished::branch).map(str::to_owned).collect();
    let code = told(plan, report.finished);
    printer.say(format_args!("Asked   {n_whole} of {n_all}{cost}"));
    for (number, lane) in plan.lanes.iter().enumerate().filter(|(_, lane)| lane.rule.is_some()) {
        let model = &lane.draft.prompt.model;
        match report.warmth[number] {
            Warmth::Missed => printer.say(format_args!(
                "Cache   {model} did not read what the first fork had written: `forkful cost` says where it missed"
            )),
            Warmth::Hit | Warmth::Unknown => {}
        }
    }
    match report.stop {
        Some(Stop::Cost) => {
            let unsent = counted(report.unsent.len(), "fork");
            printer.say(format_args!("Stopped  by `--max-cost`: {unsent} not sent"));
        }
        Some(Stop::Person) => printer.say("Stopped  what came is kept"),
        None => {}
    }
    limited(context, n_limited);
    let n_missing = n_all - n_whole - n_limited;
    if n_missing > 0 {
        let empty = if n_empty > 0 { format!(" ({n_empty} empty)") } else { String::new() };
        printer.say(format_args!("Missing  {n_missing}{empty}: the same command asks for them only"));
    }
    if let [first, second, ..] = branches.as_slice() {
        printer.say(format_args!(
            "Next    `forkful compare {first} {second}`; all of it back: `forkful undo --to {before}`"
        ));
    }
    match report.stop {
        Some(Stop::Person) => INTERRUPTED,
        Some(Stop::Cost) => DOES_NOT_FIT,
        None if n_whole < n_all => code.unwrap_or(PROVIDER),
        None => 0,
    }
}

/// Says why forks have no answers; gives the exit code where the store was the cause.
fn told(plan: &FanPlan, finished: Vec<Finished>) -> Option<u8> {
    let mut code = None;
    let mut hints: Vec<String> = Vec::new();
    for finished in finished {
        let fork = &plan.forks[finished.fork];
        let is_limited = finished.is_limited();
        let failure = match finished.answered {
            Err(error) => {
                let is_provider = matches!(error, workspace::Error::Send(_));
                let failure = Failure::from(error);
                code = code.max(Some(failure.code()).filter(|_| !is_provider));
                Some(failure)
            }
            // Told once for all of them.
            Ok(_) if is_limited => None,
            Ok(answered) if matches!(answered.outcome.ending, Ending::Refused) => {
                Some(Failure::error("the model declined"))
            }
            Ok(answered) => Failure::of_answer(&answered, finished.cost, &plan.lanes[fork.lane].draft),
        };
        let Some(failure) = failure else { continue };
        let failure = failure.about(&fork.branch);
        failure.tell_errors();
        hints.extend(failure.into_hints());
    }
    let mut once: Vec<&String> = Vec::new();
    for hint in &hints {
        if !once.contains(&hint) {
            once.push(hint);
        }
    }
    once.into_iter().fold(Failure::none(), Failure::hint).tell();
    code
}

/// Says of answers that a limit ended what gives longer ones.
pub(crate) fn limited(context: &Context, n_limited: usize) {
    if n_limited > 0 {
        let answers = counted(n_limited, "answer");
        context.printer.say(format_args!("Cut     {answers} at the output limit: a higher `--max-output` asks again"));
    }
}

/// How long the answer to the only question may be, so that it cannot cost more than is allowed.
pub(crate) fn longest(
    context: &Context,
    workspace: &Workspace,
    ask: &FanAsk,
    environment: &Environment,
) -> Result<Tokens, Failure> {
    let plan = workspace.plan_fan_out(ask, &super::catalog(context)?, environment)?;
    plan.check_cost()?;
    Ok(plan.longest_answer())
}
