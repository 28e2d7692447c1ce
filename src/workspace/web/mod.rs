//! Sources read, and the links that they name followed.
//!
//! What is named is read first: files from the disk, addresses through a function that fetches, which
//! is handed in by whoever holds the network. Then the links of what was read are followed as deep as
//! was asked, round by round; each gives a source behind the named ones, in the order in which links
//! stand in the texts, whenever they came. Nothing here dials; a link that fails is told and stops
//! nothing. With a lock that is to be kept to, bytes are those that it names and nothing else.

mod diff;
mod follow;
mod lock;
pub(super) mod shape;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use super::{Source, Sourced, Sources};
use crate::budget::Policy;
use crate::content::{Document, Problem};
use crate::gather::fetch::{self, Arrival, Found, Refresh, Wanted};
use crate::gather::source::{self, Gathered};
use crate::gather::{self, LinkClass};
use crate::net::Url;
use crate::net::guard::By;
use crate::store::Pages;

pub use diff::{Change, Changed, WebDiff, web_diff};
pub use follow::{Chosen, Follow, Glob};
pub use lock::{Entry, Lock, Locked, NAME as LOCK, ParseLockError};

/// Fetches addresses; the arrivals stand in the order of what was wanted.
pub type Fetch<'a> = &'a mut dyn FnMut(Vec<Wanted>) -> Vec<Arrival>;

/// The way to what is not on the disk.
pub struct Web<'a> {
    /// What came from the web.
    pub pages: Pages,
    /// How more comes.
    pub fetch: Fetch<'a>,
    /// Which links are followed.
    pub follow: Follow,
    /// Files that stand for links.
    pub stand_ins: Vec<StandIn>,
    /// What every link gave before, and gives again where its bytes are here.
    pub lock: Lock,
    /// Whether nothing may be otherwise than in the lock.
    pub strict: bool,
    /// What is asked for again though it is kept or locked.
    pub refresh: Refresh,
    /// The policy of what links lead to.
    pub plain: Policy,
}

/// A file that stands for a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandIn {
    /// The link.
    pub url: String,
    /// The file.
    pub file: String,
}

/// A link and what became of it.
#[derive(Debug)]
pub struct Linked {
    /// As it stands in the text, or as it was named.
    pub url: String,
    /// What it seems to lead to.
    pub class: LinkClass,
    /// The source that it stands in; none where it was named.
    pub from: Option<String>,
    /// What became of it.
    pub state: State,
}

/// What became of a link.
#[derive(Debug)]
pub enum State {
    /// It was read.
    Read(Box<Locked>),
    /// A file stands for it.
    StandsIn(String),
    /// It is what another source is already.
    Same {
        /// What was found.
        locked: Box<Locked>,
        /// That source.
        locator: String,
    },
    /// There is nothing to read.
    Failed(gather::Error),
}

/// Whether a source is named by its address on the web.
pub fn is_address(locator: &str) -> bool {
    let scheme = locator.split_once("://").map_or("", |(scheme, _)| scheme);
    scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https")
}

/// The form in which addresses are compared; the text itself where it is none.
pub(super) fn plain_address(url: &str) -> String {
    gather::identifier(url).unwrap_or_else(|| Url::parse(url).map_or_else(|_| url.to_owned(), |url| url.address()))
}

/// Reads every source and follows their links; one that fails does not stop the others.
pub fn gather(sources: &[Source], stdin: &mut dyn Read, web: &mut Web) -> Sources {
    let mut run =
        Run { web, all: Sources::default(), depths: Vec::new(), seen: BTreeSet::new(), stood_in: BTreeSet::new() };
    run.named(sources, stdin);
    run.follow();
    run.rest_of_stand_ins();
    let Run { mut all, .. } = run;
    let documents: Vec<&Document> =
        all.read.iter().flat_map(|sourced| &sourced.gathered.documents).map(AsRef::as_ref).collect();
    all.unresolved = gather::unresolved(&documents);
    // A short link that was followed is not left short.
    let known: Vec<&str> = all.links.iter().map(|link| link.url.as_str()).collect();
    all.unresolved
        .retain(|problem| !known.iter().any(|url| problem.message == format!("short link not expanded: {url}")));
    all
}

/// Reads sources of this machine; addresses give nothing, and no link is followed.
pub fn gather_files(sources: &[Source], stdin: &mut dyn Read) -> Sources {
    let mut web = Web {
        pages: Pages::of(Path::new("")),
        fetch: &mut |_| Vec::new(),
        follow: Follow::default(),
        stand_ins: Vec::new(),
        lock: Lock::default(),
        strict: false,
        refresh: Refresh::Nothing,
        plain: Policy::PLAIN,
    };
    gather(sources, stdin, &mut web)
}

