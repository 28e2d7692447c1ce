//! Taking operations back, and taking that back.

use std::collections::BTreeSet;

use super::Error;
use crate::content::Timestamp;
use crate::store::record::{Move, OperationRecord};
use crate::store::{self, At, Change, Entry, Store};

/// Takes back the newest operation that stands, as an operation of its own; `@` goes back too.
pub fn undo(store: &Store, time: Timestamp, command: Vec<String>) -> Result<OperationRecord, Error> {
    let operations = store.operations()?;
    let standing = standing(&operations);
    let target = standing
        .iter()
        .find(|operation| operation.undoes.is_none() && (!operation.moves.is_empty() || operation.at.is_some()))
        .ok_or(Error::NothingToUndo)?;
    reverse(store, target, Entry { time, command, description: format!("undo {}", target.description), undoes: None })
}

/// Takes back the newest undo, if nothing was done since.
pub fn redo(store: &Store, time: Timestamp, command: Vec<String>) -> Result<OperationRecord, Error> {
    let operations = store.operations()?;
    let undone = |operation: &OperationRecord| {
        let number = operation.undoes?;
        operations.iter().find(|other| other.number == number && other.undoes.is_none())
    };
    // Newest first, up to the first operation that is neither an undo nor a redo.
    let standing = standing(&operations);
    let mut candidates = standing.iter().take_while(|operation| operation.undoes.is_some());
    let (target, original) =
        candidates.find_map(|operation| Some((*operation, undone(operation)?))).ok_or(Error::NothingToRedo)?;
    reverse(store, target, Entry { time, command, description: format!("redo {}", original.description), undoes: None })
}

/// The operations that no standing operation takes back, newest first.
fn standing(operations: &[OperationRecord]) -> Vec<&OperationRecord> {
    let mut taken_back = BTreeSet::new();
    let mut standing = Vec::new();
    for operation in operations.iter().rev() {
        if !taken_back.contains(&operation.number) {
            taken_back.extend(operation.undoes);
            standing.push(operation);
        }
    }
    standing
}

/// Moves every pointer of an operation back to where it came from.
fn reverse(store: &Store, target: &OperationRecord, entry: Entry) -> Result<OperationRecord, Error> {
    let back = |step: &Move| Move { name: step.name.clone(), from: step.to, to: step.from };
    let at = match &target.at {
        None => At::Stay,
        Some(step) => step.from.clone().map_or(At::Leave, At::Go),
    };
    let entry = Entry { undoes: Some(target.number), ..entry };
    let change = Change { moves: target.moves.iter().rev().map(back).collect(), at, ..Change::new(entry) };
    store.transact(&change).map_err(|error| match error {
        store::Error::Moved { name, expected, found } => {
            Error::MovedSince { number: target.number, name, expected, found }
        }
        other => other.into(),
    })
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
