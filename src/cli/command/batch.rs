//! `forkful batch`, and what `ask --batch` says

use std::time::Duration;

use super::super::failure::{INTERRUPTED, PROVIDER, chain};
use super::super::settings::{act, now};
use super::super::table::{cell, counted};
use super::super::{Context, Failure};
use super::ask::{endpoints, interrupted};
use super::fan_out::{counts, limited, row};
use crate::catalog::Money;
use crate::send::batch::State;
use crate::send::endpoint::Environment;
use crate::workspace::batch::{self, Collected, Fate, Harvest, Outlook};
use crate::workspace::fan_out::FanPlan;
use crate::workspace::{self, Workspace};

/// How long `--wait` lets a server be between two questions.
const BETWEEN: Duration = Duration::from_mins(1);

#[derive(Debug, clap::Args)]
pub(crate) struct Batch {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// What was sent, and what came of it, as far as is known here
    List,
    /// Ask the servers how far the open batches are
    Status(Which),
    /// Write the answers of batches that have ended onto their branches; twice changes nothing
    Collect {
        #[command(flatten)]
        which: Which,
        /// Ask again each minute until all of it is here
        #[arg(long)]
        wait: bool,
    },
    /// Have a batch ended early; what was answered by then is paid, and can be collected
    Cancel(Which),
}

/// Which batches, and the word for their server.
#[derive(Debug, clap::Args)]
struct Which {
    /// Its name, or the server's [default: every open one]
    #[arg(value_name = "BATCH")]
    name: Option<String>,
    #[arg(help = "The batches of this server of your own, with the key in FORKFUL_API_KEY")]
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
}

impl Batch {
    pub(crate) fn run(&self, context: &Context) -> Result<u8, Failure> {
        let workspace = super::open(context)?;
        match &self.what {
            What::List => list(context, &workspace),
            What::Status(which) => status(context, &workspace, which),
            What::Collect { which, wait } => collect(context, &workspace, which, *wait),
            What::Cancel(which) => cancel(context, &workspace, which),
        }
    }
}

/// Sends what a plan asks as batches.
pub(crate) fn send(context: &Context, workspace: &Workspace, plan: &FanPlan) -> Result<u8, Failure> {
    let (transport, runtime) = super::network(context, "sending a batch")?;
    let (mut code, mut is_sent) = (0, false);
    let printer = &context.printer;
    let tell = |batch::Parcel { batch, fate, .. }: batch::Parcel| {
        let questions = counted(batch.runs.len(), "question");
        let (worse, word) = match &fate {
            Fate::Sent => (0, "sent"),
            Fate::Refused(_) => (PROVIDER, "refused"),
            Fate::Open(_) => (PROVIDER, "unknown"),
            Fate::Stopped => (INTERRUPTED, "unknown"),
        };
        code = code.max(worse);
        if context.json {
            let mut value = batch.shape(None);
            value["state"] = word.into();
            // What cannot be shown is kept all the same.
            drop(printer.json_line(&value));
        } else if worse == 0 {
            drop(printer.out(&format!("{}\n", batch.id)));
        }
        match fate {
            Fate::Sent => {
                is_sent = true;
                let remote = batch.remote.as_deref().unwrap_or_default();
                printer.say(format_args!("Sent    {questions} as batch {} ({remote})", batch.id));
            }
            Fate::Refused(error) => Failure::from(error).about(batch.model()).tell(),
            Fate::Open(error) => Failure::error(chain(&error))
                .about(batch.model())
                .hint("whether it arrived says `forkful batch status`; until then nothing of it is sent again")
                .tell(),
            Fate::Stopped => printer.say("Stopped  on its way: `forkful batch status` says whether it arrived"),
        }
    };
    runtime.block_on(workspace.send_batches(plan, &transport, tell, interrupted(), now))?;
    if is_sent {
        printer.say("Next    `forkful batch status`, and `forkful batch collect` when it has ended");
    }
    Ok(code)
}

/// The batches that are meant: one by its name, else the open ones.
fn chosen(workspace: &Workspace, which: &Which) -> Result<Vec<batch::Batch>, Failure> {
    if let Some(name) = &which.name {
        return Ok(vec![workspace.batch(name)?]);
    }
    let is_there = |batch: &batch::Batch| which.base_url.as_deref().is_none_or(|url| batch.is_at(url));
    let open = workspace.batches()?.into_iter().filter(|batch| batch.n_waiting() > 0 && is_there(batch));
    Ok(open.collect())
}

fn environment(context: &Context, which: &Which) -> Result<Environment, Failure> {
    let mut environment = endpoints(context, None)?;
    if which.base_url.is_some() {
        // The flag is the word that binds the key.
        environment.forkful_base_url = None;
    }
    Ok(environment)
}

fn list(context: &Context, workspace: &Workspace) -> Result<u8, Failure> {
    let batches = workspace.batches()?;
    for batch in &batches {
        if context.json {
            context.printer.json_line(&batch.shape(None))?;
        } else {
            let (answered, waiting, failed) = (batch.n_answered(), batch.n_waiting(), batch.n_failed());
            let failed = if failed > 0 { format!(", {failed} failed") } else { String::new() };
            let told = format!("{answered} answered, {waiting} waiting{failed}");
            context.printer.out(&listed(batch, &told))?;
        }
    }
    if batches.is_empty() {
        context.printer.say("No batch was sent; `forkful ask --each FILE --batch` sends one");
    }
    Ok(0)
}

