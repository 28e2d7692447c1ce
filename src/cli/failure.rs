//! Errors become words, hints and exit codes here and nowhere else.

mod answer;
mod library;
mod link;
mod project;
mod source;
mod store;

use std::error::Error as StdError;
use std::path::Path;
use std::process::ExitCode;

use super::printer::{complain, folded};
use crate::content::{Problem, line};
use crate::store::check_name;
use crate::tokens::Scale;
use crate::workspace::{Error, ParseSourceError};
use crate::{budget, bundle, catalog, fork, gather, net, serve};

pub(super) use crate::content::chain;

/// The command could not be done.
const FAILURE: u8 = 1;
/// The command line makes no sense.
const USAGE: u8 = 2;
/// Floors, pins or the frame exceed the budget.
pub(super) const DOES_NOT_FIT: u8 = 3;
/// Some sources failed and the others went through.
pub(super) const SOME_FAILED: u8 = 4;
/// The person stopped it.
pub(super) const INTERRUPTED: u8 = 130;
/// Something is not what its hash or count says.
pub(super) const MISMATCH: u8 = 5;
/// The provider refused, failed or cut.
pub(super) const PROVIDER: u8 = 6;

/// What a person is told when a command fails.
#[derive(Debug)]
pub(super) struct Failure {
    code: u8,
    /// What led to it.
    reasons: Vec<Problem>,
    errors: Vec<String>,
    hints: Vec<String>,
}

impl Failure {
    /// Nothing yet, to which failures are added.
    pub(super) fn none() -> Self {
        Self { code: FAILURE, reasons: Vec::new(), errors: Vec::new(), hints: Vec::new() }
    }

    /// A failure at run time.
    pub(super) fn error(message: impl Into<String>) -> Self {
        Self { errors: vec![message.into()], ..Self::none() }
    }

    /// A command line that makes no sense.
    pub(super) fn usage(message: impl Into<String>) -> Self {
        Self { code: USAGE, ..Self::error(message) }
    }

    /// With one more thing to type next.
    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// The sources that failed, and whether the others could go on without them.
    pub(super) fn sources(failures: Vec<gather::Error>, others: bool) -> Self {
        let mut all = Self::none();
        for failure in failures.into_iter().map(Self::from) {
            all.code = all.code.max(failure.code);
            all.reasons.extend(failure.reasons);
            all.errors.extend(failure.errors);
            all.hints.extend(failure.hints);
        }
        if others { all.hint("the others go on with `--keep-going`") } else { all }
    }

    /// A place that was named as a store's and holds none.
    pub(super) fn no_store(folder: &Path) -> Self {
        let shown = folder.display();
        Self::error(format!("there is no store in {shown}"))
            .hint(format!("check `--store`, or make one there: `forkful pack SRC... --name NAME --store {shown}`"))
    }

    /// With what it is about, where an error does not name that itself.
    pub(super) fn about(mut self, name: &str) -> Self {
        let nameless = self.errors.iter_mut().filter(|error| !error.contains(name));
        nameless.for_each(|error| *error = format!("{name}: {error}"));
        self
    }

    /// How the process ends.
    pub(super) fn code(&self) -> u8 {
        self.code
    }

    /// Says what went wrong.
    pub(super) fn tell(&self) {
        for (_, told) in folded(&self.reasons) {
            complain(&told);
        }
        for error in &self.errors {
            complain(&line(&format!("error: {error}")));
        }
        for hint in &self.hints {
            complain(&line(&format!("hint: {hint}")));
        }
    }

    /// Says that something was done without this.
    pub(super) fn warn(&self, consequence: &str) {
        for error in &self.errors {
            complain(&format!("warning: {error}; {consequence}"));
        }
    }

    /// Says what went wrong and how the process ends.
    pub(super) fn report(&self) -> ExitCode {
        self.tell();
        ExitCode::from(self.code)
    }
}

/// The cause that has none.
fn innermost(error: &dyn StdError) -> String {
    let mut cause = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}

/// A path's file name as the name of a bundle.
fn stem(path: &str) -> String {
    let stem = Path::new(path).file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
    let kept: String = stem.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    if check_name(&kept).is_ok() { kept } else { "NAME".to_owned() }
}

impl From<ParseSourceError> for Failure {
    fn from(error: ParseSourceError) -> Self {
        let failure = Self::usage(chain(&error));
        if error == ParseSourceError::Nameless {
            return failure.hint("a variable that is unset gives an empty word; this folder is `.`");
        }
        failure
            .hint("a source takes `@weight=2,floor=2k,cap=8k,keep=ends,tier=spare,as=FORMAT,branches=all,times=none,links=none,private,follow,pin`; a weight may be auto")
    }
}

impl From<catalog::Error> for Failure {
    fn from(error: catalog::Error) -> Self {
        Self { code: USAGE, ..Self::error(error.to_string()) }
    }
}

