//! The way from the flags to what is not on the disk.

use std::fs;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::args::WebArgs;
use super::failure::{INTERRUPTED, SOME_FAILED};
use super::progress::Progress;
use super::settings::now;
use super::table::counted;
use super::{Context, Failure};
use crate::budget::Policy;
use crate::content::Problem;
use crate::gather;
use crate::gather::fetch::{self, Arrival, Manners, Refresh, Wanted, Way};
use crate::net::guard::{By, Client, Gate, Limits};
use crate::store::Pages;
use crate::workspace::project::{Project, Terms};
use crate::workspace::web::{Follow, Lock, StandIn, State, Web, is_address};
use crate::workspace::{self, Source, Sources};

/// Links that are followed at most where nobody says how many.
const MAX_LINKS: usize = 100;

/// What was read, the exit code that its links lead to, and where their lock lies.
pub(super) struct Gathered {
    pub(super) sources: Sources,
    pub(super) code: u8,
    lock: Option<(PathBuf, Lock, bool)>,
}

/// Reads sources and follows their links as the flags say.
pub(super) fn gather(
    context: &Context,
    named: &[Source],
    args: &WebArgs,
    terms: &Terms,
    of_project: bool,
    plain: Policy,
) -> Result<Gathered, Failure> {
    let from_project = terms.project.as_ref().filter(|_| of_project);
    let mut stand_ins = args.stand_ins.clone();
    stand_ins.extend(from_project.map(Project::stand_ins).unwrap_or_default());
    let follow = args.follow(named);
    let reaches = named.iter().any(|source| is_address(&source.locator) || source.follow > 0) || follow.depth > 0;
    let path = args.lock.clone().or_else(|| from_project.map(Project::lock_path));
    let lock = match path.as_deref().filter(|_| reaches || args.locked) {
        Some(path) => read_lock(path, args.locked)?,
        None if args.locked => {
            return Err(
                Failure::usage("there is no lock to keep to").hint("name it with `--lock FILE`, or use a forkful.toml")
            );
        }
        None => Lock::default(),
    };
    let folder = context.settings.store();
    if reaches && folder.is_none() {
        let failure = Failure::error("there is no home folder to keep pages in");
        return Err(failure.hint("name a folder with `--store DIR`"));
    }
    let pages = Pages::of(&folder.unwrap_or_default());
    let mut line = Line::new(context, args, pages.clone())?;
    let sources = {
        let mut fetch = |wanted: Vec<Wanted>| line.fetch(wanted);
        let mut web = Web {
            pages,
            fetch: &mut fetch,
            follow,
            stand_ins,
            lock: lock.clone(),
            strict: args.locked,
            refresh: args.refresh(),
            plain,
        };
        workspace::gather(named, &mut io::stdin().lock(), &mut web)
    };
    line.end()?;
    let lock = path.filter(|_| reaches && !args.locked).map(|path| {
        let alone = from_project.is_some_and(|project| project.profile.is_none()) && sources.failures.is_empty();
        (path, lock, alone)
    });
    let code = tell(context, &sources)?;
    Ok(Gathered { sources, code, lock })
}

/// Reads one source without following its links.
pub(super) fn alone(context: &Context, source: &Source, args: &WebArgs) -> Result<Sources, Failure> {
    let (only, skip, stand_ins) = (Vec::new(), Vec::new(), Vec::new());
    let still = WebArgs { follow: false, depth: None, max_links: None, same_site: false, ..args.clone() };
    let args = WebArgs { only, skip, stand_ins, locked: false, lock: None, ..still };
    let source = Source { follow: 0, ..source.clone() };
    let terms = Terms::default();
    Ok(gather(context, std::slice::from_ref(&source), &args, &terms, false, Policy::PLAIN)?.sources)
}

/// Says what became of the links that gave nothing; one that is not as locked ends the command.
fn tell(context: &Context, sources: &Sources) -> Result<u8, Failure> {
    let failed = sources.links.iter().filter_map(|link| match &link.state {
        State::Failed(error) => Some((link, error)),
        _ => None,
    });
    let failed: Vec<_> = failed.collect();
    let mismatches: Vec<Failure> =
        failed.iter().filter(|(_, error)| error.is_mismatch()).map(|(_, error)| Failure::link(error)).collect();
    if !mismatches.is_empty() {
        return Err(Failure::all(mismatches));
    }
    let mut code = 0;
    let mut hints = Vec::new();
    for (link, error) in failed {
        let failure = Failure::link(error);
        if error.is_by_nature() {
            let from = link.from.as_deref().unwrap_or("links");
            context.printer.problems(&[Problem::warning(from, format!("not followed: {error}"))]);
        } else {
            code = SOME_FAILED;
            failure.about(&link.url).tell_errors();
        }
        for hint in Failure::link(error).into_hints() {
            // What is to be done about one link is to be done about others of its kind.
            let kind = hint.split(['`', '=']).next().unwrap_or_default().to_owned();
            if !hints.iter().any(|(known, _)| *known == kind) {
                hints.push((kind, hint));
            }
        }
    }
    for (_, hint) in hints {
        context.printer.say(format_args!("hint: {hint}"));
    }
    Ok(code)
}

