//! A file that goes out, comes back, and what it is refused for.

use std::collections::BTreeSet;

use super::*;
use crate::content::Timestamp;
use crate::store::exchange::{self, Limits, Selection};
use crate::store::{ObjectKind, Store, sample};
use crate::workspace::{Act, Error, Workspace};

fn act() -> Act {
    Act { time: Timestamp(0), command: Vec::new() }
}

fn plainly() -> Intake {
    Intake { from: None, limits: Limits::STANDARD }
}

#[test]
fn a_bundle_that_its_documents_do_not_make_is_refused_and_nothing_is_written() {
    // The sample's text is not a render of its document, though every hash is right.
    let (theirs, bundle) = sample::store();
    let selection = Selection { roots: BTreeSet::from([bundle]), ..Selection::default() };
    let mut file = Vec::new();
    exchange::write(&theirs, &selection, &mut file).unwrap();

    let ours = Workspace { store: Store::open_in_memory().unwrap() };
    let refused = ours.import(&mut file.as_slice(), &plainly(), &act());
    assert!(matches!(refused, Err(Error::Forged { .. })), "{refused:?}");
    assert_eq!(ours.store.ids(ObjectKind::Blob).unwrap(), []);
}
