//! `forkful ask [ADDRESS] QUESTION`

use std::fs;
use std::io::{self, Read};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::str::FromStr;

use super::super::args::{ModelArgs, VoiceArgs};
use super::super::settings::{act, now};
use super::super::table::counted;
use super::super::voice::Voice;
use super::super::{Context, Failure};
use super::answer::finish;
use super::fan_out;
use super::piped;
use super::question::{Asked, PromptArgs};
use crate::catalog::Money;
use crate::net::{Header, ParseHeaderError, Secret, Url};
use crate::send::Delta;
use crate::send::endpoint::{Environment, OUR_KEY};
use crate::tokens::Tokens;
use crate::workspace::fan_out::{Bounds, FanAsk, Price, Question};
use crate::workspace::project::{Origin, Said};
use crate::workspace::{self, Answered, Draft, Wishes, Workspace};

#[derive(Debug, clap::Args)]
pub(crate) struct Ask {
    #[arg(help = "The question, or - for stdin; before it a branch, bundle, id or @ to ask from [default: @]")]
    #[arg(value_name = "[ADDRESS] QUESTION", required_unless_present_any = ["each", "prompt"])]
    words: Vec<String>,
    #[command(flatten)]
    prompt: PromptArgs,
    /// Make this branch for the answer; of many, what their names begin with
    #[arg(short, long, value_name = "NAME")]
    branch: Option<String>,
    /// Ask each question of a file, or of - for stdin, on a branch of its own: one a line, or JSON lines of {"question", "name"}; several `-m` ask several models
    #[arg(long, value_name = "FILE", conflicts_with = "prompt")]
    each: Option<String>,
    /// So many answers to each question, on branches of their own
    #[arg(short = 'n', long = "answers", value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1000))]
    n_answers: u32,
    #[arg(help = "So many forks under way at once [default: 6; 1 for llama.cpp, whose slots have a cache each]")]
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000))]
    jobs: Option<u32>,
    /// Dollars that all of it may cost: refuses before, stops during
    #[arg(long, value_name = "USD", value_parser = Money::from_str)]
    max_cost: Option<Money>,
    /// Send all of it as a batch for half the price; answers come within a day, by `forkful batch collect`
    #[arg(long)]
    batch: bool,
    /// Ask also what is answered already
    #[arg(long)]
    again: bool,
    #[command(flatten)]
    model: ModelArgs,
    #[command(flatten)]
    voice: VoiceArgs,
}

impl Ask {
    pub(crate) fn run(&self, context: &Context) -> Result<u8, Failure> {
        let workspace = super::open(context)?;
        let (address, questions) = match (&self.each, self.words.as_slice()) {
            (Some(_), [_, question, ..]) => {
                let told = format!("`--each` has the questions, and here is another: {question:?}");
                return Err(Failure::usage(told).hint("put it into the file"));
            }
            (Some(path), words) => (words.first().cloned(), fan_out::questions(context, path)?),
            (None, words) => {
                let alone = |question| Asked { address: None, question: Some(question) };
                let Asked { address, question } = self.prompt.sort(context, words, alone)?;
                (address, vec![Question::new(&read_question(&question.unwrap_or_default())?)])
            }
        };
        let address = address.as_deref().unwrap_or("@");
        let is_many = self.each.is_some() || self.n_answers > 1 || self.model.model.len() > 1 || self.batch;
        if !is_many && self.max_cost.is_none() {
            return put(context, &workspace, address, self.branch.clone(), &questions[0].text, &self.model, self.voice);
        }
        let takes_stdin = self.each.as_deref() == Some("-") || self.words.iter().any(|word| word == "-");
        if !takes_stdin {
            piped::refuse(address)?;
        }
        let (wishes, endpoints) = many_wishes(context, &self.model)?;
        let ask = FanAsk {
            address: address.to_owned(),
            questions,
            wishes,
            n_answers: super::index(self.n_answers),
            branch: self.branch.clone(),
            again: self.again || !is_many,
            is_batch: self.batch,
            bounds: Bounds { most_at_once: self.jobs.map(super::index), most_cost: self.max_cost },
        };
        if is_many {
            return fan_out::run(context, &workspace, &ask, &endpoints, self.model.dry_run);
        }
        let most = fan_out::longest(context, &workspace, &ask, &endpoints)?;
        let model = ModelArgs { max_output: Some(most), ..self.model.clone() };
        put(context, &workspace, address, self.branch.clone(), &ask.questions[0].text, &model, self.voice)
    }
}

