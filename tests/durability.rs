//! What the store withstands, in short; `just durability` has the long form with real faults.

use crate::support::Desk;

/// A desk whose store has a bundle and one turn.
fn furnished() -> Desk {
    let desk = Desk::with_examples();
    desk.file("answer.txt", b"An answer.\n");
    desk.out(&["pack", "essay.md", "--name", "cards", "-q", "-o", "cards.md", "--store", "store"]);
    desk.out(&["record", "cards", "-b", "main", "--question", "First", "--answer", "answer.txt", "--store", "store"]);
    desk
}

fn damage(desk: &Desk, statement: &str) {
    let connection = rusqlite::Connection::open(desk.path().join("store/store.db")).unwrap();
    connection.execute_batch(statement).unwrap();
}

#[test]
fn a_damaged_store_says_so_and_is_mended_from_itself_and_from_a_copy() {
    let desk = furnished();
    desk.out(&["export", "-o", "copy.forkful", "--store", "store"]);
    damage(
        &desk,
        "UPDATE object SET data = substr(data, 1, 100) WHERE kind = 'blob' AND substr(data, 1, 9) = CAST('# Sources' AS BLOB);
         UPDATE place SET at = 'branches/nowhere'",
    );
    let first = desk.session(&[
        "show cards --store store",
        "show main --store store",
        "verify --store store",
        "verify --repair --store store",
        "log --store store",
    ]);
    damage(&desk, "UPDATE object SET data = x'00' WHERE kind = 'message'");
    let second = desk.session(&[
        "verify --repair --store store -q",
        "verify --from cards.md --store store",
        "verify --from copy.forkful --store store",
        "verify --from copy.forkful --store store --json",
    ]);
    insta::assert_snapshot!(format!("{first}\n{second}"));
}

#[test]
fn any_path_and_any_clock_will_do() {
    let desk = furnished();
    desk.out(&["export", "-o", "copy.forkful", "--store", "store"]);
    let expected = desk.json(&["log", "--store", "store"]);
    for name in ["with blank", "q'uote\"s", "new\nline", "\u{fc}n\u{ef}\u{2013}\u{732b}", "%41?x=1#y", "a;b&c|d"] {
        desk.out(&["import", "copy.forkful", "--store", name]);
        assert_eq!(desk.json(&["log", "--store", name]), expected, "{name:?}");
        assert!(desk.path().join(name).join("store.db").is_file(), "{name:?}");
    }
    let mut desk = desk;
    for seconds in ["0", "-62000000000", "253402300799"] {
        desk = desk.set("SOURCE_DATE_EPOCH", seconds);
        desk.out(&[
            "record",
            "-b",
            "main",
            "--question",
            &format!("at {seconds}"),
            "--answer",
            "answer.txt",
            "--store",
            "store",
        ]);
    }
    assert_eq!(desk.run(&["verify", "--store", "store"]).code, 0);
    assert_eq!(desk.json(&["log", "--store", "store"])["branches"][0]["turns"], 4);
}

#[test]
fn a_store_whose_file_is_damaged_says_what_to_do() {
    let desk = furnished();
    desk.out(&["export", "-o", "copy.forkful", "--store", "store"]);
    let path = desk.path().join("store/store.db");
    let whole = std::fs::read(&path).unwrap();
    let damaged = |from: usize, to: usize| {
        let mut bytes = whole.clone();
        bytes[from..to].fill(0xff);
        std::fs::write(&path, bytes).unwrap();
    };
    // The schema itself.
    damaged(100, 4096);
    let mut shown = desk.session(&["verify --store store", "show cards --store store"]);
    // All pages behind the first ones.
    damaged(whole.len() / 4, whole.len());
    shown += &desk.session(&[
        "verify --store store",
        "verify --repair --store store",
        "verify --from copy.forkful --store store",
    ]);
    std::fs::write(&path, b"").unwrap();
    shown += &desk.session(&["import copy.forkful --store store", "verify --store store"]);
    insta::assert_snapshot!(shown);
}
