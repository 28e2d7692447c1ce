//! `ask --batch` and `batch`: questions that are sent at once, and whose answers are fetched later.
//!
//! Every question is a run before anything is sent, under a name of ours for the batch (`submit.rs`);
//! its attempt's id is the name under which the server answers it. So a batch whose sender died is
//! found again at the server, and collecting it (`collect.rs`) writes each answer in one transaction
//! with its run: once, however often it is done and wherever it breaks off.

mod collect;
mod submit;

use std::collections::BTreeMap;
use std::future::Future;
use std::time::Duration;

use serde_json::{Value, json};

pub use collect::{Collected, Harvest};
pub use submit::{Fate, Parcel};

use super::{Error, Workspace};
use crate::content::Timestamp;
use crate::net::Transport;
use crate::send::batch::{Found, Progress, Server};
use crate::send::endpoint::{Environment, Wanted, resolve};
use crate::send::{self, Endpoint, Protocol, provider};
use crate::store::record::{RunRecord, RunState};

/// Milliseconds in which a batch that is not listed may still turn up.
const GRACE: i64 = 10 * 60 * 1000;

/// Questions that were sent together.
#[derive(Debug, Clone, PartialEq)]
pub struct Batch {
    /// Our name for it.
    pub id: String,
    /// The server's name for it, once that is told.
    pub remote: Option<String>,
    /// Its questions, in the order in which they were sent.
    pub runs: Vec<RunRecord>,
}

/// What is known of a batch at its server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outlook {
    /// What the server says.
    Told(Progress),
    /// It is being sent by another process.
    Sending,
    /// Its sending was cut short, and the server has one that may be it.
    Perhaps(Progress),
    /// Its sending was cut short a moment ago, and the server does not list it yet.
    Unseen,
    /// Its sending was cut short, and the server does not have it.
    Nowhere,
}

impl Batch {
    /// Questions without an answer yet.
    pub fn n_waiting(&self) -> usize {
        self.runs.iter().filter(|run| run.is_waiting()).count()
    }

    /// Questions with an answer, whole or cut.
    pub fn n_answered(&self) -> usize {
        self.runs.iter().filter(|run| run.answer.is_some()).count()
    }

    /// Questions that will have none.
    pub fn n_failed(&self) -> usize {
        self.runs.iter().filter(|run| !run.is_waiting() && run.answer.is_none()).count()
    }

    /// The model that was asked.
    pub fn model(&self) -> &str {
        self.runs.first().map_or("", |run| &run.model)
    }

    /// When it was sent.
    pub fn sent(&self) -> Timestamp {
        self.runs.first().map_or(Timestamp(0), |run| run.started)
    }

    /// How its questions are written.
    pub fn protocol(&self) -> Option<&'static Protocol> {
        provider::protocol(&self.runs.first()?.protocol)
    }

    /// The server that has it, with the key that it may see.
    ///
    /// `base_url` is the address as a person names it, for a server whose key is bound to no other word.
    pub fn endpoint(&self, base_url: Option<&str>, environment: &Environment) -> Result<Endpoint, Error> {
        let run = self.runs.first().ok_or_else(|| Error::NoBatch { name: self.id.clone() })?;
        let remembered = super::draft::remembered(run);
        let wanted = Wanted { model: None, provider: None, protocol: Some(&run.protocol), base_url };
        let is_there = |endpoint: &Endpoint| endpoint.base_url.without_secrets() == run.base_url;
        let chosen = resolve(wanted, Some(remembered), environment)?.endpoint;
        if is_there(&chosen) {
            return Ok(chosen);
        }
        // Another server is one's own today; the batch lies where it was sent.
        let nowhere = Environment { forkful_base_url: None, ..environment.clone() };
        let wanted = Wanted { base_url: None, ..wanted };
        Ok(resolve(wanted, Some(remembered), &nowhere)?.endpoint)
    }

    /// Whether it lies at this address.
    pub fn is_at(&self, base_url: &str) -> bool {
        let own = self.runs.first().and_then(|run| crate::net::Url::parse(&run.base_url).ok());
        own.zip(crate::net::Url::parse(base_url).ok()).is_some_and(|(own, other)| own.origin() == other.origin())
    }

    /// The `forkful.batch/1` value.
    pub fn shape(&self, outlook: Option<&Outlook>) -> Value {
        let mut value = json!({
            "schema": "forkful.batch/1", "batch": self.id, "model": self.model(), "sent": self.sent().to_string(),
            "questions": self.runs.len(), "waiting": self.n_waiting(), "answered": self.n_answered(),
            "failed": self.n_failed(),
        });
        if let Some(run) = self.runs.first() {
            value["base_url"] = json!(run.base_url);
            value["protocol"] = json!(run.protocol);
        }
        if let Some(remote) = &self.remote {
            value["remote"] = json!(remote);
        }
        if let Some(outlook) = outlook {
            value["state"] = json!(outlook.name());
        }
        if let Some(Outlook::Told(progress) | Outlook::Perhaps(progress)) = outlook {
            value["done"] = json!(progress.n_done + progress.n_failed);
        }
        value
    }
}

impl Outlook {
    /// One word.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Told(progress) => progress.state.name(),
            Self::Sending => "sending",
            Self::Perhaps(_) | Self::Unseen => "unknown",
            Self::Nowhere => "lost",
        }
    }
}

