//! Files in every dress, thin ones, ones without their texts, and whose they are.

use std::collections::BTreeSet;

use ruzstd::encoding::{CompressionLevel, compress_to_vec};

use super::*;
use crate::content::Digest;
use crate::store::record::Move;
use crate::store::{Change, Error, ObjectKind, REMOTES, Store, sample, topic, verify};

/// A store whose `branches/main` has one question and one answer on a bundle.
fn furnished() -> (Store, Digest) {
    let (store, bundle) = sample::store();
    let question = sample::message(bundle, "Why?</script><!--");
    let answer = sample::answer(question.id(), "Because.");
    let mut change = Change::new(sample::entry("ask"));
    change.moves = vec![moved("branches/main", None, answer.id()), moved("bundles/bitter", None, bundle)];
    change.objects = vec![question, answer];
    store.transact(&change).unwrap();
    (store, bundle)
}

fn moved(name: &str, from: Option<Digest>, to: Digest) -> Move {
    Move { name: name.to_owned(), from, to: Some(to) }
}

fn grow(store: &Store, branch: &str, from: Option<Digest>, text: &str) -> Digest {
    let parent = from.unwrap_or_else(|| store.pointer(branch).unwrap().unwrap());
    let message = sample::message(parent, text);
    let mut change = Change::new(sample::entry("ask"));
    change.moves = vec![moved(branch, store.pointer(branch).unwrap(), message.id())];
    change.objects = vec![message.clone()];
    store.transact(&change).unwrap();
    message.id()
}

fn selection(store: &Store) -> Selection {
    let mut pointers = store.pointers("").unwrap();
    pointers.retain(|name, _| !name.starts_with(REMOTES));
    Selection { pointers, ..Selection::default() }
}

fn written(store: &Store, selection: &Selection) -> Vec<u8> {
    let mut out = Vec::new();
    write(store, selection, &mut out).unwrap();
    out
}

fn take(store: &Store, file: &[u8], peer: &str) -> Result<Vec<(String, Outcome, Option<String>)>, Error> {
    let mut package = read(file, &Limits::STANDARD)?;
    package.author = Some(peer.to_owned());
    let report = import(store, &package, sample::entry("import"))?;
    assert_eq!(verify::verify(store).findings, []);
    Ok(report.names.into_iter().map(|one| (one.name, one.outcome, one.remote)).collect())
}

#[test]
fn a_file_is_the_same_in_every_dress() {
    let (store, _) = furnished();
    let plain = written(&store, &selection(&store));
    let expected = read(plain.as_slice(), &Limits::STANDARD).unwrap().said();
    let lines = inside_page(std::str::from_utf8(&plain).unwrap());
    assert!(!lines.contains('<'));
    let page = format!("<!doctype html>\n<p>{{}}</p>\n{OPENING}\n{lines}{CLOSING}\n<p>after</p>\n");
    let zstd = |bytes: &[u8]| compress_to_vec(bytes, CompressionLevel::Fastest);
    for dress in [
        plain.clone(),
        gzip(&plain).unwrap(),
        zstd(&plain),
        page.clone().into_bytes(),
        gzip(page.as_bytes()).unwrap(),
        zstd(page.as_bytes()),
    ] {
        assert_eq!(read(dress.as_slice(), &Limits::STANDARD).unwrap().said(), expected);
    }
    let crlf = std::str::from_utf8(&plain).unwrap().replace('\n', "\r\n");
    assert_eq!(read(crlf.as_bytes(), &Limits::STANDARD).unwrap().said(), expected, "mailed as text");
    let refused = |bytes: &[u8], limits: &Limits| match read(bytes, limits) {
        Err(Error::Package { line, source }) => format!("{line}: {source}"),
        other => panic!("{other:?}"),
    };
    let standard = &Limits::STANDARD;
    let packed = gzip(&plain).unwrap();
    assert!(refused(&packed[..packed.len() / 2], standard).ends_with(": the file cannot be unpacked"));
    assert_eq!(refused(&zstd(b"not json\n"), standard), "1: not a forkful file");
    assert_eq!(refused(b"\x28\xb5\x2f\xfd\xff\xff", standard), "1: the file cannot be unpacked");
    assert_eq!(refused(b"<!doctype html>\n<p>A page</p>\n", standard), "1: not a forkful file");
    let cut = page.split(CLOSING).next().unwrap().trim_end().rsplit_once('\n').unwrap().0;
    assert_eq!(refused(cut.as_bytes(), standard), "10: the file is cut off");
    let bomb = gzip(&vec![b' '; 100_000]).unwrap();
    let small = Limits { line_bytes: 1000, ..Limits::STANDARD };
    assert_eq!(refused(&bomb, &small), "1: a line is longer than 1000 bytes");
    let bomb = gzip("{}\n".repeat(100_000).as_bytes()).unwrap();
    assert_eq!(refused(&bomb, standard), "1: not a forkful file");
}

