//! `forkful batch`, and what `ask --batch` says

use std::pin::Pin;
use std::time::Duration;

use super::super::failure::{INTERRUPTED, PROVIDER, chain};
use super::super::settings::now;
use super::super::table::{cell, counted};
use super::super::{Context, Failure};
use super::ask::{endpoints, headers, interrupted};
use super::batch_collect::collect;
use crate::net::{Header, Live};
use crate::send::batch::{Server, State};
use crate::send::endpoint::Environment;
use crate::send::{Endpoint, Protocol};
use crate::workspace::batch::{self, Fate, Outlook};
use crate::workspace::fan_out::FanPlan;
use crate::workspace::{self, Workspace};

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
    Cancel {
        /// Its name, or the server's
        #[arg(value_name = "BATCH")]
        name: String,
        #[command(flatten)]
        server: ServerArgs,
    },
}

// Which batches, and the words for their server.
#[derive(Debug, clap::Args)]
pub(super) struct Which {
    /// Its name, or the server's [default: every open one]
    #[arg(value_name = "BATCH")]
    name: Option<String>,
    #[command(flatten)]
    pub(super) server: ServerArgs,
}

// The words for a batch's server.
#[derive(Debug, clap::Args)]
pub(super) struct ServerArgs {
    #[arg(help = "The batches of this server of your own, with the key in FORKFUL_API_KEY")]
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
    /// A header to add, as 'Name: value': one that the batch was sent with, since none is kept
    #[arg(long, value_name = "HEADER")]
    header: Vec<String>,
}

/// What is said of the servers that batches lie on.
pub(super) struct Words<'a> {
    base_url: Option<&'a str>,
    environment: Environment,
    headers: Vec<Header>,
}

/// A pause.
type Wait = Pin<Box<dyn Future<Output = ()>>>;

/// A server that has a batch, and all that it wants to be told.
pub(super) struct Counterpart<'a> {
    endpoint: Endpoint,
    protocol: &'static Protocol,
    headers: &'a [Header],
}

impl Batch {
    pub(crate) fn run(&self, context: &Context) -> Result<u8, Failure> {
        let workspace = super::open(context)?;
        match &self.what {
            What::List => list(context, &workspace),
            What::Status(which) => status(context, &workspace, which),
            What::Collect { which, wait } => collect(context, &workspace, which, *wait),
            What::Cancel { name, server } => cancel(context, &workspace, name, server),
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
pub(super) fn chosen(workspace: &Workspace, which: &Which) -> Result<Vec<batch::Batch>, Failure> {
    // What is typed wrongly is told also where nothing is open.
    headers(&which.server.header)?;
    if let Some(name) = &which.name {
        return Ok(vec![workspace.batch(name)?]);
    }
    let is_there = |batch: &batch::Batch| which.server.base_url.as_deref().is_none_or(|url| batch.is_at(url));
    let open = workspace.batches()?.into_iter().filter(|batch| batch.n_waiting() > 0 && is_there(batch));
    Ok(open.collect())
}

impl ServerArgs {
    /// What flags and environment say of servers, read once for all batches.
    pub(super) fn words(&self, context: &Context) -> Result<Words<'_>, Failure> {
        let mut environment = endpoints(context, None)?;
        if self.base_url.is_some() {
            // The flag is the word that binds the key.
            environment.forkful_base_url = None;
        }
        Ok(Words { base_url: self.base_url.as_deref(), environment, headers: headers(&self.header)? })
    }
}

impl Words<'_> {
    /// The server of a batch.
    pub(super) fn counterpart(&self, batch: &batch::Batch) -> Result<Counterpart<'_>, Failure> {
        let endpoint = batch.endpoint(self.base_url, &self.environment)?;
        endpoint.admit(&self.headers).map_err(workspace::Error::from)?;
        let unknown = || workspace::Error::NoBatch { name: batch.id.clone() };
        Ok(Counterpart { endpoint, protocol: batch.protocol().ok_or_else(unknown)?, headers: &self.headers })
    }
}

impl Counterpart<'_> {
    pub(super) fn server<'a>(&'a self, transport: &'a Live) -> Server<'a, Live, impl Fn(Duration) -> Wait> {
        batch::server(transport, &self.endpoint, self.protocol, self.headers)
    }
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
        none(context)?;
        context.printer.say("No batch was sent; `forkful ask --each FILE --batch` sends one");
    }
    Ok(0)
}

/// What a program is told where there is no batch to tell of.
pub(super) fn none(context: &Context) -> Result<(), Failure> {
    if context.json {
        context.printer.json_line(&serde_json::json!({ "schema": "forkful.batches/1", "batches": [] }))?;
    }
    Ok(())
}

fn listed(batch: &batch::Batch, told: &str) -> String {
    format!("{}  {}  {}  {told}\n", batch.id, batch.sent().minute(), cell(batch.model(), 20))
}

/// What a person is told of a batch that is looked at.
pub(super) fn told(outlook: &Outlook, n: usize) -> String {
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
        none(context)?;
        context.printer.say("No batch is open; `forkful batch list` has all of them");
        return Ok(0);
    }
    let (transport, runtime) = super::network(context, "asking after a batch")?;
    let words = which.server.words(context)?;
    let (mut code, mut is_ready) = (0, false);
    for mut batch in open {
        let counterpart = words.counterpart(&batch)?;
        let server = counterpart.server(&transport);
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

fn cancel(context: &Context, workspace: &Workspace, name: &str, server: &ServerArgs) -> Result<u8, Failure> {
    // What is typed wrongly is told also where nothing is under way.
    headers(&server.header)?;
    let mut batch = workspace.batch(name)?;
    if batch.n_waiting() == 0 {
        context.printer.say(format_args!("Nothing of {} is under way", batch.id));
        return Ok(0);
    }
    let (transport, runtime) = super::network(context, "cancelling a batch")?;
    let words = server.words(context)?;
    let counterpart = words.counterpart(&batch)?;
    let server = counterpart.server(&transport);
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
