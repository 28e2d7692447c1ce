//! Whole sessions as a person types them.

use std::fs;

use crate::support::{Desk, Ran};

const SOURCES: &str = "thread.md talk.vtt essay.md";

#[test]
fn read_count_and_plan() {
    let desk = Desk::with_examples();
    insta::assert_snapshot!(desk.session(&[
        "count thread.md talk.vtt essay.md",
        "count --raw thread.md talk.vtt essay.md",
        "count essay.md",
        "count essay.md --encoding cl100k_base",
        "plan thread.md talk.vtt essay.md",
        "plan thread.md talk.vtt essay.md --budget 5k",
        "plan thread.md talk.vtt@keep=ends,weight=0.5 essay.md@cap=1k --budget 4k --reserve 500",
        "formats",
    ]));
    insta::assert_snapshot!("read_thread", desk.run(&["read", "thread.md"]).shown());
    insta::assert_snapshot!("read_talk", desk.run(&["read", "talk.vtt"]).shown());
    insta::assert_snapshot!("read_essay", desk.run(&["read", "essay.md"]).shown());
}

#[test]
fn a_tree_is_grown_shown_mailed_and_taken_back() {
    let desk = Desk::with_examples();
    desk.file("answer.txt", b"About the card: the essay burns the rest, the talk keeps it.\n");
    desk.file("other.txt", b"They do not: both want fewer words.\n");
    insta::assert_snapshot!(desk.session(&[
        &format!("pack {SOURCES} --budget 3k --name bench -o bench.md"),
        "record -b main --question \"Where do they disagree?\" --answer answer.txt",
        "record -b main --question \"And where do they not?\" --answer other.txt",
        "fork main~1 -b skeptic",
        "record -b skeptic --question \"Argue the opposite\" --answer other.txt",
        "log",
        "show main",
        "show main~1",
        "export bench -o bench.forkful",
        "import bench.forkful --store theirs",
        "import bench.forkful --store theirs",
        "log --store theirs",
        "verify --store theirs",
        "undo",
        "undo",
        "log",
        "undo",
        "undo",
        "undo",
        "undo",
        "log",
        "verify",
    ]));
    let ours = desk.out(&["show", "bench", "--store", "theirs"]);
    assert_eq!(ours, fs::read_to_string(desk.path().join("bench.md")).unwrap());
}

#[test]
fn the_packed_bundle_reads_well() {
    let desk = Desk::with_examples();
    insta::assert_snapshot!(
        desk.run(&["pack", "thread.md", "talk.vtt@keep=ends", "essay.md", "--budget", "3k"]).shown()
    );
}

#[test]
fn stdin_and_folders_are_sources_too() {
    let desk = Desk::new();
    desk.file("notes/b.md", b"# B\n\nSecond.\n");
    desk.file("notes/a.txt", b"First.\n");
    desk.file("notes/.hidden", b"no");
    desk.file("notes/picture.bin", b"\x00\x01\x02");
    desk.file("notes/deep/c.md", b"# C\n\nThird.\n");
    let Ran { stdout, stderr, code } = desk.run_with(&["pack", "notes", "-"], b"Fourth.\n");
    insta::assert_snapshot!(Ran { stdout, stderr, code }.shown());
}

#[test]
fn export_import_export_is_a_fixpoint() {
    let desk = Desk::with_examples();
    desk.file("answer.txt", b"An answer.\n");
    desk.out(&["pack", "thread.md", "essay.md", "--name", "bench", "-q", "-o", "x.md"]);
    desk.out(&["record", "-b", "main", "--question", "Q", "--answer", "answer.txt"]);
    desk.out(&["export", "bench", "-o", "one.forkful"]);
    desk.out(&["import", "one.forkful", "--store", "theirs"]);
    desk.out(&["export", "bench", "-o", "two.forkful", "--store", "theirs"]);
    let read = |name: &str| fs::read(desk.path().join(name)).unwrap();
    assert_eq!(read("one.forkful"), read("two.forkful"));
    assert_eq!(desk.json(&["log"]), desk.json(&["log", "--store", "theirs"]));
}

