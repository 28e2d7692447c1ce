//! `ask`: a question to a model, from any place of the tree, and its answer kept.

use std::future::Future;

use super::shape;
use super::{Act, Error, Workspace};
use crate::bundle::render::Renderer;
use crate::content::{Digest, Message, Part, Role, Timestamp};
use crate::fork::{self, Place};
use crate::net::{Request, Transport};
use crate::send::endpoint::{Environment, resolve};
use crate::send::{self, Delta, Ending, Endpoint, Outcome, PROTOCOLS, Patience, Prompt, Protocol, Temperature};
use crate::store::record::{Move, RunRecord, RunState, Usage};
use crate::store::{At, BRANCHES, Change, Entry};
use crate::tokens::{Encoding, Tokens, count};

/// What is asked, of whom, from where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// Branch, bundle, id, `NAME~2` or `@`.
    pub address: String,
    /// The branch to make for it; without one the address must be a tip or a bundle.
    pub new_branch: Option<String>,
    /// The question, as it will be sent.
    pub question: String,
    /// The model; else the one last used on the way here.
    pub model: Option<String>,
    /// The server; else as the environment says, else the one last used on the way here.
    pub base_url: Option<String>,
    /// Tokens the answer may take.
    pub max_output: Option<Tokens>,
    /// How freely the model draws.
    pub temperature: Option<Temperature>,
    /// Whether the answer comes word by word.
    pub stream: bool,
}

/// A question made ready: everything but the sending.
#[derive(Debug, Clone)]
pub struct Draft {
    /// What the model will see.
    pub prompt: Prompt,
    /// The exact request.
    pub request: Request,
    /// Where it goes.
    pub endpoint: Endpoint,
    /// The branch that will move or be made.
    pub branch: String,
    /// Tokens of all message texts as they travel.
    pub tokens: Tokens,
    /// How many messages travel.
    pub n_messages: usize,
    /// The encoding that counted them.
    pub encoding: Encoding,
    /// Where the branch points; absent when it is to be made.
    seen: Option<Digest>,
    parent: Digest,
    protocol: &'static Protocol,
    params: serde_json::Value,
}

/// What became of a question.
#[derive(Debug)]
pub struct Answered {
    /// The branch that has the answer.
    pub branch: String,
    /// The answer's message; absent when not a word came.
    pub message: Option<Digest>,
    /// Everything that arrived.
    pub outcome: Outcome,
    /// The model that was asked.
    pub model: String,
    /// The attempt's id.
    pub run: String,
    /// From the request to the last byte, in milliseconds.
    pub elapsed: i64,
}

impl Workspace {
    /// Makes a question ready without sending it.
    pub fn draft(&self, ask: &Ask, environment: &Environment) -> Result<Draft, Error> {
        if ask.question.trim().is_empty() {
            return Err(Error::EmptyText("question"));
        }
        if ask.address == "@" && fork::resolve(&self.store, &ask.question).is_ok() {
            return Err(Error::NoQuestion { address: ask.question.clone() });
        }
        let place = fork::resolve(&self.store, &ask.address)?;
        let parent = place.id();
        let (branch, seen) = self.branch_for(ask, &place)?;
        let (bundle, turns) = fork::chain(&self.store, parent)?;
        let bundle = self.bundle(bundle)?;
        let encoding = bundle.manifest.encoding.parse().unwrap_or(Encoding::O200kBase);

        let context = match Renderer::named("messages") {
            Some(messages) if bundle.manifest.render == messages.tag() => {
                Renderer::named("md").map_or_else(|| bundle.text.clone(), |markdown| bundle.render(markdown))
            }
            _ => bundle.text.clone(),
        };
        let mut messages = vec![Message::text(Role::User, context)];
        messages.extend(turns.iter().map(|(_, record)| record.message.clone()));
        messages.push(Message::text(Role::User, ask.question.clone()));
        let last = self.last_run(turns.iter().rev().map(|(id, _)| *id))?;
        let model = ask.model.clone().or_else(|| last.as_ref().map(|run| run.model.clone())).ok_or(Error::NoModel)?;
        let remembered = last.as_ref().map(|run| run.base_url.as_str());
        let endpoint = resolve(ask.base_url.as_deref(), remembered, environment)?;
        let max_output = ask.max_output.map(|tokens| tokens.0);
        let prompt =
            Prompt { model, system: None, messages, max_output, temperature: ask.temperature, stream: ask.stream };
        let protocol = &PROTOCOLS[0];
        let request = (protocol.encode)(&prompt, &endpoint);
        let texts = (protocol.texts)(&request.body);
        let tokens = texts.iter().map(|text| count(encoding, text)).sum();
        let params = serde_json::json!({
            "max_output": max_output,
            "temperature": ask.temperature.map(f64::from),
            "stream": ask.stream,
        });
        let n_messages = texts.len();
        Ok(Draft { prompt, request, endpoint, branch, tokens, n_messages, encoding, seen, parent, protocol, params })
    }

    /// The branch that the answer goes to, and where it points if it is there.
    fn branch_for(&self, ask: &Ask, place: &Place) -> Result<(String, Option<Digest>), Error> {
        if let Some(name) = &ask.new_branch {
            fork::check_free(&self.store, BRANCHES, name)?;
            return Ok((name.clone(), None));
        }
        match place {
            Place::Branch(branch) => Ok((branch.name.clone(), Some(branch.tip))),
            Place::Bundle { .. } => Ok((fork::free_name(&self.store, "main")?, None)),
            Place::Message { id } => {
                let tips = fork::branches(&self.store)?;
                match tips.into_iter().find(|branch| branch.tip == *id) {
                    Some(branch) => Ok((branch.name, Some(branch.tip))),
                    None => Err(Error::NotATip { address: ask.address.clone() }),
                }
            }
        }
    }

