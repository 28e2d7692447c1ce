//! A conversation with a model as another program keeps it: a tree, with what no hash covers.

use super::{Role, Timestamp};

/// A tree of messages, every branch of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Conversation {
    /// How its program tells it from its others; none where conversations of one file are one tree.
    pub id: Option<String>,
    /// The name it has there.
    pub title: Option<String>,
    /// When it was begun.
    pub started: Option<Timestamp>,
    /// The messages, each after the one it follows; siblings in their order.
    pub nodes: Vec<Node>,
    /// Index of the message at which it stands.
    pub current: Option<usize>,
    /// Texts that were attached to it.
    pub attachments: Vec<Attachment>,
}

/// One message of a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Its name in the conversation; empty where messages have none.
    pub id: String,
    /// Index of the message that it follows.
    pub parent: Option<usize>,
    /// Who speaks.
    pub role: Role,
    /// What is said.
    pub text: String,
    /// What a reasoning model thought aloud before it.
    pub reasoning: Option<String>,
    /// When it was said.
    pub time: Option<Timestamp>,
    /// The model that said it.
    pub model: Option<String>,
    /// Whether it is no part of the talk: a tool call, its result, an instruction of the program.
    pub is_hidden: bool,
    /// Its JSON as its program wrote it, where the fields above do not say all of it.
    pub raw: Option<String>,
}

/// A text that was attached to a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Its name.
    pub name: String,
    /// Its content.
    pub text: String,
}

impl Conversation {
    /// For each message, those that follow it, in their order; then those that follow nothing.
    pub fn children(&self) -> (Vec<Vec<usize>>, Vec<usize>) {
        let mut children = vec![Vec::new(); self.nodes.len()];
        let mut roots = Vec::new();
        for (index, node) in self.nodes.iter().enumerate() {
            match node.parent {
                Some(parent) => children[parent].push(index),
                None => roots.push(index),
            }
        }
        (children, roots)
    }

    /// The messages from the first one down to this one.
    pub fn path(&self, to: usize) -> Vec<&Node> {
        let mut path = Vec::new();
        let mut at = Some(to);
        while let Some(node) = at.and_then(|index| self.nodes.get(index)) {
            path.push(node);
            at = node.parent;
        }
        path.reverse();
        path
    }

    /// The messages that nothing follows, in their order.
    pub fn leaves(&self) -> Vec<usize> {
        let (children, _) = self.children();
        (0..self.nodes.len()).filter(|index| children[*index].is_empty()).collect()
    }

    /// The same without what is no part of the talk: what followed it follows what was before it.
    #[must_use]
    pub fn talk(&self) -> Self {
        let mut places: Vec<Option<usize>> = Vec::with_capacity(self.nodes.len());
        let mut nodes: Vec<Node> = Vec::new();
        for node in &self.nodes {
            let parent = node.parent.and_then(|parent| places[parent]);
            if node.is_hidden {
                places.push(parent);
                continue;
            }
            places.push(Some(nodes.len()));
            nodes.push(Node { parent, ..node.clone() });
        }
        let current = self.current.and_then(|current| places[current]);
        Self { nodes, current, ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_talk_has_no_gaps_where_something_was_hidden() {
        let node = |id: &str, parent, is_hidden| Node {
            id: id.to_owned(),
            parent,
            role: Role::User,
            text: String::new(),
            reasoning: None,
            time: None,
            model: None,
            is_hidden,
            raw: None,
        };
        let nodes = vec![
            node("system", None, true),
            node("a", Some(0), false),
            node("call", Some(1), true),
            node("result", Some(2), true),
            node("b", Some(3), false),
            node("c", Some(1), false),
            node("last", Some(5), true),
        ];
        let all = Conversation { nodes, current: Some(6), ..Conversation::default() };
        let talk = all.talk();
        let found: Vec<_> = talk.nodes.iter().map(|node| (node.id.as_str(), node.parent)).collect();
        assert_eq!((found, talk.current), (vec![("a", None), ("b", Some(0)), ("c", Some(0))], Some(2)));
        assert_eq!((talk.leaves(), all.leaves()), (vec![1, 2], vec![4, 6]));
        let path: Vec<_> = all.path(4).into_iter().map(|node| node.id.as_str()).collect();
        assert_eq!(path, ["system", "a", "call", "result", "b"]);
    }
}
