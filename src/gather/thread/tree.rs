//! Items of an export, with the ids of their parents, become the posts of a thread.
//!
//! Exports keep replies in every order, lose parents, repeat ids and even point in circles. This
//! finds who answers whom, chooses the order to read in and which items show, numbers them, and
//! counts the rest. Nothing here recurses, so that a chain of replies may be as long as it likes.

use std::collections::BTreeMap;

use super::post_text;
use crate::content::{Answers, Post, Thread, Timestamp};
use crate::gather::Branches;

/// One discussion as a reader finds it.
#[derive(Debug, Default)]
pub(crate) struct Talk {
    pub(crate) id: Option<String>,
    pub(crate) title: Option<String>,
    pub(crate) author: Option<String>,
    pub(crate) url: Option<String>,
    pub(crate) date: Option<String>,
    /// When it was begun, to the millisecond.
    pub(crate) started: Option<Timestamp>,
    /// Whether it shares its first messages with the other discussions of its export.
    pub(crate) is_kin: bool,
    pub(crate) items: Vec<Item>,
    pub(crate) order: Order,
    /// Texts that were attached to it: name and content.
    pub(crate) attachments: Vec<(String, String)>,
    /// What a person should know about it.
    pub(crate) notes: Vec<Note>,
}

/// One thing to know, and how often.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Note {
    pub(crate) what: String,
    pub(crate) n: usize,
}

impl Note {
    pub(crate) fn new(what: impl Into<String>, n: usize) -> Self {
        Self { what: what.into(), n }
    }
}

/// The order in which the items of a discussion are read.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) enum Order {
    /// As the export has them.
    #[default]
    Given,
    /// Each answer after what it answers.
    Replies,
    /// From the first item to the one of this id, or to the newest.
    Current(Option<String>),
}

/// A message, post, comment or tweet of an export.
#[derive(Debug, Default)]
pub(crate) struct Item {
    pub(crate) id: String,
    pub(crate) parent: Option<String>,
    /// Author of what it answers, for a parent that is not in the export.
    pub(crate) whom: Option<String>,
    pub(crate) author: Option<String>,
    pub(crate) time: Option<String>,
    pub(crate) text: String,
    pub(crate) state: State,
    /// Its place among those that answer the same item; of two at one place the first comes first.
    pub(crate) place: usize,
    /// When, to the millisecond.
    pub(crate) exact: Option<Timestamp>,
    /// The model that wrote it.
    pub(crate) model: Option<String>,
    /// What the model thought aloud before it.
    pub(crate) reasoning: Option<String>,
    /// It as the export writes it, where `text` does not say all of it and the tree was asked for.
    pub(crate) raw: Option<String>,
}