/// A question as typed, or from stdin.
fn read_question(typed: &str) -> Result<String, Failure> {
    if typed != "-" {
        return Ok(typed.to_owned());
    }
    let mut question = String::new();
    io::stdin()
        .lock()
        .read_to_string(&mut question)
        .map_err(|error| Failure::error(format!("cannot read stdin: {error}")))?;
    Ok(question)
}

/// The same wishes for each model that is named.
fn many_wishes(context: &Context, model: &ModelArgs) -> Result<(Vec<Wishes>, Environment), Failure> {
    let names: Vec<Vec<String>> = if model.model.is_empty() {
        vec![Vec::new()]
    } else {
        model.model.iter().map(|name| vec![name.clone()]).collect()
    };
    let mut all = Vec::new();
    let mut environment = None;
    for name in names {
        let (ask, endpoints) = wishes(context, &ModelArgs { model: name, ..model.clone() })?;
        all.push(ask.wishes);
        environment.get_or_insert(endpoints);
    }
    let environment = environment.unwrap_or_else(|| context.settings.endpoints.clone());
    Ok((all, environment))
}

/// Puts a question at an address, on a new branch if one is named.
pub(crate) fn put(
    context: &Context,
    workspace: &Workspace,
    address: &str,
    new_branch: Option<String>,
    question: &str,
    model: &ModelArgs,
    voice: VoiceArgs,
) -> Result<u8, Failure> {
    if question != "-" {
        piped::refuse(address)?;
    }
    let question = read_question(question)?;
    let (wishes, endpoints) = wishes(context, model)?;
    super::tell_left(context, workspace)?;
    let ask =
        workspace::Ask { address: address.to_owned(), new_branch, question: question.trim().to_owned(), ..wishes };
    let draft = workspace.draft(&ask, &endpoints)?;
    if model.dry_run {
        return rehearse(context, workspace, &draft);
    }
    let answered = send(context, workspace, &draft, voice)?;
    finish(context, &answered, &draft)
}

/// The keys and servers of the environment, and those of the user's own file.
pub(crate) fn endpoints(context: &Context, model: Option<&ModelArgs>) -> Result<Environment, Failure> {
    let terms = context.terms(None)?;
    let (choices, own) = (terms.choices, terms.key);
    let mut endpoints = context.settings.endpoints.clone();
    // What is only shown needs no key.
    let is_shown = model.is_some_and(|model| model.dry_run);
    endpoints.keyring = endpoints.keyring.filter(|_| !is_shown);
    let named = model.and_then(|model| model.base_url.as_deref());
    let is_elsewhere = model.is_some_and(|model| model.provider.is_some() && model.base_url.is_none());
    let asked = named.or(choices.base_url.as_ref().map(|said| said.value.as_str()));
    // The key is that of the address it was said with, whoever names that address.
    let own = own.filter(|own| asked.is_some_and(|asked| is_same(asked, &own.base_url)) && !is_elsewhere && !is_shown);
    if let Some(own) = own.filter(|_| !endpoints.keys.contains_key(OUR_KEY)) {
        endpoints.keys.insert(OUR_KEY, key_of(&own.command)?);
    }
    endpoints.forkful_base_url = choices.base_url.map(|said| said.value);
    Ok(endpoints)
}

/// Whether two addresses are one.
fn is_same(one: &str, other: &str) -> bool {
    matches!((Url::parse(one), Url::parse(other)), (Ok(one), Ok(other)) if one == other)
}