/// One run over sources and links.
struct Run<'a, 'w> {
    web: &'a mut Web<'w>,
    all: Sources,
    /// How many links deep each source that was read is still followed.
    depths: Vec<u8>,
    /// Addresses that are settled.
    seen: BTreeSet<String>,
    /// Places of the files that stand for a link which was met.
    stood_in: BTreeSet<usize>,
}

impl Run<'_, '_> {
    fn named(&mut self, sources: &[Source], stdin: &mut dyn Read) {
        let addresses =
            sources.iter().filter(|source| is_address(&source.locator) && self.stand_in(&source.locator).is_none());
        let wanted = addresses.map(|source| Wanted { url: source.locator.clone(), by: By::Person }).collect();
        let mut arrivals: BTreeMap<String, Arrival> =
            self.arrivals(wanted).into_iter().map(|arrival| (arrival.url.clone(), arrival)).collect();
        for source in sources {
            let depth = source.follow.max(self.web.follow.depth);
            if !is_address(&source.locator) {
                let found = source::gather(&source.locator, source.wishes(), stdin);
                match found.and_then(|found| gather::picked(found, &source.locator)) {
                    Ok(found) => {
                        self.all.skipped.extend(found.problems);
                        found.gathered.into_iter().for_each(|gathered| self.push(gathered, source.policy, depth));
                    }
                    Err(error) => self.all.failures.push(error.of_address()),
                }
                continue;
            }
            self.seen.insert(plain_address(&source.locator));
            let link = |state| Linked {
                url: source.locator.clone(),
                class: gather::classify(&source.locator),
                from: None,
                state,
            };
            if let Some(place) = self.stand_in(&source.locator) {
                match self.stands_in(place, source.policy, depth) {
                    Ok(file) => self.all.links.push(link(State::StandsIn(file))),
                    Err(error) => self.all.failures.push(error),
                }
                continue;
            }
            // An address that is named twice is read once.
            let Some(arrival) = arrivals.remove(&source.locator) else { continue };
            match self.read(arrival, source.wishes(), &source.locator) {
                Ok((gathered, locked)) => {
                    self.push(gathered, source.policy, depth);
                    self.all.links.push(link(State::Read(Box::new(locked))));
                }
                Err(error) => self.all.failures.push(error),
            }
        }
    }

    fn follow(&mut self) {
        let mut first = 0;
        let mut n_followed = 0;
        loop {
            let round = first..self.all.read.len();
            first = self.all.read.len();
            let texts = round.filter(|place| self.depths[*place] > 0).flat_map(|place| {
                self.all.read[place].gathered.documents.iter().map(move |document| (place, document.as_ref()))
            });
            let texts: Vec<(usize, &Document)> = texts.collect();
            if texts.is_empty() {
                return;
            }
            let choice = self.web.follow.choose(&texts, &mut self.seen, n_followed);
            self.all.skipped.extend(told(&choice, self.web.follow.max_links));
            n_followed += choice.chosen.len();
            let is_free = |chosen: &&Chosen| self.stand_in(&chosen.address).is_none();
            let wanted = choice.chosen.iter().filter(is_free);
            let wanted = wanted.map(|chosen| Wanted { url: chosen.url.clone(), by: By::Stranger }).collect();
            let mut arrivals = self.arrivals(wanted).into_iter();
            for chosen in choice.chosen {
                let depth = self.depths[chosen.from] - 1;
                let from = Some(self.all.read[chosen.from].gathered.locator.clone());
                let state = match self.stand_in(&chosen.address) {
                    Some(place) => self.stands_in(place, self.web.plain, depth).map(State::StandsIn),
                    None => match arrivals.next() {
                        Some(arrival) => self.followed(arrival, depth),
                        None => continue,
                    },
                };
                let state = state.unwrap_or_else(State::Failed);
                self.all.links.push(Linked { url: chosen.url, class: chosen.class, from, state });
            }
        }
    }

