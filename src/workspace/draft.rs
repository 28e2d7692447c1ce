//! A question made ready: what the model will see, where it goes, which branch it lands on.

use serde_json::{Map, Value, json};

use super::{Error, Workspace};
use crate::bundle::Bundle;
use crate::bundle::render::Renderer;
use crate::content::{Digest, Message, Role};
use crate::fork::{self, Place};
use crate::net::{Header, Request};
use crate::send::endpoint::{Environment, Remembered, Wanted, resolve};
use crate::send::{self, Effort, Endpoint, Host, Prompt, Protocol, Temperature};
use crate::store::BRANCHES;
use crate::store::record::RunRecord;
use crate::tokens::{Encoding, Tokens, count};

/// The protocols whose providers cite sources themselves.
const CITING: [&str; 1] = ["anthropic"];

/// What stands where a question would, in a request that only touches a cache.
const TOUCH: &str = ".";

/// What is asked, of whom, from where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// Branch, bundle, id, `NAME~2` or `@`.
    pub address: String,
    /// The branch to make for it; without one the address must be a tip or a bundle.
    pub new_branch: Option<String>,
    /// The question, as it will be sent.
    pub question: String,
    /// The answer whose model and server are meant where nothing else is said.
    pub like: Option<Digest>,
    /// Whom to ask, and how.
    pub wishes: Wishes,
}

/// Whom to ask, and how; what is absent is as it was on the way to the question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wishes {
    /// The model, perhaps with a provider before a slash; else the one last used on the way here.
    pub model: Option<String>,
    /// The provider by name.
    pub provider: Option<String>,
    /// The protocol by name; else the provider's own.
    pub protocol: Option<String>,
    /// The server; else as the environment says, else the one last used on the way here.
    pub base_url: Option<String>,
    /// What the model is told before the bundle; an empty text is none, absent is what it was told before.
    pub system: Option<String>,
    /// Tokens the answer may take.
    pub max_output: Option<Tokens>,
    /// How freely the model draws.
    pub temperature: Option<Temperature>,
    /// How hard the model thinks.
    pub reasoning: Option<Effort>,
    /// Fields of the protocol that nobody here knows.
    pub extra: Map<String, Value>,
    /// Headers that nobody here knows; they are kept nowhere.
    pub headers: Vec<Header>,
    /// Whether the provider itself shall cite the sources; else as on the way to the question.
    pub citations: bool,
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
    /// How it is written and read.
    pub protocol: &'static Protocol,
    /// The branch that will move or be made.
    pub branch: String,
    /// Tokens of all message texts as they travel.
    pub tokens: Tokens,
    /// How many messages travel.
    pub n_messages: usize,
    /// The encoding that counted them.
    pub encoding: Encoding,
    /// The server that was asked before, where the model's name alone leads to another one.
    pub left: Option<String>,
    /// Where the branch points; absent when it is to be made.
    pub(super) seen: Option<Digest>,
    pub(super) parent: Digest,
    pub(super) params: Value,
    pub(super) follow: Follow,
}

/// What becomes of `@` when the answer is here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Follow {
    /// It goes to the answer's branch.
    Goes,
    /// It stays, since the answer is one of many.
    Stays,
}