#[test]
fn one_bundle_whatever_the_environment() {
    let pack = |desk: &Desk, prefix: &str| {
        let sources = ["thread.md", "talk.vtt", "essay.md"].map(|name| format!("{prefix}{name}"));
        let arguments: Vec<&str> =
            ["pack", "--budget", "3k"].into_iter().chain(sources.iter().map(String::as_str)).collect();
        desk.json(&arguments)["bundle"].as_str().unwrap().to_owned()
    };
    let plain = pack(&Desk::with_examples(), "");
    let home = tempfile::tempdir().unwrap();
    for (name, value) in [
        ("TZ", "Asia/Kathmandu"),
        ("LANG", "tr_TR.UTF-8"),
        ("LC_ALL", "de_DE"),
        ("HOME", home.path().to_str().unwrap()),
        ("SOURCE_DATE_EPOCH", "1"),
        ("COLUMNS", "200"),
    ] {
        assert_eq!(pack(&Desk::with_examples().set(name, value), ""), plain, "{name}={value}");
    }
    let elsewhere = Desk::with_examples();
    let prefix = format!("{}/", elsewhere.path().display());
    assert_eq!(pack(&elsewhere, &prefix), plain);
    assert_eq!(pack(&elsewhere, "./"), plain);
}

#[test]
fn a_fit_for_messages_says_what_it_takes() {
    let desk = Desk::with_examples();
    let sources = ["thread.md", "talk.vtt", "essay.md"];
    let plan = |budget: &str| desk.run(&[&["plan", "-F", "messages", "--budget", budget], &sources[..]].concat());
    let whole = plan("5k").stdout.rsplit_once("--budget ").unwrap().1.trim().to_owned();
    assert!(!plan(&whole).stdout.contains("Left out"));
    let pinned = desk.run(&["plan", "-F", "messages", "--budget", "5k", "talk.vtt@pin"]);
    let (needs, _) = pinned.stderr.split_once("need ").unwrap().1.split_once(" tokens").unwrap();
    assert_eq!(desk.run(&["plan", "-F", "messages", "--budget", needs, "talk.vtt@pin"]).code, 0, "{needs}");
}

#[test]
fn tables_fit_eighty_columns() {
    let desk = Desk::with_examples();
    for arguments in [
        &["plan", "thread.md", "talk.vtt@keep=even", "essay.md@keep=ends", "--budget", "4k"][..],
        &["pack", "thread.md", "talk.vtt", "essay.md", "--budget", "4k", "-q", "-o", "x.md"],
        &["log"],
    ] {
        let ran = desk.run(arguments);
        let widest = ran.stdout.lines().chain(ran.stderr.lines()).map(|line| line.chars().count()).max();
        assert!(widest <= Some(80), "{}{}", ran.stderr, ran.stdout);
    }
}

#[test]
fn writers_at_once_lose_no_turn() {
    let desk = Desk::with_examples();
    desk.file("answer.txt", b"An answer.\n");
    desk.out(&["pack", "essay.md", "--name", "cards", "-q", "-o", "cards.md"]);
    let questions: Vec<String> = (0..6).map(|number| format!("Question {number}")).collect();
    let spawn = |question: &String| {
        desk.command(&["record", "cards", "-b", "main", "--question", question, "--answer", "answer.txt"])
            .spawn()
            .unwrap()
    };
    for child in questions.iter().map(spawn).collect::<Vec<_>>() {
        assert!(child.wait_with_output().unwrap().status.success());
    }
    let log = desk.json(&["log"]);
    let messages = log["messages"].as_array().unwrap();
    let mut asked: Vec<&str> =
        messages.iter().filter(|m| m["role"] == "user").map(|m| m["preview"].as_str().unwrap()).collect();
    asked.sort_unstable();
    assert_eq!(asked, questions);
    assert_eq!(desk.run(&["verify"]).code, 0);
}

