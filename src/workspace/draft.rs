//! A question made ready: what the model will see, where it goes, which branch it lands on.

use super::{Error, Workspace};
use crate::bundle::Bundle;
use crate::bundle::render::Renderer;
use crate::content::{Digest, Message, Role};
use crate::fork::{self, Place};
use crate::net::Request;
use crate::send::endpoint::{Environment, resolve};
use crate::send::{Endpoint, PROTOCOLS, Prompt, Protocol, Temperature};
use crate::store::BRANCHES;
use crate::store::record::RunRecord;
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
    pub(super) seen: Option<Digest>,
    pub(super) parent: Digest,
    pub(super) protocol: &'static Protocol,
    pub(super) params: serde_json::Value,
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

        let mut messages = vec![Message::text(Role::User, context(&bundle))];
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
            Place::Message { id } => match fork::branches_at(&self.store, *id)?.into_iter().next() {
                Some(branch) => Ok((branch.name, Some(branch.tip))),
                None => Err(Error::NotATip { address: ask.address.clone() }),
            },
        }
    }

    /// The run that gave the latest of `messages` that one gave, else the last run that brought an answer.
    fn last_run(&self, mut messages: impl Iterator<Item = Digest>) -> Result<Option<RunRecord>, Error> {
        let on_the_way: Option<RunRecord> =
            messages.find_map(|id| self.store.runs_of_answer(id).ok().and_then(|mut runs| runs.pop()));
        match on_the_way {
            Some(run) => Ok(Some(run)),
            None => Ok(self.store.last_answered_run()?),
        }
    }
}

impl Draft {
    /// Tokens of all message texts as they travel, by another encoding.
    pub fn counted_by(&self, encoding: Encoding) -> Tokens {
        if encoding == self.encoding {
            return self.tokens;
        }
        (self.protocol.texts)(&self.request.body).iter().map(|text| count(encoding, text)).sum()
    }

    /// The question, byte for byte.
    pub(super) fn question(&self) -> String {
        self.prompt.messages.last().map(Message::spoken).unwrap_or_default()
    }
}

/// What a model reads of a bundle: its text, which for JSON messages is the Markdown in them.
pub(super) fn context(bundle: &Bundle) -> String {
    let is_wrapped = Renderer::named("messages").is_some_and(|messages| messages.tag() == bundle.manifest.render);
    match Renderer::named("md").filter(|_| is_wrapped) {
        Some(markdown) => bundle.render(markdown),
        None => bundle.text.clone(),
    }
}