/// The place of a question in the tree.
pub(super) struct Site {
    pub(super) parent: Digest,
    pub(super) branch: String,
    /// Where the branch points; absent when it is to be made.
    pub(super) seen: Option<Digest>,
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
        let (branch, seen) = self.branch_for(ask, &place)?;
        let like = ask.like.and_then(|answer| self.run_on_the_way([answer].into_iter()));
        self.draft_from(Site { parent: place.id(), branch, seen }, &ask.question, &ask.wishes, like, environment)
    }

    /// Makes a question ready at a known place; `last` is the run to do as, else it is looked for.
    pub(super) fn draft_from(
        &self,
        site: Site,
        question: &str,
        wishes: &Wishes,
        last: Option<RunRecord>,
        environment: &Environment,
    ) -> Result<Draft, Error> {
        let Site { parent, branch, seen } = site;
        let (bundle_id, turns) = fork::chain(&self.store, parent)?;
        let bundle = self.bundle(bundle_id)?;
        let encoding = bundle.manifest.encoding.parse().unwrap_or(Encoding::O200kBase);

        let mut messages = vec![Message::text(Role::User, context(&bundle))];
        messages.extend(turns.iter().map(|(_, record)| record.message.clone()));
        messages.push(Message::text(Role::User, question));
        let on_the_way = last.or_else(|| self.run_on_the_way(turns.iter().rev().map(|(id, _)| *id)));
        let told = on_the_way.as_ref().and_then(|run| run.params["system"].as_str().map(str::to_owned));
        let on_the_way_cites = on_the_way.as_ref().is_some_and(|run| run.params["citations"] == true);
        let last = match on_the_way {
            Some(run) => Some(run),
            None => self.store.last_answered_run()?,
        };
        let chosen = resolve(wanted(wishes), last.as_ref().map(remembered), environment)?;
        let (protocol, endpoint) = (chosen.protocol, chosen.endpoint);
        let can_cite = CITING.contains(&protocol.name);
        if wishes.citations && !can_cite {
            return Err(Error::NoCitations { protocol: protocol.name });
        }
        let cites = can_cite && (wishes.citations || on_the_way_cites);
        endpoint.admit(&wishes.headers)?;
        let mut prompt = Prompt {
            model: chosen.model.ok_or(Error::NoModel)?,
            system: wishes.system.clone().or(told).filter(|text| !text.trim().is_empty()),
            messages,
            max_output: wishes.max_output.map(|tokens| tokens.0),
            temperature: wishes.temperature,
            reasoning: wishes.reasoning,
            stream: wishes.stream,
            sheets: if cites { bundle.sheets() } else { Vec::new() },
            lasting: false,
            prefix: Some(format!("forkful-{}", &bundle_id.to_string()[..16])),
            n_tokens: None,
            extra: wishes.extra.clone(),
            headers: wishes.headers.clone(),
        };
        let texts = (protocol.texts)(&(protocol.encode)(&prompt, &endpoint).body);
        let tokens: Tokens = texts.iter().map(|text| count(encoding, text)).sum();
        prompt.n_tokens = Some(tokens.0);
        let request = (protocol.encode)(&prompt, &endpoint);
        let params = params(&prompt, &endpoint);
        let n_messages = texts.len();
        Ok(Draft {
            prompt,
            request,
            endpoint,
            protocol,
            branch,
            tokens,
            n_messages,
            encoding,
            left: chosen.left,
            seen,
            parent,
            params,
            follow: Follow::Goes,
        })
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

    /// The run that gave the latest of `messages` that one gave.
    fn run_on_the_way(&self, mut messages: impl Iterator<Item = Digest>) -> Option<RunRecord> {
        messages.find_map(|id| {
            let runs = self.store.runs_of_answer(id).ok()?;
            runs.into_iter().rfind(|run| !run.is_import())
        })
    }
}

impl Draft {
    /// How many bytes of the request's body are those of every other question about the bundle.
    pub fn shared_bytes(&self) -> usize {
        let first = self.prompt.messages.iter().take(1).cloned();
        let other = Message::text(Role::User, "\u{1}");
        let twin = Prompt { messages: first.chain([other]).collect(), ..self.prompt.clone() };
        let twin = (self.protocol.encode)(&twin, &self.endpoint);
        self.request.body.iter().zip(&twin.body).take_while(|(one, other)| one == other).count()
    }

    /// The same with another question, for a branch beside others.
    pub(super) fn asking(&self, question: &str, branch: &str, seen: Option<Digest>) -> Self {
        let mut draft = self.clone();
        let before = count(self.encoding, &self.question());
        draft.prompt.messages.pop();
        draft.prompt.messages.push(Message::text(Role::User, question));
        // Before a question there is always a place where counts add up.
        draft.tokens = self.tokens - before + count(self.encoding, question);
        draft.prompt.n_tokens = Some(draft.tokens.0);
        (draft.branch, draft.seen, draft.follow) = (branch.to_owned(), seen, Follow::Stays);
        draft.written()
    }