impl Workspace {
    /// Every batch, in the order in which they were sent.
    pub fn batches(&self) -> Result<Vec<Batch>, Error> {
        let mut order: Vec<String> = Vec::new();
        let mut batches: BTreeMap<String, Batch> = BTreeMap::new();
        for run in self.store.calls()? {
            let Some(record) = &run.batch else { continue };
            let batch = batches.entry(record.id.clone()).or_insert_with(|| {
                order.push(record.id.clone());
                Batch { id: record.id.clone(), remote: None, runs: Vec::new() }
            });
            batch.remote = batch.remote.take().or_else(|| record.remote.clone());
            batch.runs.push(run);
        }
        Ok(order.into_iter().filter_map(|id| batches.remove(&id)).collect())
    }

    /// The one batch whose name begins so, ours or the server's.
    pub fn batch(&self, name: &str) -> Result<Batch, Error> {
        let none = || Error::NoBatch { name: name.to_owned() };
        let is_called = |batch: &Batch| batch.id.starts_with(name) || batch.remote.as_deref() == Some(name);
        let mut found = self.batches()?.into_iter().filter(is_called);
        let first = found.next().ok_or_else(none)?;
        match found.next() {
            Some(_) if first.id != name => Err(none()),
            _ => Ok(first),
        }
    }

    /// Asks the server how far a batch is; one that nobody heard of again is looked for there.
    pub async fn look<T, S, W>(
        &self,
        batch: &mut Batch,
        server: &Server<'_, T, S>,
        now: Timestamp,
    ) -> Result<Outlook, Error>
    where
        T: Transport,
        S: Fn(Duration) -> W,
        W: Future<Output = ()>,
    {
        if let Some(remote) = &batch.remote {
            return Ok(Outlook::Told(server.progress(remote).await?));
        }
        if self.store.is_held(&lock(&batch.id)) {
            return Ok(Outlook::Sending);
        }
        let is_ours = |name: &str| batch.runs.iter().any(|run| run.attempt == name);
        match server.find(&batch.id, batch.runs.len(), is_ours).await? {
            Found::There(progress) => {
                self.name_batch(batch, &progress.remote)?;
                Ok(Outlook::Told(progress))
            }
            Found::Perhaps(progress) => Ok(Outlook::Perhaps(progress)),
            // A list may lag behind what is paid.
            Found::Nowhere if now.0 - batch.sent().0 < GRACE => Ok(Outlook::Unseen),
            Found::Nowhere => {
                self.give_batch_up(batch, "the batch never arrived")?;
                Ok(Outlook::Nowhere)
            }
        }
    }

    /// Asks the server to end a batch early.
    pub async fn cancel<T, S, W>(&self, batch: &Batch, server: &Server<'_, T, S>) -> Result<Progress, Error>
    where
        T: Transport,
        S: Fn(Duration) -> W,
        W: Future<Output = ()>,
    {
        let remote = batch.remote.as_deref().ok_or_else(|| Error::NoBatch { name: batch.id.clone() })?;
        Ok(server.cancel(remote).await?)
    }

    /// Writes down the server's name for a batch.
    fn name_batch(&self, batch: &mut Batch, remote: &str) -> Result<(), Error> {
        batch.remote = Some(remote.to_owned());
        for record in batch.runs.iter_mut().filter_map(|run| run.batch.as_mut()) {
            record.remote = Some(remote.to_owned());
        }
        Ok(self.store.save_runs(&batch.runs)?)
    }

    /// Closes the questions that still wait: no answer will come, and they may be asked again.
    fn give_batch_up(&self, batch: &mut Batch, why: &str) -> Result<(), Error> {
        for run in batch.runs.iter_mut().filter(|run| run.is_waiting()) {
            (run.state, run.error, run.ended) = (RunState::Error, Some(why.to_owned()), Some(run.started));
        }
        Ok(self.store.save_runs(&batch.runs)?)
    }
}

/// The name of the lock that a batch has while it is sent or collected.
fn lock(id: &str) -> String {
    format!("batch-{id}")
}

/// Does something unless the person stops it first.
async fn unless<F: Future>(cancelled: impl Future<Output = ()>, work: F) -> Option<F::Output> {
    tokio::select! {
        biased;
        () = cancelled => None,
        done = work => Some(done),
    }
}

/// Waits as a server's client does.
async fn pause(time: Duration) {
    tokio::time::sleep(time).await;
}

/// A server of a batch, on the clock of this process.
pub fn server<'a, T>(
    transport: &'a T,
    endpoint: &'a Endpoint,
    protocol: &'static Protocol,
    headers: &'a [crate::net::Header],
) -> Server<'a, T, impl Fn(Duration) -> std::pin::Pin<Box<dyn Future<Output = ()>>>> {
    let sleep = |time| Box::pin(pause(time)) as std::pin::Pin<Box<dyn Future<Output = ()>>>;
    Server { transport, endpoint, protocol, headers, sleep }
}

/// Refuses a protocol that knows no batches.
pub(super) fn check(protocol: &Protocol) -> Result<(), Error> {
    match send::batch::Api::of(protocol) {
        Some(_) => Ok(()),
        None => Err(send::Error::NoBatches { protocol: protocol.name }.into()),
    }
}