#[test]
fn a_question_in_focus_keeps_what_speaks_to_it() {
    let desk = Desk::with_examples();
    insta::assert_snapshot!(desk.session(&[
        "plan thread.md talk.vtt essay.md --budget 2k --focus \"Who found the ladder in the shed?\"",
        "plan thread.md@keep=focus essay.md --budget 1k",
        "plan talk.vtt@keep=tail essay.md --budget 2k --focus \"ladder\"",
    ]));
    let kept = desk.out(&["pack", "talk.vtt", "--budget", "700", "--focus", "Who found the ladder in the shed?"]);
    assert!(kept.contains("I got the ladder"), "{kept}");
}

#[test]
fn a_file_goes_to_a_friend_and_a_thin_reply_comes_back() {
    let desk = Desk::with_examples();
    desk.file("one.txt", b"The talk keeps the card, the essay burns it [s2 4:55].\n");
    desk.file("two.txt", b"Then relearning is a fee.\n");
    insta::assert_snapshot!(desk.session(&[
        &format!("pack {SOURCES} --budget 3k --name bench -o bench.md"),
        "record -b main --question \"Where do they disagree?\" --answer one.txt",
        "export bench --author ada -o bench.forkful",
        "import bench.forkful --store bob",
        "record -b main --question \"And then?\" --answer two.txt --store bob",
        "fork main~1 -b skeptic --store bob",
        "record -b skeptic --question \"Really?\" --answer two.txt --store bob",
        "export bench --since ada --author bob -o reply.forkful.gz --store bob",
        "export bench --since main --store bob -o nothing.forkful",
        "import reply.forkful.gz --store nobody",
        "fork main~1 -b skeptic",
        "record -b skeptic --question \"Why not?\" --answer one.txt",
        "import reply.forkful.gz",
        "import reply.forkful.gz",
        "log",
        "fork bob/skeptic -b theirs",
        "show theirs",
        "export --since 1 -o since-first.forkful",
        "export --since 99 -o x.forkful",
        "export --since nowhere -o x.forkful",
        "verify",
        "undo",
        "undo",
        "log",
    ]));
}

#[test]
fn sources_stay_here_and_come_by_packing_them_again() {
    let desk = Desk::with_examples();
    desk.file("one.txt", b"The talk keeps the card, the essay burns it.\n");
    let pack = format!("pack {SOURCES} --budget 3k --name bench -q -o bench.md");
    insta::assert_snapshot!(desk.session(&[
        &pack,
        "record -b main --question \"Where do they disagree?\" --answer one.txt",
        "export bench --no-sources -o bare.forkful",
        "import bare.forkful --store theirs",
        "log --store theirs",
        "show main --store theirs",
        "show bench --store theirs",
        "verify --store theirs",
        &format!("{pack} --store theirs"),
        "verify --store theirs",
        "export bench --redact s2 -o redacted.forkful",
        "export bench --redact ladder -o redacted.forkful --json",
        "export bench --redact \"keeps the card\" -o refused.forkful",
        "export bench --redact s9 -o refused.forkful",
        "import bench.md --store theirs",
        "import bare.forkful --max-bytes 1000 --store theirs",
        "import bare.forkful --max-objects 3 --store theirs",
        "import bare.forkful --from a/b --store theirs",
    ]));
    let bare = fs::read_to_string(desk.path().join("bare.forkful")).unwrap();
    assert!(!bare.contains("the ladder in the shed"));
}