    /// What a link led to becomes a source, unless it is one already.
    fn followed(&mut self, arrival: Arrival, depth: u8) -> Result<State, gather::Error> {
        let place = arrival.result.as_ref().ok().map(|found| plain_address(&found.final_url));
        // A file may stand for what a short link turns out to be.
        if let Some(place) = place.as_deref().and_then(|address| self.stand_in(address)) {
            return self.stands_in(place, self.web.plain, depth).map(State::StandsIn);
        }
        if let Err(fetch::Error::Closed { url, .. }) = &arrival.result
            && let Some(place) = self.stand_in(&plain_address(url))
        {
            return self.stands_in(place, self.web.plain, depth).map(State::StandsIn);
        }
        let locator = arrival.result.as_ref().map_or_else(|_| arrival.url.clone(), |found| found.final_url.clone());
        let (gathered, locked) = self.read(arrival, gather::Wishes::default(), &locator)?;
        if let Some(place) = place {
            self.seen.insert(place);
        }
        let text =
            |gathered: &Gathered| gathered.documents.iter().map(|document| document.text.clone()).collect::<Vec<_>>();
        let own = text(&gathered);
        let same = |sourced: &&Sourced| {
            sourced.gathered.locator == gathered.locator
                || sourced.gathered.sha256 == gathered.sha256
                || sourced.gathered.documents.len() == own.len() && text(&sourced.gathered) == own
        };
        if let Some(same) = self.all.read.iter().find(same) {
            return Ok(State::Same { locked: Box::new(locked), locator: same.gathered.locator.clone() });
        }
        self.push(gathered, self.web.plain, depth);
        Ok(State::Read(Box::new(locked)))
    }

    fn push(&mut self, gathered: Gathered, policy: Policy, depth: u8) {
        for url in gathered.documents.iter().filter_map(|document| document.url.as_deref()) {
            self.seen.insert(plain_address(url));
        }
        self.all.read.push(Sourced { gathered, policy });
        self.depths.push(depth);
    }

    /// Files that stand for links which nobody met are sources all the same.
    fn rest_of_stand_ins(&mut self) {
        for place in 0..self.web.stand_ins.len() {
            if self.stood_in.contains(&place) {
                continue;
            }
            let StandIn { url, .. } = self.web.stand_ins[place].clone();
            match self.stands_in(place, self.web.plain, 0) {
                Ok(file) => {
                    let class = gather::classify(&url);
                    self.all.links.push(Linked { url, class, from: None, state: State::StandsIn(file) });
                }
                Err(error) => self.all.failures.push(error),
            }
        }
    }

    /// The file that stands for an address, by its place.
    fn stand_in(&self, url: &str) -> Option<usize> {
        let address = plain_address(url);
        self.web.stand_ins.iter().position(|stand_in| plain_address(&stand_in.url) == address)
    }

    /// Reads the file that stands for a link, as a source with that link's address.
    fn stands_in(&mut self, place: usize, policy: Policy, depth: u8) -> Result<String, gather::Error> {
        let StandIn { url, file } = self.web.stand_ins[place].clone();
        if self.stood_in.insert(place) {
            let wishes = gather::Wishes { address: Some(&url), ..gather::Wishes::default() };
            let found = source::gather(&file, wishes, &mut std::io::empty())?;
            self.all.skipped.extend(found.problems);
            for mut gathered in found.gathered {
                // What is a source already is what the link leads to, and no second source.
                let sha256 = gathered.sha256;
                if let Some(same) = self.all.read.iter_mut().find(|sourced| sourced.gathered.sha256 == sha256) {
                    named_by(&mut same.gathered, &url, None);
                    continue;
                }
                named_by(&mut gathered, &url, None);
                self.push(gathered, policy, depth);
            }
        }
        Ok(file)
    }