#[test]
fn a_withheld_text_leaves_its_hash_and_comes_later() {
    let (ours, bundle) = furnished();
    let record = ours.bundle(bundle).unwrap();
    let everything = selection(&ours);
    let whole = written(&ours, &everything);
    let thin = Selection { withheld: BTreeSet::from([record.text]), ..everything };
    let file = written(&ours, &thin);
    let theirs = Store::open_in_memory().unwrap();
    take(&theirs, &file, "ada").unwrap();
    assert!(theirs.is_withheld(record.text).unwrap());
    assert!(matches!(theirs.text(record.text), Err(Error::Withheld { id }) if id == record.text));
    assert_eq!(verify::verify(&theirs).n_withheld, 1);
    assert_eq!(theirs.bundle(bundle).unwrap(), record, "every other id stays");

    let passed_on = written(&theirs, &selection(&theirs));
    assert_eq!(passed_on, file, "a withheld text stays withheld");
    assert!(!take(&theirs, &whole, "ada").unwrap().is_empty());
    assert_eq!(theirs.text(record.text).unwrap(), ours.text(record.text).unwrap());
    take(&theirs, &file, "ada").unwrap();
    assert_eq!(verify::verify(&theirs).n_withheld, 0, "a stub never takes a text's place");

    let lying = std::str::from_utf8(&file).unwrap();
    let refused = |file: String| match read(file.as_bytes(), &Limits::STANDARD) {
        Err(Error::Package { source, .. }) => source.to_string(),
        other => panic!("{other:?}"),
    };
    assert_eq!(refused(lying.replacen("\"stubs\"", "", 1)), "no such kind of object: \"stub\"");
    assert_eq!(refused(lying.replacen("\"of\":\"blob\"", "\"of\":\"bundle\"", 1)), "the field of is missing or wrong");
}

