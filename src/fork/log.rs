//! The view of everything: each bundle with the tree of the turns that branches lead to.

use std::collections::{BTreeMap, BTreeSet};

use super::chain::chain;
use super::tree::{Node, Row, Status, layout};
use super::{Branch, Error};
use crate::content::{Digest, Role, line};
use crate::store::record::{Pointers, RunState};
use crate::store::{BRANCHES, BUNDLES, ObjectKind, REMOTES, Store, TAGS};

/// A preview is no longer than so many characters.
const PREVIEW: usize = 200;

/// One bundle and what was said on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tree {
    /// The bundle.
    pub bundle: Digest,
    /// Its names.
    pub names: Vec<String>,
    /// Tokens of its text.
    pub tokens: u32,
    /// Branches that stand on the bundle itself.
    pub branches: Vec<String>,
    /// Tags that stand on the bundle itself.
    pub tags: Vec<String>,
    /// Whether the last command left off at the bundle itself.
    pub at: bool,
    /// The turns, parents first.
    pub rows: Vec<Row>,
}

/// Every bundle that has a name or a branch, by the first of its names.
pub fn log(store: &Store) -> Result<Vec<Tree>, Error> {
    let pointers = store.pointers("")?;
    let signs = Signs::new(&pointers);
    let at = match store.at()? {
        None => None,
        Some(place) => pointers.get(&place).copied().or_else(|| place.parse().ok()).map(|id| (place, id)),
    };
    let mut tips: BTreeSet<Digest> = pointers.values().copied().collect();
    if let Some((_, id)) = &at
        && store.kind(*id)?.is_some()
    {
        tips.insert(*id);
    }
    let messages = Messages::read(store, &tips)?;
    let at = at.map(|(_, id)| id);
    let mut by_bundle: BTreeMap<Digest, Vec<Node>> = messages.bundles.iter().map(|id| (*id, Vec::new())).collect();
    for id in messages.turn_ends(&tips) {
        let message = &messages.known[&id];
        let question = &messages.known[&message.question];
        let node = Node {
            id,
            parent: question.parent,
            question: message.question,
            preview: question.preview.clone(),
            status: status(store, id, message.role)?,
            branches: signs.branches(id),
            tags: signs.names(TAGS, id),
            at: at == Some(id),
        };
        by_bundle.entry(message.bundle).or_default().push(node);
    }
    let mut trees = Vec::new();
    for (bundle, nodes) in by_bundle {
        trees.push(Tree {
            bundle,
            names: signs.names(BUNDLES, bundle),
            tokens: store.bundle(bundle)?.total_tokens,
            branches: signs.branches(bundle),
            tags: signs.names(TAGS, bundle),
            at: at == Some(bundle),
            rows: layout(bundle, nodes),
        });
    }
    trees.sort_by_cached_key(|tree| {
        let in_rows = tree.rows.iter().flat_map(|row| &row.node.branches);
        let branch = tree.branches.iter().chain(in_rows).min().cloned();
        let name = tree.names.first().cloned();
        (name.is_none(), name, branch.is_none(), branch, tree.bundle)
    });
    Ok(trees)
}

/// The names of a bundle and of all branches and tags on it: what an export of it takes along.
pub fn of_bundle(store: &Store, bundle: Digest) -> Result<Pointers, Error> {
    let mut chosen = Pointers::new();
    for (name, tip) in store.pointers("")? {
        if tip == bundle || (!name.starts_with(BUNDLES) && chain(store, tip)?.0 == bundle) {
            chosen.insert(name, tip);
        }
    }
    Ok(chosen)
}

impl Tree {
    /// The branches of this bundle, by name.
    pub fn all_branches(&self) -> Vec<Branch> {
        let on_bundle = self.branches.iter().map(|name| Branch { name: name.clone(), tip: self.bundle });
        let on_rows = self
            .rows
            .iter()
            .flat_map(|row| row.node.branches.iter().map(|name| Branch { name: name.clone(), tip: row.node.id }));
        let mut branches: Vec<Branch> = on_bundle.chain(on_rows).collect();
        branches.sort_by(|left, right| left.name.cmp(&right.name));
        branches
    }
}

/// The messages that tips lead to, each read once.
struct Messages {
    known: BTreeMap<Digest, Known>,
    bundles: BTreeSet<Digest>,
}

struct Known {
    parent: Digest,
    role: Role,
    /// The message that starts its turn.
    question: Digest,
    bundle: Digest,
    preview: String,
}

impl Messages {
    fn read(store: &Store, tips: &BTreeSet<Digest>) -> Result<Self, Error> {
        let mut messages = Self { known: BTreeMap::new(), bundles: BTreeSet::new() };
        for tip in tips {
            messages.walk(store, *tip)?;
        }
        Ok(messages)
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
                _ => return Err(Error::NoPlace { id }),
            }
        };
        self.bundles.insert(bundle);
        for (id, parent, message) in path.into_iter().rev() {
            let (question, preview) = match self.known.get(&parent) {
                Some(before) if message.role != Role::User => (before.question, String::new()),
                _ => (id, preview(&message.spoken())),
            };
            self.known.insert(id, Known { parent, role: message.role, question, bundle, preview });
        }
        Ok(())
    }

    /// The messages that end a turn: tips, and those that another question follows.
    fn turn_ends(&self, tips: &BTreeSet<Digest>) -> BTreeSet<Digest> {
        let starts = self.known.iter().filter(|(id, known)| known.question == **id);
        let before = starts.map(|(_, known)| known.parent);
        before.chain(tips.iter().copied()).filter(|id| self.known.contains_key(id)).collect()
    }
}

/// How the answer ended: as the best of the runs that gave it says, or whole when none did.
fn status(store: &Store, id: Digest, role: Role) -> Result<Status, Error> {
    if role == Role::User {
        return Ok(Status::Unanswered);
    }
    let runs = store.runs_of_answer(id)?;
    let Some(last) = runs.last() else { return Ok(Status::Complete) };
    if runs.iter().any(|run| run.state == RunState::Complete) {
        return Ok(Status::Complete);
    }
    Ok(match last.state {
        RunState::Complete => Status::Complete,
        RunState::Streaming | RunState::Truncated => Status::Truncated,
        RunState::Refused => Status::Refused,
        RunState::Error => Status::Failed,
    })
}

/// Pointers by where they stand.
struct Signs<'a>(BTreeMap<Digest, Vec<&'a str>>);

impl<'a> Signs<'a> {
    fn new(pointers: &'a Pointers) -> Self {
        let mut signs: BTreeMap<Digest, Vec<&str>> = BTreeMap::new();
        for (name, id) in pointers {
            signs.entry(*id).or_default().push(name);
        }
        Self(signs)
    }

    /// The branches that stand on an object, those of others last and with their peer's name.
    fn branches(&self, id: Digest) -> Vec<String> {
        [BRANCHES, REMOTES].into_iter().flat_map(|space| self.names(space, id)).collect()
    }

    /// The short names in a space that stand on an object.
    fn names(&self, space: &str, id: Digest) -> Vec<String> {
        let here = self.0.get(&id).into_iter().flatten();
        here.filter_map(|name| name.strip_prefix(space).map(str::to_owned)).collect()
    }
}

fn preview(text: &str) -> String {
    line(&text.chars().take(PREVIEW).collect::<String>())
}
