//! Questions into batches: the intent of each first, then the sending.

use std::future::Future;
use std::pin::pin;

use super::{Batch, lock, server, unless};
use crate::content::{Digest, Message, Role, Timestamp};
use crate::fork;
use crate::net::Transport;
use crate::send::batch::{Api, Entry, Unsent};
use crate::send::{self};
use crate::store::record::{BatchRecord, RunRecord};
use crate::store::{self, Object};
use crate::workspace::ask::{attempt, intent};
use crate::workspace::fan_out::{FanPlan, Fork};
use crate::workspace::{Draft, Error, Workspace};

/// A batch that was to be sent.
#[derive(Debug)]
pub struct Parcel {
    /// The batch.
    pub batch: Batch,
    /// Which lane of the plan it is of.
    pub lane: usize,
    /// What became of it.
    pub fate: Fate,
}

/// What became of a batch that was to be sent.
#[derive(Debug)]
pub enum Fate {
    /// The server has it.
    Sent,
    /// The server does not have it, and nothing is paid.
    Refused(send::Error),
    /// The server may have it or not; `batch status` finds out.
    Open(send::Error),
    /// The person stopped it on its way; the same.
    Stopped,
}

/// Questions on their way into one batch.
#[derive(Default)]
struct Load {
    objects: Vec<Object>,
    runs: Vec<RunRecord>,
    entries: Vec<Entry>,
    n_bytes: usize,
}

impl Workspace {
    /// Sends what a plan asks as batches, one a model and more where one would be too large.
    ///
    /// A batch that is refused stops no other one; the person stops all that are not sent yet.
    pub async fn send_batches<T: Transport>(
        &self,
        plan: &FanPlan,
        transport: &T,
        mut tell: impl FnMut(Parcel),
        cancelled: impl Future<Output = ()>,
        now: impl Fn() -> Timestamp,
    ) -> Result<(), Error> {
        let mut cancelled = pin!(cancelled);
        for (number, lane) in plan.lanes.iter().enumerate() {
            let protocol = lane.draft.protocol;
            let (most, most_bytes) =
                Api::of(protocol).ok_or(send::Error::NoBatches { protocol: protocol.name })?.most();
            let mut forks = plan.forks.iter().filter(|fork| fork.lane == number).peekable();
            while forks.peek().is_some() {
                let mut load = Load::default();
                while let Some(fork) = forks.peek() {
                    let draft = plan.draft(fork);
                    let is_full = load.entries.len() == most || load.n_bytes + draft.request.body.len() > most_bytes;
                    if is_full && !load.entries.is_empty() {
                        break;
                    }
                    self.put_in(&mut load, fork, draft, now())?;
                    forks.next();
                }
                let (batch, fate) = self.send_load(load, &lane.draft, transport, &mut cancelled).await?;
                let is_stopped = matches!(fate, Fate::Stopped);
                tell(Parcel { batch, lane: number, fate });
                if is_stopped {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    fn put_in(&self, load: &mut Load, fork: &Fork, draft: Draft, now: Timestamp) -> Result<(), Error> {
        let question = fork::following(draft.parent, &[Message::text(Role::User, draft.question())])?;
        let mut run = intent(&draft, question[0].id(), now);
        let mut number = 0;
        loop {
            run.attempt = attempt(&run, number);
            if self.store.run(&run.attempt)?.is_none() {
                break;
            }
            number += 1;
        }
        run.batch = Some(BatchRecord { id: String::new(), remote: None, replaces: fork.seen });
        load.n_bytes += draft.request.body.len();
        load.entries.push(Entry { name: run.attempt.clone(), body: draft.request.body });
        load.objects.extend(question);
        load.runs.push(run);
        Ok(())
    }

    /// Records what is about to be asked, then sends it.
    async fn send_load<T: Transport>(
        &self,
        load: Load,
        pattern: &Draft,
        transport: &T,
        cancelled: impl Future<Output = ()>,
    ) -> Result<(Batch, Fate), Error> {
        let Load { objects, mut runs, entries, .. } = load;
        let names: String = entries.iter().map(|entry| entry.name.as_str()).collect();
        let id = Digest::of(names.as_bytes()).to_string()[..8].to_owned();
        for record in runs.iter_mut().filter_map(|run| run.batch.as_mut()) {
            record.id.clone_from(&id);
        }
        let hold = self.store.hold(&lock(&id))?;
        self.store.put(&objects)?;
        self.store.begin_runs(&runs).map_err(|error| match error {
            // Two processes ask the same in the same millisecond: one of them is enough.
            store::Error::RunExists { attempt } => Error::NoBatch { name: attempt },
            error => error.into(),
        })?;
        let mut batch = Batch { id, remote: None, runs };
        let server = server(transport, &pattern.endpoint, pattern.protocol, &pattern.request.more);
        let fate = match unless(cancelled, server.submit(&batch.id, &entries)).await {
            None => Fate::Stopped,
            Some(Ok(progress)) => {
                self.name_batch(&mut batch, &progress.remote)?;
                Fate::Sent
            }
            Some(Err(Unsent { error, is_open: true })) => Fate::Open(error),
            Some(Err(Unsent { error, is_open: false })) => {
                self.give_batch_up(&mut batch, &error.to_string())?;
                Fate::Refused(error)
            }
        };
        drop(hold);
        Ok((batch, fate))
    }
}
