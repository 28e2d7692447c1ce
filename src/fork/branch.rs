//! Branches: made, moved, renamed and deleted, each time by comparing first and with an operation.

use super::address::similar;
use super::{Error, View};
use crate::content::{Digest, nearest};
use crate::store::record::{Move, RemarkMove, RunRecord};
use crate::store::{self, At, BRANCHES, BUNDLES, Change, Entry, Object, ObjectKind, SPACES, Store, TAGS};
use crate::store::{check_name, numbered};

/// So many numbers are tried one after another for a name that is free.
const FEW_NAMES: usize = 16;

/// A named pointer to the last message of a conversation, as it was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Branch {
    /// The short name: `main`.
    pub name: String,
    /// The last message, or the bundle when nothing was said yet.
    pub tip: Digest,
}

impl Branch {
    /// The pointer's full name: `branches/main`.
    pub fn pointer(&self) -> String {
        format!("{BRANCHES}{}", self.name)
    }
}

/// The branch of that name.
pub fn branch(store: &Store, name: &str) -> Result<Branch, Error> {
    match store.pointer(&format!("{BRANCHES}{name}"))? {
        Some(tip) => Ok(Branch { name: name.to_owned(), tip }),
        None => Err(Error::Unknown { name: name.to_owned(), nearest: similar(&View::present(store), name)? }),
    }
}

/// Every branch, by name.
pub fn branches(store: &Store) -> Result<Vec<Branch>, Error> {
    let pointers = store.pointers(BRANCHES)?;
    Ok(pointers.into_iter().map(|(name, tip)| Branch { name: name[BRANCHES.len()..].to_owned(), tip }).collect())
}

/// The branches whose tip this is, by name.
pub fn branches_at(store: &Store, tip: Digest) -> Result<Vec<Branch>, Error> {
    let names = store.pointers_to(tip)?.into_iter();
    Ok(names.filter_map(|name| Some(Branch { name: name.strip_prefix(BRANCHES)?.to_owned(), tip })).collect())
}

/// Makes a branch at a message or a bundle; `@` goes there.
pub fn create(store: &Store, name: &str, tip: Digest, entry: Entry) -> Result<Branch, Error> {
    point(store, BRANCHES, name, tip, entry)?;
    Ok(Branch { name: name.to_owned(), tip })
}

/// Gives a stored bundle a name; `@` goes there.
pub fn name_bundle(store: &Store, name: &str, bundle: Digest, entry: Entry) -> Result<(), Error> {
    point(store, BUNDLES, name, bundle, entry)
}

/// Gives a message or a bundle a name that does not move; `@` stays.
pub fn tag(store: &Store, name: &str, id: Digest, entry: Entry) -> Result<(), Error> {
    point(store, TAGS, name, id, entry)
}

/// Moves a branch over messages that follow its tip, with the runs that gave them; `@` goes there.
///
/// Fails with [`store::Error::Moved`] when the branch is no longer where it was seen.
pub fn advance(
    store: &Store,
    branch: &Branch,
    messages: Vec<Object>,
    runs: Vec<RunRecord>,
    entry: Entry,
) -> Result<Branch, Error> {
    let mut tip = branch.tip;
    for object in &messages {
        if object.kind() != ObjectKind::Message || object.references()?.iter().all(|reference| reference.id != tip) {
            return Err(Error::Detached { id: object.id(), tip });
        }
        tip = object.id();
    }
    let change = Change { objects: messages, runs, ..moving(branch, tip, entry) };
    store.transact(&change)?;
    Ok(Branch { name: branch.name.clone(), tip })
}

/// Moves a branch anywhere, as `pick` and `edit` do; `@` goes there.
pub fn move_to(store: &Store, branch: &Branch, tip: Digest, entry: Entry) -> Result<Branch, Error> {
    store.transact(&moving(branch, tip, entry))?;
    Ok(Branch { name: branch.name.clone(), tip })
}

/// Takes a branch away; where `@` stood on it, it stays on the message.
pub fn delete(store: &Store, branch: &Branch, entry: Entry) -> Result<(), Error> {
    let at = at_after(store, branch, &branch.tip.to_string())?;
    let moves = vec![Move { name: branch.pointer(), from: Some(branch.tip), to: None }];
    let remarks = moved_remarks(store, &branch.pointer(), None)?;
    store.transact(&Change { moves, at, remarks, ..Change::new(entry) })?;
    Ok(())
}

/// Gives a branch another name; `@` goes along.
pub fn rename(store: &Store, branch: &Branch, name: &str, entry: Entry) -> Result<Branch, Error> {
    check_free(store, BRANCHES, name)?;
    let renamed = Branch { name: name.to_owned(), tip: branch.tip };
    let at = at_after(store, branch, &renamed.pointer())?;
    let moves = vec![
        Move { name: branch.pointer(), from: Some(branch.tip), to: None },
        Move { name: renamed.pointer(), from: None, to: Some(branch.tip) },
    ];
    let remarks = moved_remarks(store, &branch.pointer(), Some(&renamed.pointer()))?;
    store.transact(&Change { moves, at, remarks, ..Change::new(entry) }).map_err(|error| taken(error, name))?;
    Ok(renamed)
}

