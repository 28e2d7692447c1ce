//! `ask`: a draft sent, and what comes back kept.

use std::future::Future;

use super::draft::Follow;
use super::{Act, Draft, Error, Workspace, shape};
use crate::content::{Digest, Message, Part, Role, Timestamp, Usage};
use crate::fork;
use crate::net::Transport;
use crate::send::{self, Cut, Delta, Ending, Outcome, Patience, Piece};
use crate::store::Error::RunExists;
use crate::store::record::{CitationRecord, RunRecord, RunState};
use crate::store::{Change, Hold, Object, Store};
use crate::tokens::{Tokens, count};

/// Said of an answer without a word.
const NOTHING: &str = "the model answered nothing";

/// What became of a question.
#[derive(Debug)]
pub struct Answered {
    /// The branch that has the answer.
    pub branch: String,
    /// The answer's message; absent when not a word came.
    pub message: Option<Digest>,
    /// Everything that arrived.
    pub outcome: Outcome,
    /// What the provider says the answer rests on, found again in the sources.
    pub citations: Vec<CitationRecord>,
    /// The budget with which the bundle would have fitted, where it did not.
    pub fitting: Option<Tokens>,
    /// The model that was asked.
    pub model: String,
    /// What will be paid for: as told, and where the server did not tell it as counted here.
    pub billed: Usage,
    /// Whether what will be paid for was counted here.
    pub is_estimated: bool,
    /// The attempt's id.
    pub run: String,
    /// From the request to the last byte, in milliseconds.
    pub elapsed: i64,
}

impl Workspace {
    /// Sends a draft and keeps what comes, whole or in part.
    ///
    /// `cancelled` ends the answer early and keeps what came.
    pub async fn ask<T: Transport>(
        &self,
        draft: &Draft,
        act: &Act,
        transport: &T,
        on_delta: impl FnMut(&Delta),
        cancelled: impl Future<Output = ()>,
        now: impl Fn() -> Timestamp,
    ) -> Result<Answered, Error> {
        let (question, mut run, outcome) = self.call(draft, transport, on_delta, cancelled, now).await?;
        let elapsed = run.ended.map_or(0, |ended| ended.0 - run.started.0);
        // An answer is kept even where its sources cannot be looked through.
        run.citations = self.cited(draft.parent, &outcome.citations).unwrap_or_default();
        let (citations, fitting) = (run.citations.clone(), self.fitting(draft, &outcome.ending));
        let (model, is_estimated) = (run.model.clone(), run.estimate.is_some());
        let Some(answer) = message(&outcome, draft.protocol.name, &draft.prompt.model) else {
            self.store.save_run(&run)?;
            let branch = draft.branch.clone();
            return Ok(Answered {
                branch,
                message: None,
                outcome,
                citations,
                fitting,
                model,
                billed: run.billed(),
                is_estimated,
                run: run.attempt,
                elapsed,
            });
        };
        let answer = fork::following(run.question, &[answer])?;
        let tip = answer[0].id();
        run.answer = Some(tip);
        let objects = question.into_iter().chain(answer).collect();
        let (attempt, billed) = (run.attempt.clone(), run.billed());
        let entry = act.entry(format!("ask on {}", draft.branch));
        let change = Change { objects, runs: vec![run], ..Change::new(entry) };
        let branch = match draft.follow {
            Follow::Goes => self.land_change(&draft.branch, draft.seen, tip, change)?,
            Follow::Stays => self.land_beside(&draft.branch, draft.seen, tip, change)?,
        };
        Ok(Answered {
            branch,
            message: Some(tip),
            outcome,
            citations,
            fitting,
            model,
            billed,
            is_estimated,
            run: attempt,
            elapsed,
        })
    }

    /// Sends a draft only for what its beginning does to a cache; the run is kept, an answer is not.
    ///
    /// Gives what it used, nothing where the server would not have it.
    pub(super) async fn touch<T: Transport>(
        &self,
        draft: &Draft,
        transport: &T,
        cancelled: impl Future<Output = ()>,
        now: impl Fn() -> Timestamp,
    ) -> Result<Option<Usage>, Error> {
        let (_, run, outcome) = self.call(draft, transport, |_| {}, cancelled, now).await?;
        self.store.save_run(&run)?;
        let is_read = !matches!(outcome.ending, Ending::Failed(_) | Ending::Truncated(Cut::Cancelled));
        Ok(is_read.then_some(outcome.usage))
    }

