//! The log as plain text.

use std::collections::BTreeMap;

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr};

use super::tree::Status;
use super::{Row, Tree};
use crate::content::{Digest, line};
use crate::store::topic;
use crate::tokens::Tokens;

/// More names than this at one place are counted instead.
const MOST_NAMES: usize = 4;
/// So many turns in a row that nothing marks are drawn as one line.
const FEWEST_FOLDED: usize = 3;

/// How much of a tree is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// Turns in a row that nothing marks become one line.
    Folded,
    /// A line for each turn.
    Whole,
}

/// Draws trees, one line a turn, each at most `width` columns wide.
pub fn draw(trees: &[Tree], width: usize, detail: Detail) -> String {
    let mut lines = Vec::new();
    for tree in trees {
        let names = if tree.names.is_empty() { String::new() } else { format!(" {}", tree.names.join(", ")) };
        let labels = labels(&tree.branches, &tree.tags, tree.at, width / 2);
        lines.push(format!("◆ {}{names}{labels}  {} tok", tree.bundle.short(), Tokens(tree.tokens)));
        let mut rows = &tree.rows[..];
        let folds = if detail == Detail::Folded { foldable(rows) } else { vec![false; rows.len()] };
        while let Some(row) = rows.first() {
            let from = tree.rows.len() - rows.len();
            let n_plain = folds[from..].iter().take_while(|plain| **plain).count();
            if n_plain < FEWEST_FOLDED {
                lines.extend(rows[..n_plain.max(1)].iter().map(|row| drawn(row, width)));
                rows = &rows[n_plain.max(1)..];
            } else {
                let unmarked = row.lanes.strip_suffix("● ").unwrap_or(&row.lanes);
                lines.push(format!("{unmarked}⋮ {n_plain} turns"));
                rows = &rows[n_plain..];
            }
        }
    }
    lines.iter().map(|line| fitted(line, width) + "\n").collect()
}

/// Which turns may disappear in a fold: whole ones that go on in one line, without names, marks or forks.
fn foldable(rows: &[Row]) -> Vec<bool> {
    let mut n_following: BTreeMap<Digest, usize> = BTreeMap::new();
    for row in rows {
        *n_following.entry(row.node.parent).or_default() += 1;
    }
    let is_plain = |row: &Row| {
        let node = &row.node;
        let goes_on = n_following.get(&node.id) == Some(&1);
        let is_alone = n_following.get(&node.parent) == Some(&1);
        let is_bare = node.branches.is_empty() && node.tags.is_empty() && !node.at && node.remarks.is_empty();
        goes_on && is_alone && is_bare && node.status == Status::Complete
    };
    // The first turn says what the tree is about.
    rows.iter().enumerate().map(|(place, row)| place > 0 && is_plain(row)).collect()
}

fn drawn(row: &Row, width: usize) -> String {
    let node = &row.node;
    let status = match node.status {
        Status::Complete => "",
        Status::Unanswered => " (no answer)",
        Status::Truncated => " (truncated)",
        Status::Refused => " (refused)",
        Status::Failed => " (failed)",
    };
    let labels = labels(&node.branches, &node.tags, node.at, width / 2);
    let said = |topic: &str| node.remarks.get(topic).map(String::as_str);
    let rating = match said(topic::RATING) {
        None => String::new(),
        Some("up") => " ▲".to_owned(),
        Some("down") => " ▼".to_owned(),
        Some(number) => format!(" {number}/5"),
    };
    let edited = if said(topic::EDITED).is_some() { " (edited)" } else { "" };
    let stale = if said(topic::STALE).is_some() { " (stale)" } else { "" };
    let noted = said(topic::NOTE).map_or(String::new(), |text| format!("  ✎ {}", line(text)));
    format!("{}{}{labels}{rating}{edited}{stale}{status} {}{noted}", row.lanes, node.id.short(), node.preview)
}

/// ` [main, skeptic, tag v1, @]`, or nothing; the first name, and others as far as they leave room for words.
fn labels(branches: &[String], tags: &[String], at: bool, room: usize) -> String {
    let names: Vec<String> = branches.iter().cloned().chain(tags.iter().map(|tag| format!("tag {tag}"))).collect();
    let mut used = 0;
    let fits = |name: &&String| {
        let is_first = used == 0;
        used += name.width() + 2;
        is_first || used <= room
    };
    let mut shown: Vec<String> = names.iter().take(MOST_NAMES).take_while(fits).cloned().collect();
    if names.len() > shown.len() {
        shown.push(format!("{} more", names.len() - shown.len()));
    }
    if at {
        shown.push("@".to_owned());
    }
    if shown.is_empty() { String::new() } else { format!(" [{}]", shown.join(", ")) }
}

/// The line, cut to the width with an ellipsis.
fn fitted(line: &str, width: usize) -> String {
    let line = line.trim_end();
    if line.width() <= width {
        return line.to_owned();
    }
    let mut kept = String::new();
    let mut used = 1;
    for character in line.chars() {
        used += character.width().unwrap_or(0);
        if used > width {
            break;
        }
        kept.push(character);
    }
    format!("{}…", kept.trim_end())
}