/// Takes a tag away; `@` stays.
pub fn untag(store: &Store, name: &str, entry: Entry) -> Result<Digest, Error> {
    let pointer = format!("{TAGS}{name}");
    let Some(target) = store.pointer(&pointer)? else {
        let tags = store.pointers(TAGS)?;
        let nearest = nearest(name, tags.keys().map(|pointer| &pointer[TAGS.len()..])).map(str::to_owned);
        return Err(Error::NoTag { name: name.to_owned(), nearest });
    };
    let moves = vec![Move { name: pointer, from: Some(target), to: None }];
    store.transact(&Change { moves, ..Change::new(entry) })?;
    Ok(target)
}

/// Says something of a message or a pointer, or takes it back; nothing is written where it is said already.
pub fn remark(store: &Store, subject: &str, topic: &str, value: Option<&str>, entry: Entry) -> Result<bool, Error> {
    let Some(step) = store.remarking(subject, topic, value)? else { return Ok(false) };
    store.transact(&Change { remarks: vec![step], ..Change::new(entry) })?;
    Ok(true)
}

/// The remarks on a pointer as they go along with it, or away.
fn moved_remarks(store: &Store, from: &str, to: Option<&str>) -> Result<Vec<RemarkMove>, Error> {
    let mut steps = Vec::new();
    for (topic, value) in store.remarks_on(from)? {
        let step = |subject: &str, from, to| RemarkMove { subject: subject.to_owned(), topic: topic.clone(), from, to };
        steps.push(step(from, Some(value.clone()), None));
        steps.extend(to.map(|to| step(to, None, Some(value))));
    }
    Ok(steps)
}

/// The wanted name, or `NAME-2` and on where it stands for something.
pub fn free_name(store: &Store, wanted: &str) -> Result<String, Error> {
    check_name(wanted)?;
    let is_free = |number: usize| {
        let name = numbered(wanted, number);
        for space in SPACES {
            if store.pointer(&format!("{space}{name}"))?.is_some() {
                return Ok(false);
            }
        }
        Ok::<_, Error>(true)
    };
    for number in 1..=FEW_NAMES {
        if is_free(number)? {
            return Ok(numbered(wanted, number));
        }
    }
    // Where there are a thousand, they are not asked for one by one: between a taken and a free one is another.
    let (mut taken, mut free) = (FEW_NAMES, 2 * FEW_NAMES);
    while !is_free(free)? {
        (taken, free) = (free, free * 2);
    }
    while free - taken > 1 {
        let middle = usize::midpoint(taken, free);
        if is_free(middle)? { free = middle } else { taken = middle }
    }
    Ok(numbered(wanted, free))
}

/// Makes a pointer that must not be there, under a name that stands for nothing.
fn point(store: &Store, space: &str, name: &str, id: Digest, entry: Entry) -> Result<(), Error> {
    check_free(store, space, name)?;
    let pointer = format!("{space}{name}");
    let at = if space == TAGS { At::Stay } else { At::Go(pointer.clone()) };
    let moves = vec![Move { name: pointer, from: None, to: Some(id) }];
    store.transact(&Change { moves, at, ..Change::new(entry) }).map_err(|error| taken(error, name))?;
    Ok(())
}

/// Fails when the name cannot be one, or stands for something in any space.
pub fn check_free(store: &Store, space: &str, name: &str) -> Result<(), Error> {
    check_name(name)?;
    for other in [space].into_iter().chain(SPACES) {
        let by = format!("{other}{name}");
        if store.pointer(&by)?.is_some() {
            return Err(Error::Taken { name: name.to_owned(), by });
        }
    }
    Ok(())
}

/// A name that was free a moment ago and was made by somebody else is taken all the same.
fn taken(error: store::Error, name: &str) -> Error {
    match error {
        store::Error::Taken { by, .. } | store::Error::Moved { name: by, expected: None, .. } => {
            Error::Taken { name: name.to_owned(), by }
        }
        other => other.into(),
    }
}

fn moving(branch: &Branch, tip: Digest, entry: Entry) -> Change {
    let pointer = branch.pointer();
    let at = At::Go(pointer.clone());
    Change { moves: vec![Move { name: pointer, from: Some(branch.tip), to: Some(tip) }], at, ..Change::new(entry) }
}