    /// The run that gave the latest of `messages` that one gave, else the last run that brought an answer.
    fn last_run(&self, mut messages: impl Iterator<Item = Digest>) -> Result<Option<RunRecord>, Error> {
        let on_the_way: Option<RunRecord> =
            messages.find_map(|id| self.store.runs_of_answer(id).ok().and_then(|mut runs| runs.pop()));
        match on_the_way {
            Some(run) => Ok(Some(run)),
            None => Ok(self.store.runs()?.into_iter().rfind(|run| run.answer.is_some())),
        }
    }

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
        let question = fork::following(draft.parent, &[Message::text(Role::User, draft.question())])?;
        let question_id = question[0].id();
        let started = now();
        let mut run = RunRecord {
            attempt: String::new(),
            state: RunState::Streaming,
            parent: draft.parent,
            question: question_id,
            answer: None,
            branch: draft.branch.clone(),
            model: draft.prompt.model.clone(),
            served_model: None,
            base_url: draft.endpoint.base_url.to_string(),
            protocol: draft.protocol.name.to_owned(),
            params: draft.params.clone(),
            request_sha256: Digest::of(&draft.request.body),
            usage: Usage::default(),
            error: None,
            started,
            ended: None,
        };
        self.store.put(&question)?;
        self.begin(&mut run)?;
        let outcome = send::answer(
            transport,
            &draft.request,
            draft.protocol,
            &Patience::STANDARD,
            tokio::time::sleep,
            on_delta,
            cancelled,
        )
        .await;
        run.ended = Some(now());
        run.served_model.clone_from(&outcome.served_model);
        run.usage = stored(outcome.usage);
        run.state = match &outcome.ending {
            Ending::Complete => RunState::Complete,
            Ending::Truncated(_) => RunState::Truncated,
            Ending::Refused => RunState::Refused,
            Ending::Failed(_) => RunState::Error,
        };
        if let Ending::Failed(error) = &outcome.ending {
            run.error = Some(error.to_string());
        }
        let elapsed = run.ended.map_or(0, |ended| ended.0 - started.0);
        let model = run.model.clone();
        let Some(answer) = message(&outcome) else {
            self.store.save_run(&run)?;
            let branch = draft.branch.clone();
            return Ok(Answered { branch, message: None, outcome, model, run: run.attempt, elapsed });
        };
        let answer = fork::following(question_id, &[answer])?;
        let tip = answer[0].id();
        run.answer = Some(tip);
        let objects = question.into_iter().chain(answer).collect();
        let attempt = run.attempt.clone();
        let entry = act.entry(format!("ask on {}", draft.branch));
        let branch = self.land(&draft.branch, draft.seen, tip, objects, vec![run], entry)?;
        Ok(Answered { branch, message: Some(tip), outcome, model, run: attempt, elapsed })
    }

    /// Gives a run an id of its own and records the intent.
    fn begin(&self, run: &mut RunRecord) -> Result<(), Error> {
        for number in 0_u64.. {
            let seed = format!("{} {} {} {number}", run.question, run.branch, run.started.0);
            Digest::of(seed.as_bytes()).to_string()[..16].clone_into(&mut run.attempt);
            match self.store.begin_run(run) {
                // Another process asked the same in the same millisecond.
                Err(crate::store::Error::RunExists { .. }) => {}
                other => return Ok(other?),
            }
        }
        Ok(())
    }

    /// Moves or makes a branch over new messages; one that somebody else moved keeps its tip, and the
    /// messages go to a sibling branch, whose name is returned.
    pub(super) fn land(
        &self,
        branch: &str,
        seen: Option<Digest>,
        tip: Digest,
        objects: Vec<crate::store::Object>,
        runs: Vec<RunRecord>,
        entry: Entry,
    ) -> Result<String, Error> {
        let mut change = Change { objects, runs, ..Change::new(entry) };
        let mut name = branch.to_owned();
        let mut from = seen;
        loop {
            let pointer = format!("{BRANCHES}{name}");
            change.at = At::Go(pointer.clone());
            change.moves = vec![Move { name: pointer, from, to: Some(tip) }];
            match self.store.transact(&change) {
                Ok(_) => return Ok(name),
                Err(crate::store::Error::Moved { .. } | crate::store::Error::Taken { .. }) => {
                    name = fork::free_name(&self.store, branch)?;
                    from = None;
                }
                Err(error) => return Err(error.into()),
            }
        }
    }
}

impl Draft {
    fn question(&self) -> String {
        self.prompt.messages.last().map(Message::spoken).unwrap_or_default()
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
            run: self.run.clone(),
        }
    }
}

/// The answer as a message; none when not a word came.
fn message(outcome: &Outcome) -> Option<Message> {
    let Outcome { reasoning, text, refusal, .. } = outcome;
    if text.is_empty() && refusal.is_empty() {
        return None;
    }
    let mut parts = Vec::new();
    if !reasoning.is_empty() {
        parts.push(Part::Reasoning { text: reasoning.clone() });
    }
    for words in [text, refusal] {
        if !words.is_empty() {
            parts.push(Part::Text { text: words.clone() });
        }
    }
    Some(Message { role: Role::Assistant, parts })
}

fn stored(usage: send::Usage) -> Usage {
    let send::Usage { input, cached, cache_write, output, reasoning } = usage;
    Usage { input, cached, cache_write, output, reasoning }
}