#[test]
fn a_reply_carries_what_is_new_and_the_branches_of_both_stay() {
    let (ada, bundle) = furnished();
    let first = written(&ada, &Selection { author: Some("ada".to_owned()), ..selection(&ada) });
    let bob = Store::open_in_memory().unwrap();
    assert_eq!(read(first.as_slice(), &Limits::STANDARD).unwrap().author.as_deref(), Some("ada"));
    let new = |name: &str, remote: &str| (name.to_owned(), Outcome::New, Some(remote.to_owned()));
    let named = ("bundles/bitter".to_owned(), Outcome::New, None);
    assert_eq!(take(&bob, &first, "ada").unwrap(), [new("branches/main", "remotes/ada/main"), named.clone()]);

    let seen = bob.pointer("remotes/ada/main").unwrap().unwrap();
    let longer = grow(&bob, "branches/main", None, "And then?");
    let skeptic = grow(&bob, "branches/skeptic", Some(bundle), "Really?");
    let mut reply = Selection { had: BTreeSet::from([seen]), ..selection(&bob) };
    reply.pointers.remove("bundles/bitter");
    let file = written(&bob, &reply);
    assert_eq!(String::from_utf8(file.clone()).unwrap().lines().count(), 4, "two messages");

    let nobody = Store::open_in_memory().unwrap();
    match take(&nobody, &file, "bob") {
        Err(error @ Error::Prerequisites { .. }) => {
            let mut ids = [bundle.short(), seen.short()];
            ids.sort();
            assert_eq!(error.to_string(), format!("the file builds on what is not here: {}", ids.join(", ")));
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(nobody.pointers("").unwrap().len(), 0);

    let own = grow(&ada, "branches/skeptic", Some(bundle), "No.");
    let forwarded = |tip| ("branches/main".to_owned(), tip, Some("remotes/bob/main".to_owned()));
    let apart = Outcome::Kept { name: "remotes/bob/skeptic".to_owned() };
    let kept = ("branches/skeptic".to_owned(), apart, Some("remotes/bob/skeptic".to_owned()));
    assert_eq!(take(&ada, &file, "bob").unwrap(), [forwarded(Outcome::Forwarded), kept.clone()]);
    assert_eq!(take(&ada, &file, "bob").unwrap(), [forwarded(Outcome::Same), kept], "twice changes nothing");
    let tips = ["branches/main", "branches/skeptic", "remotes/bob/main", "remotes/bob/skeptic"];
    let tips = tips.map(|name| ada.pointer(name).unwrap().unwrap());
    assert_eq!(tips, [longer, own, longer, skeptic]);

    let aside = grow(&bob, "branches/aside", Some(bundle), "By the way");
    let news = written(&bob, &Selection { had: BTreeSet::from([bundle]), ..selection(&bob) });
    let arrived = ("branches/aside".to_owned(), Outcome::Arrived, Some("remotes/bob/aside".to_owned()));
    assert_eq!(take(&ada, &news, "bob").unwrap()[0], arrived);
    assert_eq!(ada.pointer("branches/aside").unwrap(), None);
    assert_eq!(ada.pointer("remotes/bob/aside").unwrap(), Some(aside));
    assert!(ada.kind(aside).unwrap() == Some(ObjectKind::Message));
}

#[test]
fn names_of_senders_are_checked() {
    let (store, _) = furnished();
    for name in ["a/b", "", "..", "beef", "-x"] {
        let selection = Selection { author: Some(name.to_owned()), ..selection(&store) };
        assert!(matches!(write(&store, &selection, &mut Vec::new()), Err(Error::Name(_))), "{name}");
        let file = written(&store, &Selection { author: None, ..selection });
        let header = String::from_utf8(file).unwrap().replacen(
            "\"prerequisites\"",
            &format!("\"from\":{name:?},\"prerequisites\""),
            1,
        );
        assert!(matches!(read(header.as_bytes(), &Limits::STANDARD), Err(Error::Package { line: 1, .. })), "{name}");
    }
}

#[test]
fn what_is_said_travels_and_ones_own_words_stay() {
    let (ours, _) = furnished();
    let tip = ours.pointer("branches/main").unwrap().unwrap();
    let say = |store: &Store, subject: &str, topic: &str, value: &str| {
        let remarks = store.remarking(subject, topic, Some(value)).unwrap().into_iter().collect();
        store.transact(&Change { remarks, ..Change::new(sample::entry("say")) }).unwrap();
    };
    let message = tip.to_string();
    say(&ours, &message, topic::RATING, "up");
    say(&ours, &message, topic::NOTE, "Ask <b>more</b>");
    say(&ours, "branches/main", topic::DESCRIPTION, "The first line");
    let with = Selection { remarks: ours.remarks().unwrap(), ..selection(&ours) };
    let file = written(&ours, &with);
    assert!(written(&ours, &selection(&ours)).len() < file.len());

    let theirs = Store::open_in_memory().unwrap();
    let report = |file: &[u8]| {
        let package = read(file, &Limits::STANDARD).unwrap();
        let report = import(&theirs, &package, sample::entry("import")).unwrap();
        assert_eq!(verify::verify(&theirs).findings, []);
        (report.n_remarks, report.n_remarks_kept)
    };
    assert_eq!(report(&file), (3, 0));
    assert_eq!(theirs.remarks().unwrap(), ours.remarks().unwrap());
    assert_eq!(report(&file), (0, 0), "twice changes nothing");
    say(&ours, &message, topic::RATING, "2");
    let later = Selection { remarks: ours.remarks().unwrap(), had: BTreeSet::from([tip]), ..selection(&ours) };
    let file = written(&ours, &later);
    assert_eq!(report(&file), (0, 1), "a thin file carries what is said of messages that were there");
    assert_eq!(theirs.remark(&message, topic::RATING).unwrap().as_deref(), Some("up"));

    let text = String::from_utf8(file).unwrap();
    let refused = |from: &str, to: &str| match read(text.replacen(from, to, 1).as_bytes(), &Limits::STANDARD) {
        Err(Error::Package { source, .. }) => source.to_string(),
        other => panic!("{other:?}"),
    };
    for (from, to) in [
        (r#""value":"2""#, r#""value":"9""#),
        (r#""topic":"rating""#, r#""topic":"orders""#),
        (r#""on":"branches/main""#, r#""on":"../main""#),
    ] {
        assert_eq!(refused(from, to), "the field remark is missing or wrong", "{to}");
    }
    assert_eq!(refused(r#""value":"2""#, r#""value":"3""#), "the hash of the file is wrong");
    assert_eq!(refused(r#""remarks""#, ""), "the field id is missing or wrong");
}

#[test]
fn what_comes_in_thousands_is_found_like_the_rest() {
    let (ours, bundle) = furnished();
    let mut change = Change::new(sample::entry("ask"));
    for line in 0..60 {
        let mut parent = bundle;
        for turn in 0..90 {
            let message = sample::message(parent, &format!("Word {line}w{turn} and others"));
            parent = message.id();
            change.objects.push(message);
        }
        change.moves.push(moved(&format!("branches/line-{line}"), None, parent));
    }
    ours.transact(&change).unwrap();
    let file = written(&ours, &selection(&ours));
    let theirs = Store::open_in_memory().unwrap();
    let schema = |store: &Store| -> Vec<(String, String)> {
        let query = "SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name";
        let mut statement = store.connection.prepare(query).unwrap();
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        rows.map(Result::unwrap).collect()
    };
    let before = schema(&theirs);
    for _ in 0..2 {
        take(&theirs, &file, "ada").unwrap();
        assert_eq!(schema(&theirs), before);
        assert_eq!(theirs.followers(bundle).unwrap(), ours.followers(bundle).unwrap());
        let found = theirs.search("17w45", 10).unwrap();
        assert_eq!(found.hits.len(), 1);
        assert_eq!(theirs.pointer("remotes/ada/line-59").unwrap(), ours.pointer("branches/line-59").unwrap());
    }
}
