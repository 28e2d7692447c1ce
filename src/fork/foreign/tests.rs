//! Trees that come in and go out again.

use super::*;
use crate::content::{Attachment, Digest, Node, Timestamp};
use crate::store::{Change, Store, sample, verify};

fn node(id: &str, parent: Option<usize>, role: Role, text: &str) -> Node {
    Node {
        id: id.to_owned(),
        parent,
        role,
        text: text.to_owned(),
        reasoning: None,
        time: Some(Timestamp(1_756_000_000_120)),
        model: (role == Role::Assistant).then(|| "gpt-4o".to_owned()),
        is_hidden: false,
        raw: None,
    }
}

fn hidden(id: &str, parent: Option<usize>, raw: &str) -> Node {
    let node = node(id, parent, Role::System, "");
    Node { is_hidden: true, model: None, raw: Some(raw.to_owned()), ..node }
}

/// A question with two answers, the second after a tool call, and one said twice.
fn tree() -> Conversation {
    let nodes = vec![
        hidden("s", None, r#"{"role":"system"}"#),
        node("q", Some(0), Role::User, "Which?"),
        node("a", Some(1), Role::Assistant, "This."),
        hidden("c", Some(1), r#"{"role":"tool"}"#),
        node("b", Some(3), Role::Assistant, "That."),
        node("b2", Some(1), Role::Assistant, "That."),
        node("q2", Some(5), Role::User, "Sure?"),
        hidden("end", Some(6), r#"{"role":"tool","n":2}"#),
    ];
    Conversation {
        id: Some("k-1".to_owned()),
        title: Some("Kettles".to_owned()),
        started: Some(Timestamp(1_756_000_000_120)),
        nodes,
        current: Some(4),
        attachments: vec![Attachment { name: "a.txt".to_owned(), text: "Attached.\n".to_owned() }],
    }
}

fn store(conversation: &Conversation, format: &str) -> (Store, Digest, Planted) {
    let (store, bundle) = sample::store();
    let planted = plant(conversation, format, bundle).unwrap();
    let change =
        Change { objects: planted.objects.clone(), runs: planted.runs.clone(), ..Change::new(sample::entry("import")) };
    store.transact(&change).unwrap();
    assert_eq!(verify::verify(&store).findings, []);
    (store, bundle, planted)
}

#[test]
fn a_tree_goes_back_to_its_program_as_it_was() {
    let tree = tree();
    let (store, _, planted) = store(&tree, "chatgpt");
    assert_eq!((planted.objects.len(), planted.tips.len(), planted.n_asides), (4, 3, 3));
    let back = lift(&store, &planted.tips, "chatgpt").unwrap();
    assert_eq!(back, Conversation { title: None, attachments: vec![], ..tree.clone() });
    let elsewhere = lift(&store, &planted.tips, "claude").unwrap();
    assert_eq!(elsewhere, Conversation { title: None, attachments: vec![], ..tree.talk() });
}

#[test]
fn messages_of_ones_own_stand_beside_those_that_came() {
    let (store, _, planted) = store(&tree(), "chatgpt");
    let own = sample::message(planted.tips[0], "And now?");
    store.put(std::slice::from_ref(&own)).unwrap();
    let back = lift(&store, &[own.id()], "chatgpt").unwrap();
    let last = back.nodes.iter().find(|node| node.text == "And now?").unwrap();
    assert_eq!(last.id, uuid(own.id()));
    assert_eq!(back.nodes[last.parent.unwrap()].id, "b");
    assert_eq!(uuid(Digest::of(b"")), "e3b0c442-98fc-8c14-aafb-f4c8996fb924");
}

#[test]
fn dialects_have_names_of_their_own() {
    let mut names: Vec<&str> = DIALECTS.iter().map(|dialect| dialect.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), DIALECTS.len());
    assert_eq!(Dialect::named("chatgpt").map(|dialect| dialect.name), Some("chatgpt"));
}
