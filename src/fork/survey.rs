//! The messages that tips lead to, each read once.

use std::collections::{BTreeMap, BTreeSet};

use super::Error;
use crate::content::{Digest, Role, line};
use crate::store::{ObjectKind, Store};

/// A preview is no longer than so many characters.
const PREVIEW: usize = 200;

/// What tips stand on, down to their bundles.
#[derive(Debug, Clone, Default)]
pub struct Survey {
    /// Messages by id.
    pub known: BTreeMap<Digest, Known>,
    /// The bundles under the tips.
    pub bundles: BTreeSet<Digest>,
}

/// What a survey keeps of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// The message before it, or the bundle.
    pub parent: Digest,
    /// Who speaks.
    pub role: Role,
    /// The message that starts its turn.
    pub question: Digest,
    /// The bundle under it.
    pub bundle: Digest,
    /// Turns up to it, its own included.
    pub n_turns: usize,
    /// The words on one line, where it starts a turn.
    pub preview: String,
}

impl Survey {
    /// Looks at everything that `tips` lead to.
    pub fn read(store: &Store, tips: &BTreeSet<Digest>) -> Result<Self, Error> {
        let mut survey = Self::default();
        for tip in tips {
            survey.walk(store, *tip)?;
        }
        Ok(survey)
    }

    /// The bundle under a tip and the turns up to it.
    pub fn place(&self, tip: Digest) -> (Digest, usize) {
        self.known.get(&tip).map_or((tip, 0), |known| (known.bundle, known.n_turns))
    }

    /// Reads from `tip` down to what is known, then settles upwards what depends on the parent.
    fn walk(&mut self, store: &Store, tip: Digest) -> Result<(), Error> {
        let mut path = Vec::new();
        let mut id = tip;
        let bundle = loop {
            if let Some(known) = self.known.get(&id) {
                break known.bundle;
            }
            match store.kind(id)? {
                Some(ObjectKind::Message) => {
                    let record = store.message(id)?;
                    path.push((id, record.parent, record.message));
                    id = path[path.len() - 1].1;
                }
                Some(ObjectKind::Bundle) => break id,
                Some(ObjectKind::Blob | ObjectKind::Document | ObjectKind::Stub) => return Err(Error::NoPlace { id }),
                None => return Err(crate::store::Error::Missing { id }.into()),
            }
        };
        self.bundles.insert(bundle);
        for (id, parent, message) in path.into_iter().rev() {
            let before = self.known.get(&parent);
            let n_before = before.map_or(0, |before| before.n_turns);
            let (question, n_turns, preview) = match before {
                Some(before) if message.role != Role::User => (before.question, n_before, String::new()),
                _ => (id, n_before + 1, preview(&message.spoken())),
            };
            self.known.insert(id, Known { parent, role: message.role, question, bundle, n_turns, preview });
        }
        Ok(())
    }

    /// The messages that end a turn: tips, and those that another question follows.
    pub fn turn_ends(&self, tips: &BTreeSet<Digest>) -> BTreeSet<Digest> {
        let starts = self.known.iter().filter(|(id, known)| known.question == **id);
        let before = starts.map(|(_, known)| known.parent);
        before.chain(tips.iter().copied()).filter(|id| self.known.contains_key(id)).collect()
    }
}

fn preview(text: &str) -> String {
    line(&text.chars().take(PREVIEW).collect::<String>())
}