/// Where `@` goes when the branch it may stand on is no more.
fn at_after(store: &Store, branch: &Branch, place: &str) -> Result<At, Error> {
    let stands_on_it = store.at()? == Some(branch.pointer());
    Ok(if stands_on_it { At::Go(place.to_owned()) } else { At::Stay })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::{conversation, following};
    use super::*;
    use crate::content::{Message, Role};
    use crate::store::sample::{self, entry};
    use crate::store::topic;

    #[test]
    fn a_branch_advances_only_from_its_tip() {
        let (store, bundle) = sample::store();
        let main = create(&store, "main", bundle, entry("fork")).unwrap();
        let ask = |text: &str| following(main.tip, &[Message::text(Role::User, text)]).unwrap();
        let moved = advance(&store, &main, ask("first"), vec![], entry("ask")).unwrap();
        assert_eq!(branch(&store, "main").unwrap(), moved);
        assert_eq!(store.at().unwrap().as_deref(), Some("branches/main"));
        match advance(&store, &main, ask("second"), vec![], entry("ask")) {
            Err(Error::Store(store::Error::Moved { found, .. })) => assert_eq!(found, Some(moved.tip)),
            other => panic!("{other:?}"),
        }
        let loose = ask("loose");
        let id = loose[0].id();
        match advance(&store, &moved, loose, vec![], entry("ask")) {
            Err(Error::Detached { id: found, tip }) => assert_eq!((found, tip), (id, moved.tip)),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_name_stands_for_one_thing() {
        let (store, bundle) = sample::store();
        name_bundle(&store, "bitter", bundle, entry("pack")).unwrap();
        let main = create(&store, "main", bundle, entry("fork")).unwrap();
        tag(&store, "v1", bundle, entry("tag")).unwrap();
        let by = |outcome: Result<(), Error>| match outcome {
            Err(Error::Taken { by, .. }) => by,
            other => panic!("{other:?}"),
        };
        let make = |name| by(create(&store, name, bundle, entry("fork")).map(drop));
        assert_eq!(make("bitter"), "bundles/bitter");
        assert_eq!(make("main"), "branches/main");
        assert_eq!(make("v1"), "tags/v1");
        assert_eq!(by(name_bundle(&store, "main", bundle, entry("pack"))), "branches/main");
        assert_eq!(by(rename(&store, &main, "bitter", entry("rename")).map(drop)), "bundles/bitter");
        assert!(matches!(create(&store, "beef", bundle, entry("fork")), Err(Error::Name(_))));
        for (wanted, name) in [("bitter", "bitter-2"), ("main", "main-2"), ("new", "new")] {
            assert_eq!(free_name(&store, wanted).unwrap(), name);
        }
        assert_eq!(store.operations().unwrap().len(), 3);
        for number in 2..=40 {
            create(&store, &numbered("main", number), bundle, entry("fork")).unwrap();
        }
        assert_eq!(free_name(&store, "main").unwrap(), "main-41");
    }

    #[test]
    fn renaming_and_deleting_take_the_place_along() {
        let (store, bundle) = sample::store();
        let main = create(&store, "main", bundle, entry("fork")).unwrap();
        assert!(remark(&store, &main.pointer(), topic::DESCRIPTION, Some("first"), entry("describe")).unwrap());
        let other = rename(&store, &main, "other", entry("rename")).unwrap();
        assert_eq!(store.remarks_on(&other.pointer()).unwrap().into_values().collect::<Vec<_>>(), ["first"]);
        assert_eq!(branches(&store).unwrap(), std::slice::from_ref(&other));
        assert_eq!(store.at().unwrap().as_deref(), Some("branches/other"));
        delete(&store, &other, entry("delete")).unwrap();
        assert_eq!((branches(&store).unwrap(), store.at().unwrap()), (vec![], Some(bundle.to_string())));
        assert_eq!(store.remarks().unwrap().len(), 0);
    }

    #[test]
    fn eight_writers_lose_nothing_on_one_branch() {
        let root = tempfile::tempdir().unwrap();
        let store = Store::open(root.path()).unwrap();
        let bundle = sample::fill(&store, "The bitter lesson.\n");
        create(&store, "main", bundle, entry("fork")).unwrap();
        let write = |writer: usize| {
            let store = Store::open(root.path()).unwrap();
            for number in 0..20 {
                let message = Message::text(Role::User, format!("{writer}/{number}"));
                loop {
                    let main = branch(&store, "main").unwrap();
                    let messages = following(main.tip, std::slice::from_ref(&message)).unwrap();
                    match advance(&store, &main, messages, vec![], entry("ask")) {
                        Ok(_) => break,
                        Err(Error::Store(store::Error::Moved { .. })) => {}
                        Err(error) => panic!("{error:?}"),
                    }
                }
            }
        };
        std::thread::scope(|scope| {
            for writer in 0..8 {
                scope.spawn(move || write(writer));
            }
        });
        let tip = branch(&store, "main").unwrap().tip;
        let said: Vec<String> =
            conversation(&store, tip).unwrap().iter().map(|(_, record)| record.message.spoken()).collect();
        let expected: BTreeSet<String> =
            (0..8).flat_map(|writer| (0..20).map(move |number| format!("{writer}/{number}"))).collect();
        assert_eq!(said.len(), 160);
        assert_eq!(said.into_iter().collect::<BTreeSet<_>>(), expected);
        assert_eq!(store.operations().unwrap().len(), 161);
        assert_eq!(store::verify::verify(&store).findings, []);
    }
}
