//! One file a verb: its flags, its call of the workspace, its print.

pub(super) mod add;
pub(super) mod answer;
pub(super) mod ask;
pub(super) mod batch;
mod batch_collect;
pub(super) mod branch;
pub(super) mod chat;
pub(super) mod check;
pub(super) mod compare;
pub(super) mod config;
pub(super) mod cost;
pub(super) mod count;
pub(super) mod diff;
pub(super) mod edit;
pub(super) mod export;
mod fan_out;
mod fan_out_board;
pub(super) mod fetch;
pub(super) mod fork;
pub(super) mod formats;
pub(super) mod gc;
pub(super) mod graft;
pub(super) mod import;
pub(super) mod init;
mod interactive;
pub(super) mod log;
pub(super) mod mock;
pub(super) mod models;
pub(super) mod note;
pub(super) mod operations;
pub(super) mod pack;
mod pack_compress;
mod pack_split;
pub(super) mod pick;
mod piped;
pub(super) mod plan;
mod plan_unit;
pub(super) mod prompts;
pub(super) mod question;
pub(super) mod rate;
pub(super) mod read;
mod read_list;
pub(super) mod record;
pub(super) mod redo;
pub(super) mod replay;
pub(super) mod resume;
pub(super) mod retry;
pub(super) mod search;
pub(super) mod show;
pub(super) mod summarise;
pub(super) mod tag;
mod tally;
pub(super) mod undo;
pub(super) mod verify;
pub(super) mod worker;

use std::io::Write as _;
use std::path::Path;
use std::{fs, io};

use tokio::runtime::Runtime;

use super::args::{CountingArgs, FitArgs, SourceArgs};
use super::failure::SOME_FAILED;
use super::printer::complain;
use super::web::{self, Gathered};
use super::{Context, Failure};
use crate::budget::{Keep, Policy};
use crate::bundle::render::{RENDERERS, Renderer};
use crate::bundle::{Duplicates, Request};
use crate::catalog::Catalog;
use crate::content::{Problem, Severity};
use crate::gather::{self, source};
use crate::net::{Live, Route};
use crate::tokens::{Encoding, Local, LocalError, Tokenizer, Tokens};
use crate::workspace::project::Terms;
use crate::workspace::web::is_address;
use crate::workspace::{Counting, ParseSourceError, Source, Workspace, amount};

/// Reads the sources of the command line, else those of the project, and what their links lead to;
/// failures of what is named end the command unless it shall keep going.
fn gather(context: &Context, args: &SourceArgs, terms: &Terms, plain: Policy) -> Result<Gathered, Failure> {
    let named = wanted(context, args, terms, plain)?;
    let mut gathered = web::gather(context, &named, &args.web, terms, args.sources.is_empty(), plain)?;
    let sources = &mut gathered.sources;
    let noticed = sources.problems();
    context.printer.problems(&noticed);
    let failures = std::mem::take(&mut sources.failures);
    sources.missed = failures.iter().flat_map(gather::Error::problems).collect();
    let code = settle(failures, args, named.len(), sources.read.is_empty())?;
    gathered.code = gathered.code.max(code).max(partial(&noticed));
    Ok(gathered)
}

/// The exit code where something in a folder or archive could not be read.
fn partial(problems: &[Problem]) -> u8 {
    let is_partial = problems.iter().any(|problem| problem.severity == Severity::Error);
    if is_partial { SOME_FAILED } else { 0 }
}

/// The sources with what the flags wish of all of them.
fn wanted(context: &Context, args: &SourceArgs, terms: &Terms, plain: Policy) -> Result<Vec<Source>, Failure> {
    let mut named = named(context, args, terms, plain)?;
    for source in &mut named {
        args.wish(source);
    }
    Ok(named)
}

impl SourceArgs {
    /// Wishes of a source what the flags say.
    fn wish(&self, source: &mut Source) {
        source.manner.branches = self.path.unwrap_or(source.manner.branches);
        source.manner.private |= self.private;
        source.manner.times = self.times.unwrap_or(source.manner.times);
        source.manner.links = self.links.unwrap_or(source.manner.links);
        source.manner.pdf = self.pdf_engine.unwrap_or(source.manner.pdf);
        source.exclude.patterns.extend(self.exclude.iter().cloned());
        source.exclude.no_ignore |= self.no_ignore;
        source.exclude.output.clone_from(&self.output);
    }
}

