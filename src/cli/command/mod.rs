//! One file a verb: its flags, its call of the workspace, its print.

pub(super) mod ask;
pub(super) mod count;
pub(super) mod export;
pub(super) mod fork;
pub(super) mod formats;
pub(super) mod import;
pub(super) mod log;
pub(super) mod pack;
pub(super) mod plan;
pub(super) mod read;
pub(super) mod record;
pub(super) mod show;
pub(super) mod undo;
pub(super) mod verify;

use std::io;
use std::path::Path;

use super::args::{FitArgs, SourceArgs, amount};
use super::{Context, Failure};
use crate::budget::Policy;
use crate::bundle::Request;
use crate::bundle::render::{RENDERERS, Renderer};
use crate::workspace::{self, Source, Sources, Workspace};

/// Some sources failed and the others went through.
const SOME_FAILED: u8 = 4;

/// What was read, and the exit code that it leads to.
struct Gathered {
    sources: Sources,
    code: u8,
}

/// Reads the sources as their flags say; failures end the command unless it shall keep going.
fn gather(context: &Context, args: &SourceArgs, plain: Policy) -> Result<Gathered, Failure> {
    let mut parsed = Vec::new();
    for text in &args.sources {
        parsed.push(Source::parse(text, plain, |text| amount(text).ok(), |path| Path::new(path).exists())?);
    }
    if parsed.iter().filter(|source| source.locator == "-").count() > 1 {
        return Err(Failure::usage("stdin (-) can be read once only"));
    }
    let mut sources = workspace::gather(&parsed, &mut io::stdin().lock());
    context.printer.problems(&sources.problems());
    let failures = std::mem::take(&mut sources.failures);
    let code = if failures.is_empty() { 0 } else { SOME_FAILED };
    if !failures.is_empty() && (!args.keep_going || sources.read.is_empty()) {
        return Err(Failure::sources(failures, args.sources.len() > 1 && !args.keep_going));
    }
    for failure in failures {
        Failure::from(failure).tell();
    }
    Ok(Gathered { sources, code })
}

/// What the flags ask a bundle to be.
fn request(args: &FitArgs, renderer: &'static Renderer) -> Request {
    Request { encoding: args.encoding.encoding, budget: args.budget, reserve: args.reserve, renderer }
}

/// The policy of a source without wishes.
fn plain_policy(args: &FitArgs) -> Result<Policy, Failure> {
    let keep = args.keep.parse().map_err(|error| Failure::usage(format!("{error}")))?;
    Ok(Policy { keep, ..Policy::PLAIN })
}

/// The renderer called `name`.
fn renderer(name: &str) -> Result<&'static Renderer, Failure> {
    Renderer::named(name).ok_or_else(|| {
        let known: Vec<_> = RENDERERS.iter().map(|renderer| renderer.name).collect();
        Failure::usage(format!("no such format: {name}")).hint(format!("`-F` takes {}", known.join(", ")))
    })
}

/// The opened store.
fn open(context: &Context) -> Result<Workspace, Failure> {
    let folder = context.settings.store().ok_or_else(|| {
        Failure::error("there is no home folder to keep a store in").hint("name one with `--store DIR`")
    })?;
    Ok(Workspace::open(&folder)?)
}

/// Writes a file whole or not at all: into a temporary name beside it, then renamed.
fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.part", std::process::id()));
    let part = path.with_file_name(name);
    let written = std::fs::write(&part, bytes).and_then(|()| std::fs::rename(&part, path));
    written.map_err(|error| {
        // What could not be written or renamed is of no use to anybody.
        let _ = std::fs::remove_file(&part);
        let failure = Failure::error(format!("cannot write {}: {error}", path.display()));
        match path.parent().filter(|folder| error.kind() == io::ErrorKind::NotFound && !folder.exists()) {
            Some(folder) => failure.hint(format!("make the folder: `mkdir -p {}`", folder.display())),
            None => failure,
        }
    })
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::error(format!("cannot write to stdout: {error}"))
    }
}
