//! A file that goes out, comes back, and what it is refused for.

use std::collections::BTreeSet;

use super::*;
use crate::content::Timestamp;
use crate::fork;
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

#[test]
fn what_was_swept_since_an_operation_is_said_so() {
    let (store, bundle) = sample::store();
    let (loose, entry) = (sample::message(bundle, "Gone?"), |description| sample::entry(description));
    store.put(std::slice::from_ref(&loose)).unwrap();
    let gone = fork::create(&store, "gone", loose.id(), entry("fork")).unwrap();
    fork::create(&store, "main", bundle, entry("fork")).unwrap();
    fork::delete(&store, &gone, entry("delete")).unwrap();
    let later = crate::store::Entry { time: Timestamp(sample::entry("").time.0 + 1), ..entry("later") };
    fork::tag(&store, "t", bundle, later.clone()).unwrap();
    store.sweep(0, crate::store::Entry { time: Timestamp(later.time.0 + 1), ..later }).unwrap();
    let ours = Workspace { store };
    let export = |since: &str| ours.export(&Parcel { since: vec![since.to_owned()], ..Parcel::default() });
    let swept = export("1");
    assert!(matches!(swept, Err(Error::Store(crate::store::Error::Swept { number: 1, .. }))), "{swept:?}");
    assert!(matches!(export("9"), Err(Error::NoOperation { number: 9, last: 5 })));
}