/// The sources of the command line with their wishes, else those of the project.
fn named(context: &Context, args: &SourceArgs, terms: &Terms, plain: Policy) -> Result<Vec<Source>, Failure> {
    if let Some(project) = &terms.project {
        let profile = project.profile.as_ref().map(|name| format!(" [profile.{name}]")).unwrap_or_default();
        context.printer.say(format_args!("Using   {}{profile}", project.shown));
    }
    if args.sources.is_empty() {
        return Ok(terms.sources(plain)?);
    }
    parse(&args.sources, plain)
}

/// Sources as they are typed.
fn parse(texts: &[String], plain: Policy) -> Result<Vec<Source>, Failure> {
    let mut parsed = Vec::new();
    for text in texts {
        parsed.push(Source::parse(text, plain, |text| amount(text).ok(), |path| Path::new(path).exists())?);
    }
    once(parsed.iter().map(|source| source.locator.as_str()))?;
    Ok(parsed)
}

/// Texts as they stand, those that are gone on without, and the exit code that this leads to.
struct Raw {
    texts: Vec<(String, String)>,
    missed: Vec<Problem>,
    code: u8,
}

/// The texts of the sources as they stand.
fn raw(context: &Context, args: &SourceArgs, terms: &Terms) -> Result<Raw, Failure> {
    let locators = if args.sources.is_empty() {
        named(context, args, terms, Policy::PLAIN)?.into_iter().map(|source| source.locator).collect()
    } else {
        args.sources.clone()
    };
    if locators.iter().any(String::is_empty) {
        return Err(ParseSourceError::Nameless.into());
    }
    once(locators.iter().map(String::as_str))?;
    let mut texts = Vec::new();
    let mut failures = Vec::new();
    for locator in &locators {
        if is_address(locator) {
            texts.push((locator.clone(), web::raw(context, &args.web, locator)?));
            continue;
        }
        match source::raw(locator, &mut io::stdin().lock()) {
            Ok(text) => texts.push((locator.clone(), text)),
            Err(error) => failures.push(error.of_address()),
        }
    }
    let missed = failures.iter().flat_map(gather::Error::problems).collect();
    let code = settle(failures, args, locators.len(), texts.is_empty())?;
    Ok(Raw { texts, missed, code })
}

/// stdin has one end.
fn once<'a>(locators: impl Iterator<Item = &'a str>) -> Result<(), Failure> {
    if locators.filter(|locator| *locator == "-").count() > 1 {
        return Err(Failure::usage("stdin (-) can be read once only"));
    }
    Ok(())
}

/// Failures end the command, or are told while the others go on.
fn settle(failures: Vec<gather::Error>, args: &SourceArgs, n: usize, nothing_left: bool) -> Result<u8, Failure> {
    if failures.is_empty() {
        return Ok(0);
    }
    if !args.keep_going || nothing_left || failures.iter().any(gather::Error::is_mismatch) {
        return Err(Failure::sources(failures, n > 1 && !args.keep_going));
    }
    for failure in failures {
        Failure::from(failure).tell();
    }
    Ok(SOME_FAILED)
}

/// What the flags ask a bundle to be, and how it is counted.
fn request(context: &Context, args: &FitArgs, renderer: &'static Renderer) -> Result<(Request, Counting), Failure> {
    let counting = counting(context, &args.counting)?;
    let (limits, over) = counting.limits(args.budget, args.reserve);
    context.printer.problems(over.as_slice());
    let (encoding, focus) = (counting.tokenizer.encoding(), args.focus.clone());
    let duplicates = if args.keep_dupes { Duplicates::Keep } else { Duplicates::Fold };
    let request = Request { encoding, budget: limits.budget, reserve: limits.reserve, renderer, focus, duplicates };
    Ok((request, counting))
}