impl From<fork::Error> for Failure {
    fn from(error: fork::Error) -> Self {
        let message = chain(&error);
        match error {
            fork::Error::Store(error) => Self::from(error),
            fork::Error::Unknown { name, .. } if Path::new(&name).is_file() => Self::error(message)
                .hint(format!("it is a file: `forkful pack {name} --name {}`, and ask that", stem(&name))),
            fork::Error::Unknown { nearest: Some(nearest), .. } | fork::Error::NoTag { nearest: Some(nearest), .. } => {
                Self::error(message).hint(format!("there is `{nearest}`"))
            }
            fork::Error::Unknown { name, .. } if name.contains(' ') => {
                Self::error(message).hint("a question comes after its address: `forkful fork @ -b NAME \"question\"`")
            }
            fork::Error::NoTag { nearest: None, .. } => Self::error(message).hint("`forkful tag` lists the tags"),
            fork::Error::NothingToUndo | fork::Error::NothingToRedo => {
                Self::error(message).hint("`forkful operations` lists what was done")
            }
            fork::Error::Unknown { nearest: None, .. } => Self::error(message).hint("`forkful log` lists what is here"),
            fork::Error::TooFarBack { name, n_turns: 0, .. } => {
                Self::error(message).hint(format!("`forkful show {name}` shows what is there"))
            }
            fork::Error::TooFarBack { name, n_turns, .. } => {
                Self::error(message).hint(format!("`{name}~{n_turns}` is its beginning, the bundle"))
            }
            fork::Error::Ambiguous { ids, .. } => {
                let ids: Vec<_> = ids.iter().map(|id| id.to_string()[..12].to_owned()).collect();
                Self::error(message).hint(format!("type one of {}", ids.join(", ")))
            }
            fork::Error::NowhereYet => {
                Self::error(message).hint("pack something first: `forkful pack SRC... --name NAME`")
            }
            fork::Error::Taken { name, .. } => {
                Self::error(message).hint(format!("choose another name; `forkful show {name}` shows what has it"))
            }
            fork::Error::Name(_) | fork::Error::Address { .. } => Self { code: USAGE, ..Self::error(message) },
            _ => Self::error(message),
        }
    }
}

impl From<serve::Error> for Failure {
    fn from(error: serve::Error) -> Self {
        Self::error(chain(&error)).hint("name another port with `--port N`, or leave it out")
    }
}

impl From<net::Error> for Failure {
    fn from(error: net::Error) -> Self {
        Self::error(chain(&error))
    }
}