#[test]
fn an_answer_is_held_to_its_sources() {
    let desk = Desk::with_examples();
    desk.file(
        "answer.txt",
        "The host puts it well: \u{201c}who gets to forget?\u{201d} [s2 0:01]. She \u{201c}agreed with almost every sentence\u{201d} \
         [s2 0:55], and the essay says \"the bench is wiped every night at nine\" [s3].\n\n\
         > This isn't a map, it's a diary.\n\n\
         That is from [s2 2:26]; the \"bitter lesson\" of [s9] and [s2 3:00:00] is something else. \
         \u{201c}The logged reason was true \u{2026} and about the wrong thing\u{201d} [s3].\n"
            .as_bytes(),
    );
    desk.file("clean.txt", "As she says, \u{201c}That is a generous introduction\u{201d} [s2 0:36].\n".as_bytes());
    insta::assert_snapshot!(desk.session(&[
        &format!("pack {SOURCES} --budget 3k --name bench -q -o bench.md"),
        "check bench",
        "record -b main --question \"Who is right?\" --answer answer.txt",
        "check",
        "check main --strict -q",
        "record -b main --question \"Once more\" --answer clean.txt",
        "check main --strict",
        "check main --all -q",
        "check main --json",
    ]));
}

#[test]
fn what_stayed_with_the_sender_is_the_only_thing_that_is_missing() {
    let desk = Desk::with_examples();
    desk.file(
        "answer.txt",
        "The host asks \u{201c}who gets to forget?\u{201d} [s2 0:01] and says much [s2 9:00], unlike [s3] or [s9]. \
         She \u{201c}said so in words that nobody else has\u{201d} [s2 4:55].\n"
            .as_bytes(),
    );
    insta::assert_snapshot!(desk.session(&[
        &format!("pack {SOURCES} --budget 3k --name bench -o bench.md -q"),
        "record bench -b main --question \"Who forgets?\" --answer answer.txt",
        "export bench --redact s2 -o thin.html",
        "import thin.html --store theirs",
        "show \"bench[s1 post 2]\" --store theirs",
        "show bench[s3] --store theirs",
        "show \"bench[s2 0:01]\" --store theirs",
        "show bench --store theirs",
        "check main --store theirs",
        "check main --json --strict --store theirs",
        "show \"bench[s2 59:00]\"",
        "show \"bench[s3 Nowhere]\"",
    ]));
    let page = fs::read_to_string(desk.path().join("thin.html")).unwrap();
    let lost: Vec<&str> =
        page.split("<span class=\"lost\">").skip(1).map(|rest| rest.split('<').next().unwrap()).collect();
    assert_eq!(lost, ["s9"]);
}

#[test]
fn a_quoted_passage_is_kept_once_and_referred_to() {
    let desk = Desk::with_examples();
    let essay = fs::read_to_string(desk.path().join("essay.md")).unwrap();
    let passages: Vec<&str> = essay.split("\n\n").filter(|paragraph| paragraph.len() > 400).collect();
    let (one, two) = (passages[0].replace('\n', " "), passages[1].replace('\n', " "));
    let thread = format!(
        "# Thread Export\n\n- Source: https://x.com/a/status/1\n- Author: @a\n- Tweets captured: 2\n\n## Tweet 1\n\n\
         This again:\n\n> {one}\n\nSo much for that.\n\n## Tweet 2\n\nAnd \"{two}\" is what they say.\n"
    );
    desk.file("quotes.md", thread.as_bytes());
    insta::assert_snapshot!(desk.session(&[
        "plan quotes.md essay.md",
        "plan quotes.md essay.md --keep-dupes",
        "plan quotes.md essay.md --budget 1200",
        "plan quotes.md@pin essay.md --budget 1200",
        "pack quotes.md essay.md --budget 1200 --name quotes -o quotes-packed.md",
        "verify",
    ]));
    let packed = desk.out(&["show", "quotes"]);
    // Whatever place the bundle names can be shown, and cited by an answer.
    let references = packed.split("as in s").skip(1).map(|rest| format!("s{}", rest.split(']').next().unwrap()));
    let references: Vec<String> = references.collect();
    assert!(!references.is_empty() && references.iter().all(|place| place.contains('\u{b6}')), "{references:?}");
    for place in &references {
        let ran = desk.run(&["show", &format!("quotes[{place}]")]);
        assert_eq!(ran.code, 0, "{place}: {}", ran.stderr);
    }
    let marks: Vec<String> = references.iter().map(|place| format!("It is said there [{place}].\n")).collect();
    desk.file("marks.txt", marks.concat().as_bytes());
    desk.out(&["record", "quotes", "-b", "marks", "--question", "Where?", "--answer", "marks.txt"]);
    assert_eq!(desk.run(&["check", "marks", "--strict"]).code, 0);
    insta::assert_snapshot!("a_quoted_passage_in_a_bundle", packed.split("## s2").next().unwrap());
    let plan = desk.json(&["plan", "quotes.md", "essay.md"]);
    for duplicate in plan["duplicates"].as_array().unwrap() {
        assert_eq!((duplicate["source"].as_str(), duplicate["of"].as_str()), (Some("s1"), Some("s2")));
    }
}