/// How the flags want tokens counted; what is assumed for it is said.
fn counting(context: &Context, args: &CountingArgs) -> Result<Counting, Failure> {
    let encoding = match &args.tokenizer {
        Some(path) => Some(local(path)?),
        None => args.encoding,
    };
    let Some(model) = &args.model else {
        return Ok(Counting::by(encoding.unwrap_or(Encoding::O200kBase)));
    };
    let catalog = catalog(context)?;
    let (counting, told) = Counting::choose(&catalog, Some(model), encoding);
    context.printer.problems(&told);
    let counting = match context.settings.store().map(|folder| Workspace::open_existing(&folder)) {
        // A store that cannot be read is told where one is needed; an estimate has the table.
        Some(Ok(Some(workspace))) => workspace.calibrated(&catalog, counting.clone()).unwrap_or(counting),
        _ => counting,
    };
    if let Some(scale) = counting.tokenizer.scale() {
        context.printer.say(format_args!("Estimating  {model} as {scale} ({})", scale.basis));
    }
    Ok(counting)
}

/// The tokenizer in a file.
fn local(path: &Path) -> Result<Encoding, Failure> {
    let shown = path.display().to_string();
    let bytes = fs::read(path).map_err(|error| Failure::error(format!("cannot read {shown}: {error}")))?;
    let local = Local::read(&bytes).map_err(|error| {
        Failure::error(format!("cannot count by {shown}: {error}")).hint(match error {
            LocalError::NotBuilt => "build it with them: `cargo install --path . --features tokenizers`",
            LocalError::Unreadable(_) => "it is the file `tokenizer.json` beside a model's weights",
        })
    })?;
    Ok(Encoding::Local(local))
}

/// How the tokens of a model are counted that is asked through `workspace`.
fn tokenizer(context: &Context, workspace: &Workspace, model: &str) -> Result<Tokenizer, Failure> {
    let catalog = catalog(context)?;
    let (counting, _) = Counting::choose(&catalog, Some(model), None);
    Ok(workspace.calibrated(&catalog, counting.clone()).unwrap_or(counting).tokenizer)
}

/// The range of an estimate; none where the count is exact.
fn range(tokenizer: &Tokenizer, counted: Tokens) -> Option<String> {
    let scale = tokenizer.scale()?;
    let (low, high) = tokenizer.range(counted);
    Some(format!("between {low} and {high} ({counted} of {} x {} to {})", scale.base.short(), scale.low, scale.high))
}

/// The models that are known, with the person's own over them.
pub(super) fn catalog(context: &Context) -> Result<Catalog, Failure> {
    let catalog = Catalog::built_in();
    let settings = &context.settings;
    let Some(path) = settings.models.clone().or_else(|| settings.usual_models()) else { return Ok(catalog) };
    match fs::read_to_string(&path) {
        Ok(text) => Ok(catalog.with_overrides(&path.display().to_string(), &text)?),
        Err(error) if settings.models.is_none() && error.kind() == io::ErrorKind::NotFound => Ok(catalog),
        Err(error) => {
            let failure = Failure::error(format!("cannot read {}: {error}", path.display()));
            Err(if settings.models.is_some() { failure.hint("FORKFUL_MODELS names it") } else { failure })
        }
    }
}

/// The policy of a source without wishes.
fn plain_policy(args: &FitArgs) -> Policy {
    let keep = match (args.keep, &args.focus) {
        (Some(keep), _) => keep,
        (None, Some(_)) => Keep::Focus,
        (None, None) => Keep::Head,
    };
    Policy { keep, ..Policy::PLAIN }
}

/// The format to fit for; what is mailed as a file is fitted as Markdown.
fn format<'a>(flag: Option<&'a str>, terms: &'a Terms) -> &'a str {
    let said = terms.choices.format.as_ref().map(|said| said.value.as_str()).filter(|format| *format != "forkful");
    flag.or(said).unwrap_or("md")
}

/// The renderer called `name`.
fn renderer(name: &str) -> Result<&'static Renderer, Failure> {
    Renderer::named(name).ok_or_else(|| {
        let known: Vec<_> = RENDERERS.iter().map(|renderer| renderer.name).collect();
        let hint = format!("`-F` takes {}, and for pack forkful", known.join(", "));
        Failure::usage(format!("no such format: {name}")).hint(hint)
    })
}

