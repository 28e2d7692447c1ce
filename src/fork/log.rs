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
    let wanted = Wanted::of(view, scope)?;
    let n_wanted = wanted.len(view)?;
    let is_whole = scope.since.is_none() && scope.most.is_none_or(|most| n_wanted <= most);
    let chosen = if is_whole { wanted.all(view)? } else { newest(view, &wanted, scope)? };
    let mut tips: BTreeSet<Digest> = chosen.values().copied().collect();
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
            branches: branches(view, &chosen, id)?,
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
            branches: branches(view, &chosen, bundle)?,
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
    let n_shown = match &wanted {
        Wanted::These(pointers) => {
            let is_shown = |tip: &&Digest| survey.bundles.contains(*tip) || survey.known.contains_key(*tip);
            pointers.values().filter(is_shown).count()
        }
        Wanted::Everything => {
            let shown = survey.bundles.iter().chain(survey.known.keys());
            shown.map(|id| Ok(view.pointers_to(*id)?.len())).sum::<Result<usize, Error>>()?
        }
    };
    Ok(Look { trees, n_hidden: n_wanted.saturating_sub(n_shown) })
}

/// The pointers that a scope speaks of, before it is limited.
enum Wanted {
    /// All there are; they are not read to be asked for some.
    Everything,
    These(Pointers),
}

impl Wanted {
    fn of(view: &View<'_>, scope: &Scope) -> Result<Self, Error> {
        match (scope.branches.as_slice(), scope.bundle) {
            ([], None) => Ok(Self::Everything),
            ([], Some(bundle)) => Ok(Self::These(view.pointers_on(bundle)?)),
            (branches, bundle) => {
                let mut found = Pointers::new();
                for name in branches {
                    let pointer = format!("{BRANCHES}{name}");
                    let tip = view.pointer(&pointer)?;
                    found.extend(tip.map(|tip| (pointer, tip)));
                }
                if let Some(bundle) = bundle {
                    let survey = Survey::read(view.store, &found.values().copied().collect())?;
                    found.retain(|_, tip| survey.place(*tip).0 == bundle);
                }
                Ok(Self::These(found))
            }
        }
    }

    fn len(&self, view: &View<'_>) -> Result<usize, Error> {
        match self {
            Self::Everything => view.n_pointers(),
            Self::These(pointers) => Ok(pointers.len()),
        }
    }

    fn all(&self, view: &View<'_>) -> Result<Pointers, Error> {
        match self {
            Self::Everything => view.pointers(""),
            Self::These(pointers) => Ok(pointers.clone()),
        }
    }

    /// Whether the scope may speak of a name.
    fn speaks_of(&self, name: &str) -> bool {
        match self {
            Self::Everything => true,
            Self::These(pointers) => pointers.contains_key(name),
        }
    }

    /// Where a pointer stands, if the scope speaks of it.
    fn tip(&self, view: &View<'_>, name: &str) -> Result<Option<Digest>, Error> {
        match self {
            Self::Everything => view.pointer(name),
            Self::These(pointers) => Ok(pointers.get(name).copied()),
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
    let mut order = Vec::new();
    let most = most.min(pointers.len());
    if most == 0 {
        return Ok(order);
    }
    moved(
        view,
        since,
        |name| pointers.contains_key(name),
        |name, time| {
            order.push((name.to_owned(), time));
            Ok(order.len() < most)
        },
    )?;
    Ok(order)
}

/// The pointers of a space that moved last, newest first, with where they stand and when they moved.
pub fn recent(view: &View<'_>, space: &str, most: usize) -> Result<Vec<(String, Digest, Timestamp)>, Error> {
    let mut found = Vec::new();
    if most == 0 {
        return Ok(found);
    }
    moved(
        view,
        None,
        |name| name.starts_with(space),
        |name, time| {
            found.extend(view.pointer(name)?.map(|tip| (name.to_owned(), tip, time)));
            Ok(found.len() < most)
        },
    )?;
    Ok(found)
}

/// Gives every name asked for that moved since a moment with its last move, the newest first, as long as
/// `take` wants more.
fn moved(
    view: &View<'_>,
    since: Option<Timestamp>,
    is_asked: impl Fn(&str) -> bool,
    mut take: impl FnMut(&str, Timestamp) -> Result<bool, Error>,
) -> Result<(), Error> {
    let mut met = BTreeSet::new();
    let mut outcome = Ok(true);
    view.walk_heads(|operation| {
        // Clocks may be off, so only the journal's order ends the walk, unless a moment was asked for.
        if since.is_some_and(|since| operation.time < since) {
            return Ok(ControlFlow::Break(()));
        }
        let time = operation.time;
        let mut flow = ControlFlow::Continue(());
        view.store.each_step(operation, |step| {
            if is_asked(&step.name) && !met.contains(&step.name) {
                outcome = take(&step.name, time);
                met.insert(step.name);
            }
            if !matches!(outcome, Ok(true)) {
                flow = ControlFlow::Break(());
            }
            Ok(flow)
        })?;
        Ok(flow)
    })?;
    outcome.map(drop)
}

/// The names of a scope that moved last, with where they stand.
fn newest(view: &View<'_>, wanted: &Wanted, scope: &Scope) -> Result<Pointers, Error> {
    let most = scope.most.unwrap_or(usize::MAX).min(wanted.len(view)?);
    let mut found = Pointers::new();
    if most == 0 {
        return Ok(found);
    }
    moved(
        view,
        scope.since,
        |name| wanted.speaks_of(name),
        |name, _| {
            found.extend(wanted.tip(view, name)?.map(|tip| (name.to_owned(), tip)));
            Ok(found.len() < most)
        },
    )?;
    Ok(found)
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

/// The branches that stand on an object: those that were asked for first, those of others last and with
/// their peer's name.
fn branches(view: &View<'_>, chosen: &Pointers, id: Digest) -> Result<Vec<String>, Error> {
    let own = names(view, BRANCHES, id)?.into_iter();
    let (asked, beside): (Vec<_>, Vec<_>) = own.partition(|name| chosen.contains_key(&format!("{BRANCHES}{name}")));
    Ok([asked, beside, names(view, REMOTES, id)?].concat())
}

/// The short names in a space that stand on an object.
fn names(view: &View<'_>, space: &str, id: Digest) -> Result<Vec<String>, Error> {
    let here = view.pointers_to(id)?;
    Ok(here.into_iter().filter_map(|name| name.strip_prefix(space).map(str::to_owned)).collect())
}