/// The first line that a command prints; it may ask the person something on the terminal.
fn key_of(command: &Said<String>) -> Result<Secret, Failure> {
    let shell = if cfg!(windows) { ["cmd", "/C"] } else { ["sh", "-c"] };
    let mut process = Command::new(shell[0]);
    process.args([shell[1], &command.value]).stdin(Stdio::inherit()).stderr(Stdio::inherit());
    let place = match &command.origin {
        Origin::File { path, line, .. } => format!(" in {path}:{line}"),
        _ => String::new(),
    };
    let failed = |what: String| {
        Failure::error(format!("`api_key_command` gave no key: {what}"))
            .hint(format!("`{}`{place} has to print the key on its first line", command.value))
    };
    let output = process.output().map_err(|error| failed(error.to_string()))?;
    let key = String::from_utf8_lossy(&output.stdout).lines().next().map(Secret::new);
    match key.filter(|key| !key.is_empty()) {
        Some(key) if output.status.success() => Ok(key),
        Some(_) => Err(failed(output.status.to_string())),
        None if output.status.success() => Err(failed("it printed nothing".to_owned())),
        None => Err(failed(format!("it printed nothing ({})", output.status))),
    }
}

/// The headers that a person adds.
///
/// Not clap's to read: it would print what it cannot read, which may be a key.
pub(super) fn headers(texts: &[String]) -> Result<Vec<Header>, Failure> {
    texts
        .iter()
        .map(|text| text.parse())
        .collect::<Result<_, ParseHeaderError>>()
        .map_err(|error| Failure::usage(error.to_string()))
}

/// What flags, project and environment say of model and server; where and what is asked is still to be said.
pub(crate) fn wishes(context: &Context, model: &ModelArgs) -> Result<(workspace::Ask, Environment), Failure> {
    let system = |path: &PathBuf| {
        fs::read_to_string(path).map(|text| text.trim().to_owned()).map_err(|error| {
            let failure = Failure::error(format!("cannot read {}: {error}", path.display()));
            if error.kind() != io::ErrorKind::NotFound {
                return failure;
            }
            failure
                .hint("`--system` takes a file: write the words into one, as system.md, and say `--system system.md`")
        })
    };
    let wishes = Wishes {
        model: one_model(model)?.or(context.terms(None)?.choices.model.map(|said| said.value)),
        provider: model.provider.clone(),
        protocol: model.protocol.clone(),
        base_url: model.base_url.clone(),
        system: model.system.as_ref().map(system).transpose()?,
        max_output: model.max_output,
        temperature: model.temperature,
        reasoning: model.reasoning,
        extra: model.extra_json.clone().unwrap_or_default(),
        headers: headers(&model.header)?,
        citations: model.citations,
        stream: true,
    };
    let nowhere = String::new();
    let ask = workspace::Ask { address: nowhere.clone(), new_branch: None, question: nowhere, like: None, wishes };
    Ok((ask, endpoints(context, Some(model))?))
}

/// The one model that the flags name.
fn one_model(model: &ModelArgs) -> Result<Option<String>, Failure> {
    match model.model.as_slice() {
        [] => Ok(None),
        [one] => Ok(Some(one.clone())),
        _ => Err(Failure::usage("one model answers here").hint("`forkful ask` takes several: `-m one -m other`")),
    }
}

