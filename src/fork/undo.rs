//! Taking operations back, and taking that back.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use super::Error;
use crate::content::Timestamp;
use crate::store::record::{Move, OperationRecord, RemarkMove};
use crate::store::{self, At, Change, Entry, Store};

/// Takes back the newest operation that stands, as an operation of its own; `@` goes back too.
pub fn undo(store: &Store, time: Timestamp, command: Vec<String>) -> Result<OperationRecord, Error> {
    let mut target = None;
    each_standing(store, |operation| {
        let is_done = operation.undoes.is_none() && changes(&operation);
        target = Some(operation).filter(|_| is_done);
        if is_done { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    let target = target.ok_or(Error::NothingToUndo)?;
    reverse(store, &target, Entry { time, command, description: format!("undo {}", target.description), undoes: None })
}

/// Takes back the newest undo, if nothing was done since.
pub fn redo(store: &Store, time: Timestamp, command: Vec<String>) -> Result<OperationRecord, Error> {
    // Newest first, up to the first operation that is neither an undo nor a redo.
    let mut candidates = Vec::new();
    each_standing(store, |operation| {
        if operation.undoes.is_some() {
            candidates.push(operation);
            return ControlFlow::Continue(());
        }
        // What changed nothing is in nobody's way.
        if changes(&operation) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    for target in candidates {
        let undone = target.undoes.map(|number| store.operation(number)).transpose()?.flatten();
        if let Some(original) = undone.filter(|original| original.undoes.is_none()) {
            let description = format!("redo {}", original.description);
            return reverse(store, &target, Entry { time, command, description, undoes: None });
        }
    }
    Err(Error::NothingToRedo)
}

/// Puts everything back as it was once operation `number` was done, as one operation; 0 is the beginning.
pub fn undo_to(
    store: &Store,
    number: u64,
    time: Timestamp,
    command: Vec<String>,
) -> Result<Option<OperationRecord>, Error> {
    let (now, then) = (store.state()?, store.state_at(number)?);
    let entry = Entry { time, command, description: format!("undo to operation {number}"), undoes: None };
    let mut change = Change::new(entry);
    // Names that go make room for those that come.
    for gone in [true, false] {
        let names: BTreeSet<&String> = now.pointers.keys().chain(then.pointers.keys()).collect();
        for name in names {
            let (from, to) = (now.pointers.get(name).copied(), then.pointers.get(name).copied());
            if from != to && to.is_none() == gone {
                change.moves.push(Move { name: name.clone(), from, to });
            }
        }
    }
    let places: BTreeSet<&(String, String)> = now.remarks.keys().chain(then.remarks.keys()).collect();
    for place in places {
        let (from, to) = (now.remarks.get(place).cloned(), then.remarks.get(place).cloned());
        if from != to {
            change.remarks.push(RemarkMove { subject: place.0.clone(), topic: place.1.clone(), from, to });
        }
    }
    if now.at != then.at {
        change.at = then.at.map_or(At::Leave, At::Go);
    }
    if change.moves.is_empty() && change.remarks.is_empty() && change.at == At::Stay {
        return Ok(None);
    }
    Ok(Some(store.transact(&change).map_err(|error| gone(error, number))?))
}

/// Whether an operation left anything other than it was.
fn changes(operation: &OperationRecord) -> bool {
    !operation.moves.is_empty() || !operation.remarks.is_empty() || operation.at.is_some()
}

/// The operations that no standing operation takes back, newest first, until `take` has enough.
fn each_standing(store: &Store, mut take: impl FnMut(OperationRecord) -> ControlFlow<()>) -> Result<(), Error> {
    let mut taken_back = BTreeSet::new();
    Ok(store.walk_back(|operation| {
        if taken_back.remove(&operation.number) {
            return ControlFlow::Continue(());
        }
        taken_back.extend(operation.undoes);
        take(operation)
    })?)
}

/// Moves every pointer of an operation back to where it came from.
fn reverse(store: &Store, target: &OperationRecord, entry: Entry) -> Result<OperationRecord, Error> {
    let back = |step: &Move| Move { name: step.name.clone(), from: step.to, to: step.from };
    let unsaid = |step: &RemarkMove| RemarkMove { from: step.to.clone(), to: step.from.clone(), ..step.clone() };
    let at = match &target.at {
        None => At::Stay,
        Some(step) => step.from.clone().map_or(At::Leave, At::Go),
    };
    let entry = Entry { undoes: Some(target.number), ..entry };
    let change = Change {
        moves: target.moves.iter().rev().map(back).collect(),
        remarks: target.remarks.iter().rev().map(unsaid).collect(),
        at,
        ..Change::new(entry)
    };
    store.transact(&change).map_err(|error| match error {
        store::Error::Moved { name, expected, found } => {
            Error::MovedSince { number: target.number, name, expected, found }
        }
        other => gone(other, target.number),
    })
}

/// What was swept away cannot be brought back.
fn gone(error: store::Error, number: u64) -> Error {
    match error {
        store::Error::Missing { id } => store::Error::Swept { number, id }.into(),
        other => other.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{advance, create, following, rename};
    use super::*;
    use crate::content::{Digest, Message, Role};
    use crate::store::sample::{self, entry};

    fn state(store: &Store) -> (Vec<(String, Digest)>, Option<String>) {
        (store.pointers("").unwrap().into_iter().collect(), store.at().unwrap())
    }

    fn ask(store: &Store, text: &str) {
        let main = super::super::branch(store, "main").unwrap();
        let messages = following(main.tip, &[Message::text(Role::User, text)]).unwrap();
        advance(store, &main, messages, vec![], entry(&format!("ask {text}"))).unwrap();
    }

    #[test]
    fn every_change_can_be_taken_back_and_brought_back() {
        let (store, bundle) = sample::store();
        let mut states = vec![state(&store)];
        create(&store, "main", bundle, entry("fork main")).unwrap();
        states.push(state(&store));
        ask(&store, "one");
        states.push(state(&store));
        let main = super::super::branch(&store, "main").unwrap();
        rename(&store, &main, "other", entry("rename")).unwrap();
        states.push(state(&store));

        let descriptions = ["rename", "ask one", "fork main"];
        for (place, description) in descriptions.into_iter().enumerate() {
            let operation = undo(&store, Timestamp(1), vec![]).unwrap();
            assert_eq!(
                (operation.description, operation.undoes),
                (format!("undo {description}"), Some(3 - place as u64))
            );
            assert_eq!(state(&store), states[2 - place]);
        }
        assert!(matches!(undo(&store, Timestamp(1), vec![]), Err(Error::NothingToUndo)));
        for place in 1..=3 {
            let operation = redo(&store, Timestamp(1), vec![]).unwrap();
            assert_eq!(operation.description, format!("redo {}", descriptions[3 - place]));
            assert_eq!(state(&store), states[place]);
        }
        assert!(matches!(redo(&store, Timestamp(1), vec![]), Err(Error::NothingToRedo)));
        undo(&store, Timestamp(1), vec![]).unwrap();
        assert_eq!(state(&store), states[2]);
        ask(&store, "two");
        assert!(matches!(redo(&store, Timestamp(1), vec![]), Err(Error::NothingToRedo)));
        undo(&store, Timestamp(1), vec![]).unwrap();
        assert_eq!(state(&store), states[2]);
        assert_eq!(store::verify::verify(&store).findings, []);
    }

    #[test]
    fn the_whole_tree_goes_back_to_an_operation_and_forth_again() {
        let (store, bundle) = sample::store();
        create(&store, "main", bundle, entry("fork main")).unwrap();
        ask(&store, "one");
        let then = store.state().unwrap();
        let main = super::super::branch(&store, "main").unwrap();
        super::super::remark(&store, &main.tip.to_string(), "rating", Some("up"), entry("rate")).unwrap();
        ask(&store, "two");
        let main = super::super::branch(&store, "main").unwrap();
        rename(&store, &main, "other", entry("rename")).unwrap();
        super::super::tag(&store, "main", bundle, entry("tag")).unwrap();
        let now = store.state().unwrap();
        assert_eq!(store.state_at(2).unwrap(), then);
        undo_to(&store, 2, Timestamp(1), vec![]).unwrap().unwrap();
        assert_eq!(store.state().unwrap(), then);
        assert_eq!(undo_to(&store, 2, Timestamp(1), vec![]).unwrap(), None);
        undo(&store, Timestamp(1), vec![]).unwrap();
        assert_eq!(store.state().unwrap(), now);
        undo_to(&store, 0, Timestamp(1), vec![]).unwrap().unwrap();
        assert_eq!(state(&store), (vec![], None));
        assert!(matches!(
            undo_to(&store, 99, Timestamp(1), vec![]),
            Err(Error::Store(store::Error::NoOperation { number: 99 }))
        ));
        assert_eq!(store::verify::verify(&store).findings, []);
    }

    #[test]
    fn an_undo_that_would_lose_a_move_is_refused() {
        let (store, bundle) = sample::store();
        create(&store, "main", bundle, entry("fork main")).unwrap();
        ask(&store, "one");
        let tip = store.pointer("branches/main").unwrap();
        // Somebody else moves the branch between the look at the journal and the move.
        let target = store.operations().unwrap().remove(0);
        match reverse(&store, &target, entry("undo")) {
            Err(Error::MovedSince { number: 1, name, expected, found }) => {
                assert_eq!((name.as_str(), expected, found), ("branches/main", Some(bundle), tip));
            }
            other => panic!("{other:?}"),
        }
        assert_eq!(store.operations().unwrap().len(), 2);
    }
}
