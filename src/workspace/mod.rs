//! What forkful can do, free of any face: one file a verb.
//!
//! Reading, counting and planning need no store and are functions; whatever keeps something is a
//! method of [`Workspace`], an opened store. Every verb takes values (moments come in, so does the
//! word that makes an attempt unique) and returns values that the faces print; [`shape`] has their
//! JSON. Decisions are made here, so that the terminal and the page decide alike.

pub mod batch;
pub mod library;
pub mod project;
pub mod shape;

mod amount;
mod ask;
mod branch;
mod bundle_diff;
mod calibrate;
mod carry;
mod check;
mod cited;
mod compare;
mod compress;
mod cost;
mod count;
mod counting;
mod diff;
mod draft;
mod edit;
mod error;
mod exchange;
mod explain;
pub mod fan_out;
mod fork;
mod gc;
mod land;
mod links;
mod list;
mod log;
mod operations;
mod overflow;
mod pack;
mod page;
mod passage;
mod read;
mod record;
mod remark;
mod replay;
mod resume;
mod search;
mod show;
mod source;
mod standing;
mod summarise;
mod tally;
pub mod trial;
mod verify;
pub mod web;
mod window;
mod words;

use std::path::Path;

use crate::content::Timestamp;
use crate::store::{Entry, Store};

pub use amount::{ParseAmountError, amount, short_amount};
pub use ask::Answered;
pub use branch::{Deleted, ListedBranch};
pub use bundle_diff::{BundleDiff, BundleSide, DocumentDiff, Fate};
pub use carry::Carried;
pub use check::Checked;
pub use compare::{Compared, ComparedAnswer};
pub use compress::{ParseSqueezeError, Squeezable, Squeeze, Squeezed};
pub use cost::{By, Costs, Miss, Row, Why};
pub use count::{Counted, count, count_raw, texts};
pub use counting::{Counting, Limits};
pub use diff::{Diff, Side, TalkDiff, TurnPair, TurnText};
pub use draft::{Ask, Draft, Wishes};
pub use edit::{Edited, Onto, Open};
pub use error::Error;
pub use exchange::{Abroad, Adopted, AdoptedBranch, AdoptedTree, Released};
pub use exchange::{Exported, Imported, Intake, Parcel, Withhold};
pub use fork::Forked;
pub use links::Links;
pub use list::{ListAsk, Listed, Listing, list};
pub use log::{LogAsk, Logged};
pub use operations::ListedOperation;
pub use pack::{Fit, Prepared, plan, prepare};
pub use passage::{Citation, Passage};
pub use read::{markdown, read};
pub use record::Recorded;
pub use remark::{ParseRatingError, Rating};
pub use replay::{Replay, ReplayTurn};
pub use resume::Resumed;
pub use search::{Foundling, Searched};
pub use show::{Aspect, Shown};
pub use source::{MAX_DEPTH, ParseSourceError, Source, Sourced, Sources};
pub use standing::Standing;
pub use tally::{Keys, Tallied, counter, tally};
pub use trial::Trial;
pub use verify::{BundleFinding, Verified};
pub use web::gather;

/// An opened store and what its faces need to change it.
#[derive(Debug)]
pub struct Workspace {
    store: Store,
}

/// Who changes the store, and when: what the journal says of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Act {
    /// The moment of the command.
    pub time: Timestamp,
    /// Its words, without secrets.
    pub command: Vec<String>,
}

impl Workspace {
    /// Opens the store in `folder`, creating it if it is not there.
    pub fn open(folder: &Path) -> Result<Self, Error> {
        Ok(Self { store: Store::open(folder)? })
    }

    /// A store that holds nothing and leaves nothing behind.
    pub fn empty() -> Result<Self, Error> {
        Ok(Self { store: Store::open_in_memory()? })
    }

    /// The store's file, where it was there without a byte and is begun anew.
    pub fn emptied(&self) -> Option<&Path> {
        Some(self.store.path()).filter(|_| self.store.was_empty())
    }
}

impl Act {
    fn entry(&self, description: String) -> Entry {
        Entry { time: self.time, description, command: self.command.clone(), undoes: None }
    }
}
