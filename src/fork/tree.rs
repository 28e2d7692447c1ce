//! Turns as rows with graph lanes: pure, iterative, and the same for the same names and ids.
//!
//! A conversation without forks stays in its column. Where several turns follow one, each gets a lane
//! to the right of it. Siblings stand in the order of the first branch name in what follows from them.

use std::collections::BTreeMap;

use crate::content::Digest;

/// Levels of lanes that are drawn; 2 columns each, so that lanes and marker fit 20 columns.
const MOST_LEVELS: usize = 9;

/// What is known of one turn before it has a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// The last message of the turn.
    pub id: Digest,
    /// The last message of the turn before, or the bundle.
    pub parent: Digest,
    /// The message of the question.
    pub question: Digest,
    /// The question's words on one line.
    pub preview: String,
    /// How the answer ended.
    pub status: Status,
    /// Branches whose tip this is, by name.
    pub branches: Vec<String>,
    /// Tags that stand here, by name.
    pub tags: Vec<String>,
    /// Whether the last command left off here.
    pub at: bool,
    /// What is said of the turn, by topic.
    pub remarks: BTreeMap<String, String>,
}

/// How the answer of a turn ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// It is whole.
    Complete,
    /// There is none.
    Unanswered,
    /// It stops early.
    Truncated,
    /// The model declined.
    Refused,
    /// It broke off with an error.
    Failed,
}

/// A turn in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The lanes and the turn's mark: `├─● `, `│ └─● `; at most 20 columns.
    pub lanes: String,
    /// The turn.
    pub node: Node,
}

/// Orders the turns of one bundle and gives them lanes; turns that do not lead to it are left out.
pub fn layout(bundle: Digest, nodes: Vec<Node>) -> Vec<Row> {
    let mut children: BTreeMap<Digest, Vec<usize>> = BTreeMap::new();
    for (place, node) in nodes.iter().enumerate() {
        children.entry(node.parent).or_default().push(place);
    }
    sort_siblings(bundle, &nodes, &mut children);

    let mut order = Vec::with_capacity(nodes.len());
    // For each level of lanes on the way: whether a sibling is still to come there.
    let mut open_lanes: Vec<bool> = Vec::new();
    let mut stack = vec![(None, 0, false)];
    while let Some((place, depth, is_last)) = stack.pop() {
        open_lanes.truncate(depth);
        let mut column = depth;
        let mut parent = bundle;
        if let Some(sibling) = place {
            let Sibling { place, is_alone } = sibling;
            let connector = (!is_alone).then_some(!is_last);
            order.push((place, lanes(&open_lanes, connector, nodes[place].status)));
            if !is_alone {
                open_lanes.push(!is_last);
                column += 1;
            }
            parent = nodes[place].id;
        }
        let following = children.get(&parent).map_or(&[][..], Vec::as_slice);
        let is_alone = following.len() == 1;
        // The stack gives them back in reverse, so the last sibling goes first.
        for (number, place) in following.iter().enumerate().rev() {
            stack.push((Some(Sibling { place: *place, is_alone }), column, number + 1 == following.len()));
        }
    }
    let mut nodes: Vec<Option<Node>> = nodes.into_iter().map(Some).collect();
    order.into_iter().filter_map(|(place, lanes)| Some(Row { lanes, node: nodes[place].take()? })).collect()
}

/// A turn, and whether it is the only one after its parent.
#[derive(Clone, Copy)]
struct Sibling {
    place: usize,
    is_alone: bool,
}

/// Puts siblings in the order of the smallest branch name at or after each, then of their ids.
fn sort_siblings(bundle: Digest, nodes: &[Node], children: &mut BTreeMap<Digest, Vec<usize>>) {
    let mut parents_first = Vec::with_capacity(nodes.len());
    let mut stack = vec![(None, bundle)];
    while let Some((parent, id)) = stack.pop() {
        for place in children.get(&id).into_iter().flatten() {
            parents_first.push((*place, parent));
            stack.push((Some(*place), nodes[*place].id));
        }
    }
    let mut smallest: Vec<Option<&str>> =
        nodes.iter().map(|node| node.branches.iter().map(String::as_str).min()).collect();
    for (place, parent) in parents_first.into_iter().rev() {
        if let Some(parent) = parent {
            smallest[parent] = [smallest[parent], smallest[place]].into_iter().flatten().min();
        }
    }
    for siblings in children.values_mut() {
        siblings.sort_by_key(|place| (smallest[*place].is_none(), smallest[*place], nodes[*place].id));
    }
}