#[cfg(test)]
mod tests {
    use super::super::{Branch, Look, Scope, View, advance, append, create, following, log, look, name_bundle, tag};
    use super::*;
    use crate::content::{Message, Role, Timestamp};
    use crate::store::record::{Move, RunRecord, RunState};
    use crate::store::sample::{self, entry};
    use crate::store::{At, Change, Store, exchange};

    /// Branches `name` at `parent` with turns of a question and an answer each.
    fn talk(store: &Store, name: &str, parent: Digest, questions: &[&str]) -> Branch {
        let messages = questions.iter().flat_map(|question| {
            [Message::text(Role::User, *question), Message::text(Role::Assistant, format!("{name} says {question}"))]
        });
        let objects = following(parent, &messages.collect::<Vec<_>>()).unwrap();
        let branch = create(store, name, parent, entry("fork")).unwrap();
        advance(store, &branch, objects, vec![], entry("ask")).unwrap()
    }

    fn check(store: &Store, expected: &[&str]) {
        assert_eq!(without_ids(&draw(&log(store).unwrap(), 80, Detail::Folded)), expected.join("\n") + "\n");
    }

    /// Ids depend on every byte of the samples; the drawing is about the rest.
    fn without_ids(drawing: &str) -> String {
        let is_id = |word: &str| word.len() == 7 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
        let hide = |word| if is_id(word) { "ID" } else { word };
        drawing.lines().map(|line| line.split(' ').map(hide).collect::<Vec<_>>().join(" ") + "\n").collect()
    }

    fn furnished() -> (Store, Digest) {
        let (store, bundle) = sample::store();
        name_bundle(&store, "bitter", bundle, entry("pack")).unwrap();
        let main = talk(&store, "main", bundle, &["Where do they disagree?", "Who is right?", "And then?"]);
        let turns = super::super::turns(&store, main.tip).unwrap();
        talk(&store, "skeptic", turns[0].end(), &["Argue the opposite,\nciting the transcript", "Go on"]);
        let open = append(&store, turns[1].end(), &Message::text(Role::User, "Anything else?")).unwrap();
        create(&store, "open", open, entry("fork")).unwrap();
        tag(&store, "good", turns[1].end(), entry("tag")).unwrap();
        (store, bundle)
    }

    #[test]
    fn a_log_reads_as_a_tree_of_turns() {
        let (store, bundle) = furnished();
        let other = sample::fill(&store, "Another bundle.\n");
        create(&store, "aside", other, entry("fork")).unwrap();
        check(
            &store,
            &[
                "◆ ID bitter  9 tok",
                "● ID Where do they disagree?",
                "├─● ID [tag good] Who is right?",
                "│ ├─● ID [main] And then?",
                "│ └─○ ID [open] (no answer) Anything else?",
                "└─● ID Argue the opposite, citing the transcript",
                "  ● ID [skeptic] Go on",
                "◆ ID [aside, @]  9 tok",
            ],
        );
        let trees = log(&store).unwrap();
        let names: Vec<String> = trees[0].all_branches().into_iter().map(|branch| branch.name).collect();
        assert_eq!(names, ["main", "open", "skeptic"]);
        assert_eq!(super::super::of_bundle(&store, bundle).unwrap().len(), 5);
    }

    #[test]
    fn an_import_gives_the_same_log() {
        let (ours, _) = furnished();
        let leave = Change { at: At::Leave, ..Change::new(entry("leave")) };
        ours.transact(&leave).unwrap();
        let pointers = ours.pointers("").unwrap();
        let mut file = Vec::new();
        exchange::write(&ours, &exchange::Selection { pointers, ..Default::default() }, &mut file).unwrap();
        let package = exchange::read(file.as_slice(), &exchange::Limits::STANDARD).unwrap();
        let theirs = Store::open_in_memory().unwrap();
        exchange::import(&theirs, &package, entry("import")).unwrap();
        // The receiver goes on with a branch that arrived; so does the sender, for the comparison.
        ours.transact(&Change { at: At::Go("branches/main".to_owned()), ..Change::new(entry("show")) }).unwrap();
        assert_eq!(log(&theirs).unwrap(), log(&ours).unwrap());
    }

    #[test]
    fn answers_that_are_not_whole_say_so() {
        let (store, bundle) = sample::store();
        let states = [
            ("b1", Some(RunState::Truncated)),
            ("b2", Some(RunState::Refused)),
            ("b3", Some(RunState::Error)),
            ("b4", Some(RunState::Complete)),
            ("b5", None),
        ];
        for (name, state) in states {
            let branch = talk(&store, name, bundle, &["Why?"]);
            if let Some(state) = state {
                store.save_run(&RunRecord { answer: Some(branch.tip), state, ..sample::run(name, bundle) }).unwrap();
            }
        }
        check(
            &store,
            &[
                "◆ ID  9 tok",
                "├─● ID [b1] (truncated) Why?",
                "├─● ID [b2] (refused) Why?",
                "├─● ID [b3] (failed) Why?",
                "├─● ID [b4] Why?",
                "└─● ID [b5, @] Why?",
            ],
        );
    }

