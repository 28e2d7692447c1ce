//! Files as a person writes them: what is read, what is refused, what a change leaves alone.

use std::fs;
use std::path::Path;

use proptest::prelude::*;

use super::file::{Whose, plain_path, read};
use super::word::{ASK, BUDGET, PROFILE, RENDER, SOURCE, TOP, USER, Word};
use super::*;
use crate::gather::{Branches, Exclude, Links, Manner, Times};
use crate::tokens::Tokens;
use crate::workspace::amount;

fn mistakes(text: &str) -> Vec<String> {
    match read("forkful.toml", text, Whose::Project) {
        Ok(_) => Vec::new(),
        Err(mistakes) => mistakes.iter().map(ToString::to_string).collect(),
    }
}

#[test]
fn a_mistake_names_its_place_and_what_may_stand_there() {
    let check = |text: &str, expected: &[&str]| assert_eq!(mistakes(text), expected, "{text}");
    check("", &[]);
    check("name = \"a\"\n[budget]\ntokens = 32_000\n", &[]);
    check("nmae = \"a\"\n", &["forkful.toml:1:1: no such key in forkful.toml: `nmae`"]);
    check("[budget]\n  tokns = 3\n", &["forkful.toml:2:3: no such key in [budget]: `tokns`"]);
    check(
        "[budget]\ntokens = true\nreserve = \"many\"\n",
        &[
            "forkful.toml:2:1: `tokens` is true or false, and takes a number of tokens",
            "forkful.toml:3:11: `reserve` cannot be \"many\": it takes a number of tokens",
        ],
    );
    check("[budget]\ntokens = -1\n", &["forkful.toml:2:10: `tokens` cannot be -1: it takes a number of tokens"]);
    check(
        "[budget]\ntokens = 1e3\n",
        &["forkful.toml:2:1: `tokens` is a number with a fraction, and takes a number of tokens"],
    );
    check("[source]\npath = \"a\"\n", &["forkful.toml:1:2: `source` is a table, and takes tables"]);
    check("[[source]]\nweight = 2\n", &["forkful.toml:1:1: this source has no `path`"]);
    check("[[source]]\npath = 3\n", &["forkful.toml:2:1: `path` is a number, and takes a path, seen from this file"]);
    check(
        "[[source]]\npath = \"a\"\n[[source]]\npath = \"./b/../a\"\n",
        &["forkful.toml:4:8: `./b/../a` stands already in line 2"],
    );
    check(
        "[[source]]\npath = \"ä\"\nweight = 0\nkeep = \"haed\"\n",
        &[
            "forkful.toml:3:10: `weight` cannot be 0: it takes a share from 0.001 to 1000, or \"auto\"",
            "forkful.toml:4:8: `keep` cannot be \"haed\": it takes head, tail, ends, even, focus or summary",
        ],
    );
    check(
        "[[source]]\npath = \"a\"\nfloor = \"9k\"\ncap = 1\n",
        &["forkful.toml:3:9: the floor of 9,000 tokens is above the cap of 1"],
    );
    check(
        "[[source]]\npath = \"a\"\npin = true\ntier = \"spare\"\n",
        &["forkful.toml:3:1: `pin` and `tier = \"spare\"` do not go together"],
    );
    check(
        "[budget]\napi_key = \"sk-1\"\n",
        &["forkful.toml:2:1: `api_key` does not belong in a file: keys come from the environment"],
    );
    check("[budget]\ntoken = \"5k\"\n", &["forkful.toml:2:1: no such key in [budget]: `token`"]);
    let wants = "it takes a name of A-Z, 0-9, `.`, `_`, `/` and `-`";
    check("name = \"a b\"\n", &[&format!("forkful.toml:1:8: `name` cannot be \"a b\": {wants}")]);
    check("[ask]\nbase_url = \"http://x\"\n", &["forkful.toml:1:2: no such key in forkful.toml: `ask`"]);
    check(
        "[[source]]\npath = \"thread.md\"\n[profile.brief]\nsources = [\"thred.md\"]\n",
        &["forkful.toml:4:12: no [[source]] has the path `thred.md`"],
    );
    check("profile.x = 3\n", &["forkful.toml:1:9: `profile` is a value, and takes tables"]);
    check("# ü\nname = \"a\n", &["forkful.toml:2:10: no TOML: invalid basic string, expected `\"`"]);
}