fn listed(batch: &batch::Batch, told: &str) -> String {
    format!("{}  {}  {}  {told}\n", batch.id, batch.sent().minute(), cell(batch.model(), 20))
}

/// What a person is told of a batch that is looked at.
fn told(outlook: &Outlook, n: usize) -> String {
    match outlook {
        Outlook::Told(progress) => {
            let (done, failed) = (progress.n_done, progress.n_failed);
            let failed = if failed > 0 { format!(", {failed} failed") } else { String::new() };
            format!("{}: {done} of {n} answered{failed}", progress.state.name())
        }
        Outlook::Sending => "being sent".to_owned(),
        Outlook::Perhaps(_) => "perhaps arrived: its end will say".to_owned(),
        Outlook::Unseen => "not there yet: ten minutes after it was sent it counts as never arrived".to_owned(),
        Outlook::Nowhere => "never arrived: the same `ask` sends it".to_owned(),
    }
}

fn status(context: &Context, workspace: &Workspace, which: &Which) -> Result<u8, Failure> {
    let open = chosen(workspace, which)?;
    if open.is_empty() {
        context.printer.say("No batch is open; `forkful batch list` has all of them");
        return Ok(0);
    }
    let (transport, runtime) = super::network(context, "asking after a batch")?;
    let (mut code, mut is_ready) = (0, false);
    for mut batch in open {
        let endpoint = batch.endpoint(which.base_url.as_deref(), &environment(context, which)?)?;
        let protocol = protocol(&batch)?;
        let server = batch::server(&transport, &endpoint, protocol, &[]);
        let looked = runtime.block_on(async {
            tokio::select! {
                biased;
                () = interrupted() => None,
                looked = workspace.look(&mut batch, &server, now()) => Some(looked),
            }
        });
        match looked {
            None => return Ok(INTERRUPTED),
            Some(Err(error)) => {
                Failure::from(error).about(&batch.id).tell();
                code = PROVIDER;
            }
            Some(Ok(outlook)) => {
                is_ready |= matches!(&outlook, Outlook::Told(progress) if is_over(progress.state));
                if context.json {
                    context.printer.json_line(&batch.shape(Some(&outlook)))?;
                } else {
                    context.printer.out(&listed(&batch, &told(&outlook, batch.runs.len())))?;
                }
            }
        }
    }
    if is_ready {
        context.printer.say("Next    `forkful batch collect`");
    }
    Ok(code)
}

fn is_over(state: State) -> bool {
    matches!(state, State::Ended | State::Refused)
}

fn protocol(batch: &batch::Batch) -> Result<&'static crate::send::Protocol, Failure> {
    batch.protocol().ok_or_else(|| workspace::Error::NoBatch { name: batch.id.clone() }.into())
}

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

fn collect(context: &Context, workspace: &Workspace, which: &Which, wait: bool) -> Result<u8, Failure> {
    let mut open = chosen(workspace, which)?;
    if open.iter().all(|batch| batch.n_waiting() == 0) {
        context.printer.say("Nothing is to be collected");
        return Ok(0);
    }
    let (transport, runtime) = super::network(context, "collecting a batch")?;
    let (environment, catalog, act) = (environment(context, which)?, super::catalog(context)?, act());
    let before = workspace.operations(0, None)?.1;
    let mut sum = Sum::default();
    let mut code = 0;
    loop {
        let mut later = Vec::new();
        for mut batch in open {
            let endpoint = batch.endpoint(which.base_url.as_deref(), &environment)?;
            let server = batch::server(&transport, &endpoint, protocol(&batch)?, &[]);
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

fn cancel(context: &Context, workspace: &Workspace, which: &Which) -> Result<u8, Failure> {
    let Some(name) = &which.name else {
        return Err(Failure::usage("which batch is to be cancelled?").hint("`forkful batch list` lists them"));
    };
    let mut batch = workspace.batch(name)?;
    if batch.n_waiting() == 0 {
        context.printer.say(format_args!("Nothing of {} is under way", batch.id));
        return Ok(0);
    }
    let (transport, runtime) = super::network(context, "cancelling a batch")?;
    let endpoint = batch.endpoint(which.base_url.as_deref(), &environment(context, which)?)?;
    let server = batch::server(&transport, &endpoint, protocol(&batch)?, &[]);
    let outlook = runtime.block_on(async {
        match workspace.look(&mut batch, &server, now()).await? {
            Outlook::Told(progress) if !is_over(progress.state) => {
                workspace.cancel(&batch, &server).await.map(Outlook::Told)
            }
            outlook => Ok::<_, workspace::Error>(outlook),
        }
    })?;
    if context.json {
        context.printer.json(&batch.shape(Some(&outlook)))?;
    } else {
        context.printer.out(&listed(&batch, &told(&outlook, batch.runs.len())))?;
    }
    context.printer.say("Next    `forkful batch collect` for what was answered");
    Ok(0)
}
