//! The view of everything: each bundle with the tree of the turns that branches lead to.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use super::survey::Survey;
use super::tree::{Node, Row, Status, layout};
use super::{Branch, Error, View};
use crate::content::{Digest, Role, Timestamp};
use crate::store::record::{Pointers, RunState};
use crate::store::{BRANCHES, BUNDLES, REMOTES, Store, TAGS};

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

/// What of the tree is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scope {
    /// Only this bundle.
    pub bundle: Option<Digest>,
    /// Only the lines of these branches.
    pub branches: Vec<String>,
    /// Only names that moved at this moment or later.
    pub since: Option<Timestamp>,
    /// So many names at most, those that moved last.
    pub most: Option<usize>,
}

/// What was asked for of the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// Bundles, by the first of their names.
    pub trees: Vec<Tree>,
    /// Names that stand on nothing of it, though the scope has them.
    pub n_hidden: usize,
}

/// Every bundle that has a name or a branch.
pub fn log(store: &Store) -> Result<Vec<Tree>, Error> {
    Ok(look(&View::present(store), &Scope::default())?.trees)
}

/// The bundles and turns of a scope.
pub fn look(view: &View<'_>, scope: &Scope) -> Result<Look, Error> {
    let store = view.store;
    let at = match view.left_off()? {
        None => None,
        Some(place) => match place.parse() {
            Ok(id) => Some(id),
            Err(_) => view.pointer(&place)?,
        },
    };
    let wanted = wanted(view, scope)?;
    let chosen = match (scope.most, scope.since) {
        (None, None) => wanted.keys().cloned().collect(),
        (Some(most), None) if wanted.len() <= most => wanted.keys().cloned().collect(),
        _ => newest(view, &wanted, scope)?,
    };
    let mut tips: BTreeSet<Digest> = chosen.iter().map(|name| wanted[name]).collect();
    if scope.branches.is_empty()
        && scope.since.is_none()
        && let Some(id) = at
        && store.kind(id)?.is_some()
        && (scope.bundle.is_none() || scope.bundle == Some(super::bundle_of(store, id)?))
    {
        tips.insert(id);
    }
    let survey = Survey::read(store, &tips)?;
    let mut by_bundle: BTreeMap<Digest, Vec<Node>> = survey.bundles.iter().map(|id| (*id, Vec::new())).collect();
    for id in survey.turn_ends(&tips) {
        let message = &survey.known[&id];
        let question = &survey.known[&message.question];
        let node = Node {
            id,
            parent: question.parent,
            question: message.question,
            preview: question.preview.clone(),
            status: status(store, id)?,
            branches: branches(view, id)?,
            tags: names(view, TAGS, id)?,
            at: at == Some(id),
            remarks: remarks(view, message.question, id)?,
        };
        by_bundle.entry(message.bundle).or_default().push(node);
    }
    let mut trees = Vec::new();
    for (bundle, nodes) in by_bundle {
        trees.push(Tree {
            bundle,
            names: names(view, BUNDLES, bundle)?,
            tokens: store.bundle(bundle)?.total_tokens,
            branches: branches(view, bundle)?,
            tags: names(view, TAGS, bundle)?,
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
    let shown = |tip: &Digest| survey.bundles.contains(tip) || survey.known.contains_key(tip);
    let n_hidden = wanted.values().filter(|tip| !shown(tip)).count();
    Ok(Look { trees, n_hidden })
}

/// The pointers that a scope speaks of, before it is limited.
fn wanted(view: &View<'_>, scope: &Scope) -> Result<Pointers, Error> {
    let of_branches = |name: &String| {
        let pointer = format!("{BRANCHES}{name}");
        Ok::<_, Error>(view.pointer(&pointer)?.map(|tip| (pointer, tip)))
    };
    match (scope.branches.as_slice(), scope.bundle) {
        ([], None) => view.pointers(""),
        ([], Some(bundle)) => view.pointers_on(bundle),
        (branches, bundle) => {
            let found: Vec<_> = branches.iter().map(of_branches).collect::<Result<_, _>>()?;
            let mut found: Pointers = found.into_iter().flatten().collect();
            if let Some(bundle) = bundle {
                let survey = Survey::read(view.store, &found.values().copied().collect())?;
                found.retain(|_, tip| survey.place(*tip).0 == bundle);
            }
            Ok(found)
        }
    }
}

/// When each of these pointers moved last, newest first, until `most` are found.
pub fn moments(
    view: &View<'_>,
    pointers: &Pointers,
    since: Option<Timestamp>,
    most: usize,
) -> Result<Vec<(String, Timestamp)>, Error> {
    let mut found: BTreeMap<String, Timestamp> = BTreeMap::new();
    let mut order = Vec::new();
    view.walk_back(|operation| {
        // Clocks may be off, so only the journal's order ends the walk, unless a moment was asked for.
        if since.is_some_and(|since| operation.time < since) {
            return ControlFlow::Break(());
        }
        for step in operation.moves {
            if pointers.contains_key(&step.name) && !found.contains_key(&step.name) && order.len() < most {
                found.insert(step.name.clone(), operation.time);
                order.push((step.name, operation.time));
            }
        }
        if order.len() < most.min(pointers.len()) { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    })?;
    Ok(order)
}

/// The names of a scope that moved last.
fn newest(view: &View<'_>, wanted: &Pointers, scope: &Scope) -> Result<BTreeSet<String>, Error> {
    let most = scope.most.unwrap_or(usize::MAX);
    Ok(moments(view, wanted, scope.since, most)?.into_iter().map(|(name, _)| name).collect())
}

/// What is said of a turn: of its question and, rather, of its end.
fn remarks(view: &View<'_>, question: Digest, end: Digest) -> Result<BTreeMap<String, String>, Error> {
    let mut remarks = view.remarks_on(&question.to_string())?;
    if end != question {
        remarks.extend(view.remarks_on(&end.to_string())?);
    }
    Ok(remarks)
}

/// The names of a bundle and of all branches and tags on it: what an export of it takes along.
pub fn of_bundle(store: &Store, bundle: Digest) -> Result<Pointers, Error> {
    View::present(store).pointers_on(bundle)
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

/// How the answer ended: as the best of the runs that gave it says, or whole when none did.
pub fn status(store: &Store, id: Digest) -> Result<Status, Error> {
    if store.message(id)?.message.role == Role::User {
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

/// The branches that stand on an object, those of others last and with their peer's name.
fn branches(view: &View<'_>, id: Digest) -> Result<Vec<String>, Error> {
    Ok([names(view, BRANCHES, id)?, names(view, REMOTES, id)?].concat())
}

/// The short names in a space that stand on an object.
fn names(view: &View<'_>, space: &str, id: Digest) -> Result<Vec<String>, Error> {
    let here = view.pointers_to(id)?;
    Ok(here.into_iter().filter_map(|name| name.strip_prefix(space).map(str::to_owned)).collect())
}