    #[test]
    fn a_question_with_and_without_an_answer_stands_twice() {
        let (store, bundle) = sample::store();
        let main = talk(&store, "main", bundle, &["Why?"]);
        let turns = super::super::turns(&store, main.tip).unwrap();
        create(&store, "retry", turns[0].question, entry("fork")).unwrap();
        check(&store, &["◆ ID  9 tok", "├─● ID [main] Why?", "└─○ ID [retry, @] (no answer) Why?"]);
    }

    #[test]
    fn lines_fit_the_width_in_columns() {
        let long = "漢字 ".repeat(60);
        let (store, bundle) = sample::store();
        talk(&store, "main", bundle, &[&long]);
        for number in 1..=6 {
            create(&store, &format!("m{number}"), bundle, entry("fork")).unwrap();
        }
        check(
            &store,
            &[
                "◆ ID [m1, m2, m3, m4, 2 more, @]  9 tok",
                "● ID [main] 漢字 漢字 漢字 漢字 漢字 漢字 漢字 漢字 漢字 漢字 漢字 漢字 漢…",
            ],
        );
        for width in [20, 40, 80] {
            let widest = draw(&log(&store).unwrap(), width, Detail::Whole).lines().map(UnicodeWidthStr::width).max();
            assert!(widest <= Some(width), "{widest:?} of {width}");
        }
    }

    #[test]
    fn turns_in_a_row_fold_and_names_beyond_the_limit_are_counted() {
        let (store, bundle) = sample::store();
        let questions: Vec<String> = (1..=9).map(|number| format!("q{number}")).collect();
        let questions: Vec<&str> = questions.iter().map(String::as_str).collect();
        let main = talk(&store, "main", bundle, &questions);
        let turns = super::super::turns(&store, main.tip).unwrap();
        talk(&store, "side", turns[4].end(), &["s1", "s2", "s3", "s4", "s5"]);
        let say = |id: Digest, topic, value| {
            super::super::remark(&store, &id.to_string(), topic, Some(value), entry("note")).unwrap();
        };
        say(turns[7].end(), topic::NOTE, "see the\nessay");
        say(turns[7].question, topic::RATING, "up");
        say(turns[8].end(), topic::STALE, "x");
        check(
            &store,
            &[
                "◆ ID  9 tok",
                "● ID q1",
                "⋮ 3 turns",
                "● ID q5",
                "├─● ID q6",
                "│ ● ID q7",
                "│ ● ID ▲ q8  ✎ see the essay",
                "│ ● ID [main] (stale) q9",
                "└─● ID s1",
                "  ⋮ 3 turns",
                "  ● ID [side, @] s5",
            ],
        );
        let view = View::present(&store);
        let limited = |scope: &Scope| {
            let Look { trees, n_hidden } = look(&view, scope).unwrap();
            (trees.iter().map(|tree| tree.rows.len()).sum::<usize>(), n_hidden)
        };
        let none = Scope::default();
        assert_eq!(limited(&none), (14, 0));
        assert_eq!(limited(&Scope { most: Some(1), ..none.clone() }), (10, 1));
        assert_eq!(limited(&Scope { branches: vec!["main".to_owned()], ..none.clone() }), (9, 0));
        assert_eq!(limited(&Scope { since: Some(Timestamp(i64::MAX)), ..none.clone() }), (0, 2));
        assert_eq!(limited(&Scope { bundle: Some(bundle), ..none.clone() }), (14, 0));
        let before = View::at(&store, Some(2)).unwrap();
        assert_eq!(look(&before, &none).unwrap().trees[0].rows.len(), 9);
    }

    #[test]
    fn five_hundred_forks_share_what_they_share() {
        let (store, bundle) = sample::store();
        let main = talk(&store, "main", bundle, &["one", "two", "three", "four", "five"]);
        let third = super::super::turns(&store, main.tip).unwrap()[2].end();
        let mut change = Change::new(entry("fan out"));
        for number in 0..500 {
            let messages = [format!("q{number}"), format!("r{number}")].map(|text| Message::text(Role::User, text));
            let objects = following(third, &messages).unwrap();
            let name = format!("branches/each-{number:03}");
            change.moves.push(Move { name, from: None, to: Some(objects[1].id()) });
            change.objects.extend(objects);
        }
        store.transact(&change).unwrap();
        let drawing = without_ids(&draw(&log(&store).unwrap(), 80, Detail::Folded));
        let lines: Vec<&str> = drawing.lines().collect();
        assert_eq!(lines.len(), 1 + 5 + 1000);
        let head = ["◆ ID  9 tok", "● ID one", "● ID two", "● ID three", "├─○ ID (no answer) q0"];
        assert_eq!(lines[..5], head);
        let foot = ["└─● ID four", "  ● ID [main, @] five"];
        assert_eq!(lines[1004..], foot);
    }
}
