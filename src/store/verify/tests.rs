//! Damage of every sort, made by hand and by chance.

use std::fs;
use std::path::Path;

use super::*;
use crate::content::Timestamp;
use crate::store::record::{Move, ProvenanceRecord};
use crate::store::{At, Change, sample};

/// A store with some of everything.
fn furnish(store: &Store) -> (Digest, Object) {
    let bundle = sample::fill(store, &"The bitter lesson. ".repeat(300));
    let answer = sample::answer(bundle, "Search and learning.");
    let document = store.bundle(bundle).unwrap().items[0].document;
    let mut change = Change::new(sample::entry("ask"));
    change.objects = vec![answer.clone(), Object::blob(vec![0xff; 9000])];
    change.moves = vec![
        Move { name: "branches/main".to_owned(), from: None, to: Some(answer.id()) },
        Move { name: "bundles/bitter".to_owned(), from: None, to: Some(bundle) },
    ];
    change.at = At::Go("branches/main".to_owned());
    change.runs = vec![RunRecord { answer: Some(answer.id()), ..sample::run("a1", bundle) }];
    change.provenance = vec![ProvenanceRecord {
        locator: "essay.html".to_owned(),
        sha256: Digest::of(b"bytes"),
        document,
        time: Timestamp(1),
    }];
    store.transact(&change).unwrap();
    (bundle, answer)
}

#[test]
fn a_sound_store_has_no_findings() {
    let store = Store::open_in_memory().unwrap();
    assert_eq!(verify(&store), Report::default());
    furnish(&store);
    assert_eq!(verify(&store), Report { n_objects: 6, ..Report::default() });
}

#[test]
fn each_damage_is_named() {
    let check = |damage: &str, expected: &dyn Fn(Digest, Digest) -> Vec<Finding>| {
        let store = Store::open_in_memory().unwrap();
        let (bundle, answer) = furnish(&store);
        store.connection.execute_batch(&format!("PRAGMA foreign_keys = OFF; {damage}")).unwrap();
        assert_eq!(verify(&store).findings, expected(bundle, answer.id()), "{damage}");
    };
    let row = |table| vec![Finding::Row { table, row: 1 }];
    check("UPDATE run SET record = replace(record, 'gpt', 'opt')", &|_, _| row("run"));
    check("UPDATE run SET answer = NULL", &|_, _| row("run"));
    check("UPDATE provenance SET document = zeroblob(32)", &|_, _| row("provenance"));
    check("UPDATE place SET at = 'x'", &|_, _| vec![Finding::Unaccounted { name: "@".to_owned() }]);
    check("DELETE FROM pointer WHERE name = 'bundles/bitter'", &|_, _| {
        vec![Finding::Unaccounted { name: "bundles/bitter".to_owned() }]
    });
    check("UPDATE pointer SET target = zeroblob(32) WHERE name = 'branches/main'", &|_, _| {
        let name = "branches/main".to_owned();
        let target = Digest::from_bytes([0; 32]);
        vec![Finding::Pointer { name: name.clone(), target }, Finding::Unaccounted { name }]
    });
    check("UPDATE object SET data = x'7b7d' WHERE kind = 'message'", &|_, answer| {
        let name = "branches/main".to_owned();
        vec![
            Finding::Altered { id: answer },
            Finding::Pointer { name, target: answer },
            Finding::Operation { number: 1, id: answer },
            Finding::Unmet { table: "run", id: answer },
        ]
    });
    check("DELETE FROM object WHERE kind = 'bundle'", &|bundle, answer| {
        vec![
            Finding::Dangling { from: answer, to: bundle },
            Finding::Pointer { name: "bundles/bitter".to_owned(), target: bundle },
            Finding::Operation { number: 1, id: bundle },
            Finding::Index,
        ]
    });
}

/// Everything that a reader can see in a store.
fn dump(store: &Store) -> Result<String, Error> {
    let mut statement = store.sql(store.connection.prepare("SELECT id FROM object ORDER BY id"))?;
    let rows = store.sql(statement.query_map([], |row| Ok(Digest::from_bytes(row.get(0)?))))?;
    let mut objects = Vec::new();
    for id in rows {
        objects.push(store.object(store.sql(id)?)?);
    }
    let rows = (store.pointers("")?, store.at()?, store.operations()?, store.runs()?, store.all_provenance()?);
    Ok(format!("{objects:?} {rows:?}"))
}

fn dump_of(folder: &Path) -> (Option<String>, bool) {
    match Store::open(folder) {
        Err(_) => (None, true),
        Ok(store) => (dump(&store).ok(), !verify(&store).findings.is_empty()),
    }
}

#[test]
fn a_flipped_byte_is_found_or_changes_nothing() {
    let root = tempfile::tempdir().unwrap();
    let store = Store::open(root.path()).unwrap();
    furnish(&store);
    drop(store);
    let path = root.path().join("store.db");
    let sound = fs::read(&path).unwrap();
    let expected = dump_of(root.path());
    assert!(expected.0.is_some() && !expected.1);
    let (mut n_found, mut state) = (0, 0x2545_f491_4f6c_dd1d_u64);
    for _ in 0..400 {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        let place = usize::try_from(state % sound.len() as u64).unwrap();
        let flipped = sound[place] ^ u8::try_from(1 + (state >> 32) % 255).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let mut bytes = sound.clone();
        bytes[place] = flipped;
        fs::write(folder.path().join("store.db"), bytes).unwrap();
        let (seen, is_found) = dump_of(folder.path());
        assert!(is_found || seen == expected.0, "byte {place} became {flipped:#x} unseen");
        n_found += usize::from(is_found);
    }
    // Many pages are mostly empty; a fair part of the flips hits content all the same.
    assert!(n_found > 50, "{n_found}");
}

#[test]
fn what_is_damaged_is_mended_from_a_copy_and_from_the_journal() {
    let check = |damage: &str, n_objects: usize, pointers: &[&str]| {
        let store = Store::open_in_memory().unwrap();
        furnish(&store);
        let spare: Vec<Object> = ObjectKind::ALL
            .iter()
            .flat_map(|kind| store.ids(*kind).unwrap())
            .map(|id| store.object(id).unwrap())
            .collect();
        let sound = dump(&store).unwrap();
        store.connection.execute_batch(&format!("PRAGMA foreign_keys = OFF; {damage}")).unwrap();
        let report = verify(&store);
        assert_ne!(report.findings, [], "{damage}");
        let mended = mend(&store, &report, &spare).unwrap();
        assert_eq!(
            (mended.objects.len(), mended.pointers),
            (n_objects, pointers.iter().map(|name| (*name).to_owned()).collect()),
            "{damage}"
        );
        assert_eq!(verify(&store).findings, [], "{damage}");
        assert_eq!(dump(&store).unwrap(), sound, "{damage}");
    };
    check("UPDATE object SET data = x'7b7d' WHERE kind = 'message'", 1, &[]);
    check("DELETE FROM object WHERE kind IN ('bundle', 'document', 'message')", 3, &[]);
    check("UPDATE object SET kind = 'blob'", 3, &[]);
    check("UPDATE place SET at = 'x'", 0, &["@"]);
    check(
        "DELETE FROM pointer; INSERT INTO pointer SELECT 'branches/odd', id FROM object WHERE kind = 'bundle'",
        0,
        &["branches/main", "bundles/bitter", "branches/odd"],
    );
}