/// A file that says each key once, in the words of the hints.
#[test]
fn every_word_is_read_as_its_example_says() {
    let lines = |words: &[Word]| words.iter().map(|word| word.example).collect::<Vec<_>>().join("\n");
    for word in SOURCE.iter().filter(|word| word.name != "path") {
        let text = format!("[[source]]\npath = \"a\"\n{}\n", word.example);
        let file = read("f", &text, Whose::Project).unwrap();
        assert_ne!(file.sources[0].wishes, Wishes::default(), "{}", word.name);
    }
    let file = read("f", &format!("{}\n[budget]\n{}", TOP[0].example, lines(BUDGET)), Whose::Project).unwrap();
    assert_eq!(file.choices.rows().len(), 1 + BUDGET.len());
    let file = read("f", &format!("[render]\n{}", lines(RENDER)), Whose::Project).unwrap();
    assert_eq!(file.choices.rows().len(), RENDER.len());
    let file = read("f", &format!("[ask]\n{}", lines(ASK)), Whose::User).unwrap();
    assert_eq!(file.choices.rows().len(), ASK.len());
    assert_eq!((PROFILE.len(), USER.len()), (5, 3));
}

#[test]
fn paths_are_plain() {
    for (path, expected) in
        [("a", "a"), ("./a", "a"), ("x/../a", "a"), ("../a", "../a"), ("../../x/./a", "../../x/a"), ("/x//a/", "/x/a")]
    {
        assert_eq!(plain_path(path), expected);
    }
}

const FULL: &str = "\
# A file with everything.\r
name = \"full\"   # its name

[[source]]
path = \"a.md\" # first
  # a word about a.md

[[source]]
  path = \"b.md\"
  tier = \"must\"

[budget]
# tokens = 1
reserve = \"1k\"

