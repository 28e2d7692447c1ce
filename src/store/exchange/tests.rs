//! Files as they go out, come back, and are tampered with.

use super::*;
use crate::content::{Digest, Message, Role};
use crate::store::record::{MessageRecord, Move};
use crate::store::{Change, Error, NameError, Object, ObjectKind, Store, sample, verify};

/// A store with a bundle, two branches and one blob that is no text.
fn furnished() -> (Store, Digest) {
    let (store, bundle) = sample::store();
    let question = sample::message(bundle, "Why \"compute\"?\u{2028}</script>");
    let answers = ["Because.", "It scales."].map(|text| sample::answer(question.id(), text));
    let mut change = Change::new(sample::entry("ask"));
    change.moves = vec![
        moved("bundles/bitter", None, bundle),
        moved("branches/main", None, answers[0].id()),
        moved("branches/skeptic", None, answers[1].id()),
    ];
    change.objects = [vec![question], answers.to_vec()].concat();
    store.transact(&change).unwrap();
    (store, bundle)
}

fn moved(name: &str, from: Option<Digest>, to: Digest) -> Move {
    Move { name: name.to_owned(), from, to: Some(to) }
}

fn everything(store: &Store) -> Selection {
    Selection { pointers: store.pointers("").unwrap(), ..Selection::default() }
}

fn export(store: &Store) -> Vec<u8> {
    let mut out = Vec::new();
    write(store, &everything(store), &mut out).unwrap();
    out
}

fn import_bytes(store: &Store, bytes: &[u8]) -> Vec<(String, Outcome)> {
    let package = read(bytes, &Limits::STANDARD).unwrap();
    let report = import(store, &package, sample::entry("import")).unwrap();
    assert_eq!(verify::verify(store).findings, []);
    report.names.into_iter().map(|imported| (imported.name, imported.outcome)).collect()
}

/// Grows a branch by one question.
fn grow(store: &Store, branch: &str, text: &str) -> Digest {
    let tip = store.pointer(branch).unwrap().unwrap();
    let message = sample::message(tip, text);
    let mut change = Change::new(sample::entry("ask"));
    change.moves = vec![moved(branch, Some(tip), message.id())];
    change.objects = vec![message.clone()];
    store.transact(&change).unwrap();
    message.id()
}

#[test]
fn a_file_is_the_same_whoever_writes_it() {
    let (store, _) = furnished();
    let bytes = export(&store);
    let friend = Store::open_in_memory().unwrap();
    let names = ["branches/main", "branches/skeptic", "bundles/bitter"];
    assert_eq!(import_bytes(&friend, &bytes), names.map(|name| (name.to_owned(), Outcome::New)));
    assert_eq!(String::from_utf8(export(&friend)).unwrap(), String::from_utf8(bytes.clone()).unwrap());
    assert_eq!(import_bytes(&friend, &bytes), names.map(|name| (name.to_owned(), Outcome::Same)));
    assert_eq!(friend.operations().unwrap().len(), 1);
}

#[test]
fn the_bytes_of_a_file_are_fixed() {
    let store = Store::open_in_memory().unwrap();
    let blob = Object::blob(vec![0xff, 0x00]);
    let text = Object::blob(*b"a\n");
    store.put(&[blob.clone(), text.clone()]).unwrap();
    let roots = [blob.id(), text.id()].into_iter().collect();
    let mut out = Vec::new();
    let written = write(&store, &Selection { roots, ..Selection::default() }, &mut out).unwrap();
    let expected = format!(
        concat!(
            "{{\"caps\":[],\"forkful\":1,\"prerequisites\":[],\"refs\":{{}}}}\n",
            "{{\"data\":\"a\\n\",\"enc\":\"utf-8\",\"id\":\"sha256:{text}\",\"kind\":\"blob\"}}\n",
            "{{\"data\":\"/wA=\",\"enc\":\"base64\",\"id\":\"sha256:{blob}\",\"kind\":\"blob\"}}\n",
            "{{\"objects\":2,\"sha256\":\"{sum}\"}}\n",
        ),
        text = text.id(),
        blob = blob.id(),
        sum = written.sha256
    );
    assert_eq!(String::from_utf8(out).unwrap(), expected);
    let hashed = format!(
        "{{\"caps\":[],\"forkful\":1,\"prerequisites\":[],\"refs\":{{}}}}blob sha256:{}\nblob sha256:{}\n",
        text.id(),
        blob.id()
    );
    assert_eq!(
        written,
        Written {
            n_objects: 2,
            n_withheld: 0,
            n_prerequisites: 0,
            n_remarks: 0,
            sha256: Digest::of(hashed.as_bytes())
        }
    );
    let objects = read(expected.as_bytes(), &Limits::STANDARD).unwrap().objects;
    assert_eq!(objects.objects().collect::<Result<Vec<_>, _>>().unwrap(), [text, blob]);
}