impl From<bundle::Error> for Failure {
    fn from(error: bundle::Error) -> Self {
        let failure = Self::error(chain(&error));
        match error {
            bundle::Error::Reserve { .. } => {
                Self { code: DOES_NOT_FIT, ..failure }.hint("raise `--budget` or lower `--reserve`")
            }
            bundle::Error::Recount { .. } | bundle::Error::Misfit { .. } => Self { code: MISMATCH, ..failure },
            _ => failure,
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let failure = Self::error(chain(&error));
        match error {
            Error::DoesNotFit { error, needs, fullest, scale } => does_not_fit(failure, &error, needs, fullest, scale),
            Error::OverWindow { budget, .. } => {
                Self { code: DOES_NOT_FIT, ..failure }.hint(format!("it fits with `--budget {}`", budget.0))
            }
            Error::OverWindowOf { budget, answer, .. } => {
                let lower = if answer.is_some() { "lower `--max-output`, " } else { "" };
                let pack = budget.map_or_else(
                    || "fork from further back".to_owned(),
                    |budget| format!("pack the sources with `--budget {}`", budget.0),
                );
                Self { code: DOES_NOT_FIT, ..failure }.hint(format!("{lower}{pack}, or ask a model that reads more"))
            }
            Error::TooLarge { needed, .. } => {
                Self { code: DOES_NOT_FIT, ..failure }.hint(format!("larger parts hold it: `--split {}`", needed.0))
            }
            Error::Bundle(error) => error.into(),
            Error::Store(error) => error.into(),
            Error::Fork(error) => error.into(),
            Error::Send(error) => error.into(),
            Error::Project(error) => error.into(),
            Error::NoKey { variable, .. } => Self { code: USAGE, ..failure }
                .hint(format!("set {variable}, or name a server that needs none with `--base-url URL`")),
            Error::NoModel => Self { code: USAGE, ..failure }.hint("name one with `-m MODEL`, or set FORKFUL_MODEL"),
            Error::NoPrice { model } => Self { code: USAGE, ..failure }.hint(format!(
                "write its prices into models.toml (`id = \"{model}\"`, `input`, `output`), or leave `--max-cost` out"
            )),
            Error::NoCitations { .. } => Self { code: USAGE, ..failure }
                .hint("leave `--citations` out: answers cite by the marks of the bundle, and `forkful check` holds them to it"),
            Error::Unbounded => {
                Self { code: USAGE, ..failure }.hint("say `--max-output N` with it, or leave `--batch` out")
            }
            Error::NoBatch { .. } => Self { code: USAGE, ..failure }.hint("`forkful batch list` lists them"),
            Error::TooDear { .. } => Self { code: DOES_NOT_FIT, ..failure }
                .hint("raise `--max-cost`, ask fewer questions, or see `--dry-run`"),
            Error::NoFocus => Self { code: USAGE, ..failure }.hint("name it: `--focus \"question\"`"),
            Error::NoUnit { ids, n_units, .. } => {
                let last = ids.last().map_or("s1", String::as_str);
                let all =
                    if ids.len() > 1 { format!("the sources are s1 to {last}") } else { "the source is s1".to_owned() };
                Self { code: USAGE, ..failure }.hint(match n_units {
                    Some(n_units) => format!("its units go from #1 to #{n_units}"),
                    None => format!("{all}; a unit is named as {last}#1"),
                })
            }
            Error::EmptyText(_) => Self { code: USAGE, ..failure },
            Error::NotATip { address } => {
                failure.hint(format!("branch off there: `forkful fork {address} -b NAME \"question\"`"))
            }
            Error::NotABundle { address } => failure.hint(format!("without `-F`: `forkful show {address}`")),
            Error::NotAMessage { address } => {
                failure.hint(format!("a message is a branch's tip or an id that `forkful log {address}` shows"))
            }
            Error::NoSource { n_sources, .. } => failure.hint(format!("the bundle has s1 to s{n_sources}")),
            Error::NoPassage { cited, address, nearest, .. } => match nearest {
                Some(nearest) => failure.hint(format!("there is `forkful show \"{address}[{cited} {nearest}]\"`")),
                None => failure.hint(format!("`forkful show \"{address}[{cited}]\"` shows its beginning")),
            },
            Error::PastEnd { cited, address, last, .. } => {
                failure.hint(format!("`forkful show \"{address}[{cited} {last}]\"` shows its end"))
            }
            Error::Withheld { .. } => failure.hint(
                "pack that source here, `forkful pack FILE`, or ask for the file with it; the other sources are here",
            ),
            Error::NoRun { .. } => failure.hint("a run stands behind an answer that `forkful ask` brought"),
            Error::Unchanged { address } => failure.hint(format!("`forkful retry {address}` asks the same again")),
            Error::NothingBeyond { branch, onto } => {
                failure.hint(format!("`forkful diff {branch} {onto}` shows where they stand"))
            }
            Error::NotABundleHere { .. } => failure.hint("`forkful log` shows the bundles, each after its ◆"),
            Error::NotABranch { .. } => failure.hint("`forkful branch` lists the branches"),
            Error::NoQuestion { address } => {
                Self { code: USAGE, ..failure }.hint(format!("`forkful ask {address} \"question\"`"))
            }
            Error::NoAnswer { .. } => failure.hint("`forkful log` lists branches with answers"),
            Error::NothingSaid { .. } => failure.hint("`forkful log` lists what was said on which bundle"),
            Error::OneConversation { dialect, .. } => {
                failure.hint(format!("name one: `forkful export BUNDLE --as {dialect}`"))
            }
            Error::NothingNew { .. } => failure.hint("the whole file: `forkful export` without `--since`"),
            Error::NoOperation { .. } => failure,
            Error::CannotWithhold { .. } => {
                failure.hint("export a branch that does not say it: `forkful export BRANCH`, or edit it first")
            }
            Error::NothingToWithhold { .. } => failure.hint("`forkful show BUNDLE` has the sources, s1 on"),
            Error::Forged { .. } => {
                Self { code: MISMATCH, ..failure }.hint("nothing was written; do not trust the file's sender")
            }
        }
    }
}

fn does_not_fit(
    failure: Failure,
    error: &budget::Error,
    needs: Vec<(String, budget::Need)>,
    fullest: Option<(String, usize)>,
    scale: Option<Box<Scale>>,
) -> Failure {
    let mut failure = Failure { code: DOES_NOT_FIT, ..failure };
    for (locator, need) in needs {
        let word = if need.pinned { "pinned" } else { "floor" };
        failure.errors.push(format!("{locator}: {word}, {} tokens", need.tokens));
    }
    if let Some(scale) = scale {
        failure.errors.push(format!("estimated at {} x {}, the upper end", scale.base.short(), scale.high));
    }
    let (budget::Error::Frame { capacity, needed } | budget::Error::Reserved { capacity, needed, .. }) = error;
    let missing = *needed - *capacity;
    let way = match (error, fullest) {
        (budget::Error::Reserved { .. }, _) => "unpin a source or lower a floor".to_owned(),
        (_, Some((source, n))) if n > 1 => format!("or pick one of its {n} documents: `{source}#WORDS`"),
        _ => "or name fewer sources".to_owned(),
    };
    failure.hint(format!("{missing} tokens are missing: raise `--budget` by that much, {way}"))
}
