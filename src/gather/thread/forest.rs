//! Posts of an account or a list, told apart into the threads they form.

use std::collections::BTreeMap;

use super::tree::{Item, Order, State, Talk};

/// One discussion for each tree of replies, oldest first; a post without any is one of its own.
///
/// `url` gives the address of a discussion by its first post.
pub(super) fn talks(mut items: Vec<Item>, url: impl Fn(&Item) -> Option<String>) -> Vec<Talk> {
    // Posts of a thread share their second: ids grow with time.
    items.sort_by(|left, right| {
        let key = |item: &Item| (item.time.clone(), item.id.len(), item.id.clone());
        key(left).cmp(&key(right))
    });
    let by_id: BTreeMap<&str, usize> = items.iter().enumerate().rev().map(|(i, item)| (item.id.as_str(), i)).collect();
    let parents: Vec<Option<usize>> =
        items.iter().map(|item| item.parent.as_deref().and_then(|id| by_id.get(id).copied())).collect();
    let roots = roots(&parents);
    let mut trees: BTreeMap<usize, Vec<Item>> = BTreeMap::new();
    let order: Vec<usize> = {
        let mut first: BTreeMap<usize, usize> = BTreeMap::new();
        roots.iter().enumerate().for_each(|(index, root)| {
            first.entry(*root).or_insert(index);
        });
        roots.iter().map(|root| first[root]).collect()
    };
    for (item, place) in items.into_iter().zip(order) {
        trees.entry(place).or_default().push(item);
    }
    trees.into_values().map(|items| talk(items, &url)).collect()
}

/// The first post above each one; a circle of answers ends where the walk came in.
pub(super) fn roots(parents: &[Option<usize>]) -> Vec<usize> {
    let mut roots: Vec<Option<usize>> = vec![None; parents.len()];
    let mut walks = vec![0; parents.len()];
    for start in 0..parents.len() {
        let mut path = vec![start];
        let mut at = start;
        walks[start] = start + 1;
        let root = loop {
            match (roots[at], parents[at]) {
                (Some(root), _) => break root,
                (None, Some(parent)) if walks[parent] != start + 1 => {
                    walks[parent] = start + 1;
                    path.push(parent);
                    at = parent;
                }
                (None, _) => break at,
            }
        };
        for index in path {
            roots[index] = Some(root);
        }
    }
    roots.into_iter().flatten().collect()
}

fn talk(items: Vec<Item>, url: impl Fn(&Item) -> Option<String>) -> Talk {
    let first = items.iter().find(|item| item.parent.is_none()).or(items.first());
    let author = first.and_then(|item| item.author.clone());
    let n_shown = items.iter().filter(|item| item.state == State::Shown).count();
    let word = if n_shown > 1 { "Thread" } else { "Post" };
    Talk {
        id: first.map(|item| item.id.clone()).filter(|id| !id.is_empty()),
        title: author.as_ref().map(|author| format!("{word} by {author}")),
        url: first.and_then(url),
        author,
        order: Order::Replies,
        items,
        ..Talk::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replies_stand_with_what_they_answer() {
        let item = |id: &str, parent: &str| Item {
            id: id.to_owned(),
            parent: Some(parent.to_owned()).filter(|parent| !parent.is_empty()),
            ..Item::default()
        };
        let items = vec![
            item("3", "1"),
            item("2", ""),
            item("1", ""),
            item("4", "3"),
            item("6", "7"),
            item("7", "6"),
            item("8", "x"),
        ];
        let talks = talks(items, |_| None);
        let found: Vec<Vec<&str>> =
            talks.iter().map(|talk| talk.items.iter().map(|item| item.id.as_str()).collect()).collect();
        assert_eq!(found, [vec!["1", "3", "4"], vec!["2"], vec!["6", "7"], vec!["8"]]);
    }
}
