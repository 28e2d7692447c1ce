//! From a conversation of another program to messages on a bundle.

use std::collections::BTreeSet;

use super::{Aside, Origin};
use crate::content::{Conversation, Digest, Message, Node, Part, Role, Timestamp, Usage};
use crate::fork::Error;
use crate::store::Object;
use crate::store::record::{MessageRecord, RunRecord, RunState};

/// The messages of a conversation, not yet stored.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Planted {
    /// The messages, each after the one it follows; those that say the same in one place are one.
    pub objects: Vec<Object>,
    /// Times, models and origins of the messages that have any.
    pub runs: Vec<RunRecord>,
    /// The ends of its branches, the one where it stands first.
    pub tips: Vec<Digest>,
    /// Messages kept beside the talk.
    pub n_asides: usize,
}

/// Hangs the messages of a conversation on `bundle`.
pub fn plant(conversation: &Conversation, format: &str, bundle: Digest) -> Result<Planted, Error> {
    let mut planted = Planted::default();
    let mut seen = BTreeSet::new();
    let mut followed = BTreeSet::new();
    let mut ends = Vec::new();
    // For each node: the message that stands there or above it, and the question it belongs to.
    let mut places: Vec<(Digest, Option<Digest>)> = Vec::with_capacity(conversation.nodes.len());
    let mut asides = Vec::new();
    for (place, node) in conversation.nodes.iter().enumerate() {
        let (above, asked) = node.parent.map_or((bundle, None), |parent| places[parent]);
        let parent = node.parent.map(|parent| conversation.nodes[parent].id.clone()).filter(|id| !id.is_empty());
        if node.is_hidden {
            places.push((above, asked));
            if let Some(raw) = &node.raw {
                planted.n_asides += 1;
                asides.push(Aside { node: node.id.clone(), parent, place, time: node.time, raw: raw.clone() });
            }
            continue;
        }
        let object = Object::of(&MessageRecord::new(above, message(node)))?;
        let id = object.id();
        let question = if node.role == Role::User { id } else { asked.unwrap_or(id) };
        places.push((id, Some(question)));
        followed.insert(above);
        if seen.insert(id) {
            ends.push(id);
            planted.objects.push(object);
        }
        let asides = std::mem::take(&mut asides);
        let says = node.time.is_some() || node.model.is_some() || node.raw.is_some() || !asides.is_empty();
        let names = !node.id.is_empty() || (conversation.id.is_some() && node.parent.is_none());
        if says || names {
            let origin = Origin {
                format: format.to_owned(),
                conversation: conversation.id.clone(),
                node: node.id.clone(),
                parent,
                place,
                raw: node.raw.clone(),
                asides,
            };
            planted.runs.push(run(node, &origin, above, question, id));
        }
    }
    if let Some(run) = planted.runs.last_mut().filter(|_| !asides.is_empty())
        && let Some(mut origin) = Origin::of(run)
    {
        origin.asides.extend(asides);
        run.params = origin.params();
    }
    ends.retain(|id| !followed.contains(id));
    let current = conversation.current.map(|current| places[current].0).filter(|id| seen.contains(id));
    if let Some(current) = current {
        ends.retain(|id| *id != current);
        ends.insert(0, current);
    }
    planted.tips = ends;
    Ok(planted)
}

fn message(node: &Node) -> Message {
    let reasoning = node.reasoning.iter().map(|text| Part::Reasoning { text: text.clone() });
    let text = Some(&node.text).filter(|text| !text.trim().is_empty() || node.reasoning.is_none());
    let parts = reasoning.chain(text.map(|text| Part::Text { text: text.clone() })).collect();
    Message { role: node.role, parts }
}

/// The run that says when a message was said, by whom, and where it came from.
fn run(node: &Node, origin: &Origin, parent: Digest, question: Digest, message: Digest) -> RunRecord {
    let place = if origin.node.is_empty() { origin.place.to_string() } else { origin.node.clone() };
    let conversation = origin.conversation.as_deref().unwrap_or_default();
    let name = Digest::of(format!("{}\n{conversation}\n{place}\n{message}", origin.format).as_bytes()).to_string();
    RunRecord {
        attempt: format!("{}-{}", RunRecord::IMPORT, &name[..32]),
        state: RunState::Complete,
        parent,
        question,
        answer: Some(message),
        partial: None,
        branch: String::new(),
        model: node.model.clone().unwrap_or_default(),
        served_model: None,
        estimate: None,
        base_url: String::new(),
        protocol: RunRecord::IMPORT.to_owned(),
        params: origin.params(),
        request_sha256: Digest::of(b""),
        citations: Vec::new(),
        usage: Usage::default(),
        stop: None,
        batch: None,
        error: None,
        started: node.time.unwrap_or(Timestamp(0)),
        ended: node.time,
    }
}