/// The lanes of a row: those that pass it, its own connector where it has siblings, its mark.
fn lanes(open: &[bool], connector: Option<bool>, status: Status) -> String {
    let n_levels = open.len() + usize::from(connector.is_some());
    let n_hidden = if n_levels > MOST_LEVELS { n_levels - MOST_LEVELS + 1 } else { 0 };
    let mut drawn = String::new();
    if n_hidden > 0 {
        drawn.push_str("… ");
    }
    for is_open in open.iter().skip(n_hidden) {
        drawn.push_str(if *is_open { "│ " } else { "  " });
    }
    match connector {
        Some(true) => drawn.push_str("├─"),
        Some(false) => drawn.push_str("└─"),
        None => {}
    }
    drawn.push_str(if status == Status::Unanswered { "○ " } else { "● " });
    drawn
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(name: &str) -> Digest {
        Digest::of(name.as_bytes())
    }

    fn node(name: &str, parent: &str, branches: &[&str]) -> Node {
        Node {
            id: id(name),
            parent: id(parent),
            question: id(name),
            preview: name.to_owned(),
            status: Status::Complete,
            branches: branches.iter().map(|&branch| branch.to_owned()).collect(),
            tags: vec![],
            at: false,
            remarks: BTreeMap::new(),
        }
    }

    fn drawing(nodes: Vec<Node>) -> String {
        let rows = layout(id("root"), nodes);
        let line = |row: &Row| format!("{}{} {}", row.lanes, row.node.preview, row.node.branches.join(" "));
        rows.iter().map(|row| line(row).trim_end().to_owned() + "\n").collect()
    }

    /// Edges are `name parent branch...`; the root is `root`.
    fn check(edges: &[&str], expected: &[&str]) {
        let parse = |edge: &&str| {
            let words: Vec<&str> = edge.split(' ').collect();
            node(words[0], words[1], &words[2..])
        };
        let forward: Vec<Node> = edges.iter().map(parse).collect();
        let backward: Vec<Node> = edges.iter().rev().map(parse).collect();
        assert_eq!(drawing(forward), expected.join("\n") + "\n");
        assert_eq!(drawing(backward), expected.join("\n") + "\n", "in another order");
    }

    #[test]
    fn a_line_stays_in_its_column() {
        check(&["q1 root", "q2 q1", "q3 q2 main"], &["● q1", "● q2", "● q3 main"]);
    }

    #[test]
    fn siblings_branch_off_by_the_smallest_name_after_them() {
        check(
            &["q1 root", "q2 q1", "q3 q2 main", "s2 q1", "s3 s2 skeptic", "t2 q1 alpha zeta"],
            &["● q1", "├─● t2 alpha zeta", "├─● q2", "│ ● q3 main", "└─● s2", "  ● s3 skeptic"],
        );
    }

    #[test]
    fn forks_nest() {
        check(
            &["a root", "b a", "c b m1", "d b", "e d m2", "f d m3", "g root z"],
            &["├─● a", "│ ● b", "│ ├─● c m1", "│ └─● d", "│   ├─● e m2", "│   └─● f m3", "└─● g z"],
        );
    }

    #[test]
    fn a_turn_without_a_way_to_the_bundle_is_left_out() {
        check(&["a root main", "b nowhere x", "c d", "d c"], &["● a main"]);
        assert_eq!(drawing(vec![]), "");
    }

    #[test]
    fn a_question_without_an_answer_has_an_open_mark() {
        let open = Node { status: Status::Unanswered, ..node("a", "root", &["main"]) };
        assert_eq!(drawing(vec![open]), "○ a main\n");
    }

    #[test]
    fn lanes_collapse_at_twenty_columns() {
        let nodes = (0..14).flat_map(|level| {
            let parent = if level == 0 { "root".to_owned() } else { format!("a{}", level - 1) };
            let side = format!("b{level}");
            [node(&format!("a{level}"), &parent, &[]), node(&side, &parent, &[&format!("z{:02}", 20 - level)])]
        });
        let rows = layout(id("root"), nodes.collect());
        let widest = rows.iter().map(|row| row.lanes.chars().count()).max();
        assert_eq!(widest, Some(20));
        let deepest: Vec<&str> =
            rows.iter().filter(|row| row.lanes.starts_with('…')).map(|row| row.lanes.as_str()).collect();
        assert_eq!(deepest[0], "… │ │ │ │ │ │ │ ├─● ");
        assert_eq!(rows.len(), 28);
    }

    #[test]
    fn many_branches_and_deep_ones_are_drawn_at_once() {
        let mut nodes = Vec::new();
        for branch in 0..500 {
            for turn in 0..5 {
                let parent = if turn == 0 { "root".to_owned() } else { format!("{branch}/{}", turn - 1) };
                let name = format!("b{branch:03}");
                let tips: &[&str] = if turn == 4 { &[&name] } else { &[] };
                nodes.push(node(&format!("{branch}/{turn}"), &parent, tips));
            }
        }
        let rows = layout(id("root"), nodes);
        assert_eq!(rows.len(), 2500);
        assert_eq!((rows[5].lanes.as_str(), rows[5].node.preview.as_str()), ("├─● ", "1/0"));
        assert_eq!((rows[2499].lanes.as_str(), rows[2499].node.preview.as_str()), ("  ● ", "499/4"));

        // A fork at every one of 100,000 turns: as deep in turns as in lanes.
        let mut deep = Vec::new();
        let mut parent = "root".to_owned();
        for turn in 0..100_000 {
            let name = format!("{turn}");
            deep.push(node(&name, &parent, &[]));
            deep.push(node(&format!("side {turn}"), &parent, &[]));
            parent = name;
        }
        assert_eq!(layout(id("root"), deep).len(), 200_000);
    }

    /// Reads the parent of each row back from the lanes alone.
    fn parents_drawn(rows: &[Row]) -> Vec<(Digest, Digest)> {
        let mut last_parent_at: BTreeMap<usize, Digest> = BTreeMap::new();
        let mut above = id("root");
        let mut parents = Vec::new();
        for row in rows {
            let cells: Vec<char> = row.lanes.chars().collect();
            let mark = cells.iter().position(|cell| *cell == '●').unwrap();
            let has_connector = mark >= 2 && matches!(cells[mark - 2], '├' | '└');
            let parent = match last_parent_at.get(&mark).copied() {
                Some(parent) if has_connector => parent,
                _ => above,
            };
            last_parent_at.retain(|column, _| *column <= mark);
            if has_connector {
                last_parent_at.insert(mark, parent);
                if cells[mark - 2] == '└' {
                    last_parent_at.remove(&mark);
                }
            }
            parents.push((row.node.id, parent));
            above = row.node.id;
        }
        parents
    }

    proptest::proptest! {
        #[test]
        fn the_tree_can_be_read_back_from_its_lanes(picks in proptest::collection::vec(0..1000_usize, 1..14)) {
            let name = |number: usize| if number == 0 { "root".to_owned() } else { format!("n{number}") };
            let nodes: Vec<Node> = picks
                .iter()
                .zip(1..)
                .map(|(pick, number)| node(&name(number), &name(pick % number), &[]))
                .collect();
            let mut expected: Vec<_> = nodes.iter().map(|node| (node.id, node.parent)).collect();
            let rows = layout(id("root"), nodes);
            proptest::prop_assume!(rows.iter().all(|row| !row.lanes.starts_with('…')));
            let mut drawn = parents_drawn(&rows);
            drawn.sort();
            expected.sort();
            proptest::prop_assert_eq!(drawn, expected);
        }
    }
}
