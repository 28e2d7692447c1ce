//! What is otherwise on the web since the lock was written.

use serde::Serialize;
use similar::{ChangeTag, TextDiff};

use super::{Entry, Fetch, Lock, read_found};
use crate::gather::{self, Wishes, fetch};
use crate::net::guard::By;
use crate::store::Pages;

/// What became of every link of a lock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebDiff {
    /// In the order of their addresses.
    pub links: Vec<Changed>,
}

/// One link, then and now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// The link.
    pub url: String,
    /// What became of it.
    pub change: Change,
}

/// What became of a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Nothing.
    Same,
    /// Its bytes are others, and they say the same.
    Bytes,
    /// It says something else.
    Text {
        /// What it said; none where those bytes are gone.
        before: Option<String>,
        /// What it says.
        after: String,
    },
    /// It leads elsewhere, whatever that says.
    Moved {
        /// Where it led.
        from: String,
        /// Where it leads.
        to: String,
    },
    /// It gave something, and gives nothing.
    Gone(String),
    /// It gave nothing, and gives something.
    Came,
    /// It gave nothing then and gives nothing now.
    Never(String),
}

/// Asks every link of a lock again; nothing of the lock changes.
pub fn web_diff(lock: &Lock, pages: &Pages, fetch: Fetch) -> WebDiff {
    let asked = lock.entries.iter().filter(|(_, entry)| !matches!(entry, Entry::Skipped(_)));
    let wanted: Vec<_> = asked.clone().map(|(url, _)| fetch::Wanted { url: url.clone(), by: By::Stranger }).collect();
    let arrivals = fetch(wanted);
    let links = asked.zip(arrivals).map(|((url, entry), arrival)| {
        let change = match (entry, arrival.result) {
            (Entry::Page(_), Err(error)) => Change::Gone(error.to_string()),
            (_, Err(error)) => Change::Never(error.to_string()),
            (Entry::Page(locked), Ok(found)) => {
                let before = &locked.found;
                if before.final_url != found.final_url {
                    Change::Moved { from: before.final_url.clone(), to: found.final_url }
                } else if before.page.sha256 == found.page.sha256 {
                    Change::Same
                } else {
                    texts(text(pages, before).ok(), text(pages, &found))
                }
            }
            // What is no more to read than when it was locked has not come.
            (_, Ok(found)) => match text(pages, &found) {
                Ok(_) => Change::Came,
                Err(error) => Change::Never(error.to_string()),
            },
        };
        Changed { url: url.clone(), change }
    });
    WebDiff { links: links.collect() }
}

fn texts(before: Option<String>, after: Result<String, gather::Error>) -> Change {
    match after {
        Ok(after) if before.as_ref() == Some(&after) => Change::Bytes,
        Ok(after) => Change::Text { before, after },
        Err(error) => Change::Gone(error.to_string()),
    }
}

/// What was found says.
fn text(pages: &Pages, found: &fetch::Found) -> Result<String, gather::Error> {
    let gathered = read_found(pages, found, Wishes::default(), &found.final_url)?;
    Ok(gathered.documents.iter().map(|document| document.text.as_str()).collect::<Vec<_>>().join("\n"))
}

impl Change {
    /// The word for scripts.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Bytes => "bytes",
            Self::Text { .. } => "text",
            Self::Moved { .. } => "moved",
            Self::Gone(_) => "gone",
            Self::Came => "came",
            Self::Never(_) => "never",
        }
    }

    /// Lines that came and lines that went, where it says something else.
    pub fn lines(&self) -> Option<(usize, usize)> {
        let Self::Text { before: Some(before), after } = self else { return None };
        let diff = TextDiff::from_lines(before, after);
        let count = |tag| diff.iter_all_changes().filter(|change| change.tag() == tag).count();
        Some((count(ChangeTag::Insert), count(ChangeTag::Delete)))
    }
}

impl WebDiff {
    /// Whether a new pack with `--refresh` would hold something else.
    pub fn is_clean(&self) -> bool {
        self.links.iter().all(|link| matches!(link.change, Change::Same | Change::Bytes | Change::Never(_)))
    }

    /// One line a link, and below it the lines that are otherwise.
    pub fn table(&self, stat: bool) -> String {
        let mut out = String::new();
        for Changed { url, change } in &self.links {
            let told = match change {
                Change::Same => "same     ".to_owned() + url,
                Change::Bytes => format!("same     {url}  (other bytes, the same text)"),
                Change::Text { before: None, .. } => format!("changed  {url}  (the old text is not here)"),
                Change::Text { .. } => {
                    let (added, removed) = change.lines().unwrap_or_default();
                    format!("changed  {url}  +{added} −{removed} lines")
                }
                Change::Moved { from, to } => format!("moved    {url}  from {from} to {to}"),
                Change::Gone(error) => format!("gone     {url}  {}", crate::content::line(error)),
                Change::Came => format!("came     {url}"),
                Change::Never(error) => format!("failing  {url}  {}", crate::content::line(error)),
            };
            out += &(told + "\n");
            if let (Change::Text { before: Some(before), after }, false) = (change, stat) {
                let diff = TextDiff::from_lines(before, after);
                for hunk in diff.unified_diff().context_radius(1).iter_hunks() {
                    for change in hunk.iter_changes() {
                        out += &format!("    {}{}\n", change.tag(), change.value().trim_end());
                    }
                }
            }
        }
        out
    }

    /// The `forkful.web-diff/1` value.
    pub fn shape(&self) -> impl Serialize + use<> {
        let links = self.links.iter().map(|Changed { url, change }| {
            let (added, removed) = change.lines().unzip();
            let (from, to) = match change {
                Change::Moved { from, to } => (Some(from.clone()), Some(to.clone())),
                _ => (None, None),
            };
            let error = match change {
                Change::Gone(error) | Change::Never(error) => Some(error.clone()),
                _ => None,
            };
            ShapeLink { url: url.clone(), change: change.name(), added, removed, from, to, error }
        });
        Shape { schema: "forkful.web-diff/1", clean: self.is_clean(), links: links.collect() }
    }
}

#[derive(Serialize)]
struct Shape {
    schema: &'static str,
    clean: bool,
    links: Vec<ShapeLink>,
}

#[derive(Serialize)]
struct ShapeLink {
    url: String,
    change: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    added: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    removed: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}