#[test]
fn a_mail_round_trip_merges() {
    let (ours, _) = furnished();
    let theirs = Store::open_in_memory().unwrap();
    import_bytes(&theirs, &export(&ours));
    let tip = grow(&theirs, "branches/main", "And then?");
    let theirs_skeptic = grow(&theirs, "branches/skeptic", "Says who?");
    let our_skeptic = grow(&ours, "branches/skeptic", "Really?");
    let outcome = |name: &str, outcome| (name.to_owned(), outcome);
    let kept = |name: &str| Outcome::Kept { name: name.to_owned() };
    let reply = export(&theirs);
    let expected = [
        outcome("branches/main", Outcome::Forwarded),
        outcome("branches/skeptic", kept("branches/skeptic-2")),
        outcome("bundles/bitter", Outcome::Same),
    ];
    let before = ours.operations().unwrap().len();
    assert_eq!(import_bytes(&ours, &reply), expected);
    assert_eq!(import_bytes(&ours, &reply)[0], outcome("branches/main", Outcome::Same));
    assert_eq!(ours.operations().unwrap().len(), before + 1);
    let tips = ["branches/main", "branches/skeptic", "branches/skeptic-2"].map(|name| ours.pointer(name).unwrap());
    assert_eq!(tips, [tip, our_skeptic, theirs_skeptic].map(Some));
    let longer = grow(&theirs, "branches/skeptic", "Go on");
    assert_eq!(import_bytes(&ours, &export(&theirs))[1], expected[1]);
    assert_eq!(ours.pointer("branches/skeptic-2").unwrap(), Some(longer));
    grow(&ours, "branches/main", "More");
    assert_eq!(import_bytes(&ours, &reply)[0], outcome("branches/main", Outcome::Behind));
}

#[test]
fn a_name_of_another_space_is_not_taken() {
    let (theirs, bundle) = furnished();
    let ours = Store::open_in_memory().unwrap();
    sample::fill(&ours, "The bitter lesson.\n");
    let change = Change { moves: vec![moved("bundles/main", None, bundle)], ..Change::new(sample::entry("pack")) };
    ours.transact(&change).unwrap();
    let report = import_bytes(&ours, &export(&theirs));
    let kept = Outcome::Kept { name: "branches/main-2".to_owned() };
    assert_eq!(report[0], ("branches/main".to_owned(), kept));
}

#[test]
fn a_thin_file_needs_what_it_builds_on() {
    let (store, bundle) = furnished();
    let message = sample::message(bundle, "New");
    let lines = [
        format!("{{\"caps\":[],\"forkful\":1,\"prerequisites\":[\"sha256:{bundle}\"],\"refs\":{{}}}}"),
        line_of(&message),
    ];
    let file = sealed(&lines);
    let package = || read(file.as_bytes(), &Limits::STANDARD).unwrap();
    let entry = sample::entry("import");
    match import(&Store::open_in_memory().unwrap(), &package(), entry.clone()) {
        Err(Error::Prerequisites { ids }) => assert_eq!(ids, [bundle]),
        other => panic!("{other:?}"),
    }
    assert_eq!(import(&store, &package(), entry).unwrap(), Report::default());
    assert_eq!(store.message(message.id()).unwrap().parent, bundle);
}