/// Whether an item is read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum State {
    #[default]
    Shown,
    /// Left out by a rule: what it is, in the plural.
    Hidden(&'static str),
    /// Deleted, blocked or withheld: its place stays where others answer it.
    Gone(&'static str),
}

/// Makes the thread, and says what was left out.
pub(crate) fn thread(talk: Talk, branches: Branches) -> (Thread, Vec<Note>) {
    let Talk { items, order, mut notes, .. } = talk;
    let tree = Tree::new(&items);
    let sequence = match &order {
        Order::Given => (0..items.len()).collect(),
        Order::Current(leaf) if branches == Branches::Current => tree.path_to(&items, leaf.as_deref()),
        Order::Replies | Order::Current(_) => tree.depth_first(),
    };
    let mut numbers: Vec<Option<usize>> = vec![None; items.len()];
    let mut n_shown = 0;
    for index in &sequence {
        let item = &items[*index];
        let shows = match item.state {
            State::Shown => !item.text.trim().is_empty(),
            State::Hidden(_) => false,
            State::Gone(_) => !tree.children[*index].is_empty(),
        };
        if shows {
            n_shown += 1;
            numbers[*index] = Some(n_shown);
        }
    }
    let answers = tree.answers(&items, &numbers);
    let mut posts = Vec::with_capacity(n_shown);
    for index in &sequence {
        let (item, Some(number)) = (&items[*index], numbers[*index]) else { continue };
        let stub = match item.state {
            State::Gone(why) => Some(format!("({why})")),
            State::Shown | State::Hidden(_) => None,
        };
        let (text, links) = post_text(stub.as_deref().unwrap_or(&item.text));
        posts.push(Post {
            number,
            author: item.author.clone(),
            time: item.time.clone(),
            answers: answers[*index].clone(),
            stub: stub.is_some(),
            text,
            links,
        });
    }
    notes.extend(left_out(&items, &numbers));
    let n_outside = posts.iter().filter(|post| matches!(post.answers, Answers::Outside(_))).count();
    if n_outside > 0 {
        notes.push(Note::new("answers to posts that are not in the export", n_outside));
    }
    let n_stubs = posts.iter().filter(|post| post.stub).count();
    let n_hidden = items.len() + n_stubs - posts.len();
    let author = talk.author;
    let date = talk.date.or_else(|| items.iter().find_map(|item| item.time.clone()));
    let n_branches = Some(tree.n_leaves());
    (Thread { id: talk.id, title: talk.title, author, url: talk.url, date, posts, n_hidden, n_branches }, notes)
}

/// What has no number, by why.
fn left_out(items: &[Item], numbers: &[Option<usize>]) -> Vec<Note> {
    let mut tally: BTreeMap<&str, usize> = BTreeMap::new();
    for (item, _) in items.iter().zip(numbers).filter(|(_, number)| number.is_none()) {
        let why = match item.state {
            State::Shown if item.text.trim().is_empty() => "without text",
            State::Shown => "on other branches",
            State::Hidden(why) | State::Gone(why) => why,
        };
        *tally.entry(why).or_default() += 1;
    }
    tally.into_iter().map(|(why, n)| Note::new(format!("left out, {why}"), n)).collect()
}

/// Who answers whom, by index.
pub(super) struct Tree {
    parents: Vec<Parent>,
    children: Vec<Vec<usize>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Parent {
    None,
    Item(usize),
    Outside,
}

impl Tree {
    /// One item after the other.
    pub(super) fn line(n_items: usize) -> Self {
        let parents = (0..n_items).map(|index| index.checked_sub(1).map_or(Parent::None, Parent::Item)).collect();
        let children = (1..=n_items).map(|next| if next < n_items { vec![next] } else { Vec::new() }).collect();
        Self { parents, children }
    }

    pub(super) fn new(items: &[Item]) -> Self {
        let mut by_id: BTreeMap<&str, usize> = BTreeMap::new();
        for (index, item) in items.iter().enumerate().filter(|(_, item)| !item.id.is_empty()) {
            by_id.entry(&item.id).or_insert(index);
        }
        let parent = |item: &Item| match item.parent.as_deref().filter(|id| !id.is_empty()) {
            None => Parent::None,
            Some(id) => by_id.get(id).map_or(Parent::Outside, |index| Parent::Item(*index)),
        };
        let mut parents: Vec<Parent> = items.iter().map(parent).collect();
        cut_circles(&mut parents);
        let mut children = vec![Vec::new(); items.len()];
        for (index, parent) in parents.iter().enumerate() {
            if let Parent::Item(parent) = parent {
                children[*parent].push(index);
            }
        }
        Self { parents, children }
    }

    /// Items that nobody answers; 1 where nobody answers anybody.
    fn n_leaves(&self) -> usize {
        if self.parents.iter().all(|parent| *parent == Parent::None) {
            return 1;
        }
        self.leaves().len()
    }

    fn depth_first(&self) -> Vec<usize> {
        self.depth_first_by(|_| 0)
    }

    /// Every item after what it answers, those that answer the same in the order of their places.
    pub(super) fn depth_first_by(&self, place: impl Fn(usize) -> usize) -> Vec<usize> {
        let by_place = |mut siblings: Vec<usize>| {
            siblings.sort_by_key(|index| place(*index));
            siblings.reverse();
            siblings
        };
        let mut stack = by_place((0..self.parents.len()).filter(|index| self.parent(*index).is_none()).collect());
        let mut sequence = Vec::with_capacity(self.parents.len());
        while let Some(index) = stack.pop() {
            sequence.push(index);
            stack.extend(by_place(self.children[index].clone()));
        }
        sequence
    }

    /// What an item answers, if that is in the export.
    pub(super) fn parent(&self, index: usize) -> Option<usize> {
        match self.parents[index] {
            Parent::Item(parent) => Some(parent),
            Parent::None | Parent::Outside => None,
        }
    }

    /// Items that nobody answers.
    pub(super) fn leaves(&self) -> Vec<usize> {
        (0..self.parents.len()).filter(|index| self.children[*index].is_empty()).collect()
    }

    /// From the root down to the item called `leaf`, else to the newest leaf.
    fn path_to(&self, items: &[Item], leaf: Option<&str>) -> Vec<usize> {
        let named = leaf.and_then(|leaf| items.iter().position(|item| item.id == leaf));
        let newest = || self.leaves().into_iter().max_by(|left, right| items[*left].time.cmp(&items[*right].time));
        let mut path: Vec<usize> = Vec::new();
        let mut at = named.or_else(newest);
        while let Some(index) = at {
            path.push(index);
            at = self.parent(index);
        }
        path.reverse();
        path
    }

    /// What each item answers: the nearest item above it that has a number.
    fn answers(&self, items: &[Item], numbers: &[Option<usize>]) -> Vec<Answers> {
        let mut answers: Vec<Answers> = vec![Answers::Nothing; items.len()];
        for index in self.depth_first() {
            answers[index] = match self.parents[index] {
                Parent::None => Answers::Nothing,
                Parent::Outside => Answers::Outside(items[index].whom.clone()),
                Parent::Item(parent) => match numbers[parent] {
                    Some(number) => Answers::Post(number),
                    None => answers[parent].clone(),
                },
            };
        }
        answers
    }
}

/// Makes a root of one item in each circle of parents.
fn cut_circles(parents: &mut [Parent]) {
    // 0: not seen; otherwise the walk that saw it.
    let mut seen = vec![0usize; parents.len()];
    for start in 0..parents.len() {
        let mut at = start;
        while seen[at] == 0 {
            seen[at] = start + 1;
            let Parent::Item(parent) = parents[at] else { break };
            if seen[parent] == start + 1 {
                parents[at] = Parent::None;
                break;
            }
            at = parent;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(id: &str, parent: &str, state: State) -> Item {
        let parent = Some(parent.to_owned()).filter(|parent| !parent.is_empty());
        Item { id: id.to_owned(), parent, whom: Some("@z".to_owned()), text: id.to_owned(), state, ..Item::default() }
    }

    fn check(items: Vec<Item>, order: Order, branches: Branches, expected: &str, notes: &[&str]) {
        let (thread, found) = thread(Talk { items, order, ..Talk::default() }, branches);
        let posts = thread.posts.iter().map(|post| match &post.answers {
            Answers::Nothing => post.text.clone(),
            Answers::Post(number) => format!("{}>{number}", post.text),
            Answers::Outside(whom) => format!("{}>{}", post.text, whom.as_deref().unwrap_or("?")),
        });
        let shown = posts.collect::<Vec<_>>().join(" ");
        assert_eq!(format!("{shown} | {} {}", thread.n_hidden, thread.n_branches.unwrap()), expected);
        let found: Vec<String> = found.into_iter().map(|note| format!("{}: {}", note.what, note.n)).collect();
        assert_eq!(found, notes);
    }

    #[test]
    fn items_become_posts_in_the_order_they_are_read_in() {
        use State::{Gone, Hidden, Shown};
        let items = || {
            vec![
                item("d", "b", Shown),
                item("a", "", Shown),
                item("b", "a", Hidden("tool calls")),
                item("c", "a", Shown),
                item("e", "c", Gone("deleted")),
                item("f", "x", Shown),
            ]
        };
        let outside = "answers to posts that are not in the export: 1";
        let (gone, calls) = ("left out, deleted: 1", "left out, tool calls: 1");
        check(items(), Order::Given, Branches::Current, "d>2 a c>2 f>@z | 2 3", &[gone, calls, outside]);
        check(items(), Order::Replies, Branches::Current, "a d>1 c>1 f>@z | 2 3", &[gone, calls, outside]);
        let other = "left out, on other branches: 2";
        check(items(), Order::Current(Some("d".to_owned())), Branches::Current, "a d>1 | 4 3", &[gone, other, calls]);
        check(
            items(),
            Order::Current(Some("d".to_owned())),
            Branches::All,
            "a d>1 c>1 f>@z | 2 3",
            &[gone, calls, outside],
        );
        let answered = vec![item("a", "", Gone("deleted")), item("b", "a", Shown)];
        check(answered, Order::Replies, Branches::Current, "(deleted) b>1 | 1 1", &[]);
    }

    #[test]
    fn circles_repeats_and_long_chains_are_read() {
        use State::Shown;
        check(
            vec![item("a", "b", Shown), item("b", "a", Shown)],
            Order::Replies,
            Branches::Current,
            "b a>1 | 0 1",
            &[],
        );
        check(vec![item("a", "a", Shown)], Order::Current(None), Branches::Current, "a | 0 1", &[]);
        let twice = vec![item("a", "", Shown), item("a", "", Shown), item("b", "a", Shown)];
        check(twice, Order::Replies, Branches::Current, "a b>1 a | 0 2", &[]);
        let chain = (0..50_000).map(|n| item(&format!("n{n}"), &format!("n{}", n + 1), Shown)).collect();
        let (thread, _) = thread(Talk { items: chain, order: Order::Replies, ..Talk::default() }, Branches::Current);
        assert_eq!((thread.posts.len(), thread.posts[0].text.as_str()), (50_000, "n49999"));
    }
}
