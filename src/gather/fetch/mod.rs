//! Links fetched: many at once, fair to every host, each through the guard, kept by hash.
//!
//! [`fetch`] takes addresses and gives for each what is to be read, or why there is nothing; one that
//! fails never stops the others. What is kept is not asked for again unless it is to be refreshed, and
//! then with the words that its server gave it. A host is asked a few things at a time, is left alone
//! when it asks for that, and its robots.txt is heeded for links that no person named. A download that
//! breaks off is gone on with. When it is stopped, what arrived stays.
//! Nothing that comes is run or unfolded here: it is bytes with a hash.

mod allowance;
mod error;
mod hosts;
mod media;
mod obtain;
mod robots;
#[cfg(test)]
mod tests;
mod visit;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;

use crate::content::{Problem, Timestamp};
use crate::net::Url;
use crate::net::guard::{By, Client};
use crate::store::{Page, Pages};
use hosts::Hosts;

pub use error::Error;

/// A link to fetch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The address as it was named.
    pub url: String,
    /// Who named it.
    pub by: By,
}

/// What became of one.
#[derive(Debug)]
pub struct Arrival {
    /// The address as it was named.
    pub url: String,
    /// What is read for it, or why there is nothing.
    pub result: Result<Found, Error>,
}

/// What is read for a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The link as it was named.
    pub url: String,
    /// Where it leads, as people know that place.
    pub final_url: String,
    /// The addresses that it led through.
    pub hops: Vec<String>,
    /// The site whose rule was followed.
    pub site: &'static str,
    /// The bytes.
    pub page: Page,
    /// What it is called, where the bytes do not say.
    pub title: Option<String>,
    /// How they came.
    pub way: Way,
}

/// How bytes came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    /// They were here.
    Kept,
    /// They were here, and their server says that they still are what it has.
    Unchanged,
    /// They were fetched.
    Fetched,
}

/// How to behave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manners {
    /// Whether robots.txt is heeded.
    pub robots: bool,
    /// What is asked for again though it is kept.
    pub refresh: Refresh,
    /// How many requests one host gets at a time.
    pub per_host: usize,
    /// How many there are at a time in all.
    pub at_once: usize,
    /// How often a request goes out again.
    pub n_retries: u32,
    /// The pause before the first time, doubled for each further one.
    pub first_pause: Duration,
    /// The longest pause that a server may ask for.
    pub longest_pause: Duration,
    /// The longest that a link may take, all tries together; as long as each of them may where nothing is said.
    pub link: Option<Duration>,
    /// The moment of this run.
    pub now: Timestamp,
}

/// What is asked for again though it is kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Refresh {
    /// Nothing.
    #[default]
    Nothing,
    /// Everything.
    All,
    /// These links.
    These(BTreeSet<String>),
}

/// What is told of a link on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    /// A host is asked.
    Asking,
    /// So many bytes are here, of so many if that was said.
    Bytes {
        /// How many.
        n: u64,
        /// Of how many.
        of: Option<u64>,
    },
    /// The next attempt is after this pause.
    Waiting(Duration),
    /// It is over, well or not.
    Done {
        /// Whether there is something to read.
        well: bool,
    },
}

/// Whoever is told the news of the link at a place.
pub type Heard = Arc<dyn Fn(usize, &News) + Send + Sync>;

/// What one run of fetching needs.
pub(crate) struct Fetcher {
    client: Option<Client>,
    pages: Pages,
    manners: Manners,
    hosts: Hosts,
    heard: Heard,
}

impl Manners {
    /// Four requests a host and 256 in all, three attempts, robots.txt heeded.
    pub fn standard(now: Timestamp) -> Self {
        Self {
            robots: true,
            refresh: Refresh::Nothing,
            per_host: 4,
            at_once: 256,
            n_retries: 2,
            first_pause: Duration::from_secs(1),
            longest_pause: Duration::from_mins(1),
            link: None,
            now,
        }
    }
}

impl Refresh {
    /// These links and no others.
    pub fn these<'a>(urls: impl Iterator<Item = &'a str>) -> Self {
        Self::These(urls.map(plain).collect())
    }

    /// Whether a link is asked for again.
    pub fn covers(&self, url: &str) -> bool {
        match self {
            Self::Nothing => false,
            Self::All => true,
            Self::These(urls) => urls.contains(&plain(url)),
        }
    }
}

/// An address in the form in which browsers write it.
fn plain(url: &str) -> String {
    Url::parse(url).map_or_else(|_| url.to_owned(), |url| url.address())
}

/// Fetches links; without a client only what is kept is found.
///
/// The arrivals stand in the order of what was wanted; `stop` ends it early.
pub async fn fetch(
    client: Option<Client>,
    pages: &Pages,
    manners: &Manners,
    wanted: Vec<Wanted>,
    heard: Heard,
    stop: impl Future<Output = ()>,
) -> Vec<Arrival> {
    let hosts = Hosts::new(manners.per_host.max(1), manners.at_once.max(1));
    let (pages, manners) = (pages.clone(), manners.clone());
    let fetcher = Arc::new(Fetcher { client, pages, manners, hosts, heard });
    let mut under_way = JoinSet::new();
    for (at, wanted) in wanted.iter().cloned().enumerate() {
        let fetcher = Arc::clone(&fetcher);
        under_way.spawn(async move {
            let result = fetcher.obtain(&wanted, at).await.map_err(|error| error.beyond(&wanted.url));
            (fetcher.heard)(at, &News::Done { well: result.is_ok() });
            (at, result)
        });
    }
    let mut results: Vec<Option<Result<Found, Error>>> = wanted.iter().map(|_| None).collect();
    tokio::pin!(stop);
    loop {
        tokio::select! {
            biased;
            () = &mut stop => break,
            next = under_way.join_next() => match next {
                Some(Ok((at, result))) => results[at] = Some(result),
                // A task that fell is one that was stopped.
                Some(Err(_)) => {}
                None => break,
            },
        }
    }
    under_way.abort_all();
    let arrival = |(wanted, result): (Wanted, Option<_>)| {
        let stopped = || Err(Error::Stopped { url: wanted.url.clone() });
        Arrival { result: result.unwrap_or_else(stopped), url: wanted.url }
    };
    wanted.into_iter().zip(results).map(arrival).collect()
}

impl Found {
    /// What a person should know of the bytes: that they are not what their server calls them.
    pub fn problem(&self, bytes: &[u8]) -> Option<Problem> {
        let (declared, sniffed) = (self.page.media_type.as_deref()?, media::sniffed(bytes)?);
        let differs = media::differs(declared, sniffed);
        differs
            .then(|| Problem::warning(&self.final_url, format!("the server calls it {declared}, and it is {sniffed}")))
    }
}