/// A number of steps as an index.
fn index(steps: u32) -> usize {
    usize::try_from(steps).unwrap_or(usize::MAX)
}

/// Refuses `what` where `--offline` forbids it.
fn network_is_allowed(context: &Context, what: &str) -> Result<(), Failure> {
    if context.offline {
        return Err(Failure::usage(format!("--offline forbids {what}")).hint("leave `--offline` out"));
    }
    Ok(())
}

/// The way to a server, and what moves bytes on it; `--offline` forbids it to `what`.
fn network(context: &Context, what: &str) -> Result<(Live, Runtime), Failure> {
    network_is_allowed(context, what)?;
    Ok((Live::new(&Route::Direct)?, runtime()?))
}

/// What moves bytes and waits.
fn runtime() -> Result<Runtime, Failure> {
    let broken = |error: io::Error| Failure::error(format!("cannot start the network: {error}"));
    tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(broken)
}

/// The opened store, which is made only by verbs that put something new into it ([`made`]).
///
/// A place that somebody names has a store or is a mistake; where nobody names one and there is none yet,
/// an empty one stands in.
fn open(context: &Context) -> Result<Workspace, Failure> {
    let Some(folder) = context.settings.store() else { return Ok(Workspace::empty()?) };
    match Workspace::open_existing(&folder)? {
        Some(workspace) => Ok(workspace),
        None if context.settings.is_store_named() => Err(Failure::no_store(&folder)),
        None => Ok(Workspace::empty()?),
    }
}

/// The opened store, made where there is none.
fn made(context: &Context) -> Result<Workspace, Failure> {
    let folder = context.settings.store().ok_or_else(|| {
        Failure::error("there is no home folder to keep a store in").hint("name one with `--store DIR`")
    })?;
    let workspace = Workspace::open(&folder)?;
    if let Some(path) = workspace.emptied() {
        complain(&format!("warning: the store {} had no byte in it and is begun anew", path.display()));
    }
    Ok(workspace)
}

/// Says once that a killed call left something.
fn tell_left(context: &Context, workspace: &Workspace) -> Result<(), Failure> {
    match workspace.n_left()? {
        0 => {}
        1 => context.printer.say("Left    an answer that was left behind: `forkful resume`"),
        n => context.printer.say(format_args!("Left    {n} answers that were left behind: `forkful resume`")),
    }
    Ok(())
}

/// Writes a file whole or not at all: into a temporary name beside it, then renamed.
///
/// A link is followed; a device or pipe is written to as it is; a source is never written over.
pub(super) fn write(path: &Path, bytes: &[u8], sources: &[String]) -> Result<(), Failure> {
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    if sources.iter().any(|source| fs::canonicalize(source).is_ok_and(|source| source == target)) {
        let shown = path.display();
        return Err(Failure::usage(format!("{shown} is one of the sources")).hint("name another file with `-o`"));
    }
    let is_special = fs::metadata(&target).is_ok_and(|metadata| !metadata.is_file());
    let written = if is_special { fs::write(&target, bytes) } else { replace(&target, bytes) };
    written.map_err(|error| {
        let failure = Failure::error(format!("cannot write {}: {error}", path.display()));
        match path.parent().filter(|folder| error.kind() == io::ErrorKind::NotFound && !folder.exists()) {
            Some(folder) => failure.hint(format!("make the folder: `mkdir -p {}`", folder.display())),
            None => failure,
        }
    })
}

fn replace(target: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut name = target.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.part", std::process::id()));
    let part = target.with_file_name(name);
    // What the disk did not take shows when it is synced, before the name stands for it.
    let kept = fs::File::create(&part).and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()));
    let written = kept.and_then(|()| fs::rename(&part, target));
    if written.is_err() {
        // What could not be written or renamed is of no use to anybody.
        let _ = fs::remove_file(&part);
    }
    written
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::error(format!("cannot write to stdout: {error}"))
    }
}