/// Prints the exact body on stdout instead of sending it, and what surrounds it as talk.
pub(crate) fn rehearse(context: &Context, workspace: &Workspace, draft: &Draft) -> Result<u8, Failure> {
    let body = String::from_utf8_lossy(&draft.request.body);
    context.printer.out(&format!("{body}\n"))?;
    let printer = &context.printer;
    tell_left_server(context, draft);
    printer.say(format_args!("Dry run  POST {}", draft.request.url));
    for (name, value) in &draft.request.headers {
        printer.say(format_args!("         {name}: {value}"));
    }
    if let Some(key) = &draft.request.credential {
        printer.say(format_args!("         {}: {}***", key.header, key.prefix));
    }
    for header in &draft.request.more {
        printer.say(format_args!("         {header}"));
    }
    let tokens = |n_bytes| Tokens(u32::try_from(n_bytes).unwrap_or(u32::MAX));
    printer.say(format_args!(
        "         {}; the first {} of {} bytes are those of every fork",
        size(context, workspace, draft)?,
        tokens(draft.shared_bytes()),
        tokens(draft.request.body.len())
    ));
    if let Some(Price { uncached, cold, warm, answer }) = workspace.price(draft, &super::catalog(context)?)? {
        let cached = match warm {
            Some(warm) if cold > uncached => format!(", {cold} as the first of several, {warm} from a warm cache"),
            Some(warm) => format!(", {warm} from a warm cache"),
            None => String::new(),
        };
        printer.say(format_args!("Price    {uncached}{cached}; a thousand tokens of an answer {answer}"));
    }
    printer.problems(workspace.check_window(draft, &super::catalog(context)?)?.as_slice());
    Ok(0)
}

/// Says that the model's name leads to another server than the one that was asked before.
pub(super) fn tell_left_server(context: &Context, draft: &Draft) {
    if let Some(left) = &draft.left {
        let (model, here) = (&draft.prompt.model, draft.endpoint.base_url.origin());
        context.printer.say(format_args!("Leaving {left}: {model} is at {here}; `--base-url {left}` asks there again"));
    }
}

fn size(context: &Context, workspace: &Workspace, draft: &Draft) -> Result<String, Failure> {
    let tokenizer = super::tokenizer(context, workspace, &draft.prompt.model)?;
    let tokens = tokenizer.told(draft.counted_by(tokenizer.encoding()));
    Ok(format!("{tokens} tokens in {} ({tokenizer})", counted(draft.n_messages, "message")))
}

/// Sends a draft and shows the answer as it comes.
pub(crate) fn send(
    context: &Context,
    workspace: &Workspace,
    draft: &Draft,
    voice: VoiceArgs,
) -> Result<Answered, Failure> {
    if context.json {
        return send_quietly(context, workspace, draft);
    }
    carry_out(context, workspace, draft, Voice::aloud(context, workspace, draft.address(), voice))
}

/// Sends a draft and keeps the answer without showing it.
pub(crate) fn send_quietly(context: &Context, workspace: &Workspace, draft: &Draft) -> Result<Answered, Failure> {
    carry_out(context, workspace, draft, Voice::silent(context))
}

fn carry_out(
    context: &Context,
    workspace: &Workspace,
    draft: &Draft,
    mut voice: Voice<'_>,
) -> Result<Answered, Failure> {
    let (transport, runtime) = super::network(context, "asking a model")?;
    tell_left_server(context, draft);
    draft.check_key()?;
    context.printer.problems(workspace.check_window(draft, &super::catalog(context)?)?.as_slice());
    let size = size(context, workspace, draft)?;
    context.printer.say(format_args!("Asking  {} at {}, {size}", draft.prompt.model, draft.endpoint.base_url));
    let on_delta = |delta: &Delta| match delta {
        // What cannot be shown is kept all the same.
        Delta::Text(text) | Delta::Refusal(text) => drop(voice.say(text)),
        Delta::Retry { pause, because } => {
            context.printer.say(format_args!("Again in {:.1} s: {because}", pause.as_secs_f32()));
        }
        _ => {}
    };
    let act = act();
    let answered = runtime.block_on(workspace.ask(draft, &act, &transport, on_delta, interrupted(), now));
    voice.end()?;
    Ok(answered?)
}

/// Ends with the first Ctrl-C or SIGTERM.
pub(crate) async fn interrupted() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let (Ok(mut terminate), Ok(mut hang_up)) = (signal(SignalKind::terminate()), signal(SignalKind::hangup())) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
                _ = hang_up.recv() => {}
            }
            return;
        }
    }
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