    /// One model call with its record: the intent before anything is sent, and how it ended.
    async fn call<T: Transport>(
        &self,
        draft: &Draft,
        transport: &T,
        mut on_delta: impl FnMut(&Delta),
        cancelled: impl Future<Output = ()>,
        now: impl Fn() -> Timestamp,
    ) -> Result<(Vec<Object>, RunRecord, Outcome), Error> {
        draft.check_key()?;
        let question = fork::following(draft.parent, &[Message::text(Role::User, draft.question())])?;
        let mut run = intent(draft, question[0].id(), now());
        // What is paid for if this process dies on the way.
        run.estimate = Some(reckoned(draft, Usage::default(), ["", ""]));
        self.store.put(&question)?;
        let _hold = self.begin(&mut run)?;
        let mut spool = Spool { store: &self.store, draft, run: run.clone(), thought: String::new(), saved: None };
        let on_delta = |delta: &Delta| {
            spool.take(delta, &now);
            on_delta(delta);
        };
        let outcome = send::answer(
            transport,
            &draft.request,
            draft.protocol,
            &Patience::STANDARD.drawing(draw(&run.attempt)),
            tokio::time::sleep,
            on_delta,
            cancelled,
        )
        .await;
        run = closed(run, &outcome, now());
        run.estimate = estimate(&outcome, draft);
        Ok((question, run, outcome))
    }

    /// Gives a run an id of its own, says to others that it is under way and records the intent.
    fn begin(&self, run: &mut RunRecord) -> Result<Hold, Error> {
        let mut number = 0_u64;
        loop {
            run.attempt = attempt(run, number);
            if self.store.run(&run.attempt)?.is_none() {
                let hold = self.store.hold(&run.attempt)?;
                match self.store.begin_run(run) {
                    // Another process asked the same in the same millisecond.
                    Err(RunExists { .. }) => {}
                    other => return Ok(other.map(|()| hold)?),
                }
            }
            number += 1;
        }
    }
}

/// The record of a call before anything is sent.
pub(super) fn intent(draft: &Draft, question: Digest, started: Timestamp) -> RunRecord {
    RunRecord {
        attempt: String::new(),
        state: RunState::Streaming,
        parent: draft.parent,
        question,
        answer: None,
        partial: None,
        branch: draft.branch.clone(),
        model: draft.prompt.model.clone(),
        served_model: None,
        base_url: draft.endpoint.base_url.without_secrets(),
        protocol: draft.protocol.name.to_owned(),
        params: draft.params.clone(),
        request_sha256: Digest::of(&draft.request.body),
        usage: Usage::default(),
        citations: Vec::new(),
        estimate: None,
        stop: None,
        batch: None,
        error: None,
        started,
        ended: None,
    }
}

/// A name for an attempt, another one for each number.
pub(super) fn attempt(run: &RunRecord, number: u64) -> String {
    let seed = format!("{} {} {} {number}", run.question, run.branch, run.started.0);
    Digest::of(seed.as_bytes()).to_string()[..16].to_owned()
}

/// The record of a call that is over.
pub(super) fn closed(run: RunRecord, outcome: &Outcome, now: Timestamp) -> RunRecord {
    let (state, error) = match &outcome.ending {
        Ending::Complete => (RunState::Complete, None),
        Ending::Truncated(_) => (RunState::Truncated, None),
        Ending::Refused => (RunState::Refused, None),
        Ending::Empty => (RunState::Error, Some(NOTHING.to_owned())),
        Ending::Failed(error) => (RunState::Error, Some(error.to_string())),
    };
    let served_model = outcome.served_model.clone();
    let stop = outcome.stop.as_ref().map(|stop| stop.name().to_owned());
    RunRecord { state, error, served_model, stop, usage: outcome.usage, ended: Some(now), ..run }
}

/// Keeps what has come where a dying process leaves it: the first words at once, then every second.
struct Spool<'a> {
    store: &'a Store,
    draft: &'a Draft,
    run: RunRecord,
    thought: String,
    saved: Option<Timestamp>,
}

