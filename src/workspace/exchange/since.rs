//! What the reader of a thin file has already.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use crate::content::Digest;
use crate::fork;
use crate::store::record::Pointers;
use crate::store::{BRANCHES, REMOTES};
use crate::workspace::{Error, Workspace};

/// What a reader has, by the words after `--since`.
pub(super) enum Seen {
    /// One message or bundle with all before it.
    Place(Digest),
    /// Names as they stood.
    View(Pointers),
}

impl Seen {
    /// Whether a name at that place is no news.
    pub(super) fn is_known(&self, name: &str, tip: Digest) -> bool {
        match self {
            Self::Place(id) => *id == tip,
            Self::View(view) => view.get(name) == Some(&tip),
        }
    }

    /// What the reader has.
    pub(super) fn ids(&self) -> BTreeSet<Digest> {
        match self {
            Self::Place(id) => BTreeSet::from([*id]),
            Self::View(view) => view.values().copied().collect(),
        }
    }
}

impl Workspace {
    /// Reads an address, the number of an operation, or the name of a peer.
    pub(super) fn since(&self, word: &str) -> Result<Seen, Error> {
        let unknown = match fork::resolve(&self.store, word) {
            Ok(place) => return Ok(Seen::Place(place.id())),
            Err(error @ (fork::Error::Unknown { .. } | fork::Error::Address { .. })) => error,
            Err(error) => return Err(error.into()),
        };
        let theirs = format!("{REMOTES}{word}/");
        let of_peer = self.store.pointers(&theirs)?;
        if !of_peer.is_empty() {
            let named = of_peer.into_iter().map(|(name, tip)| (format!("{BRANCHES}{}", &name[theirs.len()..]), tip));
            return Ok(Seen::View(named.collect()));
        }
        match word.parse() {
            Ok(number) => self.view_after(number),
            Err(_) => Err(unknown.into()),
        }
    }

    /// The names as an operation left them.
    fn view_after(&self, number: u64) -> Result<Seen, Error> {
        let mut last = 0;
        self.store.walk_heads(|operation| {
            last = operation.number;
            Ok(ControlFlow::Break(()))
        })?;
        if number > last {
            return Err(Error::NoOperation { number, last });
        }
        Ok(Seen::View(self.store.state_at(number)?.pointers))
    }
}
