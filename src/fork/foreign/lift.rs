//! From messages on a bundle to a conversation that other programs can hold.

use std::collections::{BTreeMap, BTreeSet};

use super::Origin;
use crate::content::{Conversation, Digest, Node, Part, Role, Timestamp};
use crate::fork::Error;
use crate::store::Store;
use crate::store::record::{MessageRecord, RunRecord};

/// The conversation of the messages that `tips` lead to, standing at the first of them.
///
/// A message that came in this `format` is what it was there, and what stood beside the talk stands
/// there again; other messages get ids that their hashes give.
pub fn lift(store: &Store, tips: &[Digest], format: &str) -> Result<Conversation, Error> {
    let mut entries = Entries::default();
    for (id, record) in messages(store, tips)? {
        let runs = store.runs_of_answer(id)?;
        entries.add(id, &record, &runs, format);
    }
    let (nodes, places) = entries.in_order();
    let current = tips.first().and_then(|tip| entries.first_of.get(tip)).and_then(|entry| places[*entry]);
    let conversation = Conversation {
        id: entries.conversation,
        title: None,
        started: nodes.iter().filter(|node| !node.is_hidden).find_map(|node| node.time),
        nodes,
        current,
        attachments: Vec::new(),
    };
    Ok(conversation)
}

/// The messages up to each tip, each once and after the one it follows.
fn messages(store: &Store, tips: &[Digest]) -> Result<Vec<(Digest, MessageRecord)>, Error> {
    let mut all = Vec::new();
    let mut seen = BTreeSet::new();
    for tip in tips {
        let mut way = Vec::new();
        let mut id = *tip;
        while !seen.contains(&id) && store.kind(id)? == Some(crate::store::ObjectKind::Message) {
            let record = store.message(id)?;
            seen.insert(id);
            let parent = record.parent;
            way.push((id, record));
            id = parent;
        }
        all.extend(way.into_iter().rev());
    }
    Ok(all)
}

/// A message as one program has it, before it has its place.
struct Entry {
    node: Node,
    /// What it followed there, by its name.
    parent: Option<String>,
    /// The message it follows here.
    above: Option<usize>,
    place: usize,
}

#[derive(Default)]
struct Entries {
    all: Vec<Entry>,
    by_name: BTreeMap<String, usize>,
    first_of: BTreeMap<Digest, usize>,
    conversation: Option<String>,
}

impl Entries {
    fn add(&mut self, id: Digest, record: &MessageRecord, runs: &[RunRecord], format: &str) {
        let above = self.first_of.get(&record.parent).copied();
        let origins: Vec<(&RunRecord, Origin)> = runs.iter().filter_map(|run| Some((run, Origin::of(run)?))).collect();
        for (run, origin) in &origins {
            let is_own = origin.format == format;
            if self.conversation.is_none() {
                self.conversation.clone_from(&origin.conversation);
            }
            let name = if origin.node.is_empty() { uuid(id) } else { origin.node.clone() };
            let model = Some(run.model.clone()).filter(|model| !model.is_empty());
            let node = node(name, record, run.ended, model, origin.raw.clone().filter(|_| is_own));
            self.push(Some(id), Entry { node, parent: origin.parent.clone(), above, place: origin.place });
            for aside in origin.asides.iter().filter(|_| is_own) {
                let node = Node {
                    id: aside.node.clone(),
                    parent: None,
                    role: Role::System,
                    text: String::new(),
                    reasoning: None,
                    time: aside.time,
                    model: None,
                    is_hidden: true,
                    raw: Some(aside.raw.clone()),
                };
                self.push(None, Entry { node, parent: aside.parent.clone(), above: None, place: aside.place });
            }
        }
        if origins.is_empty() {
            let run = runs.last();
            let model = run.map(|run| run.served_model.clone().unwrap_or_else(|| run.model.clone()));
            let time = run.and_then(|run| run.ended);
            let node = node(uuid(id), record, time, model, None);
            self.push(Some(id), Entry { node, parent: None, above, place: usize::MAX });
        }
    }

    fn push(&mut self, id: Option<Digest>, entry: Entry) {
        let index = self.all.len();
        if self.by_name.contains_key(&entry.node.id) {
            if let Some(id) = id {
                let known = self.by_name[&entry.node.id];
                self.first_of.entry(id).or_insert(known);
            }
            return;
        }
        self.by_name.insert(entry.node.id.clone(), index);
        if let Some(id) = id {
            self.first_of.entry(id).or_insert(index);
        }
        self.all.push(entry);
    }

    /// The nodes in the order of the tree, and where each entry went.
    fn in_order(&self) -> (Vec<Node>, Vec<Option<usize>>) {
        let parent = |entry: &Entry| {
            let named = entry.parent.as_ref().and_then(|name| self.by_name.get(name).copied());
            named.or(entry.above)
        };
        let mut children: Vec<Vec<usize>> = vec![Vec::new(); self.all.len()];
        let mut roots = Vec::new();
        for (index, entry) in self.all.iter().enumerate() {
            match parent(entry) {
                Some(parent) => children[parent].push(index),
                None => roots.push(index),
            }
        }
        let key = |index: &usize| {
            let Entry { node, place, .. } = &self.all[*index];
            (*place, node.time, node.id.clone())
        };
        let sorted = |mut siblings: Vec<usize>| {
            siblings.sort_by_cached_key(key);
            siblings.reverse();
            siblings
        };
        let mut places = vec![None; self.all.len()];
        let mut nodes = Vec::with_capacity(self.all.len());
        let mut stack: Vec<(usize, Option<usize>)> = sorted(roots).into_iter().map(|root| (root, None)).collect();
        while let Some((index, parent)) = stack.pop() {
            places[index] = Some(nodes.len());
            stack.extend(sorted(std::mem::take(&mut children[index])).into_iter().map(|child| (child, places[index])));
            nodes.push(Node { parent, ..self.all[index].node.clone() });
        }
        (nodes, places)
    }
}

fn node(
    name: String,
    record: &MessageRecord,
    time: Option<Timestamp>,
    model: Option<String>,
    raw: Option<String>,
) -> Node {
    let thoughts = record.message.parts.iter().filter_map(|part| match part {
        Part::Reasoning { text } => Some(text.as_str()),
        Part::Text { .. } | Part::Sealed { .. } => None,
    });
    let reasoning = thoughts.collect::<Vec<_>>().join("\n\n");
    Node {
        id: name,
        parent: None,
        role: record.message.role,
        text: record.message.spoken(),
        reasoning: Some(reasoning).filter(|text| !text.is_empty()),
        time,
        model,
        is_hidden: false,
        raw,
    }
}

/// A name in the form of a UUID (version 8: of one's own making) that an id gives.
pub fn uuid(id: Digest) -> String {
    let hex = id.to_string();
    format!("{}-{}-8{}-a{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..32])
}