impl Gathered {
    /// Writes what the links gave into the lock, if there is one.
    pub(super) fn write_lock(&self, context: &Context) -> Result<(), Failure> {
        let Some((path, before, alone)) = &self.lock else { return Ok(()) };
        let entries = self.sources.entries();
        let after = before.clone().with(entries, *alone);
        if after == *before || after.entries.is_empty() && !path.exists() {
            return Ok(());
        }
        super::command::write(path, after.text().as_bytes(), &[])?;
        context.printer.say(format_args!("Locked  {}  {}", path.display(), counted(after.entries.len(), "link")));
        Ok(())
    }
}

/// The lock in a file; an absent one is empty unless it is to be kept to.
pub(super) fn read_lock(path: &Path, is_needed: bool) -> Result<Lock, Failure> {
    let shown = path.display();
    match fs::read_to_string(path) {
        Ok(text) => text.parse().map_err(|error| {
            let failure = Failure::error(format!("{shown}: {error}"));
            failure.hint("take the file away to lock anew, or bring it back from where it was whole")
        }),
        Err(error) if error.kind() == io::ErrorKind::NotFound && !is_needed => Ok(Lock::default()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Err(Failure::mismatch(format!("there is no lock {shown}")).hint("pack once without `--locked`"))
        }
        Err(error) => Err(Failure::error(format!("cannot read {shown}: {error}"))),
    }
}

/// Fetches for one command, and keeps what went wrong on the way there.
pub(super) struct Line<'a> {
    context: &'a Context,
    gate: Gate,
    limits: Limits,
    roots: Vec<u8>,
    manners: Manners,
    pages: Pages,
    failure: Option<Failure>,
    stopped: bool,
}

impl<'a> Line<'a> {
    pub(super) fn new(context: &'a Context, args: &WebArgs, pages: Pages) -> Result<Self, Failure> {
        let mut gate = Gate::default();
        let bad = |error: crate::net::guard::ParseGateError| Failure::usage(error.to_string());
        for host in &args.allow_private {
            gate.allow(host).map_err(bad)?;
        }
        for name in &args.resolve {
            gate.name(name).map_err(bad)?;
        }
        let roots = match &args.cacert {
            Some(path) => {
                fs::read(path).map_err(|error| Failure::error(format!("cannot read {}: {error}", path.display())))?
            }
            None => Vec::new(),
        };
        let standard = Limits::STANDARD;
        let total = args.timeout.map_or(standard.total, Duration::from_secs);
        let within = |limit: Duration| limit.min(total);
        let limits = Limits {
            bytes: args.max_bytes.unwrap_or(standard.bytes),
            total,
            connect: within(standard.connect),
            head: within(standard.head),
            idle: within(standard.idle),
            ..standard
        };
        let manners = Manners {
            robots: !args.no_robots,
            refresh: args.refresh(),
            link: args.timeout.map(Duration::from_secs),
            ..Manners::standard(now())
        };
        Ok(Self { context, gate, limits, roots, manners, pages, failure: None, stopped: false })
    }