    /// The same only for what its beginning does to a cache: no question, and hardly an answer.
    pub(super) fn touching(&self) -> Self {
        let mut draft = self.asking(TOUCH, "", None);
        // Anthropic reads and answers nothing when told so; elsewhere one token is the least.
        draft.prompt.max_output = Some(u32::from(draft.protocol.name != "anthropic"));
        (draft.prompt.stream, draft.prompt.reasoning) = (false, None);
        draft.params = params(&draft.prompt, &draft.endpoint);
        draft.params["touch"] = true.into();
        draft.written()
    }

    /// The same for a batch: whole answers, and a beginning that is kept while the batch is worked on.
    pub(super) fn batched(mut self) -> Self {
        (self.prompt.stream, self.prompt.lasting) = (false, true);
        self.params = params(&self.prompt, &self.endpoint);
        self.written()
    }

    fn written(mut self) -> Self {
        self.request = (self.protocol.encode)(&self.prompt, &self.endpoint);
        self
    }

    /// Refuses a server that wants a key and would get none.
    pub fn check_key(&self) -> Result<(), Error> {
        let has_own = self.request.more.iter().any(Header::is_secret);
        match self.endpoint.missing_key().filter(|_| !has_own) {
            Some(variable) => Err(send::Error::NoKey { origin: self.endpoint.base_url.origin(), variable }.into()),
            None => Ok(()),
        }
    }

    /// Tokens of all message texts as they travel, by another encoding.
    pub fn counted_by(&self, encoding: Encoding) -> Tokens {
        if encoding == self.encoding {
            return self.tokens;
        }
        (self.protocol.texts)(&self.request.body).iter().map(|text| count(encoding, text)).sum()
    }

    /// What the question is asked after, as an address.
    pub fn address(&self) -> String {
        self.parent.to_string()
    }

    /// The question, byte for byte.
    pub(super) fn question(&self) -> String {
        self.prompt.messages.last().map(Message::spoken).unwrap_or_default()
    }
}

fn wanted(wishes: &Wishes) -> Wanted<'_> {
    Wanted {
        model: wishes.model.as_deref(),
        provider: wishes.provider.as_deref(),
        protocol: wishes.protocol.as_deref(),
        base_url: wishes.base_url.as_deref(),
    }
}

pub(super) fn remembered(run: &RunRecord) -> Remembered<'_> {
    let provider = run.params["provider"].as_str();
    Remembered { model: &run.model, protocol: &run.protocol, base_url: &run.base_url, provider }
}

/// What a run remembers of a prompt, beside its messages.
fn params(prompt: &Prompt, endpoint: &Endpoint) -> Value {
    let mut params = json!({
        "max_output": prompt.max_output,
        "temperature": prompt.temperature.map(f64::from),
        "stream": prompt.stream,
    });
    if *endpoint.host != *Host::at(&endpoint.base_url) {
        params["provider"] = endpoint.host.name.into();
    }
    if let Some(effort) = prompt.reasoning {
        params["reasoning"] = effort.name().into();
    }
    if let Some(system) = &prompt.system {
        params["system"] = system.as_str().into();
    }
    if !prompt.sheets.is_empty() {
        params["citations"] = true.into();
    }
    if !prompt.extra.is_empty() {
        params["extra"] = prompt.extra.clone().into();
    }
    params
}

/// What a model reads of a bundle: its text, which for JSON messages is the Markdown in them.
pub(super) fn context(bundle: &Bundle) -> String {
    let is_wrapped = Renderer::named("messages").is_some_and(|messages| messages.tag() == bundle.manifest.render);
    match Renderer::named("md").filter(|_| is_wrapped) {
        Some(markdown) => bundle.render(markdown),
        None => bundle.text.to_string(),
    }
}