impl Spool<'_> {
    fn take(&mut self, delta: &Delta, now: impl Fn() -> Timestamp) {
        match delta {
            Delta::Text(words) | Delta::Refusal(words) => self.run.partial.get_or_insert_default().push_str(words),
            Delta::Reasoning(words) => self.thought.push_str(words),
            _ => return,
        }
        let moment = now();
        if self.saved.is_none_or(|saved| moment.0 - saved.0 >= 1000) {
            let said = [self.run.partial.as_deref().unwrap_or_default(), &self.thought];
            self.run.estimate = Some(reckoned(self.draft, Usage::default(), said));
            // The answer goes on; what cannot be saved at its end is an error then.
            let _ = self.store.save_run(&self.run);
            self.saved = Some(moment);
        }
    }
}

impl Answered {
    /// The `forkful.ask/1` value.
    pub fn shape(&self) -> shape::Ask {
        shape::Ask {
            schema: "forkful.ask/1",
            branch: self.branch.clone(),
            message: self.message,
            text: if self.outcome.text.is_empty() { self.outcome.refusal.clone() } else { self.outcome.text.clone() },
            status: self.outcome.status(),
            model: self.outcome.served_model.clone().unwrap_or_else(|| self.model.clone()),
            usage: self.outcome.usage,
            citations: self.citations.clone(),
            run: self.run.clone(),
            question: None,
            cost: None,
            estimated: self.is_estimated.then_some(self.billed),
            error: match &self.outcome.ending {
                Ending::Failed(error) => Some(error.to_string()),
                Ending::Empty => Some(NOTHING.to_owned()),
                _ => None,
            },
        }
    }
}

/// What a call will be billed at whose server did not get to say it, or does not.
///
/// A server that refused, or was not reached, reads nothing; any other one has read all of the question.
fn estimate(outcome: &Outcome, draft: &Draft) -> Option<Usage> {
    let has_words = !outcome.text.is_empty() || !outcome.reasoning.is_empty();
    let (is_read, is_whole) = match &outcome.ending {
        Ending::Complete | Ending::Refused | Ending::Empty | Ending::Truncated(Cut::Length | Cut::Window) => {
            (true, true)
        }
        Ending::Truncated(Cut::Cancelled) => (has_words || outcome.retried.is_empty(), false),
        Ending::Truncated(_) => (true, false),
        Ending::Failed(_) => (has_words, false),
    };
    let is_told = is_whole && outcome.usage.input.is_some() && outcome.usage.output.is_some();
    if is_told || !is_read {
        return None;
    }
    Some(reckoned(draft, outcome.usage, [&outcome.text, &outcome.reasoning])).filter(|usage| *usage != outcome.usage)
}

/// What was told, and where nothing was what is counted here of the question and of what came.
fn reckoned(draft: &Draft, told: Usage, said: [&str; 2]) -> Usage {
    let said: u64 = said.iter().map(|text| u64::from(count(draft.encoding, text).0)).sum();
    let input = told.input.unwrap_or_else(|| draft.tokens.0.into());
    Usage { input: Some(input), output: Some(told.output.unwrap_or(0).max(said)), ..told }
}

/// A number that no two attempts share.
fn draw(attempt: &str) -> u64 {
    u64::from_str_radix(attempt, 16).unwrap_or_default()
}

/// The answer as a message; none when not a word came.
pub(super) fn message(outcome: &Outcome, protocol: &str, model: &str) -> Option<Message> {
    if outcome.text.trim().is_empty() && outcome.refusal.is_empty() {
        return None;
    }
    let part = |piece: &Piece| match piece.clone() {
        Piece::Text(text) => Part::Text { text },
        Piece::Reasoning(text) => Part::Reasoning { text },
        Piece::Sealed(item) => Part::Sealed { protocol: protocol.to_owned(), model: model.to_owned(), item },
    };
    let refusal = Some(&outcome.refusal).filter(|text| !text.is_empty());
    let refusal = refusal.map(|text| Part::Text { text: text.clone() });
    Some(Message { role: Role::Assistant, parts: outcome.pieces.iter().map(part).chain(refusal).collect() })
}