fn line_of(object: &Object) -> String {
    let data = String::from_utf8(object.bytes().to_vec()).unwrap();
    format!(r#"{{"data":{data},"id":"sha256:{}","kind":"{}"}}"#, object.id(), object.kind())
}

fn blob_line(blob: &Object) -> String {
    let text = String::from_utf8(blob.bytes().to_vec()).unwrap();
    serde_json::json!({"data": text, "enc": "utf-8", "id": format!("{TAG}{}", blob.id()), "kind": "blob"}).to_string()
}

/// The lines with the trailer that they should have.
fn sealed(lines: &[String]) -> String {
    let hashed = lines[1..].iter().fold(lines[0].clone(), |hashed, line| {
        let value: serde_json::Value = serde_json::from_str(line).unwrap();
        format!("{hashed}{} {}\n", value["kind"].as_str().unwrap(), value["id"].as_str().unwrap())
    });
    let trailer = format!(r#"{{"objects":{},"sha256":"{}"}}"#, lines.len() - 1, Digest::of(hashed.as_bytes()));
    format!("{}\n{trailer}\n", lines.join("\n"))
}

fn check(file: &str, line: usize, expected: &str) {
    check_within(file, Limits::STANDARD, line, expected);
}

fn check_within(file: &str, limits: Limits, line: usize, expected: &str) {
    match read(file.as_bytes(), &limits) {
        Err(Error::Package { line: found, source }) => {
            assert_eq!((found, format!("{source:?}").as_str()), (line, expected));
        }
        other => panic!("{expected}: {other:?}"),
    }
}

#[test]
fn a_file_that_is_not_whole_or_not_known_is_refused() {
    let (store, bundle) = furnished();
    let file = String::from_utf8(export(&store)).unwrap();
    let lines: Vec<&str> = file.lines().collect();
    let n_lines = lines.len();
    assert_eq!(n_lines, 9);
    for n_kept in 1..n_lines {
        check(&(lines[..n_kept].join("\n") + "\n"), n_kept, "Truncated");
    }
    check("", 1, "NotForkful");
    check("PK\u{3}\u{4}", 1, "NotForkful");
    check("{}\n", 1, "NotForkful");
    check(&file.replacen("\"forkful\":1", "\"forkful\":2", 1), 1, "Newer { found: 2 }");
    check(&file.replacen("\"caps\":[]", "\"caps\":[\"runs\"]", 1), 1, r#"UnknownCapability { name: "runs" }"#);
    check(&format!("{file}\n"), n_lines + 1, "Trailing");
    check(&file.replacen("\"objects\":7", "\"objects\":8", 1), n_lines, "Count { claimed: 8, found: 7 }");
    check(&file.replacen("branches/main", "branches/mine", 1), n_lines, "Trailer");
    check(&file.replacen("\"kind\":\"bundle\"", "\"kind\":\"run\"", 1), 5, r#"UnknownKind { kind: "run" }"#);
    check(&file.replacen("It scales", "It sinks", 1), 8, &format!("WrongHash {{ id: {:?} }}", id_of(lines[7])));
    check(&file.replacen("\"v\":1", "\"v\":1,\"v\":1", 1), 4, r#"Json(DuplicateKey("v"))"#);
    check(&file.replacen("\"v\":1", "\"v\":1.5", 1), 4, "Json(Float)");
    check(&file.replacen("utf-8", "utf-7", 1), 2, r#"Field { field: "enc" }"#);
    check(&file.replacen("\"id\":\"sha256:", "\"id\":\"md5:", 1), 2, r#"Field { field: "id" }"#);
    let without_text = [&lines[..1], &lines[2..]].concat().join("\n");
    check(&without_text, 4, &format!("Dangling {{ id: {:?} }}", id_of(lines[1])));
    let twice = [&lines[..2], &lines[1..]].concat().join("\n");
    check(&twice, 3, &format!("Repeated {{ id: {:?} }}", id_of(lines[1])));

    let limits = Limits::STANDARD;
    let longest = lines.iter().map(|line| line.len()).max().unwrap();
    let place = lines.iter().position(|line| line.len() == longest).unwrap() + 1;
    let limit = longest - 1;
    check_within(&file, Limits { line_bytes: limit, ..limits }, place, &format!("LongLine {{ limit: {limit} }}"));
    check_within(&file, Limits { objects: 6, ..limits }, 8, "ManyObjects { limit: 6 }");
    let limit = file.len() - 1;
    check_within(&file, Limits { total_bytes: limit, ..limits }, n_lines, &format!("Large {{ limit: {limit} }}"));
    let exact = Limits { line_bytes: longest, objects: 7, total_bytes: file.len() };
    assert_eq!(read(file.as_bytes(), &exact).unwrap().pointers["bundles/bitter"], bundle);
}

fn id_of(line: &str) -> Digest {
    let value: serde_json::Value = serde_json::from_str(line).unwrap();
    value["id"].as_str().unwrap().strip_prefix(TAG).unwrap().parse().unwrap()
}

#[test]
fn names_and_targets_of_a_stranger_are_checked() {
    let nowhere = Digest::of(b"nowhere");
    let header =
        |name: &str| format!(r#"{{"caps":[],"forkful":1,"prerequisites":[],"refs":{{"{name}":"sha256:{nowhere}"}}}}"#);
    check(&sealed(&[header("branches/main")]), 2, &format!("Dangling {{ id: {nowhere:?} }}"));
    for (name, expected) in [
        ("branches/../../etc", NameError::Place { name: "../../etc".to_owned(), found: ".." }),
        ("remotes/x", NameError::Space("remotes/x".to_owned())),
        ("branches/-rf", NameError::Place { name: "-rf".to_owned(), found: "-" }),
    ] {
        check(&sealed(&[header(name)]), 2, &format!("Name({expected:?})"));
    }
    let orphan = Object::of(&MessageRecord::new(nowhere, Message::text(Role::User, "Hi")));
    let lines = [header("branches/main"), line_of(&orphan.unwrap())];
    check(&sealed(&lines), 2, &format!("Dangling {{ id: {nowhere:?} }}"));
    let objects = sample::bundle("Words.\n");
    let hello = sample::message(objects[3].id(), "Hi");
    let misplaced = header("bundles/b").replace(&nowhere.to_string(), &hello.id().to_string());
    let blobs = [0, 2].map(|place: usize| blob_line(&objects[place]));
    let rest = [&objects[1], &objects[3], &hello].map(line_of);
    check(&sealed(&[&[misplaced][..], &blobs, &rest].concat()), 7, &format!("Dangling {{ id: {:?} }}", hello.id()));
    let odd = Object::of_value(ObjectKind::Message, &serde_json::json!({"v": 3})).unwrap();
    let lines = [header("branches/main"), line_of(&odd)];
    match read(sealed(&lines).as_bytes(), &Limits::STANDARD) {
        Err(Error::Package { line: 2, source }) => {
            assert!(matches!(*source, Refusal::Object(error) if matches!(*error, Error::NewerRecord { found: 3, .. })));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_changed_byte_is_refused_or_changes_nothing() {
    let (store, _) = furnished();
    let file = export(&store);
    let sound = read(file.as_slice(), &Limits::STANDARD).unwrap().said();
    for place in 0..file.len() {
        for flip in [0x01, 0x20, 0x80] {
            let mut bytes = file.clone();
            bytes[place] ^= flip;
            if let Ok(package) = read(bytes.as_slice(), &Limits::STANDARD) {
                assert_eq!(package.said(), sound, "byte {place} flipped by {flip:#x}");
            }
        }
        assert!(read(&file[..place], &Limits::STANDARD).is_err() || place == file.len() - 1, "cut at {place}");
    }
}
