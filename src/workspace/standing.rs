//! Where a conversation stands: what a person sees who comes to it.

use super::{Error, Workspace};
use crate::content::Digest;
use crate::fork::{self, Place};
use crate::store::BUNDLES;
use crate::tokens::Tokens;

/// Where a conversation stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// An address that means this place as long as nobody else moves it: the branch, else the id.
    pub address: String,
    /// The branch that goes on from here.
    pub branch: Option<String>,
    /// Whether a question here needs a branch made for it.
    pub is_inside: bool,
    /// Turns up to here.
    pub n_turns: usize,
    /// The bundle under it.
    pub bundle: Digest,
    /// What the bundle is called.
    pub bundle_name: Option<String>,
    /// Tokens of the bundle.
    pub tokens: Tokens,
}

impl Workspace {
    /// Where the conversation at an address stands.
    pub fn standing(&self, address: &str) -> Result<Standing, Error> {
        let place = fork::resolve(&self.store, address)?;
        let id = place.id();
        let bundle = fork::bundle_of(&self.store, id)?;
        let branch = match &place {
            Place::Branch(branch) => Some(branch.name.clone()),
            Place::Bundle { .. } => None,
            Place::Message { .. } => fork::branches_at(&self.store, id)?.into_iter().next().map(|branch| branch.name),
        };
        let names = self.store.pointers(BUNDLES)?;
        let name = names.into_iter().find(|(_, id)| *id == bundle).map(|(name, _)| name[BUNDLES.len()..].to_owned());
        Ok(Standing {
            address: branch.clone().or_else(|| name.clone().filter(|_| id == bundle)).unwrap_or_else(|| id.to_string()),
            is_inside: branch.is_none() && matches!(place, Place::Message { .. }),
            branch,
            n_turns: fork::turns(&self.store, id)?.len(),
            tokens: Tokens(self.store.bundle(bundle)?.total_tokens),
            bundle,
            bundle_name: name,
        })
    }

    /// The questions that were asked last, the newest last, each once.
    pub fn asked(&self, most: usize) -> Result<Vec<String>, Error> {
        let mut questions: Vec<String> = Vec::new();
        for run in self.store.runs()?.iter().rev() {
            if questions.len() == most {
                break;
            }
            // A question whose way is gone by garbage collection is none to remember.
            let Ok(record) = self.store.message(run.question) else { continue };
            let question = record.message.spoken();
            if !questions.contains(&question) {
                questions.push(question);
            }
        }
        questions.reverse();
        Ok(questions)
    }
}