    /// Fetches, or keeps to the lock.
    fn arrivals(&mut self, wanted: Vec<Wanted>) -> Vec<Arrival> {
        if wanted.is_empty() {
            return Vec::new();
        }
        let Web { lock, strict, refresh, pages, .. } = &*self.web;
        let strict = *strict;
        let here = |url: &String| match lock.entries.get(url) {
            _ if refresh.covers(url) => None,
            Some(Entry::Page(locked)) => pages.has(locked.found.page.sha256).then(|| Ok(locked.found.clone())),
            _ if !strict => None,
            None => Some(Err(fetch::Error::NotLocked { url: url.clone() })),
            Some(Entry::Failed(reason)) => Some(Err(fetch::Error::failed_before(url, reason, false))),
            Some(Entry::Skipped(reason)) => Some(Err(fetch::Error::failed_before(url, reason, true))),
        };
        let settled: Vec<Option<Result<Found, fetch::Error>>> = wanted.iter().map(|wanted| here(&wanted.url)).collect();
        let missing = wanted.iter().zip(&settled).filter(|(_, settled)| settled.is_none());
        let missing: Vec<Wanted> = missing.map(|(wanted, _)| wanted.clone()).collect();
        let mut fetched = if missing.is_empty() { Vec::new() } else { (self.web.fetch)(missing) }.into_iter();
        let lock = &self.web.lock;
        let arrival = |(wanted, settled): (Wanted, Option<_>)| {
            let result = settled.or_else(|| fetched.next().map(|arrival| arrival.result));
            let result = result.unwrap_or_else(|| Err(fetch::Error::Stopped { url: wanted.url.clone() }));
            let result = result.and_then(|found| match lock.entries.get(&wanted.url) {
                Some(Entry::Page(locked)) if strict && locked.found.page.sha256 != found.page.sha256 => {
                    Err(fetch::Error::Differs { url: wanted.url.clone(), what: "its bytes" })
                }
                Some(Entry::Page(locked)) if strict => Ok(locked.found.clone()),
                _ => Ok(found),
            });
            Arrival { url: wanted.url, result }
        };
        wanted.into_iter().zip(settled).map(arrival).collect()
    }

    /// Reads what came for a link.
    fn read(
        &self,
        arrival: Arrival,
        wishes: gather::Wishes,
        locator: &str,
    ) -> Result<(Gathered, Locked), gather::Error> {
        let found = arrival.result.map_err(|error| gather::Error::Fetch(Box::new(error)))?;
        let gathered = read_found(&self.web.pages, &found, wishes, locator)?;
        let locked = Locked::new(found, &gathered.documents);
        let differs = match self.web.lock.entries.get(&arrival.url) {
            Some(Entry::Page(before)) => self.web.strict && before.documents != locked.documents,
            _ => false,
        };
        if differs {
            let what = "the text that its reader makes of it";
            return Err(gather::Error::Fetch(Box::new(fetch::Error::Differs { url: arrival.url, what })));
        }
        Ok((gathered, locked))
    }
}

/// Reads the bytes that were found for a link, under the name of the place where they are.
pub(super) fn read_found(
    pages: &Pages,
    found: &Found,
    wishes: gather::Wishes,
    locator: &str,
) -> Result<Gathered, gather::Error> {
    let missing = || gather::Error::Fetch(Box::new(fetch::Error::NotKept { url: found.url.clone() }));
    let bytes = pages.read(found.page.sha256).ok_or_else(missing)?;
    let wishes = gather::Wishes { charset: found.page.charset.as_deref(), address: Some(&found.page.url), ..wishes };
    let mut gathered = source::from_bytes(locator, &bytes, wishes)?;
    gathered.problems.extend(found.problem(&bytes));
    named_by(&mut gathered, &found.final_url, found.title.as_deref());
    Ok(gathered)
}

/// Documents that do not say where they stand or what they are called get it from their link.
fn named_by(gathered: &mut Gathered, url: &str, title: Option<&str>) {
    for document in &mut gathered.documents {
        let document = Arc::make_mut(document);
        document.url.get_or_insert_with(|| url.to_owned());
        document.title = document.title.take().or_else(|| title.map(str::to_owned));
    }
}

/// What is left out of a round, as notes.
fn told(choice: &follow::Choice, max_links: usize) -> Vec<Problem> {
    let mut notes = Vec::new();
    if choice.n_images > 0 {
        notes.push(Problem::note("links", format!("images not followed: {}", choice.n_images)));
    }
    if choice.n_unwanted > 0 {
        notes.push(Problem::note("links", format!("left out by --only, --skip or --same-site: {}", choice.n_unwanted)));
    }
    if choice.n_beyond > 0 {
        let message = format!("beyond --max-links {max_links}, not followed: {}", choice.n_beyond);
        notes.push(Problem::warning("links", message));
    }
    notes
}

impl Sources {
    /// What the lock says of the links.
    pub fn entries(&self) -> Vec<(String, Entry)> {
        let entry = |link: &Linked| match &link.state {
            State::Read(locked) | State::Same { locked, .. } => Some(Entry::Page(locked.clone())),
            State::StandsIn(_) => None,
            State::Failed(gather::Error::Fetch(error)) if error.is_by_nature() => {
                Some(Entry::Skipped(error.to_string()))
            }
            State::Failed(error) => Some(Entry::Failed(error.to_string())),
        };
        self.links.iter().filter_map(|link| Some((link.url.clone(), entry(link)?))).collect()
    }
}
