//! Why a verb could not be done.

use super::BundleFinding;
use crate::budget::{self, Need};
use crate::content::Digest;
use crate::store::{self, ObjectKind};
use crate::{bundle, fork, send};

/// Why a verb could not be done; the cause below names the culprit.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Pins, floors or the frame alone exceed the budget.
    #[error("{error}")]
    DoesNotFit {
        /// What it takes and what there is.
        error: budget::Error,
        /// Locators of the sources that insist, with what they insist on.
        needs: Vec<(String, Need)>,
    },
    /// The bundle cannot be made or rendered.
    #[error(transparent)]
    Bundle(bundle::Error),
    /// The store refused.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// An address or a branch is not what it should be.
    #[error(transparent)]
    Fork(#[from] fork::Error),
    /// The model cannot be asked.
    #[error(transparent)]
    Send(#[from] send::Error),
    /// Nobody says which model to ask.
    #[error("no model is named")]
    NoModel,
    /// The cut order `focus` has no question to look at.
    #[error("there is no question to focus on")]
    NoFocus,
    /// A question of white space only.
    #[error("the {0} is empty")]
    EmptyText(&'static str),
    /// The place asked from is not the tip of a branch, and no branch was named.
    #[error("{address} is not the tip of a branch")]
    NotATip {
        /// The address as typed.
        address: String,
    },
    /// A format was asked for of something that is no bundle.
    #[error("{address} is no bundle, and only bundles have formats")]
    NotABundle {
        /// The address as typed.
        address: String,
    },
    /// The only word is an address, so the question is missing.
    #[error("there is no question for {address}")]
    NoQuestion {
        /// The address as typed.
        address: String,
    },
    /// Nobody has answered there yet.
    #[error("there is no answer at {address}")]
    NoAnswer {
        /// The address as typed.
        address: String,
    },
    /// There is nothing that the reader of a thin file does not have.
    #[error("nothing is new since {since}")]
    NothingNew {
        /// The words after `--since`.
        since: String,
    },
    /// The journal does not go so far.
    #[error("there is no operation {number}, the last is {last}")]
    NoOperation {
        /// The number.
        number: u64,
        /// The newest operation.
        last: u64,
    },
    /// Words stand where they cannot stay behind without another hash for all that follows.
    #[error("{words:?} stands in {kind} {id}, which travels whole or not at all")]
    CannotWithhold {
        /// The words.
        words: String,
        /// Where they stand.
        id: Digest,
        /// What that is.
        kind: ObjectKind,
    },
    /// No source is cited so, or holds the words.
    #[error("no source that travels is or holds {name:?}")]
    NothingToWithhold {
        /// The citation or the words.
        name: String,
    },
    /// A file brings a bundle that is not what it says.
    #[error("the file is refused: {finding}")]
    Forged {
        /// What is wrong with it.
        finding: BundleFinding,
    },
}

impl Error {
    /// A bundle's error, with the locators of the sources that do not fit.
    pub(super) fn fit(error: bundle::Error, locators: &[String]) -> Self {
        match error {
            bundle::Error::Budget(error) => {
                let needs = match &error {
                    budget::Error::Reserved { needs, .. } => needs.clone(),
                    budget::Error::Frame { .. } => Vec::new(),
                };
                let named = |need: Need| Some((locators.get(need.source)?.clone(), need));
                Self::DoesNotFit { error, needs: needs.into_iter().filter_map(named).collect() }
            }
            other => Self::Bundle(other),
        }
    }
}

impl From<bundle::Error> for Error {
    fn from(error: bundle::Error) -> Self {
        match error {
            bundle::Error::Store(error) => Self::Store(error),
            other => Self::Bundle(other),
        }
    }
}