[profile.brief]
sources = [
  \"a.md\", # one
]
budget.keep = \"tail\"
[profile.inline]
budget = { keep = \"tail\" }
[profile.\"odd name\"]
";

fn project(folder: &Path, text: &str, profile: Option<&str>) -> Project {
    fs::write(folder.join(NAME), text).unwrap();
    let mut project = Project::find(folder, None).unwrap().unwrap();
    project.profile = profile.map(str::to_owned);
    project
}

fn source(text: &str) -> Source {
    Source::parse(text, Policy::PLAIN, |text| amount(text).ok(), |_| false).unwrap()
}

/// Whether `after` is `before` with one stretch put in.
fn is_insertion(before: &str, after: &str) -> bool {
    let same = |left: &mut dyn Iterator<Item = (u8, u8)>| left.take_while(|(left, right)| left == right).count();
    let front = same(&mut before.bytes().zip(after.bytes()));
    let back = same(&mut before.bytes().rev().zip(after.bytes().rev()));
    front + back >= before.len() && after.len() >= before.len()
}

#[test]
fn adding_touches_no_other_byte() {
    let folder = tempfile::TempDir::new().unwrap();
    let texts = [
        "",
        "\n",
        "# only a word",
        "name = \"x\"",
        FULL,
        "\u{feff}name = \"x\"\r\n\r\n[[source]]\r\npath = \"a.md\"\r\n",
        "[[source]]\npath = \"a.md\"",
        "[budget]\ntokens = 1\n[[source]]\npath = \"a.md\"\n[render]\n",
    ];
    for text in texts {
        for profile in [None, Some("brief"), Some("fresh"), Some("odd name")] {
            let mut project = project(folder.path(), text, profile);
            let added = project.add(&source("new.md@weight=2,pin"), Policy::PLAIN).unwrap();
            let after = fs::read_to_string(folder.path().join(NAME)).unwrap();
            assert_eq!(added, Added::New);
            assert!(is_insertion(text, &after), "{text:?}\n{after:?}");
            let listed = project.listed();
            assert!(listed.iter().any(|listed| listed.path == "new.md"), "{after}");
            let again = project.add(&source("./new.md@pin"), Policy::PLAIN).unwrap();
            assert!(matches!(again, Added::Already(_)), "{again:?}");
            assert_eq!(fs::read_to_string(folder.path().join(NAME)).unwrap(), after);
        }
    }
}

#[test]
fn a_source_is_added_after_the_last_one_with_its_comments() {
    let folder = tempfile::TempDir::new().unwrap();
    let mut project = project(folder.path(), FULL, None);
    project.add(&source("c.md@floor=2k,keep=ends"), Policy::PLAIN).unwrap();
    project.add(&source("a.md@weight=0.5"), Policy::PLAIN).unwrap();
    project.add(&source("b.md@pin"), Policy::PLAIN).unwrap();
    project.add(&source("c.md@weight=auto"), Policy::PLAIN).unwrap();
    let expected = FULL.replace("path = \"a.md\" # first\n", "path = \"a.md\" # first\nweight = 0.5\n").replace(
        "tier = \"must\"\n",
        "tier = \"pin\"\n\n[[source]]\npath = \"c.md\"\nfloor = \"2k\"\nkeep = \"ends\"\nweight = \"auto\"\n",
    );
    assert_eq!(project.sources(Policy::PLAIN).unwrap().last().unwrap().policy.weight, crate::budget::Weight::AUTO);
    let after = fs::read_to_string(folder.path().join(NAME)).unwrap();
    assert_eq!(after.replace("\r\n", "\n"), expected.replace("\r\n", "\n"));
}

#[test]
fn a_profile_chooses_and_wishes_otherwise() {
    let folder = tempfile::TempDir::new().unwrap();
    let text = "name = \"n\"\n[[source]]\npath = \"a\"\nweight = 2\n[[source]]\npath = \"b\"\nuse = false\n\
                [profile.p]\nsources = [\"b\"]\n[[profile.p.source]]\npath = \"a\"\ncap = 9\n[[profile.p.source]]\npath = \"c\"\n";
    let paths = |profile| {
        let listed = project(folder.path(), text, profile).listed();
        listed.into_iter().map(|listed| (listed.path, listed.wishes.lines().len())).collect::<Vec<_>>()
    };
    let named = |pairs: &[(&str, usize)]| pairs.iter().map(|(path, n)| ((*path).to_owned(), *n)).collect::<Vec<_>>();
    assert_eq!(paths(None), named(&[("a", 1)]));
    assert_eq!(paths(Some("p")), named(&[("a", 2), ("b", 0), ("c", 0)]));
    let name = project(folder.path(), text, Some("p")).choices().name.unwrap();
    assert_eq!(name.value, "n-p");
}

#[test]
fn the_folder_of_the_project_can_be_a_source() {
    let folder = tempfile::TempDir::new().unwrap();
    let mut project = project(folder.path(), FULL, None);
    let here = Source {
        locator: ".".to_owned(),
        policy: Policy::PLAIN,
        as_format: None,
        manner: Manner::default(),
        follow: 0,
        exclude: Exclude::default(),
    };
    assert_eq!(project.add(&here, Policy::PLAIN).unwrap(), Added::New);
    assert!(matches!(project.add(&here, Policy::PLAIN).unwrap(), Added::Already(_)));
}

/// A source moved from `before` to `after`, and in or out where `ticked`.
fn moved(before: &str, after: &str, ticked: Option<bool>) -> Change {
    let (before, source) = (source(before).policy, source(after));
    let (moved, used) = (before != source.policy, ticked.unwrap_or(true));
    Change { source, used, moved, ticked: ticked.is_some(), before }
}

#[test]
fn what_is_moved_by_hand_changes_its_own_lines_only() {
    let folder = tempfile::TempDir::new().unwrap();
    let check = |profile: Option<&str>, changes: &[Change], tokens: Option<u32>, expected: &[(&str, &str)]| {
        let mut project = project(folder.path(), FULL, profile);
        project.save(changes, tokens.map(Tokens), Policy::PLAIN).unwrap();
        let expected = expected.iter().fold(FULL.to_owned(), |text, (from, to)| {
            assert!(text.contains(from), "{from}");
            text.replacen(from, to, 1)
        });
        let after = fs::read_to_string(folder.path().join(NAME)).unwrap();
        assert_eq!(after.replace('\r', ""), expected.replace('\r', ""));
    };
    check(None, &[moved("a.md", "a.md", None)], None, &[]);
    check(
        None,
        &[moved("a.md", "a.md@weight=3,floor=1k", Some(false)), moved("b.md@tier=must", "b.md@pin,cap=9", None)],
        Some(12_000),
        &[
            ("# first\n", "# first\nweight = 3\nfloor = \"1k\"\nuse = false\n"),
            ("tier = \"must\"\n", "tier = \"pin\"\n  cap = 9\n"),
            ("reserve = \"1k\"\n", "reserve = \"1k\"\ntokens = \"12k\"\n"),
        ],
    );
    check(
        Some("brief"),
        &[moved("b.md@tier=must", "b.md@tier=must", Some(true)), moved("a.md", "a.md", None)],
        Some(500),
        &[
            ("budget.keep = \"tail\"\n", "budget.keep = \"tail\"\nbudget.tokens = 500\n"),
            (
                "[profile.\"odd name\"]\n",
                "[profile.\"odd name\"]\n\n[[profile.brief.source]]\npath = \"b.md\"\ntier = \"must\"\nuse = true\n",
            ),
        ],
    );
    check(Some("inline"), &[], Some(7), &[("{ keep", "{ tokens = 7, keep")]);
    check(
        Some("odd name"),
        &[],
        Some(7),
        &[("[profile.\"odd name\"]\n", "[profile.\"odd name\"]\n\n[profile.\"odd name\".budget]\ntokens = 7\n")],
    );
}

proptest! {
    #[test]
    fn promises_any_path_and_wish_come_back(path in "[ -~äß漢\t]{1,12}", weight in 1u32..1_000_000, floor in 0u32..9_999_999) {
        let folder = tempfile::TempDir::new().unwrap();
        // A file whose name is blank is no source of a project.
        prop_assume!(!plain_path(&path).trim().is_empty() && path != "-");
        let mut project = project(folder.path(), FULL, None);
        let weight = format!("{}.{:03}", weight / 1000, weight % 1000);
        let policy = Policy { weight: weight.parse().unwrap(), floor: Tokens(floor), ..Policy::PLAIN };
        let manner = Manner { branches: Branches::All, private: true, times: Times::None, links: Links::None, ..Manner::default() };
        let patterns = vec!["drafts/".parse().unwrap(), "*.\"log\"".parse().unwrap()];
        let exclude = Exclude { patterns, ..Exclude::default() };
        let added = Source { locator: path.clone(), policy, as_format: Some(path.clone()), manner, follow: 2, exclude };
        if project.add(&added, Policy::PLAIN).unwrap() == Added::New {
            let after = fs::read_to_string(folder.path().join(NAME)).unwrap();
            prop_assert!(is_insertion(FULL, &after));
            let read = Project::find(folder.path(), None).unwrap().unwrap().sources(Policy::PLAIN).unwrap();
            let read = read.last().unwrap();
            prop_assert_eq!(&plain_path(&read.locator), &plain_path(&path));
            prop_assert_eq!((read.policy, &read.as_format, read.manner, read.follow), (policy, &added.as_format, manner, 2));
            prop_assert_eq!(&read.exclude, &added.exclude);
        }
    }
}