    /// Fetches; what stands in the way of all is told by [`Self::end`].
    pub(super) fn fetch(&mut self, wanted: Vec<Wanted>) -> Vec<Arrival> {
        let stopped = |wanted: Vec<Wanted>| {
            let arrival = |wanted: Wanted| Arrival {
                result: Err(fetch::Error::Stopped { url: wanted.url.clone() }),
                url: wanted.url,
            };
            wanted.into_iter().map(arrival).collect()
        };
        if self.stopped || self.failure.is_some() {
            return stopped(wanted);
        }
        let client = if self.context.offline {
            None
        } else {
            match Client::new(self.gate.clone(), self.limits, &self.roots) {
                Ok(client) => Some(client),
                Err(fault) => {
                    self.failure = Some(Failure::error(fault.to_string()));
                    return stopped(wanted);
                }
            }
        };
        let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
            Ok(runtime) => runtime,
            Err(error) => {
                self.failure = Some(Failure::error(format!("cannot start the network: {error}")));
                return stopped(wanted);
            }
        };
        let visible = io::stderr().is_terminal() && !self.context.printer.is_quiet();
        let progress = Progress::new(wanted.iter().map(|wanted| wanted.url.clone()).collect(), visible);
        let was_stopped = AtomicBool::new(false);
        let stop = async {
            // Without a signal to wait for nobody stops it.
            if tokio::signal::ctrl_c().await.is_err() {
                std::future::pending::<()>().await;
            }
            was_stopped.store(true, Ordering::Relaxed);
        };
        let begun = now();
        let arrivals =
            runtime.block_on(fetch::fetch(client, &self.pages, &self.manners, wanted, progress.heard(), stop));
        // Names that are still being looked up are not waited for.
        runtime.shutdown_background();
        progress.clear();
        self.stopped = was_stopped.load(Ordering::Relaxed);
        self.summary(&arrivals, now().0 - begun.0);
        arrivals
    }

    /// `Fetched 12 links in 1.2s (3 kept, 1 unchanged)`
    fn summary(&self, arrivals: &[Arrival], elapsed: i64) {
        let count = |way: Way| {
            arrivals.iter().filter(|arrival| arrival.result.as_ref().is_ok_and(|found| found.way == way)).count()
        };
        let n_failed = arrivals.iter().filter(|arrival| arrival.result.is_err()).count();
        let others = [(count(Way::Kept), "kept"), (count(Way::Unchanged), "unchanged"), (n_failed, "without a text")];
        let others: Vec<String> =
            others.iter().filter(|(n, _)| *n > 0).map(|(n, word)| format!("{n} {word}")).collect();
        let others = if others.is_empty() { String::new() } else { format!(", {}", others.join(", ")) };
        #[expect(clippy::cast_precision_loss, reason = "shown with one digit")]
        let seconds = elapsed.max(0) as f64 / 1000.0;
        let n = counted(count(Way::Fetched), "link");
        self.context.printer.say(format_args!("Fetched {n} in {seconds:.1}s{others}"));
    }

    /// What stood in the way of everything.
    pub(super) fn end(self) -> Result<(), Failure> {
        if self.stopped {
            let failure = Failure::coded(INTERRUPTED, "stopped");
            return Err(failure.hint("what arrived is kept; the same command goes on from there"));
        }
        self.failure.map_or(Ok(()), Err)
    }
}

impl WebArgs {
    /// How links of these sources are followed; whoever says which links are followed wants some to be.
    pub(super) fn follow<'a>(&self, named: impl IntoIterator<Item = &'a Source>) -> Follow {
        let chooses = !self.only.is_empty() || !self.skip.is_empty() || self.max_links.is_some() || self.same_site;
        let is_implied = chooses && named.into_iter().all(|source| source.follow == 0);
        let depth = self.depth.unwrap_or(u8::from(self.follow || is_implied));
        Follow {
            depth,
            only: self.only.clone(),
            skip: self.skip.clone(),
            max_links: self.max_links.unwrap_or(MAX_LINKS),
            same_site: self.same_site,
        }
    }

    fn refresh(&self) -> Refresh {
        match self.refresh.as_slice() {
            [] => Refresh::Nothing,
            urls if urls.iter().any(String::is_empty) => Refresh::All,
            urls => Refresh::these(urls.iter().map(String::as_str)),
        }
    }
}

/// What came for an address, as text as it stands.
pub(super) fn raw(context: &Context, args: &WebArgs, url: &str) -> Result<String, Failure> {
    let folder = context.settings.store().unwrap_or_default();
    let pages = Pages::of(&folder);
    let mut line = Line::new(context, args, pages.clone())?;
    let arrival = line.fetch(vec![Wanted { url: url.to_owned(), by: By::Person }]).pop();
    line.end()?;
    let found = arrival.map(|arrival| arrival.result.map_err(|error| gather::Error::Fetch(Box::new(error))));
    let found = found.transpose()?.ok_or_else(|| Failure::error(format!("nothing came for {url}")))?;
    let bytes = pages.read(found.page.sha256).unwrap_or_default();
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Reads `URL=FILE`; an address may have equal signs of its own.
pub(super) fn stand_in(text: &str) -> Result<StandIn, String> {
    let splits: Vec<(&str, &str)> = text.match_indices('=').map(|(at, _)| (&text[..at], &text[at + 1..])).collect();
    let there = splits.iter().find(|(_, file)| !file.is_empty() && Path::new(file).exists());
    let (url, file) = there.or(splits.last()).ok_or("write URL=FILE")?;
    let url = if url.contains("://") { (*url).to_owned() } else { format!("https://{url}") };
    crate::net::Url::parse(&url).map_err(|error| error.to_string())?;
    if file.is_empty() {
        return Err("write URL=FILE".to_owned());
    }
    Ok(StandIn { url, file: (*file).to_owned() })
}