#[test]
fn a_plan_says_what_was_cut_and_why() {
    let desk = Desk::with_examples();
    desk.file("run.txt", format!("Some words first.\n\n{}\n\nAnd some after.\n", "lorem".repeat(900)).as_bytes());
    insta::assert_snapshot!(desk.session(&[
        "plan thread.md talk.vtt@cap=2k essay.md --budget 4k --cut s3",
        "plan thread.md --budget 100k --cut s1",
        "plan thread.md talk.vtt essay.md --budget 3k --why s3#1",
        "plan thread.md talk.vtt essay.md --budget 3k --reserve 500 --why s3#20",
        "plan talk.vtt@cap=2k essay.md@pin --budget 3k --why s1#60",
        "plan talk.vtt@cap=2k essay.md@pin --budget 3k --why s2#2",
        "plan thread.md talk.vtt essay.md --budget 3k --focus \"Who found the ladder in the shed?\" --why s2#1",
        "plan essay.md --why s2#1",
        "plan essay.md --why s1#999",
        "plan essay.md --cut essay",
        "plan run.txt essay.md --budget 2500",
    ]));
    let cuts = desk.json(&["plan", "talk.vtt", "essay.md", "--budget", "2k", "--cut", "s1"]);
    let last = cuts["units"].as_array().unwrap().last().unwrap();
    let (unit, needs) = (last["unit"].to_string(), last["needs"].to_string());
    let why = desk.json(&["plan", "talk.vtt", "essay.md", "--budget", &needs, "--why", &format!("s1#{unit}")]);
    assert_eq!(why["fate"].as_str(), Some("kept"));
}

#[test]
fn a_split_holds_everything_in_parts() {
    let desk = Desk::with_examples();
    desk.file("run.txt", "lorem".repeat(900).as_bytes());
    insta::assert_snapshot!(desk.session(&[
        &format!("pack {SOURCES} --split 3k --name bench -o bench.md"),
        &format!("pack {SOURCES} --split 3k --budget 3k"),
        &format!("pack {SOURCES} --split 3k -o bench.forkful"),
        "pack run.txt essay.md --split 1k",
        "pack essay.md --split 100",
        "verify",
    ]));
    let parts: Vec<String> =
        (1..=3).map(|number| fs::read_to_string(desk.path().join(format!("bench-{number}.md"))).unwrap()).collect();
    let preamble = |part: &String| part.lines().take(4).collect::<Vec<_>>().join("\n");
    insta::assert_snapshot!("a_split_in_its_parts", parts.iter().map(preamble).collect::<Vec<_>>().join("\n\n"));
    for format in ["md", "xml", "text", "messages"] {
        let split =
            desk.json(&["pack", "thread.md", "talk.vtt", "essay.md", "--split", "2k", "-F", format, "--name", format]);
        for (bundle, number) in split["bundles"].as_array().unwrap().iter().zip(1..) {
            let total = bundle["total_tokens"].as_u64().unwrap();
            desk.file("shown", desk.out(&["show", &format!("{format}-{number}"), "-F", format]).as_bytes());
            assert_eq!(desk.out(&["count", "--raw", "shown"]).trim(), total.to_string());
            assert!(total <= 2000, "{format}: {total}");
        }
    }
}
