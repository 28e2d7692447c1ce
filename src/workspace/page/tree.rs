//! The turns of a selection in reading order: each branch to its end, forks after it.

use std::collections::BTreeMap;

use crate::content::{Digest, Role};
use crate::fork;
use crate::store::exchange::Selection;
use crate::store::{BUNDLES, ObjectKind, SPACES};
use crate::workspace::{Error, Workspace};

/// A bundle and what was said on it.
pub(super) struct Trunk {
    pub(super) bundle: Digest,
    pub(super) name: Option<String>,
    pub(super) turns: Vec<Turn>,
}

/// A question and what answers it.
pub(super) struct Turn {
    /// The last message of the turn.
    pub(super) id: Digest,
    /// The turn before, none on the bundle itself.
    pub(super) parent: Option<Digest>,
    pub(super) question: String,
    pub(super) answers: Vec<String>,
    /// Branches and tags whose tip it is.
    pub(super) names: Vec<String>,
    /// Forks on the way from the bundle.
    pub(super) depth: usize,
}

impl Workspace {
    /// The trees that a selection leads to, by their bundles.
    pub(super) fn trunks(&self, selection: &Selection) -> Result<Vec<Trunk>, Error> {
        let mut trunks: BTreeMap<Digest, Trunk> = BTreeMap::new();
        let named = selection.pointers.iter().map(|(name, id)| (Some(name.as_str()), *id));
        for (name, tip) in named.chain(selection.roots.iter().map(|id| (None, *id))) {
            if !matches!(self.store.kind(tip)?, Some(ObjectKind::Bundle | ObjectKind::Message)) {
                continue;
            }
            let (bundle, messages) = fork::chain(&self.store, tip)?;
            let trunk = trunks.entry(bundle).or_insert_with(|| Trunk { bundle, name: None, turns: Vec::new() });
            if let Some(short) = name.and_then(|name| name.strip_prefix(BUNDLES)) {
                trunk.name.get_or_insert_with(|| short.to_owned());
                continue;
            }
            let spoken = messages.into_iter().map(|(id, record)| (id, record.message.role, record.message.spoken()));
            trunk.grow(spoken.collect());
            let short = name.and_then(|name| SPACES.iter().find_map(|space| name.strip_prefix(space)));
            if let Some((turn, short)) = trunk.turns.iter_mut().find(|turn| turn.id == tip).zip(short) {
                turn.names.push(short.to_owned());
            }
        }
        Ok(trunks.into_values().map(Trunk::in_reading_order).collect())
    }
}

impl Trunk {
    /// Adds the turns of a chain that are not there yet, after those that they fork from.
    fn grow(&mut self, messages: Vec<(Digest, Role, String)>) {
        let mut chain: Vec<Turn> = Vec::new();
        for (id, role, text) in messages {
            match chain.last_mut() {
                Some(turn) if role != Role::User => {
                    turn.id = id;
                    turn.answers.push(text);
                }
                _ => {
                    let parent = chain.last().map(|turn| turn.id);
                    chain.push(Turn { id, parent, question: text, answers: vec![], names: vec![], depth: 0 });
                }
            }
        }
        for turn in chain {
            if !self.turns.iter().any(|known| known.id == turn.id) {
                self.turns.push(turn);
            }
        }
    }

    /// The turns as one reads them: on along the first branch, then what forks off, a step deeper.
    fn in_reading_order(mut self) -> Self {
        let mut following: BTreeMap<Option<Digest>, Vec<Turn>> = BTreeMap::new();
        for turn in self.turns.drain(..) {
            following.entry(turn.parent).or_default().push(turn);
        }
        let mut stack: Vec<Turn> = following.remove(&None).unwrap_or_default();
        stack.reverse();
        while let Some(turn) = stack.pop() {
            let forks = following.remove(&Some(turn.id)).unwrap_or_default();
            for (place, mut next) in forks.into_iter().enumerate().rev() {
                next.depth = turn.depth + usize::from(place > 0);
                stack.push(next);
            }
            self.turns.push(turn);
        }
        self
    }
}
