//! Why a verb could not be done.

use std::collections::BTreeMap;

use super::{BundleFinding, project};
use crate::budget::{self, Need};
use crate::catalog::Money;
use crate::content::Digest;
use crate::store::{self, ObjectKind};
use crate::tokens::{Scale, Tokens, Told};
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
        /// The source that holds most documents, each with a frame of its own, and how many.
        fullest: Option<(String, usize)>,
        /// The scale by which its numbers are estimated, at the upper end.
        scale: Option<Box<Scale>>,
    },
    /// A budget was named that the model does not have, and it was used.
    #[error("{total} tokens{} are more than the {usable} that {model} reads",
        if total.exact { String::new() } else { format!(", and perhaps {most},") })]
    OverWindow {
        /// The model.
        model: String,
        /// What the fit takes.
        total: Told,
        /// What it takes at most.
        most: Tokens,
        /// What the model reads beside the reserve.
        usable: Tokens,
        /// The largest budget that the model has.
        budget: Tokens,
    },
    /// A question that does not fit its model's window was not sent.
    #[error("the prompt of {tokens} tokens{} does not fit the {} that {model} reads",
        answer.map_or(String::new(), |answer| format!(" with an answer of {answer}")),
        window)]
    OverWindowOf {
        /// The model.
        model: String,
        /// The prompt, as the model counts.
        tokens: Tokens,
        /// What the answer may take, where that was said.
        answer: Option<Tokens>,
        /// What it reads at most.
        window: Tokens,
        /// The budget with which the bundle would fit, where that is enough.
        budget: Option<Tokens>,
    },
    /// A piece without a place to cut it is larger than a part.
    #[error("{locator}: a piece that cannot be cut needs {needed} tokens with its frame, a part has {size}")]
    TooLarge {
        /// The source with the piece.
        locator: String,
        /// What a part with nothing else would take.
        needed: Tokens,
        /// The size of a part.
        size: Tokens,
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
    /// The project file cannot be used or changed.
    #[error(transparent)]
    Project(#[from] project::Error),
    /// A provider is to count, and there is no key for it.
    #[error("there is no key for {origin}")]
    NoKey {
        /// The variable in which it would stand.
        variable: &'static str,
        /// Scheme, host and port.
        origin: String,
    },
    /// A model's prices are unknown, and the cost is limited.
    #[error("nobody knows what {model} costs")]
    NoPrice {
        /// The model.
        model: String,
    },
    /// Even what is planned costs more than was allowed.
    #[error("{what} {needed}, and {most} are allowed")]
    TooDear {
        /// What costs so much: `the questions alone cost`.
        what: &'static str,
        /// What they cost as planned.
        needed: Money,
        /// What was allowed.
        most: Money,
    },
    /// The provider shall cite, and its protocol knows no such thing.
    #[error("the protocol {protocol} has no citations of its own")]
    NoCitations {
        /// The protocol's name.
        protocol: &'static str,
    },
    /// The cost of a batch is limited, and the length of its answers is not.
    #[error("a batch cannot be stopped on its way, and its answers may be of any length")]
    Unbounded,
    /// No batch is called so, or several are.
    #[error("no batch is called {name}")]
    NoBatch {
        /// The name as typed.
        name: String,
    },
    /// Nobody says which model to ask.
    #[error("no model is named")]
    NoModel,
    /// The cut order `focus`, or a weight of `auto`, has no question to look at.
    #[error("there is no question to focus on")]
    NoFocus,
    /// Nothing of a plan is called so.
    #[error("{address} names no {} of this plan", if n_units.is_some() || address.contains('#') { "unit" } else { "source" })]
    NoUnit {
        /// The address as typed.
        address: String,
        /// The sources there are.
        ids: Vec<String>,
        /// How many units the source has, if that is what is wrong.
        n_units: Option<usize>,
    },
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
    /// A bundle was asked for, and this is something else.
    #[error("{address} is not a bundle")]
    NotABundleHere {
        /// The address as typed.
        address: String,
    },
    /// A message was asked for, and this is a bundle.
    #[error("{address} is a bundle, not a message")]
    NotAMessage {
        /// The address as typed.
        address: String,
    },
    /// A branch was asked for, and this is something else.
    #[error("{address} is not a branch")]
    NotABranch {
        /// The address as typed.
        address: String,
    },
    /// The bundle has no source of this id.
    #[error("there is no source {cited}")]
    NoSource {
        /// What was cited.
        cited: String,
        /// How many sources there are.
        n_sources: usize,
    },
    /// The source has no such place.
    #[error("{cited} has no place {place}")]
    NoPassage {
        /// The source.
        cited: String,
        /// What was cited.
        place: String,
        /// The bundle as typed.
        address: String,
        /// The label that looks most like it.
        nearest: Option<String>,
    },
    /// The recording ends before that time.
    #[error("{cited} ends before {place}: its last words begin at {last}")]
    PastEnd {
        /// The source.
        cited: String,
        /// What was cited.
        place: String,
        /// The bundle as typed.
        address: String,
        /// Where its last words begin.
        last: String,
    },
    /// The text of a source is not here.
    #[error("the text of {cited} was withheld by whoever sent it: {title}, document {}", document.short())]
    Withheld {
        /// The source.
        cited: String,
        /// What it is called.
        title: String,
        /// Its document.
        document: Digest,
    },
    /// No model call gave this message.
    #[error("no model call of this store gave {address}")]
    NoRun {
        /// The address as typed.
        address: String,
    },
    /// An edit that changes nothing.
    #[error("{address} says that already")]
    Unchanged {
        /// The address as typed.
        address: String,
    },
    /// There is nothing to bring over.
    #[error("{branch} has nothing that {onto} lacks")]
    NothingBeyond {
        /// The branch whose turns were to come.
        branch: String,
        /// Where they were to go.
        onto: String,
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
    /// Nothing was said yet of what is to go to another program.
    #[error("nothing was said on {} yet", address.as_deref().unwrap_or("any bundle"))]
    NothingSaid {
        /// The address as typed.
        address: Option<String>,
    },
    /// The file of another program holds one conversation, and there are more.
    #[error("a {dialect} file holds one conversation, and there are {n_there}")]
    OneConversation {
        /// The program's shape.
        dialect: &'static str,
        /// How many were to go.
        n_there: usize,
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
    pub(super) fn fit(error: bundle::Error, locators: &[String], scale: Option<&Scale>) -> Self {
        match error {
            bundle::Error::Budget(error) => {
                let needs = match &error {
                    budget::Error::Reserved { needs, .. } => needs.clone(),
                    budget::Error::Frame { .. } => Vec::new(),
                };
                let named = |need: Need| Some((locators.get(need.source)?.clone(), need));
                let needs = needs.into_iter().filter_map(named).collect();
                let mut held: BTreeMap<&String, usize> = BTreeMap::new();
                for locator in locators {
                    *held.entry(locator).or_default() += 1;
                }
                let fullest = held.into_iter().max_by_key(|(_, n)| *n);
                let fullest = fullest.map(|(locator, n)| (locator.clone(), n));
                Self::DoesNotFit { error, needs, fullest, scale: scale.cloned().map(Box::new) }
            }
            bundle::Error::TooLarge { entry, needed, size } => {
                Self::TooLarge { locator: locators.get(entry).cloned().unwrap_or_default(), needed, size }
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
